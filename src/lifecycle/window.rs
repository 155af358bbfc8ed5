//! Which candidate is observed, and which windows a look at it can speak for. Pure; no clock.
//!
//! Not what is seen in them. The rule: a window goes on where the last one ended, so that no moment is skipped and none
//! is told twice. A look at a container, an address or a test speaks for one `interval` before it, and a tenth for the
//! lateness of timers. What lies further back may only be told by sources that remember it (Prometheus, logs), as a
//! window of its own that is marked late, and no further back than `max_gap`. A query that is about one moment remembers
//! nothing.

use std::time::Duration;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use crate::model::container::ContainerState;
use crate::model::observation::Window;
use crate::model::promotion::{Deployment, Promotion, Standing, Told};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{ActResult, Fact, Record};
use crate::model::stage::Stage;
use crate::model::watch::{Metric, Observe};

/// The topic of a note that the clock was set back, and that windows go on from there.
pub const CLOCK: &str = "clock";

/// A candidate that runs in a stage, as far as it was observed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The promotion.
    pub promotion: PromotionId,
    /// The stage.
    pub to: Stage,
    /// Its deployment.
    pub deployment: Deployment,
    /// What ran when it was looked at last.
    pub before: Vec<ContainerState>,
    /// The end of the last window.
    pub from: Timestamp,
    /// The incidents that were told since.
    pub incidents: Vec<String>,
}

/// What a look at `now` can speak for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// Windows, the earlier one first.
    Open {
        /// Only by sources that reach back.
        late: Option<Window>,
        /// By all sources.
        current: Window,
    },
    /// Nothing: by the clock, the last window has not ended yet.
    Backwards,
}

/// The promotion whose candidate runs: the one that is under way, else the last that came to its good end.
pub fn observed(standing: &Standing) -> Option<&Promotion> {
    let completed = standing.completed.as_ref().map(|completed| &completed.promotion);
    let mut both = standing.promotion.as_ref().into_iter().chain(completed);
    both.find(|promotion| promotion.deployment.is_some())
}

/// What is to be observed; `None` where nothing was deployed.
pub fn subject(standing: &Standing, records: &[Record]) -> Option<Subject> {
    let promotion = observed(standing)?;
    let deployment = promotion.deployment.clone()?;
    let of_this = || records.iter().rev().filter(|record| record.promotion == promotion.id);
    let (seen, from) = of_this().find_map(|record| Some((record.seq, end(record)?)))?;
    let mut told = promotion.observations.iter().rev();
    let before = told.find(|one| !one.running.is_empty()).map(|one| one.running.clone());
    // A look that began before it was told may have recorded its window since, which ends before it.
    let since = |told: &&Told<_>| told.seq > seen || told.time >= from;
    Some(Subject {
        promotion: promotion.id.clone(),
        to: promotion.to,
        before: before.unwrap_or_else(|| deployment.running.clone()),
        deployment,
        from,
        incidents: promotion.incidents.iter().filter(since).map(|told| told.what.what.clone()).collect(),
    })
}

/// Up to when nothing more is to be told after this record; `None` where it does not say so.
fn end(record: &Record) -> Option<Timestamp> {
    match &record.fact {
        Fact::Observed(observation) => Some(observation.window.to()),
        Fact::Noted { topic, .. } if topic == CLOCK => Some(record.time),
        Fact::Done { result: ActResult::Deployed { .. }, .. } => Some(record.time),
        _ => None,
    }
}

/// The windows of a look at `now` after the last one ended at `from`. They end after all that was recorded before `now`.
pub fn windows(observe: &Observe, from: Timestamp, now: Timestamp) -> Windows {
    let up = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Ceil);
    let now = now.round(up).unwrap_or(now);
    let Some(all) = Window::new(from, now) else { return Windows::Backwards };
    let reach = observe.interval + observe.interval / 10;
    if all.length() <= reach {
        return Windows::Open { late: None, current: all };
    }
    let begin = before(now, reach).max(from);
    let current = all.since(begin).unwrap_or(all);
    let remembered = all.until(begin).and_then(|late| late.since(before(now, observe.soak.max_gap)));
    // What only runs and logs nothing may be dead: without figures, nothing tells that it was well.
    let late = remembered.filter(|_| observe.metrics.iter().any(Metric::reaches_back));
    Windows::Open { late, current }
}

