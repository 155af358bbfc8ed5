//! What stands in the way, in a few words, and the sentence that says the verdict. Not the verdict itself:
//! that comes with the assessment.

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::check::Check;
use crate::model::condition::ConditionState;
use crate::model::evidence::{Coverage, Measured};
use crate::model::gate::{Criterion, Metric};
use crate::model::percent::{Percent, Ratio};
use crate::model::reason::Reason;

use super::clean;
use super::grouping::not_measured;
use super::summary::{count, grouped, summary};
use super::{surroundings, waived};

/// How many names a sentence takes before it only counts.
const NAMES: usize = 6;

/// The last line: the verdict of all, and what stands in the way.
pub(super) fn verdict(assessment: &Assessment) -> String {
    let only = assessment.only.as_deref();
    match assessment.components.as_slice() {
        [] => "inconclusive: no component was selected, so nothing was verified".to_owned(),
        [component] => format!("{}: {}", component.name, standing(component, only)),
        components => of_many(components, only),
    }
}

/// The verdict of one component, without its name.
pub(super) fn standing(component: &ComponentAssessment, only: Option<&[Check]>) -> String {
    let stage = component.to.name();
    let waived = and_waived([component]);
    let mut failed = obstacles(component, CheckAssessment::is_failed);
    failed.extend(unmet(component, |state| state == ConditionState::Fail));
    let mut unknown = obstacles(component, is_unknown);
    unknown.extend(unmet(component, |state| !matches!(state, ConditionState::Pass | ConditionState::Fail)));
    match (component.verdict, only) {
        (Verdict::Pass, None) => format!("ready for {stage}{waived}"),
        (Verdict::Pass, Some(checks)) => format!("pass{waived}, {}", part_of_the_gate(checks, stage)),
        (Verdict::Fail, None) => format!("not ready for {stage}{}", listed(&[failed, unknown])),
        (Verdict::Fail, Some(checks)) => {
            format!("fail{}; {}", listed(&[failed, unknown]), part_of_the_gate(checks, stage))
        }
        (Verdict::Inconclusive, only) => {
            let why = if !component.checks.is_empty() && unknown.is_empty() {
                ": no check of the gate applies".to_owned()
            } else if component.checks.is_empty() {
                format!(": no gate for {stage}; declare `[gate.{stage}]` in `promotion.toml`")
            } else {
                listed(&[unknown])
            };
            match only {
                None if component.is_waiting() => format!("waiting{why}"),
                None => format!("inconclusive{why}"),
                Some(checks) => format!("inconclusive{why}; {}", part_of_the_gate(checks, stage)),
            }
        }
    }
}

/// What stands in the way of one component, without its verdict; for one that passes, where it may go.
pub(super) fn in_the_way(component: &ComponentAssessment) -> String {
    let mut all = obstacles(component, CheckAssessment::is_failed);
    all.extend(obstacles(component, is_unknown));
    all.extend(unmet(component, |state| state != ConditionState::Pass));
    match (all.is_empty(), component.verdict) {
        (false, _) => all.join(", "),
        (true, Verdict::Pass) => {
            let absent = surroundings::absent(&component.absent_imports);
            let absent = absent.map(|absent| format!("; {absent}")).unwrap_or_default();
            format!("{} → {}{}{absent}", component.from, component.to, and_waived([component]))
        }
        (true, Verdict::Fail | Verdict::Inconclusive) => "the gate has no checks".to_owned(),
    }
}

/// What stands in the way of one component among many, as short as it can be said, to be read after the coverage
/// figure. For one that passes, nothing but what is waived.
pub(super) fn brief(component: &ComponentAssessment) -> String {
    let failed = component.checks.iter().filter_map(|check| Some((check, failed_briefly(check)?)));
    let mut failed: Vec<(&CheckAssessment, String)> = failed.collect();
    failed.sort_by_key(|(check, _)| check.check() != Check::Coverage);
    let mut words: Vec<String> = failed.into_iter().map(|(_, words)| words).collect();
    let unknown = component.checks.iter().filter(|check| is_unknown(check));
    let unknown: Vec<Check> = unknown.map(CheckAssessment::check).collect();
    if !unknown.is_empty() {
        words.push(not_measured(&unknown));
    }
    words.extend(unmet(component, |state| state != ConditionState::Pass));
    if words.is_empty() && component.verdict != Verdict::Pass {
        words.push("the gate has no checks".to_owned());
    }
    words.extend(waived::until([component]));
    words.join(", ")
}

