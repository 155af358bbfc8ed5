//! Comments on promotion issues about what goes, is gone or was revoked. Not the telling.
//!
//! Reasons are people's words, and go through `markup` like all words of others.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::container::ContainerState;
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::promotion::Told;

use super::markup::{code, passage};

/// Characters of a reason, and of an account.
const REASON: usize = 1_000;
const ACCOUNT: usize = 4_000;

/// That a candidate is to go, or is to be mended.
pub fn decided(told: &Told<RollbackDecision>) -> String {
    let what = &told.what;
    let by = what.due.map_or_else(String::new, |due| format!(" by {}", moment(due)));
    let must = match what.severity {
        RollbackSeverity::Critical | RollbackSeverity::High => format!("It is to be rolled back{by}."),
        RollbackSeverity::Medium => format!("It is to be mended in the stage{by}."),
        RollbackSeverity::Low => "It stays, and this is written down.".to_owned(),
    };
    format!("**Severity {}.** {must}\n\n{}", what.severity.name(), who(told, &what.reason))
}

/// That a candidate is gone, and what runs again.
pub fn rolled_back(told: &Told<RollbackDecision>, running: &[ContainerState]) -> String {
    let severity = told.what.severity.name();
    let mut text = format!("**Rolled back** (severity {severity}).\n\n{}", who(told, &told.what.reason));
    if running.is_empty() {
        text.push_str("- runs: nothing, as before the deployment\n");
    }
    for container in running {
        let short: String = container.id.chars().take(12).collect();
        let _infallible = writeln!(text, "- runs: {} of image {}", code(&short), code(&container.image));
    }
    text.push_str(
        "- the component is held, so that nothing promotes it, until somebody releases it with a reason\n",
    );
    text
}

/// That a promotion rested on figures that do not hold.
pub fn revoked<T>(told: &Told<T>, reason: &str, to: &str, measured: Option<u64>) -> String {
    let measured = measured.map_or_else(
        || "- no measurement that contradicts it was recorded\n".to_owned(),
        |seq| format!("- record {seq} of the ledger shows other figures for the same commit\n"),
    );
    format!("**Revoked.** The component stands in {to} again.\n\n{}{measured}", who(told, reason))
}

/// That what a candidate rests on was revoked, and that it could not be put back.
pub fn left(told: &Told<String>) -> String {
    format!(
        "**Nothing comes after this.** What this promotion rests on was revoked, and its candidate could not be put back: \
         a person has to take it away.\n\n{}",
        who(told, &told.what)
    )
}

/// What people found out.
pub fn explained(notes: &[(String, String)]) -> String {
    let mut text = String::from("What was found out about the rollback:\n\n");
    for (topic, words) in notes {
        let _infallible = writeln!(text, "- {}: {}", topic.replace('_', " "), passage(words, ACCOUNT));
    }
    text
}

fn who<T>(told: &Told<T>, reason: &str) -> String {
    format!(
        "- reason: {}\n- decided: {} by {}\n",
        passage(reason, REASON),
        moment(told.time),
        passage(&told.actor, REASON)
    )
}

fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(severity: RollbackSeverity) -> Told<RollbackDecision> {
        let time: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
        let due = Some("2025-10-15T09:00:00Z".parse().expect("a time"));
        let what = RollbackDecision { severity, reason: "errors since @name came, see #12".into(), due };
        Told { seq: 7, time, actor: "ada".into(), what }
    }

    #[test]
    fn what_goes_is_told_with_its_time_and_nothing_comes_alive() {
        insta::assert_snapshot!(decided(&told(RollbackSeverity::High)), @r"
        **Severity high.** It is to be rolled back by 2025-10-15 09:00 UTC.

        - reason: errors since `@name` came, see `#12`
        - decided: 2025-10-14 09:00 UTC by ada
        ");
    }

    #[test]
    fn what_is_gone_is_told_with_what_runs_again() {
        insta::assert_snapshot!(rolled_back(&told(RollbackSeverity::Critical), &[]), @r"
        **Rolled back** (severity critical).

        - reason: errors since `@name` came, see `#12`
        - decided: 2025-10-14 09:00 UTC by ada
        - runs: nothing, as before the deployment
        - the component is held, so that nothing promotes it, until somebody releases it with a reason
        ");
    }
}
