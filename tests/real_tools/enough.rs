//! The selected tests first, and all of them where they are not enough: what pytest by itself would say, and nothing else.

use serde_json::{Value, json};

use super::laboratory::{self, Project, Verdict};

/// A component of ten statements, of which the selected tests reach four and the rest the others.
const COMPONENT: &str = "\
def half(value):
    if value == 1:
        return 1
    if value == 2:
        return 2
    if value == 3:
        return 3
    if value == 4:
        return 4
    return 5
";
const SELECTED: &str = "from carbon_component import half\n\n\ndef test_carbon():\n    assert half(1) == 1\n";
const REST: &str = "\
from carbon_component import half


def test_other():
    assert [half(value) for value in (2, 3, 4, 5)] == [2, 3, 4, 5]
";

/// A project with the component, its two test files, and what is added to them. Each collection and each step of the
/// session's own fixture leaves a line in `notes`.
fn project(added: &[(&str, &str)]) -> Project {
    let project = Project::new("");
    let conftest = "\
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def note(what):
    with open(os.environ['NOTES'], 'a', encoding='utf-8') as stream:
        stream.write(what + '\\n')


note('collected')


@pytest.fixture(scope='session', autouse=True)
def world():
    note('set up')
    yield
    note('torn down')
";
    let files = [
        ("carbon_component.py", COMPONENT),
        ("tests/conftest.py", conftest),
        ("tests/test_carbon.py", SELECTED),
        ("tests/test_other.py", REST),
    ];
    for (path, text) in files.iter().chain(added) {
        project.write(path, text);
    }
    project
}

/// What `verify` says of tests and coverage under a threshold, and the notes of its runs.
fn verify(project: &Project, min_percent: u32, arguments: &[&str]) -> (Value, Vec<String>) {
    verify_with(project, min_percent, arguments, &[])
}

/// The same, with arguments for pytest.
fn verify_with(
    project: &Project,
    min_percent: u32,
    arguments: &[&str],
    args: &[&str],
) -> (Value, Vec<String>) {
    verify_selected(project, min_percent, arguments, &format!(", select = \"carbon\", args = {args:?}"))
}

/// The same, without a selection.
fn verify_all_selected(project: &Project, min_percent: u32, arguments: &[&str]) -> (Value, Vec<String>) {
    verify_selected(project, min_percent, arguments, "")
}

fn verify_selected(
    project: &Project,
    min_percent: u32,
    arguments: &[&str],
    selection: &str,
) -> (Value, Vec<String>) {
    let venv = laboratory::environment().to_str().expect("a path");
    let policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n[gate.staging]\ncoverage = {{ min_percent = {min_percent} }}\n\
         [component.carbon]\npaths = [\"carbon_component.py\"]\ntests = {{ paths = [\"tests\"]{selection} }}\n"
    );
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    let notes = tempfile::NamedTempFile::new().expect("a file");
    let always = ["verify", "carbon", "--format", "json", "--only", "tests,coverage"];
    let mut command = project.gate(&always);
    command.args(arguments).env("NOTES", notes.path());
    let verdict = Verdict::of(&command.output().expect("it starts"));
    assert!(verdict.document["components"].is_array(), "{}", verdict.stderr);
    let document = json!({
        "tests": verdict.check("carbon", "tests"),
        "coverage": verdict.check("carbon", "coverage"),
    });
    let notes = std::fs::read_to_string(notes.path()).expect("notes");
    (document, notes.lines().map(str::to_owned).collect())
}

fn figures(document: &Value) -> [&Value; 4] {
    let (tests, coverage) = (&document["tests"], &document["coverage"]);
    [
        &tests["measured"]["passed"],
        &coverage["measured"]["covered"],
        &coverage["measured"]["lower_bound"],
        &coverage["outcome"],
    ]
}

#[test]
fn where_the_selected_tests_are_enough_the_rest_does_not_run() {
    let (document, notes) = verify(&project(&[]), 30, &[]);
    assert_eq!(figures(&document), [&json!(1), &json!(3), &json!(true), &json!("pass")], "{document:#}");
    assert_eq!(notes, ["collected", "set up", "torn down"]);
}

#[test]
fn where_they_are_not_all_tests_run() {
    for arguments in [&[][..], &["--exact"]] {
        let (document, _) = verify(&project(&[]), if arguments.is_empty() { 70 } else { 30 }, arguments);
        assert_eq!(
            figures(&document),
            [&json!(1), &json!(10), &json!(false), &json!("pass")],
            "{document:#}"
        );
    }
}

