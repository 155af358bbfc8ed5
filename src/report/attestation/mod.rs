//! What a gate came to as in-toto Statements that others can sign, and back. Not a signature: who signs and who verifies
//! one is `cosign` or `gh`. The hard part is that a Statement has one predicate and its readers are many, so that the
//! same verdict is told in three.

mod claim;
mod envelope;
mod gate;
pub mod held;
mod statement;
mod test_result;
mod vsa;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::{Schema, SchemaGenerator};

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Verdict, resting_on};
use crate::model::waiver::WaiverAssessment;

use super::json::on_one_line;

pub use super::json::Counted;
pub use claim::{Claim, Proof, Reading, Unread, read};

use gate::{GATE, Predicate};
use statement::Statement;
use test_result::TestResult;
use vsa::Summary;

/// The schema of the predicate of our own.
pub fn counts_schema(generator: SchemaGenerator) -> Schema {
    gate::schema(generator)
}

/// Which predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// in-toto test-result v0.1.
    TestResult,
    /// SLSA verification summary v1.
    Vsa,
    /// Our own, with the counts.
    Counts,
}

impl Kind {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::TestResult, Self::Vsa, Self::Counts];

    /// The word that `--attest` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::TestResult => "test-result",
            Self::Vsa => "vsa",
            Self::Counts => "counts",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The `predicateType`.
    pub fn predicate_type(self) -> &'static str {
        match self {
            Self::TestResult => "https://in-toto.io/attestation/test-result/v0.1",
            Self::Vsa => "https://slsa.dev/verification_summary/v1",
            Self::Counts => GATE,
        }
    }
}

/// What a verdict is about, as it was when it was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// The SHA-256 of each file of the component, by its path from the project's root.
    pub files: BTreeMap<String, String>,
}

/// Where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The repository on GitHub, where the policy names it.
    pub repository: Option<String>,
    /// The project's name.
    pub project: String,
}

/// A component of an assessment, with what the verdict is about.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The whole of which it is a part.
    pub assessment: &'a Assessment,
    /// The component.
    pub component: &'a ComponentAssessment,
    /// What it is about.
    pub subject: &'a Subject,
    /// Where it is from.
    pub origin: &'a Origin,
}

/// What a Statement says that the gate came to. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// It was passed.
    Passed,
    /// It was passed by a waiver.
    Warned,
    /// It was not passed: something failed, or could not be measured.
    Failed,
}

impl Measured<'_> {
    fn waived_until(&self) -> Option<Date> {
        waived_until(self.component.verdict, &self.component.checks, &self.component.waivers)
    }
}

impl Conclusion {
    /// As test-result names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Warned => "WARNED",
            Self::Failed => "FAILED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Passed, Self::Warned, Self::Failed].into_iter().find(|result| result.name() == name)
    }
}

/// The Statement of a kind, on one line that ends with a line break: lines of several are an in-toto bundle.
pub fn render(measured: &Measured<'_>, kind: Kind) -> String {
    let predicate_type = kind.predicate_type();
    let line = match kind {
        Kind::TestResult => on_one_line(&Statement::of(measured, predicate_type, TestResult::of(measured))),
        Kind::Vsa => on_one_line(&Statement::of(measured, predicate_type, Summary::of(measured))),
        Kind::Counts => on_one_line(&Statement::of(measured, predicate_type, Predicate::of(measured))),
    };
    format!("{line}\n")
}

/// The last day on which a pass stands that rests on waivers; `None` where it rests on none.
fn waived_until(verdict: Verdict, checks: &[CheckAssessment], waivers: &[WaiverAssessment]) -> Option<Date> {
    let first = resting_on(checks, waivers).first().map(|one| one.waiver.expires);
    first.filter(|_| verdict == Verdict::Pass)
}

#[cfg(test)]
mod tests;
