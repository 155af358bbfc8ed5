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
    /// The number of its record.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// The promotion.
    pub promotion: PromotionId,
    /// What.
    pub event: Event,
}

/// The event that brought the component back to where it stands; `None`: it came there otherwise. A candidate that was put
/// back before it was completed moved nothing.
pub fn moved_back(milestones: &[Milestone]) -> Option<&Milestone> {
    let (mut stands_by, mut back) = (None, None);
    for one in milestones {
        match &one.event {
            Event::Completed { .. } => (stands_by, back) = (Some(&one.promotion), None),
            Event::RolledBack { .. } | Event::Revoked { .. } => {
                if stands_by.take_if(|of| **of == one.promotion).is_some() {
                    back = Some(one);
                }
            }
        }
    }
    back
}
