//! What people decide about a promotion: sign-offs, holds, overrides, rollbacks, revocations. What was measured is not
//! decided by anybody.

use jiff::Timestamp;

use super::stage::Stage;

/// How bad it is that a deployed candidate does not do what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollbackSeverity {
    /// It is written down.
    Low,
    /// It is mended in the stage by a date.
    Medium,
    /// It goes within 24 hours.
    High,
    /// It goes at once.
    Critical,
}

impl RollbackSeverity {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The word that people, the ledger and JSON use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// Whether what was there before is put back.
    pub fn acts(self) -> bool {
        matches!(self, Self::Critical | Self::High)
    }
}

/// That a deployment is to go, or is to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackDecision {
    /// How bad it is.
    pub severity: RollbackSeverity,
    /// Why, in the words of who decided.
    pub reason: String,
    /// Until when it must be done; `None` where nothing must.
    pub due: Option<Timestamp>,
}

/// That somebody answers for what no tool can measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// For what, such as `performance-validated`.
    pub topic: String,
    /// Who answers for it.
    pub by: String,
    /// Where the evidence is.
    pub evidence: String,
    /// The commit that it is about; `None`: it is about the component.
    pub commit: Option<String>,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// That a step may be taken although checks of the gate were not passed, for exactly one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The checks.
    pub checks: Vec<String>,
    /// The commit.
    pub commit: String,
    /// Why.
    pub reason: String,
    /// Who else agreed: never who asked for it.
    pub approver: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// That what was promoted on figures that do not hold is not promoted any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Where the component stands again.
    pub to: Stage,
    /// Why.
    pub reason: String,
    /// The number of the record that shows other figures; `None` where none was measured.
    pub measured: Option<u64>,
}

/// A security incident or another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What happened.
    pub what: String,
    /// Where it is told, such as the address of an issue.
    pub evidence: String,
}
