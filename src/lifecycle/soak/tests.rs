//! What was seen, and what it proves.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::lifecycle::sample::{deploy, records, verification, verified};
use crate::lifecycle::{CLOCK, stand, subject};
use crate::model::assessment::Verdict;
use crate::model::decision::Incident;
use crate::model::percent::Percent;
use crate::model::promotion::Measurement;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{ActResult, Fact, Record};
use crate::model::stage::Stage;

const DAY: i64 = 24;

fn start() -> Timestamp {
    "2025-10-14T09:00:00Z".parse().expect("a time")
}

fn hour(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

fn rule() -> SoakRule {
    SoakRule {
        length: Duration::from_secs(7 * 24 * 3600),
        max_gap: Duration::from_secs(3 * 3600),
        min_samples: 10,
        min_uptime: Percent::from_hundredths(9_950).expect("a percentage"),
        limits: BTreeMap::new(),
        limit: Limits { failure: 2, inconclusive: 2, consecutive_error: 3 },
    }
}

fn container() -> ContainerState {
    ContainerState {
        id: "c0ffee".into(),
        image: "sha256:01".into(),
        reference: "carbon:1".into(),
        status: "running".into(),
        health: None,
        restarts: 0,
        started: "2025-10-14T09:00:00Z".into(),
        config_hash: Some("aa".into()),
    }
}

fn deployment() -> Deployment {
    Deployment { intent: 4, time: start(), commit: "30f8".into(), running: vec![container()], proof: vec![] }
}

fn seen(from: i64, to: i64, sign: Sign) -> Observation {
    let reading = Reading {
        rule: "health".into(),
        sign,
        detail: String::new(),
        value: None,
        samples: None,
        query: None,
    };
    Observation {
        window: Window::new(hour(from), hour(to)).expect("a window"),
        late: false,
        running: vec![container()],
        readings: vec![reading],
        links: vec![],
    }
}

/// One window an hour.
fn week() -> Vec<Observation> {
    (0..7 * DAY).map(|hour| seen(hour, hour + 1, Sign::Good)).collect()
}

fn of(observations: &[Observation], now: i64) -> Soak {
    soak(&rule(), &deployment(), (observations, &[]), hour(now))
}

fn causes(soak: &Soak) -> Vec<ResetCause> {
    soak.resets.iter().map(|(_, cause)| *cause).collect()
}

#[test]
fn seven_days_that_were_seen_healthy_prove_it_and_an_hour_less_does_not() {
    let whole = of(&week(), 7 * DAY);
    assert!(whole.is_proven(), "{whole:?}");
    assert_eq!((whole.healthy, whole.samples, whole.earliest), (rule().length, 168, Some(hour(7 * DAY))));
    let short = of(&week()[1..], 7 * DAY);
    assert!(!short.is_proven());
    assert_eq!(short.earliest, Some(hour(7 * DAY + 1)));
}

#[test]
fn time_that_nobody_looked_at_counts_for_nothing() {
    let soak = of(&[], 100 * DAY);
    assert!(!soak.is_proven());
    assert_eq!((soak.healthy, soak.samples, soak.uptime), (Duration::ZERO, 0, None));
}

#[test]
fn the_same_window_twice_counts_once() {
    let twice: Vec<Observation> = week().into_iter().take(80).cycle().take(400).collect();
    assert_eq!(of(&twice, 80).healthy, Duration::from_secs(80 * 3600));
}

#[test]
fn what_was_seen_broken_takes_its_time_away() {
    let mut observations = week();
    observations.push(seen(20, 21, Sign::Bad));
    let soak = of(&observations, 7 * DAY);
    assert_eq!(soak.healthy, Duration::from_secs(167 * 3600));
    assert!(!soak.is_proven());
    observations.push(seen(7 * DAY, 7 * DAY + 1, Sign::Good));
    let soak = of(&observations, 7 * DAY + 1);
    assert_eq!(soak.uptime.map(|uptime| uptime.percent().to_string()).as_deref(), Some("99.4"));
    assert!(!soak.is_proven(), "an hour in a week is more than the uptime allows");
}

#[test]
fn a_source_that_says_nothing_proves_nothing() {
    for sign in [Sign::Unknown, Sign::Unreachable] {
        let mut observations = week();
        observations[20] = seen(20, 21, sign);
        let soak = of(&observations, 7 * DAY);
        assert_eq!(soak.healthy, Duration::from_secs(167 * 3600));
        assert!(!soak.is_proven() && soak.excesses.is_empty());
    }
    let mut nothing = week();
    for one in &mut nothing {
        one.readings.clear();
    }
    assert_eq!(of(&nothing, 7 * DAY).healthy, Duration::ZERO);
}

#[test]
fn another_image_configuration_or_start_begins_anew() {
    let changed = |change: &dyn Fn(&mut ContainerState)| {
        let mut observations = week();
        observations[20..].iter_mut().for_each(|one| change(&mut one.running[0]));
        of(&observations, 7 * DAY)
    };
    let soak = changed(&|one| one.restarts = 1);
    assert_eq!((causes(&soak), soak.since), (vec![ResetCause::Restart], hour(21)));
    assert_eq!(soak.healthy, Duration::from_secs((168 - 21) * 3600));
    let soak = changed(&|one| one.image = "sha256:02".into());
    assert!(soak.resets.len() == 148 && causes(&soak).iter().all(|cause| *cause == ResetCause::Image));
    assert_eq!(soak.healthy, Duration::ZERO, "another image never proves this one");
    assert_eq!(causes(&changed(&|one| one.config_hash = None))[0], ResetCause::Configuration);
    assert_eq!(causes(&changed(&|one| one.status = "exited".into()))[0], ResetCause::Absent);
}

#[test]
fn an_engine_that_cannot_be_asked_is_no_absence() {
    let mut observations = week();
    let silent =
        Reading { rule: CONTAINER.into(), sign: Sign::Unreachable, ..observations[20].readings[0].clone() };
    observations[20].readings.push(silent);
    observations[20].running.clear();
    let soak = of(&observations, 7 * DAY);
    assert_eq!((causes(&soak), soak.healthy), (vec![], Duration::from_secs(167 * 3600)));
}

#[test]
fn a_machine_that_slept_for_two_days_begins_anew() {
    let mut observations = week();
    observations.drain(30..78);
    let soak = of(&observations, 7 * DAY);
    assert_eq!((causes(&soak), soak.since), (vec![ResetCause::Gap], hour(78)));
    observations = week();
    observations.drain(30..32);
    let soak = of(&observations, 7 * DAY);
    assert_eq!((causes(&soak), soak.largest_gap), (vec![], Duration::from_secs(2 * 3600)));
}

#[test]
fn where_nobody_looked_for_too_long_up_to_now_it_begins_anew() {
    let at_most = of(&week(), 7 * DAY + 3);
    assert!(at_most.is_proven() && at_most.unseen == rule().max_gap, "{at_most:?}");
    for late in [4, 33 * DAY] {
        let soak = of(&week(), 7 * DAY + late);
        let now = hour(7 * DAY + late);
        assert!(!soak.is_proven() && soak.is_lapsed());
        assert_eq!((soak.since, soak.resets.clone()), (now, vec![(now, ResetCause::Gap)]));
        assert_eq!((soak.healthy, soak.samples), (Duration::ZERO, 0));
        assert_eq!(soak.largest_gap, Duration::from_secs(u64::try_from(late).expect("positive") * 3600));
        assert_eq!(soak.earliest, Some(hour(14 * DAY + late)));
    }
    assert_eq!(of(&[], 3).resets, []);
    assert_eq!(of(&[], 4).resets, [(hour(4), ResetCause::Gap)], "it was never looked at");
}

#[test]
fn the_earliest_end_counts_from_the_last_window_and_makes_up_for_what_was_broken() {
    assert_eq!(of(&week()[..10], 12).earliest, Some(hour(7 * DAY)), "the next window goes on from the last");
    // Two hours of 168 are broken: at 99.5 %, 398 hours must be healthy.
    let mut observations = week();
    observations[20].readings[0].sign = Sign::Bad;
    observations[21].readings[0].sign = Sign::Bad;
    let soak = of(&observations, 7 * DAY);
    assert_eq!(soak.missing, Some(Duration::from_secs((398 - 166) * 3600)));
    assert_eq!(soak.earliest, Some(hour(400)));
    let all = SoakRule { min_uptime: Percent::ALL, ..rule() };
    let never = super::soak(&all, &deployment(), (&observations, &[]), hour(7 * DAY));
    assert_eq!((never.excesses, never.missing, never.earliest), (vec![Excess::Downtime], None, None));
    assert!(super::soak(&all, &deployment(), (&week(), &[]), hour(7 * DAY)).is_proven());
}

/// As it was completed after seven days and an hour, and observed on.
fn completed(observations: Vec<Observation>) -> Completed {
    let mut promotion =
        Promotion::begun(PromotionId::recorded("carbon-staging-2025-10-14"), Stage::Staging, start());
    promotion.deployment = Some(deployment());
    promotion.observations = observations.into_iter().map(Arc::new).collect();
    let time = hour(7 * DAY + 1);
    Completed {
        promotion,
        seq: 500,
        from: Stage::Development,
        time,
        measured: None,
        remeasured: None,
        below: None,
    }
}

#[test]
fn what_is_seen_after_the_completion_takes_nothing_away() {
    let mut later = week();
    let straddling = Observation { readings: vec![], ..seen(7 * DAY, 7 * DAY + 2, Sign::Bad) };
    let mut restarted = seen(7 * DAY, 7 * DAY + 2, Sign::Bad);
    restarted.running[0].restarts = 1;
    later.extend([straddling, restarted, seen(7 * DAY + 2, 7 * DAY + 3, Sign::Bad)]);
    let soak = completed_soak(&rule(), &completed(later)).expect("a soak");
    assert!(soak.is_proven(), "{soak:?}");
    assert_eq!((soak.healthy, soak.resets, soak.samples), (rule().length, vec![], 168));
    // What is seen before it does.
    let mut before = week();
    before.push(Observation { readings: vec![], ..seen(7 * DAY, 7 * DAY + 1, Sign::Bad) });
    before.last_mut().expect("one").running[0].restarts = 1;
    let soak = completed_soak(&rule(), &completed(before)).expect("a soak");
    assert_eq!((causes(&soak), soak.healthy), (vec![ResetCause::Restart], Duration::ZERO));
    assert!(!completed_soak(&rule(), &completed(week()[1..].to_vec())).expect("a soak").is_proven());
    // Nobody looked from the last window to the completion.
    let mut late = completed(week());
    late.time = hour(7 * DAY + 4);
    assert!(completed_soak(&rule(), &late).expect("a soak").is_lapsed());
    // It was decided while the last look was not too long ago, and recorded a moment later.
    let verification = verification(Verdict::Pass);
    late.measured = Some(Measurement { seq: 9, time: hour(7 * DAY + 3), verification });
    assert!(completed_soak(&rule(), &late).expect("a soak").is_proven());
}

/// As a look tells it that was not overtaken.
fn told_by_hand(from: i64, to: i64) -> Observation {
    let mut one = seen(from, to, Sign::Bad);
    one.readings[0].rule = INCIDENTS.into();
    one.readings[0].detail = format!("{TOLD_BY_HAND}keys leaked");
    one
}

#[test]
fn an_incident_counts_once_whether_or_not_a_window_carries_it() {
    let of = |observations: &[Observation], incidents: &[Timestamp]| {
        super::soak(&rule(), &deployment(), (observations, incidents), hour(7 * DAY))
    };
    let strict = SoakRule { limit: Limits { failure: 0, ..rule().limit }, ..rule() };
    let once = [Excess::Failures(INCIDENTS.into(), 1)];
    let of_strict = |observations: &[Observation], incidents: &[Timestamp]| {
        super::soak(&strict, &deployment(), (observations, incidents), hour(7 * DAY)).excesses
    };
    let at = hour(20) + SignedDuration::from_mins(5);
    let lost = of(&week(), &[at]);
    assert_eq!(lost.healthy, Duration::from_secs(167 * 3600), "its window was no good one");
    assert!(!lost.is_proven() && lost.excesses.is_empty(), "the limit lets two be");
    assert_eq!(of_strict(&week(), &[at]), once);
    assert_eq!(of_strict(&week(), &[hour(-5)]), once, "the clock was set back before it was told");
    assert_eq!(of_strict(&week(), &[hour(7 * DAY)]), once, "nobody has looked since");
    let mut carried = week();
    carried[20] = told_by_hand(20, 21);
    assert_eq!(of_strict(&carried, &[at]), once);
    assert_eq!(of(&carried, &[at]).healthy, lost.healthy);
    assert_eq!(of_strict(&carried, &[]), once, "what a window alone tells counts too");
    assert_eq!(of(&carried, &[at, at, at]).excesses, [Excess::Failures(INCIDENTS.into(), 3)]);
}

/// A candidate that was deployed at the first hour, and these facts about it, each at its hour.
fn told(facts: Vec<(i64, Fact)>) -> Vec<Record> {
    let running = ActResult::Deployed { running: vec![container()], proof: vec![] };
    let begun =
        [verified(Verdict::Pass), Fact::Intended(deploy()), Fact::Done { intent: 2, result: running }];
    let begun: Vec<(i64, Fact)> = begun.into_iter().map(|fact| (0, fact)).collect();
    let (hours, facts): (Vec<i64>, Vec<Fact>) = begun.into_iter().chain(facts).unzip();
    let timed = |(record, at): (Record, i64)| Record { time: hour(at), ..record };
    records(facts).into_iter().zip(hours).map(timed).collect()
}

#[test]
fn no_order_of_records_loses_an_incident() {
    let incident = |at| (at, Fact::Incident(Incident { what: "keys leaked".into(), evidence: "e".into() }));
    let look = |from, to, at| (at, Fact::Observed(Arc::new(seen(from, to, Sign::Good))));
    let strict = SoakRule { limit: Limits { failure: 0, ..rule().limit }, ..rule() };
    let excesses = |facts: Vec<(i64, Fact)>, at| {
        let standing = stand(Stage::Development, &told(facts));
        observed_soak(&strict, &standing, hour(at)).expect("a soak").excesses
    };
    let once = vec![Excess::Failures(INCIDENTS.into(), 1)];
    // A look that had begun before it was told is recorded after it.
    assert_eq!(excesses(vec![incident(1), look(0, 1, 1)], 2), once);
    let of_look = |facts| {
        let records = told(facts);
        let incidents = subject(&stand(Stage::Development, &records), &records).map(|one| one.incidents);
        incidents.expect("a subject")
    };
    assert_eq!(of_look(vec![incident(1), look(0, 1, 1)]), ["keys leaked"], "the next look tells it");
    assert_eq!(of_look(vec![incident(1), look(0, 2, 2)]), [""; 0]);
    let note = (1, Fact::Noted { topic: CLOCK.into(), text: "back".into() });
    assert_eq!(excesses(vec![look(0, 5, 5), incident(1), note, look(1, 2, 2)], 3), once);
    assert_eq!(excesses(vec![incident(1)], 2), once, "nobody has looked");
    // What is deployed anew is not what it was told of.
    let again =
        Fact::Done { intent: 5, result: ActResult::Deployed { running: vec![container()], proof: vec![] } };
    assert_eq!(excesses(vec![incident(1), (2, Fact::Intended(deploy())), (2, again)], 3), []);
    // What is told of a candidate whose soak is over takes nothing from that.
    let completed = |facts: Vec<(i64, Fact)>| {
        let standing = stand(Stage::Development, &told(facts));
        completed_soak(&strict, &standing.completed.expect("one")).expect("a soak").excesses
    };
    let move_up = || (3, Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 });
    assert_eq!(completed(vec![incident(1), move_up()]), once);
    assert_eq!(completed(vec![move_up(), incident(2)]), [], "also where the clock was set back");
}

