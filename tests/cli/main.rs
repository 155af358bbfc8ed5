//! The command line from the outside: the real binary on small projects with fake tools.
//!
//! Not here: the real tools (`real_tools`).
#![expect(clippy::disallowed_methods, reason = "a test builds its world with its own hands")]

mod attestation;
mod attested_stage;
mod audit;
mod cache;
mod change;
mod ending;
mod fake;
mod formats;
#[path = "../schema/held.rs"]
mod held;
mod hostile;
mod merge;
mod name;
mod output;
mod own;
mod own_check;
mod past;
mod project;
mod publication;
mod readiness;
mod recording;
mod report;
mod runner;
mod selection;
mod shard;
mod sharing;
mod since;
mod statement;
mod testing;
mod told;
mod tree;
mod view;
mod waiver;
mod words;
