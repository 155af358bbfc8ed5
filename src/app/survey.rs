//! Looks at where components stand: their ledgers, folded, beside what is there now.
//!
//! Not how it is shown (`report::status`) nor what records add up to (`lifecycle`). It writes nothing. A ledger that does
//! not verify is an answer, and keeps no other component from being looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::ledger::Ledger;
use crate::lifecycle::rollback::{Duty, decisions};
use crate::lifecycle::{self, Now, Obstacle, Staleness, Step};
use crate::model::component::Component;
use crate::model::promotion::{Phase, Standing, Told as Decided};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, Fact};
use crate::model::stage::Stage;
use crate::report::soak::SoakView;
use crate::report::status::{self, ComponentStatus, Known, Next, ObstacleKind, Rollback, Status, Told};
use crate::sys::git;
use crate::sys::run_folder::RunFolder;

use super::ledgers::{LedgerFault, Ledgers};
use super::notice;
use super::present;
use super::project::Workspace;
use super::refusal;
use super::selection::SelectionError;
use super::witness;

/// What was read of one component.
enum Read {
    Sound(Box<(Ledger, Standing)>),
    Fault(LedgerFault),
}

/// Looks at the components of those names, at all where there are none: also at those that have only left a ledger.
///
/// # Errors
/// Where a name is nobody's, or there is no place for what git says.
pub fn survey(workspace: &Workspace, names: &[String]) -> anyhow::Result<Status> {
    let ledgers = Ledgers::of(workspace);
    let chosen = chosen(workspace, &ledgers, names)?;
    let mut read: BTreeMap<&str, Read> = BTreeMap::new();
    for name in &chosen {
        read.insert(name, read_one(workspace, &ledgers, name));
    }
    let needed: BTreeSet<&str> = chosen
        .iter()
        .filter_map(|name| workspace.policy.component(name))
        .flat_map(|component| &component.depends_on)
        .map(String::as_str)
        .collect();
    for name in needed {
        read.entry(name).or_insert_with(|| read_one(workspace, &ledgers, name));
    }
    let folder = RunFolder::create(&workspace.root)?;
    let commits: BTreeSet<&str> = read.values().flat_map(commits).collect();
    let commits: Vec<&str> = commits.into_iter().collect();
    let now = present::now(workspace, &folder, None, &commits);
    let overlooked = overlooked(workspace, &folder, &chosen, &now);
    let component = |name: &String| {
        // Where git does not look at a component's file, its commit says nothing of it.
        let dirty = if overlooked.contains(name.as_str()) { Some(true) } else { now.dirty };
        look(workspace, name, &read, &Now { dirty, ..now.clone() }, &folder)
    };
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project: workspace.policy.project.name.clone(),
        time: now.time,
        commit: now.commit.clone(),
        dirty: now.dirty,
        detailed: names.len() == 1,
        components: chosen.iter().map(component).collect(),
    })
}

/// The names, each once; sorted where all are meant.
pub fn chosen(
    workspace: &Workspace,
    ledgers: &Ledgers,
    names: &[String],
) -> Result<Vec<String>, SelectionError> {
    let declared = workspace.policy.components.iter().map(|component| component.name.clone());
    let known: BTreeSet<String> = declared.chain(ledgers.components()).collect();
    if names.is_empty() {
        return Ok(known.into_iter().collect());
    }
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        if !known.contains(name) {
            return Err(SelectionError::Unknown { name: name.clone(), known: known.into_iter().collect() });
        }
        if !chosen.contains(name) {
            chosen.push(name.clone());
        }
    }
    Ok(chosen)
}

fn read_one(workspace: &Workspace, ledgers: &Ledgers, name: &str) -> Read {
    let read = || {
        let (ledger, bytes) = ledgers.outline(name)?;
        let declared = workspace.policy.component(name).map(|component| component.stage);
        let start = declared.unwrap_or_else(|| first_stage(&ledger));
        let mut standing = lifecycle::stand(start, &ledger.records);
        let completed = standing.completed.as_mut();
        let completed = completed.into_iter().flat_map(|one| [&mut one.measured, &mut one.remeasured]);
        // Of all measurements these alone are looked into.
        for measured in std::iter::once(&mut standing.measured).chain(completed).flatten() {
            if let Some(whole) = Ledgers::measurement(name, (&ledger, &bytes), measured.seq)? {
                measured.verification = whole;
            }
        }
        Ok((ledger, standing))
    };
    match read() {
        Ok(sound) => Read::Sound(Box::new(sound)),
        Err(fault) => Read::Fault(fault),
    }
}

