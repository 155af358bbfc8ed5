//! Findings beside the ledgers, which do not keep them: from assessments that `verify --output json=FILE` wrote. They are
//! shown and decide nothing. A line of a file is shown only where it is the one that was measured: the commit of the
//! assessment is checked out, and neither was nor is anything changed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::assessment::{Assessment, CheckAssessment as Check, ComponentAssessment, Outcome, Subject};
use crate::report::readiness::{Finding, FoundIn, NotMeasured, Readiness};
use crate::report::{self, SourceLines};
use crate::sys::file;

use super::super::project::Workspace;
use super::super::source_line;

/// Findings of one component that are listed.
const LISTED: usize = 200;
/// Names of components that a note lists.
const NAMED: usize = 10;

/// Why an assessment cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` cannot be shown: {why}")]
pub struct WithError {
    /// The file.
    pub file: String,
    /// Why not.
    pub why: String,
}

/// Adds what the assessments in those files found.
///
/// # Errors
/// Where one is none of ours, or of another project.
pub fn add(workspace: &Workspace, readiness: &mut Readiness, files: &[PathBuf]) -> Result<(), WithError> {
    let files: BTreeSet<&PathBuf> = files.iter().collect();
    for path in files {
        let name = path.display().to_string();
        let fault = |why: String| WithError { file: name.clone(), why };
        let text = file::read_text(path).map_err(|error| {
            fault(match error {
                file::ReadError::Absent => "it is not there".to_owned(),
                file::ReadError::Unreadable(why) => format!("it cannot be read: {why}"),
            })
        })?;
        let assessment =
            report::read(&text, env!("CARGO_PKG_VERSION")).map_err(|error| fault(error.to_string()))?;
        if assessment.project != readiness.project {
            let why = format!(
                "it is of the project `{}`, and this one is `{}`",
                assessment.project, readiness.project
            );
            return Err(fault(why));
        }
        let subject = &assessment.subject;
        let found_in = FoundIn {
            commit: subject.commit.clone(),
            dirty: subject.dirty,
            time: assessment.started,
            current: is_here(readiness, subject),
            not_measured: Vec::new(),
        };
        let here = found_in.current.then(|| source_line::lines(workspace, &assessment));
        merge(readiness, &assessment, &found_in, &here.unwrap_or_default());
        readiness.notes.extend(strangers(readiness, &assessment, &name));
    }
    Ok(())
}

/// Whether the working tree is the one that was measured.
fn is_here(readiness: &Readiness, subject: &Subject) -> bool {
    subject.commit.is_some()
        && subject.commit == readiness.commit
        && subject.dirty == Some(false)
        && readiness.dirty == Some(false)
}

/// Checks that were asked and gave no evidence: that they found nothing does not mean that nothing is there.
fn not_measured(component: &ComponentAssessment) -> Vec<NotMeasured> {
    let reason = |check: &Check| {
        let Outcome::Inconclusive { reason, .. } = &check.outcome else { return None };
        Some(NotMeasured {
            check: check.check().id().to_owned(),
            kind: reason.kind.name().to_owned(),
            message: reason.message.clone(),
            hint: reason.hint.clone(),
        })
    };
    component.checks.iter().filter_map(reason).collect()
}

/// That the file holds components which are not shown, by name.
fn strangers(readiness: &Readiness, assessment: &Assessment, file: &str) -> Option<String> {
    let is_shown = |name: &str| readiness.components.iter().any(|component| component.name == name);
    let all = assessment.components.iter().map(|one| one.name.as_str());
    let unknown: Vec<String> = all.filter(|name| !is_shown(name)).map(|name| format!("`{name}`")).collect();
    let (named, more) = unknown.split_at(unknown.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    (!named.is_empty()).then(|| {
        format!(
            "`{file}` also holds {}{more}, which neither the policy nor a ledger knows: not shown",
            named.join(", ")
        )
    })
}

fn merge(readiness: &mut Readiness, assessment: &Assessment, found_in: &FoundIn, lines: &SourceLines) {
    for measured in &assessment.components {
        let own = readiness.components.iter_mut().find(|component| component.name == measured.name);
        let Some(component) = own else { continue };
        // What is waived is listed among what is in force.
        let own = |check| Check::uncovered(check).into_iter().map(move |one| (check, one));
        let found: Vec<(&Check, _)> = measured.checks.iter().flat_map(own).collect();
        component.found_in.push(FoundIn { not_measured: not_measured(measured), ..found_in.clone() });
        for (check, one) in found {
            let rule = (check.check().id().to_owned(), one.rule.to_string());
            *component.by_rule.entry(rule).or_default() += 1;
            if component.findings.len() >= LISTED {
                component.more_findings += 1;
                continue;
            }
            component.findings.push(Finding {
                check: check.check().id().to_owned(),
                file: one.file.to_string(),
                line: one.line,
                rule: one.rule.to_string(),
                severity: one.severity.name(),
                message: one.message.to_string(),
                source: one.line.and_then(|line| lines.get(&one.file, line)).map(str::to_owned),
            });
        }
    }
}
