//! One digest over everything that could change what the tools find in a project: the content of every file of
//! its repository and those that settings lead to, configuration above it, variables, the system, and this program.
//!
//! Not the environment and the tools (`witness`). The hard part is to be fast and still to trust nobody: each file is
//! read, whatever its size and time of change say and whatever git says of it; git only lists the names.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::clock::{Stopwatch, processors};
use super::file::hexadecimal;
use super::history::History;
use super::lead::{self, Ground};
use super::repository::{Index, Standing};
use super::run_folder::RunFolder;
use super::{above, unlisted, variable};

/// What Linux tells of our process, and so of those that we start, in `/proc/self/status`.
const OF_THE_PROCESS: [&str; 6] = ["Umask:", "Gid:", "Groups:", "CapEff:", "NoNewPrivs:", "Seccomp:"];
/// Up to this size an ignored file is read, and one that a link leads to; of a larger one size, times and inode stand for
/// the content.
const LARGE: u64 = 1 << 20;
/// The same for one in a folder that is walked through: there may be thousands.
const LARGE_AMONG_MANY: u64 = 64 << 10;

/// What is to be looked at.
pub struct Look<'a> {
    /// The project's root: absolute, without links.
    pub root: &'a Path,
    /// What is no part of it.
    pub history: &'a History,
    /// Where git's answers go.
    pub folder: &'a RunFolder,
    /// A word that tells these answers from those of other looks.
    pub name: &'a str,
    /// Gives further files of the project, absolute: they count whatever git says of them.
    pub also: &'a (dyn Fn() -> Vec<PathBuf> + Sync),
    /// What tools are told besides their settings; a path in it begins at the root.
    pub arguments: &'a [String],
    /// Whatever else the results depend on.
    pub words: &'a [String],
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// The digest, in hexadecimal.
    pub digest: String,
    /// The commit, in hexadecimal; `None` before the first one.
    pub commit: Option<String>,
    /// How long git took.
    pub git: Duration,
    /// How long reading and digesting took after git had answered.
    pub hashing: Duration,
    index: Index,
    standing: Standing,
    files: Files,
}

/// The digest of each file, by its kind and what it is called.
type Files = BTreeMap<(u8, Vec<u8>), [u8; 32]>;

impl Seen {
    /// The first file that is another in `later`, or there in one of both alone; where only folders are, the first of them.
    pub fn changed(&self, later: &Self) -> Option<PathBuf> {
        let differing = |one: &Self, other: &Self| {
            let new = one.files.iter().filter(|(name, digest)| other.files.get(*name) != Some(*digest));
            let mut names: Vec<_> = new.map(|((kind, label), _)| (*kind == b'd', label.clone())).collect();
            names.sort_unstable();
            names.into_iter().next()
        };
        let (_, label) = differing(later, self).into_iter().chain(differing(self, later)).min()?;
        Some(PathBuf::from(OsStr::from_bytes(&label)))
    }

    /// Whether the working tree differs from the commit, or git does not look at one of `files`, which are
    /// absolute: then the commit does not speak for them.
    pub fn is_dirty<'a>(&self, files: impl IntoIterator<Item = &'a Path>) -> bool {
        let top = self.index.top.as_os_str().as_bytes();
        let is_followed = |file: &Path| {
            let below = file.as_os_str().as_bytes().strip_prefix(top);
            let path = below.map(|path| path.strip_prefix(b"/").unwrap_or(path));
            path.is_some_and(|path| self.index.paths.get(path) == Some(&true))
        };
        self.standing.differs || files.into_iter().any(|file| !is_followed(file))
    }

    /// Whether the content of what lies at a path is part of the digest: it is in the repository, and in no
    /// folder that git ignores.
    pub fn covers(&self, path: &Path) -> bool {
        path.strip_prefix(&self.index.top)
            .is_ok_and(|path| !self.standing.ignored_folders.iter().any(|folder| path.starts_with(folder)))
    }
}

