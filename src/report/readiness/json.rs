//! The readiness as the published JSON document, schema 1: the model itself, between what it is and how it ended.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::json::{Program, SCHEMA, written};
use super::{KIND, Readiness};

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    tool: Program<'a>,
    kind: &'static str,
    /// How many components are in each state.
    counts: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    readiness: &'a Readiness,
    exit_code: u8,
}

/// The document.
pub(super) fn render(readiness: &Readiness, version: &str, exit_code: u8) -> String {
    let counts = readiness.counts().into_iter().map(|(state, count)| (state.name(), count)).collect();
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(version),
        kind: KIND,
        counts,
        readiness,
        exit_code,
    })
}
