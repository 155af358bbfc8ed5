//! `rollback`: from a decision to the proof that what was there before is there again.
//!
//! Not what follows (`finish`). The hard part is that the process may be killed anywhere: the decision and the intent
//! stand in the ledger before anything is touched, nothing is touched before the image to go back to is there, and what
//! was done is told by the world.

use std::time::Duration;

use crate::app::context::{Context, Listener};
use crate::app::deploy::restore::{commands, exchange, ready};
use crate::app::deploy::site::{Halt, Site};
use crate::app::deploy::turn::{self, Busy, NoTurn};
use crate::app::deploy::world;
use crate::app::in_hand::InHand;
use crate::app::ledgers::{Ledgers, PATIENCE};
use crate::app::project::Workspace;
use crate::lifecycle::rollback::{Candidate, NoCandidate};
use crate::model::component::Component;
use crate::model::container::ContainerState;
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::promotion_id::PromotionId;
use crate::model::reason::ReasonKind;
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::stage::Stage;
use crate::sys::host_lock::HostLock;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;
use crate::sys::{abandoned, clock, variable};

use super::decision::{decide, looked_for};
use super::finish::{announce, finish, finish_earlier};
use super::order::{Aftermath, Outcome, Plan, Request, RollbackError};

/// How long what a killed tta-promote had begun may take to its end.
const ABANDONED: Duration = Duration::from_secs(60);
/// The topic under which it is recorded that nobody could see to others.
const WITHOUT_TURN: &str = "rollback_without_turn";

/// Rolls back.
pub fn rollback(
    workspace: &Workspace,
    request: &Request<'_>,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Outcome, RollbackError> {
    let component = declared(workspace, request.component)?;
    let folder = RunFolder::create(&workspace.root)?;
    let context = Context {
        root: workspace.root.clone(),
        folder: &folder,
        limit: request.timeout.unwrap_or(workspace.policy.project.timeout),
        variables: variable::for_tools(&workspace.root),
        interrupt,
        listener,
    };
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let hands = Hands { workspace, component, context: &context };
    let candidate = match hands.looked_for(request, &records) {
        Err(NoCandidate::NothingDeployed) => return Ok(Outcome::NothingDeployed),
        Err(NoCandidate::RolledBack(earlier)) => {
            return finish_earlier(workspace, component, request.dry_run, *earlier, &context);
        }
        Ok(candidate) => candidate,
    };
    let (decision, acts) = decide(request, &candidate)?;
    if !acts {
        return hands.decided(request, candidate, decision);
    }
    let plan = hands.plan(&candidate, &decision)?;
    if request.dry_run {
        return Ok(Outcome::Proposed(Box::new(plan)));
    }
    if !(request.consent)(&plan) {
        return Ok(Outcome::Declined);
    }
    hands.act(request, &plan.candidate.promotion, listener)
}

/// The component of that name.
pub(super) fn declared<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w Component, RollbackError> {
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    let unknown = || RollbackError::Unknown { name: name.to_owned(), known: known() };
    workspace.policy.component(name).ok_or_else(unknown)
}

/// All that is needed to carry it out.
struct Hands<'a> {
    workspace: &'a Workspace,
    component: &'a Component,
    context: &'a Context<'a>,
}

