//! `doctor`: show which tools were found, where, and what to type where one is missing.

use std::fmt::Write as _;

use crate::app::diagnosis::{Diagnosis, diagnose};
use crate::app::project::Workspace;
use crate::model::policy::Runner;
use crate::model::reason::Reason;
use crate::model::toolchain::{Origin, ResolvedTool, Tool};
use crate::report::clean::one_line;
use crate::sys::interrupt::Interrupt;
use crate::tools::oldest;

use super::argument::Global;
use super::exit::Exit;
use super::failure::Failure;
use super::print;
use super::progress::Progress;

/// Carries out `doctor`.
pub(super) fn run(global: &Global) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let progress = Progress::new(global.quiet);
    let diagnosis = diagnose(&workspace, &interrupt, &progress);
    progress.clear();
    let diagnosis = diagnosis?;
    let (policy, root) = (one_line(&workspace.file), one_line(&workspace.root.to_string_lossy()));
    print::stdout(&format!("policy       {policy}\nproject      {root}\n{}", text(&diagnosis)))?;
    Ok(match (interrupt.raised(), is_healthy(&diagnosis)) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Pass,
        (false, false) => Exit::Inconclusive,
    })
}

fn is_healthy(diagnosis: &Diagnosis) -> bool {
    diagnosis.tools.iter().all(|(_, found)| found.is_ok())
        && diagnosis.coverage_plugin.is_ok()
        && diagnosis.interpreter.is_ok()
}

fn text(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    let mut line = |good: &str, name: &str, found: Result<String, &Reason>| {
        let (mark, said) = match found {
            Ok(said) => (good, said),
            Err(reason) => ("✗", advised(&one_line(&reason.message), &one_line(&reason.hint))),
        };
        let _infallible = writeln!(text, "{mark} {name:14} {said}");
    };
    let environment = &diagnosis.environment;
    let python = diagnosis.interpreter.as_ref().map(|executable| {
        let version = environment.python.as_deref().unwrap_or("?");
        format!("{version}, {} distributions  {}", environment.distributions.len(), one_line(executable))
    });
    line("✓", "python", python);
    for (tool, found) in &diagnosis.tools {
        let newer = found.as_ref().ok().and_then(|found| oldest::newer_than(*tool, &found.version));
        let said = found.as_ref().map(|found| resolved(found, &diagnosis.runner));
        match newer {
            None => line("✓", tool.name(), said),
            Some(oldest) => {
                let advice = format!("use {oldest} or newer, since no older one is known to work");
                line("?", tool.name(), said.map(|said| advised(&said, &advice)));
            }
        }
    }
    line("✓", "pytest-cov", diagnosis.coverage_plugin.as_ref().cloned());
    for (name, path, purpose) in &diagnosis.programs {
        let said = path.as_ref().map_or_else(|| format!("not on PATH ({purpose})"), |path| one_line(path));
        let mark = if path.is_some() { "✓" } else { "-" };
        let _infallible = writeln!(text, "{mark} {name:14} {said}");
    }
    if let Some(lock) = &environment.lock {
        let agrees = match environment.in_sync {
            Some(true) => "agrees with the project and what is installed",
            Some(false) => "does NOT agree with the project: run `uv lock`",
            None => "was not compared",
        };
        let _infallible = writeln!(text, "  {:14} {} {agrees}", "lock", one_line(lock));
    }
    text
}

fn resolved(found: &ResolvedTool, runner: &Runner) -> String {
    let whose = match (found.origin, runner) {
        (Origin::Project, _) => "of the project's environment".to_owned(),
        (Origin::Uvx, _) => "from uvx: pin it under `tools`, or add it to the project".to_owned(),
        (Origin::Path, _) => "from PATH".to_owned(),
        (Origin::Policy, _) => "named by the policy".to_owned(),
    };
    let version = match found.tool {
        Tool::Own(_) if found.version == "unknown" => "version not asked".to_owned(),
        _ => one_line(&found.version),
    };
    format!("{version}, {whose}  {}", one_line(&found.executable.to_string_lossy()))
}

fn advised(said: &str, advice: &str) -> String {
    format!("{said}\n                 do: {advice}")
}
