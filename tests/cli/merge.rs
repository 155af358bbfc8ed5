//! Joining shards: real ones, made by real runs with fake tools, and every way in which one may not be relied on.

use std::path::PathBuf;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::project::Project;
use crate::told::Told;

/// Three components; `c` has no documentation, and so fails.
const POLICY: &str = r#"schema = 1

[project]
name = "Demo"
runner = "path"

[gate.staging]
docs = { readme = true, usage_example = false }

[component.a]
title = "A"
group = "First"
paths = ["src/a.py"]
tests = { paths = ["tests"] }

[component.b]
title = "B"
paths = ["src/b.py"]
tests = { paths = ["tests"] }

[component.c]
title = "C"
paths = ["src/c.py"]
tests = { paths = ["tests"] }
"#;

/// What is expected of a document that was changed, and the change.
type Change = (&'static str, fn(&mut Value));

/// The project, and a folder beside it for the shards.
struct Fleet {
    project: Project,
}

impl Fleet {
    fn new() -> Self {
        let project = Project::new()
            .policy(POLICY)
            .file("src/a.py", "\"\"\"What a does.\"\"\"\nx = 1\n")
            .file("src/b.py", "\"\"\"What b does.\"\"\"\nx = 1\n")
            .file("src/c.py", "x = 1\n")
            .repository();
        std::fs::create_dir_all(project.path("shards")).expect("a folder");
        Self { project }
    }

    /// Verifies the components into the shard of that name.
    fn shard(self, name: &str, components: &[&str]) -> Self {
        self.shard_with(name, components, &[])
    }

    fn shard_with(self, name: &str, components: &[&str], options: &[&str]) -> Self {
        let output = format!("json={}", self.file(name).display());
        std::fs::create_dir_all(self.file(name).parent().expect("a folder")).expect("a folder");
        let arguments = [&["verify"], components, &["--output", &output, "-q"], options].concat();
        self.project.run(&arguments);
        assert!(self.file(name).exists());
        self
    }

    /// Shards for all three.
    fn whole() -> Self {
        Self::new().shard("1.json", &["a", "b"]).shard("2.json", &["c"])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.project.path("shards").join(name)
    }

    fn text(self, name: &str, text: &str) -> Self {
        std::fs::write(self.file(name), text).expect("written");
        self
    }

    fn read(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.file(name)).expect("a shard");
        serde_json::from_str(&text).expect("a document")
    }

    fn change(self, name: &str, change: impl FnOnce(&mut Value)) -> Self {
        let mut document = self.read(name);
        change(&mut document);
        self.text(name, &document.to_string())
    }

    /// The plan of the checkout, with the shards of [`Fleet::whole`].
    fn plan(&self) -> Value {
        let mut plan = self.project.run(&["plan", "--all", "--format", "json"]).exits(0).json();
        assert_eq!(plan["shards"][0]["components"][0], "a");
        plan["shards"] =
            json!([{"shard": "1-of-2", "components": ["a", "b"]}, {"shard": "2-of-2", "components": ["c"]}]);
        plan
    }

    fn planned(self, plan: &Value) -> Self {
        self.text("plan.json", &plan.to_string())
    }

    fn merge(&self, files: &[&str]) -> Told {
        self.merge_with(files, &[])
    }

    /// Joins by the plan that lies beside the shards.
    fn merge_by_plan(&self) -> Told {
        let plan = self.file("plan.json");
        self.merge_with(&[""], &["--plan", plan.to_str().expect("UTF-8")])
    }

    fn merge_with(&self, files: &[&str], options: &[&str]) -> Told {
        let files: Vec<String> = files
            .iter()
            .map(|file| self.file(file).to_string_lossy().trim_end_matches('/').to_owned())
            .collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        self.project.run(&[&["report", "--merge"], &files[..], &["--format", "json"], options].concat())
    }
}

/// Per component its verdict, or the one kind of reason that stands at its checks.
fn verdicts(told: &Told) -> Vec<(String, String)> {
    let document = told.json();
    let components = document["components"].as_array().expect("components");
    components
        .iter()
        .map(|component| {
            let checks = component["checks"].as_array().expect("checks");
            let kinds: std::collections::BTreeSet<&str> =
                checks.iter().filter_map(|check| check["reason"]["kind"].as_str()).collect();
            let kinds: Vec<&str> = kinds.into_iter().collect();
            let verdict = component["verdict"].as_str().expect("a verdict");
            let said = if kinds.is_empty() { verdict.to_owned() } else { kinds.join(" ") };
            let measured = checks.iter().all(|check| check["measured"].is_null());
            assert!(kinds.is_empty() || measured && verdict == "inconclusive", "{component:#}");
            let name = component["name"].as_str().expect("a name");
            (name.rsplit('/').next().expect("a name").to_owned(), said)
        })
        .collect()
}

