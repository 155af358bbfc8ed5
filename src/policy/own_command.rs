//! `command` of `[check.NAME]`: arguments, and what is filled into them. Not a shell's language: there is no shell.

use super::document::{Faults, quote};
use super::suggestion;
use super::value::{Table, Value};
use crate::model::own_check::{Argument, Piece};

/// What may be filled in.
const KNOWN: [&str; 3] = ["files", "report", "component"];

/// The command of the check whose keys are in `table`.
pub(super) fn read(table: &Table<'_>, faults: &mut Faults<'_>) -> Vec<Argument> {
    const HINT: &str = "write the program and its arguments, as in `command = [\"mypy\", \"{files}\"]`";
    let Some(value) = table.get("command") else {
        faults.add(table.offset, format!("{} has no `command`", quote(&table.name)), HINT);
        return Vec::new();
    };
    let Some(items) = value.list("strings", faults) else { return Vec::new() };
    let Some(program) = items.first() else {
        faults.add(value.offset, "`command` is empty", HINT);
        return Vec::new();
    };
    let command: Vec<Argument> = items.iter().filter_map(|item| argument(item, faults)).collect();
    refuse_unclear_program(program, command.first(), faults);
    command
}

/// What is started must stand in the policy, for everybody to see.
fn refuse_unclear_program(item: &Value<'_>, program: Option<&Argument>, faults: &mut Faults<'_>) {
    let hint =
        "name a program of the project's environment or on PATH, or a path with `/` from the project's root";
    match program {
        Some(Argument::Text(pieces)) if matches!(pieces.as_slice(), [Piece::Text(text)] if !text.trim().is_empty()) =>
            {}
        Some(Argument::Text(pieces)) if pieces.is_empty() => {
            faults.add(item.offset, "the program of `command` is empty", hint);
        }
        Some(_) => faults.add(item.offset, "the program of `command` must be plain text", hint),
        // It has a fault of its own.
        None => {}
    }
}

fn argument(item: &Value<'_>, faults: &mut Faults<'_>) -> Option<Argument> {
    let text = item.string(faults)?;
    if text == "{files}" {
        return Some(Argument::Files);
    }
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        plain.push_str(before);
        let Some(word) = Word::at(from) else {
            plain.push('{');
            rest = &from[1..];
            continue;
        };
        rest = &from[word.length..];
        let piece = match (word.is_literal, word.name) {
            (true, name) => {
                plain.extend(["{", name, "}"]);
                continue;
            }
            (false, "report") => Piece::Report,
            (false, "component") => Piece::Component,
            (false, name) => {
                refuse(name, item, faults);
                return None;
            }
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(piece);
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Some(Argument::Text(pieces))
}

fn refuse(name: &str, item: &Value<'_>, faults: &mut Faults<'_>) {
    let (message, hint) = if name == "files" {
        (
            "`{files}` must be an item of its own".to_owned(),
            "write it as in `[\"mypy\", \"{files}\"]`".to_owned(),
        )
    } else {
        let hint = suggestion::hint(name, &KNOWN, "what is filled in is");
        let literal = quote(&format!("{{{{{name}}}}}"));
        (
            format!("unknown placeholder {}", quote(&format!("{{{name}}}"))),
            format!("{hint}; write {literal} for the text itself"),
        )
    };
    faults.add(item.offset, message, hint);
}

/// `{word}`, which is filled in, or `{{word}}`, which is not. Other braces are text.
struct Word<'t> {
    name: &'t str,
    is_literal: bool,
    length: usize,
}

impl<'t> Word<'t> {
    fn at(text: &'t str) -> Option<Self> {
        let braces = if text.starts_with("{{") { 2 } else { 1 };
        let inner = text.get(braces..)?;
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|end| *end > 0)?;
        let (name, after) = inner.split_at(end);
        let is_closed = after.starts_with(if braces == 2 { "}}" } else { "}" });
        is_closed.then_some(Self { name, is_literal: braces == 2, length: end + 2 * braces })
    }
}
