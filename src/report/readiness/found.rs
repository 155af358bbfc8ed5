//! What assessments beside the ledgers found, and in what. Shown, and decides nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::moment::minute;
use super::super::surroundings::short;

/// A problem, with its place and the line that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The check that found it.
    pub check: String,
    /// The file, relative to the project's root.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The tool's rule.
    pub rule: String,
    /// How serious.
    pub severity: &'static str,
    /// What the tool said.
    pub message: String,
    /// The line of the file; only where the commit of the assessment is checked out.
    pub source: Option<String>,
}

/// What findings were looked for in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundIn {
    /// The commit; null outside of a repository.
    pub commit: Option<String>,
    /// Whether the working tree differed from it; null where that is not known.
    pub dirty: Option<bool>,
    /// When it was measured.
    pub time: Timestamp,
    /// Whether that is what is here now.
    pub current: bool,
    /// Checks that could not be measured in it: that they found nothing says nothing.
    pub not_measured: Vec<NotMeasured>,
}

/// A check that could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotMeasured {
    /// The check.
    pub check: String,
    /// The class of why not.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl FoundIn {
    /// As a fragment: `at 30f84615, 2025-10-13 03:00 UTC, not known to be what is here now`.
    pub(super) fn words(&self) -> String {
        let place = self
            .commit
            .as_deref()
            .map_or_else(|| "outside of any commit".to_owned(), |commit| format!("at {}", short(commit)));
        let dirty = if self.dirty == Some(true) { " with uncommitted changes" } else { "" };
        let current = if self.current { "" } else { ", not known to be what is here now" };
        format!("{place}{dirty}, {}{current}", minute(self.time))
    }
}

/// What they are of, the most frequent first: `lint F401 (12)`.
pub(super) fn rules(by_rule: &BTreeMap<(String, String), u64>) -> Vec<String> {
    let mut rules: Vec<_> = by_rule.iter().collect();
    rules.sort_by_key(|(_, number)| Reverse(**number));
    rules.into_iter().map(|((check, rule), number)| format!("{check} {rule} ({number})")).collect()
}

/// Each check that could not be measured where findings were looked for.
pub(super) fn not_measured(found_in: &[FoundIn]) -> impl Iterator<Item = String> {
    let all = found_in.iter().flat_map(|one| &one.not_measured);
    all.map(|NotMeasured { check, message, hint, .. }| {
        format!("{check} could not be measured: {message}; {hint}")
    })
}