/// Looks at everything. The error says why nothing can be told, as a fragment.
pub fn take(look: &Look<'_>) -> Result<Seen, String> {
    let watch = Stopwatch::start();
    let (index, standing, also, tracked) = std::thread::scope(|scope| {
        let standing = scope.spawn(|| Standing::ask(look.root, look.folder, look.name));
        let also = scope.spawn(|| (look.also)());
        let index = Index::read(look.root, look.history, look.folder, look.name)?;
        let entries: Vec<Entry> = (index.paths.keys())
            .map(|path| Entry::of(b'f', path, index.top.join(OsStr::from_bytes(path))))
            .collect();
        let digests = digests(&entries, &index.top);
        let lost = |_panic| "a look at the repository failed".to_owned();
        let (standing, also) = (standing.join().map_err(lost)??, also.join().map_err(lost)?);
        Ok::<_, String>((index, standing, also, (entries, digests?)))
    })?;
    let git = watch.elapsed();
    let top = &index.top;
    let standing = Standing::read(&standing, &look.history.seen_from(Some(top)))?;
    if standing.ignored_folders.iter().any(|folder| look.root.starts_with(top.join(folder))) {
        return Err("the project is in a folder that git ignores".to_owned());
    }
    let mut entries = unlisted_entries(top, &index, &standing)?;
    let outside = above::files(look.root, top);
    let names = entries.iter().chain(&tracked.0).filter(|entry| entry.kind != b'd').map(|entry| &entry.path);
    let settings = names.chain(&outside).filter(|path| lead::is_setting(path)).cloned().collect();
    let set = |paths| <[PathBuf]>::iter(paths).map(PathBuf::as_path).collect();
    let (ignored_folders, ignored) = (set(&standing.ignored_folders), set(&standing.ignored));
    let ground = Ground { top, root: look.root, ignored_folders, ignored };
    let leads = lead::follow(&ground, settings, look.arguments)?;
    let known: HashSet<&OsStr> =
        entries.iter().chain(&tracked.0).map(|entry| entry.path.as_os_str()).collect();
    let extra: HashSet<PathBuf> = also.into_iter().filter(|path| !known.contains(path.as_os_str())).collect();
    entries.extend(extra.into_iter().chain(outside).map(|path| Entry::apart(b'x', path)));
    let is_led_to = |path: &Path| path.ancestors().any(|folder| leads.folders.contains(folder));
    for entry in entries.iter_mut().filter(|entry| entry.kind == b'w' && is_led_to(&entry.path)) {
        entry.kind = b's';
    }
    entries.extend(leads.files.into_iter().map(|path| Entry::apart(b's', path)));
    let further = digests(&entries, top)?;
    let (first, digests_of_first) = tracked;
    let all = first.into_iter().zip(digests_of_first).chain(entries.into_iter().zip(further));
    let files: Files = all.map(|(entry, digest)| ((entry.kind, entry.label), digest)).collect();
    let mut whole = Sha256::new();
    for word in words(look) {
        add(&mut whole, &word);
    }
    for (path, real) in leads.paths {
        add(&mut whole, path.as_os_str().as_bytes());
        add(&mut whole, real.unwrap_or_default().as_os_str().as_bytes());
    }
    for ((kind, label), digest) in &files {
        whole.update([*kind]);
        add(&mut whole, label);
        whole.update(digest);
    }
    let (digest, commit) = (hexadecimal(&whole.finalize()), standing.commit.clone());
    let hashing = watch.elapsed().saturating_sub(git);
    Ok(Seen { digest, commit, git, hashing, index, standing, files })
}

/// What is in the repository's folder besides what git follows. The error says why nobody can tell, as a fragment.
fn unlisted_entries(top: &Path, index: &Index, standing: &Standing) -> Result<Vec<Entry>, String> {
    let below = |kind: u8, paths: &[PathBuf]| -> Vec<Entry> {
        paths.iter().map(|path| Entry::of(kind, path.as_os_str().as_bytes(), top.join(path))).collect()
    };
    let mut entries = below(b'f', &standing.new);
    entries.extend(below(b'i', &standing.ignored));
    let listed = index.paths.keys().map(|path| Path::new(OsStr::from_bytes(path)));
    let listed = listed.chain(standing.new.iter().chain(&standing.ignored).map(PathBuf::as_path));
    entries.extend(below(b'd', &unlisted::folders(top, listed, &standing.ignored_folders)));
    let mut left = unlisted::MOST;
    for folder in &standing.ignored_folders {
        if unlisted::is_passed_over(&top.join(folder)) {
            continue;
        }
        let within = unlisted::below(&top.join(folder), &mut left).ok_or_else(|| {
            let most = unlisted::MOST;
            format!("git ignores `{}`, which holds more than is looked at ({most} names)", folder.display())
        })?;
        entries.extend(within.into_iter().map(|path| {
            let label = path.strip_prefix(top).unwrap_or(&path).as_os_str().as_bytes().to_vec();
            Entry { kind: b'w', label, path }
        }));
    }
    Ok(entries)
}

