//! `[component.NAME]`, and a file that holds one component.

use schemars::JsonSchema;

use super::deploy::Deployments;
use super::observe::Observations;
use super::text::{Day, Expression, IssueOf, Line, Name, Path, Rule, TestPath, WaivedCheck};
use crate::policy::SCHEMA;

/// A named set of Python files with its tests and README.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Component {
    /// What people call it. Left out: its name.
    title: Option<Line>,
    /// Where it starts; from then on the ledger knows.
    #[schemars(extend("default" = "development"))]
    stage: Option<Stage>,
    /// Its priority, such as `P0`: a label of its issues, and an order in reports.
    priority: Option<Line>,
    /// The group that it is shown in.
    group: Option<Line>,
    /// Who answers for it.
    owner: Option<Line>,
    /// Its Python files, or folders of them.
    #[schemars(length(min = 1))]
    paths: Vec<Path>,
    /// Its README. Left out: README.md in its folder, for `NAME_component.py` the one in the folder NAME beside it, else
    /// the module's docstring.
    readme: Option<Path>,
    /// Other components that it needs.
    #[schemars(extend("default" = []))]
    depends_on: Option<Vec<Line>>,
    /// Its tests.
    tests: Option<ComponentTests>,
    /// How it gets to a stage.
    deploy: Option<Deployments>,
    /// What must be seen of it in a stage.
    observe: Option<Observations>,
    /// Documents about it.
    documents: Option<ComponentDocuments>,
    /// Findings that may stay until a day.
    waiver: Option<Vec<Waiver>>,
}

/// Findings of one rule in one place that may stay until a day.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Waiver {
    /// Whose findings.
    check: WaivedCheck,
    /// The one rule, by the exact id that the tool shows.
    rule: Rule,
    /// A file of the component, or a folder that holds some.
    path: Path,
    /// How many findings it covers at most; where there are more it covers none.
    #[schemars(range(min = 1))]
    max: u64,
    /// Why they may stay.
    reason: Line,
    /// Who answers for that.
    owner: Line,
    /// Where their end is planned.
    issue: IssueOf,
    /// The last day on which it is in force, in UTC; at most 90 days ahead.
    expires: Day,
}

/// The policy of one component in a file of its own, which `include` of the project's `promotion.toml` names. Its paths
/// are relative to itself.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Included {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: Option<u64>,
    /// The component's name.
    name: Name,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Stage {
    Development,
    Staging,
    Production,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ComponentTests {
    /// Files or folders of tests, for pytest.
    #[schemars(length(min = 1), extend("default" = ["tests"]))]
    paths: Option<Vec<TestPath>>,
    /// The expression for `-k` of pytest, for the check `tests`; coverage uses all of `paths` where it must.
    #[schemars(extend("default" = ""))]
    select: Option<Expression>,
    /// Further arguments for pytest. `addopts` of the project are set aside.
    #[schemars(extend("default" = []))]
    args: Option<Vec<Line>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ComponentDocuments {
    /// The document about it. Left out: MATURITY.md in its folder, where there is one.
    maturity: Option<Path>,
}
