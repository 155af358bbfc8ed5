//! A text, line by line: which lines are findings, and how much they say was looked at.

use std::io::{BufRead, Read as _};

use regex::{Captures, Regex};

use super::{MOST, severity};
use crate::model::finding::{Finding, Severity};

/// The longest line that is looked at, in bytes.
const LONGEST: u64 = 1 << 20;
/// How much of a message is kept, in characters.
const MESSAGE: usize = 500;

/// What a text says.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) findings: Vec<Finding>,
    pub(super) looked: u64,
}

/// How much a text says was looked at.
pub(super) fn count<R: BufRead>(text: &mut R, proof: &Regex) -> Result<u64, String> {
    Ok(scan(text, None, proof)?.looked)
}

/// Reads a text. Where findings are looked for, every line must be readable; else those that are not prove nothing.
pub(super) fn scan<R: BufRead>(text: &mut R, finding: Option<&Regex>, proof: &Regex) -> Result<Scan, String> {
    let mut scan = Scan::default();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read =
            text.by_ref().take(LONGEST).read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(scan);
        }
        let is_whole = bytes.ends_with(b"\n") || (read as u64) < LONGEST;
        if !is_whole {
            if finding.is_some() {
                return Err(format!("a line is longer than {} MB", LONGEST >> 20));
            }
            skip_line(text)?;
            continue;
        }
        let line = match (std::str::from_utf8(&bytes), finding) {
            (Ok(line), _) => line.trim_end_matches(['\n', '\r']),
            (Err(_), Some(_)) => return Err("it is not UTF-8".to_owned()),
            (Err(_), None) => continue,
        };
        scan.looked = scan.looked.saturating_add(looked(line, proof)?);
        for captures in finding.iter().flat_map(|finding| finding.captures_iter(line)) {
            if scan.findings.len() >= MOST {
                return Err(format!("it holds more than {MOST} findings"));
            }
            scan.findings.push(found(&captures));
        }
    }
}

fn skip_line<R: BufRead>(text: &mut R) -> Result<(), String> {
    loop {
        let buffer = text.fill_buf().map_err(|error| error.to_string())?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        text.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// What one line says was looked at: the numbers of group 1, or 1 where there is no group.
fn looked(line: &str, proof: &Regex) -> Result<u64, String> {
    if proof.captures_len() == 1 {
        return Ok(u64::from(proof.is_match(line)));
    }
    let mut sum = 0_u64;
    for captures in proof.captures_iter(line) {
        // A group that took no part says nothing.
        let Some(number) = captures.get(1) else { continue };
        let number = number.as_str();
        let digits: String = number.chars().filter(|c| !matches!(c, ',' | '_')).collect();
        let Ok(value) = digits.parse::<u64>() else {
            return Err(format!("`inspected` finds `{number}` where a number must be"));
        };
        sum = sum.saturating_add(value);
    }
    Ok(sum)
}

fn found(captures: &Captures<'_>) -> Finding {
    let group =
        |name: &str| captures.name(name).map(|group| group.as_str().trim()).filter(|text| !text.is_empty());
    let number = |name: &str| group(name).and_then(|text| text.parse().ok()).filter(|number| *number > 0);
    let whole = captures.get(0).map_or("", |whole| whole.as_str().trim());
    Finding {
        file: group("file").unwrap_or_default().into(),
        line: number("line"),
        column: number("column"),
        rule: group("rule").unwrap_or_default().into(),
        severity: group("severity").map_or(Severity::High, severity),
        message: super::lines::cut(group("message").unwrap_or(whole)).into(),
    }
}

/// A message, cut to what people read.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
