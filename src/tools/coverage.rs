//! coverage.py: its two JSON reports of one run as evidence for `coverage`.
//!
//! The first report is pytest-cov's, under the project's own configuration. The second is made from the
//! recorded data afterwards by a process of its own under a neutral configuration: it shows what the
//! project excludes, and whether a test overwrote the first. Figures are computed from line lists and
//! counts, never from percentages, since coverage.py rounds and calls 0 of 0 statements 100 %.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::json_stream::{self, Fault};

use crate::model::component::SourceFile;
use crate::model::evidence::{Bound, Branches, Coverage, Evidence, Inspected, Measured};
use crate::model::percent::Ratio;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

/// A configuration that excludes nothing, for a report about `files`, which are real paths.
///
/// The files are patterns there, one a line. A character that would mean something in a pattern or in the
/// format is replaced by the pattern for any character: a file too many in the report does no harm.
pub fn neutral_configuration(files: &BTreeSet<&str>) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "/._-".contains(c) { c } else { '?' };
    let pattern = |file: &&str| format!("    {}", file.chars().map(plain).collect::<String>());
    let include: Vec<String> = files.iter().map(pattern).collect();
    format!("[report]\nexclude_lines =\nignore_errors = true\ninclude =\n{}\n", include.join("\n"))
}

/// The second report: who makes it, from what.
#[derive(Debug, Clone)]
pub struct NeutralInvocation<'a> {
    /// The interpreter of the environment that recorded the data.
    pub python: &'a str,
    /// Where byte code goes.
    pub byte_code: &'a str,
    /// The file with [`neutral_configuration`].
    pub configuration: &'a str,
    /// The recorded data.
    pub data: &'a str,
    /// Where the report goes.
    pub report: &'a str,
}

impl NeutralInvocation<'_> {
    /// The arguments. `-I` keeps a `coverage.py` in the project from being taken for the tool.
    pub fn argv(&self) -> Vec<String> {
        let byte_code = format!("pycache_prefix={}", self.byte_code);
        let argv = [self.python, "-I", "-X", &byte_code, "-m", "coverage", "json", "-q"].map(str::to_owned);
        let options = [
            format!("--rcfile={}", self.configuration),
            format!("--data-file={}", self.data),
            "-o".to_owned(),
            self.report.to_owned(),
        ];
        argv.into_iter().chain(options).collect()
    }
}

/// The folders to measure, so that each of the files is found even if no test imports it: coverage.py
/// looks for files that were never executed only in the folders it is given, and below them only in
/// packages.
pub fn measured_folders<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> Vec<String> {
    let folders: BTreeSet<String> = files
        .into_iter()
        .map(|file| match file.path.rsplit_once('/') {
            Some((folder, _)) => folder.to_owned(),
            None => ".".to_owned(),
        })
        .collect();
    folders.into_iter().collect()
}

