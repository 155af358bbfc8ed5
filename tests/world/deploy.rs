//! Deployments on the real engine, by each compose.

use serde_json::Value;

use crate::engine::{Compose, Engine};
use crate::staging::{SICK, Staging, WELL, health};

fn against(told: &Value) -> String {
    told["against"].to_string()
}

#[test]
fn a_first_deployment_is_proven_and_a_second_finds_nothing_to_do() {
    if Engine::get().is_none() {
        return;
    }
    for compose in Compose::all() {
        let Some(staging) = Staging::passed(compose, WELL, "") else { return };
        let told = staging.deploy().exits(0).json();
        assert_eq!(told["result"], "deployed", "{compose:?}");
        assert!(told["proof"].to_string().contains("its answer names the container"), "{told:#}");
        assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
        let before = staging.containers();
        let told = staging.deploy().exits(0).json();
        assert_eq!(told["result"], "already_deployed", "{compose:?}");
        assert_eq!(staging.kinds(), ["verified", "intent", "done"], "nothing was done");
        assert_eq!(staging.containers()[0]["Id"], before[0]["Id"]);
    }
}

#[test]
fn what_somebody_else_brought_up_is_asked_for_again_and_stays_where_it_is_what_should_run() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    staging.deploy().exits(0);
    let path = staging.project.root().join(".promotion/ledger/a.jsonl");
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let first = text.lines().next().expect("a line");
    std::fs::write(&path, format!("{first}\n")).expect("written");
    let before = staging.containers();
    // Nothing ties what runs to the commit: `up -d` is run, and does nothing where nothing is to be done.
    let told = staging.deploy().exits(0).json();
    assert_eq!(told["result"], "deployed");
    assert_eq!(staging.kinds(), ["verified", "intent", "done"]);
    assert_eq!(staging.containers()[0]["Id"], before[0]["Id"]);
    assert_eq!(staging.containers()[0]["State"]["StartedAt"], before[0]["State"]["StartedAt"]);
}

#[test]
fn an_image_that_compose_builds_is_built_of_each_commit() {
    let Some(staging) = Staging::new(Compose::Two, WELL, "") else { return };
    let read = |path: &str| std::fs::read_to_string(staging.project.root().join(path)).expect("a file");
    let file = format!("{}    build: services/a\n    pull_policy: build\n", read("compose.yml"));
    let serve = read("services/a/serve");
    let staging = staging.change(&[("compose.yml", &file)]);
    assert_eq!(staging.deploy().exits(0).json()["result"], "deployed");
    let before = staging.containers();
    assert_eq!(staging.deploy().exits(0).json()["result"], "already_deployed", "of the same commit");
    // What runs still is what the name of the image leads to, and of this configuration.
    let changed = [("src/a.py", "x = 2\n"), ("services/a/serve", &*format!("{serve}# another one\n"))];
    let staging = staging.change(&changed);
    let told = staging.deploy().exits(0).json();
    assert_eq!(told["result"], "deployed", "{told:#}");
    assert_ne!(staging.containers()[0]["Image"], before[0]["Image"]);
    // Killed before `up`, it is run by the next one.
    let image = staging.containers()[0]["Image"].clone();
    let staging =
        staging.change(&[("src/a.py", "x = 3\n"), ("services/a/serve", &format!("{serve}# a third\n"))]);
    let path = staging.project.root().join(".promotion/ledger/a.jsonl");
    let verified = std::fs::read_to_string(&path).expect("a ledger");
    staging.deploy().exits(0);
    let all = std::fs::read_to_string(&path).expect("a ledger");
    let intent = all[verified.len()..].split_inclusive('\n').next().expect("an intent");
    std::fs::write(&path, format!("{verified}{intent}")).expect("written");
    staging.engine.docker(&["tag", image.as_str().expect("an id"), &format!("{}:staging", staging.name)]);
    staging.up_without_building();
    assert_eq!(staging.containers()[0]["Image"], image, "as it was before `up`");
    assert_eq!(staging.deploy().exits(0).json()["result"], "deployed");
    assert_ne!(staging.containers()[0]["Image"], image);
}

#[test]
fn a_new_image_under_the_same_name_is_deployed() {
    let Some(staging) = Staging::passed(Compose::Plugin, WELL, "") else { return };
    staging.deploy().exits(0);
    let before = staging.containers();
    staging.build("two");
    let told = staging.deploy().exits(0).json();
    assert_eq!(told["result"], "deployed");
    assert_ne!(staging.containers()[0]["Image"], before[0]["Image"]);
    let kept = staging
        .ledger()
        .into_iter()
        .rev()
        .find_map(|record| record["act"]["kept"].as_str().map(str::to_owned));
    let image = staging.engine.docker(&["image", "inspect", "--format", "{{.ID}}", &kept.expect("a tag")]);
    let image = String::from_utf8(image.stdout).expect("text");
    assert_eq!(before[0]["Image"], image.trim(), "the image before is kept from pruning");
}

