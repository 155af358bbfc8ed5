//! `plan`: show what `verify` would run, and why.

use std::fmt::Write as _;

use crate::app::division::divide;
use crate::app::outline::{Outline, outline};
use crate::app::planned_run::PlannedRun;
use crate::app::project::Workspace;
use crate::app::selection::Selection;
use crate::model::check::Check;
use crate::model::policy::Runner;
use crate::model::toolchain::Tool;
use crate::model::waiver::Waiver;
use crate::report::clean::one_line;
use crate::report::plan_document::render_matrix;
use crate::sys::interrupt::Interrupt;

use super::argument::{Global, Plan, PlanFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::quotation::quoted;
use super::{explain, print, verify};

/// Carries out `plan`.
pub(super) fn run(global: &Global, arguments: &Plan) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    if arguments.shards.is_some() && arguments.format == PlanFormat::Text {
        return Err(Failure::usage(
            "`--shards` divides nothing in a plan for people",
            "add `--format matrix` or `--format json`",
        ));
    }
    let (choice, selection) = verify::selection(&workspace, &arguments.which)?;
    let why = if arguments.which.explain { explain::text(&choice) } else { String::new() };
    if arguments.format != PlanFormat::Text {
        // What programs read stands alone.
        print::stderr(&why);
        return divided(&workspace, &selection, arguments);
    }
    if choice.names.is_empty() {
        let since = arguments.which.changed_since.as_deref().map(one_line);
        let since = since.map(|revision| format!(" changed since `{revision}`")).unwrap_or_default();
        print::stdout(&format!("{why}no component{since}: nothing would run\n"))?;
        return Ok(Exit::Pass);
    }
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let progress = Progress::new(global.quiet);
    let outline = outline(&workspace, &selection, &interrupt, &progress);
    progress.clear();
    let outline = outline?;
    let gap = if why.is_empty() { "" } else { "\n" };
    print::stdout(&format!("{why}{gap}{}", text(&outline, &workspace.root.to_string_lossy())))?;
    let exit = match (interrupt.raised(), outline.faults.is_empty()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Pass,
        (false, false) => Exit::Usage,
    };
    if !outline.faults.is_empty() {
        print::stderr(&Failure::of_paths(&workspace.file, outline.faults).text());
    }
    Ok(exit)
}

/// The shards, for programs.
fn divided(workspace: &Workspace, selection: &Selection, arguments: &Plan) -> Result<Exit, Failure> {
    let division = divide(workspace, selection, arguments.shards.map(usize::from))?;
    if !division.faults.is_empty() {
        print::stderr(&Failure::of_paths(&workspace.file, division.faults.clone()).text());
    }
    let document = &division.document;
    print::stdout(&match arguments.format {
        PlanFormat::Matrix => render_matrix(&document.shards),
        PlanFormat::Text | PlanFormat::Json => document.render(),
    })?;
    Ok(if division.faults.is_empty() { Exit::Pass } else { Exit::Usage })
}

fn text(outline: &Outline, root: &str) -> String {
    let mut text = String::new();
    for component in &outline.components {
        let _infallible = writeln!(
            text,
            "{}: {} → {}; checks: {}",
            one_line(&component.name),
            component.from,
            component.to,
            ids(&component.checks)
        );
        match &component.files {
            Ok(files) => files.iter().for_each(|file| {
                let _infallible = writeln!(text, "  {}", one_line(file));
            }),
            Err(reason) => {
                let _infallible = writeln!(text, "  {}", one_line(&reason.message));
            }
        }
        for (waiver, is_in_force) in &component.waivers {
            let _infallible = writeln!(text, "  waiver: {}", one_line(&waiver_words(waiver, *is_in_force)));
        }
    }
    let _infallible =
        writeln!(text, "\nTools run in {}; provided by {}", one_line(root), runner(&outline.runner));
    for (tool, found) in &outline.tools {
        let line = match found {
            Ok(found) => {
                format!("{} ({})  {}", found.version, found.origin.name(), found.executable.display())
            }
            Err(reason) => format!("{}; {}", reason.message, reason.hint),
        };
        let _infallible = writeln!(text, "  {:8} {}", tool.name(), one_line(&line));
    }
    text.push_str("\nConfiguration in force\n");
    for (tool, file, table) in &outline.configurations {
        // A table may be any of several: `[tool.coverage.` stands for all below it.
        let open = if table.is_some_and(|table| !table.ends_with(']')) { "…]" } else { "" };
        let table = table.map(|table| format!(" {table}{open}")).unwrap_or_default();
        let _infallible = writeln!(text, "  {:8} {}{}", tool.name(), one_line(file), table);
    }
    if outline.tools.iter().any(|(tool, _)| *tool == Tool::Bandit) {
        text.push_str("  bandit   none: it reads none unless it is told to\n");
    }
    for line in &outline.set_aside {
        let _infallible = writeln!(text, "  set aside: {}", one_line(line));
    }
    text.push_str("\nRuns, besides small ones that check what these say\n");
    for run in &outline.runs {
        text.push_str(&run_text(run));
    }
    text
}

fn waiver_words(waiver: &Waiver, is_in_force: bool) -> String {
    let Waiver { check, rule, path, max, reason, owner, issue, expires, .. } = waiver;
    let over = if is_in_force { "" } else { ", which is over: it covers nothing" };
    format!("{check} {rule} in {path}, {max} at most, until {expires}{over} ({owner}, {issue}: {reason})")
}

fn run_text(run: &PlannedRun) -> String {
    let only_if = run.only_if.as_ref().map(|condition| format!(" (only if {condition})")).unwrap_or_default();
    let argv: Vec<String> = run.argv.iter().map(|argument| quoted(argument)).collect();
    format!("  {}: {}{}\n    {}\n", ids(&run.checks), run.purpose, only_if, argv.join(" "))
}

fn ids(checks: &[Check]) -> String {
    checks.iter().map(|check| check.id()).collect::<Vec<_>>().join(", ")
}

fn runner(runner: &Runner) -> String {
    match runner {
        Runner::Uv => "uv: the project's environment, and uvx for what it lacks".to_owned(),
        Runner::Venv(folder) => format!("the environment `{}`", one_line(folder)),
        Runner::Path | Runner::Auto => "PATH".to_owned(),
    }
}
