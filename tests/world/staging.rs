//! A project with one component that has passed its gate, a compose file, and a place on the real engine.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::engine::{Compose, Engine};
use crate::project::{POLICY, Project, make_executable};
use crate::told::Told;

/// A service that runs and tells its health.
pub(crate) const WELL: &str = "exec /bin/sh /srv/carbon/serve";

/// A service that runs and tells that it is not well.
pub(crate) const SICK: &str = "CARBON_STATUS=sick exec /bin/sh /srv/carbon/serve";

/// A project before its staging.
pub(crate) struct Staging {
    pub(crate) engine: &'static Engine,
    pub(crate) project: Project,
    /// What compose calls the project: the containers of each test are its own.
    pub(crate) name: String,
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.take_away();
        self.engine.docker(&["network", "rm", &format!("{}_default", self.name)]);
    }
}

impl Staging {
    /// Takes the containers away, as somebody would by hand.
    pub(crate) fn take_away(&self) {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let listed = self.engine.docker(&["ps", "-aq", "--filter", &filter]);
        let ids = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut arguments = vec!["rm", "-f", "-v"];
        arguments.extend(ids.split_whitespace());
        self.engine.docker(&arguments);
    }

    /// A component whose service runs `script`, brought up by `compose`, with `more` in its policy.
    pub(crate) fn new(compose: Compose, script: &str, more: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let engine = Engine::get()?;
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let name = format!("world{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tta/services/carbon");
        let read = |file: &str| std::fs::read_to_string(fixtures.join(file)).expect("a file");
        let path = |project: &Project| {
            let [bin, base] = ["bin", "base"].map(|name| project.path(name).display().to_string());
            format!("{bin}:{base}:{}:{}", compose.folder().display(), engine.path)
        };
        let project = Project::new();
        let path = path(&project);
        let project = project
            .policy(&policy(port, more))
            .file("compose.yml", &file(&name, port, script))
            .file("services/a/Dockerfile", &read("Dockerfile"))
            .file("services/a/answer", &read("answer"))
            .file("services/a/serve", &read("serve"))
            .variable("PATH", &path)
            .variable("DOCKER_HOST", &engine.host)
            .variable("COMPOSE_PROJECT_NAME", &name);
        make_executable(&project.root().join("services/a/answer"));
        let project = match compose {
            Compose::Plugin => project.variable("DOCKER_CONFIG", &compose.folder().display().to_string()),
            Compose::One | Compose::Two => project,
        };
        let staging = Self { engine, project: project.repository(), name };
        staging.build("one");
        Some(staging)
    }

    /// As [`Staging::new`], with a pass of the gate in the ledger.
    pub(crate) fn passed(compose: Compose, script: &str, more: &str) -> Option<Self> {
        let staging = Self::new(compose, script, more)?;
        staging.pass();
        Some(staging)
    }

    /// Builds the image anew; `what` makes it another one.
    pub(crate) fn build(&self, what: &str) {
        self.build_with(what, &[]);
    }

    /// As [`Staging::build`], with more arguments.
    pub(crate) fn build_with(&self, what: &str, more: &[&str]) {
        let (tag, label) = (format!("{}:staging", self.name), format!("what={}-{what}", self.name));
        let context = self.project.root().join("services/a");
        let context = context.to_str().expect("UTF-8");
        let usual = ["build", "-q", "-t", &tag, "--label", &label];
        let arguments: Vec<&str> = usual.into_iter().chain(more.iter().copied()).chain([context]).collect();
        let built = self.engine.docker(&arguments);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }

    /// Measures the gate for the record.
    pub(crate) fn pass(&self) {
        self.project.run(&["verify", "a", "--record", "-q"]).exits(0);
    }

    /// Puts other files into the project, commits them and measures again.
    pub(crate) fn change(mut self, files: &[(&str, &str)]) -> Self {
        let project = std::mem::replace(&mut self.project, Project::new());
        let project = files.iter().fold(project, |project, (path, text)| project.file(path, text));
        self.project = project.committed();
        self.pass();
        self
    }

