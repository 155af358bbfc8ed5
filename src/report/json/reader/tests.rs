//! What was written comes back, and nothing else does.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::clean::tests::hostile;
use super::super::super::sample;
use super::super::render;
use super::*;
use crate::model::percent::Percent;
use crate::model::run::{Earlier, Exit, Run};

const VERSION: &str = "0.1.0";

/// As it is printed: in whole seconds.
fn whole(mut assessment: Assessment) -> Assessment {
    assessment.started = jiff::Timestamp::from_second(assessment.started.as_second()).unwrap();
    assessment
}

#[test]
fn every_sample_comes_back_as_it_was() {
    for assessment in sample::all().into_iter().map(whole) {
        assert_eq!(read(&render(&assessment), &assessment.version), Ok(assessment));
    }
}

/// What is said of the document of what is waived, changed.
fn of_waived(change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(&render(&sample::waived())).unwrap();
    change(&mut document["components"][0]);
    read(&document.to_string(), VERSION).expect_err("it is taken for an assessment").to_string()
}

#[test]
fn what_is_waived_must_be_what_its_waivers_say() {
    let said = of_waived(|one| one["checks"][2]["findings"][0]["waiver"] = 3.into());
    assert_eq!(said, "component `carbon`, check `lint`: there is no waiver 3");
    let said = of_waived(|one| one["checks"][0]["waived"] = true.into());
    assert_eq!(said, "component `carbon`, check `tests`: `pass` is nothing that can be waived");
    let said = of_waived(|one| one["checks"][2]["findings"][0]["waiver"] = Value::Null);
    assert!(said.contains("check `lint`: `summary` does not follow"), "{said}");
    let said = of_waived(|one| one["waivers"][1]["covered"] = 2.into());
    assert_eq!(said, "component `carbon`: `waivers` does not follow from the rest of the document");
    let said = of_waived(|one| one["waivers"][1]["state"] = "splendid".into());
    assert_eq!(said, "component `carbon`: there is no state of a waiver `splendid`");
    let said = of_waived(|one| one["waivers"][1]["state"] = "exceeded".into());
    assert_eq!(said, "component `carbon`: a waiver does not say what it exceeds by");
    for field in ["check", "rule", "path", "max", "reason", "owner", "issue", "expires", "state", "covered"] {
        let said = of_waived(|one| drop(one["waivers"][0].as_object_mut().unwrap().remove(field)));
        assert!(said.contains(field), "{said}");
    }
}

/// The document of a failed gate, changed; and what is said of it.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(&render(&sample::one_fails())).unwrap();
    assert_eq!(read(&document.to_string(), VERSION), Ok(whole(sample::one_fails())), "as it was");
    change(&mut document);
    match read(&document.to_string(), VERSION) {
        Err(fault) => fault.to_string(),
        Ok(_) => panic!("it is taken for an assessment"),
    }
}

fn of_check(index: usize, change: impl FnOnce(&mut Value)) -> String {
    refusal(|document| change(&mut document["components"][0]["checks"][index]))
}

#[test]
fn what_is_no_assessment_of_this_version_is_refused_and_says_what_it_is() {
    let said = |text: &str| read(text, VERSION).unwrap_err().to_string();
    assert_eq!(said(" \n"), "it is empty");
    assert!(said("{\"schema\": 1,").contains("line 1 column 13"), "{}", said("{\"schema\": 1,"));
    assert!(said("[]").contains("line 1"), "{}", said("[]"));
    assert_eq!(refusal(|document| document["schema"] = 2.into()), "its schema is 2, not 1");
    assert_eq!(
        refusal(|document| document["tool"]["version"] = "9.9.9".into()),
        "it was written by tta-promote 9.9.9, this is 0.1.0"
    );
    assert_eq!(
        refusal(|document| document["tool"]["name"] = "other".into()),
        "it was written by \"other\", not by tta-promote"
    );
    let error = json!({"schema": 1, "tool": {"name": "tta-promote", "version": VERSION},
        "error": {"message": "cannot load `promotion.toml`"}, "exit_code": 2});
    assert_eq!(said(&error.to_string()), "it is no assessment but an error: cannot load `promotion.toml`");
    let plan = json!({"schema": 1, "kind": "plan", "tool": {"name": "tta-promote", "version": VERSION}});
    assert_eq!(said(&plan.to_string()), "it is no assessment but a plan");
}

#[test]
fn whom_a_document_of_another_version_is_about_is_known_all_the_same() {
    let text = r#"{"tool": {"name": "tta-promote", "version": "9"}, "new": [], "components": [{"name": "a", "x": 1}]}"#;
    assert_eq!(Heading::of(text).components(), ["a"]);
    assert_eq!(Heading::of("{").components(), [""; 0]);
}