impl Hands<'_> {
    fn looked_for(&self, request: &Request<'_>, records: &[Record]) -> Result<Candidate, NoCandidate> {
        looked_for(self.workspace, self.component, request, (records, self.context.folder))
    }

    /// Records what is not done now.
    fn decided(
        &self,
        request: &Request<'_>,
        candidate: Candidate,
        decision: RollbackDecision,
    ) -> Result<Outcome, RollbackError> {
        if request.dry_run {
            let (running, missing) = (Vec::new(), Vec::new());
            let plan = Plan { candidate, decision, acts: false, running, missing };
            return Ok(Outcome::Proposed(Box::new(plan)));
        }
        let mut hand = InHand::await_hand(self.workspace, self.component, self.context.folder, PATIENCE)?;
        // Another process may have decided or done it meanwhile.
        let candidate = match self.looked_for(request, hand.ledger().records()) {
            Ok(candidate) => candidate,
            Err(NoCandidate::NothingDeployed) => return Ok(Outcome::NothingDeployed),
            Err(NoCandidate::RolledBack(earlier)) => return Ok(Outcome::AlreadyRolledBack(*earlier)),
        };
        let (decision, acts) = decide(request, &candidate)?;
        if acts {
            return Err(RollbackError::Overtaken { promotion: candidate.promotion });
        }
        let stands = candidate.decided.filter(|told| told.what == decision);
        if stands.is_none() {
            hand.record(&candidate.promotion, Fact::RollbackDecided(decision.clone()))?;
        }
        let since = stands.map(|told| told.time);
        let (promotion, stage) = (candidate.promotion, hand.standing().stage);
        let aftermath = announce(&mut hand, self.context, &promotion)?;
        Ok(Outcome::Decided { promotion, decision, stage, since, instead: None, aftermath })
    }

    /// What would be done, and what is missing for it. Nothing is touched.
    fn plan(&self, candidate: &Candidate, decision: &RollbackDecision) -> Result<Plan, RollbackError> {
        let looked = match self.site(candidate) {
            Ok(Some(site)) => look(&site, candidate),
            Ok(None) => Ok((Vec::new(), vec![self.no_way(candidate)])),
            Err(halt) => Err(halt),
        };
        let (running, missing) = match looked {
            Ok(looked) => looked,
            Err(Halt::World(reason)) if reason.kind != ReasonKind::Interrupted => {
                (Vec::new(), vec![reason.message])
            }
            Err(halt) => return Err(halt.into()),
        };
        let (candidate, decision) = (candidate.clone(), decision.clone());
        Ok(Plan { candidate, decision, acts: true, running, missing })
    }

    fn site(&self, candidate: &Candidate) -> Result<Option<Site<'_>>, Halt> {
        let Some(deploy) = self.component.deploy.get(&candidate.to) else { return Ok(None) };
        Ok(Some(Site::find(self.context, &self.component.name, deploy)?))
    }

    fn no_way(&self, candidate: &Candidate) -> String {
        format!("the policy does not say any more how `{}` gets to {}", self.component.name, candidate.to)
    }

    /// Does it, to the promotion that was `agreed` to. From here on nobody else acts for the component; what was recorded
    /// until now may have changed.
    fn act(
        &self,
        request: &Request<'_>,
        agreed: &PromotionId,
        listener: &dyn Listener,
    ) -> Result<Outcome, RollbackError> {
        let context = self.context;
        let mut hand = InHand::await_hand(self.workspace, self.component, context.folder, PATIENCE)?;
        abandoned::wait(&context.root, context.limit.min(ABANDONED), context.interrupt);
        let candidate = match self.looked_for(request, hand.ledger().records()) {
            Ok(candidate) => candidate,
            Err(NoCandidate::NothingDeployed) => return Ok(Outcome::NothingDeployed),
            Err(NoCandidate::RolledBack(earlier)) => {
                drop(hand);
                return finish_earlier(self.workspace, self.component, false, *earlier, context);
            }
        };
        if candidate.promotion != *agreed {
            return Err(RollbackError::Overtaken { promotion: candidate.promotion });
        }
        let (decision, acts) = decide(request, &candidate)?;
        if !acts {
            return Ok(decided_otherwise(candidate, hand.standing().stage, decision));
        }
        let site = self.site(&candidate);
        let (_turn, seen) = take_turn(&site, decision.severity)?;
        give_up_deployments(&mut hand, &candidate)?;
        if candidate.decided.as_ref().is_none_or(|told| told.what != decision) {
            hand.record(&candidate.promotion, Fact::RollbackDecided(decision))?;
        }
        for text in &seen {
            let note = Fact::Noted { topic: WITHOUT_TURN.to_owned(), text: hand.secrets.hide(text) };
            hand.record(&candidate.promotion, note)?;
        }
        let image = candidate.before.as_ref().map(|before| before.image.clone());
        let intent = intend(&mut hand, &candidate, image.clone())?;
        let label = format!("roll back {}", self.component.name);
        let watch = clock::Stopwatch::start();
        listener.began(&label);
        let deed = self.put_back(&candidate, site);
        listener.ended(&label, watch.elapsed());
        match deed? {
            Deed::Back(running) => {
                let result = ActResult::Restored { running: running.clone() };
                hand.record(&candidate.promotion, Fact::Done { intent, result })?;
                let aftermath = finish(&mut hand, context, &candidate.promotion)?;
                Ok(Outcome::Done { candidate: Box::new(candidate), running, seen, aftermath })
            }
            Deed::NotBack { touched, mut why, by_hand } => {
                why.extend(seen);
                let hide = |words: &Vec<String>| words.iter().map(|one| hand.secrets.hide(one)).collect();
                let (why, by_hand): (Vec<String>, Vec<String>) = (hide(&why), hide(&by_hand));
                hand.record(&candidate.promotion, Fact::Failed { intent, why: why.join("; ") })?;
                Ok(Outcome::NotDone { promotion: candidate.promotion, touched, why, by_hand })
            }
        }
    }

    fn put_back(
        &self,
        candidate: &Candidate,
        site: Result<Option<Site<'_>>, Halt>,
    ) -> Result<Deed, RollbackError> {
        let site = match site {
            Ok(Some(site)) => site,
            Ok(None) => return Ok(self.untouched(None, candidate, self.no_way(candidate))),
            Err(halt) => return Ok(self.untouched(None, candidate, not_interrupted(halt)?)),
        };
        let name = match is_ready(&site, candidate) {
            Ok(Ok(name)) => name,
            Ok(Err(missing)) => return Ok(self.untouched(Some(&site), candidate, missing)),
            Err(halt) => return Ok(self.untouched(Some(&site), candidate, not_interrupted(halt)?)),
        };
        let image = candidate.before.as_ref().map(|before| before.image.as_str());
        let why = match exchange(&site, image, name.as_deref()) {
            Ok(Ok(running)) => {
                return Ok(Deed::Back(running.iter().map(Into::into).collect()));
            }
            Ok(Err(why)) => why,
            Err(halt) => vec![not_interrupted(halt)?],
        };
        Ok(Deed::NotBack { touched: true, why, by_hand: self.by_hand(Some(&site), candidate, false) })
    }

    fn untouched(&self, site: Option<&Site<'_>>, candidate: &Candidate, why: String) -> Deed {
        let is_gone = site.is_some() && candidate.before.is_some();
        Deed::NotBack { touched: false, why: vec![why], by_hand: self.by_hand(site, candidate, is_gone) }
    }

    /// What a person must do, in this order.
    fn by_hand(&self, site: Option<&Site<'_>>, candidate: &Candidate, is_gone: bool) -> Vec<String> {
        let before = candidate.before.as_ref();
        let mut steps = Vec::new();
        if let Some(before) = before.filter(|_| is_gone) {
            steps.push(format!(
                "bring the image `{}` back: `docker load`, or `docker pull` of `{}`",
                before.image, before.reference
            ));
        }
        match site {
            Some(site) if !is_gone => {
                let image = before.map(|before| (before.image.as_str(), before.reference.as_str()));
                let name = before.and_then(|before| before.kept.as_deref());
                steps.extend(commands(site, image, name));
            }
            Some(_) => {}
            None => steps.push(format!(
                "see that `docker version` tells of a server, and that `[component.{}.deploy.{}]` says how it is deployed",
                self.component.name, candidate.to
            )),
        }
        let again = format!("`tta-promote rollback {} --now`", self.component.name);
        steps.push(format!("{again}: it looks first, and records what runs then"));
        steps
    }
}

