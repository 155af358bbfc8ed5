//! `[gate.STAGE]`: what it asks besides its checks. Not the judging.

use super::document::{Faults, quote};
use super::percentage;
use super::value::{Table, Value};
use crate::model::condition::Conditions;
use crate::model::stage::Stage;

/// The keys beside those of the checks.
pub(super) const KEYS: [&str; 5] = ["soak", "uptime", "integration_coverage", "dependencies", "sign_offs"];

/// What the gate of a stage asks besides its checks.
pub(super) fn read(stage: Stage, gate: &Table<'_>, faults: &mut Faults<'_>) -> Conditions {
    for key in ["soak", "uptime"] {
        if let (Stage::Staging, Some(value)) = (stage, gate.get(key)) {
            let message =
                format!("`{key}` cannot be asked at the gate of staging: nothing was observed before it");
            faults.add(value.key_offset, message, "ask for it below `[gate.production]`");
        }
    }
    let mut asked = |key: &str| gate.get(key).and_then(|value| value.boolean(faults)).unwrap_or(false);
    let (soak, dependencies) = (asked("soak"), asked("dependencies"));
    let integration = gate.get("integration_coverage").and_then(|value| value.table(faults));
    Conditions {
        soak,
        dependencies,
        uptime: gate.get("uptime").and_then(|value| percentage::read(&value, faults)),
        integration_coverage: integration.and_then(|table| {
            table.keys_are(&["min_percent"], faults);
            let bound = table.get("min_percent");
            if bound.is_none() {
                let hint = "write it as in `integration_coverage = { min_percent = 80 }`";
                faults.add(table.offset, "`integration_coverage` has no `min_percent`", hint);
            }
            percentage::read(&bound?, faults)
        }),
        sign_offs: gate.get("sign_offs").map(|value| sign_offs(&value, faults)).unwrap_or_default(),
    }
}

/// The topics, each once.
fn sign_offs(value: &Value<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for item in value.list("topics", faults).unwrap_or_default() {
        let Some(topic) = item.line(faults) else { continue };
        let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !topic.starts_with(|c: char| c.is_ascii_lowercase())
            || !topic.chars().all(is_safe)
            || topic.len() > 100
        {
            let hint = "write it in small letters, digits and `-`, as in `\"security-reviewed\"`";
            faults.add(item.offset, format!("{} cannot be signed", quote(topic)), hint);
        } else if !topics.iter().any(|known| known == topic) {
            topics.push(topic.to_owned());
        }
    }
    topics
}
