//! What comes next, and what stands in the way of a deployment.

use crate::model::assessment::Verdict;
use crate::model::promotion::{Pending, Phase, Standing};
use crate::model::record::{Act, CheckOutcome};
use crate::model::stage::Stage;

use super::freshness::{Freshness, Now, Staleness};

/// The next step of a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Measure the gate.
    Verify,
    /// Open the promotion issue.
    OpenIssue,
    /// Deploy the candidate.
    Deploy,
    /// Put back what was there before a deployment that failed.
    Restore,
    /// Nothing: the candidate is deployed, and its observation is under way.
    Observe,
    /// Nothing: there is no stage above.
    Top,
}

/// What stands in the way of the next step but the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The gate was never measured.
    Unmeasured,
    /// It was not passed: these checks are in the way.
    NotPassed {
        /// The verdict.
        verdict: Verdict,
        /// The checks that did not pass, by name.
        checks: Vec<String>,
    },
    /// The measurement does not speak of what is there.
    Stale(Staleness),
    /// A component that it needs is not yet in the stage.
    Dependency {
        /// That one.
        component: String,
        /// Where it stands.
        stage: Stage,
    },
}

/// The next step of a component that stands so. `with_issue`: whether its promotion has an issue at all.
pub fn step(standing: &Standing, now: &Now, with_issue: bool) -> Step {
    if standing.stage.next().is_none() {
        return Step::Top;
    }
    let promotion = standing.promotion.as_ref();
    let pending = |is: fn(&Act) -> bool| {
        promotion.is_some_and(|promotion| promotion.pending.iter().any(|pending| is(&pending.act)))
    };
    if pending(|act| matches!(act, Act::Restore { .. })) {
        return Step::Restore;
    }
    // What was begun is looked after first: the world may be other than the records say.
    if pending(|act| matches!(act, Act::Deploy(_))) {
        return Step::Deploy;
    }
    match promotion.map(|promotion| (promotion.phase, &promotion.pending)) {
        Some((Phase::Deployed, _)) => Step::Observe,
        _ if !obstacles(standing, now, &[]).is_empty() => Step::Verify,
        Some((Phase::IssueOpen, _)) => Step::Deploy,
        Some((Phase::Verified, pending)) if !with_issue || is_owed(pending) => Step::Deploy,
        Some((Phase::Verified, _)) => Step::OpenIssue,
        Some((Phase::Unverified, _)) | None => Step::Verify,
    }
}

/// An issue that was tried and is owed does not hold up the truth.
fn is_owed(pending: &[Pending]) -> bool {
    pending.iter().any(|pending| matches!(pending.act, Act::OpenIssue { .. }) && pending.failed.is_some())
}

/// What stands in the way of an issue and of a deployment. `dependencies` are the components that it needs, each with
/// where it stands.
pub fn obstacles(standing: &Standing, now: &Now, dependencies: &[(String, Stage)]) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    match &standing.measured {
        None => obstacles.push(Obstacle::Unmeasured),
        Some(measurement) => {
            let verification = &measurement.verification;
            if verification.verdict != Verdict::Pass {
                let failing = verification
                    .checks
                    .iter()
                    .filter(|check| matches!(check.outcome, CheckOutcome::Fail | CheckOutcome::Inconclusive));
                obstacles.push(Obstacle::NotPassed {
                    verdict: verification.verdict,
                    checks: failing.map(|check| check.id.clone()).collect(),
                });
            }
            let freshness = Freshness::of(measurement, now);
            obstacles.extend(freshness.against.into_iter().map(Obstacle::Stale));
        }
    }
    let to = standing.stage.next();
    let behind = dependencies.iter().filter(|(_, stage)| Some(*stage) < to);
    obstacles.extend(
        behind.map(|(component, stage)| Obstacle::Dependency { component: component.clone(), stage: *stage }),
    );
    obstacles
}
