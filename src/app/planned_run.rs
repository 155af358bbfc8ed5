//! A process that `verify` would start: what the lanes plan and `plan` shows.

use crate::model::check::Check;
use crate::model::toolchain::Tool;

/// A process that `verify` would start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// The tool.
    pub tool: Tool,
    /// The checks that it serves.
    pub checks: Vec<Check>,
    /// What it is for.
    pub purpose: String,
    /// Under which condition; `None`: always.
    pub only_if: Option<String>,
    /// The arguments.
    pub argv: Vec<String>,
}
