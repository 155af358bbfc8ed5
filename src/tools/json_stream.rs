//! Cuts a JSON document into the elements of its outer array or object while it is being read, so that
//! a report of any size is held one element at a time.
//!
//! Not a parser: each element is handed on as bytes and must be given to [`parse`], which finds every
//! fault inside of it. The hard part: what follows an element decides whether it was whole, so a
//! document that ends early, goes on after its end or repeats a key is a fault, never a short report.

use std::io::{self, Read};

use serde::Deserialize;

/// The longest element that is taken, in bytes.
pub const LONGEST_ELEMENT: usize = 8 << 20;
/// How much is read at once, in bytes.
const CHUNK: usize = 128 << 10;
/// The deepest nesting that is taken: serde's own limit.
const DEEPEST: usize = 128;

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// It is not JSON, or not all of it is there.
    #[error("{0}")]
    Broken(String),
    /// The bytes could not be had.
    #[error("it cannot be read: {0}")]
    Unread(#[from] io::Error),
}

fn broken<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(what.into()))
}

/// One element of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The key of the outer object; empty in an outer array.
    pub key: &'a str,
    /// The key of the inner object; empty where the element has none.
    pub member: &'a str,
    /// The element's bytes.
    pub value: &'a [u8],
}

/// What a document is, without its elements: an empty list and a missing one give none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outer {
    /// An array.
    Array,
    /// An object with these keys.
    Object(Vec<String>),
}

impl Outer {
    /// Whether it is an object with that key.
    pub fn has(&self, key: &str) -> bool {
        matches!(self, Self::Object(keys) if keys.iter().any(|own| own == key))
    }
}

/// Reads the whole of `reader` and gives each element to `each`.
///
/// The elements are those of an outer array; or the values of an outer object, of which those whose
/// keys are `opened` are cut into their own elements in turn.
pub fn read<R, F>(reader: R, opened: &[&str], mut each: F) -> Result<Outer, Fault>
where
    R: Read,
    F: FnMut(Piece<'_>) -> Result<(), Fault>,
{
    let mut document = Document { reader, buffer: vec![0; CHUNK], start: 0, end: 0 };
    let outer = match document.peek()? {
        None => return Err(Fault::Empty),
        Some(b'[') => document.elements("", &mut each).map(|()| Outer::Array)?,
        Some(b'{') => document.members(opened, &mut each).map(Outer::Object)?,
        Some(_) => return broken("it does not begin as JSON"),
    };
    match document.peek()? {
        None => Ok(outer),
        Some(_) => broken("it goes on after its end"),
    }
}

/// An element as a value.
pub fn parse<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(value).map_err(|fault| Fault::Broken(fault.to_string()))
}

struct Document<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Document<R> {
    /// Reads more behind what is held; `false` at the end of the input.
    fn fill(&mut self) -> Result<bool, Fault> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            if self.end >= LONGEST_ELEMENT {
                return broken(format!("one element is longer than {} MB", LONGEST_ELEMENT >> 20));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    self.end += read;
                    return Ok(true);
                }
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// The next byte that is not white space, left where it is.
    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            while self.start < self.end {
                let byte = self.buffer[self.start];
                if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                    return Ok(Some(byte));
                }
                self.start += 1;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Takes the next byte that is not white space.
    fn take(&mut self) -> Result<u8, Fault> {
        match self.peek()? {
            Some(byte) => {
                self.start += 1;
                Ok(byte)
            }
            None => broken("it ends in the middle"),
        }
    }

    /// Whether another element follows one; takes the comma or the closing bracket.
    fn another(&mut self, close: u8) -> Result<bool, Fault> {
        match self.take()? {
            b',' => Ok(true),
            byte if byte == close => Ok(false),
            _ => broken("a comma is missing"),
        }
    }

    /// Takes the opening bracket; `false` where the closing one follows at once, which is taken too.
    fn enter(&mut self, close: u8) -> Result<bool, Fault> {
        self.take()?;
        let filled = self.peek()? != Some(close);
        if !filled {
            self.take()?;
        }
        Ok(filled)
    }

