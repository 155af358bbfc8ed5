//! The soak: how long a deployed candidate must have been seen healthy, and how far that has come.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::percent::{Percent, Ratio};

/// What the policy asks of an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoakRule {
    /// How long the union of healthy windows must be.
    pub length: Duration,
    /// A longer time without any window starts the soak again.
    pub max_gap: Duration,
    /// How many healthy windows there must be.
    pub min_samples: u64,
    /// How much of the time that was looked at it must have been healthy.
    pub min_uptime: Percent,
    /// The limits of rules that have some of their own, by the name of the rule.
    pub limits: BTreeMap<String, Limits>,
    /// Those of all others.
    pub limit: Limits,
}

/// How often a rule may come to something else than good; one more, and the soak has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How often it may be broken.
    pub failure: u64,
    /// How often its source may have nothing to say.
    pub inconclusive: u64,
    /// How often in a row its source may not be asked.
    pub consecutive_error: u64,
}

/// Why the soak started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResetCause {
    /// Another image ran than the one that was deployed.
    Image,
    /// It ran under another configuration.
    Configuration,
    /// It was started again, and nobody said why.
    Restart,
    /// It did not run.
    Absent,
    /// Nobody looked for too long.
    Gap,
}

impl ResetCause {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Image, Self::Configuration, Self::Restart, Self::Absent, Self::Gap];

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Configuration => "configuration",
            Self::Restart => "restart",
            Self::Absent => "absent",
            Self::Gap => "gap",
        }
    }
}

/// A rule that came to something else than good more often than the policy allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excess {
    /// It was broken so often.
    Failures(String, u64),
    /// Its source had nothing to say so often.
    Inconclusive(String, u64),
    /// Its source could not be asked so often in a row.
    Errors(String, u64),
    /// All of the time must have been healthy, and some of it was not: no time to come makes up for that.
    Downtime,
}

impl fmt::Display for Excess {
    /// In words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |times: u64| if times == 1 { "once".to_owned() } else { format!("{times} times") };
        match self {
            Self::Failures(rule, number) => write!(f, "`{rule}` was broken {}", times(*number)),
            Self::Inconclusive(rule, number) => write!(f, "`{rule}` had nothing to say {}", times(*number)),
            Self::Errors(rule, number) => {
                write!(f, "`{rule}` could not be asked {} in a row", times(*number))
            }
            Self::Downtime => f.write_str("an uptime of 100 % cannot be reached any more"),
        }
    }
}

/// How far a soak has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soak {
    /// When it began, or was started again last.
    pub since: Timestamp,
    /// Each time that it started again, and why.
    pub resets: Vec<(Timestamp, ResetCause)>,
    /// The union of healthy windows since then, without what was seen broken.
    pub healthy: Duration,
    /// What that must come to.
    pub needed: Duration,
    /// Healthy windows since then.
    pub samples: u64,
    /// How many there must be.
    pub min_samples: u64,
    /// The longest time without a window since then, and the time without one up to now.
    pub largest_gap: Duration,
    /// The time without a window up to now: since the last one ended, or since the deployment.
    pub unseen: Duration,
    /// How long that may be.
    pub max_gap: Duration,
    /// Healthy of all that was looked at since the deployment, in milliseconds; `None` where nothing was.
    pub uptime: Option<Ratio>,
    /// What that must reach.
    pub min_uptime: Percent,
    /// Rules that came to something else than good too often since the deployment.
    pub excesses: Vec<Excess>,
    /// How much more must be seen healthy, and nothing broken, until all of it is as long and as well as it must be;
    /// `None`: it has failed.
    pub missing: Option<Duration>,
    /// When that can be at the earliest; `None`: it has failed. How many windows there must be sets no time: how often
    /// is looked is for people to say.
    pub earliest: Option<Timestamp>,
}

impl Soak {
    /// Whether nobody has looked for so long that it starts again.
    pub fn is_lapsed(&self) -> bool {
        self.unseen > self.max_gap
    }

    /// Whether it is proven.
    pub fn is_proven(&self) -> bool {
        !self.is_lapsed()
            && self.healthy >= self.needed
            && self.samples >= self.min_samples
            && self.excesses.is_empty()
            && self.uptime.is_some_and(|uptime| uptime.reaches(self.min_uptime))
    }
}
