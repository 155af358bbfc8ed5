//! What came of `complete`: for people, and as JSON. Not a judge: it shows what was seen and recorded.

use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::clean::one_line;
use super::json::{Program, SCHEMA, written};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// It may not be completed.
    Refused,
    /// It may not be completed yet.
    Waiting,
    /// This would be done.
    Proposed,
    /// Nobody consented.
    Declined,
    /// Its gate was measured anew, and is not passed.
    NotPassed,
    /// It stands in its stage.
    Completed,
    /// It did so before.
    AlreadyCompleted,
}

impl Result {
    fn heading(self, component: &str, to: &str) -> String {
        match self {
            Self::Refused => format!("✗ {component} may not be completed"),
            Self::Waiting => format!("… {component} may not be completed yet"),
            Self::Proposed => format!("· {component} would move to {to}"),
            Self::Declined => format!("- {component} was not moved"),
            Self::NotPassed => format!("✗ {component} did not pass its gate; it was not moved"),
            Self::Completed => format!("✓ {component} is in {to}"),
            Self::AlreadyCompleted => format!("✓ {component} is in {to} already"),
        }
    }
}

/// A document and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Paper {
    /// The file, relative to the project's root.
    pub path: String,
    /// `up_to_date`, `written`, `would_write`, `edited` or `failed`.
    pub result: &'static str,
    /// Why it is owed.
    pub why: Option<String>,
    /// What a person wrote and what would be written, as a unified diff.
    pub difference: Option<String>,
}

/// A completion, ready to be shown. Its texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The version of this program.
    pub version: String,
    /// The component.
    pub component: String,
    /// The promotion, where there is one.
    pub promotion: Option<String>,
    /// The stage.
    pub to: Option<String>,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// What came of it.
    pub result: Result,
    /// How it was observed, and who set a check aside: a sentence each.
    pub proof: Vec<String>,
    /// What stands against it.
    pub against: Vec<String>,
    /// The documents.
    pub documents: Vec<Paper>,
    /// What GitHub was or would be told.
    pub told: Vec<String>,
    /// What it is owed.
    pub owed: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The code that this process ends with.
    pub exit_code: u8,
}

/// The lines for people.
pub fn text(completion: &Completion) -> String {
    let to = completion.to.as_deref().unwrap_or("the next stage");
    let mut text = format!("{}\n", completion.result.heading(&one_line(&completion.component), to));
    let mut line = |label: &str, words: &str| {
        let _infallible = writeln!(text, "  {label:<9} {}", one_line(words));
    };
    if let Some(commit) = &completion.commit {
        line("commit", commit.get(..12).unwrap_or(commit));
    }
    for (label, words) in [("proof", &completion.proof), ("missing", &completion.against)] {
        for (number, words) in words.iter().enumerate() {
            line(if number == 0 { label } else { "" }, words);
        }
    }
    for (number, paper) in completion.documents.iter().enumerate() {
        let why = paper.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let words = format!("{} {}{why}", paper.path, paper.result.replace('_', " "));
        line(if number == 0 { "documents" } else { "" }, &words);
        for changed in paper.difference.iter().flat_map(|difference| difference.lines()) {
            line("", &format!("| {changed}"));
        }
    }
    for (label, words) in [("issues", &completion.told), ("owed", &completion.owed)] {
        for (number, words) in words.iter().enumerate() {
            line(if number == 0 { label } else { "" }, words);
        }
    }
    if let Some(hint) = &completion.hint {
        line("hint", hint);
    }
    text
}

/// The document for programs, with a final newline.
pub fn json(completion: &Completion) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&completion.version),
        kind: "completion",
        component: &completion.component,
        promotion: completion.promotion.as_deref(),
        to: completion.to.as_deref(),
        commit: completion.commit.as_deref(),
        result: completion.result,
        proof: &completion.proof,
        against: &completion.against,
        documents: &completion.documents,
        told: &completion.told,
        owed: &completion.owed,
        hint: completion.hint.as_deref(),
        exit_code: completion.exit_code,
    })
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What came of `complete`.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    #[schemars(extend("const" = "completion"))]
    kind: &'static str,
    component: &'a str,
    promotion: Option<&'a str>,
    to: Option<&'a str>,
    commit: Option<&'a str>,
    result: Result,
    proof: &'a [String],
    against: &'a [String],
    documents: &'a [Paper],
    told: &'a [String],
    owed: &'a [String],
    hint: Option<&'a str>,
    exit_code: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Completion {
        Completion {
            version: "0.1.0".to_owned(),
            component: "carbon".to_owned(),
            promotion: Some("carbon-staging-2025-10-14".to_owned()),
            to: Some("staging".to_owned()),
            commit: Some("5".repeat(40)),
            result: Result::Completed,
            proof: vec!["it was seen healthy for 7 d in 169 windows".to_owned()],
            against: Vec::new(),
            documents: vec![
                Paper { path: "STATUS.md".to_owned(), result: "written", why: None, difference: None },
                Paper {
                    path: "MATURITY.md".to_owned(),
                    result: "edited",
                    why: Some("line 3 begins what somebody edited".to_owned()),
                    difference: Some("-mine\u{1b}[2J\n+ours\n".to_owned()),
                },
            ],
            told: vec!["issue #45 was closed".to_owned()],
            owed: vec!["a comment on issue #42 is owed: no network".to_owned()],
            hint: Some("see the difference, and say `--force`".to_owned()),
            exit_code: 1,
        }
    }

    #[test]
    fn for_people() {
        insta::assert_snapshot!(text(&sample()));
    }

    #[test]
    fn for_programs() {
        insta::assert_snapshot!(json(&sample()));
    }
}
