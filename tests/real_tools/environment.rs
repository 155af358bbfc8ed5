//! The environment that the tests are said to run in, and the one that they run in.

use super::laboratory::{Project, Verdict, environment, make_environment};

#[test]
fn scripts_that_belong_to_another_environment_are_found_out() {
    let copied = make_environment("copied-environment", &["pytest==9.2.0", "pytest-cov==7.1.0"]);
    let script = "bin/pytest";
    std::fs::copy(environment().join(script), copied.join(script)).expect("copied");
    let project = Project::new("p");
    project.write("src/carbon.py", "A = 1\n");
    project.write("tests/test_carbon.py", "def test_carbon():\n    pass\n");
    let policy = format!(
        "schema = 1\n[project]\nname = \"copied\"\nroot = \"p\"\nrunner = {{ venv = {copied:?} }}\n\
         [component.carbon]\npaths = [\"src\"]\ntests = {{ paths = [\"tests\"] }}\n"
    );
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    let mut gate = project.gate(&["verify", "carbon", "--format", "json", "--only", "tests"]);
    let verdict = Verdict::of(&gate.output().expect("it starts"));
    let check = verdict.check("carbon", "tests");
    assert_eq!(check["reason"]["kind"], "environment", "{check}");
}
