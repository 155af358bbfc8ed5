//! Pictures as numbers: where each line and each dot is, in whole units of the picture's box. Pure, and without floating
//! point, so that nothing is ever outside of the box or no number at all. What they look like is the page's.

mod coverage;
mod pipeline;
mod timeline;

use jiff::Timestamp;
use serde::Serialize;

pub(super) use coverage::{Curve, curve, spark};
pub(super) use pipeline::{Segment, segments};
pub(super) use timeline::{Timeline, timeline};

/// The inside of a picture that is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    left: i64,
    right: i64,
    top: i64,
    bottom: i64,
}

/// A place in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Dot {
    pub(super) x: i64,
    pub(super) y: i64,
}

impl Frame {
    /// Where a moment is between two others; in the middle where they are one.
    fn x(self, time: Timestamp, (first, last): (Timestamp, Timestamp)) -> i64 {
        self.between(
            (self.left, self.right),
            time.as_millisecond(),
            (first.as_millisecond(), last.as_millisecond()),
        )
    }

    /// Where a value is between two others, the larger one above.
    fn y(self, value: u32, (low, high): (u32, u32)) -> i64 {
        self.between((self.bottom, self.top), i64::from(value), (i64::from(low), i64::from(high)))
    }

    #[expect(clippy::unused_self, reason = "it reads as a part of the frame")]
    fn between(self, (from, to): (i64, i64), value: i64, (low, high): (i64, i64)) -> i64 {
        if high <= low {
            return i64::midpoint(from, to);
        }
        let (value, low, high) = (i128::from(value.clamp(low, high)), i128::from(low), i128::from(high));
        let way = i128::from(to - from) * (value - low) / (high - low);
        from + i64::try_from(way).unwrap_or(0)
    }
}
