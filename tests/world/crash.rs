//! Killed at any moment, run again: one deployment, a ledger that verifies, nothing lost that was acknowledged.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::engine::Compose;
use crate::staging::{SICK, Staging, WELL, health};

/// How often it is killed in each test, unless `TTA_PROMOTE_KILLS` says otherwise.
const KILLS: u64 = 20;

fn kills() -> u64 {
    std::env::var("TTA_PROMOTE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Kills deployments at moments spread over the time that one takes, `again` between them, and tells how many came to
/// their end before.
fn kill_again_and_again(staging: &Staging, span: Duration, again: impl Fn(u64)) -> u64 {
    let mut known = staging.ledger();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut finished = 0;
    for round in 0..kills() {
        // xorshift: the same moments in each run, as far as a machine is the same.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        again(round);
        let running = staging.project.start(&["deploy", "a", "--yes", "--format", "json"]);
        // Twice the time: the machine may have other things to do by then.
        let most = u64::try_from(span.as_millis()).expect("short") * 2;
        std::thread::sleep(Duration::from_millis(random % most));
        finished += u64::from(running.killed());
        let ledger = staging.ledger_as_it_is();
        assert!(ledger.len() >= known.len() && ledger[..known.len()] == known[..], "nothing is lost");
        known = ledger;
    }
    finished
}

/// Every intent has exactly one end.
fn ends_well(ledger: &[Value]) -> usize {
    let intents: Vec<&Value> = ledger.iter().filter(|record| record["kind"] == "intent").collect();
    for intent in &intents {
        let is_end = |record: &&Value| record["intent"] == intent["seq"] && record["kind"] != "intent";
        assert_eq!(ledger.iter().filter(is_end).count(), 1, "{intent}\n{ledger:#?}");
    }
    intents.len()
}

#[test]
fn killed_at_any_moment_and_run_again_it_deploys_once() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    let begin = Instant::now();
    staging.deploy().exits(0);
    let span = begin.elapsed();
    let finished = kill_again_and_again(&staging, span, |round| {
        if round % 4 == 0 {
            // Another candidate, so that there is something to do.
            staging.build(&format!("round {round}"));
        }
    });
    let told = staging.deploy().exits(0).json();
    assert!(["deployed", "already_deployed"].contains(&told["result"].as_str().expect("a result")));
    let containers = staging.containers();
    assert_eq!(containers.len(), 1, "one deployment");
    assert_eq!(containers[0]["State"]["Status"], "running");
    let intents = ends_well(&staging.ledger());
    eprintln!("{} kills within {span:?}, {finished} of them too late; {intents} deployments", kills());
}

#[test]
fn killed_at_any_moment_of_a_rollback_and_run_again_it_leaves_nothing_behind() {
    let more = format!("{}on_failure = \"rollback\"", health("300ms", "500ms"));
    let Some(staging) = Staging::passed(Compose::Two, SICK, &more) else { return };
    let begin = Instant::now();
    staging.deploy().exits(1);
    let span = begin.elapsed();
    kill_again_and_again(&staging, span, |_| {});
    let told = staging.deploy().exits(1).json();
    assert_eq!(told["result"], "rolled_back");
    let containers = staging.containers();
    assert_eq!(containers.len(), 0, "{containers:?}");
    let ledger = staging.ledger();
    let intents = ends_well(&ledger);
    eprintln!("{} kills within {span:?}; {intents} deployments and rollbacks", kills());
}

#[test]
fn an_interrupt_leaves_an_intent_that_the_next_run_goes_on_with() {
    let Some(staging) = Staging::passed(Compose::Plugin, WELL, &health("1s", "20s")) else { return };
    let running = staging.project.start(&["deploy", "a", "--yes"]);
    let running = running.until(|| staging.ledger_as_it_is().len() > 1);
    running.signal(Signal::SIGINT).end().exits(130);
    assert_eq!(staging.kinds(), ["verified", "intent"]);
    staging.deploy().exits(0);
    assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
    assert_eq!(staging.containers().len(), 1);
}
