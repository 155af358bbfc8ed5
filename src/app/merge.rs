//! `report --merge`: joins the assessments of shards to one, with one verdict. It runs no tool. The hard part is
//! that nothing may get lost on the way: whatever was expected or given and cannot be relied on is in the result,
//! named and inconclusive, and a component keeps its evidence only where exactly one sound shard holds it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::judge;
use crate::model::assessment::{Assessment, ComponentAssessment, PolicyDigest, Subject};
use crate::model::environment::Environment;
use crate::model::gate::Criterion;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::stage::Stage;
use crate::sys::clock;
use crate::sys::git::Snapshot;
use crate::sys::run_folder::RunFolder;

use super::expectation::{Checkout, Expected, Scope, blank};
use super::project::Workspace;
use super::shard::{self, Shard, VERSION};
use super::stages::Stages;

/// Faults of files that are told with a component that no shard holds; the others stand under their own names.
const FAULTS: usize = 3;

/// What is to be joined.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The plan that the shards were made by.
    pub plan: Option<PathBuf>,
    /// Where the components stand.
    pub stages: Stages,
}

/// Joins.
///
/// # Errors
/// Where we could not do our work: no folder for what git says could be made.
pub fn merge(workspace: &Workspace, request: &Request) -> anyhow::Result<Assessment> {
    let folder = RunFolder::create(&workspace.root)?;
    let checkout = Checkout {
        project: workspace.policy.project.name.clone(),
        commit: Snapshot::take(&workspace.root, &workspace.history(), &folder, "git", &[]).commit,
        policy: workspace.digest(),
    };
    let all = Scope::of_policy(&workspace.policy, &request.stages)?;
    let planned =
        request.plan.as_ref().map(|plan| Scope::of_plan(plan, &checkout, &workspace.policy, &request.stages));
    let (scope, bad_plan) = match planned {
        None => (all, None),
        Some(Ok(scope)) => (scope, None),
        Some(Err(reason)) => (all, Some(reason)),
    };
    let mut shards = shard::gather(&request.paths, request.plan.as_deref());
    for shard in &mut shards {
        let sound = match (&shard.content, &bad_plan) {
            (Err(_), _) => Ok(()),
            (Ok(_), Some(reason)) => Err(reason.clone()),
            (Ok(assessment), None) => checkout.fits(&shard.file, assessment, &scope),
        };
        if let Err(reason) = sound {
            shard.content = Err(reason);
        }
    }
    let gates = scope.selection.gates(&workspace.policy);
    let expected = Expected::all(workspace, &scope.selection, &gates);
    let policy = PolicyDigest { file: workspace.name().to_owned(), sha256: checkout.policy.clone() };
    let staging = gates.iter().find(|gate| gate.stage == Stage::Staging);
    let join = Join {
        workspace,
        expected: &expected,
        shards: &shards,
        planned: &scope.planned,
        criteria: staging.map(|gate| gate.criteria.clone()).unwrap_or_default(),
        bad_plan: bad_plan.as_ref(),
    };
    Ok(whole(checkout, policy, &scope, &shards, join.components()))
}

/// A shard that holds a component, and what it says of it, where it is sound.
struct Held<'a> {
    shard: &'a Shard,
    assessment: Option<&'a ComponentAssessment>,
}

/// What is expected and what was given.
struct Join<'a> {
    workspace: &'a Workspace,
    expected: &'a [Expected<'a>],
    shards: &'a [Shard],
    planned: &'a BTreeMap<String, String>,
    /// What is said to be not measured of what is no component.
    criteria: Vec<Criterion>,
    bad_plan: Option<&'a Reason>,
}

