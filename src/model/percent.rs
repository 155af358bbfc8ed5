//! Percentages without floating point: a ratio of integers against a bound in hundredths of a percent.

use std::fmt;

/// A percentage in hundredths of a percent (70 % is 7000). Made from a ratio it is cut off, never
/// rounded up: 69.969 % is 69.96 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    hundredths: u32,
}

impl Percent {
    /// 100 %.
    pub const ALL: Self = Self { hundredths: 10_000 };

    /// From hundredths of a percent; `None` above 100 %.
    pub fn from_hundredths(hundredths: u32) -> Option<Self> {
        (hundredths <= 10_000).then_some(Self { hundredths })
    }

    /// In hundredths of a percent.
    pub fn hundredths(self) -> u32 {
        self.hundredths
    }
}

impl fmt::Display for Percent {
    /// `70`, `69.9` or `69.96`: no more digits than it has. The unit is the reader's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.hundredths / 100, self.hundredths % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", part / 10),
            _ => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// How much of a whole: `part` of `whole`, where `part <= whole` and `whole > 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    part: u64,
    whole: u64,
}

impl Ratio {
    /// `None` where there is no whole to take a part of, or the part is larger than it: such a ratio
    /// is no measurement (coverage.py calls 0 of 0 statements 100 %).
    pub fn new(part: u64, whole: u64) -> Option<Self> {
        (whole > 0 && part <= whole).then_some(Self { part, whole })
    }

    /// The part.
    pub fn part(self) -> u64 {
        self.part
    }

    /// The whole, never 0.
    pub fn whole(self) -> u64 {
        self.whole
    }

    /// Whether the ratio is at least `bound`, in integers.
    pub fn reaches(self, bound: Percent) -> bool {
        u128::from(self.part) * 10_000 >= u128::from(bound.hundredths) * u128::from(self.whole)
    }

    /// The ratio as a percentage, cut off after two digits.
    pub fn percent(self) -> Percent {
        let hundredths = u128::from(self.part) * 10_000 / u128::from(self.whole);
        Percent { hundredths: u32::try_from(hundredths).unwrap_or(10_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(hundredths: u32) -> Percent {
        Percent::from_hundredths(hundredths).expect("at most 100 %")
    }

    #[test]
    fn a_ratio_just_below_the_bound_does_not_reach_it_however_it_would_round() {
        let ratio = Ratio::new(184, 263).expect("a ratio");
        assert!(!ratio.reaches(bound(7000)));
        assert_eq!(ratio.percent().to_string(), "69.96");
    }

    #[test]
    fn a_ratio_exactly_on_the_bound_reaches_it() {
        assert!(Ratio::new(7, 10).expect("a ratio").reaches(bound(7000)));
    }

    #[test]
    fn nothing_of_nothing_is_no_ratio() {
        assert_eq!(Ratio::new(0, 0), None);
        assert_eq!(Ratio::new(2, 1), None);
    }

    proptest::proptest! {
        #[test]
        fn more_covered_never_turns_reached_into_missed(part in 0u64..10_000, extra in 0u64..100, rest in 1u64..10_000, min in 0u32..=10_000) {
            let whole = part + extra + rest;
            let less = Ratio::new(part, whole).expect("a ratio");
            let more = Ratio::new(part + extra, whole).expect("a ratio");
            proptest::prop_assert!(!less.reaches(bound(min)) || more.reaches(bound(min)));
        }

        #[test]
        fn what_is_shown_never_claims_more_than_was_reached(part in 0u64..100_000, rest in 1u64..100_000) {
            let ratio = Ratio::new(part, part + rest).expect("a ratio");
            proptest::prop_assert!(ratio.reaches(ratio.percent()));
        }
    }
}
