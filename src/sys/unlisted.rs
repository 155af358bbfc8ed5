//! What git does not list and tools see all the same: folders, also empty ones, and what lies in folders that git ignores
//! as a whole, or that are no part of the repository.
//!
//! Not their contents (`fingerprint`). The hard part is what may lie in such a folder: environments and caches of tools
//! are passed over, and where there is more than can be looked at nobody may say that nothing has changed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::tree;

/// Folders of this name are not looked into. What is installed is a matter of witnesses, and what version control and
/// editors write there all the time no tool reads.
const PASSED_OVER: [&str; 6] = [".git", ".jj", ".idea", "__pycache__", "node_modules", "site-packages"];
/// Nor are those that hold this: environments, whatever leads to them,
const ENVIRONMENTS: [&str; 2] = ["pyvenv.cfg", "conda-meta"];
/// and caches that are but met.
const CACHE: &str = "CACHEDIR.TAG";
/// As many names are looked at.
pub(super) const MOST: usize = 20_000;

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

/// Everything at or below a folder but for what is passed over: files, links, and the folders themselves. The name of the
/// folder itself does not count, nor that it may be a cache. `None` where that is more than is `left`, from which what was found is taken.
pub(super) fn below(start: &Path, left: &mut usize) -> Option<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![start.to_owned()];
    while let Some(folder) = waiting.pop() {
        if is_environment(&folder) || folder != start && is_passed_over(&folder) {
            continue;
        }
        for entry in entries(&folder) {
            *left = left.checked_sub(1)?;
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
        found.push(folder);
    }
    Some(found)
}

/// Whether nobody looks into a folder.
pub(super) fn is_passed_over(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| PASSED_OVER.iter().any(|one| name == *one))
        || is_environment(folder)
        || tree::exists(&folder.join(CACHE))
}

fn is_environment(folder: &Path) -> bool {
    ENVIRONMENTS.iter().any(|mark| tree::exists(&folder.join(mark)))
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
