//! Why two measurements of one component differ. What differs between them is compared here (`causes`, `figures`),
//! purely, and shown for people and for programs. Not a judgement: which of them counts is the gate's to say.
//!
//! The hard part is the order. One commit was documented with three figures, and the reason was never the commit: so
//! what changes a figure most often stands first, and what is the same is told too.

mod causes;
mod figures;
mod json;
mod text;

use schemars::{Schema, SchemaGenerator};

use crate::model::promotion::Measurement;

use super::Style;

use causes::{Cause, Same};
use figures::{CheckPair, FilePair};

/// Two measurements of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// The component.
    pub component: String,
    /// Its title.
    pub title: String,
    /// One.
    pub a: Measurement,
    /// The other.
    pub b: Measurement,
}

/// How they differ.
struct Difference {
    /// Why, the weightiest first.
    causes: Vec<Cause>,
    /// What cannot be why.
    same: Vec<Same>,
    /// Each check of either.
    checks: Vec<CheckPair>,
    /// Each file whose statements ran differently.
    files: Vec<FilePair>,
    /// All of it in one sentence.
    conclusion: String,
}

impl Difference {
    fn of(explanation: &Explanation) -> Self {
        let (a, b) = (&explanation.a.verification, &explanation.b.verification);
        let (causes, same) = causes::compare(&explanation.a, &explanation.b);
        let checks = figures::checks(a, b);
        let files = figures::files(a, b);
        let conclusion = figures::conclusion(&causes, &checks, &files);
        Self { causes, same, checks, files, conclusion }
    }
}

/// `explanation` as text for the terminal, ending with a newline.
pub fn render_explanation(explanation: &Explanation, style: &Style) -> String {
    text::render(explanation, &Difference::of(explanation), style)
}

/// `explanation` as the published JSON document, ending with a newline.
pub fn render_explanation_json(explanation: &Explanation) -> String {
    json::render(explanation, &Difference::of(explanation))
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    json::schema(generator)
}

#[cfg(test)]
mod tests;
