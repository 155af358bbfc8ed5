//! The glossary as types. No serde, no I/O, no clock: those live on the floors above.

pub mod assessment;
pub mod check;
pub mod claim;
pub mod component;
pub mod container;
pub mod decision;
pub mod delivery;
pub mod environment;
pub mod evidence;
pub mod finding;
pub mod gate;
pub mod line_set;
pub mod observation;
pub mod percent;
pub mod place;
pub mod policy;
pub mod promotion;
pub mod promotion_id;
pub mod reason;
pub mod record;
pub mod run;
pub mod secret;
pub mod sighting;
pub mod soak;
pub mod stage;
pub mod toolchain;
