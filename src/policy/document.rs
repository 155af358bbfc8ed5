//! One policy file: its text by lines, and the faults found in it.
//! Not the meaning of the text: that is read by the modules beside this one.

use crate::model::component::Place;
use crate::model::policy::Fault;

/// The longest line, in characters, that a fault repeats: enough to recognise it, and no more.
const LONGEST_LINE: usize = 200;
/// How keys end that name the variable of a token.
const TOKEN: &str = "_token";
/// The longest word of the policy, in characters, that a message repeats.
const LONGEST_WORD: usize = 60;

/// A policy file that was read: `promotion.toml`, or one that it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The file as the user would name it.
    pub file: String,
    /// What is in it.
    pub text: String,
}

impl Document {
    /// The line of that number, from 1, as it stands there but for its end, a byte order mark and what
    /// is beyond 200 characters; empty where there is no such line.
    pub fn line(&self, number: usize) -> String {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let line = number.checked_sub(1).and_then(|index| text.split('\n').nth(index));
        line.map(first_line).unwrap_or_default()
    }

    /// A fault in that line: for what shows itself only beside the text, such as a path that does not exist.
    pub fn fault(&self, line: usize, message: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault {
            place: Place { file: self.file.clone(), line },
            message: message.into(),
            hint: Some(hint.into()),
            text: self.line(line),
        }
    }
}

/// The faults of one document, so far.
#[derive(Debug)]
pub(super) struct Faults<'d> {
    document: &'d Document,
    /// Where each line begins, but for empty ones at the end: what is missing at the end of the text is
    /// missing on the last line that says something.
    lines: Vec<usize>,
    found: Vec<(usize, Fault)>,
}

impl<'d> Faults<'d> {
    /// None yet.
    pub(super) fn of(document: &'d Document) -> Self {
        let content = document.text.trim_end_matches(['\n', '\r', ' ', '\t']);
        let after_breaks = content.match_indices('\n').map(|(at, _)| at + 1);
        Self { document, lines: [0].into_iter().chain(after_breaks).collect(), found: Vec::new() }
    }

    /// The place of the byte at `offset`.
    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        Place { file: self.document.file.clone(), line }
    }

    /// A fault at the byte `offset`.
    pub(super) fn add(&mut self, offset: usize, message: impl Into<String>, hint: impl Into<String>) {
        let place = self.place(offset);
        let text = &self.document.text[self.lines[place.line - 1]..];
        let text = first_line(text.strip_prefix('\u{feff}').unwrap_or(text));
        let fault = Fault { place, message: message.into(), hint: Some(hint.into()), text };
        self.found.push((offset, fault));
    }

    /// All of them, in the order in which the text is read.
    pub(super) fn in_order(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|(offset, _)| *offset);
        self.found.into_iter().map(|(_, fault)| fault).collect()
    }
}

/// A word of the policy as a message repeats it: in backticks, on one line, not endless.
pub(super) fn quote(word: &str) -> String {
    let mut shown = String::new();
    for character in cut(word, LONGEST_WORD).chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    format!("`{shown}`")
}

/// What `text` has before its first line break, cut. Looks no further, however long the text is.
fn first_line(text: &str) -> String {
    let line: String = text.chars().take(LONGEST_LINE + 1).take_while(|c| *c != '\n').collect();
    cut(&without_secrets(line.strip_suffix('\r').unwrap_or(&line)), LONGEST_LINE)
}

/// The line without the user names and passwords of addresses, and without what stands where the name of a token's
/// variable belongs: a message is shown, logged and copied.
fn without_secrets(line: &str) -> String {
    const BEFORE: &str = "://";
    if let Some((key, _)) = line.split_once('=').filter(|(key, _)| key.trim().ends_with(TOKEN)) {
        return format!("{key}=…");
    }
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(BEFORE) {
        shown.push_str(before);
        shown.push_str(BEFORE);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).unwrap_or(after.len());
        // Up to the last one: a password may hold whatever somebody typed.
        rest = match after[..end].rfind('@') {
            Some(at) => {
                shown.push('…');
                &after[at..]
            }
            None => after,
        };
    }
    shown + rest
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { file: "promotion.toml".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_line_is_given_without_its_end_and_without_a_byte_order_mark() {
        let document = document("\u{feff}one\r\ntwo\n");
        assert_eq!(document.line(1), "one");
        assert_eq!(document.line(2), "two");
        assert_eq!(document.line(0), "");
        assert_eq!(document.line(9), "");
    }

    #[test]
    fn an_endless_line_is_cut_between_characters() {
        let document = document(&"é".repeat(5_000));
        assert_eq!(document.line(1).chars().count(), LONGEST_LINE + 1);
    }

    #[test]
    fn a_line_is_shown_without_the_passwords_of_its_addresses() {
        let line = |text: &str| document(text).line(1);
        assert_eq!(line("url = \"http://u:p/w@h:1/x\" # http://a"), "url = \"http://…@h:1/x\" # http://a");
        assert_eq!(line("a = 'http://h/' # see https://u@h://v@w"), "a = 'http://h/' # see https://…@w");
        assert_eq!(line("mail = \"a@b\""), "mail = \"a@b\"");
        assert_eq!(line("prometheus_token = \"s3cret\""), "prometheus_token =…");
    }

    #[test]
    fn the_end_of_the_text_is_on_its_last_line() {
        let document = document("one\ntwo\n\n");
        let faults = Faults::of(&document);
        for offset in [4, 7, document.text.len(), usize::MAX] {
            assert_eq!(faults.place(offset).line, 2, "{offset}");
        }
        assert_eq!((faults.place(0).line, faults.place(3).line), (1, 1));
    }

    #[test]
    fn a_quoted_word_stays_on_one_line() {
        assert_eq!(quote("a\nb\u{1b}[0m"), "`a\\nb\\u{1b}[0m`");
    }
}
