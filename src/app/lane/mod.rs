//! One lane per tool: it runs what the plan asks for and gathers evidence, component by component.
//!
//! A lane is sequential; lanes run side by side, on as many workers as there are jobs.

pub mod docs;
pub mod lint;
pub mod own;
pub mod security;
mod set_aside;
pub mod testing;
pub mod types;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::check::Check;
use crate::model::gate::Precision;
use crate::model::own_check::OwnCheck;
use crate::plan::Plan;
use crate::sys::clock::Stopwatch;

use super::answer::Answer;
use super::bench::Bench;
use super::planned_run::PlannedRun;
use testing::whole::Whole;
use testing::{Harvest, Testing};

/// What `verify` would run for a plan.
pub fn planned(bench: &Bench<'_>, plan: &Plan<'_>) -> Vec<PlannedRun> {
    let testing = Testing::of_plan(bench, plan, Precision::Enough);
    let mut runs: Vec<PlannedRun> = testing.iter().flat_map(Testing::planned).collect();
    let trees = 0..plan.trees.len();
    let has_whole = |tree: &usize| testing.iter().any(|one| one.tree() == *tree && one.is_whole());
    runs.extend(
        trees.filter(|tree| !has_whole(tree)).filter_map(|tree| Whole::of_tree(bench, plan, tree)?.planned()),
    );
    runs.extend(types::planned(bench, &plan.types));
    runs.extend(security::planned(bench, &plan.security));
    runs.extend(lint::planned(bench, &plan.lint));
    runs.extend(
        own_checks(bench, plan).flat_map(|(check, components)| own::planned(bench, check, components)),
    );
    runs
}

/// The checks of one's own that are planned, with those whom each serves.
fn own_checks<'a>(
    bench: &'a Bench<'_>,
    plan: &'a Plan<'_>,
) -> impl Iterator<Item = (&'a OwnCheck, &'a [usize])> {
    plan.own.iter().filter_map(|(name, components)| {
        let check = bench.workspace.policy.checks.iter().find(|check| check.name == *name)?;
        Some((check, components.as_slice()))
    })
}

/// A lane that is to run.
enum Lane<'a> {
    Testing(Testing<'a>),
    Whole(Whole<'a>),
    Types(&'a [usize]),
    Security(&'a [usize]),
    Lint(&'a [usize]),
    Docs(&'a [usize]),
    Own(&'a OwnCheck, &'a [usize]),
}

impl Lane<'_> {
    fn label(&self, bench: &Bench<'_>) -> String {
        match self {
            Self::Testing(testing) => testing.label(),
            Self::Whole(whole) => whole.label(),
            Self::Types(_) => "types".to_owned(),
            Self::Security(_) => "security".to_owned(),
            Self::Lint(_) => "lint".to_owned(),
            Self::Docs(_) => "docs".to_owned(),
            Self::Own(check, components) => own::label(bench, check, components),
        }
    }

    /// How long it takes where nobody knows: tests and types are to start before many short ones.
    fn guess(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Testing(testing) if testing.is_whole() => 60,
            Self::Whole(_) => 60,
            Self::Testing(_) => 10,
            Self::Types(_) | Self::Own(..) => 20,
            Self::Security(_) => 3,
            Self::Lint(_) => 2,
            Self::Docs(_) => 0,
        })
    }

    fn harvest(&self, bench: &Bench<'_>) -> anyhow::Result<Harvest> {
        let answers = match self {
            Self::Testing(testing) => return testing.harvest(),
            Self::Whole(whole) => whole.answers()?,
            Self::Types(components) => types::answers(bench, components)?,
            Self::Security(components) => security::answers(bench, components)?,
            Self::Lint(components) => lint::answers(bench, components)?,
            Self::Docs(components) => docs::answers(bench, components),
            Self::Own(check, components) => own::answers(bench, check, components)?,
        };
        Ok(Harvest { answers, unsettled: Vec::new() })
    }

    /// Whether its answers for coverage come from all tests that were collected.
    fn is_whole(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Testing(testing) => testing.is_whole(),
            Self::Types(_) | Self::Security(_) | Self::Lint(_) | Self::Docs(_) | Self::Own(..) => false,
        }
    }
}

/// What the lanes gave, and how long each took, by its label.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The answers.
    pub answers: Vec<Answer>,
    /// How long each lane took.
    pub took: Vec<(String, Duration)>,
}

/// Runs the lanes of a plan, the longest first and as many at a time as there are jobs, and gathers their answers.
///
/// # Errors
/// The first fault of ours that a lane met: the run folder cannot be written.
pub fn gather(bench: &Bench<'_>, plan: &Plan<'_>, precision: Precision) -> anyhow::Result<Gathered> {
    let floor = Floor::new(bench, plan, precision);
    let workers = bench.jobs.clamp(1, floor.waiting().len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| floor.work());
        }
    });
    floor.gathered()
}

