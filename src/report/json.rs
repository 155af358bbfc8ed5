//! The published JSON document, schema 1. Its structs are its own, so that a rename inside can never change it.
//! Nothing is cleaned here, for this is data: what a tool said comes back byte for byte when it is parsed. But
//! what acts on a terminal is written as `\u…`, so that the document is safe to look at.

use serde::{Serialize, Serializer};

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome};
use crate::model::check::Check;
use crate::model::evidence::{Bound, Coverage, Evidence, Measured};
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::percent::Percent;
use crate::model::run;

use super::clean::is_unseen;
use super::summary::summary;

/// The version of the schema.
pub(super) const SCHEMA: u8 = 1;

/// The document, indented, with a final newline.
pub(super) fn render(assessment: &Assessment) -> String {
    written(&document(assessment))
}

/// `document` as text in which nothing unseen stands.
pub(super) fn written(document: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(document).expect("structs with string keys always serialise");
    let mut text = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        // Line breaks of the layout are the only controls that serde_json leaves as they are outside of strings.
        if character != '\n' && is_unseen(character) {
            let mut units = [0; 2];
            text.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    tool: Program<'a>,
    project: &'a str,
    verdict: &'static str,
    started: String,
    duration_ms: u64,
    subject: Subject<'a>,
    environment: Environment<'a>,
    only: Option<Vec<&'static str>>,
    components: Vec<Component<'a>>,
}

/// The program that wrote a document.
#[derive(Serialize)]
pub(super) struct Program<'a> {
    pub(super) name: &'static str,
    pub(super) version: &'a str,
}

impl<'a> Program<'a> {
    /// This one.
    pub(super) fn of(version: &'a str) -> Self {
        Self { name: "tta-promote", version }
    }
}

#[derive(Serialize)]
struct Subject<'a> {
    commit: Option<&'a str>,
    dirty: Option<bool>,
    changed: &'a [String],
}

#[derive(Serialize)]
struct Environment<'a> {
    python: Option<&'a str>,
    platform: &'a str,
    lock: Option<&'a str>,
    in_sync: Option<bool>,
    distributions: usize,
    sha256: &'a str,
    installed: Vec<Distribution<'a>>,
}

#[derive(Serialize)]
struct Distribution<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Component<'a> {
    name: &'a str,
    title: &'a str,
    group: Option<&'a str>,
    from: &'static str,
    to: &'static str,
    verdict: &'static str,
    files: &'a [String],
    absent_imports: &'a [String],
    checks: Vec<CheckResult<'a>>,
}

#[derive(Serialize)]
struct CheckResult<'a> {
    id: &'static str,
    outcome: &'static str,
    waived: bool,
    summary: String,
    measured: Option<Figures<'a>>,
    threshold: Option<Threshold>,
    reason: Option<Reason<'a>>,
    suppressed: u64,
    extent: Option<&'a str>,
    notes: &'a [String],
    findings: Vec<Finding<'a>>,
    run: Option<Run<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Figures<'a> {
    Tests { passed: u64, failed: u64, errors: u64, skipped: u64, xfailed: u64, xpassed: u64 },
    Coverage(CoverageFigures),
    Issues { issues: u64 },
    Types { errors: u64, warnings: u64 },
    Docs { readme: Option<&'a str>, usage_examples: u64 },
}

#[derive(Serialize)]
struct CoverageFigures {
    covered: u64,
    statements: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_branches: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branches: Option<u64>,
    percent: Number,
    metric: &'static str,
    percent_statements: Number,
    percent_with_branches: Option<Number>,
    excluded: u64,
    lower_bound: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_tests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deselected_tests: Option<u64>,
}

