//! What the tests ran in: part of every figure, since the same commit measures differently elsewhere.

/// An installed distribution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Distribution {
    /// Its normalised name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The project's environment as the tests saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The interpreter's version, such as `3.12.1`; `None` where no interpreter could be had.
    pub python: Option<String>,
    /// Operating system and machine, such as `linux-x86_64`.
    pub platform: String,
    /// The lock file, relative to the project's root; `None` where there is none.
    pub lock: Option<String>,
    /// Whether lock file, project file and installed distributions agree; `None` where it is unknown.
    pub in_sync: Option<bool>,
    /// What is installed, sorted by name.
    pub distributions: Vec<Distribution>,
    /// The digest of interpreter version, platform and distributions, in hexadecimal.
    pub sha256: String,
}
