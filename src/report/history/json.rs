//! The timeline as the published JSON document, schema 1: every record with all that the ledger holds of it.

use serde_json::{Value, json};

use crate::model::observation::Observation;
use crate::model::record::{Act, ActResult, DeployAct, Fact, Record, Verification};

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::{check, container, waiver};
use super::History;

/// The document.
pub(super) fn render(history: &History) -> String {
    written(&json!({
        "schema": SCHEMA,
        "tool": Program::of(&history.version),
        "kind": "history",
        "project": history.project,
        "component": history.component,
        "ledger": {"file": history.ledger, "records": history.records.len(), "head": history.head, "torn_bytes": history.torn},
        "records": history.shown().iter().map(record).collect::<Vec<_>>(),
    }))
}

fn record(record: &Record) -> Value {
    let mut document = json!({
        "record": record.seq,
        "time": record.time,
        "actor": record.actor,
        "promotion": record.promotion.as_str(),
        "kind": record.fact.kind(),
    });
    match &record.fact {
        Fact::Verified(verification) => document["verification"] = verified(verification),
        Fact::Intended(intended) => document["act"] = act(intended),
        Fact::Done { intent, result: came } => {
            document["intent"] = (*intent).into();
            document["result"] = result(came);
        }
        Fact::Failed { intent, why } => {
            document["intent"] = (*intent).into();
            document["why"] = why.as_str().into();
        }
        Fact::Observed(observation) => document["observation"] = observed(observation),
        decided => document["decision"] = decision(decided),
    }
    document
}

fn verified(verification: &Verification) -> Value {
    let environment = &verification.environment;
    let installed =
        environment.distributions.iter().map(|one| (one.name.clone(), one.version.clone().into()));
    let lines = verification.lines.iter().map(|(file, lines)| {
        let lines = json!({"covered": lines.covered.to_string(), "missing": lines.missing.to_string()});
        (file.clone(), lines)
    });
    json!({
        "from": verification.from.name(),
        "to": verification.to.name(),
        "verdict": verification.verdict.name(),
        "only": verification.only,
        "commit": verification.commit,
        "dirty": verification.dirty,
        "policy": {"file": verification.policy.file, "sha256": verification.policy.sha256},
        "version": verification.version,
        "environment": {
            "python": environment.python,
            "platform": environment.platform,
            "lock": environment.lock,
            "in_sync": environment.in_sync,
            "sha256": environment.sha256,
            "installed": Value::Object(installed.collect()),
        },
        "absent_imports": verification.absent_imports,
        "files": verification.files,
        "tests": {
            "paths": verification.tests.paths,
            "select": verification.tests.select,
            "args": verification.tests.args,
        },
        "checks": verification.checks.iter().map(check).collect::<Vec<_>>(),
        "waivers": verification.waivers.iter().map(waiver).collect::<Vec<_>>(),
        "lines": Value::Object(lines.collect()),
    })
}

fn observed(observation: &Observation) -> Value {
    let readings: Vec<Value> = observation
        .readings
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule, "sign": one.sign.name(), "detail": one.detail, "value": one.value,
                "samples": one.samples, "query": one.query,
            })
        })
        .collect();
    json!({
        "from": observation.window.from(),
        "to": observation.window.to(),
        "sign": observation.sign().name(),
        "late": observation.late,
        "running": observation.running.iter().map(container).collect::<Vec<_>>(),
        "readings": readings,
        "links": observation.links,
    })
}

/// What people decided.
fn decision(fact: &Fact) -> Value {
    match fact {
        Fact::Completed { to, deployment, verified } => {
            json!({"to": to.name(), "deployment": deployment, "verified": verified})
        }
        Fact::Signed(one) => json!({
            "topic": one.topic, "by": one.by, "evidence": one.evidence, "commit": one.commit,
            "expires": one.expires,
        }),
        Fact::Held { reason } | Fact::Released { reason } => json!({"reason": reason}),
        Fact::Overridden(one) => json!({
            "checks": one.checks, "commit": one.commit, "reason": one.reason, "approver": one.approver,
            "expires": one.expires,
        }),
        Fact::RollbackDecided(one) => {
            json!({"severity": one.severity.name(), "reason": one.reason, "due": one.due})
        }
        Fact::Revoked(one) => json!({"to": one.to.name(), "reason": one.reason, "measured": one.measured}),
        Fact::Incident(one) => json!({"what": one.what, "evidence": one.evidence}),
        Fact::Noted { topic, text } => json!({"topic": topic, "text": text}),
        Fact::Verified(_)
        | Fact::Intended(_)
        | Fact::Done { .. }
        | Fact::Failed { .. }
        | Fact::Observed(_) => Value::Null,
    }
}

fn act(act: &Act) -> Value {
    match act {
        Act::OpenIssue { repository, marker, title, body_sha256 } => json!({
            "name": act.name(), "repository": repository, "marker": marker, "title": title,
            "body_sha256": body_sha256,
        }),
        Act::Comment { repository, issue, marker, topic } => json!({
            "name": act.name(), "repository": repository, "issue": issue, "marker": marker, "topic": topic,
        }),
        Act::Deploy(DeployAct { stage, commit, verified, service, argv, before, kept }) => json!({
            "name": act.name(), "stage": stage.name(), "commit": commit, "verified": verified,
            "service": service, "argv": argv, "kept": kept,
            "before": before.iter().map(container).collect::<Vec<_>>(),
        }),
        Act::SettleIssue { repository, issue, add, remove, close } => json!({
            "name": act.name(), "repository": repository, "issue": issue, "add": add, "remove": remove,
            "close": close,
        }),
        Act::Document { path, sha256 } => json!({"name": act.name(), "path": path, "sha256": sha256}),
        Act::Restore { deploy, image } => {
            json!({"name": act.name(), "deploy": deploy, "image": image})
        }
    }
}

fn result(result: &ActResult) -> Value {
    match result {
        ActResult::Issue { number, url } => json!({"of": result.of(), "number": number, "url": url}),
        ActResult::Comment { url } => json!({"of": result.of(), "url": url}),
        ActResult::Deployed { running, proof } => json!({
            "of": result.of(), "running": running.iter().map(container).collect::<Vec<_>>(), "proof": proof,
        }),
        ActResult::Settled | ActResult::Documented => json!({"of": result.of()}),
        ActResult::Restored { running } => {
            json!({"of": result.of(), "running": running.iter().map(container).collect::<Vec<_>>()})
        }
    }
}
