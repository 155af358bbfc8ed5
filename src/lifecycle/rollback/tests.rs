//! What a rollback goes back to.

use super::*;
use crate::lifecycle::sample::{COMMIT, deploy, now, records, time, verification, verified};
use crate::lifecycle::{Obstacle, Step, obstacles, stand, step};
use crate::model::assessment::Verdict;
use crate::model::container::ContainerState;
use crate::model::decision::Revocation;

fn container(image: &str) -> ContainerState {
    ContainerState {
        id: "c".repeat(64),
        image: image.into(),
        reference: "tta/carbon:staging".into(),
        status: "running".into(),
        health: None,
        restarts: 0,
        started: String::new(),
        config_hash: None,
    }
}

fn deploying(before: &[&str]) -> Fact {
    let Act::Deploy(mut act) = deploy() else { unreachable!() };
    act.before = before.iter().map(|image| container(image)).collect();
    act.kept = before.first().map(|image| format!("kept-{image}"));
    Fact::Intended(Act::Deploy(act))
}

fn deploying_of(commit: &str) -> Fact {
    let Act::Deploy(act) = deploy() else { unreachable!() };
    Fact::Intended(Act::Deploy(DeployAct { commit: commit.into(), ..act }))
}

/// Git knows these commits, of which one has only a ledger more than the first.
fn is_other(one: &str, other: &str) -> bool {
    let content = |commit: &str| {
        [COMMIT, "mended", "with its ledger"].iter().position(|one| *one == commit).map(|at| at % 2)
    };
    matches!((content(one), content(other)), (Some(one), Some(other)) if one != other)
}

fn deployed(intent: u64) -> Fact {
    Fact::Done { intent, result: ActResult::Deployed { running: vec![], proof: vec![] } }
}

fn restoring(deploy: u64) -> Fact {
    Fact::Intended(Act::Restore { deploy, image: None })
}

fn restored(intent: u64) -> Fact {
    Fact::Done { intent, result: ActResult::Restored { running: vec![] } }
}

fn decided(severity: RollbackSeverity, due: Option<Timestamp>) -> Fact {
    Fact::RollbackDecided(RollbackDecision { severity, reason: "errors".into(), due })
}

fn found(facts: Vec<Fact>) -> Result<Candidate, NoCandidate> {
    let records = records(facts);
    candidate(&stand(Stage::Development, &records), &records)
}

fn image(facts: Vec<Fact>) -> Option<String> {
    found(facts).expect("a candidate").before.map(|before| before.image)
}

const OLD: &[&str] = &["old"];

#[test]
fn it_goes_back_to_what_ran_before_the_first_deployment_of_the_promotion() {
    let pass = verified(Verdict::Pass);
    assert_eq!(found(vec![pass.clone()]), Err(NoCandidate::NothingDeployed));
    assert_eq!(image(vec![pass.clone(), deploying(&[]), deployed(2)]), None, "absent");
    let twice = vec![pass.clone(), deploying(OLD), deployed(2), deploying(&["one"]), deployed(4)];
    assert_eq!(image(twice.clone()).as_deref(), Some("old"));
    let interrupted = vec![pass.clone(), deploying(OLD)];
    assert_eq!(image(interrupted).as_deref(), Some("old"), "who knows how far it came");
    // The second one was put back by itself: what runs is still the first.
    let back = [twice, vec![restoring(4), restored(6)]].concat();
    assert_eq!(found(back).map(|found| (found.deploy, found.commit)), Ok((2, COMMIT.to_owned())));
    let none =
        vec![pass, deploying(OLD), Fact::Failed { intent: 2, why: "no".into() }, restoring(2), restored(4)];
    assert_eq!(found(none), Err(NoCandidate::NothingDeployed));
}

#[test]
fn a_completed_promotion_and_a_revoked_one_can_go_too_and_none_twice() {
    let completed = vec![
        verified(Verdict::Pass),
        deploying(OLD),
        deployed(2),
        Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 },
    ];
    assert_eq!(image(completed.clone()).as_deref(), Some("old"));
    let revocation = Revocation { to: Stage::Development, reason: "42 %".into(), measured: None };
    let revoked = [completed.clone(), vec![Fact::Revoked(revocation)]].concat();
    assert_eq!(image(revoked.clone()).as_deref(), Some("old"));
    for facts in [completed, revoked] {
        let number = facts.len() as u64;
        let gone = vec![decided(RollbackSeverity::Critical, None), restoring(2), restored(number + 2)];
        let gone = [facts, gone].concat();
        let Err(NoCandidate::RolledBack(it)) = found(gone.clone()) else { panic!("{gone:?}") };
        assert_eq!((it.seq, it.held), (number + 3, false));
        let standing = stand(Stage::Development, &records(gone.clone()));
        assert_eq!(standing.ended.map(|ended| ended.kind), Some(EndKind::RolledBack));
        let held = [gone, vec![Fact::Held { reason: "rolled back".into() }]].concat();
        assert!(matches!(found(held), Err(NoCandidate::RolledBack(it)) if it.held));
    }
}

