//! The clock: the one place that asks for the time.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The time of day, in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The day, in UTC.
pub fn today() -> Date {
    day_of(now())
}

/// The day of a moment, in UTC: the same wherever it is asked.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// Measures a span on the monotonic clock, which no change of the time of day moves.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: Instant,
}

impl Stopwatch {
    /// Starts.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the clock")]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// The span since the start.
    pub fn elapsed(self) -> Duration {
        self.started.elapsed()
    }
}

/// How many processors we may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
