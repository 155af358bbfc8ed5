//! `[component.NAME.deploy.STAGE]`: how a component gets to a stage, and how it is seen that it is well there.
//! Not the deploying, and no look at the disk.

use std::collections::BTreeMap;
use std::time::Duration;

use super::address;
use super::document::{Faults, quote};
use super::path::Viewpoint;
use super::pattern;
use super::per_stage::{self, Words};
use super::value::{Table, Value};
use crate::model::component::DeclaredPath;
use crate::model::delivery::{Deploy, Health, LogRules, OnFailure};
use crate::model::stage::Stage;

const KEYS: [&str; 7] = ["compose_file", "service", "script", "env_files", "health", "logs", "on_failure"];
const HEALTH_KEYS: [&str; 7] = ["url", "status", "body", "delay", "interval", "stable", "deadline"];
const LOG_KEYS: [&str; 2] = ["error", "allow"];
/// What stands for the new container's id in the pattern of a body.
const CONTAINER: &str = "{container}";
/// What tells of an error in a log, unless the policy says otherwise.
const DEFAULT_ERROR: &str = r"(?i)\b(error|exception|traceback|fatal|panic)\b";
const DEFAULT_STATUS: u16 = 200;
const DEFAULT_DELAY: Duration = Duration::from_secs(2);
const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_STABLE: Duration = Duration::from_secs(5);
const DEFAULT_DEADLINE: Duration = Duration::from_secs(120);

/// The deployments of the component of that name, by the stage that they lead to.
pub(super) fn read(
    name: &str,
    component: &Table<'_>,
    from: &Viewpoint,
    faults: &mut Faults<'_>,
) -> BTreeMap<Stage, Deploy> {
    let words = Words {
        key: "deploy",
        keys: &KEYS,
        nothing: "so nothing is deployed there",
        are_for: "deployments are for",
    };
    per_stage::read(component, &words, faults, |keys, _, faults| deploy(name, keys, from, faults))
}

