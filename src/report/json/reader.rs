//! A document back to the assessment that was written. Not a judge: whether an outcome follows from its figures is
//! for those who may ask one. The hard part is that nothing may be taken on trust: evidence is made by the
//! constructors that refuse to be made of nothing, and what a document derives must be what we would derive.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::model::assessment::{
    Assessment, CheckAssessment, ComponentAssessment, Outcome, PolicyDigest, Subject, Verdict,
};
use crate::model::check::Check;
use crate::model::condition::{Condition, ConditionState};
use crate::model::environment::{Distribution, Environment};
use crate::model::evidence::{Bound, Branches, Coverage, Evidence, Inspected, Measured, TestCounts};
use crate::model::finding::{Finding, Severity};
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::line_set::Lines;
use crate::model::percent::Ratio;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::stage::Stage;
use crate::model::toolchain::Tool;

mod run;

use self::run::run;
use super::heading::{Heading, Read, ReadError};
use super::{Program, SCHEMA, waiver, wire, writer};

/// Reads the document that `version` of this program wrote.
pub fn read(text: &str, version: &str) -> Read<Assessment> {
    if text.trim().is_empty() {
        return Err(ReadError::new("it is empty"));
    }
    let document = match serde_json::from_str::<wire::Document<'_>>(text) {
        Ok(document) if document.schema == SCHEMA && document.tool == Program::of(version) => document,
        Ok(_) => {
            let foreign = Heading::of(text).foreign(version);
            return Err(foreign.unwrap_or_else(|| ReadError::new("it is none of ours")));
        }
        Err(fault) => {
            let foreign = Heading::of(text).foreign(version);
            return Err(foreign.unwrap_or_else(|| ReadError::new(fault.to_string())));
        }
    };
    let assessment = assessment(&document)?;
    agrees(writer::document(&assessment), document)?;
    Ok(assessment)
}

fn assessment(document: &wire::Document<'_>) -> Read<Assessment> {
    let mut names = BTreeSet::new();
    if let Some(twice) = document.components.iter().find(|one| !names.insert(&one.name)) {
        return Err(ReadError::new(format!("it holds the component `{}` twice", twice.name)));
    }
    let (subject, environment) = (&document.subject, &document.environment);
    let installed = environment.installed.iter();
    Ok(Assessment {
        project: document.project.to_string(),
        policy: PolicyDigest {
            file: document.policy.file.to_string(),
            sha256: document.policy.sha256.to_string(),
        },
        version: document.tool.version.to_string(),
        started: instant(&document.started)?,
        duration: Duration::from_millis(document.duration_ms),
        subject: Subject {
            commit: owned(subject.commit.as_ref()),
            dirty: subject.dirty,
            changed: subject.changed.to_vec(),
        },
        environment: Environment {
            python: owned(environment.python.as_ref()),
            platform: environment.platform.to_string(),
            lock: owned(environment.lock.as_ref()),
            in_sync: environment.in_sync,
            distributions: installed
                .map(|one| Distribution { name: one.name.to_string(), version: one.version.to_string() })
                .collect(),
            sha256: environment.sha256.to_string(),
        },
        only: document.only.as_ref().map(|ids| ids.iter().map(|id| check(id)).collect()).transpose()?,
        merged: document.merged.as_ref().map(|files| files.to_vec()),
        notes: document.notes.to_vec(),
        components: document.components.iter().map(component).collect::<Read<_>>()?,
        verdict: verdict(&document.verdict)?,
    })
}

fn component(wire: &wire::Component<'_>) -> Read<ComponentAssessment> {
    let within = |fault: ReadError| fault.within(|| format!("component `{}`", wire.name));
    let checks = wire.checks.iter().map(|check| {
        check_assessment(check, wire).map_err(|fault| fault.within(|| format!("check `{}`", check.id)))
    });
    Ok(ComponentAssessment {
        name: wire.name.to_string(),
        title: wire.title.to_string(),
        group: owned(wire.group.as_ref()),
        from: stage(&wire.from).map_err(within)?,
        to: stage(&wire.to).map_err(within)?,
        files: wire.files.to_vec(),
        absent_imports: wire.absent_imports.to_vec(),
        checks: checks.collect::<Read<_>>().map_err(within)?,
        conditions: wire.conditions.iter().map(condition).collect::<Read<_>>().map_err(within)?,
        waivers: wire.waivers.iter().map(waiver::read).collect::<Read<_>>().map_err(within)?,
        verdict: verdict(&wire.verdict).map_err(within)?,
    })
}

