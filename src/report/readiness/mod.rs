//! The readiness of all components, for those who lead releases. Not how it is found out (`app::readiness`).

mod change;
mod chart;
mod earlier;
mod found;
mod html;
mod json;
mod markdown;
mod model;
#[cfg(test)]
mod sample;
mod state;
mod text;

use schemars::{Schema, SchemaGenerator};

pub use change::{Change, Compared, weightiest, worthiest};
pub use earlier::{Earlier, EarlierComponent, EarlierDecision, earlier};
pub use found::{Finding, FoundIn, NotMeasured};
pub use model::{
    Attention, Blocker, Check, ComponentReadiness, CoveragePoint, Event, Freeze, Gap, InForce, LEDGER_BROKEN,
    Measured, Next, Observation, Promotion, Readiness, Reason, RuleDays, TO_BE_MENDED,
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

#[cfg(test)]
mod tests;
