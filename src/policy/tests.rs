//! The whole reader, against the fixtures and against made-up policies.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::check::Check;
use crate::model::component::DeclaredPath;
use crate::model::delivery::{GitHub, Health, OnFailure};
use crate::model::finding::Severity;
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::percent::Percent;
use crate::model::policy::Runner;
use crate::model::stage::Stage;
use crate::model::toolchain::Tool;
use crate::model::waiver::Waiver;

fn fixtures(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/policies").join(kind)
}

#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fixtures of a kind, sorted.
#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn policies(kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(fixtures(kind)).expect("the folder of fixtures");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    paths.sort();
    paths
}

/// Reads a fixture as the app does; its patterns are plain paths or match nothing.
fn read_fixture(path: &Path) -> Result<Policy, Vec<Fault>> {
    let file = path.file_name().expect("a file").to_string_lossy().into_owned();
    let main = Document { file, text: text_of(path) };
    let mut included = Vec::new();
    for IncludePattern { pattern, .. } in include_patterns(&main) {
        if pattern.contains('*') {
            continue;
        }
        let text = text_of(&path.with_file_name(&pattern));
        let folder = pattern.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        included.push(Included { document: Document { file: pattern, text }, folder });
    }
    read(&main, &included)
}

/// `line: message / hint`, with the file before it where it is not the policy itself.
fn listing(faults: &[Fault], main: &str) -> String {
    let mut listing = String::new();
    for Fault { place, message, hint, .. } in faults {
        let file = if place.file == main { String::new() } else { format!("{}:", place.file) };
        let hint = hint.as_deref().unwrap_or("-");
        writeln!(listing, "{file}{}: {message} / {hint}", place.line).expect("a string takes all");
    }
    listing
}

fn read_text(text: &str) -> Result<Policy, Vec<Fault>> {
    read(&Document { file: "promotion.toml".to_owned(), text: text.to_owned() }, &[])
}

#[test]
fn every_valid_policy_is_read_without_a_fault() {
    let paths = policies("valid");
    assert!(!paths.is_empty());
    for path in paths {
        if let Err(faults) = read_fixture(&path) {
            panic!("{}:\n{}", path.display(), listing(&faults, ""));
        }
    }
}

#[test]
fn every_invalid_policy_gives_exactly_its_faults_each_with_its_line() {
    let paths = policies("invalid");
    assert!(paths.len() >= 25, "{} fixtures", paths.len());
    for path in paths {
        let main = path.file_name().expect("a file").to_string_lossy().into_owned();
        let faults = read_fixture(&path).expect_err(&main);
        assert!(!faults.is_empty(), "{main} is refused without a reason");
        assert_eq!(listing(&faults, &main), text_of(&path.with_extension("faults")), "{main}");
        for fault in &faults {
            let text = text_of(&path.with_file_name(&fault.place.file));
            let line =
                text.lines().nth(fault.place.line - 1).unwrap_or_default().trim_start_matches('\u{feff}');
            let cut = fault.text.trim_end_matches('…');
            assert!(
                line.starts_with(cut) && (cut.len() == line.len() || cut != fault.text),
                "{main}: {fault:?}"
            );
        }
    }
}

#[test]
fn what_is_left_out_has_the_documented_default() {
    let policy = read_fixture(&fixtures("valid").join("minimal.toml")).expect("a policy");
    assert_eq!(policy.project.root, ".");
    assert_eq!(policy.project.runner, Runner::Auto);
    assert_eq!(policy.project.timeout, Duration::from_secs(1_800));
    assert!(policy.project.pins.is_empty());
    let min = Percent::from_hundredths(7_000).expect("at most 100 %");
    let defaults = [
        Criterion::Tests { max_failures: 0, min_passed: 1 },
        Criterion::Coverage { min, metric: Metric::Auto, precision: Precision::Enough },
        Criterion::Lint { max_issues: 0 },
        Criterion::Types { max_errors: 0, max_warnings: 0 },
        Criterion::Security { max_issues: 0, min_severity: Severity::Medium },
        Criterion::Docs { readme: true, usage_example: true },
    ];
    assert_eq!(policy.gates[&Stage::Staging].criteria, defaults);
    assert_eq!(policy.gates.keys().collect::<Vec<_>>(), [&Stage::Staging]);
    let carbon = policy.component("carbon").expect("the component");
    assert_eq!((carbon.title.as_str(), carbon.stage), ("carbon", Stage::Development));
    assert_eq!(paths(&carbon.tests.paths), ["tests"]);
    assert_eq!(carbon.tests.select, None);
    assert_eq!(carbon.place.line, 4);
    assert_eq!(policy.project.max_age, Duration::from_secs(24 * 3_600));
    let github =
        GitHub { labels: vec!["component-promotion".to_owned()], template: None, status_issue: None };
    assert_eq!(policy.project.github, github);
    assert!(carbon.deploy.is_empty());
}

