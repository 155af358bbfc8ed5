//! What an audit found, as the published JSON document, schema 1.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::super::json::{Program, SCHEMA, written};
use super::{Anchor, Audit, Defect, Doubt, LedgerAudit, Soundness};

/// The document.
pub(super) fn render(audit: &Audit, exit_code: u8) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&audit.version),
        kind: Kind::Audit,
        project: &audit.project,
        result: audit.soundness().name(),
        notes: &audit.notes,
        doubts: audit.doubts.iter().map(advice).collect(),
        ledgers: audit.ledgers.iter().map(ledger).collect(),
        exit_code,
    })
}

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// Whether ledgers are those that were written.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    project: &'a str,
    /// The worst of all ledgers.
    #[schemars(extend("enum" = Soundness::ALL.map(Soundness::name)))]
    result: &'static str,
    /// What goes for all ledgers.
    notes: &'a [String],
    /// What was asked for and could not be looked at.
    doubts: Vec<Advice<'a>>,
    ledgers: Vec<Ledger<'a>>,
    /// What the process ended with.
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Audit,
}

/// One ledger.
#[derive(Serialize, JsonSchema)]
struct Ledger<'a> {
    component: &'a str,
    file: &'a str,
    /// Whether the policy declares the component.
    declared: bool,
    #[schemars(extend("enum" = Soundness::ALL.map(Soundness::name)))]
    result: &'static str,
    /// How many there are that can be read.
    records: u64,
    /// The number and digest of the last one; null where there is none, or it cannot be relied on.
    head: Option<&'a str>,
    /// Why it cannot be read, where it cannot.
    unreadable: Option<&'a str>,
    /// What is wrong with it, in the order of its lines.
    defects: Vec<Fault<'a>>,
    /// What it was held against.
    anchors: Vec<Held<'a>>,
    /// What speaks against it and is nobody's word that counts.
    doubts: Vec<Advice<'a>>,
    /// What people should know.
    notes: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Fault<'a> {
    /// From 1.
    line: usize,
    message: &'a str,
    /// What to do.
    hint: &'a str,
}

/// Something outside of the file that says what must be in it.
#[derive(Serialize, JsonSchema)]
struct Held<'a> {
    #[schemars(extend("enum" = ["git", "issue", "given"]))]
    kind: &'static str,
    what: &'a str,
    holds: bool,
    /// What does not agree; null where it holds.
    message: Option<&'a str>,
    /// What to do; null where it holds.
    hint: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Advice<'a> {
    message: &'a str,
    /// What to do.
    hint: &'a str,
}

fn ledger(ledger: &LedgerAudit) -> Ledger<'_> {
    Ledger {
        component: &ledger.component,
        file: &ledger.file,
        declared: ledger.declared,
        result: ledger.soundness().name(),
        records: ledger.records,
        head: ledger.head.as_deref(),
        unreadable: ledger.unreadable.as_deref(),
        defects: ledger.defects.iter().map(fault).collect(),
        anchors: ledger.anchors.iter().map(held).collect(),
        doubts: ledger.doubts.iter().map(advice).collect(),
        notes: &ledger.notes,
    }
}

fn fault(defect: &Defect) -> Fault<'_> {
    Fault { line: defect.line, message: &defect.message, hint: &defect.hint }
}

fn held(anchor: &Anchor) -> Held<'_> {
    let (message, hint) = anchor.broken.as_ref().map(|(message, hint)| (&**message, &**hint)).unzip();
    Held { kind: anchor.kind, what: &anchor.what, holds: anchor.broken.is_none(), message, hint }
}

fn advice(doubt: &Doubt) -> Advice<'_> {
    Advice { message: &doubt.message, hint: &doubt.hint }
}
