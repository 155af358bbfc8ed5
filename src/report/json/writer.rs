//! An assessment to its document. Not a judge: what is derived here (summaries, percentages) is derived from what
//! the assessment holds, so that the reader can derive it again.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome};
use crate::model::condition::Condition;
use crate::model::evidence::{Bound, Coverage, Evidence, Measured, Seen};
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::{finding, run};

use super::super::summary::summary;
use super::number::Number;
use super::wire::{
    CheckResult, Component, CoverageFigures, Distribution, DocsFigures, Document, Earlier, Environment, Exit,
    Figures, Finding, Inspected, IssueFigures, Policy, Reason, Run, Subject, TestFigures, Text, Threshold,
    TypeFigures,
};
use super::{NOT_APPLICABLE, Program, SCHEMA, waiver, wire};

/// What is written of `assessment`.
pub(super) fn document(assessment: &Assessment) -> Document<'_> {
    around(assessment, assessment.components.iter().map(component).collect())
}

/// The same, with each component made when its turn comes.
pub(super) fn streamed(assessment: &Assessment) -> Document<'_, InTurn<'_>> {
    around(assessment, InTurn { components: &assessment.components })
}

/// Components that are made one after another.
pub(super) struct InTurn<'a> {
    components: &'a [ComponentAssessment],
}

impl Serialize for InTurn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.components.iter().map(component))
    }
}

fn around<C>(assessment: &Assessment, components: C) -> Document<'_, C> {
    let environment = &assessment.environment;
    let installed = environment
        .distributions
        .iter()
        .map(|one| Distribution { name: text(&one.name), version: text(&one.version) })
        .collect();
    Document {
        schema: SCHEMA,
        tool: Program::of(&assessment.version),
        project: text(&assessment.project),
        policy: Policy { file: text(&assessment.policy.file), sha256: text(&assessment.policy.sha256) },
        verdict: assessment.verdict.name().into(),
        started: instant(assessment.started).into(),
        duration_ms: millis(assessment.duration),
        subject: Subject {
            commit: assessment.subject.commit.as_deref().map(Text::from),
            dirty: assessment.subject.dirty,
            changed: list(&assessment.subject.changed),
        },
        environment: Environment {
            python: environment.python.as_deref().map(Text::from),
            platform: text(&environment.platform),
            lock: environment.lock.as_deref().map(Text::from),
            in_sync: environment.in_sync,
            distributions: environment.distributions.len(),
            sha256: text(&environment.sha256),
            installed,
        },
        only: assessment.only.as_ref().map(|checks| checks.iter().map(|check| check.id().into()).collect()),
        merged: assessment.merged.as_deref().map(list),
        notes: list(&assessment.notes),
        components,
    }
}

fn component(component: &ComponentAssessment) -> Component<'_> {
    Component {
        name: text(&component.name),
        title: text(&component.title),
        group: component.group.as_deref().map(Text::from),
        from: component.from.name().into(),
        to: component.to.name().into(),
        verdict: component.verdict.name().into(),
        files: list(&component.files),
        absent_imports: list(&component.absent_imports),
        checks: component.checks.iter().map(check).collect(),
        conditions: component.conditions.iter().map(condition).collect(),
        waivers: component.waivers.iter().map(waiver::written).collect(),
    }
}

fn condition(condition: &Condition) -> wire::Condition<'_> {
    wire::Condition {
        id: text(&condition.id),
        outcome: condition.state.name().into(),
        summary: text(&condition.summary),
    }
}

fn check(check: &CheckAssessment) -> CheckResult<'_> {
    let evidence = check.outcome.evidence();
    CheckResult {
        id: check.check().id().into(),
        outcome: check.outcome.name().into(),
        waived: check.waived,
        summary: summary(check).into(),
        measured: evidence.map(|evidence| figures(&check.criterion, evidence)),
        inspected: evidence.map(inspected),
        threshold: threshold(&check.criterion),
        reason: reason(&check.outcome),
        suppressed: evidence.map_or(0, |evidence| evidence.suppressed),
        extent: evidence.and_then(|evidence| evidence.extent.as_deref()).map(Text::from),
        notes: list(evidence.map_or(&[], |evidence| &evidence.notes)),
        findings: findings(check).collect(),
        run: check.outcome.run().map(process),
    }
}

