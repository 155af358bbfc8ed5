//! The events of a component's promotions that its history tells.

use jiff::Timestamp;

use super::promotion_id::PromotionId;
use super::stage::Stage;

/// What happened to a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The component entered the stage.
    Completed {
        /// The stage.
        to: Stage,
        /// The commit that was deployed.
        commit: Option<String>,
    },
    /// Its candidate was put back.
    RolledBack {
        /// Why.
        reason: String,
    },
    /// It rested on figures that do not hold.
    Revoked {
        /// Where the component stands again.
        to: Stage,
        /// Why.
        reason: String,
    },
}

/// When and to which promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// When.
    pub time: Timestamp,
    /// The promotion.
    pub promotion: PromotionId,
    /// What.
    pub event: Event,
}
