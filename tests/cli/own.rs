//! The verbs that are about the program itself.

use crate::project::Project;

#[test]
fn a_schema_is_printed_by_its_name_and_all_are_listed() {
    let project = Project::new();
    let told = project.run(&["schema"]).exits(0).stays_calm();
    assert!(told.stdout.lines().any(|line| line.starts_with("promotion ")), "{}", told.stdout);
    for name in told.stdout.lines().filter_map(|line| line.split_whitespace().next()) {
        let schema = project.run(&["schema", name]).exits(0).json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(
            schema["$id"].as_str().is_some_and(|id| id.ends_with(&format!("/schemas/{name}.schema.json")))
        );
    }
    let told = project.run(&["schema", "promotoin"]).exits(2);
    assert!(told.stderr.contains("promotion"), "{}", told.stderr);
    for arguments in [&["schema", "--all"][..], &["schema", "--output", "x"], &["schema", "plan", "--all"]] {
        project.run(arguments).exits(2);
    }
}

#[test]
fn all_schemas_are_written_to_a_folder_that_may_not_be_there_yet() {
    let project = Project::new().file("taken", "a file");
    for _ in 0..2 {
        project.run(&["schema", "--all", "--output", "deep/schemas"]).exits(0).stays_calm();
    }
    let printed = project.run(&["schema", "plan"]).exits(0).stdout;
    let written = project.root().join("deep/schemas/plan.schema.json");
    assert_eq!(std::fs::read_to_string(written).expect("a schema"), printed);
    let told = project.run(&["schema", "--all", "--output", "taken"]).exits(2);
    assert!(told.stderr.contains("taken") && told.stderr.contains("hint: "), "{}", told.stderr);
}

/// A project without a policy.
fn bare() -> Project {
    let project = Project::new().file("src/b_component.py", "y = 2\n").file("src/b/part.py", "z = 3\n");
    std::fs::remove_file(project.root().join("promotion.toml")).expect("gone");
    project
}

#[test]
fn init_writes_a_policy_that_works_at_once_and_that_its_schema_takes() {
    let project = bare();
    let printed = project.run(&["init", "--print"]).exits(0).stays_calm().stdout;
    let told = project.run(&["init"]).exits(0).stays_calm();
    assert!(
        told.stdout.contains("2 components: a, b") && told.stdout.contains("tta-promote plan a"),
        "{}",
        told.stdout
    );
    let written = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    assert_eq!(written, printed);
    let schema = tta_promote::app::schema::Document::named("promotion").expect("a schema");
    assert_eq!(written.lines().next(), Some(format!("#:schema {}", schema.address()).as_str()));
    let policy: toml::Table = written.parse().expect("TOML");
    let policy = serde_json::to_value(policy).expect("JSON");
    assert!(jsonschema::is_valid(&schema.schema(), &policy), "{policy:#}");
    assert_eq!(policy["component"]["b"]["paths"], serde_json::json!(["src/b", "src/b_component.py"]));
    assert_eq!(policy["component"]["a"]["tests"], serde_json::json!({"paths": ["tests"], "select": "a"}));
    for name in ["a", "b"] {
        project.run(&["plan", name]).exits(0).stays_calm();
    }
}

#[test]
fn init_writes_over_nothing_and_says_so_where_there_is_nothing() {
    let project = bare().file("promotion.toml", "mine");
    let told = project.run(&["init"]).exits(2);
    assert!(told.stderr.contains("there already") && told.stderr.contains("hint: "), "{}", told.stderr);
    assert_eq!(std::fs::read_to_string(project.root().join("promotion.toml")).expect("mine"), "mine");
    std::fs::create_dir(project.root().join("empty")).expect("a folder");
    for folder in ["empty", "nowhere", "promotion.toml"] {
        assert!(project.run(&["init", folder]).exits(2).stderr.contains("hint: "), "{folder}");
    }
    assert!(!project.root().join("empty/promotion.toml").exists());
    std::os::unix::fs::symlink("gone.toml", project.root().join("src/promotion.toml")).expect("a link");
    project.run(&["init", "src"]).exits(2);
    assert!(!project.root().join("src/gone.toml").exists());
}

#[test]
fn init_takes_names_from_where_the_project_says_them() {
    let project = bare()
        .file("pyproject.toml", "[project]\nname = \"my \\\"own\\\"\"\n")
        .file("src/pkg/components/c_component.py", "x = 1\n")
        .file("src/pkg/components/d/tests/test_d.py", "x = 1\n")
        .file("src/pkg/components/__init__.py", "")
        .file("src/pkg/components/e f.py", "x = 1\n")
        .repository();
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(project.root()).args(arguments).status();
        assert!(done.expect("git").success());
    };
    git(&["remote", "add", "origin", "git@github.com:theinterneti/TTA.git"]);
    let text = project.run(&["init", "--print"]).exits(0).stdout;
    let policy: toml::Table = text.parse().expect("TOML");
    assert_eq!(policy["project"]["name"].as_str(), Some("my \"own\""));
    assert_eq!(policy["project"]["repository"].as_str(), Some("theinterneti/TTA"));
    let components = policy["component"].as_table().expect("components");
    assert_eq!(components.keys().collect::<Vec<_>>(), ["c", "d"], "{text}");
    assert_eq!(components["d"]["tests"]["paths"][0].as_str(), Some("src/pkg/components/d/tests"));
    git(&["remote", "set-url", "origin", "https://example.invalid/a/b"]);
    let text = project.run(&["init", "--print"]).exits(0).stdout;
    assert!(text.contains("\n# repository = "), "{text}");
}

#[test]
fn shells_and_man_are_told_every_verb() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = project.run(&["completions", shell]).exits(0);
        assert!(told.stdout.contains("observe") && told.stdout.contains("changed-since"), "{shell}");
    }
    project.run(&["completions", "csh"]).exits(2);
    let page = project.run(&["man"]).exits(0).stdout;
    assert!(page.contains(".TH tta-promote 1") && page.contains("inconclusive"), "{page}");
    project.run(&["man", "--output", "man"]).exits(0).stays_calm();
    let verb = std::fs::read_to_string(project.root().join("man/tta-promote-verify.1")).expect("a page");
    assert!(verb.contains("changed\\-since") && verb.contains("Examples:"), "{verb}");
}
