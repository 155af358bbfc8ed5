//! A table of `[component.NAME]` that has a table for each stage.
//! Not what is in those.

use std::collections::BTreeMap;

use super::document::{Faults, quote};
use super::suggestion;
use super::value::Table;
use crate::model::stage::Stage;

/// The stages that something can lead to.
const STAGES: [&str; 2] = ["staging", "production"];

/// What a table is called, and what is said of it.
pub(super) struct Words<'w> {
    /// Its key.
    pub(super) key: &'w str,
    /// The keys of each of its tables.
    pub(super) keys: &'w [&'w str],
    /// Why there is none for `development`.
    pub(super) nothing: &'w str,
    /// What its tables are for, up to the stages.
    pub(super) are_for: &'w str,
}

/// What `one` reads from the table of each stage.
pub(super) fn read<T>(
    component: &Table<'_>,
    words: &Words<'_>,
    faults: &mut Faults<'_>,
    one: impl Fn(&Table<'_>, Stage, &mut Faults<'_>) -> T,
) -> BTreeMap<Stage, T> {
    let mut read = BTreeMap::new();
    let Some(table) = component.get(words.key).and_then(|value| value.table(faults)) else {
        return read;
    };
    for value in table.values() {
        match Stage::from_name(&value.key) {
            Some(Stage::Development) => faults.add(
                value.key_offset,
                format!("nothing is promoted to `development`, {}", words.nothing),
                format!("{} `staging` and `production`", words.are_for),
            ),
            Some(stage) => {
                if let Some(keys) = value.table(faults) {
                    read.insert(stage, one(&keys, stage, faults));
                }
            }
            None if words.keys.contains(&value.key.as_str()) => faults.add(
                value.key_offset,
                format!("{} belongs to a stage", quote(&value.key)),
                format!("write it below {}", quote(&format!("[{}.staging]", table.name))),
            ),
            None => {
                let hint = suggestion::hint(&value.key, &STAGES, words.are_for);
                faults.add(value.key_offset, format!("unknown stage {}", quote(&value.key)), hint);
            }
        }
    }
    read
}
