//! The SLSA verification summary v1: that the policy was met, in the words of those who read SLSA.
//! <https://slsa.dev/spec/v1.1/verification_summary>
//!
//! The message that in-toto publishes for it has no room but in these fields, so what was verified is told by the URI, and
//! that it rests on waivers by a level.

use std::collections::BTreeMap;

use jiff::civil::Date;

use serde::{Deserialize, Serialize};

use crate::model::stage::Stage;

use super::super::json::precise_instant;
use super::statement::POLICY;
use super::{Conclusion, Measured};

/// Who verified.
pub(super) const VERIFIER: &str = "https://github.com/theinterneti/tta-promote";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    pub(super) verifier: Verifier,
    pub(super) time_verified: String,
    pub(super) resource_uri: String,
    pub(super) policy: PolicyReference,
    pub(super) verification_result: String,
    pub(super) verified_levels: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PolicyReference {
    pub(super) uri: String,
    #[serde(default)]
    pub(super) digest: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Verifier {
    pub(super) id: String,
}

/// What a passed gate is said to be worth, before the name of the stage, and until when it rests on waivers. The
/// specification keeps `SLSA_` for itself.
const LEVEL: &str = "TTA_PROMOTE_";
const WAIVED: &str = "TTA_PROMOTE_WAIVED_UNTIL_";
const PASSED: &str = "PASSED";
const FAILED: &str = "FAILED";

impl Summary {
    pub(super) fn of(measured: &Measured<'_>) -> Self {
        let (assessment, component) = (measured.assessment, measured.component);
        let commit = &measured.subject.commit;
        let passed = Conclusion::of(component) != Conclusion::Failed;
        Self {
            verifier: Verifier { id: VERIFIER.to_owned() },
            time_verified: precise_instant(assessment.started),
            resource_uri: measured.origin.resource(commit, &component.name, component.to.name()),
            policy: PolicyReference {
                uri: measured.origin.policy(commit, &assessment.policy.file),
                digest: [(POLICY.to_owned(), assessment.policy.sha256.clone())].into(),
            },
            verification_result: if passed { PASSED } else { FAILED }.to_owned(),
            verified_levels: levels(passed, component.to, measured.waived_until()),
        }
    }

    /// What it says of the gate of `to`, and until when that rests on waivers; `None` where it contradicts itself.
    pub(super) fn says(&self, to: Stage) -> Option<(Conclusion, Option<Date>)> {
        let waived = self.verified_levels.iter().find_map(|level| level.strip_prefix(WAIVED));
        let until =
            waived.map(|day| day.parse().ok()).map_or(Some(None), |day: Option<Date>| day.map(Some))?;
        let passed = self.verification_result == PASSED;
        let is_known = passed || self.verification_result == FAILED;
        (is_known && self.verified_levels == levels(passed, to, until)).then_some(match (passed, until) {
            (true, None) => (Conclusion::Passed, None),
            (true, Some(_)) => (Conclusion::Warned, until),
            (false, _) => (Conclusion::Failed, None),
        })
    }
}

fn levels(passed: bool, to: Stage, waived_until: Option<Date>) -> Vec<String> {
    if !passed {
        return vec![FAILED.to_owned()];
    }
    let waived = waived_until.map(|day| format!("{WAIVED}{day}"));
    std::iter::once(format!("{LEVEL}{}", to.name().to_uppercase())).chain(waived).collect()
}
