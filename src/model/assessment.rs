//! The result: what was asked, what was found, and the verdict.

use std::time::Duration;

use jiff::Timestamp;

use super::check::Check;
use super::condition::{Condition, ConditionState};
use super::environment::Environment;
use super::evidence::Evidence;
use super::finding::Finding;
use super::gate::Criterion;
use super::reason::Reason;
use super::run::Run;
use super::stage::Stage;
use super::waiver::{Cover, WaiverAssessment};

/// What a check came to. A pass cannot be built without its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The evidence meets the criterion.
    Pass(Evidence),
    /// The evidence does not meet the criterion.
    Fail(Evidence),
    /// There is no evidence.
    Inconclusive {
        /// Why not.
        reason: Reason,
        /// The run that gave none, where one was started.
        run: Option<Run>,
    },
    /// The policy says that the question does not arise.
    NotApplicable {
        /// Why, in the policy's words.
        why: String,
    },
}

impl Outcome {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Fail(_) => "fail",
            Self::Inconclusive { .. } => "inconclusive",
            Self::NotApplicable { .. } => "not_applicable",
        }
    }

    /// The evidence, where there is some.
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Pass(evidence) | Self::Fail(evidence) => Some(evidence),
            Self::Inconclusive { .. } | Self::NotApplicable { .. } => None,
        }
    }

    /// The run that it rests on, or that gave no evidence; `None` where no process was started.
    pub fn run(&self) -> Option<&Run> {
        match self {
            Self::Pass(evidence) | Self::Fail(evidence) => evidence.run.as_ref(),
            Self::Inconclusive { run, .. } => run.as_ref(),
            Self::NotApplicable { .. } => None,
        }
    }
}

/// The verdict of a gate. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every check passed.
    Pass,
    /// Something could not be measured, and nothing failed.
    Inconclusive,
    /// At least one check failed.
    Fail,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pass, Self::Inconclusive, Self::Fail];

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }
}

/// One check of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckAssessment {
    /// What was asked.
    pub criterion: Criterion,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether it fails, and no more than waivers cover is to blame: then it does not keep the gate shut.
    pub waived: bool,
    /// Which of its findings are covered, in their order; also where it passes, or fails all the same.
    pub covers: Vec<Cover>,
}

impl CheckAssessment {
    /// One of which nothing is waived.
    pub fn of(criterion: Criterion, outcome: Outcome) -> Self {
        Self { criterion, outcome, waived: false, covers: Vec::new() }
    }

    /// The place of the waiver that covers the finding at `finding`, among those of the component.
    pub fn cover(&self, finding: usize) -> Option<usize> {
        let at = self.covers.binary_search_by_key(&finding, |cover| cover.finding).ok()?;
        self.covers.get(at).map(|cover| cover.waiver)
    }

    /// Its findings that no waiver covers.
    pub fn uncovered(&self) -> Vec<&Finding> {
        let findings = self.outcome.evidence().map_or(&[][..], |evidence| &evidence.findings);
        let open = findings.iter().enumerate().filter(|(at, _)| self.cover(*at).is_none());
        open.map(|(_, finding)| finding).collect()
    }

    /// Whether it keeps no gate shut: it passes, is waived, or is not asked.
    pub fn is_well(&self) -> bool {
        match self.outcome {
            Outcome::Pass(_) | Outcome::NotApplicable { .. } => true,
            Outcome::Fail(_) => self.waived,
            Outcome::Inconclusive { .. } => false,
        }
    }

    /// Whether it keeps the gate shut because of what was found.
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Fail(_)) && !self.waived
    }

    /// The check.
    pub fn check(&self) -> Check {
        self.criterion.check()
    }
}

/// One component at one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentAssessment {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The group that the policy puts it in.
    pub group: Option<String>,
    /// Where it stands.
    pub from: Stage,
    /// Where it would go.
    pub to: Stage,
    /// Its Python files, relative to the project's root.
    pub files: Vec<String>,
    /// Optional imports of its files that are not installed, sorted.
    pub absent_imports: Vec<String>,
    /// The checks, in the order of [`Check::ALL`].
    pub checks: Vec<CheckAssessment>,
    /// What the gate asks besides, in the order of [`Conditions::ids`].
    ///
    /// [`Conditions::ids`]: super::condition::Conditions::ids
    pub conditions: Vec<Condition>,
    /// What its waivers came to, in the policy's order: those of checks that were asked for.
    pub waivers: Vec<WaiverAssessment>,
    /// The verdict over `checks` and `conditions`.
    pub verdict: Verdict,
}

impl ComponentAssessment {
    /// The waivers without which it would be no pass, the first that ends before the others.
    pub fn resting_on(&self) -> Vec<&WaiverAssessment> {
        resting_on(&self.checks, &self.waivers)
    }

    /// Whether it did not pass and no check and no condition of it says why, as where the gate has none.
    pub fn is_unexplained(&self) -> bool {
        self.verdict != Verdict::Pass
            && self.checks.iter().all(CheckAssessment::is_well)
            && self.conditions.iter().all(|condition| condition.state == ConditionState::Pass)
    }

    /// Whether nothing but time or an approval is missing.
    pub fn is_waiting(&self) -> bool {
        let open = || self.conditions.iter().filter(|one| one.state != ConditionState::Pass);
        self.verdict == Verdict::Inconclusive
            && self.checks.iter().all(CheckAssessment::is_well)
            && open().next().is_some()
            && open().all(|one| one.state == ConditionState::Waiting)
    }
}

/// The waivers without which `checks` would not all be well, the first that ends before the others. One that covers
/// findings of a check that passes within its bound all the same is none of them.
pub fn resting_on<'a>(
    checks: &[CheckAssessment],
    waivers: &'a [WaiverAssessment],
) -> Vec<&'a WaiverAssessment> {
    let is_waived = |check: Check| checks.iter().any(|one| one.waived && one.check() == check);
    let used = waivers.iter().filter(|one| one.state.covered() > 0);
    let mut waivers: Vec<&WaiverAssessment> = used.filter(|one| is_waived(one.waiver.check)).collect();
    waivers.sort_by_key(|one| one.waiver.expires);
    waivers
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The commit, in hexadecimal; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differs from the commit; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// Paths that differ after the run from before it, sorted.
    pub changed: Vec<String>,
}

/// The policy that was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDigest {
    /// The policy file as the user named it.
    pub file: String,
    /// The SHA-256 of it and of what it includes, in hexadecimal.
    pub sha256: String,
}

/// The whole result of one `verify`, or of several that were joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The project's name.
    pub project: String,
    /// The policy.
    pub policy: PolicyDigest,
    /// The version of this program.
    pub version: String,
    /// When it started.
    pub started: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// What was looked at.
    pub subject: Subject,
    /// What the tests ran in.
    pub environment: Environment,
    /// The checks that were asked for, where it was not all of the gate.
    pub only: Option<Vec<Check>>,
    /// The files that it was joined from, sorted; `None` where it is the result of one `verify`.
    pub merged: Option<Vec<String>>,
    /// Remarks about all of it that people should see; no part of the judgement.
    pub notes: Vec<String>,
    /// The components, in the order asked for.
    pub components: Vec<ComponentAssessment>,
    /// The worst verdict of `components`; inconclusive where there are none.
    pub verdict: Verdict,
}
