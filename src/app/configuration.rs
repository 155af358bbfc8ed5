//! Which configuration file of each tool is in force, as the tools themselves look for it.
//!
//! Not here: what the settings mean. For `plan`, and for the checks that must know whether a setting
//! weakens them. Sources: the tools' own documentation of how they find their settings.

use std::path::{Path, PathBuf};

use crate::model::toolchain::Tool;
use crate::sys::{file, tree};

/// A configuration file in force, and the part of it that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The file.
    pub path: PathBuf,
    /// The table or section; `None` where it is the whole file.
    pub table: Option<&'static str>,
    /// The text of the file.
    pub text: String,
}

/// A place where a tool looks: file name, and what must be in the file for it to count (one of them).
type Place = (&'static str, &'static [&'static str]);

const PYTEST: [Place; 7] = [
    ("pytest.toml", &[]),
    (".pytest.toml", &[]),
    ("pytest.ini", &[]),
    (".pytest.ini", &[]),
    ("pyproject.toml", &["[tool.pytest.ini_options]", "[tool.pytest]"]),
    ("tox.ini", &["[pytest]"]),
    ("setup.cfg", &["[tool:pytest]"]),
];
/// Where a file that belongs to pytest alone has its settings.
const PYTEST_SECTION: &str = "[pytest]";
const COVERAGE: [Place; 5] = [
    (".coveragerc", &[]),
    (".coveragerc.toml", &[]),
    ("setup.cfg", &["[coverage:"]),
    ("tox.ini", &["[coverage:"]),
    ("pyproject.toml", &["[tool.coverage]"]),
];
const RUFF: [Place; 3] = [(".ruff.toml", &[]), ("ruff.toml", &[]), ("pyproject.toml", &["[tool.ruff]"])];
const PYRIGHT: [Place; 2] = [("pyrightconfig.json", &[]), ("pyproject.toml", &["[tool.pyright]"])];

/// The files in force for a tool that runs in `root` on a file in `folder` (at or below `root`).
/// pytest brings those of coverage.py too. bandit is told to read none.
pub fn in_force(tool: Tool, root: &Path, folder: &Path) -> Vec<Configuration> {
    let found = match tool {
        Tool::Pytest => vec![in_folder(root, &PYTEST), in_folder(root, &COVERAGE)],
        Tool::Ruff => vec![upwards(folder, &RUFF)],
        Tool::Pyright => vec![pyright(root)],
        // What a tool of one's own reads is not known.
        Tool::Bandit | Tool::Own(_) => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// Whether something lies in `folder` that ruff may look into for its settings, whatever is in it.
pub fn may_configure_ruff(folder: &Path) -> bool {
    RUFF.iter().any(|(name, _)| tree::exists(&folder.join(name)))
}

/// pyright's configuration for a project: a `pyrightconfig.json` anywhere upwards wins over every
/// `pyproject.toml`.
pub fn pyright(root: &Path) -> Option<Configuration> {
    let [json, toml] = PYRIGHT;
    upwards(root, &[json]).or_else(|| upwards(root, &[toml]))
}

/// The options that pytest's settings would add to every command line for tests at `paths`, with their files. Which file
/// pytest would take depends on how it is called, from the tests' folders upwards: any of them counts up to `root`, and what
/// is above only where there is none.
pub fn pytest_options<'a>(root: &Path, paths: impl IntoIterator<Item = &'a str>) -> Vec<(PathBuf, String)> {
    let mut files: Vec<Configuration> = upwards(root, &PYTEST).into_iter().collect();
    for path in paths {
        let path = root.join(path);
        let folders = path.ancestors().take_while(|folder| folder.starts_with(root));
        files.extend(folders.filter_map(|folder| in_folder(folder, &PYTEST)));
    }
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    files.dedup();
    files.into_iter().filter_map(options_of).collect()
}

fn options_of(configuration: Configuration) -> Option<(PathBuf, String)> {
    let options = if is_toml(&configuration.path) {
        let document = configuration.text.parse::<toml::Table>().ok()?;
        let settings = sub_table(&document, configuration.table.unwrap_or(PYTEST_SECTION))?;
        match settings.get("addopts")? {
            toml::Value::String(options) => options.clone(),
            toml::Value::Array(options) => {
                options.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(" ")
            }
            _ => return None,
        }
    } else {
        let section = configuration.table.unwrap_or(PYTEST_SECTION);
        // pytest passes over empty lines and remarks, also between the lines of one value.
        let said = configuration
            .text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with(['#', ';']));
        let mut lines = said
            .skip_while(|line| !line.starts_with(section))
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .skip_while(|line| line.split(['=', ':']).next().is_none_or(|name| name.trim() != "addopts"));
        let first = lines.next()?.split_once(['=', ':'])?.1.trim();
        let rest = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
        std::iter::once(first).chain(rest).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    };
    (!options.trim().is_empty()).then_some((configuration.path, options))
}

/// What `addopts` would have changed in the measuring of coverage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasuringOptions {
    /// Whether branches are measured.
    pub branches: bool,
    /// A configuration of coverage.py other than the one in force, and the file whose `addopts` names it.
    pub foreign: Option<(String, PathBuf)>,
}

/// The same for tests at `paths`.
pub fn measuring_options<'a>(root: &Path, paths: impl IntoIterator<Item = &'a str>) -> MeasuringOptions {
    let mut options = MeasuringOptions::default();
    let in_force = in_folder(root, &COVERAGE).map(|configuration| configuration.path);
    for (file, text) in pytest_options(root, paths) {
        let mut words = text.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
        while let Some(word) = words.next() {
            options.branches |= word == "--cov-branch";
            let named = match word.split_once('=') {
                Some(("--cov-config", named)) => named.trim_matches(['"', '\'']),
                None if word == "--cov-config" => words.next().unwrap_or_default(),
                _ => continue,
            };
            // `.coveragerc` is pytest-cov's own default, and looked for like any other place.
            if named != ".coveragerc" && in_force != Some(root.join(named)) {
                options.foreign = Some((named.to_owned(), file.clone()));
            }
        }
    }
    options
}

