//! pytest: what it is told, and its exit, report and journal as evidence for `tests`.
//!
//! Two witnesses tell of one run: the JUnit report, and the journal of an observing plugin that counts
//! outcomes per test. The hard part is the exit code, which says too little: 0 also stands for a run in
//! which every test was skipped, 1 also for a plugin's complaint after a clean run.

use std::cmp::Ordering;

use crate::model::component::TestSelection;
use crate::model::evidence::{Evidence, Inspected, Measured, TestCounts};
use crate::model::line_set::Lines;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

use super::journal::{self, Journal, Recording};
use super::junit::{Broken, JunitReport};
use super::{left_out, oldest};

/// The first version that knows the warning about tests that return something.
const RETURN_WARNING_SINCE: &str = "7.2";

/// The program that forks runs of pytest: see its first lines.
pub const FORKS: &str = include_str!("python_side/pytest_forks.py");

/// One run of pytest.
#[derive(Debug, Clone)]
pub struct Invocation<'a> {
    /// The executable.
    pub executable: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Paths and further arguments.
    pub selection: &'a TestSelection,
    /// Whether `select` is applied, or everything under the paths runs.
    pub selected: bool,
    /// The folders whose coverage is measured; none where it is not.
    pub measured_folders: &'a [String],
    /// Whether branches are measured although no configuration of coverage.py says so.
    pub branches: bool,
    /// Where the JUnit report goes.
    pub junit: &'a str,
    /// Where pytest-cov is to write a coverage report; `None` where it is only to record.
    pub coverage: Option<&'a str>,
    /// Where pytest's cache goes.
    pub cache: &'a str,
}

impl Invocation<'_> {
    /// The arguments.
    ///
    /// `addopts` of the project is set aside: it can deselect, only collect, or switch coverage off. But that branches
    /// are measured is no option of a run: a figure without them is another one, and mostly higher.
    pub fn argv(&self) -> Vec<String> {
        let mut argv = vec![self.executable.to_owned()];
        argv.extend(self.selection.paths.iter().map(|path| as_argument(&path.path)));
        if let (true, Some(select)) = (self.selected, &self.selection.select) {
            // Attached, so that an expression which begins with `-` stays data.
            argv.push(format!("-k{select}"));
        }
        argv.extend(self.selection.args.iter().cloned());
        argv.extend(
            ["-o", "addopts=", "-o", "junit_family=xunit1", "-o", "junit_logging=no"].map(str::to_owned),
        );
        argv.extend(["-o".to_owned(), format!("cache_dir={}", self.cache)]);
        argv.extend(["-p", journal::MODULE].map(str::to_owned));
        if oldest::compare(self.version, RETURN_WARNING_SINCE) != Ordering::Less {
            argv.extend(["-W", "error::pytest.PytestReturnNotNoneWarning"].map(str::to_owned));
            // The same for tests in the style of unittest: a coroutine is returned too, and never runs.
            argv.extend(
                ["-W", "error:It is deprecated to return a value:DeprecationWarning"].map(str::to_owned),
            );
        }
        argv.push(format!("--junitxml={}", self.junit));
        if !self.measured_folders.is_empty() {
            argv.extend(self.measured_folders.iter().map(|folder| format!("--cov={folder}")));
            // What is measured is our decision: no error for a project that turns warnings into errors.
            argv.extend(["-W", "ignore:--include is ignored because --source is set"].map(str::to_owned));
            argv.extend(self.branches.then(|| "--cov-branch".to_owned()));
            argv.push("--cov-fail-under=0".to_owned());
            // To report takes pytest-cov as long as to collect and run: always of all files, and twice.
            argv.push(match self.coverage {
                Some(report) => format!("--cov-report=json:{report}"),
                None => "--cov-report=".to_owned(),
            });
        }
        argv
    }
}

/// A path that begins with `-` would be read as an option.
fn as_argument(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// What a run left behind.
#[derive(Debug, Clone)]
pub struct Output<'a> {
    /// The project's root, absolute.
    pub root: &'a str,
    /// The folder of the environment that the run is told to have had, without links.
    pub prefix: &'a str,
    /// Paths, expression and further arguments.
    pub selection: &'a TestSelection,
    /// Whether `select` was applied.
    pub selected: bool,
    /// How it ended.
    pub exit: Exit,
    /// The report; `None` where there is none, `Err` where it cannot be read.
    pub junit: Option<Result<JunitReport, String>>,
    /// The journal, likewise.
    pub journal: Option<Result<Journal, String>>,
    /// The end of what it printed, both streams, for messages only.
    pub log: &'a str,
}

