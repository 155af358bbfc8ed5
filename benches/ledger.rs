//! A hundred thousand records of one component: `status` as a whole process, and what an append costs besides the disk.
//!
//! `cargo bench --bench ledger [RECORDS]`. The records are those of promotions, one after the other: a measurement of
//! the size that the bundled project's have, the issue, the deployment and a comment, each begun and done.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tta_promote::app::ledgers::Ledgers;
use tta_promote::app::project::Workspace;
use tta_promote::ledger::{self, Head};
use tta_promote::model::assessment::{PolicyDigest, Verdict};
use tta_promote::model::environment::{Distribution, Environment};
use tta_promote::model::line_set::{LineCoverage, LineSet};
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{
    Act, ActResult, CheckOutcome, CheckRecord, DeployAct, Fact, Record, TestsAsked, Verification,
};
use tta_promote::model::stage::Stage;

const TIMES: usize = 11;
const POLICY: &str = "schema = 1\n[project]\nname = \"Bench\"\n[component.a]\npaths = [\"src/a.py\"]\n";

fn main() {
    let records = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path().canonicalize().expect("a path");
    std::fs::create_dir_all(top.join("src")).expect("made");
    std::fs::create_dir_all(top.join(".promotion/ledger")).expect("made");
    std::fs::write(top.join("promotion.toml"), POLICY).expect("written");
    std::fs::write(top.join("src/a.py"), "x = 1\n").expect("written");
    let file = top.join(".promotion/ledger/a.jsonl");
    let (text, head) = lines(records);
    std::fs::write(&file, &text).expect("written");
    println!("{records} records, {} MB", text.len() / 1_000_000);
    for verb in [&["status"][..], &["status", "a"], &["audit"]] {
        let times: Vec<Duration> = (0..TIMES).map(|_| run(&top, verb)).collect();
        tell(&format!("tta-promote {}, whole process", verb.join(" ")), times);
    }
    let times = (0..TIMES).map(|_| timed(|| drop(ledger::read("a", text.as_bytes()).expect("sound"))));
    tell("reading and verifying all lines", times.collect());
    let times = (0..TIMES).map(|_| timed(|| drop(ledger::outline("a", text.as_bytes()).expect("sound"))));
    tell("the same, measurements only outlined", times.collect());
    append(&top, head);
}

/// A record in a ledger that is open, as each step of a promotion writes it: all of it without the same write and sync
/// alone; and the opening, which reads and verifies everything once.
fn append(top: &Path, head: Head) {
    let workspace = Workspace::load(Some(&top.join("promotion.toml"))).expect("a policy");
    let ledgers = Ledgers::of(&workspace);
    let opening = timed(|| drop(ledgers.open("a", "Ada", Duration::ZERO).expect("opened")));
    tell("opening to record", vec![opening]);
    let mut opened = ledgers.open("a", "Ada", Duration::ZERO).expect("opened");
    assert_eq!(opened.head(), head);
    let mut alone = std::fs::File::create(top.join("alone")).expect("made");
    let mut appended = Vec::new();
    for _ in 0..TIMES {
        let sync = timed(|| {
            alone.write_all(&[b'x'; 4_000]).expect("written");
            alone.sync_all().expect("synced");
        });
        let fact = Fact::Verified(Box::new(verification()));
        let all = timed(|| _ = opened.record(&PromotionId::recorded("a"), fact).expect("recorded"));
        appended.push(all.saturating_sub(sync));
    }
    tell("appending one record, besides the disk's sync", appended);
}

