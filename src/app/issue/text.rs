//! What the promotion issue of a component should be, from its records and the policy. Not GitHub.

use jiff::Timestamp;

use crate::app::project::Workspace;
use crate::ledger::Head;
use crate::model::component::Component;
use crate::model::promotion::{Promotion, Standing};
use crate::model::secret::Secrets;
use crate::model::stage::Stage;
use crate::report::issue_form::{IssueForm, OwnTemplate, TemplateError};
use crate::report::{issue_comment, issue_mark};
use crate::sys::file;
use crate::tools::gh::{LONGEST_LABEL, fitting_body, fitting_title};

use super::errand::Wish;
use super::outcome::IssueError;
use super::target::{Wanted, is_among};

/// What an issue is written from.
pub(super) struct Source<'a> {
    /// The project.
    pub(super) workspace: &'a Workspace,
    /// The component.
    pub(super) component: &'a Component,
    /// Where it stands.
    pub(super) standing: &'a Standing,
    /// The promotion that is under way.
    pub(super) promotion: &'a Promotion,
    /// What stands in the way, one sentence each.
    pub(super) blockers: Vec<String>,
    /// Checks that somebody set aside, one sentence each.
    pub(super) overrides: Vec<String>,
    /// The project's own template: its file and its text.
    pub(super) template: Option<(String, String)>,
    /// What must not be told.
    pub(super) secrets: &'a Secrets,
}

impl Source<'_> {
    /// What the issue should be, as written after the line `head`; it was opened at that time, or is not yet.
    pub(super) fn wanted(&self, head: Head, opened: Option<Timestamp>) -> Result<Wanted, IssueError> {
        let labels = labels(&self.workspace.policy.project.github.labels, self.component, self.promotion.to)?;
        Ok(Wanted {
            mark: issue_mark::of_promotion(&self.promotion.id),
            title: fitting_title(&self.secrets.hide(&self.form("", None).title())),
            body: self.body(&head.to_string(), opened)?,
            labels,
            known: self.promotion.issue.as_ref().map(|issue| issue.number),
        })
    }

    /// Its text with that anchor, where it was opened at that time.
    pub(super) fn body(&self, anchor: &str, opened: Option<Timestamp>) -> Result<String, TemplateError> {
        let own = self.template.as_ref().map(|(file, text)| OwnTemplate { file, text });
        Ok(fitting_body(&self.form(anchor, opened).body(own, self.secrets)?))
    }

    fn form<'a>(&'a self, anchor: &'a str, opened: Option<Timestamp>) -> IssueForm<'a> {
        IssueForm {
            promotion: &self.promotion.id,
            component: self.component,
            from: self.standing.stage,
            to: self.promotion.to,
            phase: self.promotion.phase,
            policy_file: &self.workspace.file,
            measured: self.standing.measured.as_ref(),
            deploy: self.component.deploy.get(&self.promotion.to),
            blockers: &self.blockers,
            overrides: &self.overrides,
            opened,
            deployed: self.promotion.deployment.as_ref().map(|deployment| deployment.time),
            anchor,
        }
    }
}

/// The project's own template, where the policy names one: its file as people name it, and its text.
pub(super) fn template(workspace: &Workspace) -> Result<Option<(String, String)>, IssueError> {
    let Some(declared) = &workspace.policy.project.github.template else { return Ok(None) };
    match file::read_text(&workspace.root.join(&declared.path)) {
        Ok(text) => Ok(Some((declared.path.clone(), text))),
        Err(why) => Err(IssueError::NoTemplate {
            file: declared.path.clone(),
            place: format!("{} line {}", declared.place.file, declared.place.line),
            why: why.to_string(),
        }),
    }
}

/// The policy's labels, the priority and the stage, each once.
fn labels(declared: &[String], component: &Component, to: Stage) -> Result<Vec<String>, IssueError> {
    let priority = component.priority.as_deref().map(str::trim);
    if let Some(priority) = priority
        && (priority.contains([',', '"']) || priority.chars().count() > LONGEST_LABEL)
    {
        return Err(IssueError::NoLabel(priority.to_owned()));
    }
    let mut labels: Vec<String> = Vec::new();
    for label in declared.iter().map(String::as_str).chain(priority).chain([to.name()]) {
        if !is_among(label, &labels) {
            labels.push(label.to_owned());
        }
    }
    Ok(labels)
}

/// The comment about the deployment, where there was one.
pub(super) fn of_deployment(promotion: &Promotion) -> Option<Wish> {
    let deployment = promotion.deployment.as_ref()?;
    let text = issue_comment::deployed(promotion.to, deployment);
    Some(Wish::Comment { topic: format!("deployed-{}", deployment.intent), text })
}
