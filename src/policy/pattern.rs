//! Regular expressions of the policy. They are compiled where they are used; here a bad one is a fault.

use regex::Regex;

use super::document::{Faults, quote};
use super::value::Value;

/// The regular expression that `text` is, where `compiled`, which is what it stands for, is one.
pub(super) fn read(text: &str, compiled: &str, value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Regex> {
    const HINT: &str = "write it in single quotes, with a backslash before what is meant literally";
    if text.is_empty() {
        faults.add(
            value.offset,
            format!("{} is empty, and so matches all", quote(&value.key)),
            "take it out",
        );
        return None;
    }
    let problem = match Regex::new(compiled) {
        Ok(regex) => return Some(regex),
        Err(regex::Error::CompiledTooBig(_)) => "it is too large".to_owned(),
        // The library draws a picture over several lines; the last one says what is wrong.
        Err(error) => {
            let shown = error.to_string();
            let last = shown.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    };
    faults.add(value.offset, format!("{} is not a regular expression: {problem}", quote(text)), HINT);
    None
}
