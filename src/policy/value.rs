//! Tables and values of a policy file, read one by one, each fault noted with its place.
//! Not the meaning of any key. A reader that stops at the first fault, as serde's does, is of no use
//! here: a person wants to see all of them at once.

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::{Faults, quote};
use super::duration::{self, DurationError};
use super::suggestion;

/// A table with its name.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    /// Its name as in a header, such as `gate.staging`; empty for the whole document.
    pub(super) name: String,
    /// Where it begins.
    pub(super) offset: usize,
    entries: &'t DeTable<'t>,
}

/// A value with its key.
#[derive(Debug, Clone)]
pub(super) struct Value<'t> {
    /// The key as a message names it, such as `min_percent`.
    pub(super) key: String,
    /// The table that it is in.
    parent: String,
    /// Where the value begins.
    pub(super) offset: usize,
    /// Where the key begins.
    pub(super) key_offset: usize,
    /// Whether it is one of an array, all of which have the array's key.
    is_item: bool,
    inner: &'t DeValue<'t>,
}

impl<'t> Table<'t> {
    /// The whole document.
    pub(super) fn document(entries: &'t DeTable<'t>) -> Self {
        Self { name: String::new(), offset: 0, entries }
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<Value<'t>> {
        let (key, value) = self.entries.get_key_value(key)?;
        Some(self.value(key, value))
    }

    /// Whether there is such a key, with or without faults.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// All keys with their values.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'t>> {
        self.entries.iter().map(|(key, value)| self.value(key, value))
    }

    fn value(&self, key: &Spanned<DeString<'_>>, value: &'t Spanned<DeValue<'t>>) -> Value<'t> {
        Value {
            key: key.get_ref().to_string(),
            parent: self.name.clone(),
            offset: value.span().start,
            key_offset: key.span().start,
            is_item: false,
            inner: value.get_ref(),
        }
    }

    /// Notes each key that is not in `known`.
    pub(super) fn keys_are(&self, known: &[&str], faults: &mut Faults<'_>) {
        for value in self.values().filter(|value| !known.contains(&value.key.as_str())) {
            value.unknown(known, faults);
        }
    }
}

impl<'t> Value<'t> {
    /// The name of the value as that of a table.
    pub(super) fn path(&self) -> String {
        if self.parent.is_empty() { self.key.clone() } else { format!("{}.{}", self.parent, self.key) }
    }

    /// Notes that the key is none of `known`.
    pub(super) fn unknown(&self, known: &[&str], faults: &mut Faults<'_>) {
        faults.add(
            self.key_offset,
            format!("unknown key {}{}", quote(&self.key), self.location()),
            suggestion::hint(&self.key, known, "known keys are"),
        );
    }

    fn shown(&self) -> String {
        let key = quote(&self.key);
        if self.is_item { format!("an item of {key}") } else { key }
    }

    fn location(&self) -> String {
        if self.parent.is_empty() { String::new() } else { format!(" in {}", quote(&self.parent)) }
    }

    /// Notes that the value is of a wrong kind.
    pub(super) fn wrong(&self, wanted: &str, hint: impl Into<String>, faults: &mut Faults<'_>) {
        let message = format!("{} must be {wanted}, found {}", self.shown(), self.kind());
        faults.add(self.offset, message, hint);
    }

