//! What a tta-promote that was killed has left running: its children go on without it.
//!
//! Not here: what a living one leaves behind (`orphan`). On systems without `/proc` nothing is found.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::clock::Stopwatch;
use super::interrupt::Interrupt;
use super::process_table::{GRACE, Life, MARK, all, status, variables};

/// How often it is looked whether they have ended.
const TICK: Duration = Duration::from_millis(50);

/// Waits until what a killed tta-promote had started in `folder` has ended, and ends it after `patience`.
pub fn wait(folder: &Path, patience: Duration, interrupt: &Interrupt) {
    let watch = Stopwatch::start();
    let mut signal = None;
    loop {
        let left = left(folder);
        let spent = watch.elapsed();
        if left.is_empty() || spent > patience + GRACE * 2 || interrupt.rest(TICK) {
            return;
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
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test starts what is left behind")]
    fn what_a_killed_one_left_is_waited_for_and_then_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path();
        let mut child = std::process::Command::new("/bin/sleep")
            .arg("300")
            .env("PWD", place)
            .env(MARK, "2147483646-0")
            .spawn()
            .expect("it starts");
        let id = i32::try_from(child.id()).expect("an id");
        while left(place) != [id] {
            super::super::process_table::pause(TICK);
        }
        assert_eq!(left(Path::new("/elsewhere")), [0; 0]);
        wait(place, Duration::from_millis(100), &Interrupt::default());
        assert!(child.wait().expect("our child").code().is_none(), "it was ended by a signal");
    }
}
