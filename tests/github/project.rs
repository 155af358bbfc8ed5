//! A project in a repository of its own, with a ledger that holds a pass, and the real gh on the fake of GitHub.
//! No tool measures anything here: what `verify` records is written by hand.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tta_promote::app::project::Workspace;
use tta_promote::ledger::{self, Head};
use tta_promote::model::assessment::{PolicyDigest, Verdict};
use tta_promote::model::environment::Environment;
use tta_promote::model::promotion_id::PromotionId;
use tta_promote::model::record::{CheckOutcome, CheckRecord, Fact, Record, TestsAsked, Verification};
use tta_promote::model::stage::Stage;

use crate::held::hold;
use crate::server::Server;

pub(crate) const REPOSITORY: &str = "theinterneti/TTA";
pub(crate) const TOKEN: &str = "ghp_verysecrettokenvalue";
const POLICY: &str = r#"schema = 1

[project]
name = "TTA"
repository = "theinterneti/TTA"
runner = "path"

[component.carbon]
title = "Carbon"
priority = "P0"
owner = "theinterneti"
paths = ["src/carbon.py"]
"#;

/// The project.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    /// What stands for [`REPOSITORY`]: processes of this machine wait for each other where they tell the same one.
    pub(crate) repository: String,
    /// The fake of GitHub.
    pub(crate) github: Server,
    variables: Vec<(String, String)>,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    code: Option<i32>,
}

impl Told {
    fn of(output: Output, repository: &str) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8").replace(repository, REPOSITORY);
        let stdout = text(output.stdout);
        hold(&stdout);
        Self { stdout, stderr: text(output.stderr), code: output.status.code() }
    }

    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Whether it came to a good end.
    pub(crate) fn is_done(&self) -> bool {
        self.code == Some(0)
    }

    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text} in {self:?}");
        self
    }

    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text} in {self:?}");
        self
    }
}

/// The real gh: the one that the set-up brings, else that of the system. The program itself, and not the script that
/// starts it, which needs more than there is on the tests' PATH.
pub(crate) fn real_gh() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/world/root/usr/bin/gh");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("gh"));
    std::iter::once(own).chain(found).find(|path| path.exists())
}

impl Project {
    /// One component, committed, and its gate passed.
    pub(crate) fn new() -> Self {
        let project = Self::unmeasured();
        project.measured(Verdict::Pass);
        project
    }

    /// One component, committed.
    pub(crate) fn unmeasured() -> Self {
        let folder = tempfile::Builder::new().prefix("tta-promote-gh-").tempdir().expect("a folder");
        let name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
        // As long as the one that it stands for, so that lines break where they would.
        let repository = name.replace("tta-promote-gh-", "tta-gh") + "/TTA";
        assert_eq!(repository.len(), REPOSITORY.len());
        let github = Server::start(&folder.path().join("gh.sock"), &repository);
        let project = Self { folder, repository, github, variables: Vec::new() };
        for name in ["bin", "home", "config", "project/src"] {
            std::fs::create_dir_all(project.path(name)).expect("a folder");
        }
        let socket = format!("http_unix_socket: {}\n", project.path("gh.sock").display());
        std::fs::write(project.path("config/config.yml"), socket).expect("written");
        for program in ["git", "sh", "readlink", "dirname"] {
            let _there = std::os::unix::fs::symlink(find(program), project.path("bin").join(program));
        }
        if let Some(gh) = real_gh() {
            std::os::unix::fs::symlink(gh, project.path("bin/gh")).expect("a link");
        }
        project.file("promotion.toml", POLICY).file("src/carbon.py", "x = 1\n");
        project.git(&["init", "-q", "-b", "main"]).committed();
        project
    }

    pub(crate) fn file(&self, path: &str, text: &str) -> &Self {
        let text = text.replace(&format!("\"{REPOSITORY}\""), &format!("\"{}\"", self.repository));
        std::fs::write(self.path("project").join(path), text).expect("written");
        self
    }

    /// One component, committed, its gate passed, and GitHub waited for no longer than a second.
    pub(crate) fn impatient() -> Self {
        let project = Self::unmeasured();
        project.policy("timeout = \"1s\"").measured(Verdict::Pass);
        project
    }

    /// The policy with `more` below `[project]`.
    pub(crate) fn policy(&self, more: &str) -> &Self {
        self.file(
            "promotion.toml",
            &POLICY.replace("runner = \"path\"\n", &format!("runner = \"path\"\n{more}\n")),
        )
        .committed()
    }

