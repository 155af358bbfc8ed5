//! A new file beside the one whose place it will take.
//!
//! Not how it takes it (`target`). The hard part: who is killed leaves it lying there, and git shows it as a change. So
//! the next one to write into the folder takes it away, but never that of somebody who is at work: his holds a lock.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::libc::{O_NOFOLLOW, O_NONBLOCK};
use tempfile::NamedTempFile;

const BEGINNING: &str = ".tta-promote-";
const END: &str = ".new";
/// How often a new one may be taken for one that was left, before it was locked.
const ATTEMPTS: usize = 16;

/// Makes one in a folder, where nobody but its owner reads it yet.
///
/// # Errors
/// Where no file can be made there.
pub(super) fn neighbour(folder: &Path) -> io::Result<NamedTempFile> {
    take_away_left(folder);
    for _ in 0..ATTEMPTS {
        let file = tempfile::Builder::new().prefix(BEGINNING).suffix(END).tempfile_in(folder)?;
        // Where a file system has no locks nobody can take one for left either.
        if file.as_file().lock().is_err() || is_at(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
    Err(io::Error::other("somebody takes away what is made there"))
}

/// Takes away what those left who are no more. What cannot be taken away stays.
#[expect(clippy::disallowed_methods, reason = "sys lists folders")]
fn take_away_left(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let is_neighbour = |name: &str| name.starts_with(BEGINNING) && name.ends_with(END);
    for entry in entries.filter(|entry| entry.file_name().to_str().is_some_and(is_neighbour)) {
        let path = entry.path();
        if let Ok(file) = opened(&path)
            && file.metadata().is_ok_and(|there| there.is_file())
            && file.try_lock().is_ok()
            && is_at(&file, &path)
        {
            let _stays = std::fs::remove_file(&path);
        }
    }
}

/// Not where a link leads, and not waiting for the other end of a pipe.
fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(O_NOFOLLOW | O_NONBLOCK).open(path)
}

/// Whether an open file is the one at a path, and no other that came there meanwhile.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(opened), Ok(there)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    (opened.dev(), opened.ino()) == (there.dev(), there.ino())
}

#[cfg(test)]
mod tests {
    use super::super::file::{append_lines, write_new, write_whole};
    use super::super::process::tests::ends;
    use super::*;
    use crate::model::run::Exit;

    #[expect(clippy::disallowed_methods, reason = "a test looks at what is there")]
    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
        let mut names: Vec<String> = entries.filter_map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_one_left_goes_with_the_next_file_that_is_written_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let left = || append_lines(&at(".tta-promote-aBc123.new"), "").expect("made");
        left();
        for other in [".tta-promote-x", "x.new", ".tmpaBc123"] {
            append_lines(&at(other), "").expect("made");
        }
        std::os::unix::fs::symlink(at("x.new"), at(".tta-promote-link.new")).expect("a link");
        assert_eq!(ends(&["/usr/bin/mkfifo", &at(".tta-promote-pipe.new").to_string_lossy()]), Exit::Code(0));
        let others = [".tmpaBc123", ".tta-promote-link.new", ".tta-promote-pipe.new", ".tta-promote-x"];
        write_whole(&at("a"), "whole").expect("written");
        assert_eq!(names(folder.path()), [&others[..], &["a", "x.new"]].concat());
        left();
        write_new(&at("b"), "new").expect("written");
        assert_eq!(names(folder.path()), [&others[..], &["a", "b", "x.new"]].concat());
    }

    #[test]
    fn that_of_one_who_is_at_work_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = neighbour(folder.path()).expect("made");
        let second = neighbour(folder.path()).expect("made");
        assert!(first.path().exists() && second.path().exists());
        first.persist(folder.path().join("a")).expect("it takes its place");
        drop(second);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn those_who_write_side_by_side_lose_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = folder.path().join(format!("{writer}"));
                scope.spawn(move || {
                    for round in 0..200 {
                        write_whole(&path, &format!("{round}")).expect("written");
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["0", "1", "2", "3"]);
    }
}
