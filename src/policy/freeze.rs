//! `[[project.freeze]]`: times in which nothing is promoted. Not the clock.

use jiff::Timestamp;
use toml::de::DeValue;

use super::document::{Faults, quote};
use super::value::{Table, Value};
use crate::model::freeze::Freeze;
use crate::model::observation::Window;

const KEYS: [&str; 3] = ["from", "to", "reason"];
const FORM: &str = "write it without quotes and with its offset from UTC, as in `2025-12-20T00:00:00Z`";

/// The freezes that `[project]` declares.
pub(super) fn read(project: &Table<'_>, faults: &mut Faults<'_>) -> Vec<Freeze> {
    let Some(value) = project.get("freeze") else { return Vec::new() };
    if value.inner().as_array().is_none() {
        let hint = "write `[[project.freeze]]` and its keys in the lines below";
        value.wrong("an array of tables", hint, faults);
        return Vec::new();
    }
    let items = value.list("tables", faults).unwrap_or_default();
    items.iter().filter_map(|item| freeze(item, faults)).collect()
}

fn freeze(item: &Value<'_>, faults: &mut Faults<'_>) -> Option<Freeze> {
    let table = item.table(faults)?;
    table.keys_are(&KEYS, faults);
    let mut all = true;
    for key in KEYS.into_iter().filter(|key| !table.has(key)) {
        let hint = "say from when to when nothing is promoted, and why";
        faults.add(item.offset, format!("a freeze has no `{key}`"), hint);
        all = false;
    }
    let from = table.get("from").and_then(|value| moment(&value, faults));
    let to = table.get("to").and_then(|value| moment(&value, faults));
    let reason = table.get("reason").and_then(|value| value.line(faults)).map(|text| text.trim().to_owned());
    let (from, to) = (from?, to?);
    let window = Window::new(from, to);
    if window.is_none() {
        faults.add(item.offset, "a freeze ends before it begins", "let `to` be later than `from`");
    }
    all.then_some(Freeze { window: window?, reason: reason? })
}

/// A point in time, the same wherever the policy is read.
fn moment(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Timestamp> {
    let DeValue::Datetime(written) = value.inner() else {
        value.wrong("a date and time", FORM, faults);
        return None;
    };
    if written.date.is_none() || written.time.is_none() || written.offset.is_none() {
        let found = quote(&written.to_string());
        let message =
            format!("{} is a local time, which is another moment elsewhere: {found}", quote(&value.key));
        faults.add(value.offset, message, FORM);
        return None;
    }
    let time = written.to_string().parse().ok();
    if time.is_none() {
        let message =
            format!("{} is no moment that a clock shows: {}", quote(&value.key), quote(&written.to_string()));
        faults.add(value.offset, message, FORM);
    }
    time
}
