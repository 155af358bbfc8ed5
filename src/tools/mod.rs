//! What each tool is asked, and how its answer is read: argument lists, and (exit, bytes) to evidence.
//!
//! Not here: processes and files (`sys`), and any judgement (`judge`).

pub mod bandit;
pub mod ending;
pub mod json_stream;
pub mod pyright;
pub mod pyright_config;
#[cfg(test)]
mod recording;
pub mod ruff;
pub mod ruff_canary;
pub mod ruff_evidence;
pub mod ruff_settings;
