//! coverage.py: its two JSON reports of one run as evidence for `coverage`.
//!
//! Both are made from the recorded data when the run is over, out of the reach of its tests. The first is under the
//! project's own configuration, the second under a neutral one: it shows what the project excludes, and whether the
//! first claims what was not recorded. Figures are computed from line lists and counts, never from percentages, since
//! coverage.py rounds and calls 0 of 0 statements 100 %. Not here: how the reports are asked for
//! (`coverage_invocation`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::json_stream::{self, Fault};

use crate::model::component::SourceFile;
use crate::model::evidence::{Bound, Branches, Coverage, Evidence, Inspected, Measured};
use crate::model::line_set::{LineCoverage, Lines};
use crate::model::percent::Ratio;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

/// What a report says of the files that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoverageReport {
    files: BTreeMap<String, FileCoverage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct FileCoverage {
    executed_lines: BTreeSet<u32>,
    missing_lines: BTreeSet<u32>,
    /// From line, to line; old versions do not list them.
    #[serde(default)]
    missing_branches: Option<BTreeSet<(i64, i64)>>,
    summary: Summary,
}

impl FileCoverage {
    fn counts(&self, line: u32) -> bool {
        self.executed_lines.contains(&line) || self.missing_lines.contains(&line)
    }

    /// Without lines that were run and are no statements, which coverage.py lists before 7.14 and does not count: those of
    /// docstrings. `recorded` has all statements.
    fn settled(mut self, recorded: &Self) -> Self {
        if self.executed_lines.len() as u64 != self.summary.covered_lines {
            self.executed_lines.retain(|line| recorded.counts(*line));
        }
        self
    }

