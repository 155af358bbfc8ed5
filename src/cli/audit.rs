//! `audit`: verify that the ledgers are those that were written, against themselves, git, GitHub and given anchors.

use crate::app::audit::{Given, audit};
use crate::app::context::Deaf;
use crate::app::project::Workspace;
use crate::app::verify as app;
use crate::report::audit::{Soundness, render_audit, render_audit_json};
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::argument::{Audit, Global, ViewFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::{attestation, claims, print, verify};

/// Carries out `audit`.
pub(super) fn run(global: &Global, arguments: &Audit) -> Result<Exit, Failure> {
    if arguments.claims {
        return claims::run(global, arguments);
    }
    if !arguments.attestation.is_empty() {
        return attestation::run(global, arguments);
    }
    let workspace = Workspace::load(global.config.as_deref())?;
    let given = arguments.anchor.iter();
    let given: Vec<Given> =
        given.map(|anchor| Given { component: anchor.component.clone(), head: anchor.head }).collect();
    let audit = if arguments.issue {
        let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
        let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
        let context = app::context(&workspace, None, &folder, &interrupt, &Deaf);
        audit(&workspace, &arguments.components, &given, Some(&context))?
    } else {
        audit(&workspace, &arguments.components, &given, None)?
    };
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
        Soundness::Empty | Soundness::Inconclusive | Soundness::Unreadable => Exit::Inconclusive,
        Soundness::Broken => Exit::Integrity,
    }
}