#[test]
fn a_container_that_dies_at_once_is_no_deployment() {
    for compose in Compose::all() {
        let script = "echo starting; exit 7";
        let Some(staging) = Staging::passed(compose, script, "on_failure = \"stop\"") else { return };
        let told = staging.deploy().exits(1).json();
        assert_eq!(told["result"], "failed", "{compose:?}");
        assert!(against(&told).contains("exit code 7"), "{told:#}");
        assert_eq!(staging.kinds(), ["verified", "intent", "failed"]);
        assert_eq!(staging.containers().len(), 1, "it is left for a person to look at");
    }
}

#[test]
fn a_crash_loop_is_seen_although_the_container_says_that_it_runs() {
    let more = health("2s", "6s");
    let Some(staging) = Staging::passed(Compose::Two, "sleep 0.2; exit 7", &more) else { return };
    let told = staging.deploy().exits(1).json();
    assert!(against(&told).contains("was restarted"), "{told:#}");
}

#[test]
fn a_first_deployment_that_is_not_well_is_left_or_taken_away() {
    let cases = [("stop", "failed", 1, vec![Compose::Two]), ("rollback", "rolled_back", 0, Compose::all())];
    for (on_failure, result, left, composes) in cases {
        for compose in composes {
            let more = format!("{}on_failure = \"{on_failure}\"", health("1s", "2s"));
            let Some(staging) = Staging::passed(compose, SICK, &more) else { return };
            let told = staging.deploy().exits(1).json();
            assert_eq!(told["result"], result, "{compose:?}");
            assert!(against(&told).contains("its text is not as declared"), "{told:#}");
            assert_eq!(staging.containers().len(), left, "{compose:?}");
        }
    }
}

#[test]
fn a_second_deployment_that_is_not_well_gives_way_to_the_image_before() {
    for compose in Compose::all() {
        let more = format!("{}on_failure = \"rollback\"", health("1s", "8s"));
        let Some(staging) = Staging::passed(compose, WELL, &more) else { return };
        staging.deploy().exits(0);
        let before = staging.containers();
        // The image itself is sick: the configuration stays as it is.
        let serve = "#!/bin/sh\nexport CARBON_STATUS=sick\ndate +%s >/tmp/started\nexec nc -ll -p 8081 -e /srv/carbon/answer\n";
        let staging = staging.change(&[("services/a/serve", serve)]);
        staging.build("sick");
        let told = staging.deploy().exits(1).json();
        assert_eq!(told["result"], "rolled_back", "{compose:?}: {told:#}");
        let after = staging.containers();
        assert_eq!(after.len(), 1);
        assert_eq!(after[0]["Image"], before[0]["Image"], "{compose:?}");
        assert_eq!(after[0]["State"]["Status"], "running");
        let kinds = staging.kinds();
        assert_eq!(kinds[kinds.len() - 4..], ["intent", "intent", "failed", "done"]);
    }
}

#[test]
fn an_image_before_that_is_gone_is_a_matter_for_a_person() {
    let more = format!("{}on_failure = \"rollback\"", health("1s", "20s"));
    let Some(staging) = Staging::passed(Compose::Two, WELL, &more) else { return };
    staging.deploy().exits(0);
    let container = staging.containers()[0]["Id"].as_str().expect("an id").to_owned();
    // The script of the next deployment takes the image before away.
    let images = format!("docker images --filter label=what={}-one -q", staging.name);
    let script = format!("#!/bin/sh\ndocker rm -f {container}; {images} | xargs docker rmi -f; exit 1\n");
    let policy = std::fs::read_to_string(staging.project.root().join("promotion.toml")).expect("a policy");
    let policy = format!("{policy}script = [\"/bin/sh\", \"gone.sh\"]\n");
    let staging = staging.change(&[("gone.sh", &script), ("promotion.toml", &policy)]);
    staging.build("two");
    let told = staging.deploy().exits(6).json();
    assert_eq!(told["result"], "rollback_failed");
    assert!(told["hint"].as_str().is_some_and(|hint| hint.contains("image")), "{told:#}");
    assert!(against(&told).contains("is gone"), "{told:#}");
}