#[test]
fn the_candidate_that_runs_is_that_of_the_promotion_under_way_or_else_of_the_completed_one() {
    let mut standing = crate::lifecycle::stand(Stage::Development, &[]);
    let of = |standing: &Standing| observed_soak(&rule(), standing, hour(40 * DAY));
    assert_eq!(of(&standing), None);
    let done = completed(week());
    standing.promotion = Some(done.promotion.clone());
    assert!(of(&standing).is_some_and(|soak| soak.is_lapsed()));
    standing.promotion = None;
    standing.completed = Some(done);
    assert!(of(&standing).is_some_and(|soak| soak.is_proven()), "it is over, and stays what it was");
}

#[test]
fn one_outage_is_counted_once_for_each_look_however_many_windows_it_has() {
    let look = |at: i64, late: Sign, current: Sign| {
        [Observation { late: true, ..seen(at, at + 1, late) }, seen(at + 1, at + 2, current)]
    };
    let (away, good) = (Sign::Unreachable, Sign::Good);
    let most = |looks: &[[Observation; 2]]| match of(&looks.concat(), 20).excesses.as_slice() {
        [] => 0,
        [Excess::Errors(_, most)] => *most,
        other => panic!("{other:?}"),
    };
    let three = [look(0, away, away), look(2, away, away), look(4, away, away)];
    assert_eq!(most(&three), 0, "three looks in a row, and three are allowed");
    assert_eq!(most(&[&three[..], &[look(6, away, good)]].concat()), 4);
    assert_eq!(most(&[&three[..], &[look(6, good, away)]].concat()), 0, "it was reached in between");
    let single = |at: i64| seen(at, at + 1, away);
    assert_eq!(of(&[single(0), single(1), single(2), single(3)], 5).excesses.len(), 1);
}

