//! What records add up to, and what may follow.

use std::time::Duration;

use jiff::civil::date;
use proptest::prelude::*;

use crate::model::assessment::Verdict;
use crate::model::decision::{Override, Revocation, RollbackDecision, RollbackSeverity, SignOff};
use crate::model::promotion::{EndKind, Phase, Standing};
use crate::model::record::{Act, ActResult, CheckOutcome, CheckRecord, Fact, WaiverRecord};
use crate::model::stage::Stage;

use super::sample::{COMMIT, check, comment, deploy, now, open_issue, records, time, verification, verified};
use super::*;

fn standing(facts: Vec<Fact>) -> Standing {
    stand(Stage::Development, &records(facts))
}

fn phase(facts: Vec<Fact>) -> Option<Phase> {
    standing(facts).promotion.map(|promotion| promotion.phase)
}

fn issue() -> ActResult {
    ActResult::Issue { number: 4, url: "u".into() }
}

fn deployed() -> ActResult {
    ActResult::Deployed { running: Vec::new(), proof: Vec::new() }
}

fn opened() -> Vec<Fact> {
    vec![verified(Verdict::Pass), Fact::Intended(open_issue()), Fact::Done { intent: 2, result: issue() }]
}

fn with(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    facts.extend(more);
    facts
}

#[test]
fn a_promotion_goes_from_a_pass_by_its_issue_to_a_deployment() {
    assert_eq!(phase(vec![]), None);
    assert_eq!(phase(vec![verified(Verdict::Inconclusive)]), Some(Phase::Unverified));
    assert_eq!(phase(vec![verified(Verdict::Pass)]), Some(Phase::Verified));
    assert_eq!(phase(opened()), Some(Phase::IssueOpen));
    let under_way = with(opened(), [Fact::Intended(deploy())]);
    assert_eq!(phase(under_way.clone()), Some(Phase::IssueOpen));
    let done = with(under_way, [Fact::Done { intent: 4, result: deployed() }]);
    assert_eq!(phase(done), Some(Phase::Deployed));
}

#[test]
fn an_end_that_is_not_that_of_the_act_leaves_it_pending() {
    let foreign = with(opened(), [Fact::Intended(deploy()), Fact::Done { intent: 4, result: issue() }]);
    let pending = |facts: &[Fact]| standing(facts.to_vec()).promotion.expect("one").pending.len();
    assert_eq!(pending(&foreign), 1, "what may still run is looked after");
    assert_eq!(pending(&with(foreign, [Fact::Done { intent: 4, result: deployed() }])), 0);
}

#[test]
fn the_next_step_is_the_one_that_is_due() {
    let next = |facts: Vec<Fact>| step(&standing(facts), &now(), true);
    assert_eq!(next(vec![]), Step::Verify);
    assert_eq!(next(vec![verified(Verdict::Fail)]), Step::Verify);
    assert_eq!(next(vec![verified(Verdict::Pass)]), Step::OpenIssue);
    assert_eq!(step(&standing(vec![verified(Verdict::Pass)]), &now(), false), Step::Deploy);
    assert_eq!(next(opened()), Step::Deploy);
    assert_eq!(next(with(opened(), [Fact::Intended(deploy())])), Step::Deploy, "it is looked after first");
    let done = with(opened(), [Fact::Intended(deploy()), Fact::Done { intent: 4, result: deployed() }]);
    assert_eq!(next(done), Step::Observe);
    let top = stand(Stage::Production, &[]);
    assert_eq!(step(&top, &now(), true), Step::Top);
}

#[test]
fn an_issue_that_the_forge_refused_is_owed_and_holds_nothing_up() {
    let owed = vec![
        verified(Verdict::Pass),
        Fact::Intended(open_issue()),
        Fact::Failed { intent: 2, why: "no network".into() },
    ];
    let standing = standing(owed);
    assert_eq!(step(&standing, &now(), true), Step::Deploy);
    let pending = &standing.promotion.expect("one").pending;
    assert_eq!(pending[0].failed.as_deref(), Some("no network"));
}

#[test]
fn what_is_tried_again_is_owed_once() {
    let facts = with(
        opened(),
        [
            Fact::Intended(comment("deployed")),
            Fact::Failed { intent: 4, why: "no network".into() },
            Fact::Intended(comment("verified")),
            Fact::Intended(comment("deployed")),
        ],
    );
    let promotion = standing(facts).promotion.expect("one");
    let owed: Vec<u64> = promotion.pending.iter().map(|pending| pending.intent).collect();
    assert_eq!(owed, [6, 7]);
}

