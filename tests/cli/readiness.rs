//! `report` without `--merge`: how ready all components are, on real ledgers.

use serde_json::{Value, json};
use tta_promote::model::decision::{RollbackDecision, RollbackSeverity};
use tta_promote::model::record::Fact;
use tta_promote::model::stage::Stage;

use crate::past::Past;
use crate::project::{POLICY, Project, covered};
use crate::told::Told;

const LEDGER: &str = ".promotion/ledger/a.jsonl";

/// Two components, `a` and `b`.
fn two() -> Project {
    let policy = format!(
        "{POLICY}\n[component.b]\npriority = \"P0\"\npaths = [\"src/b.py\"]\ntests = {{ paths = [\"tests\"] }}\n"
    );
    Project::new().policy(&policy).file("src/b.py", "y = 1\n").repository()
}

fn report(project: &Project, code: i32) -> Value {
    project.run(&["report", "--format", "json"]).exits(code).json()
}

fn of<'v>(report: &'v Value, name: &str) -> &'v Value {
    let all = report["components"].as_array().expect("components");
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {report:#}"))
}

fn state(report: &Value, name: &str) -> String {
    of(report, name)["state"].as_str().expect("a word").to_owned()
}

fn with_coverage(project: Project, file: &str, executed: u32, missing: u32) -> Project {
    let files = json!({
        "src/a.py": covered(8, 2), "src/b.py": covered(8, 2), "tests/test_a.py": covered(8, 2), file: covered(executed, missing),
    });
    project.data("coverage.json", json!({"meta": {"version": "7.17.0"}, "files": files}).to_string())
}

#[test]
fn who_passed_is_ready_and_who_was_never_measured_is_not() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    let found = report(&project, 0);
    assert_eq!((state(&found, "a"), state(&found, "b")), ("ready".into(), "unmeasured".into()));
    assert_eq!(of(&found, "a")["headline"], "can go to staging");
    assert_eq!(of(&found, "a")["next"]["step"], "deploy");
    let counts = &found["counts"];
    assert_eq!(
        (&counts["ready"], &counts["unmeasured"], &counts["blocked"]),
        (&1.into(), &1.into(), &0.into())
    );
    assert_eq!(
        (&found["schema"], &found["kind"], &found["exit_code"]),
        (&1.into(), &"readiness".into(), &0.into())
    );
    let point = &of(&found, "a")["coverage"][0];
    assert_eq!(
        (&point["covered"], &point["hundredths"], &point["min_hundredths"]),
        (&8.into(), &8000.into(), &7000.into())
    );
    let text = project.run(&["report"]).exits(0).stdout;
    assert!(text.ends_with("2 components: 1 ready now, 1 not measured\n"), "{text}");
    let markdown = project.run(&["report", "--format", "markdown"]).exits(0).stdout;
    assert!(
        markdown.contains("### ✓ Ready now (1)") && markdown.contains("`tta-promote deploy a`"),
        "{markdown}"
    );
}

#[test]
fn a_fail_says_how_many_lines_are_missing() {
    let project = with_coverage(two(), "src/a.py", 56, 44);
    project.run(&["verify", "a", "--record"]).exits(1);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "blocked");
    assert_eq!(of(&found, "a")["headline"], "coverage: needs 14 more covered lines");
}

#[test]
fn what_could_not_be_measured_has_its_reason_and_what_to_do() {
    let project = two().fake("ruff").absent();
    project.run(&["verify", "a", "--record"]).exits(3);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "inconclusive");
    let reason = of(&found, "a")["checks"].as_array().expect("checks").iter().find(|one| one["id"] == "lint");
    let reason = &reason.expect("lint")["reason"];
    assert_eq!(reason["kind"], "tool_missing");
    assert!(reason["hint"].as_str().expect("a hint").contains("tta-promote doctor"), "{reason}");
}

#[test]
fn a_pass_of_another_commit_is_stale() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    let project = project.file("src/a.py", "x = 2\n").committed();
    assert_eq!(state(&report(&project, 0), "a"), "stale");
}

