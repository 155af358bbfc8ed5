//! A stream in which the runner of GitHub Actions finds no command: it reads what a step prints line by line, and obeys
//! a line that begins with `::NAME::`, or one with `##[NAME]` anywhere in it. Half of what we print is text of others.

use std::io::{self, Write};

/// Writes to `out` with the first sign of every such command as its escape.
pub(super) struct Inert<W: Write> {
    out: W,
    /// The line that is under way; it can be judged only when what it begins with is there.
    line: Vec<u8>,
}

impl<W: Write> Inert<W> {
    /// Around `out`.
    pub(super) fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// What `out` meets.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write_line()?;
        self.out.flush()
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) => self.out.write_all(inert(text).as_bytes()),
            Err(_) => self.out.write_all(inert(&String::from_utf8_lossy(&line)).as_bytes()),
        }
    }
}

impl<W: Write> Write for Inert<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || piece.ends_with(b"\r") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One line. The escapes are those of JSON, so that a document stays the same document.
fn inert(line: &str) -> String {
    let start = line.find(|c: char| !c.is_whitespace() && !c.is_control()).unwrap_or(line.len());
    let (blank, rest) = line.split_at(start);
    let rest = rest.replace("##[", "\\u0023#[");
    match rest.strip_prefix("::") {
        Some(after) => format!("{blank}\\u003a:{after}"),
        None => format!("{blank}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut inert = Inert::new(&mut out);
        for piece in pieces {
            inert.write_all(piece.as_bytes()).expect("written");
        }
        inert.finish().expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn a_command_is_shown_and_not_obeyed() {
        assert_eq!(written(&["a\n  :", ":add-mask::x\n"]), "a\n  \\u003a:add-mask::x\n");
        assert_eq!(written(&["x\r::set-output name=a::b"]), "x\r\\u003a:set-output name=a::b");
        assert_eq!(written(&["note: ##", "[add-path]/tmp\n"]), "note: \\u0023#[add-path]/tmp\n");
        assert_eq!(written(&["tests/a.py::test_b\n# x [y]\n"]), "tests/a.py::test_b\n# x [y]\n");
    }

    #[test]
    fn a_json_document_stays_the_same_document() {
        let document = serde_json::json!({"message": "##[add-path]/tmp", "name": "::x::"});
        let text = written(&[&serde_json::to_string_pretty(&document).expect("text")]);
        assert!(!text.contains("##["));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), document);
    }

    proptest! {
        #[test]
        fn however_it_is_cut_no_line_is_a_command(text in "([:# \\[\\]\n\r\t\u{a0}a]|::x::|##\\[x\\])*", cut in 1usize..5) {
            let mut out = Vec::new();
            let mut inert = Inert::new(&mut out);
            for piece in text.as_bytes().chunks(cut) {
                inert.write_all(piece).expect("written");
            }
            inert.finish().expect("written");
            let text = String::from_utf8(out).expect("UTF-8");
            for line in text.split(['\n', '\r']) {
                prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line:?}");
            }
        }
    }
}
