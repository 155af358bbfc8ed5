//! Which components of the policy are chosen, and why each is in or out.
//!
//! Not what is done with them: see `selection`.

use crate::model::component::Component;
use crate::model::policy::Policy;
use crate::model::stage::Stage;
use crate::plan::affected::Why;

use super::change::{self, AffectedError};
use super::ledgers::LedgerFault;
use super::project::Workspace;
use super::stages::Stages;

/// What a person asked for: names, or all that meet what else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The names; empty: all.
    pub names: Vec<String>,
    /// Only those that stand there.
    pub stage: Option<Stage>,
    /// Only those of that group.
    pub group: Option<String>,
    /// Only those that a change since then may have touched.
    pub changed_since: Option<String>,
}

/// Why a component is in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// It was named, or not.
    Named(bool),
    /// All are in.
    All,
    /// It stands in another stage than the one asked for.
    Stands(Stage),
    /// It is of another group than the one asked for, or of none.
    Group(Option<String>),
    /// It meets the stage, the group or both that were asked for.
    Meets {
        /// The stage, where one was asked for.
        stage: Option<Stage>,
        /// The group, where one was asked for.
        group: Option<String>,
    },
    /// A change decides.
    Change(Why),
}

impl Rule {
    /// Whether the component is in.
    pub fn is_in(&self) -> bool {
        match self {
            Self::Named(is_named) => *is_named,
            Self::All | Self::Meets { .. } => true,
            Self::Stands(_) | Self::Group(_) => false,
            Self::Change(why) => why.is_in(),
        }
    }
}

/// The components of the policy, each with the rule that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Name and rule, in the order of the policy.
    pub rules: Vec<(String, Rule)>,
    /// The names of those that are in, in the order asked for.
    pub names: Vec<String>,
}

/// Why nothing can be chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    UnknownName {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// There is no such group.
    #[error("there is no group `{name}`")]
    UnknownGroup {
        /// What was asked for.
        name: String,
        /// The groups that there are.
        known: Vec<String>,
    },
    /// Nobody meets what was asked for.
    #[error("{0}")]
    Nobody(String, String),
    /// Nobody can say where a component stands.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// Nobody can say what changed.
    #[error("cannot say what changed since `{revision}`")]
    Change {
        /// What was asked for.
        revision: String,
        /// Why not.
        source: AffectedError,
    },
}

/// Chooses.
pub fn choose(workspace: &Workspace, ask: &Ask) -> Result<Choice, ChoiceError> {
    let policy = &workspace.policy;
    if !ask.names.is_empty() {
        return by_name(policy, &ask.names);
    }
    group_exists(policy, ask)?;
    // Only who asks for a stage must know where all of them stand.
    let stages = if ask.stage.is_some() { Stages::of_all(workspace)? } else { Stages::of_policy(policy) };
    let components = policy.components.iter();
    let mut rules: Vec<Rule> =
        components.map(|component| narrow(component, stages.get(component), ask)).collect();
    if !policy.components.is_empty() && !rules.iter().any(Rule::is_in) {
        return Err(nobody(policy, &stages, ask));
    }
    if let Some(revision) = &ask.changed_since {
        let whys = change::affected(workspace, revision)
            .map_err(|source| ChoiceError::Change { revision: revision.clone(), source })?;
        for (rule, why) in rules.iter_mut().zip(whys) {
            if rule.is_in() {
                *rule = Rule::Change(why);
            }
        }
    }
    let all = policy.components.iter().map(|component| component.name.clone());
    let rules: Vec<(String, Rule)> = all.zip(rules).collect();
    let names = rules.iter().filter(|(_, rule)| rule.is_in()).map(|(name, _)| name.clone()).collect();
    Ok(Choice { rules, names })
}

fn by_name(policy: &Policy, asked: &[String]) -> Result<Choice, ChoiceError> {
    let mut names: Vec<String> = Vec::new();
    let known = || policy.components.iter().map(|component| component.name.clone());
    for name in asked {
        if policy.component(name).is_none() {
            return Err(ChoiceError::UnknownName { name: name.clone(), known: known().collect() });
        }
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let rules = known().map(|name| {
        let is_named = names.contains(&name);
        (name, Rule::Named(is_named))
    });
    Ok(Choice { rules: rules.collect(), names })
}

fn group_exists(policy: &Policy, ask: &Ask) -> Result<(), ChoiceError> {
    let Some(name) = &ask.group else { return Ok(()) };
    let mut known: Vec<String> =
        policy.components.iter().filter_map(|component| component.group.clone()).collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(name) {
        return Ok(());
    }
    Err(ChoiceError::UnknownGroup { name: name.clone(), known })
}

/// What stage and group say of a component.
fn narrow(component: &Component, stands: Stage, ask: &Ask) -> Rule {
    if ask.stage.is_some_and(|stage| stage != stands) {
        Rule::Stands(stands)
    } else if ask.group.is_some() && ask.group != component.group {
        Rule::Group(component.group.clone())
    } else if ask.stage.is_none() && ask.group.is_none() {
        Rule::All
    } else {
        Rule::Meets { stage: ask.stage, group: ask.group.clone() }
    }
}

/// The group exists, so a stage was asked for in which nobody of it stands.
fn nobody(policy: &Policy, stages: &Stages, ask: &Ask) -> ChoiceError {
    let of_group = |component: &&Component| ask.group.is_none() || ask.group == component.group;
    let stands = |stage: &Stage| {
        let there =
            policy.components.iter().filter(of_group).filter(|component| stages.get(component) == *stage);
        let names: Vec<String> = there.map(|component| format!("`{}`", component.name)).collect();
        (!names.is_empty()).then(|| format!("in {stage}: {}", listed(&names)))
    };
    let there: Vec<String> = Stage::ALL.iter().filter_map(stands).collect();
    let stage = ask.stage.map(|stage| format!(" stands in {stage}")).unwrap_or_default();
    let group = ask.group.as_ref().map(|group| format!(" of the group `{group}`")).unwrap_or_default();
    ChoiceError::Nobody(format!("no component{group}{stage}"), format!("there are {}", there.join("; ")))
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown = names.get(..MOST).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
