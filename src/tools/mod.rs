//! One file per tool: what it is asked, and what its answer proves.

pub mod docs;
pub mod python;
