//! The formats that forges and CI systems read, from the command line: files, variables of a step, hostile tools.

use serde_json::Value;

use crate::project::{POLICY, Project};

fn issue(project: &Project, rows: usize, message: &str) -> String {
    let file = project.root().join("src/a.py");
    let issue = |row: usize| serde_json::json!({"code": "F401", "filename": file, "location": {"row": row, "column": 8}, "message": message});
    serde_json::to_string(&(1..=rows).map(issue).collect::<Vec<_>>()).expect("JSON")
}

/// A project whose linter says `message` in so many places.
fn failing(rows: usize, message: &str) -> Project {
    let project = Project::new();
    let text = issue(&project, rows, message);
    project.fake("ruff").prints(text).exits(1)
}

#[test]
fn an_unknown_format_is_told_all_that_there_are() {
    let all = "text, json, markdown, junit, sarif, github, gitlab";
    for arguments in [["verify", "a", "--format", "xml"], ["verify", "a", "--output", "xml=a"]] {
        Project::new().run(&arguments).exits(2).complains(&format!("a format is one of {all}"));
    }
    let help = Project::new().run(&["verify", "--help"]).exits(0).stdout.replace('\n', " ");
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for format in all.split(", ") {
        assert!(help.contains(format), "{format}");
    }
}

#[test]
fn every_format_for_machines_is_written_at_once() {
    let project = failing(2, "`os` imported but unused");
    let files =
        ["junit", "sarif", "gitlab", "github"].map(|format| (format, project.path("fakes").join(format)));
    let outputs: Vec<String> =
        files.iter().map(|(format, file)| format!("{format}={}", file.display())).collect();
    let arguments: Vec<&str> = ["verify", "a", "--only", "lint"]
        .into_iter()
        .chain(outputs.iter().flat_map(|output| ["--output", output]))
        .collect();
    project.run(&arguments).exits(1);
    let [junit, sarif, gitlab, github] =
        files.map(|(_, file)| std::fs::read_to_string(file).expect("written"));
    assert!(junit.contains("<testsuite name=\"a\" tests=\"1\" failures=\"1\" errors=\"0\""), "{junit}");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().expect("results").len(), 2);
    let gitlab: Value = serde_json::from_str(&gitlab).expect("JSON");
    assert_eq!(gitlab.as_array().expect("issues").len(), 2);
    assert!(
        github.contains("::error file=src/a.py,line=1,col=8,title=ruff%3A F401::`os` imported but unused\n")
    );
}

#[test]
fn paths_begin_at_the_top_of_the_repository_and_not_at_the_project() {
    let policy = POLICY.replacen("[project]", "[project]\nroot = \"services/app\"", 1);
    assert_ne!(policy, POLICY);
    let project = Project::new()
        .policy(&policy)
        .file("services/app/src/a.py", "x = 1\n")
        .file("services/app/tests/test_a.py", "def test(): pass\n");
    let text = issue(&project, 1, "x").replace("/src/a.py", "/services/app/src/a.py");
    let project = project.fake("ruff").prints(text).exits(1).repository();
    let github = project.run(&["verify", "a", "--only", "lint", "--format", "github"]).exits(1).stdout;
    assert!(github.contains("::error file=services/app/src/a.py,line=1"), "{github}");
    let gitlab = project.run(&["verify", "a", "--only", "lint", "--format", "gitlab"]).exits(1).stdout;
    let gitlab: Value = serde_json::from_str(&gitlab).expect("JSON");
    assert_eq!(gitlab[0]["location"]["path"], "services/app/src/a.py");
}

#[test]
fn a_step_gets_its_summary_and_its_outputs_after_what_is_there() {
    let project =
        failing(30, "`os` imported but unused").data("summary", "# theirs\n").data("outputs", "theirs=1");
    let [summary, outputs] = ["summary", "outputs"].map(|name| project.path("fakes").join(name));
    let project = project
        .variable("GITHUB_STEP_SUMMARY", &summary.to_string_lossy())
        .variable("GITHUB_OUTPUT", &outputs.to_string_lossy());
    let read = |file| std::fs::read_to_string(file).expect("there");
    project.run(&["verify", "a", "--only", "lint"]).exits(1);
    assert_eq!(
        (read(&summary).as_str(), read(&outputs).as_str()),
        ("# theirs\n", "theirs=1"),
        "nobody asked"
    );
    let told = project.run(&["verify", "a", "--only", "lint", "--format", "github"]).exits(1);
    assert_eq!(told.stdout.matches("::error ").count(), 10);
    assert!(told.stdout.contains("21 more in the summary"), "{}", told.stdout);
    let summary = read(&summary);
    assert!(summary.starts_with("# theirs\n## ✗ fail"), "{summary}");
    assert!(summary.contains("lint: 30 findings"), "{summary}");
    let outputs = read(&outputs);
    let lines: Vec<&str> = outputs.lines().collect();
    assert_eq!(lines[..3], ["theirs=1", "verdict=fail", "exit-code=1"]);
    assert_eq!(lines[4..], ["verdict-a=fail", "components={\"a\": \"fail\"}"]);
}