fn paths(declared: &[DeclaredPath]) -> Vec<&str> {
    declared.iter().map(|declared| declared.path.as_str()).collect()
}

#[test]
fn what_is_written_is_what_is_read() {
    let policy = read_fixture(&fixtures("valid").join("full.toml")).expect("a policy");
    assert_eq!(policy.project.repository.as_deref(), Some("theinterneti/TTA"));
    assert_eq!(policy.project.runner, Runner::Venv(".venv".to_owned()));
    assert_eq!(policy.project.timeout, Duration::from_secs(5_400));
    assert_eq!(policy.project.pins[&Tool::Ruff], "0.17.6");
    let staging = &policy.gates[&Stage::Staging].criteria;
    assert!(staging.contains(&Criterion::Tests { max_failures: 0, min_passed: 3 }));
    let min = Percent::from_hundredths(6995).expect("at most 100 %");
    assert!(staging.contains(&Criterion::Coverage {
        min,
        metric: Metric::Statements,
        precision: Precision::Exact
    }));
    assert!(staging.contains(&Criterion::Docs { readme: true, usage_example: false }));
    let carbon = policy.component("carbon").expect("the component");
    assert_eq!(paths(&carbon.paths), ["src/components/carbon_component.py", "src/components/carbon"]);
    assert_eq!(carbon.depends_on, ["neo4j"]);
    assert_eq!(carbon.tests.args, ["-n", "4", "-m", "not slow", "-p", "no:randomly"]);
    assert_eq!(carbon.tests.select.as_deref(), Some("carbon"));
    let neo4j = policy.component("neo4j").expect("the component");
    assert_eq!((neo4j.stage, neo4j.tests.select.as_deref()), (Stage::Production, None));
}

#[test]
fn a_gate_is_not_weakened_by_a_forgotten_line() {
    let policy = read_fixture(&fixtures("valid").join("full.toml")).expect("a policy");
    for gate in policy.gates.values() {
        assert_eq!(gate.criteria.iter().map(Criterion::check).collect::<Vec<_>>(), Check::ALL);
    }
    let production = &policy.gates[&Stage::Production].criteria;
    assert!(production.contains(&Criterion::Lint { max_issues: 0 }));
    assert!(
        matches!(&production[4], Criterion::NotApplicable { check: Check::Security, why } if why.contains("platform"))
    );
}

