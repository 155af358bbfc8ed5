//! The user's words to calls.
use std::process::ExitCode;
/// Entry.
pub fn main(_args: impl Iterator<Item = std::ffi::OsString>) -> ExitCode {
    ExitCode::from(70)
}