/// A run that was whole: what it counted, and how many tests it left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The outcomes.
    pub counts: TestCounts,
    /// Tests that were left out by `-k` or a marker, or by a plugin or `conftest.py`, which may go by `-k` too.
    pub left_out: u64,
    /// Proof that tests ran.
    pub inspected: Inspected,
    /// What was recorded for the measuring of coverage.
    pub recording: Recording,
    evidence: Evidence,
}

impl Session {
    /// Adds a remark for people.
    pub fn remark(&mut self, note: String) {
        self.evidence.notes.push(note);
    }

    /// The evidence for `tests`.
    pub fn into_evidence(self) -> Evidence {
        self.evidence
    }
}

/// The truth table: exit code × report × journal → a whole run, or why it is none.
pub fn read(output: Output<'_>) -> Result<Session, Reason> {
    use Broken::{Collection, Internal, Interrupted};
    let broken = match &output.junit {
        Some(Ok(report)) => report.broken,
        _ => None,
    };
    match (output.exit, broken) {
        (Exit::NotFound, _) => Err(Reason::new(
            ReasonKind::ToolMissing,
            "pytest could not be started",
            "add pytest and pytest-cov to the project's development dependencies",
        )),
        (Exit::TimedOut, _) => Err(timed_out(output.log)),
        (Exit::Interrupted, _) => {
            Err(Reason::new(ReasonKind::Interrupted, "pytest was interrupted", "run it again"))
        }
        (Exit::Flooded, _) => Err(crashed("pytest printed without end and was stopped", output.log)),
        (Exit::Signal(signal), _) => {
            Err(crashed(&format!("pytest was ended by signal {signal}"), output.log))
        }
        (Exit::Code(5), _) => Err(no_tests(&output)),
        (Exit::Code(4), _) => Err(usage(output.log)),
        (Exit::Code(3), _) | (Exit::Code(_), Some(Internal)) => {
            Err(crashed("pytest failed with an internal error", output.log))
        }
        (Exit::Code(_), Some(Collection)) => Err(collection(&output)),
        (Exit::Code(_), Some(Interrupted)) => Err(crashed("the test run was cut short", output.log)),
        (Exit::Code(2), None) => {
            Err(crashed("pytest was interrupted from within or could not collect", output.log))
        }
        (Exit::Code(code @ (0 | 1)), None) => judged(code, output),
        (Exit::Code(code), None) => {
            Err(crashed(&format!("pytest ended with the unknown code {code}"), output.log))
        }
    }
}

/// Exit codes 0 and 1, which mean what they say only where report and journal agree with them.
fn judged(code: i32, output: Output<'_>) -> Result<Session, Reason> {
    let (mut report, journal) = match (output.junit, output.journal) {
        (Some(Ok(report)), Some(Ok(journal))) => (report, journal),
        (Some(Err(fault)), _) => return Err(unreadable("JUnit report", &fault)),
        (_, Some(Err(fault))) => return Err(unreadable("journal", &fault)),
        (None, _) | (_, None) => return Err(without_report(code, output.log)),
    };
    if journal.prefix != output.prefix {
        return Err(Reason::new(
            ReasonKind::Environment,
            format!("the tests ran in the environment `{}`, not in `{}`", journal.prefix, output.prefix),
            "make the environment anew: its scripts belong to another one, as after a copy",
        ));
    }
    if let Some(option) = journal.not_run.first() {
        return Err(Reason::new(
            ReasonKind::CheckWeakened,
            format!("the tests were only collected: `{option}` is on"),
            "remove the option from the project's pytest settings",
        ));
    }
    if journal.rewritten > 0 {
        return Err(disagree(&format!(
            "{} tests raised an exception and were reported as passed",
            journal.rewritten
        )));
    }
    if let Some(first) = journal.returned.first() {
        return Err(returned(first, journal.returned.len()));
    }
    if journal.finished < journal.collected {
        let ended = format!("only {} of {} tests came to an end", journal.finished, journal.collected);
        return Err(crashed(&ended, output.log));
    }
    for finding in &mut report.findings {
        finding.file = journal.from_root(&finding.file, output.root).into();
    }
    let counts = journal.test_counts();
    let bad = counts.failed + counts.errors;
    match (code, bad, report.bad) {
        (_, 0, 1..) | (_, 1.., 0) => {
            Err(disagree(&format!("the report tells of {} failing tests, the journal of {bad}", report.bad)))
        }
        (1, 0, 0) => Err(crashed("pytest ended with code 1, but no test failed", output.log)),
        // A process that ends with 0 at the very last does not undo failures that both witnesses saw.
        (0, 1.., 1..) if journal.exit == 1 => session(report, &journal, counts),
        _ if journal.exit != code => {
            Err(disagree(&format!("pytest meant to end with code {}, and ended with {code}", journal.exit)))
        }
        (_, _, _) => session(report, &journal, counts),
    }
}

