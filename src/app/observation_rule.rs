//! What the policy asks of the observation of a candidate. The one place that says so.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::component::{Component, DeclaredPath, TestSelection};
use crate::model::percent::Percent;
use crate::model::soak::{Limits, SoakRule};
use crate::model::stage::Stage;

/// Where integration tests are.
const INTEGRATION: &str = "tests/integration";
const HOUR: Duration = Duration::from_secs(3_600);

/// What is asked of a candidate of `component` in `stage`.
pub fn soak_rule(_component: &Component, _stage: Stage) -> SoakRule {
    SoakRule {
        length: HOUR * 24 * 7,
        max_gap: HOUR * 6,
        min_samples: 24,
        min_uptime: Percent::from_hundredths(9_950).unwrap_or(Percent::ALL),
        limits: BTreeMap::new(),
        limit: Limits { failure: 0, inconclusive: 3, consecutive_error: 4 },
    }
}

/// The integration tests of `component` in `stage`.
pub fn integration_tests(component: &Component, _stage: Stage) -> TestSelection {
    let place = component.place.clone();
    let paths = vec![DeclaredPath { path: INTEGRATION.to_owned(), place }];
    TestSelection { paths, ..component.tests.clone() }
}
