//! What of the project's settings and of the environment we set aside, where a run may have failed for lack of it.

use std::path::{Path, PathBuf};

use crate::app::configuration;
use crate::model::component::TestSelection;
use crate::model::reason::{Reason, ReasonKind};
use crate::sys::variable;
use crate::tools::pytest::Session;

/// What we set aside may be what the tests lack.
pub(super) fn explain(reason: &mut Reason, root: &Path, selection: &TestSelection) {
    let may_be_why = matches!(
        reason.kind,
        ReasonKind::CollectionFailed
            | ReasonKind::ConfigInvalid
            | ReasonKind::TimedOut
            | ReasonKind::ToolCrashed
    );
    if !may_be_why {
        return;
    }
    if let Some((file, options)) = options(root, selection).first() {
        reason.hint = format!("{}; else {}", advice(root, file, options), reason.hint);
    } else if variable::withheld().iter().any(|name| name == "PYTHONPATH") {
        let hint = "`PYTHONPATH` is not handed on: name its folders in `pythonpath` of the project's pytest settings";
        hint.clone_into(&mut reason.hint);
    }
}

/// A test that fails may be one that the project's own options leave out.
pub(super) fn remark(session: &mut Session, root: &Path, selection: &TestSelection) {
    if session.counts.failed + session.counts.errors > 0 {
        for (file, options) in options(root, selection) {
            session.remark(advice(root, &file, &options));
        }
    }
}

fn options(root: &Path, selection: &TestSelection) -> Vec<(PathBuf, String)> {
    configuration::pytest_options(root, selection.paths.iter().map(|path| &*path.path))
}

fn advice(root: &Path, file: &Path, options: &str) -> String {
    let file = file.strip_prefix(root).unwrap_or(file).display();
    format!("`addopts = {options}` of `{file}` is set aside: put what the tests need into `tests.args`")
}
