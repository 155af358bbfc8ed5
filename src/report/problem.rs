//! All that keeps an assessment from being clean, one after the other, for formats that list problems and nothing
//! else. Not a rendering, and not a judge. The hard part: such a list looks the same where all is well and where
//! nothing was looked at, so what was not measured is a problem too, and a verdict that nothing explains is one.

use std::borrow::Cow;

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::check::Check;
use crate::model::condition::{Condition, ConditionState};
use crate::model::evidence::Measured;
use crate::model::finding::{Finding, Severity};
use crate::model::gate::Criterion;
use crate::model::reason::Reason;
use crate::model::toolchain::Tool;
use crate::model::waiver::{Waiver, WaiverAssessment};

use super::summary::summary;
use super::{obstacle, waived};

/// The rule of what could not be measured.
pub(super) const INCONCLUSIVE: &str = "inconclusive";
/// The rule of waivers that should be looked at.
pub(super) const WAIVER: &str = "waiver";
/// The rule of what the gate asks besides its checks.
pub(super) const CONDITION: &str = "condition";
/// The name of the tool that finds what no other tool does.
pub(super) const OURSELVES: &str = "tta-promote";

/// How bad a problem is. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// A finding of low severity, or one that the gate allows or a waiver covers.
    Note,
    /// A finding of medium severity.
    Warning,
    /// What makes the gate fail.
    Error,
    /// What nobody knows. Worse than an error: anything may be behind it.
    Unknown,
}

/// What it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    /// What a tool reported.
    Finding(&'a Finding),
    /// A figure that does not meet its bound, where no finding says so.
    Shortfall,
    /// A check without evidence.
    Unmeasured(&'a Reason),
    /// What the gate asks besides its checks, and is not met.
    Condition(&'a Condition),
    /// A waiver that covers nothing and could.
    Waiver(&'a WaiverAssessment),
    /// A component, or all of it, whose verdict is not explained by anything above: a gate without checks, nobody
    /// selected.
    Unexplained(Verdict),
}

/// One problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    /// Whose; `None` where it is nobody's.
    pub(super) component: Option<&'a ComponentAssessment>,
    /// The check; `None` where it is none's.
    pub(super) check: Option<&'a CheckAssessment>,
    /// What it is.
    pub(super) what: What<'a>,
    /// What covers it, where a waiver does.
    pub(super) waiver: Option<&'a Waiver>,
    assessment: &'a Assessment,
}

/// Every problem, in the order of the components and their checks; findings in theirs.
pub(super) fn problems(assessment: &Assessment) -> impl Iterator<Item = Problem<'_>> {
    let unexplained = assessment.verdict != Verdict::Pass
        && assessment.components.iter().all(|component| component.verdict == Verdict::Pass);
    let own = unexplained.then_some(Problem {
        component: None,
        check: None,
        what: What::Unexplained(assessment.verdict),
        waiver: None,
        assessment,
    });
    own.into_iter()
        .chain(assessment.components.iter().flat_map(|component| of_component(assessment, component)))
}

fn of_component<'a>(
    assessment: &'a Assessment,
    component: &'a ComponentAssessment,
) -> impl Iterator<Item = Problem<'a>> {
    let problem =
        move |check, what| Problem { component: Some(component), check, what, waiver: None, assessment };
    let of_checks = component.checks.iter().flat_map(move |check| {
        let findings = check.outcome.evidence().map_or(&[][..], |evidence| &evidence.findings);
        let covering = move |finding| component.waivers.get(check.cover(finding)?).map(|one| &one.waiver);
        let findings = findings.iter().enumerate().map(move |(at, found)| Problem {
            waiver: covering(at),
            ..problem(Some(check), What::Finding(found))
        });
        own(check).into_iter().map(move |what| problem(Some(check), what)).chain(findings)
    });
    let waivers = component.waivers.iter().filter(|one| waived::is_remarkable(one));
    let unmet = component.conditions.iter().filter(|condition| condition.state != ConditionState::Pass);
    of_checks
        .chain(unmet.map(move |condition| problem(None, What::Condition(condition))))
        .chain(waivers.map(move |one| problem(None, What::Waiver(one))))
        .chain(component.is_unexplained().then(|| problem(None, What::Unexplained(component.verdict))))
}

/// What a check says besides its findings.
fn own(check: &CheckAssessment) -> Option<What<'_>> {
    match &check.outcome {
        Outcome::Inconclusive { reason, .. } => Some(What::Unmeasured(reason)),
        Outcome::Fail(_) if check.waived => None,
        Outcome::Fail(evidence) => {
            let enough = match (&check.criterion, &evidence.measured) {
                // Too few passed: those that failed are not the reason, where so many may.
                (Criterion::Tests { max_failures, .. }, Measured::Tests(counts)) => {
                    counts.failed + counts.errors > *max_failures
                }
                _ => true,
            };
            (evidence.findings.is_empty() || !enough).then_some(What::Shortfall)
        }
        Outcome::Pass(_) | Outcome::NotApplicable { .. } => None,
    }
}

