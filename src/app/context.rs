//! What every part of a workflow needs: the project's root, the run folder, the limit, the listener.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

/// Listens to a workflow. Listeners never decide; they show.
pub trait Listener: Sync {
    /// A piece of work began; `label` names it for people.
    fn began(&self, label: &str);
    /// It ended after `duration`.
    fn ended(&self, label: &str, duration: Duration);
    /// Nothing goes on for a while, and here is why: a person who knows does not stop us.
    fn waits(&self, why: &str);
}

/// Hears nothing.
#[derive(Debug)]
pub struct Deaf;

impl Listener for Deaf {
    fn began(&self, _label: &str) {}
    fn ended(&self, _label: &str, _duration: Duration) {}
    fn waits(&self, _why: &str) {}
}

/// What every part of a workflow needs.
pub struct Context<'a> {
    /// The project's root: absolute, without links.
    pub root: PathBuf,
    /// The folder for reports and logs.
    pub folder: &'a RunFolder,
    /// The limit for one tool run.
    pub limit: Duration,
    /// The variables that tools are given.
    pub variables: Vec<(OsString, OsString)>,
    /// Whether we were asked to stop.
    pub interrupt: &'a Interrupt,
    /// Who wants to know.
    pub listener: &'a dyn Listener,
}

impl Context<'_> {
    /// The same, with variables for tools set anew.
    #[must_use]
    pub fn with_variables(&self, variables: &[(OsString, OsString)]) -> Self {
        let mut all = self.variables.clone();
        all.retain(|(name, _)| !variables.iter().any(|(new, _)| new == name));
        all.extend_from_slice(variables);
        Self { root: self.root.clone(), variables: all, ..*self }
    }

    /// A path in the run folder, as an argument.
    pub fn file(&self, name: &str) -> String {
        self.folder.file(name).to_string_lossy().into_owned()
    }
}
