//! `[gate.STAGE]`: what each check asks for, those of one's own as well.
//! Not the judging. A check that the policy does not mention is asked with its default: a gate is not
//! weakened by a forgotten line.

use std::collections::{BTreeMap, BTreeSet};

use super::condition;
use super::document::{Faults, quote};
use super::percentage::{self, ASK_NOTHING};
use super::suggestion;
use super::value::{Table, Value};
use crate::model::check::Check;
use crate::model::condition::Conditions;
use crate::model::finding::Severity;
use crate::model::gate::{Criterion, Gate, Metric, Precision};
use crate::model::own_name::OwnName;
use crate::model::percent::Percent;
use crate::model::stage::Stage;

const NOT_APPLICABLE: &str = "not_applicable";

/// The gates of `[gate]`, and that of staging in any case.
pub(super) fn read(
    gates: Option<Value<'_>>,
    own: &BTreeSet<OwnName>,
    faults: &mut Faults<'_>,
) -> BTreeMap<Stage, Gate> {
    let mut read = BTreeMap::from([(Stage::Staging, default(Stage::Staging, own))]);
    let Some(table) = gates.and_then(|gates| gates.table(faults)) else {
        return read;
    };
    for value in table.values() {
        match Stage::from_name(&value.key) {
            Some(Stage::Development) => faults.add(
                value.key_offset,
                "nothing is promoted to `development`, so it has no gate",
                "gates are for `staging` and `production`",
            ),
            Some(stage) => {
                if let Some(checks) = value.table(faults) {
                    read.insert(stage, gate(stage, &checks, own, faults));
                }
            }
            None => {
                let stages = [Stage::Staging.name(), Stage::Production.name()];
                let hint = suggestion::hint(&value.key, &stages, "gates are for");
                faults.add(value.key_offset, format!("unknown stage {}", quote(&value.key)), hint);
            }
        }
    }
    read
}

/// The gate of a policy that says nothing about it.
fn default(stage: Stage, own: &BTreeSet<OwnName>) -> Gate {
    let conditions = Conditions::default();
    Gate { stage, criteria: asked(own).map(default_criterion).collect(), conditions }
}

/// The checks that every gate asks: a gate is not weakened by a forgotten line.
fn asked(own: &BTreeSet<OwnName>) -> impl Iterator<Item = Check> {
    Check::ALL.into_iter().chain(own.iter().copied().map(Check::Own))
}

fn gate(stage: Stage, checks: &Table<'_>, own: &BTreeSet<OwnName>, faults: &mut Faults<'_>) -> Gate {
    let known: Vec<&str> = asked(own).map(Check::id).chain(condition::KEYS).collect();
    checks.keys_are(&known, faults);
    let criterion = |check: Check| match checks.get(check.id()) {
        Some(value) => read_criterion(check, &value, faults),
        None => default_criterion(check),
    };
    let criteria = asked(own).map(criterion).collect();
    Gate { stage, criteria, conditions: condition::read(stage, checks, faults) }
}

/// What a check asks where the policy does not say.
fn default_criterion(check: Check) -> Criterion {
    match check {
        Check::Tests => Criterion::Tests { max_failures: 0, min_passed: 1 },
        Check::Coverage => {
            Criterion::Coverage { min: default_percent(), metric: Metric::Auto, precision: Precision::Enough }
        }
        Check::Lint => Criterion::Lint { max_issues: 0 },
        Check::Types => Criterion::Types { max_errors: 0, max_warnings: 0 },
        Check::Security => Criterion::Security { max_issues: 0, min_severity: Severity::Medium },
        Check::Docs => Criterion::Docs { readme: true, usage_example: true },
        Check::Own(check) => Criterion::Own { check, max_issues: 0 },
    }
}

fn default_percent() -> Percent {
    Percent::from_hundredths(7000).expect("70 is at most 100")
}

fn read_criterion(check: Check, value: &Value<'_>, faults: &mut Faults<'_>) -> Criterion {
    if value.inner().as_table().is_none() {
        let hint = match value.inner().as_bool() {
            Some(_) => ASK_NOTHING.to_owned(),
            None => format!("write it as in `{} = {}`", check, example(check)),
        };
        value.wrong("a table of bounds", hint, faults);
        return default_criterion(check);
    }
    let Some(bounds) = value.table(faults) else {
        return default_criterion(check);
    };
    bounds.keys_are(keys(check), faults);
    match bounds.get(NOT_APPLICABLE) {
        Some(reason) => exemption(check, &bounds, &reason, faults),
        None => bounded(check, &bounds, faults),
    }
}

