//! What is taken back is told to the promotion issue, once, and owed where GitHub cannot be told.

use std::time::Duration;

use serde_json::Value;
use tta_promote::model::assessment::Verdict;
use tta_promote::model::decision::{RollbackDecision, RollbackSeverity};
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

use crate::has_gh;
use crate::project::{Project, Told};
use crate::server::Fault;

/// A promotion with an issue and a proven deployment.
fn deployed() -> Project {
    let project = Project::impatient();
    project.issue().exits(0);
    let intent = project.records().len() as u64 + 1;
    let deploy = DeployAct {
        stage: Stage::Staging,
        commit: "30f84615".into(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let done = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    let now = jiff::Timestamp::now();
    project.recorded(now, Fact::Intended(Act::Deploy(deploy)));
    project.recorded(now, Fact::Done { intent, result: done });
    project
}

fn completed() -> Project {
    let project = deployed();
    let completed = Fact::Completed { to: Stage::Staging, deployment: 4, verified: 1 };
    project.recorded(jiff::Timestamp::now(), completed);
    project
}

fn rollback(project: &Project, more: &[&str]) -> Told {
    let arguments = ["rollback", "carbon", "--format", "json"];
    project.run(&arguments.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

fn json_of(message: &str) -> Value {
    serde_json::json!({ "message": message })
}

fn json(told: &Told) -> Value {
    serde_json::from_str(&told.stdout).expect("one document")
}

#[test]
fn a_decision_is_told_with_its_time_and_shown_by_every_step() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    let high = ["--severity", "high", "--reason", "slow since @name came"];
    let told = rollback(&project, &high).exits(4);
    assert_eq!(json(&told)["result"], "decided");
    project.github.with(|hub| {
        let comments = &hub.issues[0].comments;
        assert_eq!(comments.len(), 1, "{comments:?}");
        assert!(comments[0].contains("It is to be rolled back by"), "{comments:?}");
        assert!(comments[0].contains("slow since `@name` came"), "{comments:?}");
    });
    project.run(&["status", "carbon"]).exits(0).says("due by").says("`tta-promote rollback carbon --now`");
    project.run(&["promote", "carbon", "--yes"]).exits(1).complains("is to be rolled back by");
    // What is mended in the stage is not in the way of what mends it.
    rollback(&project, &["--severity", "medium", "--reason", "bad", "--due", "1s"]).exits(4);
    std::thread::sleep(Duration::from_millis(1100));
    project.run(&["status", "carbon"]).exits(0).says("overdue since");
    project
        .run(&["promote", "carbon", "--dry-run"])
        .complains("overdue: `carbon-staging-2025-10-14` is to be mended");
    rollback(&project, &["--severity", "low", "--reason", "not so bad"]).exits(0);
    project.run(&["promote", "carbon", "--dry-run"]).exits(0);
    assert_eq!(project.github.with(|hub| hub.issues[0].comments.len()), 3);
}

#[test]
fn what_is_not_said_is_asked_for() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    rollback(&project, &["--severity", "low", "--reason", "x"]).exits(1).says("nothing_deployed");
    let project = deployed();
    rollback(&project, &["--now"])
        .exits(2)
        .complains("nothing says how badly `carbon`")
        .complains("--severity");
    rollback(&project, &["--severity", "high"]).exits(2).complains("nothing says why `carbon`");
    rollback(&project, &["--severity", "low", "--reason", " "]).exits(2).complains("say why");
    rollback(&project, &["--severity", "high", "--reason", "x", "--due", "1d"]).exits(2).complains("--due");
    let past = ["--severity", "medium", "--reason", "x", "--due", "2020-01-01"];
    rollback(&project, &past).exits(2).complains("is over");
    // The policy does not say how it is deployed: a person must act, and nothing was touched.
    let told = rollback(&project, &["--severity", "critical", "--reason", "x", "--yes"]).exits(6);
    assert_eq!(json(&told)["touched"], false);
    project.run(&["status", "carbon"]).exits(0).says("rollback");
}

#[test]
fn what_is_gone_is_told_and_relabelled_once_and_explained_later() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    let now = jiff::Timestamp::now();
    let severity = RollbackSeverity::Critical;
    let decision = RollbackDecision { severity, reason: "no answers".into(), due: None };
    project.recorded(now, Fact::RollbackDecided(decision));
    project.recorded(now, Fact::Intended(Act::Restore { deploy: 4, image: None }));
    let restored = ActResult::Restored { running: Vec::new() };
    // Killed right after the deed: what follows is done by the next run, GitHub or no GitHub.
    project.recorded(now, Fact::Done { intent: 7, result: restored });
    project.github.fail("", 100, Fault::Status(502, json_of("Bad gateway")));
    let told = rollback(&project, &["--severity", "critical", "--reason", "no answers"]).exits(0);
    assert!(json(&told)["told"].to_string().contains("owed"), "{told:?}");
    assert_eq!(project.kinds()[8..], ["held", "intent", "failed"]);
    project.github.heal();
    let account = project.path("project/.promotion/rollbacks/carbon-staging-2025-10-14.md");
    let text = std::fs::read_to_string(&account).expect("an account");
    let name = account.to_str().expect("UTF-8").to_owned();
    rollback(&project, &["--root-cause", &name]).exits(2).complains("does not say `Root cause`");
    let filled = text
        .replace("## Root cause\n", "## Root cause\n\na bad query\n")
        .replace("## Fix plan\n", "## Fix plan\n\na test, by ada\n")
        .replace("scheduled for\n", "scheduled for\n\n2025-10-21\n");
    std::fs::write(&account, filled).expect("written");
    for _ in 0..2 {
        rollback(&project, &["--root-cause", &name]).exits(0).says("a bad query");
        project.github.with(|hub| {
            let issue = &hub.issues[0];
            assert_eq!(issue.labels, ["component-promotion", "P0", "rolled-back"]);
            assert_eq!(issue.comments.len(), 2, "{:?}", issue.comments);
            assert!(issue.comments[0].contains("**Rolled back**"), "{:?}", issue.comments);
            assert!(issue.comments[1].contains("root cause: a bad query"), "{:?}", issue.comments);
        });
    }
    rollback(&project, &["--severity", "critical", "--reason", "x"]).exits(1).says("already_rolled_back");
    project.run(&["status", "carbon"]).exits(0).says("was rolled back on").says("held by");
}

#[test]
fn a_second_witness_is_heard_and_revoking_tells_the_issue() {
    if !has_gh() {
        return;
    }
    let project = completed();
    project.run(&["status", "carbon"]).exits(0).says("was completed on");
    let revoke = ["revoke", "carbon", "--reason", "the library was not there", "--format", "json"];
    let with = |more: &[&'static str]| revoke.into_iter().chain(more.iter().copied()).collect::<Vec<_>>();
    let told = project.run(&with(&["--dry-run"])).exits(0);
    assert_eq!(json(&told)["contradicted_by"], Value::Null);
    project.measured(Verdict::Fail);
    let offered = "record 7 contradicts record 1";
    project.run(&["status", "carbon"]).exits(0).says(offered);
    project.run(&["promote", "carbon", "--dry-run"]).complains(offered);
    project.run(&with(&[])).exits(2).complains("--yes");
    let told = json(&project.run(&with(&["--yes"])).exits(0));
    assert_eq!((&told["result"], &told["contradicted_by"]), (&"revoked".into(), &7.into()), "{told:#}");
    assert_eq!(told["figures"][0]["check"], "coverage");
    project.github.with(|hub| {
        assert_eq!(hub.issues[0].labels, ["component-promotion", "P0", "revoked"]);
        assert!(
            hub.issues[0].comments[0].contains("**Revoked.** The component stands in development again.")
        );
    });
    assert_eq!(json(&project.run(&with(&["--yes"])).exits(0))["result"], "already_revoked");
    project.run(&["status", "carbon"]).exits(0).says("was revoked on").says("development → staging");
    assert_eq!(project.github.with(|hub| hub.issues[0].comments.len()), 1);
}

/// A deployment of what is committed now, by the promotion to staging.
fn deployed_here(project: &Project) {
    let intent = project.records().len() as u64 + 1;
    let act = DeployAct {
        stage: Stage::Staging,
        commit: project.commit(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded(jiff::Timestamp::now(), Fact::Intended(Act::Deploy(act)));
    project.recorded(jiff::Timestamp::now(), Fact::Done { intent, result });
}

#[test]
fn a_commit_of_the_ledger_alone_mends_nothing() {
    if !has_gh() {
        return;
    }
    let project = Project::impatient();
    project.issue().exits(0);
    deployed_here(&project);
    rollback(&project, &["--severity", "medium", "--reason", "odd figures"]).exits(4);
    let is_open = |is_open: bool| {
        let told = project.run(&["promote", "carbon", "--dry-run"]);
        assert_eq!(told.stderr.contains("is to be mended"), is_open, "{told:?}");
        let told = project.run(&["complete", "carbon", "--dry-run"]);
        assert_eq!(told.stdout.contains("is to be mended"), is_open, "{told:?}");
    };
    is_open(true);
    let first = project.commit();
    project.committed();
    assert_ne!(project.commit(), first);
    deployed_here(&project);
    is_open(true);
    project.file("src/carbon.py", "x = 2\n").committed();
    deployed_here(&project);
    is_open(false);
}

const ABOVE: &str = "carbon-production-2025-10-24";

/// The gate of production was passed, and a candidate was brought up there; whether it came up is not known yet.
fn begun_above(project: &Project) -> u64 {
    let now = jiff::Timestamp::now();
    let Some(Fact::Verified(first)) = project.records().into_iter().next().map(|record| record.fact) else {
        panic!("a measurement")
    };
    let mut measured = first;
    (measured.from, measured.to) = (Stage::Staging, Stage::Production);
    let verified = project.records().len() as u64 + 1;
    let deploy = DeployAct {
        stage: Stage::Production,
        commit: "30f84615".into(),
        verified,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    project.recorded_for(ABOVE, now, Fact::Verified(measured));
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Deploy(deploy)));
    verified + 1
}

#[test]
fn what_a_running_candidate_rests_on_is_not_revoked_before_that_candidate_is_gone() {
    if !has_gh() {
        return;
    }
    let now = jiff::Timestamp::now();
    let deployed = || ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    let ends: [fn(u64, ActResult) -> Option<Fact>; 3] = [
        |_, _| None,
        |intent, result| Some(Fact::Done { intent, result }),
        // It may run all the same.
        |intent, _| Some(Fact::Failed { intent, why: "it was not well".into() }),
    ];
    for end in ends {
        let project = completed();
        let intent = begun_above(&project);
        if let Some(fact) = end(intent, deployed()) {
            project.recorded_for(ABOVE, now, fact);
        }
        let before = project.kinds();
        let first = format!("roll `{ABOVE}` back first");
        for more in ["--yes", "--dry-run"] {
            let told = project.run(&["revoke", "carbon", "--reason", "x", more]).exits(1).says(&first);
            told.says("`tta-promote rollback carbon --severity critical --reason TEXT`");
        }
        let told = project.run(&["revoke", "carbon", "--reason", "x", "--yes", "--format", "json"]).exits(1);
        assert_eq!(json(&told)["result"], "refused");
        assert_eq!(project.kinds(), before, "nothing was recorded");
        // Who was told to take it away takes it away by the shorter words.
        let decision = RollbackDecision { severity: RollbackSeverity::High, reason: "x".into(), due: None };
        project.recorded_for(ABOVE, now, Fact::RollbackDecided(decision));
        project.run(&REVOKE).exits(1).says("`tta-promote rollback carbon --now`");
        let restore = project.records().len() as u64 + 1;
        project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy: intent, image: None }));
        project.run(&REVOKE).exits(1).says(&first);
        let result = ActResult::Restored { running: Vec::new() };
        project.recorded_for(ABOVE, now, Fact::Done { intent: restore, result });
        project.run(&REVOKE).exits(0).says("carbon is revoked");
    }
}

