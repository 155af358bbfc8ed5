//! What README, help and the workflow in docs/ say is what the program does.

use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use saphyr::{LoadableYamlNode as _, Yaml};
use tta_promote::cli::argument::CommandLine;
use tta_promote::cli::exit::Exit;
use tta_promote::model::waiver::HORIZON_DAYS;
use tta_promote::policy::{Document, read};
use tta_promote::report::attestation::Kind;
use tta_promote::report::readiness::State;
use tta_promote::report::{Format, plan_document};

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
fn paper(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a paper")
}

fn readme() -> String {
    paper("README.md")
}

#[test]
fn the_readme_names_every_exit_code_and_no_other() {
    let readme = readme();
    let table =
        readme.split("## Exit codes").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let rows: Vec<&str> =
        table.lines().filter(|line| line.starts_with("| ") && !line.contains("code |")).collect();
    let expected: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("| {} | {} |", exit.code(), exit.meaning())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_help_names_every_exit_code() {
    let help = CommandLine::command().render_long_help().to_string();
    for exit in Exit::ALL {
        assert!(help.contains(&format!("{:>3}  {}", exit.code(), exit.meaning())), "{exit:?}");
    }
}

#[test]
fn the_readme_and_the_help_name_every_format() {
    let readme = readme();
    let mut command = CommandLine::command();
    for verb in ["verify", "report"] {
        let help = command.find_subcommand_mut(verb).expect("a verb").render_long_help().to_string();
        for format in Format::ALL.map(Format::name) {
            assert!(help.contains(format) && readme.contains(format), "{verb} {format}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
#[test]
fn the_paper_on_readiness_explains_every_state_in_its_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.md");
    let paper = std::fs::read_to_string(path).expect("the paper");
    let rows = paper.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let states: Vec<String> = rows.skip(1).take(State::ALL.len()).map(str::to_owned).collect();
    assert_eq!(states, State::ALL.map(|state| state.title().to_lowercase()));
}

#[test]
fn the_papers_and_the_help_say_how_far_ahead_a_waiver_may_reach() {
    let horizon = format!("{HORIZON_DAYS} days");
    let mut command = CommandLine::command();
    let help = command.find_subcommand_mut("verify").expect("a verb").render_long_help().to_string();
    let papers = ["ARCHITECTURE.md", "CHANGELOG.md", "docs/waivers.md"].map(paper);
    for text in papers.into_iter().chain([readme(), help]) {
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(&horizon), "{text}");
    }
}

#[test]
fn the_waiver_in_its_paper_is_one() {
    let paper = paper("docs/waivers.md");
    let waiver = paper.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a waiver");
    let text = format!(
        "schema = 1\n[project]\nname = \"x\"\n[component.carbon]\npaths = [\"src/carbon\"]\n{waiver}"
    );
    let document = Document { file: "promotion.toml".to_owned(), text };
    let policy = read(&document, &[]).expect("no fault");
    assert_eq!(policy.components[0].waivers.len(), 1);
}

#[test]
fn the_paper_and_the_help_on_attestations_name_every_kind_and_predicate() {
    let paper = paper("docs/attestation.md");
    let mut command = CommandLine::command();
    let help = command.find_subcommand_mut("verify").expect("a verb").render_long_help().to_string();
    for kind in Kind::ALL {
        assert!(paper.contains(&format!("| `{}` |", kind.name())) && help.contains(kind.name()), "{kind:?}");
        let named = kind == Kind::TestResult || paper.contains(kind.predicate_type());
        assert!(named, "{}", kind.predicate_type());
    }
}

#[test]
fn the_readme_is_short() {
    assert!(readme().lines().count() <= 150);
}

#[test]
fn the_policy_in_the_readme_is_one() {
    let readme = readme();
    let text = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    let document = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
    let policy = read(&document, &[]).expect("no fault");
    assert_eq!(policy.components.len(), 1);
}

#[test]
fn the_checks_of_ones_own_in_the_docs_are_read_in_each_way_that_there_is() {
    let component = "schema = 1\n[project]\nname = \"x\"\n[component.a]\npaths = [\"a.py\"]\n";
    let page = paper("docs/own-checks.md");
    let blocks: String =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let document = Document { file: "promotion.toml".to_owned(), text: format!("{component}{blocks}") };
    let policy = read(&document, &[]).expect("no fault");
    let names: Vec<&str> = policy.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["bugs", "contract", "format", "mypy"]);
}

#[test]
fn every_option_that_the_readme_shows_is_known() {
    let command = CommandLine::command();
    let known: Vec<String> = command
        .get_subcommands()
        .chain([&command])
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .chain(["--help".to_owned(), "--version".to_owned(), "--path".to_owned(), "--locked".to_owned()])
        .collect();
    let readme = readme();
    let words = readme.split(|c: char| c.is_whitespace() || "`|=".contains(c));
    let is_option =
        |word: &&str| word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic));
    for word in words.filter(is_option) {
        assert!(known.iter().any(|known| known == word), "{word}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
fn workflow() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/github-actions.yml");
    std::fs::read_to_string(path).expect("the workflow")
}

fn yaml(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).expect("YAML").swap_remove(0)
}

fn steps<'a>(job: &'a Yaml<'a>) -> impl Iterator<Item = &'a Yaml<'a>> {
    job["steps"].as_sequence().expect("steps").iter()
}

