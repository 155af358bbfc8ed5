//! Which tool runs are needed, and for whom: components × checks → shared runs.
//!
//! Not here: arguments and executables. One linter, one type checker and one security linter serve all
//! components; one pytest serves all that select the same tests.

pub mod affected;
pub mod shard;

use std::collections::{BTreeSet, HashMap};

use crate::model::check::Check;
use crate::model::component::{Component, TestSelection};
use crate::model::condition::Conditions;
use crate::model::gate::{Criterion, Gate};
use crate::model::own_name::OwnName;
use crate::model::stage::Stage;
use crate::model::toolchain::Tool;

/// A component and what its gate asks of it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The component.
    pub component: &'a Component,
    /// Where it stands.
    pub from: Stage,
    /// Its gate.
    pub gate: &'a Gate,
}

impl Candidate<'_> {
    /// What its gate asks besides checks.
    pub fn conditions(&self) -> Conditions {
        let asked = &self.gate.conditions;
        if self.from < self.gate.stage { asked.clone() } else { asked.asked_again() }
    }
}

/// The runs that are needed. Components are meant by their index among the candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'a> {
    /// One pytest run each.
    pub tests: Vec<TestGroup<'a>>,
    /// The groups that differ in `select` alone, by their index in `tests`: where the selected tests are not
    /// enough for coverage, one run of everything under the paths serves them all.
    pub trees: Vec<Vec<usize>>,
    /// Served by the linter.
    pub lint: Vec<usize>,
    /// Served by the type checker.
    pub types: Vec<usize>,
    /// Served by the security linter.
    pub security: Vec<usize>,
    /// Whose documentation is read.
    pub docs: Vec<usize>,
    /// The checks of one's own, each with those whom it serves.
    pub own: Vec<(OwnName, Vec<usize>)>,
}

/// Components that one pytest run serves, since they select the same tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestGroup<'a> {
    /// What is selected.
    pub selection: &'a TestSelection,
    /// For whom.
    pub components: Vec<usize>,
    /// Whether any of them asks for `tests`.
    pub tests: bool,
    /// Whether any of them asks for `coverage`.
    pub coverage: bool,
}

/// The criteria of a gate that are asked for: all, or those of the checks in `only`.
pub fn criteria<'a>(gate: &'a Gate, only: Option<&'a [Check]>) -> impl Iterator<Item = &'a Criterion> {
    gate.criteria.iter().filter(move |criterion| only.is_none_or(|only| only.contains(&criterion.check())))
}

/// Plans the runs for `candidates`.
pub fn plan<'a>(candidates: &[Candidate<'a>], only: Option<&[Check]>) -> Plan<'a> {
    plan_where(candidates, |_, check| only.is_none_or(|only| only.contains(&check)))
}

/// Plans the runs for those checks of `candidates` that are wanted; a candidate is meant by its index.
pub fn plan_where<'a>(candidates: &[Candidate<'a>], wants: impl Fn(usize, Check) -> bool) -> Plan<'a> {
    let asks = |index: usize, candidate: &Candidate<'_>, check: Check| {
        wants(index, check)
            && candidate.gate.criteria.iter().any(|criterion| {
                criterion.check() == check && !matches!(criterion, Criterion::NotApplicable { .. })
            })
    };
    let who_asks = |check: Check| -> Vec<usize> {
        let asking =
            candidates.iter().enumerate().filter(|(index, candidate)| asks(*index, candidate, check));
        asking.map(|(index, _)| index).collect()
    };
    let mut groups: Vec<TestGroup<'a>> = Vec::new();
    let mut trees: Vec<Vec<usize>> = Vec::new();
    let (mut group_of, mut tree_of) = (HashMap::new(), HashMap::new());
    for (index, candidate) in candidates.iter().enumerate() {
        let (tests, coverage) =
            (asks(index, candidate, Check::Tests), asks(index, candidate, Check::Coverage));
        if !tests && !coverage {
            continue;
        }
        let selection = &candidate.component.tests;
        let tree = (paths(selection), &selection.args);
        let group = *group_of.entry((tree.clone(), &selection.select)).or_insert_with(|| {
            groups.push(TestGroup { selection, components: Vec::new(), tests: false, coverage: false });
            let tree = *tree_of.entry(tree).or_insert_with(|| {
                trees.push(Vec::new());
                trees.len() - 1
            });
            trees[tree].push(groups.len() - 1);
            groups.len() - 1
        });
        let group = &mut groups[group];
        group.components.push(index);
        group.tests |= tests;
        group.coverage |= coverage;
    }
    Plan {
        tests: groups,
        trees,
        lint: who_asks(Check::Lint),
        types: who_asks(Check::Types),
        security: who_asks(Check::Security),
        docs: who_asks(Check::Docs),
        own: own_checks(candidates)
            .into_iter()
            .map(|name| (name, who_asks(Check::Own(name))))
            .filter(|(_, components)| !components.is_empty())
            .collect(),
    }
}

