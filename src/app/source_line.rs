//! The lines that findings are in, for those who show them. A path in a report is a tool's word: what leads out of the
//! project, or to something that is no plain file of a sensible size, is not read.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use crate::model::assessment::Assessment;
use crate::report::SourceLines;
use crate::sys::file;
use crate::sys::tree;

use super::project::Workspace;

/// Lines that are read of one assessment.
const LINES: usize = 5_000;
/// A longer file is no source that a person wrote.
const BYTES: u64 = 2 << 20;

/// The lines of the findings, as they stand in the working tree now.
pub fn lines(workspace: &Workspace, assessment: &Assessment) -> SourceLines {
    let findings = assessment
        .components
        .iter()
        .flat_map(|component| &component.checks)
        .filter_map(|check| check.outcome.evidence())
        .flat_map(|evidence| &evidence.findings);
    let mut wanted: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (file, line) in findings.filter_map(|one| Some((&*one.file, one.line?))).take(LINES) {
        wanted.entry(file).or_default().push(line);
    }
    let mut lines = SourceLines::default();
    for (path, mut numbers) in wanted {
        if !is_inside(&workspace.root, path) {
            continue;
        }
        let text = file::read_beginning(&workspace.root.join(path), BYTES);
        numbers.sort_unstable();
        numbers.dedup();
        let mut wanted = numbers.into_iter().peekable();
        for (place, line) in text.lines().enumerate() {
            let Some(next) = wanted.peek() else { break };
            if u32::try_from(place + 1).ok() == Some(*next) {
                lines.add(path, *next, &line.chars().take(300).collect::<String>());
                wanted.next();
            }
        }
    }
    lines
}

/// Whether a path stays below the project's root, also by where links lead.
fn is_inside(root: &Path, path: &str) -> bool {
    let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let real = || Some(tree::real(&root.join(path)).ok()?.starts_with(tree::real(root).ok()?));
    is_plain && !path.is_empty() && real() == Some(true)
}
