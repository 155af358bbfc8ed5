//! What the issue of a promotion that goes, is gone or was revoked should be told, and whether it was. Pure.
//!
//! Not the words (`report`) nor the telling (`app::issue`). Folded from all records: a promotion that is over is no part
//! of where the component stands, and its issue is to be told all the same.

use std::collections::BTreeSet;

use crate::model::container::ContainerState;
use crate::model::decision::{Revocation, RollbackDecision};
use crate::model::promotion::{Completed, Told};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::stage::Stage;

use super::rollback::rolled_back;

/// The topic under which it is recorded that a candidate was left by the revocation of what it rests on.
pub const LEFT: &str = "left_by_revocation";

/// The topic of the comment that a promotion is completed.
pub const COMPLETED: &str = "completed";
/// The label that says so.
pub const COMPLETED_LABEL: &str = "promotion-completed";

/// The number of the issue of a completed promotion that was not told so to its end, whether or not that was begun.
pub fn untold_completion(completed: &Completed, records: &[Record]) -> Option<u64> {
    let issue = completed.promotion.issue.as_ref()?.number;
    let id = &completed.promotion.id;
    let own: Vec<&Record> = records.iter().filter(|record| record.promotion == *id).collect();
    (!is_told(&own, COMPLETED) || !is_labelled(&own, COMPLETED_LABEL)).then_some(issue)
}

/// Something that the issue of a promotion should be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// The promotion.
    pub promotion: PromotionId,
    /// The stage that it led to.
    pub to: Stage,
    /// The number of its issue.
    pub issue: u64,
    /// What the comment is about.
    pub topic: String,
    /// What happened.
    pub news: News,
    /// Whether the comment is known to be there.
    pub is_told: bool,
    /// The label that says so, and whether it is known to be there; `None`: there is none.
    pub label: Option<(&'static str, bool)>,
    /// Whether the issue is to be closed with that, since nothing comes after it.
    pub closes: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It is to go, or to be mended.
    Decided(Told<RollbackDecision>),
    /// It is gone.
    RolledBack {
        /// Who decided it, when and why.
        decided: Told<RollbackDecision>,
        /// What runs again; nothing where nothing did.
        running: Vec<ContainerState>,
    },
    /// It rested on figures that do not hold.
    Revoked(Told<Revocation>),
    /// It rested on what was revoked, and could not be put back: in words, with who and when.
    Left(Told<String>),
    /// What people found out, by topic.
    Explained(Vec<(String, String)>),
}

/// All that issues should be told, the first first.
pub fn farewells(records: &[Record]) -> Vec<Farewell> {
    let ids: BTreeSet<&PromotionId> = records.iter().map(|record| &record.promotion).collect();
    ids.into_iter().flat_map(|id| of_promotion(id, records)).collect()
}

fn of_promotion(id: &PromotionId, records: &[Record]) -> Vec<Farewell> {
    let own: Vec<&Record> = records.iter().filter(|record| record.promotion == *id).collect();
    let Some((issue, to)) = issue(&own).zip(stage(&own)) else { return Vec::new() };
    let one = |topic: String, news, label: Option<&'static str>| Farewell {
        promotion: id.clone(),
        to,
        issue,
        is_told: is_told(&own, &topic),
        label: label.map(|label| (label, is_labelled(&own, label))),
        topic,
        closes: matches!(news, News::Left(_)),
        news,
    };
    let mut all = Vec::new();
    let gone = rolled_back(records).into_iter().rfind(|gone| gone.promotion == *id);
    let decided = own.iter().rfind(|record| matches!(record.fact, Fact::RollbackDecided(_)));
    if let (None, Some(Record { seq, time, actor, fact: Fact::RollbackDecided(what), .. })) = (&gone, decided)
    {
        let told = Told { seq: *seq, time: *time, actor: actor.clone(), what: what.clone() };
        all.push(one(format!("rollback-decided-{seq}"), News::Decided(told), None));
    }
    if let Some(gone) = gone {
        let running =
            own.iter().find(|record| record.seq == gone.seq).and_then(|record| match &record.fact {
                Fact::Done { result: ActResult::Restored { running }, .. } => Some(running.clone()),
                _ => None,
            });
        let news = News::RolledBack { decided: gone.decided, running: running.unwrap_or_default() };
        all.push(one("rolled_back".to_owned(), news, Some("rolled-back")));
    }
    for record in &own {
        if let Fact::Revoked(what) = &record.fact {
            let (seq, time, actor) = (record.seq, record.time, record.actor.clone());
            let told = Told { seq, time, actor, what: what.clone() };
            all.push(one("revoked".to_owned(), News::Revoked(told), Some("revoked")));
        }
    }
    if let Some(left) = left(id, records) {
        all.push(one(LEFT.to_owned(), News::Left(left), Some("revoked")));
    }
    let notes: Vec<(u64, &String, &String)> = own
        .iter()
        .filter_map(|record| match &record.fact {
            Fact::Noted { topic, text } if is_of_cause(topic) => Some((record.seq, topic, text)),
            _ => None,
        })
        .collect();
    if let Some((last, _, _)) = notes.last() {
        let mut words: Vec<(String, String)> = Vec::new();
        for (_, topic, text) in &notes {
            words.retain(|(of, _)| of != *topic);
            words.push(((*topic).clone(), (*text).clone()));
        }
        all.push(one(format!("root-cause-{last}"), News::Explained(words), None));
    }
    all
}