/// [`ABOVE`] was to go, and a person must act.
fn failed_above(project: &Project, deploy: u64) {
    let now = jiff::Timestamp::now();
    let severity = RollbackSeverity::Critical;
    let decision = RollbackDecision { severity, reason: "no answers".into(), due: None };
    project.recorded_for(ABOVE, now, Fact::RollbackDecided(decision));
    let intent = project.records().len() as u64 + 1;
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy, image: None }));
    project.recorded_for(ABOVE, now, Fact::Failed { intent, why: "it is still there".into() });
}

#[test]
fn what_cannot_be_put_back_from_here_is_left_and_keeps_no_promotion_from_being_revoked() {
    if !has_gh() {
        return;
    }
    let by_script = || {
        let project = completed();
        project.policy("timeout = \"1s\"\n[component.carbon.deploy.production]\nscript = [\"sh\"]");
        begun_above(&project);
        (project, "the policy names no compose file")
    };
    let failed = || {
        let project = completed();
        let deploy = begun_above(&project);
        failed_above(&project, deploy);
        (project, "the last attempt to roll it back failed")
    };
    let lowered = || {
        let (project, why) = failed();
        let severity = RollbackSeverity::Low;
        let decision = RollbackDecision { severity, reason: "not so bad".into(), due: None };
        project.recorded_for(ABOVE, jiff::Timestamp::now(), Fact::RollbackDecided(decision));
        (project, why)
    };
    let all: [&dyn Fn() -> (Project, &'static str); 3] = [&by_script, &failed, &lowered];
    for (project, why) in all.into_iter().map(|make| make()) {
        let by_hand = format!("take `{ABOVE}` away from production by hand, where nothing ran before");
        let before = project.kinds();
        project
            .run(&["revoke", "carbon", "--reason", "x", "--dry-run"])
            .exits(0)
            .says(&format!("`{ABOVE}` was brought up in production, and may still run there: {why}"))
            .says(&by_hand);
        assert_eq!(project.kinds(), before);
        project.run(&REVOKE).exits(0).says("carbon is revoked").says(&by_hand);
        assert_eq!(project.kinds()[before.len()..before.len() + 2], ["noted", "revoked"]);
        project.run(&["history", "carbon"]).exits(0).says("this candidate was left in production");
    }
}

#[test]
fn to_leave_a_candidate_that_came_up_while_somebody_was_asked_is_agreed_to_by_nobody() {
    let project = completed_without_an_issue();
    let (code, shown) = project.asked("revoke carbon --reason x", "revoke it?", || {
        let deploy = begun_above(&project);
        failed_above(&project, deploy);
    });
    assert!(shown.contains(&format!("roll `{ABOVE}` back first")), "{shown}");
    assert_eq!(code, Some(1));
    assert!(!project.kinds().contains(&"revoked"));
}

fn completed_without_an_issue() -> Project {
    let project = Project::new();
    let now = jiff::Timestamp::now();
    deployed_here(&project);
    project.recorded(now, Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 });
    project
}

/// [`ABOVE`] was taken away for this reason, and the process ended before it held the component.
fn taken_away_above(project: &Project, reason: &str) {
    let now = jiff::Timestamp::now();
    let deploy = begun_above(project);
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded_for(ABOVE, now, Fact::Done { intent: deploy, result });
    let severity = RollbackSeverity::Critical;
    let decision = RollbackDecision { severity, reason: reason.into(), due: None };
    project.recorded_for(ABOVE, now, Fact::RollbackDecided(decision));
    let intent = project.records().len() as u64 + 1;
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy, image: None }));
    let result = ActResult::Restored { running: Vec::new() };
    project.recorded_for(ABOVE, now, Fact::Done { intent, result });
}