#[test]
fn what_must_be_done_is_overdue_after_its_time() {
    let facts = |severity| {
        vec![verified(Verdict::Pass), deploying(OLD), deployed(2), decided(severity, Some(time(100)))]
    };
    let duties_at = |facts: Vec<Fact>, seconds| {
        let records = records(facts);
        let standing = stand(Stage::Development, &records);
        let duties = duties(&standing, &records, time(seconds), &is_other);
        duties.into_iter().map(|duty| duty.overdue).collect::<Vec<bool>>()
    };
    for severity in [RollbackSeverity::High, RollbackSeverity::Medium] {
        assert_eq!(duties_at(facts(severity), 99), [false]);
        assert_eq!(duties_at(facts(severity), 100), [true]);
    }
    assert_eq!(duties_at(facts(RollbackSeverity::Low), 100), [false; 0]);
    let again = |commit| [facts(RollbackSeverity::Medium), vec![deploying_of(commit), deployed(5)]].concat();
    assert_eq!(duties_at(again("mended"), 100), [false; 0]);
    for same in [COMMIT, "with its ledger", "unknown"] {
        assert_eq!(duties_at(again(same), 99), [false], "{same} is not known to be another");
    }
    // What was to be mended is what there was then, and not what was deployed first.
    let decided_again = [again("mended"), vec![decided(RollbackSeverity::Medium, Some(time(100)))]].concat();
    assert_eq!(duties_at(decided_again.clone(), 99), [false]);
    let back = [decided_again, vec![deploying_of(COMMIT), deployed(8)]].concat();
    assert_eq!(duties_at(back, 99), [false; 0]);
    let lowered = [facts(RollbackSeverity::High), vec![decided(RollbackSeverity::Low, None)]].concat();
    assert_eq!(duties_at(lowered.clone(), 100), [false; 0]);
    let standing = stand(Stage::Development, &records(lowered));
    assert_eq!(standing.promotion.map(|promotion| promotion.phase), Some(Phase::Deployed));
}

/// The facts of two promotions, one a second: those of the first, and those of the one to production after it.
fn two(first: Vec<Fact>, second: Vec<Fact>) -> Vec<Record> {
    let number = first.len();
    let mut records = records([first, second].concat());
    for record in records.iter_mut().skip(number) {
        record.promotion = PromotionId::recorded("carbon-production-2025-10-24");
    }
    records
}

fn deploying_above(commit: &str) -> Vec<Fact> {
    let mut above = verification(Verdict::Pass);
    (above.from, above.to) = (Stage::Staging, Stage::Production);
    let Act::Deploy(act) = deploy() else { unreachable!() };
    let act = DeployAct { stage: Stage::Production, commit: commit.into(), ..act };
    vec![Fact::Verified(Box::new(above)), Fact::Intended(Act::Deploy(act))]
}

fn completed_and_to_be_mended() -> Vec<Fact> {
    let completed = Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 };
    vec![
        verified(Verdict::Pass),
        deploying(OLD),
        deployed(2),
        completed,
        decided(RollbackSeverity::Medium, Some(time(100))),
    ]
}

#[test]
fn what_is_completed_and_to_be_mended_is_mended_by_another_candidate_above() {
    let open = |above: Vec<Fact>| {
        let records = two(completed_and_to_be_mended(), above);
        duties(&stand(Stage::Development, &records), &records, time(50), &is_other).len()
    };
    assert_eq!(open(vec![]), 1);
    let proven = |commit| [deploying_above(commit), vec![deployed(7)]].concat();
    assert_eq!(open(proven(COMMIT)), 1, "it is the same");
    assert_eq!(open(proven("with its ledger")), 1, "it is the same but for the ledger");
    assert_eq!(open(proven("unknown")), 1, "nobody knows that it is another");
    assert_eq!(open(deploying_above("mended")), 1, "it was not proven");
    assert_eq!(open(proven("mended")), 0);
}

