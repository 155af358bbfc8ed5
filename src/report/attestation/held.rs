//! What `audit --attestation` found, for people and for programs. Not the audit itself (`app::attestation`).

mod json;

use jiff::Timestamp;
use schemars::{Schema, SchemaGenerator};

use super::super::moment::ago;
use super::super::page::{Page, Tone, shown};
use super::super::sign::{self, Sign};
use super::super::summary::count;
use super::super::{Style, Verbosity, clean};

/// How many Statements are told.
const SHOWN: usize = 50;
/// What nobody should take this for.
pub const UNVERIFIED: &str = "who signed it was not looked at: `cosign verify-blob-attestation` or `gh attestation \
                              verify` tells that, and comes first";

/// What was found.
#[derive(Debug, Clone)]
pub struct Held {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// When it was looked.
    pub now: Timestamp,
    /// What each line of each file came to.
    pub statements: Vec<Statement>,
    /// What speaks against all of it.
    pub faults: Vec<Fault>,
}

/// What one line came to.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// How many signatures are upon it; `None` where it is bare.
    pub signatures: Option<usize>,
    /// What it claims; `None` where it is none of ours, or cannot be read.
    pub about: Option<About>,
    /// What speaks against it.
    pub faults: Vec<Fault>,
    /// What people should know.
    pub notes: Vec<String>,
}

/// What a Statement claims, in words.
#[derive(Debug, Clone)]
pub struct About {
    /// Which predicate.
    pub kind: &'static str,
    /// The component.
    pub component: String,
    /// The gate.
    pub to: &'static str,
    /// What the gate came to.
    pub result: &'static str,
    /// The commit.
    pub commit: String,
    /// When the measurement began.
    pub started: Timestamp,
}

/// What speaks against a Statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// How much.
    pub weight: Weight,
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// How a Statement, or all of them, stand. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It holds.
    Holds,
    /// It is none of ours.
    Foreign,
    /// It leaves open whether the gate is passed.
    Open,
    /// It says that the gate was not passed.
    Failed,
    /// It does not verify.
    Broken,
}

impl Weight {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Holds, Self::Foreign, Self::Open, Self::Failed, Self::Broken];

    /// The word in JSON and for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Foreign => "foreign",
            Self::Open => "inconclusive",
            Self::Failed => "failed",
            Self::Broken => "broken",
        }
    }

    fn sign(self) -> Sign {
        match self {
            Self::Holds => sign::DONE,
            Self::Foreign => sign::NONE,
            Self::Open => sign::OPEN,
            Self::Failed | Self::Broken => sign::FAILED,
        }
    }
}

impl Statement {
    /// How it stands.
    pub fn weight(&self) -> Weight {
        let nothing = if self.about.is_some() { Weight::Holds } else { Weight::Foreign };
        self.faults.iter().map(|fault| fault.weight).max().unwrap_or(nothing)
    }
}

impl Held {
    /// How all of them stand. That there is none that could hold is no pass.
    pub fn weight(&self) -> Weight {
        let all =
            self.statements.iter().map(Statement::weight).chain(self.faults.iter().map(|one| one.weight));
        match all.clone().filter(|weight| *weight != Weight::Foreign).max() {
            Some(worst) => worst,
            None => Weight::Open,
        }
    }

    fn conclusion(&self) -> String {
        let number = |weight| self.statements.iter().filter(|one| one.weight() == weight).count() as u64;
        let told = [
            (Weight::Holds, "holds", "hold"),
            (Weight::Foreign, "is of another kind", "are of another kind"),
            (Weight::Open, "leaves it open", "leave it open"),
            (Weight::Failed, "says that the gate was not passed", "say that the gate was not passed"),
            (Weight::Broken, "does not verify", "do not verify"),
        ];
        let told: Vec<String> = told
            .into_iter()
            .filter(|(weight, ..)| number(*weight) > 0)
            .map(|(weight, one, more)| {
                let number = number(weight);
                format!("{number} {}", if number == 1 { one } else { more })
            })
            .collect();
        let all = count(self.statements.len() as u64, "Statement");
        if told.is_empty() { all } else { format!("{all}: {}", told.join(", ")) }
    }
}

/// The page.
pub fn render(held: &Held, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let (tone, conclusion) = (held.weight().sign().tone, held.conclusion());
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &conclusion)]);
        return page.into_text();
    }
    page.heading(&clean::line(&held.project, 60), "attestations");
    // The worst last, for the end of a page is what stays on the screen.
    let mut statements: Vec<&Statement> = held.statements.iter().collect();
    statements.sort_by_key(|statement| statement.weight());
    let left_out = statements.len().saturating_sub(SHOWN);
    for statement in statements.into_iter().skip(left_out) {
        one(&mut page, statement, held.now);
    }
    if left_out > 0 {
        page.paragraph(2, "", Tone::Faint, &format!("{left_out} more (--format json has all)"));
    }
    for fault in &held.faults {
        page.gap();
        against(&mut page, 2, fault);
    }
    page.gap();
    page.paragraph(2, "note: ", Tone::Unknown, UNVERIFIED);
    page.gap();
    page.paragraph(0, "", tone, &conclusion);
    page.into_text()
}

fn one(page: &mut Page, statement: &Statement, now: Timestamp) {
    let weight = statement.weight();
    let Sign { mark, tone, .. } = weight.sign();
    let what = statement.about.as_ref().map_or_else(String::new, |about| {
        let commit: String = about.commit.chars().take(8).collect();
        let About { kind, component, to, result, .. } = about;
        format!("{component} → {to}  {kind} {result}  at {commit}, {}", ago(about.started, now))
    });
    page.line(&[(tone, &format!("  {mark} {}  ", weight.name())), (Tone::Plain, &shown(&what))]);
    page.paragraph(6, "", Tone::Faint, &shown(&format!("{} line {}", statement.file, statement.line)));
    statement.faults.iter().for_each(|fault| against(page, 6, fault));
    for note in &statement.notes {
        page.paragraph(6, "note: ", Tone::Faint, &shown(note));
    }
}

fn against(page: &mut Page, indent: usize, fault: &Fault) {
    page.paragraph(indent, "", fault.weight.sign().tone, &shown(&fault.message));
    page.paragraph(indent, "do: ", Tone::Plain, &shown(&fault.hint));
}

/// The published JSON document, schema 1.
pub fn render_json(held: &Held, exit_code: u8) -> String {
    json::render(held, exit_code)
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    json::schema(generator)
}
