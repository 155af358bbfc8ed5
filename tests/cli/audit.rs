//! `audit`: whatever is done to a ledger is named, and a sound one says what it was held against.

use serde_json::Value;

use crate::project::Project;
use crate::told::Told;

const LEDGER: &str = ".promotion/ledger/a.jsonl";

/// A repository with three records, committed.
fn three() -> Project {
    let project = Project::new().repository();
    (0..3).for_each(|_| record(&project));
    project.committed()
}

fn record(project: &Project) {
    project.run(&["verify", "a", "--record"]).exits(0);
}

fn text(project: &Project) -> String {
    std::fs::read_to_string(project.root().join(LEDGER)).expect("a ledger")
}

fn audit(project: &Project, code: i32) -> Value {
    project.run(&["audit", "--format", "json"]).exits(code).json()
}

/// The defects and broken anchors, in words.
fn found(document: &Value) -> Vec<String> {
    let ledger = &document["ledgers"][0];
    let defects = ledger["defects"].as_array().expect("defects").iter();
    let defects =
        defects.map(|one| format!("line {}: {}", one["line"], one["message"].as_str().expect("a text")));
    let anchors = ledger["anchors"].as_array().expect("anchors").iter().filter(|one| one["holds"] == false);
    let anchors = anchors.map(|one| one["message"].as_str().expect("a text").to_owned());
    defects.chain(anchors).collect()
}

/// What an audit finds after `change` was done to the lines.
fn after(change: impl Fn(&mut Vec<String>)) -> Vec<String> {
    let project = Project::new().repository();
    (0..3).for_each(|_| record(&project));
    let mut lines: Vec<String> = text(&project).split_inclusive('\n').map(str::to_owned).collect();
    change(&mut lines);
    found(&audit(&project.file(LEDGER, &lines.concat()), 5))
}

fn says(found: &[String], start: &str) {
    assert!(found.iter().any(|one| one.starts_with(start)), "{start}: {found:?}");
}

#[test]
fn a_sound_ledger_says_its_head_and_which_anchors_hold() {
    let project = three();
    let document = audit(&project, 0);
    let ledger = &document["ledgers"][0];
    assert_eq!((&ledger["result"], &ledger["records"]), (&"sound".into(), &3.into()), "{document:#}");
    assert_eq!(ledger["anchors"][0]["what"], "git: the one committed version");
    let head = ledger["head"].as_str().expect("a head");
    record(&project);
    let anchored = project.run(&["audit", "--anchor", head]).exits(0);
    assert!(anchored.stdout.contains("holds"), "{}", anchored.stdout);
    assert!(anchored.stdout.contains("record 4 is not committed yet"), "{}", anchored.stdout);
    let named = format!("a={head}");
    project.run(&["audit", "--anchor", &named, "--anchor", head]).exits(0);
}

#[test]
fn each_deed_is_named_with_its_line() {
    says(&after(|lines| lines[1] = lines[1].replace("pass", "fail")), "line 2: was edited");
    says(&after(|lines| drop(lines.remove(1))), "line 2: record 2 before it was removed");
    says(&after(|lines| drop(lines.remove(0))), "line 1: record 1 before it was removed");
    says(&after(|lines| lines.swap(1, 2)), "line 3: record 2 stands behind later ones");
    says(&after(|lines| lines.push(lines[1].clone())), "line 4: record 2 is there a second time");
    says(&after(|lines| lines[2].truncate(100)), "line 3: is torn: 100 bytes");
    says(&after(|lines| lines.insert(1, "{}\n".to_owned())), "line 2: is no record");
    says(&after(|lines| lines.insert(1, "<<<<<<< HEAD\n".to_owned())), "line 2: is a marker of a merge");
    says(
        &after(|lines| lines[2] = "{\"v\":2,\"seq\":3}\n".to_owned()),
        "line 3: was written by a newer version of tta-promote",
    );
    says(
        &after(|lines| lines[1] = lines[1].replace('\n', "\r\n")),
        "line 2: is no record: it ends with a carriage",
    );
    says(&after(|lines| lines[0] = lines[0].replace("{\"v\":1", "{\"v\":1 ")), "line 1: was edited");
}

/// An editor may take the last line break away: nothing is lost, and nobody says so.
#[test]
fn a_last_record_that_lacks_but_its_line_break_is_counted_by_all_who_read_and_ended_by_who_writes() {
    let project = three();
    let whole = text(&project);
    let project = project.file(LEDGER, whole.trim_end());
    let document = audit(&project, 0);
    let ledger = &document["ledgers"][0];
    assert_eq!(
        (&ledger["records"], &ledger["anchors"][0]["holds"]),
        (&3.into(), &true.into()),
        "{document:#}"
    );
    let notes: Vec<&str> =
        ledger["notes"].as_array().expect("notes").iter().filter_map(Value::as_str).collect();
    assert_eq!(
        notes,
        ["the last record is whole but for its line break, which the next one that is written adds"]
    );
    for verb in ["status", "history"] {
        let told = project.run(&[verb, "a", "--format", "json"]).exits(0).json();
        let ledger = if verb == "status" { &told["components"][0]["ledger"] } else { &told["ledger"] };
        assert_eq!((&ledger["records"], &ledger["torn_bytes"]), (&3.into(), &0.into()), "{told:#}");
    }
    let project = project.committed();
    let document = audit(&project, 0);
    assert_eq!(document["ledgers"][0]["notes"].as_array().expect("notes").len(), 1, "{document:#}");
    record(&project);
    assert!(text(&project).starts_with(&whole), "the same three records, and one more");
    assert_eq!(audit(&project, 0)["ledgers"][0]["records"], 4);
    assert!(!project.root().join(".promotion/ledger/a.torn-1").exists());
}

