//! What is asked of `deploy`, and what comes of it. Not how it comes about.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::ledgers::LedgerFault;
use crate::lifecycle::Obstacle;
use crate::model::container::ContainerState;
use crate::model::delivery::Deploy;
use crate::model::stage::Stage;
use crate::sys::run_folder::NoPlace;

use super::attempt::{After, AttemptError, Ending};
use super::site::Halt;
use super::turn::{Busy, NoTurn};

/// What is asked for.
pub struct Request<'r> {
    /// The component.
    pub component: &'r str,
    /// Whether to tell only what would be done.
    pub dry_run: bool,
    /// The limit for one act, where it is not the policy's.
    pub timeout: Option<Duration>,
    /// Whether what is proposed may be done.
    pub consent: &'r dyn Fn(&Proposal) -> bool,
}

/// What is about to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The component.
    pub component: String,
    /// The stage that it is deployed to.
    pub to: Stage,
    /// The commit.
    pub commit: String,
    /// What is run, without secrets.
    pub argv: Vec<String>,
    /// What runs now.
    pub before: Vec<ContainerState>,
    /// What the policy says.
    pub deploy: Deploy,
    /// Whether an earlier attempt is gone on with.
    pub resumed: bool,
    /// Checks that somebody set aside, a sentence each.
    pub overrides: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It may not be deployed.
    Refused(Vec<Obstacle>),
    /// This would be done.
    Proposed(Box<Proposal>),
    /// Nothing is promoted until then, for that reason.
    Frozen(Timestamp, String),
    /// Nobody consented.
    Declined,
    /// It was proven to run, and still does.
    AlreadyDeployed(Vec<ContainerState>),
    /// An attempt was made.
    Ended(Ending),
    /// An earlier deployment that failed was put back.
    PutBack(After),
}

/// Why it could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// There is no such component.
    #[error("there is no component `{0}`")]
    Unknown(String),
    /// The policy does not say how it is deployed.
    #[error("the policy does not say how `{component}` gets to {to}")]
    NoWay {
        /// The component.
        component: String,
        /// The stage.
        to: Stage,
    },
    /// There is no stage above.
    #[error("`{0}` is in the highest stage already")]
    Top(String),
    /// Nothing could ever prove it.
    #[error("nothing would show whether `{0}` runs")]
    Unprovable(String),
    /// There is no place for logs.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// Another process acts for it.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The attempt came to no end.
    #[error(transparent)]
    Attempt(#[from] AttemptError),
}

impl From<Halt> for DeployError {
    fn from(halt: Halt) -> Self {
        Self::Attempt(halt.into())
    }
}

impl From<NoTurn> for DeployError {
    fn from(why: NoTurn) -> Self {
        match why {
            NoTurn::Busy(busy) => busy.into(),
            NoTurn::Shut(reason) => Halt::World(reason).into(),
            NoTurn::Halt(halt) => halt.into(),
        }
    }
}

impl From<LedgerFault> for DeployError {
    fn from(fault: LedgerFault) -> Self {
        Self::Attempt(fault.into())
    }
}
