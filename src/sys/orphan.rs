//! Processes that lost their parent and the mark of the run that started them.
//!
//! A daemon leaves its parent, its session and its group; one that was started with an empty environment has
//! no mark either. On Linux we adopt what is orphaned below us, and so find it among our own children. Not
//! here: what a run started and what still carries its mark (`process`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::clock::Stopwatch;
use super::interrupt::Interrupt;
use super::process_table::{GRACE, Life, all, children, is_marked, pause, status};

/// Our children that are no orphans, and what each of them is there for.
static OWN: Mutex<BTreeMap<i32, Purpose>> = Mutex::new(BTreeMap::new());

/// What a child of ours is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It does something, and may start whatever it likes.
    Work,
    /// It only stays.
    Hold,
}

/// From now on what is orphaned below us becomes our child. Elsewhere than on Linux nothing is adopted.
pub(super) fn adopt() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_os = "linux")]
        let _without_it_only_marked_ones_are_found = nix::sys::prctl::set_child_subreaper(true);
    });
}

/// A child that we started ourselves, for as long as this lives.
#[derive(Debug)]
pub(super) struct Own(i32);

impl Own {
    /// Starts with `start` and remembers the process; nobody looks for orphans between the two.
    pub(super) fn started<T, E>(
        purpose: Purpose,
        start: impl FnOnce() -> Result<T, E>,
        id: impl FnOnce(&T) -> i32,
    ) -> Result<(T, Self), E> {
        let mut own = own();
        let started = start()?;
        let process = id(&started);
        own.insert(process, purpose);
        Ok((started, Self(process)))
    }

    /// The same for a process that another child of ours started in our stead.
    pub(super) fn of(purpose: Purpose, process: i32) -> Self {
        own().insert(process, purpose);
        Self(process)
    }

    /// Whether no other child of ours does anything, so that orphans can only be this one's.
    pub(super) fn works_alone(&self) -> bool {
        own().iter().all(|(process, purpose)| *process == self.0 || *purpose == Purpose::Hold)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        own().remove(&self.0);
    }
}

fn own() -> MutexGuard<'static, BTreeMap<i32, Purpose>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is any child of ours that we did not start: whatever a child that has ended left behind is
/// ours now, or below one that is. This costs next to nothing, so that a look at all processes is needed
/// only where something is left. `true` where the system does not tell.
pub(super) fn any_adopted() -> bool {
    let own = own();
    children(std::process::id()).is_none_or(|children| children.iter().any(|child| !own.contains_key(child)))
}

/// Stops all orphans that carry no mark, TERM first, and counts them. Whoever calls this knows that none of
/// them is in use any more.
pub fn stop(interrupt: &Interrupt) -> usize {
    let mut stopped = BTreeSet::new();
    let watch = Stopwatch::start();
    loop {
        let orphans = orphans();
        if orphans.is_empty() || watch.elapsed() > GRACE * 2 {
            return stopped.len();
        }
        for orphan in orphans {
            // Its children become ours when it is gone, and have their turn in a later round.
            let signal = if stopped.insert(orphan) { Some(Signal::SIGTERM) } else { None };
            let signal =
                if watch.elapsed() > GRACE || interrupt.is_urgent() { Some(Signal::SIGKILL) } else { signal };
            let _already_gone = signal.map(|signal| kill(Pid::from_raw(orphan), signal));
        }
        pause(Duration::from_millis(10));
    }
}

/// Our living children that we did not start and that carry no mark of a run; those that have ended are
/// laid to rest.
fn orphans() -> Vec<i32> {
    let own = own();
    let me = i32::try_from(std::process::id()).unwrap_or_default();
    let adopted = all().filter(|process| !own.contains_key(process)).filter(|process| {
        let status = status(*process);
        if status == Some((Life::Over, me)) {
            let _laid_to_rest = waitpid(Pid::from_raw(*process), Some(WaitPidFlag::WNOHANG));
        }
        status == Some((Life::On, me))
    });
    adopted.filter(|process| !is_marked(*process)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Own, Purpose};

    /// A child of a test, which others that are at work beside it must not take for an orphan.
    pub(in crate::sys) fn started(command: &mut std::process::Command) -> (std::process::Child, Own) {
        let number = |child: &std::process::Child| i32::try_from(child.id()).expect("a number");
        Own::started(Purpose::Hold, || command.spawn(), number).expect("it starts")
    }
}
