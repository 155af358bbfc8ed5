//! SHA-256, as the ledger writes it.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands for the line before the first.
    pub const NONE: Self = Self([0; 32]);
    /// Its length in hexadecimal.
    pub(super) const LENGTH: usize = 64;

    /// That of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Those of `whole` up to `length`, and of all of it: read once.
    pub(super) fn of_beginning_and_whole(whole: &[u8], length: usize) -> (Self, Self) {
        let (beginning, rest) = whole.split_at(length.min(whole.len()));
        let mut digest = Sha256::new();
        digest.update(beginning);
        let of_beginning = digest.clone();
        digest.update(rest);
        (Self(of_beginning.finalize().into()), Self(digest.finalize().into()))
    }

    /// What [`fmt::Display`] wrote: 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::LENGTH {
            return None;
        }
        // No early end, so that it is done many at a time: what is no digit sets a bit that no digit has.
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => 0x80,
        };
        let (mut bytes, mut wrong) = ([0; 32], 0);
        for (place, pair) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
            let [high, low] = pair.map(digit);
            *place = high << 4 | low;
            wrong |= high | low;
        }
        (wrong & 0x80 == 0).then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
