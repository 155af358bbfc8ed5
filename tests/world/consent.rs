//! A question that a person takes his time to answer: what he agrees to must still be there when he has.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::engine::Compose;
use crate::moved::{library, moved, now};
use crate::staging::{Staging, WELL};

/// Deploys on a terminal, does `meanwhile` while the question stands, and says yes. Gives the exit code and what was
/// shown.
fn asked(staging: &Staging, meanwhile: impl FnOnce()) -> (i32, String) {
    asked_with(staging, &[], meanwhile)
}

/// As [`asked`], with more variables.
fn asked_with(staging: &Staging, variables: &[(&str, String)], meanwhile: impl FnOnce()) -> (i32, String) {
    let project = &staging.project;
    let [bin, base] = ["bin", "base"].map(|name| project.path(name).display().to_string());
    let folder = Compose::Two.folder();
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &format!("{} deploy a", env!("CARGO_BIN_EXE_tta-promote")), "/dev/null"]);
    script.current_dir(project.root()).env_clear().env("HOME", project.path("home")).env("SHELL", "/bin/sh");
    script.env("PATH", format!("{bin}:{base}:{}:{}", folder.display(), staging.engine.path));
    script.env("DOCKER_HOST", &staging.engine.host).env("COMPOSE_PROJECT_NAME", &staging.name);
    script.envs(variables.iter().map(|(name, value)| (name, value)));
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = script.spawn().expect("`script` of util-linux is on PATH");
    let shown = Arc::new(Mutex::new(Vec::new()));
    let mut output = running.stdout.take().expect("a pipe");
    let reader = {
        let shown = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                shown.lock().expect("whole").extend_from_slice(&bytes[..read]);
            }
        })
    };
    let text = || String::from_utf8_lossy(&shown.lock().expect("whole")).into_owned();
    let begin = Instant::now();
    while !text().contains("do this?") {
        assert!(begin.elapsed() < Duration::from_secs(120), "nobody was asked: {}", text());
        std::thread::sleep(Duration::from_millis(10));
    }
    meanwhile();
    let mut input = running.stdin.take().expect("a pipe");
    input.write_all(b"y\n").expect("written");
    let status = running.wait().expect("an end");
    drop(input);
    reader.join().expect("read");
    (status.code().expect("a code"), text())
}

fn write(staging: &Staging, path: &str, text: &str) {
    std::fs::write(staging.project.root().join(path), text).expect("written");
}

fn commit(staging: &Staging) {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.cd"]).args(arguments);
        assert!(git.current_dir(staging.project.root()).status().expect("git").success());
    };
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "meanwhile"]);
}

#[test]
fn what_changed_while_the_question_stood_is_not_deployed() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    let policy = std::fs::read_to_string(staging.project.root().join("promotion.toml")).expect("a policy");
    let refused = |meanwhile: &dyn Fn(), why: &str| {
        let (code, shown) = asked(&staging, meanwhile);
        assert_eq!(code, 1, "{shown}");
        assert!(shown.contains(why), "{why}: {shown}");
        assert_eq!((staging.kinds(), staging.containers()), (vec!["verified".to_owned()], Vec::new()));
    };
    refused(&|| write(&staging, "src/a.py", "x = 2\n"), "differ");
    write(&staging, "src/a.py", "x = 1\n");
    // The gate became a stricter one.
    let gate = policy.replace("[gate.staging]\n", "[gate.staging]\ntests = { min_passed = 9 }\n");
    refused(&|| write(&staging, "promotion.toml", &gate), "differ");
    write(&staging, "promotion.toml", &policy);
    let other_commit = || {
        write(&staging, "src/a.py", "x = 3\n");
        commit(&staging);
    };
    refused(&other_commit, "another commit");
}

#[test]
fn a_ledger_that_was_replaced_while_the_question_stood_stops_the_deployment() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    let path = staging.project.root().join(".promotion/ledger/a.jsonl");
    let text = std::fs::read_to_string(&path).expect("a ledger");
    // As git does it: another file in its place.
    let replace = |text: &str| {
        std::fs::write(path.with_extension("new"), text).expect("written");
        std::fs::rename(path.with_extension("new"), &path).expect("replaced");
    };
    let (code, shown) = asked(&staging, || replace(""));
    assert_eq!(code, 4, "{shown}");
    assert!(shown.contains("was changed by another process or by git"), "{shown}");
    replace(&text);
    assert_eq!((staging.kinds(), staging.containers()), (vec!["verified".to_owned()], Vec::new()));
    // What was begun already writes nothing before it acts.
    let running = staging.project.start(&["deploy", "a", "--yes"]);
    running.until(|| staging.ledger_as_it_is().len() > 1 && !staging.containers().is_empty()).killed();
    staging.take_away();
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let (code, shown) = asked(&staging, || replace(""));
    assert_eq!(code, 4, "{shown}");
    replace(&text);
    assert_eq!((staging.kinds().len(), staging.containers()), (2, Vec::new()), "{shown}");
}

#[test]
fn what_somebody_else_brought_up_while_the_question_stood_is_told() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    let (code, shown) = asked(&staging, || staging.up());
    assert_eq!(code, 3, "{shown}");
    assert!(shown.contains("were changed meanwhile, and not from here"), "{shown}");
    assert_eq!(staging.kinds(), ["verified"], "nothing was begun");
    staging.take_away();
    let (code, shown) = asked(&staging, || {});
    assert_eq!(code, 0, "{shown}");
    assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
}

#[test]
fn a_freeze_that_began_while_the_question_stood_is_kept_and_what_was_begun_goes_on() {
    let Some(library) = library() else { return };
    let Some(staging) = Staging::new(Compose::Two, WELL, "") else { return };
    let policy = std::fs::read_to_string(staging.project.root().join("promotion.toml")).expect("a policy");
    let time = |hours: i64| jiff::Timestamp::from_second(now() + hours * 3600).expect("a time");
    let freeze = format!(
        "{policy}\n[[project.freeze]]\nfrom = {}\nto = {}\nreason = \"the fair\"\n",
        time(1),
        time(3)
    );
    let staging = staging.change(&[("promotion.toml", &freeze)]);
    // A clock that is set from outside while the program runs.
    let clock = staging.project.path("clock");
    let set = |hours: i64| std::fs::write(&clock, format!("{:+}\n", hours * 3600)).expect("written");
    let [preload, _, monotonic] = moved(&library, 0);
    let of_file = ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string());
    let variables = [preload, monotonic, of_file, ("FAKETIME_NO_CACHE", "1".to_owned())];
    set(0);
    let (code, shown) = asked_with(&staging, &variables, || set(2));
    assert_eq!(code, 4, "{shown}");
    assert!(shown.contains("the fair"), "{shown}");
    assert_eq!((staging.kinds(), staging.containers()), (vec!["verified".to_owned()], Vec::new()));
    // What was begun before comes to its end.
    let running = staging.project.start(&["deploy", "a", "--yes"]);
    running.until(|| staging.ledger_as_it_is().len() > 1).killed();
    staging.take_away();
    let (code, shown) = asked_with(&staging, &variables, || {});
    assert_eq!(code, 0, "{shown}");
    assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
}
