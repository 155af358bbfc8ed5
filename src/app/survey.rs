//! Looks at where components stand: their ledgers, folded, beside what is there now.
//!
//! Not how it is shown (`report::status`) nor what records add up to (`lifecycle`). It writes nothing. A ledger that does
//! not verify is an answer, and keeps no other component from being looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::ledger::Ledger;
use crate::lifecycle::rollback::{Duty, decisions};
use crate::lifecycle::{self, Now, Obstacle, Staleness};
use crate::model::component::Component;
use crate::model::promotion::{Standing, Told as Decided};
use crate::model::promotion_id::PromotionId;
use crate::model::record::Fact;
use crate::model::stage::Stage;
use crate::report::soak::SoakView;
use crate::report::status::{self, ComponentStatus, Known, ObstacleKind, Rollback, Status, Told};
use crate::sys::git;
use crate::sys::run_folder::RunFolder;

use super::ledgers::{LedgerFault, Ledgers};
use super::notice;
use super::present;
use super::project::Workspace;
use super::refusal;
use super::selection::SelectionError;
use super::witness;

mod next;

use next::next;

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
        let mut standing = lifecycle::stand(start(workspace, name, &ledger), &ledger.records);
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

/// Where a component began.
pub fn start(workspace: &Workspace, name: &str, ledger: &Ledger) -> Stage {
    let declared = workspace.policy.component(name).map(|component| component.stage);
    declared.unwrap_or_else(|| first_stage(ledger))
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
    let measured_by = standing.last_measured().and_then(|measured| {
        let place = usize::try_from(measured.seq.checked_sub(1)?).ok()?;
        Some(ledger.records.get(place)?.actor.clone())
    });
    let soak = soak(declared, standing, now.time);
    let duties = notice::duties(workspace, standing, &ledger.records, now.time, folder);
    let contradicted =
        witness::contradiction(workspace, standing, folder).map(|found| notice::contradicted(name, &found));
    Known {
        records: ledger.records.len() as u64,
        head: (!ledger.records.is_empty()).then(|| ledger.head().to_string()),
        torn: ledger.torn() as u64,
        standing: standing.clone(),
        rollbacks: rollbacks(standing, &duties),
        // Told once: two figures of one commit are more than that one of them is no pass.
        lapsed: standing.lapsed().filter(|_| contradicted.is_none()).map(notice::no_pass),
        contradicted,
        measured_by,
        stale: lifecycle::staleness(standing, now).iter().map(|one| stale(one).0).collect(),
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

/// An obstacle in words: those that a step is refused with.
fn told(name: &str, obstacle: &Obstacle) -> status::Obstacle {
    let (kind, brief) = match obstacle {
        Obstacle::Unmeasured { .. } => (ObstacleKind::Unmeasured, String::new()),
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
        Staleness::Dirty { .. } => (ObstacleKind::Dirty, "uncommitted changes"),
        Staleness::Old { .. } => (ObstacleKind::Old, "too old"),
        Staleness::Waiver { .. } => (ObstacleKind::Waiver, "a waiver expired"),
        Staleness::SignOff { .. } => (ObstacleKind::SignOff, "a sign-off ended"),
        Staleness::Future => (ObstacleKind::Future, "in the future"),
    }
}