/// `, 2 waived until 2025-11-01`, to go on with; nothing where nothing is.
fn and_waived<'a>(components: impl IntoIterator<Item = &'a ComponentAssessment>) -> String {
    waived::until(components).map(|waived| format!(", {waived}")).unwrap_or_default()
}

fn is_unknown(check: &CheckAssessment) -> bool {
    matches!(check.outcome, Outcome::Inconclusive { .. })
}

/// What the gate asks besides its checks and is not met, each with what it came to.
fn unmet(component: &ComponentAssessment, is_it: impl Fn(ConditionState) -> bool) -> Vec<String> {
    let unmet = component.conditions.iter().filter(|one| is_it(one.state));
    unmet.map(|one| format!("{} {}", clean::one_line(&one.id), one.state.name())).collect()
}

fn failed_briefly(check: &CheckAssessment) -> Option<String> {
    let (true, Some(evidence)) = (check.is_failed(), check.outcome.evidence()) else { return None };
    match &check.criterion {
        Criterion::Coverage { min, .. } => Some(format!("< {min} %")),
        criterion => {
            shortfall(criterion, &evidence.without(&check.covers)).or_else(|| Some(check.check().to_string()))
        }
    }
}

/// How many components came to which verdict: `9 pass, 1 inconclusive, 2 fail`.
pub(super) fn tally(components: &[ComponentAssessment]) -> String {
    let number = |verdict: Verdict| components.iter().filter(|one| one.verdict == verdict).count() as u64;
    let part = |verdict: Verdict| {
        let number = number(verdict);
        (number > 0).then(|| format!("{} {}", grouped(number), verdict.name()))
    };
    [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]
        .into_iter()
        .filter_map(part)
        .collect::<Vec<_>>()
        .join(", ")
}

fn part_of_the_gate(checks: &[Check], stage: &str) -> String {
    let ids: Vec<&str> = checks.iter().map(|check| check.id()).collect();
    format!("but only {} of the gate for {stage} ({})", count(checks.len() as u64, "check"), ids.join(", "))
}

fn listed(groups: &[Vec<String>]) -> String {
    let all: Vec<&str> = groups.iter().flatten().map(String::as_str).collect();
    if all.is_empty() { String::new() } else { format!(": {}", all.join(", ")) }
}

fn of_many(components: &[ComponentAssessment], only: Option<&[Check]>) -> String {
    let with = |verdict: Verdict| -> Vec<&str> {
        components.iter().filter(|one| one.verdict == verdict).map(|one| one.name.as_str()).collect()
    };
    let first = components.first().map(|one| one.to);
    let stage = first
        .filter(|stage| components.iter().all(|one| one.to == *stage))
        .map_or("the next stage".to_owned(), |stage| stage.to_string());
    let passed = format!("{} of {}", with(Verdict::Pass).len(), count(components.len() as u64, "component"));
    let mut clauses = vec![match only {
        None => format!("{passed} ready for {stage}{}", and_waived(components)),
        Some(_) => format!("{passed} pass{}", and_waived(components)),
    }];
    for (verdict, word) in [(Verdict::Fail, "fail"), (Verdict::Inconclusive, "inconclusive")] {
        let names = with(verdict);
        if !names.is_empty() {
            clauses.push(format!("{word}: {}", shortened(&names)));
        }
    }
    if let Some(checks) = only {
        clauses.push(part_of_the_gate(checks, &stage));
    }
    clauses.join("; ")
}

