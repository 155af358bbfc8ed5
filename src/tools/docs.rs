//! The check `docs`: where the README of a component may be, and whether it shows how to use the component.
//! Not a reader of files: the caller looks at the places that [`candidates`] names and says what it found.
//!
//! The hard part is what counts as a usage example; `example` has it.

mod example;

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::component::{Component, SourceFile};
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::{Finding, Severity};
use crate::model::line_set::Lines;
use crate::model::reason::{Reason, ReasonKind};

use super::python::Facts;
use example::{Block, Shown};

/// A place where the README of a component may be. Paths are relative to the project's root, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file that `readme` names.
    Named(String),
    /// The file in this folder that [`pick`] picks, where there is one.
    Folder(String),
    /// The README of the folder that a single file lies in. It is not the component's; but where there is
    /// one, the folder is documented in files, and a docstring does not stand in for the missing one.
    Shared(String),
    /// The docstring of this Python file.
    Docstring(String),
}

impl Place {
    /// The file that people would look for.
    fn path(&self) -> String {
        match self {
            Self::Named(path) | Self::Docstring(path) => path.clone(),
            Self::Folder(folder) | Self::Shared(folder) => join(folder, "README.md"),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Named(_) | Self::Folder(_) | Self::Shared(_) => format!("`{}`", self.path()),
            Self::Docstring(path) => format!("the docstring of `{path}`"),
        }
    }
}

/// What is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing: no such file, no README in the folder, no such folder.
    Absent,
    /// A file and its text; for [`Place::Docstring`] the text of the Python file.
    Text {
        /// The file, relative to the project's root.
        path: String,
        /// Its text.
        text: String,
    },
    /// Something that gives no text: a folder, a dangling link, bytes that are not UTF-8, no permission.
    Unreadable {
        /// What it is that cannot be read, relative to the project's root.
        path: String,
        /// Why not, as a fragment that follows "cannot be read: ".
        why: String,
    },
}

/// One of the component's Python files.
#[derive(Debug, Clone, Copy)]
pub struct Module<'a> {
    /// Relative to the project's root, with `/`.
    pub path: &'a str,
    /// What its text tells; `None` where it could not be read.
    pub facts: Option<&'a Facts>,
}

/// The places where the README of `component` may be, in the order in which they count. The first one that
/// is not [`Found::Absent`] decides. Never empty for a component that declares a path.
pub fn candidates(component: &Component, files: &[SourceFile]) -> Vec<Place> {
    if let Some(readme) = &component.readme {
        return vec![Place::Named(readme.path.clone())];
    }
    let mut folders: Vec<String> = Vec::new();
    let (singles, declared): (Vec<&str>, Vec<&str>) =
        component.paths.iter().map(|declared| declared.path.as_str()).partition(|path| is_file(path, files));
    folders.extend(declared.into_iter().map(str::to_owned));
    for path in &singles {
        let (folder, stem) = (parent(path), stem(path));
        if is_package_file(stem) {
            folders.push(folder.to_owned());
            continue;
        }
        let short = stem.strip_suffix("_component").filter(|short| !short.is_empty());
        folders.extend(short.into_iter().chain([stem]).map(|name| join(folder, name)));
    }
    let mut places: Vec<Place> = Vec::new();
    for folder in folders {
        let place = Place::Folder(folder);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    // A docstring speaks for its module; with a second path declared it is not the component's.
    if let ([single], 1) = (singles.as_slice(), component.paths.len()) {
        // The README at the root is the project's, and every project has one.
        if parent(single) != "." && !is_package_file(stem(single)) {
            places.push(Place::Shared(parent(single).to_owned()));
        }
        places.push(Place::Docstring((*single).to_owned()));
    }
    places
}

/// The README among the `names` in a folder: `README.md`, else the first that differs from it only in case.
pub fn pick<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let readme = |name: &&str| name.eq_ignore_ascii_case("README.md");
    names.into_iter().filter(readme).min_by_key(|name| (*name != "README.md", *name))
}

/// Whether a docstring holds a block that may be a usage example.
pub fn is_illustrated(docstring: &str) -> bool {
    !example::in_docstring(docstring).is_empty()
}

