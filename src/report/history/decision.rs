//! What people decided, as it stands in the timeline's document.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::decision::{self, RollbackSeverity};
use crate::model::stage::Stage;

/// That the component stands in a stage.
#[derive(Serialize, JsonSchema)]
pub(super) struct Completed {
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) to: &'static str,
    /// The number of the record that the deployment was intended by.
    pub(super) deployment: u64,
    /// The number of the measurement that it rests on.
    pub(super) verified: u64,
}

/// That somebody answers for what no tool can measure.
#[derive(Serialize, JsonSchema)]
pub(super) struct SignOff<'a> {
    topic: &'a str,
    by: &'a str,
    /// Where the evidence is.
    evidence: &'a str,
    /// The commit that it is about; null: it is about the component.
    commit: Option<&'a str>,
    /// Until when it holds.
    expires: Timestamp,
}

/// That nothing is promoted, or that it may be again.
#[derive(Serialize, JsonSchema)]
pub(super) struct Why<'a> {
    pub(super) reason: &'a str,
}

/// That a step may be taken although a check was not passed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Override<'a> {
    checks: &'a [String],
    commit: &'a str,
    reason: &'a str,
    /// Who else agreed.
    approver: &'a str,
    /// Until when it holds.
    expires: Timestamp,
}

/// That a deployment is to go, or is to be mended.
#[derive(Serialize, JsonSchema)]
pub(super) struct Rollback<'a> {
    #[schemars(extend("enum" = RollbackSeverity::ALL.map(RollbackSeverity::name)))]
    severity: &'static str,
    reason: &'a str,
    /// Until when it must be done; null where nothing must.
    due: Option<Timestamp>,
}

/// That what was promoted is not promoted any more.
#[derive(Serialize, JsonSchema)]
pub(super) struct Revocation<'a> {
    /// Where the component stands again.
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    to: &'static str,
    reason: &'a str,
    /// The number of the record that shows other figures; null where none was measured.
    measured: Option<u64>,
}

/// That something happened that an observation must know.
#[derive(Serialize, JsonSchema)]
pub(super) struct Incident<'a> {
    pub(super) what: &'a str,
    /// Where it is told.
    pub(super) evidence: &'a str,
}

/// Words of a person that belong to the history.
#[derive(Serialize, JsonSchema)]
pub(super) struct Note<'a> {
    pub(super) topic: &'a str,
    pub(super) text: &'a str,
}

impl<'a> SignOff<'a> {
    /// As it is shown.
    pub(super) fn of(one: &'a decision::SignOff) -> Self {
        let commit = one.commit.as_deref();
        Self { topic: &one.topic, by: &one.by, evidence: &one.evidence, commit, expires: one.expires }
    }
}

impl<'a> Override<'a> {
    /// As it is shown.
    pub(super) fn of(one: &'a decision::Override) -> Self {
        Self {
            checks: &one.checks,
            commit: &one.commit,
            reason: &one.reason,
            approver: &one.approver,
            expires: one.expires,
        }
    }
}

impl<'a> Rollback<'a> {
    /// As it is shown.
    pub(super) fn of(one: &'a decision::RollbackDecision) -> Self {
        Self { severity: one.severity.name(), reason: &one.reason, due: one.due }
    }
}

impl<'a> Revocation<'a> {
    /// As it is shown.
    pub(super) fn of(one: &'a decision::Revocation) -> Self {
        Self { to: one.to.name(), reason: &one.reason, measured: one.measured }
    }
}
