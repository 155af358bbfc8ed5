//! What may be said on the command line, and what comes back where it cannot be understood.

use serde_json::Value;

use crate::project::{POLICY, Project};
use crate::told::Told;

#[test]
fn help_names_every_exit_code_and_its_meaning() {
    use tta_promote::cli::exit::Exit;
    for arguments in [&["--help"][..], &["-h"]] {
        let told = Project::new().run(arguments).exits(0).stays_calm();
        for exit in Exit::ALL {
            let line = format!("{:>3}  {}", exit.code(), exit.meaning());
            assert!(told.stdout.contains(&line), "{line}: {}", told.stdout);
        }
    }
}

#[test]
fn every_verb_has_help_and_examples_that_it_understands() {
    let project = Project::new().repository();
    for verb in ["verify", "plan", "doctor"] {
        let told = project.run(&[verb, "--help"]).exits(0).stays_calm();
        assert!(told.stdout.contains("Usage: tta-promote"), "{}", told.stdout);
        for line in told.stdout.lines().filter_map(|line| line.trim().strip_prefix("tta-promote ")) {
            let example = line.split("   ").next().unwrap_or_default();
            let words: Vec<String> =
                example.split_whitespace().map(|word| word.replace("carbon", "a")).collect();
            let told = project.run(&words);
            assert_ne!(told.status.code(), Some(2), "{example}: {}", told.stderr);
        }
    }
    let told = project.run(&["--version"]).exits(0);
    assert_eq!(told.stdout, format!("tta-promote {}\n", env!("CARGO_PKG_VERSION")));
}

/// What is said on standard error is three lines or so; with JSON the same is one document on stdout.
#[track_caller]
fn refused(project: &Project, arguments: &[&str], expected: &[&str]) -> Told {
    let told = project.run(arguments).exits(2).stays_calm();
    assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
    assert!(told.stderr.contains("hint: "), "{}", told.stderr);
    assert_eq!(told.stdout, "");
    for text in expected {
        assert!(told.stderr.contains(text), "`{text}` in {}", told.stderr);
    }
    let json = project.run(&[arguments, &["--format", "json"]].concat()).exits(2);
    let document = json.json();
    assert_eq!((&document["schema"], &document["exit_code"]), (&Value::from(1), &Value::from(2)));
    assert!(document["error"]["message"].as_str().is_some_and(|message| message.len() > 5), "{document}");
    told
}

#[test]
fn what_cannot_be_understood_is_refused_with_a_hint() {
    let project = Project::new();
    for (arguments, expected) in [
        (&["verify", "b"][..], &["no component `b`", "`a`"][..]),
        (&["verify", "zzzzz"], &["no component `zzzzz`", "there are: a"]),
        (&["verify", "a", "--only", "lint,typos"], &["there is no check `typos`", "did you mean `types`?"]),
        (&["verify", "a", "--only", "Zz!"], &["Zz!", "tests, coverage, lint, types, security, docs"]),
        (&["verify", "a", "--only", ""], &["tests, coverage"]),
        (&["verify", "a", "--to", "moon"], &["moon", "development, staging, production"]),
        (&["verify", "a", "--to", "development"], &["development"]),
        (&["verify", "a", "--jobs", "0"], &["0"]),
        (&["verify", "a", "--jobs", "many"], &["many"]),
        (&["verify", "a", "--timeout", "90"], &["90", "unit"]),
        (&["verify", "a", "--timeout", "soon"], &["soon"]),
        (&["verify", "a", "--timeout", "0s"], &["0s"]),
        (&["verify", "a", "--output", "json"], &["FORMAT=FILE"]),
        (&["verify", "a", "--output", "yaml=x"], &["text, json, markdown"]),
        (&["verify", "a", "--output", "json=no/such/folder/x"], &["no/such/folder/x", "folder"]),
        (&["verify", "a", "--output", "json=x", "--output", "text=x"], &["`x`", "twice"]),
        (&["verify", "a", "--output", "json=src"], &["`src`", "folder"]),
        (&["verify", "a", "--all"], &["--all"]),
        (&["verify", "a", "-q", "-v"], &["--quiet"]),
        (&["verify", "a", "--colour", "never"], &["--color"]),
        (&["verify", "a", "--config", "none.toml"], &["none.toml"]),
        (&["verify", "a", "--config", "src"], &["src", "folder"]),
        (&["verify", "--", "-a"], &["`-a`"]),
        (&["verify", "a\u{1b}[2Jb"], &["no component"]),
    ] {
        refused(&project, arguments, expected);
    }
    let told = project.run(&["verify", "a", "--format", "yaml"]).exits(2);
    assert!(told.stderr.contains("text, json, markdown"), "{}", told.stderr);
}

