//! Durations as people read them. Not a clock.

use std::time::Duration;

/// `19 ms`, `3.1 s`, `42 s`, `2 min 5 s`: cut off, never rounded up.
pub(super) fn elapsed(duration: Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.subsec_millis());
    match seconds {
        0 => format!("{millis} ms"),
        1..=9 => format!("{seconds}.{} s", millis / 100),
        10..=59 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_no_more_digits_than_anyone_reads() {
        let shown =
            [0, 19, 999, 1000, 3190, 9999, 42_900, 125_000].map(|ms| elapsed(Duration::from_millis(ms)));
        assert_eq!(shown, ["0 ms", "19 ms", "999 ms", "1.0 s", "3.1 s", "9.9 s", "42 s", "2 min 5 s"]);
    }
}
