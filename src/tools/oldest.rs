//! Versions of the tools that are too old, where a tool may have failed because of it.
//!
//! Not here: which versions are pinned, or newest. `tests/real_tools/older.rs` tries the oldest ones.

use std::cmp::Ordering;

use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Run;
use crate::model::toolchain::Tool;

/// The oldest version of a tool that is known to understand what it is told.
fn of(tool: Tool) -> Option<&'static str> {
    match tool {
        Tool::Pytest => Some("7.0"),
        Tool::Ruff => Some("0.2.2"),
        Tool::Pyright => Some("1.1.310"),
        Tool::Bandit => Some("1.7.8"),
        Tool::Own(_) => None,
    }
}

/// The oldest version that is known to work, where `version` is older.
pub fn newer_than(tool: Tool, version: &str) -> Option<&'static str> {
    let is_told = version.starts_with(|first: char| first.is_ascii_digit());
    of(tool).filter(|oldest| is_told && compare(version, oldest) == Ordering::Less)
}

/// Versions by their numbers; what follows them does not count.
pub fn compare(one: &str, other: &str) -> Ordering {
    let numbers =
        |version: &str| -> Vec<u32> { version.split('.').map_while(|number| number.parse().ok()).collect() };
    numbers(one).cmp(&numbers(other))
}

/// An old version may be why a run gave no evidence.
pub fn explain(reason: Reason, run: Option<&Run>) -> Reason {
    let may_be_why = matches!(
        reason.kind,
        ReasonKind::ToolCrashed
            | ReasonKind::ConfigInvalid
            | ReasonKind::ReportMissing
            | ReasonKind::ReportUnreadable
            | ReasonKind::ReportsDisagree
    );
    let Some((run, oldest)) =
        run.filter(|_| may_be_why).and_then(|run| Some((run, newer_than(run.tool, &run.version)?)))
    else {
        return reason;
    };
    let (tool, version) = (run.tool, &run.version);
    let hint = format!(
        "use {tool} {oldest} or newer: {version} is older than what is known to work; else {}",
        reason.hint
    );
    Reason { hint, ..reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (older, newer) in
            [("0.1.15", "0.2.2"), ("1.1.99", "1.1.310"), ("7", "7.0"), ("7.0.0rc1", "7.0.1")]
        {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
        }
        assert_eq!(newer_than(Tool::Ruff, "0.1.15"), Some("0.2.2"));
        assert_eq!(newer_than(Tool::Ruff, "0.2.2"), None);
        assert_eq!(newer_than(Tool::Pytest, "10.0"), None);
        assert_eq!(newer_than(Tool::Pytest, "unknown"), None);
    }
}
