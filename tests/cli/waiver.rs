//! Waivers from the command line: what a shard says of them is held against the policy and judged again.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::project::{POLICY, Project};
use crate::told::Told;

/// So many days from today.
fn day(days: i64) -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(days.days()).to_string()
}

fn waiver(rule: &str, max: u64) -> String {
    waiver_until(rule, max, &day(20))
}

fn waiver_until(rule: &str, max: u64, expires: &str) -> String {
    format!(
        "[[component.a.waiver]]\ncheck = \"lint\"\nrule = \"{rule}\"\npath = \"src/a.py\"\nmax = {max}\n\
         reason = \"generated\"\nowner = \"alice\"\nissue = \"#12\"\nexpires = {expires}\n"
    )
}

/// A project whose linter finds two issues of one rule and one of another, with these waivers.
fn project(waivers: &str) -> Project {
    let project = Project::new().policy(&format!("{POLICY}\n{waivers}"));
    let file = project.root().join("src/a.py");
    let issue = |code: &str, row: usize| json!({"code": code, "filename": file, "location": {"row": row, "column": 1}, "message": "m"});
    let report = json!([issue("F401", 1), issue("F401", 2), issue("E501", 3)]).to_string();
    let project = project.fake("ruff").prints(report).exits(1).repository();
    std::fs::create_dir_all(project.path("shards")).expect("a folder");
    project
}

/// What `report --merge` says of the project's own shard, once it was changed.
fn merged(project: &Project, change: impl FnOnce(&mut Value)) -> Told {
    let shard = project.path("shards").join("1.json");
    let output = format!("json={}", shard.display());
    project.run(&["verify", "a", "--output", &output, "-q"]);
    let mut document: Value =
        serde_json::from_str(&std::fs::read_to_string(&shard).expect("a shard")).expect("a document");
    change(&mut document);
    std::fs::write(&shard, document.to_string()).expect("written");
    let shards = project.path("shards");
    project.run(&["report", "--merge", shards.to_str().expect("UTF-8"), "--format", "json"])
}

fn lint(document: &mut Value) -> &mut Value {
    &mut document["components"][0]["checks"][2]
}

/// Makes a document say that all that fails is waived.
fn forge(document: &mut Value) {
    lint(document)["waived"] = true.into();
    document["components"][0]["verdict"] = "pass".into();
    document["verdict"] = "pass".into();
}

#[test]
fn what_a_shard_waived_is_waived_in_what_shards_are_joined_to() {
    let project = project(&(waiver("F401", 2) + &waiver("E501", 1)));
    let said = project.run(&["verify", "a", "-q"]).exits(0).stdout;
    assert_eq!(said, format!("a: ready for staging, 3 waived until {}\n", day(20)));
    let told = merged(&project, |_| {}).exits(0);
    let component = &told.json()["components"][0];
    assert_eq!((&component["verdict"], &component["checks"][2]["waived"]), (&json!("pass"), &json!(true)));
    assert_eq!(component["waivers"][0]["covered"], 2);
}

#[test]
fn a_waiver_that_does_not_cover_what_a_shard_says_makes_it_worth_nothing() {
    let refused = |waivers: &str, change: &dyn Fn(&mut Value), words: &str| {
        let told = merged(&project(waivers), change).exits(3);
        let reason = told.json()["components"][0]["checks"][2]["reason"]["message"].to_string();
        assert!(reason.contains(words), "{reason}");
    };
    let follows = "what is waived does not follow from its waivers";
    // A mark without a waiver, and one beside a waiver that does not cover enough.
    refused("", &forge, follows);
    refused(&waiver("F401", 2), &forge, follows);
    // A waiver that is exceeded is said to cover all the same.
    let covering = |document: &mut Value| {
        forge(document);
        let lint = lint(document);
        for finding in [0, 1] {
            lint["findings"][finding]["waiver"] = 0.into();
        }
        lint["summary"] = json!(lint["summary"].as_str().expect("text").replace("(1 waived", "(3 waived"));
        document["components"][0]["waivers"][0]["state"] = "used".into();
        document["components"][0]["waivers"][0]["covered"] = 2.into();
        document["components"][0]["waivers"][0].as_object_mut().expect("a waiver").remove("found");
    };
    refused(&(waiver("F401", 1) + &waiver("E501", 1)), &covering, follows);
    // One that the policy does not know, or knows otherwise.
    let wider = |document: &mut Value| {
        covering(document);
        document["components"][0]["waivers"][0]["max"] = 9.into();
    };
    refused(&(waiver("F401", 1) + &waiver("E501", 1)), &wider, "its waivers are not those of the policy");
}

