//! Evidence as it is stored. Its structs are its own, so that a rename inside changes no entry; what is read goes
//! through the constructors of the model, so that no evidence comes into being that could not have been gathered.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::evidence as model;
use crate::model::finding::{Finding, Severity};
use crate::model::percent::Ratio;
use crate::model::run::{self, Earlier};
use crate::model::toolchain::Tool;

use super::entry::hexadecimal;

/// Runs by their names.
pub(super) type Runs = BTreeMap<String, Run>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Evidence {
    measured: Measured,
    inspected: Inspected,
    findings: Vec<Found>,
    extent: Option<String>,
    suppressed: u64,
    notes: Vec<String>,
    /// The name of the run among those that are stored.
    run: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Measured {
    Tests {
        passed: u64,
        failed: u64,
        errors: u64,
        skipped: u64,
        xfailed: u64,
        xpassed: u64,
    },
    Coverage {
        statements: (u64, u64),
        branches: Option<(u64, u64)>,
        bound: Option<(u64, u64)>,
        excluded: u64,
    },
    Lint {
        issues: u64,
    },
    Types {
        errors: u64,
        warnings: u64,
    },
    Security {
        issues: u64,
    },
    Own {
        issues: u64,
    },
    Docs {
        readme: Option<String>,
        usage_examples: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Inspected {
    Files(u64),
    Tests(u64),
    Places(u64),
    Items(u64),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Found {
    file: String,
    line: Option<u32>,
    column: Option<u32>,
    rule: String,
    severity: String,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    tool: String,
    version: String,
    argv: Vec<String>,
    exit: Exit,
    seconds: u64,
    nanoseconds: u32,
    report_sha256: Option<String>,
    time: String,
    commit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Exit {
    Code(i32),
    Signal(i32),
    TimedOut,
    Interrupted,
    Flooded,
    NotFound,
}

/// Each as it was, but for those that could not have been.
pub(super) fn restored(runs: &Runs) -> BTreeMap<String, run::Run> {
    runs.iter().filter_map(|(name, run)| Some((name.clone(), run.restore()?))).collect()
}

impl Evidence {
    /// As it is stored; `now` is the run that it is from, unless it is from an earlier one itself.
    pub(super) fn of(evidence: &model::Evidence, now: &Earlier, runs: &mut Runs) -> Self {
        let finding = |finding: &Finding| Found {
            file: finding.file.to_string(),
            line: finding.line,
            column: finding.column,
            rule: finding.rule.to_string(),
            severity: finding.severity.name().to_owned(),
            message: finding.message.to_string(),
        };
        Self {
            measured: Measured::of(&evidence.measured),
            inspected: match evidence.inspected.seen() {
                model::Seen::Files(count) => Inspected::Files(count),
                model::Seen::Tests(count) => Inspected::Tests(count),
                model::Seen::Places(count) => Inspected::Places(count),
                model::Seen::Items(count) => Inspected::Items(count),
            },
            findings: evidence.findings.iter().map(finding).collect(),
            extent: evidence.extent.clone(),
            suppressed: evidence.suppressed,
            notes: evidence.notes.clone(),
            run: evidence.run.as_ref().map(|run| Run::of(run, now).stored(runs)),
        }
    }

    /// The run that it needs.
    pub(super) fn run(&self) -> Option<&String> {
        self.run.as_ref()
    }

    /// As it was; `None` where it could not have been gathered.
    /// `files` are those of the component, of which the proof is made anew; its run is one of `runs`.
    pub(super) fn restore(
        &self,
        runs: &BTreeMap<String, run::Run>,
        files: &[String],
    ) -> Option<model::Evidence> {
        let finding = |found: &Found| {
            Some(Finding {
                file: found.file.as_str().into(),
                line: found.line,
                column: found.column,
                rule: found.rule.as_str().into(),
                severity: Severity::from_name(&found.severity)?,
                message: found.message.as_str().into(),
            })
        };
        let run = match &self.run {
            Some(run) => Some(runs.get(run)?.clone()),
            None => None,
        };
        Some(model::Evidence {
            measured: self.measured.restore()?,
            inspected: match self.inspected {
                Inspected::Files(count) if count == files.len() as u64 => {
                    model::Inspected::files(files, "an earlier run", |_| true).ok()?
                }
                // A check of one's own is never kept.
                Inspected::Files(_) | Inspected::Items(_) => return None,
                Inspected::Tests(ran) => model::Inspected::tests(ran).ok()?,
                Inspected::Places(looked) => model::Inspected::places(looked).ok()?,
            },
            findings: self.findings.iter().map(finding).collect::<Option<_>>()?,
            extent: self.extent.clone(),
            suppressed: self.suppressed,
            lines: crate::model::line_set::Lines::new(),
            notes: self.notes.clone(),
            run,
        })
    }
}

impl Measured {
    fn of(measured: &model::Measured) -> Self {
        match measured {
            model::Measured::Tests(counts) => Self::Tests {
                passed: counts.passed,
                failed: counts.failed,
                errors: counts.errors,
                skipped: counts.skipped,
                xfailed: counts.xfailed,
                xpassed: counts.xpassed,
            },
            model::Measured::Coverage(coverage) => Self::Coverage {
                statements: (coverage.statements.part(), coverage.statements.whole()),
                branches: coverage.branches.map(|branches| (branches.covered, branches.total)),
                bound: match coverage.bound {
                    model::Bound::Exact => None,
                    model::Bound::Lower { selected, deselected } => Some((selected, deselected)),
                },
                excluded: coverage.excluded,
            },
            model::Measured::Lint { issues } => Self::Lint { issues: *issues },
            model::Measured::Types { errors, warnings } => {
                Self::Types { errors: *errors, warnings: *warnings }
            }
            model::Measured::Security { issues } => Self::Security { issues: *issues },
            model::Measured::Own { issues } => Self::Own { issues: *issues },
            model::Measured::Docs { readme, usage_examples } => {
                Self::Docs { readme: readme.clone(), usage_examples: *usage_examples }
            }
        }
    }

    fn restore(&self) -> Option<model::Measured> {
        Some(match self.clone() {
            Self::Tests { passed, failed, errors, skipped, xfailed, xpassed } => {
                model::Measured::Tests(model::TestCounts {
                    passed,
                    failed,
                    errors,
                    skipped,
                    xfailed,
                    xpassed,
                })
            }
            Self::Coverage { statements, branches, bound, excluded } => {
                model::Measured::Coverage(model::Coverage {
                    statements: Ratio::new(statements.0, statements.1)?,
                    branches: branches.map(|(covered, total)| model::Branches { covered, total }),
                    bound: match bound {
                        None => model::Bound::Exact,
                        Some((selected, deselected)) => model::Bound::Lower { selected, deselected },
                    },
                    excluded,
                })
            }
            Self::Lint { issues } => model::Measured::Lint { issues },
            Self::Types { errors, warnings } => model::Measured::Types { errors, warnings },
            Self::Security { issues } => model::Measured::Security { issues },
            // A check of one's own is never kept.
            Self::Own { .. } => return None,
            Self::Docs { readme, usage_examples } => model::Measured::Docs { readme, usage_examples },
        })
    }
}

impl Run {
    /// Puts it among `runs`, by a name that is that of its content: one run serves many results.
    fn stored(self, runs: &mut Runs) -> String {
        let text = serde_json::to_string(&self).unwrap_or_default();
        let name = hexadecimal(&Sha256::digest(text.as_bytes()));
        runs.entry(name.clone()).or_insert(self);
        name
    }

    fn of(run: &run::Run, now: &Earlier) -> Self {
        let earlier = run.cached.as_ref().unwrap_or(now);
        Self {
            tool: run.tool.name().to_owned(),
            version: run.version.clone(),
            argv: run.argv.to_vec(),
            exit: match run.exit {
                run::Exit::Code(code) => Exit::Code(code),
                run::Exit::Signal(signal) => Exit::Signal(signal),
                run::Exit::TimedOut => Exit::TimedOut,
                run::Exit::Interrupted => Exit::Interrupted,
                run::Exit::Flooded => Exit::Flooded,
                run::Exit::NotFound => Exit::NotFound,
            },
            seconds: run.duration.as_secs(),
            nanoseconds: run.duration.subsec_nanos(),
            report_sha256: run.report_sha256.clone(),
            time: earlier.time.to_string(),
            commit: earlier.commit.clone(),
        }
    }

    fn restore(&self) -> Option<run::Run> {
        // More nanoseconds than make a second could add up to more seconds than there can be.
        (self.nanoseconds < 1_000_000_000).then_some(())?;
        Some(run::Run {
            tool: Tool::from_name(&self.tool)?,
            version: self.version.clone(),
            argv: self.argv.as_slice().into(),
            exit: match self.exit {
                Exit::Code(code) => run::Exit::Code(code),
                Exit::Signal(signal) => run::Exit::Signal(signal),
                Exit::TimedOut => run::Exit::TimedOut,
                Exit::Interrupted => run::Exit::Interrupted,
                Exit::Flooded => run::Exit::Flooded,
                Exit::NotFound => run::Exit::NotFound,
            },
            duration: Duration::new(self.seconds, self.nanoseconds),
            report_sha256: self.report_sha256.clone(),
            cached: Some(Earlier { time: self.time.parse().ok()?, commit: self.commit.clone() }),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in super::super) fn files() -> Vec<String> {
        ["a.py", "b.py"].map(str::to_owned).to_vec()
    }

    /// Any evidence of these files that can be gathered, from this run.
    pub(in super::super) fn any_evidence() -> impl Strategy<Value = model::Evidence> {
        let text = || "[a-zä\u{1b}\"\\\\\n/]{0,6}";
        let finding = (text(), any::<Option<u32>>(), any::<Option<u32>>(), text(), 0..3usize, text())
            .prop_map(|(file, line, column, rule, severity, message)| Finding {
                file: file.into(),
                line,
                column,
                rule: rule.into(),
                severity: Severity::ALL[severity],
                message: message.into(),
            });
        let exit = prop_oneof![
            any::<i32>().prop_map(run::Exit::Code),
            any::<i32>().prop_map(run::Exit::Signal),
            Just(run::Exit::TimedOut),
            Just(run::Exit::Interrupted),
            Just(run::Exit::Flooded),
            Just(run::Exit::NotFound),
        ];
        let argv = proptest::collection::vec(text(), 0..3);
        let run = (0..4usize, text(), argv, exit, any::<Duration>(), any::<Option<u8>>()).prop_map(
            |(tool, version, argv, exit, duration, report)| run::Run {
                tool: Tool::ALL[tool],
                version,
                argv: argv.into(),
                exit,
                duration,
                report_sha256: report.map(|byte| byte.to_string()),
                cached: None,
            },
        );
        let inspected = prop_oneof![
            Just(model::Inspected::files(&files(), "it", |_| true).expect("some files")),
            (1u64..).prop_map(|looked| model::Inspected::places(looked).expect("some places")),
            (1u64..).prop_map(|ran| model::Inspected::tests(ran).expect("some tests")),
        ];
        (
            (any_measured(), inspected, proptest::collection::vec(finding, 0..3)),
            (proptest::option::of(text()), any::<u64>(), proptest::collection::vec(text(), 0..3)),
            proptest::option::of(run),
        )
            .prop_map(|((measured, inspected, findings), (extent, suppressed, notes), run)| {
                model::Evidence {
                    measured,
                    inspected,
                    findings,
                    extent,
                    suppressed,
                    lines: crate::model::line_set::Lines::new(),
                    notes,
                    run,
                }
            })
    }

    fn any_measured() -> impl Strategy<Value = model::Measured> {
        let coverage =
            (any::<(u32, u32)>(), any::<Option<(u64, u64)>>(), any::<Option<(u64, u64)>>(), any::<u64>());
        prop_oneof![
            any::<[u64; 6]>().prop_map(|[passed, failed, errors, skipped, xfailed, xpassed]| {
                model::Measured::Tests(model::TestCounts {
                    passed,
                    failed,
                    errors,
                    skipped,
                    xfailed,
                    xpassed,
                })
            }),
            coverage.prop_map(|((part, rest), branches, bound, excluded)| {
                let (part, rest) = (u64::from(part), u64::from(rest));
                model::Measured::Coverage(model::Coverage {
                    statements: Ratio::new(part, part + rest + 1).expect("a ratio"),
                    branches: branches.map(|(covered, total)| model::Branches { covered, total }),
                    bound: bound.map_or(model::Bound::Exact, |(selected, deselected)| model::Bound::Lower {
                        selected,
                        deselected,
                    }),
                    excluded,
                })
            }),
            any::<u64>().prop_map(|issues| model::Measured::Lint { issues }),
            any::<(u64, u64)>().prop_map(|(errors, warnings)| model::Measured::Types { errors, warnings }),
            any::<u64>().prop_map(|issues| model::Measured::Security { issues }),
            (proptest::option::of("[a-z]{1,4}"), any::<u64>())
                .prop_map(|(readme, usage_examples)| model::Measured::Docs { readme, usage_examples }),
        ]
    }

    pub(in super::super) fn earlier() -> Earlier {
        let time = "2025-10-13T14:03:59.123456789Z".parse().expect("a time");
        Earlier { time, commit: Some("30f84615".to_owned()) }
    }

    proptest! {
        #[test]
        fn evidence_comes_back_as_it_was_but_for_being_from_an_earlier_run(evidence in any_evidence()) {
            let mut runs = Runs::new();
            let stored = Evidence::of(&evidence, &earlier(), &mut runs);
            let json = serde_json::to_string(&(&stored, &runs)).expect("it serialises");
            let (read, mut runs): (Evidence, Runs) = serde_json::from_str(&json).expect("it reads");
            let mut expected = evidence.clone();
            if let Some(run) = &mut expected.run {
                run.cached = Some(earlier());
            }
            prop_assert_eq!(read.restore(&restored(&runs), &files()).expect("evidence"), expected.clone());
            let later = Earlier { time: jiff::Timestamp::UNIX_EPOCH, commit: None };
            let again = Evidence::of(&expected, &later, &mut runs);
            prop_assert_eq!(again.restore(&restored(&runs), &files()).expect("evidence"), expected, "stored again");
            prop_assert_eq!(again.restore(&BTreeMap::new(), &files()).is_some(), evidence.run.is_none(), "without its run");
        }
    }

    #[test]
    fn evidence_that_nobody_could_have_gathered_is_not_restored() {
        let stored = |inspected, measured| Evidence {
            measured,
            inspected,
            findings: vec![],
            extent: None,
            suppressed: 0,
            notes: vec![],
            run: None,
        };
        let lint = Measured::Lint { issues: 0 };
        assert!(stored(Inspected::Tests(1), lint.clone()).restore(&BTreeMap::new(), &files()).is_some());
        assert_eq!(stored(Inspected::Tests(0), lint.clone()).restore(&BTreeMap::new(), &files()), None);
        assert_eq!(stored(Inspected::Files(3), lint.clone()).restore(&BTreeMap::new(), &files()), None);
        let coverage =
            |statements| Measured::Coverage { statements, branches: None, bound: None, excluded: 0 };
        assert_eq!(stored(Inspected::Tests(1), coverage((2, 1))).restore(&BTreeMap::new(), &files()), None);
        assert_eq!(stored(Inspected::Tests(1), coverage((0, 0))).restore(&BTreeMap::new(), &files()), None);
    }
}