/// Tests that passed whatever they found: pytest's warning about them, which fails them, was silenced.
fn returned(first: &str, count: usize) -> Reason {
    Reason::new(
        ReasonKind::CheckWeakened,
        format!(
            "tests that return a value instead of asserting it, and pass whatever it is: {count}, as `{first}`"
        ),
        "assert the value in the test; where it is a coroutine, let a plugin or `IsolatedAsyncioTestCase` await it",
    )
}

/// Codes 0 and 1 without a report: what ended the process before it could write one.
fn without_report(code: i32, log: &str) -> Reason {
    if log.contains("+ Timeout +") {
        let what = "pytest-timeout ended the run, which therefore has no report";
        return Reason::new(ReasonKind::TimedOut, what, "find the test that hangs, or raise its limit");
    }
    if code == 1 {
        return crashed("pytest ended with code 1 and wrote no report", log);
    }
    let what = format!("pytest ended with code {code} and wrote no report");
    let hint =
        "look for `os._exit`, `sys.exit` or a plugin that ends the process, in tests and `conftest.py`";
    Reason::new(ReasonKind::ReportMissing, with_log(&what, log), hint)
}

fn session(report: JunitReport, journal: &Journal, counts: TestCounts) -> Result<Session, Reason> {
    // What failed as expected proves nothing but that it fails; what was skipped proves nothing.
    let inspected = Inspected::tests(counts.passed + counts.failed + counts.errors + counts.xpassed)?;
    let mut notes = Vec::new();
    if journal.reruns > 0 {
        notes.push(format!("tests run again after a failure: {}", journal.reruns));
    }
    if journal.dropped > 0 {
        notes.push(format!("tests left out by a plugin or `conftest.py`: {}", journal.dropped));
    }
    if let Some(first) = journal.uncollected.first() {
        notes.push(format!("classes that pytest passed over: {} ({first})", journal.uncollected.len()));
    }
    Ok(Session {
        counts,
        left_out: journal.deselected + journal.dropped,
        inspected: inspected.clone(),
        recording: journal.recording.clone(),
        evidence: Evidence {
            measured: Measured::Tests(counts),
            inspected,
            findings: report.findings,
            extent: None,
            suppressed: 0,
            lines: Lines::new(),
            notes,
            run: None,
        },
    })
}

fn no_tests(output: &Output<'_>) -> Reason {
    let journal = output.journal.as_ref().and_then(|journal| journal.as_ref().ok());
    left_out::no_tests(output.selection, output.selected, journal)
}

fn timed_out(log: &str) -> Reason {
    let test = log.lines().rev().find(|line| line.contains("::")).unwrap_or_default();
    Reason::new(
        ReasonKind::TimedOut,
        with_log("pytest did not end within the limit", test),
        "find the test that hangs (pytest-timeout names it), or raise `timeout` under `[project]`",
    )
}

fn usage(log: &str) -> Reason {
    if log.contains("unrecognized arguments: --cov") {
        return missing_plugin();
    }
    if log.contains("argument --cov-report: invalid choice") {
        return Reason::new(
            ReasonKind::ToolMissing,
            "pytest-cov is older than 4.1 and cannot report in JSON",
            "update `pytest-cov` in the project's development dependencies",
        );
    }
    Reason::new(
        ReasonKind::ConfigInvalid,
        with_log("pytest refused its arguments, settings or `conftest.py`", log),
        "run `tta-promote plan` to see the arguments; correct the project's pytest settings or `tests.args`",
    )
}

/// Coverage is asked for and pytest-cov is not there.
pub fn missing_plugin() -> Reason {
    Reason::new(
        ReasonKind::ToolMissing,
        "pytest-cov is not installed in the project's environment",
        "add `pytest-cov` to the project's development dependencies",
    )
}

