//! How the standing of components looks.

use proptest::prelude::*;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::page::cells;
use super::super::record_sample::{
    comment, container, deploy, measurement, passing, time, verification, waived_lint, waiver,
};
use super::*;
use crate::model::decision::RollbackSeverity;
use crate::model::promotion::{Deployment, Issue, Promotion};
use crate::model::promotion_id::PromotionId;
use crate::model::record::Verification;
use crate::model::stage::Stage;

fn obstacle(kind: ObstacleKind, brief: &str, text: &str) -> Obstacle {
    Obstacle {
        kind,
        brief: format!("{brief}{text}"),
        message: format!("it is in the way: {brief}{text}"),
        hint: "`tta-promote verify carbon --record`".to_owned(),
    }
}

fn known(
    measured: Option<Verification>,
    phase: Option<Phase>,
    obstacles: Vec<Obstacle>,
    text: &str,
) -> Known {
    let id = PromotionId::recorded(format!("carbon-staging-2025-10-14{text}"));
    let begun = |phase| Promotion { phase, ..Promotion::begun(id.clone(), Stage::Staging, time(0)) };
    let promotion = phase.map(begun);
    Known {
        rollbacks: Vec::new(),
        contradicted: None,
        lapsed: None,
        stale: obstacles.iter().map(|one| one.kind).filter(|kind| kind.is_staleness()).collect(),
        records: 3,
        head: Some(format!("3:{}", "ab".repeat(32))),
        torn: 0,
        standing: Standing {
            stage: Stage::Development,
            measured: measured.map(|verification| measurement(2, verification)),
            promotion,
            completed: None,
            ended: None,
            hold: None,
            signed: Vec::new(),
            overrides: Vec::new(),
        },
        measured_by: Some(format!("Ada{text} <ada@example.invalid>")),
        obstacles,
        soak: None,
        next: Next {
            step: "verify",
            command: Some("tta-promote verify carbon --record".to_owned()),
            purpose: "measures the gate and records it".to_owned(),
            until: None,
            due: None,
        },
    }
}

fn component(name: &str, group: Option<&str>, priority: &str, told: Told) -> ComponentStatus {
    ComponentStatus {
        name: name.to_owned(),
        title: name.to_owned(),
        group: group.map(str::to_owned),
        priority: Some(priority.to_owned()),
        ledger: format!(".promotion/ledger/{name}.jsonl"),
        declared: true,
        told,
    }
}

fn sound(known: Known) -> Told {
    Told::Sound(Box::new(known))
}

fn deployed(text: &str) -> Known {
    let mut known = known(Some(passing(text)), Some(Phase::Deployed), Vec::new(), text);
    let promotion = known.standing.promotion.as_mut().expect("one");
    let url = format!("https://github.example/owner/name/issues/4{text}");
    promotion.issue = Some(Issue { number: 4, url, since: time(5) });
    promotion.deployment = Some(Deployment {
        intent: 7,
        time: time(9),
        commit: "30f84615aa".to_owned(),
        running: vec![container(text)],
        proof: vec![format!("it answered 5 times{text}")],
    });
    promotion.pending = vec![
        Pending { intent: 9, time: time(10), act: comment(text), failed: Some(format!("no network{text}")) },
        Pending { intent: 11, time: time(11), act: deploy(), failed: None },
    ];
    known.rollbacks = [(RollbackSeverity::High, true), (RollbackSeverity::Medium, false)]
        .map(|(severity, open)| {
            let what =
                RollbackDecision { severity, reason: format!("no answers{text}"), due: Some(time(100)) };
            let decided = Decided { seq: 12, time: time(12), actor: format!("ada{text}"), what };
            Rollback { promotion: PromotionId::recorded("carbon-staging-2025-10-14"), decided, open }
        })
        .into();
    known.next = Next { step: "observe", command: None, due: Some(time(10_089)), ..known.next };
    known
}

#[test]
fn a_line_of_many_says_until_when_a_pass_is_waived() {
    let mut passed = passing("");
    passed.waivers = vec![waiver("2025-12-01"), waiver("2025-11-01")];
    passed.checks.push(waived_lint());
    let stale = vec![obstacle(ObstacleKind::Old, "too old", "")];
    let mut status = several("");
    status.components = vec![
        component(
            "carbon",
            None,
            "P0",
            sound(known(Some(passed.clone()), Some(Phase::Verified), vec![], "")),
        ),
        component("docker", None, "P0", sound(known(Some(passed), Some(Phase::Verified), stale, ""))),
    ];
    let text = at(120, &status);
    assert!(text.contains("pass, 4 waived until 2025-11-01  "), "{text}");
    assert!(text.contains("pass, 4 waived until 2025-11-01, stale"), "{text}");
}

