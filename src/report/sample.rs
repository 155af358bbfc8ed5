//! Assessments to render: one component in each state that people meet. Built by hand, not judged: a renderer
//! must show whatever it is given.

use std::time::Duration;

use crate::model::assessment::{
    Assessment, CheckAssessment, ComponentAssessment, Outcome, PolicyDigest, Subject, Verdict,
};
use crate::model::check::Check;
use crate::model::condition::{Condition, ConditionState};
use crate::model::environment::{Distribution, Environment};
use crate::model::evidence::{Bound, Branches, Coverage, Evidence, Inspected, Measured, TestCounts};
use crate::model::finding::{Finding, Severity};
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::own_name::OwnName;
use crate::model::percent::{Percent, Ratio};
use crate::model::place::Place;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::{Earlier, Exit, Run};
use crate::model::stage::Stage;
use crate::model::toolchain::Tool;
use crate::model::waiver::{Cover, Waiver, WaiverAssessment, WaiverState};

const FILE: &str = "src/components/carbon_component.py";

/// Every sample.
pub(crate) fn all() -> Vec<Assessment> {
    vec![
        all_pass(),
        one_fails(),
        tool_missing(),
        only_lint(),
        cached(),
        many_findings(),
        several(),
        many(),
        waiting(),
        nobody(),
        waived(),
        own_checks(),
        hostile("\u{1b}[2J|`<b>@name"),
    ]
}

/// Every check passes, branches are measured.
pub(crate) fn all_pass() -> Assessment {
    of(Verdict::Pass, passing())
}

/// Coverage and lint fail; an optional import is absent and a file changed.
pub(crate) fn one_fails() -> Assessment {
    let mut checks = passing();
    let coverage = Coverage {
        statements: Ratio::new(38, 90).unwrap(),
        branches: None,
        bound: Bound::Exact,
        excluded: 0,
    };
    let mut evidence_of_coverage = with_run(Measured::Coverage(coverage), Tool::Pytest);
    evidence_of_coverage.notes = vec!["`tests/test_carbon.py` never imports the component".into()];
    checks[1].outcome = Outcome::Fail(evidence_of_coverage);
    let mut lint = with_run(Measured::Lint { issues: 4 }, Tool::Ruff);
    lint.suppressed = 1;
    lint.findings = vec![
        finding(3, "F401", "`json` imported but unused"),
        finding(41, "E722", "Do not use bare `except`"),
        finding(
            88,
            "PLR0912",
            "Too many branches (17 > 12): split the function along the cases that it already names in its comments",
        ),
        finding(120, "W291", "Trailing whitespace"),
    ];
    checks[2].outcome = Outcome::Fail(lint);
    let mut assessment = of(Verdict::Fail, checks);
    assessment.subject.dirty = Some(true);
    assessment.subject.changed = vec!["coverage.json".into()];
    assessment.components[0].absent_imports = vec!["codecarbon".into()];
    assessment
}

/// The type checker is not there.
pub(crate) fn tool_missing() -> Assessment {
    let mut checks = passing();
    checks[3].outcome = Outcome::Inconclusive {
        reason: Reason::new(
            ReasonKind::ToolMissing,
            "pyright is not installed",
            "run `uv add --dev pyright`, or pin it under `[project] tools` in `promotion.toml`",
        ),
        run: None,
    };
    checks[5].criterion = Criterion::NotApplicable { check: Check::Docs, why: "internal component".into() };
    checks[5].outcome = Outcome::NotApplicable { why: "internal component".into() };
    of(Verdict::Inconclusive, checks)
}

/// `--only lint`, and it passes.
pub(crate) fn only_lint() -> Assessment {
    let mut assessment = of(Verdict::Pass, vec![passing().swap_remove(2)]);
    assessment.only = Some(vec![Check::Lint]);
    assessment
}

