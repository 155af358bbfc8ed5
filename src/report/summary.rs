//! One line per check: the value beside its bound. Not a verdict: the comparison sign tells of the numbers, the
//! outcome stands in the assessment.

use crate::model::assessment::{CheckAssessment, ComponentAssessment, Outcome};
use crate::model::evidence::{Bound, Coverage, Evidence, Measured, TestCounts};
use crate::model::finding::Severity;
use crate::model::gate::{Criterion, Metric};
use crate::model::percent::{Percent, Ratio};

/// The line. It may hold untrusted text (a reason's message, the policy's words).
pub(super) fn summary(check: &CheckAssessment) -> String {
    match &check.outcome {
        Outcome::Pass(evidence) | Outcome::Fail(evidence) => measured(check, evidence),
        Outcome::Inconclusive { reason, .. } => reason.message.clone(),
        Outcome::NotApplicable { why } => why.clone(),
    }
}

/// The coverage figure alone, as it is judged: `73.19 %`, or `at least 73.19 %` where more tests might raise it.
pub(super) fn figure(component: &ComponentAssessment) -> Option<String> {
    component.checks.iter().find_map(|check| match (&check.criterion, &check.outcome.evidence()?.measured) {
        (Criterion::Coverage { metric, .. }, Measured::Coverage(figures)) => {
            Some(format!("{}{} %", at_least(figures), figures.judged(*metric).percent()))
        }
        _ => None,
    })
}

fn at_least(figures: &Coverage) -> &'static str {
    if matches!(figures.bound, Bound::Lower { .. }) { "at least " } else { "" }
}

/// `1 issue`, `2 issues`.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(number)) }
}

/// `12,345`: with a comma before every third digit from the right.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn measured(check: &CheckAssessment, evidence: &Evidence) -> String {
    let criterion = &check.criterion;
    let waived = |severity| {
        let covered = evidence.covered(&check.covers, severity);
        (covered > 0).then(|| format!("{} waived", grouped(covered)))
    };
    let suppressed =
        (evidence.suppressed > 0).then(|| format!("{} suppressed", grouped(evidence.suppressed)));
    match &evidence.measured {
        Measured::Tests(counts) => tests(*counts, criterion),
        Measured::Coverage(figures) => coverage(figures, criterion),
        Measured::Lint { issues } => {
            let max = if let Criterion::Lint { max_issues } = criterion { *max_issues } else { 0 };
            let remarks = [allowed(max), waived(None), suppressed, evidence.extent.clone()];
            with_remarks(count(*issues, "issue"), remarks)
        }
        Measured::Own { issues } => {
            let max = if let Criterion::Own { max_issues, .. } = criterion { *max_issues } else { 0 };
            let remarks = [allowed(max), waived(None), suppressed, evidence.extent.clone()];
            with_remarks(count(*issues, "issue"), remarks)
        }
        Measured::Types { errors, warnings } => {
            let (most_errors, most_warnings) = match criterion {
                Criterion::Types { max_errors, max_warnings } => (*max_errors, *max_warnings),
                _ => (0, 0),
            };
            let waived_errors = waived(Some(Severity::High));
            let errors = with_remarks(count(*errors, "error"), [allowed(most_errors), waived_errors]);
            let waived_warnings = waived(Some(Severity::Medium));
            let remarks = [allowed(most_warnings), waived_warnings, suppressed, evidence.extent.clone()];
            let warnings = with_remarks(count(*warnings, "warning"), remarks);
            format!("{errors}, {warnings}")
        }
        Measured::Security { issues } => {
            let (max, level) = match criterion {
                Criterion::Security { max_issues, min_severity } => (*max_issues, of_severity(*min_severity)),
                _ => (0, ""),
            };
            with_remarks(
                format!("{}{level}", count(*issues, "issue")),
                [allowed(max), waived(None), suppressed, evidence.extent.clone()],
            )
        }
        Measured::Docs { readme, usage_examples } => docs(readme.as_deref(), *usage_examples),
    }
}

fn with_remarks<const N: usize>(figure: String, remarks: [Option<String>; N]) -> String {
    let remarks: Vec<String> = remarks.into_iter().flatten().collect();
    if remarks.is_empty() { figure } else { format!("{figure} ({})", remarks.join(", ")) }
}

/// A bound of 0 goes without saying.
fn allowed(max: u64) -> Option<String> {
    (max > 0).then(|| format!("{} allowed", grouped(max)))
}

fn of_severity(min: Severity) -> &'static str {
    match min {
        Severity::Low => " of any severity",
        Severity::Medium => " of medium severity or higher",
        Severity::High => " of high severity",
    }
}