#[test]
fn no_field_may_be_left_out_added_or_said_twice() {
    fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                found.push(format!("{path}/{key}"));
                walk(value, &format!("{path}/{key}"), found);
            }),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{path}/{index}"), found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&render(&sample::cached())).unwrap();
    let mut paths = Vec::new();
    walk(&document, "", &mut paths);
    assert!(paths.len() > 200, "{}", paths.len());
    for path in paths {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut without = document.clone();
        without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        assert!(read(&without.to_string(), VERSION).is_err(), "{path} may be left out");
        let mut more = document.clone();
        more.pointer_mut(parent).unwrap()["surplus"] = Value::Null;
        assert!(read(&more.to_string(), VERSION).is_err(), "{parent} may hold more");
    }
    let twice = render(&sample::one_fails()).replacen(
        "\"outcome\": \"fail\"",
        "\"outcome\": \"fail\", \"outcome\": \"pass\"",
        1,
    );
    assert!(read(&twice, VERSION).unwrap_err().to_string().contains("duplicate field `outcome`"));
}

#[test]
fn a_figure_that_was_changed_by_hand_no_longer_agrees_with_what_follows_from_it() {
    let place = "component `carbon`, check `coverage`: ";
    assert_eq!(
        of_check(1, |check| check["measured"]["covered"] = 80.into()),
        format!("{place}`measured` does not follow from the rest of the document")
    );
    let summary = of_check(2, |check| check["measured"]["issues"] = 0.into());
    assert_eq!(
        summary,
        "component `carbon`, check `lint`: `summary` does not follow from the rest of the document"
    );
    let exit = of_check(2, |check| check["run"]["exit"] = json!({"timed_out": false}));
    assert!(exit.contains("`run` does not follow"), "{exit}");
    let distributions = refusal(|document| document["environment"]["distributions"] = 9.into());
    assert_eq!(distributions, "`environment` does not follow from the rest of the document");
}

#[test]
fn figures_need_the_proof_of_what_was_looked_at() {
    let said = of_check(0, |check| check["inspected"] = Value::Null);
    assert_eq!(said, "component `carbon`, check `tests`: there is no proof of what was looked at");
    let said = of_check(2, |check| check["inspected"] = json!({"files": 2}));
    assert_eq!(
        said,
        "component `carbon`, check `lint`: the proof does not fit: 2 files were looked at, of 1"
    );
    let said = of_check(2, |check| check["inspected"] = json!({"tests": 1}));
    assert!(said.ends_with("the proof does not fit: it is that of another check"), "{said}");
    let said = of_check(0, |check| check["inspected"] = json!({"tests": 11}));
    assert!(said.ends_with("11 tests are not those that are counted"), "{said}");
    let said = of_check(5, |check| check["inspected"] = json!({"places": 0}));
    assert!(said.ends_with("no place was looked at for a README"), "{said}");
    let said = refusal(|document| {
        document["components"][0]["files"] = json!([]);
        for check in document["components"][0]["checks"].as_array_mut().unwrap() {
            if check["inspected"]["files"] == 1 {
                check["inspected"] = json!({"files": 0});
            }
        }
    });
    assert!(said.contains("was given no Python file"), "{said}");
    let said = of_check(0, |check| {
        check["measured"] =
            json!({"passed": 0, "failed": 0, "errors": 0, "skipped": 5, "xfailed": 0, "xpassed": 0});
        check["inspected"] = json!({"tests": 0});
    });
    assert!(said.contains("no test ran"), "{said}");
}

#[test]
fn figures_need_the_run_of_the_tool_that_gave_them() {
    let said = of_check(2, |check| check["run"] = Value::Null);
    assert_eq!(said, "component `carbon`, check `lint`: it was not measured by ruff");
    let said = of_check(3, |check| check["run"]["tool"] = "bandit".into());
    assert_eq!(said, "component `carbon`, check `types`: it was not measured by pyright");
}

#[test]
fn what_belongs_to_another_check_or_to_none_is_refused() {
    let threshold = of_check(2, |check| check["threshold"] = json!({"max_failures": 0, "min_passed": 1}));
    assert!(threshold.ends_with("its threshold is that of another check"), "{threshold}");
    let figures = of_check(2, |check| check["measured"] = json!({"errors": 0, "warnings": 0}));
    assert!(figures.ends_with("its figures are those of another check"), "{figures}");
    let nothing = of_check(1, |check| {
        check["measured"]["statements"] = 0.into();
        check["measured"]["covered"] = 0.into();
    });
    assert!(nothing.ends_with("it measured no statements"), "{nothing}");
    let outcome = of_check(2, |check| check["outcome"] = "splendid".into());
    assert!(outcome.ends_with("there is no outcome `splendid`"), "{outcome}");
    let unmeasured = of_check(2, |check| check["measured"] = Value::Null);
    assert!(unmeasured.ends_with("nothing was measured"), "{unmeasured}");
    let twice = refusal(|document| {
        let component = document["components"][0].clone();
        document["components"].as_array_mut().unwrap().push(component);
    });
    assert_eq!(twice, "it holds the component `carbon` twice");
}

fn any_counts() -> impl Strategy<Value = TestCounts> {
    (0u64..9, 0u64..9, 0u64..9, 0u64..9, 0u64..9, 1u64..9).prop_map(|all| TestCounts {
        passed: all.0,
        failed: all.1,
        errors: all.2,
        skipped: all.3,
        xfailed: all.4,
        xpassed: all.5,
    })
}

