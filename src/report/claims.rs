//! What documents claim, held against the ledgers: for people and for programs. Not the comparison (`lifecycle::support`).

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::json::{Program, SCHEMA, written};
use super::page::{Page, Tone, shown};
use super::summary::count;
use super::{Style, Verbosity};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// What was read.
    pub sources: Vec<String>,
    /// What could not be read.
    pub notes: Vec<String>,
    /// Each claim.
    pub held: Vec<Held>,
}

/// A claim and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The component; `None` where that is not certain.
    pub component: Option<String>,
    /// The document or the issue.
    pub source: String,
    /// The line, from 1.
    pub line: usize,
    /// As it is written.
    pub text: String,
    /// What it is about.
    pub subject: &'static str,
    /// What is claimed.
    pub claimed: String,
    /// What the ledger says.
    pub outcome: Outcome,
}

/// What the ledger says to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The same, in the record of this number, or in the policy.
    Supported {
        /// The record.
        record: Option<u64>,
    },
    /// Something else.
    Contradicted {
        /// What.
        known: String,
        /// The last record that would support the claim.
        once: Option<u64>,
    },
    /// Nothing.
    Unknown,
    /// It is not certain whose it is.
    Unattributed,
}

impl Outcome {
    fn name(&self) -> &'static str {
        match self {
            Self::Supported { .. } => "supported",
            Self::Contradicted { .. } => "contradicted",
            Self::Unknown => "unsupported",
            Self::Unattributed => "not_attributed",
        }
    }
}

/// What all of it comes to. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Every claim is supported.
    Supported,
    /// There was nothing to hold against a ledger, or the ledger knows nothing of it.
    Unknown,
    /// A claim contradicts the ledger.
    Contradicted,
}

impl Claims {
    /// What all of it comes to.
    pub fn trust(&self) -> Trust {
        let of = |held: &Held| match held.outcome {
            Outcome::Supported { .. } => Some(Trust::Supported),
            Outcome::Contradicted { .. } => Some(Trust::Contradicted),
            Outcome::Unknown => Some(Trust::Unknown),
            Outcome::Unattributed => None,
        };
        let unread = (!self.notes.is_empty()).then_some(Trust::Unknown);
        self.held.iter().filter_map(of).chain(unread).max().unwrap_or(Trust::Unknown)
    }

    fn number(&self, is: fn(&Outcome) -> bool) -> u64 {
        self.held.iter().filter(|held| is(&held.outcome)).count() as u64
    }
}

/// As text for the terminal, ending with a newline.
pub fn render_claims(claims: &Claims, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = shown(&conclusion(claims));
    let tone = match claims.trust() {
        Trust::Supported => Tone::Good,
        Trust::Unknown => Tone::Unknown,
        Trust::Contradicted => Tone::Bad,
    };
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &conclusion)]);
        return page.into_text();
    }
    for source in &claims.sources {
        let of_it: Vec<&Held> = claims.held.iter().filter(|held| held.source == *source).collect();
        page.heading(&shown(source), &count(of_it.len() as u64, "claim"));
        for held in of_it {
            one(&mut page, held, style.verbosity);
        }
        page.gap();
    }
    for note in &claims.notes {
        page.paragraph(2, "note: ", Tone::Unknown, &shown(note));
    }
    page.paragraph(0, "", tone, &conclusion);
    page.into_text()
}

fn one(page: &mut Page, held: &Held, verbosity: Verbosity) {
    let whose = held.component.as_deref().unwrap_or("?");
    let claimed = format!("{}:{}: {whose}, {} {}", held.source, held.line, held.subject, held.claimed);
    let (mark, tone, words) = match &held.outcome {
        Outcome::Contradicted { known, once } => {
            let once = match once {
                Some(record) => format!("record {record} would support it"),
                None => "no record ever supported it".to_owned(),
            };
            ("✗ ", Tone::Bad, format!("{claimed}; the ledger says {known}; {once}"))
        }
        Outcome::Unknown => ("? ", Tone::Unknown, format!("{claimed}; the ledger knows nothing of it")),
        Outcome::Supported { record } if verbosity == Verbosity::Verbose => {
            let by = record.map_or_else(|| "the policy".to_owned(), |record| format!("record {record}"));
            ("✓ ", Tone::Good, format!("{claimed}; so says {by}"))
        }
        Outcome::Unattributed if verbosity == Verbosity::Verbose => {
            ("- ", Tone::Faint, format!("{claimed}; not attributed"))
        }
        Outcome::Supported { .. } | Outcome::Unattributed => return,
    };
    page.paragraph(2, mark, tone, &shown(&words));
}