#[test]
fn what_is_refused_is_refused_before_the_work() {
    let project = Project::new().fake("ruff").when("--version", "echo > \"$fakes/begun\"; echo 'ruff 1'");
    project.run(&["verify", "a", "--output", "json=no/such/folder/x"]).exits(2);
    project.run(&["verify", "a", "--output", "json=src"]).exits(2);
    assert!(!project.path("fakes/begun").exists(), "no tool was asked");
}

#[test]
fn an_argument_that_is_not_utf_8_is_refused_in_one_document() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"a\xff");
    let arguments = ["verify".as_ref(), name, "--format".as_ref(), "json".as_ref()];
    assert_eq!(Project::new().run(&arguments).exits(2).json()["exit_code"], 2);
}

#[test]
fn every_fault_of_the_policy_is_told_at_once_with_its_line() {
    let policy = POLICY.replace("runner = \"path\"", "runner = \"conda\"").replace("title =", "titel =");
    let policy = format!("{policy}[component.b]\npaths = 3\n");
    let project = Project::new().policy(&policy);
    let told = refused(
        &project,
        &["verify", "a"],
        &["promotion.toml line 5", "conda", "did you mean `title`?", "titel"],
    );
    assert!(told.stderr.matches("cause: ").count() >= 3, "{}", told.stderr);
    let document = project.run(&["verify", "a", "--format", "json"]).json();
    let faults = document["error"]["faults"].as_array().expect("faults").clone();
    assert!(faults.len() >= 3 && faults.iter().all(|fault| fault["line"].as_u64() > Some(0)), "{document:#}");
    for verb in [&["plan", "a"][..], &["doctor"]] {
        let told = project.run(verb).exits(2);
        assert!(told.stderr.contains("conda"), "{}", told.stderr);
    }
}

#[test]
fn a_policy_that_is_no_text_is_refused() {
    refused(&Project::new().policy(""), &["verify", "a"], &["promotion.toml"]);
    for bytes in [b"\xff\xfe".to_vec(), b"schema = 1\n\0".to_vec(), vec![b'['; 100_000]] {
        let project = Project::new();
        std::fs::write(project.root().join("promotion.toml"), bytes).expect("written");
        refused(&project, &["verify", "a"], &["promotion.toml"]);
    }
    let project = Project::new();
    std::fs::remove_file(project.root().join("promotion.toml")).expect("gone");
    refused(&project, &["verify", "a"], &["no `promotion.toml`", "--config"]);
}

#[test]
fn paths_that_lead_nowhere_are_faults_at_their_line_and_the_rest_is_still_judged() {
    let policy = POLICY.replace("paths = [\"src/a.py\"]", "paths = [\"src/gone.py\"]");
    let told = Project::new().policy(&policy).run(&["verify", "a"]).exits(2);
    assert!(
        told.stderr.contains("promotion.toml line 12") && told.stderr.contains("src/gone.py"),
        "{}",
        told.stderr
    );
    let told = Project::new().policy(&policy).run(&["verify", "a", "--format", "json"]).exits(2);
    assert_eq!(told.check("lint")["outcome"], "inconclusive");
    let policy = POLICY.replace("paths = [\"tests\"]", "paths = [\"tests/gone\"]");
    let told = Project::new().policy(&policy).run(&["verify", "a"]).exits(2);
    assert!(told.stderr.contains("tests/gone"), "{}", told.stderr);
}

const TWO: &str =
    "\n[component.b]\ntitle = \"Component B\"\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";

fn two() -> Project {
    Project::new().policy(&format!("{POLICY}{TWO}")).file("src/b.py", "y = 2\n")
}