/// A percentage as a JSON number: the shortest decimal that is within hundredths, so 42.22 and 70.
struct Number(Percent);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.hundredths() {
            whole if whole % 100 == 0 => serializer.serialize_u32(whole / 100),
            hundredths => serializer.serialize_f64(f64::from(hundredths) / 100.0),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Threshold {
    Tests {
        max_failures: u64,
        min_passed: u64,
    },
    Coverage {
        min_percent: Number,
        metric: &'static str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        exact: bool,
    },
    Lint {
        max_issues: u64,
    },
    Types {
        max_errors: u64,
        max_warnings: u64,
    },
    Security {
        max_issues: u64,
        min_severity: &'static str,
    },
    Docs {
        readme: bool,
        usage_example: bool,
    },
}

#[derive(Serialize)]
struct Reason<'a> {
    kind: &'static str,
    message: &'a str,
    hint: &'a str,
}

#[derive(Serialize)]
struct Finding<'a> {
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Run<'a> {
    tool: &'static str,
    version: &'a str,
    argv: &'a [String],
    exit: Exit,
    duration_ms: u64,
    report_sha256: Option<&'a str>,
    cached: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_from: Option<Earlier<'a>>,
}

#[derive(Serialize)]
struct Earlier<'a> {
    time: String,
    commit: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Exit {
    Code(i32),
    Signal(i32),
    TimedOut(bool),
    Interrupted(bool),
    Flooded(bool),
    NotFound(bool),
}

fn document(assessment: &Assessment) -> Document<'_> {
    let environment = &assessment.environment;
    let installed = environment
        .distributions
        .iter()
        .map(|one| Distribution { name: &one.name, version: &one.version })
        .collect();
    Document {
        schema: SCHEMA,
        tool: Program::of(&assessment.version),
        project: &assessment.project,
        verdict: assessment.verdict.name(),
        started: instant(assessment.started),
        duration_ms: millis(assessment.duration),
        subject: Subject {
            commit: assessment.subject.commit.as_deref(),
            dirty: assessment.subject.dirty,
            changed: &assessment.subject.changed,
        },
        environment: Environment {
            python: environment.python.as_deref(),
            platform: &environment.platform,
            lock: environment.lock.as_deref(),
            in_sync: environment.in_sync,
            distributions: environment.distributions.len(),
            sha256: &environment.sha256,
            installed,
        },
        only: assessment.only.as_ref().map(|checks| checks.iter().copied().map(Check::id).collect()),
        components: assessment.components.iter().map(component).collect(),
    }
}

fn component(component: &ComponentAssessment) -> Component<'_> {
    Component {
        name: &component.name,
        title: &component.title,
        group: component.group.as_deref(),
        from: component.from.name(),
        to: component.to.name(),
        verdict: component.verdict.name(),
        files: &component.files,
        absent_imports: &component.absent_imports,
        checks: component.checks.iter().map(check).collect(),
    }
}

fn check(check: &CheckAssessment) -> CheckResult<'_> {
    let evidence = check.outcome.evidence();
    CheckResult {
        id: check.check().id(),
        outcome: check.outcome.name(),
        waived: false,
        summary: summary(check),
        measured: evidence.map(|evidence| figures(&check.criterion, evidence)),
        threshold: threshold(&check.criterion),
        reason: reason(&check.outcome),
        suppressed: evidence.map_or(0, |evidence| evidence.suppressed),
        extent: evidence.and_then(|evidence| evidence.extent.as_deref()),
        notes: evidence.map_or(&[], |evidence| &evidence.notes),
        findings: evidence.map_or(&[][..], |evidence| &evidence.findings).iter().map(finding).collect(),
        run: check.outcome.run().map(process),
    }
}

fn reason(outcome: &Outcome) -> Option<Reason<'_>> {
    match outcome {
        Outcome::Pass(_) | Outcome::Fail(_) => None,
        Outcome::Inconclusive { reason, .. } => {
            Some(Reason { kind: reason.kind.name(), message: &reason.message, hint: &reason.hint })
        }
        Outcome::NotApplicable { why } => Some(Reason { kind: "not_applicable", message: why, hint: "" }),
    }
}

