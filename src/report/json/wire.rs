//! How the document is laid out: the same structs are written and read, so that no field can be written that is not
//! read back. Not the model: a rename there changes nothing here. A field that is missing or unknown is refused,
//! also one that may be null: only `present` sees to that, for serde takes a missing `Option` as null.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::assessment::Verdict;
use crate::model::condition::ConditionState;
use crate::model::finding::Severity;
use crate::model::reason::ReasonKind;
use crate::model::record::CheckOutcome;
use crate::model::stage::Stage;

use super::number::Number;
use super::{NOT_APPLICABLE, Program, SCHEMA};

/// Text that is lent where it is written, and owned where it was read.
pub(super) type Text<'a> = Cow<'a, str>;
type Texts<'a> = Cow<'a, [String]>;

/// The whole assessment.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<'a, C = Vec<Component<'a>>> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    pub(super) schema: u8,
    pub(super) tool: Program<'a>,
    /// The project's name.
    pub(super) project: Text<'a>,
    /// What was judged by.
    pub(super) policy: Policy<'a>,
    /// The worst of the verdicts of all components; `pass` needs evidence for every check.
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    pub(super) verdict: Text<'a>,
    /// When it began, in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub(super) started: Text<'a>,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: u64,
    /// What was looked at.
    pub(super) subject: Subject<'a>,
    /// What it was looked at with.
    pub(super) environment: Environment<'a>,
    /// The checks that were asked for; null: all of the gate. A part of a gate is no verdict about it.
    #[schemars(with = "Option<Vec<CheckId>>")]
    #[serde(deserialize_with = "present")]
    pub(super) only: Option<Vec<Text<'a>>>,
    /// The shards that this was joined from; null: it was measured in one run.
    #[serde(deserialize_with = "present")]
    pub(super) merged: Option<Texts<'a>>,
    /// What people should know.
    pub(super) notes: Texts<'a>,
    pub(super) components: C,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy<'a> {
    /// The policy file, relative to the project's root.
    pub(super) file: Text<'a>,
    /// The digest over it and all that it includes.
    pub(super) sha256: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject<'a> {
    /// The commit; null outside of a repository or before its first commit.
    #[serde(deserialize_with = "present")]
    pub(super) commit: Option<Text<'a>>,
    /// Whether the working tree differs from the commit; null where that is not known.
    #[serde(deserialize_with = "present")]
    pub(super) dirty: Option<bool>,
    /// Files that the run changed.
    pub(super) changed: Texts<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Environment<'a> {
    #[serde(deserialize_with = "present")]
    pub(super) python: Option<Text<'a>>,
    pub(super) platform: Text<'a>,
    /// The lock file.
    #[serde(deserialize_with = "present")]
    pub(super) lock: Option<Text<'a>>,
    /// Whether the lock file agrees with the project and what is installed; null: it was not compared.
    #[serde(deserialize_with = "present")]
    pub(super) in_sync: Option<bool>,
    /// How many distributions are installed.
    pub(super) distributions: usize,
    /// The digest over all of it.
    pub(super) sha256: Text<'a>,
    pub(super) installed: Vec<Distribution<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Distribution<'a> {
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Component<'a> {
    pub(super) name: Text<'a>,
    pub(super) title: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) group: Option<Text<'a>>,
    /// Where it stands.
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) from: Text<'a>,
    /// The stage that the gate guards.
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) to: Text<'a>,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    pub(super) verdict: Text<'a>,
    /// Its Python files, relative to the project's root.
    pub(super) files: Texts<'a>,
    /// Optional libraries that it would import and that are not installed.
    pub(super) absent_imports: Texts<'a>,
    pub(super) checks: Vec<CheckResult<'a>>,
    /// What the gate asks besides; left out where it asks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) conditions: Vec<Condition<'a>>,
    /// What its waivers came to; left out where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) waivers: Vec<Waiver<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiver<'a> {
    pub(super) check: Text<'a>,
    pub(super) rule: Text<'a>,
    pub(super) path: Text<'a>,
    pub(super) max: u64,
    pub(super) reason: Text<'a>,
    pub(super) owner: Text<'a>,
    pub(super) issue: Text<'a>,
    /// The last day on which it is in force, in UTC.
    pub(super) expires: Text<'a>,
    /// Where the policy declares it.
    pub(super) file: Text<'a>,
    pub(super) line: usize,
    pub(super) state: Text<'a>,
    pub(super) covered: u64,
    /// How many findings it names; left out where it may cover as many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition<'a> {
    pub(super) id: Text<'a>,
    #[schemars(extend("enum" = ConditionState::ALL.map(ConditionState::name)))]
    pub(super) outcome: Text<'a>,
    pub(super) summary: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckResult<'a> {
    #[schemars(extend("pattern" = CHECK))]
    pub(super) id: Text<'a>,
    #[schemars(extend("enum" = CheckOutcome::ALL.map(CheckOutcome::name)))]
    pub(super) outcome: Text<'a>,
    /// Whether a waiver covers the failure.
    pub(super) waived: bool,
    /// The value beside its bound, for people.
    pub(super) summary: Text<'a>,
    /// The figures; null where nothing was measured.
    #[serde(deserialize_with = "present")]
    pub(super) measured: Option<Figures<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) inspected: Option<Inspected>,
    #[serde(deserialize_with = "present")]
    pub(super) threshold: Option<Threshold<'a>>,
    /// Why there is no evidence, where there is none.
    #[serde(deserialize_with = "present")]
    pub(super) reason: Option<Reason<'a>>,
    /// How many findings comments suppress.
    pub(super) suppressed: u64,
    /// How much of what there is was looked at, for people.
    #[serde(deserialize_with = "present")]
    pub(super) extent: Option<Text<'a>>,
    pub(super) notes: Texts<'a>,
    pub(super) findings: Vec<Finding<'a>>,
    /// The process that measured it; null where none was started.
    #[serde(deserialize_with = "present")]
    pub(super) run: Option<Run<'a>>,
}

