//! What steps pay besides their own work. Not what is owed, nor how it is paid.

use crate::app::debts::{self, Paid};
use crate::app::project::Workspace;
use crate::app::verify;
use crate::report::clean::one_line;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::failure::Failure;
use super::print;
use super::progress::Waits;

/// As [`pay`], after a step that is done: what goes wrong here is told, and takes nothing from that.
pub(super) fn pay_afterwards(workspace: &Workspace, component: &str, interrupt: &Interrupt) {
    if let Err(failure) = pay(workspace, component, interrupt) {
        let why = failure.causes.first().unwrap_or(&failure.message);
        let next = "the next step looks first what was told";
        print::stderr(&format!("GitHub was not told what it is owed: {}; {next}\n", one_line(why)));
    }
}

/// As [`pay_afterwards`], after a look: only where something is known to be owed, since there are many looks.
pub(super) fn pay_after_a_look(workspace: &Workspace, component: &str, interrupt: &Interrupt) {
    let is_due = |component| debts::is_due(workspace, component).unwrap_or(true);
    if workspace.policy.component(component).is_some_and(is_due) {
        pay_afterwards(workspace, component, interrupt);
    }
}

/// Pays what is owed of the component's promotions, and tells it on standard error.
pub(super) fn pay(workspace: &Workspace, component: &str, interrupt: &Interrupt) -> Result<Paid, Failure> {
    let Some(component) = workspace.policy.component(component) else { return Ok(Paid::default()) };
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = verify::context(workspace, None, &folder, interrupt, &Waits);
    let paid = debts::pay(workspace, component, &context)?;
    for sentence in &paid.told {
        print::stderr(&format!("{}\n", one_line(sentence)));
    }
    Ok(paid)
}
