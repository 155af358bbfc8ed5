//! A component before its gate, with its files: what a workflow is about.

use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::gate::Criterion;
use crate::model::reason::Reason;
use crate::plan::Candidate;

/// A component, its gate, and its files.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The component and its gate.
    pub candidate: Candidate<'a>,
    /// Its Python files, or why there are none.
    pub files: Result<Vec<SourceFile>, Reason>,
}

impl Subject<'_> {
    /// The criterion of a check, if the gate asks for it.
    pub fn criterion(&self, check: Check) -> Option<&Criterion> {
        self.candidate.gate.criteria.iter().find(|criterion| criterion.check() == check)
    }
}