fn conclusion(claims: &Claims) -> String {
    let supported = claims.number(|outcome| matches!(outcome, Outcome::Supported { .. }));
    let contradicted = claims.number(|outcome| matches!(outcome, Outcome::Contradicted { .. }));
    let unknown = claims.number(|outcome| matches!(outcome, Outcome::Unknown));
    if supported + contradicted + unknown == 0 {
        return format!("{}: no document claims anything that a ledger could support", claims.project);
    }
    format!(
        "{}: {} supported, {contradicted} contradicted, {unknown} that no ledger knows of",
        claims.project,
        count(supported, "claim")
    )
}

/// As JSON, ending with a newline.
pub fn render_claims_json(claims: &Claims, exit_code: u8) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&claims.version),
        kind: Kind::Claims,
        project: &claims.project,
        sources: &claims.sources,
        notes: &claims.notes,
        claims: claims.held.iter().map(claim).collect(),
        exit_code,
    })
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What documents claim, held against the ledgers.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    project: &'a str,
    /// What was read.
    sources: &'a [String],
    /// What could not be read.
    notes: &'a [String],
    claims: Vec<Claim<'a>>,
    /// What the process ended with.
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Claims,
}

#[derive(Serialize, JsonSchema)]
struct Claim<'a> {
    /// Whose it is; null where that is not certain.
    component: Option<&'a str>,
    /// The document or the issue.
    source: &'a str,
    /// From 1.
    line: usize,
    /// As it is written.
    text: &'a str,
    /// What it is about.
    subject: &'static str,
    /// What is claimed.
    claimed: &'a str,
    #[schemars(extend("enum" = ["supported", "contradicted", "unsupported", "not_attributed"]))]
    outcome: &'static str,
    /// What the ledger says instead; null where it does not contradict.
    known: Option<&'a str>,
    /// The record that supports it, or the last one that would; null where there is none.
    record: Option<u64>,
}

fn claim(held: &Held) -> Claim<'_> {
    let (known, record) = match &held.outcome {
        Outcome::Supported { record } => (None, *record),
        Outcome::Contradicted { known, once } => (Some(known.as_str()), *once),
        Outcome::Unknown | Outcome::Unattributed => (None, None),
    };
    Claim {
        component: held.component.as_deref(),
        source: &held.source,
        line: held.line,
        text: &held.text,
        subject: held.subject,
        claimed: &held.claimed,
        outcome: held.outcome.name(),
        known,
        record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(line: usize, outcome: Outcome) -> Held {
        Held {
            component: (outcome != Outcome::Unattributed).then(|| "carbon".to_owned()),
            source: "MATURITY.md".into(),
            line,
            text: "Coverage: 73.2 %".into(),
            subject: "coverage",
            claimed: "73.2 %".into(),
            outcome,
        }
    }

    fn sample() -> Claims {
        let known = "42.20 % with branches (46 of 109) < 70 %".to_owned();
        Claims {
            version: "0.1.0".into(),
            project: "TTA".into(),
            sources: vec!["MATURITY.md".into()],
            notes: Vec::new(),
            held: vec![
                held(3, Outcome::Supported { record: Some(4) }),
                held(5, Outcome::Contradicted { known, once: Some(1) }),
                held(6, Outcome::Unknown),
                held(9, Outcome::Unattributed),
            ],
        }
    }

    #[test]
    fn for_people() {
        insta::assert_snapshot!(render_claims(&sample(), &Style::default()));
        let verbose = Style { verbosity: Verbosity::Verbose, ..Style::default() };
        insta::assert_snapshot!("for_people_who_want_all", render_claims(&sample(), &verbose));
    }

    #[test]
    fn for_programs() {
        insta::assert_snapshot!(render_claims_json(&sample(), 5));
    }

    #[test]
    fn nothing_to_check_is_no_support() {
        let mut claims = sample();
        assert_eq!(claims.trust(), Trust::Contradicted);
        claims.held.remove(1);
        assert_eq!(claims.trust(), Trust::Unknown);
        claims.held.remove(1);
        assert_eq!(claims.trust(), Trust::Supported);
        claims.held.remove(0);
        assert_eq!(claims.trust(), Trust::Unknown, "what is nobody's supports nothing");
    }
}
