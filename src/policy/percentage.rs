//! A percentage from the digits of the policy's text, exactly: no floating point on the way.
//! Not a comparison with what was measured.

use toml::de::DeValue;

use super::document::{Faults, quote};
use super::value::Value;
use crate::model::percent::Percent;

/// The bound that `value` says: above 0, at most 100, with at most two decimals.
pub(super) fn read(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Percent> {
    read_or(value, ASK_NOTHING, faults)
}

/// As [`read`]; `nothing`: what to do in place of a bound that nothing can miss.
pub(super) fn read_or(value: &Value<'_>, nothing: &str, faults: &mut Faults<'_>) -> Option<Percent> {
    let text = match value.inner() {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => float.as_str(),
        _ => {
            value.wrong(
                "a number of percent",
                "write it without quotes and without `%`, as in `70` or `69.95`",
                faults,
            );
            return None;
        }
    };
    let (message, hint) = match hundredths(text) {
        Ok(0) => ("must be above 0: a pass needs evidence".to_owned(), nothing),
        Ok(hundredths) => match Percent::from_hundredths(hundredths) {
            Some(percent) => return Some(percent),
            None => (format!("must be at most 100, found {}", quote(text)), "give a number up to 100"),
        },
        Err(problem) => (format!("{problem}, found {}", quote(text)), "write it as in `70` or `69.95`"),
    };
    faults.add(value.offset, format!("{} {message}", quote(&value.key)), hint);
    None
}

/// What to do in place of a bound that nothing can miss.
pub(super) const ASK_NOTHING: &str =
    "where the question does not arise, declare the check as `{ not_applicable = \"reason\" }`";

/// Hundredths of a percent; far too large numbers come out as `u32::MAX`.
fn hundredths(text: &str) -> Result<u32, &'static str> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if text.starts_with('-') {
        return Err("must not be negative");
    }
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return Err("must be a plain number");
    }
    if decimals.len() > 2 {
        return Err("must have at most two decimals");
    }
    Ok(format!("{whole}{decimals:0<2}").parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_taken_as_they_are_written() {
        assert_eq!(hundredths("70"), Ok(7000));
        assert_eq!(hundredths("69.95"), Ok(6995));
        assert_eq!(hundredths("+69.9"), Ok(6990));
        assert_eq!(hundredths("69.9500"), Ok(6995));
        assert_eq!(hundredths("0.01"), Ok(1));
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["-1", "-0.0", "1e2", "inf", "nan", "7.1e1", "69.951", ""] {
            assert!(hundredths(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endless_number_is_too_large_and_not_something_else() {
        assert_eq!(hundredths(&"9".repeat(100)), Ok(u32::MAX));
    }

    proptest::proptest! {
        #[test]
        fn every_bound_survives_being_written(bound in 0u32..=10_000) {
            let percent = Percent::from_hundredths(bound).expect("at most 100 %");
            proptest::prop_assert_eq!(hundredths(&percent.to_string()), Ok(bound));
        }
    }
}
