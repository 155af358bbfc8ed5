//! The bundled project on the real tools: what each of its components shows, and that nothing of it is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::laboratory::{bare_environment, checkout, command, lasting};

/// A copy of the repository's policy and bundled project, in a repository of its own.
struct Bundled {
    slot: usize,
    top: PathBuf,
}

/// Which of the folders for copies are in use. They stay where they are from run to run, since uv's environment
/// and compiled code belong to a project by its path, and take longer to make than all checks.
static SLOTS: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

impl Drop for Bundled {
    fn drop(&mut self) {
        SLOTS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.slot);
    }
}

impl Bundled {
    fn new() -> Self {
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = (0_usize..1_000).find(|slot| !slots.contains(slot)).expect("a number");
        slots.insert(slot);
        drop(slots);
        let top = lasting().join(format!("bundled-{slot}"));
        let _was_not_there = std::fs::remove_dir_all(&top);
        std::fs::create_dir_all(top.join("fixtures")).expect("made");
        let top = top.canonicalize().expect("a path");
        let (from, to) = (checkout().join("fixtures/tta"), top.join("fixtures"));
        run(Command::new("cp").arg("-r").arg(from).arg(to));
        std::fs::copy(checkout().join("promotion.toml"), top.join("promotion.toml")).expect("copied");
        let bundled = Self { slot, top };
        bundled.git(&["init", "--quiet"]);
        bundled.git(&["add", "--all"]);
        bundled.git(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.invalid",
            "commit",
            "--quiet",
            "--message=all",
        ]);
        bundled
    }

    fn git(&self, arguments: &[&str]) {
        run(Command::new("git").args(arguments).current_dir(&self.top));
    }

    fn with_runner(self, runner: &str) -> Self {
        let file = self.top.join("promotion.toml");
        let policy = std::fs::read_to_string(&file).expect("a policy");
        let changed = policy.replace("runner = \"auto\"", &format!("runner = {runner}"));
        assert_ne!(policy, changed, "the policy names its runner");
        std::fs::write(file, changed).expect("written");
        self
    }

    fn verify(&self, arguments: &[&str]) -> Value {
        let mut verify = command(env!("CARGO_BIN_EXE_tta-promote"));
        let output = verify.arg("verify").args(arguments).args(["--format", "json"]).current_dir(&self.top);
        let output = output.output().expect("it starts");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}: {}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// Every file of the copy with its content.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.top.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                match path.is_dir() {
                    true if entry.file_name() == ".git" => {}
                    true => folders.push(path),
                    false => drop(files.insert(path.clone(), std::fs::read(&path).expect("readable"))),
                }
            }
        }
        files
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn component<'a>(document: &'a Value, name: &str) -> &'a Value {
    let components = document["components"].as_array().expect("components");
    components.iter().find(|component| component["name"] == name).expect("the component")
}

fn check<'a>(component: &'a Value, id: &str) -> &'a Value {
    let checks = component["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["id"] == id).expect("the check")
}

/// The assessment of all components, made once.
fn all() -> &'static Value {
    static ALL: OnceLock<Value> = OnceLock::new();
    ALL.get_or_init(|| Bundled::new().verify(&["--all", "--exact"]))
}

fn failing(name: &str) -> Vec<String> {
    let checks = component(all(), name)["checks"].as_array().expect("checks");
    let failing = checks.iter().filter(|check| check["outcome"] != "pass");
    failing
        .map(|check| format!("{} {}", check["id"].as_str().unwrap_or_default(), check["outcome"]))
        .collect()
}

#[test]
fn each_component_fails_in_its_one_way_and_two_in_none() {
    let none: [&str; 0] = [];
    assert_eq!(failing("carbon"), none);
    assert_eq!(failing("narrative_arc"), none);
    for (name, check) in [
        ("docker", "security"),
        ("gameplay_loop", "lint"),
        ("llm", "types"),
        ("model_management", "coverage"),
        ("neo4j", "docs"),
        ("player_experience", "tests"),
    ] {
        assert_eq!(failing(name), [format!("{check} \"fail\"")], "{name}");
    }
}

#[test]
fn the_figures_are_those_of_the_tools() {
    let measured = |name: &str, id: &str| check(component(all(), name), id)["measured"].clone();
    let figures = |name: &str| {
        let coverage = measured(name, "coverage");
        ["covered", "statements", "covered_branches", "branches"].map(|key| coverage[key].as_u64())
    };
    assert_eq!(figures("carbon"), [71, 97, 6, 12].map(Some));
    assert_eq!(figures("model_management"), [42, 67, 3, 14].map(Some));
    assert_eq!(measured("gameplay_loop", "lint"), json!({"issues": 3}));
    assert_eq!(measured("llm", "types"), json!({"errors": 1, "warnings": 0}));
    assert_eq!(measured("docker", "security"), json!({"issues": 1}));
    assert_eq!(measured("neo4j", "docs")["usage_examples"], 0);
    let tests = measured("player_experience", "tests");
    assert_eq!((&tests["passed"], &tests["failed"]), (&json!(8), &json!(1)));
}

