//! How many of a stage are in which state, as the parts of a bar.

use serde::Serialize;

/// The length of the bar.
pub(crate) const LENGTH: u64 = 300;
/// The shortest part that can still be seen.
const LEAST: u64 = 4;

/// A part of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Segment {
    /// What it is of: the class of the page.
    pub(crate) name: &'static str,
    pub(crate) x: u64,
    pub(crate) width: u64,
}

/// The parts, in the order of `counts`, none for a count of nothing: together they are the whole bar.
pub(crate) fn segments(counts: &[(&'static str, u64)]) -> Vec<Segment> {
    let counts: Vec<(&'static str, u64)> = counts.iter().copied().filter(|(_, number)| *number > 0).collect();
    let all: u64 = counts.iter().map(|(_, number)| number).sum();
    let free = LENGTH.saturating_sub(LEAST * counts.len() as u64);
    let (mut seen, mut segments) = (0, Vec::new());
    for (place, (name, number)) in counts.iter().enumerate() {
        let edge = |seen: u64, place: usize| LEAST * place as u64 + free * seen / all.max(1);
        let x = edge(seen, place);
        seen += number;
        segments.push(Segment { name, x, width: edge(seen, place + 1) - x });
    }
    segments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_nobody_has_no_part() {
        let found = segments(&[("ready", 1), ("blocked", 0), ("done", 1)]);
        let parts: Vec<_> = found.iter().map(|one| (one.name, one.x, one.width)).collect();
        assert_eq!(parts, [("ready", 0, 150), ("done", 150, 150)]);
        assert_eq!(segments(&[]), []);
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_bar_and_each_can_be_seen(numbers in prop::collection::vec(0u64..100_000, 1..11)) {
            let counts: Vec<(&'static str, u64)> = numbers.iter().map(|number| ("x", *number)).collect();
            let found = segments(&counts);
            prop_assert_eq!(found.len(), numbers.iter().filter(|number| **number > 0).count());
            prop_assert!(found.iter().all(|one| one.width >= LEAST));
            prop_assert!(found.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x));
            prop_assert!(found.last().is_none_or(|last| last.x + last.width == LENGTH));
        }
    }
}
