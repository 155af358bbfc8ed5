//! `observe`: one look at a deployed candidate, recorded for the window that it can speak for.
//!
//! Not how far the soak has come (`lifecycle`), which windows there are (`lifecycle`), or what a figure means (`judge`).
//! The hard part is that nobody waits for a look: the ledger is held only while its record is written, so that a
//! rollback is never kept waiting by tests that run. Who finds then that somebody else has looked meanwhile, or that
//! another candidate runs, drops what it saw: no window is recorded twice. A record is one line, so that a process that
//! is killed leaves all of it or nothing.

mod engine;
mod error;
mod health;
mod incident;
mod integration;
mod look;
mod metric;
mod sight;

use std::sync::Arc;

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::ledgers::{Ledgers, PATIENCE};
use crate::app::project::Workspace;
use crate::lifecycle::{self, CLOCK, Subject, Windows};
use crate::model::component::Component;
use crate::model::decision::Incident;
use crate::model::observation::{Observation, Window};
use crate::model::record::Fact;
use crate::model::secret::Secrets;
use crate::model::watch::Observe;
use crate::report::soak::SoakView;
use crate::sys::{clock, variable};

pub use error::ObserveError;
use look::Look;
use sight::Sight;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request<'r> {
    /// The component.
    pub component: &'r str,
    /// What happened, where somebody tells.
    pub incident: Option<Incident>,
}

/// What a look came to.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was deployed.
    Nothing,
    /// These were recorded, the earlier window first.
    Seen(Box<Seen>),
    /// By the clock, the last window has not ended yet: that is noted, and the next window begins now.
    Backwards(Window),
    /// Somebody else has looked meanwhile, or another candidate runs: nothing was recorded.
    Overtaken,
}

/// What was recorded.
#[derive(Debug)]
pub struct Seen {
    /// The subject of the look.
    pub subject: Subject,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// How far the soak has come.
    pub soak: SoakView,
    /// What the policy says.
    pub observe: Observe,
}

/// Looks once, and records what was seen.
pub fn observe(
    workspace: &Workspace,
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Outcome, ObserveError> {
    let unknown = || ObserveError::Unknown(request.component.to_owned());
    let component = workspace.policy.component(request.component).ok_or_else(unknown)?;
    if let Some(incident) = &request.incident
        && !told(workspace, component, context, incident)?
    {
        return Ok(Outcome::Nothing);
    }
    let ledger = Ledgers::of(workspace).read(&component.name)?;
    let standing = lifecycle::stand(component.stage, &ledger.records);
    let Some(subject) = lifecycle::subject(&standing, &ledger.records) else { return Ok(Outcome::Nothing) };
    let observe = component.observation(subject.to);
    let (late, current) = match lifecycle::windows(&observe, subject.from, clock::now()) {
        Windows::Open { late, current } => (late, current),
        Windows::Backwards => return backwards(workspace, component, context, &subject),
    };
    let look = Look {
        workspace,
        component,
        context,
        observe: &observe,
        subject: &subject,
        secrets: secrets(&observe),
    };
    let observations = Sight(look).observations(late, current)?;
    if context.interrupt.raised() {
        return Err(ObserveError::Interrupted);
    }
    record(workspace, component, context, subject, observations, observe)
}

/// Records what somebody tells; whether there was a promotion to tell it of.
fn told(
    workspace: &Workspace,
    component: &Component,
    context: &Context<'_>,
    incident: &Incident,
) -> Result<bool, ObserveError> {
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let standing = hand.standing();
    let Some(promotion) = lifecycle::observed(&standing).map(|promotion| promotion.id.clone()) else {
        return Ok(false);
    };
    let hidden =
        Incident { what: hand.secrets.hide(&incident.what), evidence: hand.secrets.hide(&incident.evidence) };
    hand.record(&promotion, Fact::Incident(hidden))?;
    Ok(true)
}

fn secrets(observe: &Observe) -> Secrets {
    let token = observe.prometheus.as_ref().and_then(|one| one.token.as_deref()).and_then(variable::text);
    variable::secrets().and(&Secrets::of(token.as_deref()))
}

fn record(
    workspace: &Workspace,
    component: &Component,
    context: &Context<'_>,
    subject: Subject,
    observations: Vec<Observation>,
    observe: Observe,
) -> Result<Outcome, ObserveError> {
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let is_still = |now: &Subject| {
        now.from == subject.from
            && now.promotion == subject.promotion
            && now.deployment.intent == subject.deployment.intent
    };
    if !lifecycle::subject(&hand.standing(), hand.ledger().records()).as_ref().is_some_and(is_still) {
        return Ok(Outcome::Overtaken);
    }
    for observation in &observations {
        hand.record(&subject.promotion, Fact::Observed(Arc::new(observation.clone())))?;
    }
    let standing = hand.standing();
    let seen = lifecycle::observed(&standing).map_or(&[][..], |promotion| &promotion.observations);
    let now = clock::now();
    let Some(soak) = lifecycle::observed_soak(&observe.soak, &standing, now) else {
        return Ok(Outcome::Overtaken);
    };
    let soak = SoakView::of(soak, subject.deployment.time, seen, now);
    Ok(Outcome::Seen(Box::new(Seen { subject, observations, soak, observe })))
}

/// Notes that the clock went back, so that whoever looks next begins there.
fn backwards(
    workspace: &Workspace,
    component: &Component,
    context: &Context<'_>,
    subject: &Subject,
) -> Result<Outcome, ObserveError> {
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let (from, now) = (subject.from, clock::now());
    let still = lifecycle::subject(&hand.standing(), hand.ledger().records());
    let Some(ahead) = Window::new(now, from).filter(|_| still.is_some_and(|still| still.from == from)) else {
        return Ok(Outcome::Overtaken);
    };
    let text = format!("the last window ends at {from}, and the clock says {now}: the next one begins here");
    hand.record(&subject.promotion, Fact::Noted { topic: CLOCK.to_owned(), text })?;
    Ok(Outcome::Backwards(ahead))
}