#[test]
fn one_commit_measures_four_figures_and_each_says_what_it_is() {
    let with = Bundled::new().verify(&["carbon", "--exact", "--only", "tests,coverage"]);
    let venv = format!("{{ venv = {:?} }}", bare_environment().to_str().expect("a path"));
    let without =
        Bundled::new().with_runner(&venv).verify(&["carbon", "--exact", "--only", "tests,coverage"]);
    let figures = |document: &Value| {
        let measured = &check(component(document, "carbon"), "coverage")["measured"];
        (measured["percent_statements"].as_f64(), measured["percent_with_branches"].as_f64())
    };
    assert_eq!(figures(&with), (Some(73.19), Some(70.64)));
    assert_eq!(figures(&without), (Some(45.36), Some(42.20)));
    let outcome = |document: &Value| check(component(document, "carbon"), "coverage")["outcome"].clone();
    assert_eq!((outcome(&with), outcome(&without)), (json!("pass"), json!("fail")));
    assert_eq!(component(&with, "carbon")["absent_imports"], json!([]));
    assert_eq!(component(&without, "carbon")["absent_imports"], json!(["codecarbon"]));
    assert_ne!(with["environment"]["sha256"], without["environment"]["sha256"]);
    assert_eq!(
        (&with["environment"]["in_sync"], &without["environment"]["in_sync"]),
        (&json!(true), &json!(false))
    );
}