impl Join<'_> {
    /// Every component that was expected, and then whatever else must not get lost.
    fn components(&self) -> Vec<ComponentAssessment> {
        let mut holders: BTreeMap<&str, Vec<Held<'_>>> = BTreeMap::new();
        for shard in self.shards {
            let sound = shard.content.as_ref().map(|one| one.components.as_slice()).unwrap_or_default();
            let own: BTreeMap<&str, _> = sound.iter().map(|one| (one.name.as_str(), one)).collect();
            for name in &shard.components {
                let assessment = own.get(name.as_str()).copied();
                holders.entry(name).or_default().push(Held { shard, assessment });
            }
        }
        let mut told = BTreeSet::new();
        let mut components: Vec<ComponentAssessment> = self
            .expected
            .iter()
            .map(|expected| {
                let holders = holders.remove(expected.name()).unwrap_or_default();
                self.component(expected, &holders, &mut told)
                    .unwrap_or_else(|reason| expected.without_evidence(&reason))
            })
            .collect();
        for (name, shards) in holders {
            components.push(self.stray(name, &not_asked_for(name, &shards)));
        }
        for shard in self.shards.iter().filter(|shard| shard.components.is_empty()) {
            let reason = match &shard.content {
                Err(reason) => reason.clone(),
                Ok(_) => Reason::new(
                    ReasonKind::ShardForeign,
                    format!("`{}` holds no component", shard.file),
                    "see what its job verified, and run it again",
                ),
            };
            if !told.contains(shard.file.as_str()) {
                components.push(self.stray(&shard.file, &reason));
            }
        }
        components
    }

    /// The component's own assessment, where exactly one sound shard holds it.
    fn component<'a>(
        &'a self,
        expected: &Expected<'_>,
        holders: &[Held<'_>],
        told: &mut BTreeSet<&'a str>,
    ) -> Result<ComponentAssessment, Reason> {
        let Held { shard, assessment } = match holders {
            [] => return Err(self.missing(expected.name(), told)),
            [held] => held,
            several => return Err(duplicate(several)),
        };
        let own = match (&shard.content, assessment) {
            (Err(reason), _) => return Err(reason.clone()),
            (Ok(_), Some(own)) => *own,
            (Ok(_), None) => return Err(self.missing(expected.name(), told)),
        };
        expected.fits(&shard.file, own)?;
        expected.agrees(self.workspace, &shard.file, own)?;
        shard::is_still_waived(&shard.file, own)?;
        Ok(own.clone())
    }

    /// Why no shard holds a component: the file that would have, where one was given that cannot be read.
    fn missing<'a>(&'a self, name: &str, told: &mut BTreeSet<&'a str>) -> Reason {
        if let Some(reason) = self.bad_plan {
            return reason.clone();
        }
        let planned = self.planned.get(name);
        let faults: Vec<(&str, &Reason)> = self
            .shards
            .iter()
            .filter(|shard| shard.components.is_empty())
            .filter_map(|shard| Some((shard.file.as_str(), shard.content.as_ref().err()?)))
            .collect();
        let named = |file: &str| planned.is_some_and(|shard| is_part(file, shard));
        let own: Vec<_> = faults.iter().filter(|(file, _)| named(file)).collect();
        let faults: Vec<_> = if own.is_empty() { faults.iter().take(FAULTS).collect() } else { own };
        told.extend(faults.iter().map(|(file, _)| *file));
        let place =
            planned.map(|shard| format!("; it was planned for the shard `{shard}`")).unwrap_or_default();
        let why: Vec<&str> = faults.iter().map(|(_, reason)| reason.message.as_str()).collect();
        let kind = faults.first().map_or(ReasonKind::ShardMissing, |(_, reason)| reason.kind);
        let hint = match planned {
            Some(shard) => format!("see what the job of the shard `{shard}` printed, and run it again"),
            None => "see what the job of its shard printed, and run it again".to_owned(),
        };
        Reason::new(
            kind,
            [&[format!("no shard holds it{place}").as_str()], why.as_slice()].concat().join("; "),
            hint,
        )
    }

    /// What is no component that was asked for, as if it were one.
    fn stray(&self, name: &str, reason: &Reason) -> ComponentAssessment {
        blank(name, Stage::Development, Stage::Staging, self.criteria.iter(), reason)
    }
}

/// Whether the name of a file holds that of a shard, and not as a part of a longer one: `1-of-3` is not in
/// `11-of-3.json`.
fn is_part(file: &str, shard: &str) -> bool {
    file.match_indices(shard).any(|(at, _)| {
        let is_open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let (before, after) = (file.get(..at), file.get(at + shard.len()..));
        is_open(before.and_then(|text| text.chars().next_back()))
            && is_open(after.and_then(|text| text.chars().next()))
    })
}

