//! One process serves many: what is shared gives the same as what runs alone.

use crate::project::{POLICY, Project, covered};
use crate::told::Told;

const JSON: [&str; 4] = ["verify", "--all", "--format", "json"];

/// Two components with the same tests.
fn two() -> Project {
    let second = "\n[component.b]\ntitle = \"B\"\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    Project::new().policy(&format!("{POLICY}{second}")).file("src/b.py", "y = 2\n")
}

/// How often a tool was started for a report.
fn starts(project: &Project) -> usize {
    std::fs::read_to_string(project.path("fakes/starts")).expect("written").lines().count()
}

fn outcome(told: &Told, component: usize, check: &str) -> String {
    let document = told.json();
    let checks = document["components"][component]["checks"].as_array().expect("checks").clone();
    let check = checks.iter().find(|one| one["id"] == check).expect("the check").clone();
    let kind = check["reason"]["kind"].as_str().map(|kind| format!(": {kind}")).unwrap_or_default();
    format!("{}{kind}", check["outcome"].as_str().expect("an outcome"))
}

const COUNT: &str = "echo >> \"$fakes/starts\"; honest \"$@\"";

#[test]
fn components_with_the_same_tests_share_one_pytest_and_all_share_the_other_tools() {
    for tool in ["pytest", "pyright", "bandit"] {
        let project = two().fake(tool).does(COUNT);
        project.run(&JSON).exits(0);
        assert_eq!(starts(&project), 1, "{tool}");
    }
}

#[test]
fn components_with_different_tests_have_a_pytest_each() {
    let project = two().fake("pytest").does(COUNT);
    let policy = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    let (first, last) = policy.rsplit_once("[\"tests\"]").expect("tests");
    let project = project.policy(&format!("{first}[\"tests\"], select = \"b\"{last}"));
    project.run(&JSON).exits(0);
    assert_eq!(starts(&project), 2);
}

#[test]
fn a_broken_configuration_beside_a_component_is_no_matter_to_the_other_one() {
    let second = "\n[component.b]\ntitle = \"B\"\npaths = [\"src/b\"]\ntests = { paths = [\"tests\"] }\n";
    let project = Project::new().policy(&format!("{POLICY}{second}")).file("src/b/b.py", "y = 2\n");
    let project = project.file("src/b/ruff.toml", "[lint\n");
    let breaks = "echo >> \"$fakes/starts\"; case \"$*\" in *src/b/b.py*) echo broken >&2; exit 2 ;; esac; honest \"$@\"";
    let told = project.fake("ruff").does(breaks).run(&JSON).exits(3);
    assert_eq!(outcome(&told, 0, "lint"), "pass");
    assert_eq!(outcome(&told, 1, "lint"), "inconclusive: config_invalid");
    // The root's own is a matter of all of them, who need not be asked one by one.
    let project = two().file("ruff.toml", "[lint\n");
    let told = project.fake("ruff").does("echo >> \"$fakes/starts\"; echo broken >&2; exit 2");
    let told_of_all = told.run(&JSON).exits(3);
    assert_eq!(
        (outcome(&told_of_all, 0, "lint").as_str(), starts(&told)),
        ("inconclusive: config_invalid", 1)
    );
}

#[test]
fn a_file_on_which_a_tool_falls_over_is_no_matter_to_the_other_component() {
    for (tool, check, script) in [
        ("pyright", "types", "case \"$*\" in *src/b.py*) exit 250 ;; esac; honest \"$@\""),
        ("ruff", "lint", "case \"$*\" in *src/b.py*) kill -11 $$ ;; esac; honest \"$@\""),
        ("bandit", "security", "case \"$*\" in *src/b.py*) echo half; exit 1 ;; esac; honest \"$@\""),
    ] {
        let told = two().fake(tool).does(script).run(&JSON).exits(3);
        assert_eq!(outcome(&told, 0, check), "pass", "{tool}");
        assert!(outcome(&told, 1, check).starts_with("inconclusive: "), "{tool}");
    }
}

#[test]
fn a_fault_that_is_nobodys_own_is_met_once() {
    let project = two()
        .fake("pyright")
        .does("echo >> \"$fakes/starts\"; echo 'Config file \"x\" is wrong' >&2; exit 3");
    let told = project.run(&JSON).exits(3);
    assert_eq!(starts(&project), 1);
    assert_eq!(
        (outcome(&told, 0, "types"), outcome(&told, 1, "types")),
        ("inconclusive: config_invalid".into(), "inconclusive: config_invalid".into())
    );
}

/// A run of a selection leaves out 7 tests; only the run of all tests has no `-k`.
fn selected(of_selected: (u32, u32), of_all: (u32, u32)) -> Project {
    let report = |(executed, missing)| {
        serde_json::json!({"files": {"src/a.py": covered(executed, missing)}}).to_string()
    };
    let script = "echo >> \"$fakes/starts\"
        case \" $* \" in *' -ka '*) which=selected; left=7 ;; *) which=all; left=0 ;; esac
        cp \"$fakes/$which.json\" \"$fakes/coverage.json\"; write_junit; write_journal; write_coverage
        sed \"s/\\\"deselected\\\": 0/\\\"deselected\\\": $left/\" \"$journal\" > \"$journal.new\"; mv \"$journal.new\" \"$journal\"";
    let policy = POLICY.replace("[\"tests\"]", "[\"tests\"], select = \"a\"");
    Project::new()
        .policy(&policy)
        .data("selected.json", report(of_selected))
        .data("all.json", report(of_all))
        .fake("pytest")
        .does(script)
}

#[test]
fn a_selection_that_reaches_the_threshold_is_enough_and_says_that_it_is_a_bound() {
    let project = selected((8, 2), (9, 1));
    let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(starts(&project), 1);
    let measured = told.check("coverage")["measured"].clone();
    assert_eq!(
        (&measured["lower_bound"], &measured["covered"], &measured["deselected_tests"]),
        (&true.into(), &8.into(), &7.into())
    );
}

#[test]
fn a_selection_that_does_not_reach_the_threshold_is_followed_by_all_tests() {
    for (of_all, code, outcome) in [((9, 1), 0, "pass"), ((6, 4), 1, "fail")] {
        let project = selected((5, 5), of_all);
        let told = project.run(&["verify", "a", "--format", "json"]).exits(code).gives("coverage", outcome);
        assert_eq!(starts(&project), 2);
        let measured = told.check("coverage")["measured"].clone();
        assert_eq!((&measured["lower_bound"], &measured["covered"]), (&false.into(), &of_all.0.into()));
    }
}

#[test]
fn exact_always_measures_with_all_tests() {
    let project = selected((8, 2), (9, 1));
    let told = project.run(&["verify", "a", "--format", "json", "--exact"]).exits(0);
    assert_eq!(starts(&project), 2);
    assert_eq!(told.check("coverage")["measured"]["covered"], 9);
}
