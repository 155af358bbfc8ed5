//! The envelope of an entry: version, digest, key, payload.

use sha2::{Digest, Sha256};

/// The format. Another one is no entry of ours.
const HEAD: &str = "tta-promote cache 1";

/// A payload with what is needed to recognise it.
pub fn seal(key: &str, payload: &str) -> Vec<u8> {
    format!("{HEAD} {}\n{key}\n{payload}", digest(key, payload)).into_bytes()
}

/// The payload, where the bytes are what [`seal`] made of it under the same key.
pub fn open<'a>(key: &str, bytes: &'a [u8]) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, rest) = text.split_once('\n')?;
    let (own, payload) = rest.split_once('\n')?;
    let told = head.strip_prefix(HEAD)?.strip_prefix(' ')?;
    (own == key && told == digest(key, payload)).then_some(payload)
}

fn digest(key: &str, payload: &str) -> String {
    hexadecimal(&Sha256::digest(format!("{key}\n{payload}").as_bytes()))
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "{\"äh\": 1}\nand more";

    #[test]
    fn what_was_sealed_is_opened_under_its_own_key_alone() {
        let sealed = seal("key", PAYLOAD);
        assert_eq!(open("key", &sealed), Some(PAYLOAD));
        assert_eq!(open("other", &sealed), None, "renamed into place");
        assert_eq!(open("", &seal("", "")), Some(""));
    }

    #[test]
    fn an_entry_that_is_cut_off_at_any_byte_is_none() {
        let sealed = seal("key", PAYLOAD);
        for length in 0..sealed.len() {
            assert_eq!(open("key", &sealed[..length]), None, "{length}");
        }
    }

    #[test]
    fn an_entry_with_any_bit_flipped_is_none() {
        let sealed = seal("key", PAYLOAD);
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                assert_eq!(open("key", &changed), None, "{position} {bit}");
            }
        }
        assert_eq!(open("key", &[&sealed[..], b"x"].concat()), None, "longer");
        let older = String::from_utf8(sealed).expect("UTF-8").replacen("cache 1", "cache 0", 1);
        assert_eq!(open("key", older.as_bytes()), None, "another version");
    }
}