fn example(check: Check) -> &'static str {
    match check {
        Check::Tests => "{ max_failures = 0, min_passed = 1 }",
        Check::Coverage => "{ min_percent = 70, metric = \"auto\" }",
        Check::Lint | Check::Own(_) => "{ max_issues = 0 }",
        Check::Types => "{ max_errors = 0, max_warnings = 0 }",
        Check::Security => "{ max_issues = 0, min_severity = \"medium\" }",
        Check::Docs => "{ readme = true, usage_example = true }",
    }
}

fn keys(check: Check) -> &'static [&'static str] {
    match check {
        Check::Tests => &["max_failures", "min_passed", NOT_APPLICABLE],
        Check::Coverage => &["min_percent", "metric", "exact", NOT_APPLICABLE],
        Check::Lint | Check::Own(_) => &["max_issues", NOT_APPLICABLE],
        Check::Types => &["max_errors", "max_warnings", NOT_APPLICABLE],
        Check::Security => &["max_issues", "min_severity", NOT_APPLICABLE],
        Check::Docs => &["readme", "usage_example", NOT_APPLICABLE],
    }
}

/// `{ not_applicable = "reason" }`, which stands alone.
fn exemption(check: Check, bounds: &Table<'_>, reason: &Value<'_>, faults: &mut Faults<'_>) -> Criterion {
    for bound in keys(check).iter().filter(|key| **key != NOT_APPLICABLE) {
        if let Some(bound) = bounds.get(bound) {
            faults.add(
                bound.key_offset,
                format!("`{check}` is declared `{NOT_APPLICABLE}`, so `{}` says nothing", bound.key),
                "keep one of the two, and take the other out",
            );
        }
    }
    let why = reason.line(faults).unwrap_or_default().trim().to_owned();
    Criterion::NotApplicable { check, why }
}

fn bounded(check: Check, bounds: &Table<'_>, faults: &mut Faults<'_>) -> Criterion {
    let mut limit = |key: &str| bounds.get(key).and_then(|value| value.whole(faults)).unwrap_or(0);
    match check {
        Check::Tests => {
            Criterion::Tests { max_failures: limit("max_failures"), min_passed: min_passed(bounds, faults) }
        }
        Check::Lint => Criterion::Lint { max_issues: limit("max_issues") },
        Check::Own(check) => Criterion::Own { check, max_issues: limit("max_issues") },
        Check::Types => {
            Criterion::Types { max_errors: limit("max_errors"), max_warnings: limit("max_warnings") }
        }
        Check::Security => Criterion::Security {
            max_issues: limit("max_issues"),
            min_severity: min_severity(bounds, faults),
        },
        Check::Coverage => coverage(bounds, faults),
        Check::Docs => docs(bounds, faults),
    }
}

fn min_passed(bounds: &Table<'_>, faults: &mut Faults<'_>) -> u64 {
    let Some(value) = bounds.get("min_passed") else {
        return 1;
    };
    let min_passed = value.whole(faults);
    if min_passed == Some(0) {
        faults.add(value.offset, "`min_passed` must be above 0: a pass needs evidence", ASK_NOTHING);
    }
    min_passed.unwrap_or(1)
}

fn min_severity(bounds: &Table<'_>, faults: &mut Faults<'_>) -> Severity {
    bounds
        .get("min_severity")
        .and_then(|value| value.one_of(&Severity::ALL.map(Severity::name), faults))
        .and_then(Severity::from_name)
        .unwrap_or(Severity::Medium)
}

fn coverage(bounds: &Table<'_>, faults: &mut Faults<'_>) -> Criterion {
    let min = bounds.get("min_percent").and_then(|value| percentage::read(&value, faults));
    let metric = bounds.get("metric").and_then(|value| value.one_of(&["auto", "statements"], faults));
    let exact = bounds.get("exact").and_then(|value| value.boolean(faults)).unwrap_or(false);
    Criterion::Coverage {
        min: min.unwrap_or_else(default_percent),
        metric: if metric == Some("statements") { Metric::Statements } else { Metric::Auto },
        precision: if exact { Precision::Exact } else { Precision::Enough },
    }
}

fn docs(bounds: &Table<'_>, faults: &mut Faults<'_>) -> Criterion {
    let mut asked = |key: &str| bounds.get(key).and_then(|value| value.boolean(faults)).unwrap_or(true);
    let (readme, usage_example) = (asked("readme"), asked("usage_example"));
    if !readme && !usage_example {
        faults.add(bounds.offset, "`docs` asks for nothing: a pass needs evidence", ASK_NOTHING);
    }
    Criterion::Docs { readme, usage_example }
}