fn figures<'a>(criterion: &Criterion, evidence: &'a Evidence) -> Figures<'a> {
    match &evidence.measured {
        Measured::Tests(counts) => Figures::Tests {
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.errors,
            skipped: counts.skipped,
            xfailed: counts.xfailed,
            xpassed: counts.xpassed,
        },
        Measured::Coverage(coverage) => {
            let metric =
                if let Criterion::Coverage { metric, .. } = criterion { *metric } else { Metric::Auto };
            Figures::Coverage(coverage_figures(coverage, metric))
        }
        Measured::Lint { issues } | Measured::Security { issues } => Figures::Issues { issues: *issues },
        Measured::Types { errors, warnings } => Figures::Types { errors: *errors, warnings: *warnings },
        Measured::Docs { readme, usage_examples } => {
            Figures::Docs { readme: readme.as_deref(), usage_examples: *usage_examples }
        }
    }
}

fn coverage_figures(coverage: &Coverage, metric: Metric) -> CoverageFigures {
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
            (Metric::Auto, Some(_)) => "statements_and_branches",
            (Metric::Auto, None) | (Metric::Statements, _) => "statements",
        },
        percent_statements: Number(coverage.statements.percent()),
        percent_with_branches: coverage.combined().map(|ratio| Number(ratio.percent())),
        excluded: coverage.excluded,
        lower_bound: matches!(coverage.bound, Bound::Lower { .. }),
        selected_tests,
        deselected_tests,
    }
}

fn threshold(criterion: &Criterion) -> Option<Threshold> {
    Some(match criterion {
        Criterion::Tests { max_failures, min_passed } => {
            Threshold::Tests { max_failures: *max_failures, min_passed: *min_passed }
        }
        Criterion::Coverage { min, metric, precision } => Threshold::Coverage {
            min_percent: Number(*min),
            metric: match metric {
                Metric::Auto => "auto",
                Metric::Statements => "statements",
            },
            exact: *precision == Precision::Exact,
        },
        Criterion::Lint { max_issues } => Threshold::Lint { max_issues: *max_issues },
        Criterion::Types { max_errors, max_warnings } => {
            Threshold::Types { max_errors: *max_errors, max_warnings: *max_warnings }
        }
        Criterion::Security { max_issues, min_severity } => {
            Threshold::Security { max_issues: *max_issues, min_severity: min_severity.name() }
        }
        Criterion::Docs { readme, usage_example } => {
            Threshold::Docs { readme: *readme, usage_example: *usage_example }
        }
        Criterion::NotApplicable { .. } => return None,
    })
}

fn finding(finding: &crate::model::finding::Finding) -> Finding<'_> {
    Finding {
        file: &finding.file,
        line: finding.line,
        column: finding.column,
        rule: &finding.rule,
        severity: finding.severity.name(),
        message: &finding.message,
    }
}

fn process(run: &run::Run) -> Run<'_> {
    Run {
        tool: run.tool.name(),
        version: &run.version,
        argv: &run.argv,
        exit: match run.exit {
            run::Exit::Code(code) => Exit::Code(code),
            run::Exit::Signal(signal) => Exit::Signal(signal),
            run::Exit::TimedOut => Exit::TimedOut(true),
            run::Exit::Interrupted => Exit::Interrupted(true),
            run::Exit::Flooded => Exit::Flooded(true),
            run::Exit::NotFound => Exit::NotFound(true),
        },
        duration_ms: millis(run.duration),
        report_sha256: run.report_sha256.as_deref(),
        cached: run.cached.is_some(),
        cached_from: run
            .cached
            .as_ref()
            .map(|earlier| Earlier { time: instant(earlier.time), commit: earlier.commit.as_deref() }),
    }
}

fn instant(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::clean::tests::hostile;
    use super::super::sample;
    use super::*;
    use crate::model::evidence::Branches;
    use crate::model::percent::Ratio;
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
