//! What people decide about a component is recorded: sign-offs, holds, overrides. Not what follows from it: that is
//! `lifecycle`'s.

use std::time::Duration;

use jiff::SignedDuration;

use crate::model::check::Check;
use crate::model::component::Component;
use crate::model::decision::{Override, SignOff};
use crate::model::person::is_same_person;
use crate::model::promotion::Standing;
use crate::model::promotion_id::PromotionId;
use crate::model::record::Fact;
use crate::sys::clock;
use crate::sys::run_folder::{NoPlace, RunFolder};

use super::actor::actor;
use super::in_hand::InHand;
use super::ledgers::{LedgerFault, PATIENCE};
use super::present;
use super::project::Workspace;

/// The longest time that checks may be set aside for.
pub const LONGEST_OVERRIDE: Duration = Duration::from_secs(14 * 86_400);

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Somebody answers for something, or does not any more.
    Sign {
        /// For what.
        topic: String,
        /// Where the evidence is.
        evidence: String,
        /// Who; `None`: who runs this.
        by: Option<String>,
        /// How long.
        expires: Duration,
        /// Not any more.
        withdraw: bool,
    },
    /// Nothing is promoted.
    Hold {
        /// Why.
        reason: String,
    },
    /// It may be again.
    Release {
        /// Why.
        reason: String,
    },
    /// Checks are set aside.
    Override {
        /// Which.
        checks: Vec<Check>,
        /// Why.
        reason: String,
        /// Who else agreed.
        approver: String,
        /// How long.
        expires: Duration,
    },
}

/// Why it cannot be decided so.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// No gate asks for it.
    #[error("no gate asks that somebody answers for `{topic}`")]
    NotAsked {
        /// What was to be signed.
        topic: String,
        /// What gates ask for.
        asked: Vec<String>,
    },
    /// Who asks for an override cannot approve it.
    #[error("`{approver}` cannot approve what `{actor}` asks for: that may be one person")]
    SameApprover {
        /// Who would.
        approver: String,
        /// Who asks.
        actor: String,
    },
    /// It would hold too long.
    #[error("checks can be set aside for 14 days at most")]
    TooLong,
    /// There is no commit that it could be for.
    #[error("there is no commit here that checks could be set aside for")]
    NoCommit,
    /// Files differ from the commit.
    #[error("files differ from the commit that checks would be set aside for")]
    Dirty,
    /// There is no place for what git says.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

/// Records a decision, and says it in a sentence.
pub fn decide(workspace: &Workspace, name: &str, decision: &Decision) -> Result<String, DecideError> {
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    let component = workspace
        .policy
        .component(name)
        .ok_or_else(|| DecideError::Unknown { name: name.to_owned(), known: known() })?;
    let folder = RunFolder::create(&workspace.root)?;
    let actor = actor(&workspace.root, &folder);
    if let Decision::Override { approver, expires, .. } = decision {
        if is_same_person(approver, &actor) {
            return Err(DecideError::SameApprover { approver: approver.clone(), actor });
        }
        if *expires > LONGEST_OVERRIDE {
            return Err(DecideError::TooLong);
        }
    }
    if let Decision::Sign { topic, .. } = decision {
        is_asked(workspace, topic)?;
    }
    let mut hand = InHand::await_hand(workspace, component, &folder, PATIENCE)?;
    let standing = hand.standing();
    let Some((fact, sentence)) = said(&hand, &standing, &actor, decision)? else {
        return Ok(format!("nothing holds `{name}`; nothing was recorded"));
    };
    let promotion = promotion(&hand, &standing);
    hand.record(&promotion, fact)?;
    Ok(sentence)
}

