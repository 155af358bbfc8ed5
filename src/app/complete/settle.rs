//! Tells of a promotion that was completed: in the documents, on its issue, and on the issue with the status report.
//!
//! Each is looked at first, so that nothing is told twice, and what cannot be told now is owed.

use crate::app::context::Context;
use crate::app::document::{self, Paper};
use crate::app::in_hand::InHand;
use crate::app::issue::{self, Farewell, IssueError};
use crate::lifecycle::farewell::{COMPLETED, COMPLETED_LABEL, untold_completion};
use crate::lifecycle::rollback::last_rolled_back;
use crate::model::promotion::Completed;
use crate::model::record::{Act, Record};
use crate::report::issue_comment;

/// What was told, and what is owed.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// The documents.
    pub papers: Vec<Paper>,
    /// What GitHub was told, a sentence each.
    pub told: Vec<String>,
    /// What it is owed, a sentence each.
    pub owed: Vec<String>,
}

impl Settled {
    /// Whether a person has to see to something: a document that somebody edited, or that cannot be written.
    pub fn needs_a_person(&self) -> bool {
        self.papers.iter().any(Paper::is_owed)
    }
}

/// Tells of the promotion by which the component stands where it does.
pub(super) fn settle(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    force: bool,
) -> Result<Settled, IssueError> {
    let standing = hand.standing();
    let Some(completed) = &standing.completed else { return Ok(Settled::default()) };
    let papers = document::settle(hand, &completed.promotion.id, force)?;
    let farewell = farewell(hand, completed);
    let said = issue::take_leave(hand, context, &completed.promotion, &farewell)?;
    Ok(Settled { papers, told: said.told, owed: said.owed })
}

/// Tells of the promotion that was rolled back last, and pays what else is owed.
pub(super) fn settle_ended(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    force: bool,
) -> Result<Settled, IssueError> {
    let papers = match last_rolled_back(hand.ledger().records()) {
        Some(gone) => document::settle(hand, &gone.promotion, force)?,
        None => Vec::new(),
    };
    let mut told = settle_owed(hand, context)?;
    told.extend(issue::pay_debts(hand, context)?);
    Ok(Settled { papers, told, owed: Vec::new() })
}

/// Tells GitHub what it is still owed of the promotions by which the component came to where it stands, a sentence each:
/// for steps of the next one.
pub fn settle_owed(hand: &mut InHand<'_>, context: &Context<'_>) -> Result<Vec<String>, IssueError> {
    let standing = hand.standing();
    let records = hand.ledger().records();
    let all = standing.completed.iter().flat_map(Completed::and_below);
    let owed: Vec<&Completed> = all.filter(|one| !owed(one, records).is_empty()).collect();
    let mut told = Vec::new();
    for completed in owed {
        let farewell = farewell(hand, completed);
        let said = issue::take_leave(hand, context, &completed.promotion, &farewell)?;
        told.extend([said.told, said.owed].concat());
    }
    Ok(told)
}

/// The issues that are owed word of a completed promotion: what was begun for it has no end, or nothing was begun, since the
/// process ended right after the record of it.
pub fn owed(completed: &Completed, records: &[Record]) -> Vec<u64> {
    let begun = completed.promotion.pending.iter().filter_map(|pending| match &pending.act {
        Act::Comment { issue, .. } | Act::SettleIssue { issue, .. } => Some(*issue),
        Act::OpenIssue { .. } | Act::Deploy(_) | Act::Restore { .. } | Act::Document { .. } => None,
    });
    begun.chain(untold_completion(completed, records)).collect()
}

fn farewell(hand: &InHand<'_>, completed: &Completed) -> Farewell {
    let soak = document::soak_of(hand.component, completed);
    Farewell {
        topic: COMPLETED.to_owned(),
        text: issue_comment::completed(hand.component, completed, soak.as_ref()),
        status: Some(issue_comment::status(hand.component, completed)),
        add: vec![COMPLETED_LABEL.to_owned()],
        remove: Vec::new(),
        close: true,
    }
}
