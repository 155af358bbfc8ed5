//! The bundled project with all that is around it: a repository, an engine, a Prometheus with a past and a future, a fake
//! of GitHub, and a clock that is moved.

use std::cell::Cell;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::engine::{Compose, Engine};
use crate::laboratory::{checkout, command, lasting};
use crate::moved::{library, moved, now};
use crate::prometheus::{Prometheus, Series, program};
use crate::server::Server;
use crate::told::{Running, Told};

pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;
/// What people wrote in a document, which stays as it is.
pub(crate) const WORDS: &str = "# Carbon\n\nWords of people.\n";
/// The documents, from the project's root.
pub(crate) const MATURITY: &str = "src/components/carbon/MATURITY.md";
pub(crate) const STATUS: &str = "docs/component-promotion/COMPONENT_MATURITY_STATUS.md";

/// The town.
pub(crate) struct Town {
    pub(crate) github: Server,
    engine: &'static Engine,
    gh: PathBuf,
    library: PathBuf,
    prometheus: Prometheus,
    /// What gh needs: the socket of GitHub. Its path must be short.
    config: tempfile::TempDir,
    top: PathBuf,
    /// Our own clock when it all began.
    start: i64,
    /// How far the program's clock is moved, in seconds after the beginning; `None`: not at all.
    clock: Cell<Option<i64>>,
}

impl Town {
    /// It, with nothing promoted; `None` where it cannot be built and need not be.
    pub(crate) fn build() -> Option<Self> {
        let (engine, library) = (Engine::get()?, library()?);
        let Some(gh) = program("gh").filter(|_| Compose::Plugin.folder().exists()) else {
            eprintln!("NOT RUN: gh or compose is not set up: scripts/setup-world.sh");
            let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
            assert!(!needed, "gh and compose are needed here");
            return None;
        };
        let start = now();
        let errors = |time: i64| Some(f64::from(i32::try_from(time - start).unwrap_or(0)) * 0.001 + 10_000.0);
        let up = |_: i64| Some(1.0);
        let series: [Series<'_>; 2] = [("errors_total", "counter", &errors), ("up", "gauge", &up)];
        let prometheus = Prometheus::start(start - 8 * DAY, start + 9 * DAY, &series)?;
        let config = tempfile::Builder::new().prefix("tta-e2e-").tempdir().expect("a folder");
        let socket = config.path().join("gh.sock");
        let github = Server::start(&socket, "theinterneti/TTA");
        std::fs::write(config.path().join("config.yml"), format!("http_unix_socket: {}\n", socket.display()))
            .expect("written");
        // It stays where it is from run to run: uv's environment belongs to a project by its path.
        let top = lasting().join("e2e");
        let _was_not_there = std::fs::remove_dir_all(&top);
        std::fs::create_dir_all(top.join("fixtures")).expect("made");
        let top = top.canonicalize().expect("a path");
        succeed(Command::new("cp").arg("-r").arg(checkout().join("fixtures/tta")).arg(top.join("fixtures")));
        let clock = Cell::new(None);
        let town = Self { github, engine, gh, library, prometheus, config, top, start, clock };
        town.settle();
        Some(town)
    }

    /// Writes the policy and what people wrote, and commits it.
    fn settle(&self) {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let compose = self.read("docker-compose.staging.yml");
        self.write("docker-compose.staging.yml", &compose.replace("18081", &port.to_string()));
        let policy = std::fs::read_to_string(checkout().join("promotion.toml")).expect("a policy");
        let project =
            format!("[project]\ngithub = {{ status_issue = 1 }}\ndocuments = {{ status = \"{STATUS}\" }}\n");
        let policy =
            policy.replace("18081", &port.to_string()).replace("\n[project]\n", &format!("\n{project}"));
        // Each deployment and each way back waits for so long.
        let policy = policy.replace("stable = \"5s\"", "stable = \"2s\"");
        let observe = format!(
            r#"
[component.carbon.observe.staging]
interval = "6h"
max_gap = "13h"
incident_label = "security-incident"
integration = {{ paths = ["tests/integration"], select = "carbon" }}
prometheus = "{}"
metric.errors = {{ query = 'sum(rate(errors_total[{{window}}]))', max = 0.01, compare_to_before = "5%", min_samples = 10 }}
metric.up = {{ query = 'min_over_time(up[{{window}}])', min = 1 }}
"#,
            self.prometheus.url
        );
        std::fs::write(self.top.join("promotion.toml"), policy + &observe).expect("written");
        self.write(MATURITY, WORDS);
        self.write(STATUS, WORDS);
        self.github.with(|hub| {
            hub.open("Status report", "where all of them stand", &[]);
            hub.labels.push("security-incident".to_owned());
        });
        self.git(&["init", "--quiet"]);
        // Who commits is who acts, whoever runs the tests.
        self.git(&["config", "user.name", "Ada"]);
        self.git(&["config", "user.email", "ada@example.org"]);
        self.commit();
    }

    /// A file below the project's root.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("a file")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn root(&self) -> PathBuf {
        self.top.join("fixtures/tta")
    }

