//! What a changed file is, by its name. Not whose it is, and not what is in it.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It decides what is installed: for all components, wherever it lies.
    Environment,
    /// It decides how a tool or the tests work: for the folder that it lies in.
    Settings,
    /// A module.
    Python,
    /// Prose.
    Documentation,
    /// Data, code of other languages, and what nobody knows.
    Other,
}

const ENVIRONMENT: [&str; 13] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "uv.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pipfile",
    "pipfile.lock",
    "pylock.toml",
    ".python-version",
    ".env",
    ".gitmodules",
];
const SETTINGS: [&str; 17] = [
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    ".pytest.toml",
    "conftest.py",
    "tox.ini",
    ".coveragerc",
    ".coveragerc.toml",
    "ruff.toml",
    ".ruff.toml",
    "pyrightconfig.json",
    "mypy.ini",
    ".bandit",
    ".gitignore",
    ".ignore",
    ".gitattributes",
    ".editorconfig",
];
/// Prose that has no ending to know it by.
const PAPERS: [&str; 8] =
    ["license", "licence", "copying", "notice", "authors", "changelog", "contributing", "codeowners"];
/// Folders at the top that hold nothing that runs with the components.
const INERT: [&str; 4] = ["docs", "doc", ".github", ".gitlab"];

/// What the file is.
pub(super) fn of(path: &str) -> Kind {
    let name = name(path).to_lowercase();
    let is_list = name.starts_with("requirements") || name.starts_with("constraints");
    let is_among_lists = self::name(folder(path)) == "requirements";
    if ENVIRONMENT.contains(&name.as_str())
        || (is_list || is_among_lists) && (has_ending(&name, "txt") || has_ending(&name, "in"))
    {
        Kind::Environment
    } else if SETTINGS.contains(&name.as_str()) {
        Kind::Settings
    } else if has_ending(&name, "py") || has_ending(&name, "pyi") {
        Kind::Python
    } else if has_ending(&name, "md")
        || has_ending(&name, "rst")
        || PAPERS.contains(&name.split('.').next().unwrap_or_default())
    {
        Kind::Documentation
    } else {
        Kind::Other
    }
}

/// Whether a file is prose about others, and not a text that one of them may read.
pub(super) fn is_paper(path: &str) -> bool {
    let name = name(path).to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    stem == "readme" || PAPERS.contains(&stem)
}

/// Whether a file that no component owns changes nothing for any of them.
pub(super) fn is_inert(path: &str) -> bool {
    // Seen from a root below the repository's top, the top's own folders come after the steps up.
    let steps_down = path.trim_start_matches("../");
    let in_folder = steps_down.split_once('/').is_some_and(|(top, _)| INERT.contains(&top));
    in_folder || of(path) == Kind::Documentation
}

/// Whether pytest would take the file for tests, which no other test imports.
pub(super) fn is_test(path: &str) -> bool {
    let stem = name(path).rsplit_once('.').map_or("", |(stem, _)| stem);
    stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest"
}

/// The folder that the file lies in; `.` for the root.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| last == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        for (path, kind) in [
            ("pyproject.toml", Kind::Environment),
            ("../uv.lock", Kind::Environment),
            ("requirements-dev.txt", Kind::Environment),
            ("requirements/base.txt", Kind::Environment),
            ("src/conftest.py", Kind::Settings),
            ("src/a/ruff.toml", Kind::Settings),
            ("src/a.py", Kind::Python),
            ("src/a.pyi", Kind::Python),
            ("notes/A.MD", Kind::Documentation),
            ("LICENSE", Kind::Documentation),
            ("LICENSE.txt", Kind::Documentation),
            ("data.txt", Kind::Other),
            ("Makefile", Kind::Other),
            ("sub/", Kind::Other),
        ] {
            assert_eq!(of(path), kind, "{path}");
        }
    }

    #[test]
    fn prose_and_the_folders_of_the_forge_are_inert_and_nothing_else() {
        for path in ["docs/conf.py", ".github/workflows/ci.yml", "../../.github/x.yml", "a/b.rst", "LICENSE"]
        {
            assert!(is_inert(path), "{path}");
        }
        for path in ["src/docs/a.py", "docs", "a.py", "data.txt", "uv.lock", "Makefile", "docs2/x"] {
            assert!(!is_inert(path), "{path}");
        }
    }
}
