//! Since when changes are told: a length of time, a moment, or an earlier report. The hard part: times in a ledger need not
//! ascend, for clocks differ, so what an earlier report had seen is known by place and never by time.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::policy::duration;
use crate::report::readiness::{self, Compared, EarlierComponent};
use crate::sys::file;

/// The longest time back, in days.
const DAYS: u64 = 3_650;

/// Why it cannot be told what is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinceError {
    /// It is none of the three.
    #[error("`{0}` is no length of time, no date and no file")]
    Nothing(String),
    /// The file is no report of readiness.
    #[error("`{file}` is no earlier report: {why}")]
    NoReport {
        /// The file.
        file: String,
        /// Why not.
        why: String,
    },
    /// That moment is still to come.
    #[error("{0} is still to come")]
    Future(Timestamp),
}

/// From when on changes are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// From then on, or since the report of then.
    pub time: Timestamp,
    earlier: Option<BTreeMap<String, EarlierComponent>>,
}

/// Which records of a component were told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The first ones, so many.
    Number(u64),
    /// Those up to then.
    Time(Timestamp),
}

impl Before {
    /// Whether the record of that number and time is one of them.
    pub(super) fn holds(self, seq: u64, time: Timestamp) -> bool {
        match self {
            Self::Number(seen) => seq <= seen,
            Self::Time(since) => time <= since,
        }
    }
}

impl Since {
    /// Which records of a component were told before. What was merged since an earlier report may well have been recorded
    /// before it, or by a machine whose clock is behind.
    pub(super) fn before(&self, component: &str) -> Before {
        self.earlier.as_ref().map_or(Before::Time(self.time), |earlier| {
            Before::Number(earlier.get(component).map_or(0, |one| one.records))
        })
    }

    /// What an earlier report told of each component; `None` where there is none.
    pub(super) fn earlier(&self) -> Option<&BTreeMap<String, EarlierComponent>> {
        self.earlier.as_ref()
    }

    /// What changes are found in.
    pub(super) fn compared(&self) -> Compared {
        if self.earlier.is_some() { Compared::Report } else { Compared::Records }
    }
}

/// What `text` means at `now`, for that project. A date begins at midnight UTC.
///
/// # Errors
/// Where it means none, or one that is still to come.
pub fn since(text: &str, now: Timestamp, project: &str) -> Result<Since, SinceError> {
    let text = text.trim();
    let since = meant(text, now, project)?;
    if since.time > now { Err(SinceError::Future(since.time)) } else { Ok(since) }
}

fn meant(text: &str, now: Timestamp, project: &str) -> Result<Since, SinceError> {
    if let Some(time) = moment(text, now) {
        return Ok(Since { time, earlier: None });
    }
    match file::read_text(Path::new(text)) {
        Err(file::ReadError::Absent) => Err(SinceError::Nothing(text.to_owned())),
        Err(file::ReadError::Unreadable(why)) => {
            Err(SinceError::NoReport { file: text.to_owned(), why: format!("it cannot be read: {why}") })
        }
        Ok(json) => readiness::earlier(&json, project)
            .map(|report| Since { time: report.time, earlier: Some(report.components) })
            .map_err(|why| SinceError::NoReport { file: text.to_owned(), why }),
    }
}

fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(length) = duration::parse_within(text, DAYS) {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        return Some(now.checked_sub(length).unwrap_or(Timestamp::MIN));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Some(civil) = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| Some(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))
        && let Ok(zoned) = civil.to_zoned(TimeZone::UTC)
    {
        return Some(zoned.timestamp());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_a_date_and_a_moment_are_understood_and_the_future_is_refused() {
        let now: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
        let of = |text: &str| since(text, now, "TTA").map(|since| since.time.to_string());
        assert_eq!(of("7d").as_deref(), Ok("2025-10-07T09:00:00Z"));
        assert_eq!(of("2025-10-01").as_deref(), Ok("2025-10-01T00:00:00Z"));
        assert_eq!(of("2025-10-01T08:30").as_deref(), Ok("2025-10-01T08:30:00Z"));
        assert_eq!(of("2025-10-01T08:30:00+02:00").as_deref(), Ok("2025-10-01T06:30:00Z"));
        assert_eq!(
            of("2025-11-01"),
            Err(SinceError::Future("2025-11-01T00:00:00Z".parse().expect("a time")))
        );
        assert_eq!(of("yesterday"), Err(SinceError::Nothing("yesterday".to_owned())));
    }
}
