//! One issue, whatever happens; and nothing that nobody measured.

use std::time::Duration;

use serde_json::{Value, json};
use tta_promote::model::assessment::Verdict;
use tta_promote::model::record::{Act, ActResult, Fact};

use crate::has_gh;
use crate::project::{Project, TOKEN};
use crate::server::Fault;

const MARK: &str = "<!-- tta-promote:promotion=carbon-staging-2025-10-14 -->";

#[test]
fn the_issue_is_opened_once_and_says_what_was_measured() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0).says("carbon: issue #1 https://github.com/theinterneti/TTA/issues/1 was opened");
    project.github.with(|hub| {
        let issue = &hub.issues[0];
        assert_eq!(issue.title, "Promote Carbon Component to Staging");
        assert_eq!(issue.labels, ["component-promotion", "P0", "staging"]);
        assert!(issue.body.starts_with(MARK), "{}", issue.body);
        assert!(issue.body.contains("| coverage | at least 70.64 % with branches"), "{}", issue.body);
        assert_eq!(hub.labels, ["bug", "component-promotion", "P0", "staging"]);
    });
    assert_eq!(project.kinds(), ["verified", "intent", "done"]);
    let records = project.records();
    assert!(matches!(&records[2].fact, Fact::Done { intent: 2, result: ActResult::Issue { number: 1, .. } }));
    project.github.requests();
    project
        .issue()
        .exits(0)
        .says("carbon: issue #1 https://github.com/theinterneti/TTA/issues/1 is up to date");
    let requests = project.github.requests();
    assert!(!requests.iter().any(|request| request.contains("mutation")), "{requests:?}");
    assert_eq!(project.kinds(), ["verified", "intent", "done"]);
}

#[test]
fn its_body_carries_the_head_of_the_ledger_before_it() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0);
    let bytes = std::fs::read(project.ledger_path()).expect("a ledger");
    let ledger = tta_promote::ledger::read("carbon", &bytes).expect("a sound ledger");
    let body = project.github.with(|hub| hub.issues[0].body.clone());
    let anchor = tta_promote::report::issue_mark::anchor(&body).and_then(tta_promote::ledger::Head::parse);
    let anchor = anchor.expect("an anchor");
    assert_eq!(anchor.seq, 1);
    assert_eq!(ledger.holds(anchor), Ok(()));
}

#[test]
fn what_changed_is_changed_and_a_person_may_add_labels() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0);
    project.github.with(|hub| {
        let issue = &mut hub.issues[0];
        issue.title = "mine".to_owned();
        issue.body = format!("{MARK}\nmine\n");
        issue.labels = vec!["P0".to_owned(), "bug".to_owned()];
    });
    project.issue().exits(0).says("was updated");
    project.github.with(|hub| {
        assert_eq!(hub.issues.len(), 1);
        assert_eq!(hub.issues[0].title, "Promote Carbon Component to Staging");
        assert_eq!(hub.issues[0].labels, ["P0", "bug", "component-promotion", "staging"]);
        assert!(hub.issues[0].body.contains("70.64 %"));
    });
    // A new measurement is a new text.
    project.measured(Verdict::Pass);
    project.github.with(|hub| hub.issues[0].body = hub.issues[0].body.replace("70.64", "70.63"));
    project.issue().exits(0).says("was updated");
    project.issue().exits(0).says("is up to date");
}

#[test]
fn only_a_pass_of_what_is_there_gets_an_issue() {
    if !has_gh() {
        return;
    }
    let now = jiff::Timestamp::now();
    let refused = |project: &Project, why: &str, hint: &str| {
        let told = project
            .issue()
            .exits(1)
            .complains("error: no issue for `carbon`: it may not be promoted to staging");
        told.complains(why).complains(hint);
        assert_eq!(project.github.requests(), [""; 0], "GitHub was not asked");
    };
    let project = Project::unmeasured();
    refused(
        &project,
        "its gate to staging was never measured",
        "hint: run `tta-promote verify carbon --record`",
    );
    assert!(!project.ledger_path().exists());
    project.measured(Verdict::Fail);
    refused(&project, "the last measurement is no pass: fail (coverage)", "correct it, and run");
    project.measured(Verdict::Inconclusive);
    refused(&project, "the last measurement is no pass: inconclusive", "correct it, and run");
    project.measured_as(Verdict::Pass, now, true);
    refused(&project, "files that differed from their commit", "hint: run");
    project.measured_as(Verdict::Pass, now - jiff::SignedDuration::from_hours(25), false);
    refused(&project, "1 d 1 h old; `max_age` is 1 d", "hint: run");
    project.measured(Verdict::Pass).file("src/carbon.py", "x = 2\n");
    refused(
        &project,
        "files differ from the commit: `src/carbon.py`, for one",
        "hint: commit what is to be promoted",
    );
    project.committed();
    refused(&project, "the last measurement is of another commit", "hint: run");
    project.measured(Verdict::Pass).policy("timeout = \"5m\"");
    refused(&project, "the policy has changed", "hint: run");
    project.measured(Verdict::Pass);
    project.issue().exits(0).says("was opened");
}

