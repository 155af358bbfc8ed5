//! The predicate test-result v0.1: which checks passed, passed by a waiver, or did not.
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>

use serde::{Deserialize, Serialize};

use crate::model::assessment::{ComponentAssessment, Outcome, Verdict};
use crate::model::condition::ConditionState;

use super::statement::Policy;
use super::{Conclusion, Measured};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestResult {
    pub(super) result: String,
    pub(super) configuration: Vec<Policy>,
    #[serde(default)]
    passed_tests: Vec<String>,
    #[serde(default)]
    warned_tests: Vec<String>,
    #[serde(default)]
    failed_tests: Vec<String>,
}

impl TestResult {
    pub(super) fn of(measured: &Measured<'_>) -> Self {
        let component = measured.component;
        let mut tests = Self {
            result: Conclusion::of(component).name().to_owned(),
            configuration: vec![Policy::of(measured)],
            passed_tests: Vec::new(),
            warned_tests: Vec::new(),
            failed_tests: Vec::new(),
        };
        for check in &component.checks {
            let list = match check.outcome {
                Outcome::Pass(_) => &mut tests.passed_tests,
                Outcome::Fail(_) if check.waived => &mut tests.warned_tests,
                // There is no list for what could not be measured; it did not pass.
                Outcome::Fail(_) | Outcome::Inconclusive { .. } => &mut tests.failed_tests,
                Outcome::NotApplicable { .. } => continue,
            };
            list.push(name(component, check.check().id()));
        }
        for condition in &component.conditions {
            let list = match condition.state {
                ConditionState::Pass => &mut tests.passed_tests,
                _ => &mut tests.failed_tests,
            };
            list.push(name(component, &condition.id));
        }
        tests
    }

    /// The checks and conditions of `component` that are said to have passed, and to have passed by a waiver; `None` where
    /// the lists do not bear the result.
    pub(super) fn well(&self, component: &str, result: Conclusion) -> Option<(Vec<String>, Vec<String>)> {
        let is_borne = match result {
            Conclusion::Passed => self.warned_tests.is_empty() && !self.passed_tests.is_empty(),
            Conclusion::Warned => !self.warned_tests.is_empty(),
            Conclusion::Failed => true,
        };
        if !is_borne || (result != Conclusion::Failed && !self.failed_tests.is_empty()) {
            return None;
        }
        let own = |name: &String| Some(name.strip_prefix(component)?.strip_prefix('/')?.to_owned());
        let all = |names: &[String]| names.iter().map(own).collect::<Option<Vec<String>>>();
        Some((all(&self.passed_tests)?, all(&self.warned_tests)?))
    }
}

fn name(component: &ComponentAssessment, id: &str) -> String {
    format!("{}/{id}", component.name)
}

impl Conclusion {
    /// Only a pass passes, and one that rests on a waiver is told from one that does not.
    pub(super) fn of(component: &ComponentAssessment) -> Self {
        match component.verdict {
            Verdict::Pass if component.checks.iter().any(|check| check.waived) => Self::Warned,
            Verdict::Pass => Self::Passed,
            Verdict::Fail | Verdict::Inconclusive => Self::Failed,
        }
    }
}