impl<'a> Problem<'a> {
    /// How bad it is.
    pub(super) fn weight(&self) -> Weight {
        let counts = self.waiver.is_none() && self.check.is_none_or(CheckAssessment::is_failed);
        match self.what {
            What::Finding(_) if !counts => Weight::Note,
            What::Finding(finding) => match finding.severity {
                Severity::High => Weight::Error,
                Severity::Medium => Weight::Warning,
                Severity::Low => Weight::Note,
            },
            What::Waiver(_) => Weight::Note,
            What::Shortfall | What::Unexplained(Verdict::Fail) => Weight::Error,
            What::Condition(condition) if condition.state == ConditionState::Fail => Weight::Error,
            What::Unmeasured(_) | What::Condition(_) | What::Unexplained(_) => Weight::Unknown,
        }
    }

    /// Who found it.
    pub(super) fn tool(&self) -> &'static str {
        match (self.what, self.check) {
            (What::Finding(_), Some(check)) => tool_of(check.check()),
            _ => OURSELVES,
        }
    }

    /// The rule, never empty.
    pub(super) fn rule(&self) -> &'a str {
        let check = || self.check.map_or(INCONCLUSIVE, |check| check.check().id());
        match self.what {
            What::Finding(finding) if finding.rule.is_empty() => check(),
            What::Finding(finding) => &finding.rule,
            What::Shortfall => check(),
            What::Condition(_) => CONDITION,
            What::Waiver(_) => WAIVER,
            What::Unmeasured(_) | What::Unexplained(_) => INCONCLUSIVE,
        }
    }

    /// The file that it is shown at: its own, else the component's first, else the policy. As seen from the
    /// project's root.
    pub(super) fn file(&self) -> &'a str {
        let own = match self.what {
            What::Finding(finding) => Some(&*finding.file),
            What::Waiver(one) => Some(one.waiver.place.file.as_str()),
            _ => None,
        };
        let first = || self.component.and_then(|component| component.files.first()).map(String::as_str);
        own.filter(|file| !file.is_empty()).or_else(first).unwrap_or(&self.assessment.policy.file)
    }

    /// Line and column, where they are known. None but a finding's own file and the policy that declares a waiver have
    /// them.
    pub(super) fn position(&self) -> (Option<u32>, Option<u32>) {
        match self.what {
            What::Finding(finding) if !finding.file.is_empty() => {
                let line = finding.line.filter(|line| *line > 0);
                (line, line.and(finding.column).filter(|column| *column > 0))
            }
            What::Waiver(one) if !one.waiver.place.file.is_empty() => {
                (u32::try_from(one.waiver.place.line).ok().filter(|line| *line > 0), None)
            }
            _ => (None, None),
        }
    }

    /// What is said where there is no other place to say that it is waived. Text of others, and never empty.
    pub(super) fn message_with_waiver(&self) -> Cow<'a, str> {
        match self.waiver {
            Some(waiver) => format!("{}{}", waived::mark(waiver), self.message()).into(),
            None => self.message(),
        }
    }

    /// What is said. Text of others, and never empty.
    pub(super) fn message(&self) -> Cow<'a, str> {
        let name = self.component.map_or("", |component| &component.name);
        let id = self.check.map_or("", |check| check.check().id());
        match (self.what, self.check) {
            (What::Finding(finding), _) if finding.message.trim().is_empty() => self.rule().into(),
            (What::Finding(finding), _) => (*finding.message).into(),
            (What::Unmeasured(reason), _) => {
                format!("{name}: {id} not measured: {}; do: {}", reason.message, reason.hint).into()
            }
            (What::Waiver(one), _) => format!("{name}: waiver of {}", waived::words(one)).into(),
            (What::Shortfall, Some(check)) => format!("{name}: {id}: {}", summary(check)).into(),
            (What::Condition(condition), _) => {
                format!("{name}: {} {}: {}", condition.id, condition.state.name(), condition.summary).into()
            }
            (What::Shortfall | What::Unexplained(_), _) => match self.component {
                Some(component) => {
                    let only = self.assessment.only.as_deref();
                    format!("{name}: {}", obstacle::standing(component, only)).into()
                }
                None => obstacle::verdict(self.assessment).into(),
            },
        }
    }
}

