//! What was deployed goes: decided with a severity, proven by what runs again, and told to all who must know.
//!
//! Not here: how an image is put back (`deploy::restore`), and what a rollback would take away (`lifecycle::rollback`).

pub mod account;
pub mod cause;
mod decision;
pub mod finish;
pub mod order;
pub mod rehearse;
pub mod workflow;
