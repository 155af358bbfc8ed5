//! The words of `observe`.

use std::time::Duration;

use clap::Args;

use crate::policy::duration;

use super::view::ViewFormat;

/// Of `observe`.
pub(super) const OBSERVE_EXAMPLES: &str = "\
Examples:
  tta-promote observe carbon                       one look, for cron or a CI schedule
  tta-promote observe carbon --watch 5m            look every five minutes, until the soak is proven
  tta-promote observe carbon --incident 'keys leaked' --evidence https://example.com/1
  tta-promote observe carbon --format json         for programs

A look is recorded for the window since the last one, as far as it can speak for it. 0: all is well;
1: something is broken; 3: something could not be asked; 4: nothing is deployed yet. It may be run
at any moment, by several machines too: no window is recorded twice. See docs/observe.md.";

/// `observe`.
#[derive(Debug, Clone, Args)]
pub struct Observe {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Keep looking, as often as this, until the soak is proven or has failed [default: `interval` of the policy]
    #[arg(long, value_name = "DUR", value_parser = every, num_args = 0..=1, conflicts_with = "incident")]
    pub watch: Option<Option<Duration>>,
    /// Record that this happened: it counts against the candidate
    #[arg(long, value_name = "TEXT", requires = "evidence")]
    pub incident: Option<String>,
    /// Where the incident is told, such as the address of an issue
    #[arg(long, value_name = "URL", requires = "incident")]
    pub evidence: Option<String>,
    /// What to print: text or json; while watching, one line a look
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: ViewFormat,
}

fn every(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("it {error}; say for example 5m or 1h"))
}