#[test]
fn a_rest_that_fails_or_ends_the_process_fails_no_selected_test() {
    for (body, coverage) in [("assert half(9) == 9", "pass"), ("__import__('os')._exit(0)", "inconclusive")] {
        let rest = format!("{REST}\n\ndef test_bad():\n    {body}\n");
        let (document, _) = verify(&project(&[("tests/test_other.py", &rest)]), 70, &[]);
        assert_eq!(document["tests"]["outcome"], "pass", "{document:#}");
        assert_eq!(document["coverage"]["outcome"], coverage);
    }
}

/// What makes one session of selected and other tests, or one of several processes, something else than pytest alone.
#[test]
fn a_project_that_goes_by_the_selection_gets_what_pytest_alone_would_say() {
    let skips_unless_selected = "
import pytest


def pytest_collection_modifyitems(config, items):
    if config.option.keyword:
        return
    for item in items:
        if 'integration' in item.name:
            item.add_marker(pytest.mark.skip)
";
    let wrong = format!("{SELECTED}\n\ndef test_carbon_integration():\n    assert half(1) == 2\n");
    let (document, _) = verify(
        &project(&[("tests/test_carbon.py", &wrong), ("conftest.py", skips_unless_selected)]),
        70,
        &[],
    );
    assert_eq!(document["tests"]["outcome"], "fail", "{document:#}");

    let drops = "
import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items[:] = [item for item in items if 'other' not in item.name]
";
    for arguments in [&[][..], &["--exact"]] {
        let (document, _) = verify(&project(&[("conftest.py", drops)]), 70, arguments);
        assert_eq!(document["coverage"]["outcome"], "fail", "{document:#}");
        assert_eq!(document["coverage"]["measured"]["covered"], 3);
    }

    let leaks = "
import pytest

from carbon_component import half

leaked = []


@pytest.fixture(scope='session', autouse=True)
def tidy():
    yield
    assert not leaked


def test_carbon():
    leaked.append(half(1))
";
    let clears = format!(
        "{REST}\n\ndef test_that_clears():\n    from test_carbon import leaked\n    leaked.clear()\n"
    );
    let world = [("tests/test_carbon.py", leaks), ("tests/test_other.py", &clears)];
    let (document, _) = verify(&project(&world), 70, &[]);
    assert_eq!(document["tests"]["measured"]["errors"], 1, "{document:#}");

    let skips_in_workers = format!(
        "{SELECTED}\n\nimport os\nimport pytest\n\n\n@pytest.mark.skipif('PYTEST_XDIST_WORKER' in os.environ, reason='x')\n\
         def test_carbon_alone():\n    assert half(1) == 2\n"
    );
    let (document, _) =
        verify_all_selected(&project(&[("tests/test_carbon.py", &skips_in_workers)]), 30, &["--jobs", "2"]);
    assert_eq!(document["tests"]["measured"]["failed"], 1, "{document:#}");
}

#[test]
fn tests_that_a_conftest_drops_for_the_selection_make_a_lower_bound() {
    let drops = "
def pytest_collection_modifyitems(config, items):
    items[:] = [item for item in items if config.option.keyword in item.nodeid]
";
    let (document, _) = verify(&project(&[("conftest.py", drops)]), 70, &[]);
    assert_eq!(figures(&document), [&json!(1), &json!(10), &json!(false), &json!("pass")], "{document:#}");
    let (document, _) = verify(&project(&[("conftest.py", drops)]), 30, &[]);
    assert_eq!(figures(&document), [&json!(1), &json!(3), &json!(true), &json!("pass")], "{document:#}");
}

#[test]
fn tests_that_a_conftest_does_not_collect_for_the_selection_run_for_the_exact_figure() {
    let ignores = "
def pytest_ignore_collect(collection_path, config):
    selected = config.option.keyword
    return True if selected and collection_path.name == 'test_other.py' else None
";
    let project = project(&[("conftest.py", ignores)]);
    for (min_percent, arguments) in [(70, &[][..]), (30, &["--exact"])] {
        let (document, _) = verify(&project, min_percent, arguments);
        assert_eq!(
            figures(&document),
            [&json!(1), &json!(10), &json!(false), &json!("pass")],
            "{document:#}"
        );
    }
    let (document, _) = verify(&project, 30, &[]);
    assert_eq!(figures(&document), [&json!(1), &json!(3), &json!(true), &json!("pass")], "{document:#}");
}

#[test]
fn a_marker_in_the_arguments_leaves_tests_out_of_both_runs() {
    let marked = format!("import pytest\n{REST}\n\n@pytest.mark.slow\ndef test_slow():\n    raise OSError\n");
    let project = project(&[
        ("tests/test_other.py", &marked),
        ("pytest.ini", "[pytest]\nmarkers =\n    slow: takes long\n"),
    ]);
    let (document, _) = verify_with(&project, 70, &[], &["-m", "not slow"]);
    assert_eq!(figures(&document), [&json!(1), &json!(10), &json!(false), &json!("pass")], "{document:#}");
}