fn deploy(name: &str, table: &Table<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> Deploy {
    table.keys_are(&KEYS, faults);
    if !table.has("compose_file") && !table.has("script") {
        faults.add(
            table.offset,
            format!("{} says neither `compose_file` nor `script`", quote(&table.name)),
            "name the compose file, as in `compose_file = \"docker-compose.staging.yml\"`, or the script that deploys",
        );
    }
    let on_failure = table.get("on_failure").and_then(|value| value.one_of(&["stop", "rollback"], faults));
    Deploy {
        compose_file: table.get("compose_file").and_then(|value| from.path(&value, faults)),
        service: table
            .get("service")
            .and_then(|value| service(&value, faults))
            .unwrap_or_else(|| name.to_owned()),
        script: table.get("script").map(|value| script(&value, faults)).unwrap_or_default(),
        env_files: env_files(table, from, faults),
        health: table.get("health").and_then(|value| health(&value, faults)),
        logs: logs(table, faults),
        on_failure: if on_failure == Some("rollback") { OnFailure::Rollback } else { OnFailure::Stop },
    }
}

fn service(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?;
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !text.starts_with('-') && text.chars().all(safe) {
        return Some(text.to_owned());
    }
    faults.add(
        value.offset,
        format!("`service` cannot be {}", quote(text)),
        "write its name as in the compose file: letters, digits, `_`, `.` and `-`",
    );
    None
}

/// An argument vector.
fn script(value: &Value<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    const FORM: &str = "write the program and its arguments, as in `[\"./scripts/deploy-staging.sh\", \"--component\", \"carbon\"]`";
    if value.inner().is_str() {
        value.wrong("an array of strings", FORM, faults);
        return Vec::new();
    }
    let Some(items) = value.list("strings", faults) else {
        return Vec::new();
    };
    match items.first() {
        None => faults.add(value.offset, "`script` is empty", FORM),
        Some(program) if program.inner().as_str().is_some_and(|text| text.trim().is_empty()) => {
            faults.add(program.offset, "`script` names no program", FORM);
        }
        Some(_) => {}
    }
    items.iter().filter_map(|item| item.string(faults).map(str::to_owned)).collect()
}

fn env_files(table: &Table<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> Vec<DeclaredPath> {
    let items = table.get("env_files").and_then(|value| value.list("paths", faults)).unwrap_or_default();
    items.iter().filter_map(|item| from.path(item, faults)).collect()
}

fn health(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Health> {
    let table = value.table(faults)?;
    table.keys_are(&HEALTH_KEYS, faults);
    let url = url(&table, faults);
    let status = table.get("status").and_then(|value| status(&value, faults)).unwrap_or(DEFAULT_STATUS);
    let body = table.get("body").and_then(|value| body(&value, faults));
    let [delay, interval, stable, deadline] = lengths(&table, faults);
    Some(Health { url: url?, status, body, delay, interval, stable, deadline })
}

/// The delay, the interval, the time that it must stay healthy, and the deadline.
fn lengths(table: &Table<'_>, faults: &mut Faults<'_>) -> [Duration; 4] {
    let mut all_are_good = true;
    let mut length = |key: &str, default: Duration, faults: &mut Faults<'_>| {
        let Some(value) = table.get(key) else {
            return default;
        };
        let may_be_none = key == "delay" || key == "stable";
        let length = if may_be_none { value.duration_or_none(faults) } else { value.duration(faults) };
        all_are_good &= length.is_some();
        length.unwrap_or(default)
    };
    let delay = length("delay", DEFAULT_DELAY, faults);
    let interval = length("interval", DEFAULT_INTERVAL, faults);
    let stable = length("stable", DEFAULT_STABLE, faults);
    let deadline = length("deadline", DEFAULT_DEADLINE, faults);
    if all_are_good && delay + stable > deadline {
        let offset = table.get("deadline").map_or(table.offset, |value| value.offset);
        faults.add(
            offset,
            "`delay` and `stable` together are longer than `deadline`, so nothing could become healthy in time",
            "give a longer `deadline`, or shorten the two",
        );
    }
    [delay, interval, stable, deadline]
}

fn url(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let Some(value) = table.get("url") else {
        faults.add(
            table.offset,
            format!("`url` is missing in {}", quote(&table.name)),
            "write the address that tells its health, as in `url = \"http://127.0.0.1:8080/health\"`",
        );
        return None;
    };
    let text = value.line(faults)?;
    match address::check(text) {
        Ok(()) => Some(text.to_owned()),
        Err(problem) => {
            faults.add(value.offset, format!("`url` {problem}"), problem.hint());
            None
        }
    }
}

fn status(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<u16> {
    let number = value.whole(faults)?;
    let status = u16::try_from(number).ok().filter(|status| (100..=599).contains(status));
    if status.is_none() {
        faults.add(
            value.offset,
            format!("`status` cannot be `{number}`"),
            "write the status of a healthy answer, from 100 to 599",
        );
    }
    status
}

fn body(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.string(faults)?;
    pattern::read(text, &text.replace(CONTAINER, "0123456789ab"), value, faults).map(|_| text.to_owned())
}

fn logs(table: &Table<'_>, faults: &mut Faults<'_>) -> LogRules {
    let mut rules = LogRules { error: vec![DEFAULT_ERROR.to_owned()], allow: Vec::new() };
    let Some(table) = table.get("logs").and_then(|value| value.table(faults)) else {
        return rules;
    };
    table.keys_are(&LOG_KEYS, faults);
    if let Some(value) = table.get("error") {
        rules.error = patterns(&value, faults);
    }
    if let Some(value) = table.get("allow") {
        rules.allow = patterns(&value, faults);
    }
    rules
}

fn patterns(value: &Value<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let items = value.list("regular expressions", faults).unwrap_or_default();
    let one = |item: &Value<'_>, faults: &mut Faults<'_>| {
        let text = item.string(faults)?;
        pattern::read(text, text, item, faults).map(|_| text.to_owned())
    };
    items.iter().filter_map(|item| one(item, faults)).collect()
}
