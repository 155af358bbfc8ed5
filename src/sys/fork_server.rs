//! Child processes that a process of ours forks: it has imported already what each of them begins with.
//!
//! They are watched, bounded and stopped like any other child (`process`): each leads a group, carries a mark, and what it
//! leaves behind becomes ours. Only its end is told by the process that forked it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::Pid;

use crate::model::run::Exit;

use super::clock::Stopwatch;
use super::interrupt::Interrupt;
use super::orphan::{Own, Purpose};
use super::process::{Child, Command, Ended, Held, Process, kill_marked, new_mark};
use super::process_table::MARK;
use super::{file, tree};

/// How often a file is looked for that the server writes.
const LOOK: Duration = Duration::from_millis(4);

/// A process that forks one child at a time.
///
/// It is told what to run by a JSON object a line: `arguments`, `variables` besides its own, `mark`, which stands for the
/// one in its environment, the files `stdout` and `stderr`, and `started` and `ended`, which it writes whole: the child's
/// number, and `code N` or `signal N`.
#[derive(Debug)]
pub struct ForkServer {
    held: Held,
    command: Command,
}

impl ForkServer {
    /// Starts a server and waits until `ready` is there; `None` where it ends instead.
    ///
    /// # Errors
    /// Only where we could not do our work: no log file could be opened.
    pub fn start(command: Command, ready: &Path, interrupt: &Interrupt) -> io::Result<Option<Self>> {
        let Ok(held) = Held::start(&command, interrupt)? else { return Ok(None) };
        let ended = held.wait_until(&command, || tree::exists(ready))?;
        Ok(ended.is_none().then_some(Self { held, command }))
    }

    /// Runs a command as a fork, without its first argument. `None` where the server cannot, or is gone before it told how
    /// the run ended: what came of that run counts for nothing, and the server is of no more use.
    ///
    /// # Errors
    /// As [`super::process::run`].
    pub fn run(&mut self, command: &Command, interrupt: &Interrupt) -> io::Result<Option<Ended>> {
        if interrupt.raised() {
            return Ok(Some(Ended { exit: Exit::Interrupted, duration: Duration::ZERO, left_behind: 0 }));
        }
        let mark = new_mark();
        let (started, ended) = (beside(&command.stdout, "started"), beside(&command.stdout, "ended"));
        let Some(request) = self.request(command, &mark, &started, &ended) else { return Ok(None) };
        let watch = Stopwatch::start();
        let Some(number) = self.fork(&request, &started)? else {
            // It may have been forked and nobody know of it: with the server's mark, or its own.
            [self.held.mark(), &mark].into_iter().for_each(kill_marked);
            return Ok(None);
        };
        let own = Own::of(Purpose::Work, number);
        let process = Forked { server: &self.held, ended: &ended };
        let (group, interrupt) = (Pid::from_raw(number), interrupt.clone());
        let outcome = Child { process, own, group, mark, watch, interrupt }.wait(command)?;
        let is_stopped = matches!(outcome.exit, Exit::TimedOut | Exit::Interrupted | Exit::Flooded);
        Ok((is_stopped || tree::exists(&ended)).then_some(outcome))
    }

    /// The number of the process that the server forked; `None` where it did not tell.
    fn fork(&mut self, request: &str, started: &Path) -> io::Result<Option<i32>> {
        let is_asked = self.held.say(request).is_ok();
        if !is_asked || self.held.wait_for(&self.command, || tree::exists(started))?.is_some() {
            return Ok(None);
        }
        Ok(file::read_text(started).ok().and_then(|text| text.parse().ok()))
    }

    /// `None` where the command is none that the server can run.
    fn request(&self, command: &Command, mark: &str, started: &Path, ended: &Path) -> Option<String> {
        let (_, arguments) = command.argv.split_first()?;
        let is_same_place = command.folder == self.command.folder && command.input.is_none();
        let there = |name: &OsStr| command.variables.iter().any(|(other, _)| other == name);
        if !is_same_place || !self.command.variables.iter().all(|(name, _)| there(name)) {
            return None;
        }
        let ours = [(OsString::from(MARK), OsString::from(mark))];
        let changed = command.variables.iter().filter(|variable| !self.command.variables.contains(variable));
        let variables = changed
            .chain(&ours)
            .map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_str()?.into())))
            .collect::<Option<serde_json::Map<String, serde_json::Value>>>()?;
        let request = serde_json::json!({
            "arguments": arguments,
            "variables": variables,
            "mark": mark,
            "stdout": command.stdout.to_str()?,
            "stderr": command.stderr.to_str()?,
            "started": started.to_str()?,
            "ended": ended.to_str()?,
        });
        Some(request.to_string())
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    path.with_extension(ending)
}

/// A child of the server.
#[derive(Debug)]
struct Forked<'a> {
    server: &'a Held,
    ended: &'a Path,
}

impl Forked<'_> {
    fn told(&self) -> Option<Exit> {
        let text = file::read_text(self.ended).ok()?;
        let (kind, number) = text.split_once(' ')?;
        let number = number.parse().ok()?;
        Some(if kind == "code" { Exit::Code(number) } else { Exit::Signal(number) })
    }
}

impl Process for Forked<'_> {
    fn ended_within(&self, span: Duration) -> io::Result<Option<Exit>> {
        let watch = Stopwatch::start();
        loop {
            if let Some(exit) = self.told() {
                return Ok(Some(exit));
            }
            if self.server.ended_within(LOOK)?.is_some() {
                return Ok(Some(self.told().unwrap_or(Exit::Signal(0))));
            }
            if watch.elapsed() >= span {
                return Ok(None);
            }
        }
    }
}