/// What is no file: what the caller names, where the project lies, the variables, the system, this program.
fn words(look: &Look<'_>) -> Vec<Vec<u8>> {
    let bytes = |text: &OsString| text.as_bytes().to_vec();
    let mut words = vec![b"tta-promote fingerprint 1".to_vec(), env!("CARGO_PKG_VERSION").into()];
    words.extend(look.words.iter().map(|word| word.clone().into_bytes()));
    words.push(look.root.as_os_str().as_bytes().to_vec());
    words.extend(variable::for_tools(look.root).iter().flat_map(|(name, value)| [bytes(name), bytes(value)]));
    if let Ok(system) = nix::sys::utsname::uname() {
        let told =
            [system.sysname(), system.nodename(), system.release(), system.version(), system.machine()];
        words.extend(told.map(|word| word.as_bytes().to_vec()));
    }
    words.push(nix::unistd::Uid::effective().to_string().into());
    // Elsewhere than on Linux nobody tells.
    let told = |name: &str| super::file::read_text(&Path::new("/proc/self").join(name)).unwrap_or_default();
    words.push(told("limits").into());
    let is_ours = |line: &&str| OF_THE_PROCESS.iter().any(|name| line.starts_with(name));
    words.extend(told("status").lines().filter(is_ours).map(Into::into));
    let program = std::env::current_exe().and_then(std::fs::symlink_metadata);
    words.push(program.map_or_else(|_| b"?".to_vec(), |program| stamp(&program).into()));
    words
}

/// What changes when a file does, unless somebody takes pains to hide it.
fn stamp(metadata: &std::fs::Metadata) -> String {
    format!(
        "{} {}.{} {}.{} {} {} {:o}",
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.dev(),
        metadata.ino(),
        metadata.mode()
    )
}

/// So that two texts in a row never read as one.
pub(super) fn add(digest: &mut Sha256, bytes: &[u8]) {
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
}

/// A file that is part of the digest.
struct Entry {
    /// `f`: of the repository, `i`: ignored, `w`: met in a folder that is walked through, `s`: where settings lead, `d`: a
    /// folder, `x`: named by the caller or outside.
    kind: u8,
    /// What it is called in the digest.
    label: Vec<u8>,
    /// Where it is.
    path: PathBuf,
}

impl Entry {
    fn of(kind: u8, label: &[u8], path: PathBuf) -> Self {
        Self { kind, label: label.to_vec(), path }
    }

    /// One that goes by its whole path.
    fn apart(kind: u8, path: PathBuf) -> Self {
        let label = path.as_os_str().as_bytes().to_vec();
        Self { kind, label, path }
    }