    /// Puts a program into the project, not committed yet.
    pub(crate) fn executable(mut self, path: &str, text: &str) -> Self {
        let project = std::mem::replace(&mut self.project, Project::new());
        self.project = project.file(path, text);
        make_executable(&self.project.root().join(path));
        self
    }

    /// A variable from now on.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        let project = std::mem::replace(&mut self.project, Project::new());
        self.project = project.variable(name, value);
        self
    }

    /// Deploys.
    pub(crate) fn deploy(&self) -> Told {
        self.project.run(&["deploy", "a", "--yes", "--format", "json"])
    }

    /// Brings the service up as somebody would by hand.
    pub(crate) fn up(&self) {
        self.bring_up(&[]);
    }

    /// As [`Staging::up`], with the image that is there.
    pub(crate) fn up_without_building(&self) {
        self.bring_up(&["--no-build", "--pull", "never"]);
    }

    /// Makes the container of the service anew, as somebody would by hand.
    pub(crate) fn recreate(&self) {
        self.bring_up(&["--force-recreate"]);
    }

    fn bring_up(&self, more: &[&str]) {
        let compose = Compose::Two.folder().join("docker-compose");
        let mut up = std::process::Command::new(compose);
        up.args(["-f", "compose.yml", "up", "-d"]).args(more).arg("a").current_dir(self.project.root());
        up.env("DOCKER_HOST", &self.engine.host).env("COMPOSE_PROJECT_NAME", &self.name);
        assert!(up.stderr(std::process::Stdio::null()).status().expect("compose").success());
    }

    /// The containers of the service, as JSON of docker.
    pub(crate) fn containers(&self) -> Vec<Value> {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let listed = self.engine.docker(&["ps", "-aq", "--no-trunc", "--filter", &filter]);
        let ids = String::from_utf8(listed.stdout).expect("text");
        let inspected = |id: &str| {
            let inspected = self.engine.docker(&["inspect", id]);
            let list: Value = serde_json::from_slice(&inspected.stdout).expect("JSON");
            list[0].clone()
        };
        ids.split_whitespace().map(inspected).filter(|container| !container.is_null()).collect()
    }

    /// The ledger's records.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let path = self.project.root().join(".promotion/ledger/a.jsonl");
        let text = std::fs::read_to_string(path).expect("a ledger");
        text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }

    /// The whole lines of the ledger, whoever is writing it.
    pub(crate) fn ledger_as_it_is(&self) -> Vec<Value> {
        let path = self.project.root().join(".promotion/ledger/a.jsonl");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }

    /// The kinds of the ledger's records, in order.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let kind = |record: &Value| record["kind"].as_str().expect("a kind").to_owned();
        self.ledger().iter().map(kind).collect()
    }
}

/// What the policy says of health, unless a test says otherwise.
pub(crate) fn health(stable: &str, deadline: &str) -> String {
    format!(
        "health = {{ url = \"http://127.0.0.1:PORT/health/carbon\", body = '\"healthy\".*\"{{container}}\"', \
         delay = \"0s\", interval = \"100ms\", stable = \"{stable}\", deadline = \"{deadline}\" }}\n"
    )
}

fn policy(port: u16, more: &str) -> String {
    let usual = if more.contains("health") { String::new() } else { health("1s", "20s") };
    let text =
        format!("{POLICY}\n[component.a.deploy.staging]\ncompose_file = \"compose.yml\"\n{usual}{more}\n");
    text.replace("PORT", &port.to_string())
}

fn file(name: &str, port: u16, script: &str) -> String {
    format!(
        "services:\n  a:\n    image: {name}:staging\n    restart: \"on-failure\"\n    stop_grace_period: 0s\n    \
         command: ['/bin/sh', '-c', '{script}']\n    ports: ['127.0.0.1:{port}:8081']\n"
    )
}
