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

use super::outcome::IssueError;

/// How long GitHub works on a request before it gives up, by its own documentation.
pub(super) const AT_WORK: Duration = Duration::from_secs(10);

/// The turn, as long as it lives.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: HostLock,
    /// Whether all that was cut off in this clone was waited for.
    pub(super) is_settled: bool,
}

/// Lets go of the ledger, takes the turn, and reads what was recorded meanwhile; `Err`: it cannot be had, and why. What a
/// killed one had begun in its turn has ended.
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
    let lock = match HostLock::take(&name, &context.root, PATIENCE, context.interrupt) {
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
    if let Some(killed) = &lock.killed {
        abandoned::wait(&killed.folder, Duration::ZERO, context.interrupt);
        if context.interrupt.rest(AT_WORK.min(context.limit)) {
            return Err(IssueError::Interrupted);
        }
        is_settled = killed.folder == context.root;
    }
    hand.look_again()?;
    Ok(Ok(Turn { _lock: lock, is_settled }))
}

fn by(holder: &Holder) -> String {
    format!(": process {} in `{}`", holder.process, holder.folder.display())
}
