//! How the document is laid out: the same structs are written and read, so that no field can be written that is not
//! read back. Not the model: a rename there changes nothing here. A field that is missing or unknown is refused,
//! also one that may be null: only `present` sees to that, for serde takes a missing `Option` as null.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::percent::Percent;

use super::Program;

/// Text that is lent where it is written, and owned where it was read.
pub(super) type Text<'a> = Cow<'a, str>;
type Texts<'a> = Cow<'a, [String]>;

/// The whole assessment.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<'a, C = Vec<Component<'a>>> {
    pub(super) schema: u8,
    pub(super) tool: Program<'a>,
    pub(super) project: Text<'a>,
    pub(super) policy: Policy<'a>,
    pub(super) verdict: Text<'a>,
    pub(super) started: Text<'a>,
    pub(super) duration_ms: u64,
    pub(super) subject: Subject<'a>,
    pub(super) environment: Environment<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) only: Option<Vec<Text<'a>>>,
    #[serde(deserialize_with = "present")]
    pub(super) merged: Option<Texts<'a>>,
    pub(super) notes: Texts<'a>,
    pub(super) components: C,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy<'a> {
    pub(super) file: Text<'a>,
    pub(super) sha256: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject<'a> {
    #[serde(deserialize_with = "present")]
    pub(super) commit: Option<Text<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) dirty: Option<bool>,
    pub(super) changed: Texts<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Environment<'a> {
    #[serde(deserialize_with = "present")]
    pub(super) python: Option<Text<'a>>,
    pub(super) platform: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) lock: Option<Text<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) in_sync: Option<bool>,
    pub(super) distributions: usize,
    pub(super) sha256: Text<'a>,
    pub(super) installed: Vec<Distribution<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Distribution<'a> {
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component<'a> {
    pub(super) name: Text<'a>,
    pub(super) title: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) group: Option<Text<'a>>,
    pub(super) from: Text<'a>,
    pub(super) to: Text<'a>,
    pub(super) verdict: Text<'a>,
    pub(super) files: Texts<'a>,
    pub(super) absent_imports: Texts<'a>,
    pub(super) checks: Vec<CheckResult<'a>>,
    /// What the gate asks besides; left out where it asks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) conditions: Vec<Condition<'a>>,
    /// What its waivers came to; left out where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) waivers: Vec<Waiver<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition<'a> {
    pub(super) id: Text<'a>,
    pub(super) outcome: Text<'a>,
    pub(super) summary: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckResult<'a> {
    pub(super) id: Text<'a>,
    pub(super) outcome: Text<'a>,
    pub(super) waived: bool,
    pub(super) summary: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) measured: Option<Figures<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) inspected: Option<Inspected>,
    #[serde(deserialize_with = "present")]
    pub(super) threshold: Option<Threshold<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) reason: Option<Reason<'a>>,
    pub(super) suppressed: u64,
    #[serde(deserialize_with = "present")]
    pub(super) extent: Option<Text<'a>>,
    pub(super) notes: Texts<'a>,
    pub(super) findings: Vec<Finding<'a>>,
    #[serde(deserialize_with = "present")]
    pub(super) run: Option<Run<'a>>,
}

/// What was looked at: the proof that stands behind the figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inspected {
    Files(u64),
    Tests(u64),
    Places(u64),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "these are not the figures of a check")]
pub(super) enum Figures<'a> {
    Tests(TestFigures),
    Coverage(CoverageFigures<'a>),
    Types(TypeFigures),
    Docs(DocsFigures<'a>),
    Issues(IssueFigures),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestFigures {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) errors: u64,
    pub(super) skipped: u64,
    pub(super) xfailed: u64,
    pub(super) xpassed: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueFigures {
    pub(super) issues: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFigures {
    pub(super) errors: u64,
    pub(super) warnings: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocsFigures<'a> {
    #[serde(deserialize_with = "present")]
    pub(super) readme: Option<Text<'a>>,
    pub(super) usage_examples: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoverageFigures<'a> {
    pub(super) covered: u64,
    pub(super) statements: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) covered_branches: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) branches: Option<u64>,
    pub(super) percent: Number,
    pub(super) metric: Text<'a>,
    pub(super) percent_statements: Number,
    #[serde(deserialize_with = "present")]
    pub(super) percent_with_branches: Option<Number>,
    pub(super) excluded: u64,
    pub(super) lower_bound: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) selected_tests: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deselected_tests: Option<u64>,
}

/// A percentage as a JSON number: the shortest decimal that is within hundredths, so 42.22 and 70.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(pub(super) Percent);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.hundredths() {
            whole if whole % 100 == 0 => serializer.serialize_u32(whole / 100),
            hundredths => serializer.serialize_f64(f64::from(hundredths) / 100.0),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    /// Only what [`Serialize`] writes: nothing is rounded.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        let found = hundredths_near(number).filter(|hundredths| {
            let written = f64::from(*hundredths) / 100.0;
            written.to_bits() == number.to_bits()
        });
        found
            .and_then(Percent::from_hundredths)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{number} is no percentage in hundredths")))
    }
}

/// The hundredths that `number` stands for, if it stands for any.
fn hundredths_near(number: f64) -> Option<u32> {
    (0.0..=100.0).contains(&number).then(|| format!("{:.0}", number * 100.0).parse().ok())?
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "this is not the threshold of a check")]
pub(super) enum Threshold<'a> {
    Tests {
        max_failures: u64,
        min_passed: u64,
    },
    Coverage {
        min_percent: Number,
        metric: Text<'a>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exact: bool,
    },
    Security {
        max_issues: u64,
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

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason<'a> {
    pub(super) kind: Text<'a>,
    pub(super) message: Text<'a>,
    pub(super) hint: Text<'a>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding<'a> {
    pub(super) file: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) line: Option<u32>,
    #[serde(deserialize_with = "present")]
    pub(super) column: Option<u32>,
    pub(super) rule: Text<'a>,
    pub(super) severity: Text<'a>,
    pub(super) message: Text<'a>,
    /// The place of the waiver that covers it, among those of the component, from 0; left out where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waiver: Option<usize>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run<'a> {
    pub(super) tool: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) argv: Texts<'a>,
    pub(super) exit: Exit,
    pub(super) duration_ms: u64,
    #[serde(deserialize_with = "present")]
    pub(super) report_sha256: Option<Text<'a>>,
    pub(super) cached: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cached_from: Option<Earlier<'a>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier<'a> {
    pub(super) time: Text<'a>,
    #[serde(deserialize_with = "present")]
    pub(super) commit: Option<Text<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Exit {
    Code(i32),
    Signal(i32),
    TimedOut(bool),
    Interrupted(bool),
    Flooded(bool),
    NotFound(bool),
}

/// A field that may be null, but not be left out.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}