/// What is recorded of a decision, and said; nothing where nothing is held that could be released.
fn said(
    hand: &InHand<'_>,
    standing: &Standing,
    actor: &str,
    decision: &Decision,
) -> Result<Option<(Fact, String)>, DecideError> {
    let name = &hand.component.name;
    Ok(Some(match decision {
        Decision::Hold { reason } => held(hand.component, &hand.secrets.hide(reason)),
        Decision::Release { .. } if standing.hold.is_none() => {
            return Ok(None);
        }
        Decision::Release { reason } => {
            let reason = hand.secrets.hide(reason);
            (Fact::Released { reason }, format!("`{name}` may be promoted again"))
        }
        Decision::Sign { topic, evidence, by, expires, withdraw } => {
            let now = clock::now();
            let term = if *withdraw { Duration::ZERO } else { *expires };
            let expires = now.checked_add(signed(term)).unwrap_or(now);
            let by = hand.secrets.hide(by.as_deref().unwrap_or(actor));
            let sentence = if *withdraw {
                format!("`{topic}` of `{name}` is withdrawn")
            } else {
                format!(
                    "{by} answers for `{topic}` of `{name}` until {}",
                    expires.strftime("%Y-%m-%d %H:%M UTC")
                )
            };
            let evidence = hand.secrets.hide(evidence);
            (Fact::Signed(SignOff { topic: topic.clone(), by, evidence, commit: None, expires }), sentence)
        }
        Decision::Override { checks, reason, approver, expires } => {
            let commit = commit(hand, standing)?;
            let now = clock::now();
            let expires = now.checked_add(signed(*expires)).unwrap_or(now);
            let checks: Vec<String> = checks.iter().map(|check| check.id().to_owned()).collect();
            let sentence = format!(
                "{} of `{name}` may fail at `{}` until {}",
                checks.join(", "),
                commit.chars().take(8).collect::<String>(),
                expires.strftime("%Y-%m-%d %H:%M UTC")
            );
            let (reason, approver) = (hand.secrets.hide(reason), hand.secrets.hide(approver));
            (Fact::Overridden(Override { checks, commit, reason, approver, expires }), sentence)
        }
    }))
}

/// That a gate asks for it, where any asks for anything: a slip of the pen would be missed at the gate only.
fn is_asked(workspace: &Workspace, topic: &str) -> Result<(), DecideError> {
    let gates = workspace.policy.gates.values();
    let asked: Vec<String> = gates.flat_map(|gate| &gate.conditions.sign_offs).cloned().collect();
    if asked.is_empty() || asked.iter().any(|one| one == topic) {
        return Ok(());
    }
    Err(DecideError::NotAsked { topic: topic.to_owned(), asked })
}

fn held(component: &Component, reason: &str) -> (Fact, String) {
    let sentence = format!("nothing of `{}` is promoted until it is released: {reason}", component.name);
    (Fact::Held { reason: reason.to_owned() }, sentence)
}

/// The promotion that a decision is noted with: the one under way, else the last.
fn promotion(hand: &InHand<'_>, standing: &Standing) -> PromotionId {
    let under_way = standing.promotion.as_ref().map(|promotion| promotion.id.clone());
    let last = || hand.ledger().records().last().map(|record| record.promotion.clone());
    under_way.or_else(last).unwrap_or_else(|| hand.promotion())
}

/// The commit that is here, by the name that it was measured under.
fn commit(hand: &InHand<'_>, standing: &Standing) -> Result<String, DecideError> {
    let measured = standing.measured.as_ref().and_then(|one| one.verification.commit.as_deref());
    let commits: Vec<&str> = measured.into_iter().collect();
    let now = present::now(hand.workspace, hand.folder, Some(hand.component), &commits);
    let here = now.commit.ok_or(DecideError::NoCommit)?;
    if now.dirty != Some(false) {
        return Err(DecideError::Dirty);
    }
    // Commits that differ in ledgers alone are one, and the measurement speaks of the first of them.
    Ok(now.equal_commits.into_iter().next().unwrap_or(here))
}

fn signed(term: Duration) -> SignedDuration {
    SignedDuration::try_from(term).unwrap_or(SignedDuration::ZERO)
}
