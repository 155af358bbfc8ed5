//! What `audit --attestation` found, as the published JSON document, schema 1.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::super::super::json::{Program, SCHEMA, written};
use super::{About, Held, Weight};

/// The document.
pub(super) fn render(held: &Held, exit_code: u8) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&held.version),
        kind: Kind::Attestations,
        project: &held.project,
        result: held.weight().name(),
        signatures_verified: false,
        statements: held.statements.iter().map(statement).collect(),
        faults: held.faults.iter().map(fault).collect(),
        exit_code,
    })
}

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// Whether attestations speak of what is here.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    project: &'a str,
    /// The worst of all Statements that are ours.
    #[schemars(extend("enum" = Weight::ALL.map(Weight::name)))]
    result: &'static str,
    /// Whether it was looked at who signed: that is for other programs.
    signatures_verified: bool,
    statements: Vec<Statement<'a>>,
    /// What speaks against all of it.
    faults: Vec<Fault<'a>>,
    /// What the process ended with.
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Attestations,
}

/// What one line of a file came to.
#[derive(Serialize, JsonSchema)]
struct Statement<'a> {
    file: &'a str,
    /// From 1.
    line: usize,
    /// How many signatures are upon it; null where it is bare.
    signatures: Option<usize>,
    #[schemars(extend("enum" = Weight::ALL.map(Weight::name)))]
    result: &'static str,
    /// Which predicate; null, as what follows, where it is none of ours or cannot be read.
    kind: Option<&'static str>,
    component: Option<&'a str>,
    /// The gate.
    to: Option<&'static str>,
    /// What the gate came to.
    says: Option<&'static str>,
    commit: Option<&'a str>,
    /// When the measurement began.
    started: Option<Timestamp>,
    faults: Vec<Fault<'a>>,
    /// What people should know.
    notes: &'a [String],
}

/// What speaks against it.
#[derive(Serialize, JsonSchema)]
struct Fault<'a> {
    #[schemars(extend("enum" = Weight::ALL.map(Weight::name)))]
    result: &'static str,
    message: &'a str,
    /// What to do.
    hint: &'a str,
}

fn statement(statement: &super::Statement) -> Statement<'_> {
    let about = statement.about.as_ref();
    Statement {
        file: &statement.file,
        line: statement.line,
        signatures: statement.signatures,
        result: statement.weight().name(),
        kind: about.map(|about| about.kind),
        component: about.map(|about| about.component.as_str()),
        to: about.map(|about| about.to),
        says: about.map(|about| about.result),
        commit: about.map(|About { commit, .. }| commit.as_str()),
        started: about.map(|about| about.started),
        faults: statement.faults.iter().map(fault).collect(),
        notes: &statement.notes,
    }
}

fn fault(fault: &super::Fault) -> Fault<'_> {
    Fault { result: fault.weight.name(), message: &fault.message, hint: &fault.hint }
}