#[test]
fn a_hold_a_freeze_and_a_sign_off_are_shown() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    project
        .run(&["sign", "a", "security-reviewed", "--evidence", "https://ci.example/1", "--by", "Grace"])
        .exits(0);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "ready");
    let signed = of(&found, "a")["in_force"][0].clone();
    assert_eq!(signed["kind"], "sign_off");
    assert!(signed["until"].is_string(), "{signed}");
    project.run(&["hold", "a", "--reason", "holidays"]).exits(0);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "blocked");
    assert!(of(&found, "a")["headline"].as_str().expect("words").ends_with("holds it: holidays"));
    assert_eq!(of(&found, "a")["in_force"].as_array().expect("two").len(), 2);
    project.run(&["release", "a", "--reason", "over"]).exits(0);
    let policy = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    let frozen = format!(
        "{policy}\n[[project.freeze]]\nfrom = 2025-01-01T00:00:00Z\nto = 2999-01-01T00:00:00Z\nreason = \"the fair\"\n"
    );
    let project = project.policy(&frozen).committed();
    project.run(&["verify", "a", "--record"]).exits(0);
    let found = report(&project, 0);
    assert_eq!(found["freezes"][0]["in_force"], true);
    assert_eq!(state(&found, "a"), "blocked", "{found:#}");
    assert!(of(&found, "a")["headline"].as_str().expect("words").contains("the fair"));
}

#[test]
fn a_ledger_that_does_not_verify_keeps_no_other_component_from_being_shown() {
    let project = two();
    project.run(&["verify", "a", "b", "--record"]).exits(0);
    let text = std::fs::read_to_string(project.root().join(LEDGER)).expect("a ledger");
    let project = project.file(LEDGER, &text.replacen("\"pass\"", "\"fail\"", 1));
    let found = report(&project, 5);
    assert_eq!((state(&found, "a"), state(&found, "b")), ("unknown".into(), "ready".into()));
    assert!(of(&found, "a")["headline"].as_str().expect("words").contains("line 1 was edited"));
    std::fs::remove_file(project.root().join(LEDGER)).expect("removed");
    let project = project.file(&format!("{LEDGER}/inside"), "a folder in its place\n");
    assert_eq!(state(&report(&project, 3), "a"), "unknown");
}

#[test]
fn what_has_changed_is_folded_from_the_ledger_and_an_earlier_report_says_since_when() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    let before = project.path("before.json").display().to_string();
    let told = project.run(&["report", "--since", "1h", "--output", &format!("json={before}")]).exits(0);
    assert!(told.stdout.contains("a: gate to staging: not measured → pass"), "{}", told.stdout);
    assert!(told.stdout.contains("a: coverage: first measured, 80 %"), "{}", told.stdout);
    let nothing = project.run(&["report", "--since", &before, "--format", "json"]).exits(0).json();
    assert_eq!(of(&nothing, "a")["changes"], json!([]));
    std::thread::sleep(std::time::Duration::from_millis(5));
    let project = with_coverage(project, "src/a.py", 60, 40);
    project.run(&["verify", "a", "--record"]).exits(1);
    let later = project.run(&["report", "--since", &before, "--format", "json"]).exits(0).json();
    let words: Vec<&str> = of(&later, "a")["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|one| one["what"].as_str())
        .collect();
    assert_eq!(words, ["ready now → blocked", "gate to staging: pass → fail", "coverage: 80 % → 60 %"]);
    let ago = project.run(&["report", "--since", "2999-01-01"]).exits(2);
    assert!(ago.stderr.contains("is still to come"), "{}", ago.stderr);
    let ago = project.run(&["report", "--since", "promotion.toml"]).exits(2);
    assert!(ago.stderr.contains("`promotion.toml` is no earlier report"), "{}", ago.stderr);
    let ago = project.run(&["report", "--since", "yesterday"]).exits(2);
    assert!(ago.stderr.contains("no length of time, no date and no file"), "{}", ago.stderr);
}

#[test]
fn what_was_recorded_before_a_report_and_merged_after_it_is_told_by_the_next_one() {
    let project = two();
    let before = project.path("before.json").display().to_string();
    project.run(&["report", "--output", &format!("json={before}")]).exits(0);
    // It comes with a branch: all of it is older than the report.
    let past = Past::of("a").measured(62, 80).hours_ago(40, Fact::Held { reason: "data loss found".into() });
    past.write(&project.root());
    let later = project.run(&["report", "--since", &before]).exits(0);
    assert!(later.stdout.contains("a: gate to staging: not measured → pass"), "{}", later.stdout);
    assert!(later.stdout.contains("data loss found"), "{}", later.stdout);
    project.run(&["report", "--output", &format!("json={before}")]).exits(0);
    let nothing = project.run(&["report", "--since", &before, "--format", "json"]).exits(0).json();
    assert_eq!(of(&nothing, "a")["changes"], json!([]));
}

