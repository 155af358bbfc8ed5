//! Whether counts that somebody else wrote bear their verdict out: each is judged again. Where findings are listed, `shard`
//! asks for more.

use jiff::civil::Date;

use crate::judge;
use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::component::Component;
use crate::model::gate::{Criterion, Gate};
use crate::model::stage::Stage;
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
        if check.waived && !may_be_waived(check, &counted.waivers, day) {
            return Err(format!("check `{}`: its waivers do not cover what was found", check.check()));
        }
    }
    if judge::whole(&counted.checks, &counted.conditions) != counted.verdict {
        return Err(format!("`{}` does not follow from its checks", counted.verdict.name()));
    }
    Ok(())
}

/// What of the gate the counts do not answer, or not as it asks.
pub fn lacks(counted: &Counted, gate: &Gate, from: Option<Stage>) -> Option<String> {
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
    let is_lacking = |id: &String| counted.conditions.iter().all(|one| one.id != *id);
    let lacking = conditions(gate, from).into_iter().find(is_lacking);
    lacking.map(|id| format!("the gate asks for `{id}`, and it says nothing of that"))
}

/// What a gate asks besides its checks of a component that comes from `from`.
pub fn conditions(gate: &Gate, from: Option<Stage>) -> Vec<String> {
    if from == Some(gate.stage) { gate.conditions.asked_again().ids() } else { gate.conditions.ids() }
}

/// A waiver that the policy does not grant the component.
pub fn stray_waiver<'c>(counted: &'c Counted, component: &Component) -> Option<&'c Waiver> {
    let is_granted = |waiver: &Waiver| component.waivers.iter().any(|one| one.waiver == *waiver);
    counted.waivers.iter().map(|one| &one.waiver).find(|waiver| !is_granted(waiver))
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

/// Whether so much can be covered: what is left, at best, meets the criterion.
fn may_be_waived(check: &CheckAssessment, waivers: &[WaiverAssessment], day: Date) -> bool {
    let Outcome::Fail(evidence) = &check.outcome else { return false };
    let own = waivers.iter().filter(|one| one.waiver.check == check.check() && one.waiver.is_in_force(day));
    let covered = own.filter_map(|one| match one.state {
        WaiverState::Used { covered } if covered <= one.waiver.max => Some(covered),
        _ => None,
    });
    let covered: u64 = covered.fold(0, u64::saturating_add);
    let Some(needed) = judge::waiver::needed(&check.criterion, &evidence.measured) else { return false };
    covered > 0 && needed <= covered
}
