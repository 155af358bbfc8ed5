//! Everything between a decision to deploy and knowing what runs.
//!
//! Not here: what the policy says (`policy`), what is asked of docker and compose and what their answers mean
//! (`tools`), and whether what was seen proves that all is well (`judge::rollout`).

pub mod act;
pub mod attempt;
pub mod consent;
pub mod keep;
pub mod log;
pub mod order;
mod past;
pub mod proof;
pub mod restore;
pub mod site;
pub mod turn;
pub mod watch;
pub mod workflow;
pub mod world;
