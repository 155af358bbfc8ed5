//! Lines of files, for those who show them beside findings. Not the reading of them.

use std::collections::BTreeMap;

/// Lines by file and number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceLines {
    lines: BTreeMap<String, BTreeMap<u32, String>>,
}

impl SourceLines {
    /// Adds a line of a file, from 1.
    pub fn add(&mut self, file: &str, line: u32, text: &str) {
        self.lines.entry(file.to_owned()).or_default().insert(line, text.to_owned());
    }

    /// The line, where it is known.
    pub fn get(&self, file: &str, line: u32) -> Option<&str> {
        self.lines.get(file)?.get(&line).map(String::as_str)
    }
}
