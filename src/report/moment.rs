//! Moments and ages as people read them. Not a clock: whoever asks says what time it is.

use std::time::Duration;

use jiff::Timestamp;

/// `2025-10-14 09:00 UTC`.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `just now`, `5 min ago`, `3 h ago`, `2 days ago`; `in the future` where a clock is wrong.
pub(super) fn ago(time: Timestamp, now: Timestamp) -> String {
    match Duration::try_from(now.duration_since(time)) {
        Ok(age) if age.as_secs() < 60 => "just now".to_owned(),
        Ok(age) => format!("{} ago", age_of(age)),
        Err(_) if time.duration_since(now).as_secs() < 300 => "just now".to_owned(),
        Err(_) => "in the future".to_owned(),
    }
}

/// `40 s`, `5 min`, `3 h`, `2 days`: cut off, in the one unit that people would choose.
pub(super) fn age_of(age: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match age.as_secs() {
        seconds @ 0..MINUTE => format!("{seconds} s"),
        seconds @ MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_the_one_unit_that_people_would_choose() {
        let said = [0, 59, 60, 3599, 3600, 172_799, 172_800, 864_000].map(Duration::from_secs).map(age_of);
        assert_eq!(said, ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days", "10 days"]);
    }

    #[test]
    fn a_moment_is_told_by_how_long_ago_it_was() {
        let now: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
        let told = |text: &str| ago(text.parse().expect("a time"), now);
        assert_eq!(told("2025-10-14T08:59:30Z"), "just now");
        assert_eq!(told("2025-10-14T06:00:00Z"), "3 h ago");
        assert_eq!(told("2025-10-14T09:04:00Z"), "just now");
        assert_eq!(told("2025-10-14T10:00:00Z"), "in the future");
        assert_eq!(minute(now), "2025-10-14 09:00 UTC");
    }
}
