//! pytest, for `tests` and `coverage`: one lane for all components that select the same tests.
//!
//! The selected tests run first and serve both. Where they leave tests out and do not reach the threshold, all tests
//! have to run for coverage: once, for all components that need it (`whole`). That collects them again, and always by one
//! plain process: what a session would do for other tests, in another order or in several processes is no proof of
//! what pytest does by itself.

mod figure;
mod test_run;
pub mod whole;

use crate::app::answer::{Answer, answer, refuse};
use crate::app::bench::Bench;
use crate::app::planned_run::PlannedRun;
use crate::judge;
use crate::model::assessment::Outcome;
use crate::model::check::Check;
use crate::model::evidence::{Bound, Coverage, Evidence, Measured};
use crate::model::gate::Precision;
use crate::model::reason::Reason;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::plan::{Plan, TestGroup};
use crate::tools::pytest::Session;

use figure::figures;
use test_run::{Extent, TestRun, Told, names, tool};

/// The lane of one group of components.
pub struct Testing<'a> {
    bench: &'a Bench<'a>,
    group: &'a TestGroup<'a>,
    /// The groups that collect the same tests, by their index.
    tree: usize,
    /// The components whose coverage is measured.
    measured: Vec<usize>,
    /// A word that tells its files from those of other groups.
    name: String,
    precision: Precision,
    part: Part,
}

/// What the lane is to the others that collect the same tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All tests are selected, and whoever needs their coverage finds it here.
    Whole,
    /// One of several.
    Shared,
}

/// What a lane gathered.
#[derive(Debug, Default)]
pub struct Harvest {
    /// The answers. Those for `coverage` of a lane that measures for others may be about components that others answer
    /// for as well.
    pub answers: Vec<Answer>,
    /// The components whose coverage must come from a run of all tests: what is answered for them is too little.
    pub unsettled: Vec<usize>,
}

impl<'a> Testing<'a> {
    /// One lane for each group of the plan.
    pub fn of_plan(bench: &'a Bench<'a>, plan: &'a Plan<'a>, precision: Precision) -> Vec<Self> {
        let mut lanes = Vec::new();
        for (tree, groups) in plan.trees.iter().enumerate() {
            let groups: Vec<(usize, &TestGroup<'a>)> =
                groups.iter().filter_map(|number| Some((*number, plan.tests.get(*number)?))).collect();
            let together = whole::measured(plan, tree);
            for (number, group) in groups {
                let part = match &group.selection.select {
                    None => Part::Whole,
                    Some(_) => Part::Shared,
                };
                let measured = match (group.coverage, part) {
                    (false, Part::Shared) => Vec::new(),
                    (true, Part::Shared) => group.components.clone(),
                    (_, Part::Whole) => together.clone(),
                };
                let name = format!("pytest-{}", number + 1);
                lanes.push(Self { bench, group, tree, measured, name, precision, part });
            }
        }
        lanes
    }

    /// What people call it: the checks, and whose.
    pub fn label(&self) -> String {
        let checks = match (self.group.tests, self.group.coverage) {
            (true, true) => "tests, coverage",
            (true, false) => "tests",
            (false, _) => "coverage",
        };
        format!("{checks}  {}", names(self.bench, &self.group.components))
    }

    /// The groups that collect the same tests, by their index in the plan.
    pub fn tree(&self) -> usize {
        self.tree
    }

    /// Whether its coverage is that of all tests that it collects.
    pub fn is_whole(&self) -> bool {
        self.part == Part::Whole
    }

    /// Runs pytest and answers for each component of the group.
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn harvest(&self) -> anyhow::Result<Harvest> {
        let tool = match tool(self.bench, !self.measured.is_empty()) {
            Ok(tool) => tool,
            Err(reason) => return Ok(Harvest { answers: self.refused(&reason), unsettled: Vec::new() }),
        };
        match self.part {
            Part::Whole => {
                let told = self.test_run().run(tool, &self.name, Extent::All)?;
                Ok(Harvest { answers: self.answers(tool, &told, true)?, unsettled: Vec::new() })
            }
            Part::Shared => {
                let told = self.test_run().run(tool, &self.name, Extent::Selected)?;
                let answers = self.answers(tool, &told, false)?;
                Ok(Harvest { unsettled: self.unsettled(&answers), answers })
            }
        }
    }

    /// What would run.
    pub fn planned(&self) -> Vec<PlannedRun> {
        let Ok(tool) = tool(self.bench, !self.measured.is_empty()) else { return Vec::new() };
        let asked = [(self.group.tests, Check::Tests), (!self.measured.is_empty(), Check::Coverage)];
        let (purpose, extent) = match self.part {
            Part::Whole => ("the tests", Extent::All),
            Part::Shared => ("the selected tests", Extent::Selected),
        };
        vec![PlannedRun {
            tool: Tool::Pytest,
            checks: asked.iter().filter(|(asked, _)| *asked).map(|(_, check)| *check).collect(),
            purpose: purpose.to_owned(),
            only_if: None,
            argv: self.test_run().planned_argv(tool, &self.name, extent),
        }]
    }

    fn test_run(&self) -> TestRun<'_> {
        TestRun { bench: self.bench, selection: self.group.selection, measured: &self.measured }
    }

    fn refused(&self, reason: &Reason) -> Vec<Answer> {
        let mut answers = Vec::new();
        if self.group.tests {
            answers.extend(refuse(self.group.components.iter().copied(), Check::Tests, reason, None));
        }
        answers.extend(refuse(self.measured.iter().copied(), Check::Coverage, reason, None));
        answers
    }

    /// What a run told; `all`: whether it measured with all tests.
    fn answers(&self, tool: &ResolvedTool, told: &Told, all: bool) -> anyhow::Result<Vec<Answer>> {
        let mut answers = Vec::new();
        if self.group.tests {
            let session = told.session.clone().map(Session::into_evidence);
            let answer = |component: &usize| answer(*component, Check::Tests, session.clone(), &told.run);
            answers.extend(self.group.components.iter().map(answer));
        }
        if !self.measured.is_empty() {
            answers.extend(figures(&self.test_run(), tool, told, &self.name, all)?);
        }
        Ok(answers)
    }

    /// The components of which a lower bound leaves the question open.
    fn unsettled(&self, answers: &[Answer]) -> Vec<usize> {
        let is_open = |answer: &&Answer| {
            let Ok(Evidence { measured: Measured::Coverage(coverage), .. }) = &answer.gathered else {
                return false;
            };
            let Coverage { bound: Bound::Lower { .. }, .. } = coverage else { return false };
            let subject = self.bench.subjects.get(answer.component);
            let criterion = subject.and_then(|subject| subject.criterion(Check::Coverage));
            let passes = criterion.is_some_and(|criterion| {
                matches!(judge::check(criterion, answer.gathered.clone()), Outcome::Pass(_))
            });
            self.precision == Precision::Exact || !passes
        };
        answers.iter().filter(is_open).map(|answer| answer.component).collect()
    }
}