/// A process was killed within a line, and somebody committed that; the next record set the line aside.
#[test]
fn a_torn_line_that_was_committed_accuses_nobody_and_is_told() {
    let project = three();
    let whole = text(&project);
    let line = whole.lines().last().expect("a line");
    let project = project.file(LEDGER, &format!("{whole}{}", &line[..100])).committed();
    record(&project);
    assert!(text(&project).starts_with(&whole) && text(&project).lines().count() == 4);
    let document = audit(&project, 0);
    let ledger = &document["ledgers"][0];
    assert_eq!(ledger["anchors"][0]["what"], "git: 2 committed versions", "{document:#}");
    let notes = ledger["notes"].to_string();
    assert!(notes.contains("holds a torn line of 100 bytes behind record 3"), "{notes}");
    assert!(notes.contains("record 4 is not committed yet"), "{notes}");
    // What stands before it is held to all the same.
    let two: String = whole.split_inclusive('\n').take(2).collect();
    let project = project.file(LEDGER, &two);
    says(&found(&audit(&project, 5)), "records up to 3 were there once, and now only up to 2 (commit ");
}

#[test]
fn the_ledger_of_another_component_is_not_taken_for_its_own() {
    let project = three();
    let other = text(&project);
    let project = project.file(".promotion/ledger/b.jsonl", &other);
    let told = project.run(&["audit", "b", "--format", "json"]).exits(5);
    says(&found(&told.json()), "line 1: is about the component `a`");
    let told = project.run(&["audit"]).exits(5);
    assert!(told.stdout.ends_with("2 ledgers: 1 sound, 1 not as written\n"), "{}", told.stdout);
}

#[test]
fn what_was_cut_off_after_a_commit_shows_against_git() {
    let project = three();
    let two: String = text(&project).split_inclusive('\n').take(2).collect();
    let project = project.file(LEDGER, &two);
    says(&found(&audit(&project, 5)), "records up to 3 were there once, and now only up to 2 (commit ");
    let project = project.committed();
    let found = found(&audit(&project, 5));
    says(&found, "records up to 3 were there once, and now only up to 2 (commit ");
    assert!(found[0].contains("the newest that agrees is of commit"), "{found:?}");
}

#[test]
fn a_ledger_that_was_written_anew_as_a_whole_shows_against_git() {
    let project = three();
    let head = audit(&project, 0)["ledgers"][0]["head"].as_str().expect("a head").to_owned();
    std::fs::remove_file(project.root().join(LEDGER)).expect("removed");
    says(&found(&audit(&project, 5)), "the file is gone; commit ");
    (0..3).for_each(|_| record(&project));
    says(&found(&audit(&project, 5)), "line 1 is not the one that commit ");
    let told = project.run(&["audit", "--anchor", &head, "--format", "json"]).exits(5);
    says(&found(&told.json()), "record 3 is not the one that was there once");
}

#[test]
fn an_anchor_is_held_against_the_ledger_that_it_is_of() {
    let project = three();
    let wrong = format!("3:{}", "0".repeat(64));
    let later = format!("9:{}", "0".repeat(64));
    let of = |told: Told| found(&told.json());
    says(
        &of(project.run(&["audit", "--anchor", &wrong, "--format", "json"]).exits(5)),
        "record 3 is not the one",
    );
    says(
        &of(project.run(&["audit", "--anchor", &later, "--format", "json"]).exits(5)),
        "records up to 9 were",
    );
    let nobodys = format!("b={wrong}");
    let told = project.run(&["audit", "--anchor", &nobodys]).exits(2);
    assert!(told.stderr.contains("of `b`, whose ledger is not audited"), "{}", told.stderr);
    let project = project.file(".promotion/ledger/b.jsonl", "");
    let told = project.run(&["audit", "--anchor", &wrong]).exits(2);
    assert!(told.stderr.contains("may be of any of several ledgers"), "{}", told.stderr);
    for bad in ["3", "x:1", "0:0", &wrong[..60]] {
        project.run(&["audit", "--anchor", bad]).exits(2);
    }
}

#[test]
fn that_nothing_was_audited_is_no_pass() {
    let project = Project::new().repository();
    let told = project.run(&["audit"]).exits(3);
    assert!(told.stdout.contains("nothing was audited"), "{}", told.stdout);
    assert_eq!(audit(&project, 3)["result"], "empty");
    project.run(&["audit", "a"]).exits(3);
    let project = project.file(&format!("{LEDGER}/inside"), "a folder in its place\n");
    let told = project.run(&["audit"]).exits(3);
    assert!(told.stdout.contains("cannot be read"), "{}", told.stdout);
}

#[test]
fn a_side_that_a_merge_dropped_is_no_part_of_the_history() {
    let project = three().git(&["checkout", "-q", "-b", "side"]);
    record(&project);
    let project = project.committed().git(&["checkout", "-q", "main"]);
    std::thread::sleep(std::time::Duration::from_millis(5));
    record(&project);
    let project = project.committed().git(&["merge", "-q", "-s", "ours", "-m", "ours", "side"]);
    let document = audit(&project, 0);
    assert_eq!(document["ledgers"][0]["records"], 4, "{document:#}");
}

#[test]
fn outside_of_a_repository_it_is_said_what_could_not_be_seen() {
    let project = Project::new();
    record(&project);
    let told = project.run(&["audit"]).exits(0);
    assert!(told.stdout.contains("git has no commit here"), "{}", told.stdout);
}
