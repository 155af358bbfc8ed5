//! Whether a later measurement contradicts the one that a component was promoted on. Not what follows from that.

use crate::lifecycle::witness::{self, Contradiction};
use crate::model::promotion::Standing;
use crate::sys::git::differ_only_in_history;
use crate::sys::run_folder::RunFolder;

use super::project::Workspace;

/// The contradiction, where there is one.
pub fn contradiction(
    workspace: &Workspace,
    standing: &Standing,
    folder: &RunFolder,
) -> Option<Contradiction> {
    let history = workspace.history();
    let is_same =
        |one: &str, other: &str| differ_only_in_history(&workspace.root, &history, folder, (one, other));
    witness::contradiction(standing.completed.as_ref()?, &is_same)
}
