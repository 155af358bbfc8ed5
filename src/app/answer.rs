//! What a lane gives back: evidence for one check of one component, or why there is none.

use std::fs::File;
use std::io::BufReader;

use crate::judge::{Gathered, Unmeasured};
use crate::model::check::Check;
use crate::model::evidence::Evidence;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::{Exit, Run};
use crate::sys::file;

use super::launch::Finished;

/// What was gathered for one check of one component.
#[derive(Debug)]
pub struct Answer {
    /// The component, by its index.
    pub component: usize,
    /// The check.
    pub check: Check,
    /// Evidence, or why there is none.
    pub gathered: Gathered,
}

/// The same reason for several components.
pub fn refuse(
    components: impl IntoIterator<Item = usize>,
    check: Check,
    reason: &Reason,
    run: Option<&Run>,
) -> Vec<Answer> {
    let answer = |component| Answer {
        component,
        check,
        gathered: Err(Unmeasured::because(reason.clone(), run.cloned())),
    };
    components.into_iter().map(answer).collect()
}

/// What a run gave, as an answer.
pub fn answer(component: usize, check: Check, gathered: Result<Evidence, Reason>, run: &Run) -> Answer {
    let gathered = match gathered {
        Ok(evidence) => Ok(Evidence { run: Some(run.clone()), ..evidence }),
        Err(reason) => Err(Unmeasured::because(reason, Some(run.clone()))),
    };
    Answer { component, check, gathered }
}

/// Reads what a tool printed with the reader of its format.
pub fn report<T, F>(finished: &Finished, read: F) -> Result<T, Reason>
where
    F: Fn(Exit, BufReader<File>, &str) -> Result<T, Reason>,
{
    match file::open(&finished.stdout) {
        Ok(stdout) => read(finished.exit, stdout, &finished.complaint()),
        Err(error) => Err(Reason::new(
            ReasonKind::ReportMissing,
            format!("what the tool printed is gone: {error}"),
            "keep the run folder as it is while tta-promote runs",
        )),
    }
}
