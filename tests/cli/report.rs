//! What the reports of tools say: many findings, hostile text in them, files that nobody asked about.

use crate::hostile::{TOOLS, Tool};
use crate::project::Project;

/// A report of `count` findings in `file`, in the tool's own format, and a fake that gives it.
fn with_findings(tool: &Tool, project: Project, file: &str, count: u64, message: &str) -> Project {
    use serde_json::json;
    let lines = 1..=count;
    match tool.name {
        "ruff" => {
            let issue = |line| json!({"code": "F401", "filename": file, "location": {"row": line, "column": 1}, "message": message});
            project.prints(json!(lines.map(issue).collect::<Vec<_>>()).to_string()).exits(1)
        }
        "pyright" => {
            let diagnostic = |line| {
                let place = json!({"line": line, "character": 0});
                json!({"file": file, "severity": "error", "message": message, "range": {"start": place, "end": place}, "rule": "reportX"})
            };
            let summary = json!({"filesAnalyzed": 1, "errorCount": count, "warningCount": 0});
            let diagnostics: Vec<_> = lines.map(diagnostic).collect();
            project
                .prints(json!({"generalDiagnostics": diagnostics, "summary": summary}).to_string())
                .exits(1)
        }
        "bandit" => {
            let result = |line| json!({"filename": file, "issue_severity": "HIGH", "issue_text": message, "line_number": line, "col_offset": 0, "test_id": "B307"});
            let counts = json!({"loc": 10, "nosec": 0, "skipped_tests": 0});
            let own = project.root().join("src/a.py");
            let metrics = json!({own.to_str().expect("UTF-8"): counts, "_totals": counts});
            let results: Vec<_> = lines.map(result).collect();
            project.prints(json!({"errors": [], "metrics": metrics, "results": results}).to_string()).exits(1)
        }
        _ => {
            let text = message.replace(|c: char| c.is_control(), "?");
            let case = |line| {
                format!(
                    "<testcase classname='t' name='n{line}' file='{file}' line='1'><failure message='{text}'>x</failure></testcase>"
                )
            };
            let cases: String = lines.map(case).collect();
            let journal = json!({"root": project.root(), "prefix": project.path("python"), "exit": 1, "collected": count, "finished": count, "deselected": 0, "dropped": 0, "counts": {"failed": count}, "reruns": 0, "rewritten": 0, "uncollected": [], "not_run": []});
            project
                .data("junit.xml", format!("<testsuites><testsuite>{cases}</testsuite></testsuites>"))
                .data("journal.json", journal.to_string())
                .does("cat \"$fakes/junit.xml\" > \"$junit\"; cat \"$fakes/journal.json\" > \"$journal\"")
                .exits(1)
        }
    }
}

fn own(project: &Project) -> String {
    project.root().join("src/a.py").to_str().expect("UTF-8").to_owned()
}

fn figure(tool: &Tool) -> &'static str {
    match tool.name {
        "pytest" => "failed",
        "pyright" => "errors",
        _ => "issues",
    }
}

#[test]
fn fifty_thousand_findings_are_a_fail_that_is_short_on_the_terminal_and_whole_in_json() {
    each_tool(|tool| {
        let message = "something is wrong here, and at some length";
        let project = tool.fake();
        let file = own(&project);
        let project = with_findings(tool, project, &file, 50_000, message);
        let told = tool.verify(&project).exits(1).gives(tool.check, "fail").within(160);
        let check = told.check(tool.check);
        assert_eq!(check["measured"][figure(tool)], 50_000);
        assert_eq!(check["findings"].as_array().expect("findings").len(), 50_000);
    });
}

#[test]
fn five_thousand_findings_are_short_on_the_terminal_and_in_a_comment() {
    each_tool(|tool| {
        let project = tool.fake();
        let file = own(&project);
        let project = with_findings(tool, project, &file, 5_000, "m");
        let text = project.run(&["verify", "a", "--only", tool.check]).exits(1).stays_calm();
        assert!(text.stdout.lines().count() < 60, "{}", text.stdout);
        let markdown = project.run(&["verify", "a", "--only", tool.check, "--format", "markdown"]).exits(1);
        assert!(markdown.stdout.len() < 65_536, "a comment on the forge takes no more");
    });
}

fn each_tool(test: impl Fn(&Tool) + Copy + Send) {
    std::thread::scope(|scope| {
        for tool in &TOOLS {
            scope.spawn(move || test(tool));
        }
    });
}

#[test]
fn what_a_finding_says_never_reaches_the_terminal_raw() {
    let lure =
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}boo\r\n\u{1b}[1A | `x` <script> @everyone \u{200b}";
    each_tool(|tool| {
        let project = tool.fake();
        let file = own(&project);
        let project = with_findings(tool, project, &file, 3, &lure.replace('<', "&lt;"));
        for format in ["text", "json", "markdown"] {
            project
                .run(&["verify", "a", "--only", tool.check, "--format", format, "-v"])
                .exits(1)
                .stays_calm();
        }
        let told = project.run(&["verify", "a", "--only", tool.check, "--color", "always"]).exits(1);
        let plain = without_colours(&told.stdout);
        assert!(
            !plain.contains('\u{1b}') && !plain.contains('\u{9b}') && !plain.contains('\u{7}'),
            "{plain:?}"
        );
    });
}

/// Takes away what is surely ours: `ESC [ digits ; digits m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        plain.push_str(rest.strip_prefix('m').unwrap_or("\u{1b}"));
    }
    plain
}

#[test]
fn a_finding_in_a_file_that_nobody_asked_about_is_no_clean_answer() {
    for tool in TOOLS.iter().filter(|tool| tool.name != "pytest") {
        for file in ["/etc/passwd", "src/a.py", "./src/a.py", ""] {
            let project = with_findings(tool, tool.fake(), file, 1, "elsewhere");
            let told = tool.verify(&project);
            let outcome = told.check(tool.check)["outcome"].clone();
            assert_ne!(outcome, "pass", "{}: {file}", tool.name);
        }
    }
}

#[test]
fn half_of_a_report_with_findings_is_unreadable() {
    for tool in TOOLS.iter().filter(|tool| tool.name != "pytest") {
        for bytes in [2, 40, 150, 260] {
            let project = tool.fake();
            let file = own(&project);
            let whole = with_findings(tool, project.does("{"), &file, 3, "m");
            let project = whole.does(&format!("}} | head -c {bytes}; exit 1"));
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable");
        }
    }
}