#[test]
fn a_script_deploys_in_place_of_compose() {
    for compose in Compose::all() {
        let script = "script = [\"./deploy.sh\", \"--component\", \"a\"]\nenv_files = [\"staging.env\"]";
        let Some(staging) = Staging::new(compose, WELL, script) else { return };
        let start = match compose {
            Compose::Plugin => "docker compose",
            Compose::One | Compose::Two => "docker-compose",
        };
        let text = format!(
            "#!/bin/sh\nset -eu\n[ \"$*\" = '--component a' ]\n[ \"$COLOUR\" = 'dark red' ]\n{start} -f compose.yml up -d a\n"
        );
        let staging =
            staging.executable("deploy.sh", &text).change(&[("staging.env", "COLOUR='dark red'\n")]);
        // Its place is told from the root, wherever we are.
        let told = staging.project.run_in("src", &["deploy", "a", "--yes", "--format", "json"]);
        assert_eq!(told.exits(0).json()["result"], "deployed", "{compose:?}");
        let told = staging.deploy().exits(0).json();
        assert_eq!(told["result"], "already_deployed", "{compose:?}");
    }
}

#[test]
fn a_service_with_files_of_variables_of_its_own_is_known_again() {
    for compose in Compose::all() {
        let Some(staging) = Staging::new(compose, WELL, "") else { return };
        let text = std::fs::read_to_string(staging.project.root().join("compose.yml")).expect("a file");
        let text = format!("{text}    env_file: [own.env]\n");
        let staging = staging.change(&[("compose.yml", &text), ("own.env", "COLOUR=red\n")]);
        assert_eq!(staging.deploy().exits(0).json()["result"], "deployed", "{compose:?}");
        assert_eq!(staging.deploy().exits(0).json()["result"], "already_deployed", "{compose:?}");
        let before = staging.containers();
        let staging = staging.change(&[("own.env", "COLOUR=blue\n")]);
        assert_eq!(staging.deploy().exits(0).json()["result"], "deployed", "{compose:?}");
        assert_ne!(staging.containers()[0]["Id"], before[0]["Id"], "{compose:?}");
    }
}

#[test]
fn an_engine_that_is_not_there_is_no_failed_deployment() {
    for compose in Compose::all() {
        let Some(staging) = Staging::passed(compose, WELL, "") else { return };
        let staging = staging.variable("DOCKER_HOST", "unix:///nowhere/docker.sock");
        staging.deploy().exits(3).complains("the Docker engine cannot be reached");
        assert_eq!(staging.kinds(), ["verified"], "nothing was begun");
    }
}

#[test]
fn a_service_that_is_not_in_the_file_is_a_fault_of_the_policy() {
    for compose in Compose::all() {
        let Some(staging) = Staging::passed(compose, WELL, "service = \"silicon\"") else { return };
        staging.deploy().exits(2).complains("silicon").complains("hint");
        assert_eq!(staging.kinds(), ["verified"]);
    }
}

#[test]
fn without_a_fresh_pass_nothing_is_deployed() {
    let Some(staging) = Staging::new(Compose::Two, WELL, "") else { return };
    let told = staging.deploy().exits(1).json();
    assert_eq!(told["result"], "refused");
    assert!(!staging.project.root().join(".promotion").exists(), "nothing was written");
    staging.pass();
    let source = staging.project.root().join("src/a.py");
    std::fs::write(&source, "x = 2\n").expect("written");
    let told = staging.deploy().exits(1).json();
    assert!(against(&told).contains("differ"), "{told:#}");
    assert_eq!((staging.kinds(), staging.containers()), (vec!["verified".to_owned()], Vec::new()));
}

#[test]
fn a_dry_run_and_a_question_to_nobody_do_nothing() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    let told = staging.project.run(&["deploy", "a", "--dry-run"]).exits(0);
    let told = told.says("docker-compose -f compose.yml up -d a").says("would be deployed");
    assert!(told.stdout.contains("http://127.0.0.1:"));
    staging.project.run(&["deploy", "a"]).exits(2).complains("--yes");
    assert_eq!((staging.kinds(), staging.containers()), (vec!["verified".to_owned()], Vec::new()));
}

#[test]
fn two_at_once_deploy_once() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, "") else { return };
    let arguments = ["deploy", "a", "--yes", "--format", "json"];
    let (first, second) = (staging.project.start(&arguments), staging.project.start(&arguments));
    let results = [first.end().exits(0), second.end().exits(0)];
    let mut results = results.map(|told| told.json()["result"].as_str().expect("a result").to_owned());
    results.sort();
    assert_eq!(results, ["already_deployed", "deployed"]);
    assert_eq!(staging.containers().len(), 1);
}