/// Where a component began that the policy does not know.
fn first_stage(ledger: &Ledger) -> Stage {
    let from = ledger.records.iter().find_map(|record| match &record.fact {
        Fact::Verified(verification) => Some(verification.from),
        _ => None,
    });
    from.unwrap_or(Stage::Development)
}

fn commits(read: &Read) -> Vec<&str> {
    match read {
        Read::Sound(sound) => present::commits(&sound.1),
        Read::Fault(_) => Vec::new(),
    }
}

/// The components that have a file which git does not look at, or files that cannot be listed. Asked only where it matters: on a clean tree.
fn overlooked<'n>(
    workspace: &Workspace,
    folder: &RunFolder,
    chosen: &'n [String],
    now: &Now,
) -> BTreeSet<&'n str> {
    if now.dirty != Some(false) {
        return BTreeSet::new();
    }
    let files: Vec<(&str, Option<Vec<String>>)> = chosen
        .iter()
        .filter_map(|name| {
            let files = workspace.files(workspace.policy.component(name)?).ok();
            let paths = files.map(|files| files.into_iter().map(|file| file.path).collect());
            Some((name.as_str(), paths))
        })
        .collect();
    let all: Vec<String> = files.iter().flat_map(|(_, files)| files).flatten().cloned().collect();
    let overlooked = git::overlooked(&workspace.root, folder, "git-overlooked", &all);
    let has = |files: &[String]| files.iter().any(|file| overlooked.contains(file));
    files.iter().filter(|(_, files)| files.as_deref().is_none_or(has)).map(|(name, _)| *name).collect()
}

fn look(
    workspace: &Workspace,
    name: &str,
    read: &BTreeMap<&str, Read>,
    now: &Now,
    folder: &RunFolder,
) -> ComponentStatus {
    let declared = workspace.policy.component(name);
    let told = match read.get(name) {
        Some(Read::Sound(sound)) => {
            Told::Sound(Box::new(known(workspace, name, declared, sound, read, (now, folder))))
        }
        Some(Read::Fault(LedgerFault::Broken { defects, .. })) => Told::Broken {
            defects: defects.iter().map(|defect| (defect.line, defect.kind.to_string())).collect(),
            hint: defects.first().map_or("", |defect| defect.kind.hint()).to_owned(),
        },
        Some(Read::Fault(fault @ LedgerFault::File(_))) => Told::Unreadable { why: fault.to_string() },
        None => Told::Unreadable { why: "it was not read".to_owned() },
    };
    ComponentStatus {
        name: name.to_owned(),
        title: declared.map_or_else(|| name.to_owned(), |component| component.title.clone()),
        group: declared.and_then(|component| component.group.clone()),
        priority: declared.and_then(|component| component.priority.clone()),
        ledger: Ledgers::name(name),
        declared: declared.is_some(),
        told,
    }
}

fn known(
    workspace: &Workspace,
    name: &str,
    declared: Option<&Component>,
    (ledger, standing): &(Ledger, Standing),
    read: &BTreeMap<&str, Read>,
    (now, folder): (&Now, &RunFolder),
) -> Known {
    let dependencies: Vec<(String, Stage)> = declared
        .iter()
        .flat_map(|component| &component.depends_on)
        .map(|needed| (needed.clone(), stage_of(workspace, needed, read)))
        .collect();
    let obstacles = lifecycle::obstacles(standing, now, &dependencies);
    let measured_by = standing.measured.as_ref().and_then(|measured| {
        let place = usize::try_from(measured.seq.checked_sub(1)?).ok()?;
        Some(ledger.records.get(place)?.actor.clone())
    });
    let soak = soak(declared, standing, now.time);
    let duties = notice::duties(workspace, standing, &ledger.records, now.time, folder);
    Known {
        records: ledger.records.len() as u64,
        head: (!ledger.records.is_empty()).then(|| ledger.head().to_string()),
        torn: ledger.torn() as u64,
        standing: standing.clone(),
        rollbacks: rollbacks(standing, &duties),
        contradicted: witness::contradiction(workspace, standing, folder)
            .map(|found| notice::contradicted(name, &found)),
        measured_by,
        next: next(workspace, name, standing, now, (&obstacles, &duties), soak.as_ref()),
        soak,
        obstacles: obstacles.iter().map(|obstacle| told(name, obstacle)).collect(),
    }
}