#[test]
fn what_was_brought_up_is_there_until_it_is_put_back() {
    let up = |above: Vec<Fact>| {
        let records = two(completed_and_to_be_mended(), above);
        brought_up(&stand(Stage::Development, &records), &records).map(|one| one.to)
    };
    assert_eq!(up(vec![]), None, "what is completed is not under way");
    assert_eq!(up(deploying_above(COMMIT)[..1].to_vec()), None);
    let ends = [
        vec![],
        vec![deployed(7)],
        vec![Fact::Failed { intent: 7, why: "no".into() }],
        vec![deployed(7), restoring(7)],
    ];
    for end in ends {
        assert_eq!(up([deploying_above(COMMIT), end.clone()].concat()), Some(Stage::Production), "{end:?}");
    }
    let put_back = vec![Fact::Failed { intent: 7, why: "no".into() }, restoring(7), restored(9)];
    assert_eq!(up([deploying_above(COMMIT), put_back].concat()), None);
}

/// A promotion to staging that was completed, and one to production after it.
fn completed_twice(end: Vec<Fact>) -> Vec<Record> {
    let first = completed_and_to_be_mended()[..4].to_vec();
    let above = Fact::Completed { to: Stage::Production, deployment: 6, verified: 5 };
    two(first, [deploying_above(COMMIT), vec![deployed(6), above], end].concat())
}

fn revoked_to(to: Stage) -> Fact {
    Fact::Revoked(Revocation { to, reason: "42 %".into(), measured: None })
}

#[test]
fn what_is_taken_back_stands_again_by_the_promotion_below() {
    let gone = vec![decided(RollbackSeverity::Critical, None), restoring(6), restored(10)];
    for end in [gone, vec![revoked_to(Stage::Staging)]] {
        let records = completed_twice(end);
        let standing = standing(&records);
        assert_eq!(standing.stage, Stage::Staging);
        let by = standing.completed.expect("that to staging");
        assert_eq!((by.promotion.id.clone(), by.from), (records[0].promotion.clone(), Stage::Development));
        assert_eq!(by.measured.map(|measured| measured.seq), Some(1));
        // It can be taken back in its turn.
        let mut again = records;
        let (seq, time) = (again.len() as u64 + 1, time(50));
        let mut revocation = again[0].clone();
        (revocation.seq, revocation.time, revocation.fact) = (seq, time, revoked_to(Stage::Development));
        again.push(revocation);
        let last = super::tests::standing(&again);
        assert_eq!((last.stage, last.completed), (Stage::Development, None));
    }
}

#[test]
fn what_is_to_be_mended_is_mended_by_a_revoked_candidate_that_runs_above() {
    let open = |commit, end: Vec<Fact>| {
        let completed = Fact::Completed { to: Stage::Production, deployment: 7, verified: 6 };
        let above = [deploying_above(commit), vec![deployed(7), completed], end].concat();
        let records = two(completed_and_to_be_mended(), above);
        duties(&standing(&records), &records, time(50), &is_other).len()
    };
    let revoked = revoked_to(Stage::Staging);
    assert_eq!(open("mended", vec![revoked.clone()]), 0, "it runs on");
    assert_eq!(open(COMMIT, vec![revoked.clone()]), 1, "it is the same");
    let gone = vec![revoked, decided(RollbackSeverity::Critical, None), restoring(7), restored(12)];
    assert_eq!(open("mended", gone), 1, "it does not run any more");
}

#[test]
fn what_was_revoked_above_goes_before_what_it_rested_on() {
    let records = completed_twice(vec![revoked_to(Stage::Staging)]);
    let standing = standing(&records);
    let stages: Vec<Stage> = candidates(&standing, &records).into_iter().map(|one| one.to).collect();
    assert_eq!(stages, [Stage::Production, Stage::Staging]);
    assert_eq!(brought_up(&standing, &records).map(|one| one.to), Some(Stage::Production));
}

#[test]
fn a_rollback_that_was_begun_is_due_until_it_has_come_to_its_end_whatever_is_said_since() {
    let begun =
        [decided(RollbackSeverity::Critical, None), restoring(2), decided(RollbackSeverity::Low, None)];
    let completed = completed_and_to_be_mended()[..4].to_vec();
    let revoked = [completed.clone(), vec![revoked_to(Stage::Development)]].concat();
    for facts in [completed, revoked] {
        let intent = facts.len() as u64 + 2;
        let of = |end: Vec<Fact>| {
            let records = records([facts.clone(), begun.to_vec(), end].concat());
            let standing = standing(&records);
            let begun = candidate(&standing, &records).map(|found| found.begun);
            (step(&standing, &now(), false), begun.ok(), obstacles(&standing, &now(), &[]))
        };
        let (next, begun, in_the_way) = of(vec![]);
        assert_eq!((next, begun), (Step::Restore, Some(true)));
        assert!(matches!(in_the_way[0], Obstacle::RollingBack { .. }), "{in_the_way:?}");
        let failed = Fact::Failed { intent, why: "no image".into() };
        let (next, begun, _) = of(vec![failed]);
        assert_eq!((next, begun), (Step::Verify, Some(false)));
    }
}

