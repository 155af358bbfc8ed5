//! The words of `complete`.

use std::time::Duration;

use clap::Args;

use crate::policy::duration;

use super::view::ViewFormat;

/// Of `complete`.
pub(super) const COMPLETE_EXAMPLES: &str = "\
Examples:
  tta-promote complete carbon --dry-run    is it proven, and what would be done
  tta-promote complete carbon              measure the gate anew, ask, and move it to its stage
  tta-promote complete carbon --force      overwrite what somebody edited between our marks

It needs an observation that is proven, no freeze and no hold: else the exit code is 4 or 1 and what is
missing is printed. Then the whole gate is measured anew on exactly what is deployed. The documents, the
promotion issue and the status report follow; what cannot be told is owed, and told by the next run.";

/// `complete`.
#[derive(Debug, Clone, Args)]
pub struct Complete {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Overwrite what was edited by hand between our marks
    #[arg(long)]
    pub force: bool,
    /// How many tools may run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The limit for one tool run, such as 90s or 30m [default: `timeout` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span)]
    pub timeout: Option<Duration>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: ViewFormat,
}

fn span(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("it {error}; say for example 90s, 30m or 1h30m"))
}
