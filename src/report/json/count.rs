//! What was counted of one component, as it is written into an attestation and read back: the figures and bounds of the
//! document (`wire`), without findings, runs and whatever else a tool said. Not a judge: whether outcomes follow from the
//! figures is for those who may ask one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::assessment::{CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::condition::Condition;
use crate::model::evidence::Evidence;
use crate::model::gate::Criterion;
use crate::model::line_set::Lines;
use crate::model::reason::Reason;
use crate::model::waiver::WaiverAssessment;

use super::heading::{Read, ReadError};
use super::wire::{self, Figures, Inspected, Text, Threshold};
use super::{reader, waiver, writer};

/// What was counted.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts<'a> {
    verdict: Text<'a>,
    checks: Vec<Count<'a>>,
    conditions: Vec<Met<'a>>,
    waivers: Vec<wire::Waiver<'a>>,
}

/// Of one check.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Count<'a> {
    id: Text<'a>,
    outcome: Text<'a>,
    waived: bool,
    measured: Option<Figures<'a>>,
    inspected: Option<Inspected>,
    threshold: Option<Threshold<'a>>,
    /// The kind alone: the words may speak of the machine.
    reason: Option<Text<'a>>,
    suppressed: u64,
}

/// What the gate asks besides.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Met<'a> {
    id: Text<'a>,
    outcome: Text<'a>,
}

/// What was read: the parts of an assessment that can be judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The checks, their findings counted and not listed.
    pub checks: Vec<CheckAssessment>,
    /// What the gate asks besides, without words.
    pub conditions: Vec<Condition>,
    /// What its waivers came to.
    pub waivers: Vec<WaiverAssessment>,
    /// The verdict.
    pub verdict: Verdict,
}

impl<'a> Counts<'a> {
    pub(crate) fn of(component: &'a ComponentAssessment) -> Self {
        Self::from_parts(&component.checks, &component.conditions, &component.waivers, component.verdict)
    }

    fn from_parts(
        checks: &'a [CheckAssessment],
        conditions: &'a [Condition],
        waivers: &'a [WaiverAssessment],
        verdict: Verdict,
    ) -> Self {
        let met = |one: &'a Condition| Met { id: Text::from(&one.id), outcome: one.state.name().into() };
        Self {
            verdict: verdict.name().into(),
            checks: checks.iter().map(Count::of).collect(),
            conditions: conditions.iter().map(met).collect(),
            waivers: waivers.iter().map(waiver::written).collect(),
        }
    }

    /// What was written, of a component of those files; what follows from it must stand in it.
    pub(crate) fn read(&self, files: &[String]) -> Read<Counted> {
        let check = |count: &Count<'_>| {
            count.read(files).map_err(|fault| fault.within(|| format!("check `{}`", count.id)))
        };
        let met = |met: &Met<'_>| {
            reader::condition(&wire::Condition {
                id: met.id.clone(),
                outcome: met.outcome.clone(),
                summary: Text::default(),
            })
        };
        let counted = Counted {
            checks: self.checks.iter().map(check).collect::<Read<_>>()?,
            conditions: self.conditions.iter().map(met).collect::<Read<_>>()?,
            waivers: self.waivers.iter().map(waiver::read).collect::<Read<_>>()?,
            verdict: reader::verdict(&self.verdict)?,
        };
        let Counted { checks, conditions, waivers, verdict } = &counted;
        if Counts::from_parts(checks, conditions, waivers, *verdict) != *self {
            return Err(ReadError::new("what follows from its figures is not what it says"));
        }
        Ok(counted)
    }
}

impl<'a> Count<'a> {
    fn of(check: &'a CheckAssessment) -> Self {
        let evidence = check.outcome.evidence();
        Self {
            id: check.check().id().into(),
            outcome: check.outcome.name().into(),
            waived: check.waived,
            measured: evidence.map(|evidence| writer::figures(&check.criterion, evidence)),
            inspected: evidence.map(writer::inspected),
            threshold: writer::threshold(&check.criterion),
            reason: match &check.outcome {
                Outcome::Inconclusive { reason, .. } => Some(reason.kind.name().into()),
                Outcome::NotApplicable { .. } => Some(super::NOT_APPLICABLE.into()),
                Outcome::Pass(_) | Outcome::Fail(_) => None,
            },
            suppressed: evidence.map_or(0, |evidence| evidence.suppressed),
        }
    }

    fn read(&self, files: &[String]) -> Read<CheckAssessment> {
        let check = reader::check(&self.id)?;
        let outcome = match &*self.outcome {
            "pass" => Outcome::Pass(self.evidence(files)?),
            "fail" => Outcome::Fail(self.evidence(files)?),
            "inconclusive" => {
                let kind = self.reason.as_ref().ok_or_else(|| ReadError::new("it has no reason"))?;
                let reason = Reason::new(reader::reason_kind(kind)?, "", "");
                Outcome::Inconclusive { reason, run: None }
            }
            super::NOT_APPLICABLE => Outcome::NotApplicable { why: String::new() },
            other => return Err(ReadError::new(format!("there is no outcome `{other}`"))),
        };
        let criterion = match &outcome {
            Outcome::NotApplicable { .. } => Criterion::NotApplicable { check, why: String::new() },
            _ => reader::criterion(check, self.threshold.as_ref())?,
        };
        Ok(CheckAssessment { waived: self.waived, ..CheckAssessment::of(criterion, outcome) })
    }

    fn evidence(&self, files: &[String]) -> Read<Evidence> {
        let check = reader::check(&self.id)?;
        let figures = self.measured.as_ref().ok_or_else(|| ReadError::new("nothing was measured"))?;
        let measured = reader::measured(check, figures)?;
        let seen = self.inspected.ok_or_else(|| ReadError::new("there is no proof of what was looked at"))?;
        Ok(Evidence {
            inspected: reader::inspected(&measured, seen, files)?,
            measured,
            findings: Vec::new(),
            extent: None,
            suppressed: self.suppressed,
            lines: Lines::new(),
            notes: Vec::new(),
            run: None,
        })
    }
}
