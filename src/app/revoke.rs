//! `revoke`: what was promoted on figures that do not hold is not promoted any more.
//!
//! Not a rollback: what runs goes on running. What was decided on the wrong figures is said, so that people can look at it:
//! the promotion, the figures side by side, and later promotions of components that need this one. What rests on it and
//! may run in the stage above goes first, or nobody would know of it any more; where it cannot be put back from here, that it
//! stays is said and recorded, or figures that do not hold would stand for ever.

use crate::lifecycle::farewell::LEFT;
use crate::lifecycle::rollback::{Candidate, brought_up, candidates, has_failed};
use crate::lifecycle::stand;
use crate::lifecycle::witness::Contradiction;
use crate::model::component::Component;
use crate::model::decision::Revocation;
use crate::model::promotion::Standing;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::stage::Stage;
use crate::sys::variable;

use jiff::Timestamp;

use super::context::Context;
use super::document;
use super::in_hand::InHand;
use super::issue::{IssueError, farewell};
use super::ledgers::{LedgerFault, Ledgers, PATIENCE};
use super::project::Workspace;
use super::witness;

/// What is asked for.
pub struct Request<'r> {
    /// The component.
    pub component: &'r Component,
    /// Why.
    pub reason: &'r str,
    /// Whether to tell only what would be done.
    pub dry_run: bool,
    /// Whether what is proposed may be done.
    pub consent: &'r dyn Fn(&Plan) -> bool,
}

/// What is about to be revoked, and what rests on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The promotion.
    pub promotion: PromotionId,
    /// Where the component stands by it.
    pub stage: Stage,
    /// Where it stands afterwards.
    pub to: Stage,
    /// When it was completed.
    pub completed: Timestamp,
    /// The number of the measurement that it rests on.
    pub measured: Option<u64>,
    /// The measurement that contradicts it; `None`: none was recorded.
    pub contradiction: Option<Contradiction>,
    /// What was done since for components that need this one.
    pub dependents: Vec<Dependent>,
    /// The candidate that rests on it and stays where it is.
    pub left: Option<Left>,
}

impl Plan {
    fn leaves(&self, candidate: &Candidate) -> bool {
        self.left.as_ref().is_some_and(|left| left.candidate.promotion == candidate.promotion)
    }
}

/// A candidate in the stage above that cannot be put back from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What was brought up, and what was there before.
    pub candidate: Candidate,
    /// Why it cannot.
    pub why: &'static str,
}

/// A later promotion of a component that needs this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// The component.
    pub component: String,
    /// Its promotion.
    pub promotion: PromotionId,
    /// The stage that it led to.
    pub to: Stage,
    /// When it was deployed or completed.
    pub time: Timestamp,
    /// Whether it was completed; else it was deployed.
    pub completed: bool,
}

/// A promotion that was revoked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// Which.
    pub promotion: PromotionId,
    /// Why.
    pub reason: String,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was completed.
    NothingCompleted,
    /// It may not be: this candidate rests on it and may run in the stage above.
    CandidateRuns(Box<Candidate>),
    /// It was revoked before; what GitHub was told of it now, or is owed.
    AlreadyRevoked(Again, Vec<String>),
    /// This would be done.
    Proposed(Plan),
    /// Nobody consented.
    Declined,
    /// It is revoked; what GitHub was told, or is owed.
    Revoked(Plan, Vec<String>),
}

/// Why it could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// It is half gone.
    #[error("the rollback of `{promotion}` was begun and has come to no end")]
    HalfRolledBack {
        /// The component.
        component: String,
        /// The promotion.
        promotion: PromotionId,
    },
    /// Nobody was asked about what stands there now.
    #[error("`{promotion}` is not that by which it stands any more, so it was not revoked")]
    Overtaken {
        /// The promotion.
        promotion: PromotionId,
    },
    /// A ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// GitHub could not be told, and it was not its fault.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

