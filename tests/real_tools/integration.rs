//! What the gate of production asks of integration tests, measured by the real pytest: enough passes, too little fails,
//! and nothing at all is never a pass.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::laboratory::{self, Project, Verdict};

/// Ten statements; the first branch has four of them.
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

/// A component in staging whose own tests cover all of it, and whose integration tests are `tests`.
fn project(tests: &[(&str, &str)], more: &str) -> Project {
    let project = Project::new("");
    project.write("carbon.py", COMPONENT);
    project.write("conftest.py", "import os\nimport sys\n\nsys.path.insert(0, os.path.dirname(__file__))\n");
    project.write("tests/unit/test_all.py", test("carbon", "1, 2, 3, 4, 5"));
    for (path, text) in tests {
        project.write(path, text);
    }
    let venv = laboratory::environment().to_str().expect("a path");
    let none = ["lint", "types", "security", "docs", "coverage"]
        .map(|check| format!("{check} = {{ not_applicable = \"shown elsewhere\" }}\n"))
        .concat();
    let policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n[gate.production]\n{none}\
         integration_coverage = {{ min_percent = 80 }}\n[component.carbon]\nstage = \"staging\"\n\
         paths = [\"carbon.py\"]\ntests = {{ paths = [\"tests/unit\"] }}\n{more}"
    );
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    project
}

/// A test that calls the component with `values`.
fn test(name: &str, values: &str) -> String {
    format!(
        "from carbon import half\n\n\ndef test_{name}():\n    for value in ({values},):\n        assert half(value) == value\n"
    )
}

/// What came of the condition, its words, what people are shown, and the exit code.
fn condition(project: &Project) -> (String, String, String, i32) {
    let verify = ["verify", "carbon", "--no-record"];
    let told = Verdict::of(
        &project.gate(&[&verify[..], &["--format", "json"]].concat()).output().expect("it starts"),
    );
    assert_eq!(told.check("carbon", "tests")["outcome"], "pass", "{:#} {}", told.document, told.stderr);
    let conditions = told.component("carbon")["conditions"].as_array().expect("conditions");
    let [one] = &conditions[..] else { panic!("{conditions:?}") };
    assert_eq!(one["id"], "integration_coverage");
    let text = project.gate(&verify).output().expect("it starts");
    assert_eq!(text.status.code(), Some(told.exit));
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    let word = |name: &str| one[name].as_str().expect("a word").to_owned();
    eprintln!("{text}");
    (word("outcome"), word("summary"), text, told.exit)
}

#[test]
fn integration_tests_that_cover_enough_pass_and_those_that_do_not_fail() {
    let enough = test("carbon", "1, 2, 3, 4, 5");
    let (outcome, summary, text, exit) =
        condition(&project(&[("tests/integration/test_it.py", &enough)], ""));
    assert_eq!((outcome.as_str(), exit), ("pass", 0), "{text}");
    assert!(summary.contains("100 %"), "{summary}");
    assert!(text.contains("✓ integration_coverage"), "{text}");

    let little = test("carbon", "1");
    let (outcome, summary, text, exit) =
        condition(&project(&[("tests/integration/test_it.py", &little)], ""));
    assert_eq!((outcome.as_str(), exit), ("fail", 1), "{text}");
    assert!(summary.contains("< 80 %"), "{summary}");
    assert!(text.contains("✗ integration_coverage"), "{text}");
}

/// A case, its integration tests, more of the policy, and words of the answer.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

#[test]
fn without_an_integration_test_that_ran_nothing_is_known_and_nothing_passes() {
    let select = "[component.carbon.observe.staging]\nintegration = { paths = [\"tests/integration\"], select = \"carbon\" }\n";
    let skipped = "import pytest\n\npytest.skip('no database', allow_module_level=True)\n";
    let other = test("other", "1, 2, 3, 4, 5");
    let path = "tests/integration/test_it.py";
    let cases: [Case<'_>; 4] = [
        ("no folder", &[], "", "does not exist"),
        ("an empty folder", &[("tests/integration/__init__.py", "")], "", "no test"),
        ("none selected", &[(path, &other)], select, "`-k carbon` leaves out"),
        ("all skipped", &[(path, skipped)], select, "no test"),
    ];
    for (case, tests, more, words) in cases {
        let (outcome, summary, text, exit) = condition(&project(tests, more));
        assert_eq!((outcome.as_str(), exit), ("inconclusive", 3), "{case}: {text}");
        assert!(summary.contains(words), "{case}: {summary}");
        assert!(summary.ends_with("with `integration` in `[component.carbon.observe.staging]`"), "{summary}");
        assert!(text.contains("? integration_coverage"), "{case}: {text}");
    }
}

#[test]
fn what_a_failing_integration_test_covers_is_no_ground_for_a_pass() {
    let failing = test("carbon", "1, 2, 3, 4, 5, 6");
    let (outcome, summary, text, exit) =
        condition(&project(&[("tests/integration/test_it.py", &failing)], ""));
    assert_eq!((outcome.as_str(), exit), ("fail", 1), "{text}");
    assert!(summary.contains("the integration tests: ") && summary.contains("1 failed"), "{summary}");
}

/// An address that answers as long as the tests run.
fn health() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _whatever_it_asks = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            let _nobody_to_tell = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/")
}

#[test]
fn a_look_whose_selection_holds_no_integration_test_is_not_healthy() {
    let path = "tests/integration/test_it.py";
    let project = project(&[(path, &test("other", "1"))], "");
    let policy = std::fs::read_to_string(project.top.join("promotion.toml")).expect("a policy");
    let policy = policy
        .replace("[gate.production]", "[gate.staging]")
        .replace("integration_coverage = { min_percent = 80 }\n", "")
        .replace("stage = \"staging\"\n", "");
    let deploy = format!(
        "[component.carbon.deploy.staging]\nscript = [\"true\"]\nhealth = {{ url = {:?}, delay = \"0s\", stable = \"0s\" }}\n\
         [component.carbon.observe.staging]\nintegration = {{ paths = [\"tests/integration\"], select = \"carbon\" }}\n",
        health()
    );
    std::fs::write(project.top.join("promotion.toml"), policy + &deploy).expect("written");
    project.commit();
    for step in [&["verify", "carbon", "--record"][..], &["deploy", "carbon", "--yes"]] {
        let output = project.gate(step).output().expect("it starts");
        assert!(output.status.success(), "{output:?}");
    }
    let observe = || {
        // A window is at least a second long.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let told = Verdict::of(
            &project.gate(&["observe", "carbon", "--format", "json"]).output().expect("it starts"),
        );
        let look = told.document["observations"][0].clone();
        let readings = look["readings"].as_array().unwrap_or_else(|| panic!("{told:?}")).clone();
        let reading = readings.into_iter().find(|one| one["rule"] == "integration").expect("a reading");
        (told, look, reading)
    };
    let (told, look, reading) = observe();
    assert_eq!(
        (&look["sign"], &reading["sign"], told.exit),
        (&"unknown".into(), &"unknown".into(), 3),
        "{look:#}"
    );
    assert_eq!(reading["query"], "pytest tests/integration -k 'carbon'");
    assert_eq!(reading["detail"], "`-k carbon` leaves out the only test");
    let soak = &told.document["soak"];
    assert_eq!((&soak["healthy_seconds"], &soak["healthy_windows"]), (&0.into(), &0.into()), "{soak:#}");
    project.write(path, test("carbon", "1"));
    let (told, look, reading) = observe();
    assert_eq!((&look["sign"], &reading["sign"], told.exit), (&"good".into(), &"good".into(), 0), "{look:#}");
}
