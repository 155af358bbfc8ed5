//! `report`: how ready all components are; or the verdict over the assessments of shards. It measures nothing.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::app::merge::{Request, merge};
use crate::app::project::Workspace;
use crate::app::readiness::{add, readiness, since};
use crate::app::stages::Stages;
use crate::report::readiness::{Readiness, State, render_html, render_json, render_markdown, render_text};
use crate::report::{Format, Style};
use crate::sys::clock;

use super::argument::{Global, Report};
use super::exit::Exit;
use super::failure::Failure;
use super::publication::Publication;
use super::verify;

/// What readiness can be shown as.
const FORMATS: [Format; 4] = [Format::Text, Format::Json, Format::Markdown, Format::Html];

/// Carries out `report`.
pub(super) fn run(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    let publication = Publication { format: arguments.format, outputs: &arguments.output, attests: &[] };
    if arguments.merge.is_empty() {
        of_readiness(global, arguments, &publication)
    } else {
        of_shards(global, arguments, &publication)
    }
}

fn of_shards(global: &Global, arguments: &Report, publication: &Publication<'_>) -> Result<Exit, Failure> {
    let read = arguments.merge.iter().chain(&arguments.plan).chain(&global.config);
    let loaded = Workspace::load(global.config.as_deref());
    publication.check(&read.map(PathBuf::as_path).collect::<Vec<&Path>>(), loaded.as_ref().ok())?;
    publication.clear()?;
    let workspace = loaded?;
    let request = Request {
        paths: arguments.merge.clone(),
        plan: arguments.plan.clone(),
        stages: Stages::of_all(&workspace)?,
    };
    let assessment = merge(&workspace, &request)?;
    let style = verify::placed(&workspace, &assessment, verify::style(global, None), publication);
    Ok(publication.publish(&assessment, verify::of_assessment(&assessment), &style))
}

/// What an earlier report wrote stays until this one is there: it gates nothing, and the next one may be since it.
fn of_readiness(global: &Global, arguments: &Report, publication: &Publication<'_>) -> Result<Exit, Failure> {
    for format in arguments.output.iter().map(|output| output.format).chain([arguments.format]) {
        is_for_readiness(format)?;
    }
    let read = arguments.with.iter().chain(&global.config);
    let workspace = Workspace::load(global.config.as_deref())?;
    publication.check(&read.map(PathBuf::as_path).collect::<Vec<&Path>>(), Some(&workspace))?;
    let since = since(&arguments.since, clock::now(), &workspace.policy.project.name).map_err(|error| {
        let hint = "say a length of time (7d), a date (2025-10-01), or a file that `report --output json=FILE` of this \
                    project wrote";
        Failure::usage(error.to_string(), hint)
    })?;
    let mut readiness = readiness(&workspace, &since)?;
    add(&workspace, &mut readiness, &arguments.with).map_err(|error| {
        Failure::usage(error.to_string(), "name files that `verify --output json=FILE` of this version wrote")
    })?;
    let exit = exit(&readiness);
    let render = |format: Format, style: &Style, out: &mut dyn Write| {
        out.write_all(render(&readiness, format, style, exit).as_bytes())
    };
    Ok(publication.put_out(exit, &verify::style(global, None), &render))
}

fn is_for_readiness(format: Format) -> Result<(), Failure> {
    if FORMATS.contains(&format) {
        return Ok(());
    }
    let message = format!("`{}` is a format of verdicts, and readiness is none", format.name());
    let names = FORMATS.map(Format::name).join(", ");
    Err(Failure::usage(
        message,
        format!("say one of {names}; or join verdicts with `report --merge FILE...`"),
    ))
}

fn render(readiness: &Readiness, format: Format, style: &Style, exit: Exit) -> String {
    match format {
        Format::Json => render_json(readiness, env!("CARGO_PKG_VERSION"), exit.code()),
        Format::Markdown => render_markdown(readiness),
        Format::Html => render_html(readiness),
        Format::Text | Format::Junit | Format::Sarif | Format::Github | Format::Gitlab => {
            render_text(readiness, style)
        }
    }
}

/// How ready somebody is is an answer, whatever it is; only what cannot be known is none.
fn exit(readiness: &Readiness) -> Exit {
    let unknown: Vec<_> = readiness.in_state(State::Unknown).collect();
    if unknown.is_empty() {
        Exit::Pass
    } else if unknown.iter().any(|component| component.is_broken()) {
        Exit::Integrity
    } else {
        Exit::Inconclusive
    }
}