#[test]
fn a_deployment_that_failed_is_over_and_one_that_was_put_back_is_gone() {
    let failed =
        with(opened(), [Fact::Intended(deploy()), Fact::Failed { intent: 4, why: "unhealthy".into() }]);
    let promotion = standing(failed.clone()).promotion.expect("one");
    assert_eq!((promotion.phase, promotion.deploy_failed.as_deref()), (Phase::IssueOpen, Some("unhealthy")));
    assert!(promotion.pending.is_empty());
    let restoring = with(failed, [Fact::Intended(Act::Restore { deploy: 4, image: None })]);
    assert_eq!(step(&standing(restoring.clone()), &now(), true), Step::Restore);
    let restored =
        with(restoring, [Fact::Done { intent: 6, result: ActResult::Restored { running: vec![] } }]);
    assert_eq!(step(&standing(restored), &now(), true), Step::Deploy);
}

#[test]
fn a_part_of_the_gate_is_no_measurement_of_it() {
    let mut part = verification(Verdict::Pass);
    part.only = Some(vec!["lint".into()]);
    let mut other = verification(Verdict::Pass);
    other.to = Stage::Production;
    for verification in [part, other] {
        assert_eq!(standing(vec![Fact::Verified(Box::new(verification))]).measured, None);
    }
}

#[test]
fn a_pass_that_rests_on_what_nobody_answers_for_any_more_is_no_pass_to_go_on_from() {
    let mut passed = verification(Verdict::Pass);
    passed.checks.push(check("sign_off:security", CheckOutcome::Pass));
    let signed = |hours: i64| {
        Fact::Signed(SignOff {
            topic: "security".into(),
            by: "Grace".into(),
            evidence: "u".into(),
            commit: None,
            expires: time(hours * 3600),
        })
    };
    let measured = |more: Vec<Fact>| {
        let facts = vec![signed(900), Fact::Verified(Box::new(passed.clone()))];
        standing(with(facts, more))
    };
    assert_eq!(obstacles(&measured(vec![]), &now(), &[]), []);
    let ended = [Obstacle::Stale(Staleness::SignOff { topic: "security".into() })];
    // Withdrawn, or over.
    let withdrawn = measured(vec![signed(0)]);
    assert_eq!(obstacles(&withdrawn, &now(), &[]), ended);
    assert_eq!(step(&withdrawn, &now(), true), Step::Verify);
    let unsigned = standing(vec![Fact::Verified(Box::new(passed.clone()))]);
    assert_eq!(obstacles(&unsigned, &now(), &[]), ended);
}

#[test]
fn what_was_waived_is_no_obstacle_until_the_day_after_the_waiver_ends() {
    let measured = |verdict, waived, rested_on| {
        let mut verification = verification(verdict);
        let lint = check("lint", CheckOutcome::Fail);
        verification.checks = vec![check("tests", CheckOutcome::Pass), CheckRecord { waived, ..lint }];
        let waiver = |check: &str, expires: &str| WaiverRecord {
            check: check.into(),
            rule: "E501".into(),
            path: "a.py".into(),
            covered: 1,
            reason: String::new(),
            owner: String::new(),
            issue: String::new(),
            expires: expires.parse().expect("a day"),
        };
        // The first record is of 2025-10-14; the other waiver covered what the gate allows.
        verification.waivers = vec![waiver(rested_on, "2025-10-14"), waiver("types", "2025-10-13")];
        standing(vec![Fact::Verified(Box::new(verification))])
    };
    let passed = measured(Verdict::Pass, true, "lint");
    let at = |hours: i64| Now { time: time(hours * 3600), max_age: Duration::from_secs(99 * 3600), ..now() };
    assert_eq!(obstacles(&passed, &at(0), &[]), []);
    let last_hour =
        (0..24).rfind(|hours| at(*hours).time.strftime("%d").to_string() == "14").expect("an hour");
    assert_eq!(obstacles(&passed, &at(last_hour), &[]), []);
    let expires = "2025-10-14".parse().expect("a day");
    let (check, what) = ("lint".to_owned(), "E501 in a.py".to_owned());
    let ended = Obstacle::Stale(Staleness::Waiver { check, what, expires });
    assert_eq!(obstacles(&passed, &at(last_hour + 1), &[]), [ended]);
    assert_eq!(step(&passed, &at(last_hour + 1), true), Step::Verify);
    // One that the pass does not rest on may end.
    assert_eq!(obstacles(&measured(Verdict::Pass, true, "security"), &at(last_hour + 1), &[]), []);
    let not = Obstacle::NotPassed { verdict: Verdict::Fail, checks: vec!["lint".into()] };
    assert_eq!(obstacles(&measured(Verdict::Fail, false, "lint"), &at(0), &[]), [not]);
}

