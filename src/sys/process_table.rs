//! What the system tells of processes that are not ours to wait for: Linux does in `/proc`.
//!
//! On systems without it nothing is told, and process groups have to do.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::unistd::Pid;

/// The variable that marks everything that a run started.
pub(super) const MARK: &str = "TTA_PROMOTE_RUN";
/// Between TERM and KILL.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// How many milliseconds a process may take to become another program: it does nothing of its own meanwhile.
const MOMENTS: u32 = 1_000;
/// How often children are asked for until two answers agree.
const ANSWERS: u32 = 64;

/// Waits for others.
#[expect(clippy::disallowed_methods, reason = "there is nothing to wait on: these are not our children")]
pub(super) fn pause(span: Duration) {
    std::thread::sleep(span);
}

/// All processes.
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn all() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// The children of a process, those that have ended and were not asked how among them; `None` where the
/// system does not tell.
///
/// Linux passes over a child where the one that it has just told of is laid to rest (`proc(5)`). That one is
/// told of no more, so that two equal answers are whole ones.
pub(super) fn children(process: u32) -> Option<BTreeSet<i32>> {
    let mut before = children_told(process)?;
    for _ in 0..ANSWERS {
        let now = children_told(process)?;
        if now == before {
            return Some(now);
        }
        before = now;
    }
    None
}

#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
fn children_told(process: u32) -> Option<BTreeSet<i32>> {
    let mut children = BTreeSet::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let thread = thread.ok()?;
        match std::fs::read_to_string(thread.path().join("children")) {
            Ok(text) => {
                children.extend(text.split_whitespace().filter_map(|child| child.parse::<i32>().ok()));
            }
            // Without a thread of that number it has just ended, and its children are another's now.
            Err(_) if thread.path().join("stat").exists() => return None,
            Err(_) => {}
        }
    }
    Some(children)
}

/// The living processes that carry a mark in their environment.
pub(super) fn marked(mark: &str) -> Vec<Pid> {
    let wanted = format!("{MARK}={mark}");
    let carries = |process: &i32| variables(*process).any(|variable| variable == wanted.as_bytes());
    all().filter(carries).map(Pid::from_raw).collect()
}

/// Whether a process carries a mark of ours. One of another tta-promote that ran below us, and that is no
/// more, does not count.
pub(super) fn is_marked(process: i32) -> bool {
    let ours = format!("{MARK}={}-", std::process::id());
    variables(process).any(|variable| variable.starts_with(ours.as_bytes()))
}

/// The variables that a process was started with; none where it has ended.
///
/// While a process becomes another program, Linux tells of none or breaks off in the midst of them. That moment is
/// waited for, or whoever looks for a mark would take the process for a stranger.
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn variables(process: i32) -> impl Iterator<Item = Vec<u8>> {
    let read = || std::fs::read(format!("/proc/{process}/environ"));
    let mut text = read();
    for _ in 0..MOMENTS {
        if text.as_ref().is_ok_and(|text| is_cut(process, text.len())) {
            pause(Duration::from_millis(1));
            text = read();
        } else {
            break;
        }
    }
    let text = text.unwrap_or_default();
    text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>().into_iter()
}

/// Whether a process may have other variables than the `length` bytes that were read.
fn is_cut(process: i32, length: usize) -> bool {
    let us = i32::try_from(std::process::id()).unwrap_or_default();
    match size_of_variables(process) {
        Size::Nothing => false,
        Size::Bytes(bytes) => usize::try_from(bytes) != Ok(length),
        // Unless the system tells of no process where they lie.
        Size::Unknown => matches!(size_of_variables(us), Size::Bytes(_)),
    }
}

/// How much memory the variables of a process take.
enum Size {
    /// It can have none: it has ended, or is a thread of the kernel.
    Nothing,
    /// So much.
    Bytes(u64),
    /// It becomes another program, and where they will lie is not settled.
    Unknown,
}

/// By `stat` in `proc(5)`: Linux sets `env_start` and `env_end` in several steps, and `startcode` after them.
fn size_of_variables(process: i32) -> Size {
    const PF_KTHREAD: u64 = 0x0020_0000;
    let Some(fields) = fields(process) else { return Size::Nothing };
    let number = |place: usize| fields.get(place - 3).and_then(|field| field.parse::<u64>().ok());
    let is_kernel = number(9).is_none_or(|flags| flags & PF_KTHREAD != 0);
    if is_kernel || fields.first().is_none_or(|state| is_over(state)) {
        return Size::Nothing;
    }
    match (number(26), number(50), number(51)) {
        (Some(1..), Some(start), Some(end @ 1..)) => Size::Bytes(end.saturating_sub(start)),
        _ => Size::Unknown,
    }
}

/// The users that a process runs for: the real one, the effective one, and those that it may take on; `None` where the
/// system does not tell, or where it has ended.
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn users(process: i32) -> Option<Vec<u32>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().map(|user| user.parse().ok()).collect()
}

/// Whether a process does anything any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It does.
    On,
    /// It has ended, and its parent has not asked how.
    Over,
}

/// Whether a process lives, and its parent.
pub(super) fn status(process: i32) -> Option<(Life, i32)> {
    let fields = fields(process)?;
    let life = if is_over(fields.first()?) { Life::Over } else { Life::On };
    Some((life, fields.get(1)?.parse().ok()?))
}

fn is_over(state: &str) -> bool {
    matches!(state, "Z" | "X")
}

/// What `/proc/…/stat` tells from the third field (the state) on: the second is a name in parentheses, which
/// may hold anything.
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
fn fields(process: i32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests start what is looked at")]
mod tests {
    use std::process::{Child, Command};

    use super::super::orphan::Own;
    use super::super::orphan::tests::started;
    use super::*;

    struct Started(Child, #[expect(dead_code, reason = "it lasts as long")] Own);

    impl Started {
        fn new(command: &mut Command) -> Self {
            let (child, own) = started(command);
            Self(child, own)
        }

        fn process(&self) -> i32 {
            i32::try_from(self.0.id()).expect("a number")
        }
    }

    impl Drop for Started {
        fn drop(&mut self) {
            self.0.kill().expect("our child");
            self.0.wait().expect("our child");
        }
    }

    #[test]
    fn a_process_that_becomes_another_program_again_and_again_has_its_variables_at_any_time() {
        let script = "exec /bin/sh -c \"$0\" \"$0\"";
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, script]).env_clear();
        let padding = "x".repeat(3000);
        let child = Started::new(command.env("A", padding).env("Z", "the last"));
        let others = |_: &u32| !variables(child.process()).any(|variable| variable == b"Z=the last");
        assert_eq!((0..5000).filter(others).count(), 0);
    }

    #[test]
    fn a_process_without_any_variable_has_none_and_is_not_waited_for() {
        let child = Started::new(Command::new("/bin/sleep").arg("60").env_clear());
        while !is_sleep(&child) {
            pause(Duration::from_millis(1));
        }
        assert!(!is_cut(child.process(), 0));
        assert!(is_cut(child.process(), 1));
    }

    fn is_sleep(child: &Started) -> bool {
        std::fs::read(format!("/proc/{}/cmdline", child.process()))
            .is_ok_and(|line| line.starts_with(b"/bin/sleep"))
    }
}
