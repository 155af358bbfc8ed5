//! What all lanes work with, and each component's part in it.

use std::time::Duration;

use jiff::civil::Date;

use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::component::SourceFile;

use super::answer::Answer;
use super::context::Context;
use super::durations::Durations;
use super::forks::Forks;
use super::project::Workspace;
use super::reporter::Reporter;
use super::source::Sources;
use super::subject::Subject;
use super::toolchain::Toolchain;

/// What all lanes work with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Root, run folder, limit.
    pub context: &'a Context<'a>,
    /// The environment and the tools.
    pub toolchain: &'a Toolchain,
    /// All components that were selected.
    pub subjects: &'a [Subject<'a>],
    /// Their texts.
    pub sources: &'a Sources,
    /// How many tools may run at a time.
    pub jobs: usize,
    /// What makes the coverage reports.
    pub reporter: &'a Reporter,
    /// What forks runs of pytest where there are many.
    pub forks: &'a Forks,
    /// How long the lanes took last time.
    pub durations: &'a Durations,
    /// The day, in UTC, that waivers are held against.
    pub today: Date,
    /// The policy, with all its components, whichever were selected, and the checks that it defines.
    pub workspace: &'a Workspace,
    /// The limit for one run that was asked for, where one was: it goes before those of the policy.
    pub timeout: Option<Duration>,
}

impl<'a> Bench<'a> {
    /// Those of the components that have files.
    pub fn with_files(&self, components: &[usize]) -> Vec<Share<'a>> {
        let share = |component: &usize| {
            let files = self.subjects.get(*component)?.files.as_deref().ok()?;
            Some(Share { component: *component, files })
        };
        components.iter().filter_map(share).collect()
    }

    /// Answers for those of the components that have no files.
    pub fn without_files(&self, components: &[usize], check: Check) -> Vec<Answer> {
        let refused = |index: &usize| {
            let reason = self.subjects.get(*index)?.files.as_ref().err()?;
            Some(Answer {
                component: *index,
                check,
                gathered: Err(Unmeasured::because(reason.clone(), None)),
            })
        };
        components.iter().filter_map(refused).collect()
    }
}

/// One component's part in a run that serves several.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The component, by its index.
    pub component: usize,
    /// Its files.
    pub files: &'a [SourceFile],
}
