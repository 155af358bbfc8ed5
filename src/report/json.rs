//! The published JSON document, schema 1: how it is laid out (`wire`), written (`writer`) and read back (`reader`).
//! Nothing is cleaned here, for this is data: what a tool said comes back byte for byte when it is parsed. But
//! what acts on a terminal is written as `\u…`, so that the document is safe to look at.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::model::assessment::Assessment;

use super::clean::is_unseen;

mod heading;
mod reader;
mod wire;
mod writer;

pub use heading::{Heading, ReadError};
pub use reader::read;

/// The version of the schema.
pub(super) const SCHEMA: u8 = 1;

/// The document, indented, with a final newline.
pub(super) fn render(assessment: &Assessment) -> String {
    written(&writer::streamed(assessment))
}

/// The same, as it is written, so that half a million findings never stand in memory as text.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write_to(&writer::streamed(assessment), out)
}

/// `document` as text in which nothing unseen stands.
pub(super) fn written(document: &impl Serialize) -> String {
    let mut text = Vec::new();
    write_to(document, &mut text)
        .expect("memory can be written, and structs with string keys always serialise");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn write_to(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut visible = Visible { out: io::BufWriter::with_capacity(1 << 16, out) };
    serde_json::to_writer_pretty(&mut visible, document)?;
    visible.out.write_all(b"\n")?;
    visible.out.flush()
}

/// Writes what is unseen as `\u…`. What `serde_json` hands over are whole characters.
struct Visible<W: Write> {
    out: W,
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly everything; line breaks of the layout are the only controls that serde_json leaves as they are.
        if bytes.iter().all(|byte| (b' '..=b'~').contains(byte) || *byte == b'\n') {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        for character in text.chars() {
            if character != '\n' && is_unseen(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(self.out, "\\u{unit:04x}")?;
                }
            } else {
                self.out.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The program that wrote a document.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program<'a> {
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
}