#[test]
fn a_question_about_labels_that_is_interrupted_is_no_missing_yes() {
    const INTERRUPT: &[u8] = b"\x03";
    if !has_gh() {
        return;
    }
    let ends = |verb: &str, answers: &[(&str, &[u8])]| {
        let project = Project::new();
        let (code, shown) = project.talked(verb, answers, || {});
        assert_eq!(code, Some(130), "{verb}: {shown}");
        assert!(shown.contains("nothing was opened") && shown.contains("it was interrupted"), "{shown}");
        assert!(!shown.contains("--yes"), "{verb}: {shown}");
        assert_eq!(project.github.with(|hub| hub.issues.len()), 0);
    };
    ends("issue carbon", &[("make them?", INTERRUPT)]);
    ends("promote carbon", &[("go on?", b"y\n"), ("make them?", INTERRUPT)]);
}

#[test]
fn missing_labels_are_named_and_made_only_where_somebody_says_so() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.with(|hub| hub.labels.push("p0".to_owned()));
    let told = project.run(&["issue", "carbon"]).exits(2);
    told.complains("there is not the labels `component-promotion`, `staging`").complains("say `--yes`");
    assert_eq!(project.kinds(), ["verified"]);
    project.issue().exits(0).says("made    component-promotion, staging");
    project.github.with(|hub| assert_eq!(hub.labels, ["bug", "p0", "component-promotion", "staging"]));
}

#[test]
fn a_dry_run_prints_all_of_it_and_does_nothing() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    let told = project
        .run(&["issue", "carbon", "--dry-run"])
        .exits(0)
        .says("would open an issue in theinterneti/TTA");
    told.says("title   Promote Carbon Component to Staging").says("| coverage |").says(MARK);
    let told = project.run(&["issue", "carbon", "--dry-run", "--format", "json"]).exits(0);
    let document: Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(document["action"], "would_open");
    assert_eq!(document["missing_labels"], json!(["component-promotion", "P0", "staging"]));
    assert!(!project.github.requests().iter().any(|request| request.contains("mutation")));
    assert_eq!(project.kinds(), ["verified"]);
    project.github.fail("IssueList", 1, Fault::Status(502, json!({"message": "Bad gateway"})));
    let told = project.run(&["issue", "carbon", "--dry-run"]).exits(3);
    told.says("| coverage |").complains("GitHub could not be asked");
    assert_eq!(project.kinds(), ["verified"]);
}

#[test]
fn what_github_does_not_take_is_owed_and_paid_by_the_next_run() {
    if !has_gh() {
        return;
    }
    let rate = json!({"message": "API rate limit exceeded for user ID 1."});
    let bad = json!({"message": "Bad credentials"});
    let cases = [
        ("IssueList", Fault::Status(502, json!({"message": "Bad gateway"})), "GitHub failed"),
        ("IssueList", Fault::LostRequest, "could not be reached"),
        ("LabelList", Fault::Status(403, rate), "takes no more requests"),
        ("IssueList", Fault::Status(401, bad), "does not accept the token"),
        ("/labels", Fault::Status(404, json!({"message": "Not Found"})), "found nothing of that name"),
        ("IssueCreate", Fault::Status(500, json!({"message": "oops"})), "GitHub failed"),
        ("IssueCreate", Fault::LostRequest, "could not be reached"),
    ];
    for (operation, fault, why) in cases {
        let project = Project::impatient();
        project.github.fail(operation, 9, fault);
        let told = project.issue().exits(3);
        told.complains("error: the promotion issue is owed").complains(why).complains("hint: ");
        assert_eq!(project.kinds(), ["verified", "intent", "failed"], "{operation} {why}");
        let is_act = ["/labels", "IssueCreate"].contains(&operation);
        if !is_act {
            // What is known to be owed is not said again each time that it is looked.
            project.issue().exits(3);
            assert_eq!(project.kinds(), ["verified", "intent", "failed"], "{operation} {why}");
        }
        project.github.heal();
        project.issue().exits(0).says("was opened");
        let kinds = ["verified", "intent", "failed", "intent", "done"];
        assert_eq!(project.kinds(), kinds, "{operation} {why}");
        assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    }
}

