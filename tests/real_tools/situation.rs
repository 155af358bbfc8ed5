//! Situations: a small project each, and what a gate that can be trusted says of it.
//!
//! `fixtures/situations/base.toml` is a healthy project. A situation is named by a sentence of fact and
//! tells what is different in it. Besides the verdict, each is held to leave the tree as it was and no
//! process behind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::laboratory::{self, Project, Verdict};

/// The component of every situation.
const NAME: &str = "carbon";

/// What a situation adds to the healthy project.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Situation {
    /// The project's root, below the policy's folder.
    root: String,
    /// Files by path.
    files: BTreeMap<String, String>,
    /// Files whose characters are written as one byte each, for what is not UTF-8.
    bytes: BTreeMap<String, String>,
    /// Files made of texts, each many times.
    repeated: BTreeMap<String, Vec<(String, usize)>>,
    /// Links by path, to what they lead to.
    links: BTreeMap<String, String>,
    /// Files of the healthy project that are not there.
    without: Vec<String>,
    /// The paths of the component.
    paths: Vec<String>,
    /// The paths of its tests.
    tests: Vec<String>,
    /// Its selection.
    select: String,
    /// Further arguments for pytest.
    args: Vec<String>,
    /// Lines of `[gate.staging]`.
    gate: String,
    /// The limit of a tool run.
    timeout: String,
    /// Variables of the run.
    variables: BTreeMap<String, String>,
    /// What is expected, by check.
    expect: BTreeMap<String, Expected>,
    /// Whether the project is under version control.
    repository: bool,
    /// What git is told besides.
    git: Vec<Vec<String>>,
    /// Files that are added after the commit, with one byte for each character of their names.
    untracked: BTreeMap<String, String>,
    /// Whether the verdict says that the tree differs from the commit.
    dirty: Option<bool>,
    /// Paths that the run changes.
    changes: Vec<String>,
    /// What the verdict tells of changes, where it is something else.
    tells: Option<Vec<String>>,
}

/// What is expected of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// It passes with these figures.
    pass: Option<BTreeMap<String, u64>>,
    /// It fails with these figures.
    fail: Option<BTreeMap<String, u64>>,
    /// It is inconclusive for a reason of this kind.
    inconclusive: Option<String>,
    /// Texts that its part of the verdict holds.
    #[serde(default)]
    says: Vec<String>,
}

/// Runs the situations of a class, and tells where they and the gate disagree.
pub(super) fn disagreements(class: &str) -> Vec<String> {
    let base: Situation = read("base");
    let wanted = std::env::var("SITUATION").unwrap_or_default();
    let situations: BTreeMap<String, Situation> = read(class);
    assert!(!situations.is_empty(), "`{class}` holds situations");
    let tell = |(name, situation): (String, Situation)| {
        let found = situation.over(&base).disagreements();
        (!found.is_empty()).then(|| format!("{class}: {name}\n  {}", found.join("\n  ")))
    };
    situations.into_iter().filter(|(name, _)| name.contains(&wanted)).filter_map(tell).collect()
}