#[test]
fn the_same_rollback_again_does_not_take_away_what_runs_in_the_stage_below() {
    let project = completed_without_an_issue();
    taken_away_above(&project, "no answers");
    for words in
        [&["--now"][..], &["--severity", "critical", "--reason", "no answers"], &["--severity", "critical"]]
    {
        let told = rollback(&project, &[words, &["--yes"]].concat());
        assert_eq!(json(&told)["promotion"], ABOVE, "{words:?}: {told:?}");
        assert_eq!(
            project.kinds().iter().filter(|kind| **kind == "held").count(),
            1,
            "it is held: {words:?}"
        );
        assert!(project.kinds().ends_with(&["done", "held"]), "{words:?}: {:?}", project.kinds());
    }
    let told = rollback(&project, &["--severity", "critical", "--reason", "that is bad too", "--dry-run"]);
    assert_eq!(json(&told)["promotion"], project.records()[0].promotion.to_string(), "{told:?}");
}

/// The gate of production was passed once more: another promotion, of which nothing is deployed yet.
fn measured_above(project: &Project) {
    let gate = |record: &tta_promote::model::record::Record| match &record.fact {
        Fact::Verified(measured) if measured.to == Stage::Production => Some(measured.clone()),
        _ => None,
    };
    let gate = project.records().iter().find_map(gate).expect("its gate was measured");
    project.recorded_for("carbon-production-2025-10-25", jiff::Timestamp::now(), Fact::Verified(gate));
}

