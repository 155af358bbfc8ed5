//! What a rollback would take away and put back, until when one must be done, and which were done. Pure.
//!
//! Not the deed (`app::rollback`). The hard part: a promotion may have deployed several times, and what counts is what
//! ran before the first of them that was not put back already.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::container::ContainerState;
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::promotion::{Deployment, EndKind, Pending, Phase, Promotion, Standing, Told};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, DeployAct, Fact, Record};
use crate::model::stage::Stage;

/// How long a rollback of high severity may wait.
const HIGH: SignedDuration = SignedDuration::from_hours(24);
/// How long what is to be mended may wait, unless somebody says otherwise.
const MEDIUM: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What would be taken away, and what was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The promotion.
    pub promotion: PromotionId,
    /// The stage that it was deployed to.
    pub to: Stage,
    /// The number of the intent of its first deployment.
    pub deploy: u64,
    /// The commit that was deployed last.
    pub commit: String,
    /// What ran before; `None`: nothing did.
    pub before: Option<Before>,
    /// That it is to go, or to be mended, where somebody said so.
    pub decided: Option<Told<RollbackDecision>>,
    /// Whether its rollback was begun and has come to no end: what runs is not known.
    pub begun: bool,
}

/// What ran before a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The id of its image.
    pub image: String,
    /// The name that the image was asked for by.
    pub reference: String,
    /// The tag that keeps it from being pruned.
    pub kept: Option<String>,
}

/// Why there is nothing to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCandidate {
    /// Nothing was deployed.
    NothingDeployed,
    /// The last one was rolled back, and nothing was deployed since.
    RolledBack(Box<RolledBack>),
}

/// A rollback that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// The promotion.
    pub promotion: PromotionId,
    /// The stage that it had deployed to.
    pub to: Stage,
    /// The number of the record that tells what runs again.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// Who decided it, when and why.
    pub decided: Told<RollbackDecision>,
    /// Whether it was recorded that the component is held, or that it is no more.
    pub held: bool,
}

/// That something must be done by a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The promotion.
    pub promotion: PromotionId,
    /// What was decided.
    pub decided: Told<RollbackDecision>,
    /// Whether the time is over.
    pub overdue: bool,
    /// Whether it was tried and a person must act.
    pub failed: bool,
}

/// Until when something must be done that is decided at `time`.
pub fn deadline(severity: RollbackSeverity, time: Timestamp) -> Option<Timestamp> {
    match severity {
        RollbackSeverity::Critical => Some(time),
        RollbackSeverity::High => time.checked_add(HIGH).ok(),
        RollbackSeverity::Medium => time.checked_add(MEDIUM).ok(),
        RollbackSeverity::Low => None,
    }
}

/// What a rollback would take away: what the promotion under way has deployed; else what was revoked and still runs,
/// or the promotion by which the component stands where it does.
///
/// # Errors
/// Where there is nothing to take away.
pub fn candidate(standing: &Standing, records: &[Record]) -> Result<Candidate, NoCandidate> {
    candidates(standing, records).into_iter().next().ok_or_else(|| match rolled_back(records).pop() {
        Some(last) => NoCandidate::RolledBack(Box::new(last)),
        None => NoCandidate::NothingDeployed,
    })
}

/// All that could be decided about: that of the promotion under way first.
pub fn candidates(standing: &Standing, records: &[Record]) -> Vec<Candidate> {
    promotions(standing).filter_map(|promotion| of_promotion(promotion, records)).collect()
}

/// The promotions whose candidates may run: that under way first. One that was revoked was in a stage above that by which
/// the component stands where it does now, and rests on it.
fn promotions(standing: &Standing) -> impl Iterator<Item = &Promotion> {
    let completed = standing.completed.as_ref().map(|completed| &completed.promotion);
    let revoked = standing.ended.as_ref().filter(|ended| ended.kind == EndKind::Revoked);
    standing.promotion.iter().chain(revoked.map(|ended| &ended.promotion)).chain(completed)
}

/// What was decided about candidates that may run, each with its promotion, also where nothing is to be done about it.
pub fn decisions(standing: &Standing) -> impl Iterator<Item = (&PromotionId, &Told<RollbackDecision>)> {
    promotions(standing).filter_map(|promotion| Some(&promotion.id).zip(promotion.rollback.as_ref()))
}

/// What is to go: so it was decided, or its rollback was begun and has come to no end, whatever was said since. What was
/// begun for the promotion under way may be the end of a deployment that failed, and is brought to its end by that.
pub fn to_go(standing: &Standing) -> impl Iterator<Item = (&PromotionId, &Told<RollbackDecision>)> {
    let is_under_way =
        |promotion: &Promotion| standing.promotion.as_ref().is_some_and(|one| one.id == promotion.id);
    let is_begun = |promotion: &Promotion| {
        let is_open =
            |pending: &Pending| matches!(pending.act, Act::Restore { .. }) && pending.failed.is_none();
        promotion.pending.iter().any(is_open)
    };
    promotions(standing).filter_map(move |promotion| {
        let told = promotion.rollback.as_ref()?;
        let goes = told.what.severity.acts() || !is_under_way(promotion) && is_begun(promotion);
        goes.then_some((&promotion.id, told))
    })
}

