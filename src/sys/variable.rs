//! The environment variables that we were started with, and those that tools are given.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::model::secret::Secrets;

/// Names and beginnings of names that tools are not given: each of them changes what a tool measures
/// without leaving a trace in its report. `GIT_*` stands here because a hook sets variables that would
/// point every git in the project's tests at the wrong index.
const WITHHELD: [&str; 14] = [
    "PYTEST_",
    "PYTHON",
    "COVERAGE_",
    "COV_CORE_",
    "RUFF_",
    "PYRIGHT_",
    "BANDIT_",
    "FORCE_COLOR",
    "PY_COLORS",
    "CLICOLOR",
    "VIRTUAL_ENV",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_WORK_TREE",
];

/// What a shell notes for itself. A tool has no use for it, and it differs from one terminal to the next; `PWD`
/// is told anew, since ours is the folder that we were started in.
const OF_THE_SHELL: [&str; 4] = ["_", "OLDPWD", "SHLVL", "PWD"];

/// The value of `name`, if it is set to something.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn get(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The value of `name` as text, if it is set to something that is text.
pub fn text(name: &str) -> Option<String> {
    get(name)?.into_string().ok()
}

/// Whether `name` is set to a word that means yes, as uv reads its own switches.
pub fn is_on(name: &str) -> bool {
    text(name).is_some_and(|value| {
        matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on" | "y" | "t")
    })
}

/// What a tool that runs in `folder` is given: our own variables without those that would change its
/// measurements, sorted by name.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn for_tools(folder: &Path) -> Vec<(OsString, OsString)> {
    let is_noise = |name: &OsStr| name.to_str().is_some_and(|name| OF_THE_SHELL.contains(&name));
    let own = std::env::vars_os().filter(|(name, _)| !is_withheld(name) && !is_noise(name));
    let mut variables: Vec<_> = own.chain([("PWD".into(), folder.as_os_str().to_owned())]).collect();
    variables.sort_unstable();
    variables
}

/// The values of our variables whose names tell of a secret.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn secrets() -> Secrets {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let all: Vec<(String, String)> = std::env::vars_os().filter_map(text).collect();
    Secrets::among(all.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// The names of variables that are set and that tools are not given, sorted.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn withheld() -> Vec<String> {
    let names = std::env::vars_os().map(|(name, _)| name).filter(|name| is_withheld(name));
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort_unstable();
    names
}

fn is_withheld(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| WITHHELD.iter().any(|beginning| name.starts_with(beginning)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_change_what_a_tool_measures_are_withheld() {
        for name in
            ["PYTHONOPTIMIZE", "PYTEST_ADDOPTS", "COVERAGE_PROCESS_START", "RUFF_CACHE_DIR", "VIRTUAL_ENV"]
        {
            assert!(is_withheld(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_tool_is_told_its_own_folder_and_nothing_that_the_shell_notes_for_itself() {
        let told = for_tools(Path::new("/the/root"));
        let value = |name: &str| told.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone());
        assert_eq!(value("PWD"), Some("/the/root".into()));
        assert_eq!((value("_"), value("OLDPWD"), value("SHLVL")), (None, None, None));
        assert!(value("PATH").is_some());
    }

    #[test]
    fn variables_that_select_the_environment_or_serve_the_tests_stay() {
        for name in ["UV_PYTHON", "UV_INDEX_URL", "PATH", "DATABASE_URL", "HOME", "GIT_AUTHOR_NAME"] {
            assert!(!is_withheld(OsStr::new(name)), "{name}");
        }
    }
}
