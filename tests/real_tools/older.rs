//! Older versions of the tools: they count what the newest do, and one that is too old is told to be.

use serde_json::Value;

use super::laboratory::{Project, Verdict, make_environment};

/// The oldest versions that are known to work, and some between.
const SETS: [(&str, &[&str]); 3] = [
    (
        "oldest",
        &[
            "pytest==7.0.1",
            "pytest-cov==3.0.0",
            "coverage==6.5.0",
            "ruff==0.2.2",
            "pyright==1.1.310",
            "bandit==1.7.8",
        ],
    ),
    (
        "older",
        &[
            "pytest==8.2.2",
            "pytest-cov==5.0.0",
            "coverage==7.6.1",
            "ruff==0.8.6",
            "pyright==1.1.370",
            "bandit==1.8.0",
        ],
    ),
    (
        "recent",
        &[
            "pytest==9.0.2",
            "pytest-cov==7.0.0",
            "coverage==7.13.0",
            "ruff==0.14.14",
            "pyright==1.1.408",
            "bandit==1.8.6",
        ],
    ),
];

/// Docstrings everywhere: old versions of coverage.py list them among the lines that were executed.
const SOURCE: &str = r#""""Energy of workloads."""

RATES = {"cpu": 65, "gpu": 250}


class Meter:
    """Counts."""

    def energy(self, device: str, hours: float) -> float:
        """In watt hours."""
        if hours < 0:
            raise ValueError(hours)
        return RATES[device] * hours
"#;
const TEST: &str =
    "from carbon.meter import Meter\n\n\ndef test():\n    assert Meter().energy('cpu', 2) == 130\n";

const HEALTHY: [&str; 5] =
    ["tests pass 1/0", "coverage pass 5/6", "lint pass 0", "types pass 0/0", "security pass 0"];
const ILL: [&str; 5] =
    ["tests pass 1/0", "coverage pass 10/11", "lint fail 1", "types fail 1/0", "security fail 1"];

const VERIFY: [&str; 5] = ["verify", "carbon", "--fresh", "--format", "json"];

/// A project that is healthy, or has one finding for each tool.
fn project(name: &str, packages: &[&str], healthy: bool) -> Project {
    let environment = make_environment(&format!("{name}-environment"), packages);
    let project = Project::new("p");
    project.write("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = [\"src\"]\n");
    project.write("src/carbon/__init__.py", "");
    let ill = SOURCE.replace("\nRATES", "\nimport os\nimport subprocess\n\nCOMMAND = 'true'\nRATES")
        + "\n\nsubprocess.call(COMMAND, shell=True)\nVALUE: int = 'text'\n";
    project.write("src/carbon/meter.py", if healthy { SOURCE } else { &ill });
    project.write("tests/test_meter.py", TEST);
    let policy = format!(
        "schema = 1\n[project]\nname = \"older\"\nroot = \"p\"\nrunner = {{ venv = \"{}\" }}\n\
         [component.carbon]\npaths = [\"src/carbon\"]\ntests = {{ paths = [\"tests\"] }}\n",
        environment.display()
    );
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    project
}

/// How each check ended, with the figures that do not depend on which rules a version has.
fn outcomes(verdict: &Verdict) -> Vec<String> {
    let figures = [
        ("tests", &["passed", "failed"][..]),
        ("coverage", &["covered", "statements"]),
        ("lint", &["issues"]),
        ("types", &["errors", "warnings"]),
        ("security", &["issues"]),
    ];
    let outcome = |(name, figures): (&str, &[&str])| {
        let check = verdict.check("carbon", name);
        let figures: Vec<String> =
            figures.iter().map(|figure| check["measured"][*figure].to_string()).collect();
        format!("{name} {} {}", check["outcome"].as_str().unwrap_or_default(), figures.join("/"))
    };
    figures.map(outcome).to_vec()
}

#[test]
fn older_versions_count_what_the_newest_do() {
    for (name, packages) in SETS {
        for (healthy, expected) in [(true, HEALTHY), (false, ILL)] {
            let project = project(name, packages, healthy);
            let verdict = Verdict::of(&project.gate(&VERIFY).output().expect("it starts"));
            assert_eq!(outcomes(&verdict), expected, "{name}");
        }
    }
}

#[test]
fn a_version_that_is_too_old_is_told_to_be() {
    let project = project("too-old", &["ruff==0.1.15"], true);
    let verdict = Verdict::of(&project.gate(&VERIFY).output().expect("it starts"));
    let check: &Value = verdict.check("carbon", "lint");
    assert_eq!(check["outcome"], "inconclusive", "{check}");
    let hint = check["reason"]["hint"].as_str().unwrap_or_default();
    assert!(
        hint.starts_with("use ruff 0.2.2 or newer: 0.1.15 is older than what is known to work; else "),
        "{hint}"
    );
    let told = project.gate(&["doctor"]).output().expect("it starts").stdout;
    let told = String::from_utf8(told).expect("UTF-8");
    assert!(told.contains("? ruff           0.1.15, ") && told.contains("do: use 0.2.2 or newer"), "{told}");
}
