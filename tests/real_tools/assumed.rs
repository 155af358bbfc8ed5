//! What pyright's settings assume of the interpreter, where a situation cannot say it: by the version that is in use.

use serde_json::{Value, json};

use super::laboratory::{self, Project, Verdict};

const SOUND: &str = "def twice(number: int) -> int:\n    return 2 * number\n";

/// What pyright says of `carbon`, with this text, and of `narrative`, which is sound, in one run.
fn checks(settings: &str, carbon: &str) -> [Value; 2] {
    let project = Project::new("");
    project.write("src/carbon.py", carbon);
    project.write("src/narrative.py", SOUND);
    project.write("pyrightconfig.json", settings);
    let venv = laboratory::environment().to_str().expect("a path");
    let component = |name: &str| format!("[component.{name}]\npaths = [\"src/{name}.py\"]\n");
    let project_table = format!("schema = 1\n[project]\nname = \"x\"\nrunner = {{ venv = {venv:?} }}\n");
    project.write("promotion.toml", project_table + &component("carbon") + &component("narrative"));
    let arguments = ["verify", "--all", "--only", "types", "--format", "json"];
    let verdict = Verdict::of(&project.gate(&arguments).output().expect("it starts"));
    ["carbon", "narrative"].map(|name| verdict.check(name, "types").clone())
}

/// The version of the interpreter in use, such as `3.12` and `3.12.1`.
fn versions() -> (String, String) {
    let python = laboratory::environment().join("bin/python");
    let whole = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
    let output = laboratory::command(python).args(["-c", whole]).output().expect("it starts");
    let whole = String::from_utf8(output.stdout).expect("text").trim().to_owned();
    let (part, _) = whole.rsplit_once('.').expect("three parts");
    (part.to_owned(), whole)
}

fn under(condition: &str) -> String {
    format!("import sys\n\nif {condition}:\n\n    def broken() -> int:\n        return \"no\"\n")
}

#[test]
fn what_a_setting_hides_in_one_component_leaves_the_other_in_the_same_run_alone() {
    let linux = under("sys.platform == \"linux\"");
    let [carbon, narrative] = checks(r#"{"pythonPlatform": "Windows"}"#, &linux);
    assert_eq!(carbon["reason"]["kind"], "check_weakened", "{carbon}");
    assert_eq!(carbon["reason"]["message"], "configuration hides 1 finding");
    assert_eq!((&narrative["outcome"], &narrative["measured"]["errors"]), (&json!("pass"), &json!(0)));
    assert_eq!(
        narrative["notes"],
        json!(["the configuration sets pythonPlatform, which hides nothing here"])
    );
}

#[test]
fn the_version_in_use_is_checked_to_its_last_part_where_the_settings_say_only_two() {
    let (part, whole) = versions();
    let condition = format!("sys.version_info < ({}, 99)", part.replace('.', ", "));
    let settings = format!(r#"{{"pythonVersion": "{part}"}}"#);
    let [carbon, narrative] = checks(&settings, &under(&condition));
    assert_eq!((&carbon["outcome"], &carbon["measured"]["errors"]), (&json!("fail"), &json!(1)), "{carbon}");
    assert_eq!((&narrative["outcome"], &narrative["notes"]), (&json!("pass"), &json!([])), "{narrative}");
    let environment = format!(r#"{{"executionEnvironments": [{{"root": ".", "pythonVersion": "{part}"}}]}}"#);
    let [carbon, narrative] = checks(&environment, &under(&condition));
    assert_eq!(carbon["reason"]["kind"], "check_weakened", "{carbon}");
    assert_eq!(narrative["outcome"], "pass", "{narrative}");
    let exact = format!(r#"{{"pythonVersion": "{whole}"}}"#);
    let [carbon, _] = checks(&exact, &under(&condition));
    assert_eq!(carbon["outcome"], "fail", "{carbon}");
}
