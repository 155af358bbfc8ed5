//! How the process ends: one code for each meaning, and nothing left when it was interrupted.

use nix::sys::signal::Signal;

use crate::project::Project;

const VERIFY: [&str; 4] = ["verify", "a", "--format", "json"];

#[test]
fn a_pass_is_0() {
    let told = Project::new().run(&VERIFY).exits(0);
    assert_eq!(told.json()["verdict"], "pass");
    assert_eq!(told.stderr, "");
}

#[test]
fn a_fail_is_1_even_where_something_else_is_inconclusive() {
    let issues = "[{\"code\":\"F401\",\"filename\":\"FILE\",\"location\":null,\"message\":\"m\"}]";
    let project = Project::new().fake("bandit").absent().fake("ruff");
    let issues = issues.replace("FILE", project.root().join("src/a.py").to_str().expect("UTF-8"));
    let told = project.prints(issues).exits(1).run(&VERIFY).exits(1);
    assert_eq!(told.json()["verdict"], "fail");
    told.gives("lint", "fail").lacks("security", "tool_missing");
}

#[test]
fn inconclusive_is_3() {
    let told = Project::new().fake("ruff").absent().run(&VERIFY).exits(3);
    assert_eq!(told.json()["verdict"], "inconclusive");
}

#[test]
fn usage_and_policy_are_2() {
    for arguments in
        [&["verify"][..], &["verify", "nobody"], &["no-such-verb"], &[], &["verify", "a", "--no-such-option"]]
    {
        Project::new().run(arguments).exits(2);
    }
    Project::new().policy("schema = 1\n[broken\n").run(&["verify", "a"]).exits(2);
}

#[test]
fn a_fault_of_our_own_is_70_and_says_what_to_do() {
    let project =
        Project::new().variable("XDG_CACHE_HOME", "/dev/null/no").variable("TMPDIR", "/dev/null/no");
    let told = project.run(&["verify", "a"]).exits(70);
    assert!(told.stderr.starts_with("error: ") && told.stderr.contains("hint: "), "{}", told.stderr);
    assert_eq!(told.stdout, "");
    let told = project.run(&VERIFY).exits(70);
    assert_eq!(told.json()["exit_code"], 70);
    // Both places are there, and both lie inside of the project.
    let project = Project::new();
    let inside = project.root().join("inside");
    let inside = inside.to_str().expect("UTF-8").to_owned();
    let before = project.tree();
    let project = project.variable("XDG_CACHE_HOME", &inside).variable("TMPDIR", &inside);
    project.run(&VERIFY).exits(70);
    assert_eq!(project.tree(), before, "nothing is written into the project");
}

/// Says that it has begun, and then ignores TERM, as does the child that holds its output.
fn hanging(project: Project) -> Project {
    project.does("echo > \"$fakes/begun\"; trap '' TERM; (trap '' TERM; sleep 600) & sleep 600; sleep 600")
}

#[test]
fn an_interrupt_is_130_with_one_document_and_no_process_left() {
    std::thread::scope(|scope| {
        for (tool, signal) in
            [("pytest", Signal::SIGINT), ("ruff", Signal::SIGTERM), ("pyright", Signal::SIGHUP)]
        {
            scope.spawn(move || {
                let project = hanging(Project::new().fake(tool));
                let begun = project.path("fakes/begun");
                let told = project.start(&VERIFY).until(|| begun.exists()).signal(signal).end().exits(130);
                assert_eq!(told.json()["verdict"], "inconclusive");
                let check = match tool {
                    "pytest" => "tests",
                    "ruff" => "lint",
                    _ => "types",
                };
                told.lacks(check, "interrupted").stays_calm();
            });
        }
    });
}

#[test]
fn an_interrupt_before_the_checks_is_130_too() {
    for tool in ["python3", "ruff"] {
        let script = "echo > \"$fakes/begun\"; sleep 600";
        let argument = if tool == "ruff" { "--version" } else { "tell" };
        let project = Project::new().fake(tool).when(argument, script);
        let begun = project.path("fakes/begun");
        let told = project.start(&VERIFY).until(|| begun.exists()).signal(Signal::SIGINT).end().exits(130);
        assert_eq!(told.json()["verdict"], "inconclusive");
    }
}

#[test]
fn what_was_interrupted_is_never_half_written() {
    let project = hanging(Project::new().fake("ruff"));
    let (begun, file) = (project.path("fakes/begun"), project.path("fakes/verdict.json"));
    let output = format!("json={}", file.display());
    let running = project.start(&["verify", "a", "--output", &output]);
    let told = running.until(|| begun.exists()).signal(Signal::SIGINT).end().exits(130);
    assert!(told.stderr.contains("interrupted"), "{}", told.stderr);
    let text = std::fs::read_to_string(file).expect("written");
    let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert_eq!(document["verdict"], "inconclusive");
}

#[test]
fn plan_and_doctor_can_be_interrupted() {
    for arguments in [&["plan", "a"][..], &["doctor"]] {
        let project = Project::new().fake("ruff").when("--version", "echo > \"$fakes/begun\"; sleep 600");
        let begun = project.path("fakes/begun");
        project.start(arguments).until(|| begun.exists()).signal(Signal::SIGINT).end().exits(130);
    }
}

#[test]
fn doctor_is_0_where_all_is_there_and_3_where_something_is_missing() {
    let told = Project::new().run(&["doctor"]).exits(0).stays_calm();
    assert!(told.stdout.contains("ruff") && told.stdout.contains("0.17.6"), "{}", told.stdout);
    let told = Project::new().fake("bandit").absent().run(&["doctor"]).exits(3);
    assert!(told.stdout.contains("bandit") && told.stdout.contains("do: "), "{}", told.stdout);
}
