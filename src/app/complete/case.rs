//! How a component stands to its completion: is it done, may it be done, or what stands in the way.
//!
//! Not the deed, and not the look at what runs. Pure but for the look at the project.

use crate::app::document::Paper;
use crate::app::in_hand::{InHand, dependencies};
use crate::app::ledgers::LedgerFault;
use crate::app::notice;
use crate::app::present;
use crate::app::project::Workspace;
use crate::app::{override_words, refusal, soak_words};
use crate::lifecycle::rollback::{Duty, RolledBack, last_rolled_back};
use crate::lifecycle::{self, Now, Obstacle};
use crate::model::component::Component;
use crate::model::container::ContainerState;
use crate::model::freeze::frozen;
use crate::model::promotion::{Completed, Deployment, EndKind, Phase, Promotion, Standing};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, Record};
use crate::model::soak::Soak;
use crate::model::stage::Stage;
use crate::sys::run_folder::RunFolder;

use super::outcome::{Against, CompleteError, Proposal};

/// A component and all that decides.
pub(super) struct Case<'a> {
    workspace: &'a Workspace,
    pub(super) component: &'a Component,
    standing: Standing,
    now: Now,
    dependencies: Vec<(String, Stage)>,
    duties: Vec<Duty>,
    gone: Option<RolledBack>,
}

/// How it stands.
pub(super) enum State<'c> {
    /// It stands in its stage, and nothing else is under way.
    Done(&'c Completed),
    /// Its last candidate was put back, and nothing came after it.
    GoneBack(Against),
    /// Something stands in the way.
    Against(Against, Option<Soak>),
    /// It may be completed, if its gate is passed.
    Ready(Soak),
}

impl<'a> Case<'a> {
    pub(super) fn of(
        workspace: &'a Workspace,
        component: &'a Component,
        records: &[Record],
        folder: &RunFolder,
    ) -> Result<Self, CompleteError> {
        let standing = lifecycle::stand(component.stage, records);
        let now = present::now(workspace, folder, Some(component), &present::commits(&standing));
        let dependencies = dependencies(workspace, component)?;
        let duties = notice::duties(workspace, &standing, records, now.time, folder);
        // Who revokes speaks of something else than the rollback before.
        let is_revoked = standing.ended.as_ref().is_some_and(|ended| ended.kind == EndKind::Revoked);
        let gone = last_rolled_back(records).filter(|gone| gone.to > standing.stage && !is_revoked);
        Ok(Self { workspace, component, standing, now, dependencies, duties, gone })
    }

