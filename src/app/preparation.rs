//! What is known before the first check runs: the files, their texts, the environment, the tools, and the working tree.
//! Not the checks.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::policy::Fault;
use crate::plan::{Candidate, Plan};
use crate::sys::clock::Stopwatch;
use crate::sys::git::Snapshot;

use super::context::Context;
use super::project::Workspace;
use super::source::Sources;
use super::subject::Subject;
use super::toolchain::{self, Toolchain};

/// What is known before the first check runs.
pub struct Prepared<'a> {
    /// The components and their files.
    pub subjects: Vec<Subject<'a>>,
    /// Faults of the policy that only the disk shows.
    pub faults: Vec<Fault>,
    /// The texts of the files.
    pub sources: Sources,
    /// The environment and the tools.
    pub toolchain: Toolchain,
    /// The working tree before.
    pub before: Snapshot,
}

/// Resolves the tools unless they are `recalled`, reads the sources, and looks at the working tree.
pub fn prepare<'a>(
    context: &Context<'_>,
    workspace: &'a Workspace,
    candidates: &[Candidate<'a>],
    plan: &Plan<'_>,
    recalled: Option<Toolchain>,
) -> anyhow::Result<Prepared<'a>> {
    const LABEL: &str = "environment";
    let watch = Stopwatch::start();
    context.listener.began(LABEL);
    let toolchain = if let Some(toolchain) = recalled {
        toolchain.share_byte_code(context)?;
        toolchain
    } else {
        let modules = Sources::read(&workspace.subjects(candidates).0).optional_imports(&workspace.root);
        toolchain::resolve(context, &workspace.policy.project, &plan.tools(), &modules)?
    };
    // To make the environment may build the project, and a build may write sources (a version file, say):
    // only now are the files those that will be measured.
    let (subjects, faults) = workspace.subjects(candidates);
    let sources = Sources::read(&subjects);
    let measured = measured_files(&subjects, &workspace.root);
    let before =
        Snapshot::take(&workspace.root, &workspace.history(), context.folder, "git-before", &measured);
    context.listener.ended(LABEL, watch.elapsed());
    Ok(Prepared { subjects, faults, sources, toolchain, before })
}

/// What the commit is meant to stand for, relative to the root: the files, and where links lead.
pub fn measured_files(subjects: &[Subject<'_>], root: &Path) -> Vec<String> {
    let mut files = BTreeSet::new();
    for file in subjects.iter().filter_map(|subject| subject.files.as_ref().ok()).flatten() {
        files.insert(file.path.clone());
        files.extend(
            Path::new(&file.real).strip_prefix(root).iter().map(|path| path.to_string_lossy().into_owned()),
        );
    }
    files.into_iter().collect()
}
