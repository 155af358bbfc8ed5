//! `audit --claims`: what documents claim, held against the ledgers.

use crate::app::claims::claims;
use crate::app::context::Deaf;
use crate::app::project::Workspace;
use crate::app::verify as app;
use crate::report::claims::{Trust, render_claims, render_claims_json};
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::argument::{Audit, Global, ViewFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, verify};

/// Carries it out.
pub(super) fn run(global: &Global, arguments: &Audit) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = app::context(&workspace, None, &folder, &interrupt, &Deaf);
    let claims = claims(&workspace, &arguments.components, arguments.issue.then_some(&context))?;
    let exit = match claims.trust() {
        Trust::Supported => Exit::Pass,
        Trust::Unknown => Exit::Inconclusive,
        Trust::Contradicted => Exit::Integrity,
    };
    print::stdout(&match arguments.format {
        ViewFormat::Text => render_claims(&claims, &verify::style(global, None)),
        ViewFormat::Json => render_claims_json(&claims, exit.code()),
    })?;
    Ok(exit)
}
