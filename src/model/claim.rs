//! What a document claims of a component. Not whether it is so.

use super::stage::Stage;

/// One claim, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The line, from 1.
    pub line: usize,
    /// As it is written, without the marks of the document.
    pub text: String,
    /// The names of components that it speaks of, as they stand in its row, its sentence or its heading; empty: of whom
    /// the document speaks.
    pub about: Vec<String>,
    /// Whether it speaks of what was: then any record may support it.
    pub past: bool,
    /// What is claimed.
    pub figure: Figure,
}

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// Where it stands.
    Stage(Stage),
    /// How much is covered, in percent as it is written, such as `73.2`.
    Coverage(String),
    /// So many tests passed.
    Passed(u64),
    /// So many tests there are.
    Tests(u64),
    /// So many tests failed.
    Failed(u64),
    /// So many issues of the linter.
    Lint(u64),
    /// So many errors of the type checker.
    Types(u64),
    /// So many issues of security.
    Security(u64),
}

impl Figure {
    /// What it is about, for people and JSON.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::Stage(_) => "stage",
            Self::Coverage(_) => "coverage",
            Self::Passed(_) => "passed tests",
            Self::Tests(_) => "tests",
            Self::Failed(_) => "failed tests",
            Self::Lint(_) => "lint issues",
            Self::Types(_) => "type errors",
            Self::Security(_) => "security issues",
        }
    }

    /// The value, for people and JSON.
    pub fn value(&self) -> String {
        match self {
            Self::Stage(stage) => stage.name().to_owned(),
            Self::Coverage(percent) => format!("{percent} %"),
            Self::Passed(number)
            | Self::Tests(number)
            | Self::Failed(number)
            | Self::Lint(number)
            | Self::Types(number)
            | Self::Security(number) => number.to_string(),
        }
    }
}
