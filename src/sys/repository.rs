//! The git repository around a project: which files it holds, followed, new or ignored, and the commit.
//!
//! Not their contents (`fingerprint`), and not what changed during a run (`git`). The hard part: names are any
//! bytes, and git can be told to overlook files, so it is asked for names alone and believed in nothing else.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::git::told;
use super::history::History;
use super::run_folder::RunFolder;

/// What git's index holds.
#[derive(Debug)]
pub(super) struct Index {
    /// The top of the repository, absolute and without links.
    pub(super) top: PathBuf,
    /// Each path below the top, and whether git looks at the file: it can be told to take it as unchanged.
    pub(super) paths: HashMap<Vec<u8>, bool>,
}

impl Index {
    /// Asks git. The error says why its files cannot be told, as a fragment.
    pub(super) fn read(
        root: &Path,
        history: &History,
        folder: &RunFolder,
        name: &str,
    ) -> Result<Self, String> {
        let list =
            |top: &Path| told(top, folder, &format!("{name}-index"), &["ls-files", "-z", "-v", "--stage"]);
        // Where the top is can be guessed; git is asked at the same time.
        let guess = root.ancestors().find(|above| super::tree::exists(&above.join(".git")));
        let (top, listed) = std::thread::scope(|scope| {
            let listed = scope.spawn(|| guess.and_then(list));
            let top = told(root, folder, &format!("{name}-top"), &["rev-parse", "--show-toplevel"]);
            (top, listed.join().ok().flatten())
        });
        let top = top.ok_or("the project is in no git repository that can be read")?;
        let top = PathBuf::from(OsStr::from_bytes(top.strip_suffix(b"\n").unwrap_or(&top)));
        if !root.starts_with(&top) {
            return Err(format!("git takes `{}` for the top of the repository", top.display()));
        }
        let listed = if guess == Some(top.as_path()) { listed } else { list(&top) };
        let listed = listed.ok_or("git cannot list the files that it follows")?;
        let paths = index(&listed, &history.seen_from(Some(&top)))?;
        Ok(Self { top, paths })
    }
}

/// Reads `git ls-files -z -v --stage`: `H 100644 OBJECT 0\tPATH` each.
fn index(listed: &[u8], history: &History) -> Result<HashMap<Vec<u8>, bool>, String> {
    let mut paths = HashMap::new();
    for record in listed.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let tab = record.iter().position(|byte| *byte == b'\t');
        let (Some(fields), Some(path)) = (tab.map(|tab| &record[..tab]), tab.map(|tab| &record[tab + 1..]))
        else {
            return Err("git lists its files in a way that is not known".to_owned());
        };
        let (tag, mode) = fields.split_at(fields.len().min(2));
        if mode.starts_with(b"160000") {
            let path = as_path(path);
            return Err(format!("`{}` is a submodule, whose files are not looked at", path.display()));
        }
        if history.holds(Path::new(OsStr::from_bytes(path))) {
            continue;
        }
        // A capital H: neither taken as unchanged nor left out of the tree. A conflict lists a path more than once.
        let is_followed = tag == b"H ";
        paths.entry(path.to_vec()).and_modify(|followed| *followed &= is_followed).or_insert(is_followed);
    }
    Ok(paths)
}

/// What git says of the working tree. Paths are below the top.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The commit, in hexadecimal.
    pub(super) commit: Option<String>,
    /// Whether a file differs from the commit or is new.
    pub(super) differs: bool,
    /// Files that are neither followed nor ignored.
    pub(super) new: Vec<PathBuf>,
    /// Files that are ignored one by one.
    pub(super) ignored: Vec<PathBuf>,
    /// Folders that are ignored as a whole.
    pub(super) ignored_folders: Vec<PathBuf>,
}

impl Standing {
    /// Asks git for what [`Self::read`] reads. The error says why its files cannot be told, as a fragment.
    pub(super) fn ask(root: &Path, folder: &RunFolder, name: &str) -> Result<Vec<u8>, String> {
        let [new, ignored, modules] =
            ["--untracked-files=all", "--ignored=matching", "--ignore-submodules=none"];
        let arguments = ["status", "--porcelain=v2", "--branch", "-z", "--no-renames", new, ignored, modules];
        let told = told(root, folder, &format!("{name}-status"), &arguments);
        told.ok_or_else(|| "git cannot tell what differs from the commit".to_owned())
    }

    /// Reads what git said, but for what is `history`, seen from the top.
    pub(super) fn read(status: &[u8], history: &History) -> Result<Self, String> {
        standing(status, history)
    }
}

