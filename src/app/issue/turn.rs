//! Whose turn it is to tell GitHub of a promotion: one process of this machine, whichever clone it works in and whoever
//! runs it. Two that look at once would both find nothing, and both act.
//!
//! Not here: other machines. What two of them did at once is found and told. Nobody who waits for GitHub holds a ledger.

use std::time::Duration;

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::ledgers::PATIENCE;
use crate::model::promotion_id::PromotionId;
use crate::report::issue_mark;
use crate::sys::abandoned;
use crate::sys::host_lock::{Holder, HostLock, LockError};
use crate::tools::gh::Failure;

use super::outcome::IssueError;

/// How long GitHub works on a request before it gives up, by its own documentation.
pub(super) const AT_WORK: Duration = Duration::from_secs(10);

/// The turn, as long as it lives.
#[derive(Debug)]
pub(super) struct Turn {
    lock: HostLock,
    /// Whether all that was cut off in this clone was waited for.
    pub(super) is_settled: bool,
}

impl Turn {
    /// Tells GitHub something. Where its end is not seen, GitHub may be at work on it when the turn is over: then the next
    /// one waits, whatever clone it works in.
    pub(super) fn act<T, E>(
        &mut self,
        act: impl FnOnce() -> Result<Result<T, Failure>, E>,
    ) -> Result<Result<T, Failure>, E> {
        self.lock.begins();
        let told = act()?;
        if !told.as_ref().is_err_and(Failure::leaves_open) {
            self.lock.settled();
        }
        Ok(told)
    }

    /// Says that GitHub has shown the end of it after all.
    pub(super) fn ended(&mut self) {
        self.lock.settled();
    }
}

/// Lets go of the ledger, takes the turn, and reads what was recorded meanwhile; `Err`: it cannot be had, and why. What
/// was begun in the turn before and cut off has ended.
pub(super) fn take(
    hand: &mut InHand<'_>,
    promotion: &PromotionId,
    repository: &str,
    context: &Context<'_>,
) -> Result<Result<Turn, String>, IssueError> {
    hand.let_go();
    let mark = issue_mark::of_promotion(promotion);
    // To GitHub, names of repositories are the same in any case.
    let name = format!("github\n{}\n{mark}", repository.to_lowercase());
    let mut lock = match HostLock::take(&name, &context.root, PATIENCE, context.interrupt) {
        Ok(lock) => lock,
        Err(LockError::Busy(holder)) => {
            let by = holder.as_ref().map(by).unwrap_or_default();
            return Ok(Err(format!("another tta-promote tells GitHub of this promotion{by}")));
        }
        Err(LockError::Interrupted) => return Err(IssueError::Interrupted),
        Err(error @ LockError::Io { .. }) => {
            return Ok(Err(format!("it cannot be seen to that nobody else tells GitHub the same: {error}")));
        }
    };
    let mut is_settled = false;
    if let Some(killed) = lock.killed.clone() {
        await_end(&lock, &killed, context)?;
        lock.settled();
        is_settled = killed.folder == context.root;
    }
    hand.look_again()?;
    Ok(Ok(Turn { lock, is_settled }))
}

/// Waits as long as GitHub may be at work on what was cut off: from when it was begun or let go, or from now on where
/// something of it still ran.
fn await_end(lock: &HostLock, cut_off: &Holder, context: &Context<'_>) -> Result<(), IssueError> {
    let ran = abandoned::wait(&cut_off.folder, Duration::ZERO, context.interrupt);
    let left = if ran { AT_WORK } else { AT_WORK.saturating_sub(lock.age()) }.min(context.limit);
    if !left.is_zero() {
        let (by, seconds) = (by(cut_off), left.as_millis().div_ceil(1_000));
        let why = "GitHub may still be at work on what a tta-promote had begun that was cut off";
        context.listener.waits(&format!("{why}{by}; that is waited for, {seconds} s at most"));
    }
    if context.interrupt.rest(left) { Err(IssueError::Interrupted) } else { Ok(()) }
}

fn by(holder: &Holder) -> String {
    format!(": process {} in `{}`", holder.process, holder.folder.display())
}
