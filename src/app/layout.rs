//! Where a project keeps what may be its components: in `src`, at the top, or in the packages of a workspace; and where
//! the tests and the README of each are. Not the policy that is made of it (`beginning`).

use std::collections::BTreeMap;
use std::path::Path;

use crate::policy::draft::Found;
use crate::sys::{file, tree};
use crate::tools::{docs, python};

/// Folders whose entries are components rather than parts of one.
const SHELF: &str = "components";
/// What stands between the name of a component and the end of its module.
const SUFFIX: &str = "_component";
/// Names of Python files that are no components.
const PARTS: [&str; 4] = ["__init__", "__main__", "conftest", "setup"];
/// Where tests may be.
const TESTS: [&str; 2] = ["tests", "test"];
/// Folders of packages, where no workspace says which there are.
const PACKAGES: [&str; 2] = ["packages", "libs"];

/// What was found, and where it was looked for.
pub(super) struct Layout {
    /// What may be components.
    pub(super) components: Vec<Found>,
    /// Packages and modules that are none, since a policy cannot hold their names or paths.
    pub(super) unnamed: Vec<String>,
    /// Where they were looked for, for people.
    pub(super) looked: Vec<String>,
}

/// A folder with sources, tests and a README of its own: the project's, or a package's.
struct Home {
    /// Relative to the project's root; empty for the project's own.
    path: String,
    /// Files and folders of what may be components, by name.
    sources: BTreeMap<String, Vec<String>>,
}

/// The layout of the project in a folder.
pub(super) fn of(root: &Path) -> Layout {
    let own = Home::at(root, String::new());
    let mut looked = vec![if has_source(root, "") { "`src`" } else { "the top" }.to_owned()];
    let (patterns, mut packages) = members(root);
    if patterns.is_empty() && own.sources.is_empty() {
        packages = PACKAGES.iter().flat_map(|shelf| below(root, shelf)).collect();
        looked.extend(PACKAGES.map(|shelf| format!("`{shelf}/*/src`, `{shelf}/*`")));
    }
    looked
        .extend(patterns.iter().map(|pattern| format!("`{pattern}` (of the workspace in `pyproject.toml`)")));
    let mut homes = vec![own];
    homes.extend(packages.into_iter().map(|path| Home::at(root, path)));
    let (components, unnamed) = components(root, &homes);
    Layout { components, unnamed, looked }
}

/// The members of uv's workspace: the patterns in `pyproject.toml`, and the folders that they mean.
fn members(root: &Path) -> (Vec<String>, Vec<String>) {
    let table: Option<toml::Table> =
        file::read_text(&root.join("pyproject.toml")).ok().and_then(|text| text.parse().ok());
    let workspace = || table.as_ref()?.get("tool")?.get("uv")?.get("workspace");
    let patterns = |key: &str| -> Vec<String> {
        let listed = workspace().and_then(|workspace| workspace.get(key)).and_then(toml::Value::as_array);
        let patterns = listed.into_iter().flatten().filter_map(toml::Value::as_str);
        // What lies outside of the project cannot be a component of it.
        let inside =
            |pattern: &&str| !pattern.starts_with('/') && !pattern.split('/').any(|part| part == "..");
        let plain = |pattern: &str| pattern.trim_start_matches("./").trim_end_matches('/').to_owned();
        patterns.filter(inside).map(plain).filter(|pattern| !pattern.is_empty() && pattern != ".").collect()
    };
    let folders = |patterns: &[String]| -> Vec<String> {
        let projects = |pattern: &String| tree::matching(root, &format!("{pattern}/pyproject.toml"));
        let folder = |path: String| path.strip_suffix("/pyproject.toml").map(str::to_owned);
        patterns.iter().flat_map(projects).filter_map(folder).collect()
    };
    let (named, excluded) = (patterns("members"), folders(&patterns("exclude")));
    let mut members = folders(&named);
    members.retain(|member| !excluded.contains(member));
    members.sort_unstable();
    members.dedup();
    (named, members)
}

/// The folders in a folder.
fn below(root: &Path, shelf: &str) -> Vec<String> {
    let names = tree::names(&root.join(shelf)).into_iter().filter(|name| !name.starts_with(['.', '_']));
    names.map(|name| format!("{shelf}/{name}")).filter(|path| tree::is_folder(&root.join(path))).collect()
}

impl Home {
    /// Packages and modules on a shelf of components, in `src`, or in the folder itself where there is none.
    fn at(root: &Path, path: String) -> Self {
        let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if !path.is_empty() && tree::exists(&root.join(&path).join("__init__.py")) {
            sources.insert(last(&path).to_owned(), vec![path.clone()]);
            return Self { path, sources };
        }
        let is_top = !has_source(root, &path);
        let shelves = if is_top { vec![path.clone()] } else { shelves(root, &join(&path, "src")) };
        for shelf in shelves {
            for entry in tree::names(&root.join(&shelf)) {
                let source = join(&shelf, &entry);
                if let Some(name) = component_name(root, &source, &entry, is_top) {
                    sources.entry(name).or_default().push(source);
                }
            }
        }
        Self { path, sources }
    }

