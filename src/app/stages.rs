//! Where each component stands: what its ledger says, and what the policy says only where no ledger does. The one place
//! that whoever chooses components or gates asks.

use std::collections::BTreeMap;

use crate::lifecycle;
use crate::model::component::Component;
use crate::model::policy::Policy;
use crate::model::stage::Stage;

use super::ledgers::{LedgerFault, Ledgers};
use super::project::Workspace;

/// The stages of components.
#[derive(Debug, Clone, Default)]
pub struct Stages(BTreeMap<String, Stage>);

impl Stages {
    /// Those of all components.
    pub fn of_all(workspace: &Workspace) -> Result<Self, LedgerFault> {
        Self::read(workspace, workspace.policy.components.iter())
    }

    /// Those of the components with these names.
    pub fn of(workspace: &Workspace, names: &[String]) -> Result<Self, LedgerFault> {
        Self::read(workspace, names.iter().filter_map(|name| workspace.policy.component(name)))
    }

    /// As the policy alone says.
    pub fn of_policy(policy: &Policy) -> Self {
        Self(policy.components.iter().map(|one| (one.name.clone(), one.stage)).collect())
    }

    fn read<'c>(
        workspace: &Workspace,
        components: impl Iterator<Item = &'c Component>,
    ) -> Result<Self, LedgerFault> {
        let ledgers = Ledgers::of(workspace);
        let stage = |component: &Component| {
            let records = ledgers.read(&component.name)?.records;
            Ok((component.name.clone(), lifecycle::stand(component.stage, &records).stage))
        };
        components.map(stage).collect::<Result<_, _>>().map(Self)
    }

    /// Where a component stands.
    pub fn get(&self, component: &Component) -> Stage {
        self.0.get(&component.name).copied().unwrap_or(component.stage)
    }
}
