//! Child processes: started without a shell, bounded in time and output, and gone afterwards.
//!
//! A child's end is a value, never an error. The hard part is what a child leaves behind: pytest-xdist,
//! npm and tests start processes of their own. Each child leads a process group, which gets TERM, a
//! grace period, and KILL; what left the group (a daemon) is found by a variable in its environment.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::model::run::Exit;

use super::clock::Stopwatch;
use super::interrupt::Interrupt;
use super::orphan::{self, Own, Purpose};
use super::process_table::{GRACE, MARK, marked, pause};

/// How often a waiting run looks at the interrupt, the limit and the size of the output.
const TICK: Duration = Duration::from_millis(200);
/// What a child may write to standard output or error, in bytes.
const FLOOD: u64 = 1 << 30;
/// What is kept of a stream of a child that was stopped, in bytes: nobody reads it as a report, and the logs
/// of several runs stay on the disk.
const KEPT: u64 = 64 << 20;
/// What to start.
#[derive(Debug, Clone)]
pub struct Command {
    /// Executable and arguments. Never seen by a shell.
    pub argv: Vec<String>,
    /// The working folder.
    pub folder: PathBuf,
    /// All variables of the child.
    pub variables: Vec<(OsString, OsString)>,
    /// Standard input; nothing where it is `None`.
    pub input: Option<PathBuf>,
    /// Standard output goes to this file.
    pub stdout: PathBuf,
    /// Standard error goes to this file.
    pub stderr: PathBuf,
    /// How long it may take.
    pub limit: Duration,
}

/// How it went.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub duration: Duration,
    /// How many processes it had left behind, which were stopped.
    pub left_behind: usize,
}

/// Runs a command to its end.
///
/// # Errors
/// Only where we could not do our work: no log file could be opened. A command that cannot be started
/// ends with [`Exit::NotFound`].
pub fn run(command: &Command, interrupt: &Interrupt) -> io::Result<Ended> {
    let child = match Child::start(command, None, interrupt)? {
        Ok(child) => child,
        Err(ended) => return Ok(ended),
    };
    child.wait(command)
}

/// A process that lives until it is released: it holds an environment that exists only as long.
#[derive(Debug)]
pub struct Held {
    child: Child,
    lifeline: Option<PipeWriter>,
}

impl Held {
    /// Starts a command whose standard input stays open until it is released. If we die, the system
    /// closes the pipe and the command ends as well.
    pub fn start(command: &Command, interrupt: &Interrupt) -> io::Result<Result<Self, Ended>> {
        let (reader, lifeline) = io::pipe()?;
        let input = File::from(std::os::fd::OwnedFd::from(reader));
        Ok(Child::start(command, Some(input), interrupt)?
            .map(|child| Self { child, lifeline: Some(lifeline) }))
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        let Some(lifeline) = &mut self.lifeline else { return Err(io::ErrorKind::BrokenPipe.into()) };
        lifeline.write_all(format!("{line}\n").as_bytes())
    }

    /// What it and all that it starts carries in the environment.
    pub(super) fn mark(&self) -> &str {
        &self.child.mark
    }

    /// How it ended, where it does within `span`.
    pub(super) fn ended_within(&self, span: Duration) -> io::Result<Option<Exit>> {
        self.child.ended_within(span)
    }

    /// As [`Held::wait_until`], with the whole limit of the command from now on.
    pub fn wait_for<F>(&self, command: &Command, ready: F) -> io::Result<Option<Ended>>
    where
        F: FnMut() -> bool,
    {
        self.wait(command, &Stopwatch::start(), ready)
    }

    /// Waits until `ready` says so, and tells how the command ended if it ended before.
    pub fn wait_until<F>(&self, command: &Command, ready: F) -> io::Result<Option<Ended>>
    where
        F: FnMut() -> bool,
    {
        self.wait(command, &self.child.watch, ready)
    }