/// Somebody has taken back what was about to be done: what stands now.
fn decided_otherwise(candidate: Candidate, stage: Stage, decision: RollbackDecision) -> Outcome {
    let promotion = candidate.promotion;
    let (since, instead) = candidate.decided.map(|told| (told.time, told.actor)).unzip();
    Outcome::Decided { promotion, decision, stage, since, instead, aftermath: Aftermath::default() }
}

/// The turn. Where it cannot be seen whose it is, or whether what a killed one had begun has ended, what cannot wait is
/// done without it, and that is seen.
fn take_turn(
    site: &Result<Option<Site<'_>>, Halt>,
    severity: RollbackSeverity,
) -> Result<(Option<HostLock>, Vec<String>), RollbackError> {
    let Ok(Some(site)) = site else { return Ok((None, Vec::new())) };
    let (unseen, refusal) = match turn::take(site) {
        Ok(turn) => return Ok((Some(turn), Vec::new())),
        Err(NoTurn::Busy(busy @ Busy::Killed { .. })) => (busy.to_string(), busy.into()),
        Err(NoTurn::Busy(busy @ Busy::AtWork { .. })) => return Err(busy.into()),
        Err(NoTurn::Shut(reason)) => (reason.message.clone(), RollbackError::Shut(reason)),
        Err(NoTurn::Halt(halt)) => return Err(halt.into()),
    };
    if severity != RollbackSeverity::Critical {
        return Err(refusal);
    }
    Ok((None, vec![format!("{unseen}; the rollback went on all the same, as it could not wait")]))
}

