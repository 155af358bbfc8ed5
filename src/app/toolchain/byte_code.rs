//! Where Python's byte code goes, and which of it lasts.
//!
//! The hard part: Python takes byte code for that of a source of the same size and second. So none lies in the tree, and
//! what is kept from run to run belongs to what changes only with its version.

use std::path::{Path, PathBuf};

use crate::sys::run_folder::RunFolder;
use crate::sys::tree;
use crate::tools::interpreter::Interpreter;

/// The folder for byte code.
pub const BYTE_CODE: &str = "byte-code";

/// Byte code goes to the run folder. Only that of the standard library and of an environment that lasts is kept from run to
/// run, apart for each set of distributions, and not that of packages that may be installed anew as they are named, nor
/// what lies in `root`.
pub(super) fn share(
    folder: &RunFolder,
    root: &Path,
    interpreter: &Interpreter,
    distributions: &str,
    lasts: bool,
) -> std::io::Result<()> {
    let fresh = folder.folder(BYTE_CODE)?;
    let lasting = folder.lasting(BYTE_CODE, distributions)?;
    let copies: Vec<&Path> = interpreter.copies.iter().map(Path::new).collect();
    let prefix = lasts.then_some(&interpreter.prefix);
    let kept = prefix.into_iter().chain([&interpreter.stdlib]).map(Path::new);
    for folder in kept.flat_map(|folder| without(folder, &copies)) {
        if !root.starts_with(&folder) {
            let below = folder.strip_prefix("/").unwrap_or(&folder);
            tree::link_folder(&lasting.join(below), &fresh.join(below))?;
        }
    }
    Ok(())
}

/// The folders that together hold what `folder` does, but for the `copies`; files that lie beside a way to one are left
/// out too.
fn without(folder: &Path, copies: &[&Path]) -> Vec<PathBuf> {
    if copies.contains(&folder) {
        return Vec::new();
    }
    if !copies.iter().any(|copy| copy.starts_with(folder)) {
        return vec![folder.to_owned()];
    }
    let below = tree::names(folder).into_iter().map(|name| folder.join(name));
    below.filter(|path| tree::is_folder(path)).flat_map(|path| without(&path, copies)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes its folders")]
    fn the_folders_beside_a_copy_last_and_what_leads_to_it_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for below in ["lib/p/site/a", "lib/p/site/b", "bin"] {
            std::fs::create_dir_all(root.join(below)).expect("made");
        }
        std::fs::write(root.join("lib/p/site/c.py"), "").expect("written");
        let names = |copies: &[&str]| -> Vec<String> {
            let copies: Vec<PathBuf> = copies.iter().map(|copy| root.join(copy)).collect();
            let copies: Vec<&Path> = copies.iter().map(PathBuf::as_path).collect();
            let kept = without(root, &copies).into_iter();
            kept.map(|path| path.strip_prefix(root).expect("below").to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(&[]), [""]);
        assert_eq!(names(&["lib/p/site/c.py"]), ["bin", "lib/p/site/a", "lib/p/site/b"]);
        assert_eq!(names(&["lib/p/site/b"]), ["bin", "lib/p/site/a"]);
        assert_eq!(names(&["lib/p/site/a", "lib/p/site/b"]), ["bin"]);
    }
}
