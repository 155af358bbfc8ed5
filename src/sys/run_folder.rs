//! The folder of one run: reports and logs, outside of the project, never one that was there before.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{clock, variable};

/// How many folders of earlier runs stay for a look at their logs.
const KEPT: usize = 10;
/// How long what outlives a run stays without being asked for.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
/// The ending of the empty file beside a lasting folder whose time says when it was last asked for.
const USED: &str = ".used";
/// How long a run has to lock its folder.
const JUST_NOW: Duration = Duration::from_secs(10);
/// The file in a run's folder that is locked as long as the run lasts.
const IN_USE: &str = "in-use";

/// There is no place for a folder of a run.
#[derive(Debug, thiserror::Error)]
#[error("no folder for reports and logs can be made: {}", tried.join("; "))]
pub struct NoPlace {
    tried: Vec<String>,
}

impl NoPlace {
    /// What to do about it.
    pub const HINT: &str =
        "set `XDG_CACHE_HOME` or `TMPDIR` to a folder outside of the project that you alone may write";
}

/// A fresh folder. It stays after the run, for a look at the logs; older ones go.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    keep: PathBuf,
    /// Held by the system, which lets it go however the run ends.
    _in_use: File,
}

impl RunFolder {
    /// Makes a folder that is outside of `project`. It lies in the user's cache, or in the system's
    /// temporary folder where the cache cannot be written or lies inside of the project.
    pub fn create(project: &Path) -> Result<Self, NoPlace> {
        let mut tried = Vec::new();
        for keep in candidates() {
            match Self::create_in(&keep, project) {
                Ok(folder) => return Ok(folder),
                Err(error) => tried.push(format!("`{}`: {error}", keep.display())),
            }
        }
        Err(NoPlace { tried })
    }

    #[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
    fn create_in(keep: &Path, project: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        if lies_in(keep, project) {
            return Err(io::Error::other("it lies inside of the project"));
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(keep.join("runs"))?;
        let keep = std::fs::canonicalize(keep)?;
        if !is_ours_alone(&keep)? {
            return Err(io::Error::other("others may write there"));
        }
        prune(&keep.join("runs"));
        let stamp = clock::now().strftime("%Y%m%dT%H%M%S.%6f").to_string();
        let folder = tempfile::Builder::new().prefix(&format!("{stamp}-")).tempdir_in(keep.join("runs"))?;
        let in_use = File::create(folder.path().join(IN_USE))?;
        in_use.lock()?;
        Ok(Self { path: folder.keep(), keep, _in_use: in_use })
    }

    /// The folder, absolute and without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it lies in with those of other runs, and with what outlives them.
    pub(super) fn keep(&self) -> &Path {
        &self.keep
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A folder in it, made now.
    #[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// The place of a folder of a kind that outlives the run and is shared by all runs: for what is only
    /// there to save time. Those of its kind that no run has asked for in a month go.
    #[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
    pub fn lasting(&self, kind: &str, name: &str) -> io::Result<PathBuf> {
        let folder = self.keep.join(kind);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}{USED}")), "")?;
        forget_unused(&folder);
        Ok(folder.join(name))
    }

    /// Takes the byte code that the run compiled away; nobody reads it afterwards.
    pub fn tidy(&self, name: &str) {
        remove(&self.path.join(name));
    }
}

/// Whether a folder that may not be there yet lies in `project`, which is absolute and without links.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn lies_in(folder: &Path, project: &Path) -> bool {
    folder
        .ancestors()
        .find_map(|above| std::fs::canonicalize(above).ok())
        .is_some_and(|above| above.starts_with(project))
}

/// Whether nobody else may put reports into a folder: the temporary one has a name that anyone can guess.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn is_ours_alone(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(folder)?;
    Ok(metadata.uid() == nix::unistd::Uid::effective().as_raw() && metadata.mode() & 0o022 == 0)
}

/// The folders in which runs may have kept something, the preferred first: those that are there, and that nobody
/// else may write.
pub fn kept() -> Vec<PathBuf> {
    candidates().filter(|folder| is_ours_alone(folder).unwrap_or(false)).collect()
}

