//! Holds components against what their gates ask besides checks, and joins both to one verdict. Not the answers: those
//! are the ledger's (`lifecycle`), and the tools'.

use crate::judge;
use crate::lifecycle;
use crate::model::assessment::ComponentAssessment;
use crate::model::condition::Condition;
use crate::plan::Candidate;
use crate::sys::clock;

use super::document::soak_of;
use super::in_hand::dependencies;
use super::ledgers::{LedgerFault, Ledgers};
use super::project::Workspace;

/// Adds what the gate of `candidate` asks besides checks to its assessment; `measured` is what tools answered.
pub fn add(
    workspace: &Workspace,
    candidate: &Candidate<'_>,
    component: &mut ComponentAssessment,
    measured: Vec<Condition>,
) -> Result<(), LedgerFault> {
    if candidate.conditions().ids().is_empty() {
        return Ok(());
    }
    component.conditions = measured;
    component.conditions.extend(of_ledgers(workspace, candidate)?);
    component.verdict = judge::whole(&component.checks, &component.conditions);
    Ok(())
}

/// What the ledgers that are here answer to what the gate of `candidate` asks besides checks.
pub fn of_ledgers(workspace: &Workspace, candidate: &Candidate<'_>) -> Result<Vec<Condition>, LedgerFault> {
    let asked = candidate.conditions();
    if asked.ids().is_empty() {
        return Ok(Vec::new());
    }
    let declared = candidate.component;
    let records = Ledgers::of(workspace).read(&declared.name)?.records;
    let standing = lifecycle::stand(declared.stage, &records);
    let soak = standing.completed.as_ref().and_then(|completed| soak_of(declared, completed));
    let needs = dependencies(workspace, declared)?;
    let to = candidate.gate.stage;
    Ok(lifecycle::conditions(&asked, to, &standing, soak.as_ref(), &needs, clock::now()))
}