fn any_coverage() -> impl Strategy<Value = Coverage> {
    let pair = || prop::option::of((0u64..9, 0u64..9));
    (0u64..99, 1u64..99, pair(), pair(), 0u64..5).prop_map(|(part, rest, branches, left_out, excluded)| {
        let bound = |(selected, deselected)| Bound::Lower { selected, deselected };
        Coverage {
            statements: Ratio::new(part, part + rest).unwrap(),
            branches: branches.map(|(covered, rest)| Branches { covered, total: covered + rest }),
            bound: left_out.map_or(Bound::Exact, bound),
            excluded,
        }
    })
}

fn any_run() -> impl Strategy<Value = Run> {
    let exit = prop_oneof![
        any::<i32>().prop_map(Exit::Code),
        any::<i32>().prop_map(Exit::Signal),
        prop::sample::select(vec![Exit::TimedOut, Exit::Interrupted, Exit::Flooded, Exit::NotFound]),
    ];
    let earlier = (0i64..4_000_000_000, prop::option::of("[0-9a-f]{40}"))
        .prop_map(|(second, commit)| Earlier { time: jiff::Timestamp::from_second(second).unwrap(), commit });
    let told = (hostile(), prop::collection::vec(hostile(), 0..3), prop::option::of("[0-9a-f]{64}"));
    let tool = prop::sample::select(Tool::ALL.to_vec());
    (tool, told, exit, any::<u32>(), prop::option::of(earlier)).prop_map(
        |(tool, (version, argv, report_sha256), exit, millis, cached)| {
            let duration = Duration::from_millis(millis.into());
            Run { tool, version, argv: argv.into(), exit, duration, report_sha256, cached }
        },
    )
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let number = || prop::option::of(any::<u32>());
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (hostile(), number(), number(), hostile(), severity, hostile()).prop_map(
        |(file, line, column, rule, severity, message)| Finding {
            file: file.into(),
            line,
            column,
            rule: rule.into(),
            severity,
            message: message.into(),
        },
    )
}

/// Evidence of any figures, with any findings and any run.
fn any_evidence(measured: impl Strategy<Value = Measured>) -> impl Strategy<Value = Evidence> {
    let findings = prop::collection::vec(any_finding(), 0..4);
    let notes = prop::collection::vec(hostile(), 0..3);
    let extent = prop::option::of(hostile());
    (measured, findings, extent, 0u64..9, notes, any_run()).prop_map(
        |(measured, findings, extent, suppressed, notes, run)| Evidence {
            findings,
            extent,
            suppressed,
            lines: crate::model::line_set::Lines::new(),
            notes,
            // Of tests and coverage, which are what this is made for.
            run: Some(Run { tool: Tool::Pytest, ..run }),
            ..sample::evidence(measured)
        },
    )
}

/// Assessments of any figures, findings and runs.
fn any_assessment() -> impl Strategy<Value = Assessment> {
    let tests = any_evidence(any_counts().prop_map(Measured::Tests));
    let coverage = any_evidence(any_coverage().prop_map(Measured::Coverage));
    let names = (hostile(), hostile(), prop::option::of(hostile()), prop::collection::vec(hostile(), 0..3));
    (tests, coverage, prop::option::of(any_run()), names, 0u32..=10_000, any::<bool>()).prop_map(
        |(tests, coverage, run, (name, title, group, texts), min, exact)| {
            let precision = if exact { Precision::Exact } else { Precision::Enough };
            let mut assessment = whole(sample::one_fails());
            let one = &mut assessment.components[0];
            one.checks[0].outcome = Outcome::Fail(tests);
            let min = Percent::from_hundredths(min).unwrap();
            one.checks[1].criterion = Criterion::Coverage { min, metric: Metric::Auto, precision };
            one.checks[1].outcome = Outcome::Pass(coverage);
            let reason = Reason::new(ReasonKind::TimedOut, title.as_str(), name.as_str());
            one.checks[3].outcome = Outcome::Inconclusive { reason, run };
            (one.name, one.title, one.group) = (name, title, group);
            assessment.merged = Some(texts.clone());
            (assessment.subject.changed, assessment.notes) = (texts.clone(), texts);
            assessment
        },
    )
}

proptest! {
    #[test]
    fn whatever_was_measured_comes_back_as_it_was(assessment in any_assessment()) {
        prop_assert_eq!(read(&render(&assessment), VERSION), Ok(assessment));
    }

    #[test]
    fn whatever_was_said_comes_back_as_it_was(text in hostile()) {
        let assessment = whole(sample::hostile(&text));
        prop_assert_eq!(read(&render(&assessment), &text), Ok(assessment));
    }

    #[test]
    fn a_document_that_was_cut_off_is_never_an_assessment(at in 0usize..9_000) {
        let text = render(&sample::one_fails());
        let cut: String = text.chars().take(at.min(text.trim_end().chars().count() - 1)).collect();
        prop_assert!(read(&cut, VERSION).is_err());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in hostile()) {
        let _refused = read(&text, VERSION);
        let _nothing = Heading::of(&text);
    }
}
