//! Names that begin with `-`, hold spaces, shell characters or letters of other scripts: data, all of them.

use crate::project::{POLICY, Project};

/// What a shell, an option parser, a glob or a report might take for something else.
const NAMES: [&str; 14] = [
    "-rf",
    "--help",
    "a b",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "a'b",
    "a\"b",
    "*",
    "[a]",
    "{a,b}",
    "größe",
    "漢字",
    "~",
];

fn policy(path: &str) -> String {
    POLICY.replace("[\"src/a.py\"]", &format!("[{}]", serde_json::json!(path)))
}

#[test]
fn a_component_of_any_name_is_found_given_to_each_tool_and_measured() {
    std::thread::scope(|scope| {
        for name in NAMES {
            scope.spawn(move || {
                let (folder, path) = (format!("src/{name}"), format!("src/{name}/{name}.py"));
                let project = Project::new().file(&path, "x = 1\n").policy(&policy(&path));
                let before = project.tree();
                let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
                assert_eq!(told.json()["components"][0]["files"], serde_json::json!([path]), "{name}");
                assert_eq!(project.tree(), before, "{name}");
                let project = project.policy(&policy(&folder));
                let text = project.run(&["verify", "a", "-v"]).exits(0).stays_calm();
                assert!(text.stdout.contains("ready for staging"), "{name}: {}", text.stdout);
            });
        }
    });
}

#[test]
fn a_path_that_an_option_parser_would_take_for_its_own_is_a_fault_of_the_policy() {
    for (old, new) in
        [("src/a.py", "-rf.py"), ("\"tests\"", "\"-tests\""), ("[\"tests\"]", "[\"tests\"], select = \"-x\"")]
    {
        let told = Project::new()
            .file("-rf.py", "")
            .policy(&POLICY.replace(old, new))
            .run(&["verify", "a"])
            .exits(2);
        assert!(
            told.stderr.contains("promotion.toml line 1") && told.stderr.contains("`-`"),
            "{}",
            told.stderr
        );
    }
}

#[test]
fn a_file_whose_name_begins_with_a_dash_is_no_option() {
    let project = Project::new().file("-rf.py", "x = 1\n").policy(&policy("."));
    let told = project.run(&["verify", "a", "--format", "json"]).exits(0);
    assert_eq!(
        told.json()["components"][0]["files"],
        serde_json::json!(["-rf.py", "src/a.py", "tests/test_a.py"])
    );
}

#[test]
fn test_paths_and_selections_of_any_name_are_one_argument_each() {
    let arguments =
        "for argument in \"$@\"; do printf '%s\\n' \"$argument\"; done > \"$fakes/arguments\"; honest";
    for (path, select) in [("my tests", "a or b"), ("tests;x", "$(touch pwned)"), ("größe", "`x`")] {
        let tests =
            format!("{{ paths = [{}], select = {} }}", serde_json::json!(path), serde_json::json!(select));
        let policy = POLICY.replace("{ paths = [\"tests\"] }", &tests);
        let project = Project::new()
            .policy(&policy)
            .file(&format!("{path}/test_a.py"), "")
            .fake("pytest")
            .does(arguments);
        project.run(&["verify", "a", "--only", "tests", "--format", "json"]).exits(0).gives("tests", "pass");
        let arguments = std::fs::read_to_string(project.path("fakes/arguments")).expect("written");
        let arguments: Vec<&str> = arguments.lines().collect();
        assert_eq!(arguments.first(), Some(&path));
        assert!(arguments.contains(&format!("-k{select}").as_str()), "{arguments:?}");
    }
}

#[test]
fn a_project_in_a_folder_of_any_name_works() {
    let project = Project::new();
    for name in NAMES {
        let folder = project.path(&format!("elsewhere/{name}"));
        std::fs::create_dir_all(folder.parent().expect("a folder")).expect("made");
        std::os::unix::fs::symlink(project.root(), &folder).expect("a link");
        let config = folder.join("promotion.toml");
        let config = format!("--config={}", config.display());
        project.run(&["verify", "a", "--only", "lint,types,security", &config]).exits(0).stays_calm();
    }
}

#[test]
fn names_that_act_on_a_terminal_are_shown_and_not_obeyed() {
    let name = "src/a\u{1b}[2J\u{202e}.py";
    let issue = |file: std::path::PathBuf| {
        serde_json::json!([{"code": "F401", "filename": file, "location": {"row": 3, "column": 8}, "message": "m"}]).to_string()
    };
    let project = Project::new().file(name, "x = 1\n").policy(&policy("src"));
    let file = project.root().join(name);
    let project = project.fake("ruff").prints(issue(file)).exits(1);
    for arguments in [
        &["verify", "a", "-v"][..],
        &["verify", "a", "--format", "json"],
        &["verify", "a", "--format", "markdown"],
    ] {
        project.run(arguments).exits(1).stays_calm();
    }
    project.run(&["plan", "a"]).exits(0).stays_calm();
    let told = project.run(&["verify", "a", "--format", "json"]).exits(1);
    assert_eq!(told.check("lint")["findings"][0]["file"], name, "data stays what it is");
}

#[test]
fn a_policy_and_a_folder_whose_names_act_on_a_terminal_are_shown_and_not_obeyed() {
    let folder = "of\u{1b}[2J\u{9b}31m mine";
    let name = format!("{folder}/gate\u{1b}]0;t\u{7}.toml");
    let project = Project::new().file(&name, POLICY).file("x\u{1b}.toml", "schema = \"\\u001b\"\n\u{1b}");
    let project =
        project.file(&format!("{folder}/src/a.py"), "").file(&format!("{folder}/tests/test_a.py"), "");
    for verb in
        [&["verify", "a", "-v"][..], &["plan", "a"], &["doctor"], &["verify", "a", "--format", "json"]]
    {
        project.run(&[verb, &["--config", &name]].concat()).exits(0).stays_calm();
        project.run(&[verb, &["--config", "x\u{1b}.toml"]].concat()).exits(2).stays_calm();
        project.run(&[verb, &["--config", "none\u{1b}[2J.toml"]].concat()).exits(2).stays_calm();
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_a_fault_and_no_crash() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new().policy(&policy("src"));
    let name = std::ffi::OsStr::from_bytes(b"b\xff\x1b[2J.py");
    std::fs::write(project.root().join("src").join(name), "x = 1\n").expect("written");
    let told = project.run(&["verify", "a"]).exits(2).stays_calm();
    assert!(told.stderr.contains("not UTF-8"), "{}", told.stderr);
}
