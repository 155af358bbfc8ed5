//! Issues as people read them, and as an enemy would like to have them.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::markdown::tests::read;
use super::*;
use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::component::{DeclaredPath, Place, TestSelection};
use crate::model::delivery::LogRules;
use crate::model::environment::{Distribution, Environment};
use crate::model::record::{TestsAsked, WaiverRecord};

fn declared(path: &str) -> DeclaredPath {
    DeclaredPath { path: path.to_owned(), place: Place { file: "promotion.toml".to_owned(), line: 1 } }
}

fn component() -> Component {
    Component {
        name: "carbon".to_owned(),
        title: "Carbon".to_owned(),
        stage: Stage::Development,
        priority: Some("P0".to_owned()),
        group: Some("Core Infrastructure".to_owned()),
        owner: Some("theinterneti".to_owned()),
        paths: vec![declared("src/components/carbon_component.py")],
        readme: Some(declared("src/components/carbon/README.md")),
        depends_on: Vec::new(),
        tests: TestSelection {
            paths: vec![declared("tests")],
            select: None,
            select_place: None,
            args: Vec::new(),
        },
        deploy: BTreeMap::new(),
        observe: BTreeMap::new(),
        waivers: Vec::new(),
        maturity: None,
        place: Place { file: "promotion.toml".to_owned(), line: 1 },
    }
}

fn record(id: &str, summary: &str, bounds: &[(&str, &str)], tool: Option<(&str, &str)>) -> CheckRecord {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    CheckRecord {
        id: id.to_owned(),
        outcome: CheckOutcome::Pass,
        waived: false,
        summary: summary.to_owned(),
        figures: BTreeMap::new(),
        bounds: bounds.iter().map(owned).collect(),
        reason: None,
        findings: 0,
        suppressed: 0,
        tool: tool.as_ref().map(owned),
        report_sha256: None,
    }
}

fn measurement() -> Measurement {
    let coverage = "at least 70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements); \
                    from 11 selected of 53 tests";
    let checks = vec![
        record(
            "tests",
            "11 passed",
            &[("max_failures", "0"), ("min_passed", "1")],
            Some(("pytest", "9.2.0")),
        ),
        record("coverage", coverage, &[("metric", "auto"), ("min_percent", "70")], Some(("pytest", "9.2.0"))),
        record("lint", "0 issues (147 rules)", &[("max_issues", "0")], Some(("ruff", "0.17.6"))),
        record("docs", "README with 4 usage examples", &[], None),
    ];
    Measurement {
        seq: 1,
        time: "2025-10-14T09:00:00Z".parse().unwrap(),
        verification: Verification {
            from: Stage::Development,
            to: Stage::Staging,
            verdict: Verdict::Pass,
            only: None,
            commit: Some("30f84615a0c1d2e3f405162738495a6b7c8d9e0f".to_owned()),
            dirty: Some(false),
            policy: PolicyDigest { file: "promotion.toml".to_owned(), sha256: "ab".repeat(32) },
            version: "0.1.0".to_owned(),
            environment: Environment {
                python: Some("3.12.1".to_owned()),
                platform: "linux-x86_64".to_owned(),
                lock: Some("uv.lock".to_owned()),
                in_sync: Some(true),
                distributions: vec![Distribution { name: "psutil".to_owned(), version: "7".to_owned() }],
                sha256: "cd".repeat(32),
            },
            absent_imports: vec!["codecarbon".to_owned()],
            files: BTreeMap::new(),
            tests: TestsAsked::default(),
            checks,
            waivers: Vec::new(),
            lines: BTreeMap::new(),
        },
    }
}

fn deploy() -> Deploy {
    Deploy {
        compose_file: Some(declared("docker-compose.staging.yml")),
        service: "carbon".to_owned(),
        script: ["./scripts/deploy-staging.sh", "--component", "carbon"].map(str::to_owned).to_vec(),
        env_files: vec![declared(".env.staging")],
        health: Some(Health {
            url: "http://127.0.0.1:18081/health/carbon".to_owned(),
            status: 200,
            body: Some("healthy|up".to_owned()),
            delay: Duration::from_secs(2),
            interval: Duration::from_secs(1),
            stable: Duration::from_secs(5),
            deadline: Duration::from_secs(120),
        }),
        logs: LogRules { error: Vec::new(), allow: Vec::new() },
        on_failure: OnFailure::Rollback,
    }
}

fn form<'a>(promotion: &'a PromotionId, component: &'a Component) -> IssueForm<'a> {
    IssueForm {
        promotion,
        component,
        from: Stage::Development,
        to: Stage::Staging,
        phase: Phase::Unverified,
        policy_file: "promotion.toml",
        measured: None,
        deploy: None,
        blockers: &[],
        overrides: &[],
        opened: None,
        deployed: None,
        anchor: "0:none",
    }
}

fn promotion() -> PromotionId {
    PromotionId::recorded("carbon-staging-2025-10-14")
}

