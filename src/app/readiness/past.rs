//! What the records of one component tell of the time before now: what happened to its promotion, and what has changed
//! since a moment. Pure. There is no memory of earlier reports: the records up to then are folded as those up to now are.

use crate::lifecycle;
use crate::model::assessment::Verdict;
use crate::model::milestone::Event as Milestone;
use crate::model::percent::Percent;
use crate::model::promotion::{EndKind, Promotion as Under, Standing};
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::stage::Stage;
use crate::report::readiness::{Change, CoveragePoint, Event, Promotion, worthiest};

use super::since::Before;

/// How many events of a promotion are told: what weighs most, and of what weighs less the first ones and the last ones.
const FIRST: usize = 4;
const LAST: usize = 12;

/// The figures of coverage that are told, the oldest first, and the last one of before.
#[derive(Default)]
pub(super) struct Coverage {
    pub(super) points: Vec<CoveragePoint>,
    pub(super) then: Option<CoveragePoint>,
}

/// The promotion that is told of, with its events: the one under way, else the one that ended badly, else the one by which
/// the component stands where it does.
pub(super) fn promotion(standing: &Standing, records: &[Record]) -> Option<Promotion> {
    let ended = standing.ended.as_ref().map(|ended| {
        let how = match ended.kind {
            EndKind::RolledBack => "rolled_back",
            EndKind::Revoked => "revoked",
        };
        (&ended.promotion, how)
    });
    let completed = standing.completed.as_ref().map(|completed| (&completed.promotion, "completed"));
    let under_way = standing.promotion.as_ref().map(|promotion| (promotion, promotion.phase.name()));
    let (promotion, phase) = under_way.or(ended).or(completed)?;
    let (events, more_events) = events(promotion, records);
    Some(Promotion {
        id: promotion.id.to_string(),
        to: promotion.to.name(),
        phase,
        issue: promotion.issue.as_ref().map(|issue| issue.url.clone()),
        commit: promotion.deployment.as_ref().map(|deployment| deployment.commit.clone()),
        events,
        more_events,
    })
}

/// What is told of it, and how many more there are.
fn events(promotion: &Under, records: &[Record]) -> (Vec<Event>, u64) {
    let own: Vec<&Record> = records.iter().filter(|record| record.promotion == promotion.id).collect();
    let mut events: Vec<Event> = Vec::new();
    for record in &own {
        let Some((kind, good, what)) = event(record, &own) else { continue };
        // A gate that is measured again and again, and a candidate that is looked at, are one event, at its first time.
        let is_again = |last: &Event| last.kind == kind && last.good == good;
        if matches!(kind, "verified" | "observed") && events.last().is_some_and(is_again) {
            continue;
        }
        events.push(Event { time: record.time, kind, good, what });
    }
    let number = events.len();
    let told = worthiest(number, FIRST + LAST, |place| {
        (weighs(events[place].kind), place < FIRST || place + LAST >= number, place)
    });
    let more = (number - told.len()) as u64;
    (told.into_iter().map(|place| events[place].clone()).collect(), more)
}

/// Whether an event of that kind is told before one that only led to it.
fn weighs(kind: &str) -> bool {
    matches!(kind, "incident" | "decided" | "rolled_back" | "revoked" | "deployed" | "completed")
}

fn event(record: &Record, own: &[&Record]) -> Option<(&'static str, bool, String)> {
    let told = match &record.fact {
        Fact::Verified(one) if one.only.is_none() => {
            let verdict = one.verdict;
            ("verified", verdict == Verdict::Pass, format!("gate to {}: {}", one.to, verdict.name()))
        }
        Fact::Done { result, .. } => match result {
            ActResult::Issue { number, .. } => ("issue", true, format!("issue #{number} open")),
            ActResult::Deployed { .. } => ("deployed", true, "deployed and proven".to_owned()),
            ActResult::Restored { .. } => ("rolled_back", false, "what ran before was put back".to_owned()),
            ActResult::Comment { .. } | ActResult::Settled | ActResult::Documented => return None,
        },
        Fact::Failed { intent, why } => {
            let is_deployment = |one: &&&Record| {
                one.seq == *intent && matches!(one.fact, Fact::Intended(Act::Deploy(_) | Act::Restore { .. }))
            };
            own.iter().find(is_deployment)?;
            ("failed", false, format!("failed: {why}"))
        }
        Fact::Observed(_) => ("observed", true, "first look".to_owned()),
        Fact::Incident(incident) => ("incident", false, incident.what.clone()),
        Fact::RollbackDecided(decision) => (
            "decided",
            false,
            format!("rollback decided ({}): {}", decision.severity.name(), decision.reason),
        ),
        Fact::Completed { to, .. } => ("completed", true, format!("stands in {to}")),
        Fact::Revoked(revocation) => ("revoked", false, format!("revoked: {}", revocation.reason)),
        Fact::Verified(_)
        | Fact::Intended(_)
        | Fact::Signed(_)
        | Fact::Held { .. }
        | Fact::Released { .. }
        | Fact::Overridden(_)
        | Fact::Noted { .. } => return None,
    };
    Some(told)
}

