//! How long the lanes of a project took last time, so that the longest can start first.
//!
//! It only saves time: what cannot be read is unknown, and what cannot be written is forgotten.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::cache::length;
use crate::sys::cache_folder::CacheFolder;
use crate::sys::run_folder::RunFolder;

/// The file that holds them.
const FILE: &str = "durations";

/// What is known.
#[derive(Debug)]
pub struct Durations {
    folder: CacheFolder,
    known: BTreeMap<String, Duration>,
}

impl Durations {
    /// What earlier runs of the project at `root` recorded.
    pub fn load(run: &RunFolder, root: &Path) -> Self {
        let folder = CacheFolder::of(run, root);
        let known = folder.file(FILE).map(|bytes| length::read(&bytes)).unwrap_or_default();
        Self { folder, known }
    }

    /// How long the work of that label took last.
    pub fn of(&self, label: &str) -> Option<Duration> {
        self.known.get(label).copied()
    }

    /// Records how long pieces of work took, by their labels.
    pub fn record(&self, took: impl IntoIterator<Item = (String, Duration)>) {
        let before = self.folder.file(FILE).map(|bytes| length::read(&bytes)).unwrap_or_default();
        let mut known = before.clone();
        known.extend(took);
        if known != before {
            let _forgotten_if_it_cannot_be_written = self.folder.put(FILE, &length::bytes(&known));
        }
    }
}
