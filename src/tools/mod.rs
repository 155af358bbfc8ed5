//! One file per tool: what it is told, and its exit and report as evidence.
//!
//! Pure: reports come as readers, files as text; nothing here starts a process or opens a file.

pub mod bandit;
pub mod coverage;
pub mod ending;
pub mod interpreter;
pub mod json_stream;
pub mod junit;
pub mod pyright;
pub mod pyright_config;
pub mod pytest;
pub mod python;
pub mod ruff;
pub mod ruff_canary;
pub mod ruff_evidence;
pub mod ruff_settings;
