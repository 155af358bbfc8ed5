//! What is owed of promotions, those that are over too: documents that could not be written, and what GitHub does not know.
//! The steps of a later promotion pay it.
//!
//! Not how each is paid. The hard part: a document that is written changes the tree, so that none is while a promotion is
//! under way that rests on it; `complete` writes all of them at its end.

use crate::lifecycle::farewell::farewells;
use crate::lifecycle::stand;
use crate::model::component::Component;
use crate::model::promotion::{Completed, Phase, Standing};
use crate::model::record::Record;

use super::complete::{self, settle_owed};
use super::context::Context;
use super::document::{self, PaperEnd};
use super::in_hand::InHand;
use super::issue::{IssueError, is_owed, pay_debts};
use super::ledgers::{LedgerFault, Ledgers, PATIENCE};
use super::project::Workspace;

/// Whether a promotion is under way that rests on the tree as it is.
pub fn is_under_way(standing: &Standing) -> bool {
    let promotion = standing.promotion.as_ref();
    promotion.is_some_and(|promotion| promotion.phase > Phase::Verified || !promotion.pending.is_empty())
}

/// What is owed of promotions that are over and can be paid now, a few words each.
pub fn owed(
    workspace: &Workspace,
    component: &Component,
    standing: &Standing,
    records: &[Record],
) -> Vec<String> {
    let mut owed: Vec<String> = Vec::new();
    if !is_under_way(standing) {
        let documents = document::owed(workspace, component, records).into_iter();
        owed.extend(documents.map(|(_, path)| format!("`{path}`")));
    }
    if workspace.policy.project.repository.is_some() {
        let completed = standing.completed.iter().flat_map(Completed::and_below);
        let settling = completed.flat_map(|completed| complete::owed(completed, records));
        let news = farewells(records).into_iter();
        let news = news.filter(|one| !one.is_told || one.label.is_some_and(|(_, is_there)| !is_there));
        let mut issues: Vec<u64> = settling.chain(news.map(|one| one.issue)).collect();
        issues.sort_unstable();
        issues.dedup();
        owed.extend(issues.into_iter().map(|issue| format!("news for issue #{issue}")));
    }
    owed
}

/// What was paid, and what is still owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paid {
    /// A sentence each.
    pub told: Vec<String>,
    /// Whether a document was written, so that the tree is another one.
    pub wrote: bool,
}

/// Whether anything is known to be owed, of a promotion that is over or of the one under way: else neither the ledger nor
/// GitHub need be troubled after a look.
pub fn is_due(workspace: &Workspace, component: &Component) -> Result<bool, LedgerFault> {
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let standing = stand(component.stage, &records);
    let repository = workspace.policy.project.repository.as_deref();
    Ok(!owed(workspace, component, &standing, &records).is_empty()
        || repository.is_some_and(|repository| is_owed(&standing, &records, repository)))
}

/// Pays what is owed, and gives a sentence for each thing that was paid or is still owed. A step does this at its end:
/// where GitHub fails, the step is taken all the same. The ledger is not held while GitHub is asked.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub or a document.
pub fn pay(workspace: &Workspace, component: &Component, context: &Context<'_>) -> Result<Paid, IssueError> {
    // Who has nothing to say does not take the ledger from others.
    if workspace.policy.project.repository.is_none() && !is_due(workspace, component)? {
        return Ok(Paid::default());
    }
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let mut paid = Paid::default();
    if !is_under_way(&hand.standing()) {
        let papers = document::settle_owed(&mut hand)?;
        paid.wrote = papers.iter().any(|paper| paper.end == PaperEnd::Written);
        paid.told.extend(papers.into_iter().flat_map(document::words));
    }
    paid.told.extend(settle_owed(&mut hand, context)?);
    paid.told.extend(pay_debts(&mut hand, context)?);
    Ok(paid)
}
