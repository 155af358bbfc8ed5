//! Records for the tests of what shows them. Every text of others is `text`, so that a test can make it hostile.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::container::ContainerState;
use crate::model::environment::{Distribution, Environment};
use crate::model::line_set::{LineCoverage, LineSet};
use crate::model::promotion::Measurement;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{
    Act, ActResult, CheckOutcome, CheckRecord, DeployAct, Fact, Record, TestsAsked, Verification,
    WaiverRecord,
};
use crate::model::stage::Stage;

/// So many minutes after 2025-10-14 09:00 UTC.
pub(super) fn time(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_760_432_400 + 60 * minutes).expect("a time")
}

/// A check with its figures.
pub(super) fn check(id: &str, outcome: CheckOutcome, summary: &str, figures: &[(&str, u64)]) -> CheckRecord {
    let bound = if id == "coverage" { [("metric", "auto")].as_slice() } else { &[] };
    CheckRecord {
        id: id.to_owned(),
        outcome,
        waived: false,
        summary: summary.to_owned(),
        figures: figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        bounds: bound.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        reason: None,
        findings: 0,
        suppressed: 0,
        tool: Some(("pytest".to_owned(), "9.2.0".to_owned())),
        report_sha256: None,
    }
}

/// A measurement that failed; `text` stands wherever others may write.
pub(super) fn verification(text: &str) -> Verification {
    let summary = format!("42.2 % with branches (46 of 109) < 70 %; 45.36 % (44 of 97 statements){text}");
    let figures = [("covered", 44), ("statements", 97), ("covered_branches", 2), ("branches", 12)];
    let lines = LineCoverage {
        covered: LineSet::parse("1-44").expect("lines"),
        missing: LineSet::parse("50-102").expect("lines"),
    };
    Verification {
        from: Stage::Development,
        to: Stage::Staging,
        verdict: Verdict::Fail,
        only: None,
        commit: Some("30f84615aa".to_owned()),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".to_owned(), sha256: "cd".repeat(32) },
        version: "0.1.0".to_owned(),
        environment: Environment {
            python: Some("3.12.1".to_owned()),
            platform: format!("linux-x86_64{text}"),
            lock: Some("uv.lock".to_owned()),
            in_sync: Some(true),
            distributions: vec![Distribution { name: format!("pytest{text}"), version: "9.2.0".to_owned() }],
            sha256: "ef".repeat(32),
        },
        absent_imports: vec![format!("codecarbon{text}")],
        files: BTreeMap::from([(format!("src/carbon.py{text}"), "01".repeat(32))]),
        tests: TestsAsked {
            paths: vec!["tests".to_owned()],
            select: Some(format!("carbon{text}")),
            args: vec![],
        },
        checks: vec![
            check("tests", CheckOutcome::Pass, "4 passed, 4 skipped", &[("passed", 4), ("skipped", 4)]),
            check("coverage", CheckOutcome::Fail, &summary, &figures),
        ],
        waivers: Vec::new(),
        lines: BTreeMap::from([(format!("src/carbon.py{text}"), lines)]),
    }
}

/// The same with the optional library: it passes.
pub(super) fn passing(text: &str) -> Verification {
    let mut passing = verification(text);
    passing.verdict = Verdict::Pass;
    passing.absent_imports.clear();
    let summary = "70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements)";
    let figures = [("covered", 71), ("statements", 97), ("covered_branches", 6), ("branches", 12)];
    passing.checks[0] = check("tests", CheckOutcome::Pass, "11 passed", &[("passed", 11), ("skipped", 0)]);
    passing.checks[1] = check("coverage", CheckOutcome::Pass, summary, &figures);
    let codecarbon = Distribution { name: "codecarbon".to_owned(), version: "3.3.2".to_owned() };
    passing.environment.distributions.insert(0, codecarbon);
    let lines = LineCoverage {
        covered: LineSet::parse("1-20,23-44,60-88").expect("lines"),
        missing: LineSet::parse("21-22,50-59,89-102").expect("lines"),
    };
    passing.lines = BTreeMap::from([(format!("src/carbon.py{text}"), lines)]);
    passing
}

/// A waiver that covered two findings of lint.
pub(super) fn waiver(expires: &str) -> WaiverRecord {
    WaiverRecord {
        check: "lint".to_owned(),
        rule: "E501".to_owned(),
        path: "a.py".to_owned(),
        covered: 2,
        reason: "generated".to_owned(),
        owner: "alice".to_owned(),
        issue: "#12".to_owned(),
        expires: expires.parse().expect("a day"),
    }
}

/// The check that it made well.
pub(super) fn waived_lint() -> CheckRecord {
    CheckRecord { waived: true, ..check("lint", CheckOutcome::Fail, "2 issues > 0", &[("issues", 2)]) }
}

/// A measurement under that number.
pub(super) fn measurement(seq: u64, verification: Verification) -> Measurement {
    Measurement { seq, time: time(i64::try_from(seq).expect("small")), verification }
}

pub(super) fn container(text: &str) -> ContainerState {
    ContainerState {
        id: "c0ffee0123456789".to_owned(),
        image: "sha256:0123".to_owned(),
        reference: format!("tta/carbon:1{text}"),
        status: "running".to_owned(),
        health: Some("healthy".to_owned()),
        restarts: 0,
        started: "2025-10-14T09:00:00Z".to_owned(),
        config_hash: None,
    }
}

pub(super) fn open_issue(text: &str) -> Act {
    Act::OpenIssue {
        repository: format!("owner/name{text}"),
        marker: "marker".to_owned(),
        title: format!("Promote Carbon Component to Staging{text}"),
        body_sha256: "ab".repeat(32),
    }
}

pub(super) fn comment(text: &str) -> Act {
    let repository = format!("owner/name{text}");
    Act::Comment { repository, issue: 4, marker: "marker".to_owned(), topic: format!("deployed{text}") }
}

pub(super) fn deploy() -> Act {
    Act::Deploy(DeployAct {
        stage: Stage::Staging,
        commit: "30f84615aa".to_owned(),
        verified: 2,
        service: Some("carbon".to_owned()),
        argv: vec!["docker-compose".to_owned(), "up".to_owned(), "-d".to_owned()],
        before: Vec::new(),
        kept: None,
    })
}

/// A promotion from a fail to a deployment, with an owed comment and an act without an end.
pub(super) fn records(text: &str) -> Vec<Record> {
    let url = format!("https://github.example/owner/name/issues/4{text}");
    let facts = vec![
        Fact::Verified(Box::new(verification(text))),
        Fact::Verified(Box::new(passing(text))),
        Fact::Intended(open_issue(text)),
        Fact::Failed { intent: 3, why: format!("no network{text}") },
        Fact::Intended(open_issue(text)),
        Fact::Done { intent: 5, result: ActResult::Issue { number: 4, url } },
        Fact::Intended(deploy()),
        Fact::Done {
            intent: 7,
            result: ActResult::Deployed {
                running: vec![container(text)],
                proof: vec![format!("the container runs{text}")],
            },
        },
        Fact::Intended(comment(text)),
    ];
    let record = |(index, fact): (usize, Fact)| Record {
        seq: index as u64 + 1,
        time: time(i64::try_from(index).expect("small")),
        actor: format!("Ada{text} <ada@example.invalid>"),
        promotion: PromotionId::recorded(format!("carbon-staging-2025-10-14{text}")),
        fact,
    };
    facts.into_iter().enumerate().map(record).collect()
}
