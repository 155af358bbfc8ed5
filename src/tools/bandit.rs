//! What bandit is asked, how its report is read, and one component's share of it.
//!
//! Not here: which Python bandit runs under; that decides what it can parse, and the caller names it.
//!
//! The hard part: bandit ends with 0 for a file that it could not parse, counts its lines all the same,
//! and ends with 1 for "issues" and for a traceback.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ending;
use super::json_stream::{self, Fault};
use crate::model::component::SourceFile;
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::{Finding, Severity};
use crate::model::line_set::Lines;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::Tool;

/// The key among the files of `metrics` that is none.
const TOTALS: &str = "_totals";
/// The parts of a report that it must have.
const LISTS: [&str; 3] = ["errors", "metrics", "results"];

/// Whether `nosec` comments may keep findings quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nosec {
    /// They may.
    Obeyed,
    /// They are without effect.
    Ignored,
}

/// Asks for the findings of `files`, which are real paths, at `min` or above.
///
/// Without `-r` no `.bandit` file is read, and with an empty `-x` no folder is left out.
pub fn argv(executable: &str, files: &BTreeSet<&str>, min: Severity, nosec: Nosec) -> Vec<String> {
    let level = match min {
        Severity::Low => "-l",
        Severity::Medium => "-ll",
        Severity::High => "-lll",
    };
    let mut argv = [executable, "-f", "json", "-q", level, "-x", ""].map(String::from).to_vec();
    if nosec == Nosec::Ignored {
        argv.push("--ignore-nosec".to_owned());
    }
    argv.extend(files.iter().map(ToString::to_string));
    argv
}

/// One finding of one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The test's id.
    pub rule: String,
    /// How serious bandit says that it is; `UNDEFINED` counts as low.
    pub severity: Severity,
    /// What bandit says.
    pub message: String,
}

/// What bandit counted in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Lines of code. More than 0 proves nothing: a file that could not be parsed has some as well.
    pub loc: u64,
    /// Findings kept quiet by a bare `nosec`.
    pub nosec: u64,
    /// Findings kept quiet by a `nosec` with ids. Bandit before 1.7.5 did not count them.
    #[serde(default)]
    pub skipped_tests: u64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// By path: the files that were opened.
    pub counts: BTreeMap<String, Counts>,
    /// By path: why a file was not scanned.
    pub errors: BTreeMap<String, String>,
    /// By path.
    pub hits: BTreeMap<String, Vec<Hit>>,
    /// What stderr says about tests of bandit's own that broke down.
    pub broken_tests: Vec<String>,
}

#[derive(Deserialize)]
struct WireError<'a> {
    #[serde(borrow)]
    filename: Cow<'a, str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

#[derive(Deserialize)]
struct WireHit<'a> {
    #[serde(borrow)]
    filename: Cow<'a, str>,
    #[serde(borrow)]
    issue_severity: Cow<'a, str>,
    #[serde(borrow)]
    issue_text: Cow<'a, str>,
    line_number: Option<u32>,
    col_offset: Option<u32>,
    #[serde(borrow)]
    test_id: Cow<'a, str>,
}

