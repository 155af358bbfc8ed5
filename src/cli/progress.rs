//! The live display of a run, for a person at a terminal: a line per lane, gone when the verdict comes.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::context::Listener;
use crate::report::clean::one_line;
use crate::sys::terminal;

use super::print;

/// Shows what is running on standard error; quiet where nobody watches it.
#[derive(Debug)]
pub(super) struct Progress {
    /// None where nobody watches: hidden lines would tick all the same.
    lines: Option<MultiProgress>,
    running: Mutex<HashMap<String, ProgressBar>>,
}

impl Progress {
    /// A display, unless `quiet`.
    pub(super) fn new(quiet: bool) -> Self {
        let watched = !quiet && terminal::is_watched();
        let lines = watched.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Self { lines, running: Mutex::default() }
    }

    /// Takes it away.
    pub(super) fn clear(&self) {
        // A display that cannot be cleared is no reason to fail.
        let _cleared = self.lines.as_ref().map(MultiProgress::clear);
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Shows nothing but what is waited for, to whoever reads standard error.
#[derive(Debug)]
pub(super) struct Waits;

impl Listener for Waits {
    fn began(&self, _label: &str) {}
    fn ended(&self, _label: &str, _duration: Duration) {}
    fn waits(&self, why: &str) {
        print::stderr(&format!("{}\n", one_line(why)));
    }
}

impl Listener for Progress {
    fn began(&self, label: &str) {
        let Some(lines) = &self.lines else { return };
        let line = lines.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:36} {elapsed}") {
            line.set_style(style);
        }
        line.set_message(label.to_owned());
        line.enable_steady_tick(Duration::from_millis(120));
        self.running().insert(label.to_owned(), line);
    }

    fn ended(&self, label: &str, duration: Duration) {
        if let Some(line) = self.running().remove(label) {
            if let Ok(style) = ProgressStyle::with_template("· {msg}") {
                line.set_style(style);
            }
            line.finish_with_message(format!("{label:36} {:.1} s", duration.as_secs_f64()));
        }
    }

    fn waits(&self, why: &str) {
        match &self.lines {
            Some(lines) => lines.suspend(|| Waits.waits(why)),
            None => Waits.waits(why),
        }
    }
}
