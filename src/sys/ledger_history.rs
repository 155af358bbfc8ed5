//! The versions of ledgers that git keeps: what was committed of each file, the newest first.
//!
//! Not a judge: whether a version agrees with the file is `app::audit`'s. Only what the current branch leads back to is
//! looked at; a side that a merge has dropped is none of its history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use super::git::{git, told};
use super::run_folder::RunFolder;

/// One committed version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// When it was committed; `None` where git does not say.
    pub time: Option<Timestamp>,
    /// The name of the content in git's store.
    blob: String,
}

/// What git keeps of a folder of ledgers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Per name of a file, its versions, the newest first; that of `HEAD` is the first where there is one.
    pub versions: BTreeMap<String, Vec<Version>>,
    /// The files that `HEAD` holds.
    pub at_head: BTreeSet<String>,
    /// Whether older history was never fetched.
    pub shallow: bool,
}

/// What git keeps of the files in `ledgers`, a path relative to `place`; `None` outside of a repository, before its
/// first commit, or without git.
pub fn committed(place: &Path, ledgers: &str, folder: &RunFolder) -> Option<Committed> {
    let head = git(place, folder, "ledger-head", &["rev-parse", "--verify", "HEAD"])?;
    let head = head.trim().to_owned();
    let mut all = Committed {
        shallow: git(place, folder, "ledger-shallow", &["rev-parse", "--is-shallow-repository"])
            .is_some_and(|answer| answer.trim() == "true"),
        ..Committed::default()
    };
    let inside = format!("{ledgers}/");
    let tree = told(place, folder, "ledger-tree", &["ls-tree", "-z", &head, "--", &inside])?;
    for entry in tree.split(|byte| *byte == 0) {
        if let Some((name, blob)) = tree_entry(entry, &inside) {
            all.at_head.insert(name.clone());
            let version = Version { commit: head.clone(), time: None, blob };
            all.versions.entry(name).or_default().push(version);
        }
    }
    // Not with what merges did: that would bring back the sides that they dropped.
    let options = ["--relative", "--raw", "-z", "--no-renames", "--no-abbrev", "--format=%x01%H %ct"];
    let log: Vec<&str> = ["log"].into_iter().chain(options).chain(["HEAD", "--", &inside]).collect();
    read_log(&told(place, folder, "ledger-log", &log)?, &inside, &mut all);
    Some(all)
}

/// `100644 blob ID<TAB>PATH`.
fn tree_entry(entry: &[u8], inside: &str) -> Option<(String, String)> {
    let entry = std::str::from_utf8(entry).ok()?;
    let (what, path) = entry.split_once('\t')?;
    let blob = what.split(' ').nth(2)?;
    Some((ledger_name(path, inside)?, blob.to_owned()))
}

/// The name of a file in the folder itself that is a ledger's.
fn ledger_name(path: &str, inside: &str) -> Option<String> {
    let name = path.strip_prefix(inside)?;
    let is_ledger =
        !name.contains('/') && Path::new(name).extension().is_some_and(|ending| ending == "jsonl");
    is_ledger.then(|| name.to_owned())
}

/// Commits, each followed by `:MODE MODE BLOB BLOB STATUS` and a path for each file that it changed.
fn read_log(log: &[u8], inside: &str, all: &mut Committed) {
    let mut commit: Option<(String, Option<Timestamp>)> = None;
    let mut blobs: Option<(String, String)> = None;
    for token in log.split(|byte| *byte == 0) {
        let token = String::from_utf8_lossy(token);
        let token = token.trim_start_matches('\n');
        if let Some(heading) = token.strip_prefix('\u{1}') {
            let (id, time) = heading.split_once(' ').unwrap_or((heading, ""));
            let time = time.trim().parse().ok().and_then(|second| Timestamp::from_second(second).ok());
            commit = Some((id.to_owned(), time));
        } else if let Some(change) = token.strip_prefix(':') {
            let mut fields = change.split(' ').skip(2);
            let mut blob = || fields.next().unwrap_or_default().to_owned();
            blobs = Some((blob(), blob()));
        } else if let (Some(name), Some((id, time)), Some((before, after))) =
            (ledger_name(token, inside), &commit, blobs.take())
        {
            let versions = all.versions.entry(name).or_default();
            add(versions, Version { commit: id.clone(), time: *time, blob: after });
            // What was there before may be the work of a merge, which the log does not tell of.
            add(versions, Version { commit: format!("{id}^"), time: None, blob: before });
        }
    }
}

/// Adds a version unless it is known. The commit that made it says more of it than one that only holds it.
fn add(versions: &mut Vec<Version>, version: Version) {
    // Nothing but zeros: the file was not there, and there is no version to hold anything against.
    if version.blob.bytes().all(|byte| byte == b'0') {
        return;
    }
    match versions.iter_mut().find(|known| known.blob == version.blob) {
        Some(known) if known.time.is_none() && version.time.is_some() => *known = version,
        Some(_) => {}
        None => versions.push(version),
    }
}

/// The bytes of a version; `None` where git cannot give them.
pub fn content(place: &Path, version: &Version, folder: &RunFolder) -> Option<Vec<u8>> {
    told(place, folder, "ledger-version", &["cat-file", "blob", &version.blob])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = ".promotion/ledger/";

    #[test]
    fn the_versions_of_each_ledger_are_read_the_newest_first_and_deletions_are_none() {
        let mut all = Committed::default();
        all.versions.insert(
            "c.jsonl".to_owned(),
            vec![Version { commit: "head".to_owned(), time: None, blob: "b2".to_owned() }],
        );
        let log = "\u{1}c3 300\u{0}\n:1 0 b9 000 D\u{0}.promotion/ledger/a b.jsonl\0\u{1}c2 200\u{0}\n:1 1 b1 b2 M\0.promotion/ledger/c.jsonl\0:1 1 b7 b9 M\0.promotion/ledger/a b.jsonl\0\u{1}c1 100\u{0}\n:0 1 000 b1 A\u{0}.promotion/ledger/c.jsonl\0:0 1 000 b5 A\0.promotion/ledger/c.torn-1\0";
        read_log(log.as_bytes(), FOLDER, &mut all);
        let told: Vec<(&str, Vec<(&str, &str)>)> = all
            .versions
            .iter()
            .map(|(name, versions)| {
                let versions = versions.iter().map(|one| (one.commit.as_str(), one.blob.as_str())).collect();
                (name.as_str(), versions)
            })
            .collect();
        assert_eq!(
            told,
            [("a b.jsonl", vec![("c2", "b9"), ("c2^", "b7")]), ("c.jsonl", vec![("c2", "b2"), ("c1", "b1")])]
        );
    }

    #[test]
    fn only_files_of_the_folder_itself_are_ledgers() {
        assert_eq!(ledger_name(".promotion/ledger/a.jsonl", FOLDER).as_deref(), Some("a.jsonl"));
        for path in [".promotion/ledger/a/b.jsonl", ".promotion/ledger/a.torn-1", "x/a.jsonl"] {
            assert_eq!(ledger_name(path, FOLDER), None, "{path}");
        }
    }
}
