//! A candidate that was observed for seven days is completed: the stage moves once, and all that tells of it follows,
//! whatever fails and wherever the process is killed. The gate asks for documentation alone, so that no tool is needed.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tta_promote::model::assessment::Verdict;
use tta_promote::model::decision::Incident;
use tta_promote::model::observation::{Observation, Reading, Sign, Window};
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

use crate::has_gh;
use crate::project::Project;
use crate::server::Fault;

const COMPLETE: [&str; 3] = ["complete", "carbon", "--yes"];
const MATURITY: &str = "# Carbon\r\n\r\nWords of people.";

/// What answers that the candidate is well, as long as the tests run.
pub(crate) fn health() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _whatever_it_asks = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            let _nobody_to_tell = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/")
}

pub(crate) fn policy(health: &str, more: &str) -> String {
    let none = ["tests", "coverage", "lint", "types", "security", ""]
        .join(" = { not_applicable = \"shown elsewhere\" }\n");
    format!(
        r#"schema = 1
[project]
name = "TTA"
repository = "theinterneti/TTA"
runner = "path"
timeout = "2s"
github = {{ status_issue = 1 }}
documents = {{ status = "STATUS.md" }}
{more}
[gate.staging]
{none}
[gate.production]
{none}soak = true
uptime = 99.5
dependencies = true
sign_offs = ["performance-validated", "security-reviewed"]
[component.carbon]
title = "Carbon"
priority = "P0"
paths = ["src/carbon.py"]
readme = "README.md"
tests = {{ paths = ["src"] }}
documents = {{ maturity = "MATURITY.md" }}
[component.carbon.deploy.staging]
script = ["true"]
health = {{ url = "{health}", delay = "0s", stable = "0s" }}
[component.neo4j]
paths = ["src/carbon.py"]
readme = "README.md"
tests = {{ paths = ["src"] }}
"#
    )
}

fn ago(hours: i64) -> Timestamp {
    Timestamp::now().checked_sub(SignedDuration::from_hours(hours)).expect("a time")
}

/// One component that was verified, deployed and observed for so many hours up to now.
fn observed(hours: i64, more: &str) -> Project {
    observed_until(0, hours, more)
}

/// As [`observed`], up to so many hours ago.
fn observed_until(quiet: i64, hours: i64, more: &str) -> Project {
    let ago = |hours: i64| ago(quiet + hours);
    let project = Project::unmeasured();
    project.github.with(|hub| hub.open("Status report", "where all of them stand", &[]));
    project.file("promotion.toml", &policy(&health(), more));
    project.file("README.md", "# Carbon\n\n```python\nimport carbon\n```\n").file("MATURITY.md", MATURITY);
    project.committed().measured_as(Verdict::Pass, ago(hours + 1), false);
    let number = project.github.with(|hub| hub.open("Promote Carbon", "", &["component-promotion"]));
    let url = format!("https://github.com/theinterneti/TTA/issues/{number}");
    let opening = Act::OpenIssue {
        repository: "theinterneti/TTA".into(),
        marker: "m".into(),
        title: "t".into(),
        body_sha256: String::new(),
    };
    project.recorded(ago(hours + 1), Fact::Intended(opening));
    project.recorded(ago(hours + 1), Fact::Done { intent: 2, result: ActResult::Issue { number, url } });
    let deploy = DeployAct {
        stage: Stage::Staging,
        commit: project.commit(),
        verified: 1,
        service: None,
        argv: vec!["true".into()],
        before: Vec::new(),
        kept: None,
    };
    project.recorded(ago(hours), Fact::Intended(Act::Deploy(deploy)));
    let result = ActResult::Deployed { running: Vec::new(), proof: vec!["it answers".into()] };
    project.recorded(ago(hours), Fact::Done { intent: 4, result });
    for hour in (0..=(hours - 1) / 4).rev().map(|quarter| quarter * 4) {
        let to = ago(hour);
        let from = to.checked_sub(SignedDuration::from_mins(4 * 60 + 1)).expect("a time");
        let reading = Reading {
            rule: "health".into(),
            sign: Sign::Good,
            detail: "it answers".into(),
            value: None,
            samples: None,
            query: None,
        };
        let window = Window::new(from, to).expect("a window");
        let (running, readings, links) = (Vec::new(), vec![reading], Vec::new());
        let seen = Observation { window, late: false, running, readings, links };
        project.recorded(to, Fact::Observed(std::sync::Arc::new(seen)));
    }
    project
}

fn ready() -> Project {
    observed(169, "")
}

