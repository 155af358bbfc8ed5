//! How ready a component is, as one word.

use schemars::JsonSchema;
use serde::Serialize;

/// How ready a component is. Ordered as people want to read of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something is overdue, has no end, or contradicts itself: a person must act.
    Attention,
    /// Its ledger cannot be relied on, so nothing is known.
    Unknown,
    /// It can take the next step to its stage.
    Ready,
    /// Its candidate is observed.
    Observing,
    /// Something stands in its way.
    Blocked,
    /// Its gate could not be measured.
    Inconclusive,
    /// It passed, and that does not speak of what is there.
    Stale,
    /// Its gate was never measured for the record.
    Unmeasured,
    /// It is in production.
    Done,
    /// The policy does not declare it any more.
    Undeclared,
}

impl State {
    /// All of them, in their order.
    pub const ALL: [Self; 10] = [
        Self::Attention,
        Self::Unknown,
        Self::Ready,
        Self::Observing,
        Self::Blocked,
        Self::Inconclusive,
        Self::Stale,
        Self::Unmeasured,
        Self::Done,
        Self::Undeclared,
    ];

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Unknown => "unknown",
            Self::Ready => "ready",
            Self::Observing => "observing",
            Self::Blocked => "blocked",
            Self::Inconclusive => "inconclusive",
            Self::Stale => "stale",
            Self::Unmeasured => "unmeasured",
            Self::Done => "done",
            Self::Undeclared => "undeclared",
        }
    }

    /// For people, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Attention => "Needs attention",
            Self::Unknown => "Unknown",
            Self::Ready => "Ready now",
            Self::Observing => "In observation",
            Self::Blocked => "Blocked",
            Self::Inconclusive => "Not verified",
            Self::Stale => "Stale",
            Self::Unmeasured => "Not measured",
            Self::Done => "In production",
            Self::Undeclared => "Not in the policy",
        }
    }

    /// Its mark, which differs by shape from the others.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Attention => "!",
            Self::Unknown | Self::Inconclusive => "?",
            Self::Ready => "✓",
            Self::Observing => "…",
            Self::Blocked => "✗",
            Self::Stale => "~",
            Self::Unmeasured | Self::Undeclared => "-",
            Self::Done => "●",
        }
    }
}