fn reason(outcome: &Outcome) -> Option<Reason<'_>> {
    match outcome {
        Outcome::Pass(_) | Outcome::Fail(_) => None,
        Outcome::Inconclusive { reason, .. } => {
            let (message, hint) = (text(&reason.message), text(&reason.hint));
            Some(Reason { kind: reason.kind.name().into(), message, hint })
        }
        Outcome::NotApplicable { why } => {
            Some(Reason { kind: NOT_APPLICABLE.into(), message: text(why), hint: "".into() })
        }
    }
}

pub(super) fn figures<'a>(criterion: &Criterion, evidence: &'a Evidence) -> Figures<'a> {
    match &evidence.measured {
        Measured::Tests(counts) => Figures::Tests(TestFigures {
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.errors,
            skipped: counts.skipped,
            xfailed: counts.xfailed,
            xpassed: counts.xpassed,
        }),
        Measured::Coverage(coverage) => {
            let metric =
                if let Criterion::Coverage { metric, .. } = criterion { *metric } else { Metric::Auto };
            Figures::Coverage(coverage_figures(coverage, metric))
        }
        Measured::Lint { issues } | Measured::Security { issues } | Measured::Own { issues } => {
            Figures::Issues(IssueFigures { issues: *issues })
        }
        Measured::Types { errors, warnings } => {
            Figures::Types(TypeFigures { errors: *errors, warnings: *warnings })
        }
        Measured::Docs { readme, usage_examples } => Figures::Docs(DocsFigures {
            readme: readme.as_deref().map(Text::from),
            usage_examples: *usage_examples,
        }),
    }
}

pub(super) fn inspected(evidence: &Evidence) -> Inspected {
    match evidence.inspected.seen() {
        Seen::Files(files) => Inspected::Files(files),
        Seen::Tests(ran) => Inspected::Tests(ran),
        Seen::Places(looked) => Inspected::Places(looked),
        Seen::Items(looked) => Inspected::Items(looked),
    }
}

fn coverage_figures(coverage: &Coverage, metric: Metric) -> CoverageFigures<'static> {
    let (selected_tests, deselected_tests) = match coverage.bound {
        Bound::Exact => (None, None),
        Bound::Lower { selected, deselected } => (Some(selected), Some(deselected)),
    };
    CoverageFigures {
        covered: coverage.statements.part(),
        statements: coverage.statements.whole(),
        covered_branches: coverage.branches.map(|branches| branches.covered),
        branches: coverage.branches.map(|branches| branches.total),
        percent: Number(coverage.judged(metric).percent()),
        metric: match (metric, coverage.combined()) {
            (Metric::Auto, Some(_)) => "statements_and_branches".into(),
            (Metric::Auto, None) | (Metric::Statements, _) => "statements".into(),
        },
        percent_statements: Number(coverage.statements.percent()),
        percent_with_branches: coverage.combined().map(|ratio| Number(ratio.percent())),
        excluded: coverage.excluded,
        lower_bound: matches!(coverage.bound, Bound::Lower { .. }),
        selected_tests,
        deselected_tests,
    }
}

pub(super) fn threshold(criterion: &Criterion) -> Option<Threshold<'static>> {
    Some(match criterion {
        Criterion::Tests { max_failures, min_passed } => {
            Threshold::Tests { max_failures: *max_failures, min_passed: *min_passed }
        }
        Criterion::Coverage { min, metric, precision } => Threshold::Coverage {
            exact: *precision == Precision::Exact,
            min_percent: Number(*min),
            metric: match metric {
                Metric::Auto => "auto".into(),
                Metric::Statements => "statements".into(),
            },
        },
        Criterion::Lint { max_issues } | Criterion::Own { max_issues, .. } => {
            Threshold::Lint { max_issues: *max_issues }
        }
        Criterion::Types { max_errors, max_warnings } => {
            Threshold::Types { max_errors: *max_errors, max_warnings: *max_warnings }
        }
        Criterion::Security { max_issues, min_severity } => {
            Threshold::Security { max_issues: *max_issues, min_severity: min_severity.name().into() }
        }
        Criterion::Docs { readme, usage_example } => {
            Threshold::Docs { readme: *readme, usage_example: *usage_example }
        }
        Criterion::NotApplicable { .. } => return None,
    })
}

