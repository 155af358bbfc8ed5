//! Secrets in files of variables: they reach the service and nothing else.

use std::path::Path;

use crate::engine::Compose;
use crate::staging::{Staging, health};

const SECRET: &str = "hunter2-does-not-tell";

/// Whether any file below `folder` holds the secret.
fn leaks(folder: &Path) -> Vec<String> {
    let mut leaks = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).is_ok_and(|bytes| contains(&bytes, SECRET.as_bytes())) {
                leaks.push(path.display().to_string());
            }
        }
    }
    leaks
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn a_secret_reaches_the_service_and_nothing_else() {
    for compose in Compose::all() {
        // What is taken back is asked more questions, and told more.
        let on_failures: &[&str] = if compose == Compose::Two { &["stop", "rollback"] } else { &["stop"] };
        for on_failure in on_failures {
            let more = format!(
                "{}env_files = [\"staging.env\"]\non_failure = \"{on_failure}\"\nscript = [\"./deploy.sh\"]\n",
                health("1s", "2s")
            );
            // The service tells its secret wherever it can: in its log, as a fault, and in its answer.
            let service = "echo fatal: ${TOKEN}; CARBON_STATUS=${TOKEN} exec /bin/sh /srv/carbon/serve";
            let Some(staging) = Staging::new(compose, service, &more) else { return };
            let start = match compose {
                Compose::Plugin => "docker compose",
                Compose::One | Compose::Two => "docker-compose",
            };
            let script = format!(
                "#!/bin/sh\necho \"out $TOKEN\"; echo \"err $TOKEN\" >&2\n{start} -f compose.yml up -d a\n"
            );
            let variables = format!("TOKEN={SECRET}\n");
            let staging = staging.executable("deploy.sh", &script).change(&[("staging.env", &variables)]);
            let told = staging.deploy().exits(1);
            assert!(told.stdout.contains("fatal: ***"), "{}", told.stdout);
            let environment =
                staging.containers().first().map(|container| container["Config"]["Cmd"].to_string());
            if *on_failure == "stop" {
                assert!(environment.is_some_and(|text| text.contains(SECRET)), "the service has it");
            }
            assert!(!told.stdout.contains(SECRET) && !told.stderr.contains(SECRET));
            assert_eq!(leaks(&staging.project.path("home")), [""; 0], "the run folder");
            assert_eq!(leaks(&staging.project.root().join(".promotion")), [""; 0], "the ledger");
        }
    }
}