pub(super) fn condition(wire: &wire::Condition<'_>) -> Read<Condition> {
    let state = ConditionState::from_name(&wire.outcome);
    Ok(Condition {
        id: wire.id.to_string(),
        state: state.ok_or_else(|| unknown("outcome", &wire.outcome))?,
        summary: wire.summary.to_string(),
    })
}

fn check_assessment(wire: &wire::CheckResult<'_>, component: &wire::Component<'_>) -> Read<CheckAssessment> {
    let check = check(&wire.id)?;
    let outcome = match &*wire.outcome {
        "pass" => Outcome::Pass(evidence(check, wire, component)?),
        "fail" => Outcome::Fail(evidence(check, wire, component)?),
        "inconclusive" => {
            let reason = wire.reason.as_ref().ok_or_else(|| ReadError::new("it has no reason"))?;
            Outcome::Inconclusive {
                reason: Reason::new(reason_kind(&reason.kind)?, &*reason.message, &*reason.hint),
                run: wire.run.as_ref().map(|wire| run(check, wire)).transpose()?,
            }
        }
        super::NOT_APPLICABLE => {
            let why = wire.reason.as_ref().ok_or_else(|| ReadError::new("it has no reason"))?;
            Outcome::NotApplicable { why: why.message.to_string() }
        }
        other => return Err(ReadError::new(format!("there is no outcome `{other}`"))),
    };
    let criterion = match &outcome {
        Outcome::NotApplicable { why } => Criterion::NotApplicable { check, why: why.clone() },
        Outcome::Pass(_) | Outcome::Fail(_) | Outcome::Inconclusive { .. } => {
            criterion(check, wire.threshold.as_ref())?
        }
    };
    if wire.waived && !matches!(outcome, Outcome::Fail(_)) {
        return Err(ReadError::new(format!("`{}` is nothing that can be waived", outcome.name())));
    }
    Ok(CheckAssessment { criterion, outcome, waived: wire.waived, covers: waiver::covers(wire, component)? })
}

fn evidence(check: Check, wire: &wire::CheckResult<'_>, component: &wire::Component<'_>) -> Read<Evidence> {
    let figures = wire.measured.as_ref().ok_or_else(|| ReadError::new("nothing was measured"))?;
    let measured = measured(check, figures)?;
    let seen = wire.inspected.ok_or_else(|| ReadError::new("there is no proof of what was looked at"))?;
    let run = wire.run.as_ref().map(|wire| run(check, wire)).transpose()?;
    match (measurer(check), &run) {
        (None, _) => {}
        (Some(tool), Some(run)) if run.tool == tool => {}
        (Some(tool), _) => return Err(ReadError::new(format!("it was not measured by {tool}"))),
    }
    Ok(Evidence {
        inspected: inspected(&measured, seen, &component.files)?,
        measured,
        findings: wire.findings.iter().map(finding).collect::<Read<_>>()?,
        extent: owned(wire.extent.as_ref()),
        suppressed: wire.suppressed,
        lines: Lines::new(),
        notes: wire.notes.to_vec(),
        run,
    })
}

/// The tool whose run must stand behind the figures of a check; `None` where we measure ourselves.
fn measurer(check: Check) -> Option<Tool> {
    match check {
        Check::Tests | Check::Coverage => Some(Tool::Pytest),
        Check::Lint => Some(Tool::Ruff),
        Check::Types => Some(Tool::Pyright),
        Check::Security => Some(Tool::Bandit),
        Check::Own(name) => Some(Tool::Own(name)),
        Check::Docs => None,
    }
}

