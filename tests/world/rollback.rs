//! Rollbacks on the real engine: what ran before runs again, proven, or nothing was touched.

use std::time::Duration;

use serde_json::Value;

use crate::clones::clone;
use crate::engine::Compose;
use crate::staging::{Staging, WELL, health};
use crate::told::Told;

/// How often it is killed, unless `TTA_PROMOTE_KILLS` says otherwise.
const KILLS: u64 = 24;

/// A component whose candidate has taken the place of another image, whose id is given.
fn replaced(compose: Compose) -> Option<(Staging, String)> {
    let staging = Staging::passed(compose, WELL, &health("300ms", "20s"))?;
    staging.deploy().exits(0);
    let old = image(&staging);
    // What the ledger does not know was brought up by somebody else before.
    let path = staging.project.root().join(".promotion/ledger/a.jsonl");
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let first = text.lines().next().expect("a line");
    std::fs::write(&path, format!("{first}\n")).expect("written");
    staging.build("two");
    staging.deploy().exits(0);
    assert_ne!(image(&staging), old);
    Some((staging, old))
}

fn image(staging: &Staging) -> String {
    let containers = staging.containers();
    assert_eq!(containers.len(), 1, "one container: {containers:?}");
    assert_eq!(containers[0]["State"]["Status"], "running");
    containers[0]["Image"].as_str().expect("an id").to_owned()
}

fn rollback(staging: &Staging, more: &[&str]) -> Told {
    let arguments = ["rollback", "a", "--yes", "--format", "json"];
    let arguments: Vec<&str> = arguments.into_iter().chain(more.iter().copied()).collect();
    staging.project.run(&arguments)
}

fn critical(staging: &Staging) -> Told {
    rollback(staging, &["--severity", "critical", "--reason", "no answers"])
}

fn account(staging: &Staging) -> String {
    let folder = staging.project.root().join(".promotion/rollbacks");
    // Who is killed as he writes may leave the neighbour that would have become the account: no account, and no `.md`.
    let is_account = |file: &std::fs::DirEntry| file.path().extension().is_some_and(|one| one == "md");
    let files = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok).filter(is_account);
    let files: Vec<_> = files.collect();
    assert_eq!(files.len(), 1);
    std::fs::read_to_string(files[0].path()).expect("an account")
}

/// The kinds after the deployment.
fn after_deployment(staging: &Staging) -> Vec<String> {
    staging.kinds().split_off(3)
}

#[test]
fn what_ran_before_runs_again_and_the_component_is_held() {
    for compose in Compose::all() {
        let Some((staging, old)) = replaced(compose) else { return };
        let told = rollback(&staging, &["--severity", "critical", "--reason", "no answers", "--dry-run"]);
        let told = told.exits(0).json();
        assert_eq!((&told["result"], &told["image"]), (&Value::from("proposed"), &Value::from(&*old)));
        assert_eq!(after_deployment(&staging), [""; 0]);
        let told = critical(&staging).exits(0).json();
        assert_eq!(told["result"], "rolled_back", "{compose:?}: {told:#}");
        assert_eq!(image(&staging), old, "{compose:?}");
        assert_eq!(after_deployment(&staging), ["rollback_decided", "intent", "done", "held"]);
        assert!(account(&staging).contains("- reason: no answers"));
        // There is no rollback of a rollback.
        let told = critical(&staging).exits(1).json();
        assert_eq!(told["result"], "already_rolled_back");
        assert_eq!(image(&staging), old);
        // And nothing is promoted until it is released.
        staging.pass();
        staging.deploy().exits(1).says("holds it");
    }
}

#[test]
fn a_first_deployment_is_taken_away() {
    for compose in Compose::all() {
        let Some(staging) = Staging::passed(compose, WELL, &health("300ms", "20s")) else { return };
        critical(&staging).exits(1).says("nothing_deployed");
        staging.deploy().exits(0);
        let told = critical(&staging).exits(0).json();
        assert_eq!((&told["result"], &told["absent"]), (&Value::from("rolled_back"), &Value::from(true)));
        assert_eq!(staging.containers(), [Value::Null; 0], "{compose:?}");
    }
}

