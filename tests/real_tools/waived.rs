//! Waivers on what the real ruff, pyright and bandit find: what they cover, and everything that they do not.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use super::laboratory::{self, Project, Verdict};

/// Two unused imports, a wrong type and a shell.
const FAULTY: &str = "\
import json
import os
import subprocess

LIMIT: int = \"ten\"


def run(command: str) -> int:
    return subprocess.call(command, shell=True)
";
const NAMES: [&str; 3] = ["lint", "types", "security"];

/// So many days from today.
fn day(days: i64) -> String {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    today.saturating_add(days.days()).to_string()
}

/// A waiver of carbon: check, rule, path, maximum, and in how many days it ends.
type Waived<'a> = (&'a str, &'a str, &'a str, u64, i64);

/// What covers everything that is wrong with `src/carbon.py`.
const ALL: [Waived<'_>; 3] = [
    ("lint", "F401", "src/carbon.py", 2, 30),
    ("types", "reportAssignmentType", "src", 1, 10),
    ("security", "B602", "src/carbon.py", 1, 30),
];

/// Two components with the same faults, the first with these waivers.
fn project(waivers: &[Waived<'_>]) -> Project {
    let project = Project::new("");
    project.write("src/carbon.py", FAULTY);
    project.write("neo4j.py", FAULTY);
    let venv = laboratory::environment().to_str().expect("a path");
    let mut policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n\
         [component.neo4j]\npaths = [\"neo4j.py\"]\ntests = {{ paths = [\".\"] }}\n\
         [component.carbon]\npaths = [\"src\"]\ntests = {{ paths = [\".\"] }}\n"
    );
    for (check, rule, path, max, days) in waivers {
        let _infallible = write!(
            policy,
            "[[component.carbon.waiver]]\ncheck = \"{check}\"\nrule = \"{rule}\"\npath = \"{path}\"\nmax = {max}\n\
             reason = \"it is generated\"\nowner = \"alice\"\nissue = \"#12\"\nexpires = {}\n",
            day(*days)
        );
    }
    project.write("promotion.toml", policy);
    project
}

fn verify(project: &Project, arguments: &[&str]) -> Verdict {
    let always = ["verify", "--only", "lint,types,security", "--format", "json", "--fresh"];
    Verdict::of(&project.gate(&always).args(arguments).output().expect("it starts"))
}

fn text(project: &Project) -> String {
    let arguments = ["verify", "carbon", "--only", "lint,types,security"];
    let output = project.gate(&arguments).output().expect("it starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether each check of carbon is waived.
fn waived(verdict: &Verdict) -> [bool; 3] {
    NAMES.map(|id| verdict.check("carbon", id)["waived"] == true)
}

fn states(verdict: &Verdict) -> Vec<&str> {
    let waivers = verdict.component("carbon")["waivers"].as_array().map_or(&[][..], Vec::as_slice);
    waivers.iter().map(|one| one["state"].as_str().expect("a state")).collect()
}

#[test]
fn what_is_waived_passes_and_says_what_until_when_and_why() {
    let project = project(&ALL);
    let verdict = verify(&project, &["carbon"]);
    assert_eq!((verdict.exit, waived(&verdict)), (0, [true; 3]), "{}", verdict.document);
    assert_eq!(states(&verdict), ["used"; 3]);
    for id in NAMES {
        assert_eq!(verdict.check("carbon", id)["outcome"], "fail", "what was found is found");
    }
    assert_eq!(verdict.component("carbon")["waivers"][0]["covered"], 2);
    let text = text(&project);
    assert!(text.contains(&format!("carbon: pass, 4 waived until {}", day(10))), "{text}");
    assert!(text.contains("2 issues (2 waived"), "{text}");
    assert!(text.contains("waived: 2 of lint F401 in src/carbon.py"), "{text}");
    // Reused results are judged the same.
    project.commit();
    for cached in [false, true] {
        let arguments = ["verify", "carbon", "--only", "lint,types,security", "--format", "json"];
        let verdict = Verdict::of(&project.gate(&arguments).output().expect("it starts"));
        assert_eq!((verdict.exit, waived(&verdict)), (0, [true; 3]));
        assert_eq!(verdict.check("carbon", "lint")["run"]["cached"], cached);
    }
}

#[test]
fn one_finding_more_than_a_waiver_may_cover_fails_with_all_of_them() {
    let mut waivers = ALL;
    waivers[0].3 = 1;
    let project = project(&waivers);
    let verdict = verify(&project, &["carbon"]);
    assert_eq!((verdict.exit, waived(&verdict)), (1, [false, true, true]));
    assert_eq!(states(&verdict), ["exceeded", "used", "used"]);
    let text = text(&project);
    assert!(text.contains("carbon: fail: 2 lint issues"), "{text}");
    assert!(text.contains("promotion.toml:11: lint F401 in src/carbon.py is exceeded: it covers"), "{text}");
}

#[test]
fn another_rule_or_another_component_is_not_covered() {
    let mut waivers = ALL;
    waivers[0].1 = "F402";
    let project = project(&waivers);
    let verdict = verify(&project, &["carbon"]);
    assert_eq!((verdict.exit, waived(&verdict)), (1, [false, true, true]));
    assert_eq!(states(&verdict), ["unused", "used", "used"]);
    assert!(text(&project).contains("waiver: promotion.toml:11: lint F402 in src/carbon.py is unused"));

    let project = self::project(&ALL);
    let both = verify(&project, &["--all"]);
    assert_eq!((both.exit, waived(&both)), (1, [true; 3]));
    assert_eq!(both.component("neo4j")["verdict"], "fail");
    assert_eq!(both.component("neo4j")["waivers"], Value::Null);
    // To name the file of another is a fault of the policy, at its line.
    waivers[0].2 = "neo4j.py";
    let verdict = verify(&self::project(&waivers), &["carbon"]);
    assert_eq!(verdict.exit, 2, "{}", verdict.stderr);
    let told = "line 14: the path `neo4j.py` of a waiver is no file of `carbon`";
    assert!(
        verdict.stderr.contains(told) || verdict.document.to_string().contains(told),
        "{}",
        verdict.stderr
    );
}

#[test]
fn a_waiver_that_expired_covers_nothing_and_says_so_and_one_far_ahead_is_a_fault() {
    let mut waivers = ALL;
    waivers[2].4 = -1;
    let project = project(&waivers);
    let verdict = verify(&project, &["carbon"]);
    assert_eq!((verdict.exit, waived(&verdict)), (1, [true, true, false]));
    assert_eq!(states(&verdict), ["used", "used", "expired"]);
    assert!(text(&project).contains("security B602 in src/carbon.py expired on"), "{}", text(&project));
    // Its last day is in force.
    waivers[2].4 = 0;
    assert_eq!(verify(&self::project(&waivers), &["carbon"]).exit, 0);
    waivers[2].4 = 91;
    let verdict = verify(&self::project(&waivers), &["carbon"]);
    assert_eq!(verdict.exit, 2);
    let told = format!("shorten it to {} or earlier, and renew it then", day(90));
    assert!(verdict.document.to_string().contains(&told), "{}", verdict.document);
}

#[test]
fn a_waiver_opens_no_gate_for_a_linter_that_was_switched_off_elsewhere() {
    let project = project(&ALL);
    project.write("src/other.py", "# ruff: noqa\nimport os\n");
    let verdict = verify(&project, &["carbon"]);
    assert_eq!(verdict.exit, 3, "{}", verdict.document);
    assert_eq!(verdict.check("carbon", "lint")["reason"]["kind"], "check_weakened");
    assert_eq!(states(&verdict), ["not_judged", "used", "used"]);
    // What no waiver covers is found all the same: one that is over, of another rule, or exceeded hides nothing.
    let lint = |rule, max, days| {
        let mut waivers = ALL;
        waivers[0] = ("lint", rule, "src/carbon.py", max, days);
        waivers
    };
    for waivers in [lint("F401", 9, -1), lint("F402", 9, 30), lint("F401", 1, 30)] {
        let project = self::project(&waivers);
        project.write("src/other.py", "# ruff: noqa\nimport os\n");
        let verdict = verify(&project, &["carbon"]);
        assert_eq!(verdict.exit, 1, "{}", verdict.document);
        assert_eq!(verdict.check("carbon", "lint")["findings"].as_array().map(Vec::len), Some(2));
    }
}
