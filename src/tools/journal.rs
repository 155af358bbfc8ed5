//! The journal of a pytest run: what the observing plugin counted.
//!
//! Not here: what it means together with the report and the exit code (`pytest`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::evidence::TestCounts;

/// The observing plugin, as a module that is put into the run folder.
pub const PLUGIN: &str = include_str!("python_side/tta_promote_journal.py");
/// The name of that module.
pub const MODULE: &str = "tta_promote_journal";
/// The variable that tells it where to write.
pub const VARIABLE: &str = "TTA_PROMOTE_JOURNAL";

/// What the observing plugin of one process wrote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Journal {
    /// The folder from which pytest tells places: the one with the settings in force, which may lie below
    /// the project's root or above it.
    pub root: String,
    /// The folder of the environment that the tests ran in, without links.
    pub prefix: String,
    /// The exit code that pytest was about to give.
    pub exit: i32,
    /// What was recorded for the measuring of coverage.
    #[serde(flatten)]
    pub recording: Recording,
    /// Tests that were selected.
    pub collected: u64,
    /// Tests of them that came to an outcome.
    pub finished: u64,
    /// Tests that were left out by `-k` or a marker.
    pub deselected: u64,
    /// Tests that were collected and left out without pytest being told.
    pub dropped: u64,
    /// Outcomes of tests by name.
    pub counts: BTreeMap<String, u64>,
    /// How often a test was run again.
    pub reruns: u64,
    /// Exceptions that a plugin or `conftest.py` turned into a pass.
    pub rewritten: u64,
    /// Tests that passed and returned a value.
    #[serde(default)]
    pub returned: Vec<String>,
    /// What pytest said of classes that it passed over.
    pub uncollected: Vec<String>,
    /// Options in force under which no test body runs.
    pub not_run: Vec<String>,
}

/// What a run recorded for the measuring of coverage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// The digest of the data when the tests had run; `None` where there is none.
    #[serde(default, rename = "recorded")]
    pub digest: Option<String>,
    /// Files whose lines were counted for another file; `None` where nobody saw how the data was joined.
    #[serde(default)]
    pub moved: Option<Vec<(String, String)>>,
    /// Files with lines that other processes recorded, relative to the folders that these were started in.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Files of modules, absolute, that a plugin had imported before anything was recorded.
    #[serde(default)]
    pub early: Vec<String>,
}

impl Journal {
    /// Reads the journals of one run: the main process's, and those of pytest-xdist's workers, of which
    /// each collects all tests.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn read(main: &str, workers: &[String]) -> Result<Self, String> {
        let mut journal: Self = serde_json::from_str(main).map_err(|error| error.to_string())?;
        for worker in workers {
            let worker: Self = serde_json::from_str(worker).map_err(|error| error.to_string())?;
            journal.collected = journal.collected.max(worker.collected);
            journal.deselected = journal.deselected.max(worker.deselected);
            journal.dropped = journal.dropped.max(worker.dropped);
            journal.rewritten += worker.rewritten;
            journal.returned.extend(worker.returned);
            journal.uncollected.extend(worker.uncollected);
        }
        journal.uncollected.sort_unstable();
        journal.uncollected.dedup();
        Ok(journal)
    }

    /// The outcomes, each counted apart.
    pub fn test_counts(&self) -> TestCounts {
        let count = |outcome: &str| self.counts.get(outcome).copied().unwrap_or(0);
        TestCounts {
            passed: count("passed"),
            failed: count("failed"),
            errors: count("errors"),
            skipped: count("skipped"),
            xfailed: count("xfailed"),
            xpassed: count("xpassed"),
        }
    }

    /// The path of a file that pytest tells from its own root, from the project's `root`; unchanged where it
    /// does not lie there.
    pub fn from_root(&self, file: &str, root: &str) -> String {
        let whole = format!("{}/{file}", self.root);
        let inside = whole.strip_prefix(root).and_then(|path| path.strip_prefix('/'));
        inside.map_or_else(|| file.to_owned(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(root: &str) -> Journal {
        let text = format!(
            r#"{{"root": "{root}", "prefix": "/e", "exit": 0, "collected": 2, "finished": 1, "deselected": 1, "dropped": 0,
                "counts": {{"passed": 1}}, "reruns": 0, "rewritten": 0, "uncollected": ["b"], "not_run": []}}"#
        );
        Journal::read(&text, &[]).expect("a journal")
    }

    #[test]
    fn workers_collect_the_same_tests_and_count_only_their_own() {
        let worker = r#"{"root": "/p", "prefix": "/e", "exit": 0, "collected": 5, "finished": 3, "deselected": 4, "dropped": 1,
            "counts": {"passed": 3}, "reruns": 0, "rewritten": 1, "returned": ["t"], "uncollected": ["a", "b"], "not_run": []}"#;
        let main = r#"{"root": "/p", "prefix": "/e", "exit": 0, "collected": 0, "finished": 5, "deselected": 0, "dropped": 0,
            "counts": {"passed": 5}, "reruns": 0, "rewritten": 0, "uncollected": [], "not_run": []}"#;
        let journal = Journal::read(main, &[worker.to_owned(), worker.to_owned()]).expect("a journal");
        assert_eq!((journal.collected, journal.finished, journal.deselected), (5, 5, 4));
        assert_eq!((journal.dropped, journal.rewritten, journal.test_counts().passed), (1, 2, 5));
        assert_eq!((journal.returned.len(), journal.uncollected), (2, vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_place_is_told_from_the_projects_root_wherever_pytest_has_its_own() {
        assert_eq!(journal("/p").from_root("tests/t.py", "/p"), "tests/t.py");
        assert_eq!(journal("/p/tests").from_root("t.py", "/p"), "tests/t.py");
        assert_eq!(journal("/").from_root("p/tests/t.py", "/p"), "p/tests/t.py");
        assert_eq!(journal("/m").from_root("p/tests/t.py", "/m/p"), "tests/t.py");
    }
}
