//! `complete`: from a proven observation to a component that stands in its stage, and to all that tells of it.
//!
//! Nothing moves before the gate is measured anew and passed by exactly what is deployed. What follows after that,
//! documents and issues, are projections: each has an intent of its own, and what cannot be told now is owed and told by
//! the next run.

mod case;
mod outcome;
mod running;
mod settle;

use crate::model::assessment::Assessment;
use crate::model::gate::Precision;
use crate::model::record::Fact;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::context::{Context, Listener};
use super::document::foresee;
use super::in_hand::InHand;
use super::ledgers::Ledgers;
use super::project::Workspace;
use super::recording;
use super::reuse::Reuse;
use super::selection::Selection;
use super::stages::Stages;
use super::verify::{self, verify};

use case::{Case, State};
pub use outcome::{Against, CompleteError, Outcome, Proposal, Request};
pub use settle::{Settled, owed, settle_owed};

/// Completes.
pub fn complete(
    workspace: &Workspace,
    request: &Request<'_>,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Outcome, CompleteError> {
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    let unknown = || CompleteError::Unknown { name: request.component.to_owned(), known: known() };
    let component = workspace.policy.component(request.component).ok_or_else(unknown)?;
    let folder = RunFolder::create(&workspace.root)?;
    let context = verify::context(workspace, request.timeout, &folder, interrupt, listener);
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let case = Case::of(workspace, component, &records, &folder)?;
    let proposal = match case.state() {
        State::Done(completed) if request.dry_run => {
            let papers = foresee(workspace, component, &records, request.force);
            let settled = Settled { papers, ..Settled::default() };
            return Ok(Outcome::AlreadyCompleted(
                completed.promotion.id.clone(),
                completed.promotion.to,
                settled,
            ));
        }
        State::Done(_) => {
            let mut hand = InHand::take(workspace, component, &folder)?;
            return again(&mut hand, &context, request.force);
        }
        State::GoneBack(against) if request.dry_run => {
            return Ok(Outcome::GoneBack(against, Settled::default()));
        }
        State::GoneBack(against) => {
            let mut hand = InHand::take(workspace, component, &folder)?;
            return gone_back(&mut hand, &context, request.force, against);
        }
        State::Against(against, soak) => return Ok(Outcome::Against(against, soak.map(Box::new))),
        State::Ready(soak) => case.proposal(soak, foresee(workspace, component, &records, request.force)),
    };
    if request.dry_run {
        return Ok(Outcome::Proposed(Box::new(proposal)));
    }
    if !(request.consent)(&proposal) {
        return Ok(Outcome::Declined);
    }
    let measured = measure(workspace, request, &proposal, interrupt, listener)?;
    // From here on nobody else acts for it; what was recorded until now may have changed.
    let mut hand = InHand::take(workspace, component, &folder)?;
    let records = hand.ledger().records().to_vec();
    let case = Case::of(workspace, component, &records, &folder)?;
    let soak = match case.state() {
        State::Done(_) => return again(&mut hand, &context, request.force),
        State::GoneBack(against) => return gone_back(&mut hand, &context, request.force, against),
        State::Against(against, soak) => return Ok(Outcome::Against(against, soak.map(Box::new))),
        State::Ready(soak) => soak,
    };
    let obstacles = case.obstacles(&hand)?;
    if !obstacles.is_empty() {
        return Ok(Outcome::NotPassed(Box::new(measured), obstacles));
    }
    let against = running::against(&case, &context)?;
    if !against.is_nothing() {
        return Ok(Outcome::Against(against, None));
    }
    let proposal = case.proposal(soak, proposal.papers);
    let fact = Fact::Completed { to: proposal.to, deployment: case.intent(), verified: case.verified() };
    hand.record(&proposal.promotion, fact)?;
    let settled = settle::settle(&mut hand, &context, request.force)?;
    Ok(Outcome::Completed(Box::new(proposal), settled))
}

/// It stands in the stage already: only what tells of it may be owed.
fn again(hand: &mut InHand<'_>, context: &Context<'_>, force: bool) -> Result<Outcome, CompleteError> {
    let settled = settle::settle(hand, context, force)?;
    let standing = hand.standing();
    let completed = standing.completed.as_ref();
    let promotion = completed.map_or_else(|| hand.promotion(), |completed| completed.promotion.id.clone());
    Ok(Outcome::AlreadyCompleted(promotion, standing.stage, settled))
}

/// It does not stand in the stage any more: what tells of that may be owed.
fn gone_back(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    force: bool,
    against: Against,
) -> Result<Outcome, CompleteError> {
    Ok(Outcome::GoneBack(against, settle::settle_ended(hand, context, force)?))
}

/// The whole gate, measured anew, and recorded: nothing else is a ground to move.
fn measure(
    workspace: &Workspace,
    request: &Request<'_>,
    proposal: &Proposal,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Assessment, CompleteError> {
    let names = [proposal.component.clone()];
    let stages = Stages::of(workspace, &names)?;
    let selection = Selection::of(&workspace.policy, &stages, &names, Some(proposal.to), None)?;
    let asked = verify::Request {
        selection,
        jobs: request.jobs,
        timeout: request.timeout,
        precision: Precision::Enough,
        reuse: Reuse::Renew,
    };
    let verified = verify(workspace, &asked, interrupt, listener)?;
    if verified.interrupted {
        return Err(CompleteError::Interrupted);
    }
    if !verified.faults.is_empty() {
        return Err(CompleteError::Faults(verified.faults));
    }
    recording::record(workspace, &verified.assessment, &verified.folder)?;
    Ok(verified.assessment)
}
