//! What changed since a revision: the working tree, with what is staged, untracked or gone, beside the commit where
//! the two ways parted. Not what that means for anybody.
//!
//! The hard part is to miss nothing: a rename is a file that is gone and a new one, and what git does not look at
//! must not be taken as unchanged, so the files that it does look at are told too.

use std::collections::BTreeSet;
use std::path::Path;

use super::git::{from_root, git, parse, top};
use super::history::History;
use super::run_folder::RunFolder;
use super::{file, tree};

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Relative to the project's root, with `/`; what is outside of it begins with `../`, and a folder of which git
    /// knows nothing else ends with `/`.
    pub paths: BTreeSet<String>,
    /// The files below the root that git looks at; what is neither among these nor among `paths` may be anything.
    pub followed: BTreeSet<String>,
    /// The files below the root that are in the index, and that git was told not to look at.
    pub overlooked: BTreeSet<String>,
}

/// Why nobody can say what changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// git is not there.
    #[error("git is not on PATH")]
    NoGit,
    /// The project is in no repository, or in one that cannot be read.
    #[error("the project is in no git repository that can be read")]
    NoRepository,
    /// There is no such commit.
    #[error("git knows no commit `{revision}`")]
    Unknown {
        /// What was asked for.
        revision: String,
        /// Whether the repository holds only a part of the history.
        is_shallow: bool,
    },
    /// git could not answer.
    #[error("`git {0}` failed")]
    Failed(&'static str),
}

/// What changed in the working tree since it parted from `revision`, but for what is `history`.
pub fn since(
    root: &Path,
    history: &History,
    folder: &RunFolder,
    revision: &str,
) -> Result<Changes, ChangeError> {
    if file::find_on_path("git").is_none() {
        return Err(ChangeError::NoGit);
    }
    let ask = |name: &'static str, arguments: &[&str]| {
        git(root, folder, &format!("git-since-{name}"), arguments).ok_or(ChangeError::Failed(name))
    };
    let one_line = |text: String| text.trim_end_matches('\n').to_owned();
    let shallow = ask("rev-parse", &["rev-parse", "--is-shallow-repository"]);
    let is_shallow = shallow.map_err(|_| ChangeError::NoRepository)?.starts_with("true");
    let unknown = || ChangeError::Unknown { revision: revision.to_owned(), is_shallow };
    // No revision begins like an option or with nothing at all; git is not asked about it.
    if revision.is_empty() || revision.starts_with(['-', '^']) {
        return Err(unknown());
    }
    let commit = format!("{revision}^{{commit}}");
    let commit = ask("revision", &["rev-parse", "--verify", "--quiet", &commit]).map_err(|_| unknown())?;
    let commit = one_line(commit);
    // Where they have nothing in common, the revision itself: then more has changed, never less.
    let base = ask("merge-base", &["merge-base", &commit, "HEAD"]).map_or(commit, one_line);
    let prefix = one_line(ask("rev-parse", &["rev-parse", "--show-prefix"])?);
    let tracked = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative"];
    let tracked = tracked.iter().copied().chain(["--ignore-submodules=none", &base, "--"]);
    let tracked = ask("diff", &tracked.collect::<Vec<_>>())?;
    let [all, modules] = ["--untracked-files=all", "--ignore-submodules=none"];
    let status = ["status", "--porcelain=v2", "-z", "--no-renames", all, modules];
    let (_, untracked) = parse(&ask("status", &status)?);
    let listed = ask("ls-files", &["ls-files", "-v", "-z"])?;
    // A capital H: in the index, and neither taken as unchanged nor left out of the tree.
    let followed: BTreeSet<String> =
        listed.split('\0').filter_map(|line| line.strip_prefix("H ")).map(str::to_owned).collect();
    let history = history.seen_from(top(root, &prefix));
    let paths = tracked
        .split('\0')
        .chain(untracked.keys().map(String::as_str))
        .filter(|path| !path.is_empty() && !history.holds(Path::new(path)))
        .map(|path| from_root(path, &prefix))
        .collect();
    // What git takes as unchanged may have changed; what is left out of the tree is not there to have an effect.
    let overlooked = listed
        .split('\0')
        .filter_map(|line| line.split_once(' '))
        .filter(|(tag, path)| !matches!(*tag, "H" | "M") && (*tag == "h" || tree::exists(&root.join(path))));
    let overlooked = overlooked.map(|(_, path)| path.to_owned()).collect();
    Ok(Changes { paths, followed, overlooked })
}
