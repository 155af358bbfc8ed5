//! Times in which nothing is promoted. What is deployed is watched, and put back, all the same.

use jiff::Timestamp;

use super::observation::Window;

/// `[[project.freeze]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// The time.
    pub window: Window,
    /// Why, in the policy's words.
    pub reason: String,
}

/// Until when nothing is promoted at `now`, and why; `None` where something may be. Times that follow each other
/// without a break are one.
pub fn frozen(freezes: &[Freeze], now: Timestamp) -> Option<(Timestamp, &str)> {
    let holds = |freeze: &&Freeze, time: Timestamp| freeze.window.from() <= time && time < freeze.window.to();
    let last = |time: Timestamp| {
        freezes.iter().filter(|freeze| holds(freeze, time)).max_by_key(|freeze| freeze.window.to())
    };
    let first = last(now)?;
    let mut until = first.window.to();
    while let Some(next) = last(until) {
        until = next.window.to();
    }
    Some((until, &first.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freeze(from: i64, to: i64, reason: &str) -> Freeze {
        let time = |second| Timestamp::from_second(second).expect("a time");
        Freeze { window: Window::new(time(from), time(to)).expect("a window"), reason: reason.to_owned() }
    }

    fn until(freezes: &[Freeze], now: i64) -> Option<(i64, &str)> {
        let now = Timestamp::from_second(now).expect("a time");
        frozen(freezes, now).map(|(until, reason)| (until.as_second(), reason))
    }

    #[test]
    fn a_freeze_holds_from_its_first_moment_up_to_its_end() {
        let freezes = [freeze(10, 20, "holidays")];
        assert_eq!(until(&freezes, 9), None);
        assert_eq!(until(&freezes, 10), Some((20, "holidays")));
        assert_eq!(until(&freezes, 19), Some((20, "holidays")));
        assert_eq!(until(&freezes, 20), None);
    }

    #[test]
    fn freezes_that_overlap_or_touch_are_waited_for_as_one() {
        let freezes = [
            freeze(20, 30, "fair"),
            freeze(10, 20, "holidays"),
            freeze(12, 15, "audit"),
            freeze(40, 50, "x"),
        ];
        assert_eq!(until(&freezes, 13), Some((30, "holidays")));
        assert_eq!(until(&freezes, 29), Some((30, "fair")));
        assert_eq!(until(&freezes, 35), None);
    }
}
