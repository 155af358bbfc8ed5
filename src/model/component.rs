//! A component: a named set of Python files with its tests and README.

use std::collections::BTreeMap;

use super::delivery::Deploy;
pub use super::place::{DeclaredPath, Place};
use super::stage::Stage;
pub use super::test_selection::TestSelection;
use super::waiver::DeclaredWaiver;
use super::watch::Observe;

/// A component as the policy declares it. Paths are relative to the project's root, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its name: what people type.
    pub name: String,
    /// Its title for people.
    pub title: String,
    /// Where it starts.
    pub stage: Stage,
    /// Its priority, such as `P0`.
    pub priority: Option<String>,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Files or folders, as declared.
    pub paths: Vec<DeclaredPath>,
    /// The README, where the policy names one.
    pub readme: Option<DeclaredPath>,
    /// The names of the components that it needs.
    pub depends_on: Vec<String>,
    /// Its tests.
    pub tests: TestSelection,
    /// How it gets to a stage, where the policy says so.
    pub deploy: BTreeMap<Stage, Deploy>,
    /// The document about its maturity, where the policy names one.
    pub maturity: Option<DeclaredPath>,
    /// How it is observed in a stage, where the policy says so.
    pub observe: BTreeMap<Stage, Observe>,
    /// What of its findings is waived, in the policy's order.
    pub waivers: Vec<DeclaredWaiver>,
    /// Where it is declared.
    pub place: Place,
}

impl Component {
    /// How its candidate in `stage` is observed: as the policy says, else as it is where it says nothing.
    pub fn observation(&self, stage: Stage) -> Observe {
        self.observe.get(&stage).cloned().unwrap_or_default()
    }
}

/// A Python file of a component, found on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceFile {
    /// Relative to the project's root, with `/`: what people and reports see.
    pub path: String,
    /// Absolute, with every symbolic link resolved: what tools are given and what their answers are
    /// compared with.
    pub real: String,
}
