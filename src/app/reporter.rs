//! One process of coverage.py for the reports of all runs.
//!
//! Not here: what is asked of it (`coverage_invocation`). It only saves time: where it is not up to it, the report is
//! made by a process of its own.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::context::Context;
use super::launch::{Extra, command, launch};
use crate::model::run::Exit;
use crate::sys::process::{Command, Held};
use crate::sys::{file, tree};
use crate::tools::coverage_invocation::{ReportInvocation, SERVER};

/// The process, started when it is first needed.
#[derive(Debug, Default)]
pub struct Reporter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Running(Box<(Held, Command)>),
    /// It failed once, and is not asked again.
    Failed,
}

impl Reporter {
    /// Makes a report; `name` is that of its log. Tells how the process that made it ended, or would have.
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn make(
        &self,
        context: &Context<'_>,
        invocation: &ReportInvocation<'_>,
        name: &str,
    ) -> anyhow::Result<Exit> {
        match self.ask(context, invocation, name)? {
            Some(exit) => Ok(exit),
            None => Ok(launch(context, name, invocation.argv(), Extra::default())?.exit),
        }
    }

    /// `None` where the process cannot do it.
    fn ask(
        &self,
        context: &Context<'_>,
        invocation: &ReportInvocation<'_>,
        name: &str,
    ) -> anyhow::Result<Option<Exit>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Idle) {
            *state = start(context, invocation)?;
        }
        let State::Running(running) = &mut *state else { return Ok(None) };
        let (held, command) = &mut **running;
        let target = context.folder.file(&format!("{name}.code"));
        let done = held.say(&invocation.request(&target.to_string_lossy())).is_ok()
            && held.wait_for(command, || tree::exists(&target))?.is_none();
        let code = done.then(|| read_code(&target)).flatten();
        if code.is_none() {
            *state = State::Failed;
        }
        Ok(code.map(Exit::Code))
    }
}

fn start(context: &Context<'_>, invocation: &ReportInvocation<'_>) -> anyhow::Result<State> {
    let script = context.folder.file("coverage_reports.py");
    file::write_whole(&script, SERVER)?;
    let argv = invocation.server_argv(&script.to_string_lossy());
    let command = command(context, "coverage-reports", argv, Extra::default());
    Ok(match Held::start(&command, context.interrupt)? {
        Ok(held) => State::Running(Box::new((held, command))),
        Err(_cannot_start) => State::Failed,
    })
}

fn read_code(path: &Path) -> Option<i32> {
    file::read_text(path).ok()?.parse().ok()
}
