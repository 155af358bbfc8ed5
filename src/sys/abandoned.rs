//! What a tta-promote that was killed has left running: its children go on without it.
//!
//! Not here: what a living one leaves behind (`orphan`). On systems without `/proc` nothing is found.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};

use super::clock::Stopwatch;
use super::interrupt::Interrupt;
use super::process_table::{GRACE, Life, MARK, all, status, users, variables};

/// How often it is looked whether they have ended.
const TICK: Duration = Duration::from_millis(50);

/// Waits until what a killed tta-promote had started in `folder` has ended, and ends it after `patience`. Whether there
/// was anything.
pub fn wait(folder: &Path, patience: Duration, interrupt: &Interrupt) -> bool {
    let watch = Stopwatch::start();
    let (mut signal, mut found) = (None, false);
    loop {
        let left = left(folder);
        let spent = watch.elapsed();
        found |= !left.is_empty();
        if left.is_empty() || spent > patience + GRACE * 2 || interrupt.rest(TICK) {
            return found;
        }
        let next = match (spent > patience, spent > patience + GRACE) {
            (_, true) => Some(Signal::SIGKILL),
            (true, false) => Some(Signal::SIGTERM),
            (false, false) => None,
        };
        if next != signal {
            signal = next;
            for process in left {
                let _already_gone = kill(Pid::from_raw(process), signal);
            }
        }
    }
}

/// Whether a user may have left something that [`wait`] does not find: what a process was started with is shown to its own
/// user and to root alone.
pub fn is_hidden(user: u32) -> bool {
    is_hidden_from(Uid::effective(), user)
}

fn is_hidden_from(us: Uid, user: u32) -> bool {
    !us.is_root() && us.as_raw() != user && may_run(user)
}

/// Whether anything runs for a user, as far as the system tells: where it does not tell of the first process, it does not
/// tell of those of others.
fn may_run(user: u32) -> bool {
    let runs = |process: i32| {
        let is_its = users(process).is_some_and(|users| users.contains(&user));
        is_its && matches!(status(process), Some((Life::On, _)))
    };
    users(1).is_none() || all().any(runs)
}

/// What a user is called, else the number.
pub fn user_name(user: u32) -> String {
    let known = User::from_uid(Uid::from_raw(user)).ok().flatten();
    known.map_or_else(|| user.to_string(), |known| known.name)
}

/// The processes that carry the mark of a tta-promote that is no more, and that were started in `folder`.
fn left(folder: &Path) -> Vec<i32> {
    let folder = [b"PWD=", folder.as_os_str().as_encoded_bytes()].concat();
    let mark = format!("{MARK}=");
    let is_left = |process: &i32| {
        let variables: Vec<Vec<u8>> = variables(*process).collect();
        let starter = variables.iter().find_map(|variable| {
            let (starter, _) =
                std::str::from_utf8(variable.strip_prefix(mark.as_bytes())?).ok()?.split_once('-')?;
            starter.parse::<i32>().ok()
        });
        starter.is_some_and(|starter| !matches!(status(starter), Some((Life::On, _))))
            && variables.contains(&folder)
    };
    all().filter(is_left).collect()
}

#[cfg(test)]
mod tests {
    use super::super::orphan::tests::started;
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test starts what is left behind")]
    fn what_another_user_left_is_hidden_as_long_as_anything_runs_for_him() {
        use std::os::unix::process::CommandExt as _;
        const OTHER: u32 = 47_114;
        let (root, somebody) = (Uid::from_raw(0), Uid::from_raw(47_115));
        assert!(is_hidden_from(somebody, 0), "something of root always runs");
        assert!(!is_hidden_from(somebody, 47_115), "what is ours is shown");
        assert!(!is_hidden_from(root, 0));
        assert!(!is_hidden_from(somebody, OTHER), "nothing runs for him");
        if !Uid::effective().is_root() {
            return;
        }
        let (mut child, _own) = started(std::process::Command::new("/bin/sleep").arg("300").uid(OTHER));
        assert!(is_hidden_from(somebody, OTHER));
        assert!(!is_hidden_from(root, OTHER), "root is shown everything");
        child.kill().expect("our child");
        while !matches!(status(i32::try_from(child.id()).expect("an id")), Some((Life::Over, _))) {
            super::super::process_table::pause(TICK);
        }
        assert!(!is_hidden_from(somebody, OTHER), "it has ended");
        child.wait().expect("our child");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test starts what is left behind")]
    fn what_a_killed_one_left_is_waited_for_and_then_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path();
        let mut command = std::process::Command::new("/bin/sleep");
        let (mut child, _own) = started(command.arg("300").env("PWD", place).env(MARK, "2147483646-0"));
        let id = i32::try_from(child.id()).expect("an id");
        while left(place) != [id] {
            super::super::process_table::pause(TICK);
        }
        assert_eq!(left(Path::new("/elsewhere")), [0; 0]);
        assert!(wait(place, Duration::from_millis(100), &Interrupt::default()), "something was there");
        assert!(child.wait().expect("our child").code().is_none(), "it was ended by a signal");
    }
}
