//! `report`: what has changed since an earlier report or a time, what is cut of it, and what is shown beside the ledgers.

use serde_json::{Value, json};
use tta_promote::model::decision::Incident;
use tta_promote::model::record::Fact;

use crate::past::Past;
use crate::project::{POLICY, Project};

const OTHER: &str = "\n[component.b]\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";

fn one() -> Project {
    Project::new().repository()
}

fn two() -> Project {
    Project::new().policy(&format!("{POLICY}{OTHER}")).file("src/b.py", "y = 1\n").repository()
}

/// Writes a report beside the project, and says where.
fn reported(project: &Project) -> String {
    let file = project.path("last.json").display().to_string();
    project.run(&["report", "--output", &format!("json={file}")]).exits(0);
    file
}

fn since(project: &Project, since: &str, code: i32) -> Value {
    project.run(&["report", "--since", since, "--format", "json"]).exits(code).json()
}

fn of<'v>(report: &'v Value, name: &str) -> &'v Value {
    let all = report["components"].as_array().expect("components");
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {report:#}"))
}

/// What has changed of a component: kind and words.
fn changes(report: &Value, name: &str) -> Vec<(String, String)> {
    let all = of(report, name)["changes"].as_array().expect("changes");
    let text = |value: &Value| value.as_str().expect("words").to_owned();
    all.iter().map(|one| (text(&one["kind"]), text(&one["what"]))).collect()
}

fn words(report: &Value, name: &str) -> Vec<String> {
    changes(report, name).into_iter().map(|(_, what)| what).collect()
}

fn held(reason: &str) -> Fact {
    Fact::Held { reason: reason.into() }
}

#[test]
fn what_a_machine_whose_clock_is_behind_records_after_a_report_is_told_by_the_next_one() {
    let project = one();
    Past::of("a").measured(1, 80).write(&project.root());
    let last = reported(&project);
    Past::of("a").measured(1, 80).hours_ago(3, held("it lost data")).measured(3, 62).write(&project.root());
    let told = words(&since(&project, &last, 0), "a");
    assert!(told.iter().any(|what| what.ends_with("it lost data")), "{told:?}");
    assert!(told.contains(&"gate to staging: pass → fail".to_owned()), "{told:?}");
    assert!(told.contains(&"coverage: 80 % → 62 %".to_owned()), "{told:?}");
    let last = reported(&project);
    assert_eq!(words(&since(&project, &last, 0), "a"), [""; 0]);
}

#[test]
fn an_earlier_report_of_another_project_or_of_another_schema_is_refused() {
    let project = one();
    let last = reported(&project);
    let text = std::fs::read_to_string(&last).expect("a report");
    let name =
        serde_json::from_str::<Value>(&text).expect("JSON")["project"].as_str().expect("a name").to_owned();
    for (changed, says) in [
        (
            text.replacen(&format!("\"project\": \"{name}\""), "\"project\": \"Town\"", 1),
            format!("it is of the project `Town`, and this one is `{name}`"),
        ),
        (
            text.replacen("\"schema\": 1", "\"schema\": 99", 1),
            "its schema is 99, and this version reads schema 1".to_owned(),
        ),
    ] {
        std::fs::write(&last, changed).expect("written");
        let told = project.run(&["report", "--since", &last]).exits(2);
        assert!(
            told.stderr.starts_with(&format!("error: `{last}` is no earlier report: {says}\n")),
            "{}",
            told.stderr
        );
    }
}

#[test]
fn a_component_that_is_ready_no_more_has_changed_though_nothing_was_recorded() {
    let project = one();
    project.run(&["verify", "a", "--record"]).exits(0);
    let last = reported(&project);
    let project = project.file("src/a.py", "x = 2\n").committed();
    assert_eq!(
        changes(&since(&project, &last, 0), "a"),
        [("state".to_owned(), "ready now → stale".to_owned())]
    );
    let told = project.run(&["report", "--since", &last]).exits(0).stdout;
    assert!(told.contains("  a: ready now → stale\n") && !told.contains("nothing"), "{told}");
    // A time tells of records alone, and says so.
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    let told = project.run(&["report", "--since", "1s"]).exits(0).stdout;
    assert!(told.contains("  nothing recorded\n"), "{told}");
}

