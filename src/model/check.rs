//! The questions that a gate asks.

use std::fmt;

use super::own_name::OwnName;

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
    /// Does a tool that the policy names find issues?
    Own(OwnName),
}

impl Check {
    /// The checks that every gate asks, in the order in which people read them; those of one's own come after them.
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
            Self::Own(name) => name.as_str(),
        }
    }

    /// The check with that id, where it is one that every gate asks.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.id() == id)
    }

    /// The check with that id, which may be one that some policy defines.
    pub fn named(id: &str) -> Option<Self> {
        Self::from_id(id).or_else(|| OwnName::new(id).map(Self::Own))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
