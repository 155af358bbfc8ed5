//! Asks whether what is proposed may be done, and looks again when somebody has agreed: a person may take his time to
//! answer, and what he agreed to must still be there when he has.
//!
//! Not the question itself, which is the caller's.

use crate::app::ledgers::{LedgerFault, Ledgers, OpenLedger};
use crate::lifecycle::Obstacle;
use crate::model::container::Container;
use crate::model::freeze::{Freeze, frozen};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::record::Record;
use crate::sys::clock;
use crate::sys::ledger_file::LedgerError;

use super::order::{DeployError, Outcome, Proposal, Request};
use super::past::are_others;
use super::site::{Halt, Site};
use super::world;

/// What stands in the way, by these records.
pub type Again<'a> = dyn Fn(&[Record]) -> Result<Vec<Obstacle>, DeployError> + 'a;

/// How it is asked, and how it is looked again.
pub struct Question<'q> {
    /// What is asked for.
    pub request: &'q Request<'q>,
    /// The ledgers as they are on the disk.
    pub ledgers: &'q Ledgers,
    /// What stands in the way now, by these records.
    pub again: &'q Again<'q>,
    /// The times in which nothing new is begun.
    pub freezes: &'q [Freeze],
}

impl Question<'_> {
    /// Asks; gives what came of it where it may not be done. `before` is what ran when it was proposed.
    pub fn put(
        &self,
        proposal: &Proposal,
        site: &Site<'_>,
        ledger: &OpenLedger,
        before: &[Container],
    ) -> Result<Option<Outcome>, DeployError> {
        if !(self.request.consent)(proposal) {
            return Ok(Some(Outcome::Declined));
        }
        // We hold it, but git asks nobody.
        let component = self.request.component;
        if self.ledgers.read(component)?.head() != ledger.head() {
            let moved = LedgerError::Moved(Ledgers::name(component));
            return Err(LedgerFault::File(moved).into());
        }
        let obstacles = (self.again)(ledger.records())?;
        if !obstacles.is_empty() {
            return Ok(Some(Outcome::Refused(obstacles)));
        }
        if let (Some((until, reason)), false) = (frozen(self.freezes, clock::now()), proposal.resumed) {
            return Ok(Some(Outcome::Frozen(until, reason.to_owned())));
        }
        if are_others(before, &world::containers(site)?) {
            return Err(Halt::World(Reason::new(
                ReasonKind::Environment,
                format!(
                    "the containers of `{}` were changed meanwhile, and not from here",
                    site.deploy.service
                ),
                "see who else deploys it, and run it again: it looks first at what runs then",
            ))
            .into());
        }
        Ok(None)
    }
}
