//! `audit --attestation`: what was attested, held against what is here.

use crate::app::attestation::{Asked, audit};
use crate::app::project::Workspace;
use crate::report::attestation::held::{Weight, render, render_json};

use super::argument::{Audit, Global, ViewFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, verify};

/// Carries it out.
pub(super) fn run(global: &Global, arguments: &Audit) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let asked = Asked { names: &arguments.components, to: arguments.to, max_age: arguments.max_age };
    let held = audit(&workspace, &arguments.attestation, asked)?;
    let exit = match held.weight() {
        Weight::Holds => Exit::Pass,
        Weight::Foreign | Weight::Open => Exit::Inconclusive,
        Weight::Failed => Exit::Fail,
        Weight::Broken => Exit::Integrity,
    };
    print::stdout(&match arguments.format {
        ViewFormat::Text => render(&held, &verify::style(global, None)),
        ViewFormat::Json => render_json(&held, exit.code()),
    })?;
    Ok(exit)
}