#[test]
fn only_a_pass_for_exactly_what_is_there_is_fresh() {
    let measured = |change: &dyn Fn(&mut crate::model::record::Verification)| {
        let mut verification = verification(Verdict::Pass);
        change(&mut verification);
        standing(vec![Fact::Verified(Box::new(verification))])
    };
    let against = |standing: &Standing, now: &Now| obstacles(standing, now, &[]);
    let pass = measured(&|_| {});
    assert_eq!(against(&pass, &now()), []);
    let later = Now { time: time(24 * 3600 + 1), ..now() };
    assert!(matches!(against(&pass, &later)[..], [Obstacle::Stale(Staleness::Old { .. })]));
    let earlier = Now { time: time(-3600), ..now() };
    assert_eq!(against(&pass, &earlier), [Obstacle::Stale(Staleness::Future)]);
    let other = Now { commit: Some("other".into()), ..now() };
    assert!(matches!(against(&pass, &other)[..], [Obstacle::Stale(Staleness::Commit { .. })]));
    assert_eq!(against(&pass, &Now { equal_commits: vec![COMMIT.into()], ..other.clone() }), []);
    assert_eq!(
        against(&pass, &Now { policy: "other".into(), ..now() }),
        [Obstacle::Stale(Staleness::Policy)]
    );
    for dirty in [Some(true), None] {
        assert_eq!(
            against(&pass, &Now { dirty, ..now() }),
            [Obstacle::Stale(Staleness::Dirty { file: None })]
        );
        let then = measured(&|verification| verification.dirty = dirty);
        assert_eq!(against(&then, &now()), [Obstacle::Stale(Staleness::MeasuredDirty)]);
    }
    let nowhere = measured(&|verification| verification.commit = None);
    let outside = Now { commit: None, ..now() };
    assert!(matches!(against(&nowhere, &outside)[..], [Obstacle::Stale(Staleness::Commit { .. })]));
}

#[test]
fn a_component_waits_for_those_that_it_needs() {
    let needs = [("neo4j".to_owned(), Stage::Development), ("docker".to_owned(), Stage::Staging)];
    let waiting = obstacles(&standing(vec![verified(Verdict::Pass)]), &now(), &needs);
    assert_eq!(waiting, [Obstacle::Dependency { component: "neo4j".into(), stage: Stage::Development }]);
}

#[test]
fn a_promotion_is_named_after_the_day_until_something_was_done_for_it() {
    let next = |facts: Vec<Fact>, day: i8| {
        let records = records(facts);
        let standing = stand(Stage::Development, &records);
        name("carbon", Stage::Staging, date(2025, 10, day), &standing, &records).to_string()
    };
    assert_eq!(next(vec![], 14), "carbon-staging-2025-10-14");
    assert_eq!(next(vec![verified(Verdict::Pass)], 14), "carbon-staging-2025-10-14");
    assert_eq!(next(vec![verified(Verdict::Pass)], 15), "carbon-staging-2025-10-15");
    assert_eq!(next(opened(), 15), "carbon-staging-2025-10-14");
}

fn completed() -> Vec<Fact> {
    with(
        opened(),
        [
            Fact::Intended(deploy()),
            Fact::Done { intent: 4, result: deployed() },
            Fact::Completed { to: Stage::Staging, deployment: 4, verified: 1 },
        ],
    )
}

fn rollback(severity: RollbackSeverity) -> Fact {
    Fact::RollbackDecided(RollbackDecision { severity, reason: "errors".into(), due: None })
}

fn restored(number: u64) -> [Fact; 2] {
    let restored = ActResult::Restored { running: vec![] };
    [Fact::Intended(Act::Restore { deploy: 4, image: None }), Fact::Done { intent: number, result: restored }]
}

#[test]
fn a_completed_promotion_moves_the_stage_and_makes_way_for_the_next() {
    let standing = standing(completed());
    assert_eq!((standing.stage, standing.promotion), (Stage::Staging, None));
    let by = standing.completed.expect("one");
    assert_eq!((by.from, by.measured.map(|measured| measured.seq)), (Stage::Development, Some(1)));
}

