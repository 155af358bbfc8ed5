//! `audit --attestation` against the ledgers: where the component stood, and what its gate asks besides checks.

use serde_json::{Value, json};
use tta_promote::model::decision::{Revocation, RollbackDecision, RollbackSeverity};
use tta_promote::model::record::Fact;
use tta_promote::model::stage::Stage;

use crate::past::Past;
use crate::project::{POLICY, Project};
use crate::told::Told;

/// Attests `a`, and gives what was written.
fn attested(project: &Project, code: i32) -> String {
    let file = project.path("fakes").join("a.jsonl");
    project.run(&["verify", "a", "--attest", &file.to_string_lossy()]).exits(code);
    std::fs::read_to_string(file).expect("it is written")
}

fn audit(project: &Project, text: &str) -> Told {
    let file = project.path("fakes").join("audited.jsonl");
    std::fs::write(&file, text).expect("written");
    project.run(&["audit", "a", "--attestation", &file.to_string_lossy(), "--format", "json"])
}

/// All of them are left open, each for that reason.
#[track_caller]
fn open(project: &Project, text: &str, why: &str) {
    for line in text.lines() {
        let told = audit(project, line).exits(3).json();
        let faults = &told["statements"][0]["faults"];
        let says = |fault: &Value| fault["message"].as_str().expect("a text").contains(why);
        assert!(faults.as_array().expect("faults").iter().any(says), "{why}: {faults:#}");
        let hints = faults.as_array().expect("faults").iter().map(|fault| fault["hint"].as_str());
        assert!(
            hints.into_iter().all(|hint| hint.is_some_and(|hint| hint.contains("tta-promote "))),
            "{faults:#}"
        );
    }
}

fn by_lines(text: &str, change: impl Fn(&mut Value)) -> String {
    let line = |line: &str| {
        let mut statement: Value = serde_json::from_str(line).expect("JSON");
        change(&mut statement["predicate"]);
        format!("{statement}\n")
    };
    text.lines().map(line).collect()
}

/// It stands in `stage` by its ledger, and was measured and deployed long before.
fn completed(component: &str, hours: i64) -> Past {
    let past = Past::of(component).measured(62, 80).deployed(60);
    past.hours_ago(hours, Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 })
}

#[test]
fn a_pass_that_rests_on_an_observation_which_no_ledger_here_knows_does_not_hold() {
    let policy = format!(
        "{POLICY}stage = \"staging\"\n\n[gate.production]\ndocs = {{ not_applicable = \"x\" }}\nsoak = true\nuptime = 99\n"
    );
    let project = Project::new().policy(&policy).repository();
    let text = attested(&project, 3);
    let forged = by_lines(&text, |one| {
        if one["gate"].is_object() {
            one["gate"]["verdict"] = "pass".into();
            for condition in one["gate"]["conditions"].as_array_mut().expect("conditions") {
                condition["outcome"] = "pass".into();
            }
        } else if one["result"].is_string() {
            one["result"] = "PASSED".into();
            let mut failed = one["failedTests"].take();
            one["passedTests"].as_array_mut().expect("tests").append(failed.as_array_mut().expect("tests"));
            one["failedTests"] = json!([]);
        } else {
            one["verificationResult"] = "PASSED".into();
            one["verifiedLevels"] = json!(["TTA_PROMOTE_PRODUCTION"]);
        }
    });
    open(
        &project,
        &forged,
        "it rests on `soak`, which is not met by the ledgers that are here: the ledger holds no",
    );
    open(&project, &forged, "it rests on `uptime`, which is not met");
    // Nor where it is said to have stood where that is not asked any more.
    let forged = by_lines(&forged, |one| {
        let asked_again = |id: &str| !id.ends_with("soak") && !id.ends_with("uptime");
        if one["gate"].is_object() {
            one["from"] = "production".into();
            let conditions = one["gate"]["conditions"].as_array_mut().expect("conditions");
            conditions.retain(|one| asked_again(one["id"].as_str().expect("a name")));
        } else if one["result"].is_string() {
            one["configuration"][0]["annotations"]["from"] = "production".into();
            let passed = one["passedTests"].as_array_mut().expect("tests");
            passed.retain(|one| asked_again(one.as_str().expect("a name")));
        }
    });
    open(&project, &forged, "it rests on `soak`");
    let told: Vec<&str> = forged.lines().collect();
    let others = format!("{}\n{}\n", told[0], told[2]);
    open(
        &project,
        &others,
        "it says that it stood in production; by the ledger that is here it stood in staging",
    );
    // What was not passed says so, whatever the ledgers say.
    audit(&project, &text).exits(1);
}

#[test]
fn a_pass_whose_dependency_was_rolled_back_since_does_not_hold() {
    let other = "\n[component.b]\ntitle = \"B\"\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    let policy = POLICY.replace("[gate.staging]", "[gate.staging]\ndependencies = true");
    let project =
        Project::new().policy(&format!("{policy}depends_on = [\"b\"]\n{other}")).file("src/b.py", "y = 1\n");
    completed("b", 20).write(&project.root());
    let project = project.repository();
    let text = attested(&project, 0);
    audit(&project, &text).exits(0);
    let revocation = Revocation { to: Stage::Development, reason: "wrong".into(), measured: None };
    completed("b", 20).hours_ago(0, Fact::Revoked(revocation)).write(&project.root());
    let project = project.committed();
    open(
        &project,
        &text,
        "it rests on `dependencies`, which is not met by the ledgers that are here: `b` is in",
    );
    // A ledger that says nothing that can be relied on leaves it open too.
    let project = project.file(".promotion/ledger/b.jsonl", "{}\n").committed();
    open(&project, &text, "a ledger cannot be relied on");
}

