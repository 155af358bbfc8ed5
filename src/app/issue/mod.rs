//! `issue`: the promotion issue on GitHub says what the ledger knows. It looks first, acts only where it must, and
//! looks again.
//!
//! GitHub is a projection: where it fails, that is recorded as owed, and nothing else waits for it, no ledger either. The hard part is a
//! process that is killed, or an answer that is lost, between the act and its record: the intent stands in the ledger
//! before the act, and the issue is found again by the mark in its text.

mod client;
mod closing;
mod debt;
mod desk;
mod errand;
mod farewell;
mod outcome;
mod target;
mod text;
mod turn;

use crate::ledger::Ledger;
use crate::lifecycle;
use crate::model::component::Component;
use crate::model::secret::Secrets;
use crate::sys::variable;
use crate::tools::gh::{Comment, Failure, Issue};

use super::context::Context;
use super::in_hand::InHand;
use super::ledgers::{Ledgers, PATIENCE};
use super::present;
use super::project::Workspace;

use client::Client;
pub use closing::{Farewell, Said, take_leave};
pub use debt::{is_owed, pay_debts};
use desk::{Desk, under_way};
pub use farewell::farewell;
pub use outcome::{Consent, Deed, Double, IssueError, Place, Report};
pub use target::is_among;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The component.
    pub component: &'a str,
    /// Only to tell what would be done.
    pub dry_run: bool,
    /// Whether labels may be made that are missing.
    pub consent: Consent<'a>,
}

/// Opens the promotion issue of a component, or brings it up to date.
pub fn issue(
    workspace: &Workspace,
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Report, IssueError> {
    let component = declared(workspace, request.component)?;
    let repository = workspace.policy.project.repository.as_deref().ok_or(IssueError::NoRepository)?;
    // Refused before anything is written: where no ledger is, none is begun.
    let ledger = Ledgers::of(workspace).read(&component.name)?;
    permit(workspace, component, &ledger, context)?;
    let secrets = variable::secrets();
    let desk = Desk::new(workspace, component, repository, context, &secrets)?;
    if request.dry_run {
        return desk.tell(&ledger);
    }
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let promotion = under_way(&hand.standing())?.id.clone();
    let mut turn = desk.courier.turn(&mut hand, &promotion)?.map_err(IssueError::Busy)?;
    if hand.head() != ledger.head() {
        permit(workspace, component, &Ledgers::of(workspace).read(&component.name)?, context)?;
    }
    let mut report = desk.settle(&mut hand, request.consent, &mut turn)?;
    drop(turn);
    report.remarks.extend(desk.announce(&mut hand)?);
    Ok(report)
}

/// All issues of the repository, for those who look for something among them; or why GitHub did not tell.
///
/// # Errors
/// Where the run folder cannot be written.
pub fn listed(
    repository: &str,
    context: &Context<'_>,
    secrets: &Secrets,
) -> anyhow::Result<Result<Vec<Issue>, Failure>> {
    Client::new(context, repository, secrets).issues()
}

/// The comments on an issue; or why GitHub did not tell.
///
/// # Errors
/// Where the run folder cannot be written.
pub fn comments(
    repository: &str,
    number: u64,
    context: &Context<'_>,
    secrets: &Secrets,
) -> anyhow::Result<Result<Vec<Comment>, Failure>> {
    Client::new(context, repository, secrets).comments(number)
}

/// The component of that name.
fn declared<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w Component, IssueError> {
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    workspace
        .policy
        .component(name)
        .ok_or_else(|| IssueError::Unknown { name: name.to_owned(), known: known() })
}

/// That the last measurement is a pass of what is there now.
fn permit(
    workspace: &Workspace,
    component: &Component,
    ledger: &Ledger,
    context: &Context<'_>,
) -> Result<(), IssueError> {
    let standing = lifecycle::stand(component.stage, &ledger.records);
    let Some(to) = standing.stage.next() else { return Err(IssueError::Top(component.name.clone())) };
    let now = present::now(workspace, context.folder, Some(component), &present::commits(&standing));
    let obstacles = lifecycle::obstacles(&standing, &now, &[]);
    if obstacles.is_empty() {
        return Ok(());
    }
    Err(IssueError::Refused { component: component.name.clone(), to, obstacles })
}
