//! pytest, coverage.py and the interpreter when they lie, break or are not there.

use serde_json::json;

use crate::project::{POLICY, Project, covered};
use crate::told::Told;

const JSON: [&str; 6] = ["verify", "a", "--format", "json", "--only", "tests,coverage"];

fn pytest() -> Project {
    Project::new().fake("pytest")
}

fn verify(project: &Project) -> Told {
    project.run(&JSON)
}

/// Both checks are inconclusive for this reason.
fn neither(told: Told, kind: &str) -> Told {
    told.exits(3).lacks("tests", kind).lacks("coverage", kind)
}

#[test]
fn an_honest_run_gives_both_figures() {
    let told = verify(&pytest()).exits(0).gives("tests", "pass").gives("coverage", "pass");
    assert_eq!(told.check("tests")["measured"]["passed"], 3);
    let coverage = told.check("coverage");
    assert_eq!(
        (&coverage["measured"]["covered"], &coverage["measured"]["statements"]),
        (&json!(8), &json!(10))
    );
}

#[test]
fn without_pytest_cov_coverage_is_missing_and_the_tests_of_the_gate_with_it() {
    let project = pytest();
    let text = project.environment(&["pytest"]);
    let project = project.data("environment.json", text);
    let told = verify(&project).exits(3).lacks("coverage", "tool_missing");
    assert!(told.check("coverage")["reason"]["hint"].as_str().expect("a hint").contains("pytest-cov"));
    project.run(&["verify", "a", "--format", "json", "--only", "tests"]).exits(0).gives("tests", "pass");
}

#[test]
fn an_interpreter_that_does_not_work_gives_no_evidence() {
    for (script, kind) in [
        ("exit 1", "environment"),
        ("echo 'no module named json' >&2; exit 1", "environment"),
        ("kill -11 $$", "environment"),
        ("exit 0", "environment"),
        ("echo '{' > \"$4\"", "environment"),
        ("echo '[]' > \"$4\"", "environment"),
        ("head -c 300000 /dev/zero | tr '\\0' '[' > \"$4\"", "environment"),
    ] {
        let project = Project::new().fake("python3").when("tell", script);
        neither(verify(&project), kind);
    }
    neither(verify(&Project::new().fake("python3").absent()), "tool_missing");
    let hanging = Project::new().fake("python3").when("tell", "sleep 600");
    neither(hanging.run(&[&JSON[..], &["--timeout", "3s"]].concat()), "timed_out");
}

#[test]
fn the_interpreter_is_the_one_that_pytest_runs_under() {
    let project = pytest();
    // A script whose interpreter is a script: the kernel follows both.
    let own = project.path("fakes/own-python3");
    let line = format!("#!{}\n", own.display());
    let project = project
        .data("own-python3", "#!/bin/sh\ncase \"$1\" in */pytest) exec /bin/sh \"$@\" ;; esac\nexit 42\n")
        .consists_of(format!("{line}echo 'pytest 9.2.0'\n").as_bytes());
    crate::project::make_executable(&own);
    let told = neither(verify(&project), "environment");
    let message = told.check("tests")["reason"]["message"].as_str().expect("a message").to_owned();
    assert!(message.contains("own-python3") && message.contains("42"), "{message}");
}

