//! Which files are the history of promotions: ledgers, what was set aside of one, and the accounts of rollbacks.
//!
//! Such a file is no part of what is promoted: to write it down must not change the commit's meaning. The hard part is
//! to take no other file for one, so only those count that lie where the policy in force keeps them.

use std::path::{Path, PathBuf};

/// Where the history of a project's promotions lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// `None` where it lies outside of what is looked at.
    folder: Option<PathBuf>,
}

impl History {
    /// That of the policy whose file lies in `folder`: absolute, without links.
    pub fn beside(folder: &Path) -> Self {
        Self { folder: Some(folder.join(".promotion")) }
    }

    /// The same for paths from `top`, as git gives them from the top of a repository; where nobody knows the top,
    /// nothing is history.
    #[must_use]
    pub fn seen_from(&self, top: Option<&Path>) -> Self {
        let below = |folder: &PathBuf| Some(folder.strip_prefix(top?).ok()?.to_owned());
        Self { folder: self.folder.as_ref().and_then(below) }
    }

    /// Whether the file at a path is a part of it.
    pub fn holds(&self, path: &Path) -> bool {
        let inside = self.folder.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
        let Some((folder, name)) = inside.and_then(|inside| Some((inside.parent()?, inside.file_name()?)))
        else {
            return false;
        };
        let name = name.as_encoded_bytes();
        match folder.as_os_str().as_encoded_bytes() {
            b"ledger" => name.ends_with(b".jsonl") || is_set_aside(name),
            b"rollbacks" => name.ends_with(b".md"),
            _ => false,
        }
    }
}

fn is_set_aside(name: &[u8]) -> bool {
    let place = name.windows(6).rposition(|part| part == b".torn-");
    let number = place.and_then(|place| name.get(place + 6..)).unwrap_or_default();
    !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ledgers_and_accounts_of_rollbacks_are_history() {
        let history = History::beside(Path::new("/top"));
        for name in ["ledger/carbon.jsonl", "ledger/a.torn-1", "rollbacks/a.md"] {
            assert!(history.holds(&Path::new("/top/.promotion").join(name)), "{name}");
        }
        for name in [
            "ledger/conftest.py",
            "ledger/tool.torn-1.sh",
            "ledger/a/b.jsonl",
            "rollbacks/conftest.py",
            "a.jsonl",
            "other/a.jsonl",
            "../ledger/a.jsonl",
        ] {
            assert!(!history.holds(&Path::new("/top/.promotion").join(name)), "{name}");
        }
    }

    #[test]
    fn only_what_lies_in_the_policys_own_folder_is_history() {
        let history = History::beside(Path::new("/top/app"));
        let below = history.seen_from(Some(Path::new("/top")));
        assert!(below.holds(Path::new("app/.promotion/ledger/a.jsonl")));
        for path in [
            ".promotion/ledger/a.jsonl",
            "src/x/.promotion/ledger/evil.jsonl",
            "app/src/.promotion/ledger/evil.jsonl",
            "x.promotion/ledger/a.jsonl",
        ] {
            assert!(!below.holds(Path::new(path)), "{path}");
        }
        for top in [None, Some(Path::new("/elsewhere"))] {
            assert!(!history.seen_from(top).holds(Path::new(".promotion/ledger/a.jsonl")), "{top:?}");
        }
        assert!(
            History::beside(Path::new("/top"))
                .seen_from(Some(Path::new("/top")))
                .holds(Path::new(".promotion/ledger/a.jsonl"))
        );
    }
}