/// What was looked at: the proof that stands behind the figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inspected {
    Files(u64),
    Tests(u64),
    Places(u64),
    Items(u64),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields, expecting = "these are not the figures of a check")]
pub(super) enum Figures<'a> {
    Tests(TestFigures),
    Coverage(CoverageFigures<'a>),
    Types(TypeFigures),
    Docs(DocsFigures<'a>),
    Issues(IssueFigures),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestFigures {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) errors: u64,
    pub(super) skipped: u64,
    pub(super) xfailed: u64,
    pub(super) xpassed: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueFigures {
    pub(super) issues: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFigures {
    pub(super) errors: u64,
    pub(super) warnings: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocsFigures<'a> {
    #[serde(deserialize_with = "present")]
    pub(super) readme: Option<Text<'a>>,
    pub(super) usage_examples: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CoverageFigures<'a> {
    pub(super) covered: u64,
    pub(super) statements: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) covered_branches: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) branches: Option<u64>,
    /// That of the metric that is judged.
    pub(super) percent: Number,
    #[schemars(extend("enum" = ["statements", "statements_and_branches"]))]
    pub(super) metric: Text<'a>,
    pub(super) percent_statements: Number,
    #[serde(deserialize_with = "present")]
    pub(super) percent_with_branches: Option<Number>,
    /// Statements that the configuration excludes.
    pub(super) excluded: u64,
    /// Whether only selected tests ran, so that the figure may be higher.
    pub(super) lower_bound: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) selected_tests: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deselected_tests: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields, expecting = "this is not the threshold of a check")]
pub(super) enum Threshold<'a> {
    Tests {
        max_failures: u64,
        min_passed: u64,
    },
    Coverage {
        min_percent: Number,
        #[schemars(extend("enum" = ["auto", "statements"]))]
        metric: Text<'a>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exact: bool,
    },
    Security {
        max_issues: u64,
        #[schemars(extend("enum" = Severity::ALL.map(Severity::name)))]
        min_severity: Text<'a>,
    },
    Lint {
        max_issues: u64,
    },
    Types {
        max_errors: u64,
        max_warnings: u64,
    },
    Docs {
        readme: bool,
        usage_example: bool,
    },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason<'a> {
    #[schemars(with = "ReasonWord")]
    pub(super) kind: Text<'a>,
    pub(super) message: Text<'a>,
    /// What to do.
    pub(super) hint: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding<'a> {
    /// Relative to the project's root.
    pub(super) file: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) line: Option<u32>,
    #[serde(deserialize_with = "present")]
    pub(super) column: Option<u32>,
    pub(super) rule: Text<'a>,
    #[schemars(extend("enum" = Severity::ALL.map(Severity::name)))]
    pub(super) severity: Text<'a>,
    pub(super) message: Text<'a>,
    /// The place of the waiver that covers it, among those of the component, from 0; left out where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waiver: Option<usize>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Run<'a> {
    #[schemars(extend("pattern" = CHECK))]
    pub(super) tool: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) argv: Texts<'a>,
    pub(super) exit: Exit,
    pub(super) duration_ms: u64,
    /// The digest of the report that was read.
    #[serde(deserialize_with = "present")]
    pub(super) report_sha256: Option<Text<'a>>,
    /// Whether it is the result of an earlier run, where nothing has changed since.
    pub(super) cached: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cached_from: Option<Earlier<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier<'a> {
    pub(super) time: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) commit: Option<Text<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Exit {
    Code(i32),
    Signal(i32),
    TimedOut(bool),
    Interrupted(bool),
    Flooded(bool),
    NotFound(bool),
}

/// The name of a check: one that every gate asks, or one that the policy defines, whose tool is called by it.
const CHECK: &str = "^[a-z][a-z0-9_-]{0,39}$";

#[derive(JsonSchema)]
#[schemars(inline, extend("pattern" = CHECK))]
#[expect(dead_code, reason = "it is described and never built")]
struct CheckId(String);

/// The class of a reason. That beside `not_applicable` is none of ours, but the policy's.
#[derive(JsonSchema)]
#[schemars(inline, extend("enum" = reasons()))]
#[expect(dead_code, reason = "it is described and never built")]
struct ReasonWord(String);

fn reasons() -> Vec<&'static str> {
    ReasonKind::ALL.iter().map(|kind| kind.name()).chain([NOT_APPLICABLE]).collect()
}

/// A field that may be null, but not be left out.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}
