//! What pyright is asked, how its report is read, and one component's share of it.
//!
//! Not here: its configuration (`pyright_config`); which comments silence it (the caller counts them).
//!
//! The hard part: a file that the configuration excludes is left out even when it is named, and the
//! report gives only a number of files. So either the number is that of all the files named, or the run
//! proves nothing for any component in it and must be repeated for each alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ending;
use super::json_stream::{self, Fault};
use super::pyright_config::Weakening;
use crate::model::component::SourceFile;
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::{Finding, Severity};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::Tool;

/// How much before the report is looked at to see what it is, in bytes.
const LEAD: u64 = 8 << 10;
/// How the lines begin by which pyright rejects a setting and goes on without it. Some go to stderr, and
/// some to stdout before the report.
const COMPLAINTS: [&str; 4] =
    ["Config ", "Ignoring path ", "Error reading settings", "Circular reference in configuration"];
/// The rules of an import that is not installed.
const UNRESOLVED: [&str; 2] = ["reportMissingImports", "reportMissingModuleSource"];

/// Asks for the errors of `files`, which are real paths, with the interpreter of the project.
pub fn argv(executable: &str, python: &str, files: &BTreeSet<&str>) -> Vec<String> {
    let mut argv = [executable, "--outputjson", "--pythonpath", python].map(String::from).to_vec();
    argv.extend(files.iter().map(ToString::to_string));
    argv
}

/// Asks the same under another configuration file: that of [`super::pyright_config::unweakened`].
pub fn argv_with_config(executable: &str, python: &str, config: &str, files: &BTreeSet<&str>) -> Vec<String> {
    let mut argv =
        [executable, "--outputjson", "--pythonpath", python, "-p", config].map(String::from).to_vec();
    argv.extend(files.iter().map(ToString::to_string));
    argv
}

/// How serious pyright says that a diagnostic is. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Counted nowhere.
    Information,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

/// One diagnostic of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The rule; empty for a syntax error.
    pub rule: String,
    /// How serious.
    pub level: Level,
    /// What pyright says.
    pub message: String,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many files it analysed.
    pub analyzed: u64,
    /// By path.
    pub diagnostics: BTreeMap<String, Vec<Diagnostic>>,
}

impl Report {
    /// Whether every one of the files named was analysed. If not, it cannot be said which was.
    pub fn covers(&self, named: &BTreeSet<&str>) -> bool {
        self.analyzed == named.len() as u64
    }

    fn count(&self, level: Level) -> u64 {
        self.diagnostics.values().flatten().filter(|diagnostic| diagnostic.level == level).count() as u64
    }

    fn of(&self, file: &str) -> &[Diagnostic] {
        self.diagnostics.get(file).map_or(&[], Vec::as_slice)
    }
}

#[derive(Deserialize)]
struct WireDiagnostic<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    severity: Level,
    #[serde(borrow)]
    message: Cow<'a, str>,
    range: Option<WireRange>,
    #[serde(borrow)]
    rule: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct WireRange {
    start: WirePlace,
}

