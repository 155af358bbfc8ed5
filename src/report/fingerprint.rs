//! What tells one problem from another, and knows it again in a later report. Not its place: lines move. So it is
//! made of rule, path and message without its numbers, which are lines and lengths more often than not; what is
//! then still alike is counted.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The fingerprints of one document.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// How often the beginning of a digest was seen. Eight bytes each, since half a million findings may differ.
    seen: HashMap<u64, u32>,
    buffer: Vec<u8>,
}

impl Fingerprints {
    /// The fingerprint of the next problem: 32 hexadecimal digits, and which one of those alike it is.
    pub(super) fn next(&mut self, [tool, rule, path]: [&str; 3], message: &str) -> String {
        self.buffer.clear();
        for part in [tool, rule, path] {
            self.buffer.extend_from_slice(part.as_bytes());
            self.buffer.push(0);
        }
        normalise(message, &mut self.buffer);
        let digest = Sha256::digest(&self.buffer);
        let beginning = digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte));
        let occurrence = self.seen.entry(beginning).or_insert(0);
        *occurrence += 1;
        let mut text = String::with_capacity(36);
        for byte in digest.iter().take(16) {
            let _infallible = write!(text, "{byte:02x}");
        }
        let _infallible = write!(text, ":{occurrence}");
        text
    }
}

/// `message` with every word that begins with a digit as `0`, and all blanks as one.
fn normalise(message: &str, out: &mut Vec<u8>) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut before = b' ';
    let mut in_number = false;
    for byte in message.bytes() {
        if in_number && is_word(byte) {
            continue;
        }
        in_number = byte.is_ascii_digit() && !is_word(before);
        let written = match byte {
            _ if in_number => b'0',
            b'\t' | b'\n' | b'\r' => b' ',
            other => other,
        };
        if !(written == b' ' && before == b' ') {
            out.push(written);
        }
        before = written;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, message: &str) -> String {
        Fingerprints::default().next(["ruff", "F811", path], message)
    }

    #[test]
    fn a_problem_is_known_again_when_lines_move() {
        let first = one("a.py", "Redefinition of unused `x1` from line 3");
        assert_eq!(first, one("a.py", "Redefinition of unused `x1`  from line 117\n"[..43].trim_end()));
        assert_eq!(one("a.py", "<A object at 0x7f3a>"), one("a.py", "<A object at 0x123bc>"));
        for other in [
            one("b.py", "Redefinition of unused `x1` from line 3"),
            one("a.py", "Redefinition of unused `x2` from line 3"),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn two_that_are_alike_are_told_apart() {
        let mut all = Fingerprints::default();
        let two = [(); 2].map(|()| all.next(["ruff", "E501", "a.py"], "Line too long (104 > 88)"));
        assert_eq!(two[0].strip_suffix(":1"), two[1].strip_suffix(":2"));
    }

    #[test]
    fn what_is_said_cannot_pass_for_a_part_of_the_path() {
        let mut all = Fingerprints::default();
        assert_ne!(all.next(["t", "a", "b"], "c"), all.next(["t", "ab", ""], "c"));
    }
}