    fn wait<F>(&self, command: &Command, watch: &Stopwatch, mut ready: F) -> io::Result<Option<Ended>>
    where
        F: FnMut() -> bool,
    {
        loop {
            if ready() {
                return Ok(None);
            }
            if let Some(exit) = self.child.ended_within(Duration::from_millis(4))? {
                return Ok(Some(self.child.ended(exit)));
            }
            if let Some(exit) = self.child.stopped_for(command, watch) {
                return Ok(Some(self.child.ended(exit)));
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.lifeline = None;
        // It needs a moment to take its environment away.
        if !matches!(self.child.ended_within(GRACE * 2), Ok(Some(_))) {
            self.child.stop();
        }
    }
}

/// What can be waited for: a process that we started, or one that another did in our stead.
pub(super) trait Process {
    /// How it ended, where it does within `span`.
    fn ended_within(&self, span: Duration) -> io::Result<Option<Exit>>;
}

impl Process for duct::Handle {
    fn ended_within(&self, span: Duration) -> io::Result<Option<Exit>> {
        use std::os::unix::process::ExitStatusExt;
        let Some(output) = self.wait_timeout(span)? else { return Ok(None) };
        Ok(Some(match (output.status.code(), output.status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or(0)),
        }))
    }
}

/// The leader of a process group, and all that comes of it.
#[derive(Debug)]
pub(super) struct Child<P = duct::Handle> {
    /// Itself.
    pub(super) process: P,
    /// For as long as it is ours.
    pub(super) own: Own,
    /// Its group, which has its number.
    pub(super) group: Pid,
    /// What its environment carries, and that of all that it starts.
    pub(super) mark: String,
    /// Since it was started.
    pub(super) watch: Stopwatch,
    /// Whether it is to stop.
    pub(super) interrupt: Interrupt,
}

/// A mark that no other child of ours has had, and that is as long as any.
pub(super) fn new_mark() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{:08}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Child {
    #[expect(clippy::disallowed_methods, reason = "this is the place that starts processes")]
    fn start(
        command: &Command,
        input: Option<File>,
        interrupt: &Interrupt,
    ) -> io::Result<Result<Self, Ended>> {
        let mark = new_mark();
        let watch = Stopwatch::start();
        let not_found =
            |watch: Stopwatch| Ended { exit: Exit::NotFound, duration: watch.elapsed(), left_behind: 0 };
        let Some((program, arguments)) = command.argv.split_first() else {
            return Ok(Err(not_found(watch)));
        };
        let variables =
            command.variables.iter().cloned().chain([(OsString::from(MARK), OsString::from(&mark))]);
        let expression = duct::cmd(program, arguments)
            .dir(&command.folder)
            .full_env(variables)
            .stdout_file(File::options().create(true).write(true).truncate(true).open(&command.stdout)?)
            .stderr_file(File::options().create(true).write(true).truncate(true).open(&command.stderr)?)
            .unchecked()
            .before_spawn(|child| {
                std::os::unix::process::CommandExt::process_group(child, 0);
                Ok(())
            });
        let purpose = if input.is_some() { Purpose::Hold } else { Purpose::Work };
        let expression = match (input, &command.input) {
            (Some(file), _) => expression.stdin_file(file),
            (None, Some(path)) => expression.stdin_path(path),
            (None, None) => expression.stdin_null(),
        };
        orphan::adopt();
        let id = |handle: &duct::Handle| {
            handle.pids().first().and_then(|pid| i32::try_from(*pid).ok()).unwrap_or_default()
        };
        match Own::started(purpose, || expression.start(), id) {
            Ok((handle, own)) => {
                let group = Pid::from_raw(id(&handle));
                Ok(Ok(Self { process: handle, own, group, mark, watch, interrupt: interrupt.clone() }))
            }
            Err(_cannot_start) => Ok(Err(not_found(watch))),
        }
    }
}

impl<P: Process> Child<P> {
    /// Waits for its end, or stops it if there is a cause to.
    pub(super) fn wait(&self, command: &Command) -> io::Result<Ended> {
        loop {
            if let Some(exit) = self.ended_within(TICK)? {
                return Ok(self.ended(exit));
            }
            if let Some(exit) = self.stopped_for(command, &self.watch) {
                return Ok(self.ended(exit));
            }
        }
    }