#[test]
fn a_measurement_after_a_rollback_lets_neither_it_nor_complete_forget_what_was_rolled_back() {
    let project = completed_without_an_issue();
    taken_away_above(&project, "no answers");
    rollback(&project, &["--now", "--yes"]).exits(0);
    measured_above(&project);
    let before = project.kinds();
    for words in [&["--now"][..], &["--severity", "critical", "--reason", "no answers"]] {
        let told = rollback(&project, &[words, &["--yes"]].concat()).exits(1);
        assert_eq!(json(&told)["promotion"], ABOVE, "{words:?}: {told:?}");
        assert_eq!(json(&told)["result"], "already_rolled_back");
    }
    for words in [&["complete", "carbon", "--dry-run"][..], &["complete", "carbon", "--yes"]] {
        project.run(words).exits(1).says(&format!("`{ABOVE}` was rolled back on"));
    }
    assert_eq!(project.kinds(), before);
}

fn to_be_rolled_back(severity: RollbackSeverity, reason: &str) -> Fact {
    Fact::RollbackDecided(RollbackDecision { severity, reason: reason.into(), due: None })
}

#[test]
fn what_is_to_go_of_the_stage_below_after_a_rollback_is_reached_by_the_words_that_are_told() {
    let now = jiff::Timestamp::now();
    let decided = |project: &Project| {
        rollback(project, &["--severity", "high", "--reason", "slow"]).exits(4);
    };
    let half_done = |project: &Project| {
        project.recorded(now, to_be_rolled_back(RollbackSeverity::Critical, "slow"));
        project.recorded(now, Fact::Intended(Act::Restore { deploy: 2, image: None }));
    };
    // A folder where a document should be: nobody can write that.
    let owed = |project: &Project| {
        project.policy("documents = { status = \"STATUS.md\" }");
        std::fs::create_dir(project.path("project/STATUS.md")).expect("a folder");
        decided(project);
    };
    let all: [&dyn Fn(&Project); 3] = [&decided, &half_done, &owed];
    for (what, prepare) in all.into_iter().enumerate() {
        let project = completed_without_an_issue();
        let below = project.records()[0].promotion.to_string();
        taken_away_above(&project, "no answers");
        rollback(&project, &["--now", "--yes"]).exits(0);
        prepare(&project);
        project.run(&["status", "carbon"]).exits(0).says("`tta-promote rollback carbon --now`");
        // Who says what was said of the one above means that one.
        let told = rollback(&project, &["--severity", "critical", "--reason", "no answers", "--yes"]);
        assert_eq!(json(&told)["promotion"], ABOVE, "{what}: {told:?}");
        // The policy does not say how it is deployed: a person must act, and that is about the one below.
        let told = rollback(&project, &["--now", "--yes"]).exits(6);
        assert_eq!(json(&told)["promotion"], below.as_str(), "{what}: {told:?}");
    }
}

#[test]
fn the_same_revocation_again_is_none_of_what_stands_below() {
    for more in ["", "[component.carbon.deploy.production]\nscript = [\"sh\"]"] {
        let project = completed_without_an_issue();
        project.policy(more);
        completed_above(&project);
        project.run(&REVOKE).exits(0).says(ABOVE);
        let before = project.kinds();
        for more in ["--yes", "--dry-run"] {
            let told = project.run(&["revoke", "carbon", "--reason", "x", more, "--format", "json"]).exits(0);
            assert_eq!(json(&told)["result"], "already_revoked", "{told:?}");
            assert_eq!(json(&told)["promotion"], ABOVE, "{told:?}");
        }
        assert_eq!(project.kinds(), before);
        // Another reason is about the one below.
        let told = project.run(&["revoke", "carbon", "--reason", "y", "--dry-run", "--format", "json"]);
        assert_ne!(json(&told)["result"], "already_revoked", "{told:?}");
    }
}

#[test]
fn the_same_revocation_again_is_that_one_whatever_became_of_its_candidate() {
    let now = jiff::Timestamp::now();
    let taken_away = |project: &Project| {
        project.recorded_for(ABOVE, now, to_be_rolled_back(RollbackSeverity::Critical, "x"));
        project.recorded_for(ABOVE, now, Fact::Intended(Act::Restore { deploy: 2, image: None }));
        let intent = project.records().len() as u64;
        let result = ActResult::Restored { running: Vec::new() };
        project.recorded_for(ABOVE, now, Fact::Done { intent, result });
    };
    let replaced = |project: &Project| {
        let intent = begun_above(project);
        let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
        project.recorded_for(ABOVE, now, Fact::Done { intent, result });
    };
    for then in [&taken_away as &dyn Fn(&Project), &replaced] {
        let project = completed_without_an_issue();
        completed_above(&project);
        project.run(&REVOKE).exits(0).says(ABOVE);
        then(&project);
        let before = project.kinds();
        let told = project.run(&["revoke", "carbon", "--reason", "x", "--yes", "--format", "json"]).exits(0);
        assert_eq!(json(&told)["result"], "already_revoked", "{told:?}");
        assert_eq!(project.kinds(), before);
    }
}

#[test]
fn what_was_completed_while_the_question_stood_is_not_said_to_be_revoked() {
    let project = completed_without_an_issue();
    let (code, shown) = project.asked("revoke carbon --reason x", "revoke it?", || completed_above(&project));
    assert!(shown.contains("is not that by which it stands any more, so it was not revoked"), "{shown}");
    assert_eq!(code, Some(3));
    assert!(!project.kinds().contains(&"revoked"));
}

