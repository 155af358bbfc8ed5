//! Components verified together are assessed as each alone: on generated projects, whatever is wrong with a neighbour.

use std::fmt::Write as _;

use serde_json::Value;

use super::laboratory::{self, Project, Verdict};

const NAMES: [&str; 4] = ["carbon", "argon", "xenon", "radium"];

/// What is wrong with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    TestFails,
    Lint,
    Types,
    Security,
    Syntax,
    NotUtf8,
    NotCollected,
    EndsTheProcess,
    CoveredByOthers,
    NotCovered,
    Excluded,
    Suppressed,
    Hangs,
    Absent,
}

impl Defect {
    const ALL: [Self; 15] = [
        Self::None,
        Self::TestFails,
        Self::Lint,
        Self::Types,
        Self::Security,
        Self::Syntax,
        Self::NotUtf8,
        Self::NotCollected,
        Self::EndsTheProcess,
        Self::CoveredByOthers,
        Self::NotCovered,
        Self::Excluded,
        Self::Suppressed,
        Self::Hangs,
        Self::Absent,
    ];

    /// Whether it would keep the tests of others from being collected, or from ending, in one folder with them.
    fn is_contagious(self) -> bool {
        matches!(
            self,
            Self::Syntax
                | Self::NotUtf8
                | Self::NotCollected
                | Self::EndsTheProcess
                | Self::Hangs
                | Self::Absent
        )
    }

    /// The check that it spoils, and how.
    fn spoils(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::None | Self::CoveredByOthers | Self::Suppressed => return None,
            Self::TestFails => ("tests", "fail"),
            Self::Lint => ("lint", "fail"),
            Self::Types => ("types", "fail"),
            Self::Security => ("security", "fail"),
            Self::Syntax | Self::NotUtf8 => ("security", "inconclusive"),
            Self::NotCollected | Self::EndsTheProcess | Self::Hangs => ("tests", "inconclusive"),
            Self::NotCovered => ("coverage", "fail"),
            Self::Excluded => ("coverage", "inconclusive"),
            Self::Absent => ("lint", "inconclusive"),
        })
    }

    fn source(self, name: &str) -> Vec<u8> {
        let mut text = format!(
            "\"\"\"Half of a {name}.\n\n>>> half_{name}(1)\n1\n\"\"\"\n\n\ndef half_{name}(value: int) -> int:\n"
        );
        for number in 1..6 {
            let _infallible = writeln!(text, "    if value == {number}:\n        return {number}");
        }
        text.push_str("    return 0\n");
        match self {
            Self::Lint => text.insert_str(text.find("\n\n\ndef").expect("a function"), "\n\nimport os"),
            Self::Types => text.push_str("\n\nWRONG: int = \"\"\n"),
            Self::Security => text.push_str("\n\ndef run(text: str) -> object:\n    return eval(text)\n"),
            Self::Syntax => text.push_str("\n\ndef broken(:\n"),
            Self::NotUtf8 => text.push_str("# \u{e9}\n"),
            Self::Excluded => {
                text.push_str("\n\ndef spare() -> int:  # pragma: no cover\n");
                for number in 0..9 {
                    let _infallible = writeln!(text, "    a{number} = {number}");
                }
                text.push_str("    return 0\n");
            }
            Self::Suppressed => text.push_str(
                "\n\ndef run(text: str) -> object:\n    return eval(text)  # nosec\n\n\nWRONG: int = \"\"  # type: ignore\n",
            ),
            _ => {}
        }
        if self == Self::NotUtf8 {
            return text.chars().map(|character| u8::try_from(character).expect("a byte")).collect();
        }
        text.into_bytes()
    }

    fn tests(self, name: &str) -> String {
        let import = format!("from src.{name}_component import half_{name}\n\n\n");
        let covering = format!(
            "{import}def test_{name}():\n    assert [half_{name}(value) for value in range(6)] == list(range(6))\n"
        );
        match self {
            Self::TestFails => {
                format!("{covering}\n\ndef test_{name}_wrong():\n    assert half_{name}(1) == 2\n")
            }
            Self::NotCollected => format!("import no_such_module\n{covering}"),
            Self::EndsTheProcess => {
                format!("{covering}\n\ndef test_{name}_ends():\n    import os\n    os._exit(0)\n")
            }
            Self::Hangs => {
                format!("{covering}\n\ndef test_{name}_hangs():\n    import time\n    time.sleep(600)\n")
            }
            Self::CoveredByOthers => format!(
                "{import}def test_{name}():\n    assert half_{name}(1) == 1\n\n\nclass TestOthers:\n    def test_more(self):\n        \
                 assert half_{name}(2) == 2\n"
            ),
            Self::NotCovered => format!("{import}def test_{name}():\n    assert half_{name}(1) == 1\n"),
            _ => covering,
        }
    }
}