/// Every check passes, and only the type checker ran: the rest is from the same earlier run, but for the
/// security linter's, which is older.
pub(crate) fn cached() -> Assessment {
    let mut assessment = all_pass();
    let from =
        |time: &str, commit: &str| Earlier { time: time.parse().unwrap(), commit: Some(commit.into()) };
    for check in &mut assessment.components[0].checks {
        let Outcome::Pass(Evidence { run: Some(run), .. }) = &mut check.outcome else { continue };
        run.cached = match run.tool {
            Tool::Pytest | Tool::Ruff => {
                Some(from("2025-10-13T14:03:59Z", "30f84615a0c1d2e3f405162738495a6b7c8d9e0f"))
            }
            Tool::Bandit => Some(from("2025-10-12T09:15:00Z", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")),
            Tool::Pyright | Tool::Own(_) => None,
        };
    }
    assessment
}

/// 50,000 issues.
pub(crate) fn many_findings() -> Assessment {
    let mut checks = passing();
    let mut lint = with_run(Measured::Lint { issues: 50_000 }, Tool::Ruff);
    lint.findings = (1..=50_000).map(|line| finding(line, "E501", "Line too long (104 > 88)")).collect();
    checks[2].outcome = Outcome::Fail(lint);
    of(Verdict::Fail, checks)
}

/// One that passes, one that fails, one that is inconclusive.
pub(crate) fn several() -> Assessment {
    let mut assessment = one_fails();
    let mut narrative = component("narrative-arc", Verdict::Pass, passing());
    narrative.title = "Narrative Arc Orchestrator".into();
    narrative.absent_imports = vec!["neo4j".into()];
    assessment.components.push(narrative);
    let missing = tool_missing().components.swap_remove(0);
    let mut model = component("model-management", Verdict::Inconclusive, missing.checks);
    model.title = "Model Management".into();
    model.files = vec!["src/components/model_management/service.py".into()];
    assessment.components.push(model);
    assessment
}

/// Twelve in three groups and one in none: most pass, two share a reason, three fail in ways of their own.
pub(crate) fn many() -> Assessment {
    let mut assessment = all_pass();
    let named = |name: &str, group: &str, verdict, checks| {
        let mut component = component(name, verdict, checks);
        component.group = (!group.is_empty()).then(|| group.to_owned());
        component
    };
    let failing = one_fails().components.swap_remove(0).checks;
    let missing = tool_missing().components.swap_remove(0).checks;
    let mut bounded = passing();
    if let Outcome::Pass(Evidence { measured: Measured::Coverage(coverage), .. }) = &mut bounded[1].outcome {
        coverage.bound = Bound::Lower { selected: 12, deselected: 40 };
    }
    let mut both = missing.clone();
    let mut tests =
        with_run(Measured::Tests(TestCounts { passed: 3, failed: 2, ..TestCounts::default() }), Tool::Pytest);
    tests.findings = vec![finding(7, "failed", "test_gpt: assert 1 == 2")];
    both[0].outcome = Outcome::Fail(tests);
    let core = "Core Infrastructure";
    assessment.components = vec![
        named("carbon", core, Verdict::Fail, failing),
        named("docker", core, Verdict::Pass, bounded),
        named("neo4j", core, Verdict::Pass, passing()),
        named("agent-orchestration", "AI/Agent Systems", Verdict::Pass, passing()),
        named("llm", "AI/Agent Systems", Verdict::Fail, both),
        named("model-management", "AI/Agent Systems", Verdict::Inconclusive, missing.clone()),
        named("gameplay-loop", "Player Experience", Verdict::Pass, passing()),
        named(
            "narrative-arc-orchestrator-of-the-player",
            "Player Experience",
            Verdict::Inconclusive,
            missing,
        ),
        named("narrative-coherence", "Player Experience", Verdict::Pass, passing()),
        named("therapeutic-systems", "Player Experience", Verdict::Pass, passing()),
        named("player-experience", "Player Experience", Verdict::Pass, passing()),
        named("scratch", "", Verdict::Inconclusive, Vec::new()),
    ];
    assessment.components[2].absent_imports = vec!["neo4j".into()];
    assessment.verdict = Verdict::Fail;
    assessment
}

/// Every check passes; time must bring one condition, and another is not met.
pub(crate) fn waiting() -> Assessment {
    let mut assessment = all_pass();
    let condition =
        |id: &str, state, summary: &str| Condition { id: id.into(), state, summary: summary.into() };
    let component = &mut assessment.components[0];
    component.conditions = vec![
        condition("dependencies", ConditionState::Pass, "none"),
        condition("soak", ConditionState::Waiting, "day 3 of 7"),
        condition("uptime", ConditionState::Fail, "99.1 % < 99.5 %"),
    ];
    component.verdict = Verdict::Fail;
    assessment.verdict = Verdict::Fail;
    assessment
}

/// Two lint issues that a waiver covers, so that it passes; two other waivers are unused and expired.
pub(crate) fn waived() -> Assessment {
    let mut checks = passing();
    let mut lint = with_run(Measured::Lint { issues: 2 }, Tool::Ruff);
    lint.findings = [41, 88].map(|line| finding(line, "E501", "Line too long (104 > 88)")).to_vec();
    let covers = (0..2).map(|finding| Cover { finding, waiver: 0 }).collect();
    checks[2] = CheckAssessment { outcome: Outcome::Fail(lint), waived: true, covers, ..checks[2].clone() };
    let mut assessment = of(Verdict::Pass, checks);
    let waiver = |check, rule: &str, expires: &str, state| WaiverAssessment {
        waiver: Waiver {
            check,
            rule: rule.into(),
            path: FILE.into(),
            max: 2,
            reason: "the table is generated".into(),
            owner: "alice".into(),
            issue: "#12".into(),
            expires: expires.parse().unwrap(),
            place: Place { file: "policies/carbon.toml".into(), line: 14 },
        },
        state,
    };
    assessment.components[0].waivers = vec![
        waiver(Check::Lint, "E501", "2025-11-01", WaiverState::Used { covered: 2 }),
        waiver(Check::Types, "reportCallIssue", "2025-12-01", WaiverState::Unused),
        waiver(Check::Security, "B602", "2025-10-01", WaiverState::Expired),
    ];
    assessment
}

/// Checks of one's own: one passes, one fails, and one was not measured.
pub(crate) fn own_checks() -> Assessment {
    let mut checks = passing();
    let name = |name: &str| OwnName::new(name).unwrap();
    let own = |name: OwnName, issues, outcome: fn(Evidence) -> Outcome, findings: Vec<Finding>| {
        let evidence = with_run(Measured::Own { issues }, Tool::Own(name));
        let inspected = Inspected::items(12, 1, "it says").unwrap();
        let extent = Some("12 inspected".into());
        let evidence = Evidence { inspected, extent, findings, suppressed: 1, ..evidence };
        CheckAssessment::of(Criterion::Own { check: name, max_issues: 0 }, outcome(evidence))
    };
    let bare = Finding { file: "".into(), line: None, ..finding(1, "", "Two licenses are not allowed") };
    checks.push(own(name("format"), 0, Outcome::Pass, Vec::new()));
    checks.push(own(
        name("mypy"),
        2,
        Outcome::Fail,
        vec![bare, finding(41, "arg-type", "Argument 1 is wrong")],
    ));
    let reason = Reason::new(ReasonKind::ReportMissing, "scan left no report", "see where it writes it");
    let run = Some(run(Tool::Own(name("scan")), Exit::Code(0)));
    let unmeasured = Outcome::Inconclusive { reason, run };
    checks.push(CheckAssessment::of(Criterion::Own { check: name("scan"), max_issues: 3 }, unmeasured));
    of(Verdict::Fail, checks)
}

/// No component was selected.
pub(crate) fn nobody() -> Assessment {
    let mut assessment = all_pass();
    assessment.components.clear();
    assessment.verdict = Verdict::Inconclusive;
    assessment
}

/// `text` in every place that a tool, the project or the policy can write to.
pub(crate) fn hostile(text: &str) -> Assessment {
    let text = || text.to_owned();
    let mut checks = passing();
    let mut lint = with_run(Measured::Lint { issues: 2 }, Tool::Ruff);
    let bare = Finding {
        file: "".into(),
        line: None,
        column: None,
        rule: "".into(),
        severity: Severity::Low,
        message: text().into(),
    };
    lint.findings = vec![
        Finding { file: text().into(), rule: text().into(), message: text().into(), ..finding(1, "", "") },
        bare,
    ];
    lint.notes = vec![text()];
    if let Some(run) = &mut lint.run {
        run.version = text();
        run.argv = [text(), text()].into();
        run.cached = Some(Earlier { time: jiff::Timestamp::UNIX_EPOCH, commit: Some(text()) });
    }
    checks[2].outcome = Outcome::Fail(lint);
    checks[3].outcome = Outcome::Inconclusive {
        reason: Reason::new(ReasonKind::ToolCrashed, text(), text()),
        run: Some(run(Tool::Pyright, Exit::Signal(11))),
    };
    checks[5].criterion = Criterion::NotApplicable { check: Check::Docs, why: text() };
    checks[5].outcome = Outcome::NotApplicable { why: text() };
    let mut assessment = of(Verdict::Fail, checks);
    assessment.project = text();
    assessment.version = text();
    assessment.policy = PolicyDigest { file: text(), sha256: text() };
    assessment.notes = vec![text()];
    assessment.merged = Some(vec![text()]);
    assessment.subject = Subject { commit: Some(text()), dirty: Some(true), changed: vec![text()] };
    assessment.environment.python = Some(text());
    assessment.environment.platform = text();
    assessment.environment.lock = Some(text());
    let component = &mut assessment.components[0];
    component.name = text();
    component.title = text();
    component.group = Some(text());
    component.absent_imports = vec![text()];
    component.files = vec![text()];
    component.conditions =
        vec![Condition { id: text(), state: ConditionState::Inconclusive, summary: text() }];
    component.waivers = hostile_waivers(&text());
    component.checks[2].covers = vec![Cover { finding: 1, waiver: 0 }];
    assessment
}

fn hostile_waivers(text: &str) -> Vec<WaiverAssessment> {
    let waiver = |state| WaiverAssessment {
        waiver: Waiver {
            check: Check::Lint,
            rule: text.into(),
            path: text.into(),
            max: 1,
            reason: text.into(),
            owner: text.into(),
            issue: text.into(),
            expires: "2025-11-01".parse().unwrap(),
            place: Place { file: text.into(), line: 14 },
        },
        state,
    };
    vec![waiver(WaiverState::Used { covered: 1 }), waiver(WaiverState::Exceeded { found: 2 })]
}

/// Evidence of one file, without a run.
pub(crate) fn evidence(measured: Measured) -> Evidence {
    let inspected = match &measured {
        Measured::Tests(counts) => {
            Inspected::tests((counts.passed + counts.failed + counts.errors + counts.xpassed).max(1))
        }
        Measured::Docs { .. } => Inspected::places(1),
        _ => Inspected::files(&[FILE.to_owned()], "the sample", |_| true),
    };
    Evidence {
        measured,
        inspected: inspected.unwrap(),
        findings: vec![],
        extent: None,
        suppressed: 0,
        lines: crate::model::line_set::Lines::new(),
        notes: vec![],
        run: None,
    }
}

/// `coverage = { min_percent, metric }`.
pub(crate) fn coverage_criterion(min_percent: u32, metric: Metric) -> Criterion {
    Criterion::Coverage {
        min: Percent::from_hundredths(min_percent * 100).unwrap(),
        metric,
        precision: Precision::Enough,
    }
}

fn passing() -> Vec<CheckAssessment> {
    let coverage = Coverage {
        statements: Ratio::new(71, 97).unwrap(),
        branches: Some(Branches { covered: 6, total: 12 }),
        bound: Bound::Exact,
        excluded: 0,
    };
    let counts = TestCounts { passed: 12, skipped: 2, ..TestCounts::default() };
    let readme = Some("src/components/carbon/README.md".to_owned());
    let mut lint = with_run(Measured::Lint { issues: 0 }, Tool::Ruff);
    lint.suppressed = 3;
    let pass = |criterion, evidence| CheckAssessment::of(criterion, Outcome::Pass(evidence));
    vec![
        pass(
            Criterion::Tests { max_failures: 0, min_passed: 1 },
            with_run(Measured::Tests(counts), Tool::Pytest),
        ),
        pass(coverage_criterion(70, Metric::Auto), with_run(Measured::Coverage(coverage), Tool::Pytest)),
        pass(Criterion::Lint { max_issues: 0 }, lint),
        pass(
            Criterion::Types { max_errors: 0, max_warnings: 0 },
            with_run(Measured::Types { errors: 0, warnings: 0 }, Tool::Pyright),
        ),
        pass(
            Criterion::Security { max_issues: 0, min_severity: Severity::Medium },
            with_run(Measured::Security { issues: 0 }, Tool::Bandit),
        ),
        pass(
            Criterion::Docs { readme: true, usage_example: true },
            evidence(Measured::Docs { readme, usage_examples: 2 }),
        ),
    ]
}

fn with_run(measured: Measured, tool: Tool) -> Evidence {
    Evidence { run: Some(run(tool, Exit::Code(0))), ..evidence(measured) }
}

fn run(tool: Tool, exit: Exit) -> Run {
    let (version, arguments, millis) = match tool {
        Tool::Pytest => ("9.2.0", vec!["tests", "-o", "addopts=", "--cov=src/components"], 3190),
        Tool::Ruff => ("0.17.6", vec!["check", "--no-fix", "--output-format=json", FILE], 19),
        Tool::Pyright => ("1.1.414", vec!["--outputjson", FILE], 2400),
        Tool::Bandit => ("1.9.4", vec!["-f", "json", "-q", "-x", "", FILE], 310),
        Tool::Own(_) => ("unknown", vec!["--strict", FILE], 770),
    };
    let executable = format!(".venv/bin/{tool}");
    Run {
        tool,
        version: version.into(),
        argv: std::iter::once(executable).chain(arguments.into_iter().map(String::from)).collect(),
        exit,
        duration: Duration::from_millis(millis),
        report_sha256: Some("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".into()),
        cached: None,
    }
}

fn finding(line: u32, rule: &str, message: &str) -> Finding {
    Finding {
        file: FILE.into(),
        line: Some(line),
        column: Some(5),
        rule: rule.into(),
        severity: Severity::High,
        message: message.into(),
    }
}

fn component(name: &str, verdict: Verdict, checks: Vec<CheckAssessment>) -> ComponentAssessment {
    ComponentAssessment {
        name: name.into(),
        title: "Carbon".into(),
        group: None,
        from: Stage::Development,
        to: Stage::Staging,
        files: vec![FILE.into()],
        absent_imports: vec![],
        checks,
        conditions: vec![],
        waivers: vec![],
        verdict,
    }
}

fn of(verdict: Verdict, checks: Vec<CheckAssessment>) -> Assessment {
    let distribution =
        |name: &str, version: &str| Distribution { name: name.into(), version: version.into() };
    Assessment {
        project: "TTA".into(),
        policy: PolicyDigest {
            file: "promotion.toml".into(),
            sha256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
        },
        version: "0.1.0".into(),
        started: "2025-10-13T21:14:02.5Z".parse().unwrap(),
        duration: Duration::from_millis(4210),
        subject: Subject {
            commit: Some("30f84615a0c1d2e3f405162738495a6b7c8d9e0f".into()),
            dirty: Some(false),
            changed: vec![],
        },
        environment: Environment {
            python: Some("3.12.1".into()),
            platform: "linux-x86_64".into(),
            lock: Some("uv.lock".into()),
            in_sync: Some(true),
            distributions: vec![
                distribution("coverage", "7.17.0"),
                distribution("pytest", "9.2.0"),
                distribution("ruff", "0.17.6"),
            ],
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        },
        only: None,
        merged: None,
        notes: vec![],
        components: vec![component("carbon", verdict, checks)],
        verdict,
    }
}
