//! Pure and total: (criterion, evidence) → outcome, outcomes and waivers → verdict. No I/O, no clock, no default arm.

pub mod metric;
pub mod rollout;
pub mod waiver;

use crate::model::assessment::{CheckAssessment, Outcome, Verdict};
use crate::model::condition::{Condition, ConditionState};
use crate::model::evidence::{Bound, Coverage, Evidence, Measured};
use crate::model::gate::{Criterion, Precision};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Run;

/// What was gathered for one check: evidence, or why there is none.
pub type Gathered = Result<Evidence, Box<Unmeasured>>;

/// Why there is no evidence, and the run that gave none, where one was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmeasured {
    /// Why.
    pub reason: Reason,
    /// The run.
    pub run: Option<Run>,
}

impl Unmeasured {
    /// As the error of [`Gathered`].
    pub fn because(reason: Reason, run: Option<Run>) -> Box<Self> {
        Box::new(Self { reason, run })
    }
}

/// Judges one check.
pub fn check(criterion: &Criterion, gathered: Gathered) -> Outcome {
    if let Criterion::NotApplicable { why, .. } = criterion {
        return Outcome::NotApplicable { why: why.clone() };
    }
    match gathered {
        Err(unmeasured) => Outcome::Inconclusive { reason: unmeasured.reason, run: unmeasured.run },
        Ok(evidence) => match meets(criterion, &evidence.measured) {
            met if is_open(criterion, &evidence.measured, met) => {
                Outcome::Inconclusive { reason: tests_left_out(), run: evidence.run }
            }
            Some(true) => Outcome::Pass(evidence),
            Some(false) => Outcome::Fail(evidence),
            None => Outcome::Inconclusive { reason: of_another_check(criterion), run: evidence.run },
        },
    }
}

/// Whether the figures meet the criterion; `None` where they are those of another check.
fn meets(criterion: &Criterion, measured: &Measured) -> Option<bool> {
    match (criterion, measured) {
        (Criterion::Tests { max_failures, min_passed }, Measured::Tests(counts)) => {
            let bad = counts.failed.saturating_add(counts.errors);
            Some(bad <= *max_failures && counts.passed >= *min_passed)
        }
        (Criterion::Coverage { min, metric, .. }, Measured::Coverage(coverage)) => {
            Some(coverage.judged(*metric).reaches(*min))
        }
        (Criterion::Lint { max_issues }, Measured::Lint { issues })
        | (Criterion::Security { max_issues, .. }, Measured::Security { issues })
        | (Criterion::Own { max_issues, .. }, Measured::Own { issues }) => Some(issues <= max_issues),
        (Criterion::Types { max_errors, max_warnings }, Measured::Types { errors, warnings }) => {
            Some(errors <= max_errors && warnings <= max_warnings)
        }
        (Criterion::Docs { readme, usage_example }, Measured::Docs { readme: found, usage_examples }) => {
            Some((!readme || found.is_some()) && (!usage_example || *usage_examples > 0))
        }
        (
            Criterion::Tests { .. }
            | Criterion::Coverage { .. }
            | Criterion::Lint { .. }
            | Criterion::Types { .. }
            | Criterion::Security { .. }
            | Criterion::Docs { .. }
            | Criterion::Own { .. }
            | Criterion::NotApplicable { .. },
            Measured::Tests(_)
            | Measured::Coverage(_)
            | Measured::Lint { .. }
            | Measured::Types { .. }
            | Measured::Security { .. }
            | Measured::Docs { .. }
            | Measured::Own { .. },
        ) => None,
    }
}

/// Whether the figure is a lower bound that answers nothing: more tests might reach the threshold, or the
/// policy asks for the figure of all tests.
fn is_open(criterion: &Criterion, measured: &Measured, met: Option<bool>) -> bool {
    let is_lower = matches!(measured, Measured::Coverage(Coverage { bound: Bound::Lower { .. }, .. }));
    let is_exact_asked = matches!(criterion, Criterion::Coverage { precision: Precision::Exact, .. });
    is_lower && (is_exact_asked || met != Some(true))
}

fn tests_left_out() -> Reason {
    Reason::new(
        ReasonKind::NoTestsRan,
        "the figure is a lower bound from the selected tests, and leaves the question open",
        "run it again with `--exact`",
    )
}

fn of_another_check(criterion: &Criterion) -> Reason {
    Reason::new(
        ReasonKind::NoCriterion,
        format!("the evidence is not that of the check `{}`", criterion.check()),
        "this is a fault of tta-promote; please report it",
    )
}