#[test]
fn where_the_answer_is_lost_the_issue_is_found_and_not_opened_again() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.fail("IssueCreate", 1, Fault::LostAnswer);
    project.issue().exits(0).says("was opened");
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    assert_eq!(project.kinds(), ["verified", "intent", "done"]);

    // The look after it fails too: the next run finds it.
    let project = Project::impatient();
    project.github.fail("IssueCreate", 1, Fault::LostAnswer);
    project.github.fail_after("IssueList", 1, 1, Fault::LostRequest);
    project.issue().exits(3);
    assert_eq!(project.kinds(), ["verified", "intent", "failed"]);
    project.issue().exits(0).says("#1");
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    assert_eq!(project.kinds(), ["verified", "intent", "failed", "done"]);
}

#[test]
fn a_github_that_does_not_answer_is_not_waited_for() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured();
    project.policy("timeout = \"1s\"").measured(Verdict::Pass);
    project.github.fail("IssueCreate", 1, Fault::Delay(Duration::from_millis(1_500)));
    let begin = std::time::Instant::now();
    project.issue().exits(3).complains("did not answer in time").complains("looks first");
    assert!(begin.elapsed() < Duration::from_secs(10));
    // It is opened all the same, later, and the next run waits for that.
    project.issue().exits(0).says("#1");
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    assert_eq!(project.kinds(), ["verified", "intent", "failed", "done"]);
}

#[test]
fn without_gh_or_a_token_it_is_owed_and_the_reason_is_told() {
    if !has_gh() {
        return;
    }
    let project = Project::new().without_gh();
    project.issue().exits(3).complains("`gh` is not installed").complains("https://cli.github.com");
    assert_eq!(project.kinds(), ["verified", "intent", "failed"]);
    let project = Project::new().variable("GH_TOKEN", "");
    project.issue().exits(3).complains("`gh` has no token").complains("GH_TOKEN");
}

#[test]
fn of_two_issues_the_first_wins_and_the_other_is_told() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.with(|hub| {
        hub.open("another", "text", &["P0"]);
        hub.open("one", &format!("{MARK}\n"), &["component-promotion"]);
        hub.open("two", &format!("{MARK}\n"), &["staging"]);
    });
    let told =
        project.issue().exits(0).says("issue #2").complains("issue #3 has the mark of this promotion too");
    drop(told);
    let records = project.records();
    assert!(
        records.iter().any(|record| matches!(
            &record.fact,
            Fact::Done { result: ActResult::Issue { number: 2, .. }, .. }
        ))
    );
    assert_eq!(project.github.with(|hub| hub.issues.len()), 3);
}

#[test]
fn an_open_issue_is_taken_before_a_closed_one_of_a_lower_number_and_both_are_named() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.with(|hub| {
        hub.open("closed as a double", &format!("{MARK}\n"), &["P0"]);
        hub.open("the one that people work with", &format!("{MARK}\n"), &["P0"]);
        hub.issues[0].open = false;
    });
    let double = "issue #1 has the mark of this promotion too, and is closed";
    project.issue().exits(0).says("issue #2").complains(double).complains("(issue #2 was taken)");
    project.issue().exits(0).says("is up to date");
    project.github.with(|hub| {
        assert_eq!((hub.issues.len(), hub.issues[0].title.as_str()), (2, "closed as a double"));
        assert!(!hub.issues[0].open && hub.issues[1].title.contains("Carbon"));
    });
}

#[test]
fn an_issue_that_anybody_may_have_written_is_not_taken_and_no_second_one_is_opened() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.with(|hub| hub.open("a trap", &format!("{MARK}\n"), &[]));
    project.issue().exits(3).complains("issue #1 has the mark of this promotion, and may be somebody else's");
    project.github.with(|hub| {
        assert_eq!((hub.issues.len(), hub.issues[0].title.as_str()), (1, "a trap"));
        hub.issues[0].labels.push("P0".to_owned());
    });
    project.issue().exits(0).says("was updated");
}