#[test]
fn a_run_that_was_not_whole_is_no_evidence() {
    let junit = |body: &str| format!("write_journal; write_coverage; cat > \"$junit\" <<'X'\n{body}\nX");
    for (script, kind) in [
        ("write_journal; write_coverage".to_owned(), "report_missing"),
        ("write_junit; write_coverage".to_owned(), "report_missing"),
        (junit(""), "report_unreadable"),
        (junit("not XML at all"), "report_unreadable"),
        (junit("<testsuites><testsuite><testcase name='a'"), "report_unreadable"),
        (junit("<html></html>"), "report_unreadable"),
        (
            junit(
                "<testsuites><testsuite><testcase classname='pytest' name='internal'><error message='x'/></testcase></testsuite></testsuites>",
            ),
            "tool_crashed",
        ),
        (junit("<testsuites><testsuite><testcase time='1'/></testsuite></testsuites>"), "tool_crashed"),
        (
            junit(
                "<testsuites><testsuite><testcase classname='' name='t'><error message='collection failure'/></testcase></testsuite></testsuites>",
            ),
            "collection_failed",
        ),
        (
            junit(
                "<testsuites><testsuite><testcase classname='t' name='t'><failure message='x'/></testcase></testsuite></testsuites>",
            ),
            "reports_disagree",
        ),
        ("honest; echo '{' > \"$journal\"".to_owned(), "report_unreadable"),
        ("honest; echo '[]' > \"$journal\"".to_owned(), "report_unreadable"),
        ("honest; exit 1".to_owned(), "tool_crashed"),
        ("honest; exit 2".to_owned(), "tool_crashed"),
        ("honest; exit 3".to_owned(), "tool_crashed"),
        ("honest; exit 4".to_owned(), "config_invalid"),
        ("honest; exit 5".to_owned(), "no_tests_ran"),
    ] {
        let told = neither(verify(&pytest().does(&script)), kind);
        assert_eq!(told.json()["verdict"], "inconclusive", "{script}");
    }
}

#[test]
fn an_expression_that_leaves_out_all_tests_is_named_with_its_line() {
    let counts = "s/\"collected\": 3, \"finished\": 3, \"deselected\": 0/\"collected\": 0, \"finished\": 0, \"deselected\": 3/";
    let script = format!("honest; sed -i '{counts}' \"$journal\"; exit 5");
    let policy = POLICY.replace(
        "tests = { paths = [\"tests\"] }",
        "[component.a.tests]\npaths = [\"tests\"]\nselect = \"x\"",
    );
    let line = policy.lines().position(|line| line.starts_with("select")).expect("a line") + 1;
    let told = neither(verify(&pytest().policy(&policy).does(&script)), "no_tests_ran");
    let reason = told.check("tests")["reason"].clone();
    assert_eq!(reason["message"], "`-k x` leaves out all 3 tests");
    let hint = format!(
        "correct `select` of the component in `promotion.toml` line {line}, or take it out where all tests are meant"
    );
    assert_eq!(reason["hint"], hint);
}

#[test]
fn a_report_that_is_no_file_never_makes_the_reader_wait() {
    for script in [
        "honest; rm \"$junit\"; mkfifo \"$junit\"",
        "honest; rm \"$journal\"; mkfifo \"$journal\"",
        "honest; rm \"$junit\"; ln -s /dev/zero \"$junit\"",
        "honest; rm \"$journal\"; ln -s /dev/zero \"$journal\"",
    ] {
        verify(&pytest().does(script)).exits(3).gives("tests", "inconclusive").within(60);
    }
    for script in [
        "honest; rm \"$COVERAGE_FILE\"; mkfifo \"$COVERAGE_FILE\"",
        "honest; rm \"$COVERAGE_FILE\"; ln -s /dev/zero \"$COVERAGE_FILE\"",
    ] {
        let told = verify(&pytest().does(script)).exits(3);
        told.gives("tests", "pass").lacks("coverage", "report_missing").within(60);
    }
    for script in ["mkfifo \"$report\"", "ln -s /dev/zero \"$report\""] {
        let script = format!("for report in \"$@\"; do :; done; {script}");
        let told = verify(&Project::new().fake("python3").does(&script)).exits(3);
        told.gives("tests", "pass").gives("coverage", "inconclusive").within(60);
    }
}

