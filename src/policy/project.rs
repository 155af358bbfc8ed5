//! `[project]`: the project, and how its tools are run.
//! Not a look at the project: nothing here knows whether the folder exists or uv is installed.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::document::{Faults, quote};
use super::freeze;
use super::github;
use super::path;
use super::suggestion;
use super::value::{Table, Value};
use crate::model::component::DeclaredPath;
use crate::model::policy::{Project, Runner};
use crate::model::toolchain::Tool;

const KEYS: [&str; 11] = [
    "name",
    "repository",
    "root",
    "runner",
    "include",
    "timeout",
    "tools",
    "max_age",
    "github",
    "documents",
    "freeze",
];
const RUNNERS: [&str; 3] = ["auto", "uv", "path"];
const RUNNER_FORMS: &str = "write `\"auto\"`, `\"uv\"`, `\"path\"` or `{ venv = \".venv\" }`";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How old a pass may be for a deployment.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 3_600);

/// The project, with the defaults for what is left out; where there are faults it is of no use.
pub(super) fn read(document: &Table<'_>, faults: &mut Faults<'_>) -> Project {
    let mut project = Project {
        name: String::new(),
        repository: None,
        root: ".".to_owned(),
        runner: Runner::Auto,
        timeout: DEFAULT_TIMEOUT,
        pins: BTreeMap::new(),
        max_age: DEFAULT_MAX_AGE,
        github: github::default(),
        status_document: None,
        freezes: Vec::new(),
    };
    let Some(value) = document.get("project") else {
        faults.add(0, "`[project]` is missing", "write `[project]` with `name = \"…\"` below it");
        return project;
    };
    let Some(table) = value.table(faults) else {
        return project;
    };
    table.keys_are(&KEYS, faults);
    match table.get("name") {
        Some(name) => name.line(faults).unwrap_or_default().clone_into(&mut project.name),
        None => faults.add(table.offset, "`name` is missing in `project`", "write `name = \"…\"` here"),
    }
    project.repository = table.get("repository").and_then(|value| repository(&value, faults));
    project.runner = table.get("runner").and_then(|value| runner(&value, faults)).unwrap_or(Runner::Auto);
    if let Some(limit) = table.get("timeout").and_then(|value| value.duration(faults)) {
        project.timeout = limit;
    }
    if let Some(limit) = table.get("max_age").and_then(|value| value.duration(faults)) {
        project.max_age = limit;
    }
    project.pins = table.get("tools").map(|value| pins(&value, faults)).unwrap_or_default();
    project.root = root(&table, faults);
    project.github = github::read(&table, &project.root, faults);
    project.status_document = status_document(&table, &project.root, faults);
    project.freezes = freeze::read(&table, faults);
    // The app reads them for itself before this; here only their faults are wanted.
    include(&table, faults);
    project
}

/// `documents = { status }`
fn status_document(project: &Table<'_>, root: &str, faults: &mut Faults<'_>) -> Option<DeclaredPath> {
    let table = project.get("documents")?.table(faults)?;
    table.keys_are(&["status"], faults);
    let from = path::Viewpoint { folder: root.to_owned(), root: root.to_owned() };
    table.get("status").and_then(|value| from.path(&value, faults))
}

/// `root`, or the policy file's own folder.
pub(super) fn root(project: &Table<'_>, faults: &mut Faults<'_>) -> String {
    project.get("root").and_then(|value| path::below_policy(&value, faults)).unwrap_or_else(|| ".".to_owned())
}

/// The patterns of `include`, each with its offset.
pub(super) fn include(project: &Table<'_>, faults: &mut Faults<'_>) -> Vec<(String, usize)> {
    let patterns = project.get("include").and_then(|value| value.list("patterns", faults));
    let pattern = |value: &Value<'_>| Some((path::below_policy(value, faults)?, value.offset));
    patterns.unwrap_or_default().iter().filter_map(pattern).collect()
}

/// Whether a text is `owner/name`.
pub(super) fn is_repository(text: &str) -> bool {
    let part = |part: &str| {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        !part.is_empty() && part.chars().all(safe) && !part.starts_with('-') && part != "." && part != ".."
    };
    text.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

fn repository(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?;
    if is_repository(text) {
        return Some(text.to_owned());
    }
    faults.add(
        value.offset,
        format!("`repository` cannot be {}", quote(text)),
        "write it as `owner/name`, without the address of the server",
    );
    None
}

fn runner(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Runner> {
    match value.inner() {
        DeValue::String(text) => match text.as_ref() {
            "auto" => Some(Runner::Auto),
            "uv" => Some(Runner::Uv),
            "path" => Some(Runner::Path),
            "venv" => {
                faults.add(value.offset, "`runner` cannot be `venv` alone", "write `{ venv = \".venv\" }`");
                None
            }
            other => {
                let hint = suggestion::hint(other, &RUNNERS, RUNNER_FORMS);
                faults.add(value.offset, format!("`runner` cannot be {}", quote(other)), hint);
                None
            }
        },
        DeValue::Table(_) => {
            let table = value.table(faults)?;
            table.keys_are(&["venv"], faults);
            let Some(folder) = table.get("venv") else {
                faults.add(table.offset, "`runner` names no environment", RUNNER_FORMS);
                return None;
            };
            Some(Runner::Venv(folder.line(faults)?.to_owned()))
        }
        _ => {
            value.wrong("a string or a table", RUNNER_FORMS, faults);
            None
        }
    }
}

/// `tools = { ruff = "0.17.6" }`
fn pins(value: &Value<'_>, faults: &mut Faults<'_>) -> BTreeMap<Tool, String> {
    let mut pins = BTreeMap::new();
    let Some(table) = value.table(faults) else {
        return pins;
    };
    // The tests must run in the project's environment, so its pytest is never ours to choose.
    let pinnable = Tool::ALL.into_iter().filter(|tool| *tool != Tool::Pytest);
    let names: Vec<&str> = pinnable.clone().map(Tool::name).collect();
    for pin in table.values() {
        if pin.key == Tool::Pytest.name() {
            faults.add(
                pin.key_offset,
                "`pytest` cannot be pinned here: it always comes from the project's environment",
                "pin it in the project's own dependencies",
            );
        } else if let Some(tool) = pinnable.clone().find(|tool| tool.name() == pin.key) {
            if let Some(version) = version(&pin, faults) {
                pins.insert(tool, version);
            }
        } else {
            let hint = suggestion::hint(&pin.key, &names, "tools that can be pinned are");
            faults.add(pin.key_offset, format!("unknown tool {}", quote(&pin.key)), hint);
        }
    }
    pins
}

fn version(pin: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = pin.line(faults)?;
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(safe) {
        return Some(text.to_owned());
    }
    faults.add(
        pin.offset,
        format!("{} is not a version of `{}`", quote(text), pin.key),
        "write one version alone, as in `\"0.17.6\"`",
    );
    None
}
