//! What the documents of the tests are about.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::component::{Component, DeclaredPath, Place, TestSelection};
use crate::model::environment::Environment;
use crate::model::milestone::{Event, Milestone};
use crate::model::percent::{Percent, Ratio};
use crate::model::promotion::{Completed, Deployment, Issue, Measurement, Phase, Promotion};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{CheckOutcome, CheckRecord, TestsAsked, Verification};
use crate::model::soak::{ResetCause, Soak};
use crate::model::stage::Stage;

const COMMIT: &str = "30f84615a0c1d2e3f4a5b6c7d8e9f00112233445";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn id() -> PromotionId {
    PromotionId::recorded("carbon-staging-2025-10-14")
}

pub(super) fn component(name: &str, priority: &str) -> Component {
    let place = Place { file: "promotion.toml".into(), line: 9 };
    Component {
        name: name.into(),
        title: format!("The {name}"),
        stage: Stage::Development,
        priority: Some(priority.into()),
        group: Some("Core | Infrastructure".into()),
        owner: None,
        paths: vec![DeclaredPath { path: format!("src/{name}.py"), place: place.clone() }],
        readme: None,
        depends_on: Vec::new(),
        tests: TestSelection { paths: Vec::new(), select: None, select_place: None, args: Vec::new() },
        deploy: BTreeMap::new(),
        observe: BTreeMap::new(),
        waivers: Vec::new(),
        maturity: None,
        place,
    }
}

fn check(id: &str, outcome: CheckOutcome, summary: &str) -> CheckRecord {
    CheckRecord {
        id: id.into(),
        outcome,
        waived: false,
        summary: summary.into(),
        figures: BTreeMap::new(),
        bounds: BTreeMap::new(),
        reason: (outcome == CheckOutcome::NotApplicable)
            .then(|| ("not_applicable".into(), "internal".into())),
        findings: 0,
        suppressed: 0,
        tool: (id != "docs").then(|| ("pytest".into(), "9.2.0".into())),
        report_sha256: None,
    }
}

pub(super) fn completed() -> Completed {
    let verification = Verification {
        from: Stage::Development,
        to: Stage::Staging,
        verdict: Verdict::Pass,
        only: None,
        commit: Some(COMMIT.into()),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".into(), sha256: "ab".into() },
        version: "0.1.0".into(),
        environment: Environment {
            python: Some("3.12.1".into()),
            platform: "linux-x86_64".into(),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: String::new(),
        },
        absent_imports: vec!["codecarbon".into()],
        files: BTreeMap::new(),
        tests: TestsAsked::default(),
        checks: vec![
            check("coverage", CheckOutcome::Pass, "73.19 % (71 of 97 statements) ≥ 70 %"),
            check("docs", CheckOutcome::NotApplicable, ""),
        ],
        waivers: Vec::new(),
        lines: BTreeMap::new(),
    };
    let mut promotion = Promotion::begun(id(), Stage::Staging, time("2025-10-14T09:00:00Z"));
    promotion.phase = Phase::Completed;
    promotion.issue = Some(Issue {
        number: 45,
        url: "https://github.com/o/r/issues/45".into(),
        since: time("2025-10-14T09:01:00Z"),
    });
    promotion.deployment = Some(Deployment {
        intent: 4,
        time: time("2025-10-14T09:05:00Z"),
        commit: COMMIT.into(),
        running: Vec::new(),
        proof: Vec::new(),
    });
    let measured = Measurement { seq: 9, time: time("2025-10-21T09:10:00Z"), verification };
    Completed {
        promotion,
        seq: 10,
        from: Stage::Development,
        time: time("2025-10-21T09:12:00Z"),
        measured: Some(measured),
        remeasured: None,
        below: None,
    }
}

pub(super) fn soak() -> Soak {
    Soak {
        since: time("2025-10-14T09:05:00Z"),
        resets: vec![(time("2025-10-14T09:05:00Z"), ResetCause::Restart)],
        healthy: Duration::from_secs(168 * 3600 + 125),
        needed: Duration::from_secs(168 * 3600),
        samples: 169,
        min_samples: 24,
        largest_gap: Duration::ZERO,
        unseen: Duration::ZERO,
        max_gap: Duration::from_secs(6 * 3600),
        uptime: Ratio::new(9_996, 10_000),
        min_uptime: Percent::from_hundredths(9950).expect("a percentage"),
        excesses: Vec::new(),
        missing: Some(Duration::ZERO),
        earliest: Some(time("2025-10-21T09:12:00Z")),
    }
}

pub(super) fn milestones() -> Vec<Milestone> {
    let one = |at: &str, event| Milestone { seq: 1, time: time(at), promotion: id(), event };
    vec![
        one("2025-10-01T09:00:00Z", Event::RolledBack { reason: "it lost data, see @ada | #7".into() }),
        one("2025-10-02T09:00:00Z", Event::Revoked { to: Stage::Development, reason: "42.2 %".into() }),
        one("2025-10-21T09:12:00Z", Event::Completed { to: Stage::Staging, commit: Some(COMMIT.into()) }),
    ]
}