/// All that was said about a component.
fn message(told: &Told, component: usize) -> String {
    let document = told.json();
    let reason = document["components"][component]["checks"][0]["reason"].clone();
    assert!(reason["hint"].as_str().expect("a hint").len() > 8, "{reason}");
    reason["message"].as_str().expect("a message").to_owned()
}

#[track_caller]
fn holds(told: &Told, expected: &[(&str, &str)]) {
    let found = verdicts(told);
    let found: Vec<(&str, &str)> = found.iter().map(|(name, said)| (name.as_str(), said.as_str())).collect();
    assert_eq!(found, expected, "{}", told.stdout);
}

#[test]
fn sound_shards_make_one_assessment_in_which_every_component_keeps_its_evidence() {
    let fleet = Fleet::whole();
    let told = fleet.merge(&["2.json", "1.json"]).exits(1);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "fail")]);
    let joined = told.json();
    let (one, two) = (fleet.read("1.json"), fleet.read("2.json"));
    assert_eq!(joined["components"][0], one["components"][0]);
    assert_eq!(joined["components"][1], one["components"][1]);
    assert_eq!(joined["components"][2], two["components"][0]);
    assert_eq!(joined["environment"], one["environment"]);
    assert_eq!(joined["subject"], one["subject"]);
    assert_eq!(joined["policy"], one["policy"]);
    assert_eq!((&joined["verdict"], &joined["notes"]), (&json!("fail"), &json!([])));
    let merged = joined["merged"].as_array().expect("files");
    assert!(merged[0].as_str().expect("a file").ends_with("/1.json"), "in order: {merged:?}");
}

#[test]
fn where_every_shard_passes_so_does_the_whole_and_otherwise_not() {
    let fleet = Fleet::whole();
    let policy = POLICY.split("\n[component.c]").next().expect("a policy");
    let fleet = Fleet { project: fleet.project.policy(policy).repository() }
        .shard("1.json", &["a"])
        .shard("2.json", &["b"]);
    fleet.merge(&[""]).exits(0);
    std::fs::remove_file(fleet.file("2.json")).expect("it is there");
    fleet.merge(&[""]).exits(3);
}

#[test]
fn a_folder_stands_for_the_shards_in_it_and_in_the_folders_in_it() {
    let fleet = Fleet::new().shard("shard-1/verdict.json", &["a", "b"]).shard("2.json", &["c"]);
    let fleet = fleet.text("note.txt", "not a shard");
    holds(&fleet.merge(&[""]).exits(1), &[("a", "pass"), ("b", "pass"), ("c", "fail")]);
}

#[test]
fn a_component_that_no_shard_holds_is_named_and_a_fail_elsewhere_still_fails() {
    let told = Fleet::whole().merge(&["2.json"]).exits(1);
    holds(&told, &[("a", "shard_missing"), ("b", "shard_missing"), ("c", "fail")]);
    assert_eq!(message(&told, 0), "no shard holds it");
}

#[test]
fn shards_that_are_all_missing_are_inconclusive_and_no_wrong_usage() {
    for files in [&[""][..], &["nothing"], &["no/1.json", "no/2.json"]] {
        let told = Fleet::new().merge(files).exits(3);
        holds(&told, &[("a", "shard_missing"), ("b", "shard_missing"), ("c", "shard_missing")]);
        let first = if files == [""] { "holds no `*.json`" } else { "there is no file" };
        assert!(message(&told, 2).contains(first), "{}", message(&told, 2));
    }
    Fleet::new().project.run(&["report", "--merge"]).exits(2);
}

#[test]
fn a_component_that_two_shards_hold_belongs_to_neither() {
    let fleet = Fleet::whole().shard("3.json", &["b"]);
    let told = fleet.merge(&[""]).exits(1);
    holds(&told, &[("a", "pass"), ("b", "shard_duplicate"), ("c", "fail")]);
    assert!(message(&told, 1).contains("1.json") && message(&told, 1).contains("3.json"));
    let told = fleet.merge(&["1.json", "2.json", "2.json"]).exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_duplicate")]);
}

