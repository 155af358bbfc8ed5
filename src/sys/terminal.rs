//! What the terminal can show.

use std::io::{BufRead as _, IsTerminal, Write as _};

use super::variable;

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

/// Whether a person can be asked: somebody watches, and can type an answer.
pub fn can_ask() -> bool {
    is_watched() && std::io::stdin().is_terminal()
}

/// Asks a question; anything but `y` and `yes` is a no.
pub fn ask(question: &str) -> bool {
    let _nobody_to_tell = write!(std::io::stderr().lock(), "{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Whether this is a job of a CI service, which says so by the variable `CI`.
pub fn is_in_ci() -> bool {
    variable::text("CI").is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0"))
}

/// The columns of the terminal that standard output goes to; 100 where it goes elsewhere.
pub fn width() -> usize {
    const ELSEWHERE: usize = 100;
    if !std::io::stdout().is_terminal() {
        return ELSEWHERE;
    }
    terminal_size::terminal_size().map_or(ELSEWHERE, |(width, _)| usize::from(width.0))
}