/// What has changed since the records that were told before, by the records alone.
pub(super) fn changes(
    start: Stage,
    standing: &Standing,
    records: &[Record],
    coverage: &Coverage,
    before: Before,
) -> Vec<Change> {
    let is_old = |record: &&Record| before.holds(record.seq, record.time);
    if records.iter().all(|record| is_old(&record)) {
        return Vec::new();
    }
    let old: Vec<Record> = records.iter().filter(is_old).cloned().collect();
    let then = lifecycle::stand(start, &old);
    let mut changes: Vec<Change> = Vec::new();
    let mut differs = |kind, what| changes.push(Change { time: None, kind, what });
    if then.stage != standing.stage {
        differs("stage", format!("stage: {} → {}", then.stage, standing.stage));
    }
    let (old, new) = (verdict(&then), verdict(standing));
    if let Some(new) = new.filter(|new| Some(*new) != old) {
        differs("verdict", format!("gate to {}: {} → {}", new.0, words(old, new.0), new.1.name()));
    }
    let figure = |point: &CoveragePoint| Percent::from_hundredths(point.hundredths).unwrap_or(Percent::ALL);
    match (&coverage.then, coverage.points.last()) {
        (Some(earlier), Some(last)) if earlier.hundredths != last.hundredths => {
            differs("coverage", format!("coverage: {} % → {} %", figure(earlier), figure(last)));
        }
        (None, Some(last)) => differs("coverage", format!("coverage: first measured, {} %", figure(last))),
        _ => {}
    }
    let milestones =
        lifecycle::milestones(records).into_iter().filter(|one| !before.holds(one.seq, one.time));
    let mut told: Vec<Change> = milestones
        .filter_map(|one| {
            let (kind, what) = match one.event {
                Milestone::Completed { .. } => return None,
                Milestone::RolledBack { reason } => ("rollback", format!("rolled back: {reason}")),
                Milestone::Revoked { reason, .. } => ("revoked", format!("revoked: {reason}")),
            };
            Some(Change { time: Some(one.time), kind, what })
        })
        .collect();
    told.extend(records.iter().filter(|record| !is_old(record)).filter_map(happened));
    told.sort_by_key(|change| change.time);
    changes.extend(told);
    changes
}

/// The verdict of its gate, and to which stage that is.
fn verdict(standing: &Standing) -> Option<(Stage, Verdict)> {
    let measured = &standing.last_measured()?.verification;
    Some((measured.to, measured.verdict))
}

/// What was known of the gate to that stage.
fn words(old: Option<(Stage, Verdict)>, to: Stage) -> &'static str {
    old.filter(|(stage, _)| *stage == to).map_or("not measured", |(_, verdict)| verdict.name())
}

/// What a record tells that is worth telling by itself.
fn happened(record: &Record) -> Option<Change> {
    let (kind, what) = match &record.fact {
        Fact::Done { result: ActResult::Deployed { .. }, .. } => {
            ("deployed", format!("`{}` was deployed", record.promotion))
        }
        Fact::Incident(incident) => ("incident", format!("incident: {}", incident.what)),
        Fact::RollbackDecided(decided) => {
            ("rollback", format!("rollback decided ({}): {}", decided.severity.name(), decided.reason))
        }
        Fact::Held { reason } => ("decision", format!("held by {}: {reason}", record.actor)),
        Fact::Released { reason } => ("decision", format!("released by {}: {reason}", record.actor)),
        Fact::Signed(sign) if sign.expires <= record.time => {
            ("decision", format!("`{}` withdrawn", sign.topic))
        }
        Fact::Signed(sign) => ("decision", format!("`{}` signed by {}", sign.topic, sign.by)),
        Fact::Overridden(one) => {
            ("decision", format!("{} overridden by {}: {}", one.checks.join(", "), record.actor, one.reason))
        }
        Fact::Verified(_)
        | Fact::Intended(_)
        | Fact::Done { .. }
        | Fact::Failed { .. }
        | Fact::Observed(_)
        | Fact::Completed { .. }
        | Fact::Revoked(_)
        | Fact::Noted { .. } => return None,
    };
    Some(Change { time: Some(record.time), kind, what })
}