fn text(project: &Project, name: &str) -> String {
    std::fs::read_to_string(path(project, name)).unwrap_or_default()
}

fn path(project: &Project, name: &str) -> PathBuf {
    project.path("project").join(name)
}

/// How often the stage moved.
fn moves(project: &Project) -> usize {
    project.kinds().iter().filter(|kind| **kind == "completed").count()
}

/// All that tells of it does, once.
fn is_told(project: &Project) {
    assert_eq!(moves(project), 1);
    let maturity = text(project, "MATURITY.md");
    assert!(maturity.starts_with(MATURITY), "{maturity}");
    assert!(maturity.contains("| Stage | staging |\r\n"), "{maturity}");
    assert_eq!(maturity.matches("tta-promote:begin carbon").count(), 1);
    let status = text(project, "STATUS.md");
    assert!(status.contains("### Staging") && status.contains("| staging | 1 |"), "{status}");
    project.github.with(|hub| {
        let [report, promotion] = &hub.issues[..] else { panic!("{:?}", hub.issues) };
        assert_eq!(report.comments.len(), 1, "{report:?}");
        assert!(report.comments[0].contains("moved from development to staging") && report.open);
        assert_eq!(promotion.comments.len(), 1, "{promotion:?}");
        assert!(promotion.comments[0].contains("this promotion is completed"), "{promotion:?}");
        assert!(promotion.labels.contains(&"promotion-completed".to_owned()) && !promotion.open);
    });
}

#[test]
fn a_candidate_that_was_observed_moves_to_its_stage_and_everybody_is_told_once() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.run(&["complete", "carbon", "--dry-run"]).exits(0).says("carbon would move to staging");
    assert_eq!((moves(&project), text(&project, "MATURITY.md")), (0, MATURITY.to_owned()));
    project.run(&["complete", "carbon"]).exits(2).complains("--yes");
    project.run(&COMPLETE).exits(0).says("✓ carbon is in staging").says("healthy for 7 d");
    is_told(&project);
    let records = project.records().len();
    project.github.requests();
    project.run(&COMPLETE).exits(0).says("is in staging already");
    assert_eq!(project.records().len(), records, "nothing is told twice");
    assert_eq!(project.github.requests(), [""; 0]);
    // What comes next is the gate of production.
    project.run(&["plan", "carbon"]).says("staging → production");
    project.run(&["verify", "carbon", "--to", "staging", "--no-record"]).says("staging");
}

#[test]
fn promote_ends_where_the_steps_end_that_were_shown() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.run(&["promote", "carbon", "--dry-run"]).exits(0).complains("complete  measure the gate anew");
    project.run(&["promote", "carbon", "--yes"]).exits(0).says("✓ carbon is in staging");
    is_told(&project);
    let is_above = |fact: &Fact| matches!(fact, Fact::Verified(measured) if measured.to == Stage::Production);
    assert!(!project.records().iter().any(|record| is_above(&record.fact)), "{:?}", project.kinds());
}

#[test]
fn what_is_not_proven_is_waited_for_and_what_is_missing_is_said() {
    let project = observed(100, "");
    let told = project.run(&["complete", "carbon", "--yes", "--format", "json"]).exits(4);
    let document: serde_json::Value = serde_json::from_str(&told.stdout).expect("one document");
    assert_eq!((&document["result"], &document["exit_code"]), (&"waiting".into(), &4.into()));
    let against = document["against"].to_string();
    assert!(
        against.contains("it was seen healthy for 4 d") && against.contains("at the earliest"),
        "{against}"
    );
    project.run(&["promote", "carbon"]).exits(0).says("nothing more is due now").says("of 7 d");
    assert_eq!(moves(&project), 0);
    project.run(&["complete", "neo4j", "--yes"]).exits(1).says("nothing of it is deployed");
    project.run(&["complete", "silicon"]).exits(2).complains("no component");
}

#[test]
fn where_nobody_looked_for_weeks_after_a_whole_soak_it_starts_again() {
    let project = observed_until(33 * 24, 169, "");
    let told = project.run(&["complete", "carbon", "--yes", "--format", "json"]).exits(4);
    let document: serde_json::Value = serde_json::from_str(&told.stdout).expect("one document");
    let against = document["against"].to_string();
    assert!(against.contains("nobody has looked for 33 d, longer than 6 h"), "{against}");
    assert!(against.contains("healthy for 0 min of 7 d"), "{against}");
    project.run(&COMPLETE).exits(4).says("go on with `tta-promote observe carbon`");
    project.run(&["promote", "carbon"]).exits(0).says("nobody has looked for 33 d");
    let status = project.run(&["status", "carbon"]).exits(0).says("nobody had looked for too");
    assert!(status.stdout.contains("0 h of 168 h") || status.stdout.contains("0 s of 168 h"), "{status:?}");
    status.says("`observe` it now").says("next `tta-promote observe carbon`");
    assert_eq!(moves(&project), 0);
}

