//! What comes next, and what stands in the way of a deployment.

use jiff::{SignedDuration, Timestamp};

use crate::model::assessment::Verdict;
use crate::model::decision::Override;
use crate::model::person::is_same_person;
use crate::model::promotion::{Measurement, Pending, Phase, Standing, Told};
use crate::model::record::{Act, CheckRecord};
use crate::model::stage::Stage;

use super::conditions;
use super::freshness::{Freshness, Now, Staleness, midnight_after};
use super::rollback::to_go;

/// The next step of a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Measure the gate.
    Verify,
    /// Open the promotion issue.
    OpenIssue,
    /// Deploy the candidate.
    Deploy,
    /// Put back what was there before a deployment that failed or is to go.
    Restore,
    /// Nothing: the candidate is deployed, and its observation is under way.
    Observe,
    /// Move the component to its stage: its observation is proven.
    Complete,
    /// Nothing: somebody holds the component.
    Wait,
    /// Nothing: there is no stage above.
    Top,
}

/// What stands in the way of the next step but the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The gate was never measured.
    Unmeasured {
        /// The stage that it leads to.
        to: Stage,
    },
    /// It was not passed: these checks are in the way.
    NotPassed {
        /// The verdict.
        verdict: Verdict,
        /// The checks that did not pass, by name.
        checks: Vec<String>,
    },
    /// The measurement does not speak of what is there.
    Stale(Staleness),
    /// Somebody holds it until he releases it.
    Held {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// What was deployed is to go first.
    RollingBack {
        /// The promotion.
        promotion: String,
        /// Why.
        reason: String,
        /// Until when; `None`: at once.
        due: Option<Timestamp>,
        /// Whether that time is over.
        overdue: bool,
    },
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
    if rolling_back(standing, now).next().is_some() {
        return Step::Restore;
    }
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
    let in_the_way = obstacles(standing, now, &[]);
    match promotion.map(|promotion| (promotion.phase, &promotion.pending)) {
        Some((Phase::Deployed | Phase::Observing | Phase::Completed, _)) => Step::Observe,
        Some((Phase::RollingBack | Phase::RollbackFailed, _)) => Step::Restore,
        _ if in_the_way.iter().any(|one| !matches!(one, Obstacle::Held { .. })) => Step::Verify,
        _ if !in_the_way.is_empty() => Step::Wait,
        Some((Phase::IssueOpen, _)) => Step::Deploy,
        Some((Phase::Verified, pending)) if !with_issue || is_owed(pending) => Step::Deploy,
        Some((Phase::Verified, _)) => Step::OpenIssue,
        Some((Phase::Unverified, _)) | None => Step::Verify,
    }
}

/// When the last measurement stops to count if nothing else happens: by its age, or with a waiver, a sign-off or an
/// override that it rests on.
pub fn counts_until(standing: &Standing, now: &Now) -> Option<Timestamp> {
    let measurement = standing.measured.as_ref()?;
    let verification = &measurement.verification;
    let max_age = SignedDuration::try_from(now.max_age).ok();
    let old = max_age.and_then(|age| measurement.time.checked_add(age).ok());
    let waiver = verification.resting_on().first().and_then(|one| midnight_after(one.expires));
    let sign_off = conditions::signed_until(&verification.checks, &standing.signed);
    let overrides = overrides(standing, now);
    let set_aside = |check: &CheckRecord| {
        let own = overrides.iter().filter(|one| one.what.checks.contains(&check.id));
        own.map(|one| one.what.expires).max()
    };
    let set_aside = verification.checks.iter().filter(|check| check.is_open()).filter_map(set_aside).min();
    [old, waiver, sign_off, set_aside].into_iter().flatten().min()
}