    fn kind(&self) -> &'static str {
        match self.inner {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(array) if array.iter().any(|item| item.get_ref().is_table()) => {
                "an array of tables"
            }
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        }
    }

    /// The value as it is, for those who take several kinds.
    pub(super) fn inner(&self) -> &'t DeValue<'t> {
        self.inner
    }

    /// A table.
    pub(super) fn table(&self, faults: &mut Faults<'_>) -> Option<Table<'t>> {
        if let DeValue::Table(entries) = self.inner {
            return Some(Table { name: self.path(), offset: self.offset, entries });
        }
        let form = match self.inner {
            DeValue::Array(_) if self.path() == "component" => "[component.NAME]".to_owned(),
            _ => format!("[{}]", self.path()),
        };
        self.wrong("a table", format!("write {} and its keys in the lines below", quote(&form)), faults);
        None
    }

    /// Any string without control characters, which neither a command line nor a report line can hold.
    pub(super) fn string(&self, faults: &mut Faults<'_>) -> Option<&'t str> {
        let Some(text) = self.inner.as_str() else {
            self.wrong("a string", "put it in quotes, as in `\"…\"`", faults);
            return None;
        };
        if text.chars().any(char::is_control) {
            faults.add(
                self.offset,
                format!("{} holds a line break or another control character", self.shown()),
                "write it on one line, without escapes",
            );
            return None;
        }
        Some(text)
    }

    /// A string with something in it.
    pub(super) fn line(&self, faults: &mut Faults<'_>) -> Option<&'t str> {
        let text = self.string(faults)?;
        if text.trim().is_empty() {
            faults.add(self.offset, format!("{} is empty", self.shown()), "give it a value, or take it out");
            return None;
        }
        Some(text)
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, faults: &mut Faults<'_>) -> Option<bool> {
        let answer = self.inner.as_bool();
        if answer.is_none() {
            self.wrong("`true` or `false`", "write it without quotes", faults);
        }
        answer
    }

    /// A whole number, 0 or more.
    pub(super) fn whole(&self, faults: &mut Faults<'_>) -> Option<u64> {
        let Some(integer) = self.inner.as_integer() else {
            self.wrong("a whole number", "write it without quotes and without a fraction", faults);
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        if number.is_none() {
            let found = quote(&integer.to_string());
            let message = format!("{} must be a whole number from 0 upwards, found {found}", self.shown());
            faults.add(self.offset, message, "give the number that is still accepted");
        }
        number
    }

    /// A length of time above zero.
    pub(super) fn duration(&self, faults: &mut Faults<'_>) -> Option<Duration> {
        self.length(&[], duration::LONGEST_DAYS, faults)
    }

    /// A length of time above zero, of at most so many days.
    pub(super) fn duration_within(&self, days: u64, faults: &mut Faults<'_>) -> Option<Duration> {
        self.length(&[], days, faults)
    }

    /// A length of time, or none at all, as in `0s`.
    pub(super) fn duration_or_none(&self, faults: &mut Faults<'_>) -> Option<Duration> {
        self.length(&[DurationError::Zero], duration::LONGEST_DAYS, faults)
    }

    /// A length of time; what is in `as_zero` is none at all and no fault.
    fn length(&self, as_zero: &[DurationError], days: u64, faults: &mut Faults<'_>) -> Option<Duration> {
        const FORM: &str = "write it as in `\"30m\"`, `\"1h30m\"` or `\"45s\"`";
        if !self.inner.is_str() {
            self.wrong("a length of time", FORM, faults);
            return None;
        }
        let text = self.line(faults)?;
        let problem = match duration::parse_within(text, days) {
            Ok(limit) => return Some(limit),
            Err(problem) if as_zero.contains(&problem) => return Some(Duration::ZERO),
            Err(problem) => problem,
        };
        let hint = match problem {
            DurationError::NoUnit => "add `h`, `m`, `s` or `ms` to the number, as in `\"30m\"`".to_owned(),
            DurationError::Malformed => FORM.to_owned(),
            DurationError::Zero | DurationError::TooLong(_) => {
                format!("the limit must be above 0 and at most {days} days")
            }
        };
        faults.add(self.offset, format!("{} {} {problem}", quote(&self.key), quote(text)), hint);
        None
    }

    /// The values of an array; each has the array's key.
    pub(super) fn list(&self, of: &str, faults: &mut Faults<'_>) -> Option<Vec<Value<'t>>> {
        let Some(array) = self.inner.as_array() else {
            self.wrong(&format!("an array of {of}"), format!("write `{} = [\"…\"]`", self.key), faults);
            return None;
        };
        let item = |value: &'t Spanned<DeValue<'t>>| Value {
            key: self.key.clone(),
            parent: self.parent.clone(),
            offset: value.span().start,
            key_offset: self.key_offset,
            is_item: true,
            inner: value.get_ref(),
        };
        Some(array.iter().map(item).collect())
    }

    /// One of a few words.
    pub(super) fn one_of(&self, words: &[&str], faults: &mut Faults<'_>) -> Option<&'t str> {
        let text = self.string(faults)?;
        if !words.contains(&text) {
            let message = format!("{} cannot be {}", quote(&self.key), quote(text));
            faults.add(self.offset, message, suggestion::hint(text, words, "it can be one of"));
            return None;
        }
        Some(text)
    }
}