/// That the candidate of a promotion was left by a revocation. Without the revocation right after it, it was not.
fn left(id: &PromotionId, records: &[Record]) -> Option<Told<String>> {
    records.windows(2).rev().find_map(|pair| match pair {
        [Record { seq, time, actor, promotion, fact: Fact::Noted { topic, text } }, after]
            if promotion == id && topic == LEFT && matches!(after.fact, Fact::Revoked(_)) =>
        {
            Some(Told { seq: *seq, time: *time, actor: actor.clone(), what: text.clone() })
        }
        _ => None,
    })
}

/// Whether a note is a part of the account of a rollback.
fn is_of_cause(topic: &str) -> bool {
    ["root_cause", "fix_plan", "re_promotion"].contains(&topic)
}

fn issue(own: &[&Record]) -> Option<u64> {
    own.iter().rev().find_map(|record| match &record.fact {
        Fact::Done { result: ActResult::Issue { number, .. }, .. } => Some(*number),
        _ => None,
    })
}

fn stage(own: &[&Record]) -> Option<Stage> {
    own.iter().find_map(|record| match &record.fact {
        Fact::Verified(verification) => Some(verification.to),
        Fact::Intended(Act::Deploy(deploy)) => Some(deploy.stage),
        _ => None,
    })
}

fn is_told(own: &[&Record], topic: &str) -> bool {
    is_done(own, &|act| matches!(act, Act::Comment { topic: of, .. } if of == topic))
}

fn is_labelled(own: &[&Record], label: &str) -> bool {
    is_done(own, &|act| matches!(act, Act::SettleIssue { add, .. } if add.iter().any(|one| one == label)))
}

fn is_done(own: &[&Record], is_it: &dyn Fn(&Act) -> bool) -> bool {
    let intents: Vec<u64> = own
        .iter()
        .filter(|record| matches!(&record.fact, Fact::Intended(act) if is_it(act)))
        .map(|record| record.seq)
        .collect();
    own.iter().any(|record| matches!(&record.fact, Fact::Done { intent, .. } if intents.contains(intent)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::sample::{deploy, open_issue, records, verified};
    use crate::model::assessment::Verdict;
    use crate::model::decision::RollbackSeverity;

    fn rolled_back() -> Vec<Fact> {
        let decision = |severity| {
            Fact::RollbackDecided(RollbackDecision { severity, reason: "errors".into(), due: None })
        };
        vec![
            verified(Verdict::Pass),
            Fact::Intended(open_issue()),
            Fact::Done { intent: 2, result: ActResult::Issue { number: 4, url: "u".into() } },
            Fact::Intended(deploy()),
            Fact::Done { intent: 4, result: ActResult::Deployed { running: vec![], proof: vec![] } },
            decision(RollbackSeverity::High),
            Fact::Intended(Act::Restore { deploy: 4, image: None }),
            Fact::Done { intent: 7, result: ActResult::Restored { running: vec![] } },
        ]
    }

    type Topic = (String, bool, Option<(&'static str, bool)>);

    fn topics(facts: Vec<Fact>) -> Vec<Topic> {
        let all = farewells(&records(facts));
        all.into_iter().map(|one| (one.topic, one.is_told, one.label)).collect()
    }

    #[test]
    fn an_issue_is_told_of_what_goes_and_of_what_is_gone_once() {
        let facts = rolled_back();
        assert_eq!(topics(facts[..5].to_vec()), []);
        assert_eq!(topics(facts[..6].to_vec()), [("rollback-decided-6".to_owned(), false, None)]);
        let gone = ("rolled_back".to_owned(), false, Some(("rolled-back", false)));
        assert_eq!(topics(facts.clone()), [gone], "what is done need not be announced");
        // Also when another promotion has begun: its measurement is of the same component.
        let comment = Act::Comment {
            repository: "o/r".into(),
            issue: 4,
            marker: "m".into(),
            topic: "rolled_back".into(),
        };
        let settle = Act::SettleIssue {
            repository: "o/r".into(),
            issue: 4,
            add: vec!["rolled-back".into()],
            remove: vec!["staging".into()],
            close: false,
        };
        let told = [
            facts,
            vec![
                Fact::Intended(comment),
                Fact::Done { intent: 9, result: ActResult::Comment { url: "u".into() } },
                Fact::Intended(settle),
                Fact::Done { intent: 11, result: ActResult::Settled },
            ],
        ]
        .concat();
        assert_eq!(topics(told), [("rolled_back".to_owned(), true, Some(("rolled-back", true)))]);
    }

    #[test]
    fn the_issue_of_a_candidate_that_was_left_is_told_and_closed() {
        let note = || Fact::Noted { topic: LEFT.to_owned(), text: "it was left".into() };
        let revocation = Revocation { to: Stage::Development, reason: "42 %".into(), measured: None };
        let of = |mut facts: Vec<Fact>, revoked: bool| {
            facts.truncate(5);
            facts.push(note());
            facts.extend(revoked.then(|| Fact::Revoked(revocation.clone())));
            let mut records = records(facts);
            if let Some(last) = records.get_mut(6) {
                last.promotion = PromotionId::recorded("carbon-staging-2025-09-01");
            }
            farewells(&records)
        };
        let [left] = &of(rolled_back(), true)[..] else { panic!("one") };
        assert_eq!((left.topic.as_str(), left.label), (LEFT, Some(("revoked", false))));
        assert!(left.closes);
        assert_eq!(of(rolled_back(), false), [], "it was not revoked after all");
    }

    #[test]
    fn without_an_issue_nobody_is_told() {
        let facts: Vec<Fact> =
            rolled_back().into_iter().enumerate().filter(|(at, _)| *at != 2).map(|(_, fact)| fact).collect();
        assert_eq!(topics(facts), []);
    }
}