#[test]
fn what_somebody_else_revoked_while_the_question_stood_is_said_to_be_revoked_already() {
    let project = completed_without_an_issue();
    let (code, shown) = project.asked("revoke carbon --reason x", "revoke it?", || {
        project.run(&REVOKE).exits(0);
    });
    assert!(shown.contains("was revoked already"), "{shown}");
    assert_eq!(code, Some(0));
}

#[test]
fn what_is_half_rolled_back_is_not_revoked_before_that_has_come_to_its_end() {
    let now = jiff::Timestamp::now();
    let half_done = |project: &Project| {
        project.recorded(now, to_be_rolled_back(RollbackSeverity::Critical, "slow"));
        project.recorded(now, Fact::Intended(Act::Restore { deploy: 2, image: None }));
    };
    let project = completed_without_an_issue();
    half_done(&project);
    let before = project.kinds();
    for more in ["--yes", "--dry-run"] {
        let told = project.run(&["revoke", "carbon", "--reason", "x", more]).exits(1);
        told.complains("was begun and has come to no end").complains("`tta-promote rollback carbon --now`");
    }
    assert_eq!(project.kinds(), before);
    // So it is where it was begun while somebody was asked.
    let project = completed_without_an_issue();
    let (code, shown) = project.asked("revoke carbon --reason x", "revoke it?", || half_done(&project));
    assert!(shown.contains("was begun and has come to no end"), "{shown}");
    assert_eq!(code, Some(1));
    assert!(!project.kinds().contains(&"revoked"));
}

/// [`ABOVE`] was completed too.
fn completed_above(project: &Project) {
    let now = jiff::Timestamp::now();
    let deployment = begun_above(project);
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded_for(ABOVE, now, Fact::Done { intent: deployment, result });
    let completed = Fact::Completed { to: Stage::Production, deployment, verified: deployment - 1 };
    project.recorded_for(ABOVE, now, completed);
}

#[test]
fn what_is_to_be_mended_in_the_highest_stage_is_told_a_way_that_is_there() {
    let project = completed_without_an_issue();
    completed_above(&project);
    let told = rollback(&project, &["--severity", "medium", "--reason", "odd figures"]).exits(4);
    let hint = json(&told)["hint"].to_string();
    assert!(hint.contains("`tta-promote rollback carbon --severity high --reason TEXT`"), "{hint}");
    assert!(!hint.contains("tta-promote deploy"), "{hint}");
    let command = "`tta-promote rollback carbon --severity high --reason TEXT`";
    project.run(&["status", "carbon"]).exits(0).says(&format!("next {command}"));
    let all = project.run(&["status"]).exits(0);
    assert!(!all.stdout.contains("with nothing to do"), "{all:?}");
    rollback(&project, &["--severity", "low", "--reason", "not so odd"]).exits(0);
    project.run(&["status", "carbon"]).exits(0).says("nothing: it is in production");
}

#[test]
fn a_rollback_that_was_begun_is_not_called_off_half_way() {
    let project = completed_without_an_issue();
    let now = jiff::Timestamp::now();
    let severity = RollbackSeverity::Critical;
    let decision = RollbackDecision { severity, reason: "no answers".into(), due: None };
    project.recorded(now, Fact::RollbackDecided(decision));
    project.recorded(now, Fact::Intended(Act::Restore { deploy: 2, image: None }));
    let before = project.kinds();
    for severity in ["low", "medium"] {
        let told = rollback(&project, &["--severity", severity, "--reason", "not so bad"]).exits(1);
        told.complains("was begun and has come to no end").complains("`tta-promote rollback carbon --now`");
    }
    assert_eq!(project.kinds(), before);
    // A version before this one let it be called off: it is due all the same.
    let low = RollbackSeverity::Low;
    let decision = RollbackDecision { severity: low, reason: "not so bad".into(), due: None };
    project.recorded(now, Fact::RollbackDecided(decision));
    project.run(&["status", "carbon"]).exits(0).says("next `tta-promote rollback carbon --now`");
    project.run(&["promote", "carbon", "--yes"]).exits(1).complains("`tta-promote rollback carbon");
    rollback(&project, &[]).exits(1).complains("`tta-promote rollback carbon --now`");
    let told = rollback(&project, &["--now", "--dry-run"]);
    assert_eq!(json(&told)["severity"], "high", "{told:?}");
}

#[test]
fn a_question_that_is_interrupted_is_no_missing_yes() {
    const INTERRUPT: &[u8] = b"\x03";
    let project = completed_without_an_issue();
    let before = project.kinds();
    let questions = [
        ("revoke carbon --reason x", "revoke it?", "nothing was revoked"),
        ("rollback carbon --severity critical --reason x", "do this?", "nothing was rolled back"),
        ("promote carbon", "go on?", "nothing was done"),
    ];
    for (verb, question, nothing) in questions {
        let (code, shown) = project.answered(verb, question, INTERRUPT, || {});
        assert_eq!(code, Some(130), "{verb}: {shown}");
        assert!(shown.contains(nothing) && shown.contains("it was interrupted"), "{verb}: {shown}");
    }
    assert_eq!(project.kinds(), before);
}

#[test]
fn consent_to_one_rollback_is_none_to_that_of_what_came_up_meanwhile() {
    let project = completed_without_an_issue();
    let before = project.kinds().len();
    let (code, shown) = project.asked("rollback carbon --severity critical --reason x", "do this?", || {
        begun_above(&project);
    });
    assert!(shown.contains(&format!("`{ABOVE}` is what would go now")), "{shown}");
    assert_eq!(code, Some(3), "{shown}");
    assert_eq!(project.kinds().len(), before + 2, "only what came up is new");
}