#[test]
fn a_pass_holds_on_once_the_component_was_completed_by_it_and_no_more_once_that_was_taken_back() {
    let project = Project::new().repository();
    let text = attested(&project, 0);
    let root = project.root();
    let after = |facts: Vec<Fact>| {
        let past = facts.into_iter().fold(completed("a", 0), |past, fact| past.hours_ago(0, fact));
        past.write(&root);
    };
    after(vec![]);
    let project = project.git(&["add", "-A"]);
    let project = project.git(&["commit", "-q", "-m", "completed"]);
    let told = audit(&project, &text).exits(0).json();
    for statement in told["statements"].as_array().expect("all of them") {
        let notes = statement["notes"].to_string();
        assert!(notes.contains("it stood in development then, and stands in staging since"), "{notes}");
    }
    let revocation = Revocation { to: Stage::Development, reason: "wrong figures".into(), measured: None };
    after(vec![Fact::Revoked(revocation)]);
    let project = project.git(&["commit", "-q", "-a", "-m", "revoked"]);
    open(&project, &text, "it was revoked after it was measured: wrong figures");
    let severity = RollbackSeverity::Critical;
    let decision = RollbackDecision { severity, reason: "it lost data".into(), due: None };
    after(vec![Fact::RollbackDecided(decision)]);
    let project = project.git(&["commit", "-q", "-a", "-m", "rolled back"]);
    open(&project, &text, "its rollback was decided after it was measured: it lost data");
}

#[test]
fn a_pass_of_the_commit_before_the_documents_of_completions_is_left_open_and_is_looked_at_there() {
    let other = "[component.b]\ntitle = \"B\"\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    let documents = |of: &str| format!("documents = {{ maturity = \"docs/{of}.md\" }}\n");
    let policy = format!(
        "{POLICY}{}{other}{}[project.documents]\nstatus = \"docs/status.md\"\n",
        documents("a"),
        documents("b")
    );
    let project = Project::new().policy(&policy).file("src/b.py", "x = 1\n").repository();
    let text = attested(&project, 0);
    completed("a", 0).write(&project.root());
    let project = project.file("docs/a.md", "# A\n").file("docs/b.md", "# B\n");
    let project = project.file("docs/status.md", "# All\n").committed();
    open(&project, &text, "which differs in `docs/a.md` and 2 more: nothing but documents");
    // As the hint says, with what is not committed yet.
    let file = project.path("fakes").join("audited.jsonl");
    let there = || {
        let script = format!(
            "rm -rf ../there && git clone -q . ../there && cd ../there && git checkout -q HEAD~1 && \
             rm -rf .promotion && cp -R \"$OLDPWD/.promotion\" . && $PROMOTE audit a --attestation '{}'",
            file.display()
        );
        let ended = project.shell(&script);
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (code, told) = there();
    assert!(code == Some(0) && told.contains("stands in staging since"), "{told}");
    let revocation = Revocation { to: Stage::Development, reason: "wrong figures".into(), measured: None };
    completed("a", 0).hours_ago(0, Fact::Revoked(revocation)).write(&project.root());
    let (code, told) = there();
    assert!(code == Some(3) && told.contains("it was revoked after it was measured"), "{told}");
    // Anything else besides them is another commit.
    let project = project.file("docs/other.md", "# Other\n").committed();
    let told = audit(&project, &text).exits(5).json();
    assert!(told.to_string().contains("is checked out, which differs in `docs/a.md` and 3 more"), "{told}");
}

/// It was of the stage above, and stood higher when it was measured.
#[test]
fn a_pass_for_a_gate_before_which_the_component_did_not_stand_does_not_hold() {
    let project = Project::new();
    let project = project.repository();
    let text = attested(&project, 0);
    completed("a", 20).write(&project.root());
    let project = project.committed();
    // Where it stands now its own gate may be asked again, and its Statement says that it came from there.
    let again = project.path("fakes").join("again.jsonl").to_string_lossy().into_owned();
    project.run(&["verify", "a", "--to", "staging", "--attest", &again]).exits(0);
    audit(&project, &std::fs::read_to_string(again).expect("written")).exits(0);
    let lines: Vec<&str> = text.lines().collect();
    let told = format!("{}\n{}\n", lines[0], lines[2]);
    open(
        &project,
        &told,
        "it says that it stood in development; by the ledger that is here it stood in staging",
    );
}

/// As CI checks out: with the last commit alone.
#[test]
fn a_clone_without_the_commit_that_was_attested_leaves_it_open() {
    let project = Project::new().repository();
    let file = project.path("fakes").join("a.jsonl");
    project.run(&["verify", "a", "--record", "--attest", &file.to_string_lossy()]).exits(0);
    let project = project.committed();
    let audit = |depth: &str| {
        let script = format!(
            "rm -rf ../clone; git clone -q {depth} \"file://$PWD\" ../clone && cd ../clone && \
             $PROMOTE audit a --attestation '{}'; echo $?",
            file.display()
        );
        String::from_utf8_lossy(&project.shell(&script).stdout).into_owned()
    };
    let whole = audit("");
    assert!(whole.ends_with("\n0\n"), "{whole}");
    let shallow = audit("--depth 1");
    assert!(shallow.contains("this clone does not hold") && shallow.ends_with("\n3\n"), "{shallow}");
}
