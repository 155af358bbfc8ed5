//! Where components stand, as the published JSON document, schema 1.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::promotion::{EndKind, Measurement, Pending, Promotion};
use crate::model::record::Verification;

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::{check, container, waiver};
use super::super::soak::SoakView;
use super::{ComponentStatus, Decided, Known, Rollback, Status, Told, is_fresh};

/// The document.
pub(super) fn render(status: &Status, exit_code: u8) -> String {
    written(&json!({
        "schema": SCHEMA,
        "tool": Program::of(&status.version),
        "kind": "status",
        "project": status.project,
        "time": status.time,
        "commit": status.commit,
        "dirty": status.dirty,
        "components": status.components.iter().map(|one| component(one, status.time)).collect::<Vec<_>>(),
        "exit_code": exit_code,
    }))
}

fn component(component: &ComponentStatus, now: Timestamp) -> Value {
    let mut document = json!({
        "name": component.name,
        "title": component.title,
        "group": component.group,
        "priority": component.priority,
        "declared": component.declared,
        "ledger": {"file": component.ledger},
    });
    match &component.told {
        Told::Broken { defects, hint } => {
            let defects: Vec<Value> =
                defects.iter().map(|(line, message)| json!({"line": line, "message": message})).collect();
            document["ledger"]["state"] = "broken".into();
            document["ledger"]["defects"] = defects.into();
            document["ledger"]["hint"] = hint.as_str().into();
        }
        Told::Unreadable { why } => {
            document["ledger"]["state"] = "unreadable".into();
            document["ledger"]["message"] = why.as_str().into();
        }
        Told::Sound(known) => sound(&mut document, known, now),
    }
    document
}

fn sound(document: &mut Value, known: &Known, now: Timestamp) {
    let standing = &known.standing;
    document["ledger"]["state"] = "sound".into();
    document["ledger"]["records"] = known.records.into();
    document["ledger"]["head"] = known.head.clone().into();
    document["ledger"]["torn_bytes"] = known.torn.into();
    document["stage"] = standing.stage.name().into();
    document["to"] = standing.stage.next().map(crate::model::stage::Stage::name).into();
    document["phase"] = standing.promotion.as_ref().map(|promotion| promotion.phase.name()).into();
    document["measured"] = standing.measured.as_ref().map(|measured| measurement(known, measured)).into();
    document["promotion"] = standing.promotion.as_ref().map(promotion).into();
    document["hold"] = standing
        .hold
        .as_ref()
        .map(|hold| json!({"record": hold.seq, "time": hold.time, "actor": hold.actor, "reason": hold.what}))
        .into();
    document["completed"] = standing
        .completed
        .as_ref()
        .map(|one| json!({"promotion": one.promotion.id.as_str(), "time": one.time, "from": one.from.name()}))
        .into();
    document["ended"] = standing
        .ended
        .as_ref()
        .map(|ended| {
            let kind = match ended.kind {
                EndKind::RolledBack => "rolled_back",
                EndKind::Revoked => "revoked",
            };
            json!({"promotion": ended.id.as_str(), "kind": kind, "time": ended.time, "reason": ended.reason})
        })
        .into();
    document["rollbacks"] = rollbacks(known, now).into();
    document["contradicted"] = known.contradicted.clone().into();
    let obstacles: Vec<Value> = known
        .obstacles
        .iter()
        .map(|one| json!({"kind": one.kind.name(), "message": one.message, "hint": one.hint}))
        .collect();
    document["obstacles"] = obstacles.into();
    document["soak"] = known.soak.as_ref().map(SoakView::json).into();
    let next = &known.next;
    document["next"] = json!({
        "step": next.step,
        "command": next.command,
        "purpose": next.purpose,
        "until": next.until,
        "due": next.due,
    });
}

/// What is to go or to be mended, and what was.
fn rollbacks(known: &Known, now: Timestamp) -> Vec<Value> {
    let of = |rollback: &Rollback| {
        let Decided { time, actor, what, .. } = &rollback.decided;
        json!({
            "promotion": rollback.promotion.as_str(), "severity": what.severity.name(), "reason": what.reason,
            "time": time, "actor": actor, "due": what.due, "open": rollback.open,
            "overdue": rollback.is_overdue(now),
        })
    };
    known.rollbacks.iter().map(of).collect()
}

fn measurement(known: &Known, measured: &Measurement) -> Value {
    let Verification { verdict, commit, dirty, checks, policy, environment, absent_imports, waivers, .. } =
        &measured.verification;
    let stale: Vec<&str> =
        known.obstacles.iter().filter(|one| one.kind.is_staleness()).map(|one| one.kind.name()).collect();
    json!({
        "record": measured.seq,
        "time": measured.time,
        "actor": known.measured_by,
        "verdict": verdict.name(),
        "fresh": is_fresh(known),
        "stale_by": stale,
        "commit": commit,
        "dirty": dirty,
        "policy_sha256": policy.sha256,
        "environment_sha256": environment.sha256,
        "absent_imports": absent_imports,
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
        "waivers": waivers.iter().map(waiver).collect::<Vec<_>>(),
    })
}

fn promotion(promotion: &Promotion) -> Value {
    let issue = promotion.issue.as_ref();
    let deployment = promotion.deployment.as_ref().map(|deployment| {
        json!({
            "record": deployment.intent,
            "time": deployment.time,
            "commit": deployment.commit,
            "running": deployment.running.iter().map(container).collect::<Vec<_>>(),
            "proof": deployment.proof,
        })
    });
    json!({
        "id": promotion.id.as_str(),
        "to": promotion.to.name(),
        "begun": promotion.begun,
        "phase": promotion.phase.name(),
        "issue": issue.map(|issue| json!({"number": issue.number, "url": issue.url, "since": issue.since})),
        "deployment": deployment,
        "deploy_failed": promotion.deploy_failed,
        "pending": promotion.pending.iter().map(pending).collect::<Vec<_>>(),
    })
}

fn pending(pending: &Pending) -> Value {
    json!({
        "record": pending.intent,
        "time": pending.time,
        "act": pending.act.name(),
        "failed": pending.failed,
    })
}
