//! That a waiver covers what it names and nothing else, and that a pass by waivers is as hard to get as any other.

use proptest::prelude::*;

use super::*;
use crate::judge;
use crate::model::assessment::Verdict;
use crate::model::check::Check;
use crate::model::evidence::{Evidence, Inspected, Measured, TestCounts};
use crate::model::line_set::Lines;
use crate::model::place::Place;
use crate::model::reason::{Reason, ReasonKind};

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn today() -> Date {
    day("2026-11-01")
}

fn waiver(check: Check, rule: &str, path: &str, max: u64) -> Waiver {
    Waiver {
        check,
        rule: rule.into(),
        path: path.into(),
        max,
        reason: "generated".into(),
        owner: "alice".into(),
        issue: "#12".into(),
        expires: day("2026-12-31"),
        place: Place { file: "promotion.toml".into(), line: 1 },
    }
}

fn finding(file: &str, rule: &str, severity: Severity) -> Finding {
    Finding {
        file: file.into(),
        line: Some(1),
        column: None,
        rule: rule.into(),
        severity,
        message: "m".into(),
    }
}

fn evidence(measured: Measured, findings: Vec<Finding>) -> Evidence {
    Evidence {
        measured,
        inspected: Inspected::tests(1).expect("one test"),
        findings,
        extent: None,
        suppressed: 0,
        lines: Lines::new(),
        notes: Vec::new(),
        run: None,
    }
}

fn lint(findings: &[(&str, &str)]) -> Evidence {
    let findings: Vec<Finding> =
        findings.iter().map(|(file, rule)| finding(file, rule, Severity::High)).collect();
    evidence(Measured::Lint { issues: findings.len() as u64 }, findings)
}

const STRICT: Criterion = Criterion::Lint { max_issues: 0 };

fn judged(criterion: Criterion, evidence: Evidence) -> (Criterion, Outcome) {
    let outcome = judge::check(&criterion, Ok(evidence));
    (criterion, outcome)
}

/// What one check and its waivers come to.
fn one(criterion: Criterion, evidence: Evidence, waivers: &[Waiver]) -> (CheckAssessment, Vec<WaiverState>) {
    let (mut checks, told) = waive(vec![judged(criterion, evidence)], waivers, today(), Severity::High);
    (checks.remove(0), told.into_iter().map(|one| one.state).collect())
}

#[test]
fn what_waivers_cover_keeps_no_gate_shut_and_stays_a_fail() {
    let waivers = [waiver(Check::Lint, "E501", "src", 2)];
    let (check, states) = one(STRICT, lint(&[("src/a.py", "E501"), ("src/b/c.py", "E501")]), &waivers);
    assert!(check.waived && check.is_well() && !check.is_failed());
    assert_eq!((check.outcome.name(), judge::gate([&check])), ("fail", Verdict::Pass));
    assert_eq!(states, [WaiverState::Used { covered: 2 }]);
    let covers: Vec<_> = check.covers.iter().map(|cover| (cover.finding, cover.waiver)).collect();
    assert_eq!(covers, [(0, 0), (1, 0)]);
}

#[test]
fn another_rule_another_place_and_another_check_are_not_covered() {
    let found = || lint(&[("src/a.py", "E501")]);
    let others = [
        waiver(Check::Lint, "E502", "src/a.py", 9),
        waiver(Check::Lint, "E5", "src/a.py", 9),
        waiver(Check::Lint, "E501", "src/b.py", 9),
        waiver(Check::Lint, "E501", "src/a", 9),
    ];
    for other in others {
        let (check, states) = one(STRICT, found(), std::slice::from_ref(&other));
        assert!(!check.waived && check.covers.is_empty(), "{other:?}");
        assert_eq!((states, judge::gate([&check])), (vec![WaiverState::Unused], Verdict::Fail), "{other:?}");
    }
    // Nothing can be said of a waiver whose check was not asked for.
    let (check, states) = one(STRICT, found(), &[waiver(Check::Security, "E501", "src/a.py", 9)]);
    assert_eq!((check.waived, states), (false, vec![]));
}

