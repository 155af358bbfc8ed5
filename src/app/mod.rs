//! The workflows: only here does pure code meet the world.

pub mod answer;
pub mod assess;
pub mod bench;
pub mod change;
pub mod choice;
pub mod configuration;
pub mod context;
pub mod diagnosis;
pub mod division;
pub mod durations;
pub mod expectation;
pub mod lane;
pub mod launch;
pub mod merge;
pub mod outline;
pub mod planned_run;
pub mod project;
pub mod reuse;
pub mod selection;
pub mod settle;
pub mod shard;
pub mod source;
pub mod subject;
pub mod toolchain;
pub mod unselected;
pub mod verify;