#[test]
fn a_waiver_that_covers_nothing_is_told_and_changes_no_verdict() {
    let project = project(&(waiver("F401", 1) + &waiver("E5", 9)));
    let told = project.run(&["verify", "a"]).exits(1);
    for words in [
        "lint F401 in src/a.py is exceeded",
        "lint E5 in src/a.py is unused",
        "a: not ready for staging: 3 lint",
    ] {
        assert!(told.stdout.contains(words), "{}", told.stdout);
    }
    let github = project.run(&["verify", "a", "--format", "github"]).exits(1).stdout;
    assert!(
        github.contains(
            "::notice file=promotion.toml,line=24,title=tta-promote%3A waiver::a: waiver of lint E5"
        ),
        "{github}"
    );
    assert!(told.stdout.contains("promotion.toml:24: lint E5"), "{}", told.stdout);
    let json = project.run(&["verify", "a", "--format", "json"]).exits(1).json();
    let place = &json["components"][0]["waivers"][1];
    assert_eq!((&place["file"], &place["line"]), (&json!("promotion.toml"), &json!(24)));
}

/// What a gate does not count it does not see: another one may.
#[test]
fn a_waiver_that_another_gate_may_need_is_not_to_be_taken_out() {
    let waiver = waiver("B602", 1).replace("\"lint\"", "\"security\"");
    let policy = |staging: &str| {
        let gates = format!(
            "[gate.production]\nsecurity = {{ min_severity = \"medium\" }}\n\n\
             [gate.staging]\nsecurity = {{ min_severity = \"{staging}\" }}\n"
        );
        format!("{}\n{waiver}", POLICY.replace("[gate.staging]\n", &gates))
    };
    let project = Project::new().policy(&policy("high")).repository();
    std::fs::create_dir_all(project.path("shards")).expect("a folder");
    let told = project.run(&["verify", "a", "-v"]).exits(0);
    assert!(told.stdout.contains("is unused at this gate"), "{}", told.stdout);
    let told = project.run(&["verify", "a"]).exits(0);
    assert!(!told.stdout.contains("take it out") && !told.stdout.contains("unused"), "{}", told.stdout);
    let joined = merged(&project, |_| ()).exits(0).json();
    assert_eq!(joined["components"][0]["waivers"][0]["state"], "unused_here");
    let project = project.policy(&policy("medium"));
    let told = project.run(&["verify", "a"]).exits(0);
    assert!(told.stdout.contains("is unused: nothing that it names was found"), "{}", told.stdout);
}

/// Makes a document say what it said while its waivers, which cover all of lint, were in force.
fn as_before(document: &mut Value) {
    let lint = lint(document);
    for (finding, waiver) in [(0, 0), (1, 0), (2, 1)] {
        lint["findings"][finding]["waiver"] = waiver.into();
    }
    let summary = lint["summary"].as_str().expect("text").replace("3 issues (", "3 issues (3 waived, ");
    lint["summary"] = summary.into();
    forge(document);
    for (waiver, covered) in [(0, 2), (1, 1)] {
        let waiver = &mut document["components"][0]["waivers"][waiver];
        waiver["state"] = "used".into();
        waiver["covered"] = covered.into();
    }
    document["started"] = format!("{}T12:00:00Z", day(-1)).into();
}

