//! The plan for several machines: the document, the matrix, and how components are divided.

use crate::project::{POLICY, Project};
use crate::selection::planned;

const THREE: &str = r#"
[component.b]
paths = ["src/b.py"]

[component.c]
paths = ["src/c.py"]
tests = { select = "c" }
"#;

/// `a` and `b` select the same tests.
fn project() -> Project {
    Project::new().policy(&format!("{POLICY}{THREE}")).file("src/b.py", "").file("src/c.py", "")
}

#[test]
fn the_plan_document_says_what_the_shards_are_for() {
    let project = project().repository();
    let plan = ["plan", "--all", "--format", "json"];
    let document = project.run(&plan).exits(0).json();
    assert_eq!((&document["schema"], &document["kind"]), (&1.into(), &"plan".into()));
    assert_eq!(document["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&document["project"], &document["dirty"]), (&"Demo".into(), &false.into()));
    assert_eq!(document["commit"].as_str().map(str::len), Some(40));
    assert_eq!(document["policy"]["file"], "promotion.toml");
    assert_eq!(document["policy"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!((&document["to"], &document["only"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    let shards = serde_json::json!([
        {"shard": "1-of-2", "components": ["a", "b"]}, {"shard": "2-of-2", "components": ["c"]}
    ]);
    assert_eq!(document["shards"], shards);
    let told = project.run(&[&plan[..], &["--to", "staging", "--only", "lint,docs"]].concat()).exits(0);
    let narrowed = told.json();
    assert_eq!(
        (&narrowed["to"], &narrowed["only"]),
        (&"staging".into(), &serde_json::json!(["lint", "docs"]))
    );
    assert_eq!(project.run_in("src", &plan).exits(0).json(), document, "from wherever it is asked");
    let project = project.file("src/a.py", "x = 2\n");
    assert_eq!(project.run(&plan).exits(0).json()["dirty"], true);
}

#[test]
fn the_matrix_is_one_line_whose_components_are_arguments_for_verify() {
    let project = project();
    let told = project.run(&["plan", "--all", "--format", "matrix"]).exits(0);
    let expected = "{\"include\":[{\"shard\":\"1-of-2\",\"components\":\"a b\"},{\"shard\":\"2-of-2\",\"components\":\"c\"}]}\n";
    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), (expected, ""));
    let told = project.run(&["plan", "--all", "--format", "matrix", "--shards", "1"]).exits(0);
    assert_eq!(told.stdout, "{\"include\":[{\"shard\":\"1-of-1\",\"components\":\"a b c\"}]}\n");
    let words: Vec<&str> = "verify a b --only lint --format json".split(' ').collect();
    assert_eq!(project.run(&words).exits(0).json()["components"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_plan_for_programs_asks_no_tool() {
    let mut project = project();
    for tool in ["pytest", "pyright", "bandit", "ruff", "python3"] {
        project = project.fake(tool).does("echo > \"$fakes/ran\"; exit 99");
        project = project.when("--version", "echo > \"$fakes/ran\"; exit 99");
    }
    for format in ["json", "matrix"] {
        project.run(&["plan", "--all", "--format", format]).exits(0);
    }
    assert!(!project.path("fakes/ran").exists(), "a tool ran");
}

#[test]
fn shards_are_for_programs_alone_and_at_least_one() {
    for (arguments, expected) in [
        (&["plan", "--all", "--shards", "2"][..], "--format matrix"),
        (&["plan", "--all", "--format", "matrix", "--shards", "0"], "0"),
        (&["plan", "--all", "--format", "yaml"], "yaml"),
    ] {
        let told = project().run(arguments).exits(2).stays_calm();
        assert!(told.stderr.contains(expected), "{}", told.stderr);
    }
}

#[test]
fn a_path_that_leads_nowhere_is_told_beside_the_plan() {
    let project = project();
    std::fs::remove_file(project.root().join("src/b.py")).expect("gone");
    let told = project.run(&["plan", "--all", "--format", "json"]).exits(2);
    assert!(told.stderr.contains("src/b.py"), "{}", told.stderr);
    assert_eq!(planned(&told), ["a", "b", "c"]);
}
