//! Two users of one machine: the one can tell that the other is at work, and does not act where he cannot.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::engine::Compose;
use crate::project::{Project, make_executable};
use crate::staging::{Staging, WELL, health};
use crate::told::{Running, Told};

/// Somebody who is not root, and of whom nothing else runs here.
const SOMEBODY: u32 = 47_113;

const DEPLOY: [&str; 5] = ["deploy", "a", "--yes", "--format", "json"];
const BACK: [&str; 7] = ["rollback", "a", "--yes", "--reason", "no answers", "--format", "json"];

/// Starts tta-promote as a user with a mask of permissions.
fn start(staging: &Staging, project: &Project, user: u32, mask: &str, arguments: &[&str]) -> Running {
    let [bin, base] = ["bin", "base"].map(|name| project.path(name).display().to_string());
    let folder = Compose::Two.folder();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("umask {mask}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tta-promote")]);
    shell.args(arguments).current_dir(project.root()).env_clear().uid(user).gid(user);
    shell.env("HOME", project.path("home")).env("LANG", "C.UTF-8");
    shell.env("PATH", format!("{bin}:{base}:{}:{}", folder.display(), staging.engine.path));
    shell.env("DOCKER_HOST", &staging.engine.host).env("COMPOSE_PROJECT_NAME", &staging.name);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::new(shell.spawn().expect("it starts"), "users".to_owned())
}

fn run(staging: &Staging, project: &Project, user: u32, arguments: &[&str]) -> Told {
    start(staging, project, user, "022", arguments).end()
}

/// A second clone, which belongs to somebody else, with a pass of the gate.
fn of_somebody(staging: &Staging) -> Project {
    let clone = Project::new();
    clone.run(&["--version"]).exits(0);
    std::fs::remove_dir_all(clone.root()).expect("removed");
    let mut git = Command::new("git");
    git.args(["clone", "-q"]).arg(staging.project.root()).arg(clone.root());
    assert!(git.status().expect("git").success());
    std::os::unix::fs::symlink("/usr/bin/git", clone.path("base/git")).expect("a link");
    let mut own = Command::new("chown");
    own.args(["-R", &format!("{SOMEBODY}:{SOMEBODY}")]).arg(clone.path("."));
    assert!(own.status().expect("chown").success());
    // The socket and its folder are root's.
    let socket = staging.engine.host.strip_prefix("unix://").expect("a socket");
    let folder = PathBuf::from(socket).parent().expect("a folder").display().to_string();
    assert!(Command::new("chmod").args(["a+rwx", socket, &folder]).status().expect("chmod").success());
    run(staging, &clone, SOMEBODY, &["verify", "a", "--record", "-q"]).exits(0);
    clone
}

/// The file that is locked for the service of `staging`.
pub(crate) fn lock(staging: &Staging) -> PathBuf {
    let told = staging.engine.docker(&["info", "--format", "{{.ID}}"]);
    let engine = String::from_utf8(told.stdout).expect("text");
    let name = format!("engine\n{}\n{}\na", engine.trim(), staging.name);
    let digest: Vec<String> = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("/tmp/tta-promote-{}.lock", digest[..16].concat()))
}

fn kinds(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.root().join(".promotion/ledger/a.jsonl")).expect("a ledger");
    let kind = |line: &str| {
        let record: Value = serde_json::from_str(line).expect("a record");
        record["kind"].as_str().expect("a kind").to_owned()
    };
    text.lines().map(kind).collect()
}

#[test]
fn what_a_killed_one_of_another_user_had_begun_is_not_met_half_way() {
    let notes = tempfile::tempdir().expect("a folder");
    let folder = notes.path().display();
    let text = format!(
        "#!/bin/sh\necho $$ >>{folder}/runs\nwhile [ -e {folder}/hold ]; do sleep 0.05; done\n\
         docker-compose -f compose.yml up -d a\n"
    );
    let more = format!("{}script = [\"./deploy.sh\"]\n", health("300ms", "20s"));
    let Some(staging) = Staging::new(Compose::Two, WELL, &more) else { return };
    let staging = staging.executable("deploy.sh", &text).change(&[]);
    make_executable(&staging.project.root().join("deploy.sh"));
    let other = of_somebody(&staging);
    let mut open = Command::new("chmod");
    open.args(["-R", "a+rwX"]).arg(notes.path());
    assert!(open.status().expect("chmod").success());
    std::fs::write(notes.path().join("hold"), "").expect("written");
    let begun = || notes.path().join("runs").exists();
    // Whatever the mask says, everybody can see whose turn it is.
    let first = start(&staging, &staging.project, 0, "077", &DEPLOY).until(begun);
    let at_work = run(&staging, &other, SOMEBODY, &DEPLOY).exits(4);
    let place = staging.project.root().display().to_string();
    at_work.complains("another tta-promote is at work on the service `a`").complains(&place);
    first.killed();
    let back: Vec<&str> = BACK.into_iter().chain(["--severity", "critical"]).collect();
    let told = run(&staging, &other, SOMEBODY, &DEPLOY).exits(4);
    let told =
        told.complains("a tta-promote of `root` was killed at work on the service `a`").complains(&place);
    told.complains("let `root` run it: it sees").complains("ps -u root");
    assert_eq!(kinds(&other), ["verified"], "nothing was begun");
    assert!(lock(&staging).exists(), "what it tells is kept");
    // Who may look waits for what is left, and then everybody has his turn.
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    staging.deploy().exits(0);
    assert!(!lock(&staging).exists());
    std::fs::remove_file(notes.path().join("runs")).expect("removed");
    run(&staging, &other, SOMEBODY, &DEPLOY).exits(0);
    run(&staging, &other, SOMEBODY, &back).exits(0);
    assert_eq!(kinds(&other), ["verified", "intent", "done", "rollback_decided", "intent", "done", "held"]);
}