/// The words of each call of tta-promote in a script, as a shell would split them.
fn calls(script: &str) -> Vec<Vec<String>> {
    let values = [("$COMPONENTS", "carbon neo4j"), ("$SHARD", "1-of-2"), ("$RUNNER_TEMP", "/tmp")];
    let script =
        values.iter().fold(script.replace("\\\n", " "), |script, (name, value)| script.replace(name, value));
    let calls = script.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.split_once("=$(").map_or(line, |(_, call)| call.trim_end_matches(')'));
        let line = line.split(" > ").next().unwrap_or(line);
        line.starts_with("tta-promote ").then(|| line.to_owned())
    });
    calls
        .map(|call| call.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
        .collect()
}

#[test]
fn every_command_of_the_workflow_is_one() {
    let text = workflow();
    let workflow = yaml(&text);
    let mut verbs = Vec::new();
    for (name, job) in workflow["jobs"].as_mapping().expect("jobs") {
        for script in steps(job).filter_map(|step| step.as_mapping_get("run")?.as_str()) {
            for call in calls(script) {
                let parsed = CommandLine::try_parse_from(&call);
                assert!(parsed.is_ok(), "{call:?}: {}", parsed.expect_err("an error"));
                verbs.push(format!("{}: {}", name.as_str().expect("a name"), call[1]));
            }
            assert!(
                !script.contains("${{"),
                "what others wrote must not become a part of a script: {script}"
            );
        }
    }
    assert_eq!(verbs, ["plan: plan", "plan: plan", "verify: verify", "gate: report"]);
}

#[test]
fn the_gate_of_the_workflow_always_runs_and_so_does_the_upload_of_a_shard() {
    let text = workflow();
    let workflow = yaml(&text);
    let jobs = &workflow["jobs"];
    assert_eq!(jobs["gate"]["if"].as_str(), Some("${{ always() }}"));
    let needs: Vec<&str> =
        jobs["gate"]["needs"].as_sequence().expect("needs").iter().filter_map(Yaml::as_str).collect();
    assert_eq!(needs, ["plan", "verify"]);
    assert_eq!(jobs["verify"]["strategy"]["fail-fast"].as_bool(), Some(false));
    let upload = steps(&jobs["verify"]).last().expect("a step");
    assert!(upload["uses"].as_str().expect("an action").starts_with("actions/upload-artifact@"));
    assert_eq!(upload["if"].as_str(), Some("${{ always() }}"));
    // The join is left out only where the plan says that there is nothing to join.
    let nothing = plan_document::render_matrix(&[]);
    let condition = format!("needs.plan.outputs.matrix != '{}'", nothing.trim());
    let join = steps(&jobs["gate"])
        .find(|step| step.as_mapping_get("name").and_then(Yaml::as_str) == Some("Join"))
        .expect("a step");
    for conditional in [join, &jobs["verify"]] {
        assert_eq!(conditional["if"].as_str(), Some(format!("${{{{ {condition} }}}}").as_str()));
    }
}