#[test]
fn a_candidate_that_comes_up_while_somebody_is_asked_stops_the_revocation() {
    let project = completed_without_an_issue();
    let (code, shown) = project.asked("revoke carbon --reason x", "revoke it?", || {
        begun_above(&project);
    });
    assert!(shown.contains(&format!("roll `{ABOVE}` back first")), "{shown}");
    assert_eq!(code, Some(1));
    assert!(!project.kinds().contains(&"revoked"));
}

#[test]
fn the_same_words_again_report_the_decision_that_stands_and_do_nothing() {
    if !has_gh() {
        return;
    }
    let high = ["--severity", "high", "--reason", "slow", "--yes"];
    let decided = || {
        let project = deployed();
        let first = json(&rollback(&project, &high).exits(4));
        (project, first)
    };
    let (project, first) = decided();
    // A job that is run again, or one that was killed, is no second thought.
    for again in [&high[..], &["--severity", "high", "--yes"], &["--reason", "slow", "--yes"]] {
        let told = json(&rollback(&project, again).exits(4));
        assert_eq!((&told["result"], &told["due"]), (&"decided".into(), &first["due"]), "{told:#}");
        let hint = told["hint"].to_string();
        assert!(hint.contains("stands since") && hint.contains("rollback carbon --now"), "{hint}");
    }
    let decisions = |project: &Project| {
        let kinds = project.kinds();
        kinds.iter().filter(|kind| **kind == "rollback_decided").count()
    };
    assert_eq!(decisions(&project), 1);
    rollback(&project, &["--severity", "high", "--reason", "slow", "--dry-run"])
        .exits(0)
        .says("nothing would be touched now");
    // It acts: the policy does not say how it is deployed, so that a person must.
    rollback(&project, &["--yes"]).exits(6);
    assert_eq!(decisions(&project), 1);
    let (project, _) = decided();
    rollback(&project, &[&high[..], &["--now"]].concat()).exits(6);
    assert_eq!(decisions(&project), 1);
    project.run(&["rollback", "--help"]).exits(0).says("The same words again");
}

const REVOKE: [&str; 5] = ["revoke", "carbon", "--reason", "x", "--yes"];

/// The comments on the issue that tell of the revocation.
fn revocations(project: &Project) -> usize {
    project.github.with(|hub| {
        hub.issues[0].comments.iter().filter(|comment| comment.text.contains("**Revoked.**")).count()
    })
}

#[test]
fn a_comment_that_comes_after_its_attempt_was_given_up_is_waited_for() {
    if !has_gh() {
        return;
    }
    let project = completed();
    // GitHub answers when nobody listens any more, and writes the comment all the same.
    project.github.fail("CommentCreate", 1, Fault::Delay(Duration::from_millis(1_700)));
    project.run(&REVOKE).exits(0).says("owed");
    assert_eq!(revocations(&project), 0, "it is still under way");
    project.run(&REVOKE).exits(0);
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(revocations(&project), 1);
    // Found, and so the end of the attempt that was made.
    assert_eq!(project.kinds()[6..], ["revoked", "intent", "failed", "done", "intent", "done"]);
}

#[test]
fn a_comment_that_was_cut_off_long_after_its_intent_is_waited_for() {
    if !has_gh() {
        return;
    }
    let project = completed();
    project.github.fail("CommentCreate", 1, Fault::Status(502, json_of("Bad gateway")));
    project.run(&REVOKE).exits(0).says("owed");
    // Another attempt, of which nobody knows how it ended: it was killed while GitHub was at work.
    let intended = project.records().into_iter().find_map(|record| match record.fact {
        Fact::Intended(act @ Act::Comment { .. }) => Some(act),
        _ => None,
    });
    let act = intended.expect("an intent");
    let Act::Comment { marker, .. } = &act else { panic!("{act:?}") };
    let text = format!("{marker}\n\n**Revoked.**\n");
    let a_while_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(30);
    project.recorded(a_while_ago, Fact::Intended(act.clone()));
    let github = project.github.clone();
    let at_work = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(800));
        github.with(|hub| hub.comment(1, &text, "octo", "OWNER"));
    });
    project.run(&REVOKE).exits(0);
    at_work.join().expect("an end");
    assert_eq!(revocations(&project), 1);
}

#[test]
fn each_attempt_to_comment_has_an_intent_of_its_own() {
    if !has_gh() {
        return;
    }
    let project = completed();
    project.github.fail("CommentCreate", 2, Fault::Status(502, json_of("Bad gateway")));
    for _ in 0..2 {
        project.run(&REVOKE).exits(0).says("owed");
    }
    project.run(&REVOKE).exits(0);
    assert_eq!(revocations(&project), 1);
    let kinds = project.kinds();
    let told = ["intent", "failed", "intent", "failed", "intent", "done"];
    assert_eq!(kinds[7..13], told, "{kinds:?}");
}

#[test]
fn killed_anywhere_in_revoke_the_rerun_ends_in_the_same_state() {
    if !has_gh() {
        return;
    }
    for round in 0..12 {
        let project = completed();
        project.killed_after(&REVOKE, Duration::from_millis(15 * round));
        let end = std::time::Instant::now();
        loop {
            project.run(&REVOKE);
            let is_whole = project.github.with(|hub| {
                let issue = &hub.issues[0];
                issue.comments.len() == 1 && issue.labels == ["component-promotion", "P0", "revoked"]
            });
            if is_whole && project.kinds().last() == Some(&"done") {
                break;
            }
            assert!(end.elapsed() < Duration::from_secs(20), "round {round}");
        }
        // On a slow machine GitHub may not answer in the second that it is given; then it is owed for a while.
        let mut kinds: Vec<&str> = project.kinds().into_iter().filter(|kind| *kind != "failed").collect();
        // Each attempt has an intent of its own.
        kinds.dedup();
        assert_eq!(kinds[6..], ["revoked", "intent", "done", "intent", "done"], "round {round}");
    }
}

