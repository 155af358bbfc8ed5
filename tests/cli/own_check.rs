//! Checks of one's own: a tool of which nothing is known, and which is missing, broken, hanging or lying. No pass without
//! evidence.

use serde_json::{Value, json};

use crate::project::{POLICY, Project};
use crate::told::Told;

/// Lines that are findings, and the proof.
const LINES: &str = "command = [\"mine\", \"{files}\"]\n\
                     reads = { regex = '^(?P<file>[^:]+):(?P<line>\\d+): (?P<message>.+)$' }\n\
                     inspected = { pattern = 'looked at (\\d+) files' }\n";
const EXIT: &str = "command = [\"mine\", \"{files}\"]\nreads = \"exit-code\"\n\
                    inspected = { pattern = 'looked at (\\d+) files' }\n";
const SARIF: &str =
    "command = [\"mine\", \"{files}\", \"--out={report}\"]\nreads = \"sarif\"\ninspected = \"artifacts\"\n";
const JUNIT: &str = "command = [\"mine\", \"{component}\", \"--out={report}\"]\nreads = \"junit\"\n";
const ALL: [&str; 4] = [LINES, EXIT, SARIF, JUNIT];

/// Where the tool is told to write, as a shell script.
const OUT: &str =
    "for argument in \"$@\"; do case \"$argument\" in --out=*) out=${argument#*=} ;; esac; done";

/// The project with the check `mine`, and its tool chosen.
fn project(check: &str) -> Project {
    Project::new().policy(&format!("{POLICY}\n[check.mine]\n{check}")).fake("mine").present()
}

fn verify(project: &Project) -> Told {
    project.run(&["verify", "a", "--only", "mine", "--format", "json"])
}

/// A report in SARIF about these files, with these results.
fn sarif(files: &[&str], results: &Value) -> String {
    let artifacts: Vec<Value> = files.iter().map(|file| json!({"location": {"uri": file}})).collect();
    let run = json!({"tool": {"driver": {"name": "Mine"}}, "artifacts": artifacts, "results": results});
    json!({"version": "2.1.0", "runs": [run]}).to_string()
}

/// The tool writes this as its report.
fn writes(project: Project, report: &str) -> Project {
    project.data("report", report).does(OUT).does("cat \"$fakes/report\" > \"$out\"")
}

#[test]
fn an_honest_tool_passes_with_its_proof() {
    let told = verify(&project(LINES)).exits(0).gives("mine", "pass");
    let check = told.check("mine");
    assert_eq!(check["measured"], json!({"issues": 0}));
    assert_eq!(check["threshold"], json!({"max_issues": 0}));
    assert_eq!(check["inspected"], json!({"items": 1}));
    assert_eq!((&check["run"]["tool"], &check["run"]["version"]), (&json!("mine"), &json!("unknown")));
    verify(&project(EXIT)).exits(0).gives("mine", "pass");
    let told =
        verify(&writes(project(SARIF), &sarif(&["src/a.py"], &json!([])))).exits(0).gives("mine", "pass");
    assert_eq!(told.check("mine")["inspected"], json!({"files": 1}));
    let suite = "<testsuite name=\"x\"><testcase name=\"t\"/></testsuite>";
    let told = verify(&writes(project(JUNIT), suite)).exits(0).gives("mine", "pass");
    assert_eq!(told.check("mine")["inspected"], json!({"tests": 1}));
}

#[test]
fn every_gate_asks_it_unless_the_policy_says_why_not() {
    let failing = || project(LINES).does("echo 'src/a.py:1: wrong'; honest \"$@\"").exits(1);
    let told = failing().run(&["verify", "a", "--format", "json"]).exits(1).gives("mine", "fail");
    assert_eq!(told.check("mine")["findings"][0]["message"], "wrong");
    let mut policy = format!("{POLICY}\n[check.mine]\n{LINES}");
    policy = policy.replace("[gate.staging]\n", "[gate.staging]\nmine = { max_issues = 1 }\n");
    failing().policy(&policy).run(&["verify", "a"]).exits(0).says("1 issue (1 allowed, 1 inspected)");
    policy = policy.replace("mine = { max_issues = 1 }", "mine = { not_applicable = \"legacy\" }");
    failing()
        .policy(&policy)
        .run(&["verify", "a", "--format", "json"])
        .exits(0)
        .gives("mine", "not_applicable");
}

