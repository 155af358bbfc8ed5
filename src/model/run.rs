//! One process of a tool, as a value.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::toolchain::Tool;

/// How a child process ended. An end is never an error of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// We stopped it at the limit.
    TimedOut,
    /// We stopped it because we were asked to stop.
    Interrupted,
    /// We stopped it because it wrote more than the run folder takes.
    Flooded,
    /// It could not be started: no such executable, or not executable.
    NotFound,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
            Self::TimedOut => f.write_str("stopped at the time limit"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Flooded => f.write_str("stopped for printing without end"),
            Self::NotFound => f.write_str("it cannot be started"),
        }
    }
}

/// The record of one run: who measured, how, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The tool.
    pub tool: Tool,
    /// Its version, as it said or as its installed metadata says.
    pub version: String,
    /// What was executed. Shared: one run serves many components, and is given the files of all.
    pub argv: Arc<[String]>,
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub duration: Duration,
    /// The digest of the report that was read, in hexadecimal; `None` where there was none.
    pub report_sha256: Option<String>,
    /// Where the result of an earlier run is reused: that run. Then `argv`, `exit` and `duration` are its own.
    pub cached: Option<Earlier>,
}

/// The earlier run that a reused result is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// When its `verify` started.
    pub time: Timestamp,
    /// The commit that was checked out then, in hexadecimal; `None` before the first one. The files may have
    /// differed from it, and are the same now as then.
    pub commit: Option<String>,
}
