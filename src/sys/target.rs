//! Where a file that is to be written comes to lie, and how it gets there. The hard part: a link stays a link, and not
//! every file can be replaced: one that is mounted on its own, or another user's in `/tmp`, can only be written over.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::neighbour;

/// How many links are followed.
const LINKS: usize = 40;

/// Where a path that is to be written leads.
pub(super) struct Target {
    pub(super) path: PathBuf,
    /// What is there is no file, such as a pipe: it stays what it is.
    pub(super) is_special: bool,
}

impl Target {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let path = led_to(path);
        match looked_at(&path) {
            Some(there) if there.is_dir() => Err(io::Error::other("it is a folder")),
            Some(there) if there.is_file() && is_descriptor(&path) => {
                Err(io::Error::other("it is a file that is open already"))
            }
            there => Ok(Self { path, is_special: there.is_some_and(|there| !there.is_file()) }),
        }
    }

    /// A new file beside it, which may take its place.
    pub(super) fn neighbour(&self) -> io::Result<tempfile::NamedTempFile> {
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        neighbour::neighbour(folder).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("the folder does not exist"),
            kind => io::Error::from(kind),
        })
    }

    /// Lets a new file with what `write` writes take its place: whole or not at all.
    pub(super) fn replace(&self, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut neighbour = self.neighbour()?;
        write(&mut neighbour)?;
        neighbour.as_file().sync_all()?;
        make_public(&neighbour)?;
        neighbour.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Whether `error` says that the file must stay where it is, so that only what it holds can be another.
    pub(super) fn is_held(&self, error: &io::Error) -> bool {
        use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
        matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
            && looked_at(&self.path).is_some_and(|there| there.is_file())
    }

    /// Writes over what it holds; where that fails it holds nothing, and no half.
    pub(super) fn write_over(&self, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut file = self.emptied()?;
        let written = write(&mut file).and_then(|()| file.sync_all());
        if written.is_err() {
            file.set_len(0)?;
        }
        written
    }

    /// It, holding nothing any more.
    pub(super) fn emptied(&self) -> io::Result<File> {
        File::options().write(true).truncate(true).open(&self.path)
    }
}

/// Where links lead in the end, also where nothing is there yet. What a process has open stays under its descriptor's
/// name: it may be no file, and what it is called elsewhere says nothing.
pub(super) fn led_to(path: &Path) -> PathBuf {
    let mut path = in_real_folder(path);
    for _ in 0..LINKS {
        match std::fs::read_link(&path) {
            Ok(link) if !is_descriptor(&path) => {
                path = in_real_folder(&path.parent().unwrap_or(&path).join(link));
            }
            _ => break,
        }
    }
    path
}

#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
fn in_real_folder(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return path.to_owned(),
    };
    match path.file_name() {
        Some(name) => std::fs::canonicalize(folder).map_or_else(|_| path.to_owned(), |real| real.join(name)),
        None => std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// `/proc/…/fd/N`, which is where `/dev/fd/N` leads.
fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/proc") && path.parent().is_some_and(|folder| folder.ends_with("fd"))
}

/// Whether what is written there is what standard output or standard error shows, whatever it is called.
pub(super) fn is_printed(path: &Path) -> bool {
    let Some(there) = looked_at(path) else { return false };
    let is_it = |other: &Metadata| (other.dev(), other.ino()) == (there.dev(), there.ino());
    if looked_at(Path::new("/dev/null")).is_some_and(|nothing| is_it(&nothing)) {
        return false;
    }
    let streams =
        [std::io::stdout().as_fd().try_clone_to_owned(), std::io::stderr().as_fd().try_clone_to_owned()];
    streams
        .into_iter()
        .flatten()
        .filter_map(|stream| File::from(stream).metadata().ok())
        .any(|stream| is_it(&stream))
}

/// Whether a device that takes characters is there.
pub(super) fn is_device(path: &Path) -> bool {
    looked_at(path).is_some_and(|there| there.file_type().is_char_device())
}

#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
fn looked_at(path: &Path) -> Option<Metadata> {
    std::fs::metadata(path).ok()
}

/// A temporary file is readable by its owner alone; a report is for others too.
pub(super) fn make_public(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use super::super::file::{self, read_text};
    use super::super::process::tests::ends;
    use super::*;
    use crate::model::run::Exit;

    #[test]
    fn what_cannot_be_replaced_is_written_over_and_is_never_a_half() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mounted");
        file::write_whole(&path, "what was there before, and is longer").expect("written");
        let target = Target::of(&path).expect("a file");
        for error in [nix::errno::Errno::EBUSY, nix::errno::Errno::EXDEV, nix::errno::Errno::EPERM] {
            assert!(target.is_held(&io::Error::from(error)), "{error}");
        }
        assert!(!target.is_held(&io::Error::from(nix::errno::Errno::ENOSPC)));
        target.write_over(|out| out.write_all(b"new")).expect("written");
        assert_eq!(read_text(&path).expect("text"), "new");
        let half = |out: &mut dyn Write| {
            out.write_all(b"ne")?;
            Err(io::Error::other("full"))
        };
        target.write_over(half).expect_err("it is full");
        assert_eq!(read_text(&path).expect("text"), "");
        let gone = Target::of(&folder.path().join("no")).expect("a place");
        assert!(!gone.is_held(&io::Error::from(nix::errno::Errno::EPERM)), "what is not there holds nothing");
    }

    /// A file that is mounted on its own, as containers get one: in a mount namespace that goes with the process.
    #[test]
    fn a_file_that_is_mounted_on_its_own_is_written_and_cleared_where_it_is() {
        const INSIDE: &str = "TTA_PROMOTE_TEST_MOUNTED";
        #[expect(clippy::disallowed_methods, reason = "this test runs itself in a namespace")]
        let inside = std::env::var_os(INSIDE);
        if let Some(path) = inside {
            let path = Path::new(&path);
            assert_eq!(
                std::fs::rename(path, path.with_extension("x")).map_err(|why| why.kind()),
                Err(io::ErrorKind::ResourceBusy)
            );
            file::may_be_written(path).expect("it can");
            file::write_whole(path, "new").expect("written");
            assert_eq!(read_text(path).expect("text"), "new");
            file::clear(path).expect("emptied");
            assert_eq!(read_text(path).expect("text"), "");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mounted");
        file::write_whole(&path, "old, and longer").expect("written");
        let script = format!(
            "mount --bind '{0}' '{0}' && {INSIDE}='{0}' exec '{1}' --exact sys::target::tests::a_file_that_is_mounted_on_its_own_is_written_and_cleared_where_it_is",
            path.display(),
            std::env::current_exe().expect("a path").display(),
        );
        let as_root: &[&str] =
            if nix::unistd::geteuid().is_root() { &[] } else { &["--user", "--map-root-user"] };
        let within = |command: &[&str]| ends(&[&["/usr/bin/unshare", "--mount"], as_root, command].concat());
        if within(&["/bin/true"]) != Exit::Code(0) {
            #[expect(clippy::disallowed_methods, reason = "a test asks how it is run")]
            let is_needed = std::env::var_os("TTA_PROMOTE_NEEDS_ENGINE").is_some();
            assert!(!is_needed, "no mount namespace can be made");
            println!("NOT RUN: no mount namespace can be made");
            return;
        }
        assert_eq!(within(&["/bin/sh", "-c", &script]), Exit::Code(0));
    }
}