/// The verdict of a gate: the worst outcome wins, and what is waived is none. A gate with no check that was judged is
/// inconclusive.
pub fn gate<'a>(checks: impl IntoIterator<Item = &'a CheckAssessment>) -> Verdict {
    let judged = checks.into_iter().filter_map(|check| match &check.outcome {
        Outcome::Pass(_) => Some(Verdict::Pass),
        Outcome::Fail(_) if check.waived => Some(Verdict::Pass),
        Outcome::Fail(_) => Some(Verdict::Fail),
        Outcome::Inconclusive { .. } => Some(Verdict::Inconclusive),
        Outcome::NotApplicable { .. } => None,
    });
    judged.max().unwrap_or(Verdict::Inconclusive)
}

/// The verdict of a gate over its checks and what it asks besides. What is waited for is no pass.
pub fn whole<'a>(checks: impl IntoIterator<Item = &'a CheckAssessment>, conditions: &[Condition]) -> Verdict {
    let of_conditions = conditions.iter().map(|condition| match condition.state {
        ConditionState::Pass => Verdict::Pass,
        ConditionState::Fail => Verdict::Fail,
        ConditionState::Inconclusive | ConditionState::Waiting => Verdict::Inconclusive,
    });
    of_conditions.chain([gate(checks)]).max().unwrap_or(Verdict::Inconclusive)
}

