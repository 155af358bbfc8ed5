//! What a component must show to enter a stage.

use super::check::Check;
use super::condition::Conditions;
use super::finding::Severity;
use super::own_name::OwnName;
use super::percent::Percent;
use super::stage::Stage;

/// The checks that guard the entrance to a stage. A gate with no criterion is never passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The stage that it guards.
    pub stage: Stage,
    /// What it asks, in the order of [`Check::ALL`] and then of the names, each check at most once.
    pub criteria: Vec<Criterion>,
    /// What it asks besides.
    pub conditions: Conditions,
}

/// One check and its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion {
    /// `tests = { max_failures, min_passed }`
    Tests {
        /// Failures and errors together may be no more than this.
        max_failures: u64,
        /// At least so many tests must have passed; never 0.
        min_passed: u64,
    },
    /// `coverage = { min_percent, metric, exact }`
    Coverage {
        /// The bound.
        min: Percent,
        /// What is counted.
        metric: Metric,
        /// How much of the tests it takes.
        precision: Precision,
    },
    /// `lint = { max_issues }`
    Lint {
        /// Issues may be no more than this.
        max_issues: u64,
    },
    /// `types = { max_errors, max_warnings }`
    Types {
        /// Errors may be no more than this.
        max_errors: u64,
        /// Warnings may be no more than this.
        max_warnings: u64,
    },
    /// `security = { max_issues, min_severity }`
    Security {
        /// Issues may be no more than this.
        max_issues: u64,
        /// Issues below this severity do not count.
        min_severity: Severity,
    },
    /// `docs = { readme, usage_example }`
    Docs {
        /// A README must be there.
        readme: bool,
        /// It must hold a usage example.
        usage_example: bool,
    },
    /// `NAME = { max_issues }`, for a check of one's own.
    Own {
        /// Which one.
        check: OwnName,
        /// Issues may be no more than this.
        max_issues: u64,
    },
    /// `CHECK = { not_applicable = "reason" }`: the policy says that the question does not arise.
    NotApplicable {
        /// The check.
        check: Check,
        /// Why, in the policy's words.
        why: String,
    },
}

impl Criterion {
    /// The check that this is about.
    pub fn check(&self) -> Check {
        match self {
            Self::Tests { .. } => Check::Tests,
            Self::Coverage { .. } => Check::Coverage,
            Self::Lint { .. } => Check::Lint,
            Self::Types { .. } => Check::Types,
            Self::Security { .. } => Check::Security,
            Self::Docs { .. } => Check::Docs,
            Self::Own { check, .. } => Check::Own(*check),
            Self::NotApplicable { check, .. } => *check,
        }
    }
}

/// How much of the tests a coverage figure takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A lower bound from the selected tests will do where it reaches the threshold.
    Enough,
    /// Always the figure of all tests.
    Exact,
}

/// What coverage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// As coverage.py does: statements, with branches where the project measures them.
    Auto,
    /// Statements alone.
    Statements,
}
