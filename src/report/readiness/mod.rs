//! The readiness of all components, for those who lead releases. Not how it is found out (`app::readiness`).

mod chart;
mod html;
mod json;
mod markdown;
mod model;
#[cfg(test)]
mod sample;
mod state;
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;

pub use model::{
    Attention, Blocker, Change, Check, ComponentReadiness, CoveragePoint, Event, Finding, FoundIn, Freeze,
    Gap, InForce, LEDGER_BROKEN, Measured, Next, Observation, Promotion, Readiness, Reason, RuleDays,
    TO_BE_MENDED,
};
pub use state::State;

use super::Style;

/// The word in the document that says what it is.
const KIND: &str = "readiness";

/// For the terminal, ending with a newline.
pub fn render_text(readiness: &Readiness, style: &Style) -> String {
    text::render(readiness, style)
}

/// For an issue or the summary of a step, ending with a newline.
pub fn render_markdown(readiness: &Readiness) -> String {
    markdown::render(readiness)
}

/// The published JSON document, ending with a newline.
pub fn render_json(readiness: &Readiness, version: &str, exit_code: u8) -> String {
    json::render(readiness, version, exit_code)
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    json::schema(generator)
}

/// One page of HTML that loads nothing, ending with a newline.
pub fn render_html(readiness: &Readiness) -> String {
    html::render(readiness)
}

/// An earlier report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// When it was made.
    pub time: Timestamp,
    /// How many records of each component it had seen.
    pub records: BTreeMap<String, u64>,
}

/// The report that [`render_json`] wrote.
///
/// # Errors
/// Where it is none, in words.
pub fn earlier(text: &str) -> Result<Earlier, String> {
    #[derive(Deserialize)]
    struct Document {
        kind: String,
        time: Timestamp,
        #[serde(default)]
        components: Vec<Component>,
    }
    #[derive(Deserialize)]
    struct Component {
        name: String,
        records: u64,
    }
    let earlier: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if earlier.kind == KIND {
        let records = earlier.components.into_iter().map(|one| (one.name, one.records)).collect();
        Ok(Earlier { time: earlier.time, records })
    } else {
        Err(format!("it is a document of the kind `{}`", earlier.kind))
    }
}

#[cfg(test)]
mod tests;
