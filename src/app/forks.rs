//! Runs of pytest that are forked, where there are many of them.
//!
//! To start an interpreter and import pytest takes longer than many a run. Nothing of the project is imported before the
//! fork, so a forked run does what one that is started does. It only saves time: where a server is not up to it, the run is
//! started.

use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::context::Context;
use super::launch::{Extra, Finished, command, launch};

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
    idle: Vec<ForkServer>,
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

    /// As [`launch`].
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn launch(
        &self,
        context: &Context<'_>,
        name: &str,
        argv: Vec<String>,
        variables: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    ) -> anyhow::Result<Finished> {
        let extra = || Extra { variables: variables.clone(), input: None };
        let command = command(context, name, argv.clone(), extra());
        let Some(mut server) = self.server(context, &command)? else {
            return launch(context, name, argv, extra());
        };
        let ended = server.run(&command, context.interrupt);
        let ended = ended.with_context(|| format!("cannot write the log of `{name}`"))?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ended) = ended else {
            state.is_over = true;
            drop(state);
            return launch(context, name, argv, extra());
        };
        state.idle.push(server);
        Ok(Finished::of(command, &ended))
    }

    /// A server that nobody uses; `None` where there is none to be had.
    fn server(&self, context: &Context<'_>, first: &Command) -> anyhow::Result<Option<ForkServer>> {
        let Some(interpreter) = &self.interpreter else { return Ok(None) };
        let number = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.is_over {
                return Ok(None);
            }
            if let Some(server) = state.idle.pop() {
                return Ok(Some(server));
            }
            state.started += 1;
            state.started
        };
        let script = context.folder.file("pytest_forks.py");
        file::write_whole(&script, FORKS)?;
        let ready = context.folder.file(&format!("pytest-forks-{number}.ready"));
        let Some(pytest) = first.argv.first() else { return Ok(None) };
        let paths = [&script, &ready].map(|path| path.to_string_lossy().into_owned());
        let [script, ready_argument] = paths;
        let argv = vec![interpreter.clone(), script, pytest.clone(), ready_argument];
        let python_path = first.variables.iter().filter(|(name, _)| name == "PYTHONPATH").cloned().collect();
        let extra = Extra { variables: python_path, input: None };
        let command = command(context, &format!("pytest-forks-{number}"), argv, extra);
        let server = ForkServer::start(command, &ready, context.interrupt)?;
        if server.is_none() {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        }
        Ok(server)
    }
}