/// Three people measured one commit, as it happened in the field: one under the project's own settings, one who looks at
/// statements alone, one whose environment lacks an optional library. The ledger says why they differ.
#[test]
fn the_three_figures_of_one_commit_are_explained() {
    let bundled = Bundled::new();
    let policy = std::fs::read_to_string(bundled.top.join("promotion.toml")).expect("a policy");
    let venv = format!("{{ venv = {:?} }}", bare_environment().to_str().expect("a path"));
    let policies = [
        ("statements.toml", policy.replace("metric = \"auto\"", "metric = \"statements\"")),
        ("bare.toml", policy.replace("runner = \"auto\"", &format!("runner = {venv}"))),
    ];
    for (file, text) in &policies {
        assert_ne!(*text, policy, "{file} is another policy");
        std::fs::write(bundled.top.join(file), text).expect("written");
    }
    bundled.git(&["add", "--all"]);
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"];
    bundled.git(&[&identity[..], &["commit", "--quiet", "--message=policies"]].concat());
    let asked = ["carbon", "--exact", "--only", "tests,coverage", "--record"];
    let with = |config: &[&'static str]| [config, &asked[..]].concat();
    bundled.verify(&with(&[]));
    bundled.verify(&with(&["--config", "statements.toml"]));
    bundled.verify(&with(&["--config", "bare.toml"]));
    let explain = |a: &str, b: &str| {
        let mut history = command(env!("CARGO_BIN_EXE_tta-promote"));
        history.args(["history", "carbon", "--explain", a, b, "--format", "json"]).current_dir(&bundled.top);
        let output = history.output().expect("it starts");
        let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
        let causes = document["causes"].as_array().expect("causes").clone();
        let kinds: Vec<String> =
            causes.iter().map(|cause| cause["kind"].as_str().expect("a word").to_owned()).collect();
        (document, causes, kinds)
    };
    // 70.64 against 73.19: the same statements, counted differently.
    let (document, causes, kinds) = explain("1", "2");
    assert_eq!(kinds, ["counting", "bounds", "policy"], "{document:#}");
    assert_eq!(causes[0]["a"], "statements and branches");
    assert_eq!(document["files"], json!([]));
    assert!(document["conclusion"].as_str().expect("a text").starts_with("the same statements ran in both"));
    // 70.64 against 42.2: the optional library.
    let (document, causes, kinds) = explain("1", "3");
    assert_eq!(kinds[..2], ["absent_imports", "distributions"], "{document:#}");
    assert_eq!(causes[0]["items"], json!(["codecarbon was not installed in B"]));
    assert_eq!(causes[1]["items"][0], "codecarbon 3.3.2 only in A");
    assert!(!kinds.iter().any(|kind| matches!(kind.as_str(), "commit" | "files" | "counting")), "{kinds:?}");
    assert_eq!(document["files"][0]["file"], "src/components/carbon_component.py");
    let coverage = document["checks"].as_array().expect("checks").iter().find(|one| one["id"] == "coverage");
    let rows: Vec<&Value> = coverage.expect("coverage")["figures"].as_array().expect("rows").iter().collect();
    let figures = |row: &Value| (row["a"].clone(), row["b"].clone(), row["difference"].clone());
    assert_eq!(
        figures(rows[0]),
        (json!("73.19 % (71 of 97)"), json!("45.36 % (44 of 97)"), json!("\u{2212}27.83"))
    );
    assert_eq!(
        figures(rows[1]),
        (json!("70.64 % (77 of 109)"), json!("42.2 % (46 of 109)"), json!("\u{2212}28.44"))
    );
}

#[test]
fn selected_tests_that_reach_the_threshold_give_a_lower_bound_and_the_same_verdict() {
    let quick = Bundled::new().verify(&["carbon", "model_management", "--only", "coverage", "--fresh"]);
    let coverage = |document: &'static Value, name: &str| check(component(document, name), "coverage");
    let bound = |name: &str| check(component(&quick, name), "coverage")["measured"]["lower_bound"].clone();
    assert_eq!(bound("carbon"), json!(true));
    assert_eq!(bound("model_management"), json!(false), "what does not reach it is measured exactly");
    for name in ["carbon", "model_management"] {
        assert_eq!(check(component(&quick, name), "coverage")["outcome"], coverage(all(), name)["outcome"]);
        assert_eq!(coverage(all(), name)["measured"]["lower_bound"], json!(false));
    }
}

#[test]
fn a_component_alone_is_assessed_as_among_all() {
    let bundled = Bundled::new();
    for name in ["docker", "narrative_arc"] {
        let alone = bundled.verify(&[name, "--exact"]);
        let timeless = |document: &Value| {
            let mut component = component(document, name).clone();
            for check in component["checks"].as_array_mut().into_iter().flatten() {
                check["run"] = Value::Null;
            }
            component
        };
        assert_eq!(timeless(&alone), timeless(all()), "{name}");
    }
}

#[test]
fn the_tree_is_byte_for_byte_as_it_was_and_a_stale_report_in_it_is_not_read() {
    let bundled = Bundled::new();
    let root = bundled.top.join("fixtures/tta");
    // Nothing is ignored, so that every trace would show; and what lies about is of no use.
    std::fs::remove_file(root.join(".gitignore")).expect("removed");
    std::fs::write(root.join("coverage.json"), r#"{"files": {}, "totals": {"percent_covered": 100}}"#)
        .expect("written");
    std::fs::write(root.join("junit.xml"), "<testsuites/>").expect("written");
    let before = bundled.files();
    let document = bundled.verify(&["carbon"]);
    assert_eq!(document["verdict"], "pass", "{document:#}");
    assert_eq!(document["subject"]["changed"], json!([]));
    let after = bundled.files();
    let differing: Vec<&PathBuf> = before
        .iter()
        .filter(|(path, content)| after.get(*path) != Some(content))
        .map(|(path, _)| path)
        .chain(after.keys().filter(|path| !before.contains_key(*path)))
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn a_lock_file_that_does_not_agree_with_the_project_is_told() {
    let bundled = Bundled::new();
    let file = bundled.top.join("fixtures/tta/pyproject.toml");
    let project = std::fs::read_to_string(&file).expect("a project");
    std::fs::write(&file, project.replace("    \"codecarbon==3.3.2\",\n", "")).expect("written");
    let document = bundled.verify(&["narrative_arc", "--only", "tests"]);
    assert_eq!(document["environment"]["in_sync"], json!(false));
    assert_eq!(document["verdict"], "pass");
}

#[test]
fn every_runner_finds_the_tools_where_it_says() {
    let bare = bare_environment();
    let venv = format!("{{ venv = {:?} }}", bare.to_str().expect("a path"));
    for runner in ["\"auto\"", "\"uv\"", &venv, "\"path\""] {
        let bundled = if runner == "\"auto\"" { Bundled::new() } else { Bundled::new().with_runner(runner) };
        let mut verify = command(env!("CARGO_BIN_EXE_tta-promote"));
        if runner == "\"path\"" {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(bare.join("bin")).chain(std::env::split_paths(&path));
            verify.env("PATH", std::env::join_paths(folders).expect("a path"));
        }
        let output = verify.args(["verify", "docker", "--format", "json"]).current_dir(&bundled.top).output();
        let output = output.expect("it starts");
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(document["verdict"], "fail", "{runner}: {document:#}");
        let ran =
            check(component(&document, "docker"), "tests")["run"]["argv"][0].as_str().expect("a program");
        let of_uv = runner == "\"auto\"" || runner == "\"uv\"";
        assert_eq!(of_uv, !Path::new(ran).starts_with(bare), "{runner}: {ran}");
    }
}