/// Reads the answer to [`argv`].
pub fn read(exit: Exit, stdout: impl Read, stderr: &str) -> Result<Report, Reason> {
    let judged = matches!(exit, Exit::Code(0 | 1));
    let report = if judged { report(stdout, stderr) } else { Err(Fault::Empty) };
    match (exit, report) {
        (Exit::Code(0), Ok(report)) if report.hits.is_empty() => Ok(report),
        (Exit::Code(1), Ok(report)) if !report.hits.is_empty() => Ok(report),
        (Exit::Code(code), Ok(_)) => Err(Reason::new(
            ReasonKind::ReportsDisagree,
            format!("bandit's exit code {code} and its report do not agree on whether there are findings"),
            "run `bandit -f json` by hand and see what it prints",
        )),
        (Exit::Code(0), Err(Fault::Empty)) => Err(Reason::new(
            ReasonKind::ReportMissing,
            "bandit ended well and wrote no report",
            "run `bandit -f json` by hand and see what it prints",
        )),
        (Exit::Code(0 | 1), Err(fault @ (Fault::Broken(_) | Fault::Unread(_)))) => Err(Reason::new(
            ReasonKind::ReportUnreadable,
            format!("bandit's report cannot be used: {fault}"),
            "run `bandit -f json` by hand and see what it prints",
        )),
        (Exit::Code(2), Err(_)) => {
            Err(ending::config_invalid(Tool::Bandit, ending::last_line(stderr).as_deref()))
        }
        (
            Exit::Code(_)
            | Exit::Signal(_)
            | Exit::TimedOut
            | Exit::Interrupted
            | Exit::Flooded
            | Exit::NotFound,
            _,
        ) => Err(ending::without_answer(Tool::Bandit, exit, stderr)),
    }
}

fn report(stdout: impl Read, stderr: &str) -> Result<Report, Fault> {
    let mut report = Report::default();
    let mut totals = false;
    let outer = json_stream::read(stdout, &LISTS, |piece| {
        match (piece.key, piece.member) {
            ("errors", _) => {
                let wire: WireError<'_> = json_stream::parse(piece.value)?;
                report.errors.insert(wire.filename.into_owned(), wire.reason.into_owned());
            }
            ("metrics", TOTALS) => {
                json_stream::parse::<Counts>(piece.value)?;
                totals = true;
            }
            ("metrics", file) => {
                report.counts.insert(file.to_owned(), json_stream::parse(piece.value)?);
            }
            ("results", _) => {
                let wire: WireHit<'_> = json_stream::parse(piece.value)?;
                let hit = hit(&wire)?;
                match report.hits.get_mut(wire.filename.as_ref()) {
                    Some(hits) => hits.push(hit),
                    None => {
                        report.hits.insert(wire.filename.into_owned(), vec![hit]);
                    }
                }
            }
            (_, _) => {
                json_stream::parse::<IgnoredAny>(piece.value)?;
            }
        }
        Ok(())
    })?;
    if !totals || LISTS.iter().any(|list| !outer.has(list)) {
        return Err(Fault::Broken("a part of it is missing".into()));
    }
    for hits in report.hits.values_mut() {
        hits.sort();
    }
    let broken = stderr.lines().filter(|line| line.contains("internal error running"));
    report.broken_tests = broken.map(ending::quoted).collect();
    Ok(report)
}

fn hit(wire: &WireHit<'_>) -> Result<Hit, Fault> {
    Ok(Hit {
        line: wire.line_number,
        // Bandit counts columns from 0.
        column: wire.col_offset.and_then(|column| column.checked_add(1)),
        rule: wire.test_id.clone().into_owned(),
        severity: match wire.issue_severity.as_ref() {
            "HIGH" => Severity::High,
            "MEDIUM" => Severity::Medium,
            "LOW" | "UNDEFINED" => Severity::Low,
            other => {
                return Err(Fault::Broken(format!("the severity `{}` is not known", other.escape_debug())));
            }
        },
        message: wire.issue_text.clone().into_owned(),
    })
}

/// What bandit said about all components together.
#[derive(Debug, Clone, Copy)]
pub struct Reports<'a> {
    /// As the project has it.
    pub scan: &'a Report,
    /// With `nosec` ignored; needed only where a file's text holds that word.
    pub unsuppressed: Option<&'a Report>,
    /// The version of the Python that bandit runs under, where it is known.
    pub python: Option<&'a str>,
}