fn shortened(names: &[&str]) -> String {
    match names.get(..NAMES) {
        Some(first) if names.len() > NAMES => {
            format!("{} and {} more", first.join(", "), names.len() - NAMES)
        }
        _ => names.join(", "),
    }
}

fn obstacles(component: &ComponentAssessment, which: impl Fn(&CheckAssessment) -> bool) -> Vec<String> {
    let mut told: Vec<&Reason> = Vec::new();
    let mut words = Vec::new();
    for check in component.checks.iter().filter(|check| which(check)) {
        match &check.outcome {
            // What several checks share is said once.
            Outcome::Inconclusive { reason, .. } if told.contains(&reason) => {}
            Outcome::Inconclusive { reason, .. } => {
                let shares = |other: &&CheckAssessment| match &other.outcome {
                    Outcome::Inconclusive { reason: own, .. } => own == reason,
                    Outcome::Pass(_) | Outcome::Fail(_) | Outcome::NotApplicable { .. } => false,
                };
                let all: Vec<Check> =
                    component.checks.iter().filter(shares).map(CheckAssessment::check).collect();
                words.push(format!("{} ({})", not_measured(&all), reason.message));
                told.push(reason);
            }
            Outcome::Pass(_) | Outcome::Fail(_) | Outcome::NotApplicable { .. } => {
                words.push(obstacle(check));
            }
        }
    }
    words
}

/// One check that is in the way. What the numbers do not explain, the check's own line does.
fn obstacle(check: &CheckAssessment) -> String {
    let words = match &check.outcome {
        Outcome::Fail(evidence) => shortfall(&check.criterion, &evidence.without(&check.covers)),
        Outcome::Pass(_) | Outcome::Inconclusive { .. } | Outcome::NotApplicable { .. } => None,
    };
    words.unwrap_or_else(|| format!("{}: {}", check.check(), summary(check)))
}