/// Whether a rollback of that promotion was tried and failed, and nothing was put back or brought up since.
pub fn has_failed(promotion: &PromotionId, records: &[Record]) -> bool {
    Attempts::of(promotion, records).failed
}

/// What came of the attempts to roll a promotion back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Attempts {
    /// Whether one failed, and nothing was put back or brought up since.
    failed: bool,
    /// Whether the last one was begun, and nobody wrote how it ended.
    open: bool,
}

impl Attempts {
    fn of(promotion: &PromotionId, records: &[Record]) -> Self {
        let (mut acts, mut intent, mut attempts) = (false, None, Self::default());
        for record in records.iter().filter(|record| record.promotion == *promotion) {
            match &record.fact {
                Fact::RollbackDecided(decision) => acts = decision.severity.acts(),
                Fact::Intended(Act::Restore { .. }) => {
                    (intent, attempts.open) = (acts.then_some(record.seq), acts);
                }
                Fact::Failed { intent: of, .. } if Some(*of) == intent => {
                    attempts = Self { failed: true, open: false };
                }
                Fact::Done { result: ActResult::Deployed { .. } | ActResult::Restored { .. }, .. } => {
                    attempts = Self::default();
                }
                _ => {}
            }
        }
        attempts
    }
}

/// What the promotion under way, or one that was revoked in the stage above, has brought up and nobody took away: it may run,
/// also where its deployment failed or has come to no end.
pub fn brought_up(standing: &Standing, records: &[Record]) -> Option<Candidate> {
    let revoked = standing.ended.as_ref().filter(|ended| ended.kind == EndKind::Revoked);
    let revoked = revoked.map(|ended| &ended.promotion).filter(|one| one.to > standing.stage);
    let mut above = standing.promotion.iter().chain(revoked);
    above.find_map(|promotion| of_promotion(promotion, records))
}

fn of_promotion(promotion: &Promotion, records: &[Record]) -> Option<Candidate> {
    let deploys = deployed(&promotion.id, records);
    let (first, last) = (deploys.first()?, deploys.last()?);
    let before = first.1.before.first().map(|container| Before {
        image: container.image.clone(),
        reference: container.reference.clone(),
        kept: first.1.kept.clone(),
    });
    Some(Candidate {
        promotion: promotion.id.clone(),
        to: promotion.to,
        deploy: first.0,
        commit: last.1.commit.clone(),
        before,
        decided: promotion.rollback.clone(),
        begun: Attempts::of(&promotion.id, records).open,
    })
}

/// The deployments of a promotion that were not put back, with the numbers of their intents.
fn deployed<'r>(promotion: &PromotionId, records: &'r [Record]) -> Vec<(u64, &'r DeployAct)> {
    let mut deploys: Vec<(u64, &DeployAct)> = Vec::new();
    for record in records.iter().filter(|record| record.promotion == *promotion) {
        match &record.fact {
            Fact::Intended(Act::Deploy(deploy)) => deploys.push((record.seq, deploy)),
            Fact::Done { intent, result: ActResult::Restored { .. } } => {
                if let Some(from) = restored(records, *intent) {
                    deploys.retain(|(deploy, _)| *deploy < from);
                }
            }
            _ => {}
        }
    }
    deploys
}

/// The rollback that was done last, where nothing was deployed since, not even begun.
pub fn last_rolled_back(records: &[Record]) -> Option<RolledBack> {
    let last = rolled_back(records).pop()?;
    let is_later =
        |record: &Record| record.seq > last.seq && matches!(record.fact, Fact::Intended(Act::Deploy(_)));
    (!records.iter().any(is_later)).then_some(last)
}

/// The stage of the deployment of that intent.
fn stage_of(records: &[Record], intent: u64) -> Option<Stage> {
    records.iter().find(|record| record.seq == intent).and_then(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) => Some(deploy.stage),
        _ => None,
    })
}

/// The deployment that the intent of number `intent` puts back.
fn restored(records: &[Record], intent: u64) -> Option<u64> {
    records.iter().find(|record| record.seq == intent).and_then(|record| match &record.fact {
        Fact::Intended(Act::Restore { deploy, .. }) => Some(*deploy),
        _ => None,
    })
}

