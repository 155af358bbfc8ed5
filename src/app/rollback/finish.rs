//! What follows a rollback: a hold, an account to fill in, documents, and the issue. Each is looked for first, so that it
//! may be cut off anywhere and run again.
//!
//! Not the rollback itself.

use crate::app::complete::settle_owed;
use crate::app::context::Context;
use crate::app::debts;
use crate::app::document;
use crate::app::in_hand::InHand;
use crate::app::issue::farewell;
use crate::app::ledgers::{Ledgers, PATIENCE};
use crate::app::project::Workspace;
use crate::lifecycle::rollback::{RolledBack, rolled_back};
use crate::lifecycle::stand;
use crate::model::component::Component;
use crate::model::promotion_id::PromotionId;
use crate::model::record::Fact;

use super::account;
use super::order::{Aftermath, Outcome, RollbackError};

/// Finishes what was rolled back before, where anything is left of it; else it is refused: there is no rollback of a
/// rollback.
pub fn finish_earlier(
    workspace: &Workspace,
    component: &Component,
    dry_run: bool,
    earlier: RolledBack,
    context: &Context<'_>,
) -> Result<Outcome, RollbackError> {
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let owed = debts::owed(workspace, component, &stand(component.stage, &records), &records);
    let is_whole = earlier.held && account::is_there(workspace, &earlier.promotion) && owed.is_empty();
    if is_whole || dry_run {
        return Ok(Outcome::AlreadyRolledBack(earlier));
    }
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let mut aftermath = finish(&mut hand, context, &earlier.promotion)?;
    // All that keeps it from being whole: what other promotions are owed as well.
    let mut news = settle_owed(&mut hand, context)?;
    if !debts::is_under_way(&hand.standing()) {
        news.extend(document::settle_owed(&mut hand)?.into_iter().flat_map(document::words));
    }
    news.retain(|one| !aftermath.told.contains(one));
    aftermath.told.extend(news);
    Ok(Outcome::Finished(earlier, aftermath))
}

/// Does what follows the rollback of `promotion`.
pub fn finish(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    promotion: &PromotionId,
) -> Result<Aftermath, RollbackError> {
    let done = rolled_back(hand.ledger().records());
    if let Some(done) = done.iter().rfind(|done| done.promotion == *promotion && !done.held) {
        let what = &done.decided.what;
        let reason = format!("`{promotion}` was rolled back ({}): {}", what.severity.name(), what.reason);
        hand.record(promotion, Fact::Held { reason })?;
    }
    announce(hand, context, promotion)
}

/// Writes the account where there is none, and tells GitHub. Documents say where components stand, which a decision does not
/// change: none is written while a promotion rests on the tree as it is, whose end will write them.
pub fn announce(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    promotion: &PromotionId,
) -> Result<Aftermath, RollbackError> {
    let is_under_way = debts::is_under_way(&hand.standing());
    let mut told = if is_under_way { Vec::new() } else { document::tell(hand, promotion)? };
    let account = account::write(hand, promotion)?;
    told.extend(farewell(hand, context)?);
    Ok(Aftermath { account: Some(account), told })
}