    /// The digest of what is there now; an error where there is something that cannot be seen.
    fn digest(&self, top: &Path, buffer: &mut [u8]) -> Result<[u8; 32], String> {
        let cannot = |error: std::io::Error| format!("`{}` cannot be read: {error}", self.path.display());
        let mut options = std::fs::File::options();
        options.read(true).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK);
        let mut file = match options.open(&self.path) {
            Ok(file) => file,
            Err(error) => match error.raw_os_error() {
                // No system has a file of a name that is too long.
                Some(nix::libc::ENOENT | nix::libc::ENOTDIR | nix::libc::ENAMETOOLONG) => {
                    return Ok(told(b"absent", &[]));
                }
                Some(nix::libc::ELOOP) => return self.digest_of_link(top, buffer),
                // A file that we may not read is none that a tool of ours could read.
                Some(nix::libc::EACCES) if matches!(self.kind, b'x' | b'w' | b's') => {
                    return Ok(told(b"closed", &[]));
                }
                Some(nix::libc::ENXIO) => return Ok(told(b"special", &[])),
                _ => return Err(cannot(error)),
            },
        };
        let metadata = file.metadata().map_err(cannot)?;
        let mode = (metadata.mode() & 0o7777).to_le_bytes();
        if !metadata.is_file() {
            return Ok(told(if metadata.is_dir() { b"folder" } else { b"special" }, &mode));
        }
        let is_large = match self.kind {
            b'i' => metadata.len() > LARGE,
            b'w' | b's' => metadata.len() > LARGE_AMONG_MANY,
            _ => false,
        };
        if is_large {
            return Ok(told(b"large", stamp(&metadata).as_bytes()));
        }
        let mut digest = Sha256::new();
        digest.update(b"file");
        digest.update(mode);
        content(&mut file, &mut digest, buffer, metadata.len()).map_err(cannot)?;
        Ok(digest.finalize().into())
    }

    /// A link is where it leads, by all the links on the way, and the file that lies there: it may be one that git ignores.
    fn digest_of_link(&self, top: &Path, buffer: &mut [u8]) -> Result<[u8; 32], String> {
        let cannot = |error: std::io::Error| format!("the link `{}`: {error}", self.path.display());
        let target = match std::fs::read_link(&self.path) {
            // It is no link: those on the way to it lead in a circle.
            Err(error) if error.raw_os_error() == Some(nix::libc::ELOOP) => return Ok(told(b"absent", &[])),
            target => target.map_err(cannot)?,
        };
        let mut digest = Sha256::new();
        digest.update(b"link ");
        add(&mut digest, target.as_os_str().as_bytes());
        let Ok(real) = super::tree::real(&self.path) else { return Ok(digest.finalize().into()) };
        add(&mut digest, real.as_os_str().as_bytes());
        match super::file::open(&real) {
            Ok(mut file) => {
                let metadata = file.get_ref().metadata().map_err(cannot)?;
                digest.update((metadata.mode() & 0o7777).to_le_bytes());
                if metadata.len() > LARGE {
                    add(&mut digest, stamp(&metadata).as_bytes());
                } else {
                    content(file.get_mut(), &mut digest, buffer, u64::MAX).map_err(cannot)?;
                }
            }
            // A folder of the repository is looked at where it lies, and an environment is a matter of witnesses.
            Err(_) if real.starts_with(top) || super::tree::exists(&real.join("pyvenv.cfg")) => {}
            // What tools keep for themselves in what git ignores may lead anywhere: no setting leads through it.
            Err(_) if self.kind == b'w' => {}
            Err(_) => {
                let path = self.path.display();
                return Err(format!("the link `{path}` leads out of the repository to what is no file"));
            }
        }
        Ok(digest.finalize().into())
    }
}

fn told(what: &[u8], more: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    add(&mut digest, what);
    add(&mut digest, more);
    digest.finalize().into()
}

/// Adds what is in a file that was `long` when it was opened. A read that fills less than the buffer is the last where it
/// comes to that length; where it does not, somebody is writing, and the end is waited for.
fn content(
    file: &mut std::fs::File,
    digest: &mut Sha256,
    buffer: &mut [u8],
    long: u64,
) -> std::io::Result<()> {
    let mut all = 0;
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                digest.update(buffer.get(..read).unwrap_or_default());
                all += read as u64;
                if read < buffer.len() && all == long {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of each entry, on as many threads as there are processors.
fn digests(entries: &[Entry], top: &Path) -> Result<Vec<[u8; 32]>, String> {
    const PORTION: usize = 32;
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut own, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            let begin = next.fetch_add(PORTION, Ordering::Relaxed);
            let Some(rest) = entries.get(begin..).filter(|rest| !rest.is_empty()) else { return Ok(own) };
            for (offset, entry) in rest.iter().take(PORTION).enumerate() {
                own.push((begin + offset, entry.digest(top, &mut buffer)?));
            }
        }
    };
    let parts: Vec<Result<Vec<_>, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..processors().min(entries.len() / PORTION + 1)).map(|_| scope.spawn(work)).collect();
        let lost = |_panic| Err("a file could not be digested".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect()
    });
    let mut all = vec![[0; 32]; entries.len()];
    for part in parts {
        for (index, digest) in part? {
            all[index] = digest;
        }
    }
    Ok(all)
}