#[test]
fn a_tool_that_is_not_there_is_missing() {
    for check in ALL {
        verify(&project(check).absent()).exits(3).lacks("mine", "tool_missing");
        verify(&project(check).not_executable()).exits(3).lacks("mine", "tool_missing");
        let other =
            project(&check.replace("\"mine\"", "\"scripts/mine\"")).file("scripts/mine", "#!/bin/sh\n");
        verify(&other).exits(3).lacks("mine", "tool_missing");
    }
}

#[test]
fn a_path_in_the_command_begins_at_the_root_of_the_project() {
    let script = "#!/bin/sh\necho 'looked at 1 files'\n";
    let project =
        project(&EXIT.replace("\"mine\"", "\"scripts/mine\"")).absent().file("scripts/mine", script);
    crate::project::make_executable(&project.root().join("scripts/mine"));
    verify(&project).exits(0).gives("mine", "pass");
}

#[test]
fn a_tool_that_crashes_or_is_killed_gives_no_evidence() {
    for check in ALL {
        for code in [2, 42, 127, 255] {
            let project = project(check).does("honest \"$@\"").complains("first\nit broke\n").exits(code);
            let told = verify(&project).exits(3).lacks("mine", "tool_crashed");
            let message = told.check("mine")["reason"]["message"].as_str().expect("a text").to_owned();
            assert!(message.ends_with(&format!("exit code {code}: first; it broke")), "{message}");
        }
        verify(&project(check).does("honest \"$@\"; kill -9 $$")).exits(3).lacks("mine", "tool_crashed");
    }
}

#[test]
fn a_tool_that_hangs_is_stopped_at_the_limit_of_its_check_or_at_the_one_that_was_asked_for() {
    let hang = "trap '' TERM; (trap '' TERM; sleep 600) & sleep 600; sleep 600";
    let is_early = |told: &Told| told.check("mine")["run"]["duration_ms"].as_u64().expect("a number") < 8_000;
    let project = project(&format!("{LINES}timeout = \"2s\"\n")).does(hang);
    assert!(is_early(&verify(&project).exits(3).lacks("mine", "timed_out")));
    let project = self::project(&format!("{LINES}timeout = \"10m\"\n")).does(hang);
    let told = project.run(&["verify", "a", "--only", "mine", "--format", "json", "--timeout", "2s"]);
    assert!(is_early(&told.exits(3).lacks("mine", "timed_out")));
}

#[test]
fn a_tool_that_looked_at_nothing_gives_no_evidence() {
    for says in ["", "looked at 0 files", "all is well", "LOOKED AT 9 FILES"] {
        for check in [LINES, EXIT] {
            verify(&project(check).prints(says)).exits(3).lacks("mine", "nothing_inspected");
        }
    }
    for (report, kind) in [
        (sarif(&[], &json!([])), "nothing_inspected"),
        (sarif(&["src/a.py"], &Value::Null), "nothing_inspected"),
        (sarif(&["src/b.py", "a.py"], &json!([])), "nothing_inspected"),
    ] {
        verify(&writes(project(SARIF), &report)).exits(3).lacks("mine", kind);
    }
    let skipped = "<testsuite name=\"x\"><testcase name=\"t\"><skipped/></testcase></testsuite>";
    verify(&writes(project(JUNIT), skipped)).exits(3).lacks("mine", "no_tests_ran");
}

#[test]
fn a_report_that_is_missing_empty_stale_or_of_something_else_is_none() {
    for check in [SARIF, JUNIT] {
        verify(&project(check)).exits(3).lacks("mine", "report_missing");
        verify(&writes(project(check), "")).exits(3).lacks("mine", "report_missing");
        for text in ["<html><body/></html>", "Segmentation fault", "{\"version\": \"2.1.0\"}", "[]", "\u{0}"]
        {
            verify(&writes(project(check), text)).exits(3).lacks("mine", "report_unreadable");
        }
        // One of an earlier run, at the place that the tool prefers to the one that it is told.
        let stale = project(check).file("report.sarif", &sarif(&["src/a.py"], &json!([])));
        verify(&stale.does("test -e report.sarif")).exits(3).lacks("mine", "report_missing");
        let folder = project(check).does(OUT).does("mkdir \"$out\"");
        verify(&folder).exits(3).lacks("mine", "report_unreadable");
    }
}