#[test]
fn what_is_seen_after_the_completion_takes_the_proof_away_from_nobody() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.run(&COMPLETE).exits(0);
    let soak = || {
        let told = project.run(&["verify", "carbon", "--no-record", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&told.stdout).expect("one document");
        let conditions = document["components"][0]["conditions"].as_array().expect("conditions").clone();
        conditions.into_iter().filter(|one| ["soak", "uptime"].contains(&one["id"].as_str().unwrap_or("")))
    };
    let before: Vec<serde_json::Value> = soak().collect();
    assert!(before.len() == 2 && before.iter().all(|one| one["outcome"] == "pass"), "{before:?}");
    // The look goes on where the last one before the completion ended.
    let reading = Reading {
        rule: "health".into(),
        sign: Sign::Bad,
        detail: "status 503".into(),
        value: None,
        samples: None,
        query: None,
    };
    let window = Window::new(ago(5), Timestamp::now()).expect("a window");
    let (running, readings, links) = (Vec::new(), vec![reading], Vec::new());
    let straddling = Observation { window, late: false, running, readings, links };
    project.recorded(Timestamp::now(), Fact::Observed(std::sync::Arc::new(straddling)));
    assert_eq!(soak().collect::<Vec<_>>(), before);
    let maturity = text(&project, "MATURITY.md");
    project.run(&COMPLETE).exits(0).says("is in staging already");
    assert_eq!(text(&project, "MATURITY.md"), maturity);
    project.run(&["status", "carbon"]).exits(0).says("the soak is proven");
}

#[test]
fn a_watch_of_a_proven_soak_ends_as_its_last_look_does() {
    if !has_gh() {
        return;
    }
    let project = observed(173, "[component.carbon.observe.staging]\nlimits = { failure = 9 }");
    let watch = ["observe", "carbon", "--watch", "300ms"];
    let incident = || {
        let incident = Incident { what: "keys leaked".into(), evidence: "https://example.invalid/1".into() };
        project.recorded(Timestamp::now(), Fact::Incident(incident));
    };
    let is_red = || {
        incident();
        let told = project.run(&watch).exits(1).says("the soak is proven");
        assert_eq!(told.stdout.lines().count(), 1, "it ends: {told:?}");
    };
    is_red();
    let verified = u64::try_from(project.records().len()).expect("few") + 1;
    project.measured_as(Verdict::Pass, Timestamp::now(), false);
    project.recorded(Timestamp::now(), Fact::Completed { to: Stage::Staging, deployment: 4, verified });
    is_red();
}

#[test]
fn an_incident_that_was_told_while_a_look_was_under_way_is_in_the_way() {
    let project = ready();
    let incident = Incident { what: "keys leaked".into(), evidence: "https://example.invalid/1".into() };
    let Some(Fact::Observed(last)) = project.records().pop().map(|last| last.fact) else { panic!("a look") };
    let began = Timestamp::now();
    project.recorded(Timestamp::now(), Fact::Incident(incident));
    // The look had begun before, and its window is a good one.
    let window = Window::new(last.window.to(), began).expect("a window");
    let look = Observation { window, ..(*last).clone() };
    project.recorded(Timestamp::now(), Fact::Observed(std::sync::Arc::new(look)));
    project.run(&COMPLETE).exits(1).says("`incidents` was broken once");
    assert_eq!(moves(&project), 0);
    project.run(&["observe", "carbon"]).exits(1).says("keys leaked");
}

#[test]
fn a_soak_that_has_failed_is_not_waited_for() {
    let project = ready();
    let incident = Incident { what: "keys leaked".into(), evidence: "https://example.invalid/1".into() };
    project.recorded(Timestamp::now(), Fact::Incident(incident));
    for words in [&["promote", "carbon", "--dry-run"][..], &["promote", "carbon", "--yes"]] {
        let told = project.run(words).exits(1).complains("`incidents` was broken once");
        told.complains("`tta-promote deploy carbon`, or roll it back");
    }
    let command = "tta-promote rollback carbon --severity high --reason TEXT";
    project.run(&["status", "carbon"]).exits(0).says(&format!("next `{command}`"));
    // Another candidate that is verified mends it.
    project.file("README.md", "# Carbon\n\n```python\nimport carbon as c\n```\n").committed();
    project.measured(Verdict::Pass);
    project.run(&["status", "carbon"]).exits(0).says("next `tta-promote deploy carbon`");
}

