//! What differs from an earlier report and no record tells: how ready a component is, what has ended by itself, what the
//! policy granted or took back, who came and who left. Pure. Not what happened since (`past`).

use crate::model::record::{Fact, Record};
use crate::report::readiness::{Change, ComponentReadiness, EarlierDecision, InForce, State};

use super::since::Since;

/// The components of the earlier report that are not among these any more.
pub(super) fn gone(components: &[ComponentReadiness], since: &Since) -> Vec<String> {
    let earlier = since.earlier().into_iter().flat_map(|earlier| earlier.keys());
    earlier.filter(|name| components.iter().all(|one| one.name != **name)).cloned().collect()
}

/// What differs; nothing where there is no earlier report. `records` are those of the component.
pub(super) fn differences(now: &ComponentReadiness, records: &[Record], since: &Since) -> Vec<Change> {
    let Some(earlier) = since.earlier() else { return Vec::new() };
    let mut changes = Vec::new();
    let mut differs = |kind, what| changes.push(Change { time: None, kind, what });
    let Some(then) = earlier.get(&now.name) else {
        differs("component", format!("new: {}", now.state.title().to_lowercase()));
        return changes;
    };
    let state = now.state.title().to_lowercase();
    if then.state != state {
        differs("state", format!("{} → {state}", then.state));
    }
    // Of what cannot be relied on nothing is claimed, and what the policy does not declare it grants nothing.
    if now.state == State::Unknown {
        return changes;
    }
    if now.records < then.records {
        differs("ledger", format!("its ledger holds fewer records: {} → {}", then.records, now.records));
    }
    // Where no record moved it, the policy did.
    if let (Some(old), Some(new)) = (then.stage.as_deref(), now.stage)
        && old != new
        && now.changes.iter().all(|one| one.kind != "stage")
    {
        differs("stage", format!("stage: {old} → {new}"));
    }
    let before = since.before(&now.name);
    let new: Vec<&Record> = records.iter().filter(|record| !before.holds(record.seq, record.time)).collect();
    for one in &then.in_force {
        let is_it = |other: &InForce| other.kind == one.kind && other.what == one.what;
        let is_told = new.iter().any(|record| tells(&record.fact, one));
        let is_of_policy = one.kind == WAIVER && now.state == State::Undeclared;
        if !now.in_force.iter().any(is_it) && !is_told && !is_of_policy {
            differs("in_force", format!("no more in force: {}: {}", one.kind.replace('_', "-"), one.what));
        }
    }
    let is_known = |one: &InForce| then.in_force.iter().any(|other| other.what == one.what);
    for one in now.in_force.iter().filter(|one| one.kind == WAIVER && !is_known(one)) {
        differs("in_force", format!("in force now: waiver: {}", one.what));
    }
    changes
}

/// The one kind of decision that is written into the policy, and recorded by nobody.
const WAIVER: &str = "waiver";

/// Whether the end of that decision is told by that record.
fn tells(fact: &Fact, decision: &EarlierDecision) -> bool {
    match fact {
        Fact::Held { .. } | Fact::Released { .. } => decision.kind == "hold",
        Fact::Signed(sign) => {
            decision.kind == "sign_off" && decision.what.starts_with(&format!("`{}` signed by ", sign.topic))
        }
        _ => false,
    }
}
