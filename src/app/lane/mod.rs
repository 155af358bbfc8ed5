//! One lane per tool: it runs what the plan asks for and gathers evidence, component by component.
//!
//! A lane is sequential; lanes run side by side, on as many workers as there are jobs.

pub mod docs;
pub mod lint;
pub mod security;
mod set_aside;
pub mod testing;
pub mod types;

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::model::gate::Precision;
use crate::plan::Plan;
use crate::sys::clock::Stopwatch;

use super::answer::Answer;
use super::bench::Bench;
use super::planned_run::PlannedRun;
use testing::Testing;

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
    fn label(&self) -> String {
        match self {
            Self::Testing(testing) => testing.label(),
            Self::Types(_) => "types".to_owned(),
            Self::Security(_) => "security".to_owned(),
            Self::Lint(_) => "lint".to_owned(),
            Self::Docs(_) => "docs".to_owned(),
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
                    let label = lane.label();
                    bench.context.listener.began(&label);
                    let answers = lane.answers(bench);
                    bench.context.listener.ended(&label, watch.elapsed());
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
