//! What the system tells of processes that are not ours to wait for: Linux does in `/proc`.
//!
//! On systems without it nothing is told, and process groups have to do.

use std::time::Duration;

use nix::unistd::Pid;

/// The variable that marks everything that a run started.
pub(super) const MARK: &str = "TTA_PROMOTE_RUN";
/// Between TERM and KILL.
pub(super) const GRACE: Duration = Duration::from_secs(2);

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
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn children(process: u32) -> Option<Vec<i32>> {
    let mut children = Vec::new();
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
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn variables(process: i32) -> impl Iterator<Item = Vec<u8>> {
    let text = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>().into_iter()
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

/// Whether a process lives, and its parent: the first two fields after its name, which stands in
/// parentheses and may hold anything.
#[expect(clippy::disallowed_methods, reason = "sys reads the system's own files")]
pub(super) fn status(process: i32) -> Option<(Life, i32)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let life = if matches!(fields.next()?, "Z" | "X") { Life::Over } else { Life::On };
    Some((life, fields.next()?.parse().ok()?))
}
