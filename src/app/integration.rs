//! What the integration tests cover: measured by the same runner and with the same proof as the check `coverage`, by
//! other tests. Not the measuring itself.

use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::component::{Component, DeclaredPath, TestSelection};
use crate::model::condition::{Condition, ConditionState, Conditions};
use crate::model::gate::{Criterion, Gate, Metric, Precision};
use crate::model::percent::Percent;
use crate::model::policy::Fault;
use crate::model::stage::Stage;
use crate::plan::Candidate;
use crate::report;

use super::project::as_reason;

/// Where integration tests are.
const INTEGRATION: &str = "tests/integration";

/// The component of a candidate as its integration tests see it, and a gate that asks what they cover; `None` where that
/// is not asked.
pub fn asked(candidate: &Candidate<'_>) -> Option<(Component, Gate)> {
    let min: Percent = candidate.conditions().integration_coverage?;
    let component = candidate.component;
    let tests = integration_tests(component, candidate.from);
    let criterion = Criterion::Coverage { min, metric: Metric::Auto, precision: Precision::Exact };
    let gate =
        Gate { stage: candidate.gate.stage, criteria: vec![criterion], conditions: Conditions::default() };
    Some((Component { tests, ..component.clone() }, gate))
}

/// The integration tests that the observation runs, else those in their usual place.
fn integration_tests(component: &Component, stage: Stage) -> TestSelection {
    let usual = || {
        let place = component.place.clone();
        let paths = vec![DeclaredPath { path: INTEGRATION.to_owned(), place }];
        TestSelection { paths, ..component.tests.clone() }
    };
    component.observation(stage).integration.unwrap_or_else(usual)
}

/// What came of it: of the one check that was asked, or of the tests that are not there.
pub fn answered(check: Option<&CheckAssessment>, faults: &[Fault]) -> Condition {
    let unknown = |why: String| (ConditionState::Inconclusive, format!("not known: {why}"));
    let (state, summary) = match check {
        _ if !faults.is_empty() => unknown(as_reason(faults).message),
        None => unknown("it was not measured".to_owned()),
        Some(check) => match &check.outcome {
            Outcome::Pass(_) => (ConditionState::Pass, report::summary_of(check)),
            Outcome::Fail(_) => (ConditionState::Fail, report::summary_of(check)),
            Outcome::Inconclusive { reason, .. } => unknown(reason.message.clone()),
            Outcome::NotApplicable { why } => unknown(why.clone()),
        },
    };
    Condition { id: Conditions::INTEGRATION_COVERAGE.to_owned(), state, summary }
}