#[derive(Deserialize)]
struct WirePlace {
    line: u32,
    character: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSummary {
    files_analyzed: u64,
    error_count: u64,
    warning_count: u64,
}

/// Reads the answer to [`argv`] and [`argv_with_config`].
pub fn read(exit: Exit, stdout: impl Read, stderr: &str) -> Result<Report, Reason> {
    let judged = matches!(exit, Exit::Code(0 | 1));
    let report = if judged { report(stdout) } else { Err(Unread::Fault(Fault::Empty)) };
    match (exit, report) {
        (Exit::Code(0 | 1), _) if complaint(stderr).is_some() => {
            Err(ending::config_invalid(Tool::Pyright, complaint(stderr)))
        }
        (Exit::Code(0 | 1), Err(Unread::Complaint(line))) => {
            Err(ending::config_invalid(Tool::Pyright, Some(&line)))
        }
        (Exit::Code(0), Ok(report)) if report.count(Level::Error) == 0 => Ok(report),
        (Exit::Code(1), Ok(report)) if report.count(Level::Error) + report.count(Level::Warning) > 0 => {
            Ok(report)
        }
        (Exit::Code(code), Ok(_)) => Err(Reason::new(
            ReasonKind::ReportsDisagree,
            format!("pyright's exit code {code} and its report do not agree on whether there are errors"),
            "run `pyright --outputjson` by hand and see what it prints",
        )),
        (Exit::Code(0), Err(Unread::Fault(Fault::Empty))) => Err(Reason::new(
            ReasonKind::ReportMissing,
            "pyright ended well and wrote no report",
            "run `pyright --outputjson` by hand and see what it prints",
        )),
        (Exit::Code(0 | 1), Err(Unread::Fault(fault @ (Fault::Broken(_) | Fault::Unread(_))))) => {
            Err(Reason::new(
                ReasonKind::ReportUnreadable,
                format!("pyright's report cannot be used: {fault}"),
                "run `pyright --outputjson` by hand and see what it prints",
            ))
        }
        (Exit::Code(3), _) => {
            let said =
                stderr.lines().rfind(|line| line.starts_with("Config file")).or_else(|| complaint(stderr));
            Err(ending::config_invalid(Tool::Pyright, said.or(stderr.lines().next())))
        }
        (
            Exit::Code(_)
            | Exit::Signal(_)
            | Exit::TimedOut
            | Exit::Interrupted
            | Exit::Flooded
            | Exit::NotFound,
            _,
        ) => Err(ending::without_answer(Tool::Pyright, exit, stderr)),
    }
}

enum Unread {
    Complaint(String),
    Fault(Fault),
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The first line that rejects a setting.
fn complaint(text: &str) -> Option<&str> {
    text.lines().find(|line| COMPLAINTS.iter().any(|begin| line.starts_with(begin)))
}

fn report(mut stdout: impl Read) -> Result<Report, Unread> {
    let mut lead = Vec::new();
    stdout.by_ref().take(LEAD).read_to_end(&mut lead).map_err(Fault::Unread)?;
    if let Some(first) = lead.iter().find(|byte| !byte.is_ascii_whitespace())
        && *first != b'{'
    {
        let text = String::from_utf8_lossy(&lead);
        return Err(complaint(&text).map_or_else(
            || {
                let line = text.trim_start().lines().next().unwrap_or_default();
                Unread::Fault(Fault::Broken(format!("it begins with `{}`", ending::quoted(line))))
            },
            |line| Unread::Complaint(line.to_owned()),
        ));
    }
    let mut report = Report::default();
    let mut summary: Option<WireSummary> = None;
    let keys = json_stream::read(lead.as_slice().chain(stdout), &["generalDiagnostics"], |piece| {
        match piece.key {
            "generalDiagnostics" => {
                let wire: WireDiagnostic<'_> = json_stream::parse(piece.value)?;
                let place = wire.range.map(|range| range.start);
                // Pyright counts lines and columns from 0.
                let diagnostic = Diagnostic {
                    line: place.as_ref().and_then(|place| place.line.checked_add(1)),
                    column: place.as_ref().and_then(|place| place.character.checked_add(1)),
                    rule: wire.rule.map(Cow::into_owned).unwrap_or_default(),
                    level: wire.severity,
                    message: wire.message.into_owned(),
                };
                report.diagnostics.entry(wire.file.into_owned()).or_default().push(diagnostic);
            }
            "summary" => summary = Some(json_stream::parse(piece.value)?),
            _ => {
                json_stream::parse::<IgnoredAny>(piece.value)?;
            }
        }
        Ok(())
    })?;
    let Some(summary) = summary.filter(|_| keys.iter().any(|key| key == "generalDiagnostics")) else {
        return Err(Fault::Broken("a part of it is missing".into()).into());
    };
    let counted = (report.count(Level::Error), report.count(Level::Warning));
    if counted != (summary.error_count, summary.warning_count) {
        return Err(Fault::Broken("its list and its summary differ".into()).into());
    }
    report.analyzed = summary.files_analyzed;
    Ok(report)
}

/// The comments of one file that keep pyright quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comments {
    /// How many `# type: ignore` and `# pyright: ignore`.
    pub suppressing: u64,
    /// Whether one of them, before all code, silences the whole file.
    pub whole_file: bool,
}

/// What pyright said about all components together, and what is known besides.
#[derive(Debug, Clone, Copy)]
pub struct Reports<'a> {
    /// Under the project's configuration.
    pub own: &'a Report,
    /// The real paths that the run was given.
    pub named: &'a BTreeSet<&'a str>,
    /// What the project's configuration switches off or down.
    pub weakening: &'a Weakening,
    /// The run without that; needed only where there is a weakening.
    pub unweakened: Option<&'a Report>,
    /// The comments in each file, by real path.
    pub comments: &'a BTreeMap<String, Comments>,
    /// Whether the interpreter is that of an environment with the project's dependencies.
    pub project_environment: bool,
}

