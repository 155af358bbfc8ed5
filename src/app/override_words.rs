//! Checks that somebody set aside, in words: they stand wherever the verdict stands. Not whether they hold: that is
//! `lifecycle`'s.

use crate::lifecycle::{self, Now};
use crate::model::promotion::Standing;

/// The overrides that hold now for the last measurement, a sentence each.
pub fn in_force(standing: &Standing, now: &Now) -> Vec<String> {
    let overrides = lifecycle::overrides(standing, now).into_iter();
    let words = overrides.map(|told| {
        let decided = &told.what;
        format!(
            "{} set aside for `{}` by {}, approved by {}, until {}: {}",
            decided.checks.join(", "),
            decided.commit.chars().take(8).collect::<String>(),
            told.actor,
            decided.approver,
            decided.expires.strftime("%Y-%m-%d %H:%M UTC"),
            decided.reason
        )
    });
    words.collect()
}
