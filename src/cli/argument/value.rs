//! What single words on the command line mean, and which there are, for shells to complete.

use std::ffi::OsStr;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

use crate::model::check::Check;
use crate::model::decision::RollbackSeverity;
use crate::model::stage::Stage;
use crate::policy::duration;
use crate::report::Format;

/// Reads a word. Shells are told the words that are known beforehand; whether another one is taken, and what is said of
/// it where it is not, is for `read` alone to say.
#[derive(Clone)]
pub(super) struct Word<T> {
    read: fn(&str) -> Result<T, String>,
    known: Vec<&'static str>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Word<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        self.read.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.known.iter().map(PossibleValue::new)))
    }
}

pub(super) fn stage() -> Word<Stage> {
    Word { read: read_stage, known: Stage::ALL.map(Stage::name).to_vec() }
}

/// A check, also one of the policy's own.
pub(super) fn check() -> Word<Check> {
    Word { read: read_check, known: Check::ALL.map(Check::id).to_vec() }
}

pub(super) fn format() -> Word<Format> {
    Word { read: read_format, known: Format::ALL.map(Format::name).to_vec() }
}

pub(super) fn severity() -> Word<RollbackSeverity> {
    Word { read: read_severity, known: RollbackSeverity::ALL.map(RollbackSeverity::name).to_vec() }
}

fn read_stage(text: &str) -> Result<Stage, String> {
    let names = || Stage::ALL.map(Stage::name).join(", ");
    Stage::from_name(text).ok_or_else(|| format!("a stage is one of {}", names()))
}

fn read_check(text: &str) -> Result<Check, String> {
    Check::named(text.trim()).ok_or_else(|| {
        format!("a check is one of {}, or one that the policy defines", Check::ALL.map(Check::id).join(", "))
    })
}

/// The format of that name.
pub(super) fn read_format(text: &str) -> Result<Format, String> {
    Format::from_name(text)
        .ok_or_else(|| format!("a format is one of {}", Format::ALL.map(Format::name).join(", ")))
}

fn read_severity(text: &str) -> Result<RollbackSeverity, String> {
    let names = || RollbackSeverity::ALL.map(RollbackSeverity::name).join(", ");
    RollbackSeverity::from_name(text).ok_or_else(|| format!("a severity is one of {}", names()))
}

pub(super) fn span(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("it {error}; say for example 90s, 30m or 1h30m"))
}