    pub(super) fn state(&self) -> State<'_> {
        let under_way = self.standing.promotion.as_ref().filter(|promotion| is_begun(promotion));
        if let (Some(gone), None) = (&self.gone, under_way) {
            return State::GoneBack(self.gone_back(gone));
        }
        if let (Some(completed), None) = (&self.standing.completed, under_way) {
            return State::Done(completed);
        }
        let Some((promotion, deployment)) = self.deployed() else {
            return State::Against(self.not_deployed(), None);
        };
        let rule = self.component.observation(promotion.to).soak;
        let Some(soak) = lifecycle::soak_of(&rule, promotion, self.now.time) else {
            return State::Against(self.not_deployed(), None);
        };
        let against = self.against(promotion, deployment, &soak);
        if against.is_nothing() { State::Ready(soak) } else { State::Against(against, Some(soak)) }
    }

    fn gone_back(&self, gone: &RolledBack) -> Against {
        let (name, stage, to) = (&self.component.name, self.standing.stage, gone.to);
        let time = gone.time.strftime("%Y-%m-%d %H:%M UTC");
        let why = format!(
            "`{}` was rolled back on {time}: {}; it stands in {stage}, and not in {to}",
            gone.promotion, gone.decided.what.reason
        );
        let again = format!("begin again with `tta-promote promote {name}` once that is mended");
        let hint = match &self.standing.hold {
            Some(_) => format!("{again}; before that, `tta-promote release {name} --reason TEXT`"),
            None => again,
        };
        Against { refused: vec![why], waiting: Vec::new(), hint }
    }

    /// The promotion whose candidate runs, and its deployment.
    fn deployed(&self) -> Option<(&Promotion, &Deployment)> {
        let promotion = self.standing.promotion.as_ref()?;
        let is_up = matches!(promotion.phase, Phase::Deployed | Phase::Observing);
        Some((promotion, promotion.deployment.as_ref().filter(|_| is_up && !is_changing(promotion))?))
    }

    fn not_deployed(&self) -> Against {
        let name = &self.component.name;
        let promotion = self.standing.promotion.as_ref();
        let rollback = promotion
            .filter(|promotion| promotion.phase >= Phase::RollingBack)
            .and_then(|promotion| promotion.rollback.as_ref());
        let (why, hint) = if let Some(rollback) = rollback {
            let why = format!("it is to be rolled back: {}", rollback.what.reason);
            (why, format!("bring the rollback to its end with `tta-promote rollback {name}`"))
        } else if promotion.is_some_and(is_changing) {
            let why = "a deployment was begun and has come to no end".to_owned();
            (why, format!("go on with it: `tta-promote deploy {name}`"))
        } else if self.standing.stage.next().is_none() {
            ("there is no stage above".to_owned(), "there is nothing to complete".to_owned())
        } else {
            let to = self.standing.stage.next().unwrap_or(self.standing.stage);
            let failed = promotion.and_then(|promotion| promotion.deploy_failed.as_ref());
            let failed = failed.map(|why| format!("; the last attempt failed: {why}")).unwrap_or_default();
            let why = format!("nothing of it is deployed to {to}{failed}");
            (why, format!("see what is due with `tta-promote promote {name} --dry-run`"))
        };
        Against { refused: vec![why], waiting: Vec::new(), hint }
    }

    fn against(&self, promotion: &Promotion, deployment: &Deployment, soak: &Soak) -> Against {
        let name = &self.component.name;
        let mut against = Against::default();
        let mut hints: Vec<String> = Vec::new();
        if let Some(hold) = &self.standing.hold {
            let obstacle = Obstacle::Held { by: hold.actor.clone(), reason: hold.what.clone() };
            hints.push(refusal::remedy(name, std::slice::from_ref(&obstacle)));
            against.refused.push(refusal::words(&obstacle));
        }
        for (component, stage) in self.dependencies.iter().filter(|(_, stage)| *stage < promotion.to) {
            let obstacle = Obstacle::Dependency { component: component.clone(), stage: *stage };
            hints.push(refusal::remedy(name, std::slice::from_ref(&obstacle)));
            against.refused.push(refusal::words(&obstacle));
        }
        for duty in &self.duties {
            hints.push(notice::duty_remedy(name, self.standing.stage, duty));
            against.refused.push(notice::duty_words(name, duty));
        }
        let failed = soak_words::excesses(soak);
        if !failed.is_empty() {
            against.refused.extend(failed);
            hints.push(soak_words::remedy(name));
        }
        if !soak.is_proven() {
            against.waiting.extend(soak_words::missing(soak));
            hints.push(format!("go on with `tta-promote observe {name}`, and run this again then"));
        }
        if let Some((until, reason)) = frozen(&self.workspace.policy.project.freezes, self.now.time) {
            against.waiting.push(format!("nothing is promoted until {until}: {reason}"));
            hints.push("run it again when the freeze is over".to_owned());
        }
        // What is here now matters only once nothing else does: on the way, other work goes on.
        if against.is_nothing() {
            let here = self.here(deployment);
            if !here.is_empty() {
                let short: String = deployment.commit.chars().take(12).collect();
                hints.push(format!("check out what is deployed, `{short}`, with nothing changed"));
            }
            against.refused.extend(here);
        }
        against.hint = hints.into_iter().next().unwrap_or_default();
        against
    }

    /// What speaks against measuring what is deployed by what is here.
    fn here(&self, deployment: &Deployment) -> Vec<String> {
        let mut here = Vec::new();
        let deployed = &deployment.commit;
        if self.now.commit.as_ref() != Some(deployed) && !self.now.equal_commits.contains(deployed) {
            let short = |commit: &str| format!("`{}`", commit.chars().take(8).collect::<String>());
            let current = self.now.commit.as_deref().map_or_else(|| "none".to_owned(), short);
            here.push(format!("the commit {} is deployed, and not {current}", short(deployed)));
        }
        if self.now.dirty != Some(false) {
            let file = self.now.differs.clone();
            here.push(refusal::words(&Obstacle::Stale(lifecycle::Staleness::Dirty { file })));
        }
        here
    }

    /// What stands in the way once the gate was measured anew.
    pub(super) fn obstacles(&self, hand: &InHand<'_>) -> Result<Vec<Obstacle>, LedgerFault> {
        hand.obstacles(&self.standing, &self.now)
    }

    pub(super) fn proposal(&self, soak: Soak, papers: Vec<Paper>) -> Proposal {
        let promotion = self.standing.promotion.as_ref();
        let deployment = promotion.and_then(|promotion| promotion.deployment.as_ref());
        let issue = promotion.and_then(|promotion| promotion.issue.clone());
        let project = &self.workspace.policy.project;
        Proposal {
            component: self.component.name.clone(),
            title: self.component.title.clone(),
            promotion: promotion.map_or_else(|| PromotionId::recorded(""), |one| one.id.clone()),
            from: self.standing.stage,
            to: self.to(),
            commit: deployment.map(|deployment| deployment.commit.clone()).unwrap_or_default(),
            soak,
            papers,
            issue: issue.filter(|_| project.repository.is_some()),
            status_issue: project.github.status_issue.filter(|_| project.repository.is_some()),
            overrides: override_words::in_force(&self.standing, &self.now),
        }
    }

    pub(super) fn to(&self) -> Stage {
        let promotion = self.standing.promotion.as_ref();
        promotion.map_or(self.standing.stage, |promotion| promotion.to)
    }

    /// The deployment that was observed.
    pub(super) fn deployment(&self) -> Option<&Deployment> {
        self.deployed().map(|(_, deployment)| deployment)
    }

    /// The containers of it that were looked at last.
    pub(super) fn last_seen(&self) -> &[ContainerState] {
        let Some((promotion, deployment)) = self.deployed() else { return &[] };
        let mut looks = promotion.observations.iter().rev();
        let last = looks.find(|one| !one.running.is_empty());
        last.map_or(&deployment.running, |one| &one.running)
    }

    /// The number of its intent.
    pub(super) fn intent(&self) -> u64 {
        self.deployment().map_or(0, |deployment| deployment.intent)
    }

    /// The number of the measurement that it rests on.
    pub(super) fn verified(&self) -> u64 {
        self.standing.measured.as_ref().map_or(0, |measured| measured.seq)
    }
}

/// Whether more was done for a promotion than to measure its gate.
fn is_begun(promotion: &Promotion) -> bool {
    promotion.phase > Phase::Verified || !promotion.pending.is_empty()
}

/// Whether what runs is being changed.
fn is_changing(promotion: &Promotion) -> bool {
    promotion.pending.iter().any(|pending| matches!(pending.act, Act::Deploy(_) | Act::Restore { .. }))
}
