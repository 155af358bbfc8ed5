//! Reads a ledger and says of each line that is not the one that was written what happened to it. Not a repair.
//!
//! The hard part is to name the line that somebody touched and not those that only follow from it: an edited line is
//! told by its own digest, so the broken link behind it is no second defect.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZero;
use std::thread::available_parallelism;

use serde::de::DeserializeOwned;

use crate::model::observation as seen;
use crate::model::record::{self, Fact, Record};

use super::observation::{Glance, Observation};
use super::part::Written;
use super::verification::{Brief, Verification};
use super::wire::{Line, Outline, own_digest};
use super::{Digest, End, Ledger, VERSION};

/// A ledger of fewer bytes is read before other threads would have started.
const MANY: usize = 1 << 20;

/// A line that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: DefectKind,
}

/// What happened to a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefectKind {
    /// Its bytes are not those that its digest is of.
    Edited,
    /// It is none of ours.
    Unreadable(String),
    /// It is of a newer version of this program.
    Newer(String),
    /// It is about another component.
    Foreign(String),
    /// Records are missing before it: from this number to that.
    Removed(u64, u64),
    /// It stands behind records that come after it.
    Misplaced(u64),
    /// It is there twice.
    Repeated(u64),
    /// Two different records follow the same one: two branches both appended.
    Forked(u64),
    /// It is sound, but the line behind it was written after another one.
    Replaced(u64),
    /// It is a marker that git leaves where it could not merge.
    Conflict,
    /// An anchor speaks of a record that is no more there.
    Truncated {
        /// The number in the anchor.
        wanted: u64,
        /// The last that is there.
        there: u64,
    },
    /// An anchor speaks of another record under this number.
    Rewritten {
        /// The number.
        seq: u64,
    },
}

impl fmt::Display for DefectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited => f.write_str("was edited after it was written"),
            Self::Unreadable(why) => write!(f, "is no record: {why}"),
            Self::Newer(what) => write!(f, "was written by a newer version of tta-promote: {what}"),
            Self::Foreign(component) => write!(f, "is about the component `{component}`"),
            Self::Removed(0, _) => f.write_str("follows a record that is not in this ledger"),
            Self::Removed(from, to) if from == to => write!(f, "record {from} before it was removed"),
            Self::Removed(from, to) => write!(f, "records {from} to {to} before it were removed"),
            Self::Misplaced(seq) => {
                write!(f, "record {seq} stands behind later ones: lines were swapped or moved")
            }
            Self::Repeated(seq) => write!(f, "record {seq} is there a second time"),
            Self::Forked(seq) => {
                write!(f, "a second record {seq} follows the same record: two branches both appended")
            }
            Self::Replaced(seq) => write!(f, "record {seq} was replaced by another one"),
            Self::Conflict => f.write_str("is a marker of a merge that git could not do"),
            Self::Truncated { wanted, there } => {
                write!(f, "records up to {wanted} were there once, and now only up to {there}")
            }
            Self::Rewritten { seq } => write!(f, "record {seq} is not the one that was there once"),
        }
    }
}

impl DefectKind {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer(_) => "use that version; this one would not know what it decides on",
            Self::Conflict | Self::Forked(_) => {
                "keep one side (`git checkout --ours` or `--theirs`, that of the branch that deployed), and verify anew \
                 with `tta-promote verify --record` what the other one measured"
            }
            Self::Foreign(_) => "give each component its own file back, from `git log`",
            Self::Edited
            | Self::Unreadable(_)
            | Self::Removed(..)
            | Self::Misplaced(_)
            | Self::Repeated(_)
            | Self::Replaced(_)
            | Self::Truncated { .. }
            | Self::Rewritten { .. } => {
                "find out who changed it and why; `git log -p` of the file shows it, and `git checkout COMMIT -- FILE` \
                 brings the whole one back"
            }
        }
    }
}

/// A line whose own digest holds.
struct Sound {
    number: usize,
    seq: u64,
    prev: Option<Digest>,
    digest: Digest,
}

/// What a line is: the record, the digest of the line before it, and its own; or what is wrong with it.
type Answer = Result<(Record, Option<Digest>, Digest), DefectKind>;

/// Reads the ledger of `component`, or says what is wrong with it, in the order of its lines.
pub fn read(component: &str, bytes: &[u8]) -> Result<Ledger, Vec<Defect>> {
    read_as(component, bytes, read_line::<Verification, Observation>)
}