#[test]
fn a_question_of_complete_that_is_interrupted_is_no_missing_yes() {
    let project = ready();
    let (code, shown) = project.answered("complete carbon", "do this?", b"\x03", || {});
    assert_eq!((code, moves(&project)), (Some(130), 0), "{shown}");
    assert!(shown.contains("nothing was completed") && shown.contains("it was interrupted"), "{shown}");
}

/// The stage moved, and the process ended before anything else was begun.
fn only_moved() -> Project {
    let project = ready();
    let verified = u64::try_from(project.records().len()).expect("few") + 1;
    project.measured(Verdict::Pass);
    let fact = Fact::Completed { to: Stage::Staging, deployment: 4, verified };
    project.recorded(Timestamp::now(), fact);
    project
}

#[test]
fn what_a_completion_that_was_killed_at_once_owes_is_told_by_the_next_step() {
    if !has_gh() {
        return;
    }
    let project = only_moved();
    let told = project.run(&["promote", "carbon", "--dry-run"]).complains("owed      news for issue #2");
    told.complains("owed      `MATURITY.md`").complains("owed      `STATUS.md`");
    project.run(&["promote", "carbon", "--yes"]).exits(1).complains("commit the documents");
    is_told(&project);
    let told = project.committed().run(&["promote", "carbon", "--dry-run"]);
    assert!(!told.stderr.contains("owed"), "{told:?}");
}

const ABOVE: &str = "carbon-production-2025-10-24";

/// What was measured of the component was measured for production, where its candidate was brought up; the number of that
/// deployment.
fn deployed_above(project: &Project) -> u64 {
    let now = Timestamp::now();
    let gate = project.records().into_iter().find_map(|record| match record.fact {
        Fact::Verified(measured) => Some(measured),
        _ => None,
    });
    let mut gate = gate.expect("a measurement");
    (gate.from, gate.to) = (Stage::Staging, Stage::Production);
    let verified = u64::try_from(project.records().len()).expect("few") + 1;
    let (stage, commit, argv) = (Stage::Production, project.commit(), vec!["true".into()]);
    let deploy = DeployAct { stage, commit, verified, service: None, argv, before: Vec::new(), kept: None };
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    let intent = verified + 1;
    project.recorded_for(ABOVE, now, Fact::Verified(gate));
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Deploy(deploy)));
    project.recorded_for(ABOVE, now, Fact::Done { intent, result });
    intent
}

#[test]
fn the_issue_of_a_completion_is_told_although_the_next_promotion_has_begun_or_is_completed_too() {
    if !has_gh() {
        return;
    }
    for is_completed in [false, true] {
        let project = only_moved();
        let deployment = deployed_above(&project);
        if is_completed {
            let fact = Fact::Completed { to: Stage::Production, deployment, verified: deployment - 1 };
            project.recorded_for(ABOVE, Timestamp::now(), fact);
        }
        project.run(&["promote", "carbon", "--dry-run"]).complains("owed      news for issue #2");
        project.run(&["promote", "carbon", "--yes"]);
        project.github.with(|hub| {
            let issue = &hub.issues[1];
            assert!(issue.comments[0].contains("this promotion is completed"), "{issue:?}");
            assert!(issue.labels.contains(&"promotion-completed".to_owned()) && !issue.open, "{issue:?}");
        });
        let told = project.run(&["promote", "carbon", "--dry-run"]);
        assert!(!told.stderr.contains("news for issue"), "{told:?}");
    }
}

#[test]
fn a_rollback_that_is_said_again_pays_what_a_completion_owes_and_is_refused_then() {
    use tta_promote::model::decision::{RollbackDecision, RollbackSeverity};
    if !has_gh() {
        return;
    }
    let project = only_moved();
    let (now, deploy) = (Timestamp::now(), deployed_above(&project));
    let (severity, due) = (RollbackSeverity::Critical, None);
    let decision = RollbackDecision { severity, reason: "no answers".into(), due };
    project.recorded_for(ABOVE, now, Fact::RollbackDecided(decision));
    let intent = u64::try_from(project.records().len()).expect("few") + 1;
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy, image: None }));
    let result = ActResult::Restored { running: Vec::new() };
    project.recorded_for(ABOVE, now, Fact::Done { intent, result });
    project.run(&["rollback", "carbon", "--now"]).exits(0).says("issue #2 was told");
    project.github.with(|hub| {
        let issue = &hub.issues[1];
        assert!(issue.comments[0].contains("this promotion is completed"), "{issue:?}");
    });
    project.run(&["rollback", "carbon", "--now"]).exits(1).says("rolled back already");
}