fn collection(output: &Output<'_>) -> Reason {
    let module = match &output.junit {
        Some(Ok(report)) => report.findings.first().map(|finding| finding.message.clone()),
        _ => None,
    };
    let module = module.unwrap_or_default();
    let module = module.strip_suffix(": collection failure").unwrap_or(&module);
    Reason::new(
        ReasonKind::CollectionFailed,
        with_log(&format!("`{module}` could not be collected, so its tests are unknown"), output.log),
        "make the module importable, or narrow `tests.paths` of the component",
    )
}

fn crashed(what: &str, log: &str) -> Reason {
    Reason::new(ReasonKind::ToolCrashed, with_log(what, log), "read pytest's log (`-v` shows where it is)")
}

fn unreadable(what: &str, fault: &str) -> Reason {
    Reason::new(
        ReasonKind::ReportUnreadable,
        format!("the {what} of pytest cannot be read: {fault}"),
        "run it again; if it stays, a test or plugin writes into it",
    )
}

fn disagree(what: &str) -> Reason {
    Reason::new(
        ReasonKind::ReportsDisagree,
        format!("pytest's witnesses disagree: {what}"),
        "look for a plugin or `conftest.py` that rewrites outcomes or the exit code",
    )
}

/// The message with the line of the log that says most.
fn with_log(what: &str, log: &str) -> String {
    let line = internal_error(log)
        .or_else(|| log.lines().find_map(|line| line.strip_prefix("pytest: error: ")))
        .or_else(|| log.lines().find_map(|line| line.trim().strip_prefix("ERROR: ")))
        .or_else(|| exception(log))
        // What is further in is a detail of what stands before it.
        .or_else(|| {
            log.lines().rev().find(|line| !line.is_empty() && !line.starts_with([' ', '=', '+', '~', '!']))
        });
    match line {
        Some(line) => format!("{what}: {}", line.trim().chars().take(200).collect::<String>()),
        None => what.to_owned(),
    }
}

/// The last line of a traceback of pytest itself.
fn internal_error(log: &str) -> Option<&str> {
    log.lines()
        .rev()
        .find_map(|line| line.strip_prefix("INTERNALERROR> "))
        .filter(|line| !line.trim().is_empty())
}