/// The tool behind a check; coverage and documentation are judged by ourselves.
pub(super) fn tool_of(check: Check) -> &'static str {
    match check {
        Check::Tests => Tool::Pytest.name(),
        Check::Lint => Tool::Ruff.name(),
        Check::Types => Tool::Pyright.name(),
        Check::Security => Tool::Bandit.name(),
        Check::Own(name) => name.as_str(),
        Check::Coverage | Check::Docs => OURSELVES,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::evidence::TestCounts;

    fn told(assessment: &Assessment) -> Vec<(Weight, String)> {
        problems(assessment).map(|problem| (problem.weight(), problem.message().into_owned())).collect()
    }

    #[test]
    fn an_assessment_that_passes_has_no_problem_and_each_other_one_has() {
        assert_eq!(told(&sample::all_pass()), []);
        for assessment in sample::all() {
            let worst = told(&assessment).into_iter().map(|(weight, _)| weight).max();
            assert_eq!(worst <= Some(Weight::Note), assessment.verdict == Verdict::Pass);
        }
    }

    #[test]
    fn what_is_waived_is_a_note_and_so_is_a_waiver_that_covers_nothing() {
        let waived = sample::waived();
        let problems: Vec<Problem<'_>> = problems(&waived).collect();
        assert!(problems.iter().all(|problem| problem.weight() == Weight::Note));
        let until: Vec<_> = problems.iter().map(|problem| problem.waiver.map(|one| one.expires)).collect();
        let day = "2025-11-01".parse().ok();
        assert_eq!(until, [day, day, None, None]);
        assert_eq!(problems[2].message_with_waiver(), problems[2].message());
        assert_eq!((problems[2].rule(), problems[2].file()), (WAIVER, "policies/carbon.toml"));
        assert_eq!(problems[2].position(), (Some(14), None));
    }

    #[test]
    fn what_was_not_measured_is_the_worst_there_is() {
        let told = told(&sample::tool_missing());
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, Weight::Unknown);
        assert!(told[0].1.starts_with("carbon: types not measured: pyright is not installed; do: run "));
    }

    #[test]
    fn a_verdict_that_nothing_explains_is_a_problem_of_its_own() {
        let mut nobody = sample::all_pass();
        nobody.components.clear();
        nobody.verdict = Verdict::Inconclusive;
        let nothing = "inconclusive: no component was selected, so nothing was verified";
        assert_eq!(told(&nobody), [(Weight::Unknown, nothing.to_owned())]);
        let mut no_gate = sample::all_pass();
        no_gate.components[0].checks.clear();
        no_gate.components[0].verdict = Verdict::Inconclusive;
        no_gate.verdict = Verdict::Inconclusive;
        let told = told(&no_gate);
        assert_eq!((told.len(), told[0].0), (1, Weight::Unknown));
        assert!(told[0].1.contains("no gate for staging"), "{}", told[0].1);
    }

    #[test]
    fn a_condition_that_is_waited_for_is_one() {
        let waiting = sample::waiting();
        let told = told(&waiting);
        assert_eq!(
            told.iter().map(|(weight, _)| *weight).collect::<Vec<_>>(),
            [Weight::Unknown, Weight::Error]
        );
        assert_eq!(told[0].1, "carbon: soak waiting: day 3 of 7");
    }

    #[test]
    fn a_figure_below_its_bound_is_told_where_no_finding_tells_it() {
        let told = told(&sample::one_fails());
        assert_eq!(told.len(), 5);
        assert!(told[0].1.starts_with("carbon: coverage: 42.22 %"), "{}", told[0].1);
        let mut few = sample::all_pass();
        few.components[0].verdict = Verdict::Fail;
        few.verdict = Verdict::Fail;
        let check = &mut few.components[0].checks[0];
        check.criterion = Criterion::Tests { max_failures: 2, min_passed: 5 };
        let Outcome::Pass(mut evidence) = check.outcome.clone() else { unreachable!() };
        evidence.measured = Measured::Tests(TestCounts { passed: 1, failed: 1, ..TestCounts::default() });
        evidence.findings = vec![
            sample::many_findings().components[0].checks[2].outcome.evidence().unwrap().findings[0].clone(),
        ];
        check.outcome = Outcome::Fail(evidence);
        let told: Vec<&str> = problems(&few).map(|problem| problem.rule()).collect();
        assert_eq!(told, ["tests", "E501"]);
    }

    #[test]
    fn a_finding_that_the_gate_allows_is_only_a_note() {
        let mut allowed = sample::many_findings();
        let check = &mut allowed.components[0].checks[2];
        let Outcome::Fail(evidence) = check.outcome.clone() else { unreachable!() };
        check.outcome = Outcome::Pass(evidence);
        assert_eq!(problems(&allowed).map(|problem| problem.weight()).min(), Some(Weight::Note));
        assert!(
            matches!(problems(&allowed).last().unwrap().what, What::Unexplained(Verdict::Fail)),
            "nothing explains the verdict any more"
        );
    }
}