/// What was decided about candidates that may run, each with whether it is still to be done.
fn rollbacks(standing: &Standing, duties: &[Duty]) -> Vec<Rollback> {
    let of = |(promotion, decided): (&PromotionId, &Decided<_>)| Rollback {
        promotion: promotion.clone(),
        decided: decided.clone(),
        open: duties.iter().any(|duty| duty.promotion == *promotion),
    };
    decisions(standing).map(of).collect()
}

/// How far the soak of what was deployed has come.
fn soak(declared: Option<&Component>, standing: &Standing, now: Timestamp) -> Option<SoakView> {
    let promotion = lifecycle::observed(standing)?;
    let deployment = promotion.deployment.as_ref()?;
    let rule = declared.map(|component| component.observation(promotion.to)).unwrap_or_default().soak;
    let soak = lifecycle::observed_soak(&rule, standing, now)?;
    Some(SoakView::of(soak, deployment.time, &promotion.observations, now))
}

/// Where a component that another one needs stands; in doubt where it began.
fn stage_of(workspace: &Workspace, name: &str, read: &BTreeMap<&str, Read>) -> Stage {
    match read.get(name) {
        Some(Read::Sound(sound)) => sound.1.stage,
        Some(Read::Fault(_)) | None => {
            workspace.policy.component(name).map_or(Stage::Development, |component| component.stage)
        }
    }
}

/// What comes next, and when.
fn next(
    workspace: &Workspace,
    name: &str,
    standing: &Standing,
    now: &Now,
    (obstacles, duties): (&[Obstacle], &[Duty]),
    soak: Option<&SoakView>,
) -> Next {
    let with_issue = workspace.policy.project.repository.is_some();
    let until = standing.measured.as_ref().and_then(|measured| until(measured.time, now.max_age));
    let step = match lifecycle::step(standing, now, with_issue) {
        Step::Observe if !duties.is_empty() => {
            return mending(name, standing, now, obstacles);
        }
        Step::Observe if soak.is_some_and(|view| !view.soak.excesses.is_empty()) => {
            return failed(name, standing, now, obstacles);
        }
        Step::Top if !duties.is_empty() => return to_be_rolled_back(name),
        Step::Observe if soak.is_some_and(|view| view.soak.is_proven()) => Step::Complete,
        step => step,
    };
    let needed = obstacles.iter().find_map(|obstacle| match obstacle {
        Obstacle::Dependency { component, .. } => Some(component),
        Obstacle::Unmeasured
        | Obstacle::NotPassed { .. }
        | Obstacle::Stale(_)
        | Obstacle::Held { .. }
        | Obstacle::RollingBack { .. } => None,
    });
    match (step, needed) {
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

fn until(measured: Timestamp, max_age: Duration) -> Option<Timestamp> {
    measured.checked_add(SignedDuration::try_from(max_age).ok()?).ok()
}

/// An obstacle in words: those that a step is refused with.
fn told(name: &str, obstacle: &Obstacle) -> status::Obstacle {
    let (kind, brief) = match obstacle {
        Obstacle::Unmeasured => (ObstacleKind::Unmeasured, String::new()),
        Obstacle::NotPassed { checks, .. } => (ObstacleKind::NotPassed, checks.join(", ")),
        Obstacle::RollingBack { overdue: true, .. } => {
            (ObstacleKind::RollingBack, "overdue: to be rolled back".to_owned())
        }
        Obstacle::RollingBack { .. } => (ObstacleKind::RollingBack, "to be rolled back".to_owned()),
        Obstacle::Held { by, .. } => (ObstacleKind::Held, format!("held by {by}")),
        Obstacle::Dependency { component, .. } => (ObstacleKind::Dependency, format!("needs {component}")),
        Obstacle::Stale(staleness) => {
            let (kind, brief) = stale(staleness);
            (kind, brief.to_owned())
        }
    };
    let message = refusal::words(obstacle);
    let hint = refusal::remedy(name, std::slice::from_ref(obstacle));
    status::Obstacle { kind, brief, message, hint }
}

fn stale(staleness: &Staleness) -> (ObstacleKind, &'static str) {
    match staleness {
        Staleness::Commit { .. } => (ObstacleKind::Commit, "another commit"),
        Staleness::Policy => (ObstacleKind::Policy, "another policy"),
        Staleness::MeasuredDirty => (ObstacleKind::MeasuredDirty, "measured uncommitted"),
        Staleness::Dirty => (ObstacleKind::Dirty, "uncommitted changes"),
        Staleness::Old { .. } => (ObstacleKind::Old, "too old"),
        Staleness::Future => (ObstacleKind::Future, "in the future"),
    }
}
