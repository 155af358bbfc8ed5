//! A run, read back.

use std::time::Duration;

use super::super::heading::Read;
use super::super::wire;
use super::{instant, owned, unknown};
use crate::model::check::Check;
use crate::model::run::{Earlier, Exit, Run};
use crate::model::toolchain::Tool;

/// The run that a check rests on. Of a check of one's own it is that of its own tool.
pub(super) fn run(check: Check, wire: &wire::Run<'_>) -> Read<Run> {
    let tool = match check {
        Check::Own(name) => Some(Tool::Own(name)).filter(|tool| tool.name() == wire.tool),
        _ => Tool::from_name(&wire.tool),
    };
    let earlier = |earlier: &wire::Earlier<'_>| {
        Ok(Earlier { time: instant(&earlier.time)?, commit: owned(earlier.commit.as_ref()) })
    };
    Ok(Run {
        tool: tool.ok_or_else(|| unknown("tool", &wire.tool))?,
        version: wire.version.to_string(),
        argv: wire.argv.as_ref().into(),
        exit: match wire.exit {
            wire::Exit::Code(code) => Exit::Code(code),
            wire::Exit::Signal(signal) => Exit::Signal(signal),
            wire::Exit::TimedOut(_) => Exit::TimedOut,
            wire::Exit::Interrupted(_) => Exit::Interrupted,
            wire::Exit::Flooded(_) => Exit::Flooded,
            wire::Exit::NotFound(_) => Exit::NotFound,
        },
        duration: Duration::from_millis(wire.duration_ms),
        report_sha256: owned(wire.report_sha256.as_ref()),
        cached: wire.cached_from.as_ref().map(earlier).transpose()?,
    })
}
