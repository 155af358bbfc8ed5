//! The readiness of all components as it is rendered, which is also its JSON document, schema 1. Not how it is found out
//! (`app::readiness`): every word that decides something stands here already, and a renderer only lays it out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::priority::rank;

use super::change::{Change, Compared};
use super::found::{Finding, FoundIn};
use super::state::State;

/// The kind of a blocker where a ledger is not the one that was written.
pub const LEDGER_BROKEN: &str = "ledger_broken";

/// What is told of a component of an earlier report that is not here any more.
pub(super) const GONE: &str = "known neither to the policy nor to a ledger any more";
/// The kind of a blocker where what runs is to be mended by a time.
pub const TO_BE_MENDED: &str = "to_be_mended";

/// The readiness of all components at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Readiness {
    /// The project's name.
    pub project: String,
    /// When this was so.
    pub time: Timestamp,
    /// What has changed is told from then on.
    pub since: Timestamp,
    /// What changes are found in.
    pub compared: Compared,
    /// The commit; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differs from it; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// When nothing is promoted: what holds now or is to come, the first first.
    pub freezes: Vec<Freeze>,
    /// The components, those that need somebody most first.
    pub components: Vec<ComponentReadiness>,
    /// Components of the earlier report that neither the policy nor a ledger knows any more.
    pub gone: Vec<String>,
    /// What else is to be known of what is shown.
    pub notes: Vec<String>,
}

/// A time in which nothing is promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Freeze {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment after its last.
    pub to: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether it holds now.
    pub in_force: bool,
}

/// How ready one component is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComponentReadiness {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The group that the policy puts it in.
    pub group: Option<String>,
    /// Its priority.
    pub priority: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its ledger, as people would name it.
    pub ledger: String,
    /// How many records of it were seen; 0 where it does not verify.
    pub records: u64,
    /// How ready it is.
    pub state: State,
    /// The same in a few words, with what is missing or comes next.
    pub headline: String,
    /// Where it stands; `None` where nothing is known.
    pub stage: Option<&'static str>,
    /// Where it would go; `None` at the top or where nothing is known.
    pub to: Option<&'static str>,
    /// The last measurement of the gate, at the top of the one by which it stands there; `None` where there is none.
    pub measured: Option<Measured>,
    /// The checks of that measurement.
    pub checks: Vec<Check>,
    /// What needs a person.
    pub attention: Vec<Attention>,
    /// What stands in the way of the next step.
    pub blockers: Vec<Blocker>,
    /// How its candidate is observed; `None` where none is.
    pub observation: Option<Observation>,
    /// The promotion that is under way, or the last one.
    pub promotion: Option<Promotion>,
    /// Its coverage over time, the oldest first.
    pub coverage: Vec<CoveragePoint>,
    /// What people decided that holds now, and until when.
    pub in_force: Vec<InForce>,
    /// What has changed.
    pub changes: Vec<Change>,
    /// How many more there are that are not listed, those that weigh least.
    pub more_changes: u64,
    /// What comes next; `None` where nothing is known.
    pub next: Option<Next>,
    /// Problems that an assessment beside the ledgers tells of.
    pub findings: Vec<Finding>,
    /// How many more there are that are not listed.
    pub more_findings: u64,
    /// How many there are in all of each check and rule.
    #[serde(skip)]
    pub by_rule: BTreeMap<(String, String), u64>,
    /// What those were looked for in.
    pub found_in: Vec<FoundIn>,
}

/// The last measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Measured {
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: &'static str,
    /// When.
    pub time: Timestamp,
    /// The commit.
    pub commit: Option<String>,
    /// The number of its record.
    pub record: u64,
    /// Whether it speaks of what is there.
    pub fresh: bool,
}

/// A check of the last measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// The check.
    pub id: String,
    /// `pass`, `fail`, `inconclusive` or `not_applicable`.
    pub outcome: &'static str,
    /// Whether waivers covered what failed.
    pub waived: bool,
    /// Value beside bound.
    pub summary: String,
    /// What is missing to the bound.
    pub gap: Option<Gap>,
    /// Why it is inconclusive.
    pub reason: Option<Reason>,
}

/// What is missing until a bound is met, in whole things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    /// How many.
    pub missing: u64,
    /// As a fragment: `needs 14 more covered lines`.
    pub words: String,
}