#[test]
fn a_rollback_takes_the_stage_back_when_what_was_there_before_runs_again() {
    let decided = with(completed(), [rollback(RollbackSeverity::Critical)]);
    assert_eq!(standing(decided.clone()).stage, Stage::Staging, "not before it is done");
    let gone = standing(with(decided, restored(8)));
    assert_eq!((gone.stage, gone.completed, gone.measured), (Stage::Development, None, None));
    assert_eq!(
        gone.ended.map(|ended| (ended.kind, ended.reason)),
        Some((EndKind::RolledBack, "errors".into()))
    );
}

#[test]
fn a_rollback_that_failed_is_for_a_person() {
    let failed = with(
        opened(),
        [
            Fact::Intended(deploy()),
            Fact::Done { intent: 4, result: deployed() },
            rollback(RollbackSeverity::High),
            Fact::Intended(Act::Restore { deploy: 4, image: None }),
            Fact::Failed { intent: 7, why: "no image".into() },
        ],
    );
    assert_eq!(phase(failed.clone()), Some(Phase::RollbackFailed));
    assert_eq!(step(&standing(failed), &now(), true), Step::Restore);
}

#[test]
fn what_need_not_go_any_more_is_no_rollback_that_failed() {
    let ends = |facts: Vec<Fact>, deploy: u64| {
        let intent = facts.len() as u64 + 2;
        let failed = Fact::Failed { intent, why: "no image".into() };
        let restoring = Fact::Intended(Act::Restore { deploy, image: None });
        let acts = rollback(RollbackSeverity::High);
        let (low, tried) = (rollback(RollbackSeverity::Low), [acts, restoring]);
        // Said before the attempt had come to its end, or after that.
        let before = [facts.clone(), tried.to_vec(), vec![low.clone(), failed.clone()]].concat();
        [before, [facts, tried.to_vec(), vec![failed, low]].concat()]
    };
    let deployed = with(opened(), [Fact::Intended(deploy()), Fact::Done { intent: 4, result: deployed() }]);
    for facts in ends(deployed, 4) {
        let standing = standing(facts);
        assert_eq!(step(&standing, &now(), true), Step::Observe);
        let promotion = standing.promotion.expect("one");
        assert_eq!((promotion.phase, promotion.pending.len()), (Phase::Deployed, 0));
    }
    for facts in ends(completed(), 4) {
        let promotion = standing(facts).completed.expect("one").promotion;
        assert_eq!((promotion.phase, promotion.pending.len()), (Phase::Completed, 0));
    }
    // What was not well is not there to stay: what was there before is put back.
    let unwell =
        with(opened(), [Fact::Intended(deploy()), Fact::Failed { intent: 4, why: "not well".into() }]);
    for facts in ends(unwell, 4) {
        let standing = standing(facts);
        assert_eq!(step(&standing, &now(), true), Step::Restore);
        let promotion = standing.promotion.expect("one");
        assert_eq!((promotion.phase, promotion.pending.len()), (Phase::IssueOpen, 1));
    }
}

#[test]
fn that_something_was_put_back_is_believed_of_an_intent_to_do_so_alone() {
    let decided = with(completed(), [rollback(RollbackSeverity::Critical)]);
    for intent in [4, 7, 99] {
        let result = ActResult::Restored { running: vec![] };
        let standing = standing(with(decided.clone(), [Fact::Done { intent, result }]));
        assert_eq!((standing.stage, standing.ended), (Stage::Staging, None), "{intent}");
    }
}

#[test]
fn what_is_only_to_be_mended_stays_where_it_is() {
    let standing = standing(with(completed(), [rollback(RollbackSeverity::Medium)]));
    assert_eq!(standing.completed.map(|completed| completed.promotion.phase), Some(Phase::Completed));
}

#[test]
fn a_revoked_promotion_is_none() {
    let remeasured = with(completed(), [verified(Verdict::Fail)]);
    let by = standing(remeasured.clone()).completed.expect("one");
    assert_eq!(by.remeasured.map(|measured| measured.verification.verdict), Some(Verdict::Fail));
    let revocation = Revocation { to: Stage::Development, reason: "42.2 %".into(), measured: Some(7) };
    let revoked = standing(with(remeasured, [Fact::Revoked(revocation)]));
    assert_eq!((revoked.stage, revoked.completed, revoked.promotion), (Stage::Development, None, None));
    assert_eq!(revoked.ended.map(|ended| ended.kind), Some(EndKind::Revoked));
}

