//! The real Docker engine, private to this run of the tests: with what `scripts/setup-world.sh` brought, else with
//! what is on `PATH`.
//!
//! Where it cannot be started, the tests say so loudly; where it must be there, they fail.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long the engine may take to start.
const START: Duration = Duration::from_secs(60);

/// An engine that runs.
pub(crate) struct Engine {
    pub(crate) host: String,
    /// Where its programs are looked for.
    pub(crate) path: String,
    /// Ends with this process, and takes the engine along.
    _keeper: Child,
}

/// Which compose a test uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compose {
    One,
    Two,
    Plugin,
}

impl Engine {
    /// The engine of this run; `None` where there can be none and need not be.
    pub(crate) fn get() -> Option<&'static Self> {
        static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
        match ENGINE.get_or_init(Self::start) {
            Ok(engine) => Some(engine),
            Err(why) => {
                eprintln!("NOT RUN: {}: {why}", std::thread::current().name().unwrap_or("a test"));
                let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
                assert!(!needed, "the Docker engine is needed here: {why}");
                None
            }
        }
    }

    fn start() -> Result<Self, String> {
        if !nix::unistd::Uid::effective().is_root() {
            return Err("a private Docker engine needs root".to_owned());
        }
        let path = format!("{}:{}", world().join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let folder =
            tempfile::Builder::new().prefix("tta-engine-").tempdir().map_err(|error| error.to_string())?;
        let folder = folder.keep();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/world/engine.sh");
        let keeper = Command::new("/bin/sh")
            .args([script.as_os_str(), folder.as_os_str(), path.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let host = format!("unix://{}/docker.sock", folder.display());
        let engine = Self { host, path, _keeper: keeper };
        let begin = Instant::now();
        while !engine.docker(&["version"]).status.success() {
            if begin.elapsed() > START {
                let log = std::fs::read_to_string(folder.join("dockerd.log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(3).collect();
                return Err(format!("it did not start: {}", last.join(" | ")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        engine.import_busybox()?;
        Ok(engine)
    }

    /// The one image that all others are built on: nothing is pulled.
    fn import_busybox(&self) -> Result<(), String> {
        let script = r#"
            set -e
            busybox=$(command -v busybox); root=$(mktemp -d); mkdir -p "$root/bin" "$root/tmp" "$root/etc"
            cp -L "$busybox" "$root/bin/busybox"
            for name in $("$busybox" --list); do [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"; done
            tar -C "$root" -c . | docker import - busybox:1.36; rm -rf "$root"
        "#;
        let output =
            self.command("/bin/sh").args(["-c", script]).output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path).env("DOCKER_HOST", &self.host).stdin(Stdio::null());
        command
    }

    /// What docker says.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Output {
        let docker = std::env::split_paths(&self.path).map(|folder| folder.join("docker"));
        let docker = docker.into_iter().find(|path| path.exists()).unwrap_or_else(|| PathBuf::from("docker"));
        self.command(&docker.to_string_lossy()).args(arguments).output().unwrap_or_else(|error| {
            use std::os::unix::process::ExitStatusExt;
            let status = std::process::ExitStatus::from_raw(1 << 8);
            Output { status, stdout: Vec::new(), stderr: error.to_string().into_bytes() }
        })
    }
}

impl Compose {
    /// Those that are there. The plugin and the second version are one program under two names.
    pub(crate) fn all() -> Vec<Self> {
        [Self::One, Self::Two, Self::Plugin].into_iter().filter(|compose| compose.is_there()).collect()
    }

    fn is_there(self) -> bool {
        let there = match self {
            Self::One => world().join("v1/docker-compose").exists(),
            Self::Two | Self::Plugin => world().join("v2/docker-compose").exists(),
        };
        if !there {
            eprintln!("NOT RUN: {self:?} of compose is not set up");
        }
        there
    }

    /// The folder that it is in.
    pub(crate) fn folder(self) -> PathBuf {
        world().join(match self {
            Self::One => "v1",
            Self::Two => "v2",
            Self::Plugin => "plugin",
        })
    }
}

/// What was set up for tests.
fn world() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/world")
}
