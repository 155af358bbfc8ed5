//! The published JSON document, schema 1: how it is laid out (`wire`), written (`writer`) and read back (`reader`).
//! Nothing is cleaned here, for this is data: what a tool said comes back byte for byte when it is parsed. But
//! what acts on a terminal is written as `\u…`, so that the document is safe to look at.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::model::assessment::Assessment;

use super::clean::is_unseen;

mod count;
mod heading;
mod lines;
mod number;
mod reader;
mod waiver;
mod wire;
mod writer;

pub use count::Counted;
pub(super) use count::Counts;
pub use heading::{Heading, ReadError};
pub(super) use lines::{on_one_line, write_lines};
pub use reader::read;
pub(super) use writer::precise_instant;

/// The version of the schema.
pub(super) const SCHEMA: u8 = 1;
/// The kind of the reason beside `not_applicable`: it is none of ours, but the policy's.
const NOT_APPLICABLE: &str = "not_applicable";

/// The schema of an assessment.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<wire::Document<'static>>()
}

/// The same, as it is written, so that half a million findings never stand in memory as text.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write_to(&writer::streamed(assessment), out)
}

#[cfg(test)]
fn render(assessment: &Assessment) -> String {
    written(&writer::streamed(assessment))
}

/// `document` as text in which nothing unseen stands.
pub(super) fn written(document: &impl Serialize) -> String {
    let mut text = Vec::new();
    write_to(document, &mut text)
        .expect("memory can be written, and structs with string keys always serialise");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn write_to(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    visibly(out, |pieces| serde_json::to_writer_pretty(pieces, document).map_err(io::Error::from))
}

/// Whatever JSON `write` writes, on `out` with nothing unseen in it and a final newline.
fn visibly<'o>(
    out: &'o mut dyn Write,
    write: impl FnOnce(&mut io::BufWriter<Visible<'o>>) -> io::Result<()>,
) -> io::Result<()> {
    // Looked through in large pieces, which is many times as fast as in those that serde_json writes.
    let mut pieces = io::BufWriter::with_capacity(1 << 16, Visible { out, rest: Vec::new() });
    write(&mut pieces)?;
    pieces.write_all(b"\n")?;
    pieces.flush()
}

/// Writes what is unseen as `\u…`.
struct Visible<'o> {
    out: &'o mut dyn Write,
    /// The beginning of a character whose end is still to come.
    rest: Vec<u8>,
}

/// Whether there are only printable characters of ASCII and line breaks. No early end, so that it is done many at a time.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, byte| plain & (byte.wrapping_sub(b' ') < 0x5f || *byte == b'\n'))
}

impl Write for Visible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly everything; line breaks of the layout are the only controls that serde_json leaves as they are.
        if self.rest.is_empty() && bytes.chunks(256).all(is_plain) {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::other(error)),
        };
        let rest = self.rest.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut self.rest, rest)).map_err(io::Error::other)?;
        let mut visible = String::with_capacity(text.len() + 64);
        for character in text.chars() {
            if character != '\n' && is_unseen(character) {
                let mut units = [0; 2];
                let units = character.encode_utf16(&mut units);
                visible.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                visible.push(character);
            }
        }
        self.out.write_all(visible.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The words that a field may hold that may be null.
pub(super) fn or_null<const N: usize>(words: [&'static str; N]) -> Vec<Option<&'static str>> {
    words.map(Some).into_iter().chain([None]).collect()
}

/// The program that wrote a document.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Program<'a> {
    #[schemars(extend("const" = Self::NAME))]
    name: Cow<'a, str>,
    version: Cow<'a, str>,
}

impl<'a> Program<'a> {
    /// The name that stands in every document.
    const NAME: &'static str = "tta-promote";

    /// This one.
    pub(super) fn of(version: &'a str) -> Self {
        Self { name: Self::NAME.into(), version: version.into() }
    }

    /// Whether it is one, of whichever version.
    pub(super) fn is_ours(&self) -> bool {
        self.name == Self::NAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn however_a_text_is_cut_the_same_is_written(text in "(\\PC|[\u{1b}\u{9b}\u{202e}\u{e0001}é€𝄞a])*", cut in 1usize..7) {
            let mut whole = Vec::new();
            Visible { out: &mut whole, rest: Vec::new() }.write_all(text.as_bytes()).expect("written");
            let mut cut_up = Vec::new();
            let mut visible = Visible { out: &mut cut_up, rest: Vec::new() };
            for piece in text.as_bytes().chunks(cut) {
                visible.write_all(piece).expect("written");
            }
            prop_assert!(visible.rest.is_empty());
            prop_assert_eq!(&whole, &cut_up);
            let written = String::from_utf8(whole).expect("UTF-8");
            prop_assert!(!written.chars().any(is_unseen));
        }
    }
}
