//! Checks of one's own by real tools, as the page about them declares them: each passes with its proof, fails with its
//! findings, and is inconclusive where it looked at nothing.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::laboratory::{self, Project, Verdict};

const TOOLS: [&str; 4] = ["mypy==2.4.1", "black==26.10.1", "ruff==0.17.6", "pytest==9.2.0"];
const CHECKS: [&str; 4] = ["mypy", "bugs", "contract", "format"];
const SOUND: &str = "def twice(number: int) -> int:\n    return 2 * number\n";
const PASSES: &str = "def test_it():\n    assert True\n";

fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<std::path::PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| laboratory::make_environment("own-environment", &TOOLS))
}

/// The policies on the page.
fn checks() -> String {
    let page = std::fs::read_to_string(laboratory::checkout().join("docs/own-checks.md")).expect("the page");
    page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Two components, `carbon` with this text, and a contract with this one; `change` is made to the checks.
fn project(carbon: &str, contract: &str, change: impl Fn(String) -> String) -> Project {
    let project = Project::new("");
    project.write("src/carbon.py", carbon);
    project.write("src/narrative.py", SOUND);
    project.write("contract/test_contract.py", contract);
    let venv = environment().to_str().expect("a path");
    let component = |name: &str| {
        format!("[component.{name}]\npaths = [\"src/{name}.py\"]\ntests = {{ paths = [\"contract\"] }}\n")
    };
    let policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n{}{}{}",
        component("carbon"),
        component("narrative"),
        change(checks())
    );
    project.write("promotion.toml", policy);
    project
}

fn verify(project: &Project) -> Verdict {
    let only = CHECKS.join(",");
    let arguments = ["verify", "--all", "--only", only.as_str(), "--format", "json"];
    let verdict = Verdict::of(&project.gate(&arguments).output().expect("it starts"));
    assert_eq!(verdict.document["subject"]["changed"], json!([]), "{} {}", verdict.exit, verdict.stderr);
    verdict
}

fn outcomes(verdict: &Verdict, component: &str) -> Vec<String> {
    let word = |check: &Value| match check["reason"]["kind"].as_str() {
        Some(kind) => kind.to_owned(),
        None => format!("{} {}", check["outcome"].as_str().unwrap_or("?"), check["measured"]["issues"]),
    };
    CHECKS.iter().map(|id| word(verdict.check(component, id))).collect()
}

#[test]
fn real_tools_pass_with_their_proof() {
    let verdict = verify(&project(SOUND, PASSES, |checks| checks));
    assert_eq!(verdict.exit, 0, "{} {}", verdict.document, verdict.stderr);
    for component in ["carbon", "narrative"] {
        assert_eq!(outcomes(&verdict, component), ["pass 0"; 4]);
        let proofs = CHECKS.map(|id| verdict.check(component, id)["inspected"].clone());
        assert_eq!(
            proofs,
            [json!({"items": 1}), json!({"items": 1}), json!({"tests": 1}), json!({"items": 1})]
        );
    }
    assert_eq!(verdict.check("carbon", "mypy")["run"]["version"], "2.4.1", "that of the environment");
}

#[test]
fn real_tools_fail_with_their_findings_in_the_component_that_they_are_in() {
    let faulty = "def twice(number: int, seen: list[int] = []) -> str:\n    return 2*number\n";
    let verdict = verify(&project(faulty, "def test_it():\n    assert False\n", |checks| checks));
    assert_eq!(verdict.exit, 1, "{}", verdict.document);
    assert_eq!(outcomes(&verdict, "narrative"), ["pass 0", "pass 0", "fail 1", "pass 0"]);
    assert_eq!(outcomes(&verdict, "carbon"), ["fail 1", "fail 1", "fail 1", "fail 1"]);
    let finding = |id: &str| {
        let found = &verdict.check("carbon", id)["findings"][0];
        (found["file"].clone(), found["line"].clone(), found["rule"].clone())
    };
    assert_eq!(finding("mypy"), (json!("src/carbon.py"), json!(2), json!("return-value")));
    assert_eq!(finding("bugs"), (json!("src/carbon.py"), json!(1), json!("B006")));
    assert_eq!(finding("format").2, "exit-code-1");
}

#[test]
fn what_mypys_own_configuration_says_of_its_lines_changes_no_finding() {
    let faulty = "def twice(number: int) -> str:\n    return 2*number\n";
    let project = project(faulty, PASSES, |checks| checks);
    let settings =
        "[mypy]\nshow_column_numbers = True\nshow_error_end = True\npretty = True\nhide_error_codes = True\n";
    project.write("mypy.ini", settings);
    let verdict = verify(&project);
    let check = verdict.check("carbon", "mypy");
    assert_eq!(check["measured"]["issues"], json!(1), "{check}");
    let found = &check["findings"][0];
    assert_eq!((&found["file"], &found["line"]), (&json!("src/carbon.py"), &json!(2)));
    let message = "Incompatible return value type (got \"int\", expected \"str\")";
    assert_eq!((&found["rule"], &found["message"]), (&json!("return-value"), &json!(message)));
}

#[test]
fn real_tools_that_looked_at_nothing_give_no_evidence() {
    let skipped = "import pytest\n\n\n@pytest.mark.skip\ndef test_it():\n    assert True\n";
    let no_files = |checks: String| checks.replace("\"--no-pretty\", \"{files}\"", "\"--version\"");
    let project = project(SOUND, skipped, no_files);
    let settings =
        "[tool.black]\nforce-exclude = \"src\"\n[tool.ruff]\nforce-exclude = true\nexclude = [\"src\"]\n";
    project.write("pyproject.toml", settings);
    let verdict = verify(&project);
    assert_eq!(verdict.exit, 3, "{}", verdict.document);
    assert_eq!(
        outcomes(&verdict, "carbon"),
        ["nothing_inspected", "nothing_inspected", "no_tests_ran", "nothing_inspected"]
    );
}
