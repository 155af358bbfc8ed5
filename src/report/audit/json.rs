//! What an audit found, as the published JSON document, schema 1.

use serde_json::{Value, json};

use super::super::json::{Program, SCHEMA, written};
use super::{Audit, Doubt, LedgerAudit};

/// The document.
pub(super) fn render(audit: &Audit, exit_code: u8) -> String {
    written(&json!({
        "schema": SCHEMA,
        "tool": Program::of(&audit.version),
        "kind": "audit",
        "project": audit.project,
        "result": audit.soundness().name(),
        "notes": audit.notes,
        "doubts": doubts(&audit.doubts),
        "ledgers": audit.ledgers.iter().map(ledger).collect::<Vec<_>>(),
        "exit_code": exit_code,
    }))
}

fn ledger(ledger: &LedgerAudit) -> Value {
    let defects: Vec<Value> = ledger
        .defects
        .iter()
        .map(|defect| json!({"line": defect.line, "message": defect.message, "hint": defect.hint}))
        .collect();
    let anchors: Vec<Value> = ledger
        .anchors
        .iter()
        .map(|anchor| {
            let (message, hint) = anchor.broken.clone().unzip();
            json!({
                "kind": anchor.kind, "what": anchor.what, "holds": anchor.broken.is_none(),
                "message": message, "hint": hint,
            })
        })
        .collect();
    json!({
        "component": ledger.component,
        "file": ledger.file,
        "declared": ledger.declared,
        "result": ledger.soundness().name(),
        "records": ledger.records,
        "head": ledger.head,
        "unreadable": ledger.unreadable,
        "defects": defects,
        "anchors": anchors,
        "doubts": doubts(&ledger.doubts),
        "notes": ledger.notes,
    })
}

fn doubts(doubts: &[Doubt]) -> Vec<Value> {
    doubts.iter().map(|doubt| json!({"message": doubt.message, "hint": doubt.hint})).collect()
}
