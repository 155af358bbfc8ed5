//! The readiness as the published JSON document, schema 1: the model itself, between what it is and how it ended.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::super::json::{Program, SCHEMA, written};
use super::{KIND, Readiness, State};

/// How ready all components are.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    #[schemars(extend("const" = KIND))]
    kind: &'static str,
    /// How many components are in each state, 0 where none is.
    #[schemars(extend("required" = State::ALL.map(State::name)))]
    counts: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    readiness: &'a Readiness,
    exit_code: u8,
}

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// The document.
pub(super) fn render(readiness: &Readiness, version: &str, exit_code: u8) -> String {
    let counts = readiness.counts();
    let count = |state: State| (state.name(), counts.get(&state).copied().unwrap_or_default());
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(version),
        kind: KIND,
        counts: State::ALL.map(count).into(),
        readiness,
        exit_code,
    })
}
