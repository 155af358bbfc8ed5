//! GitHub may be slow and asked by many: nobody waits for the ledger meanwhile, no two on this machine tell the same thing,
//! and what a stranger wrote tells nobody that it was told.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sha2::{Digest as _, Sha256};
use tta_promote::model::assessment::Verdict;
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;
use tta_promote::report::issue_mark;

use crate::complete::{health, policy};
use crate::has_gh;
use crate::project::Project;
use crate::server::Fault;

const MARK: &str = "<!-- tta-promote:comment=carbon-staging-2025-10-14:deployed-4 -->";
const CRITICAL: [&str; 7] = ["rollback", "carbon", "--severity", "critical", "--reason", "x", "--yes"];

/// How long GitHub works on a request.
const AT_WORK: Duration = Duration::from_secs(10);

/// A promotion with an issue that was not told of its deployment yet; gh may take 40 s.
fn deployed() -> Project {
    deployed_with("40s")
}

fn deployed_with(timeout: &str) -> Project {
    let project = Project::unmeasured();
    project.policy(&format!("timeout = \"{timeout}\"")).measured(Verdict::Pass);
    project.issue().exits(0);
    let act = DeployAct {
        stage: Stage::Staging,
        commit: project.commit(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let now = jiff::Timestamp::now();
    project.recorded(now, Fact::Intended(Act::Deploy(act)));
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded(now, Fact::Done { intent: 4, result });
    project.github.requests();
    project
}

/// Starts a verb, which GitHub lets wait longer than anybody does.
fn waiting(project: &Project, arguments: &[&str]) -> Child {
    project.github.fail("", 100, Fault::Delay(Duration::from_secs(60)));
    let child = project.start(arguments);
    asked(project, "");
    child
}

/// Waits until GitHub is asked that.
fn asked(project: &Project, what: &str) {
    let begin = Instant::now();
    while !project.github.requests().iter().any(|request| request.contains(what)) {
        assert!(begin.elapsed() < Duration::from_secs(20), "GitHub is asked");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn interrupted(child: &Child) {
    let id = i32::try_from(child.id()).expect("an id");
    kill(Pid::from_raw(id), Signal::SIGINT).expect("sent");
}

fn comments(project: &Project) -> usize {
    project.github.with(|hub| hub.issues[0].comments.len())
}

#[test]
fn a_rollback_is_decided_at_once_whoever_waits_for_github() {
    if !has_gh() {
        return;
    }
    for verb in [&["observe", "carbon"][..], &["issue", "carbon", "--yes"]] {
        let project = deployed();
        let child = waiting(&project, verb);
        let begin = Instant::now();
        project.run(&CRITICAL).exits(6);
        assert!(begin.elapsed() < Duration::from_secs(8), "{verb:?}: {:?}", begin.elapsed());
        assert!(project.kinds().contains(&"rollback_decided"), "{:?}", project.kinds());
        interrupted(&child);
        let told = project.ended(child);
        if verb[0] == "observe" {
            // What it saw is recorded, and what it could not tell is no part of that.
            told.exits(3).says("carbon").complains("GitHub was not told");
            assert!(project.kinds().contains(&"observed"), "{:?}", project.kinds());
        } else {
            told.exits(130);
        }
    }
}

#[test]
fn a_rollback_that_has_to_wait_for_its_turn_at_github_leaves_it_owed() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    let child = waiting(&project, &["observe", "carbon"]);
    let begin = Instant::now();
    let told = project.run(&["rollback", "carbon", "--severity", "high", "--reason", "slow"]).exits(4);
    told.says("another tta-promote tells GitHub of this promotion");
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    interrupted(&child);
    project.ended(child);
    project.github.heal();
    project.run(&["promote", "carbon", "--yes"]).complains("issue #1 was told: a rollback was decided");
}

#[test]
fn a_look_after_which_nothing_is_owed_does_not_ask_github() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
    project.github.requests();
    project.run(&["observe", "carbon"]);
    assert_eq!(project.github.requests(), [""; 0]);
}

#[test]
fn two_clones_at_once_open_one_issue() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.cloned("clone");
    project
        .github
        .with(|hub| hub.labels = ["component-promotion", "P0", "staging"].map(str::to_owned).into());
    project.github.fail("IssueCreate", 2, Fault::Delay(Duration::from_millis(700)));
    let both = ["project", "clone"].map(|clone| project.start_in(clone, &["issue", "carbon", "--yes"]));
    for child in both {
        project.ended(child).exits(0).says("issue #1");
    }
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    assert_eq!(project.kinds(), ["verified", "intent", "done"]);
}

#[test]
fn two_clones_at_once_comment_once() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.cloned("clone");
    project.github.fail("CommentCreate", 2, Fault::Delay(Duration::from_millis(700)));
    let both = ["project", "clone"].map(|clone| project.start_in(clone, &["observe", "carbon"]));
    for child in both {
        project.ended(child).complains("issue #1 was told of the deployment");
    }
    assert_eq!(comments(&project), 1);
}