#[test]
fn what_production_gives_up_stands_in_staging_again_with_its_soak() {
    use tta_promote::model::decision::{RollbackDecision, RollbackSeverity};
    for is_revoked in [false, true] {
        let project = ready();
        project.run(&COMPLETE).exits(0);
        project.committed();
        let staging = project.records()[0].promotion.to_string();
        let (now, deploy) = (Timestamp::now(), deployed_above(&project));
        let fact = Fact::Completed { to: Stage::Production, deployment: deploy, verified: deploy - 1 };
        project.recorded_for(ABOVE, now, fact);
        if is_revoked {
            project.run(&["revoke", "carbon", "--reason", "42 %", "--yes"]).exits(0);
            // It runs on, and goes before what it rested on.
            project.run(&["revoke", "carbon", "--reason", "x", "--dry-run"]).says(ABOVE);
        }
        let (severity, due) = (RollbackSeverity::Critical, None);
        let decision = RollbackDecision { severity, reason: "no answers".into(), due };
        project.recorded_for(ABOVE, now, Fact::RollbackDecided(decision));
        let intent = u64::try_from(project.records().len()).expect("few") + 1;
        project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy, image: None }));
        let result = ActResult::Restored { running: Vec::new() };
        project.recorded_for(ABOVE, now, Fact::Done { intent, result });
        project.run(&["rollback", "carbon"]).exits(0);
        project.run(&["release", "carbon", "--reason", "it is mended"]).exits(0);
        project.committed();
        let told = project.run(&["verify", "carbon", "--record", "--format", "json"]);
        let told: serde_json::Value = serde_json::from_str(&told.stdout).expect("one document");
        let conditions = told["components"][0]["conditions"].as_array().expect("conditions").clone();
        let state = |id: &str| conditions.iter().find(|one| one["id"] == id).expect(id)["outcome"].clone();
        assert_eq!((state("soak"), state("uptime")), ("pass".into(), "pass".into()), "{conditions:?}");
        project.run(&["status", "carbon"]).exits(0).says(&format!("{staging} was completed on"));
        project.run(&["revoke", "carbon", "--reason", "x", "--dry-run"]).exits(0).says(&staging);
        project.run(&["observe", "carbon"]).exits(0).says("carbon  staging").says("the soak is proven");
        let again = "rollback carbon --severity critical --reason again --dry-run --format json";
        project.run(&again.split(' ').collect::<Vec<_>>()).says(&staging);
    }
}

#[test]
fn a_gate_that_is_not_passed_any_more_moves_nothing() {
    let project = ready();
    project.file("README.md", "# Nothing\n").committed();
    project.run(&COMPLETE).exits(1).says("is deployed, and not");
    project.run(&COMPLETE).exits(1).says("check out what is deployed");
    assert_eq!(moves(&project), 0);
    // The gate itself: what is deployed has no example in its README.
    let project = observed(169, "");
    let records = project.records().len();
    project.file("README.md", "# dirty\n");
    project.run(&COMPLETE).exits(1).says("differ from the commit");
    assert_eq!(project.records().len(), records, "nothing was measured");
}

#[test]
fn a_hold_and_a_freeze_are_kept_and_a_hold_is_released_with_a_reason() {
    let freeze =
        "[[project.freeze]]\nfrom = 2020-01-01T00:00:00Z\nto = 2100-01-01T00:00:00Z\nreason = \"the fair\"\n";
    let project = observed(169, freeze);
    project.run(&COMPLETE).exits(4).says("nothing is promoted until 2100-01-01T00:00:00Z: the fair");
    project.run(&["promote", "carbon", "--yes"]).exits(4).complains("the fair");
    let project = ready();
    project.run(&["hold", "carbon", "--reason", "the schema changes"]).exits(0).says("until it is released");
    project.run(&COMPLETE).exits(1).says("holds it: the schema changes").says("release");
    project.run(&["release", "carbon", "--reason", "it has changed"]).exits(0);
    project.run(&["release", "carbon", "--reason", "again"]).exits(0).says("nothing holds");
    project.run(&["complete", "carbon", "--dry-run"]).exits(0);
    assert_eq!(moves(&project), 0);
}

