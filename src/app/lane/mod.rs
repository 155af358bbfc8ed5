//! One lane per tool: it runs what the plan asks for and gathers evidence, component by component.
//!
//! A lane is sequential; lanes run side by side, on as many workers as there are jobs.

pub mod docs;
pub mod lint;
pub mod security;
pub mod testing;
pub mod types;

use std::collections::VecDeque;
use std::fs::File;
use std::io::BufReader;
use std::sync::Mutex;

use crate::judge::{Gathered, Unmeasured};
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::evidence::Evidence;
use crate::model::gate::Criterion;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::{Exit, Run};
use crate::plan::{Candidate, Plan};
use crate::sys::clock::Stopwatch;
use crate::sys::file;

use super::context::Context;
use super::launch::Finished;
use super::outline::PlannedRun;
use super::source::Sources;
use super::toolchain::Toolchain;
use testing::{Precision, Testing};

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

/// What all lanes work with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Root, run folder, limit.
    pub context: &'a Context<'a>,
    /// The environment and the tools.
    pub toolchain: &'a Toolchain,
    /// All components.
    pub subjects: &'a [Subject<'a>],
    /// Their texts.
    pub sources: &'a Sources,
}

impl<'a> Bench<'a> {
    /// Those of the components that have files.
    pub fn with_files(&self, components: &[usize]) -> Vec<Share<'a>> {
        let share = |component: &usize| {
            let files = self.subjects.get(*component)?.files.as_deref().ok()?;
            Some(Share { component: *component, files })
        };
        components.iter().filter_map(share).collect()
    }

    /// Answers for those of the components that have no files.
    pub fn without_files(&self, components: &[usize], check: Check) -> Vec<Answer> {
        let refused = |index: &usize| {
            let reason = self.subjects.get(*index)?.files.as_ref().err()?;
            Some(Answer {
                component: *index,
                check,
                gathered: Err(Unmeasured::because(reason.clone(), None)),
            })
        };
        components.iter().filter_map(refused).collect()
    }
}

/// One component's part in a run that serves several.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The component, by its index.
    pub component: usize,
    /// Its files.
    pub files: &'a [SourceFile],
}

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

/// What one run gave for several components: answers for all, or for none.
pub type Shared = Result<Vec<Answer>, Box<Unmeasured>>;

/// Runs a tool for all components at once; where that gives no answer for any of them and one of them may
/// be the cause, for each alone, so that only that one is left without an answer.
pub fn settle<F>(shares: &[Share<'_>], check: Check, name: &str, run: &F) -> anyhow::Result<Vec<Answer>>
where
    F: Fn(&[Share<'_>], &str) -> anyhow::Result<Shared>,
{
    if shares.is_empty() {
        return Ok(Vec::new());
    }
    match run(shares, name)? {
        Ok(answers) => Ok(answers),
        Err(unmeasured) if shares.len() > 1 && may_be_one_alone(unmeasured.reason.kind) => {
            let mut answers = Vec::new();
            for share in shares {
                answers.extend(settle(&[*share], check, &format!("{name}-{}", share.component), run)?);
            }
            Ok(answers)
        }
        Err(unmeasured) => {
            let components = shares.iter().map(|share| share.component);
            Ok(refuse(components, check, &unmeasured.reason, unmeasured.run.as_ref()))
        }
    }
}

/// Whether a fault of a shared run may come from the files of one component, and not from the tool, its
/// configuration or the person.
fn may_be_one_alone(kind: ReasonKind) -> bool {
    match kind {
        ReasonKind::ToolCrashed
        | ReasonKind::TimedOut
        | ReasonKind::ReportMissing
        | ReasonKind::ReportUnreadable
        | ReasonKind::ReportsDisagree
        | ReasonKind::NothingInspected
        | ReasonKind::WrongFiles
        | ReasonKind::Unreadable => true,
        ReasonKind::ToolMissing
        | ReasonKind::Interrupted
        | ReasonKind::NoTestsRan
        | ReasonKind::CollectionFailed
        | ReasonKind::ConfigInvalid
        | ReasonKind::CheckWeakened
        | ReasonKind::Environment
        | ReasonKind::TreeChanged
        | ReasonKind::NoCriterion => false,
    }
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

/// What `verify` would run for a plan.
pub fn planned(bench: &Bench<'_>, plan: &Plan<'_>) -> Vec<PlannedRun> {
    let testing = Testing::of_plan(bench, plan, Precision::Enough);
    let mut runs: Vec<PlannedRun> =
        testing.iter().flat_map(|testing| testing.planned(bench.context)).collect();
    runs.extend(types::planned(bench, &plan.types));
    runs.extend(security::planned(bench, &plan.security));
    runs.extend(lint::planned(bench, &plan.lint));
    runs
}

/// A lane that is to run.
enum Lane<'a> {
    Testing(Testing<'a>),
    Types(&'a [usize]),
    Security(&'a [usize]),
    Lint(&'a [usize]),
    Docs(&'a [usize]),
}

impl Lane<'_> {
    fn label(&self) -> &'static str {
        match self {
            Self::Testing(testing) => testing.label(),
            Self::Types(_) => "types",
            Self::Security(_) => "security",
            Self::Lint(_) => "lint",
            Self::Docs(_) => "docs",
        }
    }

    fn answers(&self, bench: &Bench<'_>) -> anyhow::Result<Vec<Answer>> {
        match self {
            Self::Testing(testing) => testing.answers(bench.context),
            Self::Types(components) => types::answers(bench, components),
            Self::Security(components) => security::answers(bench, components),
            Self::Lint(components) => lint::answers(bench, components),
            Self::Docs(components) => Ok(docs::answers(bench, components)),
        }
    }
}

/// Runs the lanes of a plan, `jobs` at a time, and gathers their answers.
///
/// # Errors
/// The first fault of ours that a lane met: the run folder cannot be written.
pub fn gather(
    bench: &Bench<'_>,
    plan: &Plan<'_>,
    precision: Precision,
    jobs: usize,
) -> anyhow::Result<Vec<Answer>> {
    let testing = Testing::of_plan(bench, plan, precision).into_iter().map(Lane::Testing);
    // The longest first: tests as a rule, then the type checker.
    let others = [
        (&plan.types, Lane::Types(&plan.types)),
        (&plan.security, Lane::Security(&plan.security)),
        (&plan.lint, Lane::Lint(&plan.lint)),
        (&plan.docs, Lane::Docs(&plan.docs)),
    ];
    let others = others.into_iter().filter(|(components, _)| !components.is_empty()).map(|(_, lane)| lane);
    let lanes: VecDeque<Lane<'_>> = testing.chain(others).collect();
    let workers = jobs.clamp(1, lanes.len().max(1));
    let (lanes, gathered) = (Mutex::new(lanes), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                // Taken in a function of its own: a guard in the loop's condition would be held while the lane runs.
                while let Some(lane) = next(&lanes) {
                    let watch = Stopwatch::start();
                    bench.context.listener.began(lane.label());
                    let answers = lane.answers(bench);
                    bench.context.listener.ended(lane.label(), watch.elapsed());
                    locked(&gathered).push(answers);
                }
            });
        }
    });
    let gathered = gathered.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(gathered.into_iter().collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn next<T>(waiting: &Mutex<VecDeque<T>>) -> Option<T> {
    locked(waiting).pop_front()
}

/// A worker that panicked ends the program when the scope ends; until then the others may go on.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
