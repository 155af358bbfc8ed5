//! Files: reading them whole or as a stream, writing them whole or not at all.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::target::{self, Target};

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    Absent,
    /// It is there, and cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// The longest text that is taken, in bytes.
const LONGEST: u64 = 64 << 20;

/// The whole text of a file.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    String::from_utf8(read_bytes(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ReadError::Unreadable(format!("not UTF-8 at byte {at}"))
    })
}

/// All bytes of a file.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let read = open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        let dangling = std::fs::symlink_metadata(path).is_ok();
        return Err(match error.kind() {
            io::ErrorKind::NotFound if dangling => {
                ReadError::Unreadable("a link that leads nowhere".to_owned())
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Absent,
            _ => ReadError::Unreadable(error.to_string()),
        });
    }
    if bytes.len() as u64 > LONGEST {
        return Err(ReadError::Unreadable(format!("longer than {} MB", LONGEST >> 20)));
    }
    Ok(bytes)
}

/// The beginning of a text, cut after `limit` bytes, with what is not UTF-8 replaced. Empty where it
/// cannot be read: for messages, never for evidence.
pub fn read_beginning(path: &Path, limit: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = open(path) {
        // What was read before a failure is still worth showing.
        let _partial = file.take(limit).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The end of a text, at most `limit` bytes, with what is not UTF-8 replaced; as [`read_beginning`].
pub fn read_end(path: &Path, limit: u64) -> String {
    use std::io::{Seek, SeekFrom};
    let mut bytes = Vec::new();
    if let Ok(mut file) = open(path) {
        let length = file.get_ref().metadata().map_or(0, |metadata| metadata.len());
        if file.seek(SeekFrom::Start(length.saturating_sub(limit))).is_ok() {
            let _partial = file.take(limit).read_to_end(&mut bytes);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A file, opened for streaming. What is no file is refused: a pipe would make us wait for a writer that
/// never comes, and a device may have no end.
pub fn open(path: &Path) -> io::Result<BufReader<File>> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options().read(true).custom_flags(nix::libc::O_NONBLOCK).open(path)?;
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(io::Error::other("a folder, not a file"));
    }
    if !kind.is_file() {
        return Err(io::Error::other("a pipe or a device, not a file"));
    }
    Ok(BufReader::with_capacity(256 * 1024, file))
}

/// As [`open`]; `None` where nothing is there.
pub fn open_if_there(path: &Path) -> Option<Result<BufReader<File>, String>> {
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        opened => Some(opened.map_err(|error| error.to_string())),
    }
}

/// The SHA-256 of a file in hexadecimal; `None` where it cannot be read.
pub fn sha256(path: &Path) -> Option<String> {
    let mut file = open(path).ok()?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Some(hexadecimal(&digest.finalize())),
            Ok(read) => digest.update(buffer.get(..read)?),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// The SHA-256 of a text in hexadecimal.
pub fn sha256_of_text(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file whole or not at all: into a neighbour first, which then takes its place. What is there
/// and no file, such as a pipe, stays what it is and is written to; a file that must stay is written over.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    write_whole_by(path, |out| out.write_all(text.as_bytes()))
}

/// The same, with what `write` writes.
pub fn write_whole_by(path: &Path, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = Target::of(path)?;
    if target.is_special {
        return write(&mut File::options().write(true).open(&target.path)?);
    }
    match target.replace(&write) {
        Err(error) if target.is_held(&error) => target.write_over(&write),
        written => written,
    }
}

/// Writes a file that is not there yet, whole or not at all; what came to be there meanwhile stays.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut neighbour = Target::of(path)?.neighbour()?;
    neighbour.write_all(text.as_bytes())?;
    neighbour.as_file().sync_all()?;
    target::make_public(&neighbour)?;
    neighbour.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Appends lines to a file, which is made where it is not there. Where its last line has no end, it gets one first.
pub fn append_lines(path: &Path, lines: &str) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    let mut file = File::options().read(true).append(true).create(true).open(path)?;
    let mut last = [b'\n'];
    if file.metadata()?.is_file() && file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let end = if last == *b"\n" || lines.is_empty() { "" } else { "\n" };
    file.write_all(format!("{end}{lines}").as_bytes())
}

/// Takes a file away, where it is there.
#[expect(clippy::disallowed_methods, reason = "sys takes files away")]
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether [`write_whole`] could write there, as far as can be told before.
pub fn may_be_written(path: &Path) -> io::Result<()> {
    let target = Target::of(path)?;
    if target.is_special {
        return Ok(());
    }
    match target.neighbour() {
        Err(error) if target.is_held(&error) => {
            File::options().write(true).open(&target.path).map_err(|_also| error).map(drop)
        }
        made => made.map(drop),
    }
}

/// Takes away what an earlier run left where [`write_whole`] will write; what must stay is emptied.
pub fn clear(path: &Path) -> io::Result<()> {
    let target = Target::of(path)?;
    if target.is_special {
        return Ok(());
    }
    match remove(&target.path) {
        Err(error) if target.is_held(&error) => target.emptied().map(drop),
        done => done,
    }
}

/// The one path that what is written there has, however it is called.
pub fn written_as(path: &Path) -> PathBuf {
    target::led_to(path)
}

/// Whether what is written there is what standard output or standard error shows, whatever it is called.
pub fn is_printed(path: &Path) -> bool {
    target::is_printed(path)
}

/// Whether a device that takes characters is there, such as `/dev/null` or a terminal.
pub fn is_device(path: &Path) -> bool {
    target::is_device(path)
}

/// Whether the path is a file that this user may execute.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    #[expect(clippy::disallowed_methods, reason = "sys looks at files")]
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The first executable of that name on `PATH`.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = super::variable::get("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_absent_and_a_folder_is_unreadable() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(read_text(&folder.path().join("no")), Err(ReadError::Absent)));
        assert!(matches!(read_text(folder.path()), Err(ReadError::Unreadable(_))));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_unreadable_not_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join("README.md");
        std::os::unix::fs::symlink("nowhere", &link).expect("a link");
        assert!(matches!(read_text(&link), Err(ReadError::Unreadable(_))));
    }

    #[test]
    fn what_is_no_file_is_unreadable_and_never_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = super::super::process::tests::ends(&["/usr/bin/mkfifo", pipe.to_str().expect("UTF-8")]);
        assert_eq!(made, crate::model::run::Exit::Code(0));
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            assert!(matches!(read_text(path), Err(ReadError::Unreadable(_))), "{}", path.display());
            assert_eq!(sha256(path), None);
        }
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        write_whole(&path, "old").expect("written");
        write_whole(&path, "new").expect("written");
        assert_eq!(read_text(&path).expect("readable"), "new");
        assert_eq!(sha256(&path), Some(sha256_of_text("new")));
    }

    #[test]
    fn what_is_no_file_is_written_to_and_stays_what_it_is() {
        write_whole(Path::new("/dev/null"), "text").expect("written");
        assert!(!std::fs::symlink_metadata("/dev/null").expect("there").is_file());
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        write_whole(&file, "old").expect("written");
        std::os::unix::fs::symlink("a", &link).expect("a link");
        write_whole(&link, "new").expect("written");
        assert_eq!(read_text(&file).expect("readable"), "new");
        assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
    }

    #[test]
    fn where_nothing_can_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(may_be_written(folder.path()).is_err());
        assert!(may_be_written(&folder.path().join("no/a")).is_err());
        assert!(may_be_written(&folder.path().join("a")).is_ok());
        assert_eq!(super::super::tree::names(folder.path()), [""; 0]);
    }

    #[test]
    fn lines_are_appended_after_the_end_of_the_last_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("outputs");
        append_lines(&path, "").expect("made");
        append_lines(&path, "a=1\n").expect("written");
        assert_eq!(read_text(&path).expect("text"), "a=1\n");
        write_whole(&path, "theirs=2").expect("written");
        append_lines(&path, "a=1\n").expect("written");
        assert_eq!(read_text(&path).expect("text"), "theirs=2\na=1\n");
        assert!(append_lines(&folder.path().join("no/a"), "x").is_err());
    }

    #[test]
    fn the_end_of_a_long_text_is_read_without_the_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        write_whole(&path, &format!("{}end", "x".repeat(10_000))).expect("written");
        assert_eq!(read_end(&path, 3), "end");
    }
}