#[test]
fn a_daylight_saving_night_and_a_leap_day_are_as_long_as_they_are() {
    for (from, to, hours) in [
        ("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 25),
        ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23),
        ("2028-02-28T12:00:00Z", "2028-03-01T12:00:00Z", 48),
    ] {
        let window = Window::new(from.parse().expect("a time"), to.parse().expect("a time"));
        assert_eq!(window.expect("a window").length(), Duration::from_secs(hours * 3600), "{from}");
    }
}

#[test]
fn a_clock_that_goes_backwards_makes_no_window_and_the_future_counts_for_nothing() {
    assert_eq!(Window::new(hour(2), hour(1)), None);
    assert_eq!(Window::new(hour(1), hour(1)), None);
    assert_eq!(of(&week(), 10).healthy, Duration::from_secs(10 * 3600));
    let mut early = week();
    early.push(seen(-1000, 0, Sign::Good));
    assert_eq!(of(&early, 10).healthy, Duration::from_secs(10 * 3600));
}

#[test]
fn each_rule_has_its_limits() {
    let with = |sign: Sign, number: usize| {
        let mut observations = week();
        observations[20..20 + number].iter_mut().for_each(|one| one.readings[0].sign = sign);
        of(&observations, 7 * DAY).excesses
    };
    assert_eq!(with(Sign::Bad, 2), []);
    assert_eq!(with(Sign::Bad, 3), [Excess::Failures("health".into(), 3)]);
    assert_eq!(with(Sign::Unknown, 3), [Excess::Inconclusive("health".into(), 3)]);
    assert_eq!(with(Sign::Unreachable, 3), []);
    assert_eq!(with(Sign::Unreachable, 4), [Excess::Errors("health".into(), 4)]);
    let scattered: Vec<Observation> = (0..20)
        .map(|hour| seen(hour, hour + 1, if hour % 2 == 0 { Sign::Unreachable } else { Sign::Good }))
        .collect();
    assert_eq!(of(&scattered, 20).excesses, [], "not in a row");
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let sign = prop_oneof![6 => Just(Sign::Good), 1 => Just(Sign::Bad), 1 => Just(Sign::Unknown), 1 => Just(Sign::Unreachable)];
    (0i64..200, 1i64..30, sign, 0u64..2).prop_map(|(from, length, sign, restarts)| {
        let mut one = seen(from, from + length, sign);
        one.running[0].restarts = restarts;
        one
    })
}