    /// Stops the child if there is a cause to.
    fn stopped_for(&self, command: &Command, watch: &Stopwatch) -> Option<Exit> {
        let cause = if self.interrupt.raised() {
            Exit::Interrupted
        } else if watch.elapsed() >= command.limit {
            Exit::TimedOut
        } else if size(&command.stdout).max(size(&command.stderr)) > FLOOD {
            Exit::Flooded
        } else {
            return None;
        };
        self.stop();
        cut(&command.stdout);
        cut(&command.stderr);
        Some(cause)
    }

    fn ended_within(&self, span: Duration) -> io::Result<Option<Exit>> {
        self.process.ended_within(span)
    }

    fn ended(&self, exit: Exit) -> Ended {
        let duration = self.watch.elapsed();
        if !group_lives(self.group) && !orphan::any_adopted() {
            return Ended { exit, duration, left_behind: 0 };
        }
        let orphans = if self.own.works_alone() { orphan::stop(&self.interrupt) } else { 0 };
        Ended { exit, duration, left_behind: self.stop_stragglers() + orphans }
    }

    fn is_patient(&self, grace: &Stopwatch) -> bool {
        grace.elapsed() < GRACE && !self.interrupt.is_urgent()
    }

    /// TERM to the group, a grace period, KILL.
    fn stop(&self) {
        signal_group(self.group, Signal::SIGTERM);
        let grace = Stopwatch::start();
        while self.is_patient(&grace) {
            if matches!(self.ended_within(TICK), Ok(Some(_))) {
                break;
            }
        }
        signal_group(self.group, Signal::SIGKILL);
        let _reaped = self.ended_within(GRACE);
    }

    /// Stops what the child left behind, in its group or out of it, and counts it.
    fn stop_stragglers(&self) -> usize {
        let stragglers = marked(&self.mark);
        if stragglers.is_empty() && !group_lives(self.group) {
            return 0;
        }
        signal_group(self.group, Signal::SIGTERM);
        signal_each(&stragglers, Signal::SIGTERM);
        let grace = Stopwatch::start();
        while self.is_patient(&grace) && (group_lives(self.group) || !marked(&self.mark).is_empty()) {
            pause(Duration::from_millis(10));
        }
        signal_group(self.group, Signal::SIGKILL);
        signal_each(&marked(&self.mark), Signal::SIGKILL);
        stragglers.len().max(1)
    }
}

/// Ends at once what carries a mark.
pub(super) fn kill_marked(mark: &str) {
    signal_each(&marked(mark), Signal::SIGKILL);
}

/// A signal to a group of which we are sure: 0 and 1 would be our own group and the whole system.
fn signal_group(group: Pid, signal: Signal) {
    if group.as_raw() > 1 {
        let _already_gone = killpg(group, signal);
    }
}

fn group_lives(group: Pid) -> bool {
    group.as_raw() > 1 && !matches!(killpg(group, None), Err(Errno::ESRCH))
}

fn signal_each(processes: &[Pid], signal: Signal) {
    for process in processes {
        let _already_gone = kill(*process, signal);
    }
}

/// Cuts what is longer than anybody will look at. What cannot be cut stays: it costs space, not trust.
fn cut(path: &Path) {
    if size(path) > KEPT {
        let _stays = File::options().write(true).open(path).and_then(|file| file.set_len(KEPT));
    }
}

#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// How a command ends.
    pub(in crate::sys) fn ends(argv: &[&str]) -> Exit {
        run_in(argv, LONG).0.exit
    }

    fn command(folder: &Path, argv: &[&str], limit: Duration) -> Command {
        Command {
            argv: argv.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: folder.to_owned(),
            variables: super::super::variable::for_tools(folder),
            input: None,
            stdout: folder.join("out"),
            stderr: folder.join("err"),
            limit,
        }
    }

