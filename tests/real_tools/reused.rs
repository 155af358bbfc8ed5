//! That nobody is told an old answer where something has changed that the real tools read, although it is in no list of the
//! repository.

use super::laboratory::{self, Project, Verdict};

const CHECKS: [&str; 3] = ["tests", "lint", "types"];

/// What each check came to, and whether each is from an earlier run.
fn verify(project: &Project) -> ([String; 3], [bool; 3]) {
    let arguments = ["verify", "carbon", "--only", "tests,lint,types", "--format", "json"];
    let verdict = Verdict::of(&project.gate(&arguments).output().expect("it starts"));
    let check = |id: &str| verdict.check("carbon", id);
    (
        CHECKS.map(|id| check(id)["outcome"].as_str().unwrap_or_default().to_owned()),
        CHECKS.map(|id| check(id)["run"]["cached"] == true),
    )
}

#[test]
fn what_the_tools_read_outside_of_the_repository_or_in_an_ignored_folder_is_never_an_old_answer() {
    let outside = tempfile::tempdir().expect("a folder");
    let outside = outside.path().canonicalize().expect("a path");
    let outside = outside.to_str().expect("UTF-8");
    for place in [outside, "local", "generated"] {
        let project = Project::new("");
        let venv = laboratory::environment().to_str().expect("a path");
        project.write(
            "promotion.toml",
            format!(
                "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n\
                 [component.carbon]\npaths = [\"src\"]\ntests = {{ paths = [\"tests\"] }}\n"
            ),
        );
        project.write(
            "pyproject.toml",
            format!(
                "[tool.ruff]\nextend = \"{place}/shared.toml\"\n[tool.pyright]\nextraPaths = [\"{place}\"]\n\
                 [tool.pytest.ini_options]\npythonpath = [\"src\", \"{place}\"]\n"
            ),
        );
        project.write("src/carbon.py", "import helper\n\nanswer: int = helper.answer()\nl = 1\n");
        project
            .write("tests/test_carbon.py", "import carbon\n\ndef test():\n    assert carbon.answer == 1\n");
        project.write(".gitignore", "local/\ngenerated/\n__pycache__/\n");
        let set = |module: &str, rules: &str| {
            project.write(&format!("{place}/helper.py"), module);
            project.write(&format!("{place}/shared.toml"), format!("[lint]\nselect = [\"{rules}\"]\n"));
        };
        set("def answer() -> int:\n    return 1\n", "F");
        if place == "generated" {
            project.write("generated/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
        }
        project.commit();
        let (passes, fails) = (["pass"; 3].map(str::to_owned), ["fail"; 3].map(str::to_owned));
        assert_eq!(verify(&project), (passes.clone(), [false; 3]), "{place}");
        assert_eq!(verify(&project), (passes, [true; 3]), "{place}");
        set("def answer() -> str:\n    return '2'\n", "E741");
        assert_eq!(verify(&project), (fails.clone(), [false; 3]), "{place}");
        assert_eq!(verify(&project), (fails, [true; 3]), "{place}");
        project.write(&format!("{place}/helper.py"), "def answer() -> int:\n    return 1\n");
        let outcomes = ["pass", "fail", "pass"].map(str::to_owned);
        assert_eq!(verify(&project), (outcomes, [false; 3]), "{place}: the module alone");
    }
}
