//! Where results go and how they look: text, JSON, Markdown, files, pipes and colours.

use crate::project::{POLICY, Project};

const LINT: [&str; 4] = ["verify", "a", "--only", "lint"];

fn with(arguments: &[&'static str]) -> Vec<&'static str> {
    [&LINT[..], arguments].concat()
}

#[test]
fn every_format_goes_to_the_terminal_and_to_files_at_once() {
    let project = Project::new();
    let [json, markdown, text] = ["v.json", "v.md", "v.txt"].map(|name| project.path("fakes").join(name));
    let outputs = [("json", &json), ("markdown", &markdown), ("text", &text)]
        .map(|(format, file)| format!("{format}={}", file.display()));
    let arguments: Vec<&str> = LINT
        .into_iter()
        .chain(outputs.iter().flat_map(|output| ["--output", output]))
        .chain(["--color", "always"])
        .collect();
    let told = project.run(&arguments).exits(0);
    assert!(told.stdout.contains("\u{1b}["), "the terminal has colours");
    let read = |file| std::fs::read_to_string(file).expect("written");
    let document: serde_json::Value = serde_json::from_str(&read(json)).expect("one document");
    assert_eq!(document["verdict"], "pass");
    assert!(read(markdown).contains("Component A"));
    let text = read(text);
    assert!(text.contains("Component A") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_file_that_is_there_is_replaced_whole_and_can_be_read_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new().data("v.json", "x".repeat(1_000_000));
    let file = project.path("fakes/v.json");
    project.run(&[&LINT[..], &["--output", &format!("json={}", file.display())]].concat()).exits(0);
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o644);
}

#[test]
fn what_is_piped_is_plain_unless_colour_is_asked_for() {
    for (variables, arguments, coloured) in [
        (&[][..], &[][..], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("CLICOLOR_FORCE", "0")], &[], false),
        (&[], &["--color", "always"], true),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("CLICOLOR_FORCE", "1")], &["--color", "never"], false),
    ] {
        let project =
            variables.iter().fold(Project::new(), |project, (name, value)| project.variable(name, value));
        let told = project.run(&with(arguments)).exits(0);
        assert_eq!(told.stdout.contains("\u{1b}["), coloured, "{variables:?} {arguments:?}");
        assert_eq!(told.stderr, "", "progress is for a terminal");
    }
}

#[test]
fn on_a_terminal_there_are_colours_and_a_display_that_is_gone_at_the_end() {
    let project = Project::new();
    let shown = project.on_a_terminal("verify a --only lint", &[("TERM", "xterm-256color")]);
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    let plain = project.on_a_terminal("verify a --only lint", &[("TERM", "dumb")]);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let plain = project.on_a_terminal("verify a --only lint -q", &[("TERM", "xterm"), ("NO_COLOR", "1")]);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
}

#[test]
fn quiet_is_the_verdict_and_verbose_is_all() {
    let project = Project::new();
    let quiet = project.run(&with(&["-q"])).exits(0).stdout;
    let normal = project.run(&LINT).exits(0).stdout;
    let verbose = project.run(&with(&["-v"])).exits(0).stdout;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    assert!(quiet.len() < normal.len() && normal.len() < verbose.len());
    assert!(verbose.contains("--output-format=json"), "the arguments: {verbose}");
    let logs = verbose.lines().find(|line| line.contains("/runs/")).expect("where the logs are");
    let folder = logs.split_whitespace().find(|word| word.contains("/runs/")).expect("a path");
    assert!(std::path::Path::new(folder.trim_end_matches(['.', ',', ')'])).is_dir(), "{folder}");
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let project = Project::new().fake("ruff").absent();
    for arguments in ["verify a -v", "verify a --format json", "plan a", "doctor", "--help"] {
        // The reader closes its end first, and says so; only then does anyone write.
        let writer = format!(
            "while [ ! -e \"$HOME/gone\" ]; do sleep 0.01; done; $PROMOTE {arguments}; echo $? > \"$HOME/code\""
        );
        let script = format!("({{ {writer}; }} | {{ exec <&-; echo > \"$HOME/gone\"; }}) 2>&1");
        let output = project.shell(&script);
        std::fs::remove_file(project.path("home/gone")).expect("it was gone");
        let said = String::from_utf8_lossy(&output.stdout);
        let complaints: Vec<&str> = said.lines().filter(|line| !line.starts_with("cache: ")).collect();
        assert_eq!(complaints, [""; 0], "{arguments}");
        let code = std::fs::read_to_string(project.path("home/code")).expect("a code");
        assert!(["0\n", "3\n"].contains(&code.as_str()), "{arguments}: {code}");
    }
    let output = project.shell("$PROMOTE verify a >&- 2>&-; echo $?");
    assert_ne!(String::from_utf8_lossy(&output.stdout), "0\n", "a pass that nobody could read");
}

#[test]
fn standard_output_that_is_full_is_a_fault() {
    let output = Project::new().shell("$PROMOTE verify a --only lint > /dev/full; echo $?");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "70\n");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
}

#[test]
fn json_is_one_document_whatever_happens() {
    let policy = POLICY.replace("src/a.py", "src/gone.py");
    for (project, arguments) in [
        (Project::new(), &["verify", "a"][..]),
        (Project::new().fake("python3").absent(), &["verify", "a"]),
        (Project::new().fake("pytest").absent(), &["verify", "--all"]),
        (Project::new().policy(&policy), &["verify", "a"]),
        (Project::new().policy("x"), &["verify", "a"]),
        (Project::new(), &["verify"]),
        (Project::new(), &["verify", "b"]),
        (Project::new(), &["verify", "a", "--bogus"]),
        (Project::new(), &["verify", "a", "-v", "--color", "always"]),
    ] {
        for format in [&["--format", "json"][..], &["--format=json"]] {
            let told = project.run(&[arguments, format].concat());
            let document = told.json();
            assert_eq!(document["schema"], 1);
            let code = told.status.code().map(u64::try_from).and_then(Result::ok);
            assert!(
                document["verdict"].is_string() || document["exit_code"].as_u64() == code,
                "{document:#}"
            );
        }
    }
}

#[test]
fn text_that_people_read_stays_as_it_is() {
    let issue = |file: &std::path::Path| {
        serde_json::json!([{"code": "F401", "filename": file, "location": {"row": 3, "column": 8}, "message": "`os` imported but unused"}]).to_string()
    };
    let project = Project::new();
    let file = project.root().join("src/a.py");
    let project = project.fake("ruff").prints(issue(&file)).exits(1).fake("bandit").absent();
    let told = project.run(&["verify", "a"]).exits(1);
    insta::assert_snapshot!("verify_text", told.steady(&project));
    let told = project.run(&["verify", "a", "--format", "markdown"]).exits(1);
    insta::assert_snapshot!("verify_markdown", told.steady(&project));
    let told = project.run(&["verify", "a", "--format", "json"]).exits(1);
    insta::assert_snapshot!("verify_json", told.steady(&project));
    let told = project.run(&["plan", "a"]).exits(0);
    insta::assert_snapshot!("plan", told.steady(&project));
    let told = project.run(&["doctor"]).exits(3);
    insta::assert_snapshot!("doctor", told.steady(&project));
}
