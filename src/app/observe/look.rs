//! What all sources of a look work with. Not the sources.

use crate::app::context::Context;
use crate::app::project::Workspace;
use crate::lifecycle::Subject;
use crate::model::component::Component;
use crate::model::secret::Secrets;
use crate::model::watch::Observe;

/// One look.
pub(super) struct Look<'a> {
    /// The project.
    pub(super) workspace: &'a Workspace,
    /// The component.
    pub(super) component: &'a Component,
    /// Run folder, limits, listener.
    pub(super) context: &'a Context<'a>,
    /// What the policy asks.
    pub(super) observe: &'a Observe,
    /// What is observed.
    pub(super) subject: &'a Subject,
    /// What must not leave this process.
    pub(super) secrets: Secrets,
}