#[test]
fn a_rollback_is_the_last_word_until_something_is_deployed() {
    let gone = vec![decided(RollbackSeverity::Critical, None), restoring(6), restored(10)];
    let last = |more: Vec<Fact>| {
        let records = completed_twice([gone.clone(), more].concat());
        last_rolled_back(&records).map(|last| (last.to, last.seq))
    };
    assert_eq!(last(vec![]), Some((Stage::Production, 11)));
    let [measured, deploying] = &deploying_above(COMMIT)[..] else { panic!("two") };
    assert_eq!(last(vec![measured.clone()]), Some((Stage::Production, 11)));
    assert_eq!(last(vec![measured.clone(), deploying.clone()]), None);
}

#[test]
fn deadlines_follow_the_severity() {
    let at = |severity| deadline(severity, time(0)).map(|due| due.duration_since(time(0)).as_hours());
    assert_eq!(RollbackSeverity::ALL.map(at), [Some(0), Some(24), Some(168), None]);
}

/// A revoked promotion whose candidate runs, with what was decided about it, and a new promotion after it.
fn revoked(severity: RollbackSeverity, second: Vec<Fact>) -> Vec<Record> {
    let mut first = completed_and_to_be_mended();
    first.pop();
    let revocation = Revocation { to: Stage::Development, reason: "42 %".into(), measured: None };
    first.extend([Fact::Revoked(revocation), decided(severity, Some(time(100)))]);
    two(first, second)
}

fn standing(records: &[Record]) -> Standing {
    stand(Stage::Development, records)
}

#[test]
fn a_revoked_candidate_that_runs_is_not_forgotten_where_the_gate_is_measured_anew() {
    let mut records = revoked(RollbackSeverity::High, vec![verified(Verdict::Pass)]);
    let first = records[0].promotion.clone();
    let open = |records: &[Record]| {
        let duties = duties(&standing(records), records, time(50), &is_other);
        duties.into_iter().map(|duty| duty.promotion).collect::<Vec<_>>()
    };
    let next = |records: &[Record]| step(&standing(records), &now(), false);
    assert_eq!(open(&records), std::slice::from_ref(&first));
    let candidate = |records: &[Record]| candidate(&standing(records), records);
    assert_eq!(candidate(&records).map(|found| found.promotion), Ok(first.clone()));
    assert_eq!(next(&records), Step::Restore);
    let in_the_way = obstacles(&standing(&records), &now(), &[]);
    assert!(matches!(in_the_way[..], [Obstacle::RollingBack { .. }]), "{in_the_way:?}");
    // Put back, it is as if it had never been.
    let seq = records.len() as u64;
    for (at, fact) in [(1, restoring(2)), (2, restored(seq + 1))] {
        let last = records[0].clone();
        records.push(Record { seq: seq + at, time: time(20), promotion: first.clone(), fact, ..last });
    }
    assert_eq!(open(&records), []);
    assert!(matches!(candidate(&records), Err(NoCandidate::RolledBack(_))));
    // Nothing is promoted from then on, though who put it back was killed before he said so.
    assert_eq!(next(&records), Step::Wait);
    assert!(matches!(obstacles(&standing(&records), &now(), &[])[..], [Obstacle::Held { .. }]));
    assert!(!rolled_back(&records)[0].held);
    let released = Fact::Released { reason: "mended".into() };
    records.push(Record { seq: seq + 3, time: time(20), fact: released, ..records[0].clone() });
    assert!(rolled_back(&records)[0].held, "who releases it is not held by the same rollback again");
    assert_eq!(next(&records), Step::Deploy);
    assert_eq!(obstacles(&standing(&records), &now(), &[]), []);
    assert_eq!(standing(&records).ended.map(|ended| ended.kind), Some(EndKind::RolledBack));
}

