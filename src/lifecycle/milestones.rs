//! The history of a component's promotions, for documents. Not where it stands: that is `fold`'s.

use std::collections::BTreeMap;

use crate::model::milestone::{Event, Milestone};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record};

use super::rollback::rolled_back;

/// The events that a history tells, the first first.
pub fn milestones(records: &[Record]) -> Vec<Milestone> {
    let mut decided: BTreeMap<&PromotionId, &str> = BTreeMap::new();
    let mut milestones = Vec::new();
    for record in records {
        let event = match &record.fact {
            Fact::Completed { to, deployment, .. } => {
                Event::Completed { to: *to, commit: commit_of(records, *deployment) }
            }
            Fact::Revoked(revocation) => {
                Event::Revoked { to: revocation.to, reason: revocation.reason.clone() }
            }
            Fact::RollbackDecided(decision) => {
                decided.insert(&record.promotion, &decision.reason);
                continue;
            }
            // Without a decision it was an attempt to deploy that failed and was put back.
            Fact::Done { result: ActResult::Restored { .. }, .. } => {
                match decided.remove(&record.promotion) {
                    Some(reason) => Event::RolledBack { reason: reason.to_owned() },
                    None => continue,
                }
            }
            _ => continue,
        };
        let (seq, time, promotion) = (record.seq, record.time, record.promotion.clone());
        milestones.push(Milestone { seq, time, promotion, event });
    }
    milestones
}

/// The record by which the component came to where it stands, up or back, or by which a candidate was put back: its number, and
/// its promotion.
pub fn last_move(records: &[Record]) -> Option<(u64, PromotionId)> {
    let is_told = |record: &&Record| matches!(record.fact, Fact::Completed { .. } | Fact::Revoked(_));
    let told = records.iter().rfind(is_told).map(|record| (record.seq, record.promotion.clone()));
    let gone = rolled_back(records).pop().map(|gone| (gone.seq, gone.promotion));
    told.into_iter().chain(gone).max_by_key(|(seq, _)| *seq)
}

fn commit_of(records: &[Record], intent: u64) -> Option<String> {
    records.iter().find(|record| record.seq == intent).and_then(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) => Some(deploy.commit.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{COMMIT, deploy, records, verified};
    use super::*;
    use crate::model::assessment::Verdict;
    use crate::model::decision::{Revocation, RollbackDecision, RollbackSeverity};
    use crate::model::stage::Stage;

    #[test]
    fn completions_rollbacks_and_revocations_are_told_and_failed_attempts_are_not() {
        let restore = || Fact::Intended(Act::Restore { deploy: 2, image: None });
        let decision = RollbackDecision {
            severity: RollbackSeverity::Critical,
            reason: "it lost data".into(),
            due: None,
        };
        let done = |intent| Fact::Done { intent, result: ActResult::Restored { running: Vec::new() } };
        let revocation = Revocation { to: Stage::Development, reason: "42.2 %".into(), measured: None };
        let all = records(vec![
            verified(Verdict::Pass),
            Fact::Intended(deploy()),
            restore(),
            done(3),
            Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 },
            Fact::RollbackDecided(decision),
            restore(),
            done(7),
            Fact::Revoked(revocation),
        ]);
        let events: Vec<Event> = milestones(&all).into_iter().map(|one| one.event).collect();
        let expected = [
            Event::Completed { to: Stage::Staging, commit: Some(COMMIT.into()) },
            Event::RolledBack { reason: "it lost data".into() },
            Event::Revoked { to: Stage::Development, reason: "42.2 %".into() },
        ];
        assert_eq!(events, expected);
    }
}
