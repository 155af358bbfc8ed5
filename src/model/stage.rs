//! The stages that a component moves through.

use std::fmt;

/// Where a component stands. The order is the order of promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Being built; nothing is promised.
    Development,
    /// Deployed for observation.
    Staging,
    /// In use.
    Production,
}

impl Stage {
    /// All stages, lowest first.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The word that policy, JSON and people use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The stage of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// The stage that a promotion leads to; none above production.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Development => Some(Self::Staging),
            Self::Staging => Some(Self::Production),
            Self::Production => None,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
