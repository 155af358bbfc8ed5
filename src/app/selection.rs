//! Which components are meant, and which gate each of them stands before.

use std::collections::BTreeSet;

use crate::model::check::Check;
use crate::model::component::Component;
use crate::model::gate::Gate;
use crate::model::policy::Policy;
use crate::model::stage::Stage;
use crate::plan::Candidate;

/// What a person asked for. The components exist: see [`Selection::new`].
#[derive(Debug, Clone)]
pub struct Selection {
    components: Vec<String>,
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

impl Selection {
    /// The components of those names, all where there are none, for the gate of `to`, or for that of the
    /// stage above where each stands.
    pub fn new(
        policy: &Policy,
        names: &[String],
        to: Option<Stage>,
        only: Option<Vec<Check>>,
    ) -> Result<Self, SelectionError> {
        let all: Vec<String> = policy.components.iter().map(|component| component.name.clone()).collect();
        Self::of(policy, if names.is_empty() { &all } else { names }, to, only)
    }

    /// The components of exactly those names, which may be none.
    pub fn of(
        policy: &Policy,
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
            if let Some(to) = to
                && to <= component.stage
            {
                return Err(SelectionError::NotAbove { name: name.clone(), from: component.stage, to });
            }
            if seen.insert(name) {
                components.push(name.clone());
            }
        }
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
            policy.gates.get(stage).cloned().unwrap_or(Gate { stage: *stage, criteria: Vec::new() })
        };
        Stage::ALL.iter().map(gate).collect()
    }

    /// Each component with its gate.
    pub fn candidates<'a>(&self, policy: &'a Policy, gates: &'a [Gate]) -> Vec<Candidate<'a>> {
        let of = |name: &String| {
            let component = policy.component(name)?;
            let to = self.target(component);
            let gate = gates.iter().find(|gate| gate.stage == to)?;
            Some(Candidate { component, gate })
        };
        self.components.iter().filter_map(of).collect()
    }

    /// A component at the top stays before the gate that it passed last.
    fn target(&self, component: &Component) -> Stage {
        self.to.or_else(|| component.stage.next()).unwrap_or(component.stage)
    }
}