/// A project whose components have these defects. Where one is contagious, the tests lie in a folder of their own.
fn project(defects: [Defect; 4]) -> Project {
    let project = Project::new("");
    let mut policy = format!(
        "schema = 1\n[project]\nname = \"x\"\ntimeout = \"15s\"\nrunner = {{ venv = {:?} }}\n",
        laboratory::environment().to_str().expect("a path")
    );
    project.write("ruff.toml", "[lint]\nselect = [\"E\", \"F\"]\n");
    project.write("conftest.py", "");
    for (name, defect) in NAMES.iter().zip(defects) {
        let path = format!("src/{name}_component.py");
        if defect != Defect::Absent {
            project.write(&path, defect.source(name));
        }
        let folder = if defect.is_contagious() { format!("tests_{name}") } else { "tests".to_owned() };
        project.write(&format!("{folder}/test_{name}.py"), defect.tests(name));
        if defect == Defect::CoveredByOthers {
            let other = format!(
                "from src.{name}_component import half_{name}\n\n\ndef test_of_somebody_else():\n    \
                 assert [half_{name}(value) for value in range(6)] == list(range(6))\n"
            );
            project.write(&format!("tests/test_about_{}.py", name.len()), other);
        }
        let select = if defect.is_contagious() { String::new() } else { format!(", select = {name:?}") };
        let _infallible = writeln!(
            policy,
            "[component.{name}]\npaths = [{path:?}]\ntests = {{ paths = [{folder:?}]{select} }}"
        );
    }
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    project
}

fn verify(project: &Project, arguments: &[&str]) -> Vec<Value> {
    let mut command = project.gate(&["verify", "--format", "json", "--jobs", "2"]);
    let verdict = Verdict::of(&command.args(arguments).output().expect("it starts"));
    let mut components = verdict.document["components"].as_array().cloned().unwrap_or_else(|| {
        panic!("{arguments:?}: {} {}", verdict.exit, verdict.stderr);
    });
    for component in &mut components {
        for check in component["checks"].as_array_mut().into_iter().flatten() {
            check["run"] = Value::Null;
        }
    }
    components
}

/// Four defects, by the number of the project.
fn defects(number: usize) -> [Defect; 4] {
    let all = Defect::ALL;
    [0, 1, 2, 3].map(|place| all[(number * 4 + place) % all.len()])
}

fn is_the_same_alone_and_among_all(number: usize) {
    let defects = defects(number);
    let project = project(defects);
    let together = verify(&project, &["--all"]);
    let exact = verify(&project, &["--all", "--exact"]);
    assert_eq!(together.len(), NAMES.len());
    for (component, exact) in together.iter().zip(&exact) {
        let name = component["name"].as_str().expect("a name");
        let alone = verify(&project, &[name]);
        assert_eq!(alone.as_slice(), std::slice::from_ref(component), "{defects:?}");
        assert_eq!(component["verdict"], exact["verdict"], "a lower bound changes no verdict: {defects:?}");
        let place = NAMES.iter().position(|known| *known == name).expect("a known name");
        is_spoilt(component, defects[place]);
    }
}

/// Each defect shows where it must, and a component without one passes whatever is wrong with its neighbours.
fn is_spoilt(component: &Value, defect: Defect) {
    match defect.spoils() {
        None => assert_eq!(component["verdict"], "pass", "{defect:?} {component:#}"),
        Some((id, outcome)) => {
            let checks = component["checks"].as_array().expect("checks");
            let check = checks.iter().find(|check| check["id"] == id).expect("the check");
            assert_eq!(check["outcome"], outcome, "{defect:?} {component:#}");
        }
    }
}

#[test]
fn the_first_four_defects_stay_with_their_components() {
    is_the_same_alone_and_among_all(0);
}

#[test]
fn the_next_four_defects_stay_with_their_components() {
    is_the_same_alone_and_among_all(1);
}

#[test]
fn four_more_defects_stay_with_their_components() {
    is_the_same_alone_and_among_all(2);
}

#[test]
fn the_last_defects_stay_with_their_components() {
    is_the_same_alone_and_among_all(3);
}