/// The proof, made anew: of all files of the component, or of the tests that the figures count.
pub(super) fn inspected(measured: &Measured, seen: wire::Inspected, files: &[String]) -> Read<Inspected> {
    let disagrees = |what: String| Err(ReadError::new(format!("the proof does not fit: {what}")));
    let made = match (measured, seen) {
        (Measured::Tests(counts), wire::Inspected::Tests(ran)) => {
            let counted = [counts.passed, counts.failed, counts.errors, counts.xpassed];
            let counted = counted.into_iter().try_fold(0u64, u64::checked_add);
            if counted != Some(ran) {
                return disagrees(format!("{ran} tests are not those that are counted"));
            }
            Inspected::tests(ran)
        }
        (Measured::Docs { .. }, wire::Inspected::Places(looked)) => Inspected::places(looked),
        (Measured::Own { .. }, wire::Inspected::Items(looked)) => {
            Inspected::items(looked, 1, "the tool says")
        }
        (Measured::Own { .. }, wire::Inspected::Tests(ran)) => Inspected::tests(ran),
        (
            Measured::Coverage(_)
            | Measured::Lint { .. }
            | Measured::Types { .. }
            | Measured::Security { .. }
            | Measured::Own { .. },
            wire::Inspected::Files(number),
        ) => {
            if number != files.len() as u64 {
                return disagrees(format!("{number} files were looked at, of {}", files.len()));
            }
            Inspected::files(files, "the tool", |_| true)
        }
        _ => return disagrees("it is that of another check".to_owned()),
    };
    made.map_err(|reason| ReadError::new(reason.message))
}

pub(super) fn measured(check: Check, figures: &wire::Figures<'_>) -> Read<Measured> {
    Ok(match (check, figures) {
        (Check::Tests, wire::Figures::Tests(counts)) => Measured::Tests(TestCounts {
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.errors,
            skipped: counts.skipped,
            xfailed: counts.xfailed,
            xpassed: counts.xpassed,
        }),
        (Check::Coverage, wire::Figures::Coverage(figures)) => Measured::Coverage(coverage(figures)?),
        (Check::Lint, wire::Figures::Issues(found)) => Measured::Lint { issues: found.issues },
        (Check::Own(_), wire::Figures::Issues(found)) => Measured::Own { issues: found.issues },
        (Check::Security, wire::Figures::Issues(found)) => Measured::Security { issues: found.issues },
        (Check::Types, wire::Figures::Types(found)) => {
            Measured::Types { errors: found.errors, warnings: found.warnings }
        }
        (Check::Docs, wire::Figures::Docs(found)) => {
            Measured::Docs { readme: owned(found.readme.as_ref()), usage_examples: found.usage_examples }
        }
        _ => return Err(ReadError::new("its figures are those of another check")),
    })
}

fn coverage(figures: &wire::CoverageFigures<'_>) -> Read<Coverage> {
    let statements = Ratio::new(figures.covered, figures.statements);
    let statements = statements.ok_or_else(|| ReadError::new("it measured no statements"))?;
    let branches = match (figures.covered_branches, figures.branches) {
        (None, None) => None,
        (Some(covered), Some(total)) if covered <= total => Some(Branches { covered, total }),
        _ => return Err(ReadError::new("more branches are taken than there are")),
    };
    let fits = |branches: Branches| {
        figures.covered.checked_add(branches.covered)?;
        figures.statements.checked_add(branches.total)
    };
    if branches.is_some_and(|branches| fits(branches).is_none()) {
        return Err(ReadError::new("its figures are beyond counting"));
    }
    let bound = match (figures.selected_tests, figures.deselected_tests) {
        (None, None) => Bound::Exact,
        (Some(selected), Some(deselected)) if selected.checked_add(deselected).is_some() => {
            Bound::Lower { selected, deselected }
        }
        _ => return Err(ReadError::new("it does not say how many tests were left out")),
    };
    Ok(Coverage { statements, branches, bound, excluded: figures.excluded })
}