#[test]
fn a_shard_of_another_commit_or_of_a_changed_tree_is_stale() {
    let fleet = Fleet::whole();
    let fleet = Fleet { project: fleet.project.file("src/d.py", "").repository() };
    let told = fleet.merge(&[""]).exits(3);
    holds(&told, &[("a", "shard_stale"), ("b", "shard_stale"), ("c", "shard_stale")]);
    assert!(message(&told, 0).contains("is checked out"), "{}", message(&told, 0));

    let fleet = Fleet::new().shard("1.json", &["a", "b"]);
    let fleet = Fleet { project: fleet.project.file("src/e.py", "y = 1\n") }.shard("2.json", &["c"]);
    let told = fleet.merge(&[""]).exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_stale")]);
    assert!(message(&told, 2).contains("changes that are in no commit"), "{}", message(&told, 2));
}

#[test]
fn without_a_commit_no_shard_can_be_told_from_an_old_one() {
    let project = Project::new().policy(POLICY).file("src/b.py", "").file("src/c.py", "");
    std::fs::create_dir_all(project.path("shards")).expect("a folder");
    let told = Fleet { project }.shard("1.json", &["a", "b", "c"]).merge(&[""]).exits(3);
    holds(&told, &[("a", "shard_stale"), ("b", "shard_stale"), ("c", "shard_stale")]);
}

#[test]
fn a_shard_of_another_policy_project_version_or_part_of_the_gate_is_foreign() {
    let changes: [Change; 4] = [
        ("another policy", |shard| shard["policy"]["sha256"] = "0".repeat(64).into()),
        ("the project `Other`", |shard| shard["project"] = "Other".into()),
        ("tta-promote 99.0.0", |shard| shard["tool"]["version"] = "99.0.0".into()),
        ("joined from shards already", |shard| shard["merged"] = json!(["x.json"])),
    ];
    for (said, change) in changes {
        let told = Fleet::whole().change("1.json", change).merge(&[""]).exits(1);
        holds(&told, &[("a", "shard_foreign"), ("b", "shard_foreign"), ("c", "fail")]);
        assert!(message(&told, 0).contains(said), "{said}: {}", message(&told, 0));
    }
    let fleet = Fleet::whole().shard_with("1.json", &["a", "b"], &["--only", "lint"]);
    let told = fleet.merge(&[""]).exits(1);
    holds(&told, &[("a", "shard_foreign"), ("b", "shard_foreign"), ("c", "fail")]);
    assert!(message(&told, 0).contains("lint of the gate"), "{}", message(&told, 0));
}

#[test]
fn what_was_joined_cannot_be_joined_again() {
    let fleet = Fleet::whole();
    let joined = fleet.merge(&[""]).exits(1).stdout;
    let told = fleet.text("1.json", &joined).merge(&["1.json"]).exits(3);
    holds(&told, &[("a", "shard_foreign"), ("b", "shard_foreign"), ("c", "shard_foreign")]);
}

#[test]
fn a_component_that_nobody_asked_for_is_named_and_never_dropped() {
    let changed = |shard: &mut Value| {
        let mut stranger = shard["components"][0].clone();
        stranger["name"] = "stranger".into();
        shard["components"].as_array_mut().expect("components").push(stranger);
    };
    let told = Fleet::whole().change("1.json", changed).merge(&[""]).exits(1);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "fail"), ("stranger", "shard_foreign")]);
}

#[test]
fn a_shard_that_cannot_be_read_leaves_its_components_unproven() {
    let whole = Fleet::whole();
    let text = std::fs::read_to_string(whole.file("1.json")).expect("a shard");
    let cut = &text[..text.len() / 2];
    let error = r#"{"schema": 1, "tool": {"name": "tta-promote", "version": "VERSION"}, "error": {"message": "no disk"}}"#;
    let error = error.replace("VERSION", env!("CARGO_PKG_VERSION"));
    for (text, said) in
        [("", "it is empty"), (cut, "line"), ("no JSON", "line 1 column"), (&error, "an error: no disk")]
    {
        std::fs::write(whole.file("1.json"), text).expect("written");
        let told = whole.merge(&[""]).exits(1);
        holds(&told, &[("a", "shard_unreadable"), ("b", "shard_unreadable"), ("c", "fail")]);
        let message = message(&told, 0);
        assert!(message.contains("1.json") && message.contains(said), "{said}: {message}");
    }
}