/// Why something could not be measured, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// The class.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attention {
    /// `rollback_overdue`, `rollback_failed`, `soak_overdue`, `soak_failed`, `sign_off_expired`, `no_end`,
    /// `contradicted` or `gate_failed`.
    pub kind: &'static str,
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blocker {
    /// The class, as in `status`, or `to_be_mended`, `freeze`, `ledger_broken`, `ledger_unreadable`.
    pub kind: &'static str,
    /// Whether it says that the measurement does not speak of what is there.
    pub stale: bool,
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// How far the observation of a candidate has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Observation {
    /// Which day it is, from 1.
    pub day: u64,
    /// How many days it takes.
    pub days: u64,
    /// Whether it is proven.
    pub proven: bool,
    /// In one line.
    pub summary: String,
    /// How long the candidate was seen healthy.
    pub healthy_seconds: u64,
    /// How long that must be.
    pub needed_seconds: u64,
    /// When it can be proven at the earliest.
    pub earliest: Option<Timestamp>,
    /// The worst sign of each rule on each day since the deployment.
    pub map: Vec<RuleDays>,
}

/// One rule, day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleDays {
    /// The rule.
    pub rule: String,
    /// `good`, `bad`, `unknown` or `unreachable`; `None` where nobody looked.
    pub signs: Vec<Option<&'static str>>,
}

/// A promotion and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Promotion {
    /// Its name.
    pub id: String,
    /// The stage that it leads to.
    pub to: &'static str,
    /// How far it has come, or how it ended.
    pub phase: &'static str,
    /// The address of its issue.
    pub issue: Option<String>,
    /// The commit that is deployed.
    pub commit: Option<String>,
    /// What happened to it, the first first.
    pub events: Vec<Event>,
    /// How many more there are that are not listed, those that weigh least.
    pub more_events: u64,
}

/// Something that happened to a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// `verified`, `issue`, `deployed`, `observed`, `incident`, `failed`, `decided`, `completed`, `rolled_back` or `revoked`.
    pub kind: &'static str,
    /// Whether it went as it should.
    pub good: bool,
    /// In words.
    pub what: String,
}

/// A coverage figure and its bound, in hundredths of a percent, cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoveragePoint {
    /// When it was recorded.
    pub time: Timestamp,
    /// What was covered.
    pub covered: u64,
    /// Of how many.
    pub total: u64,
    /// The figure.
    pub hundredths: u32,
    /// The bound; `None` where it is not known.
    pub min_hundredths: Option<u32>,
}

/// Something that people decided and that holds for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InForce {
    /// `hold`, `sign_off`, `override` or `waiver`.
    pub kind: &'static str,
    /// What, by whom and why.
    pub what: String,
    /// Until when; `None`: until somebody ends it.
    pub until: Option<Timestamp>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Next {
    /// The step.
    pub step: &'static str,
    /// What to type.
    pub command: Option<String>,
    /// What it is for.
    pub purpose: String,
    /// Until when it can be done without more ado.
    pub until: Option<Timestamp>,
}

impl Readiness {
    /// How many components are in each state, in the order of the states; none that is empty.
    pub fn counts(&self) -> BTreeMap<State, u64> {
        let mut counts = BTreeMap::new();
        for component in &self.components {
            *counts.entry(component.state).or_default() += 1;
        }
        counts
    }

    /// The priorities that there are, the highest first, those without one last.
    pub fn priorities(&self) -> Vec<Option<&str>> {
        let mut all: Vec<Option<&str>> = self.components.iter().map(|one| one.priority.as_deref()).collect();
        all.sort_by_cached_key(|priority| (priority.is_none(), priority.map(rank), *priority));
        all.dedup();
        all
    }

    /// Whether there is nothing to tell under what has changed.
    pub(super) fn is_unchanged(&self) -> bool {
        self.gone.is_empty() && self.components.iter().all(|one| one.changes.is_empty())
    }

    /// The components in that state.
    pub fn in_state(&self, state: State) -> impl Iterator<Item = &ComponentReadiness> {
        self.components.iter().filter(move |component| component.state == state)
    }
}

impl ComponentReadiness {
    /// Whether the lines of its ledger are not those that were written.
    pub fn is_broken(&self) -> bool {
        self.blockers.iter().any(|blocker| blocker.kind == LEDGER_BROKEN)
    }

    /// The last coverage figure.
    pub fn last_coverage(&self) -> Option<&CoveragePoint> {
        self.coverage.last()
    }

    /// How many findings there are.
    pub(super) fn all_findings(&self) -> u64 {
        self.findings.len() as u64 + self.more_findings
    }

    /// The coverage figure of the last measurement. One of another measurement has no place beside what that came to.
    pub fn measured_coverage(&self) -> Option<&CoveragePoint> {
        let measured = self.measured.as_ref()?;
        self.last_coverage().filter(|point| point.time == measured.time)
    }

    /// What it is sorted by.
    pub fn key(&self) -> (State, bool, Option<String>, String) {
        (self.state, self.priority.is_none(), self.priority.as_deref().map(rank), self.name.clone())
    }
}