fn names(told: &Told) -> Vec<String> {
    let document = told.json();
    let components = document["components"].as_array().expect("components");
    components.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn components_come_in_the_order_asked_for_and_each_once() {
    let json = ["--format", "json"];
    assert_eq!(names(&two().run(&[&["verify", "--all"], &json[..]].concat()).exits(0)), ["a", "b"]);
    assert_eq!(names(&two().run(&[&["verify", "b", "a", "b"], &json[..]].concat()).exits(0)), ["b", "a"]);
}

#[test]
fn only_makes_the_checks_that_are_named_and_starts_no_other_tool() {
    let project = Project::new().fake("pytest").does("exit 99").fake("pyright").does("exit 99");
    let told = project.run(&["verify", "a", "--only", "lint,security", "--format", "json"]).exits(0);
    let document = told.json();
    assert_eq!(document["only"], serde_json::json!(["lint", "security"]));
    assert_eq!(document["components"][0]["checks"].as_array().map(Vec::len), Some(2));
    let text = project.run(&["verify", "a", "--only", "lint"]).exits(0);
    assert!(!text.stdout.contains("ready for"), "a part of the gate is no verdict for it: {}", text.stdout);
}

#[test]
fn a_gate_that_has_no_checks_is_inconclusive() {
    let told = Project::new().run(&["verify", "a", "--to", "production", "--format", "json"]).exits(3);
    let document = told.json();
    assert_eq!(
        (&document["verdict"], &document["components"][0]["to"]),
        (&"inconclusive".into(), &"production".into())
    );
}

#[test]
fn one_job_runs_one_tool_at_a_time_and_gives_the_same() {
    let alone = "mkdir \"$fakes/busy\" || echo clash > \"$fakes/clash\"; honest \"$@\"; sleep 0.2; rm -r \"$fakes/busy\"";
    let mut project = Project::new();
    for tool in ["pytest", "pyright", "bandit", "ruff"] {
        project = project.fake(tool).does(alone);
    }
    let told = project.run(&["verify", "a", "--jobs", "1", "--format", "json"]).exits(0);
    assert_eq!(told.json()["verdict"], "pass");
    assert!(!project.path("fakes/clash").exists(), "two tools ran at once");
}

#[test]
fn two_jobs_run_two_tools_at_a_time() {
    // Each of the two waits for the other, and both would hang if they did not run side by side.
    let wait = |own: &str, other: &str| {
        format!(
            "echo > \"$fakes/{own}\"; while [ ! -e \"$fakes/{other}\" ]; do sleep 0.01; done; honest \"$@\""
        )
    };
    let project =
        Project::new().fake("pytest").does(&wait("one", "two")).fake("pyright").does(&wait("two", "one"));
    project.run(&["verify", "a", "--jobs", "2", "--format", "json", "--timeout", "100s"]).exits(0);
}

#[test]
fn the_limit_of_the_command_line_goes_before_that_of_the_policy() {
    let policy = POLICY.replace("runner = \"path\"", "runner = \"path\"\ntimeout = \"3s\"");
    let project = Project::new().policy(&policy).fake("ruff").does("sleep 600");
    project.run(&["verify", "a", "--only", "lint", "--format", "json"]).exits(3).lacks("lint", "timed_out");
    let project = Project::new().policy(&policy.replace("3s", "7d")).fake("ruff").does("sleep 600");
    let told = project.run(&["verify", "a", "--only", "lint", "--format", "json", "--timeout", "3s"]);
    told.exits(3).lacks("lint", "timed_out");
}

#[test]
fn the_policy_is_found_from_a_folder_below_and_by_its_name() {
    let told = Project::new().run_in("src", &["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(told.json()["components"][0]["files"], serde_json::json!(["src/a.py"]));
    let project = Project::new().file("gate.toml", POLICY).file("other/promotion.toml", "no policy");
    let path = project.root().join("gate.toml");
    for (start, path) in
        [("", "gate.toml"), ("src", "../gate.toml"), ("other", path.to_str().expect("UTF-8"))]
    {
        let told = project.run_in(start, &["verify", "a", "--config", path, "--format", "json"]).exits(0);
        assert_eq!(told.json()["components"][0]["files"], serde_json::json!(["src/a.py"]));
    }
    project.run_in("other", &["verify", "a"]).exits(2);
}

#[test]
fn plan_shows_what_would_run_and_runs_none_of_it() {
    let mut project = Project::new();
    for tool in ["pytest", "pyright", "bandit", "ruff"] {
        project = project.fake(tool).does("echo > \"$fakes/ran\"");
    }
    let told = project.run(&["plan", "a"]).exits(0).stays_calm();
    for text in [
        "--junitxml=",
        "--output-format=json",
        "--outputjson",
        "-f json",
        "src/a.py",
        "development → staging",
    ] {
        assert!(told.stdout.contains(text), "`{text}` in {}", told.stdout);
    }
    assert!(!project.path("fakes/ran").exists(), "a tool ran");
}