/// As [`read`], but of each measurement only what decides how far a promotion has come: stages, verdict, and whether it
/// was of the whole gate; and of each observation what decides how far a soak has. Every line is held against its digests
/// all the same. [`measurement`] reads the rest of one measurement.
pub fn outline(component: &str, bytes: &[u8]) -> Result<Ledger, Vec<Defect>> {
    read_as(component, bytes, read_line::<Brief, Glance>)
}

/// The measurement of the record `seq` of `ledger`, which was read of these bytes; `None` where it is none.
pub fn measurement(
    component: &str,
    bytes: &[u8],
    ledger: &Ledger,
    seq: u64,
) -> Result<Option<record::Verification>, Defect> {
    let number = usize::try_from(seq).unwrap_or(usize::MAX);
    // From the nearer end. Behind the last line break there may be no line.
    let behind = usize::from(ledger.end != End::Unbroken);
    let back = ledger.records.len().checked_sub(number).filter(|_| number > 0);
    let line = back.and_then(|back| {
        let is_end = |byte: &u8| *byte == b'\n';
        if back < number {
            bytes.rsplit(is_end).nth(back + behind)
        } else {
            bytes.split(is_end).nth(number - 1)
        }
    });
    match line.map(|line| read_line::<Verification, Observation>(component, line)) {
        Some(Ok((Record { fact: Fact::Verified(verification), .. }, ..))) => Ok(Some(*verification)),
        Some(Ok(_)) | None => Ok(None),
        Some(Err(kind)) => Err(Defect { line: number, kind }),
    }
}

fn read_as(
    component: &str,
    bytes: &[u8],
    read_line: fn(&str, &[u8]) -> Answer,
) -> Result<Ledger, Vec<Defect>> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let end = match bytes.split_at(whole).1 {
        [] => End::Whole,
        rest if has_its_digest(rest) => End::Unbroken,
        rest => End::Torn(rest.len()),
    };
    let lines = if end == End::Unbroken { bytes } else { bytes.split_at(whole).0 };
    let mut all = read_lines(component, lines, read_line).into_iter();
    let mut part = all.next().unwrap_or_default();
    all.for_each(|next| part.append(next));
    let Part { records, sound, mut defects, .. } = part;
    let broken: BTreeSet<usize> = defects.iter().map(|defect| defect.line).collect();
    links(&sound, &broken, &mut defects);
    defects.sort_by_key(|defect| defect.line);
    let digests = sound.into_iter().map(|line| line.digest).collect();
    if defects.is_empty() { Ok(Ledger { records, digests, end }) } else { Err(defects) }
}

/// Whether these bytes are a line that was written to its last byte: only then is its digest there, and right.
fn has_its_digest(line: &[u8]) -> bool {
    own_digest(line).is_some_and(|(says, length)| Digest::of_beginning_and_whole(line, length).0 == says)
}

/// What was read of some lines that follow each other.
#[derive(Default)]
struct Part {
    lines: usize,
    records: Vec<Record>,
    sound: Vec<Sound>,
    defects: Vec<Defect>,
}

impl Part {
    fn take(&mut self, answer: Answer) {
        self.lines += 1;
        let number = self.lines;
        match answer {
            Ok((record, prev, digest)) => {
                self.sound.push(Sound { number, seq: record.seq, prev, digest });
                self.records.push(record);
            }
            Err(kind) => self.defects.push(Defect { line: number, kind }),
        }
    }

    /// Adds the lines that follow.
    fn append(&mut self, mut next: Self) {
        next.sound.iter_mut().for_each(|line| line.number += self.lines);
        next.defects.iter_mut().for_each(|defect| defect.line += self.lines);
        self.lines += next.lines;
        self.records.append(&mut next.records);
        self.sound.append(&mut next.sound);
        self.defects.append(&mut next.defects);
    }
}

/// Each line by itself, which is nearly all of the work: side by side where there are many.
fn read_lines(component: &str, lines: &[u8], read_line: fn(&str, &[u8]) -> Answer) -> Vec<Part> {
    let threads = if lines.len() < MANY { 1 } else { available_parallelism().map_or(1, NonZero::get) };
    let read = |lines: &[u8]| {
        let mut part = Part::default();
        // A text is searched for line breaks many bytes at a time.
        if let Ok(text) = std::str::from_utf8(lines) {
            let lines = text.split_terminator('\n');
            lines.for_each(|line| part.take(read_line(component, line.as_bytes())));
        } else {
            let lines = lines.split_inclusive(|byte| *byte == b'\n');
            let lines = lines.map(|line| line.strip_suffix(b"\n").unwrap_or(line));
            lines.for_each(|line| part.take(read_line(component, line)));
        }
        part
    };
    let parts = parts(lines, threads);
    let [first, others @ ..] = parts.as_slice() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> = others.iter().map(|part| scope.spawn(move || read(part))).collect();
        let mut read = vec![read(first)];
        // A thread that panicked has said so; its panic is ours.
        read.extend(others.into_iter().map(|other| match other.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        read
    })
}