pub(super) fn criterion(check: Check, threshold: Option<&wire::Threshold<'_>>) -> Read<Criterion> {
    use wire::Threshold as Of;
    let threshold = threshold.ok_or_else(|| ReadError::new("it has no threshold"))?;
    Ok(match (check, threshold) {
        (Check::Tests, Of::Tests { max_failures, min_passed }) => {
            Criterion::Tests { max_failures: *max_failures, min_passed: *min_passed }
        }
        (Check::Coverage, Of::Coverage { min_percent, metric, exact }) => Criterion::Coverage {
            precision: if *exact { Precision::Exact } else { Precision::Enough },
            min: min_percent.0,
            metric: match &**metric {
                "auto" => Metric::Auto,
                "statements" => Metric::Statements,
                other => return Err(ReadError::new(format!("there is no metric `{other}`"))),
            },
        },
        (Check::Lint, Of::Lint { max_issues }) => Criterion::Lint { max_issues: *max_issues },
        (Check::Own(check), Of::Lint { max_issues }) => Criterion::Own { check, max_issues: *max_issues },
        (Check::Types, Of::Types { max_errors, max_warnings }) => {
            Criterion::Types { max_errors: *max_errors, max_warnings: *max_warnings }
        }
        (Check::Security, Of::Security { max_issues, min_severity }) => {
            Criterion::Security { max_issues: *max_issues, min_severity: severity(min_severity)? }
        }
        (Check::Docs, Of::Docs { readme, usage_example }) => {
            Criterion::Docs { readme: *readme, usage_example: *usage_example }
        }
        _ => return Err(ReadError::new("its threshold is that of another check")),
    })
}

fn finding(wire: &wire::Finding<'_>) -> Read<Finding> {
    Ok(Finding {
        file: (*wire.file).into(),
        line: wire.line,
        column: wire.column,
        rule: (*wire.rule).into(),
        severity: severity(&wire.severity)?,
        message: (*wire.message).into(),
    })
}

fn owned(text: Option<&wire::Text<'_>>) -> Option<String> {
    text.map(ToString::to_string)
}

fn instant(text: &str) -> Read<jiff::Timestamp> {
    text.parse().map_err(|_| unknown("instant", text))
}

pub(super) fn check(id: &str) -> Read<Check> {
    Check::named(id).ok_or_else(|| unknown("check", id))
}

fn stage(name: &str) -> Read<Stage> {
    Stage::from_name(name).ok_or_else(|| unknown("stage", name))
}

fn severity(name: &str) -> Read<Severity> {
    Severity::from_name(name).ok_or_else(|| unknown("severity", name))
}

pub(super) fn reason_kind(name: &str) -> Read<ReasonKind> {
    ReasonKind::ALL
        .into_iter()
        .find(|kind| kind.name() == name)
        .ok_or_else(|| unknown("kind of reason", name))
}

pub(super) fn verdict(name: &str) -> Read<Verdict> {
    [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]
        .into_iter()
        .find(|verdict| verdict.name() == name)
        .ok_or_else(|| unknown("verdict", name))
}

fn unknown(what: &str, name: &str) -> ReadError {
    ReadError::new(format!("there is no {what} `{name}`"))
}

/// What we would write of what was read must be what was read: whoever changed a figure by hand has forgotten
/// what follows from it.
fn agrees(mut ours: wire::Document<'_>, mut theirs: wire::Document<'_>) -> Read<()> {
    if ours == theirs {
        return Ok(());
    }
    let components = std::mem::take(&mut ours.components).into_iter();
    for (mut ours, mut theirs) in components.zip(std::mem::take(&mut theirs.components)) {
        let within = |fault: ReadError| fault.within(|| format!("component `{}`", theirs.name));
        let checks = std::mem::take(&mut ours.checks).into_iter().zip(std::mem::take(&mut theirs.checks));
        for (ours, theirs) in checks {
            let same = same(&ours, &theirs);
            same.map_err(|fault| within(fault.within(|| format!("check `{}`", theirs.id))))?;
        }
        same(&ours, &theirs).map_err(within)?;
    }
    same(&ours, &theirs)
}

/// Names the first field that differs.
fn same(ours: &impl Serialize, theirs: &impl Serialize) -> Read<()> {
    let fields = |part: Result<Value, serde_json::Error>| part.unwrap_or_default();
    let (ours, theirs) = (fields(serde_json::to_value(ours)), fields(serde_json::to_value(theirs)));
    if ours == theirs {
        return Ok(());
    }
    let empty = serde_json::Map::new();
    let (ours, theirs) = (ours.as_object().unwrap_or(&empty), theirs.as_object().unwrap_or(&empty));
    let field = ours.keys().chain(theirs.keys()).find(|key| ours.get(*key) != theirs.get(*key));
    let field = field.map_or("something", String::as_str);
    Err(ReadError::new(format!("`{field}` does not follow from the rest of the document")))
}

#[cfg(test)]
mod tests;
