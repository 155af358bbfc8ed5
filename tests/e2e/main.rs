//! The whole way of a promotion, and back: nothing is faked but GitHub and the clock.
//!
//! It takes minutes, so that `cargo test` leaves it out: `make e2e` runs it. Where the engine, Prometheus, gh or the clock
//! cannot be had, it says `NOT RUN:` and why; with `TTA_PROMOTE_NEEDS_ENGINE=1` it fails instead. Not here: what goes
//! wrong on the way, which the tests of each step show.

#![expect(clippy::disallowed_methods, reason = "a test builds its world with its own hands")]

#[path = "../world/engine.rs"]
#[expect(dead_code, reason = "the tests of the engine use the rest")]
mod engine;
#[path = "../cli/fake.rs"]
mod fake;
#[path = "../github/graphql.rs"]
mod graphql;
#[path = "../schema/held.rs"]
mod held;
#[path = "../github/hub.rs"]
#[expect(dead_code, reason = "here nobody else comments")]
mod hub;
#[path = "../real_tools/laboratory.rs"]
#[expect(dead_code, reason = "the tests of the real tools use the rest")]
mod laboratory;
#[path = "../world/moved.rs"]
#[expect(dead_code, reason = "the tests of observations use the rest")]
mod moved;
#[path = "../cli/project.rs"]
#[expect(dead_code, reason = "the clock belongs to a candidate there, which is used elsewhere")]
mod project;
#[path = "../world/prometheus.rs"]
mod prometheus;
#[path = "../github/server.rs"]
#[expect(dead_code, reason = "here no request fails")]
mod server;
#[path = "../cli/told.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod told;
mod town;
mod way;
