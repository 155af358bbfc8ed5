//! The run of all tests under the paths: for the coverage of all components whose selected tests are not enough.

use crate::app::answer::{Answer, refuse};
use crate::app::bench::Bench;
use crate::app::planned_run::PlannedRun;
use crate::model::check::Check;
use crate::model::toolchain::Tool;
use crate::plan::{Plan, TestGroup};

use super::figure::figures;
use super::test_run::{Extent, TestRun, names, tool};

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
        let told = test_run.run(tool, &self.name, Extent::All)?;
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
            argv: self.test_run().planned_argv(tool, &self.name, Extent::All),
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
