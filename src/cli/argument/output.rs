//! Where results go: formats and files.

use std::path::PathBuf;

use crate::report::Format;
use crate::report::attestation::Kind;

use super::value::read_format;

/// A format and the file that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

/// What is attested, and the file that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attest {
    /// The predicates.
    pub kinds: Vec<Kind>,
    /// The file.
    pub file: PathBuf,
}

/// Kind and file as people say them: all kinds where none is named.
pub(super) fn attest(text: &str) -> Result<Attest, String> {
    let names = || Kind::ALL.map(Kind::name).join(", ");
    let (kinds, file) = match text.split_once('=') {
        Some((name, file)) if !name.contains('/') => {
            let kind = Kind::from_name(name).ok_or_else(|| format!("a kind is one of {}", names()))?;
            (vec![kind], file)
        }
        _ => (Kind::ALL.to_vec(), text),
    };
    if file.is_empty() {
        return Err("say FILE or KIND=FILE, such as vsa=carbon.vsa.json".to_owned());
    }
    Ok(Attest { kinds, file: PathBuf::from(file) })
}

/// A format and a file as people say them.
pub(super) fn output(text: &str) -> Result<Output, String> {
    match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => {
            Ok(Output { format: read_format(name)?, file: PathBuf::from(file) })
        }
        _ => Err("say FORMAT=FILE, such as json=verdict.json".to_owned()),
    }
}
