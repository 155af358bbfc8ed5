//! Finds and reads the policy, and the files that it speaks of.
//!
//! Not here: what the policy may say (`policy`). A path that gives no Python file is a fault of the policy
//! too, but one that only the disk shows; it is kept beside the component, so that what does not need the
//! files can still be checked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::model::component::{Component, DeclaredPath, Place, SourceFile};
use crate::model::gate::Criterion;
use crate::model::policy::{Fault, Policy};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::waiver::{DeclaredWaiver, HORIZON_DAYS, Waiver};
use crate::plan::Candidate;
use crate::policy::{self, Document, Included};
use crate::sys::clock;
use crate::sys::file::{self, ReadError};
use crate::sys::history::History;
use crate::sys::tree;

use super::subject::Subject;

/// The name of a policy file.
pub const POLICY_FILE: &str = "promotion.toml";

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// None was named, and none was found.
    #[error("there is no `promotion.toml` in `{0}` or in a folder above it")]
    NotFound(String),
    /// It cannot be read.
    #[error("cannot read `{file}`: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// It is wrong.
    #[error("cannot load `{file}`")]
    Faults {
        /// The file.
        file: String,
        /// What is wrong with it and with the files that it includes.
        faults: Vec<Fault>,
    },
}

/// A policy and the folder that it speaks of.
#[derive(Debug)]
pub struct Workspace {
    /// The policy.
    pub policy: Policy,
    /// The policy file as the user would name it.
    pub file: String,
    /// The folder of the policy file: absolute, without links where it has any.
    pub folder: PathBuf,
    /// The project's root: absolute, without links.
    pub root: PathBuf,
    documents: Vec<Document>,
    /// What each document is called from the root, whoever loads it from wherever.
    names: Vec<String>,
}

impl Workspace {
    /// Reads the policy at `file`, else the nearest one upwards.
    pub fn load(file: Option<&Path>) -> Result<Self, LoadError> {
        let here = tree::current_folder().map_err(|error| unreadable(Path::new("."), &error.to_string()))?;
        let path = match file {
            Some(file) => here.join(file),
            None => here
                .ancestors()
                .map(|folder| folder.join(POLICY_FILE))
                .find(|candidate| tree::exists(candidate))
                .ok_or_else(|| LoadError::NotFound(here.to_string_lossy().into_owned()))?,
        };
        let name = file.map_or_else(|| name_from(&here, &path), |file| file.to_string_lossy().into_owned());
        let text =
            file::read_text(&path).map_err(|error| unreadable(Path::new(&name), &error.to_string()))?;
        let main = Document { file: name.clone(), text };
        let folder = path.parent().unwrap_or(Path::new("/"));
        let root_name = policy::project_root(&main);
        let root = tree::real(&folder.join(&root_name));
        let included = root.as_ref().map(|root| include(&main, root, &root_name, &here));
        let Inclusion { included, names: inside, missing } = included.unwrap_or_default();
        let read = policy::read(&main, &included);
        let faults = |faults: Vec<Fault>| LoadError::Faults { file: name.clone(), faults };
        let mut policy = match read {
            Ok(policy) => {
                let too_far = too_far(&policy, &main, &included, clock::today());
                let found: Vec<Fault> = missing.into_iter().chain(too_far).collect();
                if !found.is_empty() {
                    return Err(faults(found));
                }
                policy
            }
            Err(found) => return Err(faults(found.into_iter().chain(missing).collect())),
        };
        let root = root.map_err(|_| faults(vec![no_root(&main, &root_name)]))?;
        let names: Vec<String> = std::iter::once(above_root(&root_name, &path)).chain(inside).collect();
        let documents: Vec<Document> =
            std::iter::once(main).chain(included.into_iter().map(|one| one.document)).collect();
        let folder = tree::real(folder).unwrap_or_else(|_| folder.to_owned());
        name_from_root(&mut policy, &documents, &names);
        Ok(Self { policy, file: name, folder, root, documents, names })
    }

