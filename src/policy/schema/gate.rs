//! `[gate.STAGE]`.

use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::super::condition;
use super::text::{Line, Percent, Topic};
use crate::model::check::Check;

/// What guards the entrance to each stage. Nothing is promoted to `development`, so it has no gate.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Gates {
    /// The gate of staging. A check that is left out is asked with its default.
    #[schemars(extend("not" = {"anyOf": [{"required": ["soak"]}, {"required": ["uptime"]}]}))]
    staging: Option<Gate>,
    /// The gate of production. Without it nothing enters production.
    production: Option<Gate>,
}

/// The checks at the entrance of a stage, and what is asked besides. A check that is left out is asked with its default.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = with_own)]
struct Gate {
    /// pytest: enough tests pass, and none fails.
    tests: Option<Tests>,
    /// How much of the component's files the tests execute.
    coverage: Option<Coverage>,
    /// ruff.
    lint: Option<Lint>,
    /// pyright.
    types: Option<Types>,
    /// bandit.
    security: Option<Security>,
    /// A README with a usage example.
    docs: Option<Docs>,
    /// Whether a proven observation in staging is asked for; only at the gate of production.
    #[schemars(extend("default" = false))]
    soak: Option<bool>,
    /// The least uptime during the observation, in percent; only at the gate of production.
    uptime: Option<Percent>,
    /// The least coverage by the integration tests.
    integration_coverage: Option<IntegrationCoverage>,
    /// Whether all that the component depends on must be in the stage.
    #[schemars(extend("default" = false))]
    dependencies: Option<bool>,
    /// What somebody must answer for, by `tta-promote sign`.
    #[schemars(extend("default" = []))]
    sign_offs: Option<Vec<Topic>>,
}

/// A gate also takes the names of checks of one's own. Which there are is known to the reader alone.
fn with_own(gate: &mut Schema) {
    let known: Vec<&str> = Check::ALL.map(Check::id).into_iter().chain(condition::KEYS).collect();
    let pattern = format!("^(?!({})$)[a-z][a-z0-9_-]{{0,39}}$", known.join("|"));
    let bounds = json!({
        "type": "object", "additionalProperties": false,
        "description": "What is asked of a check of one's own, or why there is nothing to ask.",
        "properties": {
            "max_issues": {"type": "integer", "minimum": 0, "default": 0,
                "description": "How many issues may be found."},
            "not_applicable": {"type": "string", "pattern": r"\S",
                "description": "Why the question does not arise; stands alone."},
        },
        "if": {"required": ["not_applicable"]}, "then": {"maxProperties": 1},
    });
    gate.insert("patternProperties".to_owned(), json!({ pattern: bounds }));
}

/// What is asked of tests, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("if" = {"required": ["not_applicable"]}, "then" = {"maxProperties": 1}))]
struct Tests {
    /// How many tests may fail or break.
    #[schemars(extend("default" = 0))]
    max_failures: Option<u64>,
    /// How many tests must pass; above 0, for a pass needs evidence.
    #[schemars(range(min = 1), extend("default" = 1))]
    min_passed: Option<u64>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

/// What is asked of coverage, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("if" = {"required": ["not_applicable"]}, "then" = {"maxProperties": 1}))]
struct Coverage {
    /// The least coverage in percent, with at most two decimals.
    #[schemars(extend("default" = 70))]
    min_percent: Option<Percent>,
    /// Which figure is judged; both are always shown.
    #[schemars(extend("default" = "auto"))]
    metric: Option<CoverageMetric>,
    /// Whether all tests are run also where the selected ones reach the threshold.
    #[schemars(extend("default" = false))]
    exact: Option<bool>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum CoverageMetric {
    /// As coverage.py counts: statements, with branches where the project measures them.
    Auto,
    /// Statements alone.
    Statements,
}

/// What is asked of lint, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("if" = {"required": ["not_applicable"]}, "then" = {"maxProperties": 1}))]
struct Lint {
    /// How many issues may be found.
    #[schemars(extend("default" = 0))]
    max_issues: Option<u64>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

/// What is asked of types, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("if" = {"required": ["not_applicable"]}, "then" = {"maxProperties": 1}))]
struct Types {
    /// How many errors may be found.
    #[schemars(extend("default" = 0))]
    max_errors: Option<u64>,
    /// How many warnings may be found.
    #[schemars(extend("default" = 0))]
    max_warnings: Option<u64>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

/// What is asked of security, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("if" = {"required": ["not_applicable"]}, "then" = {"maxProperties": 1}))]
struct Security {
    /// How many issues may be found.
    #[schemars(extend("default" = 0))]
    max_issues: Option<u64>,
    /// The severity from which on an issue counts.
    #[schemars(extend("default" = "medium"))]
    min_severity: Option<Severity>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Severity {
    Low,
    Medium,
    High,
}

/// What is asked of docs, or why there is nothing to ask.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend(
        "if" = {"required": ["not_applicable"]},
        "then" = {"maxProperties": 1},
        "not" = {
            "required": ["readme", "usage_example"],
            "properties": {"readme": {"const": false}, "usage_example": {"const": false}}
        }
    )
)]
struct Docs {
    /// Whether there must be a README.
    #[schemars(extend("default" = true))]
    readme: Option<bool>,
    /// Whether it must hold a usage example.
    #[schemars(extend("default" = true))]
    usage_example: Option<bool>,
    /// Why the question does not arise; stands alone.
    not_applicable: Option<Line>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct IntegrationCoverage {
    /// The least coverage in percent, with at most two decimals.
    min_percent: Percent,
}
