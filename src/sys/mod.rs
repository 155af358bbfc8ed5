//! The only contact with the world: processes, files, git, the clock, signals, the terminal.
//!
//! Nothing here knows what a check or a gate is; it carries out and reports what happened.

pub mod abandoned;
mod above;
pub mod cache_folder;
pub mod change;
pub mod clock;
pub mod file;
pub mod fingerprint;
pub mod fork_server;
pub mod git;
pub mod history;
pub mod host_lock;
pub mod http;
pub mod interrupt;
mod lead;
pub mod ledger_file;
pub mod ledger_history;
mod neighbour;
pub mod orphan;
pub mod process;
mod process_table;
mod repository;
pub mod run_folder;
mod setting;
mod target;
pub mod terminal;
pub mod tree;
mod unlisted;
pub mod variable;
pub mod witness;