/// Where the lanes wait, run, and leave what they gathered.
struct Floor<'a> {
    bench: &'a Bench<'a>,
    plan: &'a Plan<'a>,
    waiting: Mutex<VecDeque<Lane<'a>>>,
    /// The trees whose tests all run in a lane that waits, runs or has run.
    whole: Mutex<BTreeSet<usize>>,
    gathered: Mutex<Vec<anyhow::Result<(bool, Harvest)>>>,
    took: Mutex<Vec<(String, Duration)>>,
}

impl<'a> Floor<'a> {
    fn new(bench: &'a Bench<'a>, plan: &'a Plan<'a>, precision: Precision) -> Self {
        let testing = Testing::of_plan(bench, plan, precision);
        let whole = testing.iter().filter(|testing| testing.is_whole()).map(Testing::tree).collect();
        let others = [
            (&plan.types, Lane::Types(&plan.types)),
            (&plan.security, Lane::Security(&plan.security)),
            (&plan.lint, Lane::Lint(&plan.lint)),
            (&plan.docs, Lane::Docs(&plan.docs)),
        ];
        let others =
            others.into_iter().filter(|(components, _)| !components.is_empty()).map(|(_, lane)| lane);
        let own = own_checks(bench, plan).flat_map(|(check, components)| {
            own::parts(check, components).into_iter().map(move |part| Lane::Own(check, part))
        });
        let mut lanes: Vec<Lane<'a>> =
            testing.into_iter().map(Lane::Testing).chain(others).chain(own).collect();
        lanes.sort_by_cached_key(|lane| {
            std::cmp::Reverse(bench.durations.of(&lane.label(bench)).unwrap_or_else(|| lane.guess()))
        });
        let waiting = Mutex::new(lanes.into());
        let whole = Mutex::new(whole);
        Self { bench, plan, waiting, whole, gathered: Mutex::default(), took: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Lane<'a>>> {
        locked(&self.waiting)
    }

    fn work(&self) {
        while let Some(lane) = self.next() {
            let watch = Stopwatch::start();
            let label = lane.label(self.bench);
            self.bench.context.listener.began(&label);
            let harvest = lane.harvest(self.bench);
            let took = watch.elapsed();
            self.bench.context.listener.ended(&label, took);
            locked(&self.took).push((label, took));
            if let (Lane::Testing(testing), Ok(harvest)) = (&lane, &harvest)
                && !harvest.unsettled.is_empty()
            {
                self.ask_for_all_tests(testing.tree());
            }
            locked(&self.gathered).push(harvest.map(|harvest| (lane.is_whole(), harvest)));
        }
    }

    /// Taken in a function of its own: a guard in the loop's condition would be held while the lane runs.
    fn next(&self) -> Option<Lane<'a>> {
        self.waiting().pop_front()
    }

    /// Whoever finds first that selected tests are not enough has all of them run next, for everybody.
    fn ask_for_all_tests(&self, tree: usize) {
        if locked(&self.whole).insert(tree)
            && let Some(whole) = Whole::of_tree(self.bench, self.plan, tree)
        {
            self.waiting().push_front(Lane::Whole(whole));
        }
    }

    /// The answers: for each component and check one. What selected tests say of coverage stands where it is enough,
    /// whatever all tests would say, so that a component's figure does not depend on its neighbours.
    fn gathered(self) -> anyhow::Result<Gathered> {
        let took = self.took.into_inner().unwrap_or_else(PoisonError::into_inner);
        let gathered = self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let gathered = gathered.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        let unsettled: BTreeSet<usize> =
            gathered.iter().flat_map(|(_, harvest)| harvest.unsettled.iter().copied()).collect();
        let mut by_selected = BTreeSet::new();
        let (mut answers, mut by_all) = (Vec::new(), Vec::new());
        for (is_whole, harvest) in gathered {
            for answer in harvest.answers {
                match (answer.check, is_whole) {
                    (Check::Coverage, true) => by_all.push(answer),
                    (Check::Coverage, false) if unsettled.contains(&answer.component) => {}
                    (Check::Coverage, false) => {
                        by_selected.insert(answer.component);
                        answers.push(answer);
                    }
                    _ => answers.push(answer),
                }
            }
        }
        answers.extend(by_all.into_iter().filter(|answer| !by_selected.contains(&answer.component)));
        Ok(Gathered { answers, took })
    }
}

/// A worker that panicked ends the program when the scope ends; until then the others may go on.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
