//! Arguments as a shell takes them. Not for running anything: no shell is ever started.

use crate::report::clean::one_line;

/// As a person would have to type it in a shell.
pub(super) fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", one_line(argument).replace('\'', "'\\''"))
    }
}
