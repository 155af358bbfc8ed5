//! What the process ends with. One enum; help and README are tested to agree with it.

use crate::model::assessment::Verdict;

/// An exit code. Programs gate on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Pass, or the step was done.
    Pass,
    /// The gate failed.
    Fail,
    /// Usage or `promotion.toml` is wrong.
    Usage,
    /// Something could not be measured.
    Inconclusive,
    /// Waiting: an observation still running, or an approval is missing.
    Waiting,
    /// The ledger does not verify.
    Integrity,
    /// A rollback failed: a person must act.
    RollbackFailed,
    /// A fault of tta-promote itself.
    Fault,
    /// Interrupted; children stopped, nothing half written.
    Interrupted,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Fail,
        Self::Usage,
        Self::Inconclusive,
        Self::Waiting,
        Self::Integrity,
        Self::RollbackFailed,
        Self::Fault,
        Self::Interrupted,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::Waiting => 4,
            Self::Integrity => 5,
            Self::RollbackFailed => 6,
            Self::Fault => 70,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for help and README.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "pass, or the step was done",
            Self::Fail => "the gate failed",
            Self::Usage => "usage or `promotion.toml` is wrong",
            Self::Inconclusive => "inconclusive: something could not be measured",
            Self::Waiting => "waiting: observation still running, or an approval is missing",
            Self::Integrity => "integrity: the ledger or an attestation does not verify",
            Self::RollbackFailed => "rollback failed: a person must act",
            Self::Fault => "a fault of tta-promote itself",
            Self::Interrupted => "interrupted; children stopped, nothing half written",
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// The table at the end of `--help`.
pub fn table() -> String {
    let lines: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning())).collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}
