//! Records for tests.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::environment::Environment;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{
    Act, CheckOutcome, CheckRecord, DeployAct, Fact, Record, TestsAsked, Verification,
};
use crate::model::stage::Stage;

use super::Now;

pub(super) const COMMIT: &str = "30f84615";
pub(super) const POLICY: &str = "policy";

/// A moment: so many seconds after the first.
pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_760_432_400 + seconds).expect("a time")
}

/// Ten seconds after the first, nothing changed.
pub(super) fn now() -> Now {
    Now {
        time: time(10),
        commit: Some(COMMIT.into()),
        dirty: Some(false),
        differs: None,
        equal_commits: Vec::new(),
        policy: POLICY.into(),
        max_age: std::time::Duration::from_secs(24 * 3600),
    }
}

pub(super) fn verification(verdict: Verdict) -> Verification {
    Verification {
        from: Stage::Development,
        to: Stage::Staging,
        verdict,
        only: None,
        commit: Some(COMMIT.into()),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".into(), sha256: POLICY.into() },
        version: "0.1.0".into(),
        environment: Environment {
            python: None,
            platform: "linux".into(),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: String::new(),
        },
        absent_imports: Vec::new(),
        files: BTreeMap::new(),
        tests: TestsAsked::default(),
        checks: Vec::new(),
        waivers: Vec::new(),
        lines: BTreeMap::new(),
    }
}

pub(super) fn check(id: &str, outcome: CheckOutcome) -> CheckRecord {
    CheckRecord {
        id: id.into(),
        outcome,
        waived: false,
        summary: String::new(),
        figures: BTreeMap::new(),
        bounds: BTreeMap::new(),
        reason: None,
        findings: 0,
        suppressed: 0,
        tool: None,
        report_sha256: None,
    }
}

pub(super) fn verified(verdict: Verdict) -> Fact {
    Fact::Verified(Box::new(verification(verdict)))
}

pub(super) fn open_issue() -> Act {
    Act::OpenIssue {
        repository: "o/r".into(),
        marker: "m".into(),
        title: "t".into(),
        body_sha256: String::new(),
    }
}

pub(super) fn comment(topic: &str) -> Act {
    Act::Comment { repository: "o/r".into(), issue: 4, marker: format!("m-{topic}"), topic: topic.into() }
}

pub(super) fn deploy() -> Act {
    Act::Deploy(DeployAct {
        stage: Stage::Staging,
        commit: COMMIT.into(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    })
}

/// The facts, one a second.
pub(super) fn records(facts: Vec<Fact>) -> Vec<Record> {
    let record = |(index, fact): (usize, Fact)| Record {
        seq: index as u64 + 1,
        time: time(i64::try_from(index).expect("small")),
        actor: "ada".into(),
        promotion: PromotionId::recorded("carbon-staging-2025-10-14"),
        fact,
    };
    facts.into_iter().enumerate().map(record).collect()
}
