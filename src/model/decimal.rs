//! Decimal numbers, exactly as they are written. Not floating point: no rounding turns a bad value good.
//!
//! The hard part is the range: a source may write `1e-300` beside `0.01`. Two numbers are compared by the places of
//! their first digits, and digit by digit only where these are equal, so that no exponent is too large.

use std::cmp::Ordering;
use std::fmt;

/// The most significant digits that are read. A double has at most 17; what has more comes from no measurement.
const DIGITS: usize = 30;
/// The largest exponent that is read, far beyond that of a double.
const EXPONENT: i32 = 10_000;

/// A number with a finite decimal fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    is_negative: bool,
    /// Without zeros at its end; 0 for zero, whose sign and exponent are none.
    mantissa: u128,
    /// The power of ten that the mantissa is multiplied by.
    exponent: i32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { is_negative: false, mantissa: 0, exponent: 0 };

    /// The number that `text` writes: digits with or without sign, point and exponent; `None` for all else, such as
    /// `NaN` and `+Inf`, and for more digits than a measurement has.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self::ZERO);
        }
        let dropped = i32::try_from(digits.len() - significant.len()).ok()?;
        let exponent = exponent.checked_add(dropped)?;
        if significant.len() > DIGITS || exponent.abs() > EXPONENT {
            return None;
        }
        Some(Self { is_negative, mantissa: significant.parse().ok()?, exponent })
    }

    fn normal(is_negative: bool, mut mantissa: u128, mut exponent: i32) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        while mantissa.is_multiple_of(10) {
            mantissa /= 10;
            exponent += 1;
        }
        Self { is_negative, mantissa, exponent }
    }

    fn digits(self) -> i32 {
        self.mantissa.checked_ilog10().map_or(0, |log| i32::try_from(log).unwrap_or(i32::MAX) + 1)
    }

    /// The sum; `None` where the numbers are so far apart that it has too many digits to be told exactly.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.mantissa == 0 || other.mantissa == 0 {
            return Some(if self.mantissa == 0 { other } else { self });
        }
        let exponent = self.exponent.min(other.exponent);
        let scaled = |one: Self| {
            let places = u32::try_from(one.exponent - exponent).ok()?;
            let scaled = one.mantissa.checked_mul(10u128.checked_pow(places)?)?;
            let scaled = i128::try_from(scaled).ok()?;
            Some(if one.is_negative { -scaled } else { scaled })
        };
        let sum = scaled(self)?.checked_add(scaled(other)?)?;
        Some(Self::normal(sum < 0, sum.unsigned_abs(), exponent))
    }

    /// The product with a whole number; `None` where it has too many digits.
    #[must_use]
    pub fn times(self, factor: u128) -> Option<Self> {
        Some(Self::normal(self.is_negative, self.mantissa.checked_mul(factor)?, self.exponent))
    }

    /// So many hundredths of a percent of it; `None` where it has too many digits.
    #[must_use]
    pub fn share(self, hundredths: u64) -> Option<Self> {
        let share = self.times(u128::from(hundredths))?;
        Some(Self::normal(share.is_negative, share.mantissa, share.exponent - 4))
    }

    /// The number without its sign.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self { is_negative: false, ..self }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { is_negative: !self.is_negative && self.mantissa > 0, ..self }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |one: &Self| match (one.mantissa, one.is_negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign.is_ne() || self.mantissa == 0 {
            return by_sign;
        }
        let first_digit = |one: &Self| i64::from(one.digits()) + i64::from(one.exponent);
        // As many digits each: those that the shorter one lacks are zeros. Where they do not fit, it is the larger one.
        let by_digits = || {
            let scaled = |one: &Self, other: &Self| {
                let lacking = u32::try_from(other.digits() - one.digits()).unwrap_or(0);
                10u128.checked_pow(lacking)?.checked_mul(one.mantissa)
            };
            match (scaled(self, other), scaled(other, self)) {
                (Some(ours), Some(theirs)) => ours.cmp(&theirs),
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
            }
        };
        let by_size = first_digit(self).cmp(&first_digit(other)).then_with(by_digits);
        if self.is_negative { by_size.reverse() } else { by_size }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    /// As people write it; with an exponent where there would be many zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = self.mantissa.to_string();
        let point = i64::try_from(digits.len()).unwrap_or(0) + i64::from(self.exponent);
        match usize::try_from(point) {
            Ok(point) if self.mantissa == 0 || (point <= 21 && point >= digits.len()) => {
                write!(f, "{sign}{digits}{}", "0".repeat(point.saturating_sub(digits.len())))
            }
            Ok(point) if point > 0 && point < digits.len() => {
                write!(f, "{sign}{}.{}", &digits[..point], &digits[point..])
            }
            _ if (-6..=0).contains(&point) => {
                let zeros = usize::try_from(-point).unwrap_or(0);
                write!(f, "{sign}0.{}{digits}", "0".repeat(zeros))
            }
            _ => {
                let (first, rest) = digits.split_at(1);
                let point = if rest.is_empty() { "" } else { "." };
                write!(f, "{sign}{first}{point}{rest}e{}", point_after(self))
            }
        }
    }
}

