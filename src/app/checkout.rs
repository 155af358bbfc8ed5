//! Where the project is in its repository, for formats whose readers see the repository and not the project.

use crate::report::Checkout;
use crate::sys::tree;

use super::project::Workspace;

/// Looks for the top of the repository. Outside of one, the project is its own top.
pub fn checkout(workspace: &Workspace) -> Checkout {
    let top = workspace.root.ancestors().find(|folder| tree::exists(&folder.join(".git")));
    let below =
        top.and_then(|top| workspace.root.strip_prefix(top).ok()).map(|below| below.to_string_lossy());
    let prefix = below.filter(|below| !below.is_empty()).map(|below| format!("{below}/")).unwrap_or_default();
    Checkout { prefix, repository: workspace.policy.project.repository.clone() }
}