/// The exception at the end of the first traceback: pytest marks its lines with `E   `, and begins the line
/// that names the exception right there, while source text and details stand further in.
fn exception(log: &str) -> Option<&str> {
    let first = log.lines().map(str::trim_end).skip_while(|line| !line.starts_with("E   "));
    let block = first.take_while(|line| line.starts_with("E ")).filter_map(|line| line.strip_prefix("E   "));
    block.filter(|line| !line.starts_with(' ')).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(exit: i32, counts: &[(&str, u64)]) -> Journal {
        Journal {
            root: "/p".to_owned(),
            prefix: "/e".to_owned(),
            exit,
            recording: Recording::default(),
            collected: 1,
            finished: 1,
            deselected: 0,
            dropped: 0,
            counts: counts.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect(),
            reruns: 0,
            rewritten: 0,
            returned: Vec::new(),
            uncollected: Vec::new(),
            not_run: Vec::new(),
        }
    }

    static ALL: TestSelection =
        TestSelection { paths: Vec::new(), select: None, select_place: None, args: Vec::new() };

    fn output(exit: Exit, bad: u64, journal: Journal) -> Output<'static> {
        let report = JunitReport { cases: 3, bad, clean: 3 - bad, ..JunitReport::default() };
        Output {
            root: "/p",
            prefix: "/e",
            selection: &ALL,
            selected: false,
            exit,
            junit: Some(Ok(report)),
            journal: Some(Ok(journal)),
            log: "",
        }
    }

    fn kind(output: Output<'_>) -> ReasonKind {
        read(output).expect_err("no evidence").kind
    }

    #[test]
    fn a_whole_run_gives_its_counts() {
        let session =
            read(output(Exit::Code(0), 0, journal(0, &[("passed", 3), ("skipped", 1)]))).expect("evidence");
        assert_eq!((session.counts.passed, session.counts.skipped), (3, 1));
    }

    #[test]
    fn failures_in_the_report_are_evidence() {
        let session =
            read(output(Exit::Code(1), 1, journal(1, &[("passed", 2), ("failed", 1)]))).expect("evidence");
        assert_eq!(session.counts.failed, 1);
    }

    #[test]
    fn skipped_and_expected_failures_alone_are_no_evidence() {
        let counts = [("skipped", 2), ("xfailed", 1)];
        assert_eq!(kind(output(Exit::Code(0), 0, journal(0, &counts))), ReasonKind::NoTestsRan);
    }

    #[test]
    fn code_1_without_a_failing_test_is_no_evidence() {
        assert_eq!(kind(output(Exit::Code(1), 0, journal(1, &[("passed", 3)]))), ReasonKind::ToolCrashed);
    }

    #[test]
    fn witnesses_that_disagree_are_no_evidence() {
        let passed = [("passed", 3)];
        assert_eq!(kind(output(Exit::Code(0), 1, journal(0, &passed))), ReasonKind::ReportsDisagree);
        assert_eq!(kind(output(Exit::Code(0), 0, journal(1, &[("failed", 1)]))), ReasonKind::ReportsDisagree);
        assert_eq!(kind(output(Exit::Code(0), 0, journal(1, &passed))), ReasonKind::ReportsDisagree);
    }

    #[test]
    fn a_run_in_another_environment_is_no_evidence() {
        let mut journal = journal(0, &[("passed", 3)]);
        journal.prefix = "/other".to_owned();
        assert_eq!(kind(output(Exit::Code(0), 0, journal)), ReasonKind::Environment);
    }

    #[test]
    fn a_run_that_only_collected_is_no_evidence() {
        let mut journal = journal(0, &[("passed", 3)]);
        journal.not_run.push("setupplan".to_owned());
        assert_eq!(kind(output(Exit::Code(0), 0, journal)), ReasonKind::CheckWeakened);
    }

    #[test]
    fn a_run_that_did_not_reach_its_last_test_is_no_evidence() {
        let mut journal = journal(0, &[("passed", 3)]);
        (journal.collected, journal.finished) = (4, 3);
        assert_eq!(kind(output(Exit::Code(0), 0, journal)), ReasonKind::ToolCrashed);
    }

    #[test]
    fn an_exception_that_was_reported_as_a_pass_is_no_evidence() {
        let mut journal = journal(0, &[("passed", 3)]);
        journal.rewritten = 1;
        assert_eq!(kind(output(Exit::Code(0), 0, journal)), ReasonKind::ReportsDisagree);
    }

    #[test]
    fn every_end_but_0_and_1_has_its_reason() {
        let good = || journal(0, &[("passed", 3)]);
        for (exit, expected) in [
            (Exit::NotFound, ReasonKind::ToolMissing),
            (Exit::TimedOut, ReasonKind::TimedOut),
            (Exit::Interrupted, ReasonKind::Interrupted),
            (Exit::Flooded, ReasonKind::ToolCrashed),
            (Exit::Signal(9), ReasonKind::ToolCrashed),
            (Exit::Code(2), ReasonKind::ToolCrashed),
            (Exit::Code(3), ReasonKind::ToolCrashed),
            (Exit::Code(4), ReasonKind::ConfigInvalid),
            (Exit::Code(5), ReasonKind::NoTestsRan),
            (Exit::Code(137), ReasonKind::ToolCrashed),
        ] {
            assert_eq!(kind(output(exit, 0, good())), expected, "{exit:?}");
        }
    }

    #[test]
    fn without_report_or_journal_exit_0_is_no_evidence() {
        let mut missing = output(Exit::Code(0), 0, journal(0, &[("passed", 3)]));
        missing.journal = None;
        assert_eq!(kind(missing), ReasonKind::ReportMissing);
        let mut garbled = output(Exit::Code(0), 0, journal(0, &[("passed", 3)]));
        garbled.junit = Some(Err("cut off".to_owned()));
        assert_eq!(kind(garbled), ReasonKind::ReportUnreadable);
    }

    #[test]
    fn an_option_that_an_old_pytest_does_not_know_is_left_out() {
        let is_told = |version| {
            let invocation = Invocation {
                executable: "pytest",
                version,
                selection: &ALL,
                selected: false,
                measured_folders: &[],
                branches: false,
                junit: "j",
                coverage: None,
                cache: "c",
            };
            invocation.argv().contains(&"error::pytest.PytestReturnNotNoneWarning".to_owned())
        };
        assert_eq!(["9.2.0", "7.2", "10.0", "7.1.3", "6.2.5"].map(is_told), [true, true, true, false, false]);
    }

    proptest::proptest! {
        #[test]
        fn no_run_without_a_passed_or_failed_test_is_evidence(code in -1i32..8, skipped in 0u64..5, xfailed in 0u64..5) {
            let counts = [("skipped", skipped), ("xfailed", xfailed)];
            proptest::prop_assert!(read(output(Exit::Code(code), 0, journal(code, &counts))).is_err());
        }
    }
}