#[test]
fn a_hold_stands_in_the_way_until_it_is_released() {
    let held = vec![verified(Verdict::Pass), Fact::Held { reason: "holidays".into() }];
    let in_the_way = obstacles(&standing(held.clone()), &now(), &[]);
    assert_eq!(in_the_way, [Obstacle::Held { by: "ada".into(), reason: "holidays".into() }]);
    assert_eq!(step(&standing(held.clone()), &now(), false), Step::Wait);
    let released = with(held, [Fact::Released { reason: "over".into() }]);
    assert_eq!(obstacles(&standing(released), &now(), &[]), []);
}

#[test]
fn a_gate_whose_checks_are_all_not_applicable_is_no_ground_to_deploy() {
    let mut nothing = verification(Verdict::Inconclusive);
    nothing.checks = vec![check("docs", CheckOutcome::NotApplicable)];
    let standing = standing(vec![Fact::Verified(Box::new(nothing))]);
    let no_pass = Obstacle::NotPassed { verdict: Verdict::Inconclusive, checks: vec![] };
    assert_eq!(obstacles(&standing, &now(), &[]), [no_pass]);
}

#[test]
fn an_override_holds_for_exactly_one_commit_by_two_people_for_a_time() {
    let mut failing = verification(Verdict::Fail);
    failing.checks = vec![check("docs", CheckOutcome::Fail), check("lint", CheckOutcome::Pass)];
    let decided = Override {
        checks: vec!["docs".into()],
        commit: COMMIT.into(),
        reason: "hot fix".into(),
        approver: "grace".into(),
        expires: time(100),
    };
    let with_override = |decided: Override| {
        let facts = vec![Fact::Verified(Box::new(failing.clone())), Fact::Overridden(decided)];
        obstacles(&standing(facts), &now(), &[])
    };
    let none = [Obstacle::NotPassed { verdict: Verdict::Fail, checks: vec!["docs".into()] }];
    assert_eq!(with_override(decided.clone()), []);
    for alone in ["ada", " Ada ", "Ada <a@x.y>", "Grace <ada>"] {
        assert_eq!(with_override(Override { approver: alone.into(), ..decided.clone() }), none, "{alone}");
    }
    assert_eq!(with_override(Override { expires: time(10), ..decided.clone() }), none, "expired");
    assert_eq!(with_override(Override { commit: "other".into(), ..decided.clone() }), none);
    assert_eq!(with_override(Override { checks: vec!["lint".into()], ..decided }), none);
}

proptest! {
    /// Whatever ends first, the moment that is told is the one from which it counts no more.
    #[test]
    fn a_pass_counts_until_exactly_the_moment_that_is_told(
        hours in prop::array::uniform4(1_i64..200), max_age in 1_u64..200, day in 15_u8..22,
    ) {
        let [signed, longer, set_aside, again] = hours.map(|hours| time(hours * 3600));
        let mut failing = verification(Verdict::Fail);
        let waived = CheckRecord { waived: true, ..check("lint", CheckOutcome::Fail) };
        let sign_off = |topic: &str| check(&format!("sign_off:{topic}"), CheckOutcome::Pass);
        failing.checks = vec![waived, sign_off("a"), sign_off("b"), check("docs", CheckOutcome::Fail)];
        let expires = format!("2025-10-{day}").parse().expect("a day");
        let waiver = WaiverRecord {
            check: "lint".into(), rule: "E501".into(), path: "a.py".into(), covered: 1,
            reason: String::new(), owner: String::new(), issue: String::new(), expires,
        };
        failing.waivers = vec![waiver];
        let sign = |topic: &str, expires| {
            Fact::Signed(SignOff { topic: topic.into(), by: "Grace".into(), evidence: "u".into(), commit: None, expires })
        };
        let decided = |expires| Fact::Overridden(Override {
            checks: vec!["docs".into()], commit: COMMIT.into(), reason: "r".into(), approver: "grace".into(), expires,
        });
        let standing = standing(vec![
            sign("a", signed), sign("b", longer), Fact::Verified(Box::new(failing)), decided(set_aside), decided(again),
        ]);
        let at = |time| Now { time, max_age: Duration::from_secs(max_age * 3600), ..now() };
        let until = counts_until(&standing, &at(time(10))).expect("it ends");
        let second = jiff::SignedDuration::from_secs(1);
        prop_assert_eq!(obstacles(&standing, &at(until - second), &[]), []);
        prop_assert!(!obstacles(&standing, &at(until + second), &[]).is_empty(), "{}", until);
    }
}

