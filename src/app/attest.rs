//! `verify --attest`: says of each component what was found of exactly which files of exactly which commit.
//!
//! Not a writer of files (`cli::publication`). An attestation that nobody can check is worse than none, so there is none
//! of a working tree that is no commit, nor of a run that came to no good end.

use std::collections::BTreeMap;

use crate::model::assessment::Assessment;
use crate::model::component::Component;
use crate::report::attestation::{Kind, Measured, Origin, Subject, render};
use crate::sys::file;
use crate::sys::run_folder::RunFolder;

use super::doubt;
use super::present::now_besides;
use super::project::Workspace;

/// Why nothing is attested: what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// What stands against it.
    pub what: String,
    /// What to do.
    pub hint: &'static str,
}

impl Refusal {
    fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self { what: what.into(), hint }
    }
}

const COMMIT: &str = "commit or put aside what differs, and verify again";
const AGAIN: &str = "run it again";

/// What is attested of each component: what it is about, in the order of the assessment.
#[derive(Debug)]
pub struct Attestation {
    origin: Origin,
    subjects: Vec<Subject>,
}

/// Whether what is there can be attested at all: says so before the work, not after it.
///
/// # Errors
/// Where it is no commit, or differs from it.
pub fn ready(workspace: &Workspace, names: &[String], folder: &RunFolder) -> Result<String, Refusal> {
    let components: Vec<&Component> =
        names.iter().filter_map(|name| workspace.policy.component(name)).collect();
    let now = now_besides(workspace, folder, &components, &[], &[]);
    match (now.commit, now.dirty) {
        (None, _) => Err(Refusal::new("there is no commit here that it could be of", "commit first")),
        (Some(commit), Some(false)) => Ok(commit),
        (Some(_), _) => Err(Refusal::new(dirty(now.differs.as_deref()), COMMIT)),
    }
}

/// That files are not those of the commit, and which, where that is known.
pub(super) fn dirty(file: Option<&str>) -> String {
    let file = file.map(|file| format!(": `{file}`, for one")).unwrap_or_default();
    format!("the working tree differs from its commit{file}")
}

/// What an assessment can be attested of: the files as they are now, which must be those of the commit that was measured.
///
/// # Errors
/// Where the run came to no good end, or the files are not those that were measured.
pub fn attest(
    workspace: &Workspace,
    assessment: &Assessment,
    folder: &RunFolder,
) -> Result<Attestation, Refusal> {
    if let Some(why) = doubt::withheld(assessment) {
        return Err(Refusal::new(why, AGAIN));
    }
    if assessment.components.is_empty() {
        return Err(Refusal::new("no component was verified", "name one"));
    }
    if let Some(file) = assessment.subject.changed.first() {
        return Err(Refusal::new(format!("`{file}` changed while it was measured"), AGAIN));
    }
    let commit = assessment.subject.commit.as_ref().filter(|_| assessment.subject.dirty == Some(false));
    let commit = commit.ok_or_else(|| Refusal::new("what was measured is no commit", COMMIT))?;
    let mut subjects = Vec::new();
    for component in &assessment.components {
        let mut files = BTreeMap::new();
        for path in &component.files {
            let digest = file::sha256(&workspace.root.join(path));
            let digest = digest.ok_or_else(|| Refusal::new(format!("`{path}` cannot be read"), AGAIN))?;
            files.insert(path.clone(), digest);
        }
        if files.is_empty() {
            return Err(Refusal::new(format!("`{}` has no files", component.name), "see what `verify` says"));
        }
        subjects.push(Subject { commit: commit.clone(), files });
    }
    // After the files were read: they are those of the commit, and it is still the one that was measured.
    let names: Vec<String> = assessment.components.iter().map(|component| component.name.clone()).collect();
    if ready(workspace, &names, folder)? != *commit {
        return Err(Refusal::new("another commit was checked out meanwhile", AGAIN));
    }
    Ok(Attestation { origin: origin(workspace), subjects })
}

/// Where the project is from.
pub fn origin(workspace: &Workspace) -> Origin {
    let project = &workspace.policy.project;
    Origin { repository: project.repository.clone(), project: project.name.clone() }
}

impl Attestation {
    /// A Statement for each kind of each component, one a line.
    pub fn text(&self, assessment: &Assessment, kinds: &[Kind]) -> String {
        let components = assessment.components.iter().zip(&self.subjects);
        let measured = components.map(|(component, subject)| Measured {
            assessment,
            component,
            subject,
            origin: &self.origin,
        });
        measured.flat_map(|one| kinds.iter().map(move |kind| render(&one, *kind))).collect()
    }
}