/// The checks of one's own that any of the gates asks.
fn own_checks(candidates: &[Candidate<'_>]) -> BTreeSet<OwnName> {
    let criteria = candidates.iter().flat_map(|candidate| &candidate.gate.criteria);
    criteria
        .filter_map(|criterion| match criterion.check() {
            Check::Own(name) => Some(name),
            Check::Tests | Check::Coverage | Check::Lint | Check::Types | Check::Security | Check::Docs => {
                None
            }
        })
        .collect()
}

/// What a selection collects. Where it is declared makes no difference to what runs.
fn paths(selection: &TestSelection) -> Vec<&str> {
    selection.paths.iter().map(|path| path.path.as_str()).collect()
}

impl Plan<'_> {
    /// The tools that the plan needs.
    pub fn tools(&self) -> Vec<Tool> {
        let needs = |tool: &Tool| match tool {
            Tool::Pytest => !self.tests.is_empty(),
            Tool::Ruff => !self.lint.is_empty(),
            Tool::Pyright => !self.types.is_empty(),
            Tool::Bandit => !self.security.is_empty(),
            // Its program is looked for where it is run.
            Tool::Own(_) => false,
        };
        Tool::ALL.into_iter().filter(needs).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::component::{DeclaredPath, Place};
    use crate::model::stage::Stage;

    fn component(name: &str, select: &str, line: usize) -> Component {
        let place = Place { file: "promotion.toml".to_owned(), line };
        let path = |path: &str| DeclaredPath { path: path.to_owned(), place: place.clone() };
        Component {
            name: name.to_owned(),
            title: name.to_owned(),
            stage: Stage::Development,
            priority: None,
            group: None,
            owner: None,
            paths: vec![path(name)],
            readme: None,
            depends_on: Vec::new(),
            tests: TestSelection {
                paths: vec![path("tests")],
                select: Some(select.to_owned()),
                select_place: None,
                args: Vec::new(),
            },
            deploy: BTreeMap::new(),
            observe: BTreeMap::new(),
            waivers: Vec::new(),
            maturity: None,
            place,
        }
    }

    fn gate() -> Gate {
        Gate {
            stage: Stage::Staging,
            criteria: vec![
                Criterion::Tests { max_failures: 0, min_passed: 1 },
                Criterion::Lint { max_issues: 0 },
                Criterion::NotApplicable { check: Check::Types, why: "generated".to_owned() },
            ],
            conditions: Conditions::default(),
        }
    }

    #[test]
    fn components_that_select_the_same_tests_share_a_run() {
        let (gate, components) =
            (gate(), [component("a", "x", 1), component("b", "y", 2), component("c", "x", 3)]);
        let candidates: Vec<_> = components
            .iter()
            .map(|component| Candidate { component, from: Stage::Development, gate: &gate })
            .collect();
        let plan = plan(&candidates, None);
        let groups: Vec<_> = plan.tests.iter().map(|group| group.components.clone()).collect();
        assert_eq!(groups, [vec![0, 2], vec![1]]);
        assert_eq!(plan.trees, [[0, 1]], "both collect the same tests");
        assert_eq!(plan.lint, [0, 1, 2]);
    }

    #[test]
    fn what_is_not_wanted_of_one_component_is_still_planned_for_the_others() {
        let (gate, components) = (gate(), [component("a", "x", 1), component("b", "x", 2)]);
        let candidates: Vec<_> = components
            .iter()
            .map(|component| Candidate { component, from: Stage::Development, gate: &gate })
            .collect();
        let plan = plan_where(&candidates, |index, check| index == 1 || check == Check::Lint);
        assert_eq!((plan.tests[0].components.as_slice(), plan.lint.as_slice()), (&[1][..], &[0, 1][..]));
    }

    #[test]
    fn a_check_that_nobody_asks_for_needs_no_tool() {
        let (gate, component) = (gate(), component("a", "x", 1));
        let candidates = [Candidate { component: &component, from: Stage::Development, gate: &gate }];
        assert_eq!(plan(&candidates, None).tools(), [Tool::Pytest, Tool::Ruff]);
        assert_eq!(plan(&candidates, Some(&[Check::Lint, Check::Types])).tools(), [Tool::Ruff]);
    }
}
