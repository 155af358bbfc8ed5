//! What a project looks like that has no policy yet: its name, its repository, and what may be its components.
//! Not the text of the policy (`policy::draft`).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;

use crate::policy::draft::{Draft, Found};
use crate::policy::{self, Document};
use crate::sys::run_folder::RunFolder;
use crate::sys::{file, git, tree};

use super::project::POLICY_FILE;
use super::schema;

/// Folders whose entries are components rather than parts of one.
const SHELF: &str = "components";
/// What stands between the name of a component and the end of its module.
const SUFFIX: &str = "_component";
/// Names of Python files that are no components.
const PARTS: [&str; 4] = ["__init__", "__main__", "conftest", "setup"];
/// Where tests may be.
const TESTS: [&str; 2] = ["tests", "test"];

/// What a project may begin with.
pub struct Beginning {
    /// The policy.
    pub text: String,
    /// The names of its components.
    pub names: Vec<String>,
    /// The packages and modules that it leaves out, since a policy cannot hold their names or paths.
    pub unnamed: Vec<String>,
}

/// A policy for the project in a folder.
///
/// # Errors
/// Where what was written could not be read back, which is a fault of this program.
pub fn begin(root: &Path) -> anyhow::Result<Beginning> {
    let (components, left_out): (Vec<Found>, Vec<Found>) = found(root).into_iter().partition(Found::is_sound);
    let names: Vec<String> = components.iter().map(|one| one.name.clone()).collect();
    let unnamed: Vec<String> = left_out.into_iter().flat_map(|one| one.paths).collect();
    let address = schema::Document::named("promotion").map(schema::Document::address);
    let draft = Draft {
        schema: address.unwrap_or_default(),
        name: name(root),
        repository: repository(root),
        components,
    };
    let text = draft.text();
    if !names.is_empty() {
        let document = Document { file: POLICY_FILE.to_owned(), text: text.clone() };
        if let Err(faults) = policy::read(&document, &[]) {
            let first = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
            bail!("the policy to begin with has a fault: {first}");
        }
    }
    Ok(Beginning { text, names, unnamed })
}

/// The name in `pyproject.toml`, else the folder's.
fn name(root: &Path) -> String {
    let told = || {
        let text = file::read_text(&root.join("pyproject.toml")).ok()?;
        let table: toml::Table = text.parse().ok()?;
        let poetry = || table.get("tool")?.get("poetry")?.get("name");
        let name = table.get("project").and_then(|project| project.get("name")).or_else(poetry)?;
        name.as_str().map(str::to_owned)
    };
    let folder = || root.file_name().map(|name| name.to_string_lossy().into_owned());
    told().or_else(folder).unwrap_or_default()
}

/// `owner/name`, where the remote `origin` is on GitHub.
fn repository(root: &Path) -> Option<String> {
    let folder = RunFolder::create(root).ok()?;
    let address = git::origin(root, &folder)?;
    let beginnings =
        ["https://github.com/", "git@github.com:", "ssh://git@github.com/", "http://github.com/"];
    let rest = beginnings.iter().find_map(|beginning| address.strip_prefix(beginning))?;
    let rest = rest.trim_end_matches('/');
    Some(rest.strip_suffix(".git").unwrap_or(rest).to_owned())
}

/// What may be components: packages and modules on a shelf of components, in `src`, or at the top.
fn found(root: &Path) -> Vec<Found> {
    let tests = TESTS.into_iter().find(|tests| has_python(root, tests));
    let top: Vec<String> =
        if tree::is_folder(&root.join("src")) { shelves(root, "src") } else { vec![String::new()] };
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for shelf in top {
        for entry in tree::names(&root.join(&shelf)) {
            let path = if shelf.is_empty() { entry.clone() } else { format!("{shelf}/{entry}") };
            if let Some(name) = component_name(root, &path, &entry, shelf.is_empty()) {
                found.entry(name).or_default().push(path);
            }
        }
    }
    let one = |(name, paths): (String, Vec<String>)| {
        let own =
            || paths.first().map(|path| format!("{path}/tests")).filter(|tests| has_python(root, tests));
        // Where there are none, its own files hold none either, and the verdict says so.
        let tests = own().or_else(|| tests.map(str::to_owned)).or_else(|| paths.first().cloned());
        Found { name, tests: tests.unwrap_or_default(), paths }
    };
    found.into_iter().map(one).collect()
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

fn has_python(root: &Path, path: &str) -> bool {
    tree::python_files(root, path).is_ok_and(|files| !files.is_empty())
}