#[test]
fn what_was_started_again_since_is_proven_anew() {
    let Some(staging) = Staging::passed(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    staging.deploy().exits(0);
    let id = || staging.containers()[0]["Id"].as_str().expect("an id").to_owned();
    let restart = || drop(staging.engine.docker(&["restart", "-t", "0", &id()]));
    for (again, proofs) in [(&restart as &dyn Fn(), 2), (&|| staging.recreate(), 3)] {
        again();
        let told = staging.deploy().exits(0).json();
        assert_eq!(told["result"], "already_deployed");
        assert!(told["proof"].to_string().contains("answered as declared"), "{told:#}");
        let done = staging.kinds().iter().filter(|kind| *kind == "done").count();
        assert_eq!(done, proofs, "it was watched and recorded");
        assert_eq!(staging.deploy().exits(0).json()["proof"], Value::Array(Vec::new()), "nothing new");
        assert_eq!(staging.kinds().iter().filter(|kind| *kind == "done").count(), proofs);
    }
}

#[test]
fn what_is_put_back_and_is_not_well_is_a_matter_for_a_person() {
    let more = format!("{}on_failure = \"rollback\"", health("500ms", "20s"));
    let Some(staging) = Staging::passed(Compose::Two, WELL, &more) else { return };
    staging.deploy().exits(0);
    let before = staging.containers();
    // The image is the one from before, and answers well: what is wrong stands in the log, whoever puts it back.
    let text = std::fs::read_to_string(staging.project.root().join("compose.yml")).expect("a file");
    let text = text.replace(WELL, &format!("echo fatal: no database; {WELL}"));
    let staging = staging.change(&[("compose.yml", &text)]);
    let told = staging.deploy().exits(6).json();
    assert_eq!(told["result"], "rollback_failed", "{told:#}");
    assert!(against(&told).contains("its log says"), "{told:#}");
    assert!(told["hint"].as_str().is_some_and(|hint| hint.contains("bring it up")), "{told:#}");
    assert_eq!(staging.containers()[0]["Image"], before[0]["Image"]);
    let kinds = staging.kinds();
    assert_eq!(kinds[kinds.len() - 4..], ["intent", "intent", "failed", "failed"]);
}

#[test]
fn an_image_says_its_commit_or_the_proof_says_that_nothing_ties_it_to_one() {
    let Some(staging) = Staging::new(Compose::Two, WELL, &health("300ms", "20s")) else { return };
    let head = |staging: &Staging| git(staging, &["rev-parse", "HEAD"]);
    let before = head(&staging);
    let staging = staging.change(&[("src/a.py", "x = 2\n")]);
    let label = |revision: &str| format!("org.opencontainers.image.revision={revision}");
    let untied = "nothing ties the image to a commit";
    // No label, and one that an image below it brought along.
    for labels in [vec![], vec!["--label".to_owned(), label(&"7".repeat(40))]] {
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        staging.build_with(&format!("untied {}", labels.len()), &labels);
        let told = staging.deploy().exits(0).json();
        assert!(told["proof"].to_string().contains(untied), "{told:#}");
        assert!(told["proof"].to_string().contains("--label org.opencontainers.image.revision="), "{told:#}");
    }
    staging.build_with("tied", &["--label", &label(&head(&staging))]);
    let told = staging.deploy().exits(0).json();
    assert_eq!(told["result"], "deployed");
    assert!(!told["proof"].to_string().contains(untied), "{told:#}");
    staging.build_with("another commit", &["--label", &label(&before)]);
    let told = staging.deploy().exits(1).json();
    assert!(against(&told).contains(&format!("says that it was built from `{before}`")), "{told:#}");
    // A clone that holds only a part of the history does not know whose commit it is.
    let shallow = staging.project.root().join(".git/shallow");
    std::fs::write(shallow, format!("{}\n", head(&staging))).expect("written");
    git(&staging, &["reflog", "expire", "--expire=now", "--all"]);
    git(&staging, &["gc", "-q", "--prune=now"]);
    for revision in [before, "7".repeat(40)] {
        staging.build_with("unknown", &["--label", &label(&revision)]);
        let told = staging.deploy().exits(1).json();
        assert!(against(&told).contains("a commit that this clone does not know"), "{told:#}");
        assert!(against(&told).contains("git fetch --unshallow"), "{told:#}");
    }
}

fn git(staging: &Staging, arguments: &[&str]) -> String {
    let mut git = std::process::Command::new("git");
    let told = git.args(arguments).current_dir(staging.project.root()).output().expect("git");
    assert!(told.status.success(), "{arguments:?}");
    String::from_utf8(told.stdout).expect("text").trim().to_owned()
}