#[test]
fn a_time_from_now_is_not_put_off_by_the_same_words_again() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    let medium = ["--severity", "medium", "--reason", "odd figures", "--due"];
    let said = |due| rollback(&project, &[&medium[..], &[due]].concat()).exits(4);
    let first = json(&said("3d"));
    let decisions =
        |project: &Project| project.kinds().into_iter().filter(|kind| *kind == "rollback_decided").count();
    std::thread::sleep(Duration::from_millis(20));
    for due in ["3d", "1d"] {
        let told = json(&said(due));
        assert_eq!(told["due"], first["due"], "{due}");
        assert!(told["hint"].to_string().contains("stands since"), "{told:#}");
    }
    assert_eq!(decisions(&project), 1);
    // A date is a second thought, and so is another reason.
    assert_eq!(json(&said("2099-01-01T00:00:00Z"))["due"], "2099-01-01T00:00:00Z");
    rollback(&project, &["--severity", "medium", "--reason", "odder", "--due", "3d"]).exits(4);
    assert_eq!(decisions(&project), 3);
}

#[test]
fn what_was_mended_is_decided_anew_by_the_same_words() {
    if !has_gh() {
        return;
    }
    let project = Project::impatient();
    project.issue().exits(0);
    deployed_here(&project);
    let medium = ["--severity", "medium", "--reason", "odd figures", "--due", "3d"];
    rollback(&project, &medium).exits(4);
    project.file("src/carbon.py", "x = 2\n").committed();
    deployed_here(&project);
    let open = "is to be mended";
    assert!(!project.run(&["promote", "carbon", "--dry-run"]).stderr.contains(open));
    rollback(&project, &medium).exits(4);
    project.run(&["promote", "carbon", "--dry-run"]).complains(open);
}

#[test]
fn that_it_need_not_be_mended_is_about_what_is_to_be_mended() {
    if !has_gh() {
        return;
    }
    let project = completed();
    rollback(&project, &["--severity", "medium", "--reason", "odd figures"]).exits(4);
    let intent = begun_above(&project);
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded_for(ABOVE, jiff::Timestamp::now(), Fact::Done { intent, result });
    project.run(&["promote", "carbon", "--dry-run"]).complains("is to be mended");
    let low = ["--severity", "low", "--reason", "not so odd"];
    // The same words again are about the same one.
    for _ in 0..2 {
        let told = json(&rollback(&project, &low).exits(0));
        assert_eq!(told["promotion"], "carbon-staging-2025-10-14", "{told:#}");
        assert!(!project.run(&["promote", "carbon", "--dry-run"]).stderr.contains("is to be mended"));
    }
    let told = json(&rollback(&project, &["--severity", "low", "--reason", "a typing error"]).exits(0));
    assert_eq!(told["promotion"], ABOVE, "{told:#}");
    // What is to be mended under way comes first.
    rollback(&project, &["--severity", "medium", "--reason", "odd"]).exits(4);
    let told = json(&rollback(&project, &low).exits(0));
    assert_eq!(told["promotion"], ABOVE, "{told:#}");
}

#[test]
fn what_somebody_takes_back_while_the_question_stands_is_not_done() {
    let decided = |severity| {
        let reason = "slow".into();
        Fact::RollbackDecided(RollbackDecision { severity, reason, due: None })
    };
    for (severity, exit, shown) in
        [(RollbackSeverity::Low, 1, "severity"), (RollbackSeverity::Medium, 4, "commit what mends it")]
    {
        let project = Project::new();
        let now = jiff::Timestamp::now();
        deployed_here(&project);
        project.recorded(now, decided(RollbackSeverity::High));
        let mut before = Vec::new();
        let (code, told) = project.asked("rollback carbon --now", "do this?", || {
            project.recorded(now, decided(severity));
            before = project.kinds();
        });
        assert!(told.contains("ada decided so meanwhile: nothing was touched"), "{told}");
        assert!(told.contains(shown), "{told}");
        assert_eq!((code, project.kinds()), (Some(exit), before), "{told}");
    }
}

/// Whether a process has a file open to write it, which it does only once it has read it.
fn waits_for(process: &std::process::Child, file: &std::path::Path) -> bool {
    let folder = std::path::PathBuf::from(format!("/proc/{}", process.id()));
    let opened = std::fs::read_dir(folder.join("fd")).into_iter().flatten().flatten();
    opened.filter(|one| std::fs::read_link(one.path()).is_ok_and(|path| path == file)).any(|one| {
        let info = std::fs::read_to_string(folder.join("fdinfo").join(one.file_name())).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).map(str::trim);
        flags.is_some_and(|octal| octal.ends_with(['1', '2']))
    })
}