#[test]
fn a_ledger_that_does_not_verify_any_more_is_a_change() {
    let project = one();
    project.run(&["verify", "a", "--record"]).exits(0);
    let last = reported(&project);
    let ledger = project.root().join(".promotion/ledger/a.jsonl");
    let text = std::fs::read_to_string(&ledger).expect("a ledger");
    std::fs::write(&ledger, text.replacen("\"pass\"", "\"fail\"", 1)).expect("written");
    assert_eq!(words(&since(&project, &last, 5), "a"), ["ready now → unknown"]);
}

#[test]
fn a_ledger_that_holds_fewer_records_than_an_earlier_report_had_seen_is_a_change() {
    let project = one();
    Past::of("a").measured(20, 80).measured(10, 80).write(&project.root());
    let last = reported(&project);
    Past::of("a").measured(20, 80).write(&project.root());
    let told = since(&project, &last, 0);
    assert_eq!(words(&told, "a"), ["its ledger holds fewer records: 2 → 1"]);
}

#[test]
fn what_has_ended_by_itself_or_was_taken_out_of_the_policy_is_told_and_what_a_record_ended_is_told_once() {
    let waiver = "[[component.a.waiver]]\ncheck = \"lint\"\nrule = \"F401\"\npath = \"src/a.py\"\nmax = 2\n\
                  reason = \"old\"\nowner = \"ada\"\nissue = \"#7\"\nexpires = DAY\n";
    let day =
        (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(480)).strftime("%Y-%m-%d").to_string();
    let project = Project::new().policy(&format!("{POLICY}\n{}", waiver.replace("DAY", &day))).repository();
    Past::of("a").measured(80, 80).signed(70, -20).hours_ago(60, held("holidays")).write(&project.root());
    let last = reported(&project);
    let project = project.policy(POLICY);
    let past = Past::of("a").measured(80, 80).signed(70, 20).hours_ago(60, held("holidays"));
    past.hours_ago(1, Fact::Released { reason: "over".into() }).write(&project.root());
    let told = changes(&since(&project, &last, 0), "a");
    let ended: Vec<&str> =
        told.iter().filter(|(kind, _)| kind == "in_force").map(|(_, what)| what.as_str()).collect();
    assert_eq!(
        ended,
        [
            "no more in force: sign-off: `security-reviewed` signed by Grace: https://ci.example/1",
            "no more in force: waiver: 2 of lint F401 in src/a.py at most, by ada, #7: old",
        ],
        "{told:?}"
    );
    let holds = told.iter().filter(|(_, what)| what.contains("held by") || what.contains("released by"));
    assert_eq!(holds.count(), 1, "{told:?}");
    let last = reported(&project);
    let project = project.policy(&format!("{POLICY}\n{}", waiver.replace("DAY", &day)));
    let granted = words(&since(&project, &last, 0), "a");
    assert!(
        granted.iter().any(|what| what.starts_with("in force now: waiver: 2 of lint F401")),
        "{granted:?}"
    );
}

#[test]
fn who_came_into_the_policy_and_who_left_it_since_an_earlier_report_is_told() {
    let project = two();
    let last = reported(&project);
    let project = project.policy(&format!("{POLICY}{}", OTHER.replace("component.b", "component.c")));
    let told = since(&project, &last, 0);
    assert_eq!(told["gone"], json!(["b"]));
    assert_eq!(changes(&told, "c"), [("component".to_owned(), "new: not measured".to_owned())]);
    for format in ["text", "markdown", "html"] {
        let page = project.run(&["report", "--since", &last, "--format", format]).exits(0).stdout;
        assert!(
            page.to_lowercase().contains("known neither to the policy nor to a ledger any more"),
            "{page}"
        );
    }
    Past::of("a").measured(20, 80).write(&project.root());
    let last = reported(&project);
    let project = project.policy(&POLICY.replace("[component.a]", "[component.c]"));
    assert_eq!(words(&since(&project, &last, 0), "a"), ["stale → not in the policy"]);
}

