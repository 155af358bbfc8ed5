//! What a deployment changed is told to GitHub, once.

use serde_json::json;
use tta_promote::model::container::ContainerState;
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact};
use tta_promote::model::stage::Stage;

use crate::has_gh;
use crate::project::Project;
use crate::server::Fault;

/// Its issue is open, and its candidate was deployed.
fn deployed() -> Project {
    let project = Project::impatient();
    project.issue().exits(0);
    let intent = project.records().len() as u64 + 1;
    let container = ContainerState {
        id: "c0ffee00112233445566".into(),
        image: "sha256:0123".into(),
        reference: "tta/carbon:1".into(),
        status: "running".into(),
        health: None,
        restarts: 0,
        started: "2025-10-14T09:00:00Z".into(),
        config_hash: None,
    };
    let act = Act::Deploy(DeployAct {
        stage: Stage::Staging,
        commit: "30f84615".into(),
        verified: 1,
        service: Some("carbon".into()),
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    });
    let proof = vec!["it answers".to_owned()];
    let result = ActResult::Deployed { running: vec![container], proof };
    project.recorded(jiff::Timestamp::now(), Fact::Intended(act));
    project.recorded(jiff::Timestamp::now(), Fact::Done { intent, result });
    project
}

#[test]
fn a_deployment_is_told_once_with_its_date_and_its_proof() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.issue().exits(0).says("was updated").complains("issue #1 was told of the deployment");
    project.github.with(|hub| {
        let issue = &hub.issues[0];
        assert!(issue.body.contains("- Phase: deployed, under observation"), "{}", issue.body);
        assert!(!issue.body.contains("| Deployed | not yet |"), "{}", issue.body);
        assert_eq!(issue.comments.len(), 1);
        assert!(issue.comments[0].contains("- seen: it answers"), "{issue:?}");
        assert!(issue.comments[0].contains("tta-promote:anchor="), "{issue:?}");
    });
    project.issue().exits(0).says("is up to date");
    assert_eq!(project.github.with(|hub| hub.issues[0].comments.len()), 1);
}

#[test]
fn a_comment_that_failed_is_owed_and_one_whose_answer_was_lost_is_found() {
    if !has_gh() {
        return;
    }
    let project = deployed();
    project.github.fail("CommentCreate", 1, Fault::Status(502, json!({"message": "Bad gateway"})));
    project.issue().exits(0).complains("a comment on issue #1 is owed: GitHub failed");
    assert_eq!(project.kinds().last(), Some(&"failed"));
    project.github.fail("CommentCreate", 1, Fault::LostAnswer);
    project.issue().exits(0).complains("issue #1 was told of the deployment");
    assert_eq!(project.kinds().last(), Some(&"done"));
    assert_eq!(project.github.with(|hub| hub.issues[0].comments.len()), 1);
    project.issue().exits(0).says("is up to date");
    assert_eq!(project.github.with(|hub| hub.issues[0].comments.len()), 1);
}
