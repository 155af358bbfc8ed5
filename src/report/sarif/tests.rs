//! What is written: snapshots, the official schema, hostile text.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::sample;
use super::*;
use crate::model::assessment::{Outcome, Verdict};
use crate::model::gate::Criterion;
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use serde_json::Value;

fn render(assessment: &Assessment) -> String {
    let checkout =
        Checkout { prefix: "services/tta/".to_owned(), repository: Some("theinterneti/TTA".to_owned()) };
    let mut text = Vec::new();
    render_to(assessment, &checkout, &mut text).expect("written");
    String::from_utf8(text).expect("UTF-8")
}

fn read(document: &str) -> Value {
    serde_json::from_str(document).expect("JSON")
}

/// The samples, with no more findings than show what there is to show.
fn samples() -> Vec<Assessment> {
    let mut samples = sample::all();
    let components = samples.iter_mut().flat_map(|assessment| &mut assessment.components);
    for check in components.flat_map(|component| &mut component.checks) {
        if let Outcome::Fail(evidence) = &mut check.outcome {
            evidence.findings.truncate(20);
        }
    }
    samples
}

fn runs(assessment: &Assessment) -> Vec<Value> {
    read(&render(assessment))["runs"].as_array().expect("runs").clone()
}

fn run_of(assessment: &Assessment, tool: &str) -> Value {
    let of = |run: &Value| run["tool"]["driver"]["name"] == tool;
    runs(assessment).into_iter().find(of).expect("a run of it")
}

fn results(run: &Value) -> &[Value] {
    run["results"].as_array().expect("results")
}

/// The schema of the standard, read by a library that knows nothing of us: as the draft that it names, and as a later
/// one, which knows all of the formats that it speaks of.
#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own files")]
fn validators() -> &'static [Validator; 2] {
    static VALIDATORS: OnceLock<[Validator; 2]> = OnceLock::new();
    VALIDATORS.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas/sarif-schema-2.1.0.json");
        let schema = read(&std::fs::read_to_string(path).expect("the schema"));
        [Draft::Draft4, Draft::Draft7].map(|draft| {
            let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
            options.build(&schema).expect("a schema that can be read")
        })
    })
}

fn faults(documents: &[Value]) -> BTreeSet<String> {
    let faults = |document| {
        let errors = validators().iter().flat_map(move |validator| validator.iter_errors(document));
        errors.map(|error| format!("{}: {error}", error.instance_path()))
    };
    documents.iter().flat_map(faults).collect()
}

/// Lint, types, security and tests are declared not applicable, and the rest passes.
fn unasked() -> Assessment {
    let mut assessment = sample::all_pass();
    for check in &mut assessment.components[0].checks {
        if let Check::Lint | Check::Types | Check::Security | Check::Tests = check.check() {
            let why = format!("{} of generated code", check.check().id());
            check.criterion = Criterion::NotApplicable { check: check.check(), why: why.clone() };
            check.outcome = Outcome::NotApplicable { why };
        }
    }
    assessment
}

#[test]
fn a_tool_that_nothing_was_asked_of_has_no_run_and_ours_tells_why() {
    let unasked = unasked();
    let all = runs(&unasked);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["tool"]["driver"]["name"], "tta-promote");
    let invocation = &all[0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let told = invocation["toolExecutionNotifications"].as_array().expect("a list");
    let texts: Vec<&str> = told.iter().filter_map(|one| one["message"]["text"].as_str()).collect();
    assert_eq!(texts.len(), 4);
    assert_eq!(texts[0], "ruff was not run: the check lint is not applicable: lint of generated code");
    assert!(told.iter().all(|one| one["level"] == "note" && one["descriptor"]["id"] == "not_applicable"));
    assert_eq!(faults(&[read(&render(&unasked))]), BTreeSet::new());
    let mut beside = unasked.clone();
    beside.components.extend(sample::all_pass().components);
    assert_eq!(runs(&beside).len(), 5, "another component asks them all");
    let ours = run_of(&beside, "tta-promote");
    assert_eq!(ours["invocations"][0]["toolExecutionNotifications"], serde_json::json!([]));
}

#[test]
fn a_tool_of_ones_own_that_nothing_was_asked_of_has_no_run() {
    let mut unasked = sample::own_checks();
    let check =
        unasked.components[0].checks.iter_mut().find(|check| check.check().id() == "mypy").expect("it");
    check.criterion = Criterion::NotApplicable { check: check.check(), why: "untyped".to_owned() };
    check.outcome = Outcome::NotApplicable { why: "untyped".to_owned() };
    let names: Vec<Value> = runs(&unasked).iter().map(|run| run["tool"]["driver"]["name"].clone()).collect();
    assert!(names.contains(&"scan".into()) && !names.contains(&"mypy".into()), "{names:?}");
}

#[test]
fn every_result_has_a_line_since_github_asks_for_one() {
    for assessment in samples() {
        for run in runs(&assessment) {
            for result in results(&run) {
                let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
                assert!(line.as_u64().is_some_and(|line| line > 0), "{result:#}");
            }
        }
    }
}

#[test]
fn the_document_of_each_state() {
    insta::assert_snapshot!("sarif_one_fails", render(&sample::one_fails()));
    insta::assert_snapshot!("sarif_tool_missing", render(&sample::tool_missing()));
    insta::assert_snapshot!("sarif_only_lint", render(&sample::only_lint()));
    insta::assert_snapshot!("sarif_several", render(&sample::several()));
    insta::assert_snapshot!("sarif_waiting", render(&sample::waiting()));
    insta::assert_snapshot!("sarif_waived", render(&sample::waived()));
    insta::assert_snapshot!("sarif_own", render(&sample::own_checks()));
    insta::assert_snapshot!("sarif_unasked", render(&unasked()));
    insta::assert_snapshot!("sarif_nobody", render(&sample::nobody()));
    insta::assert_snapshot!("sarif_hostile", render(&sample::hostile("\u{1b}[2J|\n]]><b>\"%41::set-output")));
}

