//! What a tool measured and the proof of what it looked at.

use super::finding::{Finding, Severity};
use super::gate::Metric;
use super::line_set::Lines;
use super::percent::Ratio;
use super::reason::{Reason, ReasonKind};
use super::run::Run;
use super::waiver::Cover;

/// What was measured, with its proof. There is no way to a pass but through one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The figures.
    pub measured: Measured,
    /// What was looked at.
    pub inspected: Inspected,
    /// The problems, in the order of file and line.
    pub findings: Vec<Finding>,
    /// How closely it was looked at, where the tool tells, in its own units: `147 rules`, `135 lines`.
    pub extent: Option<String>,
    /// How many further findings comments and per-file settings keep quiet.
    pub suppressed: u64,
    /// Per file, which statements ran, where that was measured by this run and not reused: no part of the judgement,
    /// and what tells two measurements apart.
    pub lines: Lines,
    /// Remarks that people should see beside the figures; no part of the judgement.
    pub notes: Vec<String>,
    /// The run that gave it; `None` for the check that we do ourselves.
    pub run: Option<Run>,
}

impl Evidence {
    /// How many of the findings that `covers` names are of that severity; of any, where none is given.
    pub fn covered(&self, covers: &[Cover], severity: Option<Severity>) -> u64 {
        let findings = covers.iter().filter_map(|cover| self.findings.get(cover.finding));
        findings.filter(|finding| severity.is_none_or(|severity| finding.severity == severity)).count() as u64
    }

    /// The figures without the findings that `covers` names.
    pub fn without(&self, covers: &[Cover]) -> Measured {
        let all = || self.covered(covers, None);
        let of = |severity| self.covered(covers, Some(severity));
        match &self.measured {
            Measured::Lint { issues } => Measured::Lint { issues: issues.saturating_sub(all()) },
            Measured::Security { issues } => Measured::Security { issues: issues.saturating_sub(all()) },
            Measured::Types { errors, warnings } => Measured::Types {
                errors: errors.saturating_sub(of(Severity::High)),
                warnings: warnings.saturating_sub(of(Severity::Medium)),
            },
            Measured::Own { issues } => Measured::Own { issues: issues.saturating_sub(all()) },
            Measured::Tests(_) | Measured::Coverage(_) | Measured::Docs { .. } => self.measured.clone(),
        }
    }
}

/// Proof that something was looked at. It cannot be made of nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    seen: Seen,
}

/// What was looked at, and how much of it; never 0 within an [`Inspected`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All files of the component.
    Files(u64),
    /// Tests that ran to an outcome of their own.
    Tests(u64),
    /// Places where a README may be.
    Places(u64),
    /// What a tool of one's own says that it looked at, in its own units.
    Items(u64),
}

impl Inspected {
    /// Proof that each of `files` was looked at, as `seen` tells of each.
    ///
    /// Without files it is `nothing_inspected`; with a file that was not seen, `wrong_files`.
    pub fn files<F>(files: &[String], tool: &str, mut seen: F) -> Result<Self, Reason>
    where
        F: FnMut(&str) -> bool,
    {
        if files.is_empty() {
            return Err(Reason::new(
                ReasonKind::NothingInspected,
                format!("{tool} was given no Python file of the component"),
                "correct `paths` of the component in `promotion.toml`",
            ));
        }
        let unseen: Vec<&String> = files.iter().filter(|file| !seen(file)).collect();
        match unseen.as_slice() {
            [] => Ok(Self { seen: Seen::Files(files.len() as u64) }),
            [first, rest @ ..] => {
                let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                let kind = if unseen.len() == files.len() {
                    ReasonKind::NothingInspected
                } else {
                    ReasonKind::WrongFiles
                };
                Err(Reason::new(
                    kind,
                    format!("{tool} did not look at `{first}`{more}"),
                    format!("see which setting of {tool} leaves the file out, and remove it"),
                ))
            }
        }
    }

