//! The file of a ledger: whole lines at its end, under a lock, on the disk before anybody is told.
//!
//! Not what the lines say (`ledger`). The lock is the kernel's, so that a process that is killed lets it go. The hard
//! part is what happens around us: another process may append, git may put another file in this one's place, and a
//! process may have been killed within a line.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::clock::{Stopwatch, processors};
use super::process_table::pause;

/// From so many bytes on a file is read in parts.
const LONG: usize = 4 << 20;

/// Why a ledger could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another process is at work on it.
    #[error("another tta-promote is at work on `{0}`")]
    Busy(String),
    /// It was replaced or written to by others meanwhile.
    #[error("`{0}` was changed by another process or by git meanwhile")]
    Moved(String),
    /// The system did not let us.
    #[error("cannot {what} `{file}`: {error}")]
    Io {
        /// What we wanted to do.
        what: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        error: io::Error,
    },
}

/// An opened ledger, locked as long as it lives.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    file: File,
    /// How many bytes are known to be there.
    length: u64,
}

impl LedgerFile {
    /// Opens and locks the file, which is made where there is none, and gives it with what is in it. Waits no longer
    /// than `patience` for another process.
    pub fn open(path: &Path, patience: Duration) -> Result<(Self, Vec<u8>), LedgerError> {
        Self::open_by(path, patience, || create(path, sync_folders))
    }

    /// As [`LedgerFile::open`], of a file that was there before: where it is not any more, none is made.
    pub fn open_again(path: &Path, patience: Duration) -> Result<(Self, Vec<u8>), LedgerError> {
        let opened = Self::open_by(path, patience, || open_as(path, File::options().read(true).write(true)));
        opened.map_err(|error| match error {
            LedgerError::Io { error, .. } if is_nowhere(&error) => Self::moved(path),
            error => error,
        })
    }

    /// That the file at `path` is not the one that it was.
    pub fn moved(path: &Path) -> LedgerError {
        LedgerError::Moved(path.display().to_string())
    }

