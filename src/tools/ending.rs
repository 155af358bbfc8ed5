//! What an end that is no answer means: the rows that the truth tables of all tools share, and the
//! one line of stderr that is worth showing.
//!
//! Not here: exit codes with a meaning of their own; those are in each tool's table.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::component::SourceFile;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::Tool;

/// The longest line of a tool that is quoted, in characters.
const QUOTED: usize = 300;

/// The real paths that a shared run is given: each once, sorted, whichever components name them.
pub fn real_paths<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> BTreeSet<&'a str> {
    files.into_iter().map(|file| file.real.as_str()).collect()
}

/// The component's files by real path, each once; a file named twice keeps its first name.
pub(super) fn by_real_path(files: &[SourceFile]) -> BTreeMap<&str, &SourceFile> {
    let mut once = BTreeMap::new();
    for file in files {
        once.entry(file.real.as_str()).or_insert(file);
    }
    once
}

/// The reason for an end other than `expected`: a signal, a limit, a missing executable, a code
/// that stands for neither "clean" nor "issues found".
pub fn without_answer(tool: Tool, exit: Exit, stderr: &str) -> Reason {
    let said = last_line(stderr).map_or_else(String::new, |line| format!(": {line}"));
    match exit {
        Exit::Code(code) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{tool} ended with exit code {code}{said}"),
            format!("run {tool} by hand on one file and mend what it complains about"),
        ),
        Exit::Signal(signal) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{tool} was ended by signal {signal}{said}"),
            "see whether the machine ran out of memory",
        ),
        Exit::TimedOut => Reason::new(
            ReasonKind::TimedOut,
            format!("{tool} was stopped at its time limit"),
            "raise `timeout` in `promotion.toml` or with `--timeout`",
        ),
        Exit::Interrupted => Reason::new(
            ReasonKind::Interrupted,
            format!("{tool} was stopped because the run was interrupted"),
            "run it again",
        ),
        Exit::Flooded => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{tool} wrote more than the run folder takes"),
            format!("run {tool} by hand on one file and see what it prints"),
        ),
        Exit::NotFound => Reason::new(
            ReasonKind::ToolMissing,
            format!("{tool} could not be started"),
            format!("install {tool} in the project's environment, or set `runner` in `promotion.toml`"),
        ),
    }
}

/// The reason for a wrong configuration, in the tool's own words.
pub(super) fn config_invalid(tool: Tool, complaint: Option<&str>) -> Reason {
    let said = complaint.unwrap_or("it gave no explanation");
    Reason::new(
        ReasonKind::ConfigInvalid,
        format!("{tool} refuses its configuration: {}", quoted(said)),
        format!("correct the configuration of {tool} in the project"),
    )
}

/// The line of stderr that tells most: the one that node calls fatal, above its stack trace; else the
/// last one that holds anything.
pub(super) fn last_line(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let fatal = lines.clone().find(|line| line.starts_with("FATAL ERROR"));
    fatal.or_else(|| lines.next_back()).map(quoted)
}

/// A line cut to a length that fits a message.
pub(super) fn quoted(line: &str) -> String {
    let mut short: String = line.chars().take(QUOTED).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_without_an_answer_has_its_own_kind_of_reason() {
        for (exit, kind) in [
            (Exit::Code(250), ReasonKind::ToolCrashed),
            (Exit::Signal(9), ReasonKind::ToolCrashed),
            (Exit::TimedOut, ReasonKind::TimedOut),
            (Exit::Interrupted, ReasonKind::Interrupted),
            (Exit::Flooded, ReasonKind::ToolCrashed),
            (Exit::NotFound, ReasonKind::ToolMissing),
        ] {
            assert_eq!(without_answer(Tool::Ruff, exit, "").kind, kind, "{exit:?}");
        }
    }

    #[test]
    fn a_crash_quotes_the_last_line_that_says_something() {
        let reason = without_answer(Tool::Bandit, Exit::Code(1), "Traceback\n  x\nKeyError: 'a'\n\n");
        assert_eq!(reason.message, "bandit ended with exit code 1: KeyError: 'a'");
    }

    #[test]
    fn a_quoted_line_never_floods_a_message() {
        assert_eq!(quoted(&"é".repeat(10_000)).chars().count(), QUOTED + 1);
    }

    #[test]
    fn files_named_by_several_components_are_given_to_a_tool_once() {
        let file = |path: &str| SourceFile { path: path.into(), real: format!("/r/{path}") };
        let (a, b) = ([file("x.py"), file("y.py")], [file("y.py")]);
        assert_eq!(real_paths(a.iter().chain(&b)).into_iter().collect::<Vec<_>>(), ["/r/x.py", "/r/y.py"]);
    }
}