#[test]
fn a_component_that_is_gone_from_the_policy_is_named() {
    let project = Project::new().repository();
    project.run(&["verify", "a", "--record"]).exits(0);
    let project = project.policy(&POLICY.replace("[component.a]", "[component.b]"));
    assert_eq!(state(&report(&project, 0), "a"), "undeclared");
}

#[test]
fn formats_of_verdicts_and_options_of_shards_are_refused() {
    let project = Project::new().repository();
    for (arguments, says) in [
        (&["--format", "junit"][..], "error: `junit` is a format of verdicts, and readiness is none"),
        (&["--output", "sarif=x"], "error: `sarif` is a format of verdicts"),
        (&["--plan", "p.json"], "error: the following required arguments were not provided"),
        (
            &["--merge", "x.json", "--since", "7d"],
            "error: the argument '--merge <FILE>...' cannot be used with",
        ),
    ] {
        let arguments: Vec<&str> = ["report"].into_iter().chain(arguments.iter().copied()).collect();
        let told: Told = project.run(&arguments).exits(2);
        assert!(told.stderr.starts_with(says), "{arguments:?}: {}", told.stderr);
    }
}

#[test]
fn looking_writes_nothing_and_what_others_wrote_does_not_act() {
    let project = two();
    let before = project.tree();
    project.run(&["report"]).exits(0);
    assert_eq!(project.tree(), before);
    let project = project.variable("GITHUB_ACTOR", "Eve\u{202e}\u{9b}31m");
    project.run(&["verify", "a", "--record"]).exits(0);
    project.run(&["hold", "a", "--reason", "\u{1b}[2J <script>alert(1)</script>"]).exits(0);
    for format in ["text", "json", "markdown", "html"] {
        project.run(&["report", "--format", format, "-v"]).exits(0).stays_calm();
    }
}

#[test]
fn a_candidate_that_is_watched_is_told_day_by_day_and_overdue_once_nobody_looks() {
    let project = two();
    Past::of("a").measured(62, 80).deployed(60).well(60, 0).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "observing", "{found:#}");
    let seen = &of(&found, "a")["observation"];
    assert_eq!((&seen["day"], &seen["days"], &seen["proven"]), (&3.into(), &7.into(), &false.into()));
    assert_eq!(seen["map"][0]["signs"].as_array().expect("days").len(), 3);
    let kinds: Vec<&str> = of(&found, "a")["promotion"]["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["verified", "deployed", "observed"]);
    Past::of("a").measured(62, 80).deployed(60).well(60, 9).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "attention");
    assert_eq!(of(&found, "a")["attention"][0]["kind"], "soak_overdue");
    Past::of("a").measured(172, 80).deployed(170).well(170, 0).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(
        (state(&found, "a"), of(&found, "a")["next"]["step"].clone()),
        ("ready".into(), "complete".into())
    );
    assert_eq!(of(&found, "a")["headline"], "can be completed: it moves to staging");
}

/// A report in each format that is for people.
fn shown(project: &Project) -> [(&'static str, String); 3] {
    ["text", "markdown", "html"]
        .map(|format| (format, project.run(&["report", "--format", format]).exits(0).stdout))
}

fn all_say(project: &Project, words: &str) {
    for (format, told) in shown(project) {
        // A terminal has no more than its width, and Markdown keeps figures from being taken for marks.
        let told = told.replace('`', "");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(words), "{format} does not say `{words}`: {told}");
    }
}

fn to_be_mended(past: Past) -> Past {
    let due = Some(past.time(-100));
    let severity = RollbackSeverity::Medium;
    past.hours_ago(
        10,
        Fact::RollbackDecided(RollbackDecision { severity, reason: "leaks memory".into(), due }),
    )
}

#[test]
fn a_candidate_that_is_to_be_mended_is_not_ready_however_long_it_was_well() {
    let project = two();
    to_be_mended(Past::of("a").measured(172, 80).deployed(170).well(170, 0)).write(&project.root());
    let found = report(&project, 0);
    let a = of(&found, "a");
    assert_eq!(a["observation"]["proven"], true, "{found:#}");
    assert_eq!((state(&found, "a"), &a["next"]["step"]), ("blocked".into(), &"verify".into()), "{found:#}");
    assert_eq!(a["blockers"][0]["kind"], "to_be_mended", "{found:#}");
    let hint = a["blockers"][0]["hint"].as_str().expect("a hint");
    assert!(hint.starts_with("commit what mends it, then `tta-promote verify a --record`"), "{hint}");
    let refused = project.run(&["complete", "a", "--yes"]).exits(1);
    assert!(
        refused.stdout.contains("leaks memory") || refused.stderr.contains("leaks memory"),
        "{}",
        refused.stderr
    );
    all_say(&project, "leaks memory");
}