    fn git(&self, arguments: &[&str]) {
        succeed(Command::new("git").args(arguments).current_dir(&self.top));
    }

    /// Commits all that is there.
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=all"]);
    }

    /// The clock of what is run from now on stands so many seconds after the beginning.
    pub(crate) fn at(&self, seconds: i64) {
        self.clock.set(Some(seconds));
    }

    /// What a program of the town is told of its surroundings.
    fn surrounded(&self, command: &mut Command) {
        let path = crate::laboratory::path_with_uv();
        let gh = self.gh.parent().map(Path::to_owned).unwrap_or_default();
        let folders = std::env::split_paths(&self.engine.path).take(1).chain([gh]);
        let folders = folders.chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).expect("a path"));
        command.env("DOCKER_HOST", &self.engine.host).env("DOCKER_CONFIG", Compose::Plugin.folder());
        command.env("GH_CONFIG_DIR", self.config.path()).env("GH_TOKEN", "ghp_nobodys");
    }

    /// Runs tta-promote to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Told {
        let begin = std::time::Instant::now();
        let mut promote = command(env!("CARGO_BIN_EXE_tta-promote"));
        promote.args(arguments).current_dir(&self.top).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.surrounded(&mut promote);
        let mark = format!("e2e-{}-{}", std::process::id(), now());
        promote.env("TTA_PROMOTE_TEST", &mark);
        if let Some(seconds) = self.clock.get() {
            promote.envs(moved(&self.library, self.start + seconds - now()));
        }
        let told = Running::new(promote.spawn().expect("it starts"), mark).end();
        eprintln!("{:6.1} s  tta-promote {}", begin.elapsed().as_secs_f64(), arguments.join(" "));
        told
    }

    /// Brings up by hand what was built last.
    pub(crate) fn up(&self) {
        let mut up = Command::new("docker");
        self.surrounded(&mut up);
        up.args(["compose", "-f", "docker-compose.staging.yml", "up", "-d", "carbon"]);
        succeed(up.current_dir(self.root()));
    }

    /// The containers that there are, as JSON of docker.
    pub(crate) fn containers(&self) -> Vec<Value> {
        let listed = self.engine.docker(&["ps", "-aq", "--no-trunc"]);
        let ids = String::from_utf8(listed.stdout).expect("text");
        let inspected = |id: &str| {
            let inspected = self.engine.docker(&["inspect", id]);
            let list: Value = serde_json::from_slice(&inspected.stdout).expect("JSON");
            list[0].clone()
        };
        ids.split_whitespace().map(inspected).collect()
    }

    /// The image of the one container that runs.
    pub(crate) fn image(&self) -> String {
        let containers = self.containers();
        assert_eq!(containers.len(), 1, "one container: {containers:?}");
        assert_eq!(containers[0]["State"]["Status"], "running");
        containers[0]["Image"].as_str().expect("an id").to_owned()
    }

    /// The kinds of the ledger's records after the first so many, in order.
    pub(crate) fn kinds_after(&self, number: usize) -> Vec<String> {
        let text =
            std::fs::read_to_string(self.top.join(".promotion/ledger/carbon.jsonl")).expect("a ledger");
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
        records.skip(number).map(|record| record["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    /// Carbon as `status` tells it.
    pub(crate) fn status(&self) -> Value {
        self.run(&["status", "carbon", "--format", "json"]).exits(0).json()["components"][0].clone()
    }
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
