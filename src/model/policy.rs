//! The validated policy: what `promotion.toml` says once every fault is out of it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::check::Check;
use super::component::{Component, DeclaredPath, Place};
use super::delivery::GitHub;
use super::finding::Severity;
use super::freeze::Freeze;
use super::gate::{Criterion, Gate};
use super::own_check::OwnCheck;
use super::own_name::OwnName;
use super::stage::Stage;
use super::toolchain::Tool;

/// The whole policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The project.
    pub project: Project,
    /// The gates, by stage. Staging is always there.
    pub gates: BTreeMap<Stage, Gate>,
    /// The checks that it defines, sorted by name; every gate asks each of them.
    pub checks: Vec<OwnCheck>,
    /// The components, sorted by name.
    pub components: Vec<Component>,
}

impl Policy {
    /// The component of that name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        let place = self.components.binary_search_by(|component| component.name.as_str().cmp(name)).ok()?;
        self.components.get(place)
    }

    /// The check of that name that it defines.
    pub fn own_check(&self, name: OwnName) -> Option<&OwnCheck> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The severity from which the gate counts that counts most.
    pub fn least_severity(&self) -> Severity {
        let criteria = self.gates.values().flat_map(|gate| &gate.criteria);
        let asked = criteria.filter_map(|criterion| match criterion {
            Criterion::Security { min_severity, .. } => Some(*min_severity),
            _ => None,
        });
        asked.min().unwrap_or(Severity::High)
    }

    /// All checks that a gate may ask, in the order in which people read them.
    pub fn all_checks(&self) -> impl Iterator<Item = Check> {
        Check::ALL.into_iter().chain(self.checks.iter().map(|check| Check::Own(check.name)))
    }
}

/// `[project]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// `owner/name` on the forge.
    pub repository: Option<String>,
    /// The project's folder, relative to the policy file's folder, with `/`; `.` where it is the same.
    pub root: String,
    /// Who provides the tools.
    pub runner: Runner,
    /// The limit for one tool run.
    pub timeout: Duration,
    /// Versions for tools that uvx provides.
    pub pins: BTreeMap<Tool, String>,
    /// How old a pass may be for a deployment.
    pub max_age: Duration,
    /// What it says of GitHub.
    pub github: GitHub,
    /// The document with the stages of all components.
    pub status_document: Option<DeclaredPath>,
    /// When nothing is promoted.
    pub freezes: Vec<Freeze>,
}

/// Who provides the tools and the project's environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// `uv` where it is installed and the project has a `pyproject.toml`, else `.venv`, else `PATH`.
    Auto,
    /// uv.
    Uv,
    /// `PATH`.
    Path,
    /// A virtual environment, relative to the project's root unless it is absolute.
    Venv(String),
}

/// One fault in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong, a lower-case fragment without a full stop, literals in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line of the policy file that is at fault, as it stands there.
    pub text: String,
}
