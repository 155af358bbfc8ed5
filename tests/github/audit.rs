//! A ledger is held against what was written down of it on GitHub, and whose word that is.

use serde_json::Value;
use tta_promote::model::assessment::Verdict;
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

use crate::has_gh;
use crate::project::{Project, TOKEN};
use crate::server::Fault;

const MARK: &str = "<!-- tta-promote:promotion=carbon-staging-2025-10-14 -->";

fn audit(project: &Project, code: i32) -> Value {
    let told = project.run(&["audit", "carbon", "--issue", "--format", "json"]).exits(code);
    serde_json::from_str(&told.stdout).expect("one document")
}

/// What the ledger of that document was accused of.
fn accusations(document: &Value) -> Vec<String> {
    let anchors = document["ledgers"][0]["anchors"].as_array().expect("anchors").iter();
    let broken = anchors.filter(|one| one["holds"] == false);
    broken.map(|one| format!("{}: {}", words(&one["what"]), words(&one["message"]))).collect()
}

fn words(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn lines(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.ledger_path()).expect("a ledger");
    text.split_inclusive('\n').map(str::to_owned).collect()
}

fn written(project: &Project, lines: &[String]) {
    std::fs::write(project.ledger_path(), lines.concat()).expect("written");
}

/// A promotion whose issue was told of a decision: anchors of the first record and of the sixth, which is the decision.
fn told() -> Project {
    let project = Project::impatient();
    project.issue().exits(0);
    let act = DeployAct {
        stage: Stage::Staging,
        commit: "30f84615".into(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let now = jiff::Timestamp::now();
    project.recorded(now, Fact::Intended(Act::Deploy(act)));
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded(now, Fact::Done { intent: 4, result });
    project.run(&["rollback", "carbon", "--severity", "high", "--reason", "slow"]).exits(4);
    project
}

#[test]
fn a_ledger_that_was_cut_off_is_named_by_a_comment_that_knew_more() {
    if !has_gh() {
        return;
    }
    let project = told();
    let document = audit(&project, 0);
    assert_eq!(document["ledgers"][0]["anchors"][0]["what"], "GitHub: 2 written down on #1", "{document:#}");
    let whole = lines(&project);
    // Not committed, and each line verifies: nothing but the comment knows better.
    written(&project, &whole[..5]);
    project.run(&["audit", "carbon"]).exits(0);
    let document = audit(&project, 5);
    let url = "https://github.com/theinterneti/TTA/issues/1#issuecomment-1";
    let cut = format!("{url} by octo: records up to 6 were there once, and now only up to 5");
    assert_eq!(accusations(&document), std::slice::from_ref(&cut), "{document:#}");
    project
        .run(&["audit", "--issue"])
        .exits(5)
        .says("issuecomment-1 by octo")
        .says("fetch the newest commits");
    // Where nothing but the measurement is left, the ledger does not even know that there was an issue.
    written(&project, &whole[..1]);
    assert_eq!(accusations(&audit(&project, 5))[0], cut.replace("to 5", "to 1"));
    // Gone as a whole, and no name given: GitHub knows that there was one.
    std::fs::remove_file(project.ledger_path()).expect("removed");
    project.run(&["audit", "--issue"]).exits(5).says("#issuecomment-1 by octo: records up to 6 were");
    project.run(&["audit"]).exits(3);
}

#[test]
fn a_ledger_that_was_written_anew_is_named_by_the_issue_and_by_the_comment() {
    if !has_gh() {
        return;
    }
    let project = told();
    std::fs::remove_file(project.ledger_path()).expect("removed");
    for _ in 0..7 {
        project.measured(Verdict::Pass);
    }
    let found = accusations(&audit(&project, 5));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].ends_with("/issues/1 by octo: record 1 is not the one that was there once"),
        "{found:?}"
    );
    assert!(found[1].contains("issuecomment-1 by octo: record 6 is not the one"), "{found:?}");
}

