//! Deployments in the real world: a real Docker engine, both generations of compose, a service that answers.
//!
//! Not here: what recordings show as well. Where the engine cannot be started, each test says `NOT RUN:` and why;
//! with `TTA_PROMOTE_NEEDS_ENGINE=1`, as `make test` sets it for root on Linux, it fails instead.

#![expect(clippy::disallowed_methods, reason = "a test builds its world with its own hands")]

mod clones;
mod complete;
mod consent;
mod crash;
mod deploy;
mod engine;
#[path = "../cli/fake.rs"]
mod fake;
#[path = "../schema/held.rs"]
mod held;
mod moved;
mod observe;
#[path = "../cli/project.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod project;
mod prometheus;
mod rollback;
mod secret;
mod staging;
#[path = "../cli/told.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod told;
mod users;
