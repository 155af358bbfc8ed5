//! Ctrl-C and its kin, as flags that long work looks at.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::clock::Stopwatch;
use super::process_table::pause;

/// How often a rest looks at the flag.
const TICK: Duration = Duration::from_millis(50);
/// What a shell expects of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Whether we were asked to stop. Clones share the flags.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    urgent: Arc<AtomicBool>,
}

impl Interrupt {
    /// Flags that SIGINT, SIGTERM and SIGHUP raise. The first one asks to stop, the second to stop without
    /// giving children time: a person who presses Ctrl-C twice means it, but not that anything stays behind.
    /// The third ends the process as it is.
    pub fn listen() -> io::Result<Self> {
        let interrupt = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let flags = interrupt.clone();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for _signal in signals.forever() {
                if flags.is_urgent() {
                    signal_hook::low_level::exit(INTERRUPTED);
                }
                flags.urgent.store(flags.raised(), Ordering::Relaxed);
                flags.raise();
            }
        })?;
        Ok(interrupt)
    }

    /// Whether it was raised.
    pub fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// Whether it was raised twice: nothing is worth waiting for.
    pub fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    /// Waits for `span`, or until it is raised, and says whether it was.
    pub fn rest(&self, span: Duration) -> bool {
        let watch = Stopwatch::start();
        while !self.raised() {
            match span.checked_sub(watch.elapsed()) {
                Some(left) if !left.is_zero() => pause(left.min(TICK)),
                Some(_) | None => break,
            }
        }
        self.raised()
    }

    /// Raises it from within.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }
}
