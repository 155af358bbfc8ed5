//! What a gate asks besides its checks, held against the ledger. Not what takes a measurement.

use jiff::Timestamp;

use crate::model::condition::{Condition, ConditionState, Conditions};
use crate::model::decision::SignOff;
use crate::model::promotion::{Standing, Told};
use crate::model::record::{CheckOutcome, CheckRecord};
use crate::model::soak::Soak;
use crate::model::stage::Stage;

/// What the name of a sign-off begins with.
const SIGN_OFF: &str = "sign_off:";

/// The conditions of the gate to `to` that the ledger answers. `soak` is that of the promotion by which the component
/// stands where it does; `dependencies` are the components that it needs, each with where it stands.
pub fn conditions(
    asked: &Conditions,
    to: Stage,
    standing: &Standing,
    soak: Option<&Soak>,
    dependencies: &[(String, Stage)],
    now: Timestamp,
) -> Vec<Condition> {
    let mut all = Vec::new();
    let mut add = |id: &str, (state, summary): (ConditionState, String)| {
        all.push(Condition { id: id.to_owned(), state, summary });
    };
    if asked.soak {
        add("soak", proven(soak, standing.stage));
    }
    if let Some(bound) = asked.uptime {
        let uptime = soak.and_then(|soak| soak.uptime);
        add(
            "uptime",
            match uptime {
                Some(uptime) if uptime.reaches(bound) => {
                    (ConditionState::Pass, format!("{} % ≥ {bound} %", uptime.percent()))
                }
                Some(uptime) => (ConditionState::Fail, format!("{} % < {bound} %", uptime.percent())),
                None => (
                    ConditionState::Inconclusive,
                    format!("not known: it was not observed in {}", standing.stage),
                ),
            },
        );
    }
    if asked.dependencies {
        add("dependencies", as_high(to, dependencies));
    }
    for topic in &asked.sign_offs {
        add(&format!("{SIGN_OFF}{topic}"), signed(topic, &standing.signed, now));
    }
    all
}

fn proven(soak: Option<&Soak>, stage: Stage) -> (ConditionState, String) {
    let Some(soak) = soak else {
        return (ConditionState::Inconclusive, format!("the ledger holds no observation in {stage}"));
    };
    let hours = |length: std::time::Duration| length.as_secs() / 3_600;
    let of =
        if soak.samples < soak.min_samples { format!(" of {}", soak.min_samples) } else { String::new() };
    let mut words = vec![format!(
        "healthy for {} h of {} h in {}{of} windows",
        hours(soak.healthy),
        hours(soak.needed),
        soak.samples
    )];
    if soak.is_lapsed() {
        let (unseen, most) = (hours(soak.unseen), hours(soak.max_gap));
        words.push(format!("nobody had looked for {unseen} h, longer than {most} h"));
    }
    if let Some(uptime) = soak.uptime.filter(|uptime| !uptime.reaches(soak.min_uptime)) {
        words.push(format!("uptime {} % < {} %", uptime.percent(), soak.min_uptime));
    }
    words.extend(soak.excesses.iter().map(ToString::to_string));
    (if soak.is_proven() { ConditionState::Pass } else { ConditionState::Fail }, words.join("; "))
}

fn as_high(to: Stage, dependencies: &[(String, Stage)]) -> (ConditionState, String) {
    let behind = dependencies.iter().filter(|(_, stage)| *stage < to);
    let behind: Vec<String> = behind.map(|(name, stage)| format!("`{name}` is in {stage} only")).collect();
    match (behind.is_empty(), dependencies.len()) {
        (false, _) => (ConditionState::Fail, behind.join(", ")),
        (true, 0) => (ConditionState::Pass, "it needs no other component".to_owned()),
        (true, number) => (ConditionState::Pass, format!("{number} in {to} or higher")),
    }
}

/// What the recorded checks say somebody answers for, and nobody does any more: it was withdrawn, or its time is over.
pub(super) fn unsigned<'a>(
    checks: &'a [CheckRecord],
    signed_off: &'a [Told<SignOff>],
    now: Timestamp,
) -> impl Iterator<Item = String> + 'a {
    rests_on(checks).filter(move |topic| !is_signed(topic, signed_off, now)).map(str::to_owned)
}

/// When the first ends of what the recorded checks say somebody answers for.
pub(super) fn signed_until(checks: &[CheckRecord], signed_off: &[Told<SignOff>]) -> Option<Timestamp> {
    let ends =
        |topic: &str| signed_off.iter().find(|one| one.what.topic == topic).map(|one| one.what.expires);
    rests_on(checks).filter_map(ends).min()
}

fn rests_on(checks: &[CheckRecord]) -> impl Iterator<Item = &str> {
    let passed = checks.iter().filter(|check| check.outcome == CheckOutcome::Pass);
    passed.filter_map(|check| check.id.strip_prefix(SIGN_OFF))
}