#[test]
fn without_the_image_to_go_back_to_nothing_is_touched() {
    let Some((staging, old)) = replaced(Compose::Two) else { return };
    let before = staging.containers();
    staging.engine.docker(&["image", "rm", "-f", &old]);
    let told = critical(&staging).exits(6).json();
    assert_eq!((&told["result"], &told["touched"]), (&Value::from("failed"), &Value::from(false)));
    assert!(told["against"].to_string().contains("is gone"), "{told:#}");
    assert!(told["by_hand"].to_string().contains("docker pull"), "{told:#}");
    assert_eq!(staging.containers()[0]["Id"], before[0]["Id"], "nothing was touched");
    assert_eq!(staging.containers()[0]["State"]["StartedAt"], before[0]["State"]["StartedAt"]);
    assert_eq!(after_deployment(&staging), ["rollback_decided", "intent", "failed"]);
    // Nothing else is done for it meanwhile.
    staging.deploy().exits(1).says("is to be rolled back");
    // A person has brought the image back.
    staging.build("one");
    if image_id(&staging, "staging") == old {
        rollback(&staging, &["--now"]).exits(0);
        assert_eq!(image(&staging), old);
    }
}

fn image_id(staging: &Staging, tag: &str) -> String {
    let name = format!("{}:{tag}", staging.name);
    let told = staging.engine.docker(&["image", "inspect", "--format", "{{.ID}}", &name]);
    String::from_utf8(told.stdout).expect("text").trim().to_owned()
}

#[test]
fn a_high_one_is_decided_first_and_done_when_somebody_says_so() {
    let Some((staging, old)) = replaced(Compose::Plugin) else { return };
    let high = ["--severity", "high", "--reason", "slow"];
    let told = rollback(&staging, &high).exits(4).json();
    assert_eq!(told["result"], "decided");
    assert!(told["due"].is_string());
    assert_ne!(image(&staging), old, "nothing was done");
    rollback(&staging, &["--severity", "low", "--reason", "not so bad"]).exits(0);
    rollback(&staging, &["--severity", "medium", "--reason", "bad", "--due", "1h"]).exits(4);
    rollback(&staging, &high).exits(4);
    staging.project.run(&["promote", "a", "--yes"]).exits(1).complains("is to be rolled back");
    // The same words again are no second thought.
    assert_eq!(rollback(&staging, &high).exits(4).json()["result"], "decided");
    assert_ne!(image(&staging), old, "nothing was done");
    rollback(&staging, &[]).exits(0);
    assert_eq!(image(&staging), old);
}

#[test]
fn a_rehearsal_shows_that_it_would_work_and_touches_nothing() {
    for compose in Compose::all() {
        let Some((staging, old)) = replaced(compose) else { return };
        let before = staging.containers();
        let told = rollback(&staging, &["--rehearse"]).exits(0).json();
        assert_eq!(told["result"], "rehearsed", "{told:#}");
        let proof = told["proof"].to_string();
        assert!(proof.contains("was started beside what runs"), "{compose:?}: {proof}");
        let after = staging.containers();
        assert_eq!((after.len(), &after[0]["Id"]), (1, &before[0]["Id"]));
        assert_eq!(after_deployment(&staging), ["noted"]);
        let left = staging.engine.docker(&["ps", "-aq", "--filter", "name=tta-rehearsal-a"]);
        assert_eq!(String::from_utf8(left.stdout).expect("text"), "");
        staging.engine.docker(&["image", "rm", "-f", &old]);
        let told = rollback(&staging, &["--rehearse"]).exits(1).json();
        assert_eq!(told["result"], "rehearsal_failed", "{told:#}");
    }
}

