//! A component whose promotion this process has in hand: its ledger is held, so that nobody else acts for it meanwhile.
//!
//! Not the acts themselves. Whatever is done to the outside world is recorded here before and after: an intent, and
//! then what the world showed, or why it did not.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::ledger::Head;
use crate::lifecycle::{self, Now, Obstacle};
use crate::model::component::Component;
use crate::model::promotion::Standing;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact};
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
        let today = clock::now().to_zoned(TimeZone::UTC).date();
        lifecycle::name(&self.component.name, to, today, &standing, self.ledger.records())
    }

    /// Records a fact about a promotion, which need not be the one under way.
    pub fn record(&mut self, promotion: &PromotionId, fact: Fact) -> Result<u64, LedgerFault> {
        self.ledger.record(promotion, fact)
    }

    /// Records a fact about the promotion that is under way.
    pub fn tell(&mut self, fact: Fact) -> Result<u64, LedgerFault> {
        let promotion = self.promotion();
        self.ledger.record(&promotion, fact)
    }

    /// Records that an act is about to be done, and gives the number of the intent.
    pub fn intend(&mut self, act: Act) -> Result<u64, LedgerFault> {
        let promotion = self.promotion();
        self.ledger.record(&promotion, Fact::Intended(act))
    }

    /// Records what came of it.
    pub fn done(&mut self, intent: u64, result: ActResult) -> Result<u64, LedgerFault> {
        let promotion = self.promotion();
        self.ledger.record(&promotion, Fact::Done { intent, result })
    }

    /// Records that nothing came of it, or that it cannot be told.
    pub fn failed(&mut self, intent: u64, why: &str) -> Result<u64, LedgerFault> {
        let promotion = self.promotion();
        let why = self.secrets.hide(why);
        self.ledger.record(&promotion, Fact::Failed { intent, why })
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
