//! The folder of what earlier runs found out, one for each project, in the user's cache: bytes by name.
//!
//! Not what the bytes mean (`cache`). Whatever goes wrong here costs time and nothing else: a file that cannot be read
//! is not there, and one that cannot be written is not kept. Files are put in place whole, so that two processes
//! at once can only replace each other's; they are not synced, since a lost one is merely missed.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::run_folder::RunFolder;
use super::{file, tree};

/// The folder of all projects, in the one that holds the folders of runs.
const KIND: &str = "results";
/// The ending of an entry that may go when it is not used; what has another ending stays with the project.
const ENTRY: &str = ".entry";
/// The file that tells which project it is.
const ROOT: &str = "root";
/// The file whose time says when all projects were last looked through.
const SWEPT: &str = "swept";
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The time of last use is noted no more often than this.
const NOTED: Duration = Duration::from_secs(3600);
/// Of one project at most so many entries stay, and so many bytes.
const ENTRIES: usize = 200;
const BYTES: u64 = 64 << 20;

/// The folder of one project.
#[derive(Debug, Clone)]
pub struct CacheFolder {
    all: PathBuf,
    folder: PathBuf,
    root: PathBuf,
}

/// What is kept of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The project's root as it was; `None` where that cannot be told.
    pub root: Option<String>,
    /// How many entries.
    pub entries: usize,
    /// Bytes in all files.
    pub bytes: u64,
    /// When the entry that was not used for longest was last used.
    pub oldest: Option<jiff::Timestamp>,
}

impl CacheFolder {
    /// That of the project at `root`. Nothing is made yet.
    pub fn of(run: &RunFolder, root: &Path) -> Self {
        Self::within(run.keep(), root)
    }

    fn within(keep: &Path, root: &Path) -> Self {
        let all = keep.join(KIND);
        let name = file::sha256_of_text(&root.to_string_lossy());
        let folder = all.join(name.get(..16).unwrap_or(&name));
        Self { all, folder, root: root.to_owned() }
    }

    /// The bytes of an entry, which is in use from now on.
    pub fn entry(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(format!("{name}{ENTRY}"));
        let bytes = bytes(&path)?;
        if age(&path).is_some_and(|age| age > NOTED) {
            touch(&path);
        }
        Some(bytes)
    }

    /// Keeps an entry; others may go for it.
    pub fn keep_entry(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() as u64 > BYTES / 2 {
            return Err(io::Error::other("it is too large"));
        }
        self.put(&format!("{name}{ENTRY}"), bytes)?;
        limit(&self.folder);
        sweep(&self.all);
        Ok(())
    }

    /// The bytes of a file that stays with the project.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        bytes(&self.folder.join(name))
    }

    /// Keeps a file with the project.
    #[expect(clippy::disallowed_methods, reason = "sys makes folders")]
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        if !tree::exists(&self.folder.join(ROOT)) {
            place(&self.folder, ROOT, self.root.to_string_lossy().as_bytes())?;
        }
        place(&self.folder, name, bytes)
    }
}

/// Puts a file in place whole.
fn place(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    Ok(())
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file::open(path).ok()?.take(BYTES + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= BYTES).then_some(bytes)
}

#[expect(clippy::disallowed_methods, reason = "sys looks at files")]
fn used(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// How long ago a file was used; nothing where it lies in the future.
fn age(path: &Path) -> Option<Duration> {
    used(path)?.elapsed().ok()
}

#[expect(clippy::disallowed_methods, reason = "this is the place that asks the clock for files")]
fn touch(path: &Path) {
    let opened = std::fs::File::options().append(true).open(path);
    let _stays_as_old_as_it_is = opened.and_then(|file| file.set_modified(SystemTime::now()));
}

/// The files of a project's folder with their sizes.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let size =
        |name: &String| std::fs::symlink_metadata(folder.join(name)).map_or(0, |metadata| metadata.len());
    tree::names(folder).into_iter().map(|name| (size(&name), name)).map(|(size, name)| (name, size)).collect()
}

/// Takes away what was not used for long, and what is too much, the longest unused first.
#[expect(clippy::disallowed_methods, reason = "this is the place that takes entries away")]
fn limit(folder: &Path) {
    let is_entry = |(name, _): &(String, u64)| name.ends_with(ENTRY) || name.starts_with(".new-");
    let mut entries: Vec<(Option<SystemTime>, String, u64)> = files(folder)
        .into_iter()
        .filter(is_entry)
        .map(|(name, size)| (used(&folder.join(&name)), name, size))
        .collect();
    entries.sort_unstable_by(|one, other| other.cmp(one));
    let mut bytes = 0;
    for (position, (used, name, size)) in entries.iter().enumerate() {
        bytes += size;
        let age = used.and_then(|used| used.elapsed().ok()).unwrap_or_default();
        let is_left_over = name.starts_with(".new-") && age > DAY;
        if age > UNUSED || position >= ENTRIES || bytes > BYTES || is_left_over {
            let _stays_if_it_cannot_go = std::fs::remove_file(folder.join(name));
        }
    }
}

/// Once a day: looks through the projects, and takes away those of which nothing was used for long.
#[expect(clippy::disallowed_methods, reason = "this is the place that takes entries away")]
fn sweep(all: &Path) {
    if age(&all.join(SWEPT)).is_some_and(|age| age < DAY) {
        return;
    }
    let _once_more_tomorrow = place(all, SWEPT, b"");
    for name in tree::names(all) {
        let folder = all.join(&name);
        limit(&folder);
        let lives =
            files(&folder).iter().any(|(name, _)| age(&folder.join(name)).is_none_or(|age| age <= UNUSED));
        if !lives && folder.is_dir() {
            let _stays_if_it_cannot_go = std::fs::remove_dir_all(&folder);
        }
    }
}