/// What the README of `component` shows.
///
/// `looks` are the places of [`candidates`], in their order, up to the first that is not absent at least.
/// `modules` are the component's Python files. It is inconclusive where the README is there but gives no
/// text, where no example is found but a module whose names might be in one could not be read, and without
/// any look.
pub fn evidence(
    component: &Component,
    modules: &[Module<'_>],
    looks: &[(Place, Found)],
) -> Result<Evidence, Reason> {
    let mut looked = 0;
    let mut readme = None;
    for (place, found) in looks {
        looked += 1;
        match (place, found) {
            (_, Found::Absent) => {}
            (Place::Shared(_), Found::Text { .. } | Found::Unreadable { .. }) => break,
            (_, Found::Unreadable { path, why }) => return Err(unreadable(path, why)),
            (Place::Docstring(_), Found::Text { path, text }) => {
                let Some(docstring) = super::python::read(text).docstring else { continue };
                readme = Some((path, example::in_docstring(&docstring), docstring));
            }
            (Place::Named(_) | Place::Folder(_), Found::Text { path, text }) => {
                readme = Some((path, example::in_markdown(text), text.clone()));
            }
        }
        if readme.is_some() {
            break;
        }
    }
    let inspected = Inspected::places(looked)?;
    let names = names(component, modules);
    let (measured, finding) = match readme.filter(|(_, _, text)| !is_blank(text)) {
        Some((path, blocks, _)) => {
            let shown = blocks.iter().map(|block| block.shows(&names));
            let usage_examples = shown.filter(|shown| *shown == Shown::Usage).count() as u64;
            if usage_examples == 0 && !blocks.is_empty() {
                all_readable(modules)?;
            }
            let finding = (usage_examples == 0).then(|| no_example(path, &blocks, &names));
            (Measured::Docs { readme: Some(path.clone()), usage_examples }, finding)
        }
        None => (Measured::Docs { readme: None, usage_examples: 0 }, Some(no_readme(component, looks))),
    };
    let findings = finding.into_iter().collect();
    Ok(Evidence {
        measured,
        inspected,
        findings,
        extent: None,
        suppressed: 0,
        lines: Lines::new(),
        notes: Vec::new(),
        run: None,
    })
}

fn all_readable(modules: &[Module<'_>]) -> Result<(), Reason> {
    match modules.iter().find(|module| module.facts.is_none()) {
        Some(module) => Err(unreadable(module.path, "the README may name what it defines")),
        None => Ok(()),
    }
}

fn unreadable(path: &str, why: &str) -> Reason {
    Reason::new(
        ReasonKind::Unreadable,
        format!("`{path}` is there but cannot be read: {why}"),
        format!("make `{path}` a readable file in UTF-8"),
    )
}

/// The words that name the component in an example: its folders and modules, with and without `_component`,
/// and the public names of its modules.
fn names(component: &Component, modules: &[Module<'_>]) -> BTreeSet<String> {
    let declared = component.paths.iter().map(|declared| declared.path.as_str());
    let mut names = BTreeSet::new();
    for path in declared.chain(modules.iter().map(|module| module.path)) {
        let mut name = stem(path);
        if is_package_file(name) {
            name = stem(parent(path));
        }
        let short = name.strip_suffix("_component").unwrap_or(name);
        // `.` as a path and a file called `_component.py` have no name to go by.
        if short.chars().any(char::is_alphanumeric) {
            names.insert(short.to_owned());
            names.insert(format!("{short}_component"));
        }
    }
    names.extend(
        modules.iter().filter_map(|module| module.facts).flat_map(|facts| facts.public.iter().cloned()),
    );
    names
}

fn no_example(path: &str, blocks: &[Block], names: &BTreeSet<String>) -> Finding {
    let count = |shown| blocks.iter().filter(|block| block.shows(names) == shown).count();
    let why = match (blocks.len(), count(Shown::Remarks)) {
        (0, _) => "it holds no code block".to_owned(),
        (all, remarks) if all == remarks => "its code blocks hold only comments".to_owned(),
        _ => {
            let known = names.iter().take(6).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if names.len() > 6 { format!(" and {} more", names.len() - 6) } else { String::new() };
            format!("none of its code blocks names the component ({known}{more})")
        }
    };
    Finding {
        file: path.into(),
        line: blocks.first().and_then(|block| block.line),
        column: None,
        rule: "usage-example".into(),
        severity: Severity::High,
        message: format!("no usage example: {why}").into(),
    }
}

fn no_readme(component: &Component, looks: &[(Place, Found)]) -> Finding {
    let empty = looks.iter().find_map(|(place, found)| match (place, found) {
        (Place::Named(_) | Place::Folder(_), Found::Text { path, .. }) => Some(path.clone()),
        _ => None,
    });
    let shared = looks.iter().find_map(|(place, found)| match (place, found) {
        (Place::Shared(_), Found::Text { path, .. } | Found::Unreadable { path, .. }) => Some(path.clone()),
        _ => None,
    });
    let (file, message) = if let (None, Some(path)) = (&empty, shared) {
        let own = looks.first().map_or_else(String::new, |(place, _)| place.describe());
        let message = format!(
            "no README: `{path}` is that of the whole folder; write {own}, or name one with `readme`"
        );
        (path, message)
    } else if let Some(path) = empty {
        let message = format!("`{path}` is empty");
        (path, message)
    } else {
        let looked: Vec<String> = looks.iter().map(|(place, _)| place.describe()).collect();
        let looked = looked.join(", ");
        let file = component.paths.first().map_or_else(String::new, |declared| declared.path.clone());
        let todo = "write one, or name the file with `readme` in `promotion.toml`";
        (file, format!("no README: looked for {looked}; {todo}"))
    };
    Finding {
        file: file.into(),
        line: None,
        column: None,
        rule: "readme".into(),
        severity: Severity::High,
        message: message.into(),
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|char| char.is_whitespace() || matches!(char, '\u{feff}' | '\u{200b}' | '\0'))
}

/// Whether a declared path is a file: as found, or by its name where nothing was found.
fn is_file(path: &str, files: &[SourceFile]) -> bool {
    let inside = |file: &SourceFile| file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    files.iter().any(|file| file.path == path) || (has_python_suffix(path) && !files.iter().any(inside))
}

fn has_python_suffix(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|suffix| suffix == "py" || suffix == "pyi")
}

/// A file that stands for the folder that it is in.
fn is_package_file(stem: &str) -> bool {
    matches!(stem, "__init__" | "__main__")
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".pyi").or_else(|| name.strip_suffix(".py")).unwrap_or(name)
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests;
