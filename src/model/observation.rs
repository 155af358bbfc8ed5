//! What was seen of a deployed candidate in one window of time.

use std::time::Duration;

use jiff::Timestamp;

use super::container::ContainerState;

/// A span of time, from its first moment up to and without its last; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    from: Timestamp,
    to: Timestamp,
}

impl Window {
    /// `None` where it would be empty or run backwards, as after a clock was set back.
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Its first moment.
    pub fn from(self) -> Timestamp {
        self.from
    }

    /// The moment after its last.
    pub fn to(self) -> Timestamp {
        self.to
    }

    /// How long it is.
    pub fn length(self) -> Duration {
        self.to.duration_since(self.from).try_into().unwrap_or_default()
    }

    /// What is left of it from `time` on.
    pub fn since(self, time: Timestamp) -> Option<Self> {
        Self::new(self.from.max(time), self.to)
    }

    /// What is left of it up to `time`.
    pub fn until(self, time: Timestamp) -> Option<Self> {
        Self::new(self.from, self.to.min(time))
    }
}

/// What a rule came to in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// It was met.
    Good,
    /// Its source answered, and had nothing to say: no data, too few samples, not a number.
    Unknown,
    /// Its source could not be asked.
    Unreachable,
    /// It was broken.
    Bad,
}

impl Sign {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Good, Self::Unknown, Self::Unreachable, Self::Bad];

    /// The word in the ledger and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unknown => "unknown",
            Self::Unreachable => "unreachable",
            Self::Bad => "bad",
        }
    }

    /// The sign of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sign| sign.name() == name)
    }
}

/// One rule in one window: what was asked and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The rule, such as `health` or `metric.error_rate`.
    pub rule: String,
    /// What it came to.
    pub sign: Sign,
    /// Value beside bound, or why there is none; no secrets.
    pub detail: String,
    /// What was measured, as the source wrote it.
    pub value: Option<String>,
    /// How many samples stand behind it.
    pub samples: Option<u64>,
    /// What was asked, word for word.
    pub query: Option<String>,
}

/// What was seen in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The window.
    pub window: Window,
    /// Whether it was taken later than the window's end, from sources that reach back.
    pub late: bool,
    /// What ran at its end.
    pub running: Vec<ContainerState>,
    /// Each rule.
    pub readings: Vec<Reading>,
    /// Where a person can look at the window, such as a dashboard.
    pub links: Vec<String>,
}

impl Observation {
    /// The worst sign; [`Sign::Unknown`] where no rule was read.
    pub fn sign(&self) -> Sign {
        self.readings.iter().map(|reading| reading.sign).max().unwrap_or(Sign::Unknown)
    }
}