/// The evidence for the component that `files` are.
pub fn evidence(files: &[SourceFile], reports: &Reports<'_>) -> Result<Evidence, Reason> {
    let once = ending::by_real_path(files);
    let names: BTreeMap<&str, &str> =
        once.values().map(|file| (file.path.as_str(), file.real.as_str())).collect();
    let paths: Vec<String> = once.values().map(|file| file.path.clone()).collect();
    analyzed(reports.own, reports.named)?;
    let seen = |path: &str| names.get(path).is_some_and(|real| reports.named.contains(real));
    let inspected = Inspected::files(&paths, "pyright", seen)?;

    let own =
        || once.iter().flat_map(|(real, file)| reports.own.of(real).iter().map(move |found| (*file, found)));
    if !reports.project_environment
        && let Some((file, found)) = own().find(|(_, found)| UNRESOLVED.contains(&found.rule.as_str()))
    {
        return Err(Reason::new(
            ReasonKind::Environment,
            format!("pyright cannot see what `{}` imports: {}", file.path, ending::quoted(&found.message)),
            "install the project's dependencies in an environment that `runner` names",
        ));
    }
    let comments = |real: &str| reports.comments.get(real).copied().unwrap_or_default();
    if let Some((_, file)) = once.iter().find(|(real, _)| comments(real).whole_file) {
        return Err(Reason::new(
            ReasonKind::CheckWeakened,
            format!("a `# type: ignore` before all code silences the whole of `{}`", file.path),
            "put `# pyright: ignore[RULE]` on single lines instead",
        ));
    }
    unhidden(&once, reports)?;

    let count = |level| own().filter(|(_, found)| found.level == level).count() as u64;
    let mut findings: Vec<Finding> = own()
        .filter_map(|(file, found)| {
            let severity = match found.level {
                Level::Error => Severity::High,
                Level::Warning => Severity::Medium,
                Level::Information => return None,
            };
            let (rule, message) = (found.rule.clone(), found.message.clone());
            Some(Finding {
                file: file.path.clone(),
                line: found.line,
                column: found.column,
                rule,
                severity,
                message,
            })
        })
        .collect();
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Ok(Evidence {
        measured: Measured::Types { errors: count(Level::Error), warnings: count(Level::Warning) },
        inspected,
        findings,
        suppressed: once.keys().map(|real| comments(real).suppressing).sum(),
        notes: reports.weakening.notes(),
        run: None,
    })
}

fn analyzed(report: &Report, named: &BTreeSet<&str>) -> Result<(), Reason> {
    if report.covers(named) {
        return Ok(());
    }
    let kind = if report.analyzed == 0 { ReasonKind::NothingInspected } else { ReasonKind::WrongFiles };
    Err(Reason::new(
        kind,
        format!("pyright analysed {} of the {} files that it was given", report.analyzed, named.len()),
        "see whether `exclude` in pyright's configuration, or a folder that begins with a dot, leaves files out",
    ))
}

/// Fails where the project's configuration keeps findings quiet that pyright would otherwise report.
fn unhidden(once: &BTreeMap<&str, &SourceFile>, reports: &Reports<'_>) -> Result<(), Reason> {
    if !reports.weakening.needs_comparison() {
        return Ok(());
    }
    let what = reports.weakening.lowered.join(", ");
    let hint = format!("remove from pyright's configuration: {}", ending::quoted(&what));
    let weakened = |message: String| Err(Reason::new(ReasonKind::CheckWeakened, message, hint.clone()));
    let Some(unweakened) = reports.unweakened else {
        return weakened(format!("pyright's configuration lowers {what}, and what that hides is not known"));
    };
    analyzed(unweakened, reports.named)?;
    let hidden: usize = once.keys().map(|real| hidden(reports.own.of(real), unweakened.of(real))).sum();
    match hidden {
        0 => Ok(()),
        1 => weakened("configuration hides 1 finding".to_owned()),
        more => weakened(format!("configuration hides {more} findings")),
    }
}

/// How many errors and warnings of `full` are not in `own`, or only at a lower level. Compared one by
/// one: a project may be stricter in one rule and hide another, with fewer findings in all.
fn hidden(own: &[Diagnostic], full: &[Diagnostic]) -> usize {
    let place = |found: &Diagnostic| (found.line, found.column, found.rule.clone());
    let mut left: BTreeMap<_, Vec<Level>> = BTreeMap::new();
    for found in own {
        left.entry(place(found)).or_default().push(found.level);
    }
    let mut more = 0;
    for found in full.iter().filter(|found| found.level > Level::Information) {
        let levels = left.get_mut(&place(found));
        let matching = levels.and_then(|levels| {
            let at = levels.iter().position(|level| *level >= found.level)?;
            Some(levels.swap_remove(at))
        });
        more += usize::from(matching.is_none());
    }
    more
}
