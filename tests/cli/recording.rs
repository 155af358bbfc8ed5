//! What a run measured is remembered, where somebody asks for it, and remembering changes nothing else.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tta_promote::ledger;
use tta_promote::model::assessment::Verdict;
use tta_promote::model::record::{Fact, Record, Verification};

use crate::project::{POLICY, Project};

const RECORD: [&str; 3] = ["verify", "a", "--record"];

fn path(project: &Project) -> PathBuf {
    project.root().join(".promotion/ledger/a.jsonl")
}

fn records(project: &Project) -> Vec<Record> {
    let bytes = std::fs::read(path(project)).unwrap_or_default();
    ledger::read("a", &bytes).expect("a sound ledger").records
}

fn measured(record: &Record) -> &Verification {
    match &record.fact {
        Fact::Verified(verification) => verification,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_measured_is_recorded_with_all_that_a_later_run_may_differ_in() {
    let project = Project::new().repository();
    let told = project.run(&["verify", "a", "--record", "--format", "json"]).exits(0);
    let records = records(&project);
    assert_eq!(records.len(), 1);
    let (verification, document) = (measured(&records[0]), told.json());
    assert_eq!((verification.verdict, verification.dirty), (Verdict::Pass, Some(false)));
    assert_eq!(Value::from(verification.commit.clone()), document["subject"]["commit"]);
    assert_eq!(verification.policy.sha256, document["policy"]["sha256"].as_str().expect("a digest"));
    assert_eq!(verification.files.keys().collect::<Vec<_>>(), ["src/a.py"]);
    let coverage = verification.checks.iter().find(|check| check.id == "coverage").expect("coverage");
    assert_eq!((coverage.figures["covered"], coverage.figures["statements"]), (8, 10));
    assert_eq!(coverage.bounds["min_percent"], "70");
    assert_eq!(coverage.tool, Some(("pytest".into(), "9.2.0".into())));
    let lines = &verification.lines["src/a.py"];
    assert_eq!((lines.covered.to_string().as_str(), lines.missing.to_string().as_str()), ("1-8", "9-10"));
    let names: Vec<&str> =
        verification.environment.distributions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["pytest", "pytest-cov"]);
}

#[test]
fn who_records_what_is_of_no_commit_is_told_that_nothing_can_be_promoted_by_it() {
    let why = "recorded, but nothing can be promoted by it";
    let project = Project::new().repository();
    assert!(!project.run(&RECORD).exits(0).stderr.contains(why));
    let project = project.file("src/a.py", "x = 3\n");
    project.run(&RECORD).exits(0).complains(why);
    Project::new().run(&RECORD).exits(0).complains(why);
}

#[test]
fn a_failure_and_what_could_not_be_measured_are_recorded_too() {
    let project = Project::new().fake("pyright").absent().repository();
    project.run(&RECORD).exits(3);
    let records = records(&project);
    let types = measured(&records[0]).checks.iter().find(|check| check.id == "types").expect("types");
    assert_eq!(types.reason.as_ref().map(|(kind, _)| kind.as_str()), Some("tool_missing"));
    assert!(types.figures.is_empty(), "what was not measured has no figures");
}

#[test]
fn without_being_asked_only_ci_records() {
    let project = Project::new().repository();
    project.run(&["verify", "a"]).exits(0);
    assert!(!path(&project).exists());
    let project = project.variable("CI", "true");
    project.run(&["verify", "a", "--no-record"]).exits(0);
    assert!(!path(&project).exists());
    project.run(&["verify", "a"]).exits(0);
    assert_eq!(records(&project).len(), 1);
}

#[test]
fn what_is_recorded_was_measured_now() {
    let project = Project::new().fake("ruff").does("echo >> \"$fakes/starts\"; honest \"$@\"").repository();
    project.run(&["verify", "a"]).exits(0);
    let starts = || std::fs::read_to_string(project.path("fakes/starts")).expect("starts").lines().count();
    let before = starts();
    project.run(&RECORD).exits(0);
    assert!(starts() > before, "the result of the earlier run was not taken");
    project.run(&["verify", "a", "--record", "--cached"]).exits(2);
}

#[test]
fn a_ledger_makes_no_tree_dirty_and_no_component_changed() {
    let project = Project::new().variable("TTA_PROMOTE_TEST", "same").repository();
    project.run(&RECORD).exits(0);
    project.run(&RECORD).exits(0);
    assert_eq!(
        records(&project).iter().map(|record| measured(record).dirty).collect::<Vec<_>>(),
        [Some(false); 2]
    );
    project.run(&["plan", "--changed-since", "HEAD", "--format", "json"]).exits(0).says("\"shards\": []");
    let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(told.json()["subject"]["dirty"], false);
    // Nor does it keep results from being reused.
    project.run(&RECORD).exits(0);
    let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(told.json()["components"][0]["checks"][2]["run"]["cached"], true);
    // But what only lies there is no ledger.
    let project = project.file(".promotion/ledger/conftest.py", "x = 1\n");
    let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(told.json()["subject"]["dirty"], true);
}

/// What lies like a ledger, but not beside the policy in force, is a file as any other.
#[test]
fn a_file_that_only_lies_like_a_ledger_makes_the_tree_dirty_and_the_component_changed() {
    const EVIL: &str = "src/x/.promotion/ledger/evil.jsonl";
    let project = Project::new().repository();
    project.run(&RECORD).exits(0);
    project.run(&["verify", "a"]).exits(0);
    let project = project.committed().file(EVIL, "{}\n");
    let dirty = |folder: &str, arguments: &[&str]| {
        project.run_in(folder, arguments).exits(0).json()["subject"]["dirty"].clone()
    };
    assert_eq!(dirty("", &["verify", "a", "--format", "json"]), true);
    assert_eq!(dirty("", &["verify", "a", "--fresh", "--format", "json"]), true);
    let is_obstacle = |project: &Project, kind: &str| {
        let told = project.run(&["status", "a", "--format", "json"]).exits(0).json();
        let obstacles = told["components"][0]["obstacles"].as_array().expect("obstacles").clone();
        obstacles.iter().any(|obstacle| obstacle["kind"] == kind)
    };
    assert!(is_obstacle(&project, "dirty"));
    let project = project.git(&["add", "-A"]).git(&["commit", "-q", "-m", "evil"]);
    assert!(is_obstacle(&project, "commit"), "the commits differ in more than in history");
}

/// Git names paths from the top of the repository, which may be neither the policy's folder nor the project's root.
#[test]
fn the_ledger_beside_the_policy_is_history_wherever_the_repository_and_the_project_begin() {
    let with_root = POLICY.replace("name = \"Demo\"", "name = \"Demo\"\nroot = \"app\"");
    for (place, policy, elsewhere) in [("app", POLICY, "."), (".", with_root.as_str(), "app")] {
        let project = Project::new()
            .file("app/src/a.py", "x = 1\n")
            .file("app/tests/test_a.py", "def test(): pass\n")
            .file(&format!("{place}/promotion.toml"), policy)
            .repository();
        let run = |project: &Project, arguments: &[&str]| project.run_in(place, arguments).exits(0);
        let is_dirty = |project: &Project, arguments: &[&str]| {
            run(project, arguments).json()["subject"]["dirty"].clone()
        };
        let fresh = ["verify", "a", "--fresh", "--format", "json"];
        let reused = ["verify", "a", "--format", "json"];
        run(&project, &RECORD);
        assert_eq!([&fresh[..], &reused].map(|words| is_dirty(&project, words)), [false, false], "{place}");
        run(&project, &["plan", "--changed-since", "HEAD", "--format", "json"]).says("\"shards\": []");
        let project = project.committed();
        let told = run(&project, &["status", "a", "--format", "json"]).json();
        assert_eq!(
            told["components"][0]["obstacles"],
            Value::Array(Vec::new()),
            "{place}: it is history only"
        );
        let project = project.file(&format!("{elsewhere}/.promotion/ledger/a.jsonl"), "{}\n");
        assert_eq!([&fresh[..], &reused].map(|words| is_dirty(&project, words)), [true, true], "{place}");
    }
}

#[test]
fn a_file_that_was_moved_among_the_ledgers_is_missed_where_it_was() {
    let project = Project::new().file("data.json", "{}\n").repository();
    project.run(&RECORD).exits(0);
    let project = project.git(&["mv", "data.json", ".promotion/ledger/data.jsonl"]);
    for arguments in
        [&["verify", "a", "--format", "json"][..], &["verify", "a", "--fresh", "--format", "json"]]
    {
        let told = project.run(arguments).exits(0);
        assert_eq!(told.json()["subject"]["dirty"], true, "{arguments:?}");
    }
}

#[test]
fn a_ledger_that_does_not_verify_is_not_written_to() {
    let project = Project::new().repository();
    project.run(&RECORD).exits(0);
    let text = std::fs::read_to_string(path(&project)).expect("a ledger");
    let edited = text.replace("\"verdict\":\"pass\"", "\"verdict\":\"fail\"");
    std::fs::write(path(&project), &edited).expect("written");
    let told = project.run(&RECORD).exits(5);
    told.complains("error: the ledger `.promotion/ledger/a.jsonl` does not verify");
    assert_eq!(std::fs::read_to_string(path(&project)).expect("a ledger"), edited);
}

#[test]
fn a_torn_line_is_told_and_kept_and_the_next_one_is_whole() {
    let project = Project::new().repository();
    project.run(&RECORD).exits(0);
    let whole = std::fs::read_to_string(path(&project)).expect("a ledger");
    std::fs::write(path(&project), format!("{whole}{{\"v\":1,")).expect("written");
    project.run(&RECORD).exits(0).complains("was never written to its end");
    assert_eq!(records(&project).len(), 2);
    let aside = project.root().join(".promotion/ledger/a.torn-1");
    assert_eq!(std::fs::read_to_string(aside).expect("kept"), "{\"v\":1,");
}

#[test]
fn where_nothing_can_be_written_only_who_asked_for_it_fails() {
    let project = Project::new().file(".promotion", "a file where the folder would be\n").repository();
    project.run(&RECORD).exits(70).complains("cannot open `");
    let project = project.variable("CI", "true");
    project.run(&["verify", "a"]).exits(0).complains("nothing was recorded");
}

#[test]
fn who_does_it_is_recorded_by_the_job_or_by_git() {
    let project = Project::new().repository().git(&["config", "user.name", "Ada"]);
    project.run(&RECORD).exits(0);
    let project = project.variable("GITHUB_ACTOR", "octo\u{1b}[31m");
    project.run(&RECORD).exits(0);
    let actors: Vec<String> = records(&project).into_iter().map(|record| record.actor).collect();
    assert_eq!(actors, ["Ada", "octo[31m"]);
}

#[test]
fn two_at_once_both_record() {
    let project = Project::new().repository();
    let (one, other) = (project.start(&RECORD), project.start(&RECORD));
    one.end().exits(0);
    other.end().exits(0);
    assert_eq!(records(&project).len(), 2);
}

/// Killed at many moments, most of them around the append: what was acknowledged is there, and what is there is sound.
#[test]
fn a_process_that_is_killed_leaves_a_ledger_that_the_next_one_can_go_on_with() {
    const KILLS: u32 = 24;
    let project = Project::new().repository();
    let watch = std::time::Instant::now();
    project.run(&["verify", "a", "--only", "docs,lint", "--record"]).exits(0);
    let whole = watch.elapsed();
    let mut acknowledged = 1;
    for kill in 0..KILLS {
        let running = project.start(&["verify", "a", "--only", "docs,lint", "--record"]);
        std::thread::sleep(whole.mul_f64(0.6) + Duration::from_millis(u64::from(kill)) * 4);
        if running.killed() {
            acknowledged += 1;
        }
        assert!(records(&project).len() >= acknowledged, "what was acknowledged is there");
    }
    project.run(&RECORD).exits(0);
    assert!(records(&project).len() > acknowledged);
}
