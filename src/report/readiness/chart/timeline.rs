//! A promotion on a line: what happened to it, and when. What is close together is moved apart, so that each can be seen
//! and read; what is told in words stands in the list beside it.

use jiff::Timestamp;
use serde::Serialize;

use super::super::model::Promotion;
use super::Frame;

/// The box is 340 by 44.
const LINE: Frame = Frame { left: 14, right: 326, top: 22, bottom: 22 };
/// How far apart two marks are at least.
const APART: i64 = 18;

/// The marks on the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Timeline {
    /// Each event: where it is, its number, whether it went well.
    pub(crate) marks: Vec<Mark>,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    pub(crate) x: i64,
    pub(crate) number: usize,
    pub(crate) good: bool,
}

/// The timeline up to `now`; `None` where nothing happened.
pub(crate) fn timeline(promotion: &Promotion, now: Timestamp) -> Option<Timeline> {
    let times = || promotion.events.iter().map(|event| event.time);
    let (first, last) = (times().min()?, times().max()?);
    // What is over ends with its last event, what goes on ends now.
    let is_over = matches!(promotion.phase, "completed" | "rolled_back" | "revoked");
    let end = if is_over { last } else { last.max(now) };
    let mut marks: Vec<Mark> = promotion
        .events
        .iter()
        .enumerate()
        .map(|(place, event)| Mark {
            x: LINE.x(event.time, (first, end)),
            number: place + 1,
            good: event.good,
        })
        .collect();
    spread(&mut marks);
    Some(Timeline { marks })
}

/// Moves marks apart, to the right first, and back from the end where there is no room.
fn spread(marks: &mut [Mark]) {
    let number = i64::try_from(marks.len()).unwrap_or(i64::MAX).max(2);
    let apart = APART.min((LINE.right - LINE.left) / (number - 1));
    for place in 1..marks.len() {
        marks[place].x = marks[place].x.max(marks[place - 1].x + apart);
    }
    let mut most = LINE.right;
    for mark in marks.iter_mut().rev() {
        mark.x = mark.x.min(most).max(LINE.left);
        most = mark.x - apart;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::Event;
    use super::*;

    fn promotion(seconds: &[i64], phase: &'static str) -> Promotion {
        let event = |second: &i64| Event {
            time: Timestamp::from_second(*second).expect("a time"),
            kind: "deployed",
            good: true,
            what: String::new(),
        };
        Promotion {
            id: "p".into(),
            to: "staging",
            phase,
            issue: None,
            commit: None,
            events: seconds.iter().map(event).collect(),
            more_events: 0,
        }
    }

    fn xs(seconds: &[i64], phase: &'static str, now: i64) -> Vec<i64> {
        let now = Timestamp::from_second(now).expect("a time");
        let timeline = timeline(&promotion(seconds, phase), now);
        timeline.map(|one| one.marks.iter().map(|mark| mark.x).collect()).unwrap_or_default()
    }

    #[test]
    fn what_goes_on_ends_now_and_what_is_over_ends_with_its_last_event() {
        assert_eq!(xs(&[0, 500], "observing", 1_000), [14, 170]);
        assert_eq!(xs(&[0, 500], "completed", 1_000), [14, 326]);
        assert_eq!(xs(&[], "observing", 1_000), [0; 0]);
    }

    #[test]
    fn what_is_close_together_is_moved_apart() {
        assert_eq!(xs(&[0, 1, 2, 1_000], "completed", 1_000), [14, 32, 50, 326]);
        assert_eq!(xs(&[0, 998, 999, 1_000], "completed", 1_000), [14, 290, 308, 326]);
    }

    proptest! {
        #[test]
        fn every_mark_is_on_the_line_in_its_order(mut seconds in prop::collection::vec(0i64..1_000_000, 1..17), now in 0i64..2_000_000) {
            seconds.sort_unstable();
            let found = xs(&seconds, "observing", now);
            prop_assert_eq!(found.len(), seconds.len());
            prop_assert!(found.iter().all(|x| (LINE.left..=LINE.right).contains(x)), "{:?}", found);
            prop_assert!(found.windows(2).all(|pair| pair[1] - pair[0] >= 18), "{:?}", found);
        }
    }
}
