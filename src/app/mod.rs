//! The workflows: only here does pure code meet the world.

pub mod assess;
pub mod configuration;
pub mod context;
pub mod diagnosis;
pub mod lane;
pub mod launch;
pub mod outline;
pub mod project;
pub mod selection;
pub mod source;
pub mod toolchain;
pub mod verify;
