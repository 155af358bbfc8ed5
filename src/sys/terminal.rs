//! What the terminal can show.

use std::io::{IsTerminal, Write as _};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::interrupt::Interrupt;
use super::variable;

/// How often a question looks at the interrupt.
const TICK: Duration = Duration::from_millis(50);

/// When to use colour, as `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal, unless the environment says no.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether standard output is to be coloured. `NO_COLOR` and `TERM=dumb` are obeyed, `CLICOLOR_FORCE` too.
pub fn colours_stdout(wish: Colour) -> bool {
    match wish {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if variable::get("NO_COLOR").is_some() => false,
        Colour::Auto if variable::text("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Colour::Auto => std::io::stdout().is_terminal() && variable::text("TERM").as_deref() != Some("dumb"),
    }
}

/// Whether a person watches standard error: a terminal, and not a CI job that pretends to be one.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
        && variable::get("CI").is_none()
        && variable::text("TERM").as_deref() != Some("dumb")
}

/// Whether this is a job of a CI service, which says so by the variable `CI`.
pub fn is_in_ci() -> bool {
    variable::text("CI").is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0"))
}

/// Whether what we print is read by a runner of GitHub Actions, which obeys commands in it.
pub fn is_obeyed() -> bool {
    variable::get("GITHUB_ACTIONS").is_some()
}

/// Asks a person a question to be answered by yes or no; `None` where there is no person to ask, or where the
/// question was interrupted.
pub fn confirm(question: &str, interrupt: &Interrupt) -> Option<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() || is_in_ci() {
        return None;
    }
    let mut error = std::io::stderr();
    write!(error, "{question} [y/N] ").and_then(|()| error.flush()).ok()?;
    let (sender, receiver) = std::sync::mpsc::channel();
    // A read that waits for a person cannot be interrupted otherwise; the process ends with it where need be.
    let _reads_on = std::thread::Builder::new().name("answer".to_owned()).spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        let _nobody_waits = sender.send(read.map(|_| line));
    });
    while !interrupt.raised() {
        match receiver.recv_timeout(TICK) {
            Ok(line) => {
                return line
                    .ok()
                    .map(|line| matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

/// The columns of the terminal that standard output goes to; 100 where it goes elsewhere.
pub fn width() -> usize {
    const ELSEWHERE: usize = 100;
    if !std::io::stdout().is_terminal() {
        return ELSEWHERE;
    }
    terminal_size::terminal_size().map_or(ELSEWHERE, |(width, _)| usize::from(width.0))
}
