//! The words of the verbs that look at what was recorded: `status`, `history`, `audit`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::ledger::Head;
use crate::model::stage::Stage;
use crate::policy::duration;

use super::value::stage;

/// The longest age that an attestation may be allowed, in days: some speak of releases that live for years.
const OLDEST_DAYS: u64 = 3_660;

/// What is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewFormat {
    /// For people.
    Text,
    /// For programs: one document.
    Json,
}

/// `status`.
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// The components to look at [default: all]; of one alone everything is told
    #[arg(value_name = "COMPONENT")]
    pub components: Vec<String>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: ViewFormat,
}

/// `history`.
#[derive(Debug, Clone, Args)]
pub struct History {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Only the last so many records; with json all of them unless this is said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "explain")]
    pub limit: Option<u32>,
    /// Say why two measurements differ: their numbers in the history, or `previous` and `last`
    #[arg(long, num_args = 2, value_names = ["A", "B"], value_parser = which)]
    pub explain: Option<Vec<Which>>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: ViewFormat,
}

/// Which measurement is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// That of the record of this number.
    Record(u64),
    /// The last.
    Last,
    /// The one before it.
    Previous,
}

/// `audit`.
#[derive(Debug, Clone, Args)]
pub struct Audit {
    /// The components whose ledgers to verify [default: all that there are, also those of components that are gone]
    #[arg(value_name = "COMPONENT")]
    pub components: Vec<String>,
    /// A record that must be there, as the promotion issue tells it: its number and the digest of its line; may be given several times
    #[arg(long, value_name = "[COMPONENT=]SEQ:SHA256", value_parser = anchor)]
    pub anchor: Vec<Anchor>,
    /// Hold what documents claim of the components against their ledgers, instead of the ledgers themselves
    #[arg(long, conflicts_with = "anchor")]
    pub claims: bool,
    /// Also hold the ledgers against what the promotion issues and the comments on them say of their records; with `--claims`: also what the issues claim
    #[arg(long)]
    pub issue: bool,
    /// Hold what `verify --attest` wrote, signed or not, against the commit, the files and the policy that are here, instead of the ledgers; may be given several times. Signatures are not verified
    #[arg(long, value_name = "FILE", conflicts_with_all = ["anchor", "claims", "issue"])]
    pub attestation: Vec<PathBuf>,
    /// How old an attestation may be, such as 36h [default: `max_age` of the policy]
    #[arg(long, value_name = "DUR", value_parser = age, requires = "attestation")]
    pub max_age: Option<Duration>,
    /// The gate that an attestation must be of [default: any]
    #[arg(long, value_name = "STAGE", value_parser = stage(), hide_possible_values = true, requires = "attestation")]
    pub to: Option<Stage>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: ViewFormat,
}

/// What a ledger is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Whose ledger; `None` where there is only one that it can be.
    pub component: Option<String>,
    /// Number and digest.
    pub head: Head,
}

fn which(text: &str) -> Result<Which, String> {
    match text {
        "last" => Ok(Which::Last),
        "previous" => Ok(Which::Previous),
        number => match number.parse() {
            Ok(number) if number > 0 => Ok(Which::Record(number)),
            _ => Err("say the number of a record, `last` or `previous`".to_owned()),
        },
    }
}

fn age(text: &str) -> Result<Duration, String> {
    duration::parse_within(text, OLDEST_DAYS)
        .map_err(|error| format!("it {error}; say for example 36h or 30d"))
}

fn anchor(text: &str) -> Result<Anchor, String> {
    let (component, head) = match text.split_once('=') {
        Some((component, head)) => (Some(component.to_owned()), head),
        None => (None, text),
    };
    let head = Head::parse(head.trim()).filter(|head| head.seq > 0);
    let head = head.ok_or_else(|| {
        "say SEQ:SHA256 or COMPONENT=SEQ:SHA256, as the comments on the promotion issue tell it".to_owned()
    })?;
    Ok(Anchor { component, head })
}

/// What `status --help` teaches.
pub(super) const STATUS_EXAMPLES: &str = "\
Examples:
  tta-promote status                    where every component stands, and what comes next
  tta-promote status carbon             one component: every check beside its bound, every step
  tta-promote status -q                 how many stand how, on one line
  tta-promote status --format json      for programs

A pass is stale where the commit, the policy or its age say so: it was one, and it does not speak
of what is there. Nothing is measured here; what is shown is what the ledgers tell.";

/// What `history --help` teaches.
pub(super) const HISTORY_EXAMPLES: &str = "\
Examples:
  tta-promote history carbon                             what happened, the newest last
  tta-promote history carbon --limit 20                  the last twenty records
  tta-promote history carbon --explain 12 15             why the measurements 12 and 15 differ
  tta-promote history carbon --explain previous last     why the last one differs from the one before
  tta-promote history carbon --format json               all of it, for programs";

/// What `audit --help` teaches.
pub(super) const AUDIT_EXAMPLES: &str = "\
Examples:
  tta-promote audit                                every ledger, against itself and against git
  tta-promote audit --issue                        also against what GitHub says: issues and comments
  tta-promote audit carbon --anchor 12:4f1c…       also against one record that was written down
  tta-promote audit --anchor carbon=12:4f1c… --format json
  tta-promote audit carbon --attestation carbon.intoto.jsonl   is it of this commit, and a pass?
  tta-promote audit carbon --to production --attestation FILE  … and of that gate?

Each line holds the digest of the one before it, so that an edited, removed, moved or torn line is
named. Whoever rewrites the whole file is found by anchors: every version in git's history must be
a beginning of the file, and what was written down elsewhere must be in it. An anchor only accuses: that
one holds proves nothing of the lines after it.";
