//! What is asked of `rollback`, and what comes of it. Not how it comes about.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::deploy::site::Halt;
use crate::app::deploy::turn::Busy;
use crate::app::issue::IssueError;
use crate::app::ledgers::LedgerFault;
use crate::lifecycle::rollback::{Candidate, RolledBack};
use crate::model::container::ContainerState;
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::promotion_id::PromotionId;
use crate::model::reason::Reason;
use crate::model::stage::Stage;
use crate::sys::run_folder::NoPlace;

/// What is asked for.
pub struct Request<'r> {
    /// The component.
    pub component: &'r str,
    /// How bad it is; `None`: as decided before.
    pub severity: Option<RollbackSeverity>,
    /// Why; `None`: as decided before.
    pub reason: Option<&'r str>,
    /// Until when what is to be mended must be.
    pub due: Option<Due>,
    /// Whether to act although there would be time.
    pub now: bool,
    /// Whether to tell only what would be done.
    pub dry_run: bool,
    /// The limit for one act, where it is not the policy's.
    pub timeout: Option<Duration>,
    /// Whether what is proposed may be done.
    pub consent: &'r dyn Fn(&Plan) -> bool,
}

/// Until when something must be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The moment.
    pub time: Timestamp,
    /// Whether it was told as so long from now.
    pub is_from_now: bool,
}

/// What is about to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is taken away, and what was there before.
    pub candidate: Candidate,
    /// What is decided.
    pub decision: RollbackDecision,
    /// Whether it is done now.
    pub acts: bool,
    /// What runs now.
    pub running: Vec<ContainerState>,
    /// What is missing, so that nothing may be touched.
    pub missing: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// There is nothing to roll back.
    NothingDeployed,
    /// What was rolled back is not rolled back again.
    AlreadyRolledBack(RolledBack),
    /// An earlier one was done, and what follows it is done now.
    Finished(RolledBack, Aftermath),
    /// This would be done.
    Proposed(Box<Plan>),
    /// Nobody consented.
    Declined,
    /// It was decided; nothing is done yet.
    Decided {
        /// The promotion.
        promotion: PromotionId,
        /// What.
        decision: RollbackDecision,
        /// Where the component stands.
        stage: Stage,
        /// Since when it stands, where it was decided so before.
        since: Option<Timestamp>,
        /// Who decided so while something else was about to be done: nothing was.
        instead: Option<String>,
        /// What was told, and what is still owed.
        aftermath: Aftermath,
    },
    /// What was there before is there again.
    Done {
        /// What went.
        candidate: Box<Candidate>,
        /// What runs; nothing where nothing did.
        running: Vec<ContainerState>,
        /// What was in the way and was not waited for.
        seen: Vec<String>,
        /// What follows.
        aftermath: Aftermath,
    },
    /// What was there before is not there: a person must act.
    NotDone {
        /// The promotion.
        promotion: PromotionId,
        /// Whether anything was touched.
        touched: bool,
        /// Why.
        why: Vec<String>,
        /// What a person must do, in this order.
        by_hand: Vec<String>,
    },
}

/// What follows a decision or a rollback.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aftermath {
    /// The account to fill in.
    pub account: Option<String>,
    /// What GitHub was told, or is owed, a sentence each.
    pub told: Vec<String>,
}

/// Why it could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Nobody decided how bad it is, or why.
    #[error("nothing says {what} `{component}` is to be rolled back")]
    Undecided {
        /// The component.
        component: String,
        /// What is not said.
        what: &'static str,
    },
    /// It need not go, or not now, although it is half gone.
    #[error("the rollback of `{promotion}` was begun and has come to no end")]
    Begun {
        /// The component.
        component: String,
        /// The promotion.
        promotion: PromotionId,
    },
    /// The time is over already.
    #[error("the time by which it is to be mended is over")]
    Past,
    /// It is to be done now, and nobody was asked about that.
    #[error("`{promotion}` is what would go now, and nobody was asked about that")]
    Overtaken {
        /// The promotion.
        promotion: PromotionId,
    },
    /// The account cannot be used.
    #[error("`{file}` does not say {}", .missing.join(", nor "))]
    Unfilled {
        /// The file.
        file: String,
        /// What it does not say.
        missing: Vec<String>,
    },
    /// The account cannot be read or written.
    #[error("cannot {what} `{file}`: {why}")]
    Account {
        /// What we wanted to do.
        what: &'static str,
        /// The file.
        file: String,
        /// Why not.
        why: String,
    },
    /// Another process acts for it.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// It cannot be seen whether another process acts for it, and there is time to see to it.
    #[error("{0}")]
    Shut(Reason),
    /// There is no place for logs.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// The world did not let us, or we could not do our work.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// GitHub could not be told, and it was not its fault.
    #[error(transparent)]
    Issue(#[from] IssueError),
}
