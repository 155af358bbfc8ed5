//! How a deployed candidate is observed, as the policy declares it.
//!
//! Not here: the reading of the policy (`policy`), and what was seen (`observation`).

use std::collections::BTreeMap;
use std::time::Duration;

use super::decimal::Decimal;
use super::percent::Percent;
use super::soak::{Limits, SoakRule};
use super::test_selection::TestSelection;

/// The name of the rule about containers.
pub const CONTAINER: &str = "container";
/// The name of the rule about incidents.
pub const INCIDENTS: &str = "incidents";
/// What the detail of a reading of that rule begins with where somebody told them.
pub const TOLD_BY_HAND: &str = "told by hand: ";
/// What stands in a query for the length of the window that is asked about.
pub const WINDOW: &str = "{window}";
/// What the names of rules about metrics begin with.
pub const METRIC: &str = "metric.";

/// `[component.NAME.observe.STAGE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observe {
    /// How long it must be seen healthy, and what may go wrong meanwhile.
    pub soak: SoakRule,
    /// How often it is looked at, and for how long before it one look speaks.
    pub interval: Duration,
    /// Where metrics are asked for; there is one where there are metrics.
    pub prometheus: Option<Prometheus>,
    /// The metrics, sorted by name.
    pub metrics: Vec<Metric>,
    /// The address of a dashboard, with `{from}` and `{to}`.
    pub grafana: Option<String>,
    /// The label of issues that are incidents.
    pub incident_label: Option<String>,
    /// Tests that are run with each look.
    pub integration: Option<TestSelection>,
}

impl Default for Observe {
    /// What holds where the policy says nothing.
    fn default() -> Self {
        const HOUR: u64 = 3_600;
        let limit = Limits { failure: 0, inconclusive: 3, consecutive_error: 4 };
        let min_uptime = Percent::from_hundredths(9_950);
        let soak = SoakRule {
            length: Duration::from_secs(7 * 24 * HOUR),
            max_gap: Duration::from_secs(6 * HOUR),
            min_samples: 24,
            min_uptime: min_uptime.unwrap_or(Percent::ALL),
            limits: BTreeMap::from([(CONTAINER.to_owned(), of_containers(limit))]),
            limit,
        };
        Self {
            soak,
            interval: Duration::from_secs(HOUR),
            prometheus: None,
            metrics: Vec::new(),
            grafana: None,
            incident_label: None,
            integration: None,
        }
    }
}

/// The limits of the rule about containers: what is wrong with them starts the soak again, and so never ends it.
pub fn of_containers(limit: Limits) -> Limits {
    Limits { failure: u64::MAX, ..limit }
}

/// Where metrics are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prometheus {
    /// The address, without a slash at its end.
    pub url: String,
    /// The variable that holds the token.
    pub token: Option<String>,
}

/// `[component.NAME.observe.STAGE.metric.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What is asked, with `{window}`.
    pub query: String,
    /// The least that is good.
    pub min: Option<Decimal>,
    /// The most that is good.
    pub max: Option<Decimal>,
    /// By how much of the value at the deployment it may differ from that, in hundredths of a percent.
    pub compare_to_before: Option<u64>,
    /// What it means that there is no data.
    pub absent: Absent,
    /// What becomes of several series.
    pub reduce: Option<Reduce>,
    /// How many samples must stand behind a value; 0: the source is not asked for it.
    pub min_samples: u64,
}

impl Metric {
    /// The name of its rule.
    pub fn rule(&self) -> String {
        format!("{METRIC}{}", self.name)
    }

    /// Whether its value is about all of a window, and not about the moment of its end alone: whether the query selects a
    /// range that is as long as the window.
    pub fn reaches_back(&self) -> bool {
        self.query.split('[').skip(1).any(|range| range.trim_start().starts_with(WINDOW))
    }
}

/// What it means that a query gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It is not known.
    Inconclusive,
    /// The rule is broken.
    Fail,
    /// The value is zero.
    Zero,
}

impl Absent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inconclusive, Self::Fail, Self::Zero];

    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Zero => "zero",
        }
    }
}

/// How several series become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduce {
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// All together.
    Sum,
    /// The mean.
    Avg,
}

impl Reduce {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Max, Self::Min, Self::Sum, Self::Avg];

    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Min => "min",
            Self::Sum => "sum",
            Self::Avg => "avg",
        }
    }
}

/// What a source of metrics answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The values, one of each series, as they are written; none where there is no data.
    pub values: Vec<String>,
    /// How many samples were read for it; `None` where the source does not say.
    pub samples: Option<u64>,
}

/// Why there is no such answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsampled {
    /// The source could not be asked, or failed: it may be well in a moment.
    Unreachable(String),
    /// It answered, and the answer is of no use.
    Useless(String),
}
