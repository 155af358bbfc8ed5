//! What people decided, as it is written: see `wire`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::decision as model;
use crate::model::record::Fact;
use crate::model::stage::Stage;

use super::part::stage;

/// What was decided. The tag is the kind of the record.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub(super) enum Decision {
    Completed {
        #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
        to: String,
        deployment: u64,
        verified: u64,
    },
    Signed {
        topic: String,
        by: String,
        evidence: String,
        commit: Option<String>,
        expires: Timestamp,
    },
    Held {
        reason: String,
    },
    Released {
        reason: String,
    },
    Overridden {
        checks: Vec<String>,
        commit: String,
        reason: String,
        approver: String,
        expires: Timestamp,
    },
    RollbackDecided {
        #[schemars(extend("enum" = model::RollbackSeverity::ALL.map(model::RollbackSeverity::name)))]
        severity: String,
        reason: String,
        due: Option<Timestamp>,
    },
    Revoked {
        #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
        to: String,
        reason: String,
        measured: Option<u64>,
    },
    Incident {
        what: String,
        evidence: String,
    },
    Noted {
        topic: String,
        text: String,
    },
}

impl Decision {
    /// As it is written; `None` where nothing was decided by it.
    pub(super) fn of(fact: &Fact) -> Option<Self> {
        Some(match fact.clone() {
            Fact::Completed { to, deployment, verified } => {
                Self::Completed { to: to.name().to_owned(), deployment, verified }
            }
            Fact::Signed(model::SignOff { topic, by, evidence, commit, expires }) => {
                Self::Signed { topic, by, evidence, commit, expires }
            }
            Fact::Held { reason } => Self::Held { reason },
            Fact::Released { reason } => Self::Released { reason },
            Fact::Overridden(model::Override { checks, commit, reason, approver, expires }) => {
                Self::Overridden { checks, commit, reason, approver, expires }
            }
            Fact::RollbackDecided(model::RollbackDecision { severity, reason, due }) => {
                Self::RollbackDecided { severity: severity.name().to_owned(), reason, due }
            }
            Fact::Revoked(model::Revocation { to, reason, measured }) => {
                Self::Revoked { to: to.name().to_owned(), reason, measured }
            }
            Fact::Incident(model::Incident { what, evidence }) => Self::Incident { what, evidence },
            Fact::Noted { topic, text } => Self::Noted { topic, text },
            Fact::Verified(_)
            | Fact::Intended(_)
            | Fact::Done { .. }
            | Fact::Failed { .. }
            | Fact::Observed(_) => return None,
        })
    }

    /// As it was.
    pub(super) fn read(self) -> Result<Fact, String> {
        Ok(match self {
            Self::Completed { to, deployment, verified } => {
                Fact::Completed { to: stage(&to)?, deployment, verified }
            }
            Self::Signed { topic, by, evidence, commit, expires } => {
                Fact::Signed(model::SignOff { topic, by, evidence, commit, expires })
            }
            Self::Held { reason } => Fact::Held { reason },
            Self::Released { reason } => Fact::Released { reason },
            Self::Overridden { checks, commit, reason, approver, expires } => {
                Fact::Overridden(model::Override { checks, commit, reason, approver, expires })
            }
            Self::RollbackDecided { severity, reason, due } => {
                let known = model::RollbackSeverity::from_name(&severity);
                let severity = known.ok_or_else(|| format!("there is no severity `{severity}`"))?;
                Fact::RollbackDecided(model::RollbackDecision { severity, reason, due })
            }
            Self::Revoked { to, reason, measured } => {
                Fact::Revoked(model::Revocation { to: stage(&to)?, reason, measured })
            }
            Self::Incident { what, evidence } => Fact::Incident(model::Incident { what, evidence }),
            Self::Noted { topic, text } => Fact::Noted { topic, text },
        })
    }
}