#[test]
fn a_file_that_is_nobodys_stands_under_its_own_name() {
    let told = Fleet::whole().text("junk.json", "{}").merge(&[""]).exits(1);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "fail"), ("junk.json", "shard_unreadable")]);
    let policy = POLICY.split("\n[component.c]").next().expect("a policy");
    let fleet = Fleet { project: Fleet::new().project.policy(policy).repository() };
    let told = fleet.shard("1.json", &["a", "b"]).text("junk.json", "").merge(&[""]).exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("junk.json", "shard_unreadable")]);
}

#[test]
fn figures_of_a_run_that_cannot_have_given_them_are_worth_nothing() {
    fn run(shard: &mut Value, check: usize) -> &mut Value {
        &mut shard["components"][0]["checks"][check]["run"]
    }
    let changes: [Change; 4] = [
        ("none of the tests that are counted did", |shard| run(shard, 0)["exit"] = json!({"code": 1})),
        ("did not come to its own end", |shard| run(shard, 1)["exit"] = json!({"signal": 9})),
        ("did not come to its own end", |shard| run(shard, 2)["exit"] = json!({"timed_out": true})),
        ("left no report", |shard| run(shard, 4)["report_sha256"] = Value::Null),
    ];
    for (said, change) in changes {
        let told = Fleet::whole().change("1.json", change).merge(&[""]).exits(1);
        holds(&told, &[("a", "shard_unreadable"), ("b", "shard_unreadable"), ("c", "fail")]);
        assert!(message(&told, 0).contains(said), "{said}: {}", message(&told, 0));
    }
}

#[test]
fn a_figure_that_was_changed_by_hand_is_worth_nothing() {
    let changes: [Change; 5] = [
        ("`fail` does not follow from its checks", |shard| shard["components"][0]["verdict"] = "fail".into()),
        ("`pass` does not follow from its figures", |shard| {
            shard["components"][0]["checks"][1]["threshold"]["min_percent"] = 90.into();
            shard["components"][0]["checks"][1]["summary"] =
                "80 % (8 of 10 statements) < 90 %; branches not measured".into();
        }),
        ("does not follow from the rest", |shard| {
            shard["components"][0]["checks"][1]["measured"]["covered"] = 10.into();
        }),
        ("the proof does not fit", |shard| {
            shard["components"][0]["checks"][2]["inspected"] = json!({"files": 2});
        }),
        ("`fail` does not follow from its components", |shard| shard["verdict"] = "fail".into()),
    ];
    for (said, change) in changes {
        let told = Fleet::whole().change("1.json", change).merge(&[""]).exits(1);
        holds(&told, &[("a", "shard_unreadable"), ("b", "shard_unreadable"), ("c", "fail")]);
        assert!(message(&told, 0).contains(said), "{said}: {}", message(&told, 0));
    }
}

#[test]
fn a_shard_that_asks_less_than_the_gate_is_foreign() {
    let less = |shard: &mut Value| {
        shard["components"][0]["checks"].as_array_mut().expect("checks").pop();
    };
    let milder =
        |shard: &mut Value| shard["components"][0]["checks"][1]["threshold"]["metric"] = "statements".into();
    let files = |shard: &mut Value| shard["components"][0]["files"] = json!(["src/b.py"]);
    let stage = |shard: &mut Value| shard["components"][0]["to"] = "production".into();
    let changes: [Change; 4] = [
        ("its checks are not those of the gate", less),
        ("its checks are not those of the gate", milder),
        ("its files are not those that are checked out", files),
        ("it is about development → production", stage),
    ];
    for (said, change) in changes {
        let told = Fleet::whole().change("1.json", change).merge(&[""]).exits(1);
        holds(&told, &[("a", "shard_foreign"), ("b", "pass"), ("c", "fail")]);
        assert!(message(&told, 0).contains(said), "{said}: {}", message(&told, 0));
    }
}

#[test]
fn a_shard_that_was_interrupted_is_worth_nothing() {
    let fleet = Fleet::new().shard("2.json", &["c"]);
    let project = fleet.project.fake("pytest").does("echo > \"$fakes/began\"; exec sleep 300");
    let fleet = Fleet { project };
    let output = format!("json={}", fleet.file("1.json").display());
    let began = fleet.project.path("fakes/began");
    let running = fleet.project.start(&["verify", "a", "b", "--output", &output]);
    running.until(|| began.exists()).signal(Signal::SIGINT).end().exits(130);
    let told = fleet.merge(&[""]).exits(1);
    holds(&told, &[("a", "interrupted"), ("b", "interrupted"), ("c", "fail")]);
    assert!(message(&told, 0).contains("1.json"), "{}", message(&told, 0));
}