#[test]
fn one_more_than_a_waiver_may_cover_and_it_covers_none() {
    let waivers = [waiver(Check::Lint, "E501", "src", 1)];
    let (check, states) = one(STRICT, lint(&[("src/a.py", "E501"), ("src/b.py", "E501")]), &waivers);
    assert!(!check.waived && check.covers.is_empty());
    assert_eq!(states, [WaiverState::Exceeded { found: 2 }]);
}

#[test]
fn what_two_waivers_name_the_first_covers_and_the_other_is_held_against_the_rest() {
    let found = || lint(&[("src/a.py", "E501"), ("src/a.py", "E501"), ("src/b.py", "E501")]);
    let narrow = waiver(Check::Lint, "E501", "src/a.py", 2);
    let wide = waiver(Check::Lint, "E501", "src", 1);
    let (check, states) = one(STRICT, found(), &[narrow.clone(), wide.clone()]);
    assert!(check.waived);
    assert_eq!(states, [WaiverState::Used { covered: 2 }, WaiverState::Used { covered: 1 }]);
    let (check, states) = one(STRICT, found(), &[wide, narrow]);
    assert!(!check.waived && check.covers.len() == 2);
    assert_eq!(states, [WaiverState::Exceeded { found: 3 }, WaiverState::Used { covered: 2 }]);
}

#[test]
fn an_expired_waiver_covers_nothing_from_the_day_after() {
    let found = || judged(STRICT, lint(&[("a.py", "E501")]));
    let on = |today: &str| {
        let (checks, told) =
            waive(vec![found()], &[waiver(Check::Lint, "E501", ".", 1)], day(today), Severity::High);
        (checks[0].waived, told[0].state)
    };
    assert_eq!(on("2026-12-31"), (true, WaiverState::Used { covered: 1 }));
    assert_eq!(on("2027-01-01"), (false, WaiverState::Expired));
}

#[test]
fn figures_are_met_without_what_is_covered_or_not_at_all() {
    let found = || lint(&[("a.py", "E501"), ("a.py", "E722"), ("a.py", "F401")]);
    let waivers = [waiver(Check::Lint, "E501", "a.py", 1)];
    assert!(one(Criterion::Lint { max_issues: 2 }, found(), &waivers).0.waived);
    let (check, states) = one(Criterion::Lint { max_issues: 1 }, found(), &waivers);
    assert!(!check.waived && check.covers.len() == 1);
    assert_eq!(states, [WaiverState::Used { covered: 1 }]);
    // Where the figures alone are enough, it passes, and the waiver is used all the same.
    let (check, states) = one(Criterion::Lint { max_issues: 3 }, found(), &waivers);
    assert_eq!((check.outcome.name(), check.waived, states[0].covered()), ("pass", false, 1));
}

#[test]
fn errors_and_warnings_of_types_are_waived_apart() {
    let found = || {
        let findings =
            vec![finding("a.py", "reportX", Severity::High), finding("a.py", "reportY", Severity::Medium)];
        evidence(Measured::Types { errors: 1, warnings: 1 }, findings)
    };
    let strict = |max_errors, max_warnings| Criterion::Types { max_errors, max_warnings };
    let of_errors = [waiver(Check::Types, "reportX", "a.py", 1)];
    assert!(one(strict(0, 1), found(), &of_errors).0.waived);
    assert!(!one(strict(0, 0), found(), &of_errors).0.waived);
    let both = [of_errors[0].clone(), waiver(Check::Types, "reportY", "a.py", 1)];
    assert!(one(strict(0, 0), found(), &both).0.waived);
}

#[test]
fn findings_below_the_severity_asked_for_are_none_to_waive() {
    let findings = vec![finding("a.py", "B602", Severity::High), finding("a.py", "B602", Severity::Low)];
    let criterion = Criterion::Security { max_issues: 0, min_severity: Severity::Medium };
    let waivers = [waiver(Check::Security, "B602", "a.py", 1)];
    let (check, states) = one(criterion, evidence(Measured::Security { issues: 1 }, findings), &waivers);
    assert!(check.waived);
    assert_eq!(states, [WaiverState::Used { covered: 1 }]);
}

