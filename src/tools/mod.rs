//! One file per tool: what it is told, and its exit and report as evidence.
//!
//! Not here: processes and files (`sys`), and any judgement (`judge`).

pub mod bandit;
pub mod claim;
pub mod compose;
pub mod coverage;
pub mod coverage_invocation;
pub mod docker;
pub mod docs;
pub mod ending;
pub mod env_file;
pub mod gh;
pub mod interpreter;
pub mod journal;
pub mod json_stream;
pub mod junit;
mod left_out;
pub mod oldest;
pub mod own;
pub mod prometheus;
pub mod pyright;
pub mod pyright_comment;
pub mod pyright_config;
mod pyright_rules;
pub mod pytest;
pub mod python;
#[cfg(test)]
mod recording;
pub mod rendered;
pub mod ruff;
pub mod ruff_canary;
pub mod ruff_evidence;
pub mod ruff_settings;
mod word;