#[test]
fn what_somebody_wrote_between_our_marks_is_shown_and_stays_until_it_is_forced() {
    let project = ready();
    let edited =
        "<!-- tta-promote:begin carbon sha256=00 -->\nCoverage 100 %\n<!-- tta-promote:end carbon -->\n";
    project.file("MATURITY.md", edited).committed();
    // Another commit is here now, but what is deployed is what is measured.
    let project = redeployed(project);
    let told = project.run(&COMPLETE).exits(1).says("carbon is in staging").says("| -Coverage 100 %");
    assert!(told.stdout.contains("--force"), "{told:?}");
    assert_eq!((moves(&project), text(&project, "MATURITY.md")), (1, edited.to_owned()));
    project.run(&COMPLETE).exits(1).says("| -Coverage 100 %");
    project.run(&["complete", "carbon", "--yes", "--force"]).exits(0).says("MATURITY.md written");
    assert!(text(&project, "MATURITY.md").contains("| Stage | staging |"));
    project.file("MATURITY.md", "<!-- tta-promote:begin carbon -->\n");
    project.run(&COMPLETE).exits(1).says("line 1: the part `carbon` begins and does not end");
}

/// The candidate is that of the commit that is here now.
fn redeployed(project: Project) -> Project {
    let commit = project.commit();
    let records = project.records();
    std::fs::remove_file(project.ledger_path()).expect("a ledger");
    for record in records {
        let fact = match record.fact {
            Fact::Intended(Act::Deploy(deploy)) => {
                Fact::Intended(Act::Deploy(DeployAct { commit: commit.clone(), ..deploy }))
            }
            fact => fact,
        };
        project.recorded(record.time, fact);
    }
    project
}

#[test]
fn what_github_cannot_be_told_is_owed_and_told_by_the_next_run() {
    if !has_gh() {
        return;
    }
    let owing = || {
        let project = ready();
        project.github.fail("", 100, Fault::Status(503, serde_json::json!({"message": "unavailable"})));
        project.run(&COMPLETE).exits(0).says("carbon is in staging").says("is owed");
        assert_eq!(moves(&project), 1);
        project.github.heal();
        project
    };
    let project = owing();
    project.run(&COMPLETE).exits(0).says("issue #2 was closed");
    is_told(&project);
    // Also the steps of the next promotion tell it, whatever comes of them.
    let project = owing();
    project.committed();
    project.run(&["status", "carbon"]).exits(0).says("the labels of theinterneti/TTA#2 is owed");
    project.run(&["promote", "carbon", "--dry-run"]).complains("owed      news for issue #2");
    project.run(&["promote", "carbon", "--yes"]).complains("issue #2 was closed");
    is_told(&project);
}

#[test]
fn a_process_that_is_killed_anywhere_ends_where_an_undisturbed_one_does() {
    if !has_gh() {
        return;
    }
    let kills: u32 =
        std::env::var("TTA_PROMOTE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(8);
    let undisturbed = ready();
    let begin = Instant::now();
    undisturbed.run(&COMPLETE).exits(0);
    let whole = begin.elapsed();
    for kill in 0..kills {
        let project = ready();
        let time = whole.mul_f64(1.1 * f64::from(kill + 1) / f64::from(kills));
        project.killed_after(&COMPLETE, time);
        project.killed_after(&COMPLETE, time / 2);
        let end = Instant::now();
        // What the killed process had started may still be at work.
        while !project.run(&COMPLETE).is_done() && end.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(100));
        }
        is_told(&project);
        let pending = project.records();
        let ends = |kind: &str| pending.iter().filter(|record| record.fact.kind() == kind).count();
        assert!(ends("done") >= 5, "killed after {time:?}");
    }
}

#[test]
fn the_gate_of_production_asks_for_what_no_check_can_show() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.run(&COMPLETE).exits(0);
    project.committed();
    let verify = ["verify", "carbon", "--record"];
    let told = project.run(&verify).exits(4);
    let told =
        told.says("staging → production").says("… sign_off:security-reviewed").says("nobody has signed it");
    let told = told
        .says("carbon: waiting: sign_off:performance-validated waiting, sign_off:security-reviewed waiting");
    told.says("✓ soak").says("healthy for 169 h of 168 h").says("✓ uptime").says("100 % ≥ 99.5 %");
    project.run(&["promote", "carbon", "--yes"]).exits(4);
    let evidence = ["--evidence", "https://ci.example/42"];
    for topic in ["performance-validated", "security-reviewed"] {
        let sign = ["sign", "carbon", topic, "--by", "Grace"];
        project.run(&[&sign[..], &evidence].concat()).exits(0).says("Grace answers for");
    }
    project.run(&verify).exits(0).says("✓ sign_off:security-reviewed").says("https://ci.example/42");
    let told = project.run(&["verify", "carbon", "--no-record", "--format", "json"]).exits(0);
    let document: serde_json::Value = serde_json::from_str(&told.stdout).expect("one document");
    let conditions = document["components"][0]["conditions"].as_array().expect("conditions");
    let ids: Vec<&str> = conditions.iter().filter_map(|one| one["id"].as_str()).collect();
    let topics = ["sign_off:performance-validated", "sign_off:security-reviewed"];
    assert_eq!(ids, [&["soak", "uptime", "dependencies"][..], &topics].concat());
    project.run(&[&["sign", "carbon", "security-reviewed", "--withdraw"], &evidence[..]].concat()).exits(0);
    project.run(&verify).exits(4).says("signed holds no more");
    project
        .run(&["sign", "carbon", "security-reviewd", "--evidence", "https://x"])
        .exits(2)
        .complains("did you mean");
    project.run(&["sign", "carbon", "x", "--evidence", "see Ada"]).exits(2);
}