fn tests(counts: TestCounts, criterion: &Criterion) -> String {
    let (max_failures, min_passed) = match criterion {
        Criterion::Tests { max_failures, min_passed } => (*max_failures, *min_passed),
        _ => (0, 1),
    };
    let ran = grouped(counts.passed + counts.failed + counts.errors);
    let mut parts = Vec::new();
    match (counts.failed, counts.errors) {
        (0, 0) => parts.push(format!("{} passed", grouped(counts.passed))),
        (failed, 0) => parts.push(format!("{} failed of {ran}", grouped(failed))),
        (0, errors) => parts.push(format!("{} of {ran}", count(errors, "error"))),
        (failed, errors) => {
            parts.push(format!("{} failed and {} of {ran}", grouped(failed), count(errors, "error")));
        }
    }
    if let Some(remark) = allowed(max_failures) {
        parts.push(format!("{remark} to fail"));
    }
    if counts.passed < min_passed || min_passed > 1 {
        parts.push(format!("{} must pass", grouped(min_passed)));
    }
    for (number, word) in
        [(counts.skipped, "skipped"), (counts.xfailed, "xfailed"), (counts.xpassed, "xpassed")]
    {
        if number > 0 {
            parts.push(format!("{} {word}", grouped(number)));
        }
    }
    parts.join(", ")
}

/// Both figures, always; the one that is judged stands first, beside its bound.
fn coverage(figures: &Coverage, criterion: &Criterion) -> String {
    let (min, metric) = match criterion {
        Criterion::Coverage { min, metric, .. } => (Some(*min), *metric),
        _ => (None, Metric::Auto),
    };
    let excluded = if figures.excluded > 0 {
        format!(", {} excluded", grouped(figures.excluded))
    } else {
        String::new()
    };
    let statements = figures.statements;
    let judged = figures.judged(metric);
    let bound = min.map(|min| beside(judged, min)).unwrap_or_default();
    let at_least = at_least(figures);
    let of_statements =
        format!("({} of {} statements{excluded})", grouped(statements.part()), grouped(statements.whole()));
    let line = match (figures.combined(), metric) {
        (Some(both), Metric::Auto) => format!(
            "{at_least}{} % with branches ({} of {}){bound}; {} % {of_statements}",
            both.percent(),
            grouped(both.part()),
            grouped(both.whole()),
            statements.percent(),
        ),
        (Some(both), Metric::Statements) => format!(
            "{at_least}{} % {of_statements}{bound}; {} % with branches",
            statements.percent(),
            both.percent()
        ),
        (None, _) => {
            format!("{at_least}{} % {of_statements}{bound}; branches not measured", statements.percent())
        }
    };
    match figures.bound {
        Bound::Exact => line,
        Bound::Lower { selected, deselected } => {
            let all = count(selected + deselected, "test");
            format!("{line}; from {} selected of {all}", grouped(selected))
        }
    }
}

fn beside(ratio: Ratio, min: Percent) -> String {
    let sign = if ratio.reaches(min) { "≥" } else { "<" };
    format!(" {sign} {min} %")
}

