//! What the reader of a policy knows at each place, asked of the reader itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tta_promote::model::policy::{Fault, Policy};
use tta_promote::policy::{Document, read};

use super::put;

/// A key and a word that nobody knows, nor takes for a slip.
pub(crate) const NOBODYS: &str = "qqqqqqqq";

/// A policy in which each table is there and nothing more than it must be.
pub(crate) fn sound() -> Value {
    let waiver = json!({
        "check": "lint", "rule": "E501", "path": "src/a.py", "max": 1, "reason": "r", "owner": "o", "issue": "#1",
        "expires": "2026-12-31",
    });
    let stage = |of: Value| json!({"staging": of, "production": of});
    let gate = json!({
        "tests": {}, "coverage": {}, "lint": {}, "types": {}, "security": {}, "docs": {}, "a": {},
        "integration_coverage": {"min_percent": 80},
    });
    let deploy = json!({
        "compose_file": "compose.yml", "health": {"url": "http://127.0.0.1/health"}, "logs": {},
    });
    let observe = json!({
        "prometheus": "http://127.0.0.1:9090", "integration": {"paths": ["tests"]}, "limits": {},
        "metric": {"a": {"query": "up", "min": 1, "limits": {}}},
    });
    json!({
        "schema": 1,
        "project": {"name": "T", "tools": {}, "github": {}, "documents": {}},
        "gate": stage(gate),
        "check": {"a": {"command": ["x"], "reads": "exit-code", "inspected": {"pattern": "x"}}},
        "component": {"a": {
            "paths": ["src/a.py"], "tests": {}, "documents": {}, "deploy": stage(deploy), "observe": stage(observe),
            "waiver": [waiver],
        }},
    })
}

/// The same with a value at a place.
pub(crate) fn with(place: &[String], value: Value) -> Value {
    let mut policy = sound();
    put(&mut policy, place, value);
    policy
}

/// As TOML, each table of the document on one line, so that what is put into one moves nothing else.
pub(crate) fn toml(policy: &Value) -> String {
    const FIRST: [&str; 4] = ["schema", "project", "gate", "component"];
    let tables = policy.as_object().expect("a table");
    let others = tables.keys().map(String::as_str).filter(|key| !FIRST.contains(key));
    let lines = FIRST.into_iter().chain(others).map(|key| match tables.get(key) {
        Some(value) => format!("{key} = {}", inline(value)),
        None => String::new(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{} = {}", json!(key), inline(value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) if is_moment(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What is a string in JSON and a time in TOML.
fn is_moment(text: &str) -> bool {
    text.len() > 9 && text.as_bytes()[4] == b'-' && text.starts_with("20")
}

/// What the reader says to a policy.
pub(crate) fn asked(policy: &Value) -> Result<Policy, Vec<Fault>> {
    read(&Document { file: "promotion.toml".to_owned(), text: toml(policy) }, &[])
}

/// The keys that the reader knows at a place, if it reads a table there that has some.
pub(crate) fn keys(place: &[String], known: &BTreeSet<String>) -> BTreeSet<String> {
    let unknown = |key: &str| {
        let mut at = place.to_vec();
        at.push(key.to_owned());
        let faults = asked(&with(&at, json!(1))).err().unwrap_or_default();
        faults.into_iter().find(|fault| {
            fault.message.starts_with("unknown ") && fault.message.contains(&format!("`{key}`"))
        })
    };
    let fault = unknown(NOBODYS).unwrap_or_else(|| panic!("a key that nobody knows is taken at {place:?}"));
    let hint = fault.hint.expect("a hint");
    let mut keys = words(&hint);
    // A long list is cut: then each key is asked for, and their number must be that of the list.
    let cut =
        keys.iter().find_map(|word| word.strip_suffix(" more").map(|more| (word.clone(), more.to_owned())));
    if let Some((word, more)) = cut {
        keys.remove(&word);
        let number = keys.len() + more.parse::<usize>().expect("a number");
        keys.extend(known.iter().filter(|key| unknown(key).is_none()).cloned());
        assert_eq!(keys.len(), number, "the reader knows keys at {place:?} that the schema does not");
    }
    keys
}

/// The words that the reader knows at a place.
pub(crate) fn words_at(place: &[String]) -> BTreeSet<String> {
    let faults = asked(&with(place, json!(NOBODYS))).expect_err("nobody knows the word");
    let hint = faults.into_iter().find(|fault| fault.message.contains(NOBODYS)).and_then(|fault| fault.hint);
    words(&hint.unwrap_or_else(|| panic!("no hint at {place:?}")))
}

/// The words of a listing such as "known keys are: `a`, `b`".
fn words(hint: &str) -> BTreeSet<String> {
    let more =
        hint.rsplit(", ").next().filter(|last| last.ends_with("more`")).map(|last| last.trim_matches('`'));
    let quoted = hint.split('`').skip(1).step_by(2);
    quoted
        .chain(more)
        .map(|word| word.trim_matches('"').to_owned())
        .filter(|word| !word.starts_with('{'))
        .collect()
}
