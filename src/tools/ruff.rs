//! What ruff is asked, and how its list of issues and its list of files are read.
//!
//! Not here: its settings (`ruff_settings`), blanket suppressions (`ruff_canary`), one component's share
//! of a run (`ruff_evidence`).
//!
//! The hard part: exit 0 is "clean" or "read nothing", exit 1 is "issues" or "could not start", and a
//! file that cannot be read is told as an issue, or on stderr only, depending on the rules selected.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde::Deserialize;

use super::ending;
use super::json_stream::{self, Fault, Outer};
use super::word::Words;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::Tool;

/// The rule of a file that could not be read: no lint issue.
pub(super) const UNREADABLE: &str = "E902";
/// The rule of a syntax error. Ruff before 0.14 gave none, and before 0.5 `E999`.
pub(super) const INVALID_SYNTAX: &str = "invalid-syntax";

/// Never edit, never drop a file that is named, never believe a cache.
const ALWAYS: [&str; 6] =
    ["check", "--no-fix", "--no-fix-only", "--no-force-exclude", "--no-respect-gitignore", "--no-cache"];
/// Makes ruff forget the ignores of single files. It cannot be told to forget `extend-per-file-ignores`
/// (seen up to 0.17.6), so what then remains is looked for in the settings.
const WITHOUT_FILE_IGNORES: [&str; 2] = ["--config", "lint.per-file-ignores={}"];

/// Whether comments and per-file settings may keep issues quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppressions {
    /// As the project has it.
    Obeyed,
    /// Comments and `per-file-ignores` are without effect.
    Ignored,
}

fn argv(executable: &str, options: &[&str], suppressions: Suppressions) -> Vec<String> {
    let ignored: &[&str] = match suppressions {
        Suppressions::Obeyed => &[],
        Suppressions::Ignored => &["--ignore-noqa"],
    };
    let unignored = WITHOUT_FILE_IGNORES.iter().filter(|_| suppressions == Suppressions::Ignored);
    let words = ALWAYS.iter().chain(options).chain(ignored).chain(unignored);
    std::iter::once(executable).chain(words.copied()).map(String::from).collect()
}

/// Asks for the issues of `files`, which are real paths.
pub fn check_argv(executable: &str, files: &BTreeSet<&str>, suppressions: Suppressions) -> Vec<String> {
    let mut argv = argv(executable, &["--output-format=json"], suppressions);
    argv.extend(files.iter().map(ToString::to_string));
    argv
}

/// Asks which of `files` it reads.
pub fn show_files_argv(executable: &str, files: &BTreeSet<&str>) -> Vec<String> {
    let mut argv = argv(executable, &["--show-files"], Suppressions::Obeyed);
    argv.extend(files.iter().map(ToString::to_string));
    argv
}

/// Asks for the settings in force for one file, without the ignores that the other runs can lift.
pub fn show_settings_argv(executable: &str, file: &str) -> Vec<String> {
    let mut argv = argv(executable, &["--show-settings"], Suppressions::Obeyed);
    argv.extend(WITHOUT_FILE_IGNORES.map(String::from));
    argv.push(file.to_owned());
    argv
}

/// Asks for the issues of the text on stdin as though it were `file`.
pub fn canary_argv(executable: &str, file: &str, suppressions: Suppressions) -> Vec<String> {
    let mut argv = argv(executable, &["--output-format=json"], suppressions);
    argv.extend(["--stdin-filename", file, "-"].map(String::from));
    argv
}

/// One issue of one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The rule's code.
    pub rule: Arc<str>,
    /// What ruff says.
    pub message: Arc<str>,
}

/// What `ruff check` found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issues {
    /// By the file's absolute path.
    pub by_file: BTreeMap<String, Vec<Issue>>,
    /// What ruff says on stderr about files that it could not lint: `PATH: WHY`.
    pub unlinted: Vec<String>,
}

impl Issues {
    /// The issues of a file.
    pub fn of(&self, file: &str) -> &[Issue] {
        self.by_file.get(file).map_or(&[], Vec::as_slice)
    }
}

#[derive(Deserialize)]
struct WireIssue<'a> {
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    /// Since 0.14; some rules have no other.
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    filename: Cow<'a, str>,
    location: Option<WirePlace>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

#[derive(Deserialize)]
struct WirePlace {
    row: u32,
    column: u32,
}

