//! `status`: show where components stand and what comes next.

use crate::app::project::Workspace;
use crate::app::survey::survey;
use crate::report::status::{Status, Told, render_status, render_status_json};

use super::argument::{self, Global, ViewFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, verify};

/// Carries out `status`.
pub(super) fn run(global: &Global, arguments: &argument::Status) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let status = survey(&workspace, &arguments.components)?;
    let exit = exit(&status);
    print::stdout(&match arguments.format {
        ViewFormat::Text => render_status(&status, &verify::style(global, None)),
        ViewFormat::Json => render_status_json(&status, exit.code()),
    })?;
    Ok(exit)
}

/// Where a component stands is an answer, whatever it is; only what cannot be known is none.
fn exit(status: &Status) -> Exit {
    let any = |is: fn(&Told) -> bool| status.components.iter().any(|component| is(&component.told));
    if any(|told| matches!(told, Told::Broken { .. })) {
        Exit::Integrity
    } else if any(|told| matches!(told, Told::Unreadable { .. })) {
        Exit::Inconclusive
    } else {
        Exit::Pass
    }
}