#[test]
fn an_override_sets_a_check_aside_for_one_commit_and_is_shown_wherever_the_verdict_is() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured();
    project.file("promotion.toml", &policy(&health(), "").replace("status_issue = 1", ""));
    project.file("README.md", "# Nothing\n").committed();
    project.run(&["verify", "carbon", "--record"]).exits(1);
    let mut setting = vec!["override", "carbon", "--checks", "docs", "--reason", "hotfix", "--expires", "2d"];
    project.run(&setting).exits(2);
    setting.extend(["--approver", "A "]);
    let project = project.variable("GITHUB_ACTOR", "a");
    project.run(&setting).exits(2).complains("cannot approve");
    setting.pop();
    setting.push("Grace");
    project.run(&setting).exits(0).says("docs of `carbon` may fail at");
    project.run(&["issue", "carbon", "--yes"]).exits(0);
    let body = project.github.with(|hub| hub.issues[0].body.clone());
    assert!(body.contains("## Overrides") && body.contains("approved by Grace"), "{body}");
    project.run(&["promote", "carbon", "--dry-run"]).exits(0).complains("docs set aside for");
    project.run(&["deploy", "carbon", "--dry-run"]).exits(0).says("override: docs set aside for");
    project.run(&["status", "carbon"]).exits(0).says("overridden");
    let months = [&setting[..6], &["--expires", "15d", "--approver", "Grace"]].concat();
    project.run(&months).exits(2).complains("14 days");
    // Another commit, another decision.
    project.file("src/carbon.py", "x = 2\n").committed();
    project.run(&["verify", "carbon", "--record"]).exits(1);
    project.run(&["deploy", "carbon", "--yes"]).exits(1);
}

#[test]
fn who_asks_for_an_override_is_no_second_person_however_they_are_written() {
    let project = Project::unmeasured();
    std::fs::write(project.path("home/.gitconfig"), "[user]\nname = Ann Lee\nemail = a@x.y\n")
        .expect("written");
    project.file("promotion.toml", &policy(&health(), "")).file("README.md", "# Nothing\n").committed();
    let by = |approver: &str| {
        let setting = ["override", "carbon", "--checks", "docs", "--reason", "hotfix", "--expires", "2d"];
        project.run(&[&setting[..], &["--approver", approver]].concat())
    };
    for same in [
        "Ann Lee <a@x.y>",
        "ann lee",
        "A@X.Y",
        "<a@x.y>",
        "Ann  Lee  <a@x.y>",
        "Grace <a@x.y>",
        "Ann Lee <g@x.y>",
    ] {
        by(same).exits(2).complains("cannot approve");
    }
    assert_eq!(project.kinds(), [""; 0]);
    by("Grace <g@x.y>").exits(0);
}

#[test]
fn an_override_reaches_the_completion_where_the_ledger_is_committed_meanwhile() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.file("README.md", "# Nothing\n").committed();
    let project = redeployed(project);
    project.run(&["verify", "carbon", "--record"]).exits(1);
    let setting = ["override", "carbon", "--checks", "docs", "--reason", "hotfix", "--expires", "2d"];
    project.run(&[&setting[..], &["--approver", "Grace"]].concat()).exits(0);
    // As the documentation asks: what is measured next is another commit, which differs in the ledger alone.
    project.committed();
    project.run(&["complete", "carbon", "--dry-run"]).exits(0).says("override: docs set aside for");
    project.run(&["status", "carbon"]).exits(0).says("overridden");
    project.run(&COMPLETE).exits(0).says("override: docs set aside for");
    assert_eq!(moves(&project), 1);
    // Nor does it reach any further.
    let project = ready();
    project.file("README.md", "# Nothing\n").committed();
    project.run(&["verify", "carbon", "--record"]).exits(1);
    project.run(&[&setting[..], &["--approver", "Grace"]].concat()).exits(0);
    project.file("src/carbon.py", "x = 2\n").committed();
    let project = redeployed(project);
    project.run(&COMPLETE).exits(1).says("no pass: fail (docs)");
    assert_eq!(moves(&project), 0);
}