    fn open_by(
        path: &Path,
        patience: Duration,
        open: impl Fn() -> io::Result<File>,
    ) -> Result<(Self, Vec<u8>), LedgerError> {
        let watch = Stopwatch::start();
        loop {
            let file = open().map_err(|error| failed("open", path, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(failed("lock", path, error)),
                Err(TryLockError::WouldBlock) if watch.elapsed() < patience => {
                    pause(Duration::from_millis(20));
                    continue;
                }
                Err(TryLockError::WouldBlock) => return Err(LedgerError::Busy(path.display().to_string())),
            }
            // Between opening and locking git may have put another file in its place.
            if is_at(&file, path) {
                let mut opened = Self { path: path.to_owned(), file, length: 0 };
                let bytes = opened.read_all()?;
                return Ok((opened, bytes));
            }
        }
    }

    /// The bytes of the file at `path`, without a lock; none where there is no file, nor a folder that it could be in.
    pub fn peek(path: &Path) -> Result<Vec<u8>, LedgerError> {
        match Self::look(path) {
            Err(LedgerError::Io { error, .. }) if is_nowhere(&error) => Ok(Vec::new()),
            looked => looked,
        }
    }

    /// As [`LedgerFile::peek`], for who tells what is known: a folder that is none is no empty folder, and what should be in
    /// it may be elsewhere.
    pub fn look(path: &Path) -> Result<Vec<u8>, LedgerError> {
        match open_as(path, File::options().read(true)).and_then(|file| read_whole(&file)) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed("read", path, error)),
        }
    }

    fn read_all(&mut self) -> Result<Vec<u8>, LedgerError> {
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(|error| failed("read", &self.path, error))?;
        self.length = bytes.len() as u64;
        Ok(bytes)
    }

    /// Sets aside the last `torn` bytes, a line that was never written to its end: they are kept in a file beside it,
    /// whose path this gives.
    #[expect(clippy::disallowed_methods, reason = "this is the place that keeps ledgers")]
    pub fn set_aside(&mut self, torn: u64) -> Result<PathBuf, LedgerError> {
        let beginning = self.length.saturating_sub(torn);
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(beginning)).and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(|error| failed("read", &self.path, error))?;
        let aside = (1u32..).map(|number| self.path.with_extension(format!("torn-{number}")));
        let aside =
            aside.into_iter().find(|path| !path.exists()).unwrap_or_else(|| self.path.with_extension("torn"));
        let kept =
            File::create(&aside).and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        kept.map_err(|error| failed("write", &aside, error))?;
        sync_folders(&aside);
        let cut = self.file.set_len(beginning).and_then(|()| self.file.sync_all());
        cut.map_err(|error| failed("cut", &self.path, error))?;
        self.length = beginning;
        Ok(aside)
    }

    /// Appends one whole line, or what the last one lacks, and comes back when it is on the disk.
    pub fn append(&mut self, line: &str) -> Result<(), LedgerError> {
        let there = self.file.metadata().map_err(|error| failed("look at", &self.path, error))?.len();
        if there != self.length || !is_at(&self.file, &self.path) {
            return Err(Self::moved(&self.path));
        }
        let written = (self.file.seek(SeekFrom::End(0)))
            .and_then(|_| self.file.write_all(line.as_bytes()))
            .and_then(|()| self.file.sync_all());
        if let Err(error) = written {
            // A full disk leaves half a line: take it back, so that nobody has to wonder.
            let _next_reader_sets_it_aside = self.file.set_len(self.length);
            return Err(failed("write", &self.path, error));
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

fn is_nowhere(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn failed(what: &'static str, path: &Path, error: io::Error) -> LedgerError {
    LedgerError::Io { what, file: path.display().to_string(), error }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that keeps ledgers")]
fn create(path: &Path, make_last: impl Fn(&Path)) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = open_as(path, File::options().read(true).write(true).create(true).truncate(false))?;
    // One that is empty may have been made by a process that was killed before its name was sure to last.
    if file.metadata()?.len() == 0 {
        make_last(path);
    }
    Ok(file)
}

/// All bytes of a file: of a long one in parts side by side, since most of the time goes to finding memory for them.
fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    if length < LONG {
        file.read_exact_at(&mut bytes, 0)?;
        return Ok(bytes);
    }
    let part = length.div_ceil(processors());
    std::thread::scope(|scope| {
        let start = |(number, bytes)| scope.spawn(move || file.read_exact_at(bytes, (number * part) as u64));
        let started: Vec<_> = bytes.chunks_mut(part).enumerate().map(start).collect();
        let ended = started.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)));
        ended.collect::<io::Result<()>>()
    })?;
    Ok(bytes)
}

/// Opens a file that is one. A link could lead the history of one component into the file of another, and a pipe would
/// make us wait for a writer that never comes.
fn open_as(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = options.custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok(file)
}

