//! The published JSON document, schema 1: how it is laid out (`wire`), written (`writer`) and read back (`reader`).
//! Nothing is cleaned here, for this is data: what a tool said comes back byte for byte when it is parsed. But
//! what acts on a terminal is written as `\u…`, so that the document is safe to look at.

use std::borrow::Cow;

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
    written(&writer::document(assessment))
}

/// `document` as text in which nothing unseen stands.
pub(super) fn written(document: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(document).expect("structs with string keys always serialise");
    let mut text = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        // Line breaks of the layout are the only controls that serde_json leaves as they are outside of strings.
        if character != '\n' && is_unseen(character) {
            let mut units = [0; 2];
            text.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    text
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
