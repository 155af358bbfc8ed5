//! Why there was no look at a candidate. What was seen of one that is not well is no error.

use crate::app::deploy::site::Halt;
use crate::app::ledgers::LedgerFault;

/// Why there was no look.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// There is no such component.
    #[error("there is no component `{0}`")]
    Unknown(String),
    /// We were asked to stop.
    #[error("it was interrupted")]
    Interrupted,
    /// A ledger cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// We could not do our work.
    #[error(transparent)]
    Own(#[from] anyhow::Error),
}

impl From<Halt> for ObserveError {
    fn from(halt: Halt) -> Self {
        match halt {
            // All else that the world does is told in what was seen.
            Halt::World(_) => Self::Interrupted,
            Halt::Own(error) => Self::Own(error),
        }
    }
}
