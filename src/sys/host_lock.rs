//! A lock that all processes of this machine see, whoever runs them and wherever: a file in `/tmp` that the kernel locks.
//!
//! Not for what has a file of its own (`ledger_file`). The kernel lets it go however a process ends. The file goes with
//! the lock, and stays only where its holder was killed or did not see the end of what he had begun: then it tells the
//! next one whose work may still go on, and is his own only once he has waited for that.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::{self, Stopwatch};
use super::file;
use super::interrupt::Interrupt;
use super::neighbour::is_at;

/// Not `TMPDIR`, which may be another one for each job of a CI.
const FOLDER: &str = "/tmp";
/// How often it is looked whether it was let go.
const TICK: Duration = Duration::from_millis(20);
/// How long it may take, from a file's being made, until everybody may read it.
const MOMENT: Duration = Duration::from_millis(200);
/// What is read of a file that anybody may have put there, in bytes.
const LONGEST: u64 = 4096;

/// Why it could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it; who, as far as it says so.
    #[error("another process has it")]
    Busy(Option<Holder>),
    /// We were asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The system did not let us.
    #[error("cannot lock `{file}`: {error}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        error: io::Error,
    },
}

/// Who has it, or had it when his work was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The number of the process.
    pub process: u32,
    /// Where it works.
    pub folder: PathBuf,
    /// Whose it is: the number of the user.
    pub user: u32,
}

/// The lock, as long as it lives.
#[derive(Debug)]
pub struct HostLock {
    path: PathBuf,
    file: File,
    /// Where we work.
    folder: PathBuf,
    work: Work,
    /// Who had it when he was killed, or let it go before the end of what he had begun.
    pub killed: Option<Holder>,
}

/// What may be under way in this turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// What the one before us had begun: the file is still his.
    Before,
    /// Nothing.
    None,
    /// What we have begun.
    Ours,
}

impl HostLock {
    /// The file, for people.
    pub fn file(&self) -> String {
        self.path.display().to_string()
    }

    /// How long ago the file was written; a time that is yet to come is now.
    pub fn age(&self) -> Duration {
        let written = self.file.metadata().and_then(|file| file.modified()).ok();
        let written = written.and_then(|time| Timestamp::try_from(time).ok());
        written.map_or(Duration::ZERO, |time| {
            Duration::try_from(clock::now().duration_since(time)).unwrap_or_default()
        })
    }

    /// Says that something is begun that may go on without us: until it is [`settled`](Self::settled), the file stays,
    /// also when the lock is let go.
    pub fn begins(&mut self) {
        self.work = Work::Ours;
        self.touch();
    }

    /// Says that nothing is under way any more, whoever had begun it.
    pub fn settled(&mut self) {
        if self.work == Work::Before {
            // A file of another user can be locked and not written: then nobody is told who has it.
            let _told = tell(&self.file, &self.path, &self.folder);
        }
        self.work = Work::None;
    }

    /// The file of another user keeps its time.
    fn touch(&self) {
        let _touched = self.file.set_modified(clock::now().into());
    }

