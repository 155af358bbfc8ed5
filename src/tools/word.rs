//! Texts that come again and again in one report, kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// The texts of one report.
#[derive(Debug, Default)]
pub(super) struct Words {
    known: HashSet<Arc<str>>,
}

impl Words {
    /// The text, shared with all that say the same.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.known.insert(Arc::clone(&new));
        new
    }
}
