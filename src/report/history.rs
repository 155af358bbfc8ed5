//! The records of a component as a timeline, for people and for programs. Not what they add up to (`status`).

mod act;
mod decision;
mod json;
mod text;

use jiff::Timestamp;
use schemars::{Schema, SchemaGenerator};

use crate::model::record::Record;

use super::Style;

/// What happened to a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// The component.
    pub component: String,
    /// Its title.
    pub title: String,
    /// Its ledger, as people would name it.
    pub ledger: String,
    /// The number and digest of the last record; `None` where there is none.
    pub head: Option<String>,
    /// When it was asked.
    pub time: Timestamp,
    /// How many bytes of a record that was never written to its end follow the last one.
    pub torn: u64,
    /// All records.
    pub records: Vec<Record>,
    /// How many of them are shown, the last ones; `None`: all.
    pub limit: Option<usize>,
}

impl History {
    /// The records that are shown.
    fn shown(&self) -> &[Record] {
        let first = self.limit.map_or(0, |limit| self.records.len().saturating_sub(limit));
        self.records.get(first..).unwrap_or_default()
    }
}

/// `history` as text for the terminal, ending with a newline.
pub fn render_history(history: &History, style: &Style) -> String {
    text::render(history, style)
}

/// `history` as the published JSON document, ending with a newline.
pub fn render_history_json(history: &History) -> String {
    json::render(history)
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    json::schema(generator)
}

#[cfg(test)]
mod tests;