#[test]
fn what_a_killed_one_of_another_user_had_begun_does_not_hold_up_a_rollback_that_cannot_wait() {
    let notes = tempfile::tempdir().expect("a folder");
    let folder = notes.path().display();
    let text = format!(
        "#!/bin/sh\necho $$ >>{folder}/runs\nwhile [ -e {folder}/hold ]; do sleep 0.05; done\n\
         docker-compose -f compose.yml up -d a && echo >>{folder}/ended\n"
    );
    let more = format!("{}script = [\"./deploy.sh\"]\n", health("300ms", "20s"));
    let Some(staging) = Staging::new(Compose::Two, WELL, &more) else { return };
    let staging = staging.executable("deploy.sh", &text).change(&[]);
    make_executable(&staging.project.root().join("deploy.sh"));
    let other = of_somebody(&staging);
    let mut open = Command::new("chmod");
    open.args(["-R", "a+rwX"]).arg(notes.path());
    assert!(open.status().expect("chmod").success());
    run(&staging, &other, SOMEBODY, &DEPLOY).exits(0);
    let count =
        |name: &str| std::fs::read_to_string(notes.path().join(name)).unwrap_or_default().lines().count();
    staging.build("two");
    std::fs::write(notes.path().join("hold"), "").expect("written");
    start(&staging, &staging.project, 0, "022", &DEPLOY).until(|| count("runs") == 2).killed();
    let high: Vec<&str> = BACK.into_iter().chain(["--severity", "high", "--now"]).collect();
    run(&staging, &other, SOMEBODY, &high)
        .exits(4)
        .complains("a tta-promote of `root` was killed at work on");
    assert_eq!(kinds(&other), ["verified", "intent", "done"], "nothing was begun");
    let critical: Vec<&str> = BACK.into_iter().chain(["--severity", "critical"]).collect();
    let told = run(&staging, &other, SOMEBODY, &critical).exits(0).json();
    assert_eq!(told["result"], "rolled_back");
    let against = told["against"].to_string();
    assert!(
        against.contains("was killed at work on") && against.contains("went on all the same"),
        "{told:#}"
    );
    assert!(kinds(&other).contains(&"noted".to_owned()), "{:?}", kinds(&other));
    assert!(lock(&staging).exists(), "what it tells is kept");
    std::fs::remove_file(notes.path().join("hold")).expect("removed");
    staging.deploy();
    assert!(count("ended") >= 2, "what was left has come to its end");
}

#[test]
fn an_engine_that_does_not_tell_its_name_holds_up_only_what_can_wait() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    staging.deploy().exits(0);
    let found = std::env::split_paths(&staging.engine.path).map(|folder| folder.join("docker"));
    let docker = found.into_iter().find(|path| path.exists()).expect("docker");
    let own = staging.project.path("bin/docker");
    let _none = std::fs::remove_file(&own);
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = info ]; then echo 'no permission to tell' >&2; exit 1; fi\nexec {} \"$@\"\n",
        docker.display()
    );
    std::fs::write(&own, text).expect("written");
    make_executable(&own);
    let high: Vec<&str> = BACK.into_iter().chain(["--severity", "high", "--now"]).collect();
    staging.project.run(&high).exits(3).complains("no permission to tell");
    assert_eq!(staging.kinds(), ["verified", "intent", "done"], "nothing was begun");
    let critical: Vec<&str> = BACK.into_iter().chain(["--severity", "critical"]).collect();
    let told = staging.project.run(&critical).exits(0).json();
    assert_eq!(told["result"], "rolled_back");
    let against = told["against"].to_string();
    assert!(
        against.contains("no permission to tell") && against.contains("went on all the same"),
        "{told:#}"
    );
    assert!(staging.kinds().contains(&"noted".to_owned()), "{:?}", staging.kinds());
    assert_eq!(staging.containers(), [Value::Null; 0]);
}

#[test]
fn a_rollback_that_cannot_have_its_turn_is_done_where_it_cannot_wait_and_says_so() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    staging.deploy().exits(0);
    std::os::unix::fs::symlink("/nowhere", lock(&staging)).expect("a link");
    let deployed = staging.deploy().exits(3);
    deployed.complains("it cannot be seen to that nobody else deploys at the same time").complains("hint");
    let high: Vec<&str> = BACK.into_iter().chain(["--severity", "high", "--now"]).collect();
    let told = staging.project.run(&high).exits(3);
    told.complains("nobody else deploys at the same time").complains("--severity critical");
    assert_eq!(staging.kinds(), ["verified", "intent", "done"], "nothing was begun");
    let critical: Vec<&str> = BACK.into_iter().chain(["--severity", "critical"]).collect();
    let told = staging.project.run(&critical).exits(0).json();
    std::fs::remove_file(lock(&staging)).expect("removed");
    assert_eq!(told["result"], "rolled_back");
    assert!(told["against"].to_string().contains("the rollback went on all the same"), "{told:#}");
    let records = staging.ledger();
    let noted = records.iter().find(|record| record["kind"] == "noted").expect("a note");
    assert_eq!(noted["decision"]["topic"], "rollback_without_turn");
    assert!(noted["decision"]["text"].to_string().contains("cannot lock"), "{noted:#}");
    assert_eq!(staging.containers(), [Value::Null; 0]);
}