fn files(holders: &[Held<'_>]) -> String {
    let names: Vec<String> = holders.iter().map(|held| format!("`{}`", held.shard.file)).collect();
    names.join(" and ")
}

fn duplicate(shards: &[Held<'_>]) -> Reason {
    let hint = "give each shard once, and each component to one shard";
    Reason::new(ReasonKind::ShardDuplicate, format!("{} both hold it", files(shards)), hint)
}

fn not_asked_for(name: &str, shards: &[Held<'_>]) -> Reason {
    let what = format!("{} holds `{name}`, which is not asked for", files(shards));
    Reason::new(
        ReasonKind::ShardForeign,
        what,
        "give only the shards of this run, and the plan that they were made by",
    )
}

/// The joined assessment: of the checkout, measured in what the shards were measured in.
fn whole(
    checkout: Checkout,
    policy: PolicyDigest,
    scope: &Scope,
    shards: &[Shard],
    components: Vec<ComponentAssessment>,
) -> Assessment {
    let sound: Vec<(&str, &Assessment)> =
        shards.iter().filter_map(|shard| Some((shard.file.as_str(), shard.content.as_ref().ok()?))).collect();
    let started = sound.iter().map(|(_, one)| one.started).min().unwrap_or_else(clock::now);
    let ends = sound.iter().map(|(_, one)| one.started.duration_since(started).unsigned_abs() + one.duration);
    let changed: BTreeSet<&String> = sound.iter().flat_map(|(_, one)| &one.subject.changed).collect();
    Assessment {
        project: checkout.project,
        policy,
        version: VERSION.to_owned(),
        started,
        duration: ends.max().unwrap_or(Duration::ZERO),
        subject: Subject {
            commit: checkout.commit,
            dirty: (!sound.is_empty()).then_some(false),
            changed: changed.into_iter().cloned().collect(),
        },
        environment: sound.first().map_or_else(nowhere, |(_, one)| one.environment.clone()),
        only: scope.selection.only.clone(),
        merged: Some(shards.iter().map(|shard| shard.file.clone()).collect()),
        notes: differences(&sound),
        verdict: judge::all(components.iter().map(|component| component.verdict)),
        components,
    }
}

fn nowhere() -> Environment {
    Environment {
        python: None,
        platform: "no machine".to_owned(),
        lock: None,
        in_sync: None,
        distributions: Vec::new(),
        sha256: String::new(),
    }
}

/// That the shards were measured in several environments, and how each of the others differs from the first.
fn differences(sound: &[(&str, &Assessment)]) -> Vec<String> {
    let Some(((first_file, first), others)) = sound.split_first() else { return Vec::new() };
    let mut seen: Vec<&Environment> = vec![&first.environment];
    let mut told = Vec::new();
    for (file, other) in others {
        if !seen.contains(&&other.environment) {
            seen.push(&other.environment);
            told.push(format!("`{file}`: {}", difference(&first.environment, &other.environment)));
        }
    }
    if told.is_empty() {
        return Vec::new();
    }
    let heading = format!(
        "the shards were measured in {} environments; shown is that of `{first_file}`, from which these differ",
        seen.len()
    );
    std::iter::once(heading).chain(told).collect()
}

/// Names that are told of distributions that differ.
const DISTRIBUTIONS: usize = 5;

fn difference(ours: &Environment, theirs: &Environment) -> String {
    let mut parts = Vec::new();
    if ours.python != theirs.python {
        parts.push(
            theirs.python.as_ref().map_or("no Python".to_owned(), |version| format!("Python {version}")),
        );
    }
    if ours.platform != theirs.platform {
        parts.push(theirs.platform.clone());
    }
    if (&ours.lock, ours.in_sync) != (&theirs.lock, theirs.in_sync) {
        let lock = theirs.lock.as_deref().unwrap_or("no lock file");
        let state = match theirs.in_sync {
            Some(true) => " in sync",
            Some(false) => " NOT in sync",
            None => "",
        };
        parts.push(format!("{lock}{state}"));
    }
    let versions = |environment: &Environment| -> BTreeMap<String, String> {
        environment.distributions.iter().map(|one| (one.name.clone(), one.version.clone())).collect()
    };
    let (mine, other) = (versions(ours), versions(theirs));
    let names: BTreeSet<&String> = mine.keys().chain(other.keys()).collect();
    let differing: Vec<String> = names
        .into_iter()
        .filter(|name| mine.get(*name) != other.get(*name))
        .map(|name| other.get(name).map_or(format!("without {name}"), |version| format!("{name} {version}")))
        .collect();
    if !differing.is_empty() {
        let more = differing.len().saturating_sub(DISTRIBUTIONS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown: Vec<String> = differing.into_iter().take(DISTRIBUTIONS).collect();
        parts.push(format!("{}{more}", shown.join(", ")));
    }
    if parts.is_empty() { "its interpreter".to_owned() } else { parts.join(", ") }
}