#[test]
fn exit_code_and_findings_must_agree() {
    let found = "src/a.py:1: wrong\n";
    let lying = project(LINES).prints(found).does("honest \"$@\"").exits(0);
    verify(&lying).exits(3).lacks("mine", "reports_disagree");
    verify(&project(LINES).does("honest \"$@\"").exits(1)).exits(3).lacks("mine", "reports_disagree");
    let result = json!([{"message": {"text": "wrong"}}]);
    verify(&writes(project(SARIF), &sarif(&["src/a.py"], &result)))
        .exits(3)
        .lacks("mine", "reports_disagree");
    let told = verify(&writes(project(SARIF), &sarif(&["src/a.py"], &result)).exits(1)).exits(1);
    assert_eq!(told.check("mine")["measured"], json!({"issues": 1}));
    let told =
        verify(&project(EXIT).does("honest \"$@\"").complains("would reformat src/a.py").exits(1)).exits(1);
    assert_eq!(told.check("mine")["findings"][0]["message"], "would reformat src/a.py");
}

#[test]
fn a_flood_is_read_without_holding_it() {
    let flood = "head -c 100000000 /dev/zero | tr '\\0' 'x'";
    verify(&project(LINES).does(flood)).exits(3).lacks("mine", "report_unreadable").within(60);
    verify(&project(EXIT).does(flood).does("echo; honest \"$@\"")).exits(0).gives("mine", "pass").within(60);
    let flood = format!("{OUT}; {flood} > \"$out\"");
    verify(&project(SARIF).does(&flood)).exits(3).lacks("mine", "report_unreadable").within(60);
}

#[test]
fn what_is_no_text_is_unreadable_and_what_acts_on_a_terminal_is_shown_and_not_obeyed() {
    verify(&project(LINES).prints(b"\xff\xfe\nlooked at 1 files\n"))
        .exits(3)
        .lacks("mine", "report_unreadable");
    let lure = "src/a.py:1: \u{1b}[2J\u{9b}31m\u{202e}boo ::error::x\n";
    let project = project(LINES).prints(lure).does("honest \"$@\"").exits(1);
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "gitlab"] {
        project.run(&["verify", "a", "--only", "mine", "--format", format]).exits(1).stays_calm();
    }
}

#[test]
fn what_it_does_to_the_tree_is_seen() {
    let told = verify(&project(LINES).does("honest \"$@\"; echo > left.txt")).exits(0).gives("mine", "pass");
    assert_eq!(told.json()["subject"]["changed"], json!(["left.txt"]));
    let rewrites = project(LINES).does("honest \"$@\"; echo 'x = 2' > src/a.py");
    verify(&rewrites).exits(3).lacks("mine", "tree_changed");
    verify(&project(LINES).does("honest \"$@\"; sleep 601 & setsid sleep 602 &"))
        .exits(0)
        .gives("mine", "pass");
}

/// Two components, and a tool that runs once for both.
fn shared(script: &str) -> Project {
    let check = LINES.replace("{files}", "src");
    let both = "[component.b]\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    let policy = format!("{POLICY}\n{both}\n[check.mine]\n{check}");
    project(LINES).policy(&policy).file("src/b.py", "y = 1\n").file("src/c.py", "z = 1\n").does(script)
}

fn outcomes(told: &Told) -> Vec<(Value, Value)> {
    let components = told.json()["components"].as_array().expect("components").clone();
    let checks = components.iter().map(|component| component["checks"][0].clone());
    checks.map(|check| (check["outcome"].clone(), check["measured"]["issues"].clone())).collect()
}

#[test]
fn a_run_for_all_speaks_of_each_component_by_its_files_and_is_made_once() {
    let all = ["verify", "--all", "--only", "mine", "--format", "json"];
    let found = "echo x >> \"$fakes/starts\"; echo 'src/b.py:1: wrong'; echo 'looked at 2 files'; exit 1";
    let project = shared(found);
    let told = project.run(&all).exits(1);
    assert_eq!(outcomes(&told), [(json!("pass"), json!(0)), (json!("fail"), json!(1))]);
    let starts = std::fs::read_to_string(project.path("fakes/starts")).expect("it was started");
    assert_eq!(starts.lines().count(), 1);
    let few = shared("echo 'looked at 1 files'").run(&all).exits(3);
    assert_eq!(outcomes(&few)[0].0, json!("inconclusive"), "there are two files");
}

