//! What the records tell of earlier attempts to deploy. Not what runs: that is looked at.

use std::collections::BTreeSet;

use crate::model::container::{Container, ContainerState};
use crate::model::promotion::Standing;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, DeployAct, Fact, Record};

/// The deployment that was begun and has no end, with the number of its intent.
pub(super) fn pending_deploy(standing: &Standing) -> Option<(u64, &DeployAct)> {
    standing.promotion.as_ref()?.pending.iter().find_map(|pending| match &pending.act {
        Act::Deploy(deploy) => Some((pending.intent, deploy)),
        _ => None,
    })
}

/// The deployment of that intent.
pub(super) fn deploy_of(records: &[Record], intent: u64) -> Option<&DeployAct> {
    records.iter().find(|record| record.seq == intent).and_then(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) => Some(deploy),
        _ => None,
    })
}

/// Whether what ran before the deployment `intent` was put back or was to be.
pub(super) fn was_put_back(records: &[Record], intent: u64) -> bool {
    let is_of = |record: &&Record| matches!(&record.fact, Fact::Intended(Act::Restore { deploy, .. }) if *deploy == intent);
    records.iter().any(|record| is_of(&record))
}

/// The last attempt of a promotion where it failed and was left as it was.
pub(super) fn failed_attempt<'r>(records: &'r [Record], promotion: &PromotionId) -> Option<&'r DeployAct> {
    let of_this = records.iter().filter(|record| record.promotion == *promotion);
    let last = of_this.clone().rev().find_map(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) => Some((record.seq, deploy)),
        _ => None,
    });
    let (intent, deploy) = last?;
    let failed = of_this
        .clone()
        .any(|record| matches!(&record.fact, Fact::Failed { intent: failed, .. } if *failed == intent));
    (failed && !was_put_back(records, intent)).then_some(deploy)
}

/// Whether the same containers run since the same starts.
pub(super) fn are_same_starts(then: &[ContainerState], now: &[ContainerState]) -> bool {
    let starts = |containers: &[ContainerState]| {
        let start = |one: &ContainerState| (one.id.clone(), one.started.clone(), one.restarts);
        containers.iter().map(start).collect::<BTreeSet<_>>()
    };
    starts(then) == starts(now)
}

/// Whether the containers are not the same. One that is started again by the engine stays the same: it may be what is to
/// be replaced.
pub(super) fn are_others(then: &[Container], now: &[Container]) -> bool {
    let ids = |containers: &[Container]| containers.iter().map(|one| one.id.clone()).collect::<BTreeSet<_>>();
    ids(then) != ids(now)
}
