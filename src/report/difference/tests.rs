//! What an explanation says.

use proptest::prelude::*;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::page::cells;
use super::super::record_sample::{check, measurement, passing, verification, waiver};
use super::super::{Style, Verbosity};
use super::*;
use crate::model::assessment::Verdict;
use crate::model::record::{CheckOutcome, CheckRecord, Verification};

fn between(a: Verification, b: Verification) -> Explanation {
    Explanation {
        version: "0.1.0".to_owned(),
        project: "TTA".to_owned(),
        component: "carbon".to_owned(),
        title: "Carbon".to_owned(),
        a: measurement(2, a),
        b: measurement(5, b),
    }
}

fn at(width: usize, explanation: &Explanation) -> String {
    render_explanation(explanation, &Style { width, ..Style::default() })
}

/// The kinds of what differs after `change` was done to the same measurement, and the sentence.
fn told(change: impl Fn(&mut Verification)) -> (Vec<&'static str>, String) {
    let mut other = passing("");
    change(&mut other);
    let difference = Difference::of(&between(passing(""), other));
    (difference.causes.iter().map(|cause| cause.kind).collect(), difference.conclusion)
}

#[test]
fn an_optional_library_that_is_not_there_explains_the_lines_that_did_not_run() {
    let explanation = between(passing(""), verification(""));
    insta::assert_snapshot!("difference_text", at(80, &explanation));
    insta::assert_snapshot!("difference_json", render_explanation_json(&explanation));
}

#[test]
fn the_same_statements_counted_differently_are_no_other_measurement() {
    let (kinds, conclusion) = told(|other| {
        other.checks[1].bounds.insert("metric".to_owned(), "statements".to_owned());
    });
    assert_eq!(kinds, ["counting", "bounds"]);
    let expected = "the same statements ran in both; A counts statements and branches, B statements (the policy's \
                    metric)";
    assert_eq!(conclusion, expected);
    let (kinds, conclusion) = told(|other| {
        other.checks[1].figures.retain(|name, _| !name.contains("branches"));
    });
    assert_eq!(kinds, ["counting"]);
    assert!(conclusion.ends_with("B statements (branches are not measured)"), "{conclusion}");
}

#[test]
fn each_thing_that_differs_is_a_cause_of_its_own() {
    let kinds = |change: &dyn Fn(&mut Verification)| told(change).0;
    assert_eq!(kinds(&|other| other.commit = None), ["commit"]);
    assert_eq!(kinds(&|other| other.dirty = Some(true)), ["commit"]);
    assert_eq!(kinds(&|other| drop(other.files.insert("new.py".to_owned(), "x".to_owned()))), ["files"]);
    assert_eq!(kinds(&|other| other.only = Some(vec!["tests".to_owned()])), ["gate"]);
    assert_eq!(kinds(&|other| other.tests.paths.push("more".to_owned())), ["test_paths"]);
    assert_eq!(kinds(&|other| other.tests.select = None), ["test_select"]);
    assert_eq!(kinds(&|other| other.tests.args.push("-x".to_owned())), ["test_args"]);
    let lower = |other: &mut Verification| {
        other.checks[1].figures.insert("selected_tests".to_owned(), 11);
    };
    assert_eq!(kinds(&lower), ["extent"]);
    assert_eq!(
        kinds(&|other| other.environment.distributions[0].version = "4".to_owned()),
        ["distributions"]
    );
    assert_eq!(kinds(&|other| other.environment.python = None), ["python"]);
    assert_eq!(kinds(&|other| other.environment.platform = "macos".to_owned()), ["platform"]);
    assert_eq!(kinds(&|other| other.environment.in_sync = None), ["lock"]);
    let newer = |other: &mut Verification| {
        other.checks.iter_mut().for_each(|check| check.tool = Some(("pytest".to_owned(), "10".to_owned())));
    };
    assert_eq!(kinds(&newer), ["tools"]);
    assert_eq!(kinds(&|other| other.policy.sha256 = "0".repeat(64)), ["policy"]);
    assert_eq!(kinds(&|other| other.version = "0.2.0".to_owned()), ["program"]);
}

/// A pass of lint by a waiver, and what `change` makes of it two days later.
fn waived(change: impl Fn(&mut Verification)) -> Explanation {
    let mut one = passing("");
    let lint = check("lint", CheckOutcome::Fail, "2 issues", &[("issues", 2)]);
    one.checks.push(CheckRecord { waived: true, ..lint });
    one.waivers = vec![waiver("2025-10-15")];
    let mut other = one.clone();
    change(&mut other);
    let mut explanation = between(one, other);
    explanation.a.time = "2025-10-14T09:00:00Z".parse().expect("a time");
    explanation.b.time = "2025-10-16T00:00:00Z".parse().expect("a time");
    explanation
}

