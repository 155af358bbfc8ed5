//! What comes next for a component, as people are told. Not which step that is: `lifecycle` knows.

use crate::lifecycle::rollback::Duty;
use crate::lifecycle::{self, Now, Obstacle, Step};
use crate::model::promotion::{Phase, Standing};
use crate::model::record::Act;
use crate::report::soak::SoakView;
use crate::report::status::Next;

use super::super::project::Workspace;

/// What comes next, and when.
pub(super) fn next(
    workspace: &Workspace,
    name: &str,
    standing: &Standing,
    now: &Now,
    (obstacles, duties): (&[Obstacle], &[Duty]),
    soak: Option<&SoakView>,
) -> Next {
    let with_issue = workspace.policy.project.repository.is_some();
    let until = lifecycle::counts_until(standing, now);
    let step = match lifecycle::step(standing, now, with_issue) {
        Step::Observe if !duties.is_empty() => return mending(name, standing, now, obstacles),
        Step::Observe if soak.is_some_and(|view| !view.soak.excesses.is_empty()) => {
            return failed(name, standing, now, obstacles);
        }
        Step::Top if !duties.is_empty() => return to_be_rolled_back(name),
        Step::Top if standing.lapsed().is_some() || standing.last_measured().is_none() => {
            return measuring(name, standing);
        }
        Step::Observe if soak.is_some_and(|view| view.soak.is_proven()) => Step::Complete,
        step => step,
    };
    let needed = obstacles.iter().find_map(|obstacle| match obstacle {
        Obstacle::Dependency { component, .. } => Some(component),
        Obstacle::Unmeasured { .. }
        | Obstacle::NotPassed { .. }
        | Obstacle::Stale(_)
        | Obstacle::Held { .. }
        | Obstacle::RollingBack { .. } => None,
    });
    match (step, needed) {
        (Step::Complete, Some(needed)) => {
            by("wait", &format!("promote {needed}"), "brings on what it needs first")
        }
        (Step::OpenIssue | Step::Deploy, Some(needed)) if !is_under_way(standing) => {
            by("wait", &format!("promote {needed}"), "brings on what it needs first")
        }
        (Step::Verify, _) => {
            by("verify", &format!("verify {name} --record"), "measures the gate and records it")
        }
        (Step::OpenIssue, _) => {
            Next { until, ..by("issue", &format!("issue {name}"), "opens the promotion issue") }
        }
        (Step::Deploy, _) if is_under_way(standing) => {
            by("deploy", &format!("deploy {name}"), "looks how the deployment ended, and goes on from there")
        }
        (Step::Deploy, _) => {
            Next { until, ..by("deploy", &format!("deploy {name}"), "deploys the candidate") }
        }
        (Step::Restore, _) if obstacles.iter().any(|one| matches!(one, Obstacle::RollingBack { .. })) => {
            by("rollback", &format!("rollback {name} --now"), "puts back what ran before")
        }
        (Step::Restore, _) => by("restore", &format!("deploy {name}"), "puts back what ran before"),
        (Step::Observe, _) => {
            let due = soak.and_then(|view| view.soak.earliest);
            match soak.filter(|view| !view.soak.is_proven()) {
                Some(_) => Next {
                    due,
                    ..by("observe", &format!("observe {name}"), "looks at it until its soak is proven")
                },
                None => plain("observe", "the end of the observation"),
            }
        }
        (Step::Complete, _) => by("complete", &format!("complete {name}"), "moves it to its stage"),
        (Step::Wait, _) => plain("wait", "nothing: somebody holds it"),
        (Step::Top, _) => plain("-", "nothing: it is in production"),
    }
}

fn plain(step: &'static str, purpose: &str) -> Next {
    Next { step, command: None, purpose: purpose.to_owned(), until: None, due: None }
}

fn by(step: &'static str, command: &str, purpose: &str) -> Next {
    Next { command: Some(format!("tta-promote {command}")), ..plain(step, purpose) }
}

/// What comes next where the candidate is to be mended.
fn mending(name: &str, standing: &Standing, now: &Now, obstacles: &[Obstacle]) -> Next {
    let deployment = standing.promotion.as_ref().and_then(|promotion| promotion.deployment.as_ref());
    let is_deployed = deployment.is_some_and(|one| now.is_current(&one.commit));
    if obstacles.is_empty() && !is_deployed {
        return by("deploy", &format!("deploy {name}"), "deploys the candidate that mends it");
    }
    by("verify", &format!("verify {name} --record"), "measures what mends it, once that is committed")
}

/// What comes next where the soak has failed for good: another candidate, where one is verified, else what ran before.
fn failed(name: &str, standing: &Standing, now: &Now, obstacles: &[Obstacle]) -> Next {
    let next = mending(name, standing, now, obstacles);
    if next.step == "deploy" { next } else { to_be_rolled_back(name) }
}

/// What comes next at the top where the gate is no pass any more.
fn measuring(name: &str, standing: &Standing) -> Next {
    let purpose = match standing.last_measured() {
        Some(_) => "measures its gate again, once what is missing is mended",
        None => "measures the gate and records it",
    };
    by("verify", &format!("verify {name} --record"), purpose)
}

fn to_be_rolled_back(name: &str) -> Next {
    by(
        "rollback",
        &format!("rollback {name} --severity high --reason TEXT"),
        "puts back what ran before; what mends it is promoted anew",
    )
}

/// Whether an act on containers was begun.
fn is_under_way(standing: &Standing) -> bool {
    let pending = standing.promotion.iter().flat_map(|promotion| &promotion.pending);
    pending.into_iter().any(|pending| matches!(pending.act, Act::Deploy(_) | Act::Restore { .. }))
        || standing.promotion.as_ref().is_some_and(|promotion| promotion.phase >= Phase::Deployed)
}
