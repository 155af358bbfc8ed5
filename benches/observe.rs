//! Ten thousand records of one observation: `status` as a whole process.
//!
//! `cargo bench --bench observe [RECORDS]`. A look every minute for a week, with five rules each.

#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock itself")]

mod ledgers;

use jiff::{SignedDuration, Timestamp};
use tta_promote::model::container::ContainerState;
use tta_promote::model::observation::{Observation, Reading, Sign, Window};
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

const RULES: [&str; 5] = ["container", "logs", "health", "metric.error_rate", "incidents"];

fn main() {
    let records = ledgers::records_asked(10_000);
    let length = SignedDuration::from_mins(i64::try_from(records).expect("small"));
    let start = Timestamp::now().checked_sub(length).expect("a time");
    let deployed = ActResult::Deployed { running: vec![container()], proof: vec![] };
    let begun = [
        Fact::Verified(Box::new(ledgers::verification())),
        Fact::Intended(Act::Deploy(deploy())),
        Fact::Done { intent: 2, result: deployed },
    ];
    let begun = begun.into_iter().map(|fact| (start, fact));
    let looks = (1..=records).map(|minute| {
        let time = start + SignedDuration::from_mins(i64::try_from(minute).expect("small"));
        (time, Fact::Observed(std::sync::Arc::new(observation(time))))
    });
    let facts = begun.chain(looks).map(|(time, fact)| (time, "a-staging-2025-10-14".to_owned(), fact));
    let (text, _) = ledgers::lines(facts);
    let (_folder, top) = ledgers::project(&text);
    println!("{records} observations, {} MB", text.len() / 1_000_000);
    for verb in [&["status"][..], &["status", "a"]] {
        ledgers::tell_verb(&top, verb);
    }
}

fn deploy() -> DeployAct {
    DeployAct {
        stage: Stage::Staging,
        commit: "30f84615".repeat(5),
        verified: 1,
        service: Some("a".to_owned()),
        argv: vec!["docker".to_owned()],
        before: Vec::new(),
        kept: None,
    }
}

fn container() -> ContainerState {
    ContainerState {
        id: "0123456789abcdef".repeat(4),
        image: format!("sha256:{}", "01".repeat(32)),
        reference: "a:staging".to_owned(),
        status: "running".to_owned(),
        health: Some("healthy".to_owned()),
        restarts: 0,
        started: "2025-10-14T09:00:00.123456789Z".to_owned(),
        config_hash: Some("ab".repeat(32)),
    }
}

fn observation(to: Timestamp) -> Observation {
    let reading = |rule: &str| Reading {
        rule: rule.to_owned(),
        sign: Sign::Good,
        detail: "0.000998 (at least 0, at most 0.01)".to_owned(),
        value: Some("0.000998".to_owned()),
        samples: Some(12),
        query: Some("sum(rate(errors_total{component=\"a\"}[60s]))".to_owned()),
    };
    let from = to.checked_sub(SignedDuration::from_mins(1)).expect("a time");
    Observation {
        window: Window::new(from, to).expect("a window"),
        late: false,
        running: vec![container()],
        readings: RULES.map(reading).into(),
        links: vec!["https://grafana.example/d/abc?from=1760432400000&to=1760432460000".to_owned()],
    }
}
