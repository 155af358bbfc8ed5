//! What is missing until a check meets its bound, in whole things, from the figures and bounds that were recorded.

use crate::model::percent::{Percent, Ratio};
use crate::model::record::{CheckOutcome, CheckRecord, WaiverRecord};
use crate::report::readiness::{CoveragePoint, Gap};

/// What is missing; `None` where nothing is, or the figures do not tell. Of the record's waivers those count that cover
/// findings of the check: nobody need mend these now.
pub(super) fn gap(check: &CheckRecord, waivers: &[WaiverRecord]) -> Option<Gap> {
    if check.outcome != CheckOutcome::Fail || check.waived {
        return None;
    }
    let figure = |name: &str| check.figures.get(name).copied();
    let bound = |name: &str| check.bounds.get(name).and_then(|text| text.parse::<u64>().ok());
    let over = |figure: u64, max: &str| figure.saturating_sub(bound(max).unwrap_or(0));
    let covered = waivers
        .iter()
        .filter(|one| one.check == check.id)
        .fold(0, |sum: u64, one| sum.saturating_add(one.covered));
    match check.id.as_str() {
        "coverage" => coverage_gap(check),
        "tests" => {
            let failures = over(figure("failed")? + figure("errors").unwrap_or(0), "max_failures");
            let passed = bound("min_passed").unwrap_or(1).saturating_sub(figure("passed").unwrap_or(0));
            if failures > 0 {
                Some(words(failures, "failing test", "to mend"))
            } else {
                some(passed).map(|missing| Gap {
                    missing,
                    words: format!("needs {missing} more passing {}", plural(missing, "test")),
                })
            }
        }
        "types" => {
            let (errors, warnings) = (figure("errors")?, figure("warnings").unwrap_or(0));
            // The record does not say which of the two are covered.
            if covered > 0 && errors > 0 && warnings > 0 {
                let over = over(errors, "max_errors").saturating_add(over(warnings, "max_warnings"));
                let missing = over.saturating_sub(covered).max(1);
                let things = format!("type {} or {}", plural(missing, "error"), plural(missing, "warning"));
                return Some(Gap { missing, words: format!("at least {missing} {things} to mend") });
            }
            let left = |figure: u64, max: &str| over(figure.saturating_sub(covered), max);
            match (left(errors, "max_errors"), left(warnings, "max_warnings")) {
                (0, 0) => None,
                (0, warnings) => Some(words(warnings, "type warning", "to mend")),
                (errors, 0) => Some(words(errors, "type error", "to mend")),
                (errors, warnings) => Some(Gap {
                    missing: errors + warnings,
                    words: format!(
                        "{errors} type {} and {warnings} {} to mend",
                        plural(errors, "error"),
                        plural(warnings, "warning")
                    ),
                }),
            }
        }
        "docs" => {
            let what = if figure("readme") == Some(0) { "a README" } else { "a usage example" };
            Some(Gap { missing: 1, words: format!("needs {what}") })
        }
        // Lint, security and those of one's own.
        _ => some(over(figure("issues")?.saturating_sub(covered), "max_issues"))
            .map(|n| words(n, "issue", "to mend")),
    }
}

/// The least number of lines that must be covered besides, so that the ratio reaches the bound in integers.
fn coverage_gap(check: &CheckRecord) -> Option<Gap> {
    let ratio = judged(check)?;
    let min = min(check)?;
    let needed = (u128::from(ratio.whole()) * u128::from(min.hundredths())).div_ceil(10_000);
    let missing = u64::try_from(needed).ok()?.checked_sub(ratio.part()).filter(|missing| *missing > 0)?;
    let thing = if with_branches(check) { "line or branch" } else { "line" };
    let things = if missing == 1 {
        thing.to_owned()
    } else {
        thing.replace("line", "lines").replace("branch", "branches")
    };
    Some(Gap { missing, words: format!("needs {missing} more covered {things}") })
}

