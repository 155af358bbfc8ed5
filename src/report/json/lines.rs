//! JSON with line breaks down to a depth, and none below it: half a million objects, one a line, which people can
//! still look through. Not a layout for few values; those are indented throughout.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::visibly;

/// Writes `document` with arrays and objects broken down to `depth`, and a final newline.
///
/// # Errors
/// What `out` meets.
pub(crate) fn write_lines(document: &impl Serialize, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    visibly(out, |pieces| {
        let lines = Lines { broken: depth, depth: 0, is_empty: true };
        document.serialize(&mut Serializer::with_formatter(pieces, lines)).map_err(io::Error::from)
    })
}

/// `document` on one line, without an end.
pub(crate) fn on_one_line(document: &impl Serialize) -> String {
    let mut line = Vec::new();
    write_lines(document, 0, &mut line)
        .expect("memory can be written, and structs with string keys always serialise");
    let mut line = String::from_utf8(line).expect("JSON is UTF-8");
    line.truncate(line.trim_end().len());
    line
}

struct Lines {
    broken: usize,
    depth: usize,
    is_empty: bool,
}

impl Lines {
    fn begin<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        out.write_all(bracket)
    }

    fn end<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if !self.is_empty && self.depth < self.broken {
            self.break_line(out)?;
        }
        self.is_empty = false;
        out.write_all(bracket)
    }

    fn next<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (first, self.depth <= self.broken) {
            (true, true) => self.break_line(out),
            (true, false) => Ok(()),
            (false, true) => out.write_all(b",").and_then(|()| self.break_line(out)),
            (false, false) => out.write_all(b", "),
        }
    }

    fn break_line<W: Write + ?Sized>(&self, out: &mut W) -> io::Result<()> {
        const BLANKS: [u8; 16] = [b' '; 16];
        out.write_all(b"\n")?;
        out.write_all(BLANKS.get(..2 * self.depth).unwrap_or(&BLANKS))
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn there_are_line_breaks_down_to_the_depth_and_none_below() {
        let document = json!({"a": [{"b": [1, {}]}, []], "c": {}});
        let mut text = Vec::new();
        write_lines(&document, 2, &mut text).expect("written");
        let text = String::from_utf8(text).expect("UTF-8");
        assert_eq!(text, "{\n  \"a\": [\n    {\"b\": [1, {}]},\n    []\n  ],\n  \"c\": {}\n}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), document);
    }
}
