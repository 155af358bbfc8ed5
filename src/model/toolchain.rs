//! The tools, and where each of them was found.

use std::fmt;
use std::path::PathBuf;

use super::own_name::OwnName;

/// A tool that we run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// The test runner, with pytest-cov for coverage.
    Pytest,
    /// The linter.
    Ruff,
    /// The type checker.
    Pyright,
    /// The security linter.
    Bandit,
    /// That of a check of one's own, by the check's name.
    Own(OwnName),
}

impl Tool {
    /// The tools that we know.
    pub const ALL: [Self; 4] = [Self::Pytest, Self::Ruff, Self::Pyright, Self::Bandit];

    /// Its name, which is also the name of its executable and of its distribution where we know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Ruff => "ruff",
            Self::Pyright => "pyright",
            Self::Bandit => "bandit",
            Self::Own(name) => name.as_str(),
        }
    }

    /// The tool of that name, where it is one that we know.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who provided a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The project's own environment: its version is the project's decision.
    Project,
    /// `uvx`: the version is the pin in `promotion.toml`, else whatever is newest.
    Uvx,
    /// Found on `PATH`.
    Path,
    /// At the path that the policy names.
    Policy,
}

impl Origin {
    /// All origins.
    pub const ALL: [Self; 4] = [Self::Project, Self::Uvx, Self::Path, Self::Policy];

    /// The origin of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }

    /// One word or two for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Uvx => "uvx",
            Self::Path => "PATH",
            Self::Policy => "promotion.toml",
        }
    }
}

/// A tool, resolved once to an executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedTool {
    /// Which one.
    pub tool: Tool,
    /// The executable, absolute.
    pub executable: PathBuf,
    /// Its version.
    pub version: String,
    /// Who provided it.
    pub origin: Origin,
}