fn findings(check: &CheckAssessment) -> impl Iterator<Item = Finding<'_>> {
    let findings = check.outcome.evidence().map_or(&[][..], |evidence| &evidence.findings);
    findings.iter().enumerate().map(|(at, found)| Finding { waiver: check.cover(at), ..finding(found) })
}

fn finding(finding: &finding::Finding) -> Finding<'_> {
    Finding {
        file: text(&finding.file),
        line: finding.line,
        column: finding.column,
        rule: text(&finding.rule),
        severity: finding.severity.name().into(),
        message: text(&finding.message),
        waiver: None,
    }
}

fn process(run: &run::Run) -> Run<'_> {
    Run {
        tool: run.tool.name().into(),
        version: text(&run.version),
        argv: list(&run.argv),
        exit: match run.exit {
            run::Exit::Code(code) => Exit::Code(code),
            run::Exit::Signal(signal) => Exit::Signal(signal),
            run::Exit::TimedOut => Exit::TimedOut(true),
            run::Exit::Interrupted => Exit::Interrupted(true),
            run::Exit::Flooded => Exit::Flooded(true),
            run::Exit::NotFound => Exit::NotFound(true),
        },
        duration_ms: millis(run.duration),
        report_sha256: run.report_sha256.as_deref().map(Text::from),
        cached: run.cached.is_some(),
        cached_from: run.cached.as_ref().map(|earlier| Earlier {
            time: instant(earlier.time).into(),
            commit: earlier.commit.as_deref().map(Text::from),
        }),
    }
}

fn text(text: &str) -> Text<'_> {
    text.into()
}

fn list(texts: &[String]) -> Cow<'_, [String]> {
    texts.into()
}

