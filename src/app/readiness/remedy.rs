//! What to do where a check could not be measured. A ledger keeps the class of a reason and its sentence, and not what to
//! do, which may get better from version to version.

use crate::model::reason::ReasonKind;

/// What to do about a reason of that class for the component.
pub(super) fn remedy(kind: &str, component: &str) -> String {
    let anew = format!("`tta-promote verify {component} --record`");
    let Some(kind) = ReasonKind::ALL.into_iter().find(|one| one.name() == kind) else {
        return match kind {
            "waiting" => {
                format!("wait for it, or sign it with `tta-promote sign {component} TOPIC`, then {anew}")
            }
            _ => format!("`tta-promote verify {component}` says what to do"),
        };
    };
    match kind {
        ReasonKind::ToolMissing => {
            format!("`tta-promote doctor` says where the tool was looked for; install it, then {anew}")
        }
        ReasonKind::ToolCrashed
        | ReasonKind::ReportMissing
        | ReasonKind::ReportUnreadable
        | ReasonKind::ReportsDisagree => {
            format!("`tta-promote verify {component} -v` shows where the tool's logs are; mend what it says")
        }
        ReasonKind::TimedOut => format!("raise `timeout` in the policy or mend what hangs, then {anew}"),
        ReasonKind::Interrupted | ReasonKind::TreeChanged => format!("measure it again: {anew}"),
        ReasonKind::NothingInspected | ReasonKind::WrongFiles => {
            format!(
                "correct `paths` of `{component}` or the tool's exclusions; `tta-promote plan {component}` shows both"
            )
        }
        ReasonKind::NoTestsRan | ReasonKind::CollectionFailed => {
            format!("correct `tests` of `{component}` in the policy, or the tests; then {anew}")
        }
        ReasonKind::ConfigInvalid | ReasonKind::CheckWeakened => {
            format!(
                "`tta-promote plan {component}` names the configuration in force; correct it, then {anew}"
            )
        }
        ReasonKind::Environment => "mend the project's environment; `tta-promote doctor` shows it".to_owned(),
        ReasonKind::Unreadable => format!("make the file readable, then {anew}"),
        ReasonKind::NoCriterion => "declare a criterion of the gate in the policy".to_owned(),
        ReasonKind::ShardMissing
        | ReasonKind::ShardDuplicate
        | ReasonKind::ShardStale
        | ReasonKind::ShardForeign
        | ReasonKind::ShardUnreadable => format!("run the shards again, or {anew}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_could_not_be_measured_there_is_something_to_do() {
        for kind in ReasonKind::ALL.map(ReasonKind::name).into_iter().chain(["waiting", "of_a_later_version"])
        {
            assert!(!remedy(kind, "carbon").is_empty(), "{kind}");
        }
        assert!(remedy("tool_missing", "carbon").contains("doctor"));
    }
}