/// Makes a new name last, and those of the folders that were made for it. What cannot be synced is on a file system
/// that does not know it.
#[expect(clippy::disallowed_methods, reason = "this is the place that keeps ledgers")]
fn sync_folders(path: &Path) {
    for folder in path.ancestors().skip(1).take(3) {
        let _best_effort = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Whether the opened file is the one at `path`.
#[expect(clippy::disallowed_methods, reason = "this is the place that keeps ledgers")]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(opened), Ok(there)) = (file.metadata(), std::fs::metadata(path)) else { return false };
    (opened.dev(), opened.ino()) == (there.dev(), there.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_LONG: Duration = Duration::from_millis(50);

    fn text(path: &Path) -> String {
        super::super::file::read_text(path).expect("a text")
    }

    #[test]
    fn lines_are_appended_to_a_file_that_is_made_with_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".promotion/ledger/carbon.jsonl");
        let (mut file, bytes) = LedgerFile::open(&path, NOT_LONG).expect("opened");
        assert!(bytes.is_empty());
        file.append("one\n").expect("appended");
        file.append("two\n").expect("appended");
        drop(file);
        assert_eq!(text(&path), "one\ntwo\n");
        assert_eq!(LedgerFile::peek(&path).expect("read"), b"one\ntwo\n");
        assert!(LedgerFile::peek(&folder.path().join("no")).expect("none").is_empty());
    }

    #[test]
    fn the_name_of_a_ledger_is_made_to_last_until_something_is_in_it_whoever_made_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".promotion/ledger/carbon.jsonl");
        let is_made_to_last = || {
            let made = std::cell::Cell::new(false);
            create(&path, |one| made.set(one == path)).expect("opened");
            made.get()
        };
        assert!(is_made_to_last(), "of a new file");
        assert!(is_made_to_last(), "of an empty one that is there");
        super::super::file::write_whole(&path, "one\n").expect("written");
        assert!(!is_made_to_last(), "what has a line was made to last before it");
    }

    #[test]
    fn a_second_one_is_told_that_the_first_is_at_work() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("carbon.jsonl");
        let first = LedgerFile::open(&path, NOT_LONG).expect("opened");
        assert!(matches!(LedgerFile::open(&path, NOT_LONG), Err(LedgerError::Busy(_))));
        drop(first);
        assert!(LedgerFile::open(&path, NOT_LONG).is_ok());
    }

    #[test]
    fn a_torn_line_is_kept_beside_the_ledger() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("carbon.jsonl");
        super::super::file::write_whole(&path, "one\n{\"v\":").expect("written");
        let (mut file, _) = LedgerFile::open(&path, NOT_LONG).expect("opened");
        let aside = file.set_aside(5).expect("set aside");
        file.append("two\n").expect("appended");
        assert_eq!((text(&path).as_str(), text(&aside).as_str()), ("one\ntwo\n", "{\"v\":"));
        assert_eq!(aside, folder.path().join("carbon.torn-1"));
    }

    #[test]
    fn nothing_is_appended_to_a_file_that_others_changed_or_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("carbon.jsonl");
        let (mut file, _) = LedgerFile::open(&path, NOT_LONG).expect("opened");
        super::super::file::write_whole(&path, "from another branch\n").expect("replaced");
        assert!(matches!(file.append("one\n"), Err(LedgerError::Moved(_))));
        drop(file);
        let (mut file, _) = LedgerFile::open(&path, NOT_LONG).expect("opened");
        let mut other = File::options().append(true).open(&path).expect("opened");
        other.write_all(b"two\n").expect("written");
        assert!(matches!(file.append("one\n"), Err(LedgerError::Moved(_))));
    }

    #[test]
    fn a_ledger_that_is_not_there_any_more_is_not_begun_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger/carbon.jsonl");
        assert!(matches!(LedgerFile::open_again(&path, NOT_LONG), Err(LedgerError::Moved(_))));
        assert!(!path.parent().expect("a folder").exists());
        drop(LedgerFile::open(&path, NOT_LONG).expect("made"));
        let (mut file, _) = LedgerFile::open_again(&path, NOT_LONG).expect("opened");
        file.append("one\n").expect("appended");
    }

    #[test]
    fn a_link_or_a_device_is_no_ledger() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("carbon.jsonl"), folder.path().join("neo4j.jsonl"));
        super::super::file::write_whole(&other, "one\n").expect("written");
        std::os::unix::fs::symlink(&other, &path).expect("a link");
        assert!(matches!(LedgerFile::open(&path, NOT_LONG), Err(LedgerError::Io { .. })));
        assert!(matches!(LedgerFile::peek(&path), Err(LedgerError::Io { .. })));
    }

    #[test]
    fn a_pipe_is_no_ledger_and_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("carbon.jsonl");
        let made = super::super::process::tests::ends(&["/usr/bin/mkfifo", path.to_str().expect("UTF-8")]);
        assert_eq!(made, crate::model::run::Exit::Code(0));
        assert!(matches!(LedgerFile::peek(&path), Err(LedgerError::Io { .. })));
        assert!(matches!(LedgerFile::open(&path, NOT_LONG), Err(LedgerError::Io { .. })));
    }
}
