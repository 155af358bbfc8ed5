//! From text to TOML tables, and what is wrong with the text as TOML.
//! Not the meaning of the tables.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::document::{Document, Faults, quote};
use super::value::Table;

/// How the TOML parser calls a key or table that was there before.
const DUPLICATE: &str = "duplicate key";

/// For how many duplicate tables the first one is looked up, for which the text before is parsed again.
const MOST_LOOKED_UP: usize = 20;

/// The tables of the document; `None` where its text is no TOML, which is one fault.
///
/// A key that is there twice is a fault of its own, and the rest is still read: two components of one name
/// are the likeliest such slip.
pub(super) fn parse<'d>(document: &'d Document, faults: &mut Faults<'_>) -> Option<DeTable<'d>> {
    let (tables, errors) = DeTable::parse_recoverable(&document.text);
    let span = |error: &toml::de::Error| error.span().unwrap_or(0..0);
    if let Some(first) =
        errors.iter().filter(|error| error.message() != DUPLICATE).min_by_key(|error| span(error).start)
    {
        faults.add(
            span(first).start,
            format!("not valid TOML: {}", first.message()),
            syntax_hint(first.message()),
        );
        return None;
    }
    let mut duplicates: Vec<Range<usize>> = errors.iter().map(span).collect();
    duplicates.sort_by_key(|span| span.start);
    report_duplicates(document, &duplicates, faults);
    Some(tables.into_inner())
}

/// What to do about an error of the parser, which tells an unquoted word by its first letter: `name = TTA`
/// is "invalid boolean" to it.
fn syntax_hint(message: &str) -> &'static str {
    let unquoted = ["boolean", "number", "float", "quoted"].iter().any(|word| message.contains(word));
    if unquoted && !message.contains("key") {
        "if it is text, put it in quotes, as in `\"…\"`"
    } else {
        "correct this first: the rest of the file cannot be read before"
    }
}

/// The tables of the document as far as they can be read, faults or not.
pub(super) fn parse_leniently(document: &Document) -> DeTable<'_> {
    DeTable::parse_recoverable(&document.text).0.into_inner()
}

/// Notes each duplicate, but not the keys of a table that is a duplicate itself.
fn report_duplicates(document: &Document, duplicates: &[Range<usize>], faults: &mut Faults<'_>) {
    let mut said_until = 0;
    let mut said = 0;
    for span in duplicates.iter().filter(|span| span.start < document.text.len()) {
        if span.start < said_until {
            continue;
        }
        let line = line_around(&document.text, span.start);
        let text = &document.text[line.clone()];
        let Some(name) = header_name(text) else {
            let key = document.text.get(span.clone()).unwrap_or_default();
            faults.add(
                span.start,
                format!("duplicate key {}", quote(key)),
                "keep one of the two, and take the other out",
            );
            continue;
        };
        said += 1;
        let earlier =
            (said <= MOST_LOOKED_UP).then(|| first_place(&document.text[..line.start], &name)).flatten();
        let first = earlier.map_or(String::new(), |offset| {
            format!(", first in line {} of {}", faults.place(offset).line, quote(&document.file))
        });
        let (what, shown, hint) = match name.as_slice() {
            [kind, component] if kind == "component" => {
                ("component", quote(component), "give one of the two another name")
            }
            _ => ("table", quote(&format!("[{}]", name.join("."))), "join the two tables"),
        };
        faults.add(span.start, format!("duplicate {what} {shown}{first}"), hint);
        said_until = next_header(&document.text, line.end);
    }
}

/// The line that holds the byte at `offset`, without its end.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let start = bytes[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = bytes[offset..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| offset + at);
    start..end
}

/// Where the next table begins after `offset`.
fn next_header(text: &str, offset: usize) -> usize {
    let mut at = offset;
    for line in text[offset..].split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// The keys of a line that is a table's header.
fn header_name(line: &str) -> Option<Vec<String>> {
    if !line.trim_start().starts_with('[') {
        return None;
    }
    let mut table = DeTable::parse(line).ok()?.into_inner();
    let mut name = Vec::new();
    while let Some((key, value)) = std::mem::take(&mut table).into_iter().next() {
        name.push(key.into_inner().into_owned());
        if let DeValue::Table(inner) = value.into_inner() {
            table = inner;
        }
    }
    Some(name)
}

/// Where the table of that name begins in the text before its duplicate.
fn first_place(before: &str, name: &[String]) -> Option<usize> {
    let (tables, _) = DeTable::parse_recoverable(before);
    let tables = tables.into_inner();
    let mut table = Table::document(&tables);
    let mut offset = None;
    for key in name {
        let value = table.get(key)?;
        offset = Some(value.offset);
        if let DeValue::Table(inner) = value.inner() {
            table = Table::document(inner);
        }
    }
    offset
}
