//! Starts one tool and turns its end into a record.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use crate::model::run::{Exit, Run};
use crate::model::toolchain::ResolvedTool;
use crate::sys::file;
use crate::sys::process::{Command, Ended, run};

use super::context::Context;

/// How much of a log is looked at for a message, in bytes.
const LOG: u64 = 64 * 1024;

/// A tool's process after its end.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub duration: Duration,
    /// What it printed.
    pub stdout: PathBuf,
    /// What it complained about.
    pub stderr: PathBuf,
    /// What was executed.
    pub argv: Vec<String>,
    /// How many processes it had left behind, which were stopped.
    pub left_behind: usize,
}

impl Finished {
    /// What a command came to.
    pub fn of(command: Command, ended: &Ended) -> Self {
        Self {
            exit: ended.exit,
            duration: ended.duration,
            stdout: command.stdout,
            stderr: command.stderr,
            argv: command.argv,
            left_behind: ended.left_behind,
        }
    }

    /// The beginning of standard error.
    pub fn complaint(&self) -> String {
        file::read_beginning(&self.stderr, LOG)
    }

    /// The ends of both streams.
    pub fn log(&self) -> String {
        let (out, err) = (file::read_end(&self.stdout, LOG), file::read_end(&self.stderr, LOG));
        format!("{out}\n{err}")
    }

    /// The record; `report` is the file that is read as its report, where it came to its own end.
    pub fn record(&self, tool: &ResolvedTool, report: &std::path::Path) -> Run {
        Run {
            tool: tool.tool,
            version: tool.version.clone(),
            argv: self.argv.as_slice().into(),
            exit: self.exit,
            duration: self.duration,
            report_sha256: matches!(self.exit, Exit::Code(_)).then(|| file::sha256(report)).flatten(),
            cached: None,
        }
    }
}

/// What to start besides the arguments.
#[derive(Debug, Default)]
pub struct Extra {
    /// Variables on top of those that every tool is given.
    pub variables: Vec<(OsString, OsString)>,
    /// Standard input.
    pub input: Option<PathBuf>,
}

/// Runs `argv` in the project's root to its end; its streams go to `NAME.out` and `NAME.err`.
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn launch(
    context: &Context<'_>,
    name: &str,
    argv: Vec<String>,
    extra: Extra,
) -> anyhow::Result<Finished> {
    start(context, command(context, name, argv, extra))
}

/// Runs a command to its end.
///
/// # Errors
/// As [`launch`].
pub fn start(context: &Context<'_>, command: Command) -> anyhow::Result<Finished> {
    let ended = run(&command, context.interrupt);
    let ended = ended.with_context(|| format!("cannot write `{}`", command.stdout.display()))?;
    Ok(Finished::of(command, &ended))
}

/// The command for `argv`, not started.
pub fn command(context: &Context<'_>, name: &str, argv: Vec<String>, extra: Extra) -> Command {
    let mut variables = context.variables.clone();
    // A later value of a variable takes the place of an earlier one.
    for (name, value) in extra.variables {
        variables.retain(|(existing, _)| *existing != name);
        variables.push((name, value));
    }
    Command {
        argv,
        folder: context.root.clone(),
        variables,
        input: extra.input,
        stdout: context.folder.file(&format!("{name}.out")),
        stderr: context.folder.file(&format!("{name}.err")),
        limit: context.limit,
    }
}