#[test]
fn what_another_clone_had_begun_when_it_was_killed_is_waited_for() {
    if !has_gh() {
        return;
    }
    let project = deployed_with("4s");
    project.cloned("clone");
    project.github.fail("CommentCreate", 1, Fault::Delay(Duration::from_secs(2)));
    let mut killed = project.start_in("clone", &["observe", "carbon"]);
    asked(&project, "CommentCreate");
    killed.kill().expect("sent");
    killed.wait().expect("our child");
    project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
    // Whatever was begun has come to its end by then.
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(comments(&project), 1);
}

/// Starts a look in the clone `clone`, which tells GitHub something that it needs `delay` for, and kills it.
fn killed_in(project: &Project, clone: &str, delay: u64) {
    project.github.fail("CommentCreate", 1, Fault::Delay(Duration::from_secs(delay)));
    let mut killed = project.start_in(clone, &["observe", "carbon"]);
    asked(project, "CommentCreate");
    killed.kill().expect("sent");
    killed.wait().expect("our child");
}

/// Reads what a run complains of until it says that.
fn complained(child: &mut Child, what: &str) {
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let told = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(what)));
    assert!(told.is_some(), "{what} is told");
}

#[test]
fn a_wait_for_what_a_killed_one_had_begun_that_is_broken_off_is_begun_anew() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.cloned("clone");
    killed_in(&project, "clone", 6);
    for is_killed in [false, true] {
        let mut waits = project.start(&["observe", "carbon"]);
        complained(&mut waits, "that is waited for");
        if is_killed {
            waits.kill().expect("sent");
        } else {
            interrupted(&waits);
        }
        waits.wait().expect("our child");
    }
    project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(comments(&project), 1);
}

#[test]
fn what_was_cut_off_long_ago_is_not_waited_for() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.cloned("clone");
    killed_in(&project, "clone", 1);
    // Nothing of it is left, as if another user had begun it whose file nobody else can take away.
    std::thread::sleep(Duration::from_secs(3));
    let lock = std::fs::File::open(turn_file(&project)).expect("the file of a killed one");
    lock.set_modified(std::time::SystemTime::now() - AT_WORK).expect("set");
    let begin = Instant::now();
    project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    assert_eq!(comments(&project), 1);
}

/// The file of the turn.
fn turn_file(project: &Project) -> PathBuf {
    let mark = issue_mark::of_promotion(&PromotionId::recorded("carbon-staging-2025-10-14"));
    let name = format!("github\n{}\n{mark}", project.repository.to_lowercase());
    let digest: Vec<String> = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("/tmp/tta-promote-{}.lock", digest[..16].concat()))
}

#[test]
fn a_comment_that_github_may_still_be_at_work_on_is_waited_for_in_another_clone() {
    if !has_gh() {
        return;
    }
    let cut_off = |timeout: &str, delay: u64, is_interrupted: bool| {
        let project = deployed_with(timeout);
        project.cloned("clone");
        project.github.fail("CommentCreate", 1, Fault::Delay(Duration::from_secs(delay)));
        let first = project.start_in("clone", &["observe", "carbon"]);
        asked(&project, "CommentCreate");
        if is_interrupted {
            interrupted(&first);
        }
        let told = project.ended(first);
        assert!(!told.stderr.contains("issue #1 was told"), "{told:?}");
        assert_eq!(comments(&project), 0, "GitHub is still at work");
        project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
        // Whatever was begun has come to its end by then.
        std::thread::sleep(Duration::from_secs(delay));
        assert_eq!(comments(&project), 1);
        assert!(!turn_file(&project).exists(), "nothing is under way any more");
    };
    cut_off("4s", 6, false);
    cut_off("8s", 4, true);
}

