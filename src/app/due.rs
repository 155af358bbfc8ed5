//! What is due for a component: the next step of its promotion, and what would have to be mended first.
//!
//! Not the steps themselves. Nothing is held and nothing is written: a step looks again for itself.

use crate::lifecycle::{self, Obstacle, Staleness, Step};
use crate::model::component::Component;
use crate::model::promotion::Standing;
use crate::model::stage::Stage;
use crate::sys::run_folder::RunFolder;

use super::in_hand::dependencies;
use super::ledgers::{LedgerFault, Ledgers};
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
}

impl Due {
    /// Looks at a component.
    pub fn of(workspace: &Workspace, component: &Component, folder: &RunFolder) -> Result<Self, LedgerFault> {
        let records = Ledgers::of(workspace).read(&component.name)?.records;
        let standing = lifecycle::stand(component.stage, &records);
        let measured = standing.measured.as_ref().and_then(|one| one.verification.commit.as_deref());
        let measured: Vec<&str> = measured.into_iter().collect();
        let now = present::now(workspace, folder, Some(component), &measured);
        let with_issue = workspace.policy.project.repository.is_some();
        let step = lifecycle::step(&standing, &now, with_issue);
        let mut first = lifecycle::obstacles(&standing, &now, &dependencies(workspace, component)?);
        first.retain(|obstacle| match obstacle {
            Obstacle::RollingBack { .. }
            | Obstacle::Held { .. }
            | Obstacle::Dependency { .. }
            | Obstacle::Stale(Staleness::Dirty) => true,
            Obstacle::Unmeasured | Obstacle::NotPassed { .. } | Obstacle::Stale(_) => false,
        });
        let to = standing.stage.next();
        let with_deployment = to.is_some_and(|to| component.deploy.contains_key(&to));
        Ok(Self { standing, to, step, first, with_issue, with_deployment })
    }

    /// The steps from here to a running candidate, the next one first.
    pub fn plan(&self) -> Vec<Step> {
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