#[test]
fn the_workflow_may_only_read_and_takes_every_action_at_a_commit() {
    let text = workflow();
    let workflow = yaml(&text);
    let permissions = workflow["permissions"].as_mapping().expect("permissions");
    assert_eq!(permissions.len(), 1);
    assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"));
    let mut actions = 0;
    for (_, job) in workflow["jobs"].as_mapping().expect("jobs") {
        assert!(job.as_mapping_get("permissions").is_none());
        for action in steps(job).filter_map(|step| step.as_mapping_get("uses")?.as_str()) {
            let (_, commit) = action.split_once('@').expect("a version");
            assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
            actions += 1;
        }
    }
    assert_eq!(actions, 8);
}

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
fn of_observing(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether a line holds a call of tta-promote that is one.
fn is_call(line: &str) {
    let words = line.split_once("tta-promote ").expect("a call").1;
    let words = words.split(" >").next().unwrap_or(words);
    let call = format!("tta-promote {words}");
    let parsed = CommandLine::try_parse_from(call.split_whitespace());
    assert!(parsed.is_ok(), "{call}: {}", parsed.expect_err("an error"));
}

#[test]
fn the_policy_of_the_paper_on_observing_is_one_and_says_the_defaults() {
    use tta_promote::model::stage::Stage;
    use tta_promote::model::watch::Observe;
    let paper = of_observing("observe.md");
    let tables = paper.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    let policy = |tables: &str| {
        let text =
            format!("schema = 1\n[project]\nname = \"T\"\n[component.carbon]\npaths = [\"a\"]\n{tables}");
        let document = Document { file: "promotion.toml".to_owned(), text };
        let policy = read(&document, &[]).expect("no fault");
        policy.component("carbon").expect("a component").observation(Stage::Staging)
    };
    assert_eq!(policy(tables).metrics.len(), 1);
    let defaults = tables.split("# what follows").next().expect("the defaults");
    assert_eq!(policy(defaults), Observe::default());
}

#[test]
fn the_ready_ways_to_observe_are_what_their_readers_take() {
    let crontab = of_observing("observe/crontab");
    let job = crontab.lines().rfind(|line| line.contains("tta-promote")).expect("a job");
    let fields: Vec<&str> = job.split_whitespace().take(5).collect();
    assert_eq!(fields, ["7", "*", "*", "*", "*"]);
    is_call(job);
    let service = of_observing("observe/tta-promote-observe.service");
    let timer = of_observing("observe/tta-promote-observe.timer");
    for (unit, sections) in [(&service, ["[Unit]", "[Service]"]), (&timer, ["[Unit]", "[Timer]"])] {
        for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(line.starts_with('[') || line.split_once('=').is_some(), "{line}");
        }
        assert!(sections.iter().all(|section| unit.contains(section)));
    }
    is_call(service.lines().find(|line| line.starts_with("ExecStart=")).expect("a command"));
    assert!(service.contains("SuccessExitStatus=1 3\n") && timer.contains("Persistent=true\n"));
}

#[test]
fn the_workflow_that_observes_takes_actions_at_a_commit_and_fails_only_when_all_is_kept() {
    let text = of_observing("observe/github-actions.yml");
    let workflow = yaml(&text);
    let job = &workflow["jobs"]["observe"];
    let scripts: Vec<&str> = steps(job).filter_map(|step| step.as_mapping_get("run")?.as_str()).collect();
    assert_eq!(scripts.len(), 3);
    for line in
        scripts.iter().flat_map(|script| script.lines()).filter(|line| line.starts_with("tta-promote "))
    {
        is_call(line);
    }
    assert!(scripts.iter().all(|script| !script.contains("${{")));
    assert_eq!(scripts.last(), Some(&"exit \"$EXIT\""));
    for action in steps(job).filter_map(|step| step.as_mapping_get("uses")?.as_str()) {
        let (_, commit) = action.split_once('@').expect("a version");
        assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
    }
    assert_eq!(workflow["concurrency"]["cancel-in-progress"].as_bool(), Some(false));
}
