//! Runs of pytest that are forked, where there are many of them.
//!
//! To start an interpreter and import pytest takes longer than many a run. Nothing of the project is imported before the
//! fork, so a forked run does what one that is started does. It only saves time: where a server is not up to it, the run is
//! started.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;

use super::context::Context;
use super::launch::{Extra, Finished, command, start};
use crate::sys::file;
use crate::sys::fork_server::ForkServer;
use crate::sys::process::Command;
use crate::tools::interpreter::Interpreter;
use crate::tools::pytest::FORKS;

/// The servers that wait for a run.
#[derive(Debug)]
pub struct Forks {
    /// Their interpreter; `None` where runs are not forked.
    interpreter: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Each with whether its runs measure coverage.
    idle: Vec<(bool, ForkServer)>,
    started: usize,
    /// One failed, and none is asked again.
    is_over: bool,
}

impl Forks {
    /// No run is forked.
    pub fn none() -> Self {
        Self { interpreter: None, state: Mutex::default() }
    }

    /// For `runs` of them, on `jobs` workers: each server pays when it is used again.
    pub fn worthwhile(interpreter: Option<&Interpreter>, runs: usize, jobs: usize) -> Self {
        let pays = cfg!(target_os = "linux") && runs > jobs;
        let interpreter = interpreter.filter(|_| pays).map(|interpreter| interpreter.executable.clone());
        Self { interpreter, state: Mutex::default() }
    }

    /// Runs pytest to its end, forked where that is to be had. `None` where a run was forked and nobody knows how it
    /// ended: what it wrote counts for nothing, and no other is forked.
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn launch(&self, context: &Context<'_>, command: Command) -> anyhow::Result<Option<Finished>> {
        let measures = command.argv.iter().any(|argument| argument.starts_with("--cov="));
        let Some(mut server) = self.server(context, &command, measures)? else {
            return start(context, command).map(Some);
        };
        let ended = server.run(&command, context.interrupt);
        let ended = ended.with_context(|| format!("cannot write `{}`", command.stdout.display()))?;
        let Some(ended) = ended else {
            self.state().is_over = true;
            return Ok(None);
        };
        self.state().idle.push((measures, server));
        Ok(Some(Finished::of(command, &ended)))
    }

    /// A server that nobody uses; `None` where there is none to be had.
    /// What imports coverage.py ahead serves only runs that do so.
    fn server(
        &self,
        context: &Context<'_>,
        first: &Command,
        measures: bool,
    ) -> anyhow::Result<Option<ForkServer>> {
        let Some(interpreter) = &self.interpreter else { return Ok(None) };
        let number = {
            let mut state = self.state();
            if state.is_over {
                return Ok(None);
            }
            if let Some(place) = state.idle.iter().position(|(other, _)| *other == measures) {
                return Ok(Some(state.idle.swap_remove(place).1));
            }
            state.started += 1;
            state.started
        };
        let name = format!("pytest-forks-{number}");
        let script = context.folder.file("pytest_forks.py");
        file::write_whole(&script, FORKS)?;
        let ready = format!("{name}.ready");
        let Some(pytest) = first.argv.first() else { return Ok(None) };
        let mut argv =
            vec![interpreter.clone(), context.file("pytest_forks.py"), pytest.clone(), context.file(&ready)];
        argv.extend(measures.then(|| "coverage".to_owned()));
        // It stands at the beginning of the module path, which is made when an interpreter starts.
        let variables = first.variables.iter().filter(|(name, _)| name == "PYTHONPATH").cloned().collect();
        let command = command(context, &name, argv, Extra { variables, input: None });
        let server = ForkServer::start(command, &context.folder.file(&ready), context.interrupt)?;
        self.state().is_over |= server.is_none();
        Ok(server)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