/// The verdict over several gates: the worst wins, and none is inconclusive.
pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::Inconclusive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::evidence::{Branches, Inspected, TestCounts};
    use crate::model::finding::Severity;
    use crate::model::gate::Metric;
    use crate::model::percent::{Percent, Ratio};
    use proptest::prelude::*;

    fn evidence(measured: Measured) -> Evidence {
        Evidence {
            measured,
            inspected: Inspected::tests(1).expect("one test"),
            findings: Vec::new(),
            extent: None,
            suppressed: 0,
            lines: crate::model::line_set::Lines::new(),
            notes: Vec::new(),
            run: None,
        }
    }

    fn outcome(criterion: &Criterion, measured: Measured) -> &'static str {
        check(criterion, Ok(evidence(measured))).name()
    }

    fn coverage(part: u64, whole: u64, branches: Option<Branches>) -> Measured {
        let statements = Ratio::new(part, whole).expect("a ratio");
        Measured::Coverage(Coverage { statements, branches, bound: Bound::Exact, excluded: 0 })
    }

    fn seventy(metric: Metric) -> Criterion {
        let min = Percent::from_hundredths(7000).expect("a bound");
        Criterion::Coverage { min, metric, precision: Precision::Enough }
    }

    #[test]
    fn a_lower_bound_passes_or_leaves_the_question_open_and_never_stands_for_the_figure() {
        let lower = |part| {
            let statements = Ratio::new(part, 10).expect("a ratio");
            let bound = Bound::Lower { selected: 3, deselected: 4 };
            Measured::Coverage(Coverage { statements, branches: None, bound, excluded: 0 })
        };
        let min = Percent::from_hundredths(7000).expect("a bound");
        let exact = Criterion::Coverage { min, metric: Metric::Auto, precision: Precision::Exact };
        assert_eq!(outcome(&seventy(Metric::Auto), lower(7)), "pass");
        assert_eq!(outcome(&seventy(Metric::Auto), lower(6)), "inconclusive");
        assert_eq!(outcome(&exact, lower(7)), "inconclusive");
        assert_eq!(outcome(&exact, coverage(7, 10, None)), "pass");
    }

    #[test]
    fn coverage_is_judged_in_integers() {
        assert_eq!(outcome(&seventy(Metric::Auto), coverage(184, 263, None)), "fail");
        assert_eq!(outcome(&seventy(Metric::Auto), coverage(7, 10, None)), "pass");
    }

    #[test]
    fn the_named_metric_decides_where_branches_are_measured() {
        let branches = Some(Branches { covered: 2, total: 12 });
        assert_eq!(outcome(&seventy(Metric::Statements), coverage(71, 97, branches)), "pass");
        assert_eq!(outcome(&seventy(Metric::Auto), coverage(71, 97, branches)), "fail");
    }

    #[test]
    fn errors_count_as_failures_and_too_few_passes_fail() {
        let criterion = Criterion::Tests { max_failures: 0, min_passed: 2 };
        let counts = TestCounts { passed: 2, ..TestCounts::default() };
        assert_eq!(outcome(&criterion, Measured::Tests(counts)), "pass");
        assert_eq!(outcome(&criterion, Measured::Tests(TestCounts { errors: 1, ..counts })), "fail");
        assert_eq!(outcome(&criterion, Measured::Tests(TestCounts { passed: 1, ..counts })), "fail");
    }

    #[test]
    fn evidence_of_another_check_is_never_a_pass() {
        assert_eq!(
            outcome(&Criterion::Lint { max_issues: 5 }, Measured::Security { issues: 0 }),
            "inconclusive"
        );
    }

    #[test]
    fn the_worst_outcome_wins_what_is_waived_is_none_and_nothing_is_inconclusive() {
        let check = |outcome| CheckAssessment::of(Criterion::Lint { max_issues: 0 }, outcome);
        let pass = check(Outcome::Pass(evidence(Measured::Lint { issues: 0 })));
        let fail = check(Outcome::Fail(evidence(Measured::Lint { issues: 1 })));
        let waived = CheckAssessment { waived: true, ..fail.clone() };
        let reason = Reason::new(ReasonKind::TimedOut, "late", "wait");
        let unknown = check(Outcome::Inconclusive { reason, run: None });
        let not_asked = check(Outcome::NotApplicable { why: "no code".to_owned() });
        assert_eq!(gate([&pass, &unknown, &fail]), Verdict::Fail);
        assert_eq!(gate([&pass, &unknown]), Verdict::Inconclusive);
        assert_eq!(gate([&pass, &waived, &not_asked]), Verdict::Pass);
        assert_eq!(gate([&waived, &unknown]), Verdict::Inconclusive);
        assert_eq!(gate([&waived, &fail]), Verdict::Fail);
        assert_eq!(gate([&pass, &not_asked]), Verdict::Pass);
        assert_eq!(gate([&not_asked]), Verdict::Inconclusive);
        assert_eq!(gate([]), Verdict::Inconclusive);
        // What nobody could measure is not waived by a mark upon it.
        assert_eq!(gate([&CheckAssessment { waived: true, ..unknown }]), Verdict::Inconclusive);
    }

    fn any_criterion() -> impl Strategy<Value = Criterion> {
        prop_oneof![
            (0u64..3, 1u64..3)
                .prop_map(|(max_failures, min_passed)| Criterion::Tests { max_failures, min_passed }),
            (1u32..=10_000, prop_oneof![Just(Metric::Auto), Just(Metric::Statements)]).prop_map(
                |(min, metric)| {
                    Criterion::Coverage {
                        min: Percent::from_hundredths(min).expect("a bound"),
                        metric,
                        precision: Precision::Enough,
                    }
                }
            ),
            (0u64..3).prop_map(|max_issues| Criterion::Lint { max_issues }),
            (0u64..3, 0u64..3)
                .prop_map(|(max_errors, max_warnings)| Criterion::Types { max_errors, max_warnings }),
            (0u64..3)
                .prop_map(|max_issues| Criterion::Security { max_issues, min_severity: Severity::Medium }),
        ]
    }

    /// Figures, and the same ones made better.
    fn any_measured_and_better() -> impl Strategy<Value = (Measured, Measured)> {
        let tests = (0u64..4, 0u64..4, 0u64..4, 0u64..3).prop_map(|(passed, failed, errors, mended)| {
            let counts = TestCounts { passed, failed, errors, ..TestCounts::default() };
            let mended = mended.min(failed);
            let better = TestCounts { passed: passed + mended, failed: failed - mended, ..counts };
            (Measured::Tests(counts), Measured::Tests(better))
        });
        let coverage = (0u64..50, 1u64..50, 0u64..10, 0u64..5, 0u64..5).prop_map(
            |(part, rest, more, taken, untaken)| {
                let branches = Some(Branches { covered: taken, total: taken + untaken });
                let whole = part + rest;
                (coverage(part, whole, branches), coverage(part + more.min(rest), whole, branches))
            },
        );
        let issues = (0u64..5, 0u64..5).prop_map(|(issues, mended)| {
            (Measured::Lint { issues }, Measured::Lint { issues: issues.saturating_sub(mended) })
        });
        prop_oneof![tests, coverage, issues]
    }

    proptest! {
        #[test]
        fn better_figures_never_turn_a_pass_into_a_fail(criterion in any_criterion(), (worse, better) in any_measured_and_better()) {
            let (worse, better) = (outcome(&criterion, worse), outcome(&criterion, better));
            prop_assert!(!(worse == "pass" && better != "pass"), "{worse} became {better}");
        }

        #[test]
        fn without_evidence_there_is_no_pass(criterion in any_criterion()) {
            let reason = Reason::new(ReasonKind::ToolMissing, "gone", "install it");
            prop_assert_eq!(check(&criterion, Err(Unmeasured::because(reason, None))).name(), "inconclusive");
        }
    }
}
