//! What is there now, for those who ask whether a measurement still speaks of it.

use crate::lifecycle::Now;
use crate::model::component::Component;
use crate::sys::clock;
use crate::sys::git::{Snapshot, differ_only_in_history};
use crate::sys::run_folder::RunFolder;

use super::project::Workspace;

/// Looks at the project. `component` is the one whose files the commit must stand for; `measured` are the commits of
/// the measurements that are asked about.
pub fn now(
    workspace: &Workspace,
    folder: &RunFolder,
    component: Option<&Component>,
    measured: &[&str],
) -> Now {
    let listed = component.map(|component| workspace.files(component));
    // Files that cannot be listed are stood for by no commit.
    let is_unknown = listed.as_ref().is_some_and(Result::is_err);
    let files: Vec<String> = listed.into_iter().flatten().flatten().map(|file| file.path).collect();
    let history = workspace.history();
    let snapshot = Snapshot::take(&workspace.root, &history, folder, "git-present", &files);
    let current = snapshot.commit.as_deref();
    let is_equal = |commit: &&&str| {
        current.is_some_and(|current| {
            **commit != current
                && differ_only_in_history(&workspace.root, &history, folder, (commit, current))
        })
    };
    let equal_commits = measured.iter().filter(is_equal).map(|commit| (*commit).to_owned()).collect();
    Now {
        time: clock::now(),
        commit: snapshot.commit.clone(),
        dirty: snapshot.is_dirty().filter(|_| !is_unknown),
        equal_commits,
        policy: workspace.digest(),
        max_age: workspace.policy.project.max_age,
    }
}