#[test]
fn an_issue_that_github_may_still_be_at_work_on_is_waited_for_in_another_clone() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.cloned("clone");
    project
        .github
        .with(|hub| hub.labels = ["component-promotion", "P0", "staging"].map(str::to_owned).into());
    project.github.fail("IssueCreate", 1, Fault::Delay(Duration::from_secs(4)));
    let first = project.start_in("clone", &["issue", "carbon", "--yes"]);
    asked(&project, "IssueCreate");
    interrupted(&first);
    project.ended(first).exits(130);
    assert_eq!(project.github.with(|hub| hub.issues.len()), 0, "GitHub is still at work");
    let told = project.issue().exits(0);
    std::thread::sleep(Duration::from_secs(4));
    told.complains("that is waited for").says("issue #1");
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
}

#[test]
fn what_git_put_in_the_place_of_a_ledger_meanwhile_is_given_no_record_of_the_other() {
    if !has_gh() {
        return;
    }
    // Taken away, as by `git stash`; and that of another branch in its place, as by `git checkout`.
    for there in [None, Some(2), Some(0)] {
        let project = deployed();
        let (ledger, aside) = (project.ledger_path(), project.path("aside.jsonl"));
        project.github.fail("CommentCreate", 1, Fault::Delay(Duration::from_secs(1)));
        let child = project.start(&["observe", "carbon"]);
        asked(&project, "CommentCreate");
        std::fs::rename(&ledger, &aside).expect("moved");
        let text = std::fs::read_to_string(&aside).expect("a ledger");
        let other = there.map(|lines| text.split_inclusive('\n').take(lines).collect::<String>());
        if let Some(other) = &other {
            std::fs::write(&ledger, other).expect("written");
        }
        project.ended(child).complains("was changed by another process or by git meanwhile");
        assert_eq!(std::fs::read_to_string(&ledger).ok(), other, "nothing is written there");
        std::fs::rename(&aside, &ledger).expect("moved");
        project.run(&["observe", "carbon"]).complains("issue #1 was told of the deployment");
        assert_eq!(comments(&project), 1, "it is found");
    }
}

#[test]
fn a_deployment_that_is_proven_is_no_failure_where_github_is_not_told() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured();
    project.github.with(|hub| hub.open("Status report", "", &[]));
    project
        .file("promotion.toml", &policy(&health(), "").replace("[\"true\"]", "[\"git\", \"--version\"]"))
        .file("README.md", "# Carbon\n");
    project.file("MATURITY.md", "").committed().measured(Verdict::Pass);
    project.issue().exits(0);
    project.github.requests();
    let child = waiting(&project, &["deploy", "carbon", "--yes"]);
    interrupted(&child);
    project.ended(child).exits(0).says("deployed").complains("GitHub was not told");
}

#[test]
fn promote_goes_on_to_the_deployment_where_github_is_not_told() {
    if !has_gh() {
        return;
    }
    let verified = |policy: &str| {
        let project = Project::unmeasured();
        project.file("promotion.toml", policy).file("README.md", "# Carbon\n").file("MATURITY.md", "");
        project.committed().measured(Verdict::Pass);
        project.github.fail("", 1_000, Fault::Status(503, serde_json::json!({"message": "unavailable"})));
        project
    };
    let policy = policy(&health(), "").replace("[\"true\"]", "[\"git\", \"--version\"]");
    let project = verified(&policy);
    project.run(&["promote", "carbon", "--yes"]).exits(0).complains("is owed").says("deployed to staging");
    // Where nothing else is to be done, that it is owed is the end.
    let without = policy.replace("[component.carbon.deploy.staging]", "[component.neo4j.deploy.staging]");
    let project = verified(&without);
    project.run(&["promote", "carbon", "--yes"]).exits(3).complains("is owed");
}

#[test]
fn a_comment_by_a_stranger_with_our_mark_is_not_what_we_tell() {
    if !has_gh() {
        return;
    }
    let told = |author: &str, association: &'static str| {
        let project = deployed();
        project.github.with(|hub| {
            hub.issues[0].author = "github-actions".to_owned();
            hub.comment(1, &format!("{MARK}\nnothing\n"), author, association);
        });
        project.issue().exits(0).complains("issue #1 was told of the deployment");
        comments(&project)
    };
    assert_eq!(told("mallory", "NONE"), 2);
    assert_eq!(told("bob", "CONTRIBUTOR"), 2, "who once had a change merged");
    for (author, association) in [("ada", "MEMBER"), ("octo", "NONE"), ("github-actions", "NONE")] {
        assert_eq!(told(author, association), 1, "{author}");
    }
}