    fn run_in(argv: &[&str], limit: Duration) -> (Ended, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let ended = run(&command(folder.path(), argv, limit), &Interrupt::default()).expect("our work");
        (ended, super::super::file::read_beginning(&folder.path().join("out"), 1000))
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_end_is_a_value() {
        assert_eq!(run_in(&["/bin/sh", "-c", "exit 7"], LONG).0.exit, Exit::Code(7));
        assert_eq!(run_in(&["/bin/sh", "-c", "kill -9 $$"], LONG).0.exit, Exit::Signal(9));
        assert_eq!(run_in(&["/no/such/tool"], LONG).0.exit, Exit::NotFound);
        assert_eq!(run_in(&["/etc/passwd"], LONG).0.exit, Exit::NotFound);
    }

    #[test]
    fn arguments_are_data_never_shell() {
        let (ended, output) = run_in(&["/bin/echo", "$(touch x); `ls`", "-n"], LONG);
        assert_eq!((ended.exit, output.as_str()), (Exit::Code(0), "$(touch x); `ls` -n\n"));
    }

    #[test]
    fn a_hanging_child_that_ignores_term_is_killed_with_its_children() {
        let script = "trap '' TERM; (trap '' TERM; sleep 313) & sleep 313";
        let (ended, _) = run_in(&["/bin/sh", "-c", script], Duration::from_millis(300));
        assert_eq!(ended.exit, Exit::TimedOut);
        assert!(running("sleep 313").is_empty(), "no process is left");
    }

    #[test]
    fn a_flood_is_stopped_and_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        // A hole in the file: its size without the disk that it would take.
        let script =
            "dd if=/dev/zero of=/dev/stdout bs=1 count=1 seek=2G conv=notrunc 2>/dev/null; sleep 317";
        let ended = run(&command(folder.path(), &["/bin/sh", "-c", script], LONG), &Interrupt::default());
        assert_eq!(ended.expect("our work").exit, Exit::Flooded);
        assert_eq!(size(&folder.path().join("out")), KEPT);
    }

    #[test]
    fn what_a_healthy_child_leaves_behind_is_stopped_and_counted() {
        let (ended, _) = run_in(&["/bin/sh", "-c", "sleep 314 & exit 0"], LONG);
        assert_eq!((ended.exit, ended.left_behind), (Exit::Code(0), 1));
        assert!(running("sleep 314").is_empty(), "no process is left");
    }

    #[test]
    fn a_daemon_that_left_the_group_is_found_by_its_mark() {
        let (ended, _) = run_in(&["/bin/sh", "-c", "setsid sleep 315 & exit 0"], LONG);
        assert_eq!(ended.exit, Exit::Code(0));
        assert!(running("sleep 315").is_empty(), "no process is left");
    }

    #[test]
    fn an_interrupt_stops_the_child() {
        let folder = tempfile::tempdir().expect("a folder");
        let interrupt = Interrupt::default();
        interrupt.raise();
        let ended = run(&command(folder.path(), &["/bin/sleep", "316"], LONG), &interrupt).expect("our work");
        assert_eq!(ended.exit, Exit::Interrupted);
    }

    #[test]
    fn a_held_process_ends_when_it_is_released() {
        let folder = tempfile::tempdir().expect("a folder");
        let command = command(folder.path(), &["/bin/sh", "-c", "echo ready; read line; sleep 0"], LONG);
        let held = Held::start(&command, &Interrupt::default()).expect("our work").expect("it starts");
        let ready = held.wait_until(&command, || size(&folder.path().join("out")) > 0).expect("our work");
        assert!(ready.is_none(), "it lives");
        let mark = held.child.mark.clone();
        drop(held);
        assert!(marked(&mark).is_empty(), "it is gone");
    }

    #[expect(clippy::disallowed_methods, reason = "a test looks for what must not be there")]
    fn running(command_line: &str) -> Vec<String> {
        let wanted = format!("{}\0", command_line.replace(' ', "\0"));
        std::fs::read_dir("/proc")
            .expect("proc")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| {
                std::fs::read_to_string(format!("/proc/{name}/cmdline")).is_ok_and(|text| text == wanted)
            })
            .collect()
    }
}