    pub(crate) fn committed(&self) -> &Self {
        self.git(&["add", "-A"]).git(&["commit", "-q", "--allow-empty", "-m", "all"])
    }

    fn git(&self, arguments: &[&str]) -> &Self {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.cd"]).args(arguments);
        git.current_dir(self.path("project")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().expect("git").success(), "{arguments:?}");
        self
    }

    pub(crate) fn commit(&self) -> String {
        let mut git = Command::new("git");
        git.args(["rev-parse", "HEAD"]).current_dir(self.path("project"));
        String::from_utf8(git.output().expect("git").stdout).expect("a commit").trim().to_owned()
    }

    /// A variable for what is run from now on.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As if gh were not installed.
    pub(crate) fn without_gh(self) -> Self {
        std::fs::remove_file(self.path("bin/gh")).expect("a link");
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.folder.path()).expect("a path").join(name)
    }

    pub(crate) fn ledger_path(&self) -> PathBuf {
        self.path("project/.promotion/ledger/carbon.jsonl")
    }

    /// The records, of a ledger that verifies.
    pub(crate) fn records(&self) -> Vec<Record> {
        let bytes = std::fs::read(self.ledger_path()).unwrap_or_default();
        ledger::read("carbon", &bytes).expect("a sound ledger").records
    }

    /// The kinds of the records, the first first.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.records().iter().map(|record| record.fact.kind()).collect()
    }

    /// Writes what `verify --record` would.
    pub(crate) fn measured(&self, verdict: Verdict) -> &Self {
        self.measured_as(verdict, jiff::Timestamp::now(), false)
    }

    /// As [`Project::measured`], at another time, perhaps with files that differed.
    pub(crate) fn measured_as(&self, verdict: Verdict, time: jiff::Timestamp, dirty: bool) -> &Self {
        let workspace = Workspace::load(Some(&self.path("project/promotion.toml"))).expect("a policy");
        let check = CheckRecord {
            id: "coverage".into(),
            outcome: if verdict == Verdict::Pass { CheckOutcome::Pass } else { CheckOutcome::Fail },
            waived: false,
            summary: "at least 70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements)"
                .into(),
            figures: BTreeMap::new(),
            bounds: [("min_percent".to_owned(), "70".to_owned())].into(),
            reason: None,
            findings: 0,
            suppressed: 0,
            tool: Some(("pytest".into(), "9.2.0".into())),
            report_sha256: None,
        };
        let verification = Verification {
            from: Stage::Development,
            to: Stage::Staging,
            verdict,
            only: None,
            commit: Some(self.commit()),
            dirty: Some(dirty),
            policy: PolicyDigest { file: "promotion.toml".into(), sha256: workspace.digest() },
            version: "0.1.0".into(),
            environment: Environment {
                python: Some("3.12.1".into()),
                platform: "linux-x86_64".into(),
                lock: None,
                in_sync: None,
                distributions: Vec::new(),
                sha256: String::new(),
            },
            absent_imports: Vec::new(),
            files: BTreeMap::new(),
            tests: TestsAsked::default(),
            checks: vec![check],
            waivers: Vec::new(),
            lines: BTreeMap::new(),
        };
        self.recorded(time, Fact::Verified(Box::new(verification)))
    }

    /// Appends a record.
    pub(crate) fn recorded(&self, time: jiff::Timestamp, fact: Fact) -> &Self {
        self.recorded_for("carbon-staging-2025-10-14", time, fact)
    }

    /// Appends a record of another promotion.
    pub(crate) fn recorded_for(&self, promotion: &str, time: jiff::Timestamp, fact: Fact) -> &Self {
        let path = self.ledger_path();
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let bytes = std::fs::read(&path).unwrap_or_default();
        let there = ledger::read("carbon", &bytes).expect("a sound ledger");
        let head = if there.records.is_empty() { Head::NONE } else { there.head() };
        let promotion = PromotionId::recorded(promotion);
        let record = Record { seq: head.seq + 1, time, actor: "ada".into(), promotion, fact };
        let (line, _) = ledger::line("carbon", &record, head);
        let mut file = std::fs::File::options().append(true).create(true).open(path).expect("a ledger");
        file.write_all(line.as_bytes()).expect("written");
        self
    }

    /// Starts tta-promote.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.start_in("project", arguments)
    }

    /// Starts tta-promote in a clone.
    pub(crate) fn start_in(&self, clone: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tta-promote"));
        command.args(arguments).current_dir(self.path(clone)).env_clear();
        command.env("PATH", self.path("bin")).env("HOME", self.path("home")).env("LANG", "C.UTF-8");
        command.env("GH_CONFIG_DIR", self.path("config")).env("GH_TOKEN", TOKEN);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    }

    /// A second clone, with all that the first one knows.
    pub(crate) fn cloned(&self, name: &str) -> &Self {
        let copied = Command::new("cp").arg("-a").args([self.path("project"), self.path(name)]).status();
        assert!(copied.expect("cp").success());
        self
    }

    /// What came of one that was started.
    pub(crate) fn ended(&self, child: Child) -> Told {
        Told::of(child.wait_with_output().expect("an end"), &self.repository)
    }

    /// Runs tta-promote to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Told {
        let told = self.ended(self.start(arguments));
        // Whatever happened, the token stays here.
        assert!(!told.stdout.contains(TOKEN) && !told.stderr.contains(TOKEN), "{told:?}");
        let ledger = std::fs::read_to_string(self.ledger_path()).unwrap_or_default();
        assert!(!ledger.contains(TOKEN), "{ledger}");
        told
    }

    /// Opens the issue, or brings it up to date, with every label that it needs.
    pub(crate) fn issue(&self) -> Told {
        self.run(&["issue", "carbon", "--yes"])
    }

    /// Runs tta-promote on a terminal, does `meanwhile` while `question` stands there, and says yes. Gives the exit code and
    /// what was shown.
    pub(crate) fn asked(
        &self,
        arguments: &str,
        question: &str,
        meanwhile: impl FnOnce(),
    ) -> (Option<i32>, String) {
        self.answered(arguments, question, b"y\n", meanwhile)
    }

    /// As [`Project::asked`], with these keys for an answer.
    pub(crate) fn answered(
        &self,
        arguments: &str,
        question: &str,
        keys: &[u8],
        meanwhile: impl FnOnce(),
    ) -> (Option<i32>, String) {
        self.talked(arguments, &[(question, keys)], meanwhile)
    }

    /// As [`Project::answered`], with keys for each question, one after the other. `meanwhile` is done before the first
    /// answer.
    pub(crate) fn talked(
        &self,
        arguments: &str,
        answers: &[(&str, &[u8])],
        meanwhile: impl FnOnce(),
    ) -> (Option<i32>, String) {
        let mut script = Command::new(find("script"));
        let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_tta-promote"));
        script.args(["-q", "-e", "-c", &command, "/dev/null"]);
        script.current_dir(self.path("project")).env_clear().env("SHELL", "/bin/sh");
        script.env("PATH", self.path("bin")).env("HOME", self.path("home")).env("LANG", "C.UTF-8");
        script.env("GH_CONFIG_DIR", self.path("config")).env("GH_TOKEN", TOKEN);
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = script.spawn().expect("`script` of util-linux is on PATH");
        let mut output = running.stdout.take().expect("a pipe");
        let mut input = running.stdin.take().expect("a pipe");
        let mut shown = Vec::new();
        let mut bytes = [0; 4096];
        let mut meanwhile = Some(meanwhile);
        for (question, keys) in answers {
            while !String::from_utf8_lossy(&shown).contains(question) {
                let read = output.read(&mut bytes).expect("read");
                assert!(read > 0, "nobody was asked: {}", String::from_utf8_lossy(&shown));
                shown.extend_from_slice(&bytes[..read]);
            }
            if let Some(meanwhile) = meanwhile.take() {
                meanwhile();
            }
            input.write_all(keys).expect("written");
        }
        output.read_to_end(&mut shown).expect("read");
        let status = running.wait().expect("an end");
        (status.code(), String::from_utf8_lossy(&shown).into_owned())
    }

    /// Runs until `time` and kills it, with all that it started.
    pub(crate) fn killed_after(&self, arguments: &[&str], time: Duration) {
        let mut child = self.start(arguments);
        let begin = Instant::now();
        while begin.elapsed() < time && child.try_wait().expect("our child").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        let _ended_already = child.kill();
        child.wait().expect("our child");
    }
}

fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("PATH");
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.find(|path| path.exists()).unwrap_or_else(|| panic!("`{program}` is on PATH"))
}
