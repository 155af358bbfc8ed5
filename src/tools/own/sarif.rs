//! A report in SARIF 2.1.0, as the standard says that it is to be understood.
//!
//! In doubt a result is a finding: one whose kind or state is not known, that waits for a person, or whose suppression
//! was not accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read as _};
use std::sync::Arc;

use super::sarif_wire::{Document, Location, Message, Notification, Outcome, Rule, Run};
use super::{MOST, artifact_uri, lines, severity, unreadable};
use crate::model::finding::Finding;
use crate::model::reason::{Reason, ReasonKind};
use crate::tools::ending::quoted;

/// The longest report that is taken, in bytes.
const LONGEST: u64 = 1 << 30;
const VERSION: &str = "2.1.0";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The roles of an artifact that the tool has looked at. Without a role it is one that it lists as its subject.
const LOOKED_AT: [&str; 2] = ["analysisTarget", "resultFile"];

/// What a report says.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
    /// By the number of a finding: the same in the further places that it is in.
    pub(super) also: BTreeMap<usize, Vec<Finding>>,
    pub(super) suppressed: u64,
    /// The paths of what each run has looked at.
    pub(super) artifacts: Vec<BTreeSet<String>>,
}

/// Reads a report.
pub(super) fn read<R: BufRead>(input: &mut R) -> Result<Report, Reason> {
    let begin = input.fill_buf().map_err(|error| unreadable(&error.to_string()))?;
    if begin.starts_with(BYTE_ORDER_MARK) {
        input.consume(BYTE_ORDER_MARK.len());
    }
    let document: Document =
        serde_json::from_reader(input.take(LONGEST)).map_err(|error| unreadable(&error.to_string()))?;
    if document.version != VERSION {
        return Err(unreadable(&format!("it is SARIF `{}`, not {VERSION}", document.version)));
    }
    if document.runs.is_empty() {
        return Err(unreadable("it holds no run"));
    }
    if !document.inline_external_properties.is_empty() {
        return Err(unreadable("parts of it are not in its runs"));
    }
    let mut report = Report::default();
    for run in &document.runs {
        read_run(run, &mut report)?;
    }
    Ok(report)
}

fn read_run(run: &Run, report: &mut Report) -> Result<(), Reason> {
    if run.tool.driver.name.trim().is_empty() {
        return Err(unreadable("it does not name its tool"));
    }
    let elsewhere = run.external_property_file_references.as_ref();
    if elsewhere
        .is_some_and(|one| one.results.is_some() || one.artifacts.is_some() || one.invocations.is_some())
    {
        return Err(unreadable("parts of it are in other files"));
    }
    has_run_well(run)?;
    let Some(results) = &run.results else {
        return Err(Reason::new(
            ReasonKind::NothingInspected,
            format!("{} looked for nothing: its report has no `results`", quoted(&run.tool.driver.name)),
            "see which rules it was told to apply",
        ));
    };
    let mut names = Names::default();
    let mut found = report.findings.len() + report.also.values().map(Vec::len).sum::<usize>();
    for result in results {
        match state(result) {
            State::NoProblem => {}
            State::Suppressed => report.suppressed += 1,
            State::Problem => {
                let first = finding(run, result, &mut names);
                let also = further(run, result, &first, &mut names);
                found += 1 + also.len();
                if found > MOST {
                    return Err(unreadable(&format!("it holds more than {MOST} findings")));
                }
                if !also.is_empty() {
                    report.also.insert(report.findings.len(), also);
                }
                report.findings.push(first);
            }
        }
    }
    let looked_at = run.artifacts.iter().filter(|artifact| {
        artifact.roles.is_empty() || artifact.roles.iter().any(|role| LOOKED_AT.contains(&role.as_str()))
    });
    let paths =
        looked_at.filter_map(|artifact| artifact_uri::path(&artifact.location, &run.original_uri_base_ids));
    report.artifacts.push(paths.collect());
    Ok(())
}

fn has_run_well(run: &Run) -> Result<(), Reason> {
    let name = quoted(&run.tool.driver.name);
    let hint = "run it by hand and mend what it complains about";
    for invocation in &run.invocations {
        let told = invocation
            .tool_execution_notifications
            .iter()
            .chain(&invocation.tool_configuration_notifications);
        let is_error = |one: &&Notification| one.level.as_deref() == Some("error");
        if let Some(error) = told.clone().find(is_error) {
            let said = error.message.text.as_deref().unwrap_or("it does not say why");
            let message = format!("{name} reports an error of its own: {}", quoted(said));
            return Err(Reason::new(ReasonKind::ToolCrashed, message, hint));
        }
        if !invocation.execution_successful {
            let message = format!("{name} reports that it was not executed successfully");
            return Err(Reason::new(ReasonKind::ToolCrashed, message, hint));
        }
    }
    Ok(())
}