fn instant(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same to the millisecond, as ledgers have it: what is held against their records must not be older than it is.
pub(crate) fn precise_instant(time: jiff::Timestamp) -> String {
    let time = time.round(jiff::Unit::Millisecond).unwrap_or(time);
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::super::clean::{is_unseen, tests::hostile};
    use super::super::super::sample;
    use super::super::render;
    use super::*;
    use crate::model::evidence::Branches;
    use crate::model::percent::{Percent, Ratio};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parsed(assessment: &Assessment) -> Value {
        serde_json::from_str(&render(assessment)).expect("one JSON document")
    }

    #[test]
    fn the_document_of_a_failed_gate() {
        insta::assert_snapshot!("json_one_fails", render(&sample::one_fails()));
    }

    #[test]
    fn the_document_of_an_inconclusive_gate() {
        insta::assert_snapshot!("json_tool_missing", render(&sample::tool_missing()));
    }

    #[test]
    fn the_document_of_what_is_waived() {
        let component = &parsed(&sample::waived())["components"][0];
        let lint = &component["checks"][2];
        assert_eq!((&lint["outcome"], &lint["waived"]), (&json!("fail"), &json!(true)));
        assert_eq!((&component["verdict"], &lint["findings"][1]["waiver"]), (&json!("pass"), &json!(0)));
        let used = json!({"check": "lint", "rule": "E501", "path": "src/components/carbon_component.py", "max": 2,
            "reason": "the table is generated", "owner": "alice", "issue": "#12", "expires": "2025-11-01",
            "file": "policies/carbon.toml", "line": 14, "state": "used", "covered": 2});
        assert_eq!(component["waivers"][0], used);
        let states: Vec<&Value> =
            component["waivers"].as_array().expect("waivers").iter().map(|one| &one["state"]).collect();
        assert_eq!(states, ["used", "unused", "expired"]);
        assert_eq!(parsed(&sample::all_pass())["components"][0].get("waivers"), None);
    }

    #[test]
    fn a_reused_result_says_from_when_and_from_which_commit() {
        let runs: Vec<Value> = parsed(&sample::cached())["components"][0]["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .map(|check| check["run"].clone())
            .collect();
        assert_eq!(runs[2]["cached"], true);
        assert_eq!(
            runs[2]["cached_from"],
            json!({"time": "2025-10-13T14:03:59Z", "commit": "30f84615a0c1d2e3f405162738495a6b7c8d9e0f"})
        );
        assert_eq!((&runs[3]["cached"], runs[3].get("cached_from")), (&json!(false), None));
    }

    #[test]
    fn without_evidence_nothing_is_measured_and_the_reason_is_typed() {
        let document = parsed(&sample::tool_missing());
        let types = &document["components"][0]["checks"][3];
        assert_eq!(types["measured"], Value::Null);
        assert_eq!(types["reason"]["kind"], "tool_missing");
        let docs = &document["components"][0]["checks"][5];
        assert_eq!(
            docs["reason"],
            json!({"kind": "not_applicable", "message": "internal component", "hint": ""})
        );
        assert_eq!(
            (&docs["measured"], &docs["threshold"], &docs["run"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }

    #[test]
    fn both_coverage_figures_stand_beside_the_one_that_is_judged() {
        let branches = Some(Branches { covered: 6, total: 12 });
        let coverage = |metric, bound| {
            let statements = Ratio::new(71, 97).unwrap();
            let coverage = Coverage { statements, branches, bound, excluded: 5 };
            serde_json::to_value(coverage_figures(&coverage, metric)).unwrap()
        };
        let both = json!({
            "covered": 71, "statements": 97, "covered_branches": 6, "branches": 12, "percent": 70.64,
            "metric": "statements_and_branches", "percent_statements": 73.19, "percent_with_branches": 70.64,
            "excluded": 5, "lower_bound": false});
        assert_eq!(coverage(Metric::Auto, Bound::Exact), both);
        let selected = coverage(Metric::Statements, Bound::Lower { selected: 3, deselected: 4 });
        assert_eq!((&selected["percent"], &selected["metric"]), (&json!(73.19), &json!("statements")));
        assert_eq!(selected["lower_bound"], true);
        assert_eq!((&selected["selected_tests"], &selected["deselected_tests"]), (&json!(3), &json!(4)));
    }

    #[test]
    fn every_end_of_a_process_is_an_object_with_one_key() {
        let exits = [
            (run::Exit::Code(2), json!({"code": 2})),
            (run::Exit::Signal(9), json!({"signal": 9})),
            (run::Exit::TimedOut, json!({"timed_out": true})),
            (run::Exit::Interrupted, json!({"interrupted": true})),
            (run::Exit::Flooded, json!({"flooded": true})),
            (run::Exit::NotFound, json!({"not_found": true})),
        ];
        for (exit, expected) in exits {
            let Outcome::Pass(mut evidence) = sample::all_pass().components[0].checks[0].outcome.clone()
            else {
                unreachable!("the sample passes")
            };
            evidence.run.as_mut().unwrap().exit = exit;
            assert_eq!(
                serde_json::to_value(process(evidence.run.as_ref().unwrap())).unwrap()["exit"],
                expected
            );
        }
    }

    #[test]
    fn only_names_the_checks_that_were_asked_for() {
        assert_eq!(parsed(&sample::only_lint())["only"], json!(["lint"]));
        assert_eq!(parsed(&sample::all_pass())["only"], Value::Null);
    }

    proptest! {
        #[test]
        fn a_percentage_is_printed_with_exactly_its_digits(hundredths in 0u32..=10_000) {
            let percent = Percent::from_hundredths(hundredths).unwrap();
            prop_assert_eq!(serde_json::to_string(&Number(percent)).unwrap(), percent.to_string());
        }

        #[test]
        fn whatever_a_tool_says_comes_back_from_the_document_and_nothing_unseen_stands_in_it(text in hostile()) {
            let assessment = sample::hostile(&text);
            let document = render(&assessment);
            prop_assert!(!document.chars().any(|c| c != '\n' && is_unseen(c)));
            let parsed: Value = serde_json::from_str(&document).unwrap();
            let lint = &parsed["components"][0]["checks"][2];
            prop_assert_eq!(&lint["findings"][0]["message"], &text);
            prop_assert_eq!(&lint["run"]["argv"][1], &text);
            prop_assert_eq!(&parsed["components"][0]["checks"][3]["reason"]["hint"], &text);
            prop_assert_eq!(&parsed["subject"]["changed"][0], &text);
        }
    }
}
