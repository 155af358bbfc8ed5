//! A project of one component with a ledger that is written for it, and how long work on it takes.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tta_promote::ledger::{self, Head};
use tta_promote::model::assessment::{PolicyDigest, Verdict};
use tta_promote::model::environment::{Distribution, Environment};
use tta_promote::model::line_set::{LineCoverage, LineSet};
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{CheckOutcome, CheckRecord, Fact, Record, TestsAsked, Verification};
use tta_promote::model::stage::Stage;

/// How often each work is done.
pub(crate) const TIMES: usize = 11;
const POLICY: &str = "schema = 1\n[project]\nname = \"Bench\"\n[component.a]\npaths = [\"src/a.py\"]\n";

/// How many records are asked for on the command line.
pub(crate) fn records_asked(else_so_many: u64) -> u64 {
    std::env::args().find_map(|word| word.parse().ok()).unwrap_or(else_so_many)
}

/// The project of the component `a` with these lines as its ledger, as long as the folder lives.
pub(crate) fn project(lines: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path().canonicalize().expect("a path");
    std::fs::create_dir_all(top.join("src")).expect("made");
    std::fs::create_dir_all(top.join(".promotion/ledger")).expect("made");
    std::fs::write(top.join("promotion.toml"), POLICY).expect("written");
    std::fs::write(top.join("src/a.py"), "x = 1\n").expect("written");
    std::fs::write(top.join(".promotion/ledger/a.jsonl"), lines).expect("written");
    (folder, top)
}

/// The lines of a ledger with these facts, each of a promotion, and the head that they make.
pub(crate) fn lines(facts: impl Iterator<Item = (Timestamp, String, Fact)>) -> (String, Head) {
    let (mut text, mut head) = (String::new(), Head::NONE);
    for (time, promotion, fact) in facts {
        let actor = "Ada Lovelace <ada@example.invalid>".to_owned();
        let promotion = PromotionId::recorded(promotion);
        let record = Record { seq: head.seq + 1, time, actor, promotion, fact };
        let (line, next) = ledger::line("a", &record, head);
        text.push_str(&line);
        head = next;
    }
    (text, head)
}

/// Tells how long a verb takes as a whole process.
pub(crate) fn tell_verb(top: &Path, verb: &[&str]) {
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tta-promote"));
        command.args(verb).current_dir(top).stdout(Stdio::null()).stderr(Stdio::inherit());
        assert!(command.status().expect("it starts").success(), "{verb:?}");
    };
    tell(&format!("tta-promote {}, whole process", verb.join(" ")), (0..TIMES).map(|_| timed(run)).collect());
}

/// How long work takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// Tells the median of times, the least and the most.
pub(crate) fn tell(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("{name:48} {:8.2} ms   ({:.2} to {:.2})", ms(median), ms(least), ms(most));
}

/// A pass of the size that the bundled project's have.
pub(crate) fn verification() -> Verification {
    let distributions = (0..50).map(|number| Distribution {
        name: format!("distribution-{number:02}"),
        version: format!("1.{number}.0"),
    });
    let checks = ["tests", "coverage", "lint", "types", "security", "docs"].map(|id| CheckRecord {
        id: id.to_owned(),
        outcome: CheckOutcome::Pass,
        waived: false,
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
        waivers: Vec::new(),
        lines: BTreeMap::from([("src/a.py".to_owned(), lines)]),
    }
}
