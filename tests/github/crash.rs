//! The process is killed at many moments. Afterwards there is one issue and a ledger that verifies.

use std::time::{Duration, Instant};

use crate::has_gh;
use crate::project::Project;

/// How often it is killed; `TTA_PROMOTE_KILLS` says another number.
const KILLS: u32 = 10;

#[test]
fn a_process_that_is_killed_at_any_moment_leaves_one_issue_and_a_sound_ledger() {
    if !has_gh() {
        return;
    }
    let kills = std::env::var("TTA_PROMOTE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let project = Project::impatient();
    let begin = Instant::now();
    project.issue().exits(0);
    let whole = begin.elapsed();
    for kill in 0..kills {
        let project = Project::impatient();
        // A different part of the run each time, and all of it over all of them.
        let time = whole.mul_f64(1.1 * f64::from(kill) / f64::from(kills));
        project.killed_after(&["issue", "carbon", "--yes"], time);
        // Killed once more on the way back.
        project.killed_after(&["issue", "carbon", "--yes"], time / 2);
        let acknowledged = project.records().len();
        // What the killed process had started may still be at work.
        let end = Instant::now();
        while !project.issue().is_done() && end.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        project.issue().exits(0).says("is up to date");
        assert!(project.records().len() >= acknowledged);
        assert_eq!(project.github.with(|hub| hub.issues.len()), 1, "killed after {time:?}");
        assert_eq!(project.kinds().last(), Some(&"done"));
    }
}
