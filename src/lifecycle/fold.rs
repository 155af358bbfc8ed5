//! Folds records to where a component stands.

use std::sync::Arc;

use jiff::civil::Date;

use crate::model::assessment::Verdict;
use crate::model::decision::{Revocation, RollbackSeverity};
use crate::model::promotion::{
    Completed, Deployment, EndKind, Ended, Issue, Measurement, Pending, Phase, Promotion, Standing, Told,
};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record, Verification};
use crate::model::stage::Stage;

/// Where a component stands that the policy lets begin in `start`.
pub fn stand(start: Stage, records: &[Record]) -> Standing {
    let mut standing = Standing {
        stage: start,
        measured: None,
        promotion: None,
        completed: None,
        ended: None,
        hold: None,
        signed: Vec::new(),
        overrides: Vec::new(),
    };
    for record in records {
        take(&mut standing, record);
    }
    standing
}

/// The name that the next record belongs to: that of the promotion under way, once something was done for it; else a
/// new one of that day.
pub fn name(component: &str, to: Stage, date: Date, standing: &Standing, records: &[Record]) -> PromotionId {
    if let Some(completed) = standing.completed.as_ref().filter(|completed| completed.promotion.to == to) {
        return completed.promotion.id.clone();
    }
    if let Some(promotion) = &standing.promotion
        && promotion.to == to
        && (promotion.phase > Phase::Verified || !promotion.pending.is_empty())
    {
        return promotion.id.clone();
    }
    let current = standing.promotion.as_ref().map(|promotion| &promotion.id);
    PromotionId::new(component, to, date, &|id| {
        Some(id) != current
            && records
                .iter()
                .any(|record| record.promotion == *id && matches!(record.fact, Fact::Verified(_)))
    })
}

fn take(standing: &mut Standing, record: &Record) {
    let told = |what: String| Told { seq: record.seq, time: record.time, actor: record.actor.clone(), what };
    match &record.fact {
        Fact::Verified(verification) => verified(standing, record, verification),
        Fact::Completed { to, verified, .. } => completed(standing, record, *to, *verified),
        Fact::Revoked(revocation) => revoked(standing, record, revocation),
        Fact::Held { reason } => standing.hold = Some(told(reason.clone())),
        Fact::Released { .. } => standing.hold = None,
        Fact::Signed(sign) => {
            standing.signed.retain(|signed| signed.what.topic != sign.topic);
            standing.signed.push(as_told(record, sign.clone()));
        }
        Fact::Overridden(decided) => standing.overrides.push(as_told(record, decided.clone())),
        Fact::Done { intent, result } => {
            let Some(promotion) = current(standing, record) else { return };
            if !done(promotion, record, *intent, result) {
                return;
            }
            match result {
                ActResult::Restored { .. } => rolled_back(standing, record),
                ActResult::Deployed { .. } => replaced(standing, record),
                ActResult::Issue { .. }
                | ActResult::Comment { .. }
                | ActResult::Settled
                | ActResult::Documented => {}
            }
        }
        _ => {
            if let Some(promotion) = current(standing, record) {
                take_for(promotion, record);
            }
            // What need not go any more stands where it stood.
            if let Some(completed) = &mut standing.completed
                && matches!(completed.promotion.phase, Phase::Deployed | Phase::Observing)
            {
                completed.promotion.phase = Phase::Completed;
            }
        }
    }
}

/// What is about a promotion alone.
fn take_for(promotion: &mut Promotion, record: &Record) {
    match &record.fact {
        Fact::Intended(act) => {
            // What is tried again takes the place of the attempt before.
            promotion.pending.retain(|pending| !is_same(&pending.act, act));
            promotion.pending.push(Pending {
                intent: record.seq,
                time: record.time,
                act: act.clone(),
                failed: None,
            });
        }
        Fact::Failed { intent, why } => failed(promotion, *intent, why),
        Fact::Observed(observation) => {
            promotion.observations.push(Arc::clone(observation));
            if promotion.phase == Phase::Deployed {
                promotion.phase = Phase::Observing;
            }
        }
        Fact::Incident(incident) => promotion.incidents.push(as_told(record, incident.clone())),
        Fact::RollbackDecided(decision) => {
            if decision.severity.acts() {
                promotion.phase = Phase::RollingBack;
            } else if promotion.phase >= Phase::RollingBack && !is_restoring(promotion) {
                stays(promotion);
            }
            promotion.rollback = Some(as_told(record, decision.clone()));
        }
        Fact::Verified(_)
        | Fact::Done { .. }
        | Fact::Completed { .. }
        | Fact::Signed(_)
        | Fact::Held { .. }
        | Fact::Released { .. }
        | Fact::Overridden(_)
        | Fact::Revoked(_)
        | Fact::Noted { .. } => {}
    }
}

fn as_told<T>(record: &Record, what: T) -> Told<T> {
    Told { seq: record.seq, time: record.time, actor: record.actor.clone(), what }
}

