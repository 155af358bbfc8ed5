//! Records for tests, one of each kind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::container::ContainerState;
use crate::model::decision::{Incident, Override, Revocation, RollbackDecision, RollbackSeverity, SignOff};
use crate::model::environment::{Distribution, Environment};
use crate::model::line_set::{LineCoverage, LineSet};
use crate::model::observation::{Observation, Reading, Sign, Window};
use crate::model::promotion_id::PromotionId;
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
        waived: false,
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
        waivers: Vec::new(),
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

/// One fact of each kind that came with the second half of a promotion.
pub(super) fn later_facts() -> Vec<Fact> {
    let reading = Reading {
        rule: "metric.error_rate".into(),
        sign: Sign::Bad,
        detail: "0.2 > 0.1".into(),
        value: Some("0.2".into()),
        samples: Some(60),
        query: Some("rate(errors[1h])".into()),
    };
    let observation = Observation {
        window: Window::new(time(0), time(3600)).expect("a window"),
        late: true,
        running: vec![container()],
        readings: vec![reading],
        links: vec!["https://grafana.invalid/d/1".into()],
    };
    let settle = Act::SettleIssue {
        repository: "o/r".into(),
        issue: 4,
        add: vec!["completed".into()],
        remove: vec![],
        close: true,
    };
    vec![
        Fact::Observed(std::sync::Arc::new(observation)),
        Fact::Completed { to: Stage::Staging, deployment: 5, verified: 1 },
        Fact::Signed(SignOff {
            topic: "performance-validated".into(),
            by: "Ada".into(),
            evidence: "https://example.invalid/run".into(),
            commit: None,
            expires: time(9),
        }),
        Fact::Held { reason: "holidays".into() },
        Fact::Released { reason: "they are over".into() },
        Fact::Overridden(Override {
            checks: vec!["docs".into()],
            commit: "30f84615".into(),
            reason: "hot fix".into(),
            approver: "Grace".into(),
            expires: time(9),
        }),
        Fact::RollbackDecided(RollbackDecision {
            severity: RollbackSeverity::High,
            reason: "errors".into(),
            due: Some(time(86_400)),
        }),
        Fact::Revoked(Revocation { to: Stage::Development, reason: "42.2 %".into(), measured: Some(7) }),
        Fact::Incident(Incident { what: "a leak".into(), evidence: "#7".into() }),
        Fact::Noted { topic: "root_cause".into(), text: "a race".into() },
        Fact::Intended(settle),
        Fact::Done { intent: 11, result: ActResult::Settled },
        Fact::Intended(Act::Document { path: "MATURITY.md".into(), sha256: "45".repeat(32) }),
        Fact::Done { intent: 13, result: ActResult::Documented },
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
