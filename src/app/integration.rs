//! What the integration tests cover: measured by the same runner and with the same proof as the check `coverage`, by
//! other tests. Not the measuring itself.

use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::check::Check;
use crate::model::component::{Component, DeclaredPath, TestSelection};
use crate::model::condition::{Condition, ConditionState, Conditions};
use crate::model::gate::{Criterion, Gate, Metric, Precision};
use crate::model::percent::Percent;
use crate::model::policy::Fault;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::stage::Stage;
use crate::plan::Candidate;
use crate::report;

use super::project::as_reason;

/// Where integration tests are.
const INTEGRATION: &str = "tests/integration";

/// The component of a candidate as its integration tests see it, and a gate that asks whether they pass and what they cover; `None` where that
/// is not asked.
pub fn asked(candidate: &Candidate<'_>) -> Option<(Component, Gate)> {
    let min: Percent = candidate.conditions().integration_coverage?;
    let component = candidate.component;
    let tests = integration_tests(component, candidate.from);
    // What a test covered that failed is covered, and is no ground to move.
    let criteria = vec![
        Criterion::Tests { max_failures: 0, min_passed: 1 },
        Criterion::Coverage { min, metric: Metric::Auto, precision: Precision::Exact },
    ];
    let gate = Gate { stage: candidate.gate.stage, criteria, conditions: Conditions::default() };
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

/// What came of it where it was not begun.
pub fn interrupted() -> Condition {
    Condition {
        id: Conditions::INTEGRATION_COVERAGE.to_owned(),
        state: ConditionState::Inconclusive,
        summary: "not known: the run was interrupted".to_owned(),
    }
}

/// What came of it: of the checks that were asked, or of the tests that are not there. The tests come first: where they
/// did not pass, what they cover does not count.
pub fn answered(candidate: &Candidate<'_>, checks: &[CheckAssessment], faults: &[Fault]) -> Condition {
    let unknown = |reason: &Reason| {
        // These tests are not named where those of the gate are.
        let hint = if !faults.is_empty() || reason.kind == ReasonKind::NoTestsRan {
            let (name, from) = (&candidate.component.name, candidate.from);
            &format!("name them with `integration` in `[component.{name}.observe.{from}]`")
        } else {
            &reason.hint
        };
        (ConditionState::Inconclusive, format!("not known: {}; {hint}", reason.message))
    };
    let state = |check: &CheckAssessment| match &check.outcome {
        Outcome::Pass(_) => (ConditionState::Pass, report::summary_of(check)),
        Outcome::Fail(_) => (ConditionState::Fail, report::summary_of(check)),
        Outcome::Inconclusive { reason, .. } => unknown(reason),
        Outcome::NotApplicable { why } => (ConditionState::Inconclusive, format!("not known: {why}")),
    };
    let of = |check: Check| checks.iter().find(|one| one.check() == check).map(state);
    let (state, summary) = match (of(Check::Tests), of(Check::Coverage)) {
        _ if !faults.is_empty() => unknown(&as_reason(faults)),
        (Some((ConditionState::Pass, _)), Some(coverage)) => coverage,
        (Some((state, summary)), Some(_)) => (state, format!("the integration tests: {summary}")),
        (None, _) | (_, None) => (ConditionState::Inconclusive, "not known: it was not measured".to_owned()),
    };
    Condition { id: Conditions::INTEGRATION_COVERAGE.to_owned(), state, summary }
}
