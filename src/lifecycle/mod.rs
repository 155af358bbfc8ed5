//! The promotion's state machine: records → where the component stands → what comes next. Pure; no clock and no disk.
//!
//! States are never stored: they are folded from the records each time, so that there is one truth. Not here: what
//! carries a step out (`app`), and whether records are those that were written (`ledger`).

mod conditions;
pub mod farewell;
mod fold;
mod freshness;
mod milestones;
pub mod rollback;
mod soak;
mod step;
pub mod support;
mod window;
pub mod witness;

pub use conditions::{conditions, is_signed};
pub use fold::{name, stand};
pub use freshness::{Freshness, Now, Staleness};
pub use milestones::{last_move, milestones};
pub use soak::{completed_soak, observed_soak, soak_of};
pub use step::{Obstacle, Step, counts_until, obstacles, overrides, staleness, step};
pub use window::{CLOCK, Subject, Windows, observed, subject, windows};

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