#[test]
fn what_is_to_be_mended_is_told_with_its_day_while_the_candidate_is_watched() {
    let project = two();
    let past = to_be_mended(Past::of("a").measured(62, 80).deployed(60).well(60, 0));
    let due = past.time(-100).strftime("%Y-%m-%d %H:%M UTC").to_string();
    past.write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "observing", "{found:#}");
    assert_eq!(of(&found, "a")["blockers"][0]["kind"], "to_be_mended", "{found:#}");
    let words = format!("is to be mended by {due}: leaks memory");
    assert!(of(&found, "a")["headline"].as_str().expect("words").ends_with(&words), "{found:#}");
    all_say(&project, &words);
}

#[test]
fn what_is_to_be_mended_of_a_component_that_stands_in_its_stage_is_in_its_way() {
    let policy = POLICY.replace("title =", "stage = \"staging\"\ntitle =");
    let project = Project::new().policy(&policy).repository();
    let past = Past::of("a").to(Stage::Production).measured(90, 80).deployed(80).well(80, 72).completed(72);
    to_be_mended(past).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "blocked", "{found:#}");
    assert!(of(&found, "a")["headline"].as_str().expect("words").ends_with("leaks memory"), "{found:#}");
}

/// A component that came to stand in production by a pass.
fn in_production() -> (Project, Past) {
    let policy = POLICY.replace("title =", "stage = \"staging\"\ntitle =");
    let past = Past::of("a").to(Stage::Production).measured(90, 80).deployed(80).well(80, 72).completed(72);
    (Project::new().policy(&policy).repository(), past)
}

#[test]
fn a_component_in_production_whose_gate_fails_now_needs_a_person() {
    let (project, past) = in_production();
    past.measured(5, 56).write(&project.root());
    let found = report(&project, 0);
    let a = of(&found, "a");
    // The figures of one commit that do not go together are told as a contradiction.
    assert_eq!(a["attention"][0]["kind"], "contradicted", "{found:#}");
    assert_eq!(a["attention"].as_array().map(Vec::len), Some(1), "{found:#}");
    let (project, past) = in_production();
    past.elsewhere().measured(5, 56).write(&project.root());
    let found = report(&project, 0);
    let a = of(&found, "a");
    assert_eq!((state(&found, "a"), &a["stage"]), ("attention".into(), &"production".into()), "{found:#}");
    assert_eq!(a["attention"][0]["kind"], "gate_failed", "{found:#}");
    assert_eq!((&a["measured"]["verdict"], &a["measured"]["record"]), (&"fail".into(), &13.into()));
    assert_eq!(a["blockers"], json!([]));
    let hint = a["attention"][0]["hint"].as_str().expect("a hint");
    assert!(
        hint.contains("`tta-promote verify a --record`") && hint.contains("rollback a --severity high"),
        "{hint}"
    );
    all_say(&project, "coverage: 56 % (56 of 100 statements)");
    for (format, told) in shown(&project) {
        assert!(!told.contains("never measured"), "{format}: {told}");
    }
    let status = project.run(&["status", "a"]).exits(0).stdout;
    assert!(!status.contains("never") && !status.contains("nothing was measured"), "{status}");
    assert!(
        status.contains("is no pass: fail") && status.contains("`tta-promote verify a --record`"),
        "{status}"
    );
    let status = project.run(&["status"]).exits(0).stdout;
    assert!(status.contains("fail") && status.contains("1 component: 1 failing"), "{status}");
    let status = project.run(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(status["components"][0]["measured"]["verdict"], "fail", "{status:#}");
    assert_eq!(status["components"][0]["obstacles"], json!([]), "{status:#}");
}

#[test]
fn a_component_in_production_is_shown_with_the_pass_that_it_stands_by_and_nothing_in_its_way() {
    let (project, past) = in_production();
    past.write(&project.root());
    let found = report(&project, 0);
    let a = of(&found, "a");
    assert_eq!((state(&found, "a"), &a["headline"]), ("done".into(), &"".into()), "{found:#}");
    assert_eq!((&a["measured"]["verdict"], &a["measured"]["fresh"]), (&"pass".into(), &false.into()));
    assert_eq!((&a["blockers"], &a["attention"]), (&json!([]), &json!([])));
    let status = project.run(&["status", "a"]).exits(0).stdout;
    assert!(!status.contains("In the way") && status.contains("nothing: it is in production"), "{status}");
}

#[test]
fn a_component_that_the_policy_puts_into_production_is_shown_with_what_was_measured_there() {
    let policy = POLICY.replace("title =", "stage = \"production\"\ntitle =");
    let policy = policy.replace("[gate.staging]", "[gate.production]");
    let project = with_coverage(Project::new().policy(&policy), "src/a.py", 80, 20).repository();
    let found = report(&project, 0);
    let never = "its gate to production was never measured for the record";
    let a = of(&found, "a");
    assert_eq!((&a["blockers"][0]["message"], &a["headline"]), (&never.into(), &never.into()), "{found:#}");
    assert_eq!(a["next"]["command"], "tta-promote verify a --record");
    project.run(&["verify", "a", "--record"]).exits(0);
    let found = report(&project, 0);
    let a = of(&found, "a");
    assert_eq!((state(&found, "a"), &a["measured"]["verdict"]), ("done".into(), &"pass".into()), "{found:#}");
    assert_eq!((&a["blockers"], &a["measured"]["fresh"]), (&json!([]), &true.into()));
    let project = with_coverage(project, "src/a.py", 56, 44);
    project.run(&["verify", "a", "--record"]).exits(1);
    let found = report(&project, 0);
    assert_eq!(of(&found, "a")["attention"][0]["kind"], "gate_failed", "{found:#}");
    let project = project.fake("ruff").absent();
    project.run(&["verify", "a", "--record"]).exits(1);
    let project = with_coverage(project, "src/a.py", 80, 20);
    project.run(&["verify", "a", "--record"]).exits(3);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "inconclusive", "{found:#}");
    all_say(&project, "its gate to production");
}

