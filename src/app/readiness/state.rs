//! How ready a component is, as one word and in a few. Pure. The order of the questions is the order of urgency: what needs
//! a person is never hidden behind what is merely in the way.

use crate::model::assessment::Verdict;
use crate::model::record::CheckOutcome;
use crate::report::readiness::{Attention, Blocker, Check, Observation, State, TO_BE_MENDED};
use crate::report::status::{Known, ObstacleKind};

use super::super::notice;
use super::attention::is_observed;

/// What is known of a component whose ledger is sound.
pub(super) struct Findings<'a> {
    pub(super) known: &'a Known,
    pub(super) attention: &'a [Attention],
    pub(super) blockers: &'a [Blocker],
    pub(super) checks: &'a [Check],
    pub(super) observation: Option<&'a Observation>,
    pub(super) declared: bool,
}

/// The state, and what is said of it: also what is to be mended, however the component stands, so that its day is known.
pub(super) fn state(found: &Findings<'_>) -> (State, String) {
    let (state, mut headline) = stands(found);
    for one in found.blockers.iter().filter(|one| one.kind == TO_BE_MENDED) {
        if !headline.contains(&one.message) {
            headline = format!("{headline}; {}", one.message);
        }
    }
    (state, headline)
}

fn stands(found: &Findings<'_>) -> (State, String) {
    let known = found.known;
    let standing = &known.standing;
    let first_blocker = || found.blockers.first().map(|one| one.message.clone()).unwrap_or_default();
    if let Some(first) = found.attention.first() {
        return (State::Attention, first.message.clone());
    }
    if !found.declared {
        return (State::Undeclared, "it has left a ledger, which is kept".to_owned());
    }
    let is_kind = |kind: &str| found.blockers.iter().any(|one| one.kind == kind);
    if is_kind(ObstacleKind::RollingBack.name()) {
        return (State::Blocked, first_blocker());
    }
    if let Some(to) = standing.stage.next().filter(|_| is_observed(standing)) {
        return match found.observation {
            // It is watched whatever is to be mended: what is seen meanwhile is told, and the rest beside it.
            Some(seen) if !seen.proven => (State::Observing, observed(seen)),
            _ if !found.blockers.is_empty() => (State::Blocked, first_blocker()),
            Some(_) => (State::Ready, format!("can be completed: it moves to {to}")),
            None => (State::Observing, "deployed, and not looked at yet".to_owned()),
        };
    }
    let Some(to) = standing.stage.next() else {
        return if is_kind(TO_BE_MENDED) { (State::Blocked, first_blocker()) } else { at_the_top(known) };
    };
    let Some(measured) = &standing.measured else {
        return (State::Unmeasured, format!("its gate to {to} was never measured for the record"));
    };
    let not_passed = is_kind(ObstacleKind::NotPassed.name());
    match measured.verification.verdict {
        Verdict::Fail if not_passed => (State::Blocked, failing(found.checks)),
        Verdict::Inconclusive if not_passed && is_waiting(found.checks) => {
            (State::Blocked, failing(found.checks))
        }
        Verdict::Inconclusive if not_passed => (State::Inconclusive, failing(found.checks)),
        // An override set aside what failed: the rest decides.
        Verdict::Pass | Verdict::Fail | Verdict::Inconclusive => {
            // What mends it comes with the next deployment, which that does not keep back.
            let first = |is: fn(&Blocker) -> bool| {
                found.blockers.iter().filter(|one| one.kind != TO_BE_MENDED).find(|one| is(one))
            };
            // A freeze ends by itself; what is stale stays so.
            let lasting = first(|one| !one.stale && one.kind != "freeze");
            match (lasting, first(|one| one.stale), first(|_| true)) {
                (Some(blocker), ..) | (None, None, Some(blocker)) => {
                    (State::Blocked, blocker.message.clone())
                }
                (None, Some(stale), _) => (State::Stale, stale.message.clone()),
                (None, None, None) => (State::Ready, format!("can go to {to}")),
            }
        }
    }
}

/// In production: no step is left, but what it stands there by may hold no more.
fn at_the_top(known: &Known) -> (State, String) {
    let last = known.standing.last_measured();
    match (&known.lapsed, last.filter(|last| last.verification.verdict != Verdict::Pass)) {
        (Some(words), _) => (State::Inconclusive, words.clone()),
        (None, Some(last)) => {
            (State::Done, format!("{}; that was set aside when it was completed", notice::no_pass(last)))
        }
        (None, None) if last.is_none() => {
            (State::Done, format!("its gate to {} was never measured for the record", known.standing.stage))
        }
        (None, None) => (State::Done, String::new()),
    }
}

fn observed(seen: &Observation) -> String {
    format!("day {} of {}; {}", seen.day, seen.days, seen.summary)
}

/// Whether nothing but time or an approval is missing.
fn is_waiting(checks: &[Check]) -> bool {
    let mut open = checks.iter().filter(|check| is_open(check)).peekable();
    open.peek().is_some()
        && open.all(|check| check.reason.as_ref().is_some_and(|reason| reason.kind == "waiting"))
}

fn is_open(check: &Check) -> bool {
    let is = |outcome: CheckOutcome| check.outcome == outcome.name();
    is(CheckOutcome::Inconclusive) || (is(CheckOutcome::Fail) && !check.waived)
}

/// What each check that is not passed lacks.
fn failing(checks: &[Check]) -> String {
    let told: Vec<String> = checks
        .iter()
        .filter(|check| is_open(check))
        .map(|check| match (&check.gap, &check.reason) {
            (Some(gap), _) => format!("{}: {}", check.id, gap.words),
            (None, Some(reason)) => format!("{}: {}", check.id, reason.message),
            (None, None) => format!("{}: {}", check.id, check.summary),
        })
        .collect();
    if told.is_empty() { "the gate judged nothing".to_owned() } else { told.join("; ") }
}