#[test]
fn a_shard_that_rests_on_a_waiver_that_has_expired_since_is_no_pass() {
    let (yesterday, today) = (day(-1), day(0));
    let waivers = |day: &str| waiver_until("F401", 2, day) + &waiver_until("E501", 1, day);
    let told = merged(&project(&waivers(&yesterday)), as_before).exits(3);
    let reason = told.json()["components"][0]["checks"][2]["reason"].clone();
    let words = format!("lint rests on a waiver that expired on {yesterday} (F401 in src/a.py)");
    assert!(reason["message"].as_str().expect("text").ends_with(&words), "{reason}");
    assert!(reason["hint"].as_str().expect("text").starts_with("run its job again"), "{reason}");
    assert_eq!(reason["kind"], "shard_stale");
    // One that ends today covers the shard of yesterday and that of today.
    let of_yesterday = |document: &mut Value| document["started"] = format!("{yesterday}T12:00:00Z").into();
    merged(&project(&waivers(&today)), of_yesterday).exits(0);
}

#[test]
fn a_shard_that_begins_later_than_now_is_worth_nothing() {
    let change = |document: &mut Value| document["started"] = format!("{}T00:00:00Z", day(2)).into();
    let told = merged(&project(""), change).exits(3);
    let reason = told.json()["components"][0]["checks"][2]["reason"].clone();
    assert!(
        reason["message"].as_str().expect("text").ends_with("later than now: a clock is wrong"),
        "{reason}"
    );
    assert_eq!(reason["kind"], "shard_unreadable");
}

#[test]
fn shards_from_both_sides_of_midnight_are_joined_and_what_became_of_them_is_refused_as_such() {
    let other = "[component.b]\ntitle = \"B\"\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    let policy = format!("{POLICY}\n{}{other}", waiver_until("F401", 2, &day(-1)));
    let project = project("").policy(&policy).file("src/b.py", "y = 1\n").repository();
    let file = |name: &str| project.path("shards").join(name).to_string_lossy().into_owned();
    for component in ["a", "b"] {
        project.run(&["verify", component, "--output", &format!("json={}", file(component)), "-q"]);
    }
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(file(name)).expect("a shard")).expect("a document")
    };
    // `b` was measured while the waiver of `a` was in force, and `a` on the day after.
    let mut before = read("b");
    before["started"] = format!("{}T23:59:59Z", day(-1)).into();
    std::fs::write(file("b"), before.to_string()).expect("written");
    let once = project.run(&["report", "--merge", &file("a"), &file("b"), "--format", "json"]).exits(1);
    assert_eq!(once.json()["components"][0]["waivers"][0]["state"], "expired", "{}", once.stdout);
    std::fs::write(file("both"), &once.stdout).expect("written");
    let twice = project.run(&["report", "--merge", &file("both"), "--format", "json"]).exits(3);
    let reason = twice.json()["components"][0]["checks"][2]["reason"]["message"].to_string();
    assert!(reason.contains("it was joined from shards already"), "{reason}");
}

#[test]
fn a_plan_lists_the_waivers_of_the_checks_that_it_asks_for() {
    let project = project(&(waiver("F401", 2) + &waiver_until("E501", 1, &day(-1))));
    let plan = project.run(&["plan", "a"]).exits(0).stdout;
    let words =
        format!("\n  waiver: lint F401 in src/a.py, 2 at most, until {} (alice, #12: generated)\n", day(20));
    assert!(plan.contains(&words), "{plan}");
    assert!(plan.contains(&format!("until {}, which is over: it covers nothing", day(-1))), "{plan}");
    let tests = project.run(&["plan", "a", "--only", "tests"]).exits(0).stdout;
    assert!(!tests.contains("waiver"), "{tests}");
}