#[test]
fn a_component_in_staging_that_fails_the_gate_to_it_now_is_not_said_to_be_measured_never() {
    let project = two();
    let past = Past::of("a").measured(90, 80).deployed(80).well(80, 72).completed(72);
    past.elsewhere().measured(5, 56).write(&project.root());
    let found = report(&project, 0);
    let a = of(&found, "a");
    assert_eq!((state(&found, "a"), &a["stage"]), ("attention".into(), &"staging".into()), "{found:#}");
    assert!(a["headline"].as_str().expect("words").contains("its gate to staging"), "{found:#}");
    assert_eq!(a["blockers"][0]["message"], "its gate to production was never measured for the record");
    let status = project.run(&["status", "a"]).exits(0).stdout;
    assert!(status.contains("gate to staging"), "{status}");
    project.run(&["status"]).exits(0).says("the gate to staging fails");
    // Told to who goes on from there, and not to who has just read it.
    for step in ["promote", "deploy"] {
        let told = project.run(&[step, "a", "--dry-run"]).stderr;
        assert!(told.contains("gate to staging, on "), "{step}: {told}");
    }
    let told = project.run(&["verify", "a", "--to", "staging", "--record"]).stderr;
    assert!(!told.contains("gate to staging, on "), "{told}");
}

#[test]
fn a_figure_of_another_measurement_does_not_stand_beside_the_last_one() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    let [_, (_, markdown), (_, page)] = shown(&project);
    assert!(markdown.contains("| Component A (`a`, 80 %) |"), "{markdown}");
    assert!(page.contains("</svg>80 %<td>"), "{page}");
    let project = project.data("coverage.json", "no report");
    project.run(&["verify", "a", "--record"]).exits(3);
    let [_, (_, markdown), (_, page)] = shown(&project);
    assert!(markdown.contains("| Component A (`a`) |") && markdown.contains("Not verified"), "{markdown}");
    assert!(!page.contains("80 %<td>") && page.contains(" 80 % (8 of 10)"), "{page}");
}