fn verified(standing: &mut Standing, record: &Record, verification: &Verification) {
    // A part of the gate says nothing about the gate.
    if verification.only.is_some() {
        return;
    }
    let measurement = Measurement { seq: record.seq, time: record.time, verification: verification.clone() };
    if let Some(completed) = &mut standing.completed
        && completed.promotion.to == verification.to
    {
        completed.remeasured = Some(measurement);
        return;
    }
    // At the top by the policy alone: there is no promotion that it could be about.
    if standing.stage.next().is_none() && verification.to == standing.stage {
        standing.measured = Some(measurement);
        return;
    }
    // Nor does the gate of another stage.
    if Some(verification.to) != standing.stage.next() {
        return;
    }
    standing.measured = Some(measurement);
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
            let mut promotion = Promotion::begun(record.promotion.clone(), verification.to, record.time);
            promotion.phase = reached;
            standing.promotion = Some(promotion);
            standing.ended.take_if(|ended| !may_run(ended));
        }
    }
}

/// The promotion that a record belongs to: the one under way, the one by which the component stands where it does, or
/// one below that, or the one that came to a bad end, about which something may be owed.
fn current<'s>(standing: &'s mut Standing, record: &Record) -> Option<&'s mut Promotion> {
    let ended = standing.ended.as_mut().map(|ended| &mut ended.promotion);
    let mut all = standing.promotion.as_mut().into_iter().chain(ended);
    let found = all.find(|promotion| promotion.id == record.promotion);
    found.or_else(|| {
        let mut completed = standing.completed.as_mut();
        while let Some(one) = completed {
            if one.promotion.id == record.promotion {
                return Some(&mut one.promotion);
            }
            completed = one.below.as_deref_mut();
        }
        None
    })
}

fn completed(standing: &mut Standing, record: &Record, to: Stage, verified: u64) {
    let Some(mut promotion) = standing.promotion.take_if(|promotion| promotion.id == record.promotion) else {
        return;
    };
    promotion.phase = Phase::Completed;
    let measured = standing.measured.take().filter(|measured| measured.seq == verified);
    let (seq, time, from) = (record.seq, record.time, standing.stage);
    let below = standing.completed.take().map(Box::new);
    standing.completed = Some(Completed { promotion, seq, from, time, measured, remeasured: None, below });
    standing.ended = None;
    standing.stage = to;
}

fn revoked(standing: &mut Standing, record: &Record, revocation: &Revocation) {
    let revoked = standing.completed.take_if(|completed| completed.promotion.id == record.promotion);
    if let Some(completed) = revoked {
        standing.stage = revocation.to;
        standing.completed = by_which(completed.below, standing.stage);
        // What was measured for the stage above was measured for a component that stood where this one does not.
        standing.measured = None;
        standing.promotion = None;
        standing.ended = Some(ended(record, EndKind::Revoked, &revocation.reason, completed.promotion));
    }
}

/// The completed promotion by which a component stands in `stage` again, where there is one.
fn by_which(below: Option<Box<Completed>>, stage: Stage) -> Option<Completed> {
    below.filter(|below| below.promotion.to == stage).map(|below| *below)
}

/// The promotion is over where its candidate was to go, and has gone. One that was revoked before is over once more. From then
/// on nothing is promoted: the record that says so may come late, where who put it back was killed.
fn rolled_back(standing: &mut Standing, record: &Record) {
    if let Some(ended) = bad_end(standing, record) {
        let what = format!("`{}` was rolled back: {}", ended.id, ended.reason);
        standing.hold.get_or_insert_with(|| as_told(record, what));
        standing.ended = Some(ended);
    }
}

fn bad_end(standing: &mut Standing, record: &Record) -> Option<Ended> {
    let is_it = |promotion: &Promotion| {
        promotion.id == record.promotion
            && promotion.rollback.as_ref().is_some_and(|rollback| rollback.what.severity.acts())
    };
    if let Some(gone) = standing.ended.take_if(|gone| is_it(&gone.promotion)) {
        let reason = gone.promotion.rollback.as_ref().map_or(gone.reason, |told| told.what.reason.clone());
        return Some(ended(record, EndKind::RolledBack, &reason, gone.promotion));
    }
    let rolled_back = match standing.promotion.take_if(|promotion| is_it(promotion)) {
        Some(promotion) => promotion,
        None => match standing.completed.take_if(|completed| is_it(&completed.promotion)) {
            Some(completed) => {
                standing.stage = completed.from;
                standing.completed = by_which(completed.below, standing.stage);
                standing.promotion = None;
                completed.promotion
            }
            None => return None,
        },
    };
    let reason = rolled_back.rollback.as_ref().map(|rollback| rollback.what.reason.clone());
    standing.measured = None;
    Some(ended(record, EndKind::RolledBack, &reason.unwrap_or_default(), rolled_back))
}

