//! Pages in a real browser: Chromium without a window, and axe-core, which looks for what keeps people out.
//!
//! Not here: what stands on a page (`report`). Where there is no browser, each test says `NOT RUN:` and why; with
//! `TTA_PROMOTE_NEEDS_ENGINE=1`, as `make test` sets it for root on Linux, it fails instead.

#![expect(clippy::disallowed_methods, reason = "a test builds its world with its own hands")]

mod chromium;
mod crowd;
#[path = "../cli/fake.rs"]
mod fake;
#[path = "../schema/held.rs"]
mod held;
mod page;
#[expect(dead_code, reason = "the pages need no past of a component in production")]
#[path = "../cli/past.rs"]
mod past;
#[path = "../cli/project.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod project;
#[path = "../cli/told.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod told;