/// What was brought up in the stage above.
enum Above {
    Nothing,
    /// It must be put back before.
    GoesFirst(Box<Candidate>),
    /// It cannot be.
    Stays(Box<Left>),
}

fn above(component: &Component, standing: &Standing, records: &[Record]) -> Above {
    let Some(candidate) = brought_up(standing, records) else { return Above::Nothing };
    let is_by_hand = component.deploy.get(&candidate.to).is_some_and(|deploy| deploy.compose_file.is_none());
    // What is being put back comes to its end first: until then nobody knows what runs.
    let why = match (is_by_hand, !candidate.begun && has_failed(&candidate.promotion, records)) {
        (true, _) => {
            "the policy names no compose file, and what a script brought up cannot be put back from here"
        }
        (false, true) => "the last attempt to roll it back failed",
        (false, false) => return Above::GoesFirst(Box::new(candidate)),
    };
    Above::Stays(Box::new(Left { candidate, why }))
}

/// Revokes the promotion by which a component stands where it does.
pub fn revoke(
    workspace: &Workspace,
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Outcome, RevokeError> {
    let component = request.component;
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let standing = stand(component.stage, &records);
    let last = last_revoked(&records);
    let is_same = |again: &Again| again.reason == variable::secrets().hide(request.reason);
    let plan = match (last, plan(workspace, component, &standing, context)?) {
        (Some(again), Some(_)) if is_same(&again) => {
            return revoked_before(workspace, request, again, context);
        }
        (_, Some(plan)) => plan,
        (Some(again), None) => return revoked_before(workspace, request, again, context),
        (None, None) => return Ok(Outcome::NothingCompleted),
    };
    not_half_gone(component, &plan, &standing, &records)?;
    let left = match above(component, &standing, &records) {
        Above::GoesFirst(above) => return Ok(Outcome::CandidateRuns(above)),
        Above::Stays(left) => Some(*left),
        Above::Nothing => None,
    };
    let plan = Plan { left, ..plan };
    if request.dry_run {
        return Ok(Outcome::Proposed(plan));
    }
    if !(request.consent)(&plan) {
        return Ok(Outcome::Declined);
    }
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let standing = hand.standing();
    if standing.completed.as_ref().is_none_or(|one| one.promotion.id != plan.promotion) {
        return match last_revoked(hand.ledger().records()) {
            Some(again) if again.promotion == plan.promotion => told_again(&mut hand, again, context),
            Some(_) | None => Err(RevokeError::Overtaken { promotion: plan.promotion }),
        };
    }
    not_half_gone(component, &plan, &standing, hand.ledger().records())?;
    let left = match above(component, &standing, hand.ledger().records()) {
        Above::GoesFirst(above) => return Ok(Outcome::CandidateRuns(above)),
        // Nobody has agreed to leave this one.
        Above::Stays(left) if !plan.leaves(&left.candidate) => {
            return Ok(Outcome::CandidateRuns(Box::new(left.candidate)));
        }
        Above::Stays(left) => Some(left.candidate),
        Above::Nothing => None,
    };
    let reason = hand.secrets.hide(request.reason);
    let measured = plan.contradiction.as_ref().map(|found| found.second);
    if let Some(left) = left {
        let text = format!("`{}` was revoked, and this candidate was left in {}", plan.promotion, left.to);
        hand.record(&left.promotion, Fact::Noted { topic: LEFT.to_owned(), text })?;
    }
    let revocation = Revocation { to: plan.to, reason, measured };
    hand.record(&plan.promotion, Fact::Revoked(revocation))?;
    let mut told = document::tell(&mut hand, &plan.promotion)?;
    told.extend(farewell(&mut hand, context)?);
    Ok(Outcome::Revoked(plan, told))
}

/// What was revoked last, where nothing was completed since: who says the same again means it, a job that runs again say, and
/// not what stands below. Whatever became of its candidate afterwards changes nothing of that.
fn last_revoked(records: &[Record]) -> Option<Again> {
    let is_move = |record: &&Record| matches!(record.fact, Fact::Completed { .. } | Fact::Revoked(_));
    let last = records.iter().rfind(is_move)?;
    let Fact::Revoked(revocation) = &last.fact else { return None };
    Some(Again { promotion: last.promotion.clone(), reason: revocation.reason.clone() })
}

/// Fails where what is about to be revoked is half rolled back: nobody could say that it goes on running.
fn not_half_gone(
    component: &Component,
    plan: &Plan,
    standing: &Standing,
    records: &[Record],
) -> Result<(), RevokeError> {
    let is_half_gone = |one: &Candidate| one.begun && one.promotion == plan.promotion;
    if !candidates(standing, records).iter().any(is_half_gone) {
        return Ok(());
    }
    let (component, promotion) = (component.name.clone(), plan.promotion.clone());
    Err(RevokeError::HalfRolledBack { component, promotion })
}

/// It was revoked before: what is owed of that is told.
fn revoked_before(
    workspace: &Workspace,
    request: &Request<'_>,
    again: Again,
    context: &Context<'_>,
) -> Result<Outcome, RevokeError> {
    if request.dry_run {
        return Ok(Outcome::AlreadyRevoked(again, Vec::new()));
    }
    let mut hand = InHand::await_hand(workspace, request.component, context.folder, PATIENCE)?;
    told_again(&mut hand, again, context)
}

fn told_again(hand: &mut InHand<'_>, again: Again, context: &Context<'_>) -> Result<Outcome, RevokeError> {
    let mut told = document::tell(hand, &again.promotion)?;
    told.extend(farewell(hand, context)?);
    Ok(Outcome::AlreadyRevoked(again, told))
}

fn plan(
    workspace: &Workspace,
    component: &Component,
    standing: &Standing,
    context: &Context<'_>,
) -> Result<Option<Plan>, LedgerFault> {
    let Some(completed) = &standing.completed else { return Ok(None) };
    Ok(Some(Plan {
        promotion: completed.promotion.id.clone(),
        stage: standing.stage,
        to: completed.from,
        completed: completed.time,
        measured: completed.measured.as_ref().map(|measured| measured.seq),
        contradiction: witness::contradiction(workspace, standing, context.folder),
        dependents: dependents(workspace, component, completed.time)?,
        left: None,
    }))
}

/// What was deployed or completed since `time` of the components that need this one, directly or by way of others.
fn dependents(
    workspace: &Workspace,
    component: &Component,
    time: Timestamp,
) -> Result<Vec<Dependent>, LedgerFault> {
    let mut needed = vec![component.name.as_str()];
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(name) = needed.get(next).copied() {
        next += 1;
        for other in &workspace.policy.components {
            if other.depends_on.iter().any(|one| one == name) && !needed.contains(&other.name.as_str()) {
                needed.push(&other.name);
                let records = Ledgers::of(workspace).read(&other.name)?.records;
                found.extend(since(&other.name, &records, time));
            }
        }
    }
    Ok(found)
}

/// The promotions of a component that were deployed or completed since `time`, each once.
fn since(component: &str, records: &[Record], time: Timestamp) -> Vec<Dependent> {
    let mut found: Vec<Dependent> = Vec::new();
    for record in records.iter().filter(|record| record.time >= time) {
        let (to, completed) = match &record.fact {
            Fact::Completed { to, .. } => (*to, true),
            Fact::Done { intent, result: ActResult::Deployed { .. } } => match stage_of(records, *intent) {
                Some(to) => (to, false),
                None => continue,
            },
            _ => continue,
        };
        found.retain(|one| one.promotion != record.promotion);
        let (component, promotion) = (component.to_owned(), record.promotion.clone());
        found.push(Dependent { component, promotion, to, time: record.time, completed });
    }
    found
}

fn stage_of(records: &[Record], intent: u64) -> Option<Stage> {
    records.iter().find(|record| record.seq == intent).and_then(|record| match &record.fact {
        Fact::Intended(Act::Deploy(deploy)) => Some(deploy.stage),
        _ => None,
    })
}