    fn lines(&self) -> impl Iterator<Item = u32> {
        self.executed_lines.iter().chain(&self.missing_lines).copied()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Summary {
    covered_lines: u64,
    num_statements: u64,
    #[serde(default)]
    num_branches: Option<u64>,
    #[serde(default)]
    covered_branches: Option<u64>,
}

/// Reads a report, keeping the files of which `key` tells that they were asked for. A key is a path that
/// is relative to the folder that the tool ran in, or absolute; `key` gives the real path.
///
/// # Errors
/// What is wrong with it, as a fragment.
pub fn read<R, F>(input: R, key: F) -> Result<CoverageReport, String>
where
    R: Read,
    F: Fn(&str) -> Option<String>,
{
    let mut files = BTreeMap::new();
    let outer = json_stream::read(input, &[FILES], |piece| {
        match (piece.key, piece.member) {
            (FILES, "") => return Err(Fault::Broken("its table of files is none".to_owned())),
            (FILES, path) => match key(path) {
                Some(real) => {
                    files.insert(real, json_stream::parse(piece.value)?);
                }
                None => {
                    json_stream::parse::<IgnoredAny>(piece.value)?;
                }
            },
            _ => {
                json_stream::parse::<IgnoredAny>(piece.value)?;
            }
        }
        Ok(())
    })
    .map_err(|fault| fault.to_string())?;
    if outer.has(FILES) {
        Ok(CoverageReport { files })
    } else {
        Err("its table of files is missing".to_owned())
    }
}

/// The key of the table of files.
const FILES: &str = "files";

/// What the making of a report came to.
#[derive(Debug, Clone)]
pub struct Made {
    /// How its process ended.
    pub exit: Exit,
    /// The report; `None` where there is none, `Err` where it cannot be read.
    pub report: Option<Result<CoverageReport, String>>,
}

impl Made {
    fn read(&self) -> Result<&CoverageReport, Reason> {
        match (self.exit, &self.report) {
            (Exit::Code(0), Some(Ok(report))) => Ok(report),
            (_, Some(Err(fault))) => Err(unreadable(fault)),
            (Exit::TimedOut, _) => Err(Reason::new(
                ReasonKind::TimedOut,
                "coverage.py did not end within the limit",
                "raise `timeout`",
            )),
            (Exit::Interrupted, _) => {
                Err(Reason::new(ReasonKind::Interrupted, "coverage.py was interrupted", "run it again"))
            }
            (exit, _) => {
                Err(no_report(&format!("coverage.py made no report from the recorded data ({exit})")))
            }
        }
    }
}

/// Whether the project counts lines that `LeftOut::Bodiless` leaves out: its own exclusions took the place
/// of coverage.py's. Then a report with `LeftOut::Nothing` is needed to check those lines as well.
pub fn counts_more(project: &Made, neutral: &Made) -> bool {
    let (Some(Ok(project)), Some(Ok(neutral))) = (&project.report, &neutral.report) else { return false };
    let counts_more = |(path, ours): (&String, &FileCoverage)| {
        neutral.files.get(path).is_some_and(|theirs| ours.lines().any(|line| !theirs.counts(line)))
    };
    project.files.iter().any(counts_more)
}

/// The reports on one run.
#[derive(Debug, Clone)]
pub struct Reports {
    /// Under the project's configuration.
    pub project: Made,
    /// With `LeftOut::Bodiless`.
    pub neutral: Made,
    /// With `LeftOut::Nothing`, where the project [counts more](counts_more).
    pub everything: Option<Made>,
}

/// The coverage of one component's files.
pub fn evidence(files: &[SourceFile], reports: &Reports, bound: Bound) -> Result<Evidence, Reason> {
    let project = reports.project.read()?;
    let paths: Vec<String> = files.iter().map(|file| file.real.clone()).collect();
    let inspected = Inspected::files(&paths, "coverage.py", |path| project.files.contains_key(path))
        .map_err(|reason| left_out(reason, files))?;
    let neutral = reports.neutral.read()?;
    let everything = reports.everything.as_ref().map(Made::read).transpose()?;
    let mut sum = Sum::default();
    for file in files {
        let (Some(ours), Some(theirs)) = (project.files.get(&file.real), neutral.files.get(&file.real))
        else {
            return Err(disagree(&file.path, "the recorded data does not know it"));
        };
        let recorded = everything.and_then(|report| report.files.get(&file.real)).unwrap_or(theirs);
        sum.add(&file.path, &ours.clone().settled(recorded), theirs, recorded)?;
    }
    let mut notes = Vec::new();
    if sum.quieted > 0 {
        notes.push(format!("branches that were not taken and are declared to need no test: {}", sum.quieted));
    }
    Ok(Evidence {
        measured: Measured::Coverage(sum.coverage(bound)?),
        inspected,
        findings: Vec::new(),
        suppressed: sum.excluded + sum.quieted,
        extent: None,
        lines: sum.lines,
        notes,
        run: None,
    })
}

#[derive(Debug, Default)]
struct Sum {
    lines: Lines,
    covered: u64,
    statements: u64,
    excluded: u64,
    branches: Option<Branches>,
    /// Branches that were not taken and that the project does not count as missing.
    quieted: u64,
}

impl Sum {
    /// Adds a file: `ours` under the project's configuration, `theirs` what coverage.py would count by
    /// itself, `recorded` with all lines that either counts.
    fn add(
        &mut self,
        path: &str,
        ours: &FileCoverage,
        theirs: &FileCoverage,
        recorded: &FileCoverage,
    ) -> Result<(), Reason> {
        let (covered, missing) = (ours.executed_lines.len() as u64, ours.missing_lines.len() as u64);
        if ours.summary.covered_lines != covered || ours.summary.num_statements != covered + missing {
            return Err(disagree(path, "its counts and its lines differ"));
        }
        if !ours.executed_lines.is_subset(&recorded.executed_lines)
            || !ours.missing_lines.is_subset(&recorded.missing_lines)
        {
            return Err(disagree(path, "the recorded data shows other lines executed"));
        }
        let set = |lines: &BTreeSet<u32>| lines.iter().copied().collect();
        let lines = LineCoverage { covered: set(&ours.executed_lines), missing: set(&ours.missing_lines) };
        self.lines.insert(path.to_owned(), lines);
        self.covered += covered;
        self.statements += covered + missing;
        self.excluded += theirs.lines().filter(|line| !ours.counts(*line)).count() as u64;
        self.add_branches(path, ours, recorded)
    }

    fn add_branches(
        &mut self,
        path: &str,
        ours: &FileCoverage,
        recorded: &FileCoverage,
    ) -> Result<(), Reason> {
        let (Some(total), Some(covered)) = (ours.summary.num_branches, ours.summary.covered_branches) else {
            return Ok(());
        };
        if covered > total {
            return Err(disagree(path, "more branches were taken than there are"));
        }
        if let (Some(missing), Some(all)) = (&ours.missing_branches, &recorded.missing_branches) {
            let is_counted = |from: i64| u32::try_from(from).is_ok_and(|line| ours.counts(line));
            let quieted = all.difference(missing).filter(|(from, _)| is_counted(*from)).count() as u64;
            let taken = recorded.summary.covered_branches.unwrap_or_default();
            if covered > taken + quieted {
                return Err(disagree(path, "the recorded data shows fewer branches taken"));
            }
            self.quieted += quieted;
        }
        let sum = self.branches.get_or_insert(Branches { covered: 0, total: 0 });
        sum.covered += covered;
        sum.total += total;
        Ok(())
    }

    fn coverage(&self, bound: Bound) -> Result<Coverage, Reason> {
        let all = self.statements + self.excluded;
        if self.excluded * 4 > all {
            return Err(weakened(format!(
                "{} of {all} statements are excluded from the measurement",
                self.excluded
            )));
        }
        let branches = self.branches.map_or(0, |branches| branches.total);
        if self.quieted * 4 > branches {
            return Err(weakened(format!(
                "{} of {branches} branches are declared to need no test",
                self.quieted
            )));
        }
        let statements = Ratio::new(self.covered, self.statements).ok_or_else(|| {
            Reason::new(
                ReasonKind::NothingInspected,
                "the component has no statement to cover",
                "correct `paths` of the component in `promotion.toml`",
            )
        })?;
        Ok(Coverage { statements, branches: self.branches, bound, excluded: self.excluded })
    }
}

fn weakened(what: String) -> Reason {
    Reason::new(
        ReasonKind::CheckWeakened,
        what,
        "remove `pragma` comments, or settings such as `exclude_also`; a quarter may be excluded at most",
    )
}

fn left_out(reason: Reason, files: &[SourceFile]) -> Reason {
    let relative = files.iter().fold(reason.message, |message, file| message.replace(&file.real, &file.path));
    Reason::new(
        reason.kind,
        relative.replace("did not look at", "does not report"),
        "see whether `omit` or `source` in the project's coverage settings leaves it out, or it cannot be parsed",
    )
}

/// Nothing was reported.
pub fn no_report(what: &str) -> Reason {
    Reason::new(ReasonKind::ReportMissing, what, "read pytest's log (`-v` shows where it is)")
}

/// The project measures with settings that coverage.py does not find by itself.
pub fn configured_elsewhere(named: &str, file: &str) -> Reason {
    Reason::new(
        ReasonKind::ConfigInvalid,
        format!(
            "`--cov-config={named}` in `addopts` of `{file}` is set aside, and with it how coverage is counted"
        ),
        "move these settings to `.coveragerc` or `[tool.coverage]` in `pyproject.toml`, and take the option out",
    )
}

/// Lines that were run in the file `from` are counted for the file `to`.
pub fn counted_for_another(from: &str, to: &str) -> Reason {
    Reason::new(
        ReasonKind::CheckWeakened,
        format!("what was run in `{from}` is counted for `{to}`, which differs from it"),
        "correct `[paths]` in the coverage settings so that each file counts for itself; `relative_files = true` too \
         takes folders of one name for one, and then one of them needs another name, or no test that runs it",
    )
}

/// Lines that were run in the file `from` may be counted for the file `to`.
pub fn may_be_another(from: &str, to: &str) -> Reason {
    Reason::new(
        ReasonKind::CheckWeakened,
        format!(
            "a process that a test started recorded `{to}` by a relative name, and that may be `{from}`, which differs \
             from it"
        ),
        "take `relative_files` out of the coverage settings that it reads, or rename one of the files",
    )
}

/// Nobody saw how what was recorded was joined.
pub fn joined_unseen() -> Reason {
    Reason::new(
        ReasonKind::ReportsDisagree,
        "pytest-cov does not tell whether lines of one file were counted for another",
        "see whether a plugin takes the place of pytest-cov, or use another version of it",
    )
}

/// What was recorded is not what pytest-cov left when the tests had run.
pub fn rewritten() -> Reason {
    Reason::new(
        ReasonKind::ReportsDisagree,
        "the coverage data is not what was recorded: it was written anew after the tests had run",
        WRITES,
    )
}

/// The settings are not those that the tests ran with.
pub fn set_anew() -> Reason {
    Reason::new(
        ReasonKind::TreeChanged,
        "the settings of pytest or coverage.py were changed while the tests ran",
        "look for a test that writes the project's settings",
    )
}

fn unreadable(fault: &str) -> Reason {
    Reason::new(
        ReasonKind::ReportUnreadable,
        format!("the coverage report cannot be read: {fault}"),
        "run it again; if it stays, a test writes into it",
    )
}

fn disagree(path: &str, what: &str) -> Reason {
    Reason::new(
        ReasonKind::ReportsDisagree,
        format!("the coverage report of `{path}` is not what was recorded: {what}"),
        WRITES,
    )
}

const WRITES: &str = "look for a test or plugin that writes coverage reports or data of its own";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), real: format!("/p/{path}") }
    }

    fn report(path: &str, executed: &[u32], missing: &[u32]) -> CoverageReport {
        let text = serde_json::json!({"meta": {"x": [1, {"y": null}]}, "files": {
            "other.py": {"anything": [1, 2]},
            path: {"executed_lines": executed, "missing_lines": missing, "excluded_lines": [], "functions": {"f": {}},
                   "summary": {"covered_lines": executed.len(), "num_statements": executed.len() + missing.len(), "percent_covered": 100.0}},
        }, "totals": {}})
        .to_string();
        read(text.as_bytes(), |key| (key != "other.py").then(|| format!("/p/{key}"))).expect("a report")
    }

    fn made(report: CoverageReport) -> Made {
        Made { exit: Exit::Code(0), report: Some(Ok(report)) }
    }

    fn measure(ours: CoverageReport, theirs: CoverageReport) -> Result<Coverage, Reason> {
        let reports = Reports { project: made(ours), neutral: made(theirs), everything: None };
        match evidence(&[file("a.py")], &reports, Bound::Exact)?.measured {
            Measured::Coverage(coverage) => Ok(coverage),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn figures_come_from_the_lines() {
        let coverage =
            measure(report("a.py", &[1, 2, 3], &[4]), report("a.py", &[1, 2, 3], &[4])).expect("evidence");
        assert_eq!((coverage.statements.part(), coverage.statements.whole(), coverage.excluded), (3, 4, 0));
        assert_eq!(coverage.branches, None);
    }

    #[test]
    fn lines_that_were_run_and_are_no_statements_do_not_count() {
        let mut ours = report("a.py", &[2, 3], &[4]);
        ours.files.get_mut("/p/a.py").expect("there").executed_lines.insert(1);
        let coverage = measure(ours.clone(), report("a.py", &[2, 3], &[4])).expect("evidence");
        assert_eq!((coverage.statements.part(), coverage.statements.whole()), (2, 3));
        let reason = measure(ours, report("a.py", &[1, 2, 3], &[4])).expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::ReportsDisagree);
    }

    #[test]
    fn a_report_that_claims_more_than_was_recorded_is_no_evidence() {
        let reason = measure(report("a.py", &[1, 2, 3, 4], &[]), report("a.py", &[1], &[2, 3, 4]))
            .expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::ReportsDisagree);
    }

    #[test]
    fn a_quarter_of_the_statements_may_be_excluded_and_not_one_more() {
        let all = report("a.py", &[1, 2, 3, 4, 5, 6, 7, 8], &[]);
        let quarter = measure(report("a.py", &[1, 2, 3, 4, 5, 6], &[]), all.clone()).expect("evidence");
        assert_eq!(quarter.excluded, 2);
        let more = measure(report("a.py", &[1, 2, 3, 4, 5], &[]), all).expect_err("a reason");
        assert_eq!(more.kind, ReasonKind::CheckWeakened);
    }

    #[test]
    fn a_component_without_statements_has_no_percentage() {
        let reason = measure(report("a.py", &[], &[]), report("a.py", &[], &[])).expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::NothingInspected);
    }

    #[test]
    fn a_file_that_is_not_in_the_report_is_no_evidence() {
        let reports = Reports {
            project: made(report("a.py", &[1], &[])),
            neutral: made(report("a.py", &[1], &[])),
            everything: None,
        };
        let reason = evidence(&[file("a.py"), file("b.py")], &reports, Bound::Exact).expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::WrongFiles);
        assert!(reason.message.contains("`b.py`"), "{}", reason.message);
    }

    #[test]
    fn lines_that_only_the_project_counts_are_checked_in_a_report_of_everything() {
        let (ours, theirs) = (report("a.py", &[1, 2], &[3]), report("a.py", &[1], &[3]));
        assert!(counts_more(&made(ours.clone()), &made(theirs.clone())));
        assert!(!counts_more(&made(theirs.clone()), &made(ours.clone())));
        let reports = |everything| Reports {
            project: made(ours.clone()),
            neutral: made(theirs.clone()),
            everything: Some(made(everything)),
        };
        let honest = evidence(&[file("a.py")], &reports(ours.clone()), Bound::Exact).expect("evidence");
        assert_eq!(honest.suppressed, 0);
        let forged = reports(report("a.py", &[1], &[2, 3]));
        let reason = evidence(&[file("a.py")], &forged, Bound::Exact).expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::ReportsDisagree);
    }

    proptest::proptest! {
        #[test]
        fn a_report_that_is_cut_off_is_never_read(cut in 0usize..200) {
            let whole = r#"{"meta":{},"files":{"a.py":{"executed_lines":[1],"missing_lines":[],"summary":{"covered_lines":1,"num_statements":1}}},"totals":{}}"#;
            let cut = cut % whole.len();
            proptest::prop_assert!(read(whole.as_bytes().get(..cut).unwrap_or_default(), |key| Some(key.to_owned())).is_err());
        }
    }
}
