//! `[component.NAME.observe.STAGE]`.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::observe_metric::{Limits, Metric};
use super::text::{Address, Expression, Label, Length, Name, Percent, Server, TestPath, Variable};

/// What must be seen of a component in a stage. Nothing is promoted to `development`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Observations {
    /// What must be seen of it in staging.
    staging: Option<Observe>,
    /// What must be seen of it in production.
    production: Option<Observe>,
}

/// What must be seen of a deployed candidate, and for how long.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("dependentRequired" = {"metric": ["prometheus"], "prometheus_token": ["prometheus"]})
)]
struct Observe {
    /// For how long it must be seen healthy, at most 365 days.
    #[schemars(extend("default" = "7d"))]
    duration: Option<Length>,
    /// How often it is looked at; for so long before it one look speaks.
    #[schemars(extend("default" = "1h"))]
    interval: Option<Length>,
    /// For how long nobody may look before it starts again; no shorter than `interval`.
    #[schemars(extend("default" = "6h"))]
    max_gap: Option<Length>,
    /// In how many windows it must be seen healthy.
    #[schemars(extend("default" = 24))]
    min_samples: Option<u64>,
    /// The least uptime in percent, with at most two decimals.
    #[schemars(extend("default" = 99.5))]
    min_uptime: Option<Percent>,
    /// The address of Prometheus.
    prometheus: Option<Server>,
    /// The name of the variable that holds the token for it; never the token itself.
    prometheus_token: Option<Variable>,
    /// The address of a dashboard, in which `{from}` and `{to}` stand for a window, in milliseconds.
    grafana: Option<Address>,
    /// The label of issues that are incidents.
    incident_label: Option<Label>,
    /// Tests that are run with each look.
    integration: Option<Integration>,
    /// How often a rule may be broken, unless it has limits of its own.
    limits: Option<Limits>,
    /// Questions to Prometheus, by name.
    metric: Option<BTreeMap<Name, Metric>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Integration {
    /// Files or folders of tests, for pytest.
    #[schemars(length(min = 1))]
    paths: Vec<TestPath>,
    /// The expression for `-k` of pytest.
    #[schemars(extend("default" = ""))]
    select: Option<Expression>,
}