/// Who set aside one issue in one content set aside neither fifty nor those of another content.
#[test]
fn what_was_set_aside_at_completion_excuses_the_same_alone() {
    let measured = |outcome, issues: u64, digest: &str| {
        let mut verification = verification(Verdict::Fail);
        verification.files = [("src/a.py".to_owned(), digest.to_owned())].into();
        verification.checks =
            vec![CheckRecord { figures: [("issues".to_owned(), issues)].into(), ..check("lint", outcome) }];
        Fact::Verified(Box::new(verification))
    };
    let lapsed = |then, now| {
        let completed = Fact::Completed { to: Stage::Staging, deployment: 1, verified: 1 };
        standing(vec![then, completed, now]).lapsed().is_some()
    };
    let then = || measured(CheckOutcome::Fail, 1, "0a");
    assert!(!lapsed(then(), measured(CheckOutcome::Fail, 1, "0a")));
    assert!(lapsed(then(), measured(CheckOutcome::Fail, 50, "0a")));
    assert!(lapsed(then(), measured(CheckOutcome::Fail, 1, "0b")));
    assert!(lapsed(measured(CheckOutcome::Inconclusive, 1, "0a"), then()));
}

#[test]
fn an_override_reaches_commits_that_differ_in_history_alone() {
    let mut failing = verification(Verdict::Fail);
    failing.checks = vec![check("docs", CheckOutcome::Fail)];
    failing.commit = Some("with-ledger".into());
    let (checks, reason, approver) = (vec!["docs".into()], "hot fix".into(), "grace".into());
    let decided = Override { checks, commit: COMMIT.into(), reason, approver, expires: time(100) };
    let standing = standing(vec![Fact::Verified(Box::new(failing)), Fact::Overridden(decided)]);
    let at = |commit: &str, equal: &[&str]| {
        let equal_commits = equal.iter().map(|commit| (*commit).to_owned()).collect();
        let now = Now { commit: Some(commit.into()), equal_commits, ..now() };
        overrides(&standing, &now).len()
    };
    assert_eq!(at("with-ledger", &[COMMIT]), 1);
    assert_eq!(at("later", &[COMMIT, "with-ledger"]), 1);
    assert_eq!(at("with-ledger", &[]), 0, "nobody says that they are the same");
    assert_eq!(at(COMMIT, &[]), 0, "what was measured is another one");
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        prop_oneof![Just(Verdict::Pass), Just(Verdict::Fail), Just(Verdict::Inconclusive)].prop_map(verified),
        Just(Fact::Intended(open_issue())),
        Just(Fact::Intended(deploy())),
        Just(Fact::Intended(comment("deployed"))),
        (1u64..12).prop_map(|deploy| Fact::Intended(Act::Restore { deploy, image: None })),
        (1u64..12).prop_map(|intent| Fact::Done { intent, result: issue() }),
        (1u64..12).prop_map(|intent| Fact::Done { intent, result: deployed() }),
        (1u64..12).prop_map(|intent| Fact::Done { intent, result: ActResult::Restored { running: vec![] } }),
        (1u64..12).prop_map(|intent| Fact::Failed { intent, why: "no".into() }),
    ]
}

proptest! {
    #[test]
    fn nothing_is_deployed_without_a_fresh_pass(facts in proptest::collection::vec(any_fact(), 0..12), with_issue: bool) {
        let standing = standing(facts);
        let pending = standing.promotion.iter().flat_map(|promotion| &promotion.pending);
        let begun = pending.into_iter().any(|pending| matches!(pending.act, Act::Deploy(_)));
        if step(&standing, &now(), with_issue) == Step::Deploy && !begun {
            let measured = standing.measured.as_ref().expect("a measurement");
            prop_assert_eq!(measured.verification.verdict, Verdict::Pass);
            prop_assert!(Freshness::of(measured, &now()).is_fresh());
        }
    }

    #[test]
    fn what_is_deployed_was_intended_and_proven(facts in proptest::collection::vec(any_fact(), 0..12)) {
        let standing = standing(facts.clone());
        if let Some(deployment) = standing.promotion.and_then(|promotion| promotion.deployment) {
            let place = usize::try_from(deployment.intent).expect("small") - 1;
            prop_assert!(matches!(facts[place], Fact::Intended(Act::Deploy(_))));
            let proven = facts[place..].iter().any(|fact| matches!(fact, Fact::Done { intent, result: ActResult::Deployed { .. } } if *intent == deployment.intent));
            prop_assert!(proven);
        }
    }
}
