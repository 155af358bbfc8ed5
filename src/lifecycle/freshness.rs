//! Whether a measurement still speaks of what is there.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::promotion::Measurement;

/// What is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// The time.
    pub time: Timestamp,
    /// The commit; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differs from it; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// A file that differs, where one is known.
    pub differs: Option<String>,
    /// Commits that differ from the current one in nothing but ledgers, of those that were asked about.
    pub equal_commits: Vec<String>,
    /// The digest of the policy.
    pub policy: String,
    /// How old a pass may be that something is deployed by.
    pub max_age: Duration,
}

impl Now {
    /// Whether the commit is the current one, or differs from it in nothing but ledgers.
    pub fn is_current(&self, commit: &str) -> bool {
        self.commit.as_deref() == Some(commit) || self.equal_commits.iter().any(|one| one == commit)
    }
}

/// Why a measurement does not speak of what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staleness {
    /// It was of another commit, or of none.
    Commit {
        /// That one.
        measured: Option<String>,
        /// The current one.
        current: Option<String>,
    },
    /// It was by another policy.
    Policy,
    /// It was of a working tree that differed from its commit, or of which that is not known.
    MeasuredDirty,
    /// The working tree differs from its commit now, or that is not known.
    Dirty {
        /// A file that differs, where one is known.
        file: Option<String>,
    },
    /// It is older than the policy allows.
    Old {
        /// How old.
        age: Duration,
        /// How old it may be.
        max: Duration,
    },
    /// A check of it was waived, by a waiver that has expired since then.
    Waiver {
        /// The check.
        check: String,
        /// What of it was waived: the rule, and where.
        what: String,
        /// The last day of the waiver.
        expires: Date,
    },
    /// It rests on what somebody answered for, who does not any more.
    SignOff {
        /// What.
        topic: String,
    },
    /// It was recorded later than now: a clock is wrong.
    Future,
}

/// How a measurement stands to what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// What speaks against it; nothing: it is fresh.
    pub against: Vec<Staleness>,
}

impl Freshness {
    /// That of `measurement`.
    pub fn of(measurement: &Measurement, now: &Now) -> Self {
        let verification = &measurement.verification;
        let mut against = Vec::new();
        if !verification.commit.as_deref().is_some_and(|commit| now.is_current(commit)) {
            against.push(Staleness::Commit {
                measured: verification.commit.clone(),
                current: now.commit.clone(),
            });
        }
        if verification.policy.sha256 != now.policy {
            against.push(Staleness::Policy);
        }
        if verification.dirty != Some(false) {
            against.push(Staleness::MeasuredDirty);
        }
        if now.dirty != Some(false) {
            against.push(Staleness::Dirty { file: now.differs.clone() });
        }
        // In UTC, as it was judged.
        let today = now.time.to_zoned(TimeZone::UTC).date();
        if let Some(first) = verification.resting_on().first().filter(|one| one.expires < today) {
            let what = format!("{} in {}", first.rule, first.path);
            against.push(Staleness::Waiver { check: first.check.clone(), what, expires: first.expires });
        }
        let age = now.time.duration_since(measurement.time);
        match Duration::try_from(age) {
            Ok(age) if age > now.max_age => against.push(Staleness::Old { age, max: now.max_age }),
            Ok(_) => {}
            // Clocks of two machines may differ a little.
            Err(_) if age > SignedDuration::from_mins(-5) => {}
            Err(_) => against.push(Staleness::Future),
        }
        Self { against }
    }

    /// Whether nothing speaks against it.
    pub fn is_fresh(&self) -> bool {
        self.against.is_empty()
    }
}

/// The moment from which a day, in UTC, is over.
pub(super) fn midnight_after(day: Date) -> Option<Timestamp> {
    Some(day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
