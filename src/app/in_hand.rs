//! A component whose promotion this process has in hand: its ledger is held, so that nobody else acts for it meanwhile,
//! until it is let go.
//!
//! Not the acts themselves. Whatever is done to the outside world is recorded here before and after: an intent, and
//! then what the world showed, or why it did not. Nobody waits for GitHub with a ledger in hand.

use std::time::Duration;

use crate::ledger::Head;
use crate::lifecycle::{self, Now, Obstacle};
use crate::model::component::Component;
use crate::model::promotion::Standing;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Fact, Record};
use crate::model::secret::Secrets;
use crate::model::stage::Stage;
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, variable};

use super::actor::actor;
use super::ledgers::{LedgerFault, Ledgers, OpenLedger};
use super::present;
use super::project::Workspace;

/// A component in hand.
#[derive(Debug)]
pub struct InHand<'a> {
    /// The policy and the project.
    pub workspace: &'a Workspace,
    /// The component.
    pub component: &'a Component,
    /// Where logs go.
    pub folder: &'a RunFolder,
    /// What must not leave this process.
    pub secrets: Secrets,
    ledger: OpenLedger,
}

impl<'a> InHand<'a> {
    /// Takes a component in hand, unless another process has it.
    pub fn take(
        workspace: &'a Workspace,
        component: &'a Component,
        folder: &'a RunFolder,
    ) -> Result<Self, LedgerFault> {
        Self::await_hand(workspace, component, folder, Duration::ZERO)
    }

    /// As [`InHand::take`], and waits so long for another process to let go of it.
    pub fn await_hand(
        workspace: &'a Workspace,
        component: &'a Component,
        folder: &'a RunFolder,
        patience: Duration,
    ) -> Result<Self, LedgerFault> {
        let actor = actor(&workspace.root, folder);
        let ledger = Ledgers::of(workspace).open(&component.name, &actor, patience)?;
        Ok(Self { workspace, component, folder, secrets: variable::secrets(), ledger })
    }

    /// Its ledger.
    pub fn ledger(&self) -> &OpenLedger {
        &self.ledger
    }

    /// Lets others act for it: from now on its ledger is held only while a record is written.
    pub fn let_go(&mut self) {
        self.ledger.let_go();
    }

    /// Reads what others have recorded since it was let go.
    pub fn look_again(&mut self) -> Result<(), LedgerFault> {
        self.ledger.look_again()
    }

    /// The last line of its ledger: what comments and bodies carry, so that a quiet rewrite shows.
    pub fn head(&self) -> Head {
        self.ledger.head()
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        lifecycle::stand(self.component.stage, self.ledger.records())
    }

    /// What is there now.
    pub fn now(&self, standing: &Standing) -> Now {
        present::now(self.workspace, self.folder, Some(self.component), &present::commits(standing))
    }

    /// What stands in the way of an issue and of a deployment.
    pub fn obstacles(&self, standing: &Standing, now: &Now) -> Result<Vec<Obstacle>, LedgerFault> {
        Ok(lifecycle::obstacles(standing, now, &dependencies(self.workspace, self.component)?))
    }

    /// The promotion that what is done now belongs to.
    pub fn promotion(&self) -> PromotionId {
        let standing = self.standing();
        if let Some(promotion) = &standing.promotion {
            return promotion.id.clone();
        }
        let to = standing.stage.next().unwrap_or(standing.stage);
        let today = clock::today();
        lifecycle::name(&self.component.name, to, today, &standing, self.ledger.records())
    }

    /// Records a fact about a promotion, which need not be the one under way.
    pub fn record(&mut self, promotion: &PromotionId, fact: Fact) -> Result<u64, LedgerFault> {
        self.ledger.record(promotion, fact)
    }

    /// As [`InHand::record`], if what is recorded up to then lets it; no number where it does not.
    pub fn record_if(
        &mut self,
        promotion: &PromotionId,
        fact: Fact,
        may: impl FnOnce(&[Record]) -> bool,
    ) -> Result<Option<u64>, LedgerFault> {
        self.ledger.record_if(promotion, fact, may)
    }
}

/// The components that one needs, each with where it stands.
pub fn dependencies(
    workspace: &Workspace,
    component: &Component,
) -> Result<Vec<(String, Stage)>, LedgerFault> {
    let ledgers = Ledgers::of(workspace);
    let declared = component.depends_on.iter().filter_map(|name| workspace.policy.component(name));
    declared
        .map(|one| {
            let ledger = ledgers.read(&one.name)?;
            Ok((one.name.clone(), lifecycle::stand(one.stage, &ledger.records).stage))
        })
        .collect()
}
