//! Which components are selected by name, stage and group, and what is said of it.

use crate::project::{POLICY, Project};
use crate::told::Told;

const THREE: &str = r#"
[component.b]
stage = "staging"
group = "Core Infrastructure"
paths = ["src/b.py"]

[component.c]
group = "Core Infrastructure"
paths = ["src/c.py"]
"#;

fn project() -> Project {
    let policy = POLICY.replace("title = \"Component A\"", "title = \"Component A\"\ngroup = \"Edge\"");
    Project::new().policy(&format!("{policy}{THREE}")).file("src/b.py", "").file("src/c.py", "")
}

/// The names in the shards of a plan, sorted.
pub(crate) fn planned(told: &Told) -> Vec<String> {
    let document = told.json();
    let shards = document["shards"].as_array().expect("shards");
    let names = shards.iter().flat_map(|shard| shard["components"].as_array().expect("names"));
    let mut names: Vec<String> = names.map(|name| name.as_str().expect("a name").to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn stage_and_group_narrow_all_and_mean_all_where_it_is_left_out() {
    let project = project();
    for (arguments, expected) in [
        (&["--all"][..], &["a", "b", "c"][..]),
        (&["--stage", "staging"], &["b"]),
        (&["--all", "--stage", "development"], &["a", "c"]),
        (&["--group", "Core Infrastructure"], &["b", "c"]),
        (&["--group", "Core Infrastructure", "--stage", "development"], &["c"]),
        (&["c", "a"], &["a", "c"]),
    ] {
        let told = project.run(&[&["plan", "--format", "json"], arguments].concat()).exits(0);
        assert_eq!(planned(&told), expected, "{arguments:?}");
    }
    let told = project.run(&["verify", "--stage", "development", "--only", "lint", "--format", "json"]);
    assert_eq!(told.exits(0).json()["components"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_selects_nothing_is_refused_with_what_there_is() {
    let project = project();
    for (arguments, expected) in [
        (&["--group", "Core Infrastrukture"][..], &["no group", "did you mean `Core Infrastructure`?"][..]),
        (&["--group", "zzz"], &["no group `zzz`", "there are: Core Infrastructure, Edge"]),
        (&["--stage", "production"], &["production", "in staging: `b`", "in development: `a`, `c`"]),
        (&["--stage", "staging", "--group", "Edge"], &["group `Edge` stands in staging", "development: `a`"]),
        (&["--stage", "moon"], &["development, staging, production"]),
        (&["a", "--stage", "staging"], &["--stage"]),
        (&["a", "--group", "Edge"], &["--group"]),
        (&["a", "--changed-since", "HEAD"], &["--changed-since"]),
        (&[], &["COMPONENT"]),
        (&["--explain"], &["COMPONENT"]),
    ] {
        for verb in ["verify", "plan"] {
            let told = project.run(&[&[verb], arguments].concat()).exits(2).stays_calm();
            assert!(told.stderr.contains("hint: ") && told.stdout.is_empty(), "{}", told.stderr);
            for text in expected {
                assert!(told.stderr.contains(text), "`{text}` in {}", told.stderr);
            }
            let json = project.run(&[&[verb], arguments, &["--format", "json"]].concat()).exits(2);
            assert_eq!(json.json()["exit_code"], 2);
        }
    }
    let told = Project::new().run(&["plan", "--group", "x"]).exits(2);
    assert!(told.stderr.contains("the policy has none"), "{}", told.stderr);
}

#[test]
fn explain_says_for_every_component_why_it_is_in_or_out() {
    let project = project();
    let stage =
        "out  a  it stands in development\nin   b  it stands in staging\nout  c  it stands in development\n";
    let told = project.run(&["plan", "--stage", "staging", "--explain"]).exits(0).stays_calm();
    assert!(told.stdout.starts_with(stage), "{}", told.stdout);
    let told = project.run(&["plan", "--all", "--explain", "--format", "matrix"]).exits(0).stays_calm();
    assert!(told.stderr.starts_with("in   a  all components are meant\nin   b"), "{}", told.stderr);
    for (arguments, expected) in [
        (&["a"][..], "in   a  it is named\nout  b  it is not named\nout  c  it is not named\n"),
        (
            &["--group", "Edge"],
            "in   a  it is of the group `Edge`\nout  b  it is of the group `Core Infrastructure`\n",
        ),
    ] {
        let explain = &["--explain", "--only", "lint", "--format", "json"];
        let told = project.run(&[&["verify"], arguments, explain].concat()).exits(0).stays_calm();
        assert!(told.stderr.starts_with(expected), "{}", told.stderr);
        assert_eq!(told.json()["verdict"], "pass", "stdout is the document alone");
    }
}