/// Components in each state that people meet.
fn several(text: &str) -> Status {
    let fail = known(
        Some(verification(text)),
        Some(Phase::Unverified),
        vec![
            obstacle(ObstacleKind::NotPassed, "coverage", text),
            obstacle(ObstacleKind::Commit, "another commit", text),
        ],
        text,
    );
    let stale = vec![obstacle(ObstacleKind::Old, "too old", text)];
    let defects = vec![(3, format!("was edited after it was written{text}"))];
    Status {
        version: "0.1.0".to_owned(),
        project: format!("TTA{text}"),
        time: time(200),
        commit: Some("30f84615aa".to_owned()),
        dirty: Some(false),
        detailed: false,
        components: vec![
            component("carbon", Some("Core"), "P0", sound(fail)),
            component("docker", Some("Core"), "P1", sound(known(None, None, Vec::new(), text))),
            component(
                "llm",
                Some("AI"),
                "P1",
                sound(known(Some(passing(text)), Some(Phase::Verified), stale, text)),
            ),
            component(
                "model",
                Some("AI"),
                "P0",
                sound(known(Some(passing(text)), Some(Phase::IssueOpen), Vec::new(), text)),
            ),
            component("neo4j", Some("Core"), "P0", sound(deployed(text))),
            component("story", None, "P2", Told::Broken { defects, hint: format!("find out who{text}") }),
            component("tale", None, "P2", Told::Unreadable { why: format!("cannot read{text}") }),
        ],
    }
}

fn one(component: ComponentStatus) -> Status {
    Status { detailed: true, components: vec![component], ..several("") }
}

fn at(width: usize, status: &Status) -> String {
    render_status(status, &Style { width, ..Style::default() })
}

#[test]
fn many_are_a_line_each_and_the_most_urgent_stands_last() {
    insta::assert_snapshot!("status_many", at(100, &several("")));
    insta::assert_snapshot!("status_many_narrow", at(60, &several("")));
}

#[test]
fn one_is_told_of_on_one_screen() {
    let components = several("").components;
    insta::assert_snapshot!("status_fail", at(80, &one(components[0].clone())));
    insta::assert_snapshot!("status_deployed", at(80, &one(components[4].clone())));
    insta::assert_snapshot!("status_broken", at(80, &one(components[5].clone())));
}

#[test]
fn programs_are_told_all_of_it() {
    let mut status = several("");
    status.components.drain(..3);
    insta::assert_snapshot!("status_json", render_status_json(&status, 5));
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    insta::assert_snapshot!("status_hostile", at(80, &several("\u{1b}[2J\u{202e}\n|")));
}

#[test]
fn a_higher_priority_stands_below_a_lower_one_that_is_as_urgent() {
    let told = || sound(known(None, None, Vec::new(), ""));
    let components = vec![component("a", None, "P0", told()), component("b", None, "P3", told())];
    let text = at(80, &Status { components, ..several("") });
    assert!(text.find(" b ") < text.find(" a "), "{text}");
}

proptest! {
    #[test]
    fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 60usize..140) {
        let all = several(&text);
        let single = all.components.iter().map(|component| one(component.clone()));
        for status in single.chain([all.clone()]) {
            for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
                let page = render_status(&status, &Style { verbosity, width, ..Style::default() });
                prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
                prop_assert!(page.lines().all(|line| cells(line) <= width), "{page}");
            }
        }
    }
}

#[test]
fn what_is_in_production_is_not_calm_while_it_is_to_go_or_to_be_mended() {
    let mut there = known(None, None, Vec::new(), "");
    there.standing.stage = Stage::Production;
    let urgency = |there: &Known| super::urgency(&component("carbon", None, "P0", sound(there.clone())));
    assert_eq!(urgency(&there), Urgency::Calm);
    there.rollbacks = deployed("").rollbacks;
    assert_eq!(urgency(&there), Urgency::Begun);
    there.rollbacks.retain(|rollback| !rollback.open);
    assert_eq!(urgency(&there), Urgency::Calm);
}