#[test]
fn a_deployment_is_read_in_full_and_what_it_leaves_out_has_the_documented_default() {
    let policy = read_fixture(&fixtures("valid").join("full.toml")).expect("a policy");
    assert_eq!(policy.project.max_age, Duration::from_secs(12 * 3_600));
    let GitHub { labels, template, status_issue } = &policy.project.github;
    assert_eq!(
        (labels.as_slice(), *status_issue),
        (["component-promotion", "gate"].map(String::from).as_slice(), Some(42))
    );
    assert_eq!(template.as_ref().map(|path| path.path.as_str()), Some("docs/promotion-issue.md"));

    let deploy = &policy.component("carbon").expect("the component").deploy;
    let staging = &deploy[&Stage::Staging];
    assert_eq!(
        staging.compose_file.as_ref().map(|path| path.path.as_str()),
        Some("docker-compose.staging.yml")
    );
    assert_eq!(staging.service, "carbon-api");
    assert_eq!(staging.script, ["./scripts/deploy-staging.sh", "--component", "carbon", ""]);
    assert_eq!(paths(&staging.env_files), [".env.staging"]);
    assert_eq!(staging.on_failure, OnFailure::Rollback);
    assert_eq!(staging.logs.allow, ["error rate 0"]);
    let health = Health {
        url: "http://127.0.0.1:18081/health/carbon".to_owned(),
        status: 204,
        body: Some("healthy in {container}".to_owned()),
        delay: Duration::ZERO,
        interval: Duration::from_millis(500),
        stable: Duration::from_secs(10),
        deadline: Duration::from_secs(10),
    };
    assert_eq!(staging.health, Some(health));

    let production = &deploy[&Stage::Production];
    assert_eq!((production.service.as_str(), production.on_failure), ("carbon", OnFailure::Stop));
    assert_eq!((&production.compose_file, &production.health), (&None, &None));
    assert_eq!(production.logs.error.len(), 1);
    assert!(production.env_files.is_empty() && production.logs.allow.is_empty());

    let text = "schema = 1\nproject.name = \"x\"\ncomponent.a = { paths = [\"a\"], \
                deploy.staging = { script = [\"x\"], health.url = \"http://a\" } }\n";
    let policy = read_text(text).expect("a policy");
    let health = policy.components[0].deploy[&Stage::Staging].health.clone().expect("a health check");
    assert_eq!((health.status, health.body), (200, None));
    let seconds =
        [health.delay, health.interval, health.stable, health.deadline].map(|length| length.as_secs());
    assert_eq!(seconds, [2, 1, 5, 120]);
}

#[test]
fn a_waiver_is_read_in_full_and_seen_from_the_root_wherever_it_is_declared() {
    let policy = read_fixture(&fixtures("valid").join("waivers.toml")).expect("a policy");
    let waivers = &policy.component("carbon").expect("the component").waivers;
    let expected = Waiver {
        check: Check::Lint,
        rule: "E501".to_owned(),
        path: "src/carbon/a.py".to_owned(),
        max: 2,
        reason: "generated".to_owned(),
        owner: "alice".to_owned(),
        issue: "#12".to_owned(),
        expires: "2026-12-31".parse().expect("a day"),
        place: Place { file: "waivers.toml".to_owned(), line: 8 },
    };
    assert_eq!(waivers[0].waiver, expected);
    assert_eq!((waivers[0].path_place.line, waivers[0].expires_place.line), (11, 16));
    assert_eq!((waivers.len(), waivers[1].waiver.expires), (2, expected.expires));
    let waived = &policy.component("waived").expect("the component").waivers[0];
    assert_eq!((waived.waiver.check, waived.waiver.path.as_str()), (Check::Security, "included/shell.py"));
    assert_eq!(waived.path_place.file, "included/waived.toml");
    assert_eq!(waived.waiver.place.file, "included/waived.toml");
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let text = "schema = 1\nproject.name = \"x\"\ncomponent.a = { paths = [\"a\"], \
                deploy.staging = { script = [\"x\"], health = { url = \"https://me:hush@a/\", status = 1 } } }\n";
    let faults = read_text(text).expect_err("a secret");
    assert_eq!(faults.len(), 2);
    assert_eq!(faults[0].message, "`url` holds a user name or password, which is a secret");
    assert!(!format!("{faults:?}").contains("hush"));
}

#[test]
fn paths_are_seen_from_the_root_wherever_they_are_declared() {
    let policy = read_fixture(&fixtures("valid").join("included.toml")).expect("a policy");
    let carbon = policy.component("carbon").expect("the component");
    assert_eq!(paths(&carbon.paths), ["src/carbon_component.py", "included"]);
    assert_eq!(carbon.readme.as_ref().map(|readme| readme.path.as_str()), Some("included/README.md"));
    assert_eq!(paths(&carbon.tests.paths), ["tests"]);
    assert_eq!(carbon.place, Place { file: "included/carbon.toml".to_owned(), line: 2 });
    let staging = &carbon.deploy[&Stage::Staging];
    assert_eq!(
        staging.compose_file.as_ref().map(|path| path.path.as_str()),
        Some("docker-compose.staging.yml")
    );
    assert_eq!(paths(&staging.env_files), ["included/.env"]);
    let neo4j = policy.component("neo4j").expect("the component");
    assert_eq!((paths(&neo4j.paths), paths(&neo4j.tests.paths)), (vec!["included/neo4j.py"], vec!["tests"]));

    let policy = read_fixture(&fixtures("valid").join("root_below.toml")).expect("a policy");
    assert_eq!(paths(&policy.component("carbon").expect("the component").paths), ["src/carbon", "src/more"]);
}

