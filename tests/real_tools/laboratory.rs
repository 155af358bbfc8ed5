//! Where the real tools are tried: a project in a temporary folder, an environment, the built binary.
//!
//! Not here: what is expected of them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The tools that the situations are judged by, and plugins that they use.
const PINNED: [&str; 10] = [
    "pytest==9.2.0",
    "pytest-cov==7.1.0",
    "coverage==7.17.3",
    "ruff==0.17.6",
    "pyright==1.1.414",
    "bandit==1.9.4",
    "pytest-xdist==3.8.0",
    "pytest-rerunfailures==16.1",
    "pytest-asyncio==1.3.0",
    "pytest-timeout==2.4.0",
];
/// Those of them that a project needs.
pub(super) const TOOLS: usize = 6;

/// Variables that a run in the laboratory is given as they are.
const KEPT: [&str; 9] = [
    "HOME",
    "LANG",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PIP_FIND_LINKS",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
];

/// The repository that these tests belong to.
pub(super) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for what outlives a test: environments, byte code.
pub(super) fn lasting() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// `PATH` with uv on it.
pub(super) fn path_with_uv() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join("uv").is_file()) {
        return path;
    }
    let tools = std::fs::read_dir(checkout().join(".tools")).into_iter().flatten().flatten();
    let folder = tools.map(|entry| entry.path().join("bin")).find(|folder| folder.join("uv").is_file());
    let folder = folder.expect("uv is neither on PATH nor in .tools: run `make setup`");
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).expect("a path")
}

/// A command with the variables that the laboratory gives, and no others.
pub(super) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path_with_uv()).env("NO_COLOR", "1").stdin(Stdio::null());
    command.env("XDG_CACHE_HOME", lasting().join("cache"));
    let kept = |name: &str| KEPT.contains(&name) || name.starts_with("UV_");
    command.envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(kept)));
    command
}

pub(super) fn succeed(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The environment with all of [`PINNED`], made once for all tests.
pub(super) fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| make_environment("environment", &PINNED))
}

/// The environment with the tools alone: what a project has that installs none of its optional libraries.
pub(super) fn bare_environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| make_environment("bare-environment", &PINNED[..TOOLS]))
}

pub(super) fn make_environment(name: &str, packages: &[&str]) -> PathBuf {
    let folder = lasting().join(name);
    // Tests run beside each other, in threads and in processes: whoever comes second waits for what the first one makes.
    let lock = std::fs::File::create(lasting().join(format!("{name}.lock"))).expect("a file");
    lock.lock().expect("the lock");
    let whole = folder.join("is-whole");
    let contents = packages.join("\n");
    if std::fs::read_to_string(&whole).is_ok_and(|text| text == contents) {
        return folder;
    }
    succeed(command("uv").args(["venv", "--quiet", "--clear", "--python", ">=3.11,<3.14"]).arg(&folder));
    succeed(command("uv").args(["pip", "install", "--quiet", "--python"]).arg(&folder).args(packages));
    std::fs::write(whole, contents).expect("written");
    folder
}

/// A project in a folder of its own, gone with this value.
#[derive(Debug)]
pub(super) struct Project {
    _folder: tempfile::TempDir,
    /// The folder with the policy.
    pub(super) top: PathBuf,
    /// The project's root.
    pub(super) root: PathBuf,
}

impl Project {
    /// An empty one, whose root is `name` below the folder with the policy.
    pub(super) fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("a path");
        let root = top.join(name);
        std::fs::create_dir_all(&root).expect("made");
        Self { _folder: folder, top, root }
    }

    /// Writes a file below the root.
    pub(super) fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, contents).expect("written");
    }

    /// Puts the project under version control, with all that is in it in one commit.
    pub(super) fn commit(&self) {
        for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "-m", "x"]] {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            self.git(&arguments);
        }
    }

    /// Tells git something.
    pub(super) fn git(&self, arguments: &[String]) {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
        succeed(command("git").args(identity).args(arguments).current_dir(&self.top));
    }

    /// The command that runs the built binary here.
    pub(super) fn gate(&self, arguments: &[&str]) -> Command {
        let mut command = command(env!("CARGO_BIN_EXE_tta-promote"));
        command.args(arguments).current_dir(&self.top);
        command
    }

    /// What is below the root: each path with its contents.
    pub(super) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut contents = BTreeMap::new();
        collect(&self.root, &self.root, &mut contents);
        contents
    }

    /// Processes whose working folder lies in the project, with their command lines.
    pub(super) fn processes(&self) -> Vec<String> {
        let entries = std::fs::read_dir("/proc").expect("proc").flatten();
        let is_here = |entry: &std::fs::DirEntry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder.starts_with(&self.top))
        };
        let line = |entry: std::fs::DirEntry| {
            std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default().replace('\0', " ")
        };
        entries.filter(is_here).map(line).collect()
    }
}

fn collect(root: &Path, folder: &Path, contents: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            if path.file_name().is_none_or(|name| name != ".git") {
                collect(root, &path, contents);
            }
            continue;
        }
        let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        let bytes = if kind.is_symlink() { Vec::new() } else { std::fs::read(&path).unwrap_or_default() };
        contents.insert(name, bytes);
    }
}

/// The paths whose contents differ.
pub(super) fn differing(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let all: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// What the binary said.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The exit code; -1 where a signal ended it.
    pub(super) exit: i32,
    /// The document on standard output; null where there is none.
    pub(super) document: Value,
    /// Standard error.
    pub(super) stderr: String,
}

impl Verdict {
    /// Reads it.
    pub(super) fn of(output: &Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            document: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// A component.
    pub(super) fn component(&self, name: &str) -> &Value {
        let components = self.document["components"].as_array();
        let found = components.and_then(|all| all.iter().find(|component| component["name"] == name));
        found.unwrap_or_else(|| panic!("no component `{name}`: {} {}", self.document, self.stderr))
    }

    /// A check of a component; null where it was not made.
    pub(super) fn check(&self, component: &str, id: &str) -> &Value {
        let checks = self.component(component)["checks"].as_array();
        checks.and_then(|all| all.iter().find(|check| check["id"] == id)).unwrap_or(&Value::Null)
    }
}
