//! What is said where a run did not come to a good end: that nothing of it is a pass, whatever its checks found.
//!
//! It stands as a condition, so that every format shows it, the verdict follows from what is shown, and nobody who
//! reads only a part of it takes the run for a good one.

use crate::judge;
use crate::model::assessment::{Assessment, Verdict};
use crate::model::condition::{Condition, ConditionState, Conditions};

/// That it was interrupted.
pub const INTERRUPTED: &str = "it was interrupted, so nothing of it counts; run it again";

/// Says of each component that would pass, or be waited for, why it does not. What failed has failed.
pub fn withhold(assessment: &mut Assessment, why: &str) {
    withhold_where(assessment, |_| Some(why.to_owned()));
}

/// The same of those components of which `why` says something by their name.
pub fn withhold_where(assessment: &mut Assessment, why: impl Fn(&str) -> Option<String>) {
    for component in &mut assessment.components {
        let Some(why) = why(&component.name) else { continue };
        if component.verdict == Verdict::Pass || component.is_waiting() {
            component.conditions.push(Condition {
                id: Conditions::RUN.to_owned(),
                state: ConditionState::Inconclusive,
                summary: why,
            });
            component.verdict = judge::whole(&component.checks, &component.conditions);
        }
    }
    assessment.verdict = judge::all(assessment.components.iter().map(|component| component.verdict));
}

/// Why a run is worth nothing; `None` where it came to a good end.
pub fn withheld(assessment: &Assessment) -> Option<&str> {
    let mut conditions = assessment.components.iter().flat_map(|component| &component.conditions);
    conditions.find(|condition| condition.id == Conditions::RUN).map(|condition| condition.summary.as_str())
}