/// The figure of a measurement, and its bound. What selected tests reach at least is no figure: the next one may be less
/// without any loss.
pub(super) fn point(time: jiff::Timestamp, checks: &[CheckRecord]) -> Option<CoveragePoint> {
    let check = checks
        .iter()
        .find(|check| check.id == "coverage" && !check.figures.contains_key("selected_tests"))?;
    let ratio = judged(check)?;
    Some(CoveragePoint {
        time,
        covered: ratio.part(),
        total: ratio.whole(),
        hundredths: ratio.percent().hundredths(),
        min_hundredths: min(check).map(Percent::hundredths),
    })
}

/// The ratio that is judged: as coverage.py counts, unless the policy asks for statements.
fn judged(check: &CheckRecord) -> Option<Ratio> {
    let figure = |name: &str| check.figures.get(name).copied();
    let (covered, statements) = (figure("covered")?, figure("statements")?);
    if with_branches(check) {
        let (taken, branches) = (figure("covered_branches")?, figure("branches")?);
        return Ratio::new(covered.checked_add(taken)?, statements.checked_add(branches)?);
    }
    Ratio::new(covered, statements)
}

fn with_branches(check: &CheckRecord) -> bool {
    check.figures.contains_key("branches")
        && check.bounds.get("metric").is_none_or(|metric| metric != "statements")
}

/// The bound as it was recorded: `70`, `69.9` or `69.96`.
fn min(check: &CheckRecord) -> Option<Percent> {
    let text = check.bounds.get("min_percent")?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<2}");
    let hundredths = whole.parse::<u32>().ok()?.checked_mul(100)?;
    Percent::from_hundredths(hundredths.checked_add(digits.parse().ok()?)?)
}