#[test]
fn an_included_file_below_a_root_below_is_seen_from_that_root() {
    let text = text_of(&fixtures("valid").join("root_below.toml"));
    let main = Document { file: "promotion.toml".to_owned(), text };
    assert_eq!(project_root(&main), "services/tta");
    let included = |folder: &str| Included {
        document: Document {
            file: "x/promotion.toml".to_owned(),
            text: "name = \"x\"\npaths = [\"x.py\"]\n".to_owned(),
        },
        folder: folder.to_owned(),
    };
    let policy = read(&main, &[included("services/tta/src/x")]).expect("a policy");
    assert_eq!(paths(&policy.component("x").expect("the component").paths), ["src/x/x.py"]);
    let faults = read(&main, &[included("services")]).expect_err("a component outside of the root");
    assert_eq!(faults[0].message, "`x.py` leaves the project's root");
}

#[test]
fn root_and_patterns_are_found_in_a_policy_with_faults_elsewhere() {
    let text = "schema = 9\n[project]\nroot = \"sub\"\ninclude = [\"a/*.toml\", 3, \"../b\"]\nname = \n";
    let main = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
    assert_eq!(project_root(&main), "sub");
    let patterns = include_patterns(&main);
    assert_eq!(patterns.len(), 1);
    assert_eq!((patterns[0].pattern.as_str(), patterns[0].place.line), ("a/*.toml", 4));
}

#[test]
fn a_dependency_is_not_called_unknown_while_a_file_cannot_be_read() {
    let main = Document {
        file: "promotion.toml".to_owned(),
        text: "schema = 1\nproject.name = \"x\"\ncomponent.a = { paths = [\"a\"], depends_on = [\"b\"] }\n"
            .to_owned(),
    };
    let broken = Included {
        document: Document { file: "b.toml".to_owned(), text: "name = \"b\npaths = 3".to_owned() },
        folder: ".".to_owned(),
    };
    let faults = read(&main, &[broken]).expect_err("the broken file");
    assert_eq!(faults.iter().map(|fault| fault.place.file.as_str()).collect::<Vec<_>>(), ["b.toml"]);
}

#[test]
fn a_long_chain_of_dependencies_is_walked() {
    let mut text = "schema = 1\nproject.name = \"x\"\n".to_owned();
    for number in 0..5_000 {
        let next = (number + 1) % 5_000;
        writeln!(text, "component.c{number} = {{ paths = [\"a\"], depends_on = [\"c{next}\"] }}")
            .expect("a string");
    }
    let faults = read_text(&text).expect_err("a circle");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.starts_with("components depend on each other in a circle: `c0` → `c1` → "));
    assert!(faults[0].message.ends_with("`c7` → 4992 more → `c0`"), "{}", faults[0].message);
}

/// A policy with holes, and for each hole a right line and a faulty one.
const HOLES: [(&str, &str); 18] = [
    ("schema = 1", "schema = \"1\""),
    ("[project]", "[project]"),
    ("name = \"TTA\"", "nam = \"TTA\""),
    ("runner = \"uv\"", "runner = \"uvx\""),
    ("timeout = \"5m\"", "timeout = 5"),
    ("tools = { ruff = \"0.17.6\" }", "tools = { pytest = \"9\" }"),
    ("[gate.staging]", "[gate.staging]"),
    ("tests = { min_passed = 2 }", "tests = { min_passed = 0 }"),
    ("coverage = { min_percent = 69.95 }", "coverage = { min_percent = 70.001 }"),
    ("lint = { max_issues = 0 }", "lint = { max_issues = -1 }"),
    ("docs = {}", "docs = { not_applicable = \"\" }"),
    ("[component.carbon]", "[component.carbon]"),
    ("stage = \"staging\" # größe", "stage = \"größe\""),
    ("paths = [\"src/größe\"]", "paths = [\"../größe\"]"),
    ("depends_on = []", "depends_on = [\"carbon\"]"),
    ("[component.carbon.tests]", "[component.carbon.tests]"),
    ("select = \"a\"", "select = 1"),
    ("args = [\"-n\", \"4\"]", "args = [\"-n\", \"4\", \"--no-cov\"]"),
];