/// What came of the deed.
enum Deed {
    /// What was there before is there.
    Back(Vec<ContainerState>),
    /// It is not.
    NotBack { touched: bool, why: Vec<String>, by_hand: Vec<String> },
}

/// Why the world did not let us, in words. An interruption is no end.
fn not_interrupted(halt: Halt) -> Result<String, Halt> {
    match halt {
        Halt::World(reason) if reason.kind != ReasonKind::Interrupted => Ok(reason.message),
        halt => Err(halt),
    }
}

fn look(site: &Site<'_>, candidate: &Candidate) -> Result<(Vec<ContainerState>, Vec<String>), Halt> {
    let running = world::containers(site)?.iter().map(Into::into).collect();
    let missing = is_ready(site, candidate)?.err();
    Ok((running, missing.into_iter().collect()))
}

fn is_ready(site: &Site<'_>, candidate: &Candidate) -> Result<Result<Option<String>, String>, Halt> {
    let before = candidate.before.as_ref();
    let image = before.map(|before| before.image.as_str());
    ready(site, image, before.and_then(|before| before.kept.as_deref()))
}

/// Nobody goes on with a deployment that is to go.
fn give_up_deployments(hand: &mut InHand<'_>, candidate: &Candidate) -> Result<(), RollbackError> {
    let standing = hand.standing();
    let promotions = standing.promotion.iter();
    let it = promotions.filter(|promotion| promotion.id == candidate.promotion);
    let pending = it.flat_map(|promotion| &promotion.pending);
    let begun: Vec<u64> = pending
        .filter(|pending| matches!(pending.act, Act::Deploy(_)))
        .map(|pending| pending.intent)
        .collect();
    for intent in begun {
        let why = "it was interrupted, and is to be rolled back".to_owned();
        hand.record(&candidate.promotion, Fact::Failed { intent, why })?;
    }
    Ok(())
}

/// The intent to put it back: that of an attempt without an end, else a new one.
fn intend(hand: &mut InHand<'_>, candidate: &Candidate, image: Option<String>) -> Result<u64, RollbackError> {
    let act = Act::Restore { deploy: candidate.deploy, image };
    let standing = hand.standing();
    let completed = standing.completed.iter().map(|completed| &completed.promotion);
    let ended = standing.ended.iter().map(|ended| &ended.promotion);
    let mut promotions = standing.promotion.iter().chain(completed).chain(ended);
    let pending = promotions
        .find(|promotion| promotion.id == candidate.promotion)
        .and_then(|it| it.pending.iter().find(|pending| pending.act == act && pending.failed.is_none()));
    match pending {
        Some(pending) => Ok(pending.intent),
        None => Ok(hand.record(&candidate.promotion, Fact::Intended(act))?),
    }
}