/// The evidence for the component that `files` are: the findings at `min` or above.
pub fn evidence(files: &[SourceFile], reports: &Reports<'_>, min: Severity) -> Result<Evidence, Reason> {
    let once = ending::by_real_path(files);
    for file in once.values() {
        if let Some(why) = unscanned(file, reports) {
            return Err(why);
        }
    }
    let names: BTreeMap<&str, &str> =
        once.values().map(|file| (file.path.as_str(), file.real.as_str())).collect();
    let paths: Vec<String> = once.values().map(|file| file.path.clone()).collect();
    let seen = |path: &str| names.get(path).is_some_and(|real| reports.scan.counts.contains_key(*real));
    let inspected = Inspected::files(&paths, "bandit", seen)?;

    let (mut findings, mut lines, mut counted, mut uncovered) = (Vec::new(), 0u64, 0u64, 0u64);
    for (real, file) in &once {
        if let Some(counts) = reports.scan.counts.get(*real) {
            lines = lines.saturating_add(counts.loc);
            counted = counted.saturating_add(counts.nosec.saturating_add(counts.skipped_tests));
        }
        let of = |report: &'_ Report| report.hits.get(*real).cloned().unwrap_or_default();
        let own: Vec<Hit> = of(reports.scan).into_iter().filter(|hit| hit.severity >= min).collect();
        if let Some(unsuppressed) = reports.unsuppressed {
            let all = of(unsuppressed).into_iter().filter(|hit| hit.severity >= min);
            uncovered += all.filter(|hit| own.binary_search(hit).is_err()).count() as u64;
        }
        let path: Arc<str> = file.path.as_str().into();
        findings.extend(own.into_iter().map(|hit| finding(&path, hit)));
    }
    if lines == 0 {
        return Err(Reason::new(
            ReasonKind::NothingInspected,
            "bandit found no line of code in the component",
            "declare files with code in `paths` of the component",
        ));
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let issues = findings.len() as u64;
    let suppressed = if reports.unsuppressed.is_some() { uncovered } else { counted };
    let extent = Some(if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") });
    let notes = Vec::new();
    Ok(Evidence {
        measured: Measured::Security { issues },
        inspected,
        findings,
        extent,
        suppressed,
        lines: Lines::new(),
        notes,
        run: None,
    })
}

fn finding(path: &Arc<str>, hit: Hit) -> Finding {
    Finding {
        file: Arc::clone(path),
        line: hit.line,
        column: hit.column,
        rule: hit.rule.into(),
        severity: hit.severity,
        message: hit.message.into(),
    }
}

/// Why a file was not scanned, or not by all of bandit's tests.
fn unscanned(file: &SourceFile, reports: &Reports<'_>) -> Option<Reason> {
    for report in [Some(reports.scan), reports.unsuppressed].into_iter().flatten() {
        if let Some(why) = report.errors.get(&file.real) {
            return Some(not_scanned(&file.path, why, reports.python));
        }
        // The message names the file in its middle; one that cannot be attributed may be about any.
        let known =
            |line: &str| report.counts.keys().any(|name| line.contains(&format!(" on file {name} at ")));
        let ours = format!(" on file {} at ", file.real);
        if let Some(line) = report.broken_tests.iter().find(|line| line.contains(&ours) || !known(line)) {
            return Some(Reason::new(
                ReasonKind::ToolCrashed,
                format!("a test of bandit broke down: {line}"),
                "use another version of bandit, or report it to its authors",
            ));
        }
    }
    None
}

fn not_scanned(path: &str, why: &str, python: Option<&str>) -> Reason {
    let message = format!("bandit did not scan `{path}`: {}", ending::quoted(why));
    if why.contains("syntax error") {
        let under = python.map_or_else(|| "its own Python".to_owned(), |version| format!("Python {version}"));
        return Reason::new(
            ReasonKind::Unreadable,
            message,
            format!(
                "bandit runs under {under} and cannot parse the file; correct it, or run bandit under the Python that the project is written for"
            ),
        );
    }
    Reason::new(ReasonKind::Unreadable, message, "make it a readable Python file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::recording::{self, load};

    fn report_of(case: &str) -> Result<Report, Reason> {
        let run = load(&format!("bandit/{case}"));
        read(run.exit, run.stdout.as_slice(), &run.stderr)
    }

    fn of(paths: &[&str], case: &str, unsuppressed: Option<&str>, min: Severity) -> Result<Evidence, Reason> {
        let unsuppressed = unsuppressed.map(report_of).transpose()?;
        let scan = report_of(case)?;
        let reports = Reports { scan: &scan, unsuppressed: unsuppressed.as_ref(), python: Some("3.11.7") };
        evidence(&recording::files(paths), &reports, min)
    }

    fn found(paths: &[&str], case: &str) -> (Measured, u64) {
        let evidence = of(paths, case, None, Severity::Medium).expect("evidence");
        (evidence.measured, evidence.suppressed)
    }

    fn kind(paths: &[&str], case: &str) -> ReasonKind {
        of(paths, case, None, Severity::Medium).expect_err("a reason").kind
    }

    const NONE: Measured = Measured::Security { issues: 0 };
    const TWO: Measured = Measured::Security { issues: 2 };

    #[test]
    fn the_recordings_were_made_with_the_words_that_we_use() {
        let (a, ab) = (BTreeSet::from(["/project/a.py"]), BTreeSet::from(["/project/a.py", "/project/b.py"]));
        assert_eq!(argv("bandit", &ab, Severity::Medium, Nosec::Obeyed), load("bandit/clean").argv);
        assert_eq!(argv("bandit", &a, Severity::Low, Nosec::Obeyed), load("bandit/low").argv);
        assert_eq!(argv("bandit", &a, Severity::Medium, Nosec::Ignored), load("bandit/nosec-ignored").argv);
    }

    #[test]
    fn findings_are_told_where_they_are_and_only_to_the_component_whose_they_are() {
        let evidence = of(&["a.py"], "findings", None, Severity::Medium).expect("evidence");
        assert_eq!(evidence.measured, TWO);
        let first = &evidence.findings[0];
        let place = (&*first.file, first.line, first.column, &*first.rule, first.severity);
        assert_eq!(place, ("a.py", Some(9), Some(5), "B602", Severity::High));
        assert_eq!(found(&["b.py"], "findings"), (NONE, 0));
        assert_eq!(found(&["b.py", "a.py", "a.py"], "findings"), (TWO, 0));
        assert_eq!(found(&["a.py", "b.py"], "clean"), (NONE, 0));
    }

    #[test]
    fn findings_below_the_severity_asked_for_do_not_count() {
        for (min, issues) in [(Severity::Low, 4), (Severity::Medium, 2), (Severity::High, 1)] {
            let evidence = of(&["a.py"], "low", None, min).expect("evidence");
            assert_eq!(evidence.measured, Measured::Security { issues }, "{min:?}");
        }
    }

    #[test]
    fn a_file_that_could_not_be_scanned_is_inconclusive_for_its_component_alone() {
        for (case, bad) in [("syntax-error", "b.py"), ("not-utf8", "b.py"), ("missing-path", "nope.py")] {
            assert_eq!(kind(&[bad], case), ReasonKind::Unreadable, "{case}");
            assert_eq!(kind(&["a.py", bad], case), ReasonKind::Unreadable, "{case}");
            assert!(of(&["a.py"], case, None, Severity::Medium).is_ok(), "{case}");
        }
    }

    #[test]
    fn syntax_newer_than_bandits_python_names_that_python() {
        let reason = of(&["a.py"], "newer-python", None, Severity::Medium).expect_err("a reason");
        assert!(reason.hint.contains("Python 3.11.7"), "{}", reason.hint);
    }

    #[test]
    fn a_folder_is_not_descended_into_and_proves_nothing() {
        assert_eq!(kind(&["a.py"], "folder"), ReasonKind::NothingInspected);
        assert_eq!(kind(&["a.py", "c.py"], "clean"), ReasonKind::WrongFiles);
        assert_eq!(kind(&[], "clean"), ReasonKind::NothingInspected);
    }

    #[test]
    fn a_component_without_a_line_of_code_proves_nothing() {
        assert_eq!(kind(&["a.py"], "empty"), ReasonKind::NothingInspected);
    }

    #[test]
    fn neither_an_ini_file_nor_the_name_of_a_folder_hides_findings() {
        assert_eq!(found(&["a.py"], "ini"), (TWO, 0));
        assert_eq!(found(&[".tox/a.py"], "default-exclude"), (TWO, 0));
    }

    #[test]
    fn findings_kept_quiet_are_counted_exactly_where_there_is_a_second_run() {
        let with = |case| of(&["a.py"], case, Some("nosec-ignored"), Severity::Medium).expect("evidence");
        for case in ["nosec", "nosec-ids"] {
            assert_eq!((with(case).measured, with(case).suppressed), (NONE, 2), "{case}");
        }
        assert_eq!(found(&["a.py"], "nosec"), (NONE, 4));
        assert_eq!(found(&["a.py"], "nosec-ids"), (NONE, 2));
    }

    #[test]
    fn a_traceback_is_a_crash_and_no_finding() {
        let reason = report_of("traceback").expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::ToolCrashed);
        assert_eq!(reason.message, "bandit ended with exit code 1: RuntimeError: a broken installation");
    }

    #[test]
    fn wrong_arguments_are_a_wrong_configuration() {
        assert_eq!(report_of("unknown-option").expect_err("a reason").kind, ReasonKind::ConfigInvalid);
    }

    #[test]
    fn a_test_of_bandits_own_that_broke_down_is_no_clean_scan() {
        let run = load("bandit/clean");
        let line =
            "[tester]\tERROR\tBandit internal error running: blacklist on file /project/a.py at line 3: boom";
        let scan = read(run.exit, run.stdout.as_slice(), line).expect("a report");
        let of = |path| {
            let reports = Reports { scan: &scan, unsuppressed: None, python: None };
            evidence(&recording::files(&[path]), &reports, Severity::Low)
        };
        assert_eq!(of("a.py").expect_err("a reason").kind, ReasonKind::ToolCrashed);
        assert!(of("b.py").is_ok());
    }

    #[test]
    fn exit_code_and_report_must_agree() {
        let clean = load("bandit/clean").stdout;
        let some = load("bandit/findings").stdout;
        for (exit, bytes, kind) in [
            (Exit::Code(1), clean.as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(0), some.as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(0), b"".as_slice(), ReasonKind::ReportMissing),
            (Exit::Code(1), b"", ReasonKind::ToolCrashed),
            (Exit::Code(0), b"[]", ReasonKind::ReportUnreadable),
            (Exit::Code(0), b"{}", ReasonKind::ReportUnreadable),
            (
                Exit::Code(0),
                br#"{"metrics": {"_totals": {"loc": 1, "nosec": 0}}}"#,
                ReasonKind::ReportUnreadable,
            ),
            (Exit::Code(70), clean.as_slice(), ReasonKind::ToolCrashed),
            (Exit::TimedOut, clean.as_slice(), ReasonKind::TimedOut),
        ] {
            assert_eq!(read(exit, bytes, "").expect_err("a reason").kind, kind, "{exit:?}");
        }
    }

    #[test]
    fn a_report_cut_short_at_any_byte_is_never_an_answer() {
        for case in ["clean", "findings"] {
            let run = load(&format!("bandit/{case}"));
            let whole = String::from_utf8(run.stdout.clone()).expect("text").trim_end().len();
            for end in 0..whole {
                assert!(read(run.exit, &run.stdout[..end], "").is_err(), "{case} {end}");
            }
        }
    }

    #[test]
    fn the_order_of_findings_and_files_does_not_matter() {
        let run = load("bandit/low");
        let mut value: serde_json::Value = serde_json::from_slice(&run.stdout).expect("a report");
        value["results"].as_array_mut().expect("a list").reverse();
        let turned = serde_json::to_vec(&value).expect("text");
        assert_eq!(
            read(run.exit, turned.as_slice(), "").ok(),
            read(run.exit, run.stdout.as_slice(), "").ok()
        );
    }
}