#[test]
fn a_waiver_that_has_expired_is_told_as_the_cause_and_no_test_is_blamed() {
    let explanation = waived(|other| {
        other.waivers.clear();
        other.checks[2].waived = false;
        other.verdict = Verdict::Fail;
    });
    let difference = Difference::of(&explanation);
    let item = "lint E501 in a.py: covered 2 in A alone, expired 2025-10-15";
    assert_eq!(difference.causes.len(), 1);
    assert_eq!(
        (difference.causes[0].kind, &*difference.causes[0].items),
        ("waivers", &[item.to_owned()][..])
    );
    assert_eq!(difference.conclusion, format!("waivers: {item}"));
    assert!(at(100, &explanation).contains(&format!("waivers: {item}")), "{}", at(100, &explanation));
    let json: serde_json::Value =
        serde_json::from_str(&render_explanation_json(&explanation)).expect("a document");
    assert_eq!(json["causes"][0]["items"], serde_json::json!([item]));
}

#[test]
fn each_way_in_which_waivers_differ_has_its_words() {
    let items = |explanation: &Explanation| {
        let difference = Difference::of(explanation);
        let own = difference.causes.into_iter().find(|cause| cause.kind == "waivers");
        own.map(|cause| cause.items).unwrap_or_default()
    };
    let later = |day: &str| day.parse().expect("a day");
    assert!(items(&waived(|_| {})).is_empty());
    assert!(Difference::of(&waived(|_| {})).same.contains(&"what waivers cover"));
    assert_eq!(items(&waived(|one| one.waivers[0].covered = 3)), ["lint E501 in a.py: covered 2 → 3"]);
    let renewed = waived(|one| one.waivers[0].expires = later("2025-11-15"));
    assert_eq!(items(&renewed), ["lint E501 in a.py: until 2025-10-15 → 2025-11-15"]);
    let other_file = waived(|one| {
        one.waivers[0].path = "b.py".to_owned();
        one.waivers[0].expires = later("2025-11-15");
    });
    let both = [
        "lint E501 in a.py: covered 2 in A alone, expired 2025-10-15",
        "lint E501 in b.py: covered 2 in B alone (until 2025-11-15)",
    ];
    assert_eq!(items(&other_file), both);
    // Its last day counts in full.
    let mut on_the_last_day = waived(|one| one.waivers.clear());
    on_the_last_day.b.time = "2025-10-15T23:59:59Z".parse().expect("a time");
    assert_eq!(items(&on_the_last_day), ["lint E501 in a.py: covered 2 in A alone (until 2025-10-15)"]);
    // Of a check that was not asked for nothing is known.
    let part = waived(|one| {
        one.waivers.clear();
        drop(one.checks.remove(2));
    });
    assert!(items(&part).is_empty());
}

#[test]
fn what_comes_out_differently_without_a_cause_is_said_to_have_none() {
    let (kinds, conclusion) = told(|other| {
        other.checks[0].figures.insert("passed".to_owned(), 10);
    });
    assert!(kinds.is_empty());
    assert!(conclusion.starts_with("nothing that is recorded differs but the result"), "{conclusion}");
    let (_, conclusion) = told(|_| {});
    assert_eq!(conclusion, "nothing differs, neither what was measured nor what came of it");
}

#[test]
fn lines_of_a_file_that_only_one_of_them_has_are_told_as_such() {
    let difference = Difference::of(&between(passing(""), {
        let mut other = passing("");
        let lines = other.lines.values_mut().next().expect("lines");
        lines.missing =
            lines.missing.without(&crate::model::line_set::LineSet::parse("100-102").expect("lines"));
        other
    }));
    assert_eq!(difference.files[0].only_a.to_string(), "100-102");
    assert!(difference.files[0].lost.is_empty() && difference.files[0].only_b.is_empty());
}

proptest! {
    #[test]
    fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 80usize..140) {
        let mut other = verification(&text);
        other.tests.select = Some(format!("{text}2"));
        for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
            let explanation = between(passing(&text), other.clone());
            let page = render_explanation(&explanation, &Style { verbosity, width, ..Style::default() });
            prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
            prop_assert!(page.lines().all(|line| cells(line) <= width), "{page}");
        }
    }
}
