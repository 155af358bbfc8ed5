//! `[component.NAME.observe.STAGE.metric.NAME]`.

use schemars::JsonSchema;

use super::text::{Line, Number, Share};

/// A question to Prometheus, and what a good answer is.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{"required": ["min"]}, {"required": ["max"]}, {"required": ["compare_to_before"]}])
)]
pub(super) struct Metric {
    /// What is asked, of Prometheus; `{window}` stands for the length of the window that is asked about.
    #[schemars(extend("examples" = ["sum(rate(errors_total[{window}]))"]))]
    query: Line,
    /// The least that is good.
    min: Option<Number>,
    /// The most that is good.
    max: Option<Number>,
    /// By how much of the value at the deployment it may differ from that, at most 1000 %.
    compare_to_before: Option<Share>,
    /// What it means that there is no data.
    #[schemars(extend("default" = "inconclusive"))]
    absent: Option<Absent>,
    /// How several series become one value. Left out: several series have no value.
    reduce: Option<Reduce>,
    /// How many samples must stand behind a value; 0: nobody asks.
    #[schemars(extend("default" = 1))]
    min_samples: Option<u64>,
    /// How often it may be broken. Left out: as the observation says.
    limits: Option<Limits>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Absent {
    /// It is not known.
    Inconclusive,
    /// The rule is broken.
    Fail,
    /// The value is zero.
    Zero,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Reduce {
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// The sum.
    Sum,
    /// The mean.
    Avg,
}

/// How often a rule may be broken.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Limits {
    /// In how many windows it may be broken; 0 where nothing else is said.
    failure: Option<u64>,
    /// In how many windows nobody may know; 3 where nothing else is said.
    inconclusive: Option<u64>,
    /// How often in a row the source may not answer; 4 where nothing else is said.
    consecutive_error: Option<u64>,
}
