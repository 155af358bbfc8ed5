//! Comments that keep pyright quiet, and what follows for its evidence. Not here: how they are found (`python`).

use std::collections::BTreeMap;

use crate::model::component::SourceFile;
use crate::model::reason::{Reason, ReasonKind};

/// The comments of one file that keep pyright quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comments {
    /// How many `# type: ignore` and `# pyright: ignore`.
    pub suppressing: u64,
    /// Whether one of them, before all code, silences the whole file.
    pub whole_file: bool,
}

/// Fails where a comment silences a whole file, or where it is not known whether one does.
pub(super) fn heard(
    once: &BTreeMap<&str, &SourceFile>,
    comments: &BTreeMap<String, Comments>,
) -> Result<(), Reason> {
    for (real, file) in once {
        match comments.get(*real) {
            Some(found) if found.whole_file => {
                return Err(Reason::new(
                    ReasonKind::CheckWeakened,
                    format!("a `# type: ignore` before all code silences the whole of `{}`", file.path),
                    "put `# pyright: ignore[RULE]` on single lines instead",
                ));
            }
            Some(_) => {}
            None => {
                return Err(Reason::new(
                    ReasonKind::Unreadable,
                    format!("`{}` cannot be read, so what its comments silence is not known", file.path),
                    "make it a readable UTF-8 file",
                ));
            }
        }
    }
    Ok(())
}
