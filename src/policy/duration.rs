//! Lengths of time as people write them: `30m`, `1h30m`, `500ms`.
//! Not points in time, and no judgement of what is a sensible limit for what.

use std::time::Duration;

/// The units, the longest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
/// The longest length, in days: far beyond the run of any tool, and safe to add to any clock.
pub const LONGEST_DAYS: u64 = 7;
const DAY: u64 = 86_400;

/// Why a text is not a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It is not numbers with units, the longest unit first.
    #[error("is not a length of time")]
    Malformed,
    /// It is a number alone.
    #[error("has no unit")]
    NoUnit,
    /// It is no time at all.
    #[error("is no time at all")]
    Zero,
    /// It is longer than so many days.
    #[error("is longer than {0} days")]
    TooLong(u64),
}

/// The length of time that `text` says: whole numbers, each with one of the units `d`, `h`, `m`, `s`,
/// `ms`, the longest first; above zero, at most seven days.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    parse_within(text, LONGEST_DAYS)
}

/// As [`parse`], for a length of at most so many days.
pub fn parse_within(text: &str, days: u64) -> Result<Duration, DurationError> {
    let too_long = DurationError::TooLong(days);
    let mut rest = text.trim();
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(DurationError::Malformed);
    }
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(DurationError::NoUnit)?;
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        if number.is_empty() {
            return Err(DurationError::Malformed);
        }
        // The iterator goes on from the last unit, so each comes once, and after all longer ones.
        let (_, milliseconds) = units.find(|(name, _)| *name == unit).ok_or(DurationError::Malformed)?;
        let number: u64 = number.parse().map_err(|_| too_long)?;
        let part = number.checked_mul(*milliseconds).ok_or(too_long)?;
        total = total.checked_add(part).ok_or(too_long)?;
        rest = next;
    }
    match Duration::from_millis(total) {
        Duration::ZERO => Err(DurationError::Zero),
        length if length > Duration::from_secs(days * DAY) => Err(too_long),
        length => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_added_up() {
        assert_eq!(parse("30m"), Ok(Duration::from_secs(1_800)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("1d2h3m4s5ms"), Ok(Duration::from_millis(93_784_005)));
    }

    #[test]
    fn a_number_alone_says_nothing() {
        assert_eq!(parse("30"), Err(DurationError::NoUnit));
        assert_eq!(parse("1h30"), Err(DurationError::NoUnit));
    }

    #[test]
    fn no_time_and_too_much_time_are_refused() {
        assert_eq!(parse("0m"), Err(DurationError::Zero));
        assert_eq!(parse("8d"), Err(DurationError::TooLong(7)));
        assert_eq!(parse("99999999999999999999999h"), Err(DurationError::TooLong(7)));
        assert_eq!(parse("18446744073709551615h"), Err(DurationError::TooLong(7)));
    }

    #[test]
    fn an_observation_may_last_longer_than_a_tool() {
        assert_eq!(parse_within("30d", 365), Ok(Duration::from_secs(30 * DAY)));
        assert_eq!(parse_within("366d", 365), Err(DurationError::TooLong(365)));
    }

    #[test]
    fn other_texts_are_no_lengths_of_time() {
        for text in ["", " ", "m", "-5m", "1.5h", "5 m", "30m1h", "1m1m", "5x", "5min", "h5"] {
            assert_eq!(parse(text), Err(DurationError::Malformed), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_length_or_an_error(text in "\\PC*") {
            if let Ok(length) = parse(&text) {
                proptest::prop_assert!(length > Duration::ZERO && length <= Duration::from_secs(7 * DAY));
            }
        }
    }
}
