//! `report`: join the assessments of shards and print the verdict. It measures nothing.

use std::path::PathBuf;

use crate::app::checkout::checkout;
use crate::app::merge::{Request, merge};
use crate::app::project::Workspace;
use crate::app::stages::Stages;
use crate::report::Style;

use super::argument::{Global, Report};
use super::exit::Exit;
use super::failure::Failure;
use super::publication::Publication;
use super::verify;

/// Carries out `report`.
pub(super) fn run(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    let publication = Publication { format: arguments.format, outputs: &arguments.output };
    let read = arguments.merge.iter().chain(&arguments.plan).chain(&global.config);
    publication.prepare(&read.map(PathBuf::as_path).collect::<Vec<_>>())?;
    let workspace = Workspace::load(global.config.as_deref())?;
    let request = Request {
        paths: arguments.merge.clone(),
        plan: arguments.plan.clone(),
        stages: Stages::of_all(&workspace)?,
    };
    let assessment = merge(&workspace, &request)?;
    let style = Style { checkout: checkout(&workspace), ..verify::style(global, None) };
    Ok(publication.publish(&assessment, verify::of_assessment(&assessment), &style))
}
