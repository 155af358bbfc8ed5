//! A promotion: one move of one component to the next stage, and how far it has come.

use std::sync::Arc;

use jiff::Timestamp;

use super::assessment::Verdict;
use super::container::ContainerState;
use super::decision::{Incident, Override, RollbackDecision, SignOff};
use super::observation::Observation;
use super::promotion_id::PromotionId;
use super::record::{Act, CheckRecord, Verification};
use super::stage::Stage;

/// How far a promotion has come. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Its gate has not been passed, or was measured anew and is not passed now.
    Unverified,
    /// Its gate was passed.
    Verified,
    /// Its issue is open.
    IssueOpen,
    /// Its candidate runs in the stage.
    Deployed,
    /// Its candidate is watched.
    Observing,
    /// The component stands in the stage.
    Completed,
    /// Its candidate is to go.
    RollingBack,
    /// Its candidate was to go, and what was there before does not run: a person must act.
    RollbackFailed,
}

impl Phase {
    /// All of them, the first first.
    pub const ALL: [Self; 8] = [
        Self::Unverified,
        Self::Verified,
        Self::IssueOpen,
        Self::Deployed,
        Self::Observing,
        Self::Completed,
        Self::RollingBack,
        Self::RollbackFailed,
    ];

    /// The word in JSON and for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
            Self::IssueOpen => "issue_open",
            Self::Deployed => "deployed",
            Self::Observing => "observing",
            Self::Completed => "completed",
            Self::RollingBack => "rolling_back",
            Self::RollbackFailed => "rollback_failed",
        }
    }
}

/// A measurement and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// The number of its record.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// What was measured.
    pub verification: Verification,
}

/// The promotion issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub url: String,
    /// When it was known to be there first.
    pub since: Timestamp,
}

/// What was intended and has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The number of the intent.
    pub intent: u64,
    /// When it was intended.
    pub time: Timestamp,
    /// What.
    pub act: Act,
    /// Why the last attempt failed; `None`: it ended without a word.
    pub failed: Option<String>,
}

/// A deployment that was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The number of the intent.
    pub intent: u64,
    /// When it was proven.
    pub time: Timestamp,
    /// The commit.
    pub commit: String,
    /// What ran then.
    pub running: Vec<ContainerState>,
    /// What proved it.
    pub proof: Vec<String>,
}

/// One promotion as its records tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Its name.
    pub id: PromotionId,
    /// The stage that it leads to.
    pub to: Stage,
    /// When its first record was written.
    pub begun: Timestamp,
    /// How far it has come.
    pub phase: Phase,
    /// Its issue.
    pub issue: Option<Issue>,
    /// Its deployment.
    pub deployment: Option<Deployment>,
    /// Why the last attempt to deploy failed, where none has succeeded since.
    pub deploy_failed: Option<String>,
    /// What was seen of its candidate since the last deployment, in the order of the records, which share them: there
    /// may be thousands.
    pub observations: Vec<Arc<Observation>>,
    /// What happened since the last deployment, whenever a window was recorded.
    pub incidents: Vec<Told<Incident>>,
    /// That its candidate is to go, or is to be mended.
    pub rollback: Option<Told<RollbackDecision>>,
    /// Acts without an end or owed, the oldest first.
    pub pending: Vec<Pending>,
}

impl Promotion {
    /// One that has just begun.
    pub fn begun(id: PromotionId, to: Stage, begun: Timestamp) -> Self {
        Self {
            id,
            to,
            begun,
            phase: Phase::Unverified,
            issue: None,
            deployment: None,
            deploy_failed: None,
            observations: Vec::new(),
            incidents: Vec::new(),
            rollback: None,
            pending: Vec::new(),
        }
    }
}

/// What somebody said or decided, with who and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// The number of the record.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub what: T,
}

/// A promotion that came to its good end, and by which the component stands where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The promotion.
    pub promotion: Promotion,
    /// The number of the record that says so.
    pub seq: u64,
    /// Where the component stood before.
    pub from: Stage,
    /// When it was completed.
    pub time: Timestamp,
    /// The measurement that it rests on.
    pub measured: Option<Measurement>,
    /// The last measurement of the same gate since then.
    pub remeasured: Option<Measurement>,
    /// The one by which it stood where it did before: where this one is taken back, it stands by that again.
    pub below: Option<Box<Completed>>,
}

impl Completed {
    /// This one, and those below it, the highest first.
    pub fn and_below(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |one| one.below.as_deref())
    }
}

/// How a promotion came to a bad end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// Its candidate was put back.
    RolledBack,
    /// It rested on figures that do not hold.
    Revoked,
}

/// A promotion that came to a bad end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its name.
    pub id: PromotionId,
    /// As it was, with what is still owed about it.
    pub promotion: Promotion,
    /// How.
    pub kind: EndKind,
    /// When.
    pub time: Timestamp,
    /// Why.
    pub reason: String,
}

/// Where a component stands as its records tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its stage.
    pub stage: Stage,
    /// The last measurement of the whole gate to the next stage.
    pub measured: Option<Measurement>,
    /// The promotion that is under way.
    pub promotion: Option<Promotion>,
    /// The promotion by which it stands where it does; `None` where the policy alone says so.
    pub completed: Option<Completed>,
    /// The last promotion that came to a bad end, where none has begun since, or where its candidate may still run.
    pub ended: Option<Ended>,
    /// That nothing is to be promoted, and why.
    pub hold: Option<Told<String>>,
    /// Who answers for what, the last word on each topic.
    pub signed: Vec<Told<SignOff>>,
    /// Steps that may be taken although a check was not passed.
    pub overrides: Vec<Told<Override>>,
}

impl Standing {
    /// The last measurement of its gate: of that to the next stage; at the top, where there is none, of that by which it
    /// stands there.
    pub fn last_measured(&self) -> Option<&Measurement> {
        if self.stage.next().is_some() {
            return self.measured.as_ref();
        }
        let completed = self.completed.as_ref();
        completed.and_then(|one| one.remeasured.as_ref().or(one.measured.as_ref())).or(self.measured.as_ref())
    }

    /// The last measurement of the gate by which it stands where it does, where that is no pass any more and no other gate
    /// was measured since. What was set aside when it was completed is no news while it is the same: an override is for one
    /// content and for what was found in it.
    pub fn lapsed(&self) -> Option<&Measurement> {
        let is_top = self.stage.next().is_none();
        let (last, then) = match &self.completed {
            Some(completed) => (completed.remeasured.as_ref()?, completed.measured.as_ref()),
            None => (self.measured.as_ref().filter(|_| is_top)?, None),
        };
        let is_older = self.measured.as_ref().is_some_and(|other| other.seq > last.seq);
        let same = then.filter(|then| then.verification.files == last.verification.files);
        let was_open = |check: &CheckRecord| {
            let mut checks = same.into_iter().flat_map(|then| &then.verification.checks);
            checks.any(|other| {
                (&other.id, other.outcome, &other.figures, &other.bounds)
                    == (&check.id, check.outcome, &check.figures, &check.bounds)
                    && other.is_open()
            })
        };
        let mut open = last.verification.checks.iter().filter(|check| check.is_open()).peekable();
        let is_news = open.peek().is_none() || !open.all(was_open);
        (last.verification.verdict != Verdict::Pass && !is_older && is_news).then_some(last)
    }
}
