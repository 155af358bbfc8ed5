//! What git says about the project: the commit, and what differs from it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::run::Exit;

use super::history::History;
use super::interrupt::Interrupt;
use super::process::{Command, run};
use super::run_folder::RunFolder;
use super::tree::Listing;
use super::{file, variable};

/// Git's word for a file that it does not follow.
const UNFOLLOWED: &str = "?";

/// The project's files at one moment, by git where there is a repository, else by listing them.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The commit, in hexadecimal.
    pub commit: Option<String>,
    state: State,
    /// The files, of those that were asked about, that git does not look at: ignored and in no commit, or taken as
    /// unchanged because git was told so. Empty where there are edits: it is not asked then.
    overlooked: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum State {
    /// Each path that differs from the commit, with git's word for it and the digest of its content.
    Repository(BTreeMap<String, (String, Option<String>)>),
    Listing(Listing),
}

impl Snapshot {
    /// Looks at `root` now, and not at what is `history`. `files`, relative to the root, are those that the commit is
    /// meant to stand for.
    pub fn take(root: &Path, history: &History, folder: &RunFolder, name: &str, files: &[String]) -> Self {
        let untracked = "--untracked-files=all";
        let submodules = "--ignore-submodules=none";
        // A rename is a file that is gone and a new one: each is looked at for itself.
        let arguments = ["status", "--porcelain=v2", "--branch", "-z", "--no-renames", untracked, submodules];
        let status = git(root, folder, name, &arguments);
        let Some((commit, paths)) = status.as_deref().map(parse) else {
            let state = State::Listing(Listing::of(root, history));
            return Self { commit: None, state, overlooked: BTreeSet::new() };
        };
        let told = prefix(root, folder, name);
        let history = history.seen_from(told.as_deref().and_then(|prefix| top(root, prefix)));
        let prefix = told.unwrap_or_default();
        let state = paths
            .into_iter()
            .filter(|(path, _)| !history.holds(Path::new(path)))
            .map(|(path, word)| {
                let path = from_root(&path, &prefix);
                let digest = file::sha256(&root.join(&path));
                (path, (word, digest))
            })
            .collect::<BTreeMap<_, _>>();
        let has_edits = state.values().any(|(word, _)| word != UNFOLLOWED);
        let files = if has_edits { &[] } else { files };
        let overlooked = overlooked(root, folder, &format!("{name}-files"), files);
        Self { commit, state: State::Repository(state), overlooked }
    }

    /// Whether the working tree differs from the commit; `None` outside of a repository.
    pub fn is_dirty(&self) -> Option<bool> {
        self.differing(Path::new(""), &[]).map(|paths| !paths.is_empty())
    }

    /// The paths that differ from the commit, but for `besides` where git does not follow them: absolute, without links.
    /// `None` outside of a repository.
    pub fn differing(&self, root: &Path, besides: &[PathBuf]) -> Option<Vec<&str>> {
        let State::Repository(paths) = &self.state else { return None };
        let is_besides = |path: &str, word: &str| {
            word == UNFOLLOWED && besides.contains(&file::written_as(&root.join(path)))
        };
        let edited = paths.iter().filter(|(path, (word, _))| !is_besides(path, word)).map(|(path, _)| path);
        Some(edited.chain(&self.overlooked).map(String::as_str).collect())
    }

    /// The paths that differ between two moments, sorted.
    pub fn changed(&self, later: &Self) -> Vec<String> {
        match (&self.state, &later.state) {
            (State::Repository(before), State::Repository(after)) => {
                let mut changed: Vec<String> = before
                    .iter()
                    .filter(|(path, was)| after.get(*path) != Some(was))
                    .map(|(path, _)| path.clone())
                    .chain(after.keys().filter(|path| !before.contains_key(*path)).cloned())
                    .collect();
                if self.commit != later.commit {
                    changed.push("HEAD".to_owned());
                }
                changed.sort_unstable();
                changed
            }
            (State::Listing(before), State::Listing(after)) => before.changed(after),
            _ => vec![".git".to_owned()],
        }
    }
}

/// Those of the files, relative to `root`, that git does not look at when it tells what differs from the commit.
pub fn overlooked(root: &Path, folder: &RunFolder, name: &str, files: &[String]) -> BTreeSet<String> {
    // Without a path git would list all there is.
    if files.is_empty() {
        return BTreeSet::new();
    }
    let arguments: Vec<&str> =
        ["ls-files", "-v", "-z", "--"].into_iter().chain(files.iter().map(String::as_str)).collect();
    // Where git cannot say, nothing is known to be looked at.
    let Some(listed) = git(root, folder, name, &arguments) else { return files.iter().cloned().collect() };
    // A capital H: in the index, and neither taken as unchanged nor left out of the tree.
    let followed: BTreeSet<&str> = listed.split('\0').filter_map(|line| line.strip_prefix("H ")).collect();
    files.iter().filter(|file| !followed.contains(file.as_str())).cloned().collect()
}

