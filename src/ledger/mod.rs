//! The append-only history of a component: records to lines and back, and whether the lines are those that were
//! written. Not the file (`sys::ledger_file`), and not what the records add up to (`lifecycle`).
//!
//! Each line ends with two digests: `prev`, of the bytes of the line before it, which chains them; and `hash`, of the
//! line itself up to there, so that the line that was edited can be named, and not only the one after it. Nobody who
//! rewrites the whole file is stopped by that: against him there are anchors, digests of the head that were written
//! down elsewhere.

mod chain;
mod decision;
mod digest;
mod observation;
mod part;
mod verification;
mod wire;

use std::fmt;

use schemars::{Schema, SchemaGenerator};

use crate::model::record::Record;

pub use self::chain::{Defect, DefectKind, measurement, outline, read};
pub use self::digest::Digest;

/// The version of the format that is written.
pub const VERSION: u64 = 1;

/// The last line of a ledger: its number and the digest of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last record; 0 where there is none.
    pub seq: u64,
    /// The digest of its line without the line break.
    pub digest: Digest,
}

impl Head {
    /// That of an empty ledger.
    pub const NONE: Self = Self { seq: 0, digest: Digest::NONE };

    /// What [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, digest) = text.split_once(':')?;
        Some(Self { seq: seq.parse().ok()?, digest: Digest::parse(digest)? })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.digest)
    }
}

/// How a ledger ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a line break, or with nothing at all.
    Whole,
    /// With a record that is whole but for its line break: it may have been acknowledged, so it counts as any other.
    Unbroken,
    /// With so many bytes behind the last line break that are no whole record: nobody was told that it was recorded.
    Torn(usize),
}

/// A ledger whose lines are those that were written, as far as they themselves can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The records, in order.
    pub records: Vec<Record>,
    /// The digest of each line.
    pub digests: Vec<Digest>,
    /// How the last line ends.
    pub end: End,
}

impl Ledger {
    /// The number of bytes of a record that was never written to its end.
    pub fn torn(&self) -> usize {
        if let End::Torn(bytes) = self.end { bytes } else { 0 }
    }

    /// The last line.
    pub fn head(&self) -> Head {
        let last = self.records.last().zip(self.digests.last());
        last.map_or(Head::NONE, |(record, digest)| Head { seq: record.seq, digest: *digest })
    }

    /// Whether the line that an anchor speaks of is there and is the one that it was; else what is wrong.
    pub fn holds(&self, anchor: Head) -> Result<(), DefectKind> {
        let place = usize::try_from(anchor.seq.saturating_sub(1)).unwrap_or(usize::MAX);
        match self.digests.get(place) {
            _ if anchor.seq == 0 => Ok(()),
            None => Err(DefectKind::Truncated { wanted: anchor.seq, there: self.head().seq }),
            Some(digest) if *digest == anchor.digest => Ok(()),
            Some(_) => Err(DefectKind::Rewritten { seq: anchor.seq }),
        }
    }
}

/// The schema of a line.
pub fn schema(generator: SchemaGenerator) -> Schema {
    wire::schema(generator)
}

/// The line of `record` about `component`, with its line break, to follow `head`; and the head that it makes.
/// The record's number is that after `head`.
pub fn line(component: &str, record: &Record, head: Head) -> (String, Head) {
    let line = wire::line(component, record, head);
    let digest = Digest::of(line.as_bytes());
    (format!("{line}\n"), Head { seq: record.seq, digest })
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
