//! What is waived, in words. Not what a waiver covers: that comes with the assessment.

use crate::model::assessment::{ComponentAssessment, Verdict};
use crate::model::record::Verification;
use crate::model::waiver::{Waiver, WaiverAssessment, WaiverState};

use super::summary::{count, grouped};

/// `2 waived until 2025-11-01`: how many findings the waivers cover without which there would be no pass, and when the
/// first of these waivers ends. Nothing where there are none.
pub(super) fn until<'a>(components: impl IntoIterator<Item = &'a ComponentAssessment>) -> Option<String> {
    let passing = components.into_iter().filter(|component| component.verdict == Verdict::Pass);
    let (mut number, mut first) = (0, None);
    for one in passing.flat_map(ComponentAssessment::resting_on) {
        number += one.state.covered();
        first = first.into_iter().chain([one.waiver.expires]).min();
    }
    first.map(|day| format!("{} waived until {day}", grouped(number)))
}

/// The verdict of a measurement that was recorded: `pass, 2 waived until 2025-11-01`.
pub(super) fn recorded(verification: &Verification) -> String {
    and_until(verification.verdict.name(), verification)
}

/// `word`, and behind it what of a pass that was recorded is waived.
pub(super) fn and_until(word: &str, verification: &Verification) -> String {
    recorded_until(verification).map_or_else(|| word.to_owned(), |waived| format!("{word}, {waived}"))
}

/// `2 waived until 2025-11-01`, of a pass that was recorded; nothing where it rests on no waiver.
pub fn recorded_until(verification: &Verification) -> Option<String> {
    let waivers = verification.resting_on();
    let first = waivers.first()?.expires;
    let number = waivers.iter().map(|one| one.covered).sum();
    (verification.verdict == Verdict::Pass).then(|| format!("{} waived until {first}", grouped(number)))
}

/// Whether it should be looked at: it covers nothing, and could.
pub(super) fn is_remarkable(one: &WaiverAssessment) -> bool {
    match one.state {
        WaiverState::Unused | WaiverState::Expired | WaiverState::Exceeded { .. } => true,
        WaiverState::Used { .. } | WaiverState::UnusedHere | WaiverState::NotJudged => false,
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
        WaiverState::UnusedHere => format!(
            "{what} is unused at this gate, which counts from a higher severity than another one: that may need it"
        ),
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

/// The same, and before it where to look in the policy, where there is something to do.
pub(super) fn placed(one: &WaiverAssessment) -> String {
    let (words, place) = (words(one), &one.waiver.place);
    if is_remarkable(one) { format!("{}:{}: {words}", place.file, place.line) } else { words }
}

/// What stands before a finding that it covers, where there is no other place to say so.
pub(super) fn mark(waiver: &Waiver) -> String {
    format!("waived until {} ({}): ", waiver.expires, why(waiver))
}

/// Why the waiver is there: what a reader of the finding wants to know.
pub(super) fn why(waiver: &Waiver) -> String {
    format!("{}, {}: {}", waiver.owner, waiver.issue, waiver.reason)
}

fn what(waiver: &Waiver) -> String {
    format!("{} {} in {}", waiver.check, waiver.rule, waiver.path)
}

#[cfg(test)]
mod tests {
    use super::super::{record_sample, sample};
    use super::*;
    use crate::model::check::Check;

    #[test]
    fn the_first_waiver_that_ends_speaks_for_all_and_only_those_that_cover_something_count() {
        let mut two = sample::waived();
        assert_eq!(until(&two.components).as_deref(), Some("2 waived until 2025-11-01"));
        let mut other = two.components[0].clone();
        other.waivers[0].waiver.expires = "2025-10-20".parse().unwrap();
        two.components.push(other.clone());
        assert_eq!(until(&two.components).as_deref(), Some("4 waived until 2025-10-20"));
        // What is covered in a component that fails all the same passes nothing.
        other.verdict = Verdict::Fail;
        assert_eq!(until([&other]), None);
        assert_eq!(until(&sample::all_pass().components), None);
    }

    #[test]
    fn a_waiver_of_a_check_that_passes_within_its_bound_is_nothing_that_a_pass_rests_on() {
        let mut two = sample::waived();
        let component = &mut two.components[0];
        let mut needless = component.waivers[0].clone();
        needless.waiver.check = Check::Types;
        needless.waiver.expires = "2025-10-15".parse().unwrap();
        component.waivers.push(needless);
        assert_eq!(until(&two.components).as_deref(), Some("2 waived until 2025-11-01"));
        two.components[0].checks[2].waived = false;
        assert_eq!(until(&two.components), None);
        let mut passed = record_sample::passing("");
        passed.waivers = vec![record_sample::waiver("2025-11-01")];
        assert_eq!(recorded(&passed), "pass");
    }

    #[test]
    fn every_state_has_words_and_what_can_be_done_something_to_do() {
        let mut one = sample::waived().components[0].waivers[0].clone();
        let mut said = |state| {
            one.state = state;
            assert_eq!(
                placed(&one).starts_with("policies/carbon.toml:14: lint E501 in "),
                is_remarkable(&one)
            );
            (words(&one), is_remarkable(&one))
        };
        for (state, has, remarkable) in [
            (WaiverState::Used { covered: 2 }, "2 of lint E501 in src/", false),
            (WaiverState::Unused, "is unused", true),
            (WaiverState::UnusedHere, "is unused at this gate", false),
            (WaiverState::Expired, "expired on 2025-11-01 and covers nothing", true),
            (WaiverState::Exceeded { found: 3 }, "covers 2 findings at most, so none of the 3", true),
            (WaiverState::NotJudged, "lint was not judged", false),
        ] {
            let (words, is_it) = said(state);
            assert!(words.contains(has) && is_it == remarkable, "{words}");
            assert_eq!(words.contains("; do: "), remarkable, "{words}");
        }
    }

    #[test]
    fn a_recorded_pass_says_what_of_it_was_waived_until_when() {
        let mut passed = record_sample::passing("");
        assert_eq!(recorded(&passed), "pass");
        passed.waivers = vec![record_sample::waiver("2025-12-01"), record_sample::waiver("2025-11-01")];
        passed.checks.push(record_sample::waived_lint());
        assert_eq!(recorded(&passed), "pass, 4 waived until 2025-11-01");
        assert_eq!(and_until("passed", &passed), "passed, 4 waived until 2025-11-01");
        passed.verdict = Verdict::Fail;
        assert_eq!(recorded(&passed), "fail");
    }
}
