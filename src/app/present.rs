//! What is there now, for those who ask whether a measurement still speaks of it.

use std::path::PathBuf;

use crate::lifecycle::Now;
use crate::model::component::Component;
use crate::model::promotion::Standing;
use crate::sys::clock;
use crate::sys::git::{Snapshot, differ_only_in_history};
use crate::sys::run_folder::RunFolder;

use super::project::Workspace;

/// The commits that where a component stands speaks of, each once: of its last measurement, of what is deployed, and of
/// the checks that are set aside.
pub fn commits(standing: &Standing) -> Vec<&str> {
    let measured = standing.last_measured().and_then(|one| one.verification.commit.as_deref());
    let promotion = standing.promotion.as_ref();
    let deployed = promotion.and_then(|promotion| promotion.deployment.as_ref()).map(|one| &*one.commit);
    let now = clock::now();
    // Each costs a look into git: none for those that set nothing aside any more.
    let overrides = standing.overrides.iter().filter(|one| one.what.expires > now);
    let all = measured.into_iter().chain(deployed).chain(overrides.map(|one| &*one.what.commit));
    let mut commits: Vec<&str> = Vec::new();
    for commit in all {
        if !commits.contains(&commit) {
            commits.push(commit);
        }
    }
    commits
}

/// Looks at the project. `component` is the one whose files the commit must stand for; `measured` are the commits
/// that are asked about.
pub fn now(
    workspace: &Workspace,
    folder: &RunFolder,
    component: Option<&Component>,
    measured: &[&str],
) -> Now {
    let components: Vec<&Component> = component.into_iter().collect();
    now_besides(workspace, folder, &components, measured, &[])
}

/// The same for several components; `besides` are files, absolute, that nobody follows and that are no part of the
/// project.
pub fn now_besides(
    workspace: &Workspace,
    folder: &RunFolder,
    components: &[&Component],
    measured: &[&str],
    besides: &[PathBuf],
) -> Now {
    let listed: Vec<_> = components.iter().map(|component| workspace.files(component)).collect();
    // Files that cannot be listed are stood for by no commit.
    let is_unknown = listed.iter().any(Result::is_err);
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
    let differing = snapshot.differing(&workspace.root, besides);
    Now {
        time: clock::now(),
        commit: snapshot.commit.clone(),
        dirty: differing.as_ref().map(|paths| !paths.is_empty()).filter(|_| !is_unknown),
        differs: differing.and_then(|paths| paths.first().map(|path| (*path).to_owned())),
        equal_commits,
        policy: workspace.digest(),
        max_age: workspace.policy.project.max_age,
    }
}