    /// Its tests, where it has any.
    fn tests(&self, root: &Path) -> Option<String> {
        TESTS.into_iter().map(|tests| join(&self.path, tests)).find(|tests| has_python(root, tests))
    }
}

/// The components of all homes, each with its tests and its README; and the paths of what can be none.
fn components(root: &Path, homes: &[Home]) -> (Vec<Found>, Vec<String>) {
    let common = homes.first().and_then(|home| home.tests(root));
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for home in homes {
        let near = home.tests(root).or_else(|| common.clone());
        for (source, paths) in &home.sources {
            let first = paths.first().cloned().unwrap_or_default();
            let own = Some(format!("{first}/tests")).filter(|tests| has_python(root, tests));
            // Where there are none, its own files hold none either, and the verdict says so.
            let tests = own.or_else(|| near.clone()).unwrap_or(first);
            let is_alone = home.sources.len() == 1 && (!home.path.is_empty() || homes.len() == 1);
            let readme = is_alone.then(|| readme(root, home, paths)).flatten();
            let name = name(homes, home, source, &found);
            let one = Found { name: name.clone(), paths: paths.clone(), readme, tests, shares_tests: false };
            if one.is_sound() {
                found.insert(name, one);
            } else {
                unnamed.extend(one.paths);
            }
        }
    }
    let mut components: Vec<Found> = found.into_values().collect();
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    for one in &components {
        *users.entry(one.tests.clone()).or_default() += 1;
    }
    let are_several = components.len() > 1;
    for one in &mut components {
        let is_common = common.as_ref() == Some(&one.tests) && are_several;
        one.shares_tests = is_common || users.get(&one.tests).is_some_and(|users| *users > 1);
    }
    (components, unnamed)
}

/// The name of a component: that of its source, or where several packages have one of that name, as with parts of one
/// namespace, with the package's before it.
fn name(homes: &[Home], home: &Home, source: &str, taken: &BTreeMap<String, Found>) -> String {
    let is_common = homes.iter().filter(|home| home.sources.contains_key(source)).count() > 1;
    let plain = Some(source.to_owned()).filter(|_| home.path.is_empty() || !is_common);
    let whole = home.path.replace('/', "-");
    let long = [format!("{}-{source}", last(&home.path)), format!("{whole}-{source}")];
    let mut names = plain.into_iter().chain(long);
    names
        .find(|name| !taken.contains_key(name))
        .unwrap_or_else(|| format!("{whole}-{source}-{}", taken.len()))
}

/// The README of the home, where its only component has none of its own.
fn readme(root: &Path, home: &Home, paths: &[String]) -> Option<String> {
    let has_own = paths.iter().any(|path| {
        let folder = path.strip_suffix(".py").unwrap_or(path);
        let short = folder.strip_suffix(SUFFIX).unwrap_or(folder);
        readme_in(root, folder).or_else(|| readme_in(root, short)).is_some() || is_illustrated(root, path)
    });
    if has_own { None } else { readme_in(root, &home.path) }
}

/// The README in a folder.
fn readme_in(root: &Path, folder: &str) -> Option<String> {
    let names = tree::names(&root.join(folder));
    docs::pick(names.iter().map(String::as_str)).map(|name| join(folder, name))
}

/// Whether a module shows in its docstring how it is used.
fn is_illustrated(root: &Path, path: &str) -> bool {
    let text = file::read_text(&root.join(path)).unwrap_or_default();
    python::read(&text).docstring.is_some_and(|docstring| docs::is_illustrated(&docstring))
}

/// The folders whose entries are components: the shelves in `src` and in its packages, else `src` itself.
fn shelves(root: &Path, source: &str) -> Vec<String> {
    let packages = tree::names(&root.join(source)).into_iter().map(|name| format!("{source}/{name}/{SHELF}"));
    let shelves = std::iter::once(format!("{source}/{SHELF}")).chain(packages);
    let shelves: Vec<String> = shelves.filter(|shelf| has_python(root, shelf)).collect();
    if shelves.is_empty() { vec![source.to_owned()] } else { shelves }
}

/// The name of the component that an entry is, or is a part of.
fn component_name(root: &Path, path: &str, entry: &str, at_top: bool) -> Option<String> {
    if entry.starts_with(['.', '_']) || TESTS.contains(&entry) || !has_python(root, path) {
        return None;
    }
    if tree::is_folder(&root.join(path)) {
        // At the top there is more than packages: scripts, documents, environments.
        let is_package = !at_top || tree::exists(&root.join(path).join("__init__.py"));
        return is_package.then(|| entry.to_owned());
    }
    let stem = entry.strip_suffix(".py").filter(|stem| !PARTS.contains(stem))?;
    Some(stem.strip_suffix(SUFFIX).filter(|name| !name.is_empty()).unwrap_or(stem).to_owned())
}

fn has_source(root: &Path, home: &str) -> bool {
    tree::is_folder(&root.join(join(home, "src")))
}

fn has_python(root: &Path, path: &str) -> bool {
    tree::python_files(root, path).is_ok_and(|files| !files.is_empty())
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
