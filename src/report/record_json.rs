//! Parts of records as JSON, for the documents that show them: named as in the ledger, and all of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::container::ContainerState;
use crate::model::observation::{self, Sign};
use crate::model::record::{CheckOutcome, CheckRecord, WaiverRecord};

/// A check as it is remembered.
#[derive(Serialize, JsonSchema)]
pub(super) struct Check<'a> {
    id: &'a str,
    #[schemars(extend("enum" = CheckOutcome::ALL.map(CheckOutcome::name)))]
    outcome: &'static str,
    /// Whether waivers covered what failed, so that it kept no gate shut.
    waived: bool,
    /// The value beside its bound, for people.
    summary: &'a str,
    /// What was measured, by name; empty where nothing was.
    figures: &'a BTreeMap<String, u64>,
    /// What was asked for, by name.
    bounds: &'a BTreeMap<String, String>,
    /// Why there is no evidence, where there is none.
    reason: Option<Reason<'a>>,
    /// How many problems it found.
    findings: u64,
    /// How many further ones comments and settings keep quiet.
    suppressed: u64,
    /// The tool; null where we looked ourselves.
    tool: Option<Tool<'a>>,
    /// The digest of the report that was read.
    report_sha256: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Reason<'a> {
    kind: &'a str,
    message: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Tool<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> Check<'a> {
    /// As it is shown.
    pub(super) fn of(check: &'a CheckRecord) -> Self {
        Self {
            id: &check.id,
            outcome: check.outcome.name(),
            waived: check.waived,
            summary: &check.summary,
            figures: &check.figures,
            bounds: &check.bounds,
            reason: check.reason.as_ref().map(|(kind, message)| Reason { kind, message }),
            findings: check.findings,
            suppressed: check.suppressed,
            tool: check.tool.as_ref().map(|(name, version)| Tool { name, version }),
            report_sha256: check.report_sha256.as_deref(),
        }
    }
}

/// A waiver that covered findings.
#[derive(Serialize, JsonSchema)]
pub(super) struct Waiver<'a> {
    check: &'a str,
    rule: &'a str,
    /// The file or folder, relative to the project's root.
    path: &'a str,
    /// How many findings it covered.
    covered: u64,
    reason: &'a str,
    owner: &'a str,
    /// Where their end is planned.
    issue: &'a str,
    /// The last day on which it is in force, in UTC.
    expires: String,
}

impl<'a> Waiver<'a> {
    /// As it is shown.
    pub(super) fn of(waiver: &'a WaiverRecord) -> Self {
        Self {
            check: &waiver.check,
            rule: &waiver.rule,
            path: &waiver.path,
            covered: waiver.covered,
            reason: &waiver.reason,
            owner: &waiver.owner,
            issue: &waiver.issue,
            expires: waiver.expires.to_string(),
        }
    }
}

/// A container.
#[derive(Serialize, JsonSchema)]
pub(super) struct Container<'a> {
    id: &'a str,
    /// The id of its image.
    image: &'a str,
    /// The name that the image was asked for by.
    reference: &'a str,
    status: &'a str,
    /// What its own health check says; null where it has none.
    health: Option<&'a str>,
    restarts: u64,
    started: &'a str,
    /// The digest of its configuration, as compose tells it.
    config_hash: Option<&'a str>,
}

impl<'a> Container<'a> {
    /// As it is shown.
    pub(super) fn of(container: &'a ContainerState) -> Self {
        Self {
            id: &container.id,
            image: &container.image,
            reference: &container.reference,
            status: &container.status,
            health: container.health.as_deref(),
            restarts: container.restarts,
            started: &container.started,
            config_hash: container.config_hash.as_deref(),
        }
    }

    /// Several.
    pub(super) fn all(containers: &'a [ContainerState]) -> Vec<Self> {
        containers.iter().map(Self::of).collect()
    }
}

/// What was seen of a candidate in one window.
#[derive(Serialize, JsonSchema)]
pub(super) struct Observation<'a> {
    from: Timestamp,
    /// The moment after its last.
    to: Timestamp,
    /// Whether it was taken later than the window's end, from sources that reach back.
    late: bool,
    /// The worst of its readings.
    #[schemars(extend("enum" = Sign::ALL.map(Sign::name)))]
    sign: &'static str,
    /// What ran at its end.
    running: Vec<Container<'a>>,
    readings: Vec<Reading<'a>>,
    /// Where a person can look at the window.
    links: &'a [String],
}

/// One rule.
#[derive(Serialize, JsonSchema)]
struct Reading<'a> {
    /// Such as `health` or `metric.error_rate`.
    rule: &'a str,
    #[schemars(extend("enum" = Sign::ALL.map(Sign::name)))]
    sign: &'static str,
    /// The value beside its bound, or why there is none.
    detail: &'a str,
    /// What was measured, as the source wrote it.
    value: Option<&'a str>,
    /// How many samples stand behind it.
    samples: Option<u64>,
    /// What was asked, word for word.
    query: Option<&'a str>,
}

impl<'a> Observation<'a> {
    /// As it is shown.
    pub(super) fn of(observation: &'a observation::Observation) -> Self {
        let reading = |one: &'a observation::Reading| Reading {
            rule: &one.rule,
            sign: one.sign.name(),
            detail: &one.detail,
            value: one.value.as_deref(),
            samples: one.samples,
            query: one.query.as_deref(),
        };
        Self {
            from: observation.window.from(),
            to: observation.window.to(),
            late: observation.late,
            sign: observation.sign().name(),
            running: Container::all(&observation.running),
            readings: observation.readings.iter().map(reading).collect(),
            links: &observation.links,
        }
    }
}
