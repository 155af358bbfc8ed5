//! The selected tests first, and the rest in the same session where they are not enough: on the real pytest.

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
    let venv = laboratory::environment().to_str().expect("a path");
    let policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n[gate.staging]\ncoverage = {{ min_percent = {min_percent} }}\n\
         [component.carbon]\npaths = [\"carbon_component.py\"]\ntests = {{ paths = [\"tests\"], select = \"carbon\", args = {args:?} }}\n"
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
fn where_they_are_not_the_rest_follows_in_the_same_session_and_nothing_is_collected_twice() {
    for arguments in [&[][..], &["--exact"]] {
        let (document, notes) = verify(&project(&[]), if arguments.is_empty() { 70 } else { 30 }, arguments);
        assert_eq!(
            figures(&document),
            [&json!(1), &json!(10), &json!(false), &json!("pass")],
            "{document:#}"
        );
        assert_eq!(notes, ["collected", "set up", "torn down"], "one session, one world");
        let exits = ["tests", "coverage"].map(|check| document[check]["run"]["exit"]["code"].clone());
        assert_eq!(exits, [json!(0), json!(0)]);
    }
}

#[test]
fn a_rest_that_fails_fails_no_selected_test_and_covers_what_it_covers() {
    let failing = format!("{REST}\n\ndef test_that_fails():\n    assert half(9) == 9\n");
    let (document, _) = verify(&project(&[("tests/test_other.py", &failing)]), 70, &[]);
    assert_eq!(figures(&document), [&json!(1), &json!(10), &json!(false), &json!("pass")], "{document:#}");
    assert_eq!(document["tests"]["outcome"], "pass");
    assert_eq!(document["tests"]["run"]["exit"]["code"], 0, "the exit is that of the selected tests");
}

#[test]
fn a_rest_that_ends_the_process_leaves_the_selected_tests_what_they_are() {
    let ending = format!("{REST}\n\ndef test_end():\n    import os\n    os._exit(0)\n");
    let (document, _) = verify(&project(&[("tests/test_other.py", &ending)]), 70, &[]);
    assert_eq!(document["tests"]["outcome"], "pass", "{document:#}");
    assert_eq!(document["coverage"]["outcome"], "inconclusive");
    let (document, _) = verify(&project(&[("tests/test_other.py", &ending)]), 30, &[]);
    assert_eq!(document["coverage"]["outcome"], "pass", "what is enough needs no other test");
}

#[test]
fn a_selected_test_that_fails_is_told_and_the_rest_still_covers() {
    let failing = format!("{SELECTED}\n\ndef test_wrong():\n    assert half(1) == 2\n");
    let (document, notes) = verify(&project(&[("tests/test_carbon.py", &failing)]), 70, &[]);
    let tests = &document["tests"];
    assert_eq!(tests["outcome"], "fail", "{document:#}");
    assert_eq!((&tests["measured"]["passed"], &tests["measured"]["failed"]), (&json!(1), &json!(1)));
    assert_eq!(tests["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["coverage"]["measured"]["covered"], 10);
    assert_eq!(notes, ["collected", "set up", "torn down"]);
}

#[test]
fn a_world_that_does_not_come_down_is_an_error_of_the_last_selected_test_as_pytest_has_it() {
    let world = "\
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(scope='session', autouse=True)
def world():
    yield
    raise OSError('no')
";
    for min_percent in [30, 70] {
        let (document, _) = verify(&project(&[("tests/conftest.py", world)]), min_percent, &[]);
        assert_eq!(document["tests"]["outcome"], "fail", "{document:#}");
        assert_eq!(document["tests"]["measured"]["errors"], 1);
    }
}

#[test]
fn a_marker_in_the_arguments_leaves_tests_out_of_both_phases() {
    let marked = format!("import pytest\n{REST}\n\n@pytest.mark.slow\ndef test_slow():\n    raise OSError\n");
    let project = project(&[
        ("tests/test_other.py", &marked),
        ("pytest.ini", "[pytest]\nmarkers =\n    slow: takes long\n"),
    ]);
    let (document, notes) = verify_with(&project, 70, &[], &["-m", "not slow"]);
    assert_eq!(figures(&document), [&json!(1), &json!(10), &json!(false), &json!("pass")], "{document:#}");
    assert_eq!(notes, ["collected", "set up", "torn down"]);
}

#[test]
fn the_tests_see_nothing_of_it() {
    let looking = "\
import os
import sys


def test_carbon():
    assert not [name for name in os.environ if name.startswith('TTA_PROMOTE_PHASES')]
    assert not [path for path in sys.path if path.endswith('plugins')]


def test_carbon_sees_what_it_would_see(request):
    assert [item.name for item in request.session.items] == [
        'test_carbon', 'test_carbon_sees_what_it_would_see'
    ]
    assert request.config.option.keyword == 'carbon'
";
    let (document, _) = verify(&project(&[("tests/test_carbon.py", looking)]), 70, &[]);
    assert_eq!(document["tests"]["measured"]["passed"], 2, "{document:#}");
}

#[test]
fn a_last_selected_test_that_is_run_again_is_still_the_last() {
    let flaky = format!(
        "{SELECTED}\n\ntimes = []\n\n\ndef test_last():\n    times.append(1)\n    assert len(times) > 1\n"
    );
    let project = project(&[("tests/test_carbon.py", &flaky)]);
    let (document, notes) = verify_with(&project, 70, &[], &["--reruns", "1"]);
    assert_eq!(figures(&document), [&json!(2), &json!(10), &json!(false), &json!("pass")], "{document:#}");
    assert_eq!(notes, ["collected", "set up", "torn down"]);
    assert_eq!(document["tests"]["notes"], json!(["tests run again after a failure: 1"]));
}
