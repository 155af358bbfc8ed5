//! Standard output, where a reader that goes away is no fault.

use std::io::{self, Write};

use crate::sys::terminal;

use super::inert::Inert;

/// Prints to standard output.
///
/// # Errors
/// Where it cannot be written, other than that nobody reads it any more.
pub(super) fn stdout(text: &str) -> anyhow::Result<()> {
    stdout_by(|out| out.write_all(text.as_bytes()))
}

/// Prints what `write` writes, with nothing in it that a runner of GitHub Actions would obey.
///
/// # Errors
/// As [`stdout`].
pub(super) fn stdout_by(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    if !terminal::is_obeyed() {
        return commands_by(write);
    }
    commands_by(|out| {
        let mut inert = Inert::new(out);
        write(&mut inert).and_then(|()| inert.finish())
    })
}

/// Prints what `write` writes as it is: commands that are meant.
///
/// # Errors
/// As [`stdout`].
pub(super) fn commands_by(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Prints to standard error; nothing can be done where that fails.
pub(super) fn stderr(text: &str) {
    let mut out = io::stderr().lock();
    let _nobody_to_tell = if terminal::is_obeyed() {
        let mut inert = Inert::new(out);
        inert.write_all(text.as_bytes()).and_then(|()| inert.finish())
    } else {
        out.write_all(text.as_bytes())
    };
}
