//! Ten thousand records of one observation: `status` and `observe` as whole processes.
//!
//! `cargo bench --bench observe [RECORDS]`. A look every minute for a week, with five rules each.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tta_promote::ledger::{self, Head};
use tta_promote::model::assessment::{PolicyDigest, Verdict};
use tta_promote::model::container::ContainerState;
use tta_promote::model::environment::Environment;
use tta_promote::model::observation::{Observation, Reading, Sign, Window};
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact, Record, TestsAsked, Verification};
use tta_promote::model::stage::Stage;

const TIMES: usize = 11;
const POLICY: &str = "schema = 1\n[project]\nname = \"Bench\"\n[component.a]\npaths = [\"src/a.py\"]\n";
const RULES: [&str; 5] = ["container", "logs", "health", "metric.error_rate", "incidents"];

fn main() {
    let records = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path().canonicalize().expect("a path");
    std::fs::create_dir_all(top.join("src")).expect("made");
    std::fs::create_dir_all(top.join(".promotion/ledger")).expect("made");
    std::fs::write(top.join("promotion.toml"), POLICY).expect("written");
    std::fs::write(top.join("src/a.py"), "x = 1\n").expect("written");
    let text = lines(records);
    std::fs::write(top.join(".promotion/ledger/a.jsonl"), &text).expect("written");
    println!("{records} observations, {} MB", text.len() / 1_000_000);
    for verb in [&["status"][..], &["status", "a"]] {
        let mut times: Vec<Duration> = (0..TIMES).map(|_| run(&top, verb)).collect();
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (least, median, most) = (times[0], times[TIMES / 2], times[TIMES - 1]);
        let name = format!("tta-promote {}, whole process", verb.join(" "));
        println!("{name:40} {:8.2} ms   ({:.2} to {:.2})", ms(median), ms(least), ms(most));
    }
}

fn run(top: &Path, verb: &[&str]) -> Duration {
    let begun = Instant::now();
    let mut status = Command::new(env!("CARGO_BIN_EXE_tta-promote"));
    status.args(verb).current_dir(top).stdout(Stdio::null()).stderr(Stdio::inherit());
    assert!(status.status().expect("it starts").success(), "{verb:?}");
    begun.elapsed()
}

fn lines(records: u64) -> String {
    let (mut text, mut head) = (String::new(), Head::NONE);
    let end = Timestamp::now();
    let length = SignedDuration::from_mins(i64::try_from(records).expect("small"));
    let start = end.checked_sub(length).expect("a time");
    for seq in 1..=records + 3 {
        let minute = i64::try_from(seq).expect("small") - 3;
        let time = start + SignedDuration::from_mins(minute.max(0));
        let fact = match seq {
            1 => Fact::Verified(Box::new(verification())),
            2 => Fact::Intended(Act::Deploy(deploy())),
            3 => Fact::Done {
                intent: 2,
                result: ActResult::Deployed { running: vec![container()], proof: vec![] },
            },
            _ => Fact::Observed(std::sync::Arc::new(observation(time))),
        };
        let promotion = PromotionId::recorded("a-staging-2025-10-14");
        let record =
            Record { seq, time, actor: "Ada Lovelace <ada@example.invalid>".to_owned(), promotion, fact };
        let (line, next) = ledger::line("a", &record, head);
        text.push_str(&line);
        head = next;
    }
    text
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

/// A pass: what it measured is nobody's business here.
fn verification() -> Verification {
    Verification {
        from: Stage::Development,
        to: Stage::Staging,
        verdict: Verdict::Pass,
        only: None,
        commit: Some("30f84615".repeat(5)),
        dirty: Some(false),
        policy: PolicyDigest { file: "promotion.toml".to_owned(), sha256: "ef".repeat(32) },
        version: "0.1.0".to_owned(),
        environment: Environment {
            python: None,
            platform: "linux-x86_64".to_owned(),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: "01".repeat(32),
        },
        absent_imports: Vec::new(),
        files: BTreeMap::new(),
        tests: TestsAsked { paths: vec!["tests".to_owned()], select: None, args: Vec::new() },
        checks: Vec::new(),
        lines: BTreeMap::new(),
    }
}
