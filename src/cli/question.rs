//! The question that a step asks before it does what it has shown, and what is said where nobody answered it.
//!
//! Not what is agreed to. One place, so that all steps do the same: an interrupted question is no missing `--yes`.

use std::cell::Cell;

use crate::sys::interrupt::Interrupt;
use crate::sys::terminal;

use super::exit::Exit;
use super::failure::Failure;

/// A question to be answered by yes or no.
pub(super) struct Question<'a> {
    words: &'a str,
    interrupt: &'a Interrupt,
    is_unanswered: Cell<bool>,
}

impl<'a> Question<'a> {
    /// Not put yet.
    pub(super) fn new(words: &'a str, interrupt: &'a Interrupt) -> Self {
        Self { words, interrupt, is_unanswered: Cell::new(false) }
    }

    /// Puts it; whether the answer was yes.
    pub(super) fn put(&self) -> bool {
        let answer = terminal::confirm(self.words, self.interrupt);
        self.is_unanswered.set(answer.is_none());
        answer == Some(true)
    }

    /// Fails where it was put and nobody answered. `nothing` says what was not done, such as "nothing was deployed".
    pub(super) fn unanswered(&self, nothing: &str) -> Result<(), Failure> {
        if !self.is_unanswered.get() {
            return Ok(());
        }
        if self.interrupt.raised() {
            return Err(Failure {
                exit: Exit::Interrupted,
                message: nothing.to_owned(),
                causes: vec!["it was interrupted".to_owned()],
                hint: None,
                faults: Vec::new(),
            });
        }
        Err(Failure::usage(
            format!("{nothing}: there is nobody to ask"),
            "say `--yes` where it is decided, or `--dry-run` to see what would be done",
        ))
    }
}