#[test]
fn what_is_to_be_mended_is_mended_before_it_is_completed_and_dirties_nothing() {
    if !has_gh() {
        return;
    }
    let project = ready();
    project.run(&["rollback", "carbon", "--severity", "medium", "--reason", "odd figures"]).exits(4);
    assert_eq!(text(&project, "MATURITY.md"), MATURITY, "the promotion rests on the tree as it is");
    assert_eq!(text(&project, "STATUS.md"), "");
    for verb in [&COMPLETE[..], &["complete", "carbon", "--dry-run"]] {
        let told = project.run(verb).exits(1).says("is to be mended by").says("odd figures");
        told.says("tta-promote deploy carbon").says("--severity low");
    }
    assert_eq!(moves(&project), 0);
    // Also where that is said while somebody is asked.
    let asked = ready();
    let (code, shown) = asked.asked("complete carbon", "do this?", || {
        asked.run(&["rollback", "carbon", "--severity", "medium", "--reason", "odd figures"]).exits(4);
    });
    assert!(shown.contains("is to be mended by"), "{shown}");
    assert_eq!((code, moves(&asked)), (Some(1), 0));
    let status = project.run(&["status", "carbon"]).exits(0);
    assert!(!status.stdout.contains("complete carbon"), "{status:?}");
    assert!(status.stdout.contains("next `tta-promote verify carbon --record`"), "{status:?}");
    let promote = |project: &Project| {
        let told = project.run(&["promote", "carbon", "--dry-run"]).exits(1).complains("is to be mended by");
        let told = told.complains("commit what mends it, then `tta-promote verify carbon --record`");
        assert!(!told.stderr.contains("complete  measure") && told.stdout.is_empty(), "{told:?}");
    };
    promote(&project);
    let early = observed(100, "");
    early.run(&["rollback", "carbon", "--severity", "medium", "--reason", "odd figures"]).exits(4);
    promote(&early);
    // Whether another commit mends it is for a person to say.
    early.file("src/carbon.py", "x = 2\n").committed();
    early.run(&["verify", "carbon", "--record"]).exits(0);
    promote(&early);
    early.run(&["status", "carbon"]).exits(0).says("next `tta-promote deploy carbon`");
    // It need not be mended after all.
    project.run(&["rollback", "carbon", "--severity", "low", "--reason", "not so odd"]).exits(0);
    assert_eq!(text(&project, "MATURITY.md"), MATURITY);
    project.run(&["status", "carbon"]).exits(0).says("complete carbon");
    project.run(&COMPLETE).exits(0).says("carbon is in staging");
    assert!(text(&project, "MATURITY.md").contains("| Stage | staging |"));
    // Nothing rests on the tree any more.
    project.file("MATURITY.md", MATURITY).committed();
    project.run(&["rollback", "carbon", "--severity", "low", "--reason", "a typing error"]).exits(0);
    assert!(text(&project, "MATURITY.md").contains("| Stage | staging |"));
}

#[test]
fn a_ledger_that_does_not_verify_is_no_word_about_where_a_component_stands() {
    let project = ready();
    let text = std::fs::read_to_string(project.ledger_path()).expect("a ledger");
    std::fs::write(project.ledger_path(), text.replace("it answers", "it answered")).expect("written");
    for verb in
        [&["verify", "carbon"][..], &["plan", "carbon"], &COMPLETE, &["hold", "carbon", "--reason", "x"]]
    {
        project.run(verb).exits(5).complains("does not verify");
    }
    project.run(&["verify", "neo4j", "--no-record"]).exits(0);
}

#[test]
fn a_candidate_whose_gate_fails_when_measured_again_is_not_moved_and_that_is_recorded() {
    let project = ready();
    project.file("README.md", "# Nothing\n").committed();
    let project = redeployed(project);
    let told = project.run(&COMPLETE).exits(1).says("did not pass its gate").says("docs");
    assert!(told.stdout.contains("no pass: fail (docs)"), "{told:?}");
    assert_eq!((moves(&project), project.kinds().last()), (0, Some(&"verified")));
    assert_eq!(text(&project, "MATURITY.md"), MATURITY);
}
