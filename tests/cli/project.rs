//! A project in a temporary folder, with fake tools put first on a `PATH` that holds little else.
//!
//! Not here: what the fakes do when they are honest (`fake`), and what came of a run (`told`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::fake::{Fake, PROGRAMS, RARE};
use crate::told::{Running, Told};

/// A policy for one component whose documentation is nobody's business.
pub(crate) const POLICY: &str = r#"schema = 1

[project]
name = "Demo"
runner = "path"

[gate.staging]
docs = { not_applicable = "internal" }

[component.a]
title = "Component A"
paths = ["src/a.py"]
tests = { paths = ["tests"] }
"#;

/// What the scripts of the fakes need.
const PROGRAMS_OF_SCRIPTS: &str = "sh cat sleep head setsid env cp sed tr dd mkfifo rm ln mkdir mv";

/// While one thread writes a program, no other may start one: a process that is being started holds the
/// files of this one, and a program that is open for writing cannot be executed.
static STARTING: Mutex<()> = Mutex::new(());

/// A project, its fakes, and the words to build both.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    fakes: BTreeMap<&'static str, Fake>,
    chosen: &'static str,
    variables: Vec<(String, String)>,
}

impl Project {
    /// One component, `a`, of one file, before [`POLICY`]; every tool is there and finds nothing wrong.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tta-promote-test-").tempdir().expect("a folder");
        let project = Self {
            folder,
            fakes: PROGRAMS
                .iter()
                .map(|name| (*name, Fake { present: !RARE.contains(name), ..Fake::default() }))
                .collect(),
            chosen: "ruff",
            variables: Vec::new(),
        };
        project.policy(POLICY).file("src/a.py", "x = 1\n").file("tests/test_a.py", "def test(): pass\n")
    }

    /// Replaces the policy.
    pub(crate) fn policy(self, text: &str) -> Self {
        self.file("promotion.toml", text)
    }

    /// Puts a file into the project.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        put(&self.root().join(path), text.as_bytes());
        self
    }

    /// Chooses the fake that the next words are about.
    pub(crate) fn fake(mut self, name: &'static str) -> Self {
        assert!(self.fakes.contains_key(name), "{name}");
        self.chosen = name;
        self
    }

    /// It prints this instead of its report.
    pub(crate) fn prints(self, text: impl AsRef<[u8]>) -> Self {
        let name = format!("{}-out-{}", self.chosen, self.fakes[self.chosen].steps.len());
        self.data(&name, text).does(&format!("cat \"$fakes/{name}\""))
    }

    /// It prints this to standard error.
    pub(crate) fn complains(self, text: impl AsRef<[u8]>) -> Self {
        let name = format!("{}-err-{}", self.chosen, self.fakes[self.chosen].steps.len());
        self.data(&name, text).does(&format!("cat \"$fakes/{name}\" >&2"))
    }

    /// It ends with this code.
    pub(crate) fn exits(self, code: i32) -> Self {
        self.does(&format!("exit {code}"))
    }

    /// It does this, as a shell script; `honest` stands for what it does otherwise.
    pub(crate) fn does(mut self, script: &str) -> Self {
        self.chosen().steps.push(script.to_owned());
        self
    }

    /// It does this, and nothing else, where `argument` is among its arguments.
    pub(crate) fn when(mut self, argument: &str, script: &str) -> Self {
        self.chosen().branches.push((argument.to_owned(), script.to_owned()));
        self
    }

    /// It is there.
    pub(crate) fn present(mut self) -> Self {
        self.chosen().present = true;
        self
    }

    /// It is not there.
    pub(crate) fn absent(mut self) -> Self {
        self.chosen().present = false;
        self
    }

    /// It is there, but may not be executed.
    pub(crate) fn not_executable(mut self) -> Self {
        self.chosen().mode = 0o644;
        self
    }

    /// Its file holds these bytes.
    pub(crate) fn consists_of(mut self, bytes: &[u8]) -> Self {
        self.chosen().bytes = Some(bytes.to_vec());
        self
    }

    /// A file that scripts find as `$fakes/NAME`.
    pub(crate) fn data(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        put(&self.path("fakes").join(name), text.as_ref());
        self
    }

    /// A variable of the environment; a later value takes the place of an earlier one.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the project a git repository with one commit.
    pub(crate) fn repository(self) -> Self {
        link("git", &self.path("base"));
        self.git(&["init", "-q", "-b", "main"]).committed()
    }

    /// Commits all that is there.
    pub(crate) fn committed(self) -> Self {
        self.git(&["add", "-A"]).git(&["commit", "-q", "--allow-empty", "-m", "all"])
    }

    /// Runs git in the project.
    pub(crate) fn git(self, arguments: &[&str]) -> Self {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.cd", "-c", "protocol.file.allow=always"]);
        git.args(arguments).current_dir(self.root()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().expect("git").success(), "{arguments:?}");
        self
    }

    fn chosen(&mut self) -> &mut Fake {
        self.fakes.get_mut(self.chosen).expect("chosen among those that there are")
    }

    /// The project's root.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("project")
    }

    /// A folder beside the project.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.folder.path()).expect("a path").join(name)
    }

    /// Every file of the project with its content, and every folder.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.root()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if let Ok(target) = std::fs::read_link(&path) {
                    files.insert(path, target.into_os_string().into_encoded_bytes());
                } else if path.is_dir() {
                    files.insert(path.clone(), Vec::new());
                    folders.push(path);
                } else {
                    files.insert(path.clone(), std::fs::read(&path).expect("a file"));
                }
            }
        }
        files
    }

    /// Runs tta-promote to its end.
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Told {
        self.start(arguments).end()
    }

    /// Runs tta-promote in a folder of the project.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Told {
        self.start_in(folder, arguments).end()
    }

    /// Starts tta-promote.
    pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Running {
        self.start_in("", arguments)
    }

    fn start_in<S: AsRef<std::ffi::OsStr>>(&self, folder: &str, arguments: &[S]) -> Running {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.install();
        let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut command = Command::new(env!("CARGO_BIN_EXE_tta-promote"));
        command.args(arguments).current_dir(self.root().join(folder)).env_clear();
        command.env("PATH", format!("{}:{}", self.path("bin").display(), self.path("base").display()));
        command.env("HOME", self.path("home")).env("LANG", "C.UTF-8").env("TTA_PROMOTE_TEST", &mark);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::new(spawn(&mut command), mark)
    }

    /// What the shell would have to be given to run tta-promote in a pipe.
    pub(crate) fn shell(&self, script: &str) -> std::process::Output {
        self.install();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).current_dir(self.root()).env_clear();
        command.env("PATH", format!("{}:{}", self.path("bin").display(), self.path("base").display()));
        command.env("HOME", self.path("home")).env("PROMOTE", env!("CARGO_BIN_EXE_tta-promote"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        spawn(&mut command).wait_with_output().expect("an end")
    }

    /// What is shown where standard output and error are a terminal, by way of `script`.
    pub(crate) fn on_a_terminal(&self, arguments: &str, variables: &[(&str, &str)]) -> String {
        self.install();
        let script = find("script").expect("`script` of util-linux is on PATH");
        let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_tta-promote"));
        let mut script = Command::new(script);
        script.args(["-q", "-e", "-c", &command, "/dev/null"]).current_dir(self.root()).env_clear();
        script.env("PATH", format!("{}:{}", self.path("bin").display(), self.path("base").display()));
        script.env("HOME", self.path("home")).env("SHELL", "/bin/sh").envs(variables.iter().copied());
        script.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = spawn(&mut script).wait_with_output().expect("an end");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn install(&self) {
        for name in ["bin", "base", "home", "fakes"] {
            std::fs::create_dir_all(self.path(name)).expect("a folder");
        }
        for program in PROGRAMS_OF_SCRIPTS.split(' ') {
            link(program, &self.path("base"));
        }
        let keep = |name: &str, text: String| {
            let path = self.path("fakes").join(name);
            if !path.exists() {
                put(&path, text.as_bytes());
            }
        };
        keep("environment.json", self.environment(&["pytest", "pytest-cov"]));
        keep("coverage.json", self.coverage());
        for (name, fake) in &self.fakes {
            let path = self.path("bin").join(name);
            let bytes =
                || fake.bytes.clone().unwrap_or_else(|| fake.script(name, &self.path("fakes")).into());
            match fake.present.then(bytes) {
                None => drop(std::fs::remove_file(&path)),
                // Another run may be using it.
                Some(bytes) if is_installed(&path, &bytes, fake.mode) => {}
                Some(bytes) => install(&path, &bytes, fake.mode),
            }
        }
    }

    /// What the fake interpreter tells of itself.
    pub(crate) fn environment(&self, distributions: &[&str]) -> String {
        let distributions: Vec<[&str; 2]> = distributions.iter().map(|name| [*name, "9.8.7"]).collect();
        serde_json::json!({
            "executable": self.path("bin/python3"), "base_executable": self.path("bin/python3"),
            "version": "3.12.1", "platform": "linux-x86_64", "prefix": self.path("python"),
            "scripts": self.path("bin"), "stdlib": self.path("python/lib/python3.12"),
            "packages": [self.path("python/lib/python3.12/site-packages")],
            "distributions": distributions, "absent": [],
        })
        .to_string()
    }

    /// Eight of ten statements of each file, as coverage.py reports them.
    fn coverage(&self) -> String {
        let root = self.root();
        let files: serde_json::Map<String, serde_json::Value> = self
            .tree()
            .into_keys()
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .filter_map(|path| Some((path.strip_prefix(&root).ok()?.to_str()?.to_owned(), covered(8, 2))))
            .collect();
        serde_json::json!({"meta": {"version": "7.17.0"}, "files": files}).to_string()
    }
}

/// What coverage.py says of one file.
pub(crate) fn covered(executed: u32, missing: u32) -> serde_json::Value {
    let all = executed + missing;
    let missing: Vec<u32> = (executed + 1..=all).collect();
    let executed: Vec<u32> = (1..=executed).collect();
    serde_json::json!({
        "executed_lines": executed, "missing_lines": missing, "excluded_lines": [],
        "summary": {"covered_lines": executed.len(), "num_statements": all, "excluded_lines": 0},
    })
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").expect("PATH");
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.exists())
}

fn link(program: &str, folder: &Path) {
    let found = find(program).unwrap_or_else(|| panic!("`{program}` is on PATH"));
    std::fs::create_dir_all(folder).expect("a folder");
    let _there_already = std::os::unix::fs::symlink(found, folder.join(program));
}

fn install(path: &Path, bytes: &[u8], mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    std::fs::write(path, bytes).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("made executable");
}

fn is_installed(path: &Path, bytes: &[u8], mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::read(path).is_ok_and(|text| text == bytes)
        && std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o777 == mode)
}

fn spawn(command: &mut Command) -> Child {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn().expect("it starts")
}

/// Makes a file a program.
pub(crate) fn make_executable(path: &Path) {
    let bytes = std::fs::read(path).expect("a file");
    install(path, &bytes, 0o755);
}