    fn elements<F>(&mut self, key: &str, each: &mut F) -> Result<(), Fault>
    where
        F: FnMut(Piece<'_>) -> Result<(), Fault>,
    {
        let mut more = self.enter(b']')?;
        while more {
            each(Piece { key, member: "", value: self.element()? })?;
            more = self.another(b']')?;
        }
        Ok(())
    }

    fn inner_members<F>(&mut self, key: &str, each: &mut F) -> Result<(), Fault>
    where
        F: FnMut(Piece<'_>) -> Result<(), Fault>,
    {
        let mut more = self.enter(b'}')?;
        while more {
            let member = self.key()?;
            each(Piece { key, member: &member, value: self.element()? })?;
            more = self.another(b'}')?;
        }
        Ok(())
    }

    fn members<F>(&mut self, opened: &[&str], each: &mut F) -> Result<Vec<String>, Fault>
    where
        F: FnMut(Piece<'_>) -> Result<(), Fault>,
    {
        let mut seen: Vec<String> = Vec::new();
        let mut more = self.enter(b'}')?;
        while more {
            let key = self.key()?;
            if seen.contains(&key) {
                return broken(format!("the key `{}` is there twice", key.escape_debug()));
            }
            match self.peek()? {
                Some(b'[') if opened.contains(&key.as_str()) => self.elements(&key, each)?,
                Some(b'{') if opened.contains(&key.as_str()) => self.inner_members(&key, each)?,
                _ => each(Piece { key: &key, member: "", value: self.element()? })?,
            }
            seen.push(key);
            if seen.len() > DEEPEST {
                return broken("it has too many keys");
            }
            more = self.another(b'}')?;
        }
        Ok(seen)
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<String, Fault> {
        if self.peek()? != Some(b'"') {
            return broken("a key is missing");
        }
        let key = parse(self.element()?)?;
        match self.take()? {
            b':' => Ok(key),
            _ => broken("a colon is missing"),
        }
    }

    /// The bytes of the next value.
    fn element(&mut self) -> Result<&[u8], Fault> {
        self.peek()?;
        let (mut at, mut cut) = (0, Cut { depth: 0, state: State::Outside });
        loop {
            let held = &self.buffer[self.start + at..self.end];
            if let Some(length) = cut.advance(held)? {
                let from = self.start;
                self.start = from + at + length;
                return Ok(&self.buffer[from..self.start]);
            }
            at = self.end - self.start;
            if !self.fill()? {
                return broken("it ends in the middle");
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Scalar,
    Text,
    Escaped,
}

/// Finds the end of one value, across any number of chunks.
struct Cut {
    depth: usize,
    state: State,
}

impl Cut {
    /// How much of `bytes` still belongs to the value, once its end is among them.
    fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match self.state {
                State::Escaped => self.state = State::Text,
                State::Text => {
                    let Some(skipped) = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\'))
                    else {
                        return Ok(None);
                    };
                    at += skipped;
                    self.state = if bytes[at] == b'"' { State::Outside } else { State::Escaped };
                    if self.state == State::Outside && self.depth == 0 {
                        return Ok(Some(at + 1));
                    }
                }
                State::Scalar if matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') => {
                    return Ok(Some(at));
                }
                State::Scalar => {}
                State::Outside => match byte {
                    b'"' => self.state = State::Text,
                    b'{' | b'[' => {
                        self.depth += 1;
                        if self.depth > DEEPEST {
                            return broken("it is nested too deeply");
                        }
                    }
                    b'}' | b']' if self.depth == 0 => return broken("a value is missing"),
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Ok(Some(at + 1));
                        }
                    }
                    _ if self.depth == 0 => self.state = State::Scalar,
                    _ => {}
                },
            }
            at += 1;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    /// Gives a few bytes at a time, so that every seam between two reads falls somewhere.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let take = self.1.min(self.0.len()).min(buffer.len());
            buffer[..take].copy_from_slice(&self.0[..take]);
            self.0 = &self.0[take..];
            Ok(take)
        }
    }

    fn pieces(text: &[u8], drip: usize) -> Result<Vec<(String, String, Value)>, Fault> {
        let mut pieces = Vec::new();
        read(Dripping(text, drip), &["list", "map"], |piece| {
            pieces.push((piece.key.to_owned(), piece.member.to_owned(), parse(piece.value)?));
            Ok(())
        })?;
        Ok(pieces)
    }

    fn faulty(text: &[u8]) -> String {
        pieces(text, 7).expect_err("a fault").to_string()
    }

    #[test]
    fn the_elements_of_opened_members_come_one_by_one_and_others_whole() {
        let text = br#"{"list": [1, {"a": "]"}], "map": {"x": {}, "y\n": []}, "other": [1, 2], "list2": []}"#;
        let got = pieces(text, 1).expect("pieces");
        let want = [
            ("list", "", json!(1)),
            ("list", "", json!({"a": "]"})),
            ("map", "x", json!({})),
            ("map", "y\n", json!([])),
            ("other", "", json!([1, 2])),
            ("list2", "", json!([])),
        ];
        let want: Vec<_> =
            want.into_iter().map(|(key, member, value)| (key.into(), member.into(), value)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_document_that_is_not_whole_json_is_a_fault() {
        for text in [
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[1 2]",
            "[1]]",
            "[1] x",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{a:1}",
            "[,1]",
            "[1,,2]",
            "[}",
            "{]",
            "{\"list\": [1}",
            "[tru]",
            "[\"\\x\"]",
            "null",
            "x",
            "{\"a\" 1}",
        ] {
            assert!(pieces(text.as_bytes(), 3).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_but_space_is_empty() {
        assert!(matches!(pieces(b" \n\t ", 2), Err(Fault::Empty)));
    }

    #[test]
    fn a_key_that_is_there_twice_is_a_fault() {
        assert_eq!(faulty(br#"{"list": [], "list": []}"#), "the key `list` is there twice");
    }

    #[test]
    fn nesting_beyond_reason_is_a_fault_and_no_crash() {
        assert_eq!(faulty("[".repeat(100_000).as_bytes()), "it is nested too deeply");
        assert_eq!(faulty("{\"a\":".repeat(100_000).as_bytes()), "it is nested too deeply");
    }

    #[test]
    fn one_endless_element_is_a_fault_before_it_fills_the_memory() {
        struct Endless(usize);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                self.0 += buffer.len();
                Ok(buffer.len())
            }
        }
        let mut endless = Endless(0);
        let fault = read(b"[\"".chain(&mut endless), &[], |_| Ok(())).expect_err("a fault");
        assert_eq!(fault.to_string(), "one element is longer than 8 MB");
        assert!(endless.0 <= LONGEST_ELEMENT, "{}", endless.0);
    }

    #[test]
    fn a_stream_that_breaks_is_a_fault() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let fault = read(b"[1, 2".chain(Broken), &[], |_| Ok(())).expect_err("a fault");
        assert!(matches!(fault, Fault::Unread(_)));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~\u{e9}\u{1f600}\\\\\"\n]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\{}]{0,4}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_cut_apart_is_what_a_parser_sees(
            values in prop::collection::vec(any_json(), 0..6), pretty in any::<bool>(), drip in 1usize..40
        ) {
            let whole = Value::from(values.clone());
            let text = if pretty { serde_json::to_vec_pretty(&whole) } else { serde_json::to_vec(&whole) };
            let got = pieces(&text.expect("text"), drip).expect("pieces");
            prop_assert_eq!(got.into_iter().map(|piece| piece.2).collect::<Vec<_>>(), values);
        }

        #[test]
        fn a_document_cut_short_anywhere_is_a_fault(values in prop::collection::vec(any_json(), 0..6), at in 0.0f64..1.0) {
            let text = serde_json::to_vec(&Value::from(values)).expect("text");
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index below the length")]
            let at = (at * text.len() as f64) as usize;
            prop_assert!(pieces(&text[..at], 9).is_err());
        }

        #[test]
        fn any_bytes_at_all_are_read_without_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let whole = serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value.is_array() || value.is_object());
            prop_assert_eq!(pieces(&bytes, 5).is_ok(), whole);
        }
    }
}
