//! `report`: join the assessments of shards and print the verdict. It measures nothing.

use crate::app::checkout::checkout;
use crate::app::merge::{Request, merge};
use crate::app::project::Workspace;
use crate::app::stages::Stages;
use crate::report::Style;

use super::argument::{Global, Report};
use super::exit::Exit;
use super::failure::Failure;
use super::{verify, workflow};

/// Carries out `report`.
pub(super) fn run(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    verify::check_outputs(arguments.format, &arguments.output)?;
    let request = Request {
        paths: arguments.merge.clone(),
        plan: arguments.plan.clone(),
        stages: Stages::of_all(&workspace)?,
    };
    let assessment = merge(&workspace, &request)?;
    let style = Style { checkout: checkout(&workspace), ..verify::style(global, None) };
    let exit = verify::of_assessment(&assessment);
    verify::show(&assessment, arguments.format, &arguments.output, &style)?;
    workflow::tell(&assessment, exit, (arguments.format, &arguments.output), &style)?;
    Ok(exit)
}
