//! `plan --format json|matrix`: the selected components, divided into shards for several machines.
//!
//! No tool is resolved and no environment made: the policy, the disk and git are enough.

use crate::model::check::Check;
use crate::model::policy::Fault;
use crate::plan::{self, shard};
use crate::report::plan_document::{PlanDocument, PlanPolicy, PlanShard};
use crate::sys::git::Snapshot;
use crate::sys::run_folder::RunFolder;

use super::preparation::measured_files;
use super::project::Workspace;
use super::selection::Selection;

/// What goes where.
#[derive(Debug)]
pub struct Division {
    /// The plan, as it is published.
    pub document: PlanDocument,
    /// Faults of the policy that only the disk shows.
    pub faults: Vec<Fault>,
}

/// Divides the selected components into at most `wanted` shards.
///
/// # Errors
/// Where the run folder cannot be made.
pub fn divide(
    workspace: &Workspace,
    selection: &Selection,
    wanted: Option<usize>,
) -> anyhow::Result<Division> {
    let folder = RunFolder::create(&workspace.root)?;
    let gates = selection.gates(&workspace.policy);
    let candidates = selection.candidates(&workspace.policy, &gates);
    let plan = plan::plan(&candidates, selection.only.as_deref());
    let (subjects, faults) = workspace.subjects(&candidates);
    // Nobody records yet what a component took; the number of its files stands for it.
    let files = |index: usize| {
        let files = subjects.get(index).and_then(|subject| subject.files.as_ref().ok());
        files.map_or(1, |files| files.len() as u64)
    };
    let shards = shard::shards(&plan, candidates.len(), files, wanted);
    let count = shards.len();
    let name = |index: &usize| candidates.get(*index).map(|candidate| candidate.component.name.clone());
    let shards = shards
        .iter()
        .enumerate()
        .map(|(number, shard)| PlanShard::new(number + 1, count, shard.iter().filter_map(name).collect()));
    let tree = Snapshot::take(
        &workspace.root,
        &workspace.history(),
        &folder,
        "git-before",
        &measured_files(&subjects, &workspace.root),
    );
    let policy = PlanPolicy { file: workspace.name().to_owned(), sha256: workspace.digest() };
    let project = &workspace.policy.project.name;
    let mut document = PlanDocument::new(env!("CARGO_PKG_VERSION"), project, policy, shards.collect());
    document.dirty = tree.is_dirty();
    document.commit = tree.commit;
    document.to = selection.to.map(|stage| stage.name().to_owned());
    let ids = |checks: &Vec<Check>| checks.iter().map(|check| check.id().to_owned()).collect();
    document.only = selection.only.as_ref().map(ids);
    Ok(Division { document, faults })
}