#[test]
fn a_waiver_that_another_gate_may_need_is_unused_at_this_one_alone() {
    let waivers = [waiver(Check::Security, "B602", "a.py", 1), waiver(Check::Lint, "E501", "a.py", 1)];
    let states = |min_severity, least| {
        let criterion = Criterion::Security { max_issues: 0, min_severity };
        let security = judged(criterion, evidence(Measured::Security { issues: 0 }, Vec::new()));
        let (_, told) = waive(vec![security, judged(STRICT, lint(&[]))], &waivers, today(), least);
        told.into_iter().map(|one| one.state).collect::<Vec<_>>()
    };
    let here = [WaiverState::UnusedHere, WaiverState::Unused];
    assert_eq!(states(Severity::High, Severity::Medium), here);
    assert_eq!(states(Severity::Medium, Severity::Low), here);
    for severity in Severity::ALL {
        assert_eq!(states(severity, severity), [WaiverState::Unused; 2], "no gate counts more");
    }
}

#[test]
fn a_waiver_of_a_check_that_is_not_applicable_here_is_not_called_unused() {
    let criterion = Criterion::NotApplicable { check: Check::Security, why: "production asks it".into() };
    let outcome = Outcome::NotApplicable { why: "production asks it".into() };
    let waivers = [waiver(Check::Security, "B602", "a.py", 1)];
    let (_, told) = waive(vec![(criterion, outcome)], &waivers, today(), Severity::Low);
    assert_eq!(told[0].state, WaiverState::NotJudged);
}

#[test]
fn of_a_list_that_was_cut_only_what_is_listed_is_covered() {
    let cut = evidence(Measured::Lint { issues: 5 }, vec![finding("a.py", "E501", Severity::High)]);
    let waivers = [waiver(Check::Lint, "E501", "a.py", 9)];
    let (check, states) = one(STRICT, cut, &waivers);
    assert_eq!((check.waived, states), (false, vec![WaiverState::Used { covered: 1 }]));
}

#[test]
fn a_test_that_failed_and_what_was_not_measured_are_never_waived() {
    // As no policy can declare it.
    let of_tests = [waiver(Check::Tests, "failed", ".", 9)];
    let counts = TestCounts { passed: 3, failed: 1, ..TestCounts::default() };
    let failed = evidence(Measured::Tests(counts), vec![finding("a.py", "failed", Severity::High)]);
    let (check, states) = one(Criterion::Tests { max_failures: 0, min_passed: 1 }, failed, &of_tests);
    assert_eq!((check.waived, check.covers.len(), states), (false, 0, vec![WaiverState::Unused]));

    let reason = Reason::new(ReasonKind::TimedOut, "late", "wait");
    let unknown = Outcome::Inconclusive { reason, run: None };
    let waivers = [waiver(Check::Lint, "E501", ".", 9)];
    let (checks, told) = waive(vec![(STRICT, unknown)], &waivers, today(), Severity::High);
    assert_eq!((checks[0].waived, told[0].state), (false, WaiverState::NotJudged));
    assert_eq!(judge::gate(&checks), Verdict::Inconclusive);
}

const FILES: [&str; 4] = ["src/a.py", "src/b/c.py", "src/b/d.py", "other.py"];
const RULES: [&str; 2] = ["E501", "F401"];
const CHECKS: [Check; 4] = [Check::Lint, Check::Types, Check::Security, Check::Tests];

fn any_finding() -> impl Strategy<Value = Finding> {
    let (file, rule) = (prop::sample::select(FILES.to_vec()), prop::sample::select(RULES.to_vec()));
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (file, rule, severity).prop_map(|(file, rule, severity)| finding(file, rule, severity))
}

fn any_waivers() -> impl Strategy<Value = Vec<Waiver>> {
    let path = prop::sample::select([&FILES[..], &["src", "src/b", "."]].concat());
    let (check, rule) = (prop::sample::select(CHECKS.to_vec()), prop::sample::select(RULES.to_vec()));
    let one = (check, rule, path, 1u64..4, any::<bool>()).prop_map(|(check, rule, path, max, expired)| {
        let expires = day(if expired { "2026-10-31" } else { "2026-11-01" });
        Waiver { expires, ..waiver(check, rule, path, max) }
    });
    prop::collection::vec(one, 0..6)
}