/// Whether the candidate of a promotion that is over may run where it was deployed: no other record would lead to it.
fn may_run(ended: &Ended) -> bool {
    let is_act = |pending: &Pending| matches!(pending.act, Act::Deploy(_) | Act::Restore { .. });
    let Promotion { deployment, pending, .. } = &ended.promotion;
    ended.kind == EndKind::Revoked && (deployment.is_some() || pending.iter().any(is_act))
}

/// The candidate of the promotion under way was proven, and runs instead of what was there before. Where that was to be
/// mended, it is not told here whether it is.
fn replaced(standing: &mut Standing, record: &Record) {
    let is_under_way = |promotion: &Promotion| promotion.id == record.promotion;
    if standing.promotion.as_ref().is_some_and(is_under_way) {
        let severity = |ended: &Ended| ended.promotion.rollback.as_ref().map(|told| told.what.severity);
        standing.ended.take_if(|ended| !may_run(ended) || severity(ended) != Some(RollbackSeverity::Medium));
    }
}

fn ended(record: &Record, kind: EndKind, reason: &str, promotion: Promotion) -> Ended {
    Ended { id: record.promotion.clone(), promotion, kind, time: record.time, reason: reason.to_owned() }
}

/// Whether a second attempt at one is an attempt at the other.
fn is_same(one: &Act, other: &Act) -> bool {
    match (one, other) {
        (Act::Comment { topic, .. }, Act::Comment { topic: other, .. }) => topic == other,
        (Act::Document { path, .. }, Act::Document { path: other, .. }) => path == other,
        (Act::OpenIssue { .. }, Act::OpenIssue { .. })
        | (Act::Deploy(_), Act::Deploy(_))
        | (Act::Restore { .. }, Act::Restore { .. })
        | (Act::SettleIssue { .. }, Act::SettleIssue { .. }) => true,
        (
            Act::OpenIssue { .. }
            | Act::Comment { .. }
            | Act::Deploy(_)
            | Act::Restore { .. }
            | Act::SettleIssue { .. }
            | Act::Document { .. },
            _,
        ) => false,
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
        // The world is not as it was, and a person must know until it is.
        Act::Restore { .. } => match &promotion.rollback {
            Some(rollback) if rollback.what.severity.acts() => promotion.phase = Phase::RollbackFailed,
            Some(_) if promotion.phase >= Phase::RollingBack => stays(promotion),
            Some(_) | None => {}
        },
        // What the forge or a document does not show yet is owed.
        Act::OpenIssue { .. } | Act::Comment { .. } | Act::SettleIssue { .. } | Act::Document { .. } => {}
    }
}

/// Gives an act its end; whether that is one of the promotion's acts.
fn done(promotion: &mut Promotion, record: &Record, intent: u64, result: &ActResult) -> bool {
    // An end that is not that of the act says nothing of it.
    let is_its = |pending: &Pending| pending.intent == intent && pending.act.name() == result.of();
    let place = promotion.pending.iter().position(is_its);
    let Some(pending) = place.map(|place| promotion.pending.remove(place)) else { return false };
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
            promotion.observations.clear();
            promotion.incidents.clear();
            promotion.phase = Phase::Deployed;
        }
        (Act::Restore { .. }, ActResult::Restored { .. }) => {
            promotion.deployment = None;
            promotion.phase = promotion.phase.min(without_deployment(promotion));
        }
        // Comments, labels and documents leave no state but their end.
        (
            Act::OpenIssue { .. }
            | Act::Comment { .. }
            | Act::Deploy(_)
            | Act::Restore { .. }
            | Act::SettleIssue { .. }
            | Act::Document { .. },
            _,
        ) => {}
    }
    true
}

/// Whether it is being put back, or was when nobody wrote how that ended.
fn is_restoring(promotion: &Promotion) -> bool {
    let is_open = |pending: &Pending| pending.failed.is_none();
    promotion.pending.iter().any(|pending| matches!(pending.act, Act::Restore { .. }) && is_open(pending))
}

/// It need not go any more. Where its candidate was proven, nobody owes that what was there before is put back.
fn stays(promotion: &mut Promotion) {
    if promotion.deployment.is_some() {
        promotion.pending.retain(|pending| !matches!(pending.act, Act::Restore { .. }));
    }
    promotion.phase = with_deployment(promotion);
}

/// How far a promotion is that need not go any more; that of one that is completed is put right by its caller.
fn with_deployment(promotion: &Promotion) -> Phase {
    match (&promotion.deployment, promotion.observations.is_empty()) {
        (Some(_), true) => Phase::Deployed,
        (Some(_), false) => Phase::Observing,
        (None, _) => without_deployment(promotion),
    }
}

fn without_deployment(promotion: &Promotion) -> Phase {
    if promotion.issue.is_some() { Phase::IssueOpen } else { Phase::Verified }
}