fn shortfall(criterion: &Criterion, measured: &Measured) -> Option<String> {
    match (criterion, measured) {
        (Criterion::Tests { max_failures, min_passed }, Measured::Tests(counts)) => {
            let broken = counts.failed + counts.errors;
            beyond(broken, *max_failures, "failed test").or_else(|| {
                let few = counts.passed < *min_passed;
                few.then(|| {
                    format!("{} passed of the {} needed", count(counts.passed, "test"), grouped(*min_passed))
                })
            })
        }
        (Criterion::Coverage { min, metric, .. }, Measured::Coverage(figures)) => {
            uncovered(figures, *min, *metric)
        }
        (Criterion::Lint { max_issues }, Measured::Lint { issues }) => {
            beyond(*issues, *max_issues, "lint issue")
        }
        (Criterion::Types { max_errors, max_warnings }, Measured::Types { errors, warnings }) => {
            let words = [
                beyond(*errors, *max_errors, "type error"),
                beyond(*warnings, *max_warnings, "type warning"),
            ];
            let words: Vec<String> = words.into_iter().flatten().collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        (Criterion::Security { max_issues, .. }, Measured::Security { issues }) => {
            beyond(*issues, *max_issues, "security issue")
        }
        (Criterion::Own { check, max_issues }, Measured::Own { issues }) => {
            beyond(*issues, *max_issues, &format!("{check} issue"))
        }
        (Criterion::Docs { .. }, Measured::Docs { readme: None, .. }) => Some("no README".to_owned()),
        (Criterion::Docs { .. }, Measured::Docs { usage_examples: 0, .. }) => {
            Some("no usage example".to_owned())
        }
        _ => None,
    }
}

fn beyond(number: u64, max: u64, noun: &str) -> Option<String> {
    match max {
        _ if number <= max => None,
        0 => Some(count(number, noun)),
        _ => Some(format!("{} ({} allowed)", count(number, noun), grouped(max))),
    }
}

fn uncovered(figures: &Coverage, min: Percent, metric: Metric) -> Option<String> {
    let ratio = figures.judged(metric);
    let missing = needed(ratio, min).checked_sub(ratio.part()).filter(|missing| *missing > 0)?;
    let what = if ratio == figures.statements { "statement" } else { "statement or branch" };
    let what = match (missing, what) {
        (1, one) => one,
        (_, "statement") => "statements",
        _ => "statements or branches",
    };
    Some(format!("coverage {} % of the {min} % ({} more {what} needed)", ratio.percent(), grouped(missing)))
}

/// The smallest part of the same whole that reaches `min`.
fn needed(ratio: Ratio, min: Percent) -> u64 {
    let exact = (u128::from(ratio.whole()) * u128::from(min.hundredths())).div_ceil(10_000);
    u64::try_from(exact).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::evidence::{Bound, Branches, TestCounts};
    use crate::model::finding::Severity;
    use proptest::prelude::*;

    #[test]
    fn a_component_that_passes_is_ready() {
        assert_eq!(verdict(&sample::all_pass()), "carbon: ready for staging");
    }

    #[test]
    fn a_component_that_fails_says_what_is_missing_in_numbers() {
        assert_eq!(
            verdict(&sample::one_fails()),
            "carbon: not ready for staging: coverage 42.22 % of the 70 % (25 more statements needed), 4 lint issues"
        );
    }

    #[test]
    fn a_component_that_was_not_measured_says_why() {
        assert_eq!(
            verdict(&sample::tool_missing()),
            "carbon: inconclusive: types not measured (pyright is not installed)"
        );
    }

    #[test]
    fn a_reason_that_all_checks_share_is_said_once() {
        let mut assessment = sample::tool_missing();
        let shared = assessment.components[0].checks[3].outcome.clone();
        assessment.components[0].checks[2].outcome = shared.clone();
        assert_eq!(
            verdict(&assessment),
            "carbon: inconclusive: lint, types not measured (pyright is not installed)"
        );
        for check in &mut assessment.components[0].checks {
            check.outcome = shared.clone();
        }
        let docs = assessment.components[0].checks.last_mut().unwrap();
        docs.criterion = Criterion::Docs { readme: true, usage_example: true };
        assert_eq!(verdict(&assessment), "carbon: inconclusive: not measured (pyright is not installed)");
    }

    #[test]
    fn a_part_of_the_gate_is_never_called_ready() {
        let line = verdict(&sample::only_lint());
        assert_eq!(line, "carbon: pass, but only 1 check of the gate for staging (lint)");
        assert!(!line.contains("ready"));
    }

    #[test]
    fn many_components_are_counted_and_the_first_ones_named() {
        assert_eq!(
            verdict(&sample::several()),
            "1 of 3 components ready for staging; fail: carbon; inconclusive: model-management"
        );
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(shortened(&names), "a, b, c, d, e, f and 2 more");
        assert_eq!(shortened(&names[..6]), "a, b, c, d, e, f");
    }

    #[test]
    fn a_part_of_the_gate_is_never_called_ready_for_many_either() {
        let mut several = sample::several();
        several.only = Some(vec![Check::Lint, Check::Types]);
        assert_eq!(
            verdict(&several),
            "1 of 3 components pass; fail: carbon; inconclusive: model-management; \
             but only 2 checks of the gate for staging (lint, types)"
        );
    }

    #[test]
    fn one_among_many_is_told_in_a_few_words_that_follow_its_coverage_figure() {
        let many = sample::many();
        let of = |name: &str| brief(many.components.iter().find(|one| one.name == name).unwrap());
        assert_eq!(of("carbon"), "< 70 %, 4 lint issues");
        assert_eq!(of("llm"), "2 failed tests, types not measured");
        assert_eq!(of("scratch"), "the gate has no checks");
        assert_eq!(of("docker"), "");
        assert_eq!(tally(&many.components), "7 pass, 3 inconclusive, 2 fail");
    }

    #[test]
    fn nothing_to_assess_is_not_ready() {
        let mut assessment = sample::all_pass();
        assessment.components.clear();
        assert_eq!(verdict(&assessment), "inconclusive: no component was selected, so nothing was verified");
        let mut assessment = sample::all_pass();
        assessment.components[0].checks.clear();
        assessment.components[0].verdict = Verdict::Inconclusive;
        assert_eq!(
            verdict(&assessment),
            "carbon: inconclusive: no gate for staging; declare `[gate.staging]` in `promotion.toml`"
        );
    }

    #[test]
    fn what_is_allowed_is_not_in_the_way() {
        assert_eq!(beyond(2, 2, "lint issue"), None);
        assert_eq!(beyond(3, 2, "lint issue").as_deref(), Some("3 lint issues (2 allowed)"));
        assert_eq!(beyond(1, 0, "lint issue").as_deref(), Some("1 lint issue"));
    }

    #[test]
    fn each_check_says_what_it_lacks_and_by_how_much() {
        let says = |criterion, measured| shortfall(&criterion, &measured);
        let tests = |passed, failed, errors| {
            Measured::Tests(TestCounts { passed, failed, errors, ..TestCounts::default() })
        };
        let bounds = || Criterion::Tests { max_failures: 0, min_passed: 5 };
        assert_eq!(says(bounds(), tests(12, 1, 1)).as_deref(), Some("2 failed tests"));
        assert_eq!(says(bounds(), tests(4, 0, 0)).as_deref(), Some("4 tests passed of the 5 needed"));
        assert_eq!(says(bounds(), tests(5, 0, 0)), None);
        let types = Criterion::Types { max_errors: 0, max_warnings: 1 };
        assert_eq!(
            says(types, Measured::Types { errors: 1, warnings: 2 }).as_deref(),
            Some("1 type error, 2 type warnings (1 allowed)")
        );
        let security = Criterion::Security { max_issues: 0, min_severity: Severity::Medium };
        assert_eq!(says(security, Measured::Security { issues: 1 }).as_deref(), Some("1 security issue"));
        let docs = || Criterion::Docs { readme: true, usage_example: true };
        let readme = Some("README.md".to_owned());
        assert_eq!(
            says(docs(), Measured::Docs { readme: None, usage_examples: 0 }).as_deref(),
            Some("no README")
        );
        assert_eq!(
            says(docs(), Measured::Docs { readme, usage_examples: 0 }).as_deref(),
            Some("no usage example")
        );
    }

    #[test]
    fn what_is_missing_is_counted_in_the_figure_that_is_judged() {
        let figures = Coverage {
            statements: Ratio::new(71, 97).unwrap(),
            branches: Some(Branches { covered: 0, total: 40 }),
            bound: Bound::Exact,
            excluded: 0,
        };
        let min = Percent::from_hundredths(7000).unwrap();
        assert_eq!(
            uncovered(&figures, min, Metric::Auto).as_deref(),
            Some("coverage 51.82 % of the 70 % (25 more statements or branches needed)")
        );
        assert_eq!(uncovered(&figures, min, Metric::Statements), None);
    }

    #[test]
    fn a_failure_that_the_numbers_do_not_explain_is_told_by_its_summary() {
        let mut failed = sample::all_pass();
        let check = &mut failed.components[0].checks[2];
        check.outcome = Outcome::Fail(check.outcome.evidence().unwrap().clone());
        assert_eq!(obstacle(check), "lint: 0 issues (3 suppressed)");
    }

    proptest! {
        #[test]
        fn with_what_is_needed_the_bound_is_reached_and_with_one_less_it_is_not(
            part in 0u64..5_000, rest in 1u64..5_000, min in 1u32..=10_000
        ) {
            let (ratio, min) = (Ratio::new(part, part + rest).unwrap(), Percent::from_hundredths(min).unwrap());
            let needed = needed(ratio, min);
            prop_assert!(Ratio::new(needed, ratio.whole()).unwrap().reaches(min));
            prop_assert!(!Ratio::new(needed - 1, ratio.whole()).unwrap().reaches(min));
        }
    }
}