/// What a report says of the files that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoverageReport {
    files: BTreeMap<String, FileCoverage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct FileCoverage {
    executed_lines: BTreeSet<u32>,
    missing_lines: BTreeSet<u32>,
    summary: Summary,
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

/// What the making of the second report came to.
#[derive(Debug)]
pub struct Neutral {
    /// How its process ended.
    pub exit: Exit,
    /// The report; `None` where there is none, `Err` where it cannot be read.
    pub report: Option<Result<CoverageReport, String>>,
}

/// The coverage of one component's files.
///
/// `project` is the report under the project's configuration; `None` where there is none.
pub fn evidence(
    files: &[SourceFile],
    project: Option<Result<CoverageReport, String>>,
    neutral: Neutral,
    bound: Bound,
) -> Result<Evidence, Reason> {
    let project = match project {
        None => return Err(no_report("pytest-cov wrote no coverage report")),
        Some(Err(fault)) => return Err(unreadable(&fault)),
        Some(Ok(report)) => report,
    };
    let paths: Vec<String> = files.iter().map(|file| file.real.clone()).collect();
    let inspected = Inspected::files(&paths, "coverage.py", |path| project.files.contains_key(path))
        .map_err(|reason| left_out(reason, files))?;
    let neutral = match (neutral.exit, neutral.report) {
        (Exit::Code(0), Some(Ok(report))) => report,
        (_, Some(Err(fault))) => return Err(unreadable(&fault)),
        (Exit::TimedOut, _) => {
            return Err(Reason::new(
                ReasonKind::TimedOut,
                "coverage.py did not end within the limit",
                "raise `timeout`",
            ));
        }
        (Exit::Interrupted, _) => {
            return Err(Reason::new(ReasonKind::Interrupted, "coverage.py was interrupted", "run it again"));
        }
        (exit, _) => {
            return Err(no_report(&format!(
                "coverage.py made no second report from the recorded data ({exit:?})"
            )));
        }
    };
    let mut sum = Sum::default();
    for file in files {
        let (Some(ours), Some(theirs)) = (project.files.get(&file.real), neutral.files.get(&file.real))
        else {
            return Err(disagree(&file.path, "the recorded data does not know it"));
        };
        sum.add(&file.path, ours, theirs)?;
    }
    Ok(Evidence {
        measured: Measured::Coverage(sum.coverage(bound)?),
        inspected,
        findings: Vec::new(),
        extent: None,
        suppressed: sum.excluded,
        notes: Vec::new(),
        run: None,
    })
}

#[derive(Debug, Default)]
struct Sum {
    covered: u64,
    statements: u64,
    excluded: u64,
    branches: Option<Branches>,
}

impl Sum {
    fn add(&mut self, path: &str, ours: &FileCoverage, theirs: &FileCoverage) -> Result<(), Reason> {
        let (covered, missing) = (ours.executed_lines.len() as u64, ours.missing_lines.len() as u64);
        if ours.summary.covered_lines != covered || ours.summary.num_statements != covered + missing {
            return Err(disagree(path, "its counts and its lines differ"));
        }
        if !ours.executed_lines.is_subset(&theirs.executed_lines)
            || !ours.missing_lines.is_subset(&theirs.missing_lines)
        {
            return Err(disagree(path, "the recorded data shows other lines executed"));
        }
        let all = (theirs.executed_lines.len() + theirs.missing_lines.len()) as u64;
        self.covered += covered;
        self.statements += covered + missing;
        self.excluded += all - (covered + missing);
        if let (Some(total), Some(covered)) = (ours.summary.num_branches, ours.summary.covered_branches) {
            if covered > total {
                return Err(disagree(path, "more branches were taken than there are"));
            }
            let sum = self.branches.get_or_insert(Branches { covered: 0, total: 0 });
            sum.covered += covered;
            sum.total += total;
        }
        Ok(())
    }

    fn coverage(&self, bound: Bound) -> Result<Coverage, Reason> {
        let all = self.statements + self.excluded;
        if self.excluded * 4 > all {
            return Err(Reason::new(
                ReasonKind::CheckWeakened,
                format!("{} of {all} statements are excluded from the measurement", self.excluded),
                "remove `pragma: no cover` comments or `exclude_lines` settings; a quarter may be excluded at most",
            ));
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

fn left_out(reason: Reason, files: &[SourceFile]) -> Reason {
    let relative = files.iter().fold(reason.message, |message, file| message.replace(&file.real, &file.path));
    Reason::new(
        reason.kind,
        relative.replace("did not look at", "does not report"),
        "see whether `omit` or `source` in the project's coverage settings leaves it out, or it cannot be parsed",
    )
}

fn no_report(what: &str) -> Reason {
    Reason::new(ReasonKind::ReportMissing, what, "read pytest's log (`-v` shows where it is)")
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
        "look for a test or plugin that writes coverage reports or data of its own",
    )
}

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

    fn neutral(report: CoverageReport) -> Neutral {
        Neutral { exit: Exit::Code(0), report: Some(Ok(report)) }
    }

    fn measure(ours: CoverageReport, theirs: CoverageReport) -> Result<Coverage, Reason> {
        match evidence(&[file("a.py")], Some(Ok(ours)), neutral(theirs), Bound::Exact)?.measured {
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
        let reason = evidence(
            &[file("a.py"), file("b.py")],
            Some(Ok(report("a.py", &[1], &[]))),
            neutral(report("a.py", &[1], &[])),
            Bound::Exact,
        )
        .expect_err("a reason");
        assert_eq!(reason.kind, ReasonKind::WrongFiles);
        assert!(reason.message.contains("`b.py`"), "{}", reason.message);
    }

    #[test]
    fn a_path_with_characters_that_mean_something_is_still_a_pattern_for_itself() {
        let configuration = neutral_configuration(&["/p/[a], $b/ü.py"].into());
        assert!(configuration.ends_with("include =\n    /p/?a????b/ü.py\n"), "{configuration}");
    }

    #[test]
    fn the_folders_of_the_files_are_measured_themselves() {
        let files = [file("src/a/x.py"), file("src/a/y.py"), file("src/b.py"), file("top.py")];
        assert_eq!(measured_folders(&files), [".", "src", "src/a"]);
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