#[test]
fn a_comment_by_a_stranger_accuses_nobody_for_certain_and_is_named() {
    if !has_gh() {
        return;
    }
    let project = told();
    let digest = "ab".repeat(32);
    let lie = format!("{MARK}\n<!-- tta-promote:anchor=99:{digest} -->\n");
    project.github.with(|hub| hub.comment(1, &lie, "mallory", "NONE"));
    let document = audit(&project, 3);
    let ledger = &document["ledgers"][0];
    assert_eq!(
        (&ledger["result"], accusations(&document).len()),
        (&"inconclusive".into(), 0),
        "{document:#}"
    );
    let doubt = words(&ledger["doubts"][0]["message"]);
    assert!(doubt.contains("#issuecomment-2 by mallory says otherwise"), "{doubt}");
    assert!(doubt.contains("records up to 99 were there once, and now only up to"), "{doubt}");
    assert!(words(&ledger["doubts"][0]["hint"]).contains("delete it if it is not yours"));
    // The same by one who works on the repository counts.
    project.github.with(|hub| hub.issues[0].comments[1].association = "COLLABORATOR");
    assert!(accusations(&audit(&project, 5))[0].contains("#issuecomment-2 by mallory: records up to 99"));
    // An app that opened the issue is no member of anything, and its word counts all the same.
    project.github.with(|hub| {
        hub.issues[0].author = "github-actions".to_owned();
        let comment = &mut hub.issues[0].comments[1];
        (comment.author, comment.association) = ("github-actions".to_owned(), "NONE");
    });
    audit(&project, 5);
}

#[test]
fn what_cannot_be_read_or_is_of_another_is_told_and_leaves_a_sound_ledger_sound() {
    if !has_gh() {
        return;
    }
    let project = told();
    project.github.with(|hub| {
        hub.comment(1, &format!("{MARK}\n<!-- tta-promote:anchor=many:\u{1b}[2J -->\n"), "mallory", "NONE");
        let other = MARK.replace("carbon", "neon");
        hub.comment(
            1,
            &format!("{other}\n<!-- tta-promote:anchor=7:{} -->\n", "cd".repeat(32)),
            "eve",
            "NONE",
        );
        hub.comment(1, &format!("> {MARK}\nhello\n"), "bob", "NONE");
    });
    let document = audit(&project, 0);
    let notes = document["ledgers"][0]["notes"].to_string();
    assert!(
        notes.contains("#issuecomment-2 by mallory bears an anchor that cannot be read: `many:"),
        "{notes}"
    );
    assert!(!document.to_string().contains("eve") && !document.to_string().contains("bob"), "{document:#}");
    // A stranger's issue with the mark is no promotion issue: what it tells is a doubt, and its comments are not read.
    let lie = format!("{MARK}\n<!-- tta-promote:anchor=99:{} -->\n", "ab".repeat(32));
    project.github.with(|hub| {
        let number = hub.open("a trap", &lie, &["question"]);
        hub.issues[1].author = "mallory".to_owned();
        hub.comment(number, &lie, "mallory", "NONE");
    });
    let document = audit(&project, 3);
    let doubts = document["ledgers"][0]["doubts"].as_array().expect("doubts");
    assert_eq!(doubts.len(), 1, "{document:#}");
    assert!(words(&doubts[0]["message"]).contains("/issues/2 by mallory says otherwise"), "{document:#}");
}

#[test]
fn a_github_that_was_asked_and_did_not_tell_makes_it_inconclusive() {
    if !has_gh() {
        return;
    }
    let project = told();
    project.github.fail("IssueList", 1, Fault::Status(502, serde_json::json!({"message": "Bad gateway"})));
    let document = audit(&project, 3);
    assert!(words(&document["doubts"][0]["message"]).starts_with("no issue was looked at: GitHub failed"));
    assert_eq!(document["ledgers"][0]["result"], "sound");
    project.github.heal();
    project.github.fail("IssueByNumber", 1, Fault::LostRequest);
    let told = project.run(&["audit", "--issue"]).exits(3);
    assert!(told.stdout.contains("the comments on issue #1 and others were not looked at"), "{told:?}");
    assert!(told.stdout.contains("not all was looked at") && !told.stdout.contains(TOKEN), "{told:?}");
    // What is known to be wrong is not made uncertain by it.
    let whole = lines(&project);
    written(&project, &[&whole[..1], &whole[2..]].concat());
    project.github.heal();
    project.github.fail("", 9, Fault::LostRequest);
    audit(&project, 5);
}

#[test]
fn comments_on_the_status_report_count_too() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured();
    project.policy("github = { status_issue = 1 }").measured(Verdict::Pass).measured(Verdict::Pass);
    let mark = "<!-- tta-promote:comment=carbon-staging-2025-10-14:completed-status -->";
    let digest = "ab".repeat(32);
    project.github.with(|hub| {
        hub.open("status", "all of them", &[]);
        hub.comment(1, &format!("{mark}\n<!-- tta-promote:anchor=9:{digest} -->\n"), "octo", "OWNER");
        // Of nobody: told of no component.
        hub.comment(1, &format!("<!-- tta-promote:anchor=8:{digest} -->\n"), "octo", "OWNER");
    });
    assert_eq!(accusations(&audit(&project, 5)).len(), 1);
}
