//! The promotion's memory: what happened to a component, who did it, and when. Facts alone: which state they add up to
//! is folded from them each time (`lifecycle`), and how they are written down is `ledger`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::assessment::{PolicyDigest, Verdict};
use super::container::ContainerState;
use super::decision::{Incident, Override, Revocation, RollbackDecision, SignOff};
use super::environment::Environment;
use super::line_set::Lines;
use super::observation::Observation;
use super::promotion_id::PromotionId;
use super::stage::Stage;
pub use super::waiver::WaiverRecord;

/// One fact about one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number in the component's ledger, from 1.
    pub seq: u64,
    /// When it was recorded.
    pub time: Timestamp,
    /// Who did it: a person, or the account that a job runs for.
    pub actor: String,
    /// The promotion that it belongs to.
    pub promotion: PromotionId,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A gate was measured.
    Verified(Box<Verification>),
    /// An act on the outside world is about to be done. After a crash the next run finds it without an end.
    Intended(Act),
    /// It was done, or found done: what the world showed afterwards.
    Done {
        /// The number of the intent.
        intent: u64,
        /// What came of it.
        result: ActResult,
    },
    /// It was not done, or it cannot be told whether it was.
    Failed {
        /// The number of the intent.
        intent: u64,
        /// Why, a fragment without secrets.
        why: String,
    },
    /// What was seen of a deployed candidate.
    Observed(Arc<Observation>),
    /// The promotion came to its end: the component stands in the stage.
    Completed {
        /// Where it stands now.
        to: Stage,
        /// The number of the intent of the deployment that was observed.
        deployment: u64,
        /// The number of the measurement of the gate that it rests on.
        verified: u64,
    },
    /// Somebody answers for what no tool can measure.
    Signed(SignOff),
    /// Nothing is promoted until it is released.
    Held {
        /// Why.
        reason: String,
    },
    /// The hold is over.
    Released {
        /// Why.
        reason: String,
    },
    /// A step may be taken although a check was not passed.
    Overridden(Override),
    /// A deployment is to go, or is to be mended.
    RollbackDecided(RollbackDecision),
    /// What was promoted is not promoted any more.
    Revoked(Revocation),
    /// Something happened that an observation must know.
    Incident(Incident),
    /// Words of a person that belong to the history, such as a root cause or a plan to mend it.
    Noted {
        /// About what: `root_cause`, `fix_plan`, ….
        topic: String,
        /// The words.
        text: String,
    },
}

impl Fact {
    /// All words that a ledger of this version may hold.
    pub const KINDS: [&str; 14] = [
        "verified",
        "intent",
        "done",
        "failed",
        "observed",
        "completed",
        "signed",
        "held",
        "released",
        "overridden",
        "rollback_decided",
        "revoked",
        "incident",
        "noted",
    ];

    /// The word in the ledger.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Verified(_) => "verified",
            Self::Intended(_) => "intent",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Observed(_) => "observed",
            Self::Completed { .. } => "completed",
            Self::Signed(_) => "signed",
            Self::Held { .. } => "held",
            Self::Released { .. } => "released",
            Self::Overridden(_) => "overridden",
            Self::RollbackDecided(_) => "rollback_decided",
            Self::Revoked(_) => "revoked",
            Self::Incident(_) => "incident",
            Self::Noted { .. } => "noted",
        }
    }
}

/// What one measurement of a gate came to, with all that a later one may differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Where the component stood.
    pub from: Stage,
    /// The stage whose gate was measured.
    pub to: Stage,
    /// The verdict over what was asked.
    pub verdict: Verdict,
    /// The checks that were asked for, where it was not all of the gate: then it is no verdict for the gate.
    pub only: Option<Vec<String>>,
    /// The commit, in hexadecimal; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differed from the commit; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// The policy.
    pub policy: PolicyDigest,
    /// The version of this program.
    pub version: String,
    /// What the tests ran in.
    pub environment: Environment,
    /// Optional imports of the component that were not installed, sorted.
    pub absent_imports: Vec<String>,
    /// The component's files, each with the SHA-256 of its content in hexadecimal.
    pub files: BTreeMap<String, String>,
    /// The tests that were asked for.
    pub tests: TestsAsked,
    /// The checks, in the order of the gate.
    pub checks: Vec<CheckRecord>,
    /// The waivers that covered findings.
    pub waivers: Vec<WaiverRecord>,
    /// Per file, the lines that the tests executed and those that they did not; empty where it was not measured.
    pub lines: Lines,
}

impl Verification {
    /// The waivers without which it would be no pass, the first that ends before the others.
    pub fn resting_on(&self) -> Vec<&WaiverRecord> {
        let is_waived =
            |one: &&WaiverRecord| self.checks.iter().any(|check| check.waived && check.id == one.check);
        let mut waivers: Vec<&WaiverRecord> = self.waivers.iter().filter(is_waived).collect();
        waivers.sort_by_key(|one| one.expires);
        waivers
    }
}

/// Which tests were the component's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestsAsked {
    /// Files or folders that pytest collects.
    pub paths: Vec<String>,
    /// The expression for pytest's `-k`.
    pub select: Option<String>,
    /// Further arguments for pytest.
    pub args: Vec<String>,
}

