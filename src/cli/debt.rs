//! What every step pays besides its own work. Not what is owed, nor how it is paid.

use crate::app::context::Deaf;
use crate::app::debts::{self, Paid};
use crate::app::project::Workspace;
use crate::app::verify;
use crate::report::clean::one_line;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::failure::Failure;
use super::print;

/// Pays what is owed of the component's promotions, and tells it on standard error. That may fail without what the step
/// did being less true.
pub(super) fn pay(workspace: &Workspace, component: &str, interrupt: &Interrupt) -> Result<Paid, Failure> {
    let Some(component) = workspace.policy.component(component) else { return Ok(Paid::default()) };
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = verify::context(workspace, None, &folder, interrupt, &Deaf);
    let paid = debts::pay(workspace, component, &context)?;
    for sentence in &paid.told {
        print::stderr(&format!("{}\n", one_line(sentence)));
    }
    Ok(paid)
}
