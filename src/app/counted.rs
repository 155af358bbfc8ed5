//! Whether counts that somebody else wrote bear their verdict out: each is judged again. Where findings are listed, `shard`
//! asks for more.

use jiff::civil::Date;

use crate::judge;
use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::evidence::Measured;
use crate::model::gate::{Criterion, Gate};
use crate::model::stage::Stage;
use crate::model::waiver::{WaiverAssessment, WaiverState};
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
    let is_entered = from == Some(gate.stage);
    let conditions = if is_entered { gate.conditions.asked_again() } else { gate.conditions.clone() };
    let lacking = conditions.ids().into_iter().find(|id| counted.conditions.iter().all(|one| one.id != *id));
    lacking.map(|id| format!("the gate asks for `{id}`, and it says nothing of that"))
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
    // What must be covered at least, whichever they were.
    let needed = match (&check.criterion, &evidence.measured) {
        (Criterion::Lint { max_issues }, Measured::Lint { issues })
        | (Criterion::Security { max_issues, .. }, Measured::Security { issues })
        | (Criterion::Own { max_issues, .. }, Measured::Own { issues }) => issues.saturating_sub(*max_issues),
        (Criterion::Types { max_errors, max_warnings }, Measured::Types { errors, warnings }) => {
            errors.saturating_sub(*max_errors).saturating_add(warnings.saturating_sub(*max_warnings))
        }
        (
            Criterion::Tests { .. }
            | Criterion::Coverage { .. }
            | Criterion::Lint { .. }
            | Criterion::Types { .. }
            | Criterion::Security { .. }
            | Criterion::Docs { .. }
            | Criterion::Own { .. }
            | Criterion::NotApplicable { .. },
            Measured::Tests(_)
            | Measured::Coverage(_)
            | Measured::Lint { .. }
            | Measured::Types { .. }
            | Measured::Security { .. }
            | Measured::Docs { .. }
            | Measured::Own { .. },
        ) => return false,
    };
    covered > 0 && needed <= covered
}
