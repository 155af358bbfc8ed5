//! What git does not list and tools see all the same: folders, also empty ones, and the Python files in folders that git
//! ignores as a whole, as a generator leaves them.
//!
//! Not their contents (`fingerprint`). The hard part is what may lie in an ignored folder: environments and caches of tools
//! are passed over, and where there is more than can be looked at nobody may say that nothing has changed.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::tree;

/// Folders of this name are not looked into. What is installed is a matter of witnesses.
const PASSED_OVER: [&str; 4] = [".git", "__pycache__", "node_modules", "site-packages"];
/// Nor are those that hold this: environments, and caches.
const MARKS: [&str; 3] = ["pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"];
/// What Python and its tools read, by its ending.
const ENDINGS: [&str; 4] = ["py", "pyi", "pth", "so"];
/// As many names are looked at.
const MOST: usize = 100_000;

/// The folders of what is listed and of what is ignored, below `top`, and the empty ones beside them.
pub(super) fn folders<'a>(
    top: &Path,
    listed: impl Iterator<Item = &'a Path>,
    ignored: &'a [PathBuf],
) -> Vec<PathBuf> {
    let mut folders: HashSet<&Path> = HashSet::new();
    for path in listed.chain(ignored.iter().map(PathBuf::as_path)) {
        // What is above a folder that is known is known as well.
        for folder in path.ancestors().skip(1) {
            if !folders.insert(folder) {
                break;
            }
        }
    }
    let ignored: HashSet<&Path> = ignored.iter().map(PathBuf::as_path).collect();
    let is_known = |path: &Path| folders.contains(path) || ignored.contains(path);
    let mut empty = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(folder) = waiting.pop() {
        for name in inner(&top.join(&folder)) {
            let path = folder.join(name);
            if !is_known(&path) {
                empty.push(path.clone());
                waiting.push(path);
            }
        }
    }
    folders.into_iter().map(Path::to_path_buf).chain(empty).collect()
}

/// The Python files, and those of one of the `names`, in the folders that git ignores. The error says why nobody can tell,
/// as a fragment.
pub(super) fn ignored(top: &Path, ignored: &[PathBuf], names: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut files = BTreeSet::new();
    let mut left = MOST;
    for ignored in ignored {
        let mut waiting = vec![ignored.clone()];
        while let Some(folder) = waiting.pop() {
            let place = top.join(&folder);
            let is_passed_over =
                folder.file_name().is_some_and(|name| PASSED_OVER.iter().any(|one| name == *one));
            if is_passed_over || MARKS.iter().any(|mark| tree::exists(&place.join(mark))) {
                continue;
            }
            for entry in entries(&place) {
                left = left.checked_sub(1).ok_or_else(|| {
                    format!("git ignores `{}`, which holds more than is looked at", ignored.display())
                })?;
                let path = folder.join(entry.file_name());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    waiting.push(path);
                } else if is_read(&path, names) {
                    files.insert(path);
                }
            }
        }
    }
    Ok(files.into_iter().collect())
}

fn is_read(path: &Path, names: &[&str]) -> bool {
    let is = |word: &std::ffi::OsStr, words: &[&str]| words.iter().any(|one| word == *one);
    path.extension().is_some_and(|ending| is(ending, &ENDINGS))
        || path.file_name().is_some_and(|name| is(name, names))
}

/// The names of the folders in a folder.
fn inner(folder: &Path) -> Vec<std::ffi::OsString> {
    let is_folder = |entry: &std::fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git"
    };
    entries(folder).filter(is_folder).map(|entry| entry.file_name()).collect()
}

#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> + use<> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok)
}