    /// The same project under another policy: to measure what the policy file does not say in those words.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        Self {
            policy,
            file: self.file.clone(),
            folder: self.folder.clone(),
            root: self.root.clone(),
            documents: self.documents.clone(),
            names: self.names.clone(),
        }
    }

    /// Where the history of its promotions lies, which is no part of what is measured.
    pub fn history(&self) -> History {
        History::beside(&self.folder)
    }

    /// The policy file as seen from the root.
    pub fn name(&self) -> &str {
        self.names.first().map_or(POLICY_FILE, String::as_str)
    }

    /// The policy file that declares a component, as seen from the root.
    pub fn name_of(&self, component: &Component) -> &str {
        let name = name_of(&component.place, &self.documents, &self.names);
        name.map_or_else(|| self.name(), String::as_str)
    }

    /// The SHA-256 of the policy in hexadecimal: of the texts of `promotion.toml` and of all that it includes,
    /// in order, each with its name from the root. The same wherever the project lies, and whoever loads it
    /// from whichever folder.
    pub fn digest(&self) -> String {
        let mut whole = String::new();
        for (name, document) in self.names.iter().zip(&self.documents) {
            // With the lengths before them, no two policies give the same row of bytes.
            let text = &document.text;
            let _infallible = write!(whole, "{} {}\n{name}{text}", name.len(), text.len());
        }
        file::sha256_of_text(&whole)
    }

    /// Whether a file, absolute and without links, is a document that a component names.
    pub fn reads_document(&self, place: &Path) -> bool {
        let named = |component: &Component| [component.readme.clone(), component.maturity.clone()];
        let mut named = self.policy.components.iter().flat_map(named).flatten();
        named.any(|one| file::written_as(&self.root.join(one.path)) == place)
    }

    /// The candidates with their files, and the faults of paths that give none.
    pub fn subjects<'a>(&self, candidates: &[Candidate<'a>]) -> (Vec<Subject<'a>>, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut subject = |candidate: &Candidate<'a>| {
            let files = self.files(candidate.component).map_err(|found| {
                let reason = as_reason(&found);
                faults.extend(found);
                reason
            });
            faults.extend(self.beside_files(candidate.component, files.as_deref().unwrap_or_default()));
            Subject { candidate: *candidate, files }
        };
        let subjects = candidates.iter().map(&mut subject).collect();
        (subjects, faults)
    }

    /// The Python files of a component, or the faults of the paths that give none.
    pub fn files(&self, component: &Component) -> Result<Vec<SourceFile>, Vec<Fault>> {
        let mut files = Vec::new();
        let mut faults = Vec::new();
        for declared in &component.paths {
            match tree::python_files(&self.root, &declared.path) {
                Ok(found) => files.extend(found),
                Err(fault) => faults.push(self.fault(declared, &fault.to_string(), "paths")),
            }
        }
        files.sort_unstable();
        let mut seen = std::collections::BTreeSet::new();
        files.retain(|file| seen.insert(file.real.clone()));
        if faults.is_empty() { Ok(files) } else { Err(faults) }
    }

    /// The faults of what a component, whose files are `files`, says besides: of test paths that do not exist, and of
    /// waivers that none of its files can need.
    pub fn beside_files(&self, component: &Component, files: &[SourceFile]) -> Vec<Fault> {
        let mut faults = self.missing_tests(component);
        let reaches = |waiver: &Waiver| files.iter().any(|file| waiver.reaches(&file.path));
        // Where no file is known, it is said already why.
        let stray = component.waivers.iter().filter(|one| !files.is_empty() && !reaches(&one.waiver));
        faults.extend(stray.map(|one| {
            let message =
                format!("the path `{}` of a waiver is no file of `{}`", one.waiver.path, component.name);
            let hint = "name one of its files or a folder that holds some: no other file can be waived here, \
                        and a waiver of a file that is gone can go, too";
            self.fault_at(&one.path_place, message, hint.to_owned())
        }));
        faults
    }

    /// The faults of test paths that do not exist. The usual one, which nobody wrote, may lack where no gate asks for tests.
    fn missing_tests(&self, component: &Component) -> Vec<Fault> {
        let is_of_tests =
            |one: &Criterion| matches!(one, Criterion::Tests { .. } | Criterion::Coverage { .. });
        let is_asked = self.policy.gates.values().any(|gate| gate.criteria.iter().any(is_of_tests));
        let is_written = |declared: &DeclaredPath| declared.place != component.place;
        let missing = component.tests.paths.iter().filter(|declared| {
            (is_asked || is_written(declared)) && !tree::exists(&self.root.join(&declared.path))
        });
        missing.map(|declared| self.fault(declared, "does not exist", "tests.paths")).collect()
    }

    fn fault(&self, declared: &DeclaredPath, what: &str, key: &str) -> Fault {
        let message = format!("the path `{}` {what}", declared.path);
        let hint = format!("correct `{key}`; it is relative to `{}`", self.root.display());
        self.fault_at(&declared.place, message, hint)
    }

    fn fault_at(&self, place: &Place, message: String, hint: String) -> Fault {
        fault_at(self.documents.iter(), place, message, hint)
    }
}

fn fault_at<'d>(
    mut documents: impl Iterator<Item = &'d Document>,
    place: &Place,
    message: String,
    hint: String,
) -> Fault {
    match documents.find(|document| document.file == place.file) {
        Some(document) => document.fault(place.line, message, hint),
        None => Fault { place: place.clone(), message, hint: Some(hint), text: String::new() },
    }
}

