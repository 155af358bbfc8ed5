//! The project's files on disk: which Python files a path holds, and what changed during a run.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use crate::model::component::SourceFile;

use super::history::History;

/// Why a declared path gives no Python files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Nothing is there.
    #[error("does not exist")]
    Absent,
    /// It is there, and no Python file is in it.
    #[error("holds no Python file (`*.py`)")]
    NoPython,
    /// A link in it leads out of the project.
    #[error("leads out of the project's folder")]
    Outside,
    /// It cannot be read, or has a name that is not UTF-8.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// The path with every link resolved.
#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
pub fn real(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// Whether something is at the path.
pub fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether a folder is at the path, or where a link at it leads.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Makes a folder, and those above it.
#[expect(clippy::disallowed_methods, reason = "sys makes folders")]
pub fn make_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// The names in a folder, sorted; none where it cannot be read.
#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// The files below `root` that match a pattern with `*`, `?`, `[…]` and `**`, relative to `root`, sorted.
pub fn matching(root: &Path, pattern: &str) -> Vec<String> {
    let whole = format!("{}/{pattern}", glob::Pattern::escape(&root.to_string_lossy()));
    let Ok(paths) = glob::glob(&whole) else { return Vec::new() };
    let mut files: Vec<String> = paths
        .filter_map(Result::ok)
        .filter(|path| path.is_file())
        .filter_map(|path| Some(path.strip_prefix(root).ok()?.to_str()?.to_owned()))
        .collect();
    files.sort_unstable();
    files
}

/// The files in `folder` or below whose paths end in `tail`, a relative path.
pub fn ending_in(folder: &Path, tail: &str) -> Vec<PathBuf> {
    let below = matching(folder, &format!("**/{}", glob::Pattern::escape(tail)));
    below.into_iter().map(|path| folder.join(path)).collect()
}

/// The folder that we were started in, without links.
#[expect(clippy::disallowed_methods, reason = "this is the place that asks for it")]
pub fn current_folder() -> io::Result<PathBuf> {
    std::env::current_dir().and_then(|folder| real(&folder))
}

/// Makes the folder `target` and a link to it at `link`, with the folders above both. A link that is
/// there already stays.
#[expect(clippy::disallowed_methods, reason = "sys makes folders")]
pub fn link_folder(target: &Path, link: &Path) -> io::Result<()> {
    std::fs::create_dir_all(target)?;
    if exists(link) {
        return Ok(());
    }
    if let Some(above) = link.parent() {
        std::fs::create_dir_all(above)?;
    }
    std::os::unix::fs::symlink(target, link)
}

/// The Python files at `path`, a file or a folder below `root` (both relative to the current folder or
/// absolute), sorted. Nothing is left out by configuration or `.gitignore`: what is in the component's
/// folder is the component. Only virtual environments are passed over.
pub fn python_files(root: &Path, path: &str) -> Result<Vec<SourceFile>, PathFault> {
    let start = root.join(path);
    if !exists(&start) {
        return Err(PathFault::Absent);
    }
    let mut files = Vec::new();
    let mut walk = ignore::WalkBuilder::new(&start);
    walk.standard_filters(false).follow_links(true).sort_by_file_path(Path::cmp);
    // An environment in the component's folder is installed there, and no part of it; nor is what lies around
    // the component, where a link leads back up.
    let top = real(&start).map_err(|error| PathFault::Unreadable(error.to_string()))?;
    walk.filter_entry(move |entry| {
        let leads_up = || real(entry.path()).is_ok_and(|target| top.starts_with(target));
        let is_folder = entry.file_type().is_none_or(|kind| kind.is_dir());
        let is_environment = || is_folder && exists(&entry.path().join("pyvenv.cfg"));
        entry.depth() == 0 || !(entry.path_is_symlink() && leads_up() || is_environment())
    });
    let mut folders = HashMap::new();
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_no_source(&error) => continue,
            Err(error) => return Err(PathFault::Unreadable(error.to_string())),
        };
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && entry.path().extension().is_some_and(|extension| extension == "py") {
            files.push(source_file(root, &entry, &mut folders)?);
        }
    }
    files.sort_unstable();
    files.dedup();
    if files.is_empty() { Err(PathFault::NoPython) } else { Ok(files) }
}

