//! The integration tests of a look: run by the gate's own runner, and believed on the gate's own proof.
//!
//! Nothing is reused: that a test passed an hour ago says nothing of now.

use std::collections::BTreeMap;

use crate::app::reuse::Reuse;
use crate::app::selection::Selection;
use crate::app::stages::Stages;
use crate::app::verify::{self, verify};
use crate::model::assessment::Outcome;
use crate::model::check::Check;
use crate::model::condition::Conditions;
use crate::model::gate::{Criterion, Gate, Precision};
use crate::model::observation::{Reading, Sign};
use crate::model::policy::Policy;
use crate::model::stage::Stage;
use crate::report;
use crate::sys::clock;

use super::engine::plain;
use super::error::ObserveError;
use super::look::Look;

const RULE: &str = "integration";

/// What the tests say; `None` where the policy names none.
pub(super) fn reading(look: &Look<'_>) -> Result<Option<Reading>, ObserveError> {
    let Some(tests) = &look.observe.integration else { return Ok(None) };
    let mut policy = only_tests(&look.workspace.policy);
    let ours = policy.components.iter_mut().find(|component| component.name == look.component.name);
    if let Some(component) = ours {
        component.tests = tests.clone();
        component.stage = Stage::Development;
    }
    let workspace = look.workspace.with_policy(policy);
    let names = [look.component.name.clone()];
    let selection = Selection::new(
        &workspace.policy,
        &Stages::of_policy(&workspace.policy),
        &names,
        Some(Stage::Staging),
        Some(vec![Check::Tests]),
    )
    .map_err(anyhow::Error::from)?;
    let request = verify::Request {
        selection,
        jobs: clock::processors(),
        timeout: None,
        precision: Precision::Enough,
        reuse: Reuse::Never,
    };
    let verified = verify(&workspace, &request, look.context.interrupt, look.context.listener)?;
    if let Some(fault) = verified.faults.first() {
        return Ok(Some(plain(RULE, Sign::Unknown, fault.message.clone())));
    }
    let mut checks = verified.assessment.components.iter().flat_map(|component| &component.checks);
    let Some(check) = checks.find(|check| check.check() == Check::Tests) else {
        return Ok(Some(plain(RULE, Sign::Unknown, "the tests were not run")));
    };
    let summary = report::summary_of(check);
    let (sign, detail) = match &check.outcome {
        Outcome::Pass(_) => (Sign::Good, summary),
        Outcome::Fail(_) => (Sign::Bad, summary),
        Outcome::Inconclusive { reason, .. } => (Sign::Unknown, reason.message.clone()),
        Outcome::NotApplicable { why } => (Sign::Unknown, why.clone()),
    };
    let paths: Vec<&str> = tests.paths.iter().map(|path| path.path.as_str()).collect();
    let select = tests.select.as_ref().map(|select| format!(" -k '{select}'")).unwrap_or_default();
    let query = Some(format!("pytest {}{select}", paths.join(" ")));
    Ok(Some(Reading { query, ..plain(RULE, sign, detail) }))
}

/// The policy with a gate that asks for tests and nothing else.
fn only_tests(policy: &Policy) -> Policy {
    let criteria = vec![Criterion::Tests { max_failures: 0, min_passed: 1 }];
    let gate = Gate { stage: Stage::Staging, criteria, conditions: Conditions::default() };
    Policy { gates: BTreeMap::from([(Stage::Staging, gate)]), ..policy.clone() }
}