/// What the document of a place is called from the root.
fn name_of<'a>(place: &Place, documents: &[Document], names: &'a [String]) -> Option<&'a String> {
    let mut pairs = names.iter().zip(documents);
    pairs.find(|(_, document)| document.file == place.file).map(|(name, _)| name)
}

/// Waivers are shown to people who are elsewhere: in an assessment, and where shards of several jobs are joined.
fn name_from_root(policy: &mut Policy, documents: &[Document], names: &[String]) {
    for declared in policy.components.iter_mut().flat_map(|component| &mut component.waivers) {
        let place = &mut declared.waiver.place;
        if let Some(name) = name_of(place, documents, names) {
            place.file.clone_from(name);
        }
    }
}

/// The faults of waivers that would be in force longer than anybody looks ahead.
fn too_far(policy: &Policy, main: &Document, included: &[Included], today: Date) -> Vec<Fault> {
    let latest = today.saturating_add(i64::from(HORIZON_DAYS).days());
    let declared = policy.components.iter().flat_map(|component| &component.waivers);
    let fault = |one: &DeclaredWaiver| {
        let day = one.waiver.expires;
        let message =
            format!("a waiver until {day} is more than {HORIZON_DAYS} days ahead, as today is {today}");
        let hint = format!("shorten it to {latest} or earlier, and renew it then");
        let documents = std::iter::once(main).chain(included.iter().map(|one| &one.document));
        fault_at(documents, &one.expires_place, message, hint)
    };
    declared.filter(|one| one.waiver.expires > latest).map(fault).collect()
}

/// Faults of paths, as the reason why a check has no files.
pub fn as_reason(faults: &[Fault]) -> Reason {
    let (message, hint) = match faults {
        [] => ("the component has no files".to_owned(), None),
        [first, ..] => {
            (format!("{} line {}: {}", first.place.file, first.place.line, first.message), first.hint.clone())
        }
    };
    Reason::new(ReasonKind::ConfigInvalid, message, hint.unwrap_or_default())
}

/// What a policy includes.
#[derive(Default)]
struct Inclusion {
    /// The files that could be read.
    included: Vec<Included>,
    /// Their paths from the root.
    names: Vec<String>,
    /// The faults of patterns that give none.
    missing: Vec<Fault>,
}

/// Reads the included files.
fn include(main: &Document, root: &Path, root_name: &str, here: &Path) -> Inclusion {
    let mut included = Vec::new();
    let mut names = Vec::new();
    let mut faults = Vec::new();
    for pattern in policy::include_patterns(main) {
        let paths = tree::matching(root, &pattern.pattern);
        if paths.is_empty() {
            let message = format!("`{}` matches no file", pattern.pattern);
            faults.push(main.fault(
                pattern.place.line,
                message,
                format!("it is relative to `{}`", root.display()),
            ));
        }
        for path in paths {
            let name = name_from(here, &root.join(&path));
            match file::read_text(&root.join(&path)) {
                Ok(text) => {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let folder = format!("{root_name}/{folder}");
                    included.push(Included { document: Document { file: name, text }, folder });
                    names.push(path);
                }
                Err(error) => faults.push(cannot_include(main, pattern.place.line, &name, &error)),
            }
        }
    }
    Inclusion { included, names, missing: faults }
}

/// The policy file as seen from the root, whose own name from the policy file's folder is `root_name`.
fn above_root(root_name: &str, path: &Path) -> String {
    let depth = root_name.split('/').filter(|segment| !matches!(*segment, "" | ".")).count();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{}{name}", "../".repeat(depth))
}

fn cannot_include(main: &Document, line: usize, name: &str, error: &ReadError) -> Fault {
    main.fault(line, format!("cannot read `{name}`: {error}"), "make it readable, or narrow `include`")
}

fn no_root(main: &Document, root: &str) -> Fault {
    let line =
        main.text.lines().position(|line| line.trim_start().starts_with("root")).map_or(1, |index| index + 1);
    main.fault(
        line,
        format!("the project's root `{root}` does not exist"),
        "correct `root` under `[project]`",
    )
}

fn unreadable(file: &Path, why: &str) -> LoadError {
    LoadError::Unreadable { file: file.to_string_lossy().into_owned(), why: why.to_owned() }
}