/// Whether what cannot be walked is no source: a link that leads nowhere and is not named like one, as data
/// that was not fetched or an editor's lock, or one that leads back to a folder above.
fn is_no_source(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::Loop { .. } => true,
        ignore::Error::WithPath { path, err } => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
            is_no_source(err)
                || (is_link
                    && (path.extension().is_none_or(|extension| extension != "py") || name.starts_with(".#")))
        }
        ignore::Error::WithDepth { err, .. } => is_no_source(err),
        _ => false,
    }
}

/// `folders` holds the real paths of folders that are known already: to follow each file's path anew takes longer
/// than all else.
fn source_file(
    root: &Path,
    entry: &ignore::DirEntry,
    folders: &mut HashMap<PathBuf, PathBuf>,
) -> Result<SourceFile, PathFault> {
    let path = entry.path();
    let not_utf8 = || PathFault::Unreadable(format!("the name `{}` is not UTF-8", path.display()));
    let unreadable = |error: io::Error| PathFault::Unreadable(error.to_string());
    let real = match (path.parent(), path.file_name()) {
        // What was named itself may be a link, and is looked at as such.
        (Some(folder), Some(name)) if entry.depth() > 0 && !entry.path_is_symlink() => {
            if !folders.contains_key(folder) {
                folders.insert(folder.to_owned(), real(folder).map_err(unreadable)?);
            }
            folders.get(folder).map_or_else(|| path.to_owned(), |folder| folder.join(name))
        }
        _ => real(path).map_err(unreadable)?,
    };
    if !real.starts_with(root) {
        return Err(PathFault::Outside);
    }
    let relative = path.strip_prefix(root).unwrap_or(path);
    let relative = relative.components().collect::<PathBuf>();
    Ok(SourceFile {
        path: relative.to_str().ok_or_else(not_utf8)?.to_owned(),
        real: real.to_str().ok_or_else(not_utf8)?.to_owned(),
    })
}

/// Every file at or below a path, but for those in folders whose files come and go without the project changing.
/// Links are not followed: they are files here.
pub fn all_files(path: &Path) -> Vec<PathBuf> {
    let mut walk = ignore::WalkBuilder::new(path);
    walk.standard_filters(false)
        .filter_entry(|entry| entry.file_name().to_str().is_none_or(|name| !PASSED_OVER.contains(&name)));
    let files = walk.build().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    files.map(ignore::DirEntry::into_path).collect()
}

/// What the files of a folder were at one moment: size and time of change of each.
///
/// For folders that no repository watches. Folders that hold no sources of the project are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    files: BTreeMap<PathBuf, (u64, Option<std::time::SystemTime>)>,
}

/// Folders whose files come and go without the project changing.
const PASSED_OVER: [&str; 6] = [".git", ".venv", "venv", "node_modules", "__pycache__", ".tox"];