/// The folder of all projects, and what is kept of each, the largest first.
pub fn overview(keep: &Path) -> (PathBuf, Vec<Kept>) {
    let all = keep.join(KIND);
    let mut kept: Vec<Kept> = tree::names(&all)
        .iter()
        .map(|name| all.join(name))
        .filter(|folder| folder.is_dir())
        .map(|folder| of_project(&folder))
        .collect();
    kept.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.root.cmp(&other.root)));
    (all, kept)
}

fn of_project(folder: &Path) -> Kept {
    let files = files(folder);
    let entries = || files.iter().filter(|(name, _)| name.ends_with(ENTRY));
    let oldest = entries().filter_map(|(name, _)| used(&folder.join(name))).min();
    Kept {
        root: file::read_text(&folder.join(ROOT)).ok(),
        entries: entries().count(),
        bytes: files.iter().map(|(_, size)| size).sum(),
        oldest: oldest.and_then(|oldest| oldest.try_into().ok()),
    }
}

/// Takes everything away.
#[expect(clippy::disallowed_methods, reason = "this is the place that takes entries away")]
pub fn clear(keep: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(keep.join(KIND)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test puts into the folder what should not be there")]
mod tests {
    use super::*;

    fn place_of_project() -> (tempfile::TempDir, CacheFolder) {
        let keep = tempfile::tempdir().expect("a folder");
        let folder = CacheFolder::within(keep.path(), Path::new("/the/project"));
        (keep, folder)
    }

    fn make_old(path: &Path, days: u64) {
        let file = std::fs::File::options().append(true).open(path).expect("opened");
        file.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).expect("made old");
    }

    #[test]
    fn what_is_kept_is_there_and_nothing_else() {
        let (keep, folder) = place_of_project();
        assert_eq!(folder.entry("a"), None);
        folder.keep_entry("a", b"one").expect("kept");
        folder.keep_entry("a", b"two").expect("kept");
        assert_eq!(folder.entry("a").as_deref(), Some(&b"two"[..]));
        assert_eq!(CacheFolder::within(keep.path(), Path::new("/another")).entry("a"), None);
        let (_, kept) = overview(keep.path());
        assert_eq!((kept.len(), kept[0].entries, kept[0].root.as_deref()), (1, 1, Some("/the/project")));
        clear(keep.path()).expect("cleared");
        clear(keep.path()).expect("nothing to clear");
        assert_eq!((folder.entry("a"), overview(keep.path()).1), (None, vec![]));
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_kept() {
        let (keep, folder) = place_of_project();
        std::fs::write(keep.path().join(KIND), "no folder").expect("written");
        assert!(folder.keep_entry("a", b"one").is_err());
        assert_eq!(folder.entry("a"), None);
    }

    #[test]
    fn what_is_no_file_is_no_entry() {
        let (_keep, folder) = place_of_project();
        std::fs::create_dir_all(folder.folder.join("a.entry")).expect("made");
        std::os::unix::fs::symlink("/dev/zero", folder.folder.join("b.entry")).expect("a link");
        assert_eq!((folder.entry("a"), folder.entry("b")), (None, None));
    }

    #[test]
    fn entries_that_nobody_used_for_a_month_go_and_so_do_the_oldest_of_too_many() {
        let (_keep, folder) = place_of_project();
        folder.put("durations", b"{}").expect("kept");
        make_old(&folder.folder.join("durations"), 40);
        for number in 0..ENTRIES + 2 {
            place(&folder.folder, &format!("{number:03}{ENTRY}"), b"x").expect("kept");
            let days = if number == 0 { 31 } else { 29 };
            make_old(&folder.folder.join(format!("{number:03}{ENTRY}")), days);
        }
        touch(&folder.folder.join("001.entry"));
        folder.keep_entry("new", b"x").expect("kept");
        let left = tree::names(&folder.folder).into_iter().filter(|name| name.ends_with(ENTRY)).count();
        assert_eq!(left, ENTRIES);
        assert!(
            folder.entry("000").is_none() && folder.entry("001").is_some() && folder.entry("new").is_some()
        );
        assert!(folder.file("durations").is_some(), "it stays with the project");
    }

    #[test]
    fn the_longest_unused_entries_go_where_all_of_them_are_too_large() {
        let (_keep, folder) = place_of_project();
        let large = vec![0; usize::try_from(BYTES / 3).expect("it fits")];
        for (name, days) in [("a", 3), ("b", 2), ("c", 1)] {
            folder.keep_entry(name, &large).expect("kept");
            make_old(&folder.folder.join(format!("{name}{ENTRY}")), days);
        }
        folder.keep_entry("d", &large).expect("kept");
        assert_eq!(["a", "b", "c", "d"].map(|name| folder.entry(name).is_some()), [false, true, true, true]);
        assert!(folder.keep_entry("e", &vec![0; usize::try_from(BYTES).expect("it fits")]).is_err());
    }

    #[test]
    fn a_project_that_nobody_used_for_a_month_goes_as_a_whole() {
        let (keep, folder) = place_of_project();
        folder.keep_entry("a", b"x").expect("kept");
        for name in ["a.entry", ROOT] {
            make_old(&folder.folder.join(name), 31);
        }
        let other = CacheFolder::within(keep.path(), Path::new("/another"));
        other.keep_entry("a", b"x").expect("kept");
        assert!(folder.folder.exists(), "not more than once a day");
        make_old(&other.all.join(SWEPT), 2);
        other.keep_entry("a", b"x").expect("kept");
        assert!(!folder.folder.exists() && other.entry("a").is_some());
    }
}