/// How a person who stands in `here` would name the file.
fn name_from(here: &Path, path: &Path) -> String {
    path.strip_prefix(here).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str =
        "schema = 1\n[project]\nname = \"X\"\nroot = \"app\"\ninclude = [\"*/promotion.toml\"]\n";
    const ONE: &str = "name = \"one\"\npaths = [\".\"]\n";

    fn digest(main: &str, included: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("app")).expect("made");
        for (name, text) in included {
            std::fs::create_dir(folder.path().join("app").join(name)).expect("made");
            file::write_whole(&folder.path().join("app").join(name).join(POLICY_FILE), text)
                .expect("written");
        }
        file::write_whole(&folder.path().join(POLICY_FILE), main).expect("written");
        let workspace = Workspace::load(Some(&folder.path().join(POLICY_FILE))).expect("a policy");
        assert_eq!(workspace.name(), "../promotion.toml");
        for (component, (name, _)) in workspace.policy.components.iter().zip(included) {
            assert_eq!(workspace.name_of(component), format!("{name}/promotion.toml"));
        }
        workspace.digest()
    }

    /// A project of one component that waives what is in `path` until `day`.
    fn waiving(path: &str, day: Date) -> (tempfile::TempDir, Result<Workspace, LoadError>) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.py", "b.py"] {
            file::write_whole(&folder.path().join(name), "A = 1\n").expect("written");
        }
        let text = format!(
            "schema = 1\n[project]\nname = \"X\"\n[component.a]\npaths = [\"a.py\"]\ntests.paths = [\".\"]\n\
             [[component.a.waiver]]\ncheck = \"lint\"\nrule = \"E501\"\npath = \"{path}\"\nmax = 1\n\
             reason = \"r\"\nowner = \"o\"\nissue = \"#1\"\nexpires = {day}\n"
        );
        file::write_whole(&folder.path().join(POLICY_FILE), &text).expect("written");
        let loaded = Workspace::load(Some(&folder.path().join(POLICY_FILE)));
        (folder, loaded)
    }

    #[test]
    fn nobody_waives_further_ahead_than_the_horizon() {
        let latest = clock::today().saturating_add(i64::from(HORIZON_DAYS).days());
        for day in [latest, clock::today(), clock::today().saturating_sub(400.days())] {
            assert!(waiving("a.py", day).1.is_ok(), "{day}");
        }
        let (_folder, loaded) = waiving("a.py", latest.saturating_add(1.day()));
        let Err(LoadError::Faults { faults, .. }) = loaded else { panic!("it is taken: {loaded:?}") };
        assert_eq!((faults.len(), faults[0].place.line), (1, 15));
        assert!(faults[0].text.starts_with("expires = "), "{faults:?}");
        let hint = faults[0].hint.as_deref().unwrap_or_default();
        assert_eq!(hint, format!("shorten it to {latest} or earlier, and renew it then"));
    }

    #[test]
    fn a_waiver_reaches_no_file_of_another_component() {
        let faults = |path: &str| {
            let (_folder, loaded) = waiving(path, clock::today());
            let workspace = loaded.expect("a policy");
            let component = workspace.policy.component("a").expect("the component");
            let files = workspace.files(component).expect("files");
            workspace.beside_files(component, &files)
        };
        assert_eq!((faults("a.py"), faults(".")), (vec![], vec![]));
        for path in ["b.py", "gone.py"] {
            let faults = faults(path);
            assert_eq!((faults.len(), faults[0].place.line), (1, 10), "{path}");
            assert_eq!(faults[0].message, format!("the path `{path}` of a waiver is no file of `a`"));
        }
    }

    #[test]
    fn a_waiver_is_shown_where_it_is_declared_as_seen_from_the_root() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = folder.path().join("app/one");
        std::fs::create_dir(folder.path().join("app")).expect("made");
        std::fs::create_dir(&one).expect("made");
        let waiver = "[[waiver]]\ncheck = \"lint\"\nrule = \"E501\"\npath = \".\"\nmax = 1\nreason = \"r\"\n\
                      owner = \"o\"\nissue = \"#1\"\nexpires = 2020-01-01\n";
        file::write_whole(&one.join(POLICY_FILE), &format!("{ONE}{waiver}")).expect("written");
        file::write_whole(&folder.path().join(POLICY_FILE), MAIN).expect("written");
        let workspace = Workspace::load(Some(&folder.path().join(POLICY_FILE))).expect("a policy");
        let place = &workspace.policy.components[0].waivers[0].waiver.place;
        assert_eq!(*place, Place { file: "one/promotion.toml".to_owned(), line: 3 });
    }

    #[test]
    fn the_digest_of_a_policy_is_the_same_wherever_the_project_lies() {
        assert_eq!(digest(MAIN, &[("one", ONE)]), digest(MAIN, &[("one", ONE)]));
    }

    #[test]
    fn the_digest_of_a_policy_changes_with_each_text_and_with_the_place_of_each() {
        let digests = [
            digest(MAIN, &[("one", ONE)]),
            digest(&format!("{MAIN}\n"), &[("one", ONE)]),
            digest(MAIN, &[("one", &format!("{ONE}\n"))]),
            digest(MAIN, &[("two", ONE)]),
            digest(MAIN, &[("one", ONE), ("two", &ONE.replace("one", "two"))]),
        ];
        let different: std::collections::BTreeSet<&String> = digests.iter().collect();
        assert_eq!(different.len(), digests.len());
    }
}