#[test]
fn what_is_to_go_since_somebody_else_said_so_is_not_reported_as_decided() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    let decided = |severity| {
        let reason = "slow".into();
        Fact::RollbackDecided(RollbackDecision { severity, reason, due: None })
    };
    let now = jiff::Timestamp::now();
    project.recorded(now, decided(RollbackSeverity::Medium));
    // Another process has the ledger in hand.
    let file = std::fs::File::open(project.ledger_path()).expect("a ledger");
    file.lock().expect("a lock");
    let running = project.start(&["rollback", "carbon", "--yes"]);
    let begin = std::time::Instant::now();
    while !waits_for(&running, &project.ledger_path()) {
        assert!(begin.elapsed() < Duration::from_secs(9), "it never wants the ledger");
        std::thread::sleep(Duration::from_millis(1));
    }
    project.recorded(now, decided(RollbackSeverity::High));
    let before = project.kinds();
    drop(file);
    let told = project.ended(running).exits(3).complains("`carbon-staging-2025-10-14` is what would go now");
    told.complains("run it again");
    assert_eq!(project.kinds(), before);
}

#[test]
fn complete_does_not_call_done_what_was_rolled_back_and_tells_of_it_all_the_same() {
    if !has_gh() {
        return;
    }
    let project = completed();
    let news = with_issue_above(&project);
    taken_away_above(&project, "no answers");
    let before = project.kinds();
    let complete = ["complete", "carbon", "--yes"];
    let dry = project.run(&["complete", "carbon", "--dry-run"]).exits(1);
    dry.says(&format!("`{ABOVE}` was rolled back on")).says("no answers");
    assert_eq!(project.kinds(), before);
    project
        .run(&complete)
        .exits(1)
        .says("it stands in staging, and not in production")
        .says("`tta-promote promote carbon`")
        .says(&format!("issue #{news} was told: it was rolled back"));
    assert!(project.github.with(|hub| hub.issues[1].comments[0].contains("**Rolled back**")));
    project.run(&["hold", "carbon", "--reason", "no answers"]).exits(0);
    let told = project.run(&complete).exits(1).says("`tta-promote release carbon --reason TEXT`");
    assert!(!told.stdout.contains("was told"), "{told:?}");
    // Where something newer is begun, that is what is spoken of.
    begun_above(&project);
    project.run(&complete).exits(1).says("has come to no end");
}

/// An issue for [`ABOVE`]; its number.
fn with_issue_above(project: &Project) -> u64 {
    let number = project.github.with(|hub| hub.open("Promote Carbon", "", &["component-promotion"]));
    let url = format!("https://github.com/theinterneti/TTA/issues/{number}");
    let opening = Act::OpenIssue {
        repository: "theinterneti/TTA".into(),
        marker: "m".into(),
        title: "t".into(),
        body_sha256: String::new(),
    };
    let (now, intent) = (jiff::Timestamp::now(), project.records().len() as u64 + 1);
    project.recorded_for(ABOVE, now, Fact::Intended(opening));
    let result = ActResult::Issue { number, url };
    project.recorded_for(ABOVE, now, Fact::Done { intent, result });
    number
}

#[test]
fn the_issue_of_a_candidate_that_is_left_is_told_and_closed_and_owed_where_github_fails() {
    if !has_gh() {
        return;
    }
    let project = completed();
    let deploy = begun_above(&project);
    let number = with_issue_above(&project);
    failed_above(&project, deploy);
    project.github.fail("", 100, Fault::Status(502, json_of("Bad gateway")));
    project.run(&REVOKE).exits(0).says("owed");
    assert!(project.github.with(|hub| hub.issues[1].open));
    project.run(&["promote", "carbon", "--dry-run"]).complains(&format!("news for issue #{number}"));
    project.github.heal();
    project.run(&REVOKE).exits(0).says(&format!("issue #{number} was told: what it rests on was revoked"));
    project.github.with(|hub| {
        let issue = &hub.issues[1];
        assert_eq!(issue.comments.len(), 2, "{issue:?}");
        assert!(issue.comments[1].contains("**Nothing comes after this.**"), "{issue:?}");
        assert!(issue.comments[1].contains("this candidate was left in production"), "{issue:?}");
        assert!(!issue.open && issue.labels.contains(&"revoked".to_owned()), "{issue:?}");
    });
    let again = project.run(&REVOKE).exits(0);
    assert!(!again.stdout.contains(&format!("#{number}")), "{again:?}");
}

#[test]
fn what_was_mended_is_neither_due_nor_overdue_and_what_is_open_of_a_revoked_candidate_is_shown() {
    if !has_gh() {
        return;
    }
    let project = Project::impatient();
    project.issue().exits(0);
    deployed_here(&project);
    let shown = |is_open: bool, overdue: bool| {
        let told = project.run(&["status", "carbon", "--format", "json"]).exits(0);
        let decided = &json(&told)["components"][0]["rollbacks"][0];
        assert_eq!((&decided["open"], &decided["overdue"]), (&is_open.into(), &overdue.into()), "{told:?}");
        project.run(&["status", "carbon"]).exits(0).stdout
    };
    rollback(&project, &["--severity", "medium", "--reason", "odd figures", "--due", "1s"]).exits(4);
    std::thread::sleep(Duration::from_millis(1100));
    assert!(shown(true, true).contains("overdue since"));
    project.file("src/carbon.py", "x = 2\n").committed();
    deployed_here(&project);
    let text = shown(false, false);
    assert!(text.contains("a rollback was decided (medium)"), "{text}");
    assert!(text.contains("mended since") && !text.contains("due"), "{text}");
    // What was revoked runs on, and is to go.
    let completed = Fact::Completed { to: Stage::Staging, deployment: 4, verified: 1 };
    project.recorded(jiff::Timestamp::now(), completed);
    project.run(&REVOKE).exits(0);
    rollback(&project, &["--severity", "high", "--reason", "no answers"]).exits(4);
    let text = shown(true, false);
    assert!(text.contains("a rollback was decided (high)") && text.contains("due by"), "{text}");
    assert!(text.contains("next `tta-promote rollback carbon --now`"), "{text}");
}