fn candidates() -> impl Iterator<Item = PathBuf> {
    let temporary = std::env::temp_dir().join(format!("tta-promote-{}", nix::unistd::Uid::effective()));
    cache_folder().into_iter().chain([temporary])
}

fn cache_folder() -> Option<PathBuf> {
    let base = variable::get("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable::get("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some(base.join("tta-promote"))
}

/// Removes what was last asked for longer than [`UNUSED`] ago.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn forget_unused(folder: &Path) {
    for name in super::tree::names(folder) {
        let Some(entry) = name.strip_suffix(USED) else { continue };
        let used = std::fs::metadata(folder.join(&name)).and_then(|metadata| metadata.modified());
        if used.is_ok_and(|used| used.elapsed().is_ok_and(|age| age > UNUSED)) {
            remove(&folder.join(entry));
            let _stays_if_it_cannot_go = std::fs::remove_file(folder.join(&name));
        }
    }
}

/// Removes all but the newest runs. Their names begin with the time, so that order is age. One that
/// cannot be removed stays: it costs space, not trust. So does one whose run lasts: many short runs may begin
/// and end meanwhile.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn prune(runs: &Path) {
    let Ok(entries) = std::fs::read_dir(runs) else { return };
    let mut folders: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    folders.sort_unstable();
    for folder in folders.iter().rev().skip(KEPT) {
        let lasts = || {
            File::open(folder.join(IN_USE))
                .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
        };
        if !is_young(folder) && !lasts() {
            remove(folder);
        }
    }
}

/// Whether a folder was made just now, so that its run may not have marked it yet.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn is_young(folder: &Path) -> bool {
    let changed = std::fs::metadata(folder).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age < JUST_NOW))
}

#[expect(clippy::disallowed_methods, reason = "this is the place that makes the run's folder")]
fn remove(folder: &Path) {
    let _stays_if_it_cannot_go = std::fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_never_lies_inside_of_the_project() {
        let project = tempfile::tempdir().expect("a folder");
        let project = super::super::tree::real(project.path()).expect("a path");
        assert!(RunFolder::create_in(&project.join("cache/of/mine"), &project).is_err());
        assert!(!project.join("cache").exists(), "nothing was made there");
    }

    #[test]
    fn a_folder_that_others_may_write_is_not_trusted() {
        use std::os::unix::fs::PermissionsExt;
        let keep = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(keep.path(), std::fs::Permissions::from_mode(0o777)).expect("opened");
        assert!(RunFolder::create_in(keep.path(), Path::new("/nowhere")).is_err());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes what is to go")]
    fn what_no_run_has_asked_for_in_a_month_goes() {
        let keep = tempfile::tempdir().expect("a folder");
        let run = RunFolder::create_in(keep.path(), Path::new("/nowhere")).expect("a run folder");
        let old = run.lasting("environments", "old").expect("a place");
        std::fs::create_dir_all(&old).expect("made");
        let used = std::fs::File::options().write(true).open(old.with_extension("used")).expect("the file");
        used.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("made old");
        let new = run.lasting("environments", "new").expect("a place");
        std::fs::create_dir_all(&new).expect("made");
        run.lasting("environments", "new").expect("a place");
        assert!(!old.exists() && new.exists());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes a folder old")]
    fn a_run_that_lasts_keeps_its_folder_while_many_others_come_and_go() {
        let keep = tempfile::tempdir().expect("a folder");
        let create = || RunFolder::create_in(keep.path(), Path::new("/nowhere")).expect("a run folder");
        let age = |run: &RunFolder| {
            let folder = File::open(run.path()).expect("a folder");
            folder.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("made old");
        };
        let (lasts, ended) = (create(), create());
        age(&lasts);
        age(&ended);
        let path = ended.path().to_owned();
        drop(ended);
        (0..KEPT + 2).for_each(|_| drop(create()));
        assert!(lasts.path().exists() && !path.exists());
    }

    #[test]
    fn every_run_has_a_folder_of_its_own() {
        let keep = tempfile::tempdir().expect("a folder");
        let first = RunFolder::create_in(keep.path(), Path::new("/nowhere")).expect("a run folder");
        let second = RunFolder::create_in(keep.path(), Path::new("/nowhere")).expect("a run folder");
        assert_ne!(first.path(), second.path());
    }
}