#[test]
fn where_the_folder_of_the_ledgers_is_a_file_nothing_is_known() {
    let project = two().file(".promotion/ledger", "no folder\n");
    let found = report(&project, 3);
    assert_eq!((state(&found, "a"), state(&found, "b")), ("unknown".into(), "unknown".into()), "{found:#}");
    assert!(of(&found, "a")["headline"].as_str().expect("words").contains("Not a directory"), "{found:#}");
    let hint = of(&found, "a")["blockers"][0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("`.promotion/ledger` is a folder"), "{hint}");
    let status = project.run(&["status", "--format", "json"]).exits(3).json();
    assert_eq!(status["components"][0]["ledger"]["state"], "unreadable", "{status:#}");
}

#[test]
fn priorities_are_ordered_by_their_numbers() {
    let policy = POLICY.replace("title =", "priority = \"P10\"\ntitle =");
    let more = |name: &str, priority: &str| {
        format!(
            "\n[component.{name}]\npriority = \"{priority}\"\npaths = [\"src/a.py\"]\ntests = {{ paths = [\"tests\"] }}\n"
        )
    };
    let project =
        Project::new().policy(&format!("{policy}{}{}", more("b", "P2"), more("c", "P1"))).repository();
    let found = report(&project, 0);
    let names = |found: &Value| -> Vec<String> {
        let all = found["components"].as_array().expect("components");
        all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(&found), ["c", "b", "a"]);
    let [_, (_, markdown), _] = shown(&project);
    let place = |text: &str, word: &str| text.find(word).unwrap_or_else(|| panic!("no `{word}`: {text}"));
    assert!(place(&markdown, "| P2 |") < place(&markdown, "| P10 |"), "{markdown}");
    let status = project.run(&["status"]).exits(0).stdout;
    assert!(place(&status, "P10") < place(&status, "P2"), "the most urgent last: {status}");
}

#[test]
fn outside_of_git_it_is_said_that_there_is_no_commit_and_what_to_do() {
    let project = Project::new();
    project.run(&["verify", "a", "--record"]).exits(0);
    let found = report(&project, 0);
    let first = &of(&found, "a")["blockers"][0];
    assert_eq!(
        first["message"], "there is no commit here, and a pass counts for one commit alone",
        "{found:#}"
    );
    assert!(first["hint"].as_str().expect("a hint").contains("`git init`"), "{first}");
}

#[test]
fn a_freeze_to_come_is_told_on_the_terminal_too() {
    let frozen = "\n[[project.freeze]]\nfrom = 2998-01-01T00:00:00Z\nto = 2999-01-01T00:00:00Z\nreason = \"the fair\"\n";
    let project = Project::new().policy(&format!("{POLICY}{frozen}")).repository();
    all_say(&project, "2998-01-01");
    all_say(&project, "the fair");
}

#[test]
fn a_rollback_whose_time_is_over_needs_a_person() {
    let project = two();
    let past = Past::of("a").measured(62, 80).deployed(60).well(60, 40);
    let decision = RollbackDecision {
        severity: RollbackSeverity::High,
        reason: "it lost data".into(),
        due: Some(past.time(16)),
    };
    past.hours_ago(40, Fact::RollbackDecided(decision)).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "attention", "{found:#}");
    let first = &of(&found, "a")["attention"][0];
    assert_eq!(first["kind"], "rollback_overdue");
    assert!(first["hint"].as_str().expect("a hint").contains("tta-promote rollback a --now"), "{first}");
    let changes = of(&found, "a")["changes"].to_string();
    assert!(changes.contains("rollback decided (high): it lost data"), "{changes}");
}

#[test]
fn a_rollback_whose_time_is_over_needs_a_person_also_where_the_policy_declares_the_component_no_more() {
    let project = two();
    let past = Past::of("gone").measured(62, 80).deployed(60);
    let decision = RollbackDecision {
        severity: RollbackSeverity::High,
        reason: "it lost data".into(),
        due: Some(past.time(16)),
    };
    past.hours_ago(40, Fact::RollbackDecided(decision)).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(state(&found, "gone"), "attention", "{found:#}");
    let hint = of(&found, "gone")["attention"][0]["hint"].to_string();
    assert!(
        hint.contains("declare it in the policy again; then: run `tta-promote rollback gone --now`"),
        "{hint}"
    );
}

#[test]
fn a_sign_off_that_the_gate_asks_for_and_that_has_expired_needs_a_person_and_one_that_was_withdrawn_does_not()
{
    let signed = |expires: i64| Past::of("a").measured(80, 80).signed(70, expires);
    let policy = POLICY.replace("[gate.staging]", "[gate.staging]\nsign_offs = [\"security-reviewed\"]");
    let project = Project::new().policy(&policy).repository();
    signed(20).write(&project.root());
    let found = report(&project, 0);
    assert_eq!(of(&found, "a")["attention"][0]["kind"], "sign_off_expired", "{found:#}");
    signed(70).write(&project.root());
    assert_eq!(of(&report(&project, 0), "a")["attention"], json!([]));
}

