//! Where the tools and the project's environment come from: `PATH`, a virtual environment, uv, uvx.

use crate::project::{POLICY, Project};
use crate::told::Told;

const JSON: [&str; 4] = ["verify", "a", "--format", "json"];
const ALL: [&str; 5] = ["pytest", "pytest-cov", "ruff", "pyright", "bandit"];
const CHECKS: [&str; 5] = ["tests", "coverage", "lint", "types", "security"];

/// A project whose tools come from `runner`, with an environment in which `distributions` are installed.
fn project(runner: &str, distributions: &[&str]) -> Project {
    let project = Project::new().policy(&POLICY.replace("\"path\"", runner));
    let environment = project.environment(distributions);
    project.data("environment.json", environment).file("pyproject.toml", "[project]\nname = \"demo\"\n")
}

fn uv(distributions: &[&str]) -> Project {
    project("\"uv\"", distributions).file("uv.lock", "version = 1\n").fake("uv").present()
}

/// The environment could not be had, so that nothing at all was measured.
fn without_environment(told: Told, kind: &str) -> Told {
    let told = told.exits(3);
    CHECKS[..2].iter().fold(told, |told, check| told.lacks(check, kind))
}

#[test]
fn a_virtual_environment_gives_the_interpreter_and_all_tools() {
    let project = project("{ venv = \".venv\" }", &ALL);
    std::fs::create_dir_all(project.root().join(".venv/bin")).expect("made");
    std::os::unix::fs::symlink(project.path("bin/python3"), project.root().join(".venv/bin/python"))
        .expect("a link");
    let told = project.run(&JSON).exits(0);
    assert_eq!(told.check("lint")["run"]["version"], "9.8.7");
    assert_eq!(told.json()["environment"]["distributions"], 5);
}

#[test]
fn a_tool_that_is_not_in_the_virtual_environment_is_missing_even_if_it_is_on_path() {
    let project = project("{ venv = \".venv\" }", &["pytest", "pytest-cov"]);
    std::fs::create_dir_all(project.root().join(".venv/bin")).expect("made");
    std::os::unix::fs::symlink(project.path("bin/python3"), project.root().join(".venv/bin/python"))
        .expect("a link");
    let told = project.run(&JSON).exits(3).gives("tests", "pass");
    told.lacks("lint", "tool_missing").lacks("types", "tool_missing").lacks("security", "tool_missing");
}

#[test]
fn a_virtual_environment_that_is_not_there_is_no_environment() {
    without_environment(project("{ venv = \".venv\" }", &ALL).run(&JSON), "environment");
}

#[test]
fn uv_that_is_not_there_is_missing() {
    let told = project("\"uv\"", &ALL).run(&JSON).exits(3).lacks("tests", "tool_missing");
    let hint = told.check("lint")["reason"]["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.contains("uv"), "{hint}");
}

#[test]
fn uv_makes_the_environment_from_the_lock_file_outside_of_the_tree() {
    let project = uv(&ALL);
    let before = project.tree();
    let told = project.run(&JSON).exits(0);
    assert_eq!(
        (&told.json()["environment"]["lock"], &told.json()["environment"]["in_sync"]),
        (&"uv.lock".into(), &true.into())
    );
    assert!(project.tree() == before);
}

#[test]
fn a_lock_file_that_is_out_of_date_is_told_and_the_environment_is_held_as_long_as_it_is_needed() {
    let refuse =
        "echo 'The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.' >&2; exit 2";
    let project = uv(&ALL).when("sync", refuse);
    let told = project.run(&JSON).exits(0);
    assert_eq!(told.json()["environment"]["in_sync"], false);
    assert!(project.path("fakes/released").exists(), "it was released");
}

#[test]
fn an_environment_that_is_held_is_released_at_an_interrupt_too() {
    let project = uv(&ALL)
        .when("sync", "echo --locked >&2; exit 2")
        .fake("ruff")
        .does("echo > \"$fakes/begun\"; sleep 600");
    let begun = project.path("fakes/begun");
    let running = project.start(&JSON).until(|| begun.exists());
    running.signal(nix::sys::signal::Signal::SIGINT).end().exits(130);
}

#[test]
fn uv_that_fails_gives_no_environment_and_its_own_words() {
    for (script, kind) in [
        ("echo 'warning: x' >&2; echo 'error: Failed to fetch `carbon`' >&2; exit 2", "environment"),
        ("exit 1", "environment"),
        ("kill -9 $$", "environment"),
        ("trap '' TERM; sleep 600; sleep 600", "timed_out"),
    ] {
        let project = uv(&ALL).when("sync", script);
        let limit = if kind == "timed_out" { "3s" } else { "10m" };
        let told = without_environment(project.run(&[&JSON[..], &["--timeout", limit]].concat()), kind);
        let message = told.check("tests")["reason"]["message"].as_str().expect("a message").to_owned();
        assert!(!script.contains("error:") || message.contains("Failed to fetch `carbon`"), "{message}");
    }
    for script in ["exit 0", "exit 1", "kill -9 $$"] {
        let project = uv(&ALL).when("sync", "echo --locked >&2; exit 2").when("run", script);
        without_environment(project.run(&JSON), "environment");
    }
}

#[test]
fn what_the_environment_lacks_comes_from_uvx_or_is_missing() {
    let project = uv(&["pytest", "pytest-cov", "pyright", "bandit"]);
    let told = project.run(&JSON).exits(3).gives("tests", "pass").gives("types", "pass");
    told.lacks("lint", "tool_missing");
    let project = uv(&["pytest", "pytest-cov", "pyright", "bandit"]).fake("uvx").present().does("exit 1");
    project.run(&JSON).exits(3).gives("tests", "pass").gives("lint", "inconclusive");
    let answer = "while [ \"$1\" != python ]; do shift; done; cat \"$fakes/of-uvx.json\" > \"$5\"";
    let project = uv(&["pytest", "pytest-cov", "pyright", "bandit"]).fake("uvx").present().does(answer);
    let own = project.environment(&["ruff"]);
    let told = project.data("of-uvx.json", own).run(&JSON).exits(0);
    assert_eq!(told.check("lint")["run"]["version"], "9.8.7");
}

#[test]
fn auto_is_uv_then_the_virtual_environment_then_path() {
    let told = project("\"auto\"", &ALL).file("uv.lock", "").fake("uv").present().run(&["doctor"]).exits(0);
    assert!(told.stdout.contains("of the project's environment"), "{}", told.stdout);
    let told = project("\"auto\"", &ALL).run(&["doctor"]).exits(0);
    assert!(told.stdout.contains("from PATH"), "{}", told.stdout);
    let project = project("\"auto\"", &ALL);
    std::fs::create_dir_all(project.root().join(".venv/bin")).expect("made");
    std::os::unix::fs::symlink(project.path("bin/python3"), project.root().join(".venv/bin/python"))
        .expect("a link");
    let told = project.run(&["doctor"]).exits(0);
    assert!(told.stdout.contains("of the project's environment"), "{}", told.stdout);
}
