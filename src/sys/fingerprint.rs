//! One digest over everything that could change what the tools find in a project: the content of every file of
//! its repository, configuration above it, variables, the system, and this program.
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
use super::repository::{Index, Standing};
use super::run_folder::RunFolder;
use super::{unlisted, variable};

/// Files that tools read in folders above the one that they work in.
const ABOVE: [&str; 17] = [
    "pyproject.toml",
    "uv.toml",
    "uv.lock",
    ".python-version",
    "ruff.toml",
    ".ruff.toml",
    "pyrightconfig.json",
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "setup.cfg",
    "setup.py",
    ".coveragerc",
    "conftest.py",
    "__init__.py",
];
/// Files that tools read in the user's folder of configuration.
const OF_THE_USER: [&str; 7] = [
    "uv/uv.toml",
    "uv/.python-version",
    "ruff/ruff.toml",
    "ruff/.ruff.toml",
    "ruff/pyproject.toml",
    "pip/pip.conf",
    "pycodestyle",
];
/// What a test may ask the system for.
const OF_THE_SYSTEM: [&str; 2] = ["/etc/uv/uv.toml", "/etc/localtime"];
/// What Linux tells of our process, and so of those that we start, in `/proc/self/status`.
const OF_THE_PROCESS: [&str; 6] = ["Umask:", "Gid:", "Groups:", "CapEff:", "NoNewPrivs:", "Seccomp:"];
/// Up to this size an ignored file is read, and one that a link leads to; of a larger one size, times and inode stand for
/// the content.
const LARGE: u64 = 1 << 20;

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
}

impl Seen {
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
    let below = |kind: u8, paths: &[PathBuf]| -> Vec<Entry> {
        paths.iter().map(|path| Entry::of(kind, path.as_os_str().as_bytes(), top.join(path))).collect()
    };
    let mut entries = below(b'f', &standing.new);
    entries.extend(below(b'i', &standing.ignored));
    let listed = index.paths.keys().map(|path| Path::new(OsStr::from_bytes(path)));
    let listed = listed.chain(standing.new.iter().chain(&standing.ignored).map(PathBuf::as_path));
    entries.extend(below(b'd', &unlisted::folders(top, listed, &standing.ignored_folders)));
    entries.extend(below(b'i', &unlisted::ignored(top, &standing.ignored_folders, &ABOVE)?));
    let known: HashSet<&OsStr> =
        entries.iter().chain(&tracked.0).map(|entry| entry.path.as_os_str()).collect();
    let extra: HashSet<PathBuf> = also.into_iter().filter(|path| !known.contains(path.as_os_str())).collect();
    entries.extend(extra.into_iter().chain(outside(look.root, top)).map(Entry::apart));
    let further = digests(&entries, top)?;
    let mut all: BTreeMap<(u8, &[u8]), [u8; 32]> = BTreeMap::new();
    let (first, digests_of_first) = &tracked;
    for (entry, digest) in first.iter().zip(digests_of_first).chain(entries.iter().zip(&further)) {
        all.insert((entry.kind, &entry.label), *digest);
    }
    let mut whole = Sha256::new();
    for word in words(look) {
        add(&mut whole, &word);
    }
    for ((kind, label), digest) in all {
        whole.update([kind]);
        add(&mut whole, label);
        whole.update(digest);
    }
    let (digest, commit) = (hexadecimal(&whole.finalize()), standing.commit.clone());
    let hashing = watch.elapsed().saturating_sub(git);
    Ok(Seen { digest, commit, git, hashing, index, standing })
}

/// The configuration outside of the repository: above it, and the user's and the system's.
fn outside(root: &Path, top: &Path) -> Vec<PathBuf> {
    let above = root.ancestors().filter(|folder| !folder.starts_with(top));
    let home = variable::get("HOME").map(PathBuf::from);
    let user = variable::get("XDG_CONFIG_HOME").map(PathBuf::from);
    let user = user.or_else(|| home.map(|home| home.join(".config")));
    above
        .flat_map(|folder| ABOVE.map(|name| folder.join(name)))
        .chain(user.into_iter().flat_map(|folder| OF_THE_USER.map(|name| folder.join(name))))
        .chain(OF_THE_SYSTEM.map(PathBuf::from))
        .collect()
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
pub(super) fn stamp(metadata: &std::fs::Metadata) -> String {
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
    /// `f`: of the repository, `i`: ignored, `d`: a folder, `x`: named by the caller or outside.
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
    fn apart(path: PathBuf) -> Self {
        let label = path.as_os_str().as_bytes().to_vec();
        Self { kind: b'x', label, path }
    }

    /// The digest of what is there now; an error where there is something that cannot be seen.
    fn digest(&self, top: &Path, buffer: &mut [u8]) -> Result<[u8; 32], String> {
        let cannot = |error: std::io::Error| format!("`{}` cannot be read: {error}", self.path.display());
        let mut options = std::fs::File::options();
        options.read(true).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK);
        let mut file = match options.open(&self.path) {
            Ok(file) => file,
            Err(error) => match error.raw_os_error() {
                Some(nix::libc::ENOENT | nix::libc::ENOTDIR) => return Ok(told(b"absent", &[])),
                Some(nix::libc::ELOOP) => return self.digest_of_link(top, buffer),
                // A file above the project that we may not read is none that a tool of ours could read.
                Some(nix::libc::EACCES) if self.kind == b'x' => return Ok(told(b"closed", &[])),
                Some(nix::libc::ENXIO) => return Ok(told(b"special", &[])),
                _ => return Err(cannot(error)),
            },
        };
        let metadata = file.metadata().map_err(cannot)?;
        let mode = (metadata.mode() & 0o7777).to_le_bytes();
        if !metadata.is_file() {
            return Ok(told(if metadata.is_dir() { b"folder" } else { b"special" }, &mode));
        }
        if self.kind == b'i' && metadata.len() > LARGE {
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
        let target = std::fs::read_link(&self.path).map_err(cannot)?;
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