/// Whether somebody answers for it now.
pub fn is_signed(topic: &str, signed_off: &[Told<SignOff>], now: Timestamp) -> bool {
    signed(topic, signed_off, now).0 == ConditionState::Pass
}

fn signed(topic: &str, signed: &[Told<SignOff>], now: Timestamp) -> (ConditionState, String) {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    match signed.iter().find(|one| one.what.topic == topic) {
        None => (ConditionState::Waiting, "nobody has signed it".to_owned()),
        Some(one) if one.what.expires <= now => {
            let (by, since) = (&one.what.by, day(one.what.expires));
            (ConditionState::Waiting, format!("what {by} signed holds no more since {since}"))
        }
        Some(one) => {
            let SignOff { by, evidence, expires, .. } = &one.what;
            let (on, until) = (day(one.time), day(*expires));
            (ConditionState::Pass, format!("{by} on {on}, until {until}: {evidence}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{records, time, verified};
    use super::super::stand;
    use std::time::Duration;

    use super::*;
    use crate::model::assessment::Verdict;
    use crate::model::percent::{Percent, Ratio};
    use crate::model::record::Fact;
    use crate::model::soak::Excess;

    fn sign(topic: &str, expires: i64) -> Fact {
        Fact::Signed(SignOff {
            topic: topic.into(),
            by: "Grace".into(),
            evidence: "https://ci.example/42".into(),
            commit: None,
            expires: time(expires),
        })
    }

    #[test]
    fn what_nobody_signed_or_what_has_expired_is_waited_for() {
        let facts = vec![verified(Verdict::Pass), sign("a", 100), sign("b", 100), sign("b", 3), sign("c", 2)];
        let standing = stand(Stage::Development, &records(facts));
        let asked = Conditions {
            sign_offs: ["a", "b", "c", "d"].map(String::from).to_vec(),
            ..Conditions::default()
        };
        let found = conditions(&asked, Stage::Production, &standing, None, &[], time(10));
        let states: Vec<(&str, ConditionState)> =
            found.iter().map(|one| (one.id.as_str(), one.state)).collect();
        let (pass, waiting) = (ConditionState::Pass, ConditionState::Waiting);
        let expected =
            [("sign_off:a", pass), ("sign_off:b", waiting), ("sign_off:c", waiting), ("sign_off:d", waiting)];
        assert_eq!(states, expected);
        assert!(found[0].summary.contains("Grace on ") && found[0].summary.contains("https://"));
        assert_eq!(found.iter().map(|one| one.id.clone()).collect::<Vec<_>>(), asked.ids());
    }

    #[test]
    fn a_soak_that_is_not_proven_is_told_with_all_that_is_missing_or_too_much() {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let proven = Soak {
            since: time(0),
            resets: vec![],
            healthy: hours(168),
            needed: hours(168),
            samples: 24,
            min_samples: 24,
            largest_gap: hours(1),
            unseen: hours(1),
            max_gap: hours(6),
            uptime: Ratio::new(1, 1),
            min_uptime: Percent::ALL,
            excesses: vec![],
            missing: Some(Duration::ZERO),
            earliest: Some(time(0)),
        };
        let told = |soak: &Soak| super::proven(Some(soak), Stage::Staging);
        let words = "healthy for 168 h of 168 h in 24 windows".to_owned();
        assert_eq!(told(&proven), (ConditionState::Pass, words));
        let not = Soak {
            samples: 3,
            unseen: hours(40),
            uptime: Ratio::new(982, 1000),
            excesses: vec![Excess::Failures("health".into(), 3), Excess::Downtime],
            ..proven
        };
        let words = "healthy for 168 h of 168 h in 3 of 24 windows; nobody had looked for 40 h, longer than 6 h; \
                     uptime 98.2 % < 100 %; `health` was broken 3 times; an uptime of 100 % cannot be reached any more";
        assert_eq!(told(&not), (ConditionState::Fail, words.to_owned()));
    }

    #[test]
    fn without_an_observation_nothing_is_claimed_and_who_is_needed_must_stand_as_high() {
        let standing = stand(Stage::Staging, &[]);
        let asked = Conditions {
            soak: true,
            uptime: Percent::from_hundredths(9950),
            dependencies: true,
            ..Conditions::default()
        };
        let states = |needs: &[(String, Stage)]| -> Vec<ConditionState> {
            let found = conditions(&asked, Stage::Production, &standing, None, needs, time(0));
            found.into_iter().map(|one| one.state).collect()
        };
        let unknown = ConditionState::Inconclusive;
        assert_eq!(states(&[]), [unknown, unknown, ConditionState::Pass]);
        assert_eq!(states(&[("neo4j".into(), Stage::Production)])[2], ConditionState::Pass);
        assert_eq!(states(&[("neo4j".into(), Stage::Staging)])[2], ConditionState::Fail);
    }
}
