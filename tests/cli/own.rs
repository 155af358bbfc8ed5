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