#[test]
fn every_document_is_what_the_official_schema_says() {
    let documents: Vec<Value> = samples().iter().map(|assessment| read(&render(assessment))).collect();
    assert_eq!(faults(&documents), BTreeSet::new());
    let mut wrong = documents[1].clone();
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    wrong["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
        "a b".into();
    assert_eq!(faults(&[wrong]).len(), 2, "the validator finds what is wrong");
}

#[test]
fn a_tool_that_gave_no_evidence_was_not_executed_well_and_the_reason_is_told() {
    let missing = sample::tool_missing();
    for (tool, succeeded) in [("pyright", false), ("tta-promote", false), ("ruff", true), ("pytest", true)] {
        let run = run_of(&missing, tool);
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], succeeded, "{tool}");
        let told = invocation["toolExecutionNotifications"].as_array().expect("a list");
        assert_eq!(told.is_empty(), succeeded, "{tool}");
        for one in told {
            let text = one["message"]["text"].as_str().expect("text");
            assert!(text.contains("pyright is not installed; do: run `uv add --dev pyright`"), "{text}");
            assert_eq!(one["descriptor"]["id"], "tool_missing");
        }
    }
    assert_eq!(results(&run_of(&missing, "tta-promote"))[0]["ruleId"], "inconclusive");
}

#[test]
fn only_a_pass_is_without_a_result_and_executed_well_throughout() {
    for assessment in samples() {
        let runs = runs(&assessment);
        // What is waived is told all the same, and that it is.
        let is_told = |result: &Value| result["level"] == "note";
        let is_clean = runs.iter().all(|run| results(run).iter().all(is_told));
        assert_eq!(is_clean, assessment.verdict == Verdict::Pass);
        let unknown = problems(&assessment).any(|problem| problem.weight() == Weight::Unknown);
        let succeeded = runs.iter().all(|run| run["invocations"][0]["executionSuccessful"] == true);
        assert_eq!(succeeded, !unknown);
    }
}

#[test]
fn what_a_waiver_covers_is_suppressed_with_its_reason_and_nothing_else_is() {
    let waived = sample::waived();
    let ruff = run_of(&waived, "ruff");
    assert_eq!(results(&ruff).len(), 2);
    for result in results(&ruff) {
        let suppression = &result["suppressions"][0];
        assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
        assert_eq!(suppression["justification"], "until 2025-11-01 (alice, #12: the table is generated)");
    }
    let own = run_of(&waived, "tta-promote");
    assert_eq!(results(&own).len(), 2, "the two waivers that cover nothing");
    assert!(results(&own).iter().all(|result| result["ruleId"] == "waiver"));
    for assessment in [sample::one_fails(), sample::several()] {
        let runs = runs(&assessment);
        assert!(runs.iter().flat_map(results).all(|result| result.get("suppressions").is_none()));
    }
}

#[test]
fn every_result_leads_to_its_rule_and_all_findings_are_there_in_order() {
    let failed = sample::one_fails();
    let ruff = run_of(&failed, "ruff");
    let lines: Vec<u64> = results(&ruff)
        .iter()
        .map(|result| {
            result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().expect("a line")
        })
        .collect();
    assert_eq!(lines, [3, 41, 88, 120]);
    assert_eq!(ruff["properties"]["suppressed"], 1);
    for assessment in samples() {
        for run in runs(&assessment) {
            let rules = &run["tool"]["driver"]["rules"];
            for result in results(&run) {
                let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
                assert_eq!(rules[index]["id"], result["ruleId"]);
            }
        }
    }
    let many = sample::many_findings();
    assert_eq!(results(&run_of(&many, "ruff")).len(), 50_000);
}

#[test]
fn fingerprints_stay_when_lines_move_and_no_two_of_a_tool_are_the_same() {
    let prints = |assessment: &Assessment| -> Vec<String> {
        let ruff = run_of(assessment, "ruff");
        let print = |result: &Value| result["partialFingerprints"].to_string();
        results(&ruff).iter().map(print).collect()
    };
    let mut moved = sample::one_fails();
    let Outcome::Fail(evidence) = &mut moved.components[0].checks[2].outcome else { unreachable!() };
    evidence.findings.iter_mut().for_each(|finding| finding.line = finding.line.map(|line| line + 40));
    assert_eq!(prints(&moved), prints(&sample::one_fails()));
    let many = prints(&sample::many_findings());
    assert_eq!(many.iter().collect::<BTreeSet<_>>().len(), 50_000);
}

#[test]
fn a_finding_outside_of_the_repository_is_not_below_its_top() {
    let mut outside = sample::one_fails();
    let Outcome::Fail(evidence) = &mut outside.components[0].checks[2].outcome else { unreachable!() };
    evidence.findings[0].file = "/usr/lib/a b.py".into();
    let place =
        &run_of(&outside, "ruff")["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*place, serde_json::json!({"uri": "file:///usr/lib/a%20b.py"}));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_text_is_in_it_it_is_one_valid_document_that_gives_it_back(text in hostile()) {
        let document = render(&sample::hostile(&text));
        prop_assert!(!document.chars().any(|c| is_unseen(c) && c != '\n'));
        let document = read(&document);
        prop_assert_eq!(faults(std::slice::from_ref(&document)), BTreeSet::new());
        if !text.trim().is_empty() {
            prop_assert_eq!(&document["runs"][0]["results"][0]["message"]["text"], &text);
        }
    }
}
