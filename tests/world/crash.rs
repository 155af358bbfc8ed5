//! Killed at any moment, run again: one deployment, a ledger that verifies, nothing lost that was acknowledged.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::engine::Compose;
use crate::staging::{Staging, WELL, health};

/// How often it is killed, unless `TTA_PROMOTE_KILLS` says otherwise.
const KILLS: u64 = 40;

#[test]
fn killed_at_any_moment_and_run_again_it_deploys_once() {
    let kills = std::env::var("TTA_PROMOTE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let Some(staging) = Staging::passed(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    let mut known = staging.ledger();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut finished = 0;
    for round in 0..kills {
        // xorshift: the same moments in each run, as far as a machine is the same.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if round % 8 == 7 {
            // Another candidate, so that there is something to do.
            staging.build(&format!("round {round}"));
        }
        let running = staging.project.start(&["deploy", "a", "--yes", "--format", "json"]);
        std::thread::sleep(Duration::from_millis(random % 1500));
        finished += u64::from(running.killed());
        let ledger = staging.ledger_as_it_is();
        assert!(ledger.len() >= known.len() && ledger[..known.len()] == known[..], "nothing is lost");
        known = ledger;
    }
    let told = staging.deploy().exits(0).json();
    assert!(["deployed", "already_deployed"].contains(&told["result"].as_str().expect("a result")));
    let containers = staging.containers();
    assert_eq!(containers.len(), 1, "one deployment");
    assert_eq!(containers[0]["State"]["Status"], "running");
    let intents = staging.kinds().iter().filter(|kind| *kind == "intent").count();
    let ends = staging.kinds().iter().filter(|kind| *kind == "done").count();
    eprintln!("{kills} kills, {finished} of them too late; {intents} intents, {ends} proven deployments");
    assert_eq!(intents, ends, "every intent came to its end: {:?}", staging.kinds());
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
