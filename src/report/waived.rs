//! What is waived, in words. Not what a waiver covers: that comes with the assessment.

use crate::model::assessment::{ComponentAssessment, Verdict};
use crate::model::waiver::{Waiver, WaiverAssessment, WaiverState};

use super::summary::{count, grouped};

/// `2 waived until 2025-11-01`: how many findings of those that pass waivers cover, and when the first of these waivers
/// ends. Nothing where they cover none.
pub(super) fn until<'a>(components: impl IntoIterator<Item = &'a ComponentAssessment>) -> Option<String> {
    let passing = components.into_iter().filter(|component| component.verdict == Verdict::Pass);
    let used = passing.flat_map(|component| &component.waivers).filter(|one| one.state.covered() > 0);
    let (mut number, mut first) = (0, None);
    for one in used {
        number += one.state.covered();
        first = first.into_iter().chain([one.waiver.expires]).min();
    }
    first.map(|day| format!("{} waived until {day}", grouped(number)))
}

/// Whether it should be looked at: it covers nothing, and could.
pub(super) fn is_remarkable(one: &WaiverAssessment) -> bool {
    match one.state {
        WaiverState::Unused | WaiverState::Expired | WaiverState::Exceeded { .. } => true,
        WaiverState::Used { .. } | WaiverState::NotJudged => false,
    }
}

/// What a waiver came to, with what to do where there is something. Text of others.
pub(super) fn words(one: &WaiverAssessment) -> String {
    let Waiver { max, expires, .. } = &one.waiver;
    let what = what(&one.waiver);
    match one.state {
        WaiverState::Used { covered } => {
            format!("{} of {what} until {expires} ({})", grouped(covered), why(&one.waiver))
        }
        WaiverState::Unused => {
            format!("{what} is unused: nothing that it names was found; do: take it out of the policy")
        }
        WaiverState::Expired => format!(
            "{what} expired on {expires} and covers nothing; do: mend what it covered and take it out, or renew it \
             ({})",
            why(&one.waiver)
        ),
        WaiverState::Exceeded { found } => format!(
            "{what} is exceeded: it covers {} at most, so none of the {} that were found; do: mend those that are new",
            count(*max, "finding"),
            grouped(found)
        ),
        WaiverState::NotJudged => format!("{what}, until {expires}: {} was not judged", one.waiver.check),
    }
}

/// Why the waiver is there: what a reader of the finding wants to know.
pub(super) fn why(waiver: &Waiver) -> String {
    format!("{}, {}: {}", waiver.owner, waiver.issue, waiver.reason)
}

fn what(waiver: &Waiver) -> String {
    format!("{} {} in {}", waiver.check, waiver.rule, waiver.path)
}
