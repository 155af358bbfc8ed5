//! How a soak looks.

use jiff::SignedDuration;

use super::*;
use crate::model::observation::{Reading, Window};
use crate::model::percent::{Percent, Ratio};
use crate::model::soak::Excess;
use crate::report::Paint;

fn hour(hours: i64) -> Timestamp {
    let start: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
    start + SignedDuration::from_hours(hours)
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3_600)
}

fn look(from: i64, readings: &[(&str, Sign)]) -> Observation {
    let reading = |(rule, sign): &(&str, Sign)| Reading {
        rule: (*rule).to_owned(),
        sign: *sign,
        detail: String::new(),
        value: None,
        samples: None,
        query: None,
    };
    Observation {
        window: Window::new(hour(from), hour(from + 1)).expect("a window"),
        late: false,
        running: vec![],
        readings: readings.iter().map(reading).collect(),
        links: vec![],
    }
}

fn soak() -> Soak {
    Soak {
        since: hour(30),
        resets: vec![
            (hour(28), ResetCause::Image),
            (hour(29), ResetCause::Image),
            (hour(30), ResetCause::Gap),
        ],
        healthy: hours(60),
        needed: hours(168),
        samples: 60,
        min_samples: 24,
        largest_gap: hours(2),
        unseen: Duration::ZERO,
        max_gap: Duration::from_secs(6 * 3600),
        uptime: Ratio::new(995, 1000),
        min_uptime: Percent::from_hundredths(9_950).expect("a percentage"),
        excesses: vec![],
        missing: Some(hours(108)),
        earliest: Some(hour(200)),
    }
}

fn week() -> Vec<Observation> {
    let good = [("container", Sign::Good), ("health", Sign::Good), ("metric.error_rate", Sign::Good)];
    let mut looks: Vec<Observation> =
        (0..90).filter(|hour| !(48..72).contains(hour)).map(|hour| look(hour, &good)).collect();
    looks[3].readings[2].sign = Sign::Unknown;
    looks[28].readings[0].sign = Sign::Bad;
    looks[60].readings[1].sign = Sign::Unreachable;
    looks
}

fn page(view: &SoakView, width: usize) -> String {
    let mut page = Page::new(Paint::Plain, width);
    view.render(&mut page);
    page.into_text()
}

#[test]
fn a_soak_under_way_is_one_screen() {
    let view = SoakView::of(soak(), hour(0), &week(), hour(92));
    insta::assert_snapshot!("soak_under_way", page(&view, 90));
    assert_eq!(view.summary(), "soak: 60 h of 168 h healthy, proven on 2025-10-22 17:00 UTC at the earliest");
}

#[test]
fn a_soak_that_has_failed_says_by_what() {
    let failed = Soak {
        excesses: vec![Excess::Failures("metric.error_rate".into(), 3), Excess::Errors("health".into(), 5)],
        missing: None,
        earliest: None,
        ..soak()
    };
    let view = SoakView::of(failed, hour(0), &week(), hour(92));
    insta::assert_snapshot!("soak_failed", page(&view, 90));
    assert!(view.summary().contains("`metric.error_rate` was broken 3 times"));
}

#[test]
fn a_proven_soak_needs_nothing_more() {
    let proven = Soak { healthy: hours(168), samples: 168, ..soak() };
    let view = SoakView::of(proven, hour(0), &week(), hour(200));
    assert!(page(&view, 90).contains("the soak is proven"));
    let json = serde_json::to_value(super::super::soak_json::Soak::of(&view)).expect("JSON");
    assert_eq!(json["proven"], true);
}

#[test]
fn where_nobody_looks_any_more_it_starts_again_and_what_to_do_is_said() {
    let lapsed = Soak { unseen: hours(792), largest_gap: hours(792), healthy: hours(0), ..soak() };
    let view = SoakView::of(lapsed, hour(0), &week(), hour(882));
    let words = "nobody has looked for 792 h, longer than 6 h: it starts again, so `observe` it now";
    assert!(view.summary().ends_with(words), "{}", view.summary());
    let page = page(&view, 200);
    assert!(page.contains(&format!("{words}; still needed: 108 h more")), "{page}");
    assert!(page.contains("792 h the longest without a look"), "{page}");
}

#[test]
fn what_is_missing_besides_time_is_said_in_the_one_line() {
    let little = Soak { samples: 3, uptime: Ratio::new(9, 10), ..soak() };
    assert_eq!(
        SoakView::of(little, hour(0), &week(), hour(92)).summary(),
        "soak: 60 h of 168 h healthy in 3 of 24 windows, up for 90 % of 99.5 %, proven on 2025-10-22 17:00 UTC at the earliest"
    );
}

#[test]
fn a_long_observation_shows_its_last_days() {
    let looks: Vec<Observation> = (0..60).map(|day| look(day * 24, &[("health", Sign::Good)])).collect();
    let text = page(&SoakView::of(soak(), hour(0), &looks, hour(60 * 24)), 90);
    assert!(text.contains("day") && text.lines().all(|line| cells(line) <= 90), "{text}");
}

#[test]
fn a_window_over_midnight_counts_for_both_days_and_one_that_ends_there_for_one() {
    let mut long = look(23, &[("health", Sign::Bad)]);
    let view = |one: &Observation| SoakView::of(soak(), hour(0), std::slice::from_ref(one), hour(49)).map;
    assert_eq!(view(&long)[0].1, [Some(Sign::Bad), None, None]);
    long.window = Window::new(hour(23), hour(26)).expect("a window");
    assert_eq!(view(&long)[0].1, [Some(Sign::Bad), Some(Sign::Bad), None]);
}
