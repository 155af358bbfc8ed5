//! What a lane gives back: evidence for one check of one component, or why there is none.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;

use crate::judge::{Gathered, Unmeasured};
use crate::model::check::Check;
use crate::model::evidence::Evidence;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::{Exit, Run};
use crate::model::toolchain::Tool;
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

/// Makes sure that a report speaks of no other files than those that the tool was given. One that does may
/// name the component's files in a way that we do not know, and then a clean answer would be nobody's.
pub fn speaks_only_of<'a>(
    tool: Tool,
    given: &BTreeSet<&str>,
    told: impl IntoIterator<Item = &'a String>,
) -> Result<(), Reason> {
    match told.into_iter().find(|file| !given.contains(file.as_str())) {
        None => Ok(()),
        Some(file) => Err(Reason::new(
            ReasonKind::WrongFiles,
            format!("{tool} reports on `{file}`, which it was not given"),
            format!("run {tool} by hand on the component and see which files it names"),
        )),
    }
}
