//! What is around a promotion issue: the components that it needs, and the secrets that it must not tell.
//! Not the issue.

use std::ffi::OsString;

use crate::app::context::Context;
use crate::app::ledgers::Ledgers;
use crate::app::project::Workspace;
use crate::app::refusal;
use crate::lifecycle::{self, Obstacle};
use crate::model::component::Component;
use crate::model::secret::Secrets;

/// What stands in the way of a deployment besides the gate: an issue may be opened before that is out of the way.
pub(super) fn blockers(workspace: &Workspace, component: &Component) -> Vec<String> {
    let ledgers = Ledgers::of(workspace);
    let stands = |name: &String| {
        let needed = workspace.policy.component(name)?;
        let records = ledgers.read(name).map(|ledger| ledger.records).unwrap_or_default();
        Some((name.clone(), lifecycle::stand(needed.stage, &records).stage))
    };
    let records = ledgers.read(&component.name).map(|ledger| ledger.records).unwrap_or_default();
    let to = lifecycle::stand(component.stage, &records).stage.next();
    let needed = component.depends_on.iter().filter_map(stands).filter(|(_, stage)| Some(*stage) < to);
    needed.map(|(component, stage)| refusal::words(&Obstacle::Dependency { component, stage })).collect()
}

/// The secrets among the variables that tools are given.
pub(super) fn secrets(context: &Context<'_>) -> Secrets {
    let text =
        |(name, value): &(OsString, OsString)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()));
    let variables: Vec<(String, String)> = context.variables.iter().filter_map(text).collect();
    Secrets::among(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