fn read<T: serde::de::DeserializeOwned>(class: &str) -> T {
    let path = laboratory::checkout().join(format!("fixtures/situations/{class}.toml"));
    let text = std::fs::read_to_string(&path).expect("a file of situations");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Situation {
    /// This one on top of the healthy project.
    fn over(mut self, base: &Self) -> Self {
        for (path, text) in &base.files {
            if !self.without.contains(path)
                && !self.bytes.contains_key(path)
                && !self.repeated.contains_key(path)
                && !self.links.contains_key(path)
            {
                self.files.entry(path.clone()).or_insert_with(|| text.clone());
            }
        }
        let or = |own: &mut String, base: &String| {
            if own.is_empty() {
                own.clone_from(base);
            }
        };
        or(&mut self.root, &base.root);
        or(&mut self.timeout, &base.timeout);
        or(&mut self.select, &base.select);
        if self.paths.is_empty() {
            self.paths.clone_from(&base.paths);
        }
        if self.tests.is_empty() {
            self.tests.clone_from(&base.tests);
        }
        self
    }

    fn disagreements(&self) -> Vec<String> {
        let project = self.project();
        let before = project.contents();
        let verdict = self.run(&project);
        let mut found = Vec::new();
        for (check, expected) in &self.expect {
            let check = if verdict.document["components"].is_array() {
                verdict.check(NAME, check)
            } else {
                found.push(format!("exit {}: {} {}", verdict.exit, verdict.document, verdict.stderr));
                break;
            };
            found.extend(expected.disagreements(check));
        }
        found.extend(project.processes().iter().map(|process| format!("left behind: {process}")));
        let changed = laboratory::differing(&before, &project.contents());
        if changed != self.changes {
            found.push(format!("changed in the tree: {changed:?}"));
        }
        let subject = &verdict.document["subject"];
        let commit = self.repository.then_some(40);
        if subject["commit"].as_str().map(str::len) != commit
            || self.dirty.is_some_and(|dirty| subject["dirty"] != dirty)
        {
            found.push(format!("told of the commit: {subject}"));
        }
        let told = &subject["changed"];
        if *told != serde_json::json!(self.tells.as_ref().unwrap_or(&self.changes)) {
            found.push(format!("told as changed: {told}"));
        }
        found
    }

    fn project(&self) -> Project {
        let project = Project::new(&self.root);
        for (path, text) in &self.files {
            project.write(path, text);
        }
        for (path, text) in &self.bytes {
            let bytes: Vec<u8> =
                text.chars().map(|character| u8::try_from(character).expect("a byte")).collect();
            project.write(path, bytes);
        }
        for (path, parts) in &self.repeated {
            let parts: Vec<String> = parts.iter().map(|(text, times)| text.repeat(*times)).collect();
            project.write(path, parts.concat());
        }
        for (path, target) in &self.links {
            let path = project.root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::os::unix::fs::symlink(target, path).expect("linked");
        }
        std::fs::write(project.top.join("promotion.toml"), self.policy()).expect("written");
        if self.repository {
            project.commit();
        }
        for arguments in &self.git {
            project.git(arguments);
        }
        for (name, text) in &self.untracked {
            use std::os::unix::ffi::OsStrExt;
            let name: Vec<u8> =
                name.chars().map(|character| u8::try_from(character).expect("a byte")).collect();
            std::fs::write(project.root.join(std::ffi::OsStr::from_bytes(&name)), text).expect("written");
        }
        project
    }

    fn policy(&self) -> String {
        let mut tests = BTreeMap::from([("paths", toml::Value::from(self.tests.clone()))]);
        tests.insert("args", toml::Value::from(self.args.clone()));
        // A selection of `*` stands for none.
        if self.select != "*" {
            tests.insert("select", toml::Value::from(self.select.clone()));
        }
        let tests: toml::Table = tests.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let venv = laboratory::environment().to_str().expect("a path");
        format!(
            "schema = 1\n[project]\nname = \"situation\"\nroot = {}\nrunner = {{ venv = {} }}\ntimeout = {}\n\
             [gate.staging]\n{}\n[component.{NAME}]\npaths = {}\ntests = {}\n",
            text(&self.root),
            text(venv),
            text(&self.timeout),
            self.gate,
            toml::Value::from(self.paths.clone()),
            toml::Value::from(tests),
        )
    }

    fn run(&self, project: &Project) -> Verdict {
        let checks: Vec<&str> = self.expect.keys().map(String::as_str).collect();
        assert!(!checks.is_empty(), "a situation expects something");
        let mut command = project.gate(&["verify", NAME, "--format", "json", "--only", &checks.join(",")]);
        for (name, value) in &self.variables {
            command.env(name, value.replace("{root}", project.root.to_str().expect("a path")));
        }
        Verdict::of(&command.output().expect("it starts"))
    }
}

fn text(text: &str) -> toml::Value {
    toml::Value::from(text.to_owned())
}

impl Expected {
    fn disagreements(&self, check: &Value) -> Vec<String> {
        let mut found = Vec::new();
        let (outcome, figures) = match (&self.pass, &self.fail, &self.inconclusive) {
            (Some(figures), None, None) => ("pass", figures.clone()),
            (None, Some(figures), None) => ("fail", figures.clone()),
            (None, None, Some(_)) => ("inconclusive", BTreeMap::new()),
            _ => panic!("one of `pass`, `fail` and `inconclusive` is expected"),
        };
        let figure = |name: &str| match name {
            "suppressed" => check["suppressed"].as_u64(),
            "findings" => check["findings"].as_array().map(|findings| findings.len() as u64),
            name => check["measured"][name].as_u64(),
        };
        let differs = check["outcome"] != outcome
            || figures.iter().any(|(name, value)| figure(name) != Some(*value))
            || self.inconclusive.as_ref().is_some_and(|kind| check["reason"]["kind"] != **kind);
        if differs {
            found.push(format!("expected {self:?}"));
        }
        let spoken = check.to_string();
        let unsaid = self.says.iter().filter(|text| !spoken.contains(*text));
        found.extend(unsaid.map(|text| format!("does not say {text:?}")));
        if !found.is_empty() {
            let part = |name: &str| format!("{name} {}", check[name]);
            let parts = ["id", "summary", "measured", "reason", "suppressed", "notes", "findings"];
            found.push(format!("got {}", parts.map(part).join(" ")));
        }
        found
    }
}