/// What a result is.
enum State {
    Problem,
    Suppressed,
    NoProblem,
}

fn state(result: &Outcome) -> State {
    let is_problem = !matches!(result.kind.as_deref(), Some("pass" | "notApplicable" | "informational"));
    let is_gone = result.baseline_state.as_deref() == Some("absent");
    let is_accepted = |status: Option<&str>| matches!(status, None | Some("accepted"));
    let is_suppressed = !result.suppressions.is_empty()
        && result.suppressions.iter().all(|one| is_accepted(one.status.as_deref()));
    match (is_problem && !is_gone, is_suppressed) {
        (false, _) => State::NoProblem,
        (true, true) => State::Suppressed,
        (true, false) => State::Problem,
    }
}

/// Files and rules are few, and findings many.
#[derive(Default)]
struct Names(BTreeMap<String, Arc<str>>);

impl Names {
    fn shared(&mut self, name: String) -> Arc<str> {
        Arc::clone(self.0.entry(name).or_insert_with_key(|name| name.as_str().into()))
    }
}

fn finding(run: &Run, result: &Outcome, names: &mut Names) -> Finding {
    let rule = rule(run, result);
    let (file, line, column) = places(run, result).next().unwrap_or_default();
    let level = result.level.as_deref();
    let default = || rule.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
    let id = result.rule_id.as_deref().or(result.rule.as_ref().and_then(|rule| rule.id.as_deref()));
    let id = id.or(rule.map(|rule| rule.id.as_str())).unwrap_or_default();
    Finding {
        file: names.shared(file),
        line,
        column,
        rule: names.shared(id.to_owned()),
        severity: severity(level.or_else(default).unwrap_or("warning")),
        message: lines::cut(&message(&result.message, rule)).into(),
    }
}

/// A result may be in several files: it is found in each of them.
fn further(run: &Run, result: &Outcome, first: &Finding, names: &mut Names) -> Vec<Finding> {
    let elsewhere = places(run, result).skip(1);
    elsewhere
        .map(|(file, line, column)| Finding { file: names.shared(file), line, column, ..first.clone() })
        .collect()
}

/// File, line and column of all that a result is about.
fn places<'r>(
    run: &'r Run,
    result: &'r Outcome,
) -> impl Iterator<Item = (String, Option<u32>, Option<u32>)> + 'r {
    let number =
        |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok()).filter(|one| *one > 0);
    result.locations.iter().filter_map(|place| place.physical_location.as_ref()).map(move |place| {
        let region = place.region.as_ref();
        let file = place.artifact_location.as_ref().and_then(|location| file(run, location));
        let line = number(region.and_then(|region| region.start_line));
        (file.unwrap_or_default(), line, number(region.and_then(|region| region.start_column)))
    })
}

fn file(run: &Run, location: &Location) -> Option<String> {
    let listed = || {
        let index = usize::try_from(location.index?).ok()?;
        Some(&run.artifacts.get(index)?.location)
    };
    let location = if location.uri.is_some() { location } else { listed()? };
    artifact_uri::path(location, &run.original_uri_base_ids)
}

/// The rule that a result is about, in the driver or in an extension.
fn rule<'r>(run: &'r Run, result: &Outcome) -> Option<&'r Rule> {
    let reference = result.rule.as_ref();
    let extension = reference.and_then(|rule| rule.tool_component.as_ref()?.index);
    let rules = match extension.and_then(|index| usize::try_from(index).ok()) {
        Some(index) => &run.tool.extensions.get(index)?.rules,
        None => &run.tool.driver.rules,
    };
    let index = result.rule_index.or(reference.and_then(|rule| rule.index));
    if let Some(rule) = index.and_then(|index| rules.get(usize::try_from(index).ok()?)) {
        return Some(rule);
    }
    let id = result.rule_id.as_deref().or(reference.and_then(|rule| rule.id.as_deref()))?;
    // `CA1000/1` is a part of the rule `CA1000`.
    let is_it =
        |rule: &&Rule| rule.id == id || id.strip_prefix(&rule.id).is_some_and(|rest| rest.starts_with('/'));
    rules.iter().find(|rule| !rule.id.is_empty() && is_it(rule))
}

fn message(message: &Message, rule: Option<&Rule>) -> String {
    let by_id = || rule?.message_strings.get(message.id.as_deref()?)?.text.as_deref();
    let text = message.text.as_deref().or_else(by_id).or(message.markdown.as_deref());
    text.unwrap_or("it does not say what is wrong").trim().to_owned()
}
