//! What is shown of what was recorded: `status` and `history`.

use serde_json::Value;

use crate::project::{POLICY, Project};
use crate::told::Told;

const LEDGER: &str = ".promotion/ledger/a.jsonl";

/// A repository with one recorded pass.
fn recorded() -> Project {
    let project = Project::new().repository();
    record(&project);
    project
}

fn record(project: &Project) {
    project.run(&["verify", "a", "--record"]).exits(0);
}

fn component(told: &Told, name: &str) -> Value {
    let json = told.json();
    let components = json["components"].as_array().expect("components").clone();
    components.into_iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {json:#}"))
}

fn kinds(component: &Value) -> Vec<String> {
    let obstacles = component["obstacles"].as_array().expect("obstacles");
    obstacles.iter().map(|one| one["kind"].as_str().expect("a word").to_owned()).collect()
}

fn status(project: &Project) -> Value {
    component(&project.run(&["status", "--format", "json"]).exits(0), "a")
}

#[test]
fn without_a_ledger_everybody_is_told_what_to_do() {
    let project = Project::new().repository();
    let told = project.run(&["status"]).exits(0);
    assert!(told.stdout.contains("tta-promote verify a --record"), "{}", told.stdout);
    assert!(told.stdout.ends_with("1 component: 1 not measured\n"), "{}", told.stdout);
    let told = project.run(&["history", "a"]).exits(0);
    assert!(told.stdout.contains("nothing is recorded yet"), "{}", told.stdout);
    let component = status(&project);
    assert_eq!((&component["measured"], &component["next"]["step"]), (&Value::Null, &"verify".into()));
    assert!(!project.root().join(".promotion").exists(), "looking writes nothing");
}

#[test]
fn a_pass_is_fresh_until_something_that_it_rests_on_changes() {
    let project = recorded();
    let fresh = status(&project);
    assert_eq!(fresh["measured"]["fresh"], true, "{fresh:#}");
    assert_eq!((&fresh["next"]["step"], &fresh["phase"]), (&"deploy".into(), &"verified".into()));
    let project = project.file("src/a.py", "x = 2\n");
    assert_eq!(kinds(&status(&project)), ["dirty"]);
    let project = project.git(&["add", "src"]).git(&["commit", "-q", "-m", "more"]);
    assert_eq!(kinds(&status(&project)), ["commit"]);
    let project = project.policy(&POLICY.replace("Component A", "Component B"));
    let project = project.git(&["add", "promotion.toml"]).git(&["commit", "-q", "-m", "policy"]);
    let stale = status(&project);
    assert_eq!(kinds(&stale), ["commit", "policy"]);
    assert_eq!(stale["measured"]["fresh"], false);
    assert_eq!(stale["next"]["command"], "tta-promote verify a --record");
    let text = project.run(&["status"]).exits(0).stdout;
    assert!(text.contains("pass, stale") && text.contains("another commit, another policy"), "{text}");
    let text = project.run(&["status", "a"]).exits(0).stdout;
    assert!(text.contains("the policy has changed since the last measurement"), "{text}");
}

#[test]
fn the_commit_that_holds_nothing_but_the_ledger_makes_no_pass_stale() {
    let project = recorded().committed();
    assert_eq!(kinds(&status(&project)), [""; 0]);
}

#[test]
fn a_pass_that_is_too_old_is_stale() {
    let project = Project::new();
    let policy = POLICY.replace("runner = \"path\"", "runner = \"path\"\nmax_age = \"1s\"");
    let project = project.policy(&policy).repository();
    record(&project);
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    assert_eq!(kinds(&status(&project)), ["old"]);
}

#[test]
fn a_gate_that_is_not_passed_names_its_checks() {
    let project = Project::new().repository().fake("ruff").exits(70);
    project.run(&["verify", "a", "--record"]).exits(3);
    let component = status(&project);
    assert_eq!(kinds(&component), ["not_passed"]);
    let text = project.run(&["status", "a"]).exits(0).stdout;
    assert!(text.contains("? lint"), "{text}");
    assert!(text.contains("the last measurement is no pass: inconclusive (lint)"), "{text}");
    let text = project.run(&["history", "a"]).exits(0).stdout;
    assert!(text.contains("? 1") && text.contains("inconclusive for staging at"), "{text}");
}

#[test]
fn outside_of_a_repository_no_pass_is_fresh() {
    let project = Project::new();
    record(&project);
    assert_eq!(kinds(&status(&project)), ["commit", "measured_dirty", "dirty"]);
}

#[test]
fn a_ledger_that_does_not_verify_keeps_no_other_component_from_being_shown() {
    let policy = format!("{POLICY}\n[component.b]\npaths = [\"src/b.py\"]\n");
    let project = Project::new().policy(&policy).file("src/b.py", "y = 1\n").repository();
    project.run(&["verify", "a", "b", "--record"]).exits(0);
    let path = project.root().join(LEDGER);
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let project = project.file(LEDGER, &text.replacen("\"pass\"", "\"fail\"", 1));
    let told = project.run(&["status", "--format", "json"]).exits(5);
    assert_eq!(component(&told, "a")["ledger"]["state"], "broken");
    assert_eq!(component(&told, "b")["measured"]["verdict"], "pass");
    let told = project.run(&["status"]).exits(5);
    assert!(told.stdout.contains("line 1: was edited after it was"), "{}", told.stdout);
    let told = project.run(&["history", "a", "--format", "json"]).exits(5);
    assert!(told.json()["error"]["cause"][0].as_str().expect("a cause").contains("was edited"));
}

#[test]
fn a_component_that_is_gone_from_the_policy_is_named() {
    let project = recorded();
    let renamed = POLICY.replace("[component.a]", "[component.b]");
    let project = project.policy(&renamed);
    let told = project.run(&["status"]).exits(0);
    assert!(told.stdout.contains("`a` has a ledger, and the policy does not declare it"), "{}", told.stdout);
    let told = project.run(&["status", "a"]).exits(0);
    assert!(told.stdout.ends_with("its ledger is kept\n"), "{}", told.stdout);
    project.run(&["history", "a"]).exits(0);
}

#[test]
fn what_cannot_be_read_is_not_taken_for_nothing() {
    let project = Project::new().repository();
    let project = project.file(&format!("{LEDGER}/inside"), "a folder in its place\n");
    let told = project.run(&["status", "--format", "json"]).exits(3);
    assert_eq!(component(&told, "a")["ledger"]["state"], "unreadable");
    project.run(&["history", "a"]).exits(70);
    std::fs::remove_dir_all(project.root().join(LEDGER)).expect("removed");
    let link = project.root().join(LEDGER);
    std::os::unix::fs::symlink("b.jsonl", &link).expect("a link");
    project.run(&["status"]).exits(3);
}

#[test]
fn who_is_nobody_is_told_who_there_is() {
    for verb in [&["status", "b"][..], &["history", "b"], &["audit", "b"]] {
        let told = Project::new().repository().run(verb).exits(2);
        assert_eq!(told.stdout, "");
        let expected = "error: there is no component `b`\n   hint: did you mean `a`?\n";
        assert_eq!(told.stderr, expected, "{verb:?}");
    }
}

#[test]
fn two_measurements_that_differ_are_explained() {
    let project = recorded();
    let project = project.file("src/a.py", "x = 2\n");
    let ten = serde_json::json!({"meta": {"version": "7.17.0"}, "files": {"src/a.py": crate::project::covered(10, 0)}});
    let project = project.data("coverage.json", ten.to_string());
    let environment = project.environment(&["pytest", "pytest-cov", "redis"]);
    let project = project.data("environment.json", environment);
    record(&project);
    for pair in [["1", "2"], ["previous", "last"]] {
        let told = project.run(&["history", "a", "--explain", pair[0], pair[1], "--format", "json"]).exits(0);
        let json = told.json();
        let kinds: Vec<&str> = json["causes"]
            .as_array()
            .expect("causes")
            .iter()
            .filter_map(|one| one["kind"].as_str())
            .collect();
        assert_eq!(kinds, ["commit", "files", "distributions"], "{json:#}");
        assert_eq!(json["causes"][1]["items"], serde_json::json!(["src/a.py changed"]));
        assert_eq!(json["causes"][2]["items"], serde_json::json!(["redis 9.8.7 only in B"]));
        assert_eq!(json["files"][0]["ran_in_b_only"], "9-10");
    }
    let told = project.run(&["history", "a", "--explain", "1", "2"]).exits(0);
    assert!(told.stdout.contains("ran in B only: 9-10 (2 lines)"), "{}", told.stdout);
    assert!(told.stdout.contains("pass, 80 %") && told.stdout.contains("+20.00"), "{}", told.stdout);
}

#[test]
fn what_is_no_measurement_cannot_be_explained() {
    let project = recorded();
    for (arguments, says) in [
        (&["--explain", "1", "7"][..], "error: `a` has no record 7\n   hint: the last measurements are 1;"),
        (&["--explain", "previous", "last"], "error: `a` has 1 measurements, and it takes two to differ"),
        (&["--explain", "0", "1"], "error: invalid value '0' for '--explain <A> <B>'"),
        (&["--explain", "1"], "error: 2 values required for '--explain <A> <B>'"),
        (&["--limit", "0"], "error: invalid value '0' for '--limit <N>'"),
        (&["--explain", "1", "1", "--limit", "3"], "error: the argument"),
    ] {
        let arguments: Vec<&str> = ["history", "a"].into_iter().chain(arguments.iter().copied()).collect();
        let told = project.run(&arguments).exits(2);
        assert!(told.stderr.starts_with(says), "{arguments:?}: {}", told.stderr);
    }
}

#[test]
fn only_the_last_records_are_shown_where_that_is_asked_for() {
    let project = recorded();
    (0..2).for_each(|_| record(&project));
    let told = project.run(&["history", "a", "--limit", "1"]).exits(0);
    assert!(told.stdout.contains("… 2 records before these"), "{}", told.stdout);
    assert!(told.stdout.contains("✓ 3 ") && !told.stdout.contains("✓ 2 "), "{}", told.stdout);
    let json = project.run(&["history", "a", "--format", "json"]).exits(0).json();
    assert_eq!(json["records"].as_array().expect("records").len(), 3);
    assert_eq!(json["records"][0]["verification"]["checks"][1]["figures"]["covered"], 8);
    let json = project.run(&["history", "a", "--limit", "2", "--format", "json"]).exits(0).json();
    assert_eq!(json["records"][0]["record"], 2);
}

#[test]
fn what_others_wrote_into_a_record_does_not_act_on_the_terminal() {
    let project = Project::new().variable("GITHUB_ACTOR", "Eve\u{202e}\u{9b}31m").repository();
    record(&project);
    for verb in [&["status"][..], &["status", "a", "-v"], &["history", "a", "-v"], &["audit", "-v"]] {
        project.run(verb).exits(0).stays_calm();
    }
    let json = project.run(&["history", "a", "--format", "json"]).exits(0).stays_calm().json();
    assert!(json["records"][0]["actor"].as_str().expect("a name").contains('\u{202e}'), "data is whole");
}

#[test]
fn quiet_is_one_line() {
    let project = recorded();
    for verb in [&["status", "-q"][..], &["status", "a", "-q"], &["history", "a", "-q"], &["audit", "-q"]] {
        let told = project.run(verb).exits(0);
        assert_eq!(told.stdout.lines().count(), 1, "{}", told.stdout);
    }
}

/// Git was told to take the file as unchanged, so that its word says nothing: nor does it where the file is gone.
#[test]
fn a_tree_is_not_clean_where_git_overlooks_a_file_or_the_disk_cannot_list_them() {
    let project = Project::new().repository();
    project.run(&["verify", "a", "--record"]).exits(0);
    let in_the_way = |project: &Project| {
        let told = component(&project.run(&["status", "--format", "json"]).exits(0), "a");
        let obstacles = told["obstacles"].as_array().expect("obstacles").clone();
        obstacles.iter().map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>()
    };
    assert!(in_the_way(&project).is_empty());
    let project = project.git(&["update-index", "--assume-unchanged", "src/a.py"]);
    assert_eq!(in_the_way(&project), ["dirty"]);
    std::fs::remove_file(project.root().join("src/a.py")).expect("removed");
    assert_eq!(in_the_way(&project), ["dirty"]);
    let told = project.run(&["promote", "a"]).exits(1);
    told.complains("files differ from the commit, or it cannot be told whether they do");
}