/// Reads the answer to [`check_argv`] and [`canary_argv`].
pub fn read_check(exit: Exit, stdout: impl Read, stderr: &str) -> Result<Issues, Reason> {
    let judged = matches!(exit, Exit::Code(0 | 1));
    let report = if judged { issues(stdout) } else { Err(Fault::Empty) };
    let broke_down = stderr.contains("anicked");
    match (exit, report) {
        (Exit::Code(0 | 1), _) if broke_down => Err(ending::without_answer(Tool::Ruff, exit, stderr)),
        (Exit::Code(0), Ok(by_file)) if by_file.is_empty() => {
            Ok(Issues { by_file, unlinted: unlinted(stderr)? })
        }
        (Exit::Code(1), Ok(by_file)) if !by_file.is_empty() => {
            Ok(Issues { by_file, unlinted: unlinted(stderr)? })
        }
        (Exit::Code(code), Ok(_)) => Err(Reason::new(
            ReasonKind::ReportsDisagree,
            format!("ruff's exit code {code} and its report do not agree on whether there are issues"),
            "run `ruff check` by hand and see what it prints",
        )),
        (Exit::Code(0), Err(Fault::Empty)) => Err(Reason::new(
            ReasonKind::ReportMissing,
            "ruff ended well and wrote no report",
            "run `ruff check --output-format=json` by hand and see what it prints",
        )),
        (Exit::Code(1), Err(Fault::Empty)) => Err(ending::without_answer(Tool::Ruff, exit, stderr)),
        (Exit::Code(0 | 1), Err(fault)) => Err(unreadable(&fault)),
        (Exit::Code(2), Err(_)) => Err(ending::config_invalid(Tool::Ruff, complaint(stderr).as_deref())),
        (
            Exit::Code(_)
            | Exit::Signal(_)
            | Exit::TimedOut
            | Exit::Interrupted
            | Exit::Flooded
            | Exit::NotFound,
            _,
        ) => Err(ending::without_answer(Tool::Ruff, exit, stderr)),
    }
}

/// Reads the answer to [`show_files_argv`]: the real paths of the files that ruff reads.
pub fn read_show_files(exit: Exit, stdout: impl Read, stderr: &str) -> Result<BTreeSet<String>, Reason> {
    match exit {
        Exit::Code(0) => {}
        Exit::Code(2) => return Err(ending::config_invalid(Tool::Ruff, complaint(stderr).as_deref())),
        _ => return Err(ending::without_answer(Tool::Ruff, exit, stderr)),
    }
    let mut shown = BTreeSet::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(|fault| unreadable(&Fault::Unread(fault)))?;
        if !line.is_empty() {
            shown.insert(line);
        }
    }
    Ok(shown)
}

fn issues(stdout: impl Read) -> Result<BTreeMap<String, Vec<Issue>>, Fault> {
    let mut by_file: BTreeMap<String, Vec<Issue>> = BTreeMap::new();
    let mut words = Words::default();
    let outer = json_stream::read(stdout, &[], |piece| {
        let wire: WireIssue<'_> = json_stream::parse(piece.value)?;
        let issue = Issue {
            line: wire.location.as_ref().map(|place| place.row),
            column: wire.location.as_ref().map(|place| place.column),
            rule: words.share(match wire.code.as_deref().or(wire.name.as_deref()) {
                None | Some("E999") => INVALID_SYNTAX,
                Some(rule) => rule,
            }),
            message: words.share(&wire.message),
        };
        match by_file.get_mut(wire.filename.as_ref()) {
            Some(list) => list.push(issue),
            None => {
                by_file.insert(wire.filename.into_owned(), vec![issue]);
            }
        }
        Ok(())
    })?;
    if outer != Outer::Array {
        return Err(Fault::Broken("it is no list of issues".into()));
    }
    for list in by_file.values_mut() {
        list.sort();
    }
    Ok(by_file)
}

/// The files that stderr says were not linted; a run that found no file at all is no answer.
fn unlinted(stderr: &str) -> Result<Vec<String>, Reason> {
    if stderr.contains("No Python files found") {
        return Err(Reason::new(
            ReasonKind::NothingInspected,
            "ruff found no Python file to look at",
            "see which setting of ruff leaves the files out, and remove it",
        ));
    }
    let lines = stderr.lines().filter_map(|line| line.split_once("Failed to lint "));
    Ok(lines.map(|(_, rest)| rest.to_owned()).collect())
}

/// What stderr says is wrong: the first fault and its causes, without warnings and the quoted source.
pub(super) fn complaint(stderr: &str) -> Option<String> {
    let lines = stderr.lines().map(str::trim);
    let causes: Vec<&str> = lines.clone().filter_map(|line| line.strip_prefix("Cause: ")).collect();
    let fault = if causes.is_empty() {
        let mut faults =
            lines.filter(|line| !line.is_empty() && *line != "ruff failed" && !line.starts_with("warning:"));
        let fault = faults.next()?;
        fault.strip_prefix("error: ").unwrap_or(fault).to_owned()
    } else {
        causes.join(": ")
    };
    Some(ending::quoted(&fault))
}

fn unreadable(fault: &Fault) -> Reason {
    Reason::new(
        ReasonKind::ReportUnreadable,
        format!("ruff's report cannot be used: {fault}"),
        "run `ruff check --output-format=json` by hand and see what it prints",
    )
}