fn point_after(number: &Decimal) -> i64 {
    i64::from(number.digits()) + i64::from(number.exponent) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("1", "1"),
            ("+12.50", "12.5"),
            ("-0.01", "-0.01"),
            ("1e6", "1000000"),
            ("1.5E-3", "0.0015"),
            ("0.00000000000000000000000000000033333333333333338", "3.3333333333333338e-31"),
            ("1e300", "1e300"),
            (".5", "0.5"),
            ("5.", "5"),
        ] {
            assert_eq!(of(text).to_string(), shown, "{text}");
        }
        for text in ["", "-", ".", "NaN", "+Inf", "-Inf", "1e", "1e99999", "0x10", "1_0", " 1", "1,5", "é"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::parse(&"1".repeat(DIGITS + 1)), None, "more than anybody measures");
    }

    #[test]
    fn what_floating_point_takes_for_equal_is_told_apart() {
        assert!(of("0.010000000000000000001") > of("0.01"));
        assert!(of("9007199254740993") > of("9007199254740992"));
        assert_eq!(of("0.1").plus(of("0.2")), Some(of("0.3")));
        assert!(of("1e-300") > Decimal::ZERO && of("-1e-300") < Decimal::ZERO);
        assert!(of("1e300") > of("999999999999999999999999999999"));
        assert!(of("-1e300") < of("-1"));
    }

    #[test]
    fn shares_and_sums_are_exact_or_none() {
        assert_eq!(of("0.05").share(11_000), Some(of("0.055")));
        assert_eq!(of("1").plus(of("-1")), Some(Decimal::ZERO));
        assert_eq!(of("1e300").plus(of("1e-300")), None);
        assert_eq!(of("-2.5").magnitude(), of("2.5"));
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_whole_numbers(one in -1_000_000i64..1_000_000, other in -1_000_000i64..1_000_000, places in -20i32..20) {
            let decimal = |number: i64| of(&format!("{number}e{places}"));
            prop_assert_eq!(decimal(one).cmp(&decimal(other)), one.cmp(&other));
            prop_assert_eq!(decimal(one).plus(decimal(other)), Some(decimal(one + other)));
        }

        #[test]
        fn every_double_survives(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            if double.is_finite() {
                let written = format!("{double}");
                let read = Decimal::parse(&written).expect("a number");
                let again: f64 = read.to_string().parse().expect("a number");
                prop_assert!(again.to_bits() == bits || double == 0.0);
            }
        }

        #[test]
        fn any_text_is_a_number_or_none(text in "\\PC{0,12}") {
            let _read = Decimal::parse(&text);
        }

        #[test]
        fn numbers_of_any_length_are_in_order(one in "[1-9][0-9]{0,28}", other in "[1-9][0-9]{0,28}", factor in 1u128..30_000) {
            let [a, b] = [of(&one), of(&other)];
            let by_text = one.len().cmp(&other.len()).then_with(|| one.cmp(&other));
            prop_assert_eq!(a.cmp(&b), by_text);
            if let (Some(a), Some(b)) = (a.times(factor), b.times(factor)) {
                prop_assert_eq!(a.cmp(&b), by_text);
            }
        }
    }
}
