//! A soak as JSON, for the documents that show it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::observation::Sign;
use crate::model::soak::ResetCause;

use super::json::or_null;
use super::soak::SoakView;

/// How far a soak has come.
#[derive(Serialize, JsonSchema)]
pub(super) struct Soak<'a> {
    proven: bool,
    failed: bool,
    deployed: Timestamp,
    /// When it began, or was started again last.
    since: Timestamp,
    /// The union of healthy windows since then.
    healthy_seconds: u64,
    needed_seconds: u64,
    /// How many healthy windows there are.
    healthy_windows: u64,
    needed_windows: u64,
    /// How many windows there are in all.
    looks: u64,
    /// The longest time without a window.
    largest_gap_seconds: u64,
    /// A decimal number of at most two decimals; null where nothing was looked at.
    uptime_percent: Option<String>,
    needed_uptime_percent: String,
    /// Each time that it started again, and why.
    resets: Vec<Reset>,
    /// Rules that were broken too often, in words.
    exceeded: Vec<String>,
    /// When it can be proven at the earliest; null: it has failed.
    earliest: Option<Timestamp>,
    /// Each rule with its worst sign of each day since the deployment.
    days: Vec<Days<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Reset {
    time: Timestamp,
    #[schemars(extend("enum" = ResetCause::ALL.map(ResetCause::name)))]
    cause: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Days<'a> {
    rule: &'a str,
    /// Null for a day that nobody looked at.
    signs: Vec<Day>,
}

/// The worst sign of a day.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("enum" = or_null(Sign::ALL.map(Sign::name))))]
struct Day(Option<&'static str>);

impl<'a> Soak<'a> {
    /// As it is shown.
    pub(super) fn of(view: &'a SoakView) -> Self {
        let soak = &view.soak;
        let days = |(rule, signs): &'a (String, Vec<Option<Sign>>)| Days {
            rule,
            signs: signs.iter().map(|sign| Day(sign.map(Sign::name))).collect(),
        };
        Self {
            proven: soak.is_proven(),
            failed: !soak.excesses.is_empty(),
            deployed: view.deployed,
            since: soak.since,
            healthy_seconds: soak.healthy.as_secs(),
            needed_seconds: soak.needed.as_secs(),
            healthy_windows: soak.samples,
            needed_windows: soak.min_samples,
            looks: view.looks,
            largest_gap_seconds: soak.largest_gap.as_secs(),
            uptime_percent: soak.uptime.map(|uptime| uptime.percent().to_string()),
            needed_uptime_percent: soak.min_uptime.to_string(),
            resets: soak
                .resets
                .iter()
                .map(|(time, cause)| Reset { time: *time, cause: cause.name() })
                .collect(),
            exceeded: soak.excesses.iter().map(ToString::to_string).collect(),
            earliest: soak.earliest,
            days: view.map.iter().map(days).collect(),
        }
    }
}
