//! `verify` where no component is selected: an assessment without components, which is no pass.
//!
//! Nothing is run or resolved: there is nobody to run it for.

use crate::judge;
use crate::model::assessment::{Assessment, PolicyDigest, Subject};
use crate::model::environment::Environment;
use crate::sys::clock::{self, Stopwatch};
use crate::sys::file;
use crate::sys::git::Snapshot;
use crate::sys::run_folder::RunFolder;

use super::project::Workspace;
use super::verify::{Request, Verified};

/// The assessment of nobody.
///
/// # Errors
/// Where the run folder cannot be made.
pub fn unselected(workspace: &Workspace, request: &Request) -> anyhow::Result<Verified> {
    let (started, watch) = (clock::now(), Stopwatch::start());
    let folder = RunFolder::create(&workspace.root)?;
    let tree = Snapshot::take(&workspace.root, &workspace.history(), &folder, "git-before", &[]);
    let assessment = Assessment {
        project: workspace.policy.project.name.clone(),
        policy: PolicyDigest { file: workspace.name().to_owned(), sha256: workspace.digest() },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        duration: watch.elapsed(),
        subject: Subject { commit: tree.commit.clone(), dirty: tree.is_dirty(), changed: Vec::new() },
        environment: Environment {
            python: None,
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: file::sha256_of_text(""),
        },
        only: request.selection.only.clone(),
        merged: None,
        notes: Vec::new(),
        components: Vec::new(),
        verdict: judge::all([]),
    };
    Ok(Verified { assessment, faults: Vec::new(), interrupted: false, folder, reuse: Vec::new() })
}
