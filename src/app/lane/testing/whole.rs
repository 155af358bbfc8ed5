//! The run of all tests under the paths: for the coverage of all components whose selected tests are not enough.

use std::time::Duration;

use crate::app::answer::{Answer, refuse};
use crate::app::bench::Bench;
use crate::app::planned_run::PlannedRun;
use crate::model::check::Check;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::plan::{Plan, TestGroup};

use super::figure::figures;
use super::test_run::{Extent, TestRun, Told, names, tool};

/// What several processes take to start.
const SHORT: Duration = Duration::from_secs(2);

/// The run of all tests of one tree.
pub struct Whole<'a> {
    bench: &'a Bench<'a>,
    group: &'a TestGroup<'a>,
    measured: Vec<usize>,
    name: String,
}

impl<'a> Whole<'a> {
    /// The run for the groups of the plan that collect the same tests; `None` where none of them asks for coverage.
    pub fn of_tree(bench: &'a Bench<'a>, plan: &'a Plan<'a>, tree: usize) -> Option<Self> {
        let group = plan.tests.get(*plan.trees.get(tree)?.first()?)?;
        let measured = measured(plan, tree);
        let whole = Self { bench, group, measured, name: format!("pytest-all-{}", tree + 1) };
        (!whole.measured.is_empty()).then_some(whole)
    }

    /// What people call it.
    pub fn label(&self) -> String {
        format!("coverage by all tests  {}", names(self.bench, &self.measured))
    }

    /// Runs pytest and answers for the coverage of each component that asks for it.
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn answers(&self) -> anyhow::Result<Vec<Answer>> {
        let tool = match tool(self.bench, true) {
            Ok(tool) => tool,
            Err(reason) => {
                return Ok(refuse(self.measured.iter().copied(), Check::Coverage, &reason, None));
            }
        };
        let test_run = self.test_run();
        let told = run(&test_run, tool, &self.name, &self.label())?;
        figures(&test_run, tool, &told, &self.name, true)
    }

    /// What would run.
    pub fn planned(&self) -> Option<PlannedRun> {
        let tool = tool(self.bench, true).ok()?;
        Some(PlannedRun {
            tool: Tool::Pytest,
            checks: vec![Check::Coverage],
            purpose: "all tests under the paths, once for all components that need it".to_owned(),
            only_if: Some("selected ones leave tests out and do not reach the threshold".to_owned()),
            argv: self.test_run().planned_argv(tool, &self.name, extent(&self.test_run(), &self.label())),
        })
    }

    fn test_run(&self) -> TestRun<'_> {
        TestRun { bench: self.bench, selection: self.group.selection, measured: &self.measured }
    }
}

/// The components of a tree that ask for coverage.
pub(super) fn measured(plan: &Plan<'_>, tree: usize) -> Vec<usize> {
    let groups = plan.trees.get(tree).into_iter().flatten().filter_map(|number| plan.tests.get(*number));
    let mut components: Vec<usize> =
        groups.filter(|group| group.coverage).flat_map(|group| group.components.iter().copied()).collect();
    components.sort_unstable();
    components
}

/// Runs all tests: by several processes where the project has pytest-xdist, and by one where that brought anything else
/// than passes, since tests that get in each other's way only then are not the project's fault.
pub(super) fn run(
    test_run: &TestRun<'_>,
    tool: &ResolvedTool,
    name: &str,
    label: &str,
) -> anyhow::Result<Told> {
    let extent = extent(test_run, label);
    let told = test_run.run(tool, name, extent)?;
    let is_clean = told.session.as_ref().is_ok_and(|session| session.bad() == 0);
    if is_clean
        || matches!(extent, Extent::All { workers: None })
        || test_run.bench.context.interrupt.raised()
    {
        return Ok(told);
    }
    test_run.run(tool, &format!("{name}-again"), Extent::All { workers: None })
}

/// All tests, by as many processes as there may be, unless they took no longer last time than those take to start.
pub(super) fn extent(test_run: &TestRun<'_>, label: &str) -> Extent {
    let bench = test_run.bench;
    let has_xdist = bench
        .toolchain
        .interpreter
        .as_ref()
        .is_ok_and(|interpreter| interpreter.version_of("pytest-xdist").is_some());
    let is_short = bench.durations.of(label).is_some_and(|took| took < SHORT);
    let workers =
        (has_xdist && !is_short && bench.jobs > 1 && !test_run.speaks_of_workers()).then_some(bench.jobs);
    Extent::All { workers }
}
