//! What a gate asks besides its checks, held against the ledger. Not what takes a measurement.

use jiff::Timestamp;

use crate::model::condition::{Condition, ConditionState, Conditions};
use crate::model::decision::SignOff;
use crate::model::promotion::{Standing, Told};
use crate::model::soak::Soak;
use crate::model::stage::Stage;

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
        add(&format!("sign_off:{topic}"), signed(topic, &standing.signed, now));
    }
    all
}

fn proven(soak: Option<&Soak>, stage: Stage) -> (ConditionState, String) {
    let Some(soak) = soak else {
        return (ConditionState::Inconclusive, format!("the ledger holds no observation in {stage}"));
    };
    let hours = |length: std::time::Duration| length.as_secs() / 3_600;
    let summary = format!(
        "healthy for {} h of {} h in {} windows",
        hours(soak.healthy),
        hours(soak.needed),
        soak.samples
    );
    (if soak.is_proven() { ConditionState::Pass } else { ConditionState::Fail }, summary)
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
    use super::*;
    use crate::model::assessment::Verdict;
    use crate::model::percent::Percent;
    use crate::model::record::Fact;

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
