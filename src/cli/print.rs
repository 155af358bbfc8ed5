//! Standard output, where a reader that goes away is no fault.

use std::io::{self, Write};

/// Prints to standard output.
///
/// # Errors
/// Where it cannot be written, other than that nobody reads it any more.
pub(super) fn stdout(text: &str) -> anyhow::Result<()> {
    stdout_by(|out| out.write_all(text.as_bytes()))
}

/// Prints what `write` writes.
///
/// # Errors
/// As [`stdout`].
pub(super) fn stdout_by(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Prints to standard error; nothing can be done where that fails.
pub(super) fn stderr(text: &str) {
    let _nobody_to_tell = io::stderr().lock().write_all(text.as_bytes());
}
