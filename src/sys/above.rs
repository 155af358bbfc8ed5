//! The configuration that tools look for by its name outside of the repository, whether or not it is there.
//!
//! Not what settings lead to (`lead`), and not the contents (`fingerprint`).

use std::path::{Path, PathBuf};

use super::{setting, variable};

/// What tools read in folders above the one that they work in, besides files with settings.
const BESIDES: [&str; 6] =
    ["uv.toml", "uv.lock", ".python-version", "setup.py", "conftest.py", "__init__.py"];
/// Files that tools read in the user's folder of configuration.
const OF_THE_USER: [&str; 7] = [
    "uv/uv.toml",
    "uv/.python-version",
    "ruff/ruff.toml",
    "ruff/.ruff.toml",
    "ruff/pyproject.toml",
    "pip/pip.conf",
    "pycodestyle",
];
/// What a test may ask the system for.
const OF_THE_SYSTEM: [&str; 2] = ["/etc/uv/uv.toml", "/etc/localtime"];

/// The configuration outside of the repository: above it, and the user's and the system's.
pub(super) fn files(root: &Path, top: &Path) -> Vec<PathBuf> {
    let above = root.ancestors().filter(|folder| !folder.starts_with(top));
    let home = variable::get("HOME").map(PathBuf::from);
    let user = variable::get("XDG_CONFIG_HOME").map(PathBuf::from);
    let user = user.or_else(|| home.map(|home| home.join(".config")));
    above
        .flat_map(|folder| setting::NAMES.iter().chain(&BESIDES).map(|name| folder.join(name)))
        .chain(user.into_iter().flat_map(|folder| OF_THE_USER.map(|name| folder.join(name))))
        .chain(OF_THE_SYSTEM.map(PathBuf::from))
        .collect()
}