#[test]
fn a_plan_says_what_is_expected_and_which_shard_is_missing() {
    let fleet = Fleet::whole();
    let plan = fleet.plan();
    let fleet = fleet.planned(&plan);
    holds(&fleet.merge_by_plan().exits(1), &[("a", "pass"), ("b", "pass"), ("c", "fail")]);
    std::fs::remove_file(fleet.file("2.json")).expect("it is there");
    let told = fleet.merge_by_plan().exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_missing")]);
    assert_eq!(message(&told, 2), "no shard holds it; it was planned for the shard `2-of-2`");
    let told = fleet.text("shard-2-of-2.json", "{").merge_by_plan().exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_unreadable")]);

    let fleet = Fleet::whole();
    let mut plan = fleet.plan();
    plan["shards"].as_array_mut().expect("shards").pop();
    let told = fleet.planned(&plan).merge_by_plan().exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_foreign")]);
}

#[test]
fn a_plan_of_nothing_is_no_pass_and_drops_no_shard() {
    let fleet = Fleet::whole();
    let mut plan = fleet.plan();
    plan["shards"] = json!([]);
    let fleet = fleet.planned(&plan);
    let told = fleet.merge_by_plan().exits(3);
    holds(&told, &[("a", "shard_foreign"), ("b", "shard_foreign"), ("c", "shard_foreign")]);
    for name in ["1.json", "2.json"] {
        std::fs::remove_file(fleet.file(name)).expect("it is there");
    }
    assert_eq!(fleet.merge_by_plan().exits(3).json()["verdict"], "inconclusive");
}

#[test]
fn a_plan_asks_for_a_part_of_the_gate_and_gets_no_other() {
    let only = ["--only", "tests,lint"];
    let fleet = Fleet::whole().shard_with("1.json", &["a", "b"], &only);
    let mut plan = fleet.plan();
    plan["only"] = json!(["lint", "tests"]);
    let told = fleet.planned(&plan).merge_by_plan().exits(3);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "shard_foreign")]);
    assert_eq!(told.json()["only"], json!(["tests", "lint"]));
}

#[test]
fn a_plan_that_is_not_of_this_checkout_makes_nothing_certain() {
    let changes: [Change; 8] = [
        ("shard_stale", |plan| plan["commit"] = "0".repeat(40).into()),
        ("shard_stale", |plan| plan["dirty"] = true.into()),
        ("shard_foreign", |plan| plan["project"] = "Other".into()),
        ("shard_foreign", |plan| plan["policy"]["sha256"] = "00".into()),
        ("shard_foreign", |plan| plan["shards"][0]["components"] = json!(["nobody"])),
        ("shard_foreign", |plan| plan["tool"]["version"] = "99.0.0".into()),
        ("shard_foreign", |plan| plan["shards"][1]["components"] = json!(["a"])),
        ("shard_unreadable", |plan| plan["kind"] = "matrix".into()),
    ];
    for (kind, change) in changes {
        let fleet = Fleet::whole();
        let mut plan = fleet.plan();
        change(&mut plan);
        let told = fleet.planned(&plan).merge_by_plan().exits(3);
        holds(&told, &[("a", kind), ("b", kind), ("c", kind)]);
        assert!(message(&told, 0).contains("plan.json"), "{}", message(&told, 0));
    }
    let fleet = Fleet::whole();
    let told = fleet.merge_with(&[""], &["--plan", "no-plan.json"]).exits(3);
    holds(&told, &[("a", "shard_unreadable"), ("b", "shard_unreadable"), ("c", "shard_unreadable")]);
}

#[test]
fn environments_that_differ_are_allowed_and_told() {
    let other = |shard: &mut Value| {
        shard["environment"]["python"] = "3.13.0".into();
        shard["environment"]["sha256"] = "0".repeat(64).into();
        shard["environment"]["installed"][0]["version"] = "1.2.3".into();
    };
    let fleet = Fleet::whole().change("2.json", other);
    let told = fleet.merge(&[""]).exits(1);
    holds(&told, &[("a", "pass"), ("b", "pass"), ("c", "fail")]);
    let notes = told.json()["notes"].clone();
    let said = |index: usize| notes[index].as_str().expect("a note").to_owned();
    assert!(said(0).starts_with("the shards were measured in 2 environments"), "{notes}");
    assert!(said(1).contains("2.json`: Python 3.13.0, pytest 1.2.3"), "{notes}");
    let shards = fleet.project.path("shards");
    let told = fleet.project.run(&["report", "--merge", shards.to_str().expect("UTF-8")]).exits(1);
    assert!(told.stdout.contains("measured in 2 environments"), "{}", told.stdout);
}

