//! Sets of line numbers, small where lines follow each other: which statements ran.

use std::collections::BTreeMap;
use std::fmt;

/// Lines of a file, each from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineSet {
    /// First and last of each run, ascending, with a gap between any two.
    spans: Vec<(u32, u32)>,
}

/// The statements of a file by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineCoverage {
    /// Executed.
    pub covered: LineSet,
    /// Not executed.
    pub missing: LineSet,
}

/// The lines of several files, by their path relative to the project's root.
pub type Lines = BTreeMap<String, LineCoverage>;

impl LineSet {
    /// How many lines.
    pub fn count(&self) -> u64 {
        self.spans.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Each line, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.spans.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.iter().filter(|line| !other.contains(*line)).collect()
    }

    /// Those that are in `other`, too.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        self.iter().filter(|line| other.contains(*line)).collect()
    }

    /// Those that are in one of the two.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    fn contains(&self, line: u32) -> bool {
        let place = self.spans.partition_point(|(_, last)| *last < line);
        self.spans.get(place).is_some_and(|(first, _)| *first <= line)
    }

    /// The set that [`fmt::Display`] wrote, as in `1-5,8`; `None` where the text is no such set.
    pub fn parse(text: &str) -> Option<Self> {
        let mut spans: Vec<(u32, u32)> = Vec::new();
        for part in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            let follows = spans.last().is_none_or(|(_, before)| before.checked_add(1) < Some(first));
            if first == 0 || first > last || !follows {
                return None;
            }
            spans.push((first, last));
        }
        Some(Self { spans })
    }
}

impl FromIterator<u32> for LineSet {
    fn from_iter<I: IntoIterator<Item = u32>>(lines: I) -> Self {
        let mut lines: Vec<u32> = lines.into_iter().filter(|line| *line > 0).collect();
        lines.sort_unstable();
        let mut spans: Vec<(u32, u32)> = Vec::new();
        for line in lines {
            match spans.last_mut() {
                Some((_, last)) if line <= last.saturating_add(1) => *last = line,
                _ => spans.push((line, line)),
            }
        }
        Self { spans }
    }
}

impl fmt::Display for LineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.spans.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(text: &str) -> LineSet {
        LineSet::parse(text).expect("a set")
    }

    #[test]
    fn what_is_no_set_is_not_read() {
        for text in ["0", "a", "3-1", "1,1", "2,1", "1-3,4", "1,", ",1", "-", "1-", "4294967296"] {
            assert_eq!(LineSet::parse(text), None, "{text}");
        }
        assert_eq!(set("").count(), 0);
    }

    #[test]
    fn lines_that_were_lost_are_told() {
        assert_eq!(set("1-5,8").without(&set("2-3,8")).to_string(), "1,4-5");
    }

    proptest! {
        #[test]
        fn a_set_says_what_was_put_into_it(lines in proptest::collection::btree_set(1u32..200, 0..60), others in proptest::collection::btree_set(1u32..200, 0..60)) {
            let made: LineSet = lines.iter().copied().collect();
            let other: LineSet = others.iter().copied().collect();
            prop_assert_eq!(made.iter().collect::<BTreeSet<_>>(), lines.clone());
            prop_assert_eq!(made.count(), lines.len() as u64);
            prop_assert_eq!(LineSet::parse(&made.to_string()), Some(made.clone()));
            prop_assert_eq!(made.common(&other).iter().collect::<BTreeSet<_>>(), &lines & &others);
            prop_assert_eq!(made.with(&other).iter().collect::<BTreeSet<_>>(), &lines | &others);
            prop_assert_eq!(made.without(&other).iter().collect::<BTreeSet<_>>(), &lines - &others);
        }
    }
}
