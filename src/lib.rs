//! The parts of `tta-promote`, a promotion gate for components of a Python monorepo.
//!
//! The house has floors (`ARCHITECTURE.md`); a module imports only from floors below its own, and
//! `tests/architecture.rs` holds it to that. There are no re-exports here: they hide who needs whom.

pub mod app;
pub mod cache;
pub mod cli;
pub mod judge;
pub mod ledger;
pub mod lifecycle;
pub mod model;
pub mod plan;
pub mod policy;
pub mod report;
pub mod sys;
pub mod tools;
