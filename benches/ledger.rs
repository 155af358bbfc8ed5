//! A hundred thousand records of one component: `status` as a whole process, and what an append costs besides the disk.
//!
//! `cargo bench --bench ledger [RECORDS]`. The records are those of promotions, one after the other: a measurement of
//! the size that the bundled project's have, the issue, the deployment and a comment, each begun and done.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

mod ledgers;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tta_promote::app::ledgers::Ledgers;
use tta_promote::app::project::Workspace;
use tta_promote::ledger::{self, Head};
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

use ledgers::{TIMES, tell, timed, verification};

fn main() {
    let records = ledgers::records_asked(100_000);
    let (text, head) = ledgers::lines((0..records).map(|before| {
        let seconds = 1_760_432_401 + i64::try_from(before).expect("small");
        let time = Timestamp::from_second(seconds).expect("a time");
        (time, format!("a-staging-{}", before / 7), fact(before))
    }));
    let (_folder, top) = ledgers::project(&text);
    println!("{records} records, {} MB", text.len() / 1_000_000);
    for verb in [&["status"][..], &["status", "a"], &["audit"]] {
        ledgers::tell_verb(&top, verb);
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