fn docs(readme: Option<&str>, usage_examples: u64) -> String {
    let Some(readme) = readme else { return "no README".to_owned() };
    let python = readme.rsplit_once('.').is_some_and(|(_, extension)| extension == "py");
    let kind = if python { "docstring" } else { "README" };
    match usage_examples {
        0 => format!("{kind} without a usage example"),
        examples => format!("{kind} with {}", count(examples, "usage example")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{coverage_criterion, evidence};
    use super::*;
    use crate::model::evidence::Branches;
    use crate::model::reason::{Reason, ReasonKind};

    fn line(criterion: Criterion, measured: Measured, suppressed: u64) -> String {
        let evidence = Evidence { suppressed, ..evidence(measured) };
        summary(&CheckAssessment::of(criterion, Outcome::Pass(evidence)))
    }

    fn of_tests(counts: TestCounts, max_failures: u64, min_passed: u64) -> String {
        line(Criterion::Tests { max_failures, min_passed }, Measured::Tests(counts), 0)
    }

    fn of_coverage(
        part: u64,
        whole: u64,
        branches: Option<(u64, u64)>,
        metric: Metric,
        bound: Bound,
    ) -> String {
        let coverage = Coverage {
            statements: Ratio::new(part, whole).unwrap(),
            branches: branches.map(|(covered, total)| Branches { covered, total }),
            bound,
            excluded: 0,
        };
        line(coverage_criterion(70, metric), Measured::Coverage(coverage), 0)
    }

    #[test]
    fn tests_are_counted_apart() {
        let counts = TestCounts { passed: 12, ..TestCounts::default() };
        assert_eq!(of_tests(counts, 0, 1), "12 passed");
        assert_eq!(of_tests(TestCounts { skipped: 2, ..counts }, 0, 1), "12 passed, 2 skipped");
        assert_eq!(of_tests(TestCounts { failed: 1, ..counts }, 0, 1), "1 failed of 13");
        assert_eq!(of_tests(TestCounts { errors: 1, ..counts }, 0, 1), "1 error of 13");
        assert_eq!(
            of_tests(TestCounts { failed: 2, errors: 2, xfailed: 1, xpassed: 3, ..counts }, 0, 1),
            "2 failed and 2 errors of 16, 1 xfailed, 3 xpassed"
        );
    }

    #[test]
    fn a_bound_on_tests_that_does_not_go_without_saying_is_said() {
        let counts = TestCounts { passed: 12, failed: 1, ..TestCounts::default() };
        assert_eq!(of_tests(counts, 3, 20), "1 failed of 13, 3 allowed to fail, 20 must pass");
        assert_eq!(of_tests(TestCounts::default(), 0, 1), "0 passed, 1 must pass");
    }

    #[test]
    fn the_coverage_figure_that_is_judged_stands_beside_the_bound_and_the_other_one_follows() {
        let both = Some((6, 12));
        assert_eq!(
            of_coverage(71, 97, both, Metric::Auto, Bound::Exact),
            "70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements)"
        );
        assert_eq!(
            of_coverage(71, 97, both, Metric::Statements, Bound::Exact),
            "73.19 % (71 of 97 statements) ≥ 70 %; 70.64 % with branches"
        );
        assert_eq!(
            of_coverage(38, 90, None, Metric::Auto, Bound::Exact),
            "42.22 % (38 of 90 statements) < 70 %; branches not measured"
        );
    }

    #[test]
    fn coverage_is_cut_and_never_rounded_up_to_the_bound() {
        assert_eq!(
            of_coverage(184, 263, None, Metric::Auto, Bound::Exact),
            "69.96 % (184 of 263 statements) < 70 %; branches not measured"
        );
    }

    #[test]
    fn the_sign_is_that_of_the_figure_that_is_judged_and_not_of_the_other_one() {
        let both = Some((0, 40));
        assert_eq!(
            of_coverage(71, 97, both, Metric::Auto, Bound::Exact),
            "51.82 % with branches (71 of 137) < 70 %; 73.19 % (71 of 97 statements)"
        );
        assert_eq!(
            of_coverage(71, 97, both, Metric::Statements, Bound::Exact),
            "73.19 % (71 of 97 statements) ≥ 70 %; 51.82 % with branches"
        );
    }

    #[test]
    fn coverage_by_selected_tests_says_that_it_may_be_more() {
        assert_eq!(
            of_coverage(71, 97, Some((6, 12)), Metric::Auto, Bound::Lower { selected: 12, deselected: 40 }),
            "at least 70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements); \
             from 12 selected of 52 tests"
        );
    }

    #[test]
    fn excluded_statements_are_shown_beside_the_rest() {
        let coverage = Coverage {
            statements: Ratio::new(9, 10).unwrap(),
            branches: None,
            bound: Bound::Exact,
            excluded: 4,
        };
        assert_eq!(
            line(coverage_criterion(70, Metric::Auto), Measured::Coverage(coverage), 0),
            "90 % (9 of 10 statements, 4 excluded) ≥ 70 %; branches not measured"
        );
    }

    #[test]
    fn issues_stand_beside_what_is_allowed_and_what_is_suppressed() {
        let lint = |issues, max_issues, suppressed| {
            line(Criterion::Lint { max_issues }, Measured::Lint { issues }, suppressed)
        };
        assert_eq!(lint(0, 0, 3), "0 issues (3 suppressed)");
        assert_eq!(lint(1, 0, 0), "1 issue");
        assert_eq!(lint(7, 5, 3), "7 issues (5 allowed, 3 suppressed)");
        let types = |errors, warnings, suppressed| {
            let criterion = Criterion::Types { max_errors: 0, max_warnings: 4 };
            line(criterion, Measured::Types { errors, warnings }, suppressed)
        };
        assert_eq!(types(0, 1, 0), "0 errors, 1 warning (4 allowed)");
        assert_eq!(types(2, 0, 9), "2 errors, 0 warnings (4 allowed, 9 suppressed)");
        let security = |min_severity| {
            line(Criterion::Security { max_issues: 0, min_severity }, Measured::Security { issues: 0 }, 0)
        };
        assert_eq!(security(Severity::Low), "0 issues of any severity");
        assert_eq!(security(Severity::Medium), "0 issues of medium severity or higher");
        assert_eq!(security(Severity::High), "0 issues of high severity");
    }

    #[test]
    fn large_numbers_can_be_read() {
        let shown = [0, 999, 1_000, 12_345, 50_000, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "50,000", "1,234,567"]);
    }

    #[test]
    fn documentation_says_what_is_there_and_what_is_not() {
        let docs = |readme: Option<&str>, usage_examples| {
            let measured = Measured::Docs { readme: readme.map(String::from), usage_examples };
            line(Criterion::Docs { readme: true, usage_example: true }, measured, 0)
        };
        assert_eq!(docs(Some("src/carbon/README.md"), 2), "README with 2 usage examples");
        assert_eq!(docs(Some("src/carbon/README.md"), 0), "README without a usage example");
        assert_eq!(docs(Some("src/carbon.py"), 1), "docstring with 1 usage example");
        assert_eq!(docs(None, 0), "no README");
    }

    #[test]
    fn without_evidence_there_is_no_figure_but_a_reason() {
        let reason = Reason::new(ReasonKind::ToolMissing, "ruff is not installed", "uv add --dev ruff");
        let outcome = Outcome::Inconclusive { reason, run: None };
        let check = CheckAssessment::of(Criterion::Lint { max_issues: 0 }, outcome);
        assert_eq!(summary(&check), "ruff is not installed");
    }
}