/// What a check came to, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckOutcome {
    /// The evidence met the criterion.
    Pass,
    /// It did not.
    Fail,
    /// There was no evidence.
    Inconclusive,
    /// The policy said that the question does not arise.
    NotApplicable,
}

impl CheckOutcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Inconclusive, Self::NotApplicable];

    /// The word in the ledger and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One check as it is remembered. Its words are texts, not types, so that a record outlives the checks that a later
/// version knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRecord {
    /// The check, such as `coverage`.
    pub id: String,
    /// What it came to.
    pub outcome: CheckOutcome,
    /// Whether waivers covered what failed, so that it kept no gate shut.
    pub waived: bool,
    /// Value beside bound, as people saw it.
    pub summary: String,
    /// What was measured, by name; empty where nothing was.
    pub figures: BTreeMap<String, u64>,
    /// What was asked for, by name.
    pub bounds: BTreeMap<String, String>,
    /// The class of the reason and its sentence, where it was inconclusive or not applicable.
    pub reason: Option<(String, String)>,
    /// How many problems it found.
    pub findings: u64,
    /// How many further ones comments and settings keep quiet.
    pub suppressed: u64,
    /// The tool and its version; `None` where we looked ourselves.
    pub tool: Option<(String, String)>,
    /// The digest of the report that was read, in hexadecimal.
    pub report_sha256: Option<String>,
}

impl CheckRecord {
    /// Whether it kept the gate shut.
    pub fn is_open(&self) -> bool {
        match self.outcome {
            CheckOutcome::Pass | CheckOutcome::NotApplicable => false,
            CheckOutcome::Fail => !self.waived,
            CheckOutcome::Inconclusive => true,
        }
    }
}

/// An act on the outside world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The promotion issue is opened, or brought up to date.
    OpenIssue {
        /// `owner/name`.
        repository: String,
        /// What the issue is found again by.
        marker: String,
        /// Its title.
        title: String,
        /// The SHA-256 of its body, in hexadecimal.
        body_sha256: String,
    },
    /// A comment on it.
    Comment {
        /// `owner/name`.
        repository: String,
        /// Its number.
        issue: u64,
        /// What the comment is found again by.
        marker: String,
        /// What it is about, such as `deployed`.
        topic: String,
    },
    /// The candidate is deployed.
    Deploy(DeployAct),
    /// What was there before a deployment is put back.
    Restore {
        /// The number of the intent to deploy.
        deploy: u64,
        /// The image that ran before, by its id; `None`: there was none.
        image: Option<String>,
    },
    /// The promotion issue gets other labels, or is closed.
    SettleIssue {
        /// `owner/name`.
        repository: String,
        /// Its number.
        issue: u64,
        /// Labels that it is to have.
        add: Vec<String>,
        /// Labels that it is to lose.
        remove: Vec<String>,
        /// Whether it is to be closed.
        close: bool,
    },
    /// A document is brought up to date between its marks.
    Document {
        /// The file, relative to the project's root.
        path: String,
        /// The SHA-256 of what is to stand between the marks, in hexadecimal.
        sha256: String,
    },
}

impl Act {
    /// All words that a ledger of this version may hold.
    pub const NAMES: [&str; 6] = ["open_issue", "comment", "deploy", "restore", "settle_issue", "document"];

    /// The word in the ledger.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenIssue { .. } => "open_issue",
            Self::Comment { .. } => "comment",
            Self::Deploy(_) => "deploy",
            Self::Restore { .. } => "restore",
            Self::SettleIssue { .. } => "settle_issue",
            Self::Document { .. } => "document",
        }
    }
}

/// A deployment that is about to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployAct {
    /// The stage that is deployed to.
    pub stage: Stage,
    /// The commit that was verified.
    pub commit: String,
    /// The number of the record that holds its pass.
    pub verified: u64,
    /// The service of the compose file; `None` where a script alone knows.
    pub service: Option<String>,
    /// What carries it out, without secrets.
    pub argv: Vec<String>,
    /// What ran before; empty where nothing did.
    pub before: Vec<ContainerState>,
    /// The tag that keeps the image that ran before from being pruned.
    pub kept: Option<String>,
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActResult {
    /// The issue is there and says what it should.
    Issue {
        /// Its number.
        number: u64,
        /// Its address.
        url: String,
    },
    /// The comment is there.
    Comment {
        /// Its address.
        url: String,
    },
    /// The candidate runs and is healthy.
    Deployed {
        /// What runs; empty where a script alone knows.
        running: Vec<ContainerState>,
        /// What proves it, one sentence each.
        proof: Vec<String>,
    },
    /// What was there before runs again; empty: it is gone, as before.
    Restored {
        /// What runs.
        running: Vec<ContainerState>,
    },
    /// The issue is as it should be.
    Settled,
    /// The document says what it should.
    Documented,
}

impl ActResult {
    /// The act that it can come of.
    pub fn of(&self) -> &'static str {
        match self {
            Self::Issue { .. } => "open_issue",
            Self::Comment { .. } => "comment",
            Self::Deployed { .. } => "deploy",
            Self::Restored { .. } => "restore",
            Self::Settled => "settle_issue",
            Self::Documented => "document",
        }
    }
}