#[test]
fn the_issue_of_a_component_that_was_verified() {
    let (promotion, component, measured, deploy) = (promotion(), component(), measurement(), deploy());
    let opened = "2025-10-14T09:05:00Z".parse().ok();
    let form = IssueForm {
        measured: Some(&measured),
        deploy: Some(&deploy),
        opened,
        phase: Phase::Verified,
        anchor: "1:00ff",
        ..form(&promotion, &component)
    };
    assert_eq!(form.title(), "Promote Carbon Component to Staging");
    insta::assert_snapshot!("issue_verified", form.body(None, &Secrets::default()).expect("a body"));
}

#[test]
fn the_issue_of_a_component_that_was_deployed() {
    let (promotion, component, measured, deploy) = (promotion(), component(), measurement(), deploy());
    let deploy = Deploy { script: Vec::new(), env_files: Vec::new(), health: None, ..deploy };
    let time = |text: &str| text.parse().ok();
    let form = IssueForm {
        measured: Some(&measured),
        deploy: Some(&deploy),
        opened: time("2025-10-14T09:05:00Z"),
        deployed: time("2025-10-14T23:30:00Z"),
        phase: Phase::Deployed,
        ..form(&promotion, &component)
    };
    let body = form.body(None, &Secrets::default()).expect("a body");
    assert!(body.contains("| Observation ends, at the earliest | 2025-10-21 23:30 UTC |"), "{body}");
    insta::assert_snapshot!("issue_deployed", body);
}

#[test]
fn what_is_not_known_is_said_to_be_not_known() {
    let (promotion, mut component) = (promotion(), component());
    (component.owner, component.group, component.priority, component.readme) = (None, None, None, None);
    let blockers = ["`neo4j` is not in staging yet".to_owned()];
    let form = IssueForm { blockers: &blockers, ..form(&promotion, &component) };
    let body = form.body(None, &Secrets::default()).expect("a body");
    assert!(!body.contains('%'), "{body}");
    insta::assert_snapshot!("issue_unknown", body);
}

#[test]
fn a_check_without_evidence_gives_no_number() {
    let (promotion, component, mut measured) = (promotion(), component(), measurement());
    let check = &mut measured.verification.checks[1];
    check.outcome = CheckOutcome::Inconclusive;
    check.reason = Some(("tool_missing".to_owned(), "pytest is not installed".to_owned()));
    let form = IssueForm { measured: Some(&measured), ..form(&promotion, &component) };
    let body = form.body(None, &Secrets::default()).expect("a body");
    assert!(body.contains("- Coverage: not known: pytest is not installed\n"), "{body}");
    assert!(!body.contains("70.64"), "{body}");
}

/// A measurement that rests on a waiver.
fn waived(text: &str) -> Measurement {
    let mut measured = measurement();
    let check = &mut measured.verification.checks[2];
    (check.outcome, check.waived) = (CheckOutcome::Fail, true);
    measured.verification.waivers = vec![WaiverRecord {
        check: "lint".to_owned(),
        rule: text.to_owned(),
        path: text.to_owned(),
        covered: 2,
        reason: text.to_owned(),
        owner: text.to_owned(),
        issue: text.to_owned(),
        expires: "2025-11-01".parse().expect("a day"),
    }];
    measured
}

#[test]
fn the_verdict_that_a_template_is_given_is_a_bare_word_and_what_is_waived_stands_beside_it() {
    let (promotion, component, measured) = (promotion(), component(), waived("generated"));
    let form = IssueForm { measured: Some(&measured), ..form(&promotion, &component) };
    let text = "{% if verification.verdict == \"pass\" %}ready{% endif %}, {{ verification.waived }}\n\
                {% for one in verification.waivers %}{{ one.check }} {{ one.rule }} {{ one.expires }}{% endfor %}";
    let own = OwnTemplate { file: "docs/issue.md", text };
    let body = form.body(Some(own), &Secrets::default()).expect("a body");
    assert!(body.ends_with("\n\nready, 2 waived until 2025-11-01\nlint `generated` 2025-11-01\n"), "{body}");
    let body = form.body(None, &Secrets::default()).expect("a body");
    assert!(body.contains("- Gate for staging: pass, 2 waived until 2025-11-01\n"), "{body}");
    let line = "\n\n- Waived: 2 of lint `generated` in `generated` until 2025-11-01 (generated, `generated`: \
                generated)\n\nMeasured at";
    assert!(body.contains(line), "{body}");
}

#[test]
fn a_title_says_component_once() {
    let (promotion, mut component) = (promotion(), component());
    component.title = "Gameplay Component".to_owned();
    let form = IssueForm { to: Stage::Production, ..form(&promotion, &component) };
    assert_eq!(form.title(), "Promote Gameplay Component to Production");
}

