//! The explanation as the published JSON document, schema 1.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::assessment::Verdict;
use crate::model::promotion;

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::Check;
use super::causes::{Cause, Same};
use super::figures::{CheckPair, FigureRow, FilePair};
use super::{Difference, Explanation};

/// The document.
pub(super) fn render(explanation: &Explanation, difference: &Difference) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&explanation.version),
        kind: Kind::Difference,
        project: &explanation.project,
        component: &explanation.component,
        a: measurement(&explanation.a),
        b: measurement(&explanation.b),
        causes: difference.causes.iter().map(why).collect(),
        same: &difference.same,
        checks: difference.checks.iter().map(pair).collect(),
        files: difference.files.iter().map(lines).collect(),
        conclusion: &difference.conclusion,
    })
}

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// Why two measurements of one component differ.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    project: &'a str,
    component: &'a str,
    a: Measurement<'a>,
    b: Measurement<'a>,
    /// What differs, the weightiest first.
    causes: Vec<Why<'a>>,
    /// What cannot be why, in words.
    same: &'a [Same],
    /// Each check of either.
    checks: Vec<Pair<'a>>,
    /// Each file whose statements ran differently.
    files: Vec<Lines<'a>>,
    /// All of it in one sentence.
    conclusion: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Difference,
}

#[derive(Serialize, JsonSchema)]
struct Measurement<'a> {
    /// The number of its record.
    record: u64,
    time: Timestamp,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    verdict: &'static str,
    commit: Option<&'a str>,
    dirty: Option<bool>,
}

/// Something that differs.
#[derive(Serialize, JsonSchema)]
struct Why<'a> {
    /// The class, a word for programs.
    kind: &'static str,
    /// What it is, in words.
    message: &'a str,
    /// How it was in the one, where one value says it.
    a: Option<&'a str>,
    /// How it was in the other.
    b: Option<&'a str>,
    /// The single things, such as files or distributions.
    items: &'a [String],
}

/// One check in both.
#[derive(Serialize, JsonSchema)]
struct Pair<'a> {
    id: &'a str,
    /// Whether both came to the same, by the same figures.
    same: bool,
    /// In the one; null where it was not asked.
    a: Option<Check<'a>>,
    /// In the other.
    b: Option<Check<'a>>,
    figures: Vec<Figure<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Figure<'a> {
    name: &'a str,
    a: Option<&'a str>,
    b: Option<&'a str>,
    /// By how much the other is more; null where one is missing or they are equal.
    difference: Option<&'a str>,
}

/// One file, with lines as ranges such as `1-4,7`.
#[derive(Serialize, JsonSchema)]
struct Lines<'a> {
    file: &'a str,
    /// Whether its content differs, so that a line may be another statement.
    changed: bool,
    ran_in_a_only: String,
    ran_in_b_only: String,
    statements_of_a_only: String,
    statements_of_b_only: String,
}

fn why(cause: &Cause) -> Why<'_> {
    Why {
        kind: cause.kind,
        message: &cause.what,
        a: cause.a.as_deref(),
        b: cause.b.as_deref(),
        items: &cause.items,
    }
}

fn measurement(measured: &promotion::Measurement) -> Measurement<'_> {
    let verification = &measured.verification;
    Measurement {
        record: measured.seq,
        time: measured.time,
        verdict: verification.verdict.name(),
        commit: verification.commit.as_deref(),
        dirty: verification.dirty,
    }
}

fn pair(pair: &CheckPair) -> Pair<'_> {
    Pair {
        id: &pair.id,
        same: pair.is_same(),
        a: pair.a.as_ref().map(Check::of),
        b: pair.b.as_ref().map(Check::of),
        figures: pair.rows.iter().map(figure).collect(),
    }
}

fn figure(row: &FigureRow) -> Figure<'_> {
    Figure {
        name: &row.name,
        a: row.a.as_deref(),
        b: row.b.as_deref(),
        difference: row.difference.as_deref(),
    }
}

fn lines(file: &FilePair) -> Lines<'_> {
    Lines {
        file: &file.file,
        changed: file.changed,
        ran_in_a_only: file.lost.to_string(),
        ran_in_b_only: file.gained.to_string(),
        statements_of_a_only: file.only_a.to_string(),
        statements_of_b_only: file.only_b.to_string(),
    }
}