#[test]
fn a_revoked_candidate_is_forgotten_where_another_one_was_proven_in_its_place() {
    let ended = |severity, second: Vec<Fact>| {
        let second = [vec![verified(Verdict::Pass)], second].concat();
        standing(&revoked(severity, second)).ended.map(|ended| ended.kind)
    };
    let low = RollbackSeverity::Low;
    assert_eq!(ended(low, vec![]), Some(EndKind::Revoked));
    assert_eq!(ended(low, vec![deploying_of("mended")]), Some(EndKind::Revoked), "it may run yet");
    let failed = Fact::Failed { intent: 8, why: "not well".into() };
    assert_eq!(ended(low, vec![deploying_of("mended"), failed]), Some(EndKind::Revoked));
    assert_eq!(ended(low, vec![deploying_of("mended"), deployed(8)]), None);
}

#[test]
fn a_revoked_candidate_that_was_to_be_mended_is_mended_by_another_content_alone() {
    let open = |commit| {
        let second = vec![verified(Verdict::Pass), deploying_of(commit), deployed(8)];
        let records = revoked(RollbackSeverity::Medium, second);
        duties(&standing(&records), &records, time(50), &is_other).len()
    };
    assert_eq!(open("with its ledger"), 1);
    assert_eq!(open("mended"), 0);
}

#[test]
fn what_rests_in_the_highest_stage_is_to_go_before_there_is_nothing_to_do() {
    let completed = Fact::Completed { to: Stage::Production, deployment: 2, verified: 1 };
    let facts = |severity| {
        let records = records(vec![
            verified(Verdict::Pass),
            deploying(OLD),
            deployed(2),
            completed.clone(),
            decided(severity, None),
        ]);
        step(&standing(&records), &now(), false)
    };
    assert_eq!(facts(RollbackSeverity::High), Step::Restore);
    assert_eq!(facts(RollbackSeverity::Low), Step::Top);
}

fn deploying_by(words: &[&str]) -> Fact {
    let Act::Deploy(act) = deploy() else { unreachable!() };
    let argv = words.iter().map(|word| (*word).to_owned()).collect();
    Fact::Intended(Act::Deploy(DeployAct { argv, ..act }))
}

fn deployed_with(intent: u64, digest: Option<&str>, reference: &str) -> Fact {
    let (reference, config_hash) = (reference.to_owned(), digest.map(str::to_owned));
    let running = vec![ContainerState { reference, config_hash, ..container("one") }];
    Fact::Done { intent, result: ActResult::Deployed { running, proof: vec![] } }
}

#[test]
fn another_configuration_of_the_same_commit_mends_where_the_record_shows_that_it_is_another() {
    let open = |then: Option<&str>, words: &[&str], digest: Option<&str>, reference: &str| {
        let records = records(vec![
            verified(Verdict::Pass),
            deploying_by(&["docker", "compose"]),
            deployed_with(2, then, "carbon:1"),
            decided(RollbackSeverity::Medium, Some(time(100))),
            deploying_by(words),
            deployed_with(5, digest, reference),
        ]);
        duties(&standing(&records), &records, time(50), &is_other).len()
    };
    let (same, compose) = (Some("aa"), &["docker", "compose"][..]);
    assert_eq!(open(same, compose, Some("bb"), "carbon:1"), 0);
    assert_eq!(open(same, compose, same, "carbon:1"), 1, "it is the same");
    assert_eq!(open(same, compose, None, "carbon:1"), 1, "it is not known");
    assert_eq!(open(None, compose, Some("bb"), "carbon:1"), 1, "it was not known");
    assert_eq!(open(same, &["docker-compose"], Some("bb"), "carbon:1"), 1, "digests of another compose");
    assert_eq!(open(same, compose, Some("bb"), "carbon:2"), 1, "the image has another name alone");
}

#[test]
fn a_rollback_has_failed_until_something_was_put_back_or_brought_up() {
    let severity = RollbackSeverity::High;
    let mut facts = vec![verified(Verdict::Pass), deploying(OLD), deployed(2), decided(severity, None)];
    let failed = |facts: &[Fact]| {
        let records = records(facts.to_vec());
        has_failed(&records[0].promotion, &records)
    };
    facts.push(restoring(2));
    assert!(!failed(&facts));
    facts.push(Fact::Failed { intent: 5, why: "no image".into() });
    assert!(failed(&facts));
    facts.push(decided(RollbackSeverity::Low, None));
    assert!(failed(&facts), "that it need not go says nothing about whether it could");
    assert!(!failed(&[facts.clone(), vec![restoring(2), restored(8)]].concat()));
    assert!(!failed(&[facts, vec![deploying(OLD), deployed(8)]].concat()));
}
