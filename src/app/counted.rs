//! Whether counts that somebody else wrote bear their verdict out: each is judged again. Where findings are listed, `shard`
//! asks for more.

use jiff::civil::Date;

use crate::judge;
use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::component::Component;
use crate::model::gate::{Criterion, Gate};
use crate::model::waiver::{Waiver, WaiverAssessment, WaiverState};
use crate::report::attestation::Counted;

use super::shard::is_just;

/// Whether outcomes and verdict follow from the figures, on the day on which they were judged.
///
/// # Errors
/// What does not follow.
pub fn follows(counted: &Counted, day: Date) -> Result<(), String> {
    for check in &counted.checks {
        if !is_just(check) {
            let (id, outcome) = (check.check(), check.outcome.name());
            return Err(format!("check `{id}`: `{outcome}` does not follow from its figures"));
        }
        let covered = covered(check, &counted.waivers);
        if check.waived && !may_be_waived(check, covered) {
            return Err(format!("check `{}`: its waivers do not cover what was found", check.check()));
        }
        if covered > found(check).unwrap_or(0) {
            return Err(format!("check `{}`: its waivers cover more than was found", check.check()));
        }
    }
    if let Some(one) = counted.waivers.iter().find(|one| !may_have_come_to(one, &counted.checks, day)) {
        let Waiver { check, rule, path, .. } = &one.waiver;
        let state = one.state.name();
        return Err(format!("the waiver of {check} {rule} in {path} cannot have been `{state}`"));
    }
    if judge::whole(&counted.checks, &counted.conditions) != counted.verdict {
        return Err(format!("`{}` does not follow from its checks", counted.verdict.name()));
    }
    Ok(())
}

/// What of the gate, which asks for `conditions` besides its checks, the counts do not answer, or not as it asks.
pub fn lacks(counted: &Counted, gate: &Gate, conditions: &[String]) -> Option<String> {
    for asked in &gate.criteria {
        let check = asked.check();
        match counted.checks.iter().find(|one| one.check() == check) {
            None => return Some(format!("the gate asks for `{check}`, and it says nothing of that")),
            Some(one) if !is_same(&one.criterion, asked) => {
                return Some(format!("check `{check}`: its threshold is not that of the policy"));
            }
            Some(_) => {}
        }
    }
    let is_lacking = |id: &&String| counted.conditions.iter().all(|one| one.id != **id);
    if let Some(id) = conditions.iter().find(is_lacking) {
        return Some(format!("the gate asks for `{id}`, and it says nothing of that"));
    }
    // All that is asked for is there: what is there besides was not asked for, or is there twice and may contradict itself.
    let is_more = counted.checks.len() != gate.criteria.len() || counted.conditions.len() != conditions.len();
    is_more.then(|| "it says something twice, or what the gate does not ask for".to_owned())
}

/// What of the waivers is not as the policy grants it to the component: each of those of a check that is asked for once.
pub fn strays(counted: &Counted, gate: &Gate, component: &Component) -> Option<String> {
    let is_asked = |waiver: &&Waiver| gate.criteria.iter().any(|one| one.check() == waiver.check);
    let granted: Vec<&Waiver> = component.waivers.iter().map(|one| &one.waiver).filter(is_asked).collect();
    let told: Vec<&Waiver> = counted.waivers.iter().map(|one| &one.waiver).collect();
    if granted == told {
        return None;
    }
    Some(match told.iter().find(|waiver| !granted.contains(waiver)) {
        Some(Waiver { check, rule, path, .. }) => {
            format!("the policy has no such waiver of {check} {rule} in {path}")
        }
        None => "its waivers are not those of the policy, each once".to_owned(),
    })
}

/// The words of what is not applicable are not counted.
fn is_same(one: &Criterion, other: &Criterion) -> bool {
    match (one, other) {
        (Criterion::NotApplicable { check: one, .. }, Criterion::NotApplicable { check: other, .. }) => {
            one == other
        }
        _ => one == other,
    }
}

/// How many findings of a check the waivers are said to cover.
fn covered(check: &CheckAssessment, waivers: &[WaiverAssessment]) -> u64 {
    let own = waivers.iter().filter(|one| one.waiver.check == check.check());
    own.fold(0, |sum, one| sum.saturating_add(one.state.covered()))
}

fn found(check: &CheckAssessment) -> Option<u64> {
    check.outcome.evidence().and_then(|evidence| judge::waiver::found(&evidence.measured))
}

/// Whether so much can be covered: what is left, at best, meets the criterion.
fn may_be_waived(check: &CheckAssessment, covered: u64) -> bool {
    let Outcome::Fail(evidence) = &check.outcome else { return false };
    let Some(needed) = judge::waiver::needed(&check.criterion, &evidence.measured) else { return false };
    covered > 0 && needed <= covered
}

/// Whether a waiver can have come to what is said, by the figures of its check and the day on which it was judged.
fn may_have_come_to(one: &WaiverAssessment, checks: &[CheckAssessment], day: Date) -> bool {
    let found = checks.iter().find(|check| check.check() == one.waiver.check).and_then(found);
    let max = one.waiver.max;
    let follows = match one.state {
        WaiverState::Expired => return !one.waiver.is_in_force(day),
        WaiverState::NotJudged => found.is_none(),
        WaiverState::Unused | WaiverState::UnusedHere => found.is_some(),
        WaiverState::Used { covered } => covered > 0 && covered <= max,
        WaiverState::Exceeded { found: named } => named > max && found.is_some_and(|found| named <= found),
    };
    follows && one.waiver.is_in_force(day)
}
