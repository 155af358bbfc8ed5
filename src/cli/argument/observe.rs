//! The words of `observe`.

use std::time::Duration;

use clap::Args;

use super::{StepFormat, span};

/// `observe`.
#[derive(Debug, Clone, Args)]
pub struct Observe {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Keep looking, as often as this, until the soak is proven or has failed [default: `interval` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span, num_args = 0..=1, conflicts_with = "incident")]
    pub watch: Option<Option<Duration>>,
    /// Record that this happened: it counts against the candidate
    #[arg(long, value_name = "TEXT", requires = "evidence")]
    pub incident: Option<String>,
    /// Where the incident is told, such as the address of an issue
    #[arg(long, value_name = "URL", requires = "incident")]
    pub evidence: Option<String>,
    /// What to print: text or json; while watching, one line a look
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: StepFormat,
}