#[test]
fn rehearsals_in_two_clones_do_not_take_away_what_the_other_started() {
    let Some((staging, _)) = replaced(Compose::Two) else { return };
    let other = clone(&staging);
    let ledger = |root: std::path::PathBuf| root.join(".promotion/ledger/a.jsonl");
    std::fs::copy(ledger(staging.project.root()), ledger(other.root())).expect("copied");
    let arguments = ["rollback", "a", "--rehearse", "--format", "json"];
    let beside = || {
        let told = staging.engine.docker(&["ps", "-q", "--filter", "name=tta-rehearsal-a"]);
        String::from_utf8(told.stdout).expect("text").lines().count()
    };
    // The second begins when the first has something to lose.
    let first = staging.project.start(&arguments).until(|| beside() > 0);
    let second = other.run(&arguments).exits(0).json();
    let first = first.end().exits(0).json();
    assert_eq!((&first["result"], &second["result"]), (&"rehearsed".into(), &"rehearsed".into()));
    assert!(first["proof"].to_string().contains("was started beside what runs"), "{first:#}");
    assert!(second["proof"].to_string().contains("was started beside what runs"), "{second:#}");
}

#[test]
fn killed_at_any_moment_and_run_again_it_ends_in_the_same_state() {
    let kills = std::env::var("TTA_PROMOTE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let Some((staging, old)) = replaced(Compose::Two) else { return };
    let path = staging.project.root().join(".promotion/ledger/a.jsonl");
    let deployed = std::fs::read_to_string(&path).expect("a ledger");
    let arguments =
        ["rollback", "a", "--yes", "--severity", "critical", "--reason", "no answers", "--format", "json"];
    let mut finished = 0;
    for round in 0..kills {
        let running = staging.project.start(&arguments);
        std::thread::sleep(Duration::from_millis(50 + round * 2400 / kills));
        finished += u64::from(running.killed());
        let told = staging.project.run(&arguments);
        assert!(told.stdout.contains("rolled_back"), "{}{}", told.stdout, told.stderr);
        assert_eq!(image(&staging), old, "round {round}");
        let kinds = after_deployment(&staging);
        assert_eq!(kinds, ["rollback_decided", "intent", "done", "held"], "round {round}");
        assert!(account(&staging).contains("## Root cause"));
        // As it was before the rollback.
        std::fs::write(&path, &deployed).expect("written");
        std::fs::remove_dir_all(staging.project.root().join(".promotion/rollbacks")).expect("removed");
        staging.up();
    }
    eprintln!("{kills} kills, {finished} of them too late");
}

#[test]
fn another_configuration_of_the_same_commit_mends_and_a_container_made_anew_does_not() {
    for compose in Compose::all() {
        let Some(staging) = Staging::passed(compose, WELL, &health("300ms", "20s")) else { return };
        let path = staging.project.root().join("compose.yml");
        let text = std::fs::read_to_string(path).expect("a compose file");
        let text = format!("{text}    environment: {{ COLOUR: \"${{COLOUR:-red}}\" }}\n");
        let staging = staging.change(&[("compose.yml", &text)]);
        staging.deploy().exits(0);
        rollback(&staging, &["--severity", "medium", "--reason", "the wrong colour"]).exits(4);
        let is_open = |staging: &Staging| {
            let told = staging.project.run(&["status", "a", "--format", "json"]).exits(0).json();
            told["components"][0]["rollbacks"][0]["open"].clone()
        };
        let id = staging.containers()[0]["Id"].as_str().expect("an id").to_owned();
        staging.engine.docker(&["restart", &id]);
        staging.deploy().exits(0);
        assert!(
            staging.kinds().ends_with(&["rollback_decided", "intent", "done"].map(str::to_owned)),
            "{compose:?}"
        );
        assert_eq!(is_open(&staging), true, "{compose:?}");
        let staging = staging.variable("COLOUR", "blue");
        staging.deploy().exits(0);
        assert_eq!(is_open(&staging), false, "{compose:?}");
    }
}