/// Whole lines in so many parts of about the same length.
fn parts(lines: &[u8], number: usize) -> Vec<&[u8]> {
    let (mut parts, mut rest) = (Vec::new(), lines);
    for left in (1..=number).rev() {
        let about = rest.len() / left;
        let end = rest.get(about..).and_then(|tail| tail.iter().position(|byte| *byte == b'\n'));
        let (part, tail) = rest.split_at(end.map_or(rest.len(), |end| about + end + 1));
        parts.push(part);
        rest = tail;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn read_line<V, O>(component: &str, line: &[u8]) -> Answer
where
    V: Written<record::Verification> + DeserializeOwned,
    O: Written<seen::Observation> + DeserializeOwned,
{
    let unreadable = |why: &str| DefectKind::Unreadable(why.to_owned());
    let text = std::str::from_utf8(line).map_err(|_| unreadable("it is not UTF-8"))?;
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| text.starts_with(marker)) {
        return Err(DefectKind::Conflict);
    }
    if line.ends_with(b"\r") {
        return Err(unreadable(
            "it ends with a carriage return, as git writes it where `core.autocrlf` is set",
        ));
    }
    let Some((says, length)) = own_digest(line) else {
        return Err(newer(text).unwrap_or_else(|| unreadable("it does not end with its digest")));
    };
    let (is, digest) = Digest::of_beginning_and_whole(line, length);
    if is != says {
        return Err(DefectKind::Edited);
    }
    let parsed: Line<'_, V, O> = match serde_json::from_str(text) {
        Ok(parsed) => parsed,
        Err(fault) => return Err(newer(text).unwrap_or_else(|| unreadable(&fault.to_string()))),
    };
    if parsed.v > VERSION {
        return Err(DefectKind::Newer(format!("version {} of the format", parsed.v)));
    }
    if parsed.component != component {
        return Err(DefectKind::Foreign(parsed.component.into_owned()));
    }
    let prev = Digest::parse(&parsed.prev);
    let record = parsed.record().map_err(|why| newer(text).unwrap_or(DefectKind::Unreadable(why)))?;
    Ok((record, prev, digest))
}

/// Whether a line that cannot be read is one of a newer version: of a newer format, or of a kind that this one does
/// not know.
fn newer(text: &str) -> Option<DefectKind> {
    let outline: Outline = serde_json::from_str(text).ok()?;
    match (outline.v?, outline.kind) {
        (version, _) if version > VERSION => {
            Some(DefectKind::Newer(format!("version {version} of the format")))
        }
        (_, Some(kind)) if !Fact::KINDS.contains(&kind.as_str()) => {
            Some(DefectKind::Newer(format!("records of the kind `{kind}`")))
        }
        _ => None,
    }
}

/// What is wrong between lines that are sound in themselves. `broken` are the lines that are not.
fn links(sound: &[Sound], broken: &BTreeSet<usize>, defects: &mut Vec<Defect>) {
    // Asked only where a number is missing, which is nowhere in a sound ledger.
    let all: LazyCell<BTreeSet<u64>, _> = LazyCell::new(|| sound.iter().map(|line| line.seq).collect());
    let (mut last, mut digest, mut before): (u64, Digest, usize) = (0, Digest::NONE, 0);
    for line in sound {
        let mut add = |line: usize, kind| defects.push(Defect { line, kind });
        // How many records may stand in the lines between, which cannot be read.
        let unread = broken.range(before + 1..line.number).count() as u64;
        if line.seq <= last {
            let twin = sound.iter().find(|other| other.seq == line.seq && other.number < line.number);
            add(
                line.number,
                match twin {
                    Some(twin) if twin.digest == line.digest => DefectKind::Repeated(line.seq),
                    Some(_) => DefectKind::Forked(line.seq),
                    None => DefectKind::Misplaced(line.seq),
                },
            );
            continue;
        }
        let missing = line.seq - last - 1;
        let moved = (last + 1..line.seq).take(64).any(|seq| all.contains(&seq));
        if missing > unread && !moved {
            add(line.number, DefectKind::Removed(last + 1, line.seq - 1));
        } else if missing == 0 && unread == 0 && line.prev != Some(digest) {
            add(
                before.max(1),
                if last == 0 { DefectKind::Removed(0, 0) } else { DefectKind::Replaced(last) },
            );
        }
        (last, digest, before) = (line.seq, line.digest, line.number);
    }
}
