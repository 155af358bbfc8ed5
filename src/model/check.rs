//! The questions that a gate asks.

use std::fmt;

/// One question about a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Do the component's tests pass?
    Tests,
    /// How much of it do the tests execute?
    Coverage,
    /// Does the linter find issues?
    Lint,
    /// Does the type checker find errors?
    Types,
    /// Does the security linter find issues?
    Security,
    /// Is there a README with a usage example?
    Docs,
}

impl Check {
    /// All checks, in the order in which people read them.
    pub const ALL: [Self; 6] =
        [Self::Tests, Self::Coverage, Self::Lint, Self::Types, Self::Security, Self::Docs];

    /// The id that policy, JSON and `--only` use.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Coverage => "coverage",
            Self::Lint => "lint",
            Self::Types => "types",
            Self::Security => "security",
            Self::Docs => "docs",
        }
    }

    /// The check with that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.id() == id)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