proptest! {
    #[test]
    fn no_more_is_proven_than_was_seen(observations in proptest::collection::vec(any_observation(), 0..40), now in 0i64..300) {
        let soak = of(&observations, now);
        let elapsed = Duration::from_secs(u64::try_from(now).expect("positive") * 3600);
        prop_assert!(soak.healthy <= elapsed);
        let good = observations.iter().filter(|one| one.sign() == Sign::Good);
        prop_assert!(soak.healthy <= good.map(|one| one.window.length()).sum());
        prop_assert!(!soak.is_proven() || soak.healthy >= rule().length);
        prop_assert!(soak.since >= start());
    }

    #[test]
    fn what_nobody_looked_at_lately_proves_nothing(observations in proptest::collection::vec(any_observation(), 0..40), now in 0i64..300) {
        let soak = of(&observations, now);
        let ended = |one: &Observation| one.window.to().min(hour(now)) >= hour(now - 3) && one.window.from() < hour(now);
        let is_looked_at = now <= 3 || observations.iter().any(ended);
        prop_assert_eq!(soak.is_lapsed(), !is_looked_at);
        prop_assert!(!soak.is_lapsed() || (!soak.is_proven() && soak.healthy == Duration::ZERO && soak.since == hour(now)));
    }

    #[test]
    fn it_ends_at_the_earliest_when_it_says_and_not_before(observations in proptest::collection::vec(any_observation(), 0..12), now in 0i64..230) {
        let soak = of(&observations, now);
        let Some(earliest) = soak.earliest else {
            prop_assert!(!soak.excesses.is_empty());
            return Ok(());
        };
        // All is well from the last window on.
        let known: Vec<Observation> = observations.into_iter().filter(|one| one.window.to() <= hour(now)).collect();
        prop_assume!(of(&known, now) == soak);
        let running = known.iter().max_by_key(|one| (one.window.to(), one.window.from())).map(|one| one.running.clone());
        let begin = known.iter().map(|one| one.window.to()).max().unwrap_or(start()).max(soak.since);
        let until = |end: Timestamp| {
            let mut all = known.clone();
            if let Some(window) = Window::new(begin, end) {
                let mut one = Observation { window, ..seen(0, 1, Sign::Good) };
                one.running = running.clone().unwrap_or(one.running);
                all.push(one);
            }
            super::soak(&SoakRule { min_samples: 0, ..rule() }, &deployment(), (&all, &[]), end)
        };
        prop_assert!(until(earliest).is_proven());
        prop_assert!(earliest == hour(now) || !until(earliest - SignedDuration::from_millis(1)).is_proven());
    }

    #[test]
    fn what_is_seen_after_the_completion_changes_nothing(
        before in proptest::collection::vec(any_observation(), 0..20),
        after in proptest::collection::vec(any_observation(), 0..10),
    ) {
        let end = hour(7 * DAY + 1);
        let mut all: Vec<Observation> = before.into_iter().filter(|one| one.window.to() <= end).collect();
        let soak = completed_soak(&rule(), &completed(all.clone()));
        all.extend(after.into_iter().filter(|one| one.window.to() > end));
        prop_assert_eq!(completed_soak(&rule(), &completed(all)), soak);
    }

    #[test]
    fn the_order_of_records_does_not_matter(observations in proptest::collection::vec(any_observation(), 0..20).prop_shuffle()) {
        let mut sorted = observations.clone();
        sorted.sort_by_key(|one| (one.window.to(), one.window.from()));
        let ours = of(&observations, 250);
        // Windows that end together may come in any order; what they prove is the same but for which cause is named.
        prop_assert_eq!(ours.uptime, of(&sorted, 250).uptime);
        prop_assert_eq!(ours.excesses.len(), of(&sorted, 250).excesses.len());
    }

    #[test]
    fn a_broken_window_never_helps(observations in proptest::collection::vec(any_observation(), 0..20), from in 0i64..200) {
        let before = of(&observations, 250).uptime;
        let mut more = observations;
        more.push(seen(from, from + 1, Sign::Bad));
        let after = of(&more, 250).uptime.expect("something was seen");
        let is_no_better = before.is_none_or(|before| after.part() * before.whole() <= before.part() * after.whole());
        prop_assert!(is_no_better);
    }
}
