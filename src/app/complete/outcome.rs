//! What is asked of `complete`, what comes of it, or why nothing does. Not how it comes about.

use std::time::Duration;

use crate::app::deploy::site::Halt;
use crate::app::document::Paper;
use crate::app::issue::IssueError;
use crate::app::ledgers::LedgerFault;
use crate::app::selection::SelectionError;
use crate::lifecycle::Obstacle;
use crate::model::assessment::Assessment;
use crate::model::policy::Fault;
use crate::model::promotion::Issue;
use crate::model::promotion_id::PromotionId;
use crate::model::soak::Soak;
use crate::model::stage::Stage;
use crate::sys::run_folder::NoPlace;

use super::settle::Settled;

/// What is asked for.
pub struct Request<'r> {
    /// The component.
    pub component: &'r str,
    /// Whether to tell only what would be done.
    pub dry_run: bool,
    /// Whether what people wrote between our marks may be overwritten.
    pub force: bool,
    /// How many tools may run at a time.
    pub jobs: usize,
    /// The limit for one tool run, where it is not the policy's.
    pub timeout: Option<Duration>,
    /// Whether what is proposed may be done.
    pub consent: &'r dyn Fn(&Proposal) -> bool,
}

/// What stands in the way.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// What a person must see to.
    pub refused: Vec<String>,
    /// What time or an approval brings.
    pub waiting: Vec<String>,
    /// What to do.
    pub hint: String,
}

impl Against {
    /// Whether nothing does.
    pub fn is_nothing(&self) -> bool {
        self.refused.is_empty() && self.waiting.is_empty()
    }

    /// Whether it is only to be waited for.
    pub fn is_waiting(&self) -> bool {
        self.refused.is_empty() && !self.waiting.is_empty()
    }
}

/// What is about to be done.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The component.
    pub component: String,
    /// Its title.
    pub title: String,
    /// The promotion.
    pub promotion: PromotionId,
    /// Where it stands.
    pub from: Stage,
    /// Where it will stand.
    pub to: Stage,
    /// The commit that is deployed.
    pub commit: String,
    /// How it was observed.
    pub soak: Soak,
    /// The documents.
    pub papers: Vec<Paper>,
    /// The promotion issue, which is commented on and closed.
    pub issue: Option<Issue>,
    /// The issue with the status report, which is commented on.
    pub status_issue: Option<u64>,
    /// Checks that somebody set aside, in words.
    pub overrides: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It may not be completed, or not yet.
    Against(Against, Option<Box<Soak>>),
    /// Its last candidate was put back. What tells of that is told all the same.
    GoneBack(Against, Settled),
    /// This would be done.
    Proposed(Box<Proposal>),
    /// Nobody consented.
    Declined,
    /// The gate was measured anew, and is not passed. That is recorded, and nothing moved.
    NotPassed(Box<Assessment>, Vec<Obstacle>),
    /// It stands in the stage.
    Completed(Box<Proposal>, Settled),
    /// It did so before.
    AlreadyCompleted(PromotionId, Stage, Settled),
}

/// Why it could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The policy does not say how it is deployed.
    #[error("the policy does not say any more how `{component}` gets to {to}")]
    NoWay {
        /// The component.
        component: String,
        /// The stage.
        to: Stage,
    },
    /// The policy speaks of files that are not there.
    #[error("the policy speaks of files that are not there")]
    Faults(Vec<Fault>),
    /// We were asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The engine or the address could not be asked.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The gate cannot be chosen.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The issue.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// We could not do our work.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<NoPlace> for CompleteError {
    fn from(error: NoPlace) -> Self {
        Self::Other(error.into())
    }
}