#[test]
fn an_incident_is_told_before_decisions_and_what_is_not_listed_is_counted() {
    let project = one();
    let incident = Incident { what: "LOST DATA".into(), evidence: "https://ci.example/9".into() };
    let mut past = Past::of("a").measured(62, 80).deployed(60).hours_ago(59, Fact::Incident(incident));
    for hour in (1..=12).rev() {
        let released = Fact::Released { reason: "over".into() };
        past = past.hours_ago(2 * hour + 1, held("holidays")).hours_ago(2 * hour, released);
    }
    past.write(&project.root());
    let report = since(&project, "30d", 0);
    let told = changes(&report, "a");
    assert_eq!(told.len(), 20);
    assert!(told.iter().any(|(_, what)| what == "incident: LOST DATA"), "{told:?}");
    assert!(told.iter().any(|(kind, _)| kind == "deployed"), "{told:?}");
    // Two that differ, the deployment, the incident, and 24 decisions.
    assert_eq!(of(&report, "a")["more_changes"], 8, "{told:?}");
    let dated: Vec<&str> = of(&report, "a")["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|one| one["time"].as_str())
        .collect();
    assert!(dated.is_sorted(), "{dated:?}");
    let text = project.run(&["report", "--since", "30d"]).exits(0).stdout;
    assert!(text.contains("a: incident: LOST DATA") && text.contains("… and 18 more"), "{text}");
}

#[test]
fn of_many_events_of_a_promotion_an_incident_stays_and_the_others_are_counted() {
    let project = one();
    let incident = Incident { what: "LOST DATA".into(), evidence: "https://ci.example/9".into() };
    let mut past = Past::of("a");
    for hour in (80..100).rev() {
        past = past.measured(hour, if hour % 2 == 0 { 80 } else { 60 });
    }
    past = past.hours_ago(79, Fact::Incident(incident));
    for hour in (40..60).rev() {
        past = past.measured(hour, if hour % 2 == 0 { 80 } else { 60 });
    }
    past.write(&project.root());
    let report = since(&project, "30d", 0);
    let promotion = &of(&report, "a")["promotion"];
    let events = promotion["events"].as_array().expect("events");
    assert_eq!((events.len(), &promotion["more_events"]), (16, &json!(25)));
    assert!(events.iter().any(|one| one["what"] == "LOST DATA"), "{promotion:#}");
}

#[test]
fn what_an_assessment_could_not_measure_and_whom_it_tells_of_besides_is_said() {
    let project = two().fake("ruff").absent();
    let verdict = project.path("verdict.json").display().to_string();
    project.run(&["verify", "a", "b", "--output", &format!("json={verdict}")]).exits(3);
    let project = project.policy(POLICY);
    let found = project.run(&["report", "--with", &verdict, "--format", "json"]).exits(0).json();
    let lint = &of(&found, "a")["found_in"][0]["not_measured"][0];
    assert_eq!((&lint["check"], &lint["kind"]), (&"lint".into(), &"tool_missing".into()));
    let note = found["notes"][0].as_str().expect("a note");
    assert!(
        note.ends_with("also holds `b`, which neither the policy nor a ledger knows: not shown"),
        "{note}"
    );
    for format in ["text", "markdown", "html"] {
        let page = project.run(&["report", "--with", &verdict, "--format", format]).exits(0).stdout;
        assert!(page.contains("lint could not be measured: "), "{page}");
        assert!(page.to_lowercase().contains("note:"), "{page}");
    }
    let told = project.run(&["report", "--with", &verdict]).exits(0).stdout;
    assert!(told.contains("  a: 0 findings; measured at "), "{told}");
}