/// Who git would say made a commit here: `Name <address>`; `None` where it was told neither.
pub fn identity(root: &Path, folder: &RunFolder) -> Option<String> {
    let told = |key: &str| git(root, folder, "git-identity", &["config", "--get", key]);
    let line = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match (told("user.name").and_then(line), told("user.email").and_then(line)) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    }
}

/// The address of the remote that a clone came from; `None` where there is none.
pub fn origin(root: &Path, folder: &RunFolder) -> Option<String> {
    let address = git(root, folder, "git-origin", &["config", "--get", "remote.origin.url"])?;
    Some(address.trim().to_owned()).filter(|address| !address.is_empty())
}

/// Whether the repository has a commit of that name; `None` where that is not known: to a clone that holds only a part
/// of the history, and where git does not answer.
pub fn has_commit(root: &Path, folder: &RunFolder, commit: &str) -> Option<bool> {
    let is_name = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let object = format!("{commit}^{{commit}}");
    let has = || told(root, folder, "git-commit", &["cat-file", "-e", &object]).is_some();
    let is_whole = || {
        let shallow = git(root, folder, "git-shallow", &["rev-parse", "--is-shallow-repository"]);
        shallow.is_some_and(|answer| answer.trim() == "false")
    };
    if is_name && has() { Some(true) } else { (!is_name || is_whole()).then_some(false) }
}

/// Whether two commits differ in nothing but in what is no part of what is promoted: the ledgers themselves.
pub fn differ_only_in_history(
    root: &Path,
    history: &History,
    folder: &RunFolder,
    commits: (&str, &str),
) -> bool {
    differ_in_more_than_history(root, history, folder, commits) == Some(false)
}

/// Whether two commits differ in something that is promoted; `None` where git does not tell.
pub fn differ_in_more_than_history(
    root: &Path,
    history: &History,
    folder: &RunFolder,
    commits: (&str, &str),
) -> Option<bool> {
    differing_besides_history(root, history, folder, commits).map(|paths| !paths.is_empty())
}

/// The files that are promoted in which two commits differ, from the project's root; `None` where git does not tell.
pub fn differing_besides_history(
    root: &Path,
    history: &History,
    folder: &RunFolder,
    (one, other): (&str, &str),
) -> Option<Vec<String>> {
    let is_commit = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_commit(one) || !is_commit(other) {
        return None;
    }
    let arguments = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative"];
    let arguments: Vec<&str> =
        arguments.into_iter().chain(["--ignore-submodules=none", one, other, "--"]).collect();
    let differ = told(root, folder, "git-equal", &arguments)?;
    let prefix = prefix(root, folder, "git-equal")?;
    let history = history.seen_from(top(root, &prefix));
    let paths = differ.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let promoted = paths.filter(|path| !history.holds(Path::new(OsStr::from_bytes(path))));
    Some(promoted.map(|path| from_root(&String::from_utf8_lossy(path), &prefix)).collect())
}

/// The way from the top of the repository to `root`, with a `/` at its end where it is any.
pub(super) fn prefix(root: &Path, folder: &RunFolder, name: &str) -> Option<String> {
    let told = git(root, folder, &format!("{name}-prefix"), &["rev-parse", "--show-prefix"])?;
    Some(told.trim_end_matches('\n').to_owned())
}

/// The top of the repository, from which `prefix` leads to `root`; `None` where it does not.
pub(super) fn top<'r>(root: &'r Path, prefix: &str) -> Option<&'r Path> {
    let way = Path::new(prefix);
    root.ancestors().nth(way.components().count()).filter(|top| top.join(way) == root)
}

/// Git gives paths from the top of the repository; people and the policy know them from the project's root.
pub(super) fn from_root(path: &str, prefix: &str) -> String {
    path.strip_prefix(prefix)
        .map_or_else(|| format!("{}{path}", "../".repeat(prefix.matches('/').count())), str::to_owned)
}