fn before(time: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    time.checked_sub(span).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::decimal::Decimal;
    use crate::model::watch::Absent;

    fn minute(minutes: i64) -> Timestamp {
        let start: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
        start + SignedDuration::from_mins(minutes)
    }

    fn observe(with_metric: bool) -> Observe {
        asking(if with_metric { &["min_over_time(up[{window}])"] } else { &[] })
    }

    fn asking(queries: &[&str]) -> Observe {
        let metric = |query: &&str| Metric {
            name: "up".into(),
            query: (*query).into(),
            min: Some(Decimal::ZERO),
            max: None,
            compare_to_before: None,
            absent: Absent::Inconclusive,
            reduce: None,
            min_samples: 1,
        };
        Observe { metrics: queries.iter().map(metric).collect(), ..Observe::default() }
    }

    fn of(with_metric: bool, from: i64, now: i64) -> (Option<(i64, i64)>, (i64, i64)) {
        let pair = |window: Window| {
            let minutes = |time: Timestamp| time.duration_since(minute(0)).as_mins();
            (minutes(window.from()), minutes(window.to()))
        };
        match windows(&observe(with_metric), minute(from), minute(now)) {
            Windows::Open { late, current } => (late.map(pair), pair(current)),
            Windows::Backwards => panic!("no window"),
        }
    }

    #[test]
    fn a_look_speaks_for_one_interval_and_a_little_lateness() {
        assert_eq!(of(false, 0, 60), (None, (0, 60)));
        assert_eq!(of(true, 0, 66), (None, (0, 66)));
        assert_eq!(of(false, 0, 67), (None, (1, 67)));
    }

    #[test]
    fn a_window_ends_after_what_was_recorded_in_the_same_millisecond() {
        let now = minute(1) + SignedDuration::from_nanos(200_300);
        let Windows::Open { current, .. } = windows(&observe(false), minute(0), now) else {
            panic!("no window")
        };
        assert_eq!(current.to(), minute(1) + SignedDuration::from_millis(1));
    }

    #[test]
    fn only_what_remembers_speaks_for_what_is_longer_ago_and_not_for_all_of_it() {
        assert_eq!(of(true, 0, 180), (Some((0, 114)), (114, 180)));
        assert_eq!(of(true, 0, 48 * 60), (Some((42 * 60, 48 * 60 - 66)), (48 * 60 - 66, 48 * 60)));
        assert_eq!(of(false, 0, 48 * 60), (None, (48 * 60 - 66, 48 * 60)));
    }

    #[test]
    fn a_query_about_one_moment_opens_no_late_window() {
        let is_late = |queries: &[&str]| match windows(&asking(queries), minute(0), minute(180)) {
            Windows::Open { late, .. } => late.is_some(),
            Windows::Backwards => panic!("no window"),
        };
        assert!(!is_late(&["up{job=\"carbon\"}", "rate(errors_total[5m])"]));
        assert!(!is_late(&["up offset {window}"]), "that is another moment, not the time up to it");
        assert!(is_late(&["up", "rate(errors_total[{window}])"]));
        assert!(is_late(&["max_over_time(up[ {window} : 1m ])"]));
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_opens_no_window() {
        for now in [0, -1, -100_000] {
            assert_eq!(windows(&observe(true), minute(0), minute(now)), Windows::Backwards);
        }
    }

    proptest! {
        #[test]
        fn no_window_begins_before_the_last_one_ended_nor_ends_after_now(from in 0i64..10_000, length in 1i64..10_000, with_metric: bool) {
            let now = from + length;
            let (late, current) = of(with_metric, from, now);
            prop_assert!(current.0 >= from && current.1 == now && current.1 - current.0 <= 66);
            if let Some(late) = late {
                prop_assert!(late.0 >= from && late.1 == current.0 && now - late.0 <= 6 * 60);
            }
        }
    }
}