    /// Takes the lock of that name for work in `folder`, and waits no longer than `patience` for another process.
    pub fn take(
        name: &str,
        folder: &Path,
        patience: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, LockError> {
        Self::take_in(Path::new(FOLDER), name, folder, patience, interrupt)
    }

    fn take_in(
        place: &Path,
        name: &str,
        folder: &Path,
        patience: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, LockError> {
        let digest = file::sha256_of_text(name);
        let path = place.join(format!("tta-promote-{}.lock", digest.get(..32).unwrap_or(&digest)));
        let failed = |error| LockError::Io { file: path.display().to_string(), error };
        let watch = Stopwatch::start();
        loop {
            let mut file = match open(&path) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied && watch.elapsed() < MOMENT => {
                    if interrupt.rest(TICK) {
                        return Err(LockError::Interrupted);
                    }
                    continue;
                }
                opened => opened.map_err(failed)?,
            };
            match file.try_lock() {
                // Its last holder may have taken it away between our opening and locking it.
                Ok(()) if !is_at(&file, &path) => {}
                Ok(()) => {
                    let killed = holder(&mut file);
                    let folder = folder.to_owned();
                    let mut taken = Self { path, file, folder, work: Work::Before, killed };
                    if taken.killed.is_none() {
                        taken.settled();
                    }
                    return Ok(taken);
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if watch.elapsed() >= patience => {
                    return Err(LockError::Busy(holder(&mut file)));
                }
                Err(TryLockError::WouldBlock) if interrupt.rest(TICK) => return Err(LockError::Interrupted),
                Err(TryLockError::WouldBlock) => {}
            }
        }
    }
}

impl Drop for HostLock {
    fn drop(&mut self) {
        if self.work == Work::Ours {
            // From now on it may go on without us.
            self.touch();
        }
        if self.work == Work::None && is_at(&self.file, &self.path) {
            let _stays_where_it_is_of_another_user = file::remove(&self.path);
        }
    }
}

/// Opens the file, and makes it where there is none. One that is there is not asked to be made: in a folder for all, the
/// system may refuse that for a file of another user.
fn open(path: &Path) -> io::Result<File> {
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    loop {
        match OpenOptions::new().read(true).custom_flags(flags).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(file) if !file.metadata()?.is_file() => return Err(io::Error::other("it is no file")),
            other => return other,
        }
        let make = OpenOptions::new().read(true).write(true).create_new(true).mode(0o644).open(path);
        match make {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // Whatever the mask of this process says: others could not even see that it is locked.
            Ok(file) => return file.set_permissions(Permissions::from_mode(0o644)).map(|()| file),
            Err(error) => return Err(error),
        }
    }
}

fn tell(locked: &File, path: &Path, folder: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).custom_flags(nix::libc::O_NOFOLLOW).open(path)?;
    if !is_at(locked, path) {
        return Err(io::Error::other("it is another file"));
    }
    file.set_len(0)?;
    file.write_all(format!("{} {}\n", std::process::id(), folder.display()).as_bytes())
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.take(LONGEST).read_to_string(&mut text)).ok()?;
    let (process, folder) = text.strip_suffix('\n')?.split_once(' ')?;
    let user = file.metadata().ok()?.uid();
    Some(Holder { process: process.parse().ok()?, folder: PathBuf::from(folder), user })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us() -> u32 {
        nix::unistd::Uid::effective().as_raw()
    }

    const NOT_LONG: Duration = Duration::from_millis(50);

    fn take(place: &Path, name: &str, patience: Duration) -> Result<HostLock, LockError> {
        HostLock::take_in(place, name, Path::new("/some where"), patience, &Interrupt::default())
    }

    #[test]
    fn a_second_one_is_told_who_has_it_and_has_it_when_the_first_lets_go() {
        let place = tempfile::tempdir().expect("a folder");
        let first = take(place.path(), "a", NOT_LONG).expect("free");
        assert_eq!(first.killed, None);
        let who = Holder { process: std::process::id(), folder: PathBuf::from("/some where"), user: us() };
        assert!(matches!(take(place.path(), "a", NOT_LONG), Err(LockError::Busy(Some(told))) if told == who));
        assert!(take(place.path(), "b", NOT_LONG).is_ok(), "another name is another lock");
        let path = place.path().to_owned();
        let second = std::thread::spawn(move || take(&path, "a", Duration::from_secs(60)).expect("free"));
        super::super::process_table::pause(NOT_LONG);
        drop(first);
        assert_eq!(second.join().expect("no panic").killed, None);
        assert_eq!(super::super::tree::names(place.path()), [""; 0], "nothing is left");
    }

    #[test]
    fn many_at_once_have_it_one_after_the_other() {
        let place = tempfile::tempdir().expect("a folder");
        let inside = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _held = take(place.path(), "a", Duration::from_secs(60)).expect("free");
                        let order = std::sync::atomic::Ordering::SeqCst;
                        assert_eq!(inside.fetch_add(1, order), 0, "alone");
                        std::thread::yield_now();
                        inside.fetch_sub(1, order);
                    }
                });
            }
        });
    }

    #[test]
    fn what_a_killed_one_left_tells_of_it() {
        let place = tempfile::tempdir().expect("a folder");
        let name = take(place.path(), "a", NOT_LONG).expect("free").path.clone();
        file::write_whole(&name, "4711 /some where else\n").expect("written");
        let killed = Holder { process: 4711, folder: PathBuf::from("/some where else"), user: us() };
        for _ in 0..2 {
            let next = take(place.path(), "a", NOT_LONG).expect("free");
            assert_eq!(next.killed.as_ref(), Some(&killed), "also when the wait for it came to no end");
        }
        let mut next = take(place.path(), "a", NOT_LONG).expect("free");
        next.settled();
        assert!(file::read_text(&name).expect("a text").ends_with(" /some where\n"), "it is ours now");
        drop(next);
        assert!(!name.exists());
        file::write_whole(&name, "no number").expect("written");
        assert_eq!(take(place.path(), "a", NOT_LONG).expect("free").killed, None);
    }

    #[test]
    fn what_was_begun_and_not_settled_is_told_like_what_a_killed_one_left() {
        let place = tempfile::tempdir().expect("a folder");
        let mut first = take(place.path(), "a", NOT_LONG).expect("free");
        first.begins();
        let long_ago = clock::now() - Duration::from_secs(60);
        first.file.set_modified(long_ago.into()).expect("set");
        assert!(first.age() >= Duration::from_secs(60));
        drop(first);
        let mut next = take(place.path(), "a", NOT_LONG).expect("free");
        assert_eq!(next.killed.as_ref().map(|holder| holder.process), Some(std::process::id()));
        assert!(next.age() < Duration::from_secs(30), "it counts from when it was let go");
        next.file.set_modified((clock::now() + Duration::from_secs(3_600)).into()).expect("set");
        assert_eq!(next.age(), Duration::ZERO);
        next.settled();
        next.begins();
        next.settled();
        drop(next);
        assert_eq!(take(place.path(), "a", NOT_LONG).expect("free").killed, None);
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let place = tempfile::tempdir().expect("a folder");
        let name = take(place.path(), "a", NOT_LONG).expect("free").path.clone();
        std::os::unix::fs::symlink("/etc/hostname", &name).expect("a link");
        assert!(matches!(take(place.path(), "a", NOT_LONG), Err(LockError::Io { .. })));
    }

    #[test]
    fn an_interrupt_ends_the_waiting() {
        let place = tempfile::tempdir().expect("a folder");
        let _first = take(place.path(), "a", NOT_LONG).expect("free");
        let interrupt = Interrupt::default();
        interrupt.raise();
        let there = Path::new("/");
        let taken = HostLock::take_in(place.path(), "a", there, Duration::from_secs(60), &interrupt);
        assert!(matches!(taken, Err(LockError::Interrupted)));
    }
}
