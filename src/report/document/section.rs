//! The part of a document that is ours: what stands between two marks. Not what it says.
//!
//! The hard part is that the file is somebody else's. All that is not between our marks stays byte for byte, whatever
//! its line ends; what a person wrote between them is seen, since the first mark holds the digest of what we wrote, and
//! stays until somebody says otherwise. Marks that leave any doubt are a fault, and nothing is written.

use std::fmt;
use std::ops::Range;

use sha2::{Digest as _, Sha256};
use similar::TextDiff;

const BEFORE: &str = "<!--";
const OURS: &str = "tta-promote:";
const AFTER: &str = "-->";
const DIGEST: &str = "sha256=";

/// What a document is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It says what it should.
    UpToDate,
    /// All of its new text.
    Changed(String),
    /// Somebody edited what stands between the marks.
    Edited {
        /// The line of the first mark.
        line: usize,
        /// What would be lost and what would be written, as a unified diff.
        difference: String,
    },
}

/// Marks that leave it in doubt what is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: MarkFaultKind,
}

/// What is wrong with a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkFaultKind {
    /// It looks like a mark and is none.
    Broken,
    /// A part begins within another.
    Nested,
    /// A part of that name was there before.
    Twice(String),
    /// A part ends that has not begun.
    NotBegun,
    /// A part begins and does not end.
    NotEnded(String),
    /// Another part ends than the one that began.
    Other {
        /// The one that began.
        begun: String,
        /// The one that ends.
        ended: String,
    },
}

impl fmt::Display for MarkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.kind {
            MarkFaultKind::Broken => write!(f, "a mark of tta-promote is broken"),
            MarkFaultKind::Nested => write!(f, "a mark begins a part within another part"),
            MarkFaultKind::Twice(name) => write!(f, "the part `{name}` begins a second time"),
            MarkFaultKind::NotBegun => write!(f, "a mark ends a part that has not begun"),
            MarkFaultKind::NotEnded(name) => write!(f, "the part `{name}` begins and does not end"),
            MarkFaultKind::Other { begun, ended } => {
                write!(f, "the part `{ended}` ends where `{begun}` has begun")
            }
        }
    }
}

impl std::error::Error for MarkFault {}

/// A part of a document, marks and all.
struct Section<'f> {
    name: &'f str,
    digest: Option<&'f str>,
    /// The line of the first mark.
    line: usize,
    /// From the first letter of the first mark to the last one of the last.
    whole: Range<usize>,
    /// What stands between the lines of the marks.
    inner: Range<usize>,
}

/// What a line is.
enum Line<'f> {
    Mark(Mark<'f>),
    /// It looks like a mark and is none.
    Broken,
    Other,
}

enum Mark<'f> {
    Begin(&'f str, Option<&'f str>),
    End(&'f str),
}

/// Puts `body` into the part `name` of `file`, at the end of it where it has no such part. What a person wrote there is
/// overwritten only by `force`.
pub fn place(file: &str, name: &str, body: &str, force: bool) -> Result<Placed, MarkFault> {
    let body = normal(&without_marks(body));
    let sections = sections(file)?;
    let Some(section) = sections.iter().find(|section| section.name == name) else {
        return Ok(Placed::Changed(appended(file, name, &body)));
    };
    let there = normal(file.get(section.inner.clone()).unwrap_or_default());
    let is_ours = section.digest.map_or(there.is_empty(), |digest| digest == sha256(&there));
    if there != body && !is_ours && !force {
        let diff = TextDiff::from_lines(&there, &body);
        let difference = diff
            .unified_diff()
            .context_radius(2)
            .header("what is there", "what would be written")
            .to_string();
        return Ok(Placed::Edited { line: section.line, difference });
    }
    if there == body && is_ours {
        return Ok(Placed::UpToDate);
    }
    let (before, after) = (&file[..section.whole.start], &file[section.whole.end..]);
    // As the lines of the part were, whatever the others are.
    let has_returns = file[section.whole.clone()].contains("\r\n");
    Ok(Placed::Changed(format!("{before}{}{after}", written(name, &body, has_returns))))
}

/// The digest that the first mark of a part with that text holds.
pub fn digest(body: &str) -> String {
    sha256(&normal(&without_marks(body)))
}

