//! Where the program of a check of one's own is. Its version is not asked: nothing is known of its options.

use std::path::{Path, PathBuf};

use crate::model::own_check::OwnCheck;
use crate::model::policy::Runner;
use crate::model::reason::Reason;
use crate::model::toolchain::{Origin, ResolvedTool, Tool};
use crate::sys::file;
use crate::tools::own::missing;

use super::Toolchain;

/// What is said of a version that nobody asked for.
const UNKNOWN: &str = "unknown";

impl Toolchain {
    /// The program: in the project's environment, below `root` where the policy names a path, else on `PATH`.
    pub fn program(&self, check: &OwnCheck, root: &Path) -> Result<ResolvedTool, Reason> {
        let name = check.program();
        let found = |executable: PathBuf, version: &str, origin| ResolvedTool {
            tool: Tool::Own(check.name),
            executable,
            version: version.to_owned(),
            origin,
        };
        if name.contains('/') {
            let path = root.join(name);
            if !file::is_executable(&path) {
                return Err(missing(check, "it is not there, or not executable"));
            }
            return Ok(found(path, UNKNOWN, Origin::Policy));
        }
        if self.runner != Runner::Path
            && let Ok(interpreter) = &self.interpreter
        {
            let executable = Path::new(&interpreter.scripts).join(name);
            if file::is_executable(&executable) {
                let version = interpreter.version_of(name).unwrap_or(UNKNOWN);
                return Ok(found(executable, version, Origin::Project));
            }
        }
        match file::find_on_path(name) {
            Some(executable) => Ok(found(executable, UNKNOWN, Origin::Path)),
            None => Err(missing(check, "it is neither in the project's environment nor on PATH")),
        }
    }
}
