//! `audit`: verify that the ledgers are those that were written.

use crate::app::audit::{Given, audit};
use crate::app::project::Workspace;
use crate::report::audit::{Soundness, render_audit, render_audit_json};

use super::argument::{Audit, Global, ViewFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::{claims, print, verify};

/// Carries out `audit`.
pub(super) fn run(global: &Global, arguments: &Audit) -> Result<Exit, Failure> {
    if arguments.claims {
        return claims::run(global, arguments);
    }
    let workspace = Workspace::load(global.config.as_deref())?;
    let given = arguments.anchor.iter();
    let given: Vec<Given> =
        given.map(|anchor| Given { component: anchor.component.clone(), head: anchor.head }).collect();
    let audit = audit(&workspace, &arguments.components, &given)?;
    let exit = exit(audit.soundness());
    print::stdout(&match arguments.format {
        ViewFormat::Text => render_audit(&audit, &verify::style(global, None)),
        ViewFormat::Json => render_audit_json(&audit, exit.code()),
    })?;
    Ok(exit)
}

/// Where nothing was audited, nothing is known: that is no pass.
fn exit(soundness: Soundness) -> Exit {
    match soundness {
        Soundness::Sound => Exit::Pass,
        Soundness::Empty | Soundness::Unreadable => Exit::Inconclusive,
        Soundness::Broken => Exit::Integrity,
    }
}
