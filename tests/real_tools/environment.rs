//! The environment that the tests are said to run in, and the one that they run in.

use super::laboratory::{Project, Verdict, command, environment, make_environment, succeed};

/// The project file of a package that tests import.
const PACKAGE: &str = "[project]\nname = \"carbonpkg\"\nversion = \"0.1.0\"\nrequires-python = \">=3.11\"\n\
                       [build-system]\nrequires = [\"uv_build\"]\nbuild-backend = \"uv_build\"\n";

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

/// uv copies such a package into the environment, and builds it anew only where its project file changes.
#[test]
fn a_package_that_is_installed_as_a_copy_is_tested_as_it_is_now() {
    for is_locked in [false, true] {
        let project = Project::new("p");
        project.write("carbonpkg/pyproject.toml", PACKAGE);
        project.write("carbonpkg/src/carbonpkg/__init__.py", "ANSWER = 1\n");
        project.write("tests/test_carbon.py", "import carbonpkg\ndef test(): assert carbonpkg.ANSWER == 1\n");
        let top = "[project]\nname = \"lab\"\nversion = \"0.1.0\"\nrequires-python = \">=3.11\"\n\
                   dependencies = [\"carbonpkg\"]\n\
                   [dependency-groups]\ndev = [\"pytest==9.2.0\", \"pytest-cov==7.1.0\"]\n\
                   [tool.uv.sources]\ncarbonpkg = { path = \"carbonpkg\" }\n";
        project.write("pyproject.toml", top);
        let policy = "schema = 1\n[project]\nname = \"copied\"\nroot = \"p\"\n[component.carbon]\n\
                      paths = [\"carbonpkg/src\"]\ntests = { paths = [\"tests\"] }\n";
        std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
        if is_locked {
            let locked = command("uv").args(["lock", "--quiet"]).current_dir(&project.root).status();
            assert!(locked.expect("it starts").success());
        }
        let tests = || {
            let mut gate = project.gate(&["verify", "carbon", "--format", "json", "--only", "tests"]);
            let verdict = Verdict::of(&gate.output().expect("it starts"));
            verdict.check("carbon", "tests")["outcome"].clone()
        };
        assert_eq!(tests(), "pass", "locked: {is_locked}");
        project.write("carbonpkg/src/carbonpkg/__init__.py", "ANSWER = 2\n");
        assert_eq!(tests(), "fail", "locked: {is_locked}");
    }
}

/// Python takes byte code for that of a source of the same size and second.
#[test]
fn a_package_that_is_installed_anew_in_the_same_second_is_tested_as_it_is_now() {
    for from in ["carbonpkg", "dist/carbonpkg-0.1.0-py3-none-any.whl"] {
        let project = Project::new("p");
        let venv = project.top.join("environment");
        succeed(command("uv").args(["venv", "--quiet", "--python", ">=3.11,<3.14"]).arg(&venv));
        let install = || {
            let mut uv = command("uv");
            uv.args(["pip", "install", "--quiet", "--reinstall-package", "carbonpkg", "--python"]).arg(&venv);
            succeed(uv.args(["pytest==9.2.0", "pytest-cov==7.1.0"]).arg(project.root.join(from)));
        };
        let set = |answer: &str| {
            project.write("carbonpkg/src/carbonpkg/__init__.py", answer);
            succeed(
                command("uv")
                    .args(["build", "--quiet", "--wheel", "--out-dir", "dist", "carbonpkg"])
                    .current_dir(&project.root),
            );
            install();
            let python =
                std::fs::read_dir(venv.join("lib")).expect("read").next().expect("one").expect("read");
            let installed = python.path().join("site-packages/carbonpkg/__init__.py");
            let file = std::fs::File::options().write(true).open(installed).expect("installed");
            file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_hours(480_000)).expect("set");
        };
        project.write("carbonpkg/pyproject.toml", PACKAGE);
        project.write("tests/test_carbon.py", "import carbonpkg\ndef test(): assert carbonpkg.ANSWER == 1\n");
        let policy = format!(
            "schema = 1\n[project]\nname = \"copied\"\nroot = \"p\"\nrunner = {{ venv = {venv:?} }}\n[component.carbon]\n\
             paths = [\"carbonpkg/src\"]\ntests = {{ paths = [\"tests\"] }}\n"
        );
        std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
        let tests = || {
            let mut gate =
                project.gate(&["verify", "carbon", "--format", "json", "--only", "tests", "--fresh"]);
            let verdict = Verdict::of(&gate.output().expect("it starts"));
            verdict.check("carbon", "tests")["outcome"].clone()
        };
        set("ANSWER = 1\n");
        assert_eq!(tests(), "pass", "from {from}");
        set("ANSWER = 2\n");
        assert_eq!(tests(), "fail", "from {from}");
    }
}

/// pytest-cov begins when the plugins have been imported.
#[test]
fn what_a_plugin_imports_before_anything_is_recorded_is_told() {
    let project = Project::new("p");
    let venv = project.top.join("environment");
    succeed(command("uv").args(["venv", "--quiet", "--python", ">=3.11,<3.14"]).arg(&venv));
    let entry = "[project.entry-points.pytest11]\nearly = \"carbonpkg\"\n";
    project.write("plugin/pyproject.toml", format!("{PACKAGE}{entry}"));
    project.write(
        "plugin/src/carbonpkg/__init__.py",
        "import os\nimport sys\n\nsys.path.insert(0, os.getcwd())\nimport src.carbon\n",
    );
    let mut uv = command("uv");
    uv.args(["pip", "install", "--quiet", "--python"]).arg(&venv);
    succeed(uv.args(["pytest==9.2.0", "pytest-cov==7.1.0"]).arg(project.root.join("plugin")));
    project.write("src/__init__.py", "");
    project.write("src/carbon.py", "A = 1\n\n\ndef one() -> int:\n    return A\n");
    project
        .write("tests/test_carbon.py", "from src.carbon import one\n\n\ndef test_one(): assert one() == 1\n");
    let policy = format!(
        "schema = 1\n[project]\nname = \"early\"\nroot = \"p\"\nrunner = {{ venv = \"{}\" }}\n[component.carbon]\n\
         paths = [\"src/carbon.py\"]\ntests = {{ paths = [\"tests\"] }}\n",
        venv.display()
    );
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    let mut gate = project.gate(&["verify", "carbon", "--format", "json", "--only", "coverage"]);
    let verdict = Verdict::of(&gate.output().expect("it starts"));
    let check = verdict.check("carbon", "coverage");
    assert_eq!(
        (&check["measured"]["covered"], &check["measured"]["statements"]),
        (&1.into(), &3.into()),
        "{check}"
    );
    let note = check["notes"][0].as_str().unwrap_or_default();
    assert!(
        note.contains("before anything was recorded") && note.ends_with("1 (`src/carbon.py`)"),
        "{check}"
    );
}
