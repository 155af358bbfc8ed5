//! The explanation as the published JSON document, schema 1.

use serde_json::{Value, json};

use crate::model::promotion::Measurement;

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::check;
use super::figures::{CheckPair, FilePair};
use super::{Difference, Explanation};

/// The document.
pub(super) fn render(explanation: &Explanation, difference: &Difference) -> String {
    let causes: Vec<Value> = difference
        .causes
        .iter()
        .map(|cause| {
            json!({"kind": cause.kind, "message": cause.what, "a": cause.a, "b": cause.b, "items": cause.items})
        })
        .collect();
    written(&json!({
        "schema": SCHEMA,
        "tool": Program::of(&explanation.version),
        "kind": "difference",
        "project": explanation.project,
        "component": explanation.component,
        "a": measurement(&explanation.a),
        "b": measurement(&explanation.b),
        "causes": causes,
        "same": difference.same,
        "checks": difference.checks.iter().map(pair).collect::<Vec<_>>(),
        "files": difference.files.iter().map(file).collect::<Vec<_>>(),
        "conclusion": difference.conclusion,
    }))
}

fn measurement(measured: &Measurement) -> Value {
    let verification = &measured.verification;
    json!({
        "record": measured.seq,
        "time": measured.time,
        "verdict": verification.verdict.name(),
        "commit": verification.commit,
        "dirty": verification.dirty,
    })
}

fn pair(pair: &CheckPair) -> Value {
    let rows: Vec<Value> = pair
        .rows
        .iter()
        .map(|row| json!({"name": row.name, "a": row.a, "b": row.b, "difference": row.difference}))
        .collect();
    json!({
        "id": pair.id,
        "same": pair.is_same(),
        "a": pair.a.as_ref().map(check),
        "b": pair.b.as_ref().map(check),
        "figures": rows,
    })
}

fn file(file: &FilePair) -> Value {
    json!({
        "file": file.file,
        "changed": file.changed,
        "ran_in_a_only": file.lost.to_string(),
        "ran_in_b_only": file.gained.to_string(),
        "statements_of_a_only": file.only_a.to_string(),
        "statements_of_b_only": file.only_b.to_string(),
    })
}
