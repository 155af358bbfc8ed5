//! One problem, with its place.

use std::sync::Arc;

/// How serious a tool says that a finding is. Ordered, the least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// bandit `LOW`.
    Low,
    /// bandit `MEDIUM`, pyright `warning`.
    Medium,
    /// bandit `HIGH`, pyright `error`, a failed test, every ruff issue.
    High,
}

impl Severity {
    /// All severities, the least serious first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word that policy and JSON use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// One problem that a tool reported. All text in it is the tool's or the project's and untrusted. Findings share it: half a
/// million of them come from a few rules in some thousand files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the project's root where it is inside; empty where the tool named none.
    pub file: Arc<str>,
    /// Line, from 1; `None` where the tool gave none.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The tool's rule, or `failed`, `error` for a test; empty where the tool gave none.
    pub rule: Arc<str>,
    /// How serious.
    pub severity: Severity,
    /// What the tool said.
    pub message: Arc<str>,
}