/// The rollbacks that were done, the first first.
pub fn rolled_back(records: &[Record]) -> Vec<RolledBack> {
    let mut done: Vec<RolledBack> = Vec::new();
    let mut decided: Vec<(&PromotionId, Told<RollbackDecision>)> = Vec::new();
    for record in records {
        match &record.fact {
            Fact::RollbackDecided(decision) => {
                decided.retain(|(id, _)| **id != record.promotion);
                let (time, actor) = (record.time, record.actor.clone());
                let told = Told { seq: record.seq, time, actor, what: decision.clone() };
                decided.push((&record.promotion, told));
            }
            Fact::Done { intent, result: ActResult::Restored { .. } } => {
                let deploy = restored(records, *intent);
                let Some(to) = deploy.and_then(|deploy| stage_of(records, deploy)) else { continue };
                let is_it = |(id, told): &&(&PromotionId, Told<RollbackDecision>)| {
                    **id == record.promotion && told.what.severity.acts()
                };
                if let Some((_, told)) = decided.iter().find(is_it) {
                    done.push(RolledBack {
                        promotion: record.promotion.clone(),
                        to,
                        seq: record.seq,
                        time: record.time,
                        decided: told.clone(),
                        held: false,
                    });
                }
            }
            Fact::Held { .. } => {
                let mut of_it = done.iter_mut().filter(|one| one.promotion == record.promotion);
                if let Some(one) = of_it.next_back() {
                    one.held = true;
                }
            }
            Fact::Released { .. } => {
                for one in &mut done {
                    one.held = true;
                }
            }
            _ => {}
        }
    }
    done
}

/// What must be done by a time: candidates that are to go or to be mended. What is to be mended is mended where another
/// candidate was proven since, in the stage or in the one above, or the same one by another configuration. `is_other`:
/// whether two commits are known to differ in something that is promoted.
pub fn duties(
    standing: &Standing,
    records: &[Record],
    now: Timestamp,
    is_other: &dyn Fn(&str, &str) -> bool,
) -> Vec<Duty> {
    // What was revoked runs on until it is put back.
    let revoked = standing.ended.as_ref().filter(|ended| ended.kind == EndKind::Revoked);
    let above = standing.promotion.iter().chain(revoked.map(|ended| &ended.promotion));
    let mends = |promotion: &Promotion, decided: &_| {
        let above = above.clone().filter_map(|one| one.deployment.as_ref());
        let mut later = promotion.deployment.iter().chain(above);
        later.any(|deployment| is_mended_by(promotion, decided, deployment, records, is_other))
    };
    promotions(standing)
        .filter_map(|promotion| duty(promotion, now, |decided| mends(promotion, decided)))
        .collect()
}

/// Whether a later deployment brought up something else than what there was when somebody decided that it is to be mended.
fn is_mended_by(
    promotion: &Promotion,
    decided: &Told<RollbackDecision>,
    deployment: &Deployment,
    records: &[Record],
    is_other: &dyn Fn(&str, &str) -> bool,
) -> bool {
    if deployment.time <= decided.time {
        return false;
    }
    let until = records.partition_point(|record| record.seq <= decided.seq);
    let then = deployed(&promotion.id, records.get(..until).unwrap_or(records));
    then.last().is_some_and(|(intent, then)| {
        is_other(&then.commit, &deployment.commit)
            || is_configured_otherwise((*intent, then), deployment, records)
    })
}

/// Whether the same commit is known to have been brought up by another configuration. Another name of the image is none,
/// and where it was brought up by other words, perhaps the same configuration has another digest.
fn is_configured_otherwise(
    (intent, then): (u64, &DeployAct),
    deployment: &Deployment,
    records: &[Record],
) -> bool {
    let ran = records.iter().find_map(|record| match &record.fact {
        Fact::Done { intent: of, result: ActResult::Deployed { running, .. } } if *of == intent => {
            Some(running)
        }
        _ => None,
    });
    let words = records.iter().find_map(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) if record.seq == deployment.intent => Some(&deploy.argv),
        _ => None,
    });
    let Some((ran, runs)) = ran.map(|ran| (ran, &deployment.running)) else { return false };
    let digests = |running: &[ContainerState]| {
        let digests: Option<BTreeSet<String>> = running.iter().map(|one| one.config_hash.clone()).collect();
        digests.filter(|digests| !digests.is_empty())
    };
    let names = |running: &[ContainerState]| -> BTreeSet<String> {
        running.iter().map(|one| one.reference.clone()).collect()
    };
    let is_other = digests(ran).zip(digests(runs)).is_some_and(|(then, now)| then != now);
    is_other && then.commit == deployment.commit && words == Some(&then.argv) && names(ran) == names(runs)
}

fn duty(
    promotion: &Promotion,
    now: Timestamp,
    is_mended: impl Fn(&Told<RollbackDecision>) -> bool,
) -> Option<Duty> {
    let decided = promotion.rollback.clone()?;
    let is_open = match decided.what.severity {
        RollbackSeverity::Critical | RollbackSeverity::High => true,
        RollbackSeverity::Medium => !is_mended(&decided),
        RollbackSeverity::Low => false,
    };
    let overdue = decided.what.due.is_some_and(|due| due <= now);
    let failed = promotion.phase == Phase::RollbackFailed;
    is_open.then(|| Duty { promotion: promotion.id.clone(), decided, overdue, failed })
}

#[cfg(test)]
mod tests;