    /// Proof that `ran` tests were executed to an outcome of their own.
    pub fn tests(ran: u64) -> Result<Self, Reason> {
        if ran == 0 {
            return Err(Reason::new(
                ReasonKind::NoTestsRan,
                "no test ran to a pass or a failure",
                "correct `tests.paths` and `tests.select`, or install what the skipped tests need",
            ));
        }
        Ok(Self { seen: Seen::Tests(ran) })
    }

    /// Proof that so many places were looked at for a README, whatever was found there.
    pub fn places(looked: u64) -> Result<Self, Reason> {
        if looked == 0 {
            return Err(Reason::new(
                ReasonKind::NothingInspected,
                "no place was looked at for a README",
                "correct `paths` or `readme` of the component in `promotion.toml`",
            ));
        }
        Ok(Self { seen: Seen::Places(looked) })
    }

    /// Proof that a tool looked at so many things of its own, where that is not less than `min`, which is above 0.
    ///
    /// `shown` is how they were counted, for people.
    pub fn items(count: u64, min: u64, shown: &str) -> Result<Self, Reason> {
        if count == 0 || count < min {
            return Err(Reason::new(
                ReasonKind::NothingInspected,
                format!("{shown}: {count} where at least {} must be looked at", min.max(1)),
                "see what the tool was given and what it says, or correct `inspected` in `promotion.toml`",
            ));
        }
        Ok(Self { seen: Seen::Items(count) })
    }

    /// What was looked at.
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// How many files, tests, places or other things.
    pub fn count(&self) -> u64 {
        let (Seen::Files(count) | Seen::Tests(count) | Seen::Places(count) | Seen::Items(count)) = self.seen;
        count
    }
}

/// The figures of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Of a test run.
    Tests(TestCounts),
    /// Of coverage.
    Coverage(Coverage),
    /// Of the linter.
    Lint {
        /// Issues.
        issues: u64,
    },
    /// Of the type checker.
    Types {
        /// Errors.
        errors: u64,
        /// Warnings.
        warnings: u64,
    },
    /// Of the security linter.
    Security {
        /// Issues at or above the severity asked for.
        issues: u64,
    },
    /// Of the documentation.
    Docs {
        /// The README, relative to the project's root; or the file whose docstring serves as one; `None`
        /// where there is neither, or what is there is empty.
        readme: Option<String>,
        /// Usage examples in it.
        usage_examples: u64,
    },
    /// Of a check of one's own.
    Own {
        /// Issues.
        issues: u64,
    },
}

/// The outcomes of a test run, each counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TestCounts {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Failed before or after the test itself.
    pub errors: u64,
    /// Skipped.
    pub skipped: u64,
    /// Failed as expected.
    pub xfailed: u64,
    /// Passed although a failure was expected.
    pub xpassed: u64,
}

/// What the tests executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Executed statements, of all.
    pub statements: Ratio,
    /// Taken branches and their number, where the project measures them.
    pub branches: Option<Branches>,
    /// Whether more tests could only raise the figure: it is what the selected tests alone reach.
    pub bound: Bound,
    /// Statements that the project's settings or comments exclude.
    pub excluded: u64,
}

/// Branch figures; there may be none to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branches {
    /// Taken.
    pub covered: u64,
    /// All.
    pub total: u64,
}

/// What a coverage figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Of all tests under the component's test paths.
    Exact,
    /// Of `selected` tests, while `deselected` others were left out: the true figure is this or more.
    Lower {
        /// Tests that ran.
        selected: u64,
        /// Tests that did not.
        deselected: u64,
    },
}

impl Coverage {
    /// Statements and branches together, as coverage.py counts; `None` without branch measurement.
    pub fn combined(&self) -> Option<Ratio> {
        let branches = self.branches?;
        Ratio::new(self.statements.part() + branches.covered, self.statements.whole() + branches.total)
    }

    /// The figure that `metric` asks for: here alone, so that what is judged is what is shown.
    pub fn judged(&self, metric: Metric) -> Ratio {
        match metric {
            Metric::Auto => self.combined().unwrap_or(self.statements),
            Metric::Statements => self.statements,
        }
    }
}
