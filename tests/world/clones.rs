//! Two clones of one project on one machine: one of them acts, the other is told so, and nothing is done twice.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::engine::Compose;
use crate::project::{Project, make_executable};
use crate::staging::{Staging, WELL, health};
use crate::users::lock;

/// A second clone of the project of `staging`, with a pass of the gate in a ledger of its own.
pub(crate) fn clone(staging: &Staging) -> Project {
    let clone = Project::new();
    let source = staging.project.root();
    std::fs::remove_dir_all(clone.root()).expect("removed");
    let mut git = std::process::Command::new("git");
    git.args(["clone", "-q"]).arg(&source).arg(clone.root());
    assert!(git.status().expect("git").success());
    let path = {
        let [bin, base] = ["bin", "base"].map(|name| clone.path(name).display().to_string());
        format!("{bin}:{base}:{}:{}", Compose::Two.folder().display(), staging.engine.path)
    };
    let clone = clone
        .variable("PATH", &path)
        .variable("DOCKER_HOST", &staging.engine.host)
        .variable("COMPOSE_PROJECT_NAME", &staging.name);
    clone.run(&["verify", "a", "--record", "-q"]).exits(0);
    clone
}

fn kinds(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.root().join(".promotion/ledger/a.jsonl")).expect("a ledger");
    let kind = |line: &str| {
        let record: Value = serde_json::from_str(line).expect("a record");
        record["kind"].as_str().expect("a kind").to_owned()
    };
    text.lines().map(kind).collect()
}

const DEPLOY: [&str; 5] = ["deploy", "a", "--yes", "--format", "json"];

/// A service that is deployed by a script, which notes each of its runs and waits while there is a file `hold`.
fn by_script(more: &str) -> Option<(Staging, tempfile::TempDir)> {
    let notes = tempfile::tempdir().expect("a folder");
    let folder = notes.path().display();
    let text = format!(
        "#!/bin/sh\necho $$ >>{folder}/runs\nwhile [ -e {folder}/hold ]; do sleep 0.05; done\n\
         docker-compose -f compose.yml up -d a && echo >{folder}/ended\n"
    );
    let more = format!("{more}script = [\"./deploy.sh\"]\n");
    let staging = Staging::new(Compose::Two, WELL, &more)?.executable("deploy.sh", &text).change(&[]);
    make_executable(&staging.project.root().join("deploy.sh"));
    Some((staging, notes))
}

fn runs(notes: &tempfile::TempDir) -> usize {
    std::fs::read_to_string(notes.path().join("runs")).unwrap_or_default().lines().count()
}

#[test]
fn two_clones_at_once_deploy_once() {
    let Some((staging, notes)) = by_script(&health("500ms", "20s")) else { return };
    // A second run of the script would be seen; what runs is known as the candidate by its commit.
    let head = head(&staging);
    staging.build_with("one", &["--label", &format!("org.opencontainers.image.revision={head}")]);
    let other = clone(&staging);
    let (first, second) = (staging.project.start(&DEPLOY), other.start(&DEPLOY));
    let results = [first.end().exits(0), second.end().exits(0)];
    let mut results = results.map(|told| told.json()["result"].as_str().expect("a result").to_owned());
    results.sort();
    assert_eq!(results, ["already_deployed", "deployed"]);
    assert_eq!((runs(&notes), staging.containers().len()), (1, 1), "it was done once");
    assert_eq!(kinds(&other), kinds(&staging.project), "both know");
}

#[test]
fn a_clone_that_waited_long_enough_is_told_who_is_at_work() {
    let Some((staging, notes)) = by_script(&health("300ms", "20s")) else { return };
    let other = clone(&staging);
    std::fs::write(notes.path().join("hold"), "").expect("written");
    let first = staging.project.start(&DEPLOY).until(|| runs(&notes) == 1);
    let told = other.run(&DEPLOY).exits(4);
    let place = staging.project.root().display().to_string();
    let told = told.complains("another tta-promote is at work on the service `a`").complains(&place);
    told.complains("hint");
    assert_eq!((kinds(&other), runs(&notes)), (vec!["verified".to_owned()], 1), "nothing was begun");
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    first.end().exits(0);
    assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
}