/// What each check of a component found, all of them counting what they list.
fn all_of(findings: &[Vec<Finding>], bound: u64) -> Vec<(Criterion, Outcome)> {
    let number = |list: &[Finding], severity| {
        list.iter().filter(|finding| finding.severity == severity).count() as u64
    };
    let tests = TestCounts { passed: 1, failed: findings[3].len() as u64, ..TestCounts::default() };
    let high = |list: &[Finding]| list.iter().filter(|one| one.severity >= Severity::Medium).count() as u64;
    let measured = [
        Measured::Lint { issues: findings[0].len() as u64 },
        Measured::Types {
            errors: number(&findings[1], Severity::High),
            warnings: number(&findings[1], Severity::Medium),
        },
        Measured::Security { issues: high(&findings[2]) },
        Measured::Tests(tests),
    ];
    let criteria = [
        Criterion::Lint { max_issues: bound },
        Criterion::Types { max_errors: bound, max_warnings: bound },
        Criterion::Security { max_issues: bound, min_severity: Severity::Medium },
        Criterion::Tests { max_failures: bound, min_passed: 1 },
    ];
    let of_each = criteria.into_iter().zip(measured).zip(findings);
    of_each.map(|((criterion, measured), list)| judged(criterion, evidence(measured, list.clone()))).collect()
}

fn any_findings() -> impl Strategy<Value = Vec<Vec<Finding>>> {
    prop::collection::vec(prop::collection::vec(any_finding(), 0..6), 4)
}

proptest! {
    #[test]
    fn a_waiver_changes_nothing_but_what_it_names(findings in any_findings(), waivers in any_waivers(), bound in 0u64..3) {
        let (checks, told) = waive(all_of(&findings, bound), &waivers, today(), Severity::High);
        for (check, (criterion, outcome)) in checks.iter().zip(all_of(&findings, bound)) {
            // What was found, and what was asked, stay what they are.
            prop_assert_eq!((&check.criterion, &check.outcome), (&criterion, &outcome));
            prop_assert!(!check.waived || check.outcome.name() == "fail" && !check.covers.is_empty());
            for cover in &check.covers {
                let one = &told[cover.waiver];
                let found = &check.outcome.evidence().expect("evidence").findings[cover.finding];
                prop_assert!(one.waiver.check == check.check() && one.waiver.names(found));
                prop_assert!(one.waiver.is_in_force(today()) && Waiver::CHECKS.contains(&check.check()));
            }
        }
        for (place, one) in told.iter().enumerate() {
            let covers = checks.iter().flat_map(|check| &check.covers);
            let covered = covers.filter(|cover| cover.waiver == place).count() as u64;
            prop_assert_eq!(covered, one.state.covered());
            prop_assert!(covered <= one.waiver.max);
        }
    }

    #[test]
    fn without_a_waiver_in_force_the_verdict_is_what_it_was(findings in any_findings(), mut waivers in any_waivers(), bound in 0u64..3) {
        let (checks, _) = waive(all_of(&findings, bound), &waivers, today(), Severity::High);
        let (plain, _) = waive(all_of(&findings, bound), &[], today(), Severity::High);
        // A waiver never shuts a gate.
        prop_assert!(judge::gate(&checks) <= judge::gate(&plain));
        for waiver in &mut waivers {
            waiver.expires = day("2026-10-31");
        }
        let (expired, told) = waive(all_of(&findings, bound), &waivers, today(), Severity::High);
        prop_assert_eq!(expired, plain);
        prop_assert!(told.iter().all(|one| one.state == WaiverState::Expired));
    }

    #[test]
    fn less_to_find_never_shuts_a_gate(findings in any_findings(), waivers in any_waivers(), bound in 0u64..3, gone in any::<prop::sample::Index>(), of in 0usize..4) {
        let (worse, _) = waive(all_of(&findings, bound), &waivers, today(), Severity::High);
        let mut fewer = findings;
        if !fewer[of].is_empty() {
            let at = gone.index(fewer[of].len());
            fewer[of].remove(at);
        }
        let (better, _) = waive(all_of(&fewer, bound), &waivers, today(), Severity::High);
        for (worse, better) in worse.iter().zip(&better) {
            prop_assert!(better.is_well() || !worse.is_well(), "{worse:?} became {better:?}");
        }
    }
}
