//! Where results go: formats and files.

use std::path::PathBuf;

use crate::report::Format;

/// A format and the file that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

/// The format of that name.
pub(super) fn format(text: &str) -> Result<Format, String> {
    Format::from_name(text)
        .ok_or_else(|| format!("a format is one of {}", Format::ALL.map(Format::name).join(", ")))
}

/// A format and a file as people say them.
pub(super) fn output(text: &str) -> Result<Output, String> {
    match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => {
            Ok(Output { format: format(name)?, file: PathBuf::from(file) })
        }
        _ => Err("say FORMAT=FILE, such as json=verdict.json".to_owned()),
    }
}
