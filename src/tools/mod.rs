//! One file per tool: the arguments that it is given, and its exit and report as evidence.
//!
//! Pure: reports come as readers, files as text; nothing here starts a process or opens a file.

pub mod coverage;
pub mod interpreter;
pub mod junit;
pub mod pytest;
