//! Ledgers of things that take days: written by the library itself, line by line, so that they verify.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Unit};
use tta_promote::ledger::{self, Head};
use tta_promote::model::assessment::{PolicyDigest, Verdict};
use tta_promote::model::container::ContainerState;
use tta_promote::model::decision::SignOff;
use tta_promote::model::environment::Environment;
use tta_promote::model::observation::{Observation, Reading, Sign, Window};
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{
    Act, ActResult, CheckOutcome, CheckRecord, DeployAct, Fact, Record, TestsAsked, Verification,
};
use tta_promote::model::stage::Stage;

/// The past of one component, in hours before now.
pub(crate) struct Past {
    component: String,
    now: Timestamp,
    /// The gate that is measured, and the stage that is deployed to.
    to: Stage,
    commit: String,
    records: Vec<(Timestamp, Fact)>,
}

impl Past {
    pub(crate) fn of(component: &str) -> Self {
        let now = Timestamp::now().round(Unit::Millisecond).expect("a time");
        Self {
            component: component.to_owned(),
            now,
            to: Stage::Staging,
            commit: "30f84615".repeat(5),
            records: Vec::new(),
        }
    }

    fn ago(&self, minutes: i64) -> Timestamp {
        self.now - SignedDuration::from_mins(minutes)
    }

    /// From now on it is about that stage.
    pub(crate) fn to(mut self, to: Stage) -> Self {
        self.to = to;
        self
    }

    /// What is measured from now on is another commit.
    pub(crate) fn elsewhere(mut self) -> Self {
        self.commit = "0c0ffee1".repeat(5);
        self
    }

    /// So many hours ago this happened.
    pub(crate) fn hours_ago(mut self, hours: i64, fact: Fact) -> Self {
        self.records.push((self.ago(60 * hours), fact));
        self
    }

    /// When so many hours ago was; below zero: hours to come.
    pub(crate) fn time(&self, hours: i64) -> Timestamp {
        self.ago(60 * hours)
    }

    /// The gate was measured: so many of a hundred lines were covered.
    pub(crate) fn measured(self, hours: i64, covered: u64) -> Self {
        let passed = covered >= 70;
        let coverage =
            format!("{covered} % ({covered} of 100 statements) {} 70 %", if passed { "≥" } else { "<" });
        let outcome = if passed { CheckOutcome::Pass } else { CheckOutcome::Fail };
        let figures = [("covered", covered), ("statements", 100)];
        let bounds = [("min_percent", "70"), ("metric", "auto")];
        let checks = vec![
            check("tests", CheckOutcome::Pass, "11 passed", &[("passed", 11)], &[]),
            check("coverage", outcome, &coverage, &figures, &bounds),
            check("lint", CheckOutcome::Pass, "0 issues (147 rules)", &[("issues", 0)], &[]),
            check("types", CheckOutcome::Pass, "0 errors, 0 warnings", &[("errors", 0)], &[]),
            check(
                "security",
                CheckOutcome::Pass,
                "0 issues of medium severity or higher",
                &[("issues", 0)],
                &[],
            ),
            check("docs", CheckOutcome::Pass, "README with 4 usage examples", &[("readme", 1)], &[]),
        ];
        let mut verification = verification(self.to, passed, checks);
        verification.commit = Some(self.commit.clone());
        self.hours_ago(hours, Fact::Verified(Box::new(verification)))
    }

    /// The candidate was deployed, and proven to run.
    pub(crate) fn deployed(self, hours: i64) -> Self {
        let deploy = Act::Deploy(DeployAct {
            stage: self.to,
            commit: self.commit.clone(),
            verified: 1,
            service: Some("a".into()),
            argv: vec!["docker".into()],
            before: Vec::new(),
            kept: None,
        });
        let past = self.hours_ago(hours, Fact::Intended(deploy));
        let intent = past.records.len() as u64;
        let result = ActResult::Deployed { running: vec![container()], proof: vec!["it runs".into()] };
        past.hours_ago(hours, Fact::Done { intent, result })
    }

