//! Records for tests, one of each kind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::container::ContainerState;
use crate::model::environment::{Distribution, Environment};
use crate::model::line_set::{LineCoverage, LineSet};
use crate::model::promotion::PromotionId;
use crate::model::record::{
    Act, ActResult, CheckOutcome, CheckRecord, DeployAct, Fact, Record, TestsAsked, Verification,
};
use crate::model::stage::Stage;

use super::{Head, line};

/// A moment: so many seconds after the first.
pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_760_432_400 + seconds).expect("a time")
}

/// A measurement that passed.
pub(super) fn verification() -> Verification {
    let check = CheckRecord {
        id: "coverage".into(),
        outcome: CheckOutcome::Pass,
        summary: "73.19 % (71 of 97 statements) ≥ 70 %".into(),
        figures: [("covered".to_owned(), 71), ("statements".to_owned(), 97)].into(),
        bounds: [("min_percent".to_owned(), "70".to_owned())].into(),
        reason: None,
        findings: 0,
        suppressed: 1,
        tool: Some(("pytest".into(), "9.2.0".into())),
        report_sha256: Some("ab".repeat(32)),
    };
    let lines = LineCoverage {
        covered: LineSet::parse("1-5,8").expect("lines"),
        missing: LineSet::parse("6-7").expect("lines"),
    };
    Verification {
        from: Stage::Development,
        to: Stage::Staging,
        verdict: Verdict::Pass,
        only: None,
        commit: Some("30f84615".into()),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".into(), sha256: "cd".repeat(32) },
        version: "0.1.0".into(),
        environment: Environment {
            python: Some("3.12.1".into()),
            platform: "linux-x86_64".into(),
            lock: Some("uv.lock".into()),
            in_sync: Some(true),
            distributions: vec![Distribution { name: "codecarbon".into(), version: "3.0.0".into() }],
            sha256: "ef".repeat(32),
        },
        absent_imports: vec!["codecarbon".into()],
        files: BTreeMap::from([("src/carbon.py".to_owned(), "01".repeat(32))]),
        tests: TestsAsked {
            paths: vec!["tests".into()],
            select: Some("carbon".into()),
            args: vec!["-x".into()],
        },
        checks: vec![check],
        lines: BTreeMap::from([("src/carbon.py".to_owned(), lines)]),
    }
}

fn container() -> ContainerState {
    ContainerState {
        id: "c0ffee".into(),
        image: "sha256:0123".into(),
        reference: "tta/carbon:1".into(),
        status: "running".into(),
        health: Some("healthy".into()),
        restarts: 0,
        started: "2025-10-14T09:00:00.1Z".into(),
        config_hash: Some("99aa".into()),
    }
}

/// One fact of each kind.
pub(super) fn facts() -> Vec<Fact> {
    let deploy = Act::Deploy(DeployAct {
        stage: Stage::Staging,
        commit: "30f84615".into(),
        verified: 1,
        service: Some("carbon".into()),
        argv: vec!["docker-compose".into(), "up".into(), "-d".into(), "\"quoted\"\n".into()],
        before: vec![container()],
        kept: None,
    });
    let issue = Act::OpenIssue {
        repository: "o/r".into(),
        marker: "m".into(),
        title: "Promote \u{202e}Carbon".into(),
        body_sha256: "23".repeat(32),
    };
    let comment =
        Act::Comment { repository: "o/r".into(), issue: 4, marker: "n".into(), topic: "deployed".into() };
    vec![
        Fact::Verified(Box::new(verification())),
        Fact::Intended(issue),
        Fact::Failed { intent: 2, why: "no network".into() },
        Fact::Done {
            intent: 2,
            result: ActResult::Issue { number: 4, url: "https://example.invalid/4".into() },
        },
        Fact::Intended(deploy),
        Fact::Done {
            intent: 5,
            result: ActResult::Deployed { running: vec![container()], proof: vec!["healthy".into()] },
        },
        Fact::Intended(comment),
        Fact::Done { intent: 7, result: ActResult::Comment { url: "u".into() } },
        Fact::Intended(Act::Restore { deploy: 5, image: None }),
        Fact::Done { intent: 9, result: ActResult::Restored { running: Vec::new() } },
    ]
}

/// A record of `fact` under that number.
pub(super) fn record(seq: u64, fact: Fact) -> Record {
    Record {
        seq,
        time: time(i64::try_from(seq).expect("small")),
        actor: "Ada <ada@example.invalid>".into(),
        promotion: PromotionId::recorded("carbon-staging-2025-10-14"),
        fact,
    }
}

/// The lines of a ledger of carbon with those facts.
pub(super) fn lines(facts: Vec<Fact>) -> (Vec<Record>, String) {
    let (mut head, mut text, mut records) = (Head::NONE, String::new(), Vec::new());
    for fact in facts {
        let record = record(head.seq + 1, fact);
        let (line, next) = line("carbon", &record, head);
        text.push_str(&line);
        head = next;
        records.push(record);
    }
    (records, text)
}