#[test]
fn a_closed_issue_stays_closed() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0);
    project.github.with(|hub| hub.issues[0].open = false);
    project
        .issue()
        .exits(4)
        .complains("issue #1 of this promotion is closed")
        .complains("open it again on GitHub");
    project.github.with(|hub| assert_eq!((hub.issues.len(), hub.issues[0].open), (1, false)));
}

#[test]
fn the_issue_is_found_among_many() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0);
    project.github.with(|hub| {
        (0..250).for_each(|number| {
            hub.open(&number.to_string(), "text", &[]);
        });
    });
    project.issue().exits(0).says("issue #1 https://github.com/theinterneti/TTA/issues/1 is up to date");
}

#[test]
fn a_template_of_the_project_is_used_and_its_faults_are_told() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured();
    project
        .file("issue.md", "Hello\n\n{{ component.titel }}\n")
        .policy("github = { template = \"issue.md\" }");
    project.measured(Verdict::Pass);
    let told = project.issue().exits(2).complains("error: cannot fill the template of promotion issues");
    told.complains("cause: line 3 of `issue.md`: there is no such value").complains("hint: values are");
    assert_eq!(project.kinds(), ["verified"]);
    project.file("issue.md", "Hello {{ component.title }}\n").committed().measured(Verdict::Pass);
    project.issue().exits(0).says("was opened");
    project
        .github
        .with(|hub| assert!(hub.issues[0].body.ends_with("\n\nHello Carbon\n"), "{}", hub.issues[0].body));
    project.issue().exits(0).says("is up to date");
}

#[test]
fn a_secret_is_told_to_nobody() {
    if !has_gh() {
        return;
    }
    let project = Project::unmeasured().variable("DB_PASSWORD", "hunter2hunter2");
    let policy = std::fs::read_to_string(project.path("project/promotion.toml")).expect("a policy");
    project.file("promotion.toml", &policy.replace("owner = \"theinterneti\"", "owner = \"hunter2hunter2\""));
    project.committed().measured(Verdict::Pass);
    project.github.fail(
        "IssueCreate",
        1,
        Fault::Status(500, json!({"message": format!("{TOKEN} hunter2hunter2")})),
    );
    let told = project.issue().exits(3);
    assert!(!told.stderr.contains("hunter2"), "{}", told.stderr);
    let told = project.run(&["issue", "carbon", "--yes", "--format", "json"]).exits(0);
    assert!(!told.stdout.contains("hunter2"), "{}", told.stdout);
    project.github.with(|hub| {
        assert!(hub.issues[0].body.contains("| Owner | *** |"), "{}", hub.issues[0].body);
    });
    let ledger = std::fs::read_to_string(project.ledger_path()).expect("a ledger");
    assert!(!ledger.contains("hunter2"));
}

#[test]
fn two_at_once_open_one() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.github.fail("IssueCreate", 1, Fault::Delay(Duration::from_millis(300)));
    let (one, other) =
        (project.start(&["issue", "carbon", "--yes"]), project.start(&["issue", "carbon", "--yes"]));
    let codes = [one, other].map(|child| child.wait_with_output().expect("an end").status.code());
    assert!(
        codes.contains(&Some(0)) && codes.iter().all(|code| [Some(0), Some(4)].contains(code)),
        "{codes:?}"
    );
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
    project.issue().exits(0).says("is up to date");
}

#[test]
fn usage_is_refused_with_a_hint() {
    let project = Project::new();
    project.run(&["issue", "carbn"]).exits(2).complains("did you mean `carbon`?");
    let told = project.run(&["issue", "carbn", "--format", "json"]).exits(2);
    assert!(serde_json::from_str::<Value>(&told.stdout).is_ok(), "{}", told.stdout);
    let policy = std::fs::read_to_string(project.path("project/promotion.toml")).expect("a policy");
    let line = format!("repository = \"{}\"\n", project.repository);
    project.file("promotion.toml", &policy.replace(&line, "")).committed();
    project.run(&["issue", "carbon"]).exits(2).complains("hint: write `repository = \"owner/name\"`");
}

#[test]
fn an_intent_without_an_end_is_gone_on_with() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    let act = Act::OpenIssue {
        repository: "theinterneti/TTA".into(),
        marker: MARK.into(),
        title: "t".into(),
        body_sha256: "00".repeat(32),
    };
    project.recorded(jiff::Timestamp::now() - jiff::SignedDuration::from_hours(2), Fact::Intended(act));
    project.issue().exits(0).says("was opened");
    project.issue().exits(0).says("is up to date");
    assert_eq!(project.github.with(|hub| hub.issues.len()), 1);
}
