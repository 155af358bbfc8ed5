//! The words of the verbs that take something back: `rollback`, `revoke`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::model::decision::RollbackSeverity;
use crate::policy::duration;

use super::value::severity;

/// Of `rollback`.
pub(super) const ROLLBACK_EXAMPLES: &str = "\
Examples:
  tta-promote rollback carbon --severity critical --reason \"no answers\"   at once
  tta-promote rollback carbon --severity high --reason \"slow\"             decided, due in 24 hours
  tta-promote rollback carbon --now                                       and done; or without --now
  tta-promote rollback carbon --severity medium --reason \"...\" --due 3d   to be mended by then
  tta-promote rollback carbon --rehearse                                  would it work?
  tta-promote rollback carbon --root-cause .promotion/rollbacks/NAME.md   what was found out

What ran before the promotion is put back, or nothing where nothing ran. Nothing is touched before
the image to go back to is there. It is done when that image runs and is well; else the exit code
is 6, and what a person must do is printed. It may be run again at any moment. Afterwards the
component is held, until it is released with a reason.

A high one is done by `--now`, or where neither a severity nor a reason is said: go on with it.
The same words again report the decision that stands and its deadline, and do nothing: exit code 4.
`--severity low` is about what is to be mended, if anything is; else about what was deployed last.";

/// Of `revoke`.
pub(super) const REVOKE_EXAMPLES: &str = "\
Examples:
  tta-promote verify carbon --to staging --record      a second witness: the gate measured again
  tta-promote revoke carbon --reason \"42.2 %\" --dry-run
  tta-promote revoke carbon --reason \"42.2 %\"

The component stands where it stood before the promotion. What runs goes on running: `rollback`
takes it away.";

/// `rollback`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct Rollback {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// How bad it is: critical (at once), high (within 24 hours), medium (mended by a date) or low (written down) [default: as decided before]
    #[arg(long, value_name = "SEVERITY", value_parser = severity(), hide_possible_values = true)]
    pub severity: Option<RollbackSeverity>,
    /// Why [default: as decided before]
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub reason: Option<String>,
    /// For medium: by when it is mended, such as 2025-10-21 or 3d [default: 7d]
    #[arg(long, value_name = "DATE|DUR", value_parser = due)]
    pub due: Option<Due>,
    /// For high: do it now, and not only by its deadline
    #[arg(long)]
    pub now: bool,
    /// Show that it would work, without touching what runs, and record that
    #[arg(long, conflicts_with_all = ["severity", "reason", "due", "now", "dry_run", "root_cause"])]
    pub rehearse: bool,
    /// Record what people found out about the last one: the account, filled in
    #[arg(long, value_name = "FILE", conflicts_with_all = ["severity", "reason", "due", "now", "dry_run"])]
    pub root_cause: Option<PathBuf>,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// The limit for one act, such as 90s or 30m [default: `timeout` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span)]
    pub timeout: Option<Duration>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: UndoFormat,
}

/// `revoke`.
#[derive(Debug, Clone, Args)]
pub struct Revoke {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub reason: String,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: UndoFormat,
}

/// What it can be printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UndoFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// By when something must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// So long from now.
    In(Duration),
    /// At a moment.
    At(Timestamp),
}

impl Due {
    /// The moment, seen from `now`.
    pub fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::In(duration) => now.checked_add(duration).unwrap_or(Timestamp::MAX),
            Self::At(time) => time,
        }
    }

    /// Whether it is said as so long from now.
    pub fn is_from_now(self) -> bool {
        matches!(self, Self::In(_))
    }
}

fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say why, in a few words".to_owned()) } else { Ok(text.to_owned()) }
}

/// A day lasts until its end, in UTC.
fn due(text: &str) -> Result<Due, String> {
    if let Ok(duration) = duration::parse(text) {
        return Ok(Due::In(duration));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Due::At(time));
    }
    let date: Date =
        text.parse().map_err(|_| "say a date, such as 2025-10-21, or a time, such as 3d".to_owned())?;
    let end = date.checked_add(1.day()).and_then(|next| next.to_zoned(TimeZone::UTC));
    end.map(|end| Due::At(end.timestamp())).map_err(|_| "the date is out of range".to_owned())
}

fn span(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("it {error}; say for example 90s, 30m or 1h30m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_a_date_or_as_a_duration() {
        let now: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
        let at = |text: &str| due(text).map(|due| due.moment(now).to_string());
        assert_eq!(at("90m"), Ok("2025-10-14T10:30:00Z".to_owned()));
        assert_eq!(at("2025-10-21"), Ok("2025-10-22T00:00:00Z".to_owned()));
        assert_eq!(at("2025-10-21T12:00:00+02:00"), Ok("2025-10-21T10:00:00Z".to_owned()));
        assert!(due("soon").is_err() && due("2025-13-01").is_err());
    }
}
