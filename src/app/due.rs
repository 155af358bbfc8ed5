//! What is due for a component: the next step of its promotion, and what would have to be mended first.
//!
//! Not the steps themselves. Nothing is held and nothing is written: a step looks again for itself.

use jiff::Timestamp;

use crate::lifecycle::rollback::Duty;
use crate::lifecycle::{self, Obstacle, Staleness, Step};
use crate::model::component::Component;
use crate::model::freeze::frozen;
use crate::model::promotion::{Pending, Standing};
use crate::model::record::Act;
use crate::model::soak::Soak;
use crate::model::stage::Stage;
use crate::sys::run_folder::RunFolder;

use super::debts;
use super::in_hand::dependencies;
use super::ledgers::{LedgerFault, Ledgers};
use super::notice;
use super::override_words;
use super::present;
use super::project::Workspace;

/// What is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Where the component stands.
    pub standing: Standing,
    /// The stage that it would enter.
    pub to: Option<Stage>,
    /// The next step.
    pub step: Step,
    /// What no measurement would change: a dirty tree, a hold, a dependency that is behind.
    pub first: Vec<Obstacle>,
    /// Whether its promotion has an issue at all.
    pub with_issue: bool,
    /// Whether the policy says how it is deployed to that stage.
    pub with_deployment: bool,
    /// What is to be mended before it is completed.
    pub duties: Vec<Duty>,
    /// How far its observation has come, where its candidate runs.
    pub soak: Option<Soak>,
    /// Until when nothing is promoted, and why.
    pub frozen: Option<(Timestamp, String)>,
    /// Checks that somebody set aside, a sentence each.
    pub overrides: Vec<String>,
    /// What is owed of promotions that are over, a few words each.
    pub owed: Vec<String>,
}

impl Due {
    /// Looks at a component.
    pub fn of(workspace: &Workspace, component: &Component, folder: &RunFolder) -> Result<Self, LedgerFault> {
        let records = Ledgers::of(workspace).read(&component.name)?.records;
        let standing = lifecycle::stand(component.stage, &records);
        let now = present::now(workspace, folder, Some(component), &present::commits(&standing));
        let with_issue = workspace.policy.project.repository.is_some();
        let soak = soak(component, &standing, now.time);
        let duties = notice::duties(workspace, &standing, &records, now.time, folder);
        let step = match lifecycle::step(&standing, &now, with_issue) {
            Step::Observe if duties.is_empty() && soak.as_ref().is_some_and(Soak::is_proven) => {
                Step::Complete
            }
            step => step,
        };
        let frozen = frozen(&workspace.policy.project.freezes, now.time);
        let frozen = frozen.map(|(until, reason)| (until, reason.to_owned()));
        let mut first = lifecycle::obstacles(&standing, &now, &dependencies(workspace, component)?);
        first.retain(|obstacle| match obstacle {
            Obstacle::RollingBack { .. }
            | Obstacle::Held { .. }
            | Obstacle::Dependency { .. }
            | Obstacle::Stale(Staleness::Dirty { .. }) => true,
            Obstacle::Unmeasured { .. } | Obstacle::NotPassed { .. } | Obstacle::Stale(_) => false,
        });
        let to = standing.stage.next();
        let with_deployment = to.is_some_and(|to| component.deploy.contains_key(&to));
        let overrides = override_words::in_force(&standing, &now);
        let owed = debts::owed(workspace, component, &standing, &records);
        Ok(Self {
            standing,
            to,
            step,
            first,
            with_issue,
            with_deployment,
            duties,
            soak,
            frozen,
            overrides,
            owed,
        })
    }

    /// Whether something was begun that must come to its end whatever else is said.
    pub fn is_begun(&self) -> bool {
        let pending = self.standing.promotion.iter().flat_map(|promotion| &promotion.pending);
        let is_act = |pending: &Pending| matches!(pending.act, Act::Deploy(_) | Act::Restore { .. });
        self.step == Step::Restore || pending.into_iter().any(is_act)
    }

    /// The steps from here to a running candidate, the next one first.
    pub fn plan(&self) -> Vec<Step> {
        if self.step == Step::Complete {
            return vec![Step::Complete];
        }
        let all = [Step::Verify, Step::OpenIssue, Step::Deploy];
        let has = |step: &Step| match step {
            Step::OpenIssue => self.with_issue,
            Step::Deploy => self.with_deployment,
            _ => true,
        };
        let rest = all.iter().skip_while(|step| **step != self.step);
        rest.filter(|step| has(step)).cloned().collect()
    }
}

/// How far the observation of the candidate has come that runs.
pub fn soak(component: &Component, standing: &Standing, time: Timestamp) -> Option<Soak> {
    let promotion = standing.promotion.as_ref()?;
    let rule = component.observation(promotion.to).soak;
    lifecycle::soak_of(&rule, promotion, time)
}
