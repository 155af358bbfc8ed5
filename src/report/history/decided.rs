//! What people decided, and what was seen of a candidate: in words and as JSON. Not the acts (`text`, `json`).

use serde_json::{Value, json};

use crate::model::decision::{Incident, Override, Revocation, RollbackDecision, SignOff};
use crate::model::observation::{Observation, Reading, Sign as Seen};
use crate::model::record::Fact;

use super::super::moment;
use super::super::sign::{self, Sign};

/// The sign and the words; `None` for a measurement or an act.
pub(super) fn words(fact: &Fact) -> Option<(Sign, String)> {
    Some(match fact {
        Fact::Observed(observation) => observed(observation),
        Fact::Completed { to, deployment, verified } => (
            sign::DONE,
            format!(
                "completed: it stands in {to} (by the deployment {deployment} and the measurement {verified})"
            ),
        ),
        Fact::Signed(SignOff { topic, by, evidence, expires, .. }) => {
            let until = moment::minute(*expires);
            (sign::DONE, format!("{by} answers for {topic} until {until}: {evidence}"))
        }
        Fact::Held { reason } => (sign::OPEN, format!("held: {reason}")),
        Fact::Released { reason } => (sign::DONE, format!("released: {reason}")),
        Fact::Overridden(Override { checks, reason, approver, expires, .. }) => {
            let (checks, until) = (checks.join(", "), moment::minute(*expires));
            (sign::OPEN, format!("overridden until {until}: {checks}, approved by {approver}: {reason}"))
        }
        Fact::RollbackDecided(RollbackDecision { severity, reason, due }) => {
            let due = due.map(|due| format!(", due {}", moment::minute(due))).unwrap_or_default();
            (sign::FAILED, format!("to be rolled back ({}{due}): {reason}", severity.name()))
        }
        Fact::Revoked(Revocation { to, reason, .. }) => {
            (sign::FAILED, format!("revoked: it stands in {to} again: {reason}"))
        }
        Fact::Incident(Incident { what, evidence }) => {
            (sign::FAILED, format!("incident: {what} ({evidence})"))
        }
        Fact::Noted { topic, text } => (sign::NONE, format!("{}: {text}", topic.replace('_', " "))),
        Fact::Verified(_) | Fact::Intended(_) | Fact::Done { .. } | Fact::Failed { .. } => return None,
    })
}

fn observed(observation: &Observation) -> (Sign, String) {
    let window = observation.window;
    let (from, to) = (moment::minute(window.from()), moment::minute(window.to()));
    let of = |reading: &&Reading| reading.sign != Seen::Good;
    let told: Vec<String> = (observation.readings.iter().filter(of))
        .map(|reading| format!("{} {}: {}", reading.rule, reading.sign.name(), reading.detail))
        .collect();
    let told = if told.is_empty() { String::new() } else { format!("; {}", told.join("; ")) };
    let sign = match observation.sign() {
        Seen::Good => sign::DONE,
        Seen::Unknown | Seen::Unreachable => sign::OPEN,
        Seen::Bad => sign::FAILED,
    };
    (sign, format!("seen {} from {from} to {to}{told}", observation.sign().name()))
}

/// The key and the value in JSON; `None` for a measurement or an act.
pub(super) fn value(fact: &Fact) -> Option<(&'static str, Value)> {
    Some(match fact {
        Fact::Observed(observation) => ("observation", observation_value(observation)),
        Fact::Completed { to, deployment, verified } => {
            ("decision", json!({"to": to.name(), "deployment": deployment, "verified": verified}))
        }
        Fact::Signed(SignOff { topic, by, evidence, commit, expires }) => (
            "decision",
            json!({"topic": topic, "by": by, "evidence": evidence, "commit": commit, "expires": expires}),
        ),
        Fact::Held { reason } | Fact::Released { reason } => ("decision", json!({"reason": reason})),
        Fact::Overridden(Override { checks, commit, reason, approver, expires }) => (
            "decision",
            json!({"checks": checks, "commit": commit, "reason": reason, "approver": approver, "expires": expires}),
        ),
        Fact::RollbackDecided(RollbackDecision { severity, reason, due }) => {
            ("decision", json!({"severity": severity.name(), "reason": reason, "due": due}))
        }
        Fact::Revoked(Revocation { to, reason, measured }) => {
            ("decision", json!({"to": to.name(), "reason": reason, "measured": measured}))
        }
        Fact::Incident(Incident { what, evidence }) => {
            ("decision", json!({"what": what, "evidence": evidence}))
        }
        Fact::Noted { topic, text } => ("decision", json!({"topic": topic, "text": text})),
        Fact::Verified(_) | Fact::Intended(_) | Fact::Done { .. } | Fact::Failed { .. } => return None,
    })
}

fn observation_value(observation: &Observation) -> Value {
    let reading = |reading: &Reading| {
        json!({
            "rule": reading.rule, "sign": reading.sign.name(), "detail": reading.detail,
            "value": reading.value, "samples": reading.samples, "query": reading.query,
        })
    };
    json!({
        "from": observation.window.from(), "to": observation.window.to(), "late": observation.late,
        "sign": observation.sign().name(),
        "readings": observation.readings.iter().map(reading).collect::<Vec<_>>(),
        "links": observation.links,
    })
}