/// A file that is not there, one that no component owns, a folder, and the root itself.
#[test]
fn what_a_run_for_all_found_in_no_file_of_a_component_counts_for_each() {
    let all = ["verify", "--all", "--only", "mine", "--format", "json"];
    for place in ["gone.py", "src/c.py", "src", "."] {
        let script = format!("echo '{place}:1: wrong'; echo 'looked at 2 files'; exit 1");
        assert_eq!(
            outcomes(&shared(&script).run(&all).exits(1)),
            [(json!("fail"), json!(1)), (json!("fail"), json!(1))],
            "{place}"
        );
    }
}

#[test]
fn what_a_run_for_all_must_look_at_does_not_sink_with_the_selection() {
    let one = ["verify", "a", "--only", "mine", "--format", "json"];
    shared("echo 'looked at 1 files'").run(&one).exits(3).lacks("mine", "nothing_inspected");
    let others = "echo 'src/b.py:1: wrong'; echo 'looked at 2 files'; exit 1";
    assert_eq!(outcomes(&shared(others).run(&one).exits(0)), [(json!("pass"), json!(0))]);
}

#[test]
fn a_check_that_no_policy_knows_is_refused_before_anything_runs() {
    let project = project(LINES).does("echo x > \"$fakes/started\"; honest \"$@\"");
    let told = project.run(&["verify", "a", "--only", "mien"]).exits(2);
    told.complains("there is no check `mien`").complains("did you mean `mine`?");
    let arguments =
        ["override", "a", "--checks", "mien", "--reason", "r", "--approver", "Grace", "--expires", "2d"];
    project.run(&arguments).exits(2).complains("there is no check `mien`");
    project.run(&["verify", "a", "--only", "Mine!"]).exits(2).complains("a check is one of");
    assert!(!project.path("fakes/started").exists());
}

#[test]
fn its_results_are_never_reused() {
    let project = project(LINES)
        .variable("TTA_PROMOTE_TEST", "same")
        .does("echo x >> \"$fakes/starts\"; honest \"$@\"")
        .repository();
    for _ in 0..2 {
        let told = project.run(&["verify", "a", "--format", "json"]).exits(0).gives("mine", "pass");
        assert_eq!(told.check("mine")["run"]["cached"], json!(false));
    }
    let starts = std::fs::read_to_string(project.path("fakes/starts")).expect("it was started");
    assert_eq!(starts.lines().count(), 2);
}

#[test]
fn plan_and_doctor_show_it() {
    let project = project(&format!("{SARIF}title = \"Secrets\"\n"));
    let told = project.run(&["plan", "a"]).exits(0).says("mine: Secrets, read as SARIF");
    told.says("src/a.py").says("own-mine-0-report.sarif");
    project.run(&["doctor"]).says("mine").says("version not asked, from PATH");
    project.fake("mine").absent().run(&["doctor"]).exits(3).says("`mine` is missing");
}

/// What the tool finds is waived.
fn waived() -> Project {
    waived_in(&["src/a.py"])
}

