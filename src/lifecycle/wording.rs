//! What stands in the way of a step, in words, and what to do about it: the same wherever it is refused.
//!
//! Not here: finding it (`step`, `freshness`).

use std::fmt;

use super::freshness::Staleness;
use super::step::Obstacle;

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmeasured => f.write_str("its gate was never measured and recorded as a whole"),
            Self::NotPassed { verdict, checks } if checks.is_empty() => {
                write!(f, "its gate is `{}`", verdict.name())
            }
            Self::NotPassed { verdict, checks } => {
                write!(f, "its gate is `{}`: {}", verdict.name(), checks.join(", "))
            }
            Self::Stale(staleness) => write!(f, "{staleness}"),
            Self::Dependency { component, stage } => {
                write!(f, "it needs `{component}`, which is in {stage}")
            }
        }
    }
}

impl Obstacle {
    /// What to do about it.
    pub fn hint(&self, component: &str) -> String {
        let again = format!("run `tta-promote verify {component} --record`");
        match self {
            Self::Unmeasured
            | Self::Stale(
                Staleness::Commit { .. }
                | Staleness::Policy
                | Staleness::MeasuredDirty
                | Staleness::Old { .. },
            ) => again,
            Self::NotPassed { .. } => format!("mend what it found, and {again}"),
            Self::Stale(Staleness::Dirty) => {
                format!("commit or take back what differs, and {again}")
            }
            Self::Stale(Staleness::Future) => format!("see that the clock is right, and {again}"),
            Self::Dependency { component, .. } => format!("promote `{component}` first"),
        }
    }
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |commit: &Option<String>| {
            commit.as_ref().map_or("no commit", |commit| commit.get(..12).unwrap_or(commit)).to_owned()
        };
        match self {
            Self::Commit { measured, current } => {
                write!(f, "what was measured is {}, and what is here is {}", short(measured), short(current))
            }
            Self::Policy => f.write_str("`promotion.toml` has changed since it was measured"),
            Self::MeasuredDirty => {
                f.write_str("the working tree differed from its commit when it was measured")
            }
            Self::Dirty => f.write_str("the working tree differs from its commit"),
            Self::Old { age, max } => {
                write!(f, "it was measured {} h ago, and {} h is the most", hours(*age), hours(*max))
            }
            Self::Future => f.write_str("it was measured later than now"),
        }
    }
}

/// Hours with one digit behind the point, cut off.
fn hours(span: std::time::Duration) -> String {
    let tenths = span.as_secs() / 360;
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}