#[test]
fn a_waived_pass_is_recorded_with_its_waivers_and_is_no_obstacle() {
    let project = project(&(waiver("F401", 2) + &waiver("E501", 1)));
    project.run(&["verify", "a", "--record", "-q"]).exits(0);
    let text = std::fs::read_to_string(project.root().join(".promotion/ledger/a.jsonl")).expect("a ledger");
    assert!(text.contains(r#""outcome":"fail","waived":true"#), "{text}");
    let history = project.run(&["history", "a"]).exits(0).stdout;
    assert!(history.contains(&format!("pass, 3 waived until {}", day(20))), "{history}");
    let status = project.run(&["status", "a"]).stdout;
    assert!(status.contains("✓ lint") && status.contains("waived: 2 of lint F401 in src/a.py"), "{status}");
    let json = project.run(&["status", "a", "--format", "json"]).json();
    assert_eq!(json["components"][0]["obstacles"], json!([]), "{json}");
}

#[test]
fn an_attestation_says_until_when_a_pass_is_waived_and_no_longer_holds_then() {
    let project = project(&(waiver("F401", 2) + &waiver("E501", 1)));
    let file = project.path("shards").join("a.jsonl");
    let name = file.to_string_lossy().into_owned();
    project.run(&["verify", "a", "--attest", &name]).exits(0);
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(
        text.contains("\"WARNED\"") && text.contains(&format!("TTA_PROMOTE_WAIVED_UNTIL_{}", day(20))),
        "{text}"
    );
    let told = project.run(&["audit", "a", "--attestation", &name]).exits(0);
    assert_eq!(
        told.stdout.matches(&format!("it rests on waivers until {}", day(20))).count(),
        3,
        "{}",
        told.stdout
    );
    // A day that ends no waiver of the policy was written by somebody else.
    for line in text.replace(&day(20), &day(30)).lines() {
        std::fs::write(&file, line).expect("written");
        project.run(&["audit", "a", "--attestation", &name]).exits(5);
    }
    // Waivers that cover less than what was found carry no pass.
    let counts = text.lines().last().expect("the counts").replace("\"covered\": 2", "\"covered\": 1");
    std::fs::write(&file, counts).expect("written");
    project.run(&["audit", "a", "--attestation", &name]).exits(5).says("do not cover what was found");
    // Nor do those that the policy does not grant.
    let counts = text.lines().last().expect("the counts").replace("\"rule\": \"F401\"", "\"rule\": \"F999\"");
    assert!(counts.contains("F999"), "{counts}");
    std::fs::write(&file, counts).expect("written");
    let told = project.run(&["audit", "a", "--attestation", &name]).exits(5);
    told.says("the policy has no such waiver of lint F999 in src/a.py");
    // As it will be when its waivers have ended: what is there is of that commit and policy, and of the day before.
    let policy = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    let project = project.policy(&policy.replace(&day(20), &day(-1))).committed();
    project.run(&["verify", "a", "--attest", &name]).exits(1);
    let now = std::fs::read_to_string(&file).expect("written");
    let digest = |text: &str, name: &str| -> String {
        let after = text.split(&format!("\"{name}\": \"")).nth(1).expect("a digest");
        after.split('"').next().expect("an end").to_owned()
    };
    let mut then =
        text.replace(&day(20), &day(-1)).replace(&format!("\"{}T", day(0)), &format!("\"{}T", day(-1)));
    for name in ["gitCommit", "ttaPromotePolicyV1"] {
        then = then.replace(&digest(&text, name), &digest(&now, name));
    }
    for line in then.lines() {
        std::fs::write(&file, line).expect("written");
        let told = project.run(&["audit", "a", "--attestation", &name, "--max-age", "3d"]).exits(3);
        told.says("it rests on a waiver that expired after");
    }
}

/// What is changed in several places so that all of it fits together is held against the policy all the same.
#[test]
fn an_attestation_waives_nothing_but_what_the_policy_does() {
    let project = project(&(waiver("F401", 2) + &waiver_until("E501", 1, &day(30))));
    let file = project.path("shards").join("a.jsonl");
    let name = file.to_string_lossy().into_owned();
    project.run(&["verify", "a", "--attest", &name]).exits(0);
    let text = std::fs::read_to_string(&file).expect("written");
    let refused = |kind: usize, why: &str, change: &dyn Fn(&mut Value)| {
        let line = text.lines().nth(kind).expect("a Statement");
        let mut statement: Value = serde_json::from_str(line).expect("JSON");
        change(&mut statement["predicate"]);
        std::fs::write(&file, statement.to_string()).expect("written");
        let told = project.run(&["audit", "a", "--attestation", &name, "--format", "json"]).exits(5);
        assert!(told.stdout.contains(why), "{why}: {}", told.stdout);
    };
    let (test_result, vsa, counts) = (0, 1, 2);
    refused(counts, "its waivers are not those of the policy, each once", &|one| {
        one["gate"]["checks"][2]["measured"]["issues"] = 5.into();
        let waivers = one["gate"]["waivers"].as_array_mut().expect("waivers");
        waivers.push(waivers[0].clone());
    });
    refused(counts, "it says something twice, or what the gate does not ask for", &|one| {
        let checks = one["gate"]["checks"].as_array_mut().expect("checks");
        let mut other = checks[2].clone();
        other["measured"]["issues"] = 0.into();
        other["outcome"] = "pass".into();
        other["waived"] = false.into();
        checks.push(other);
    });
    refused(counts, "its waivers cover more than was found", &|one| {
        one["gate"]["checks"][2]["measured"]["issues"] = 2.into();
    });
    refused(counts, "cannot have been `unused`", &|one| {
        one["gate"]["checks"][2]["measured"]["issues"] = 2.into();
        one["gate"]["waivers"][1]["state"] = "unused".into();
        one["gate"]["waivers"][1]["covered"] = 0.into();
        one["started"] = format!("{}T00:00:00Z", day(-30)).into();
        one["gate"]["waivers"][1]["expires"] = day(-31).into();
    });
    refused(test_result, "it says that `tests` is waived, and the policy has no such waiver", &|one| {
        let passed = one["passedTests"].as_array_mut().expect("tests");
        let first = passed.remove(0);
        one["warnedTests"].as_array_mut().expect("tests").push(first);
    });
    refused(vsa, "the policy has no waiver until then", &|one| {
        one["verifiedLevels"][1] = format!("TTA_PROMOTE_WAIVED_UNTIL_{}", day(60)).into();
    });
}

/// What is waived and would pass all the same may end without anything ending.
#[test]
fn a_waiver_that_a_pass_does_not_need_is_nothing_that_it_rests_on() {
    let needless = waiver_until("F401", 2, &day(0));
    let policy = POLICY.replace("[gate.staging]", "[gate.staging]\nlint = { max_issues = 3 }");
    let project = project("").policy(&format!("{policy}\n{needless}")).committed();
    let file = project.path("shards").join("a.jsonl").to_string_lossy().into_owned();
    let said = project.run(&["verify", "a", "-q", "--record", "--attest", &file]).exits(0).stdout;
    assert_eq!(said, "a: ready for staging\n");
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(
        !["WAIVED_UNTIL", "waivedUntil", "waived_until", "WARNED"].iter().any(|one| text.contains(one)),
        "{text}"
    );
    let history = project.run(&["history", "a"]).exits(0).stdout;
    assert!(!history.contains("waived until"), "{history}");
    project.run(&["audit", "a", "--attestation", &file]).exits(0);
}

#[test]
fn what_is_waived_is_no_open_finding_of_the_report() {
    let project = project(&waiver("F401", 2));
    let verdict = project.path("shards").join("v.json").display().to_string();
    project.run(&["verify", "a", "--output", &format!("json={verdict}")]).exits(1);
    let found: Value = project.run(&["report", "--with", &verdict, "--format", "json"]).exits(0).json();
    let findings = found["components"][0]["findings"].as_array().expect("findings");
    let rules: Vec<&Value> = findings.iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["E501"]);
    assert_eq!(found["components"][0]["in_force"][0]["kind"], "waiver");
}

#[test]
fn what_failed_beside_a_waived_check_is_attested_as_failed_and_not_as_broken() {
    let project = project(&(waiver("F401", 2) + &waiver("E501", 1)));
    let project = project.fake("bandit").exits(9).committed();
    let file = project.path("shards").join("a.jsonl");
    let name = file.to_string_lossy().into_owned();
    project.run(&["verify", "a", "--attest", &name]).exits(3);
    project.run(&["audit", "a", "--attestation", &name]).exits(1).says("was not passed");
}
