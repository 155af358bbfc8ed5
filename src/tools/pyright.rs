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
use super::pyright_comment::{self, Comments};
use super::pyright_config::Weakening;
use crate::model::component::SourceFile;
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::{Finding, Severity};
use crate::model::line_set::Lines;
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

/// The interpreter of the project, by which imports are resolved.
#[derive(Debug, Clone, Copy)]
pub struct Python<'a> {
    /// Its executable.
    pub executable: &'a str,
    /// Its version, where pyright must be told: [`Weakening::version`].
    pub version: Option<&'a str>,
}

/// Asks for the errors of `files`, which are real paths, with the interpreter of the project. `config`
/// takes the place of its configuration: see [`super::pyright_config::unweakened`].
pub fn argv(
    executable: &str,
    python: Python<'_>,
    config: Option<&str>,
    files: &BTreeSet<&str>,
) -> Vec<String> {
    let mut argv = vec![executable, "--outputjson", "--pythonpath", python.executable];
    argv.extend(python.version.iter().flat_map(|version| ["--pythonversion", *version]));
    argv.extend(config.iter().flat_map(|config| ["-p", *config]));
    argv.extend(files);
    argv.into_iter().map(str::to_owned).collect()
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
    /// The errors and warnings, by path; what is mere information is not kept.
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

/// Reads the answer to [`argv`].
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
    let outer = json_stream::read(lead.as_slice().chain(stdout), &["generalDiagnostics"], |piece| {
        match piece.key {
            "generalDiagnostics" => {
                let wire: WireDiagnostic<'_> = json_stream::parse(piece.value)?;
                if wire.severity == Level::Information {
                    return Ok(());
                }
                let place = wire.range.map(|range| range.start);
                // Pyright counts lines and columns from 0.
                let diagnostic = Diagnostic {
                    line: place.as_ref().and_then(|place| place.line.checked_add(1)),
                    column: place.as_ref().and_then(|place| place.character.checked_add(1)),
                    rule: wire.rule.map(Cow::into_owned).unwrap_or_default(),
                    level: wire.severity,
                    message: wire.message.into_owned(),
                };
                match report.diagnostics.get_mut(wire.file.as_ref()) {
                    Some(list) => list.push(diagnostic),
                    None => {
                        report.diagnostics.insert(wire.file.into_owned(), vec![diagnostic]);
                    }
                }
            }
            "summary" => summary = Some(json_stream::parse(piece.value)?),
            _ => {
                json_stream::parse::<IgnoredAny>(piece.value)?;
            }
        }
        Ok(())
    })?;
    let Some(summary) = summary.filter(|_| outer.has("generalDiagnostics")) else {
        return Err(Fault::Broken("a part of it is missing".into()).into());
    };
    let counted = (report.count(Level::Error), report.count(Level::Warning));
    if counted != (summary.error_count, summary.warning_count) {
        return Err(Fault::Broken("its list and its summary differ".into()).into());
    }
    report.analyzed = summary.files_analyzed;
    Ok(report)
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
    let seen = |path: &str| names.get(path).is_some_and(|real| reports.named.contains(real));
    let inspected = Inspected::files(&paths, "pyright", seen)?;
    analyzed(reports.own, reports.named)?;

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
    pyright_comment::heard(&once, reports.comments)?;
    unhidden(&once, reports)?;

    let count = |level| own().filter(|(_, found)| found.level == level).count() as u64;
    let mut findings: Vec<Finding> = own()
        .filter_map(|(file, found)| {
            let severity = match found.level {
                Level::Error => Severity::High,
                Level::Warning => Severity::Medium,
                Level::Information => return None,
            };
            Some(Finding {
                file: file.path.as_str().into(),
                line: found.line,
                column: found.column,
                rule: found.rule.as_str().into(),
                severity,
                message: found.message.as_str().into(),
            })
        })
        .collect();
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Ok(Evidence {
        measured: Measured::Types { errors: count(Level::Error), warnings: count(Level::Warning) },
        inspected,
        findings,
        extent: None,
        suppressed: once
            .keys()
            .filter_map(|real| reports.comments.get(*real))
            .map(|one| one.suppressing)
            .sum(),
        lines: Lines::new(),
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
        return weakened(format!("pyright's configuration sets {what}, and what that hides is not known"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::recording::{self, PYTHON, load};

    fn report_of(case: &str) -> Result<Report, Reason> {
        let run = load(&format!("pyright/{case}"));
        read(run.exit, run.stdout.as_slice(), &run.stderr)
    }

    #[derive(Clone, Copy)]
    struct Case {
        paths: &'static [&'static str],
        named: &'static [&'static str],
        own: &'static str,
        lowered: bool,
        unweakened: Option<&'static str>,
        comments: Comments,
        project_environment: bool,
    }

    const CLEAN: Case = Case {
        paths: &["a.py"],
        named: &["a.py", "b.py"],
        own: "clean",
        lowered: false,
        unweakened: None,
        comments: Comments { suppressing: 0, whole_file: false },
        project_environment: true,
    };

    /// A run on one file.
    const ONE: Case = Case { named: &["a.py"], ..CLEAN };

    impl Case {
        fn evidence(&self) -> Result<Evidence, Reason> {
            let named = recording::files(self.named);
            let lowered = if self.lowered { vec!["typeCheckingMode".to_owned()] } else { Vec::new() };
            let unweakened = self.unweakened.map(report_of).transpose()?;
            let reports = Reports {
                own: &report_of(self.own)?,
                named: &ending::real_paths(&named),
                weakening: &Weakening { lowered, ..Weakening::default() },
                unweakened: unweakened.as_ref(),
                comments: &BTreeMap::from([
                    ("/project/a.py".to_owned(), self.comments),
                    ("/project/b.py".to_owned(), Comments::default()),
                ]),
                project_environment: self.project_environment,
            };
            evidence(&recording::files(self.paths), &reports)
        }

        fn kind(&self) -> ReasonKind {
            self.evidence().expect_err("a reason").kind
        }

        fn found(&self) -> (u64, u64) {
            match self.evidence().expect("evidence").measured {
                Measured::Types { errors, warnings } => (errors, warnings),
                _ => panic!("no figures of types"),
            }
        }
    }

    #[test]
    fn the_recordings_were_made_with_the_words_that_we_use() {
        let (a, ab) = (BTreeSet::from(["/project/a.py"]), BTreeSet::from(["/project/a.py", "/project/b.py"]));
        let python = Python { executable: PYTHON, version: None };
        assert_eq!(argv("pyright", python, None, &ab), load("pyright/clean").argv);
        let config = "/project/plain/pyrightconfig.json";
        assert_eq!(argv("pyright", python, Some(config), &a), load("pyright/ignore-unweakened").argv);
    }

    #[test]
    fn errors_are_told_where_they_are_counted_from_1_and_only_to_the_component_whose_they_are() {
        let case = Case { own: "errors", ..CLEAN };
        assert_eq!(case.found(), (2, 0));
        let evidence = case.evidence().expect("evidence");
        let first = &evidence.findings[0];
        let place = (&*first.file, first.line, first.column, &*first.rule, first.severity);
        assert_eq!(place, ("a.py", Some(9), Some(14), "reportAssignmentType", Severity::High));
        assert_eq!(Case { paths: &["b.py"], ..case }.found(), (0, 0));
        assert_eq!(Case { paths: &["b.py", "a.py", "a.py"], ..case }.found(), (2, 0));
        assert_eq!(CLEAN.found(), (0, 0));
    }

    #[test]
    fn syntax_errors_are_errors() {
        assert!(Case { own: "syntax-error", ..ONE }.found().0 > 0);
    }

    #[test]
    fn a_run_that_analysed_nothing_proves_nothing() {
        for own in ["empty-folder", "excluded", "dot-folder"] {
            assert_eq!(Case { own, ..ONE }.kind(), ReasonKind::NothingInspected, "{own}");
        }
    }

    #[test]
    fn a_run_that_analysed_one_of_two_proves_nothing_for_either() {
        let case = Case { own: "one-excluded", ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::WrongFiles);
        assert_eq!(Case { paths: &["b.py"], ..case }.kind(), ReasonKind::WrongFiles);
        let named = recording::files(case.named);
        assert!(!report_of(case.own).expect("a report").covers(&ending::real_paths(&named)));
    }

    #[test]
    fn a_component_that_the_run_was_not_given_is_not_proved_by_it() {
        assert_eq!(Case { paths: &["c.py"], ..CLEAN }.kind(), ReasonKind::NothingInspected);
        assert_eq!(Case { paths: &[], ..CLEAN }.kind(), ReasonKind::NothingInspected);
    }

    #[test]
    fn an_end_with_another_code_is_no_answer_even_with_a_report() {
        for (case, kind, said) in [
            ("missing-path", ReasonKind::ToolCrashed, "does not exist"),
            ("unknown-option", ReasonKind::ToolCrashed, "exit code 4"),
            ("broken-configuration", ReasonKind::ConfigInvalid, "could not be parsed"),
            ("broken-pyproject", ReasonKind::ConfigInvalid, "could not be parsed"),
            ("out-of-memory", ReasonKind::ToolCrashed, "heap out of memory"),
        ] {
            let reason = report_of(case).expect_err("a reason");
            assert_eq!(reason.kind, kind, "{case}");
            assert!(reason.message.contains(said), "{}", reason.message);
        }
    }

    #[test]
    fn a_setting_that_pyright_rejects_and_goes_on_without_is_inconclusive() {
        for (case, said) in [("unknown-setting", "typeCheckingMode"), ("wrong-level", "reportReturnType")] {
            let reason = report_of(case).expect_err("a reason");
            assert_eq!(reason.kind, ReasonKind::ConfigInvalid, "{case}");
            assert!(reason.message.contains(said), "{}", reason.message);
        }
    }

    #[test]
    fn an_import_that_is_not_found_fails_only_where_there_is_an_environment_to_find_it_in() {
        let case = Case { own: "unresolved-import", ..ONE };
        assert_eq!(case.found(), (1, 0));
        assert_eq!(Case { project_environment: false, ..case }.kind(), ReasonKind::Environment);
        let case = Case { own: "missing-source", ..ONE };
        assert_eq!(case.found(), (0, 1));
        assert_eq!(Case { project_environment: false, ..case }.kind(), ReasonKind::Environment);
    }

    #[test]
    fn a_configuration_that_hides_findings_is_no_pass() {
        for (own, unweakened) in [
            ("mode-off", "mode-off-unweakened"),
            ("information", "information-unweakened"),
            ("ignore", "ignore-unweakened"),
            ("none", "none-unweakened"),
        ] {
            let case = Case { own, lowered: true, unweakened: Some(unweakened), ..ONE };
            let reason = case.evidence().expect_err("a reason");
            assert_eq!(reason.kind, ReasonKind::CheckWeakened, "{own}");
            assert_eq!(reason.message, "configuration hides 2 findings", "{own}");
            assert_eq!(Case { unweakened: None, ..case }.kind(), ReasonKind::CheckWeakened, "{own}");
        }
    }

    #[test]
    fn a_lowered_rule_that_hides_nothing_is_only_noted() {
        let case =
            Case { own: "none-clean", lowered: true, unweakened: Some("none-clean-unweakened"), ..ONE };
        let evidence = case.evidence().expect("evidence");
        assert_eq!(evidence.notes, ["the configuration sets typeCheckingMode, which hides nothing here"]);
    }

    #[test]
    fn a_comparison_that_analysed_nothing_is_no_proof_that_nothing_is_hidden() {
        let case = Case { own: "none-clean", lowered: true, unweakened: Some("excluded"), ..ONE };
        assert_eq!(case.kind(), ReasonKind::NothingInspected);
    }

    #[test]
    fn more_findings_of_a_stricter_rule_do_not_make_up_for_a_hidden_one() {
        let found = |rule: &str, level| Diagnostic {
            line: Some(1),
            column: Some(1),
            rule: rule.into(),
            level,
            message: String::new(),
        };
        let own = [found("x", Level::Error), found("y", Level::Warning), found("y", Level::Error)];
        assert_eq!(hidden(&own, &[found("z", Level::Warning)]), 1);
        assert_eq!(hidden(&own, &[found("y", Level::Error)]), 0);
        assert_eq!(hidden(&own, &[found("y", Level::Error), found("y", Level::Error)]), 1);
        assert_eq!(hidden(&own, &[found("z", Level::Information)]), 0);
    }

    #[test]
    fn comments_are_counted_and_one_that_silences_the_file_is_no_pass() {
        let case = Case { comments: Comments { suppressing: 3, whole_file: false }, ..CLEAN };
        assert_eq!(case.evidence().expect("evidence").suppressed, 3);
        let case = Case { comments: Comments { suppressing: 1, whole_file: true }, ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::CheckWeakened);
        assert_eq!(Case { paths: &["b.py"], ..case }.found(), (0, 0));
    }

    #[test]
    fn exit_code_list_and_summary_must_agree() {
        let clean = load("pyright/clean").stdout;
        let some = load("pyright/errors").stdout;
        let noisy = [b"added 1 package\n".as_slice(), &clean].concat();
        let text = String::from_utf8(some.clone()).expect("text");
        let miscounted = text.replace("\"errorCount\": 2", "\"errorCount\": 1");
        for (exit, bytes, kind) in [
            (Exit::Code(1), clean.as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(0), some.as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(1), miscounted.as_bytes(), ReasonKind::ReportUnreadable),
            (Exit::Code(0), noisy.as_slice(), ReasonKind::ReportUnreadable),
            (Exit::Code(0), b"".as_slice(), ReasonKind::ReportMissing),
            (Exit::Code(1), b"", ReasonKind::ToolCrashed),
            (Exit::Code(0), b"{}", ReasonKind::ReportUnreadable),
            (Exit::Code(0), b"[]", ReasonKind::ReportUnreadable),
            (Exit::Code(2), clean.as_slice(), ReasonKind::ToolCrashed),
            (Exit::Signal(6), clean.as_slice(), ReasonKind::ToolCrashed),
        ] {
            assert_eq!(read(exit, bytes, "").expect_err("a reason").kind, kind, "{exit:?}");
        }
    }

    #[test]
    fn a_report_cut_short_at_any_byte_is_never_an_answer() {
        for case in ["clean", "errors"] {
            let run = load(&format!("pyright/{case}"));
            let whole = String::from_utf8(run.stdout.clone()).expect("text").trim_end().len();
            for end in 0..whole {
                assert!(read(run.exit, &run.stdout[..end], "").is_err(), "{case} {end}");
            }
        }
    }
}