/// Whether coverage.py is told to record paths relative to the project's root.
pub fn coverage_paths_are_relative(root: &Path) -> bool {
    let value = coverage_run_setting(root, "relative_files");
    value.is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1"))
}

/// Whether coverage.py is told to load plugins.
pub fn coverage_has_plugins(root: &Path) -> bool {
    coverage_run_setting(root, "plugins").is_some()
}

/// The first line of a setting under `run`, as far as it can be told; in a file that is no TOML the section is not
/// looked at.
fn coverage_run_setting(root: &Path, key: &str) -> Option<String> {
    let configuration = in_folder(root, &COVERAGE)?;
    if is_toml(&configuration.path) {
        let document = configuration.text.parse::<toml::Table>().unwrap_or_default();
        let run = ["[tool.coverage.run]", "[run]"].iter().find_map(|table| sub_table(&document, table));
        return Some(run?.get(key)?.to_string());
    }
    configuration.text.lines().find_map(|line| {
        let (name, value) = line.split_once(['=', ':'])?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

fn upwards(folder: &Path, places: &[Place]) -> Option<Configuration> {
    folder.ancestors().find_map(|folder| in_folder(folder, places))
}

fn in_folder(folder: &Path, places: &[Place]) -> Option<Configuration> {
    places.iter().find_map(|(name, tables)| {
        let path = folder.join(name);
        if !tree::exists(&path) {
            return None;
        }
        let text = file::read_text(&path).unwrap_or_default();
        if tables.is_empty() {
            return Some(Configuration { path, table: None, text });
        }
        let table = if is_toml(&path) {
            // What is no TOML is in force as far as we can tell: the tool that stumbles over it says so.
            let document = text.parse::<toml::Table>().ok();
            let has = |table: &&&str| document.as_ref().is_none_or(|document| has_table(document, table));
            tables.iter().find(has)?
        } else {
            tables.iter().find(|table| text.lines().any(|line| line.trim_start().starts_with(**table)))?
        };
        Some(Configuration { path, table: Some(table), text })
    })
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Whether a document has the table `[a.b]`, however it is written.
fn has_table(document: &toml::Table, table: &str) -> bool {
    sub_table(document, table).is_some()
}

fn sub_table<'d>(document: &'d toml::Table, table: &str) -> Option<&'d toml::Table> {
    let keys = table.trim_matches(['[', ']']).split('.');
    keys.into_iter().try_fold(document, |table, key| table.get(key)?.as_table())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file::write_whole;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            tree::make_folder(path.parent().expect("a folder")).expect("a folder");
            write_whole(&path, text).expect("written");
        }
        folder
    }

    fn names(tool: Tool, root: &Path) -> Vec<String> {
        let name = |one: Configuration| one.path.file_name().map(|name| name.to_string_lossy().into_owned());
        in_force(tool, root, root).into_iter().filter_map(name).collect()
    }

    #[test]
    fn a_file_of_the_tools_own_wins_over_the_shared_one() {
        let shared = "[tool.pytest.ini_options]\n[tool.ruff]\n[tool.pyright]\n[tool.coverage.run]\n";
        let project = project(&[
            ("pyproject.toml", shared),
            ("pytest.ini", "[pytest]"),
            ("ruff.toml", ""),
            ("pyrightconfig.json", "{}"),
        ]);
        assert_eq!(names(Tool::Pytest, project.path()), ["pytest.ini", "pyproject.toml"]);
        assert_eq!(names(Tool::Ruff, project.path()), ["ruff.toml"]);
        assert_eq!(names(Tool::Pyright, project.path()), ["pyrightconfig.json"]);
        assert!(names(Tool::Bandit, project.path()).is_empty());
    }

    #[test]
    fn a_shared_file_counts_only_where_it_speaks_of_the_tool() {
        let project = project(&[("pyproject.toml", "[project]\n[tool.ruff.lint]\n")]);
        assert_eq!(names(Tool::Ruff, project.path()), ["pyproject.toml"]);
        assert!(names(Tool::Pytest, project.path()).is_empty());
    }

    #[test]
    fn a_table_counts_however_it_is_written() {
        for text in [
            "[tool]\nruff = { lint = { select = [] } }\n",
            "[ \"tool\".ruff.lint ]\n",
            "tool.ruff.fix = true\n",
        ] {
            let project = project(&[("pyproject.toml", text)]);
            assert_eq!(names(Tool::Ruff, project.path()), ["pyproject.toml"], "{text}");
        }
    }

    #[test]
    fn options_of_several_lines_and_relative_paths_with_a_remark_are_read() {
        let text = "[tool.pytest.ini_options]\naddopts = [\n  '-p', 'x',\n]\n[tool.coverage]\nrun.relative_files = true # for CI\n";
        let project = project(&[("pyproject.toml", text)]);
        assert_eq!(pytest_options(project.path(), [])[0].1, "-p x");
        assert!(coverage_paths_are_relative(project.path()));
        assert!(!coverage_has_plugins(project.path()));
    }

    #[test]
    fn branches_are_measured_wherever_the_options_of_runs_say_so() {
        for (name, text) in [
            ("pytest.ini", "[pytest]\naddopts: --cov --cov-branch\n"),
            ("pytest.toml", "[pytest]\naddopts = ['--cov', '--cov-branch']\n"),
            (
                "setup.cfg",
                "[x]\naddopts = -x\n[tool:pytest]\naddopts =\n    --cov\n\n# r\n    '--cov-branch'\n",
            ),
            ("tests/pytest.ini", "[pytest]\naddopts = --cov-branch\n"),
            ("tests/unit/tox.ini", "[pytest]\naddopts = --cov-branch\n"),
        ] {
            let project = project(&[("tests/unit/test_a.py", ""), (name, text)]);
            let options = measuring_options(project.path(), ["tests/unit/test_a.py"]);
            assert!(options.branches && options.foreign.is_none(), "{name}");
        }
        for text in
            ["--cov --cov-branches", "--no-cov-branch", "\n# --cov-branch", "-x\n[x]\naddopts=--cov-branch"]
        {
            let project = project(&[("pytest.ini", &format!("[pytest]\naddopts = {text}\n"))]);
            assert!(!measuring_options(project.path(), []).branches, "{text}");
        }
    }

    #[test]
    fn settings_of_coverage_that_the_options_of_runs_name_are_foreign_unless_in_force() {
        let foreign = |options: &str, settings: &str| {
            let ini = format!("[pytest]\naddopts = {options}\n");
            let project = project(&[("pytest.ini", &ini), (settings, "[tool.coverage.run]\n")]);
            measuring_options(project.path(), ["tests"]).foreign.map(|(named, _)| named)
        };
        assert_eq!(foreign("--cov-config=conf.rc", "pyproject.toml").as_deref(), Some("conf.rc"));
        assert_eq!(foreign("--cov-config conf.rc", "pyproject.toml").as_deref(), Some("conf.rc"));
        assert_eq!(foreign("--cov-config=pyproject.toml", ".coveragerc").as_deref(), Some("pyproject.toml"));
        assert_eq!(foreign("--cov-config=./pyproject.toml --cov", "pyproject.toml"), None);
        assert_eq!(foreign("--cov-config '.coveragerc'", "pyproject.toml"), None);
    }

    #[test]
    fn plugins_of_coverage_are_seen_wherever_they_are_named() {
        for (name, text) in [
            (".coveragerc", "[run]\nplugins =\n    a\n"),
            ("setup.cfg", "[coverage:run]\nplugins: a\n"),
            ("pyproject.toml", "tool.coverage.run.plugins = ['a']\n"),
            (".coveragerc.toml", "[run]\nplugins = ['a']\n"),
        ] {
            assert!(coverage_has_plugins(project(&[(name, text)]).path()), "{name}");
        }
    }

    #[test]
    fn options_that_the_settings_add_are_told() {
        let top = ("pytest.ini", "[pytest]\naddopts = --no-cov -x\n");
        let own = ("tests/pytest.ini", "[pytest]\naddopts = -m 'not live'\n");
        let project = project(&[top, own, ("tests/test_a.py", "")]);
        let options = |paths: &[&str]| {
            let all = pytest_options(project.path(), paths.iter().copied());
            all.into_iter().map(|(_, options)| options).collect::<Vec<_>>()
        };
        assert_eq!(options(&[]), ["--no-cov -x"]);
        assert_eq!(options(&["tests", "tests/test_a.py"]), ["--no-cov -x", "-m 'not live'"]);
    }
}