/// `None` where git is missing, there is no repository, or it cannot be read.
pub(super) fn git(root: &Path, folder: &RunFolder, name: &str, arguments: &[&str]) -> Option<String> {
    told(root, folder, name, arguments).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// What git prints, byte for byte: names of files may be any bytes. `None` as for [`git`].
pub(super) fn told(root: &Path, folder: &RunFolder, name: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let executable: PathBuf = file::find_on_path("git")?;
    let (stdout, stderr) = (folder.file(&format!("{name}.out")), folder.file(&format!("{name}.err")));
    let argv = [
        executable.to_str()?,
        "--no-optional-locks",
        "--literal-pathspecs",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.untrackedCache=false",
    ];
    let command = Command {
        argv: argv.iter().chain(arguments).map(|argument| (*argument).to_owned()).collect(),
        folder: root.to_owned(),
        variables: variable::for_tools(root)
            .into_iter()
            .chain([(OsString::from("LC_ALL"), OsString::from("C"))])
            .collect(),
        input: None,
        stdout: stdout.clone(),
        stderr,
        limit: Duration::from_secs(60),
    };
    let ended = run(&command, &Interrupt::default()).ok()?;
    (ended.exit == Exit::Code(0)).then(|| file::read_bytes(&stdout).ok())?
}

/// Reads `git status --porcelain=v2 --branch -z`: the commit, and per path git's word for its state.
pub(super) fn parse(status: &str) -> (Option<String>, BTreeMap<String, String>) {
    let mut commit = None;
    let mut paths = BTreeMap::new();
    let mut records = status.split('\0');
    while let Some(record) = records.next() {
        // The number of fields before the path is fixed per kind; the path itself may hold spaces.
        let (kind, rest) = record.split_once(' ').unwrap_or((record, ""));
        let fields_before_path = match kind {
            "#" => {
                commit = commit.or_else(|| rest.strip_prefix("branch.oid ").map(str::to_owned));
                continue;
            }
            "1" => 7,
            "2" => 8,
            "u" => 9,
            "?" | "!" => 0,
            _ => continue,
        };
        let path = rest.splitn(fields_before_path + 1, ' ').last();
        if let Some(path) = path {
            paths.insert(
                path.to_owned(),
                rest.get(..2).filter(|_| fields_before_path > 0).unwrap_or(kind).to_owned(),
            );
        }
        if kind == "2" {
            // A rename is followed by the path that it came from.
            records.next();
        }
    }
    (commit.filter(|oid| oid != "(initial)"), paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_git_is_read_with_spaces_renames_and_untracked_files() {
        let status = "# branch.oid 0123abc\0# branch.head main\x001 .M N... 100644 100644 100644 aa bb a file.py\x002 R. N... 100644 100644 100644 aa bb R100 new.py\0old.py\0? un tracked\0";
        let (commit, paths) = parse(status);
        assert_eq!(commit.as_deref(), Some("0123abc"));
        let expected = [("a file.py", ".M"), ("new.py", "R."), ("un tracked", "?")];
        assert_eq!(paths, expected.map(|(path, word)| (path.to_owned(), word.to_owned())).into());
    }

    #[test]
    fn a_path_outside_of_the_projects_root_is_still_a_path_from_there() {
        assert_eq!(from_root("fixtures/tta/a.py", "fixtures/tta/"), "a.py");
        assert_eq!(from_root("src/main.rs", "fixtures/tta/"), "../../src/main.rs");
        assert_eq!(from_root("a.py", ""), "a.py");
    }

    #[test]
    fn before_the_first_commit_there_is_no_commit() {
        assert_eq!(parse("# branch.oid (initial)\0").0, None);
    }

    fn folder() -> (tempfile::TempDir, PathBuf, RunFolder) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = super::super::tree::real(folder.path()).expect("a path");
        let run_folder = RunFolder::create(&root).expect("a place");
        (folder, root, run_folder)
    }

    fn git(root: &Path, arguments: &[&str]) -> String {
        let folder = RunFolder::create(root).expect("a place");
        super::git(
            root,
            &folder,
            "test",
            &[&["-c", "user.name=a", "-c", "user.email=a@b.cd"], arguments].concat(),
        )
        .unwrap_or_else(|| panic!("{arguments:?}"))
    }

    fn repository(root: &Path) -> String {
        git(root, &["init", "-q", "-b", "main"]);
        file::write_whole(&root.join("a.py"), "x = 1\n").expect("written");
        git(root, &["add", "-A"]);
        git(root, &["commit", "-q", "-m", "first"]);
        git(root, &["rev-parse", "HEAD"]).trim().to_owned()
    }

    #[test]
    fn a_file_of_which_git_can_say_nothing_is_overlooked() {
        let (_kept, root, folder) = folder();
        let files = ["a.py".to_owned()];
        assert_eq!(overlooked(&root, &folder, "overlooked", &files), files.clone().into(), "no repository");
        repository(&root);
        assert!(overlooked(&root, &folder, "overlooked", &files).is_empty());
        git(&root, &["update-index", "--assume-unchanged", "a.py"]);
        assert_eq!(overlooked(&root, &folder, "overlooked", &files), files.clone().into());
        file::write_whole(&root.join(".git/index"), "no index").expect("written");
        assert_eq!(overlooked(&root, &folder, "overlooked", &files), files.into(), "it cannot be read");
    }

    #[test]
    fn a_commit_is_lacked_only_by_a_repository_that_holds_its_whole_history() {
        let (_kept, root, folder) = folder();
        let absent = "0123abcd".repeat(5);
        assert_eq!(has_commit(&root, &folder, &absent), None, "without a repository nobody knows");
        let first = repository(&root);
        assert_eq!(has_commit(&root, &folder, &first), Some(true));
        for name in [absent.as_str(), "v1.2", "main", "", "abc"] {
            assert_eq!(has_commit(&root, &folder, name), Some(false), "`{name}`");
        }
        git(&root, &["commit", "-q", "--allow-empty", "-m", "second"]);
        let (_kept, clone, folder) = self::folder();
        let from = format!("file://{}", root.display());
        git(&clone, &["-c", "protocol.file.allow=always", "clone", "-q", "--depth", "1", &from, "."]);
        for commit in [&first, &absent] {
            assert_eq!(
                has_commit(&clone, &folder, commit),
                None,
                "a part of the history does not know `{commit}`"
            );
        }
    }
}
