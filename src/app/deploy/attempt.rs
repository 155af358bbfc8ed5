//! One attempt to deploy, from its intent in the ledger to its end: act, watch, and put back where the policy says so.
//!
//! Not here: whether it may begin (`workflow`). The hard part is that the process may be killed anywhere: so the
//! intent stands in the ledger before anything is done, and what is done is told by the world, never by memory.

use crate::app::ledgers::{LedgerFault, OpenLedger};
use crate::model::container::{Container, ContainerState};
use crate::model::delivery::OnFailure;
use crate::model::promotion_id::PromotionId;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::record::{Act, ActResult, DeployAct, Fact};

use super::act::act;
use super::past::are_others;
use super::proof::sentences;
use super::restore::{by_hand, restore};
use super::site::{Halt, Site};
use super::watch::{Wanted, Watched, watch};
use super::world::{self, Since};

/// What is said where what runs in the end is not what ran right after the act.
const MEDDLED: &str =
    "its containers were replaced while they were watched, and not from here: see who else deploys it";

/// Why an attempt came to no end that could be recorded.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The world did not let us, or we could not do our work.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The ledger cannot be written.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

/// What an attempt came to.
#[derive(Debug)]
pub enum Ending {
    /// The candidate runs and is well.
    Deployed {
        /// The commit.
        commit: String,
        /// What runs.
        running: Vec<ContainerState>,
        /// What proves it.
        proof: Vec<String>,
        /// Whether anything was done for it.
        acted: bool,
    },
    /// It is not well.
    Failed {
        /// What was seen.
        seen: Vec<String>,
        /// What became of it.
        after: After,
    },
}

/// What became of a deployment that failed.
#[derive(Debug)]
pub enum After {
    /// It stays as it is.
    Left,
    /// What ran before runs again; nothing where there was nothing.
    PutBack(Vec<ContainerState>),
    /// What ran before could not be put back.
    NotPutBack {
        /// Why.
        why: Vec<String>,
        /// What a person has to do.
        hint: String,
    },
}

/// An attempt under way.
pub struct Attempt<'a> {
    /// Where.
    pub site: &'a Site<'a>,
    /// The ledger, which nobody else may write meanwhile.
    pub ledger: &'a mut OpenLedger,
    /// The promotion that it is for.
    pub promotion: &'a PromotionId,
    /// The commits that the image may say that it was built from.
    pub revisions: Vec<String>,
}

impl Attempt<'_> {
    fn record(&mut self, fact: Fact) -> Result<u64, AttemptError> {
        Ok(self.ledger.record(self.promotion, fact)?)
    }

    /// Begins a deployment.
    pub fn begin(&mut self, deploy: DeployAct) -> Result<u64, AttemptError> {
        self.record(Fact::Intended(Act::Deploy(deploy)))
    }

    /// Ends an earlier attempt that led nowhere.
    pub fn give_up(&mut self, intent: u64, why: &str) -> Result<(), AttemptError> {
        self.record(Fact::Failed { intent, why: why.to_owned() }).map(|_| ())
    }

    /// What must be seen.
    pub fn wanted(&self, since: Since) -> Result<Wanted, AttemptError> {
        let config_hash = world::config_hash(self.site, since)?;
        Ok(Wanted { config_hash, revisions: Some(self.revisions.clone()) })
    }

    /// Goes on with an attempt whose intent is recorded: acts where it is not so already, watches, and records how it
    /// ended.
    pub fn go_on(&mut self, intent: u64, deploy: &DeployAct, is_so: bool) -> Result<Ending, AttemptError> {
        if !is_so {
            match act(self.site, &deploy.commit) {
                Ok(()) => {}
                // Whether anything was done can only be seen later.
                Err(Halt::World(reason))
                    if !matches!(reason.kind, ReasonKind::Interrupted | ReasonKind::Environment) =>
                {
                    return self.fail(intent, deploy, &[reason.message]);
                }
                Err(halt) => return Err(halt.into()),
            }
        }
        let made = if is_so { None } else { world::containers(self.site).ok() };
        let by_compose = !is_so && self.site.deploy.script.is_empty();
        let wanted = self.wanted(if by_compose { Since::Up } else { Since::Before })?;
        match watch(self.site, wanted)? {
            Watched::Healthy(proof) => {
                let running: Vec<ContainerState> = proof.containers.iter().map(Into::into).collect();
                let is_made_by_others = made.is_some_and(|made| are_others(&made, &proof.containers));
                let mut proof = sentences(self.site.deploy, &proof);
                proof.extend(is_made_by_others.then(|| MEDDLED.to_owned()));
                let result = ActResult::Deployed { running: running.clone(), proof: proof.clone() };
                self.record(Fact::Done { intent, result })?;
                Ok(Ending::Deployed { commit: deploy.commit.clone(), running, proof, acted: !is_so })
            }
            Watched::Unhealthy(seen) => self.fail(intent, deploy, &seen),
            Watched::Unknown(seen) => Err(Halt::World(Reason::new(
                ReasonKind::Environment,
                self.site
                    .secrets
                    .hide(&format!("it is not known how the deployment went: {}", seen.join("; "))),
                "run it again when the engine answers: it looks first and goes on from there",
            ))
            .into()),
        }
    }

    fn fail(&mut self, intent: u64, deploy: &DeployAct, seen: &[String]) -> Result<Ending, AttemptError> {
        let seen: Vec<String> = seen.iter().map(|words| self.site.secrets.hide(words)).collect();
        let failed = Fact::Failed { intent, why: seen.join("; ") };
        if self.site.deploy.on_failure == OnFailure::Stop {
            self.record(failed)?;
            return Ok(Ending::Failed { seen, after: After::Left });
        }
        // First what is going to be done: killed in between, the next run puts back and does not deploy.
        let image = deploy.before.first().map(|container| container.image.clone());
        let restoring = self.record(Fact::Intended(Act::Restore { deploy: intent, image: image.clone() }))?;
        self.record(failed)?;
        let after = self.put_back(restoring, image.as_deref(), deploy.kept.as_deref())?;
        Ok(Ending::Failed { seen, after })
    }

    /// Puts back what ran before; `restoring` is the intent to do so.
    pub fn put_back(
        &mut self,
        restoring: u64,
        image: Option<&str>,
        kept: Option<&str>,
    ) -> Result<After, AttemptError> {
        let restored = match restore(self.site, image, kept) {
            Err(Halt::World(reason)) if reason.kind != ReasonKind::Interrupted => Err(vec![reason.message]),
            other => other?,
        };
        match restored {
            Ok(running) => {
                let running: Vec<ContainerState> =
                    running.iter().map(|container: &Container| container.into()).collect();
                let result = ActResult::Restored { running: running.clone() };
                self.record(Fact::Done { intent: restoring, result })?;
                Ok(After::PutBack(running))
            }
            Err(why) => {
                let why: Vec<String> = why.iter().map(|words| self.site.secrets.hide(words)).collect();
                self.record(Fact::Failed { intent: restoring, why: why.join("; ") })?;
                Ok(After::NotPutBack { why, hint: by_hand(self.site, kept.or(image)) })
            }
        }
    }
}