/// The same, where the one result lies in these files.
fn waived_in(files: &[&str]) -> Project {
    let waiver = "[[component.a.waiver]]\ncheck = \"mine\"\nrule = \"R1\"\npath = \"src/a.py\"\nmax = 1\n\
                  reason = \"generated\"\nowner = \"alice\"\nissue = \"#12\"\nexpires = DAY\n";
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = today.saturating_add(jiff::ToSpan::days(20)).to_string();
    let place = |file: &&str| json!({"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}});
    let places: Vec<Value> = files.iter().map(place).collect();
    let result = json!([{"ruleId": "R1", "message": {"text": "wrong"}, "locations": places}]);
    let policy = format!("{POLICY}\n{}\n[check.mine]\n{SARIF}", waiver.replace("DAY", &day));
    let paths: Vec<String> = files.iter().map(|file| format!("\"{file}\"")).collect();
    let policy = policy.replace("paths = [\"src/a.py\"]", &format!("paths = [{}]", paths.join(", ")));
    assert!(policy.contains(&paths.join(", ")), "{policy}");
    let project = project(SARIF).policy(&policy).file("src/z.py", "z = 1\n");
    writes(project, &sarif(files, &result)).exits(1).repository()
}

/// Which of its places a tool names first decides nothing.
#[test]
fn a_waiver_for_one_file_does_not_cover_a_result_that_lies_in_another_one_too() {
    for files in [["src/a.py", "src/z.py"], ["src/z.py", "src/a.py"]] {
        let told = verify(&waived_in(&files)).exits(1);
        let check = told.check("mine");
        assert_eq!((&check["waived"], &check["measured"]["issues"]), (&json!(false), &json!(2)), "{check}");
        let files: Vec<&Value> =
            check["findings"].as_array().expect("findings").iter().map(|one| &one["file"]).collect();
        assert_eq!(files, ["src/a.py", "src/z.py"]);
    }
}

#[test]
fn a_report_subtracts_what_is_waived_and_says_what_a_pass_rests_on() {
    let project = waived_in(&["src/a.py", "src/z.py"]);
    project.run(&["verify", "a", "--record", "-q"]).exits(1);
    let told = project.run(&["report", "--format", "json"]).exits(0).json();
    let checks = told["components"][0]["checks"].as_array().expect("checks").clone();
    let mine = checks.iter().find(|check| check["id"] == "mine").expect("the check");
    assert_eq!(mine["gap"], json!({"missing": 1, "words": "1 issue to mend"}));
    let project = waived();
    project.run(&["verify", "a", "--record", "-q"]).exits(0);
    let day = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .saturating_add(jiff::ToSpan::days(20));
    let headline =
        project.run(&["report", "--format", "json"]).exits(0).json()["components"][0]["headline"].clone();
    assert_eq!(headline, json!(format!("can go to staging, 1 waived until {day}")));
    let text = project.run(&["report"]).exits(0).stdout;
    let in_force = format!("a: waiver until {day} 23:59 UTC: 1 of mine R1 in src/a.py at most");
    assert!(text.contains(&in_force), "{text}");
}

#[test]
fn what_was_attested_of_a_pass_with_a_waived_check_of_ones_own_holds() {
    let project = waived();
    let file = project.path("fakes").join("a.jsonl").to_string_lossy().into_owned();
    project.run(&["verify", "a", "--attest", &file]).exits(0).says("1 waived");
    let told = project.run(&["audit", "a", "--attestation", &file, "--format", "json"]).exits(0);
    assert_eq!(told.json()["result"], json!("holds"));
    let text = std::fs::read_to_string(&file).expect("it is written");
    let more = text.replace(r#"{"issues": 1}"#, r#"{"issues": 2}"#);
    assert_ne!(more, text);
    std::fs::write(&file, more).expect("written");
    let told = project.run(&["audit", "a", "--attestation", &file, "--format", "json"]).exits(5);
    assert!(told.stdout.contains("its waivers do not cover what was found"), "{}", told.stdout);
}

#[test]
fn it_is_recorded_and_joined_and_waived_like_the_others() {
    let project = waived();
    let shards = project.path("shards");
    std::fs::create_dir_all(&shards).expect("a folder");
    let output = format!("json={}", shards.join("1.json").display());
    project.run(&["verify", "a", "--output", &output]).exits(0).says("1 waived");
    let told = project.run(&["report", "--merge", shards.to_str().expect("UTF-8"), "--format", "json"]);
    let check = told.exits(0).check("mine");
    assert_eq!((&check["outcome"], &check["waived"]), (&json!("fail"), &json!(true)));
    project.run(&["verify", "a", "--record"]).exits(0);
    let ledger = std::fs::read_to_string(project.root().join(".promotion/ledger/a.jsonl")).expect("a ledger");
    assert!(ledger.contains("\"mine\"") && ledger.contains("\"rule\":\"R1\""), "{ledger}");
    project.run(&["history", "a"]).exits(0).says("1 waived");
    project.run(&["status", "a"]).exits(0);
}

#[test]
fn a_folder_of_tests_that_nobody_named_may_lack_where_no_gate_asks_for_tests() {
    let none =
        ["tests", "coverage"].map(|check| format!("{check} = {{ not_applicable = \"no Python runs\" }}\n"));
    let bare = POLICY.replace("tests = { paths = [\"tests\"] }\n", "");
    let policy = bare.replace("[gate.staging]\n", &format!("[gate.staging]\n{}", none.concat()));
    let project = Project::new().policy(&policy);
    std::fs::remove_dir_all(project.root().join("tests")).expect("there");
    project.run(&["verify", "a"]).exits(0);
    // Who names one means one, and who asks for tests needs some.
    for asked in [policy.replace("[component.a]\n", "[component.a]\ntests = { paths = [\"tests\"] }\n"), bare]
    {
        let project = Project::new().policy(&asked);
        std::fs::remove_dir_all(project.root().join("tests")).expect("there");
        project.run(&["verify", "a"]).exits(2).complains("the path `tests` does not exist");
    }
}