    /// It came to stand in the stage, by the deployment and the measurement before.
    pub(crate) fn completed(self, hours: i64) -> Self {
        let last = |is: fn(&Fact) -> bool| {
            self.records.iter().rposition(|(_, fact)| is(fact)).map_or(0, |place| place as u64 + 1)
        };
        let deployment = last(|fact| matches!(fact, Fact::Intended(Act::Deploy(_))));
        let verified = last(|fact| matches!(fact, Fact::Verified(_)));
        let to = self.to;
        self.hours_ago(hours, Fact::Completed { to, deployment, verified })
    }

    /// Grace signed for its security, until so many hours ago; below zero: hours to come.
    pub(crate) fn signed(self, hours: i64, expires: i64) -> Self {
        let sign = SignOff {
            topic: "security-reviewed".into(),
            by: "Grace".into(),
            evidence: "https://ci.example/1".into(),
            commit: None,
            expires: self.time(expires),
        };
        self.hours_ago(hours, Fact::Signed(sign))
    }

    /// It was looked at each hour, and was well, from so many hours ago up to so many.
    pub(crate) fn well(mut self, from: i64, to: i64) -> Self {
        for hour in (to..from).rev() {
            let window = Window::new(self.time(hour + 1), self.time(hour)).expect("a window");
            let reading = |rule: &str| Reading {
                rule: rule.into(),
                sign: Sign::Good,
                detail: "as it should".into(),
                value: None,
                samples: None,
                query: None,
            };
            let readings = vec![reading("container"), reading("health"), reading("metric.errors")];
            let seen =
                Observation { window, late: false, running: vec![container()], readings, links: Vec::new() };
            self = self.hours_ago(hour, Fact::Observed(Arc::new(seen)));
        }
        self
    }

    /// Writes the ledger.
    pub(crate) fn write(self, root: &Path) {
        let (mut head, mut text) = (Head::NONE, String::new());
        for (time, fact) in self.records {
            let record = Record {
                seq: head.seq + 1,
                time,
                actor: "Ada <ada@example.invalid>".into(),
                promotion: PromotionId::recorded(format!("{}-staging-2025-10-14", self.component)),
                fact,
            };
            let (line, next) = ledger::line(&self.component, &record, head);
            text.push_str(&line);
            head = next;
        }
        let path = root.join(format!(".promotion/ledger/{}.jsonl", self.component));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
}

fn container() -> ContainerState {
    ContainerState {
        id: "c0ffee".repeat(8),
        image: format!("sha256:{}", "0123".repeat(16)),
        reference: "tta/a:1".into(),
        status: "running".into(),
        health: Some("healthy".into()),
        restarts: 0,
        started: "2025-10-14T09:00:00Z".into(),
        config_hash: None,
    }
}

fn check(
    id: &str,
    outcome: CheckOutcome,
    summary: &str,
    figures: &[(&str, u64)],
    bounds: &[(&str, &str)],
) -> CheckRecord {
    CheckRecord {
        id: id.into(),
        outcome,
        waived: false,
        summary: summary.into(),
        figures: figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        bounds: bounds.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        reason: None,
        findings: 0,
        suppressed: 0,
        tool: Some(("pytest".into(), "9.2.0".into())),
        report_sha256: None,
    }
}

fn verification(to: Stage, passed: bool, checks: Vec<CheckRecord>) -> Verification {
    Verification {
        from: if to == Stage::Production { Stage::Staging } else { Stage::Development },
        to,
        verdict: if passed { Verdict::Pass } else { Verdict::Fail },
        only: None,
        commit: Some("30f84615".repeat(5)),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".into(), sha256: "cd".repeat(32) },
        version: "0.1.0".into(),
        environment: Environment {
            python: Some("3.12.1".into()),
            platform: "linux-x86_64".into(),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: "ef".repeat(32),
        },
        absent_imports: Vec::new(),
        files: BTreeMap::new(),
        tests: TestsAsked::default(),
        checks,
        waivers: Vec::new(),
        lines: BTreeMap::new(),
    }
}