#[test]
fn a_step_file_that_cannot_be_written_is_told_before_the_work() {
    let project = Project::new().variable("GITHUB_OUTPUT", "/nowhere/outputs").fake("ruff").does("exit 9");
    project
        .run(&["verify", "a", "--only", "lint", "--format", "github"])
        .exits(2)
        .complains("cannot append to `/nowhere/outputs`");
}

#[test]
fn what_is_inconclusive_shows_in_every_format() {
    for (format, sign) in [
        ("junit", "<error type=\"tool_missing\""),
        ("sarif", "\"executionSuccessful\": false"),
        ("github", "::error title=tta-promote%3A inconclusive::"),
        ("gitlab", "\"severity\": \"blocker\""),
    ] {
        let project = Project::new().fake("ruff").absent();
        project.run(&["verify", "a", "--only", "lint", "--format", format]).exits(3).says(sign);
    }
}

#[test]
fn joined_shards_are_rendered_by_the_same_formats() {
    let project = failing(2, "`os` imported but unused").repository();
    let shard = project.path("fakes/shard.json");
    let outputs = project.path("fakes/outputs");
    let project = project.variable("GITHUB_OUTPUT", &outputs.to_string_lossy());
    project.run(&["verify", "--all", "--output", &format!("json={}", shard.display())]).exits(1);
    let shard = shard.to_string_lossy();
    let told = project.run(&["report", "--merge", &shard, "--format", "github"]).exits(1);
    assert_eq!(told.stdout.matches("title=ruff%3A F401::").count(), 2, "{}", told.stdout);
    let outputs = std::fs::read_to_string(outputs).expect("written");
    assert!(
        outputs.contains("verdict=fail\nexit-code=1\n") && outputs.contains("verdict-a=fail\n"),
        "{outputs}"
    );
    let missing = project.path("fakes/none.json").to_string_lossy().into_owned();
    for (format, sign) in [("junit", "<error "), ("sarif", "shard_missing"), ("gitlab", "blocker")] {
        project.run(&["report", "--merge", &missing, "--format", format]).exits(3).says(sign);
    }
}

/// How the runner of GitHub Actions reads a line: what it obeys.
fn obeyed(output: &str) -> Vec<&str> {
    let lines = output.split(['\n', '\r']);
    lines.filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

#[test]
fn a_tool_cannot_give_orders_to_the_runner_in_any_format() {
    let lure = "x ##[add-path]/tmp y\n::set-output name=verdict::pass\r\n::add-mask::a \u{202e} ]]> <b> ";
    let message = format!("{lure}{}", "::stop-commands::x ".repeat(60));
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "gitlab"] {
        let project = failing(3, &message).variable("GITHUB_ACTIONS", "true");
        let told = project.run(&["verify", "a", "--only", "lint", "-v", "--format", format]).exits(1);
        let commands = obeyed(&told.stdout);
        if format == "github" {
            assert!(commands.iter().all(|line| line.starts_with("::error ")), "{commands:?}");
            assert_eq!(commands.len(), 4);
        } else {
            assert_eq!(commands, [""; 0], "{format}");
        }
        assert_eq!(obeyed(&told.stderr), [""; 0]);
        if ["json", "sarif", "gitlab"].contains(&format) {
            let document: Value = serde_json::from_str(&told.stdout).expect("JSON");
            assert!(document.to_string().contains("##[add-path]"), "{format} is the same document");
        }
    }
}

#[test]
fn a_line_of_a_megabyte_is_text_in_every_format() {
    let message = format!("{}\n::set-output name=a::b", "x]]>\u{1b}".repeat(200_000));
    for format in ["text", "markdown", "junit", "sarif", "github", "gitlab"] {
        let project = failing(1, &message).variable("GITHUB_ACTIONS", "true");
        let told = project.run(&["verify", "a", "--only", "lint", "--format", format]).exits(1);
        assert!(!told.stdout.contains('\u{1b}'), "{format}");
        let ours = |line: &&str| format == "github" && line.starts_with("::error ");
        assert!(obeyed(&told.stdout).iter().all(ours), "{format}");
    }
}
