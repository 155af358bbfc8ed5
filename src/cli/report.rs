//! `report`: how ready all components are; or the verdict over the assessments of shards. It measures nothing.

use crate::app::merge::{Request, merge};
use crate::app::project::Workspace;
use crate::app::readiness::{add, readiness, since};
use crate::app::stages::Stages;
use crate::report::readiness::{Readiness, State, render_html, render_json, render_markdown, render_text};
use crate::report::{Format, Paint, Style};
use crate::sys::{clock, file};

use super::argument::{Global, Report};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, verify, workflow};

/// What readiness can be shown as.
const FORMATS: [Format; 4] = [Format::Text, Format::Json, Format::Markdown, Format::Html];

/// Carries out `report`.
pub(super) fn run(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    if arguments.merge.is_empty() { of_readiness(global, arguments) } else { of_shards(global, arguments) }
}

fn of_shards(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    verify::check_outputs(arguments.format, &arguments.output)?;
    let request = Request {
        paths: arguments.merge.clone(),
        plan: arguments.plan.clone(),
        stages: Stages::of_all(&workspace)?,
    };
    let assessment = merge(&workspace, &request)?;
    let style = verify::placed(
        &workspace,
        &assessment,
        verify::style(global, None),
        (arguments.format, &arguments.output),
    );
    let exit = verify::of_assessment(&assessment);
    verify::show(&assessment, arguments.format, &arguments.output, &style)?;
    workflow::tell(&assessment, exit, (arguments.format, &arguments.output), &style)?;
    Ok(exit)
}

fn of_readiness(global: &Global, arguments: &Report) -> Result<Exit, Failure> {
    for format in arguments.output.iter().map(|output| output.format).chain([arguments.format]) {
        is_for_readiness(format)?;
    }
    let since = since(&arguments.since, clock::now()).map_err(|error| {
        let hint = "say a length of time (7d), a date (2025-10-01), or a file that `report --output json=FILE` wrote";
        Failure::usage(error.to_string(), hint)
    })?;
    let workspace = Workspace::load(global.config.as_deref())?;
    verify::check_outputs(arguments.format, &arguments.output)?;
    let mut readiness = readiness(&workspace, since)?;
    add(&workspace, &mut readiness, &arguments.with).map_err(|error| {
        Failure::usage(error.to_string(), "name files that `verify --output json=FILE` of this version wrote")
    })?;
    let exit = exit(&readiness);
    let style = verify::style(global, None);
    for output in &arguments.output {
        let style = Style { paint: Paint::Plain, ..style.clone() };
        let text = render(&readiness, output.format, &style, exit);
        file::write_whole_by(&output.file, |out| out.write_all(text.as_bytes()))
            .map_err(|error| verify::cannot_write(&output.file, &error.to_string()))?;
    }
    print::stdout(&render(&readiness, arguments.format, &style, exit))?;
    Ok(exit)
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