fn some(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn words(missing: u64, noun: &str, rest: &str) -> Gap {
    Gap { missing, words: format!("{missing} {} {rest}", plural(missing, noun)) }
}

fn plural(number: u64, noun: &str) -> String {
    if number == 1 { noun.to_owned() } else { format!("{noun}s") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn check(id: &str, figures: &[(&str, u64)], bounds: &[(&str, &str)]) -> CheckRecord {
        CheckRecord {
            id: id.to_owned(),
            outcome: CheckOutcome::Fail,
            waived: false,
            summary: String::new(),
            figures: figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            bounds: bounds.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            reason: None,
            findings: 0,
            suppressed: 0,
            tool: None,
            report_sha256: None,
        }
    }

    fn said(id: &str, figures: &[(&str, u64)], bounds: &[(&str, &str)]) -> Option<String> {
        gap(&check(id, figures, bounds), &[]).map(|gap| gap.words)
    }

    fn waiver(check: &str, covered: u64) -> WaiverRecord {
        WaiverRecord {
            check: check.to_owned(),
            rule: "R1".to_owned(),
            path: "a.py".to_owned(),
            covered,
            reason: "generated".to_owned(),
            owner: "alice".to_owned(),
            issue: "#12".to_owned(),
            expires: "2026-12-31".parse().expect("a day"),
        }
    }

    #[test]
    fn what_waivers_cover_need_not_be_mended() {
        for id in ["lint", "security", "mine"] {
            let found = check(id, &[("issues", 5)], &[("max_issues", "1")]);
            let waivers = [waiver(id, 1), waiver("other", 9), waiver(id, 1)];
            let told = gap(&found, &waivers).map(|gap| (gap.missing, gap.words));
            assert_eq!(told, Some((2, "2 issues to mend".to_owned())), "{id}");
            assert_eq!(gap(&found, &[waiver(id, 4)]), None, "{id}");
        }
    }

    #[test]
    fn of_types_the_record_does_not_say_which_of_two_kinds_are_covered() {
        let told = |errors, warnings, covered| {
            let found =
                check("types", &[("errors", errors), ("warnings", warnings)], &[("max_warnings", "9")]);
            gap(&found, &[waiver("types", covered)]).map(|gap| (gap.missing, gap.words))
        };
        assert_eq!(told(5, 0, 3), Some((2, "2 type errors to mend".to_owned())));
        assert_eq!(told(0, 12, 1), Some((2, "2 type warnings to mend".to_owned())));
        assert_eq!(told(5, 2, 3), Some((2, "at least 2 type errors or warnings to mend".to_owned())));
        // It failed, so something is missing: what is covered are warnings, which were not in the way.
        assert_eq!(told(1, 2, 2), Some((1, "at least 1 type error or warning to mend".to_owned())));
    }

    #[test]
    fn what_selected_tests_reach_at_least_is_no_figure_of_the_past() {
        let exact = [("covered", 71), ("statements", 100)];
        let lower = [("covered", 71), ("statements", 100), ("selected_tests", 3), ("deselected_tests", 400)];
        let told = |figures: &[(&str, u64)]| {
            point(jiff::Timestamp::UNIX_EPOCH, &[check("coverage", figures, &[("min_percent", "70")])])
        };
        assert_eq!(told(&exact).map(|point| point.hundredths), Some(7100));
        assert_eq!(told(&lower), None);
    }

    #[test]
    fn a_gap_is_told_in_whole_lines_of_what_is_judged() {
        let figures = [("covered", 44), ("statements", 97), ("covered_branches", 2), ("branches", 12)];
        let auto = [("min_percent", "70"), ("metric", "auto")];
        assert_eq!(
            said("coverage", &figures, &auto).as_deref(),
            Some("needs 31 more covered lines or branches")
        );
        let statements = [("min_percent", "70"), ("metric", "statements")];
        assert_eq!(said("coverage", &figures, &statements).as_deref(), Some("needs 24 more covered lines"));
        assert_eq!(
            said("coverage", &[("covered", 184), ("statements", 263)], &auto).as_deref(),
            Some("needs 1 more covered line")
        );
        assert_eq!(said("coverage", &[("covered", 38)], &auto), None, "the figures do not tell");
    }

    #[test]
    fn each_check_says_what_is_to_be_done() {
        for (id, figures, bounds, words) in [
            ("tests", &[("passed", 9), ("failed", 2), ("errors", 1)][..], &[][..], "3 failing tests to mend"),
            ("tests", &[("passed", 1), ("failed", 0)], &[("min_passed", "3")], "needs 2 more passing tests"),
            ("lint", &[("issues", 7)], &[("max_issues", "5")], "2 issues to mend"),
            ("mypy", &[("issues", 7)], &[("max_issues", "5")], "2 issues to mend"),
            ("security", &[("issues", 1)], &[], "1 issue to mend"),
            ("types", &[("errors", 1), ("warnings", 2)], &[], "1 type error and 2 warnings to mend"),
            ("docs", &[("readme", 0), ("usage_examples", 0)], &[], "needs a README"),
            ("docs", &[("readme", 1), ("usage_examples", 0)], &[], "needs a usage example"),
        ] {
            assert_eq!(said(id, figures, bounds).as_deref(), Some(words), "{id}");
        }
        let passed = CheckRecord { outcome: CheckOutcome::Pass, ..check("lint", &[("issues", 7)], &[]) };
        assert_eq!(gap(&passed, &[]), None);
    }

    proptest! {
        /// Exactly so many: with them the bound is reached, with one less it is not.
        #[test]
        fn the_gap_is_the_least_that_reaches_the_bound(covered in 0u64..3_000, rest in 1u64..3_000, min in 0u32..=10_000) {
            let whole = covered + rest;
            let bound = Percent::from_hundredths(min).expect("a percentage");
            let text = bound.to_string();
            let figures = [("covered", covered), ("statements", whole)];
            let figures: BTreeMap<&str, u64> = figures.into_iter().collect();
            let figures: Vec<(&str, u64)> = figures.into_iter().collect();
            let found = gap(&check("coverage", &figures, &[("min_percent", &text)]), &[]);
            let reaches = |part: u64| Ratio::new(part, whole).expect("a ratio").reaches(bound);
            match found {
                None => prop_assert!(reaches(covered)),
                Some(gap) => {
                    prop_assert!(!reaches(covered));
                    prop_assert!(reaches(covered + gap.missing) && !reaches(covered + gap.missing - 1));
                }
            }
        }
    }
}
