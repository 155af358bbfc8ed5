//! Folds records to where a component stands.

use jiff::civil::Date;

use crate::model::assessment::Verdict;
use crate::model::promotion::{
    Deployment, Issue, Measurement, Pending, Phase, Promotion, PromotionId, Standing,
};
use crate::model::record::{Act, ActResult, Fact, Record, Verification};
use crate::model::stage::Stage;

/// Where a component stands that the policy lets begin in `start`.
pub fn stand(start: Stage, records: &[Record]) -> Standing {
    let mut standing = Standing { stage: start, measured: None, promotion: None };
    for record in records {
        take(&mut standing, record);
    }
    standing
}

/// The name that the next record belongs to: that of the promotion under way, once something was done for it; else a
/// new one of that day.
pub fn name(component: &str, to: Stage, date: Date, standing: &Standing, records: &[Record]) -> PromotionId {
    if let Some(promotion) = &standing.promotion
        && promotion.to == to
        && (promotion.phase > Phase::Verified || !promotion.pending.is_empty())
    {
        return promotion.id.clone();
    }
    let current = standing.promotion.as_ref().map(|promotion| &promotion.id);
    PromotionId::new(component, to, date, &|id| {
        Some(id) != current && records.iter().any(|record| record.promotion == *id)
    })
}

fn take(standing: &mut Standing, record: &Record) {
    match &record.fact {
        Fact::Verified(verification) => verified(standing, record, verification),
        Fact::Intended(act) => {
            if let Some(promotion) = current(standing, record) {
                // What is tried again takes the place of the attempt before.
                promotion.pending.retain(|pending| !is_same(&pending.act, act));
                promotion.pending.push(Pending {
                    intent: record.seq,
                    time: record.time,
                    act: act.clone(),
                    failed: None,
                });
            }
        }
        Fact::Failed { intent, why } => {
            if let Some(promotion) = current(standing, record) {
                failed(promotion, *intent, why);
            }
        }
        Fact::Done { intent, result } => {
            if let Some(promotion) = current(standing, record) {
                done(promotion, record, *intent, result);
            }
        }
    }
}

fn verified(standing: &mut Standing, record: &Record, verification: &Verification) {
    // A part of the gate, or the gate of another stage, says nothing about this one.
    if verification.only.is_some() || Some(verification.to) != standing.stage.next() {
        return;
    }
    standing.measured =
        Some(Measurement { seq: record.seq, time: record.time, verification: verification.clone() });
    let passed = verification.verdict == Verdict::Pass;
    let reached = if passed { Phase::Verified } else { Phase::Unverified };
    match &mut standing.promotion {
        Some(promotion) if promotion.id == record.promotion => {
            // What was done for it stays done: a gate that is not passed any more stops the next step, not the last.
            if promotion.phase <= Phase::Verified {
                promotion.phase = reached;
            }
        }
        _ => {
            standing.promotion = Some(Promotion {
                id: record.promotion.clone(),
                to: verification.to,
                begun: record.time,
                phase: reached,
                issue: None,
                deployment: None,
                deploy_failed: None,
                pending: Vec::new(),
            });
        }
    }
}

/// The promotion under way, where the record belongs to it.
fn current<'s>(standing: &'s mut Standing, record: &Record) -> Option<&'s mut Promotion> {
    standing.promotion.as_mut().filter(|promotion| promotion.id == record.promotion)
}

/// Whether a second attempt at one is an attempt at the other.
fn is_same(one: &Act, other: &Act) -> bool {
    match (one, other) {
        (Act::Comment { topic, .. }, Act::Comment { topic: other, .. }) => topic == other,
        (Act::OpenIssue { .. }, Act::OpenIssue { .. })
        | (Act::Deploy(_), Act::Deploy(_))
        | (Act::Restore { .. }, Act::Restore { .. }) => true,
        (Act::OpenIssue { .. } | Act::Comment { .. } | Act::Deploy(_) | Act::Restore { .. }, _) => false,
    }
}

fn failed(promotion: &mut Promotion, intent: u64, why: &str) {
    let Some(place) = promotion.pending.iter().position(|pending| pending.intent == intent) else { return };
    let pending = &mut promotion.pending[place];
    pending.failed = Some(why.to_owned());
    match pending.act {
        // A deployment that failed is over: nobody owes it, and the next one is a decision of its own.
        Act::Deploy(_) => {
            promotion.deploy_failed = Some(why.to_owned());
            promotion.deployment = None;
            promotion.phase = promotion.phase.min(without_deployment(promotion));
            promotion.pending.remove(place);
        }
        // What the forge does not show yet is owed; and where a deployment was not put back, the world is not as it
        // was, and a person must know until it is.
        Act::Restore { .. } | Act::OpenIssue { .. } | Act::Comment { .. } => {}
    }
}

fn done(promotion: &mut Promotion, record: &Record, intent: u64, result: &ActResult) {
    let place = promotion.pending.iter().position(|pending| pending.intent == intent);
    let Some(pending) = place.map(|place| promotion.pending.remove(place)) else { return };
    match (pending.act, result) {
        (Act::OpenIssue { .. }, ActResult::Issue { number, url }) => {
            let since = promotion.issue.as_ref().map_or(record.time, |issue| issue.since);
            promotion.issue = Some(Issue { number: *number, url: url.clone(), since });
            promotion.phase = promotion.phase.max(Phase::IssueOpen);
        }
        (Act::Deploy(deploy), ActResult::Deployed { running, proof }) => {
            promotion.deployment = Some(Deployment {
                intent,
                time: record.time,
                commit: deploy.commit,
                running: running.clone(),
                proof: proof.clone(),
            });
            promotion.deploy_failed = None;
            promotion.phase = Phase::Deployed;
        }
        (Act::Restore { .. }, ActResult::Restored { .. }) => {
            promotion.deployment = None;
            promotion.phase = promotion.phase.min(without_deployment(promotion));
        }
        (Act::OpenIssue { .. } | Act::Comment { .. } | Act::Deploy(_) | Act::Restore { .. }, _) => {}
    }
}

fn without_deployment(promotion: &Promotion) -> Phase {
    if promotion.issue.is_some() { Phase::IssueOpen } else { Phase::Verified }
}
