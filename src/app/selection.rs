//! Which components are meant, and which gate each of them stands before.

use std::collections::BTreeSet;

use crate::model::check::Check;
use crate::model::condition::Conditions;
use crate::model::gate::Gate;
use crate::model::policy::Policy;
use crate::model::stage::Stage;
use crate::plan::Candidate;

use super::stages::Stages;

/// What a person asked for. The components exist: see [`Selection::new`].
#[derive(Debug, Clone)]
pub struct Selection {
    components: Vec<(String, Stage)>,
    /// The stage that was asked for; `None`: for each component the one above where it stands.
    pub to: Option<Stage>,
    /// The checks to make; `None`: all of the gate.
    pub only: Option<Vec<Check>>,
}

/// What cannot be selected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// There is no such check.
    #[error("there is no check `{name}`")]
    UnknownCheck {
        /// What was asked for.
        name: String,
        /// The checks that there are.
        known: Vec<String>,
    },
    /// The stage is not above where the component stands.
    #[error("`{name}` is in {from} already; `{to}` is not above it")]
    NotAbove {
        /// The component.
        name: String,
        /// Where it stands.
        from: Stage,
        /// What was asked for.
        to: Stage,
    },
}

/// Makes sure that the policy knows the checks: a name that is mistyped would ask for nothing.
pub fn checks_exist<'a>(
    policy: &Policy,
    asked: impl IntoIterator<Item = &'a Check>,
) -> Result<(), SelectionError> {
    let known: Vec<Check> = policy.all_checks().collect();
    match asked.into_iter().find(|check| !known.contains(check)) {
        None => Ok(()),
        Some(unknown) => Err(SelectionError::UnknownCheck {
            name: unknown.id().to_owned(),
            known: known.iter().map(|check| check.id().to_owned()).collect(),
        }),
    }
}

impl Selection {
    /// The components of those names, all where there are none, for the gate of `to`, or for that of the
    /// stage above where each stands.
    pub fn new(
        policy: &Policy,
        stages: &Stages,
        names: &[String],
        to: Option<Stage>,
        only: Option<Vec<Check>>,
    ) -> Result<Self, SelectionError> {
        let all: Vec<String> = policy.components.iter().map(|component| component.name.clone()).collect();
        Self::of(policy, stages, if names.is_empty() { &all } else { names }, to, only)
    }

    /// The components of exactly those names, which may be none.
    pub fn of(
        policy: &Policy,
        stages: &Stages,
        names: &[String],
        to: Option<Stage>,
        only: Option<Vec<Check>>,
    ) -> Result<Self, SelectionError> {
        let (mut components, mut seen) = (Vec::new(), BTreeSet::new());
        let all = || policy.components.iter().map(|component| component.name.clone()).collect();
        for name in names {
            let component = policy
                .component(name)
                .ok_or_else(|| SelectionError::Unknown { name: name.clone(), known: all() })?;
            let from = stages.get(component);
            // Whether the gate by which it stands where it does is still passed may be asked at any time.
            let is_entered = to == Some(from) && from > component.stage;
            if let Some(to) = to.filter(|to| *to <= from && !is_entered) {
                return Err(SelectionError::NotAbove { name: name.clone(), from, to });
            }
            if seen.insert(name) {
                components.push((name.clone(), from));
            }
        }
        checks_exist(policy, only.iter().flatten())?;
        let only = only.map(|mut only| {
            only.sort_unstable();
            only.dedup();
            only
        });
        Ok(Self { components, to, only })
    }

    /// The gates of the policy, with an empty one for each stage that has none: nothing passes it.
    pub fn gates(&self, policy: &Policy) -> Vec<Gate> {
        let gate = |stage: &Stage| {
            policy.gates.get(stage).cloned().unwrap_or(Gate {
                stage: *stage,
                criteria: Vec::new(),
                conditions: Conditions::default(),
            })
        };
        Stage::ALL.iter().map(gate).collect()
    }

    /// Each component with its gate.
    pub fn candidates<'a>(&self, policy: &'a Policy, gates: &'a [Gate]) -> Vec<Candidate<'a>> {
        let of = |(name, from): &(String, Stage)| {
            let component = policy.component(name)?;
            let to = self.target(*from);
            let gate = gates.iter().find(|gate| gate.stage == to)?;
            Some(Candidate { component, from: *from, gate })
        };
        self.components.iter().filter_map(of).collect()
    }

    /// A component at the top stays before the gate that it passed last.
    fn target(&self, from: Stage) -> Stage {
        self.to.or_else(|| from.next()).unwrap_or(from)
    }
}