/// The overrides that hold now for the commit of the last measurement, or for one that differs from it in history alone.
/// Nobody approves what he asked for.
pub fn overrides<'s>(standing: &'s Standing, now: &Now) -> Vec<&'s Told<Override>> {
    let measured = standing.measured.as_ref().and_then(|one| one.verification.commit.as_deref());
    let is_measured = |commit: &str| {
        measured
            .is_some_and(|measured| commit == measured || now.is_current(commit) && now.is_current(measured))
    };
    let holds = |one: &&Told<Override>| {
        let Override { commit, approver, expires, .. } = &one.what;
        is_measured(commit) && *expires > now.time && !is_same_person(approver, &one.actor)
    };
    standing.overrides.iter().filter(holds).collect()
}

/// What is to go, whatever else is to be done.
fn rolling_back<'a>(standing: &'a Standing, now: &'a Now) -> impl Iterator<Item = Obstacle> + 'a {
    to_go(standing).map(|(promotion, Told { what, .. })| Obstacle::RollingBack {
        promotion: promotion.to_string(),
        reason: what.reason.clone(),
        due: what.due,
        overdue: what.due.is_some_and(|due| due <= now.time),
    })
}

/// The checks of the gate that were not passed, but for those that an override of exactly this commit sets aside.
fn not_passed(standing: &Standing, measurement: &Measurement, now: &Now) -> Vec<String> {
    let verification = &measurement.verification;
    let overrides = overrides(standing, now);
    let set_aside: Vec<&String> = overrides.iter().flat_map(|one| &one.what.checks).collect();
    let is_open = |check: &&CheckRecord| check.is_open() && !set_aside.contains(&&check.id);
    verification.checks.iter().filter(is_open).map(|check| check.id.clone()).collect()
}

/// An issue that was tried and is owed does not hold up the truth.
fn is_owed(pending: &[Pending]) -> bool {
    pending.iter().any(|pending| matches!(pending.act, Act::OpenIssue { .. }) && pending.failed.is_some())
}

/// What stands in the way of an issue and of a deployment. `dependencies` are the components that it needs, each with
/// where it stands.
pub fn obstacles(standing: &Standing, now: &Now, dependencies: &[(String, Stage)]) -> Vec<Obstacle> {
    let mut obstacles: Vec<Obstacle> = rolling_back(standing, now).collect();
    if let Some(hold) = &standing.hold {
        obstacles.push(Obstacle::Held { by: hold.actor.clone(), reason: hold.what.clone() });
    }
    let to = standing.stage.next();
    match standing.last_measured() {
        None => obstacles.push(Obstacle::Unmeasured { to: to.unwrap_or(standing.stage) }),
        // At the top no step is left that it could stand in the way of.
        Some(_) if to.is_none() => {}
        Some(measurement) => {
            let verification = &measurement.verification;
            let checks = not_passed(standing, measurement, now);
            // Only what an override set aside may be missing: a gate that judged nothing has no such check, and no pass.
            let judged_nothing = !verification.checks.iter().any(CheckRecord::is_open);
            if verification.verdict != Verdict::Pass && (!checks.is_empty() || judged_nothing) {
                obstacles.push(Obstacle::NotPassed { verdict: verification.verdict, checks });
            }
            obstacles.extend(staleness(standing, now).into_iter().map(Obstacle::Stale));
        }
    }
    let behind = dependencies.iter().filter(|(_, stage)| Some(*stage) < to);
    obstacles.extend(
        behind.map(|(component, stage)| Obstacle::Dependency { component: component.clone(), stage: *stage }),
    );
    obstacles
}

/// Why the last measurement of the gate does not speak of what is there; nothing where it does, or where there is none.
pub fn staleness(standing: &Standing, now: &Now) -> Vec<Staleness> {
    let Some(measurement) = standing.last_measured() else { return Vec::new() };
    let mut against = Freshness::of(measurement, now).against;
    let checks = &measurement.verification.checks;
    let topics = conditions::unsigned(checks, &standing.signed, now.time);
    against.extend(topics.map(|topic| Staleness::SignOff { topic }));
    against
}