#[test]
fn a_rollback_waits_for_the_deployment_of_another_clone() {
    let Some((staging, notes)) = by_script(&health("300ms", "20s")) else { return };
    let other = clone(&staging);
    other.run(&DEPLOY).exits(0);
    staging.build("two");
    std::fs::write(notes.path().join("hold"), "").expect("written");
    let first = staging.project.start(&DEPLOY).until(|| runs(&notes) == 2);
    let back = ["rollback", "a", "--yes", "--severity", "critical", "--reason", "no answers"];
    other.run(&back).exits(4).complains("another tta-promote is at work on the service `a`");
    assert_eq!(kinds(&other), ["verified", "intent", "done"], "nothing was begun");
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    first.end().exits(0);
    other.run(&back).exits(0);
    assert_eq!(staging.containers(), [Value::Null; 0]);
}

#[test]
fn what_a_killed_one_had_begun_is_waited_for_in_the_other_clone() {
    let Some((staging, notes)) = by_script(&health("300ms", "20s")) else { return };
    let head = head(&staging);
    staging.build_with("one", &["--label", &format!("org.opencontainers.image.revision={head}")]);
    let other = clone(&staging);
    std::fs::write(notes.path().join("hold"), "").expect("written");
    staging.project.start(&DEPLOY).until(|| runs(&notes) == 1).killed();
    let begin = Instant::now();
    let second = other.start(&DEPLOY);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(runs(&notes), 1, "the script of the killed one runs on");
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    let told = second.end().exits(0).json();
    assert_eq!(told["result"], "already_deployed", "after {:?}: {told:#}", begin.elapsed());
    assert_eq!((runs(&notes), staging.containers().len()), (1, 1), "it was done once");
}

#[test]
fn a_wait_for_what_a_killed_one_had_begun_that_is_broken_off_is_begun_anew() {
    let Some((staging, notes)) = by_script(&health("300ms", "20s")) else { return };
    let head = head(&staging);
    staging.build_with("one", &["--label", &format!("org.opencontainers.image.revision={head}")]);
    let other = clone(&staging);
    std::fs::write(notes.path().join("hold"), "").expect("written");
    staging.project.start(&DEPLOY).until(|| runs(&notes) == 1).killed();
    let place = format!(" {}\n", staging.project.root().display());
    let left = || std::fs::read_to_string(lock(&staging)).expect("what the killed one left");
    let waits = other.start(&DEPLOY);
    std::thread::sleep(Duration::from_secs(4));
    let told = waits.signal(Signal::SIGINT).end().exits(130);
    told.complains("was killed at work on the service `a`").complains("what it had begun is waited for");
    assert!(left().ends_with(&place), "{}", left());
    let waits = other.start(&DEPLOY);
    std::thread::sleep(Duration::from_secs(4));
    waits.killed();
    assert!(left().ends_with(&place), "{}", left());
    assert_eq!((kinds(&other), runs(&notes)), (vec!["verified".to_owned()], 1), "nothing was begun");
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    assert_eq!(other.run(&DEPLOY).exits(0).json()["result"], "already_deployed");
    assert_eq!((runs(&notes), staging.containers().len()), (1, 1), "it was done once");
}

#[test]
fn containers_that_somebody_replaced_while_they_were_watched_are_told() {
    let Some((staging, notes)) = by_script(&health("4s", "60s")) else { return };
    let running = staging.project.start(&DEPLOY).until(|| notes.path().join("ended").exists());
    // The first look after the script is over by then, and the watch is not.
    std::thread::sleep(Duration::from_secs(2));
    let before = staging.containers();
    staging.recreate();
    let told = running.end().exits(0).json();
    assert_ne!(staging.containers()[0]["Id"], before[0]["Id"]);
    assert!(told["proof"].to_string().contains("replaced while they were watched"), "{told:#}");
}

fn head(staging: &Staging) -> String {
    let mut git = std::process::Command::new("git");
    let told = git.args(["rev-parse", "HEAD"]).current_dir(staging.project.root()).output().expect("git");
    String::from_utf8(told.stdout).expect("text").trim().to_owned()
}