fn appended(file: &str, name: &str, body: &str) -> String {
    let has_returns = file.contains("\r\n");
    let end = if has_returns { "\r\n" } else { "\n" };
    let is_empty = file.trim_start_matches('\u{feff}').is_empty();
    let closed = if is_empty || file.ends_with('\n') { "" } else { end };
    let apart = if is_empty || file.ends_with("\n\n") || file.ends_with("\n\r\n") { "" } else { end };
    format!("{file}{closed}{apart}{}{end}", written(name, body, has_returns))
}

fn written(name: &str, body: &str, has_returns: bool) -> String {
    let text = format!(
        "{BEFORE} {OURS}begin {name} {DIGEST}{} {AFTER}\n\n{body}\n\n{BEFORE} {OURS}end {name} {AFTER}",
        sha256(body)
    );
    if has_returns { text.replace('\n', "\r\n") } else { text }
}

/// What editors and git may change without anybody having edited it does not count.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// No text of ours, whoever it is from, can be taken for a mark.
fn without_marks(body: &str) -> String {
    body.replace(BEFORE, "&lt;!--")
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut digits, byte| {
        use fmt::Write as _;
        let _infallible = write!(digits, "{byte:02x}");
        digits
    })
}

/// All parts of a document, whoever they are about.
fn sections(file: &str) -> Result<Vec<Section<'_>>, MarkFault> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut open: Option<Section<'_>> = None;
    let mut at = 0;
    for (index, line) in file.split_inclusive('\n').enumerate() {
        let (start, number) = (at, index + 1);
        at += line.len();
        let fault = |kind| MarkFault { line: number, kind };
        let text = line.trim_start_matches('\u{feff}').trim();
        let mark = match mark(text) {
            Line::Other => continue,
            Line::Broken => return Err(fault(MarkFaultKind::Broken)),
            Line::Mark(mark) => mark,
        };
        let from = start + line.find(BEFORE).unwrap_or_default();
        match (mark, open.take()) {
            (Mark::Begin(..), Some(_)) => return Err(fault(MarkFaultKind::Nested)),
            (Mark::Begin(name, digest), None) => {
                if sections.iter().any(|section| section.name == name) {
                    return Err(fault(MarkFaultKind::Twice(name.to_owned())));
                }
                open = Some(Section { name, digest, line: number, whole: from..at, inner: at..at });
            }
            (Mark::End(_), None) => return Err(fault(MarkFaultKind::NotBegun)),
            (Mark::End(ended), Some(begun)) if begun.name != ended => {
                let (begun, ended) = (begun.name.to_owned(), ended.to_owned());
                return Err(fault(MarkFaultKind::Other { begun, ended }));
            }
            (Mark::End(_), Some(begun)) => {
                let whole = begun.whole.start..from + text.len();
                sections.push(Section { inner: begun.inner.start..start, whole, ..begun });
            }
        }
    }
    match open {
        None => Ok(sections),
        Some(begun) => {
            Err(MarkFault { line: begun.line, kind: MarkFaultKind::NotEnded(begun.name.to_owned()) })
        }
    }
}

/// What a line is. A mark within a line may be somebody's quotation.
fn mark(line: &str) -> Line<'_> {
    let rest = line.strip_prefix(BEFORE).map(str::trim_start).and_then(|rest| rest.strip_prefix(OURS));
    let (is_begin, rest) = match rest.map(|rest| (rest.strip_prefix("begin"), rest.strip_prefix("end"))) {
        Some((Some(rest), _)) => (true, rest),
        Some((None, Some(rest))) => (false, rest),
        Some((None, None)) | None => return Line::Other,
    };
    let words: Option<Vec<&str>> = rest
        .strip_suffix(AFTER)
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map(|rest| rest.split_whitespace().collect());
    match (is_begin, words.as_deref()) {
        (true, Some([name])) => Line::Mark(Mark::Begin(name, None)),
        (true, Some([name, digest])) => digest
            .strip_prefix(DIGEST)
            .map_or(Line::Broken, |digest| Line::Mark(Mark::Begin(name, Some(digest)))),
        (false, Some([name])) => Line::Mark(Mark::End(name)),
        _ => Line::Broken,
    }
}

#[cfg(test)]
mod tests;