impl Listing {
    /// Lists `root` now, but for what is `history`.
    pub fn of(root: &Path, history: &History) -> Self {
        let mut walk = ignore::WalkBuilder::new(root);
        walk.standard_filters(false)
            .filter_entry(|entry| entry.file_name().to_str().is_none_or(|name| !PASSED_OVER.contains(&name)));
        let files = walk
            .build()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
            .filter(|entry| !history.holds(entry.path()))
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                let path = entry.path().strip_prefix(root).ok()?.to_owned();
                Some((path, (metadata.len(), metadata.modified().ok())))
            })
            .collect();
        Self { files }
    }

    /// The paths that differ between two moments, sorted.
    pub fn changed(&self, later: &Self) -> Vec<String> {
        let mut changed: Vec<String> = self
            .files
            .iter()
            .filter(|(path, was)| later.files.get(*path) != Some(was))
            .map(|(path, _)| path)
            .chain(later.files.keys().filter(|path| !self.files.contains_key(*path)))
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        changed.sort_unstable();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file::write_whole;

    fn project() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = real(folder.path()).expect("a path");
        (folder, root)
    }

    #[expect(clippy::disallowed_methods, reason = "a test builds its project")]
    fn put(root: &Path, path: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        write_whole(&path, "x = 1\n").expect("written");
    }

    #[test]
    fn every_python_file_below_a_folder_belongs_to_it_hidden_or_ignored_or_not() {
        let (_folder, root) = project();
        for path in ["a/b.py", "a/.hidden/c.py", "a/d e.py", "a/notes.md", "ab/f.py"] {
            put(&root, path);
        }
        write_whole(&root.join("a/.gitignore"), "*.py\n").expect("written");
        let paths: Vec<String> =
            python_files(&root, "a").expect("files").into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["a/.hidden/c.py", "a/b.py", "a/d e.py"]);
    }

    #[test]
    fn links_that_are_no_sources_and_environments_are_passed_over() {
        let (_folder, root) = project();
        for path in ["a/b.py", "a/.venv/pyvenv.cfg", "a/.venv/lib/x.py"] {
            put(&root, path);
        }
        for (link, target) in [("a/data.bin", "nowhere"), ("a/.#b.py", "user@host.1"), ("a/up", "..")] {
            std::os::unix::fs::symlink(target, root.join(link)).expect("a link");
        }
        let paths: Vec<String> =
            python_files(&root, "a").expect("files").into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["a/b.py"]);
        std::os::unix::fs::symlink("nowhere", root.join("a/c.py")).expect("a link");
        assert!(matches!(python_files(&root, "a"), Err(PathFault::Unreadable(_))));
    }

    #[test]
    fn a_file_is_known_by_the_place_where_it_really_lies_by_whatever_link_it_was_reached() {
        let (_folder, root) = project();
        for path in ["b/c.py", "b/d/e.py", "a/own.py"] {
            put(&root, path);
        }
        for (link, target) in [("a/one.py", "../b/c.py"), ("a/folder", "../b/d"), ("whole", "b")] {
            std::os::unix::fs::symlink(target, root.join(link)).expect("a link");
        }
        let reals = |path: &str| -> Vec<String> {
            let files = python_files(&root, path).expect("files");
            let below = |file: SourceFile| file.real.replace(root.to_str().expect("UTF-8"), "");
            files.into_iter().map(below).collect()
        };
        assert_eq!(reals("a"), ["/b/d/e.py", "/b/c.py", "/a/own.py"]);
        assert_eq!(reals("whole"), ["/b/c.py", "/b/d/e.py"]);
        assert_eq!(reals("a/one.py"), ["/b/c.py"]);
    }

    #[test]
    fn a_path_that_gives_nothing_says_why() {
        let (_folder, root) = project();
        put(&root, "a/notes.md");
        assert_eq!(python_files(&root, "no"), Err(PathFault::Absent));
        assert_eq!(python_files(&root, "a"), Err(PathFault::NoPython));
        std::os::unix::fs::symlink("/etc", root.join("out")).expect("a link");
        std::os::unix::fs::symlink("/usr/lib/python3", root.join("out2")).expect("a link");
        assert!(python_files(&root, "out").is_err());
    }

    #[test]
    fn a_changed_a_new_and_a_vanished_file_are_seen() {
        let (_folder, root) = project();
        for path in ["same.py", "gone.py", "changed.py"] {
            put(&root, path);
        }
        let history = History::beside(&root);
        let before = Listing::of(&root, &history);
        std::fs::rename(root.join("gone.py"), root.join("new.py")).expect("moved");
        write_whole(&root.join("changed.py"), "longer = 'than before'\n").expect("written");
        put(&root, ".promotion/ledger/a.jsonl");
        assert_eq!(before.changed(&Listing::of(&root, &history)), ["changed.py", "gone.py", "new.py"]);
    }
}