/// Two components whose gate asks that somebody answers for them; and shards of both, `a` of which is signed.
fn signed() -> Fleet {
    let policy = POLICY.split("\n[component.c]").next().expect("a policy");
    let policy = policy
        .replace("[gate.staging]\n", "[gate.staging]\nsign_offs = [\"reviewed\"]\ndependencies = true\n");
    let fleet = Fleet { project: Fleet::new().project.policy(&policy).repository() };
    fleet.project.run(&["sign", "a", "reviewed", "--evidence", "https://ci.example/1"]).exits(0);
    fleet.shard("1.json", &["a"]).shard("2.json", &["b"])
}

#[test]
fn conditions_are_joined_with_their_words_and_one_that_is_waited_for_is_no_pass() {
    let fleet = signed();
    let told = fleet.merge(&[""]).exits(4);
    holds(&told, &[("a", "pass"), ("b", "inconclusive")]);
    let joined = told.json();
    assert_eq!(joined["components"][0], fleet.read("1.json")["components"][0]);
    assert_eq!(joined["components"][1], fleet.read("2.json")["components"][0]);
    let conditions = &joined["components"][0]["conditions"];
    assert_eq!((&conditions[0]["id"], &conditions[0]["outcome"]), (&json!("dependencies"), &json!("pass")));
    assert!(conditions[1]["summary"].as_str().is_some_and(|words| words.contains("https://ci.example/1")));
    let fleet = Fleet { project: fleet.project };
    fleet.project.run(&["sign", "b", "reviewed", "--evidence", "https://ci.example/2"]).exits(0);
    fleet.shard("2.json", &["b"]).merge(&[""]).exits(0);
}

#[test]
fn a_condition_that_is_not_what_the_gate_and_the_ledger_say_makes_its_component_inconclusive() {
    let pass = |shard: &mut Value| {
        let component = &mut shard["components"][0];
        component["conditions"][1]["outcome"] = "pass".into();
        component["verdict"] = "pass".into();
        shard["verdict"] = "pass".into();
    };
    let forged = signed().change("2.json", pass);
    let told = forged.merge(&[""]).exits(3);
    holds(&told, &[("a", "pass"), ("b", "shard_foreign")]);
    let words = message(&told, 1);
    assert!(
        words.contains("2.json`: `sign_off:reviewed` is pass in it, and waiting by the ledger"),
        "{words}"
    );
    // Left out, or that of another gate.
    for change in [
        |shard: &mut Value| shard["components"][0]["conditions"] = json!([]),
        |shard: &mut Value| shard["components"][0]["conditions"][1]["id"] = "sign_off:other".into(),
    ] {
        let told = signed().change("1.json", change).merge(&[""]).exits(3);
        holds(&told, &[("a", "shard_foreign"), ("b", "inconclusive")]);
        assert!(message(&told, 0).contains("does not answer what the gate asks besides"), "{}", told.stdout);
    }
    // It holds no more since the shard was made.
    let fleet = signed();
    let withdraw = ["sign", "a", "reviewed", "--withdraw", "--evidence", "https://ci.example/3"];
    fleet.project.run(&withdraw).exits(0);
    let told = fleet.merge(&[""]).exits(3);
    holds(&told, &[("a", "shard_foreign"), ("b", "inconclusive")]);
    assert!(message(&told, 0).contains("and waiting by the ledger that is here"), "{}", told.stdout);
}

#[test]
fn every_format_and_file_is_there_as_for_verify() {
    let fleet = Fleet::whole();
    let (shards, file) = (fleet.project.path("shards"), fleet.project.path("verdict.md"));
    let output = format!("markdown={}", file.display());
    let arguments = ["report", "--merge", shards.to_str().expect("UTF-8"), "-q", "--output", &output];
    let told = fleet.project.run(&arguments).exits(1);
    assert_eq!(told.stdout, "2 of 3 components ready for staging; fail: c\n");
    let comment = std::fs::read_to_string(file).expect("written");
    assert!(comment.contains("| `c` | ✗ fail | no README |"), "{comment}");
}

#[test]
fn no_tool_is_started() {
    let fleet = Fleet::whole();
    let project = ["pytest", "ruff", "pyright", "bandit", "python3"]
        .into_iter()
        .fold(fleet.project, |project, tool| project.fake(tool).absent());
    Fleet { project }.merge(&[""]).exits(1);
}