fn standing(status: &[u8], history: &History) -> Result<Standing, String> {
    let is_history = |path: &[u8]| history.holds(Path::new(OsStr::from_bytes(path)));
    let mut standing = Standing::default();
    let mut records = status.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    while let Some(record) = records.next() {
        let rest = record.get(2..).unwrap_or_default();
        match record.get(..2) {
            Some(b"# ") => {
                let commit = rest.strip_prefix(b"branch.oid ").filter(|commit| *commit != b"(initial)");
                let commit = commit.and_then(|commit| String::from_utf8(commit.to_vec()).ok());
                standing.commit = standing.commit.or(commit);
            }
            Some(b"1 " | b"u ") if is_history(path_of(record)) => {}
            Some(b"1 " | b"u ") => standing.differs = true,
            Some(b"2 ") => {
                standing.differs = true;
                // A rename is followed by the path that it came from.
                records.next();
            }
            Some(b"? ") if rest.ends_with(b"/") => {
                let path = as_path(rest);
                return Err(format!("`{}` is a repository of its own", path.display()));
            }
            Some(b"? ") if is_history(rest) => {}
            Some(b"? ") => {
                standing.differs = true;
                standing.new.push(as_path(rest));
            }
            Some(b"! ") if rest.ends_with(b"/") => standing.ignored_folders.push(as_path(rest)),
            Some(b"! ") => standing.ignored.push(as_path(rest)),
            _ => return Err("git tells what differs in a way that is not known".to_owned()),
        }
    }
    Ok(standing)
}

/// The path in a record about a file that git follows, behind the last of its fields.
fn path_of(record: &[u8]) -> &[u8] {
    let fields = if record.starts_with(b"u ") { 10 } else { 8 };
    record.splitn(fields + 1, |byte| *byte == b' ').nth(fields).unwrap_or_default()
}

fn as_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes.strip_suffix(b"/").unwrap_or(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is seen from the top.
    fn history() -> History {
        History::beside(Path::new("/top")).seen_from(Some(Path::new("/top")))
    }

    fn standing(status: &[u8]) -> Result<Standing, String> {
        Standing::read(status, &history())
    }

    #[test]
    fn the_index_tells_which_files_git_does_not_look_at() {
        let listed = b"H 100644 aa 0\ta b.py\0h 100644 aa 0\tassumed.py\0S 100644 aa 0\tleft-out.py\0H 100644 aa 0\t.promotion/ledger/a.jsonl\0H 100644 aa 0\tx/.promotion/ledger/a.jsonl\0M 100644 aa 1\tc\0M 100644 aa 2\tc\0";
        let paths = index(listed, &history()).expect("a list");
        let followed = |path: &str| paths.get(path.as_bytes()).copied();
        assert_eq!(
            ["a b.py", "assumed.py", "left-out.py", "c", "no"].map(followed),
            [Some(true), Some(false), Some(false), Some(false), None]
        );
        assert_eq!(
            followed(".promotion/ledger/a.jsonl"),
            None,
            "the history of promotions is none of the project"
        );
        assert_eq!(followed("x/.promotion/ledger/a.jsonl"), Some(true), "but another folder's is");
        assert!(index(b"H 160000 aa 0\tvendor/x\0", &history()).is_err_and(|why| why.contains("submodule")));
        assert!(index(b"nonsense\0", &history()).is_err());
    }

    #[test]
    fn the_status_tells_new_files_ignored_ones_and_repositories_within() {
        let status = b"# branch.oid 0123abc\0# branch.head main\0! .env\0! .venv/\0? n\xffew.py\0";
        let told = standing(status).expect("a status");
        assert_eq!(told.commit.as_deref(), Some("0123abc"));
        assert!(told.differs);
        assert_eq!(told.new, [PathBuf::from(OsStr::from_bytes(b"n\xffew.py"))]);
        assert_eq!((told.ignored, told.ignored_folders), (vec![".env".into()], vec![".venv".into()]));
        let renamed = b"2 R. N... 100644 100644 100644 aa bb R100 new.py\0? old.py\0";
        let told = standing(renamed).expect("a status");
        assert!(told.differs && told.new.is_empty(), "the old name is no new file");
        let history = b"1 .M N... 100644 100644 100644 aa bb .promotion/ledger/carbon.jsonl\0? .promotion/ledger/a.jsonl\0";
        let told = standing(history).expect("a status");
        assert!(!told.differs && told.new.is_empty(), "the history of promotions is none of the project");
        let elsewhere = b"? x/.promotion/ledger/a.jsonl\0";
        assert!(standing(elsewhere).expect("a status").differs, "what lies elsewhere is no history");
        assert!(standing(b"1 .M N... 100644 100644 100644 aa bb a b.py\0").expect("a status").differs);
        assert!(standing(b"? nested/\0").is_err());
        assert!(standing(b"x y\0").is_err());
        assert_eq!(standing(b"# branch.oid (initial)\0").expect("a status").commit, None);
    }
}
