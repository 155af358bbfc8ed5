//! Promotion issues by the real gh on a fake of GitHub, which fails in every way that it can.
//!
//! Where there is no gh, these tests say so loudly and are no proof; with `TTA_PROMOTE_NEEDS_ENGINE=1` they fail then.
#![expect(clippy::disallowed_methods, reason = "a test builds its world with its own hands")]

mod audit;
mod claims;
mod complete;
mod crash;
mod debt;
mod graphql;
#[path = "../schema/held.rs"]
mod held;
mod hub;
mod issue;
mod owed;
mod project;
mod server;
mod turn;
mod undo;

/// Whether there is a gh to test with; says so where there is none.
fn has_gh() -> bool {
    let there = project::real_gh().is_some();
    if !there {
        eprintln!("NOT TESTED: there is no `gh`; run `scripts/setup-world.sh`");
        let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
        assert!(!needed, "there is no `gh`, and it is needed");
    }
    there
}
