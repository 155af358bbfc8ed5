//! A check that the policy defines, `[check.NAME]`: any tool, on the same terms as the others.
//!
//! Not here: how it is run (`app::lane::own`), and how its answer is read (`tools::own`).

use std::collections::BTreeSet;
use std::time::Duration;

use super::own_name::OwnName;

/// `[check.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCheck {
    /// Its name.
    pub name: OwnName,
    /// What it is called for people, where that is more than its name.
    pub title: Option<String>,
    /// What is run; never empty, and never seen by a shell.
    pub command: Vec<Argument>,
    /// What it answers in.
    pub reads: Reads,
    /// Where the answer is.
    pub from: From,
    /// What its exit codes mean.
    pub codes: Codes,
    /// The limit for one run, where it is not the project's.
    pub timeout: Option<Duration>,
}

impl OwnCheck {
    /// Whether one run serves one component: what it is told depends on the component.
    pub fn is_per_component(&self) -> bool {
        self.command.iter().any(|argument| match argument {
            Argument::Files => true,
            Argument::Text(pieces) => pieces.contains(&Piece::Component),
        })
    }

    /// The program, as the policy names it.
    pub fn program(&self) -> &str {
        match self.command.first() {
            Some(Argument::Text(pieces)) => match pieces.as_slice() {
                [Piece::Text(text)] => text,
                _ => "",
            },
            Some(Argument::Files) | None => "",
        }
    }
}

/// One item of `command`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `{files}`: the component's files, each an argument, relative to the project's root.
    Files,
    /// Text, with what is filled in.
    Text(Vec<Piece>),
}

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands there.
    Text(String),
    /// `{report}`: a path at which nothing is yet.
    Report,
    /// `{component}`: the component's name.
    Component,
}

/// What the tool answers in, with the proof that it looked at something. There is none without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reads {
    /// SARIF 2.1.0.
    Sarif(SarifProof),
    /// JUnit XML; the tests that ran are the proof.
    Junit,
    /// Lines that match a regular expression are findings.
    Regex {
        /// With the groups `message`, and where it has them `file`, `line`, `column`, `rule`, `severity`.
        finding: String,
        /// The proof.
        proof: Count,
    },
    /// The exit code says it all.
    ExitCode(Count),
}

/// What proves that a tool which writes SARIF looked at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SarifProof {
    /// Every file of the component stands in `runs[].artifacts`.
    Artifacts,
    /// What it says beside the report.
    Count(Count),
}

/// `{ pattern, min }`: how much it says that it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// A regular expression over lines; its group 1 is a number, and without a group each line counts as one.
    pub pattern: String,
    /// At least so many.
    pub min: Least,
}

/// The least that proves something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// A number, never 0.
    Number(u64),
    /// As many as there are files to look at.
    Files,
}

/// Where the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Both, one after the other.
    Both,
    /// The file at `{report}`.
    Report,
}

/// What exit codes mean; those in neither set are no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// It found nothing.
    pub clean: BTreeSet<i32>,
    /// It found something. A code in both sets says only that it came to its end.
    pub findings: BTreeSet<i32>,
}

impl Default for Codes {
    fn default() -> Self {
        Self { clean: [0].into(), findings: [1].into() }
    }
}
