//! The sign and the word for an outcome or a verdict: always together, so that neither colour nor shape alone
//! carries the meaning.

use crate::model::assessment::{CheckAssessment, Outcome, Verdict};
use crate::model::condition::ConditionState;
use crate::model::record::{CheckOutcome, CheckRecord};

use super::page::Tone;

/// How a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) mark: &'static str,
    pub(super) word: &'static str,
    pub(super) tone: Tone,
}

/// Of what was done.
pub(super) const DONE: Sign = Sign { mark: "✓", word: "done", tone: Tone::Good };
/// Of what failed.
pub(super) const FAILED: Sign = Sign { mark: "✗", word: "failed", tone: Tone::Bad };
/// Of what was begun and has no end.
pub(super) const OPEN: Sign = Sign { mark: "?", word: "no end", tone: Tone::Unknown };
/// Of what is still to come, or was not looked at.
pub(super) const NONE: Sign = Sign { mark: "-", word: "", tone: Tone::Faint };
const PASS: Sign = Sign { mark: "✓", word: "pass", tone: Tone::Good };
const FAIL: Sign = Sign { mark: "✗", word: "fail", tone: Tone::Bad };
/// Of what could not be measured.
pub(super) const UNMEASURED: Sign = INCONCLUSIVE;
const INCONCLUSIVE: Sign = Sign { mark: "?", word: "inconclusive", tone: Tone::Unknown };
/// Of what was found and is waived: well for a while.
const WAIVED: Sign = Sign { mark: "✓", word: "waived", tone: Tone::Unknown };
const NOT_APPLICABLE: Sign = Sign { mark: "-", word: "n/a", tone: Tone::Faint };

/// Of a check.
pub(super) fn of_check(check: &CheckAssessment) -> Sign {
    match &check.outcome {
        Outcome::Pass(_) => PASS,
        Outcome::Fail(_) if check.waived => WAIVED,
        Outcome::Fail(_) => FAIL,
        Outcome::Inconclusive { .. } => INCONCLUSIVE,
        Outcome::NotApplicable { .. } => NOT_APPLICABLE,
    }
}

/// Of a check as it was recorded.
pub(super) fn of_record(check: &CheckRecord) -> Sign {
    match check.outcome {
        CheckOutcome::Pass => PASS,
        CheckOutcome::Fail if check.waived => WAIVED,
        CheckOutcome::Fail => FAIL,
        CheckOutcome::Inconclusive => INCONCLUSIVE,
        CheckOutcome::NotApplicable => NOT_APPLICABLE,
    }
}

/// Of what a gate asks besides its checks.
pub(super) fn of_condition(state: ConditionState) -> Sign {
    match state {
        ConditionState::Pass => PASS,
        ConditionState::Fail => FAIL,
        ConditionState::Inconclusive => INCONCLUSIVE,
        ConditionState::Waiting => Sign { mark: "…", word: "waiting", tone: Tone::Unknown },
    }
}

/// Of a gate.
pub(super) fn of_verdict(verdict: Verdict) -> Sign {
    match verdict {
        Verdict::Pass => PASS,
        Verdict::Fail => FAIL,
        Verdict::Inconclusive => INCONCLUSIVE,
    }
}