proptest! {
    #[test]
    fn every_planted_fault_is_reported_at_its_line_and_nothing_else_is(
        planted in prop::collection::vec(any::<bool>(), HOLES.len()),
        gaps in prop::collection::vec("( |\t|(#[^\\p{Cc}]{0,9}))?", HOLES.len()),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        mark in prop::sample::select(vec!["", "\u{feff}"]),
    ) {
        let mut text = mark.to_owned();
        let mut expected = Vec::new();
        for (index, ((right, faulty), (planted, gap))) in HOLES.iter().zip(planted.iter().zip(&gaps)).enumerate() {
            let line = if *planted { faulty } else { right };
            write!(text, "{gap}{end}{line}{end}").expect("a string takes all");
            if line != right {
                // A key that is misspelt is missing besides, which is said at the head of its table.
                if index == 2 {
                    expected.push(4);
                }
                expected.push(index * 2 + 2);
            }
        }
        let found: Vec<usize> = read_text(&text).err().unwrap_or_default().iter().map(|fault| fault.place.line).collect();
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn any_text_is_a_policy_or_faults(text in any::<String>()) {
        never_panics(&text)?;
    }

    #[test]
    fn any_soup_of_tokens_is_a_policy_or_faults(tokens in prop::collection::vec(token(), 0..40)) {
        never_panics(&tokens.concat())?;
    }

    #[test]
    fn a_torn_policy_is_a_policy_or_faults(from in 0usize..2_200, length in 0usize..60, insert in "\\PC{0,3}") {
        let text = text_of(&fixtures("valid").join("full.toml"));
        let torn: String = text.chars().take(from).chain(insert.chars()).chain(text.chars().skip(from + length)).collect();
        never_panics(&torn)?;
    }
}

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "schema",
        "project",
        "component",
        "gate",
        "staging",
        "carbon",
        "tests",
        "paths",
        "name",
        "args",
        "root",
        "include",
        "coverage",
        "min_percent",
        " = ",
        "=",
        ".",
        ",",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        "\n",
        "\r\n",
        "\r",
        "#",
        " ",
        "1",
        "-1",
        "0x",
        "70.5",
        "1e9",
        "nan",
        "true",
        "\"a\"",
        "\"../x\"",
        "é",
        "\u{feff}",
        "2025-01-01",
        "\0",
        "\\",
        "[component.carbon]\n",
        "[component]\n",
        "[[component]]\n",
        "[project]\n",
        "name = \"x\"\n",
        "depends_on = [\"carbon\"]\n",
        "[component.carbon.tests]\n",
        "[component.carbon.deploy.staging]\n",
        "script = [\"x\"]\n",
        "health = { url = \"http://a\" }\n",
        "a.b.c = 1\n",
        "a = {}\n",
    ])
}

/// As main document and as included one; refused only with reasons, each on a line that there is.
fn never_panics(text: &str) -> Result<(), TestCaseError> {
    let document = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
    let _ = (project_root(&document), include_patterns(&document));
    let included = Included { document: document.clone(), folder: "a/b".to_owned() };
    for result in [read(&document, &[]), read(&document, &[included])] {
        if let Err(faults) = result {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(fault.place.line >= 1 && fault.place.line <= text.split('\n').count());
                prop_assert!(fault.text.chars().count() <= 201);
                prop_assert!(!fault.message.contains('\n'));
            }
        }
    }
    Ok(())
}