fn run(top: &Path, verb: &[&str]) -> Duration {
    timed(|| {
        let mut status = Command::new(env!("CARGO_BIN_EXE_tta-promote"));
        status.args(verb).current_dir(top).stdout(Stdio::null()).stderr(Stdio::inherit());
        assert!(status.status().expect("it starts").success(), "{verb:?}");
    })
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn tell(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("{name:48} {:8.2} ms   ({:.2} to {:.2})", ms(median), ms(least), ms(most));
}

fn lines(records: u64) -> (String, Head) {
    let (mut text, mut head) = (String::new(), Head::NONE);
    while head.seq < records {
        let (line, next) = ledger::line("a", &record(head.seq + 1, fact(head.seq)), head);
        text.push_str(&line);
        head = next;
    }
    (text, head)
}

fn record(seq: u64, fact: Fact) -> Record {
    let seconds = 1_760_432_400 + i64::try_from(seq).expect("small");
    Record {
        seq,
        time: Timestamp::from_second(seconds).expect("a time"),
        actor: "Ada Lovelace <ada@example.invalid>".to_owned(),
        promotion: PromotionId::recorded(format!("a-staging-{}", seq / 7)),
        fact,
    }
}

fn fact(before: u64) -> Fact {
    let text = |text: &str| text.to_owned();
    match before % 7 {
        0 => Fact::Verified(Box::new(verification())),
        1 => Fact::Intended(Act::OpenIssue {
            repository: text("owner/repository"),
            marker: text("<!-- tta-promote: a-staging-2025-10-14 -->"),
            title: text("Promote A Component to Staging"),
            body_sha256: "ab".repeat(32),
        }),
        2 => {
            let url = text("https://github.example/owner/repository/issues/4");
            Fact::Done { intent: before, result: ActResult::Issue { number: 4, url } }
        }
        3 => Fact::Intended(Act::Deploy(DeployAct {
            stage: Stage::Staging,
            commit: "30f84615".repeat(5),
            verified: before - 2,
            service: Some(text("a")),
            argv: ["docker", "compose", "-f", "docker-compose.staging.yml", "up", "-d", "a"]
                .map(text)
                .to_vec(),
            before: Vec::new(),
            kept: None,
        })),
        4 => {
            let proof = ["the container runs", "it answered 5 times"].map(text).to_vec();
            Fact::Done { intent: before, result: ActResult::Deployed { running: Vec::new(), proof } }
        }
        5 => Fact::Intended(Act::Comment {
            repository: text("owner/repository"),
            issue: 4,
            marker: text("<!-- tta-promote: a-staging-2025-10-14 deployed -->"),
            topic: text("deployed"),
        }),
        _ => Fact::Failed { intent: before, why: text("no network") },
    }
}

fn verification() -> Verification {
    let distributions = (0..50).map(|number| Distribution {
        name: format!("distribution-{number:02}"),
        version: format!("1.{number}.0"),
    });
    let checks = ["tests", "coverage", "lint", "types", "security", "docs"].map(|id| CheckRecord {
        id: id.to_owned(),
        outcome: CheckOutcome::Pass,
        summary: "73.19 % (71 of 97 statements) ≥ 70 %; 70.64 % with branches".to_owned(),
        figures: ["covered", "statements", "excluded"].map(|name| (name.to_owned(), 71)).into(),
        bounds: BTreeMap::from([("min_percent".to_owned(), "70".to_owned())]),
        reason: None,
        findings: 0,
        suppressed: 0,
        tool: Some(("pytest".to_owned(), "9.2.0".to_owned())),
        report_sha256: Some("cd".repeat(32)),
    });
    let lines = LineCoverage {
        covered: (1..200).filter(|line| line % 7 != 0).collect::<LineSet>(),
        missing: (1..200).filter(|line| line % 7 == 0).collect::<LineSet>(),
    };
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
            python: Some("3.12.1".to_owned()),
            platform: "linux-x86_64".to_owned(),
            lock: Some("uv.lock".to_owned()),
            in_sync: Some(true),
            distributions: distributions.collect(),
            sha256: "01".repeat(32),
        },
        absent_imports: Vec::new(),
        files: BTreeMap::from([("src/a.py".to_owned(), "23".repeat(32))]),
        tests: TestsAsked { paths: vec!["tests".to_owned()], select: Some("a".to_owned()), args: Vec::new() },
        checks: checks.into(),
        lines: BTreeMap::from([("src/a.py".to_owned(), lines)]),
    }
}
