//! A candidate and a clock that a test moves: what the program is told of the time, and nothing else.
//!
//! The program is not told by a back door: a library that is loaded before the system's moves its clock, as a machine
//! that slept or was set anew would.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::project::{POLICY, Project};
use crate::told::Told;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("seconds")
}

/// The library that moves the clock; `None` where there is none and need not be.
pub(crate) fn library() -> Option<PathBuf> {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/world/root/usr/lib");
    let found = [world, PathBuf::from("/usr/lib")].iter().find_map(|folder| {
        let folders = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
        folders.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists())
    });
    if found.is_none() {
        eprintln!(
            "NOT RUN: {}: libfaketime is not set up",
            std::thread::current().name().unwrap_or("a test")
        );
        let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
        assert!(!needed, "libfaketime is needed here: scripts/setup-world.sh");
    }
    found
}

/// The variables by which the program's clock stands `seconds` beside ours.
pub(crate) fn moved(library: &Path, seconds: i64) -> [(&'static str, String); 3] {
    [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", format!("{seconds:+}")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

/// A service that is nothing but an address.
pub(crate) struct Service {
    pub(crate) port: u16,
    is_well: Arc<AtomicBool>,
}

impl Service {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let is_well = Arc::new(AtomicBool::new(true));
        let service = Self { port, is_well: Arc::clone(&is_well) };
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(mut connection) = connection else { continue };
                let mut question = [0; 2048];
                let _asked = connection.read(&mut question);
                let status = if is_well.load(Ordering::Relaxed) { "200 OK" } else { "503 Busy" };
                let _answered =
                    write!(connection, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        service
    }

    pub(crate) fn is_well(&self, is_well: bool) {
        self.is_well.store(is_well, Ordering::Relaxed);
    }
}

/// A component that is deployed by a script, and whose clock is moved.
pub(crate) struct Candidate {
    pub(crate) project: Project,
    pub(crate) service: Service,
    library: PathBuf,
    /// When it is deployed, by its own clock.
    pub(crate) start: i64,
}

impl Candidate {
    /// One that is deployed at `start`, with `observe` in its policy.
    pub(crate) fn deployed(start: i64, observe: &str) -> Option<Self> {
        let library = library()?;
        let service = Service::start();
        let policy = format!(
            "{POLICY}\n[component.a.deploy.staging]\nscript = [\"true\"]\n\
             health = {{ url = \"http://127.0.0.1:{}/\", delay = \"0s\", interval = \"50ms\", stable = \"0s\" }}\n\
             [component.a.observe.staging]\n{observe}\n",
            service.port
        );
        let project = Project::new().policy(&policy).repository();
        let candidate = Self { project, service, library, start };
        let candidate = candidate.at(0);
        let path = format!(
            "{}:{}:/bin:/usr/bin",
            candidate.project.path("bin").display(),
            candidate.project.path("base").display()
        );
        let candidate = candidate.variable("PATH", &path);
        candidate.project.run(&["verify", "a", "--record", "-q"]).exits(0);
        candidate.project.run(&["deploy", "a", "--yes"]).exits(0);
        Some(candidate)
    }

    /// The clock so many minutes after the deployment.
    pub(crate) fn at(mut self, minutes: i64) -> Self {
        let seconds = self.start + minutes * 60 - now();
        for (name, value) in moved(&self.library.clone(), seconds) {
            self = self.variable(name, &value);
        }
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        let project = std::mem::replace(&mut self.project, Project::new());
        self.project = project.variable(name, value);
        self
    }

    pub(crate) fn observe(&self) -> Told {
        self.project.run(&["observe", "a", "--format", "json"])
    }

    /// The soak as `status` tells it.
    pub(crate) fn soak(&self) -> Value {
        self.project.run(&["status", "a", "--format", "json"]).json()["components"][0]["soak"].clone()
    }

    pub(crate) fn records(&self) -> Vec<Value> {
        let path = self.project.root().join(".promotion/ledger/a.jsonl");
        let text = std::fs::read_to_string(path).expect("a ledger");
        // Somebody may be writing the last line.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }

    /// The windows that were recorded, in seconds after the deployment.
    pub(crate) fn windows(&self) -> Vec<(i64, i64)> {
        let records = self.records();
        let seen = records.iter().filter(|record| record["kind"] == "observed");
        let second = |value: &Value| {
            let time: jiff::Timestamp = value.as_str().expect("a time").parse().expect("a time");
            time.as_second() - self.start
        };
        seen.map(|record| (second(&record["observation"]["from"]), second(&record["observation"]["to"])))
            .collect()
    }
}