#[test]
fn reports_of_any_size_are_read_without_holding_them() {
    let long = "head -c 100000000 /dev/zero | tr '\\0' 'x'";
    for script in [
        format!("honest; ({long}) > \"$junit\""),
        format!("honest; (printf '<testsuites><testsuite><testcase name=\"'; {long}) > \"$junit\""),
        format!(
            "honest; (printf '<testsuites><testsuite><testcase name=\"a\"><failure message=\"x\">'; {long}) > \"$junit\""
        ),
        format!("honest; (printf '{{\"exit\": \"'; {long}) > \"$journal\""),
    ] {
        neither(verify(&pytest().does(&script)), "report_unreadable").within(90);
    }
    let script =
        format!("for report in \"$@\"; do :; done; (printf '{{\"files\": {{\"'; {long}) > \"$report\"");
    verify(&Project::new().fake("python3").does(&script))
        .exits(3)
        .lacks("coverage", "report_unreadable")
        .within(90);
    verify(&pytest().does(&format!("{long}; honest; {long}"))).exits(0).gives("tests", "pass").within(90);
}

#[test]
fn a_fake_summary_is_not_believed() {
    let summary = "==== 500 passed in 0.1s ====";
    let project = pytest().does(&format!("echo '{summary}'; exit 0"));
    neither(verify(&project), "report_missing");
}

#[test]
fn a_stale_report_in_the_tree_is_never_read() {
    let report = json!({"files": {"src/a.py": covered(10, 0)}}).to_string();
    let junit = "<testsuites><testsuite><testcase classname='t' name='t'/></testsuite></testsuites>";
    let project = pytest().file("coverage.json", &report).file("cov.json", &report).file("junit.xml", junit);
    neither(verify(&project.does("exit 0")), "report_missing");
}

#[test]
fn a_coverage_report_must_agree_with_what_was_recorded() {
    let of = |path: &str, coverage: serde_json::Value| json!({"files": {path: coverage}});
    for (value, kind) in [
        (of("src/a.py", covered(10, 0)), "reports_disagree"),
        (of("src/b.py", covered(8, 2)), "nothing_inspected"),
        (json!({"files": {}}), "nothing_inspected"),
        (json!({"files": []}), "nothing_inspected"),
        (json!({"files": [1]}), "report_unreadable"),
        (json!({"files": 1}), "report_unreadable"),
        (json!({}), "report_unreadable"),
        (json!([]), "report_unreadable"),
        (of("src/a.py", json!({"summary": {"covered_lines": 8, "num_statements": 10}})), "report_unreadable"),
        (of("src/a.py", covered(0, 0)), "check_weakened"),
    ] {
        let told = verify(&Project::new().data("project.json", value.to_string())).exits(3);
        told.gives("tests", "pass").lacks("coverage", kind);
    }
    let project = pytest().does("write_junit; write_journal");
    verify(&project).exits(3).gives("tests", "pass").lacks("coverage", "report_missing");
    let project = pytest().does("honest; echo anew > \"$COVERAGE_FILE\"");
    verify(&project).exits(3).gives("tests", "pass").lacks("coverage", "reports_disagree");
}

#[test]
fn both_coverage_reports_are_needed() {
    for (script, kind) in [
        ("exit 1", "report_missing"),
        ("exit 0", "report_missing"),
        ("kill -9 $$", "report_missing"),
        ("for last in \"$@\"; do :; done; echo '{' > \"$last\"", "report_unreadable"),
        ("for last in \"$@\"; do :; done; echo '{\"files\": {}}' > \"$last\"", "nothing_inspected"),
        ("honest \"$@\"; exit 1", "report_missing"),
    ] {
        let project = Project::new().fake("python3").does(script);
        verify(&project).exits(3).gives("tests", "pass").lacks("coverage", kind);
    }
}

#[test]
fn coverage_below_the_threshold_fails_by_a_hundredth() {
    let files = |executed, missing| json!({"files": {"src/a.py": covered(executed, missing)}}).to_string();
    verify(&pytest().data("coverage.json", files(184, 79))).exits(1).gives("coverage", "fail");
    verify(&pytest().data("coverage.json", files(7, 3))).exits(0).gives("coverage", "pass");
}
