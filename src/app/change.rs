//! `--changed-since`: asks git and the disk, and lets `plan::affected` say which components are in.
//!
//! Not a judge of changes: what is gathered here are facts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::component::{Component, SourceFile};
use crate::plan::affected::{self, Facts, Module, Readers, Why};
use crate::sys::change::{ChangeError, Changes, since};
use crate::sys::run_folder::{NoPlace, RunFolder};
use crate::sys::{file, tree};
use crate::tools::docs::{self, Place};

use super::project::Workspace;

/// Why nobody can say which components changed.
#[derive(Debug, thiserror::Error)]
pub enum AffectedError {
    /// git cannot say what changed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// There is no place for what git says.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
}

/// Why each component is in or out since `revision`, in the order of the policy.
pub fn affected(workspace: &Workspace, revision: &str) -> Result<Vec<Why>, AffectedError> {
    let folder = RunFolder::create(&workspace.root)?;
    let changes = since(&workspace.root, &workspace.history(), &folder, revision)?;
    let mut disk = Disk { workspace, changes: &changes, tests: BTreeMap::new() };
    let facts: Vec<Facts<'_>> =
        workspace.policy.components.iter().map(|component| disk.facts(component)).collect();
    let bridges = disk.bridges(&facts);
    let own: BTreeSet<&str> =
        facts.iter().flat_map(|one| &one.modules).map(|module| module.path.as_str()).collect();
    // Of what git does not look at, a component's own files are told apart; the others may have changed.
    let overlooked = changes.overlooked.iter().filter(|path| !own.contains(path.as_str()));
    let paths = changes.paths.iter().chain(overlooked).cloned().collect();
    let has_own_checks = !workspace.policy.checks.is_empty();
    let readers = if has_own_checks { Readers::OwnChecksToo } else { Readers::KnownChecks };
    Ok(affected::affected(&paths, workspace.name(), readers, &facts, &bridges))
}

/// The disk, beside what git says.
struct Disk<'a> {
    workspace: &'a Workspace,
    changes: &'a Changes,
    /// What there is among tests, by declared path: many components may share them.
    tests: BTreeMap<&'a str, Tests>,
}

/// What the disk tells of a path with tests.
#[derive(Clone, Default)]
struct Tests {
    behind_links: Vec<String>,
    unfollowed: Option<String>,
}

impl<'a> Disk<'a> {
    fn facts(&mut self, component: &'a Component) -> Facts<'a> {
        let found = self.workspace.files(component);
        let files = found.as_deref().unwrap_or_default();
        let modules = files.iter().map(|file| self.module(&file.path)).collect();
        let readmes = self.readmes(component, files);
        let mut tests = Tests::default();
        for declared in &component.tests.paths {
            let one = self.tests(&declared.path);
            tests.behind_links.extend(one.behind_links);
            tests.unfollowed = tests.unfollowed.or(one.unfollowed);
        }
        let mut unfollowed = self.unfollowed(files).or(tests.unfollowed);
        let written = readmes.iter().find(|path| tree::exists(&self.workspace.root.join(path)));
        if let Some(readme) = written {
            let path = self.real(readme).unwrap_or_else(|| readme.clone());
            unfollowed = unfollowed.or_else(|| self.is_unfollowed(&path).then(|| readme.clone()));
        }
        let sources_behind_links = self.behind_links(component.paths.iter().map(|one| &one.path), files);
        Facts {
            component,
            policy: self.workspace.name_of(component),
            modules,
            sources_behind_links,
            tests_behind_links: tests.behind_links,
            readmes,
            doubt: match found {
                Err(_) => Some(Why::NoFiles),
                Ok(_) => unfollowed.map(Why::Unfollowed),
            },
        }
    }

    fn tests(&mut self, path: &'a str) -> Tests {
        if let Some(known) = self.tests.get(path) {
            return known.clone();
        }
        let files = tree::python_files(&self.workspace.root, path).unwrap_or_default();
        let tests =
            Tests { behind_links: self.behind_links([path], &files), unfollowed: self.unfollowed(&files) };
        self.tests.insert(path, tests.clone());
        tests
    }

    fn module(&self, path: &str) -> Module {
        Module { path: path.to_owned(), text: file::read_text(&self.workspace.root.join(path)).ok() }
    }

    /// The first file that git does not look at.
    fn unfollowed(&self, files: &[SourceFile]) -> Option<String> {
        let below_root = |file: &SourceFile| self.below_root(Path::new(&file.real));
        files
            .iter()
            .find(|file| below_root(file).is_none_or(|path| self.is_unfollowed(&path)))
            .map(|file| file.path.clone())
    }

    fn is_unfollowed(&self, path: &str) -> bool {
        !self.changes.followed.contains(path) && !self.changes.paths.contains(path)
    }

    /// Where declared paths and files lead that are links, or lie behind links.
    fn behind_links<'p>(
        &self,
        declared: impl IntoIterator<Item = &'p (impl AsRef<str> + ?Sized + 'p)>,
        files: &[SourceFile],
    ) -> Vec<String> {
        let mut behind = BTreeSet::new();
        for path in declared {
            behind.extend(self.real(path.as_ref()).filter(|real| real != path.as_ref()));
        }
        for file in files {
            behind.extend(self.below_root(Path::new(&file.real)).filter(|real| *real != file.path));
        }
        behind.into_iter().collect()
    }

    fn real(&self, path: &str) -> Option<String> {
        self.below_root(&tree::real(&self.workspace.root.join(path)).ok()?)
    }

    fn below_root(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.workspace.root).ok()?.to_str()?;
        Some(if path.is_empty() { ".".to_owned() } else { path.to_owned() })
    }

    /// Where the component's README is, or would be looked for, and where links there lead.
    fn readmes(&self, component: &Component, files: &[SourceFile]) -> Vec<String> {
        let mut readmes = Vec::new();
        for place in docs::candidates(component, files) {
            let path = match place {
                Place::Named(path) => path,
                Place::Folder(folder) | Place::Shared(folder) => {
                    let names = tree::names(&self.workspace.root.join(&folder));
                    let name = docs::pick(names.iter().map(String::as_str)).unwrap_or("README.md");
                    if folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
                }
                // A file of the component, which counts anyway.
                Place::Docstring(_) => continue,
            };
            readmes.extend(self.real(&path).filter(|real| *real != path));
            readmes.push(path);
        }
        readmes
    }

    /// The Python files that git looks at and that are no component's: tests, and what nobody declares.
    fn bridges(&self, facts: &[Facts<'_>]) -> Vec<Module> {
        let own: BTreeSet<&str> =
            facts.iter().flat_map(|one| &one.modules).map(|module| module.path.as_str()).collect();
        let is_python = |path: &str| Path::new(path).extension().is_some_and(|ending| ending == "py");
        let followed = self.changes.followed.iter();
        let bridges = followed.filter(|path| is_python(path) && !own.contains(path.as_str()));
        bridges.map(|path| self.module(path)).collect()
    }
}