#[test]
fn a_gate_that_lacks_nothing_but_an_approval_is_blocked_by_it_and_was_verified() {
    let policy = POLICY.replace("[gate.staging]", "[gate.staging]\nsign_offs = [\"security-reviewed\"]");
    let project = Project::new().policy(&policy).repository();
    project.run(&["verify", "a", "--record"]).exits(4);
    let found = report(&project, 0);
    assert_eq!(state(&found, "a"), "blocked", "{found:#}");
    let headline = of(&found, "a")["headline"].as_str().expect("words");
    assert_eq!(headline, "sign_off:security-reviewed: nobody has signed it");
}

#[test]
fn coverage_is_told_over_time_and_its_change_since_a_day() {
    let project = two();
    Past::of("a").measured(400, 60).measured(200, 73).measured(20, 56).write(&project.root());
    let found = project.run(&["report", "--since", "10d", "--format", "json"]).exits(0).json();
    let figures: Vec<u64> = of(&found, "a")["coverage"]
        .as_array()
        .expect("points")
        .iter()
        .filter_map(|one| one["hundredths"].as_u64())
        .collect();
    assert_eq!(figures, [6000, 7300, 5600]);
    let changes = of(&found, "a")["changes"].to_string();
    assert!(changes.contains("coverage: 60 % → 56 %"), "{changes}");
    assert!(
        of(&found, "a")["headline"]
            .as_str()
            .expect("words")
            .starts_with("coverage: needs 14 more covered lines")
    );
}

#[test]
fn the_page_is_one_file_that_loads_nothing() {
    let project = two();
    project.run(&["verify", "a", "--record"]).exits(0);
    let page = project.path("ready.html");
    project.run(&["report", "--output", &format!("html={}", page.display())]).exits(0);
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    assert!(html.contains("Content-Security-Policy") && !html.contains("src="));
    assert_eq!(
        project.run(&["report", "--format", "html"]).exits(0).stdout.lines().next(),
        Some("<!doctype html>")
    );
}

#[test]
fn findings_beside_the_ledgers_have_their_lines_only_where_that_commit_is_checked_out() {
    let issue = json!([{"code": "F401", "filename": "FILE", "location": {"row": 1, "column": 1}, "message": "`os` imported but unused"}]);
    let project = two();
    let issue = issue.to_string().replace("FILE", project.root().join("src/a.py").to_str().expect("UTF-8"));
    let project = project.fake("ruff").prints(issue).exits(1);
    let verdict = project.path("verdict.json").display().to_string();
    let page = project.path("verdict.html").display().to_string();
    project
        .run(&[
            "verify",
            "a",
            "--only",
            "lint",
            "--output",
            &format!("json={verdict}"),
            "--output",
            &format!("html={page}"),
        ])
        .exits(1);
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.contains("F401") && html.contains("<code>x = 1</code></pre>"), "{html}");
    let found = project.run(&["report", "--with", &verdict, "--format", "json"]).exits(0).json();
    let finding = &of(&found, "a")["findings"][0];
    assert_eq!((&finding["rule"], &finding["source"]), (&"F401".into(), &"x = 1".into()));
    let found_in = &of(&found, "a")["found_in"];
    assert_eq!((&found_in[0]["commit"], &found_in[0]["current"]), (&found["commit"], &true.into()));
    // Who names a file twice does not have everything twice.
    let twice = project.run(&["report", "--with", &verdict, &verdict, "--format", "json"]).exits(0).json();
    assert_eq!(of(&twice, "a")["findings"].as_array().map(Vec::len), Some(1));
    let project = project.file("src/a.py", "x = 2\n");
    let found = project.run(&["report", "--with", &verdict, "--format", "json"]).exits(0).json();
    assert_eq!(of(&found, "a")["findings"][0]["source"], Value::Null, "it is another line now");
    assert_eq!(of(&found, "a")["found_in"][0]["current"], false);
    let told = project.run(&["report", "--with", "promotion.toml"]).exits(2);
    assert!(told.stderr.starts_with("error: `promotion.toml` cannot be shown: "), "{}", told.stderr);
}