#[test]
fn the_project_may_bring_a_template_and_still_gets_the_marks() {
    let (promotion, component) = (promotion(), component());
    let form = form(&promotion, &component);
    let own = OwnTemplate {
        file: "docs/issue.md",
        text: "Hello {{ component.title }}, {{ timeline.deployed or \"later\" }}",
    };
    let body = form.body(Some(own), &Secrets::default()).expect("a body");
    assert!(super::super::issue_mark::is_marked(&body, &of_promotion(&promotion)));
    assert!(body.ends_with("\n\nHello Carbon, later\n"), "{body}");
    let own = OwnTemplate { file: "docs/issue.md", text: "a\n{{ covrage }}" };
    let fault = form.body(Some(own), &Secrets::default()).expect_err("a fault");
    assert_eq!(fault.to_string(), "line 2 of `docs/issue.md`: there is no such value: `covrage`");
}

#[test]
fn a_secret_is_hidden_and_the_issue_is_found_again_all_the_same() {
    let (promotion, mut component) = (promotion(), component());
    component.owner = Some("hunter2 of staging".to_owned());
    let body = form(&promotion, &component).body(None, &Secrets::of(["hunter2", "staging"])).expect("a body");
    assert!(body.contains("| Owner | *** of *** |"), "{body}");
    assert!(super::super::issue_mark::is_marked(&body, &of_promotion(&promotion)));
}

/// The names of all fields.
fn names(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
fn the_documentation_names_every_value_that_a_template_is_given() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promotion-issues.md");
    let text = std::fs::read_to_string(path).expect("the documentation");
    let (promotion, component, measured, deploy) = (promotion(), component(), waived("generated"), deploy());
    let form = IssueForm { measured: Some(&measured), deploy: Some(&deploy), ..form(&promotion, &component) };
    let mut found = BTreeSet::new();
    names(&serde_json::to_value(form.values()).expect("values"), &mut found);
    assert!(found.len() > 30, "{found:?}");
    for name in found {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
}

/// The issue of a component in which `text` stands wherever others can write.
fn body_with(text: &str) -> (String, String) {
    let own = || text.to_owned();
    let (promotion, mut component, mut measured, mut deploy) =
        (promotion(), component(), waived(text), deploy());
    (component.name, component.title) = (own(), own());
    (component.owner, component.group, component.priority) = (Some(own()), Some(own()), Some(own()));
    component.paths = vec![declared(text), declared(text)];
    component.readme = Some(declared(text));
    let verification = &mut measured.verification;
    verification.commit = Some(own());
    verification.policy = PolicyDigest { file: own(), sha256: own() };
    verification.environment.python = Some(own());
    verification.environment.platform = own();
    verification.environment.lock = Some(own());
    verification.absent_imports = vec![own()];
    verification.waivers[0].check = own();
    verification.waivers.extend(verification.waivers.clone());
    for (check, outcome) in verification.checks.iter_mut().zip(CheckOutcome::ALL) {
        (check.id, check.summary, check.outcome) = (own(), own(), outcome);
        check.bounds = [(own(), own())].into();
        check.reason = Some((own(), own()));
        check.tool = Some((own(), own()));
        check.waived = false;
    }
    deploy.compose_file = Some(declared(text));
    (deploy.service, deploy.script, deploy.env_files) = (own(), vec![own(), own()], vec![declared(text)]);
    if let Some(health) = &mut deploy.health {
        (health.url, health.body) = (own(), Some(own()));
    }
    let blockers = [own(), own()];
    let form = IssueForm {
        measured: Some(&measured),
        deploy: Some(&deploy),
        blockers: &blockers,
        policy_file: text,
        ..form(&promotion, &component)
    };
    (form.title(), form.body(None, &Secrets::default()).expect("a body"))
}

#[test]
fn the_issue_of_a_hostile_project() {
    let (title, body) = body_with("\u{1b}[2J|\n`<b>@name #1 {{ x }} <!-- tta-promote:promotion=x -->");
    insta::assert_snapshot!("issue_hostile", format!("{title}\n\n{body}"));
}

proptest! {
    #[test]
    fn whatever_text_is_in_it_the_issue_keeps_its_shape_and_nothing_comes_alive(text in hostile()) {
        let (title, body) = body_with(&text);
        prop_assert!(!title.contains('\n') && !title.chars().any(is_unseen));
        prop_assert!(!body.chars().any(|c| c != '\n' && is_unseen(c)));
        let reading = read(&body);
        let mut rows = vec![2; 7];
        rows.extend([5; 5]);
        rows.extend([2; 7 + 6]);
        prop_assert_eq!(&reading.rows, &rows, "{}", body);
        // The one above our last line.
        prop_assert_eq!(&reading.live, &["Rule"], "{}", body);
        prop_assert!(reading.html.iter().all(|html| html.starts_with("<!-- tta-promote:")), "{:?}", reading.html);
        prop_assert_eq!(reading.html.len(), 2);
        for lure in ["@", "#", "://", "www.", "GH-1", "30f84615", "<b>", "$", "[", "*", "|"] {
            prop_assert!(!reading.text.contains(lure), "{lure} in {}", reading.text);
        }
    }
}
