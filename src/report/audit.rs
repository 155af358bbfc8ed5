//! Whether ledgers are those that were written, for people and for programs. Not the audit itself (`app::audit`).

mod json;
mod text;

use schemars::{Schema, SchemaGenerator};

use super::Style;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// What goes for all ledgers.
    pub notes: Vec<String>,
    /// What was asked for and could not be looked at.
    pub doubts: Vec<Doubt>,
    /// Each ledger.
    pub ledgers: Vec<LedgerAudit>,
}

/// What was found about one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAudit {
    /// Whose.
    pub component: String,
    /// The file, as people would name it.
    pub file: String,
    /// Whether the policy declares the component.
    pub declared: bool,
    /// How many records there are that can be read.
    pub records: u64,
    /// The number and digest of the last one; `None` where there is none, or it cannot be relied on.
    pub head: Option<String>,
    /// Why it cannot be read, where it cannot.
    pub unreadable: Option<String>,
    /// What is wrong with it, in the order of its lines.
    pub defects: Vec<Defect>,
    /// What it was held against.
    pub anchors: Vec<Anchor>,
    /// What speaks against it and is nobody's word that counts.
    pub doubts: Vec<Doubt>,
    /// What people should know.
    pub notes: Vec<String>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, a fragment that the line is the subject of.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Something outside of the file that says what must be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// `git`, `issue` or `given`.
    pub kind: &'static str,
    /// What it is.
    pub what: String,
    /// What does not agree, and what to do; `None` where it holds.
    pub broken: Option<(String, String)>,
}

/// Something that leaves it open whether a ledger is sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What an audit came to. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Soundness {
    /// Every line is the one that was written, as far as can be told.
    Sound,
    /// There is no record.
    Empty,
    /// Something leaves it open.
    Inconclusive,
    /// It cannot be read.
    Unreadable,
    /// It does not verify.
    Broken,
}

impl Soundness {
    /// All of them, the worst last.
    pub const ALL: [Self; 5] = [Self::Sound, Self::Empty, Self::Inconclusive, Self::Unreadable, Self::Broken];

    /// The word in JSON and for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Empty => "empty",
            Self::Inconclusive => "inconclusive",
            Self::Unreadable => "unreadable",
            Self::Broken => "broken",
        }
    }
}

impl LedgerAudit {
    /// What it came to.
    pub fn soundness(&self) -> Soundness {
        if !self.defects.is_empty() || self.anchors.iter().any(|anchor| anchor.broken.is_some()) {
            Soundness::Broken
        } else if self.unreadable.is_some() {
            Soundness::Unreadable
        } else if !self.doubts.is_empty() {
            Soundness::Inconclusive
        } else if self.records == 0 {
            Soundness::Empty
        } else {
            Soundness::Sound
        }
    }
}

impl Audit {
    /// What all of it came to. That nothing could be verified is no pass.
    pub fn soundness(&self) -> Soundness {
        let worst = self.ledgers.iter().map(LedgerAudit::soundness).max();
        let any_sound = self.ledgers.iter().any(|ledger| ledger.soundness() == Soundness::Sound);
        let worst = match worst {
            None => Soundness::Empty,
            Some(Soundness::Empty) if any_sound => Soundness::Sound,
            Some(worst) => worst,
        };
        if self.doubts.is_empty() { worst } else { worst.max(Soundness::Inconclusive) }
    }
}

/// `audit` as text for the terminal, ending with a newline.
pub fn render_audit(audit: &Audit, style: &Style) -> String {
    text::render(audit, style)
}

/// `audit` as the published JSON document, ending with a newline.
pub fn render_audit_json(audit: &Audit, exit_code: u8) -> String {
    json::render(audit, exit_code)
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    json::schema(generator)
}

#[cfg(test)]
mod tests;
