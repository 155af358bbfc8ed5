//! What is owed to GitHub: acts that failed or were cut off. Any step of a promotion tries them again.
//!
//! A debt never fails the step that tries to pay it: what cannot be told now is told later.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::model::assessment::Verdict;
use crate::model::promotion::{Promotion, Standing};
use crate::model::record::{Act, Record};

use super::desk::{Desk, under_way};
use super::errand::{Attempt, Delivery, Errand, attempt};
use super::farewell::farewell;
use super::outcome::{Consent, Deed, IssueError};
use super::text;

/// Tells GitHub what it does not know yet about the component's promotion: the issue, where it was tried and not done;
/// what changed since, where there is an issue; and the deployment. Gives a sentence for each thing that was told, or
/// that is still owed.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub.
pub fn pay_debts(hand: &mut InHand<'_>, context: &Context<'_>) -> Result<Vec<String>, IssueError> {
    let (workspace, component) = (hand.workspace, hand.component);
    let Some(repository) = workspace.policy.project.repository.as_deref() else { return Ok(Vec::new()) };
    let mut told = farewell(hand, context)?;
    let standing = hand.standing();
    let Some(promotion) = &standing.promotion else { return Ok(told) };
    if !is_wanted(&standing) {
        return Ok(told);
    }
    let secrets = hand.secrets.clone();
    let desk = Desk::new(workspace, component, repository, context, &secrets)?;
    let mut turn = match desk.courier.turn(hand, &promotion.id)? {
        Ok(turn) => turn,
        Err(why) => {
            told.push(format!("the promotion issue is owed: {why}"));
            return Ok(told);
        }
    };
    // The ledger was not held while we waited.
    if !is_wanted(&hand.standing()) {
        return Ok(told);
    }
    let settled = desk.settle(hand, Consent::Withheld, &mut turn);
    drop(turn);
    match settled {
        Ok(report) => {
            told.extend(report.others.iter().map(|other| other.words(report.issue.as_ref())));
            let place =
                report.issue.map(|issue| format!("#{} ({})", issue.number, issue.url)).unwrap_or_default();
            match report.deed {
                Deed::Opened => told.push(format!("issue {place} was opened")),
                Deed::Updated => told.push(format!("issue {place} was updated")),
                Deed::UpToDate | Deed::WouldOpen | Deed::WouldUpdate => {}
            }
        }
        Err(IssueError::Owed(failure)) => {
            // Where GitHub cannot be asked, it need not be asked again.
            told.push(format!("the promotion issue is owed: {failure}; {}", failure.hint()));
            return Ok(told);
        }
        Err(error @ (IssueError::Ledger(_) | IssueError::Interrupted | IssueError::Other(_))) => {
            return Err(error);
        }
        Err(other) => {
            told.push(format!("the promotion issue is owed: {other}"));
            return Ok(told);
        }
    }
    told.extend(desk.announce(hand)?);
    Ok(told)
}

/// Whether the promotion under way has an issue, or owes one. An issue that is there is told the truth, whatever that is;
/// none is opened for what did not pass.
fn is_wanted(standing: &Standing) -> bool {
    let Some(promotion) = &standing.promotion else { return false };
    let is_owed = promotion.pending.iter().any(|pending| matches!(pending.act, Act::OpenIssue { .. }));
    let measured = standing.measured.as_ref();
    let is_passed = measured.is_some_and(|measured| measured.verification.verdict == Verdict::Pass);
    promotion.issue.is_some() || is_owed && is_passed
}

/// Whether GitHub is known to be owed something of the promotion under way: what was tried and not done, or word of the
/// deployment.
pub fn is_owed(standing: &Standing, records: &[Record], repository: &str) -> bool {
    let Some(promotion) = &standing.promotion else { return false };
    let is_tried = promotion.pending.iter().any(|pending| match pending.act {
        Act::OpenIssue { .. } | Act::Comment { .. } | Act::SettleIssue { .. } => true,
        Act::Deploy(_) | Act::Restore { .. } | Act::Document { .. } => false,
    });
    let is_untold = announcement(promotion).is_some_and(|errand| {
        !matches!(attempt(records, &promotion.id, &errand.act(repository)), Attempt::Done)
    });
    is_tried || is_untold
}

/// That its issue is to be told of its deployment, where there are both.
fn announcement(promotion: &Promotion) -> Option<Errand> {
    let issue = promotion.issue.as_ref()?.number;
    Some(Errand { promotion: promotion.id.clone(), issue, wish: text::of_deployment(promotion)? })
}

impl Desk<'_> {
    /// Comments on the deployment, once.
    pub(super) fn announce(&self, hand: &mut InHand<'_>) -> Result<Option<String>, IssueError> {
        let standing = hand.standing();
        let promotion = under_way(&standing)?;
        let Some(errand) = announcement(promotion) else { return Ok(None) };
        let issue = errand.issue;
        Ok(match self.courier.run(hand, &errand, None)? {
            Ok(Delivery::Done) => Some(format!("issue #{issue} was told of the deployment")),
            Ok(Delivery::DoneBefore) => None,
            Err(failure) => Some(format!("{} is owed: {failure}; {}", errand.name(), failure.hint())),
        })
    }
}
