//! Asks and tells GitHub, by `gh`. Not what to ask or tell.
//!
//! gh has no time limit of its own, so it has ours, and it is never asked anything by a terminal. Texts go through
//! files in the run folder.

use std::ffi::OsString;
use std::time::Duration;

use crate::app::context::Context;
use crate::app::launch::{Extra, Finished, launch};
use crate::model::run::Exit;
use crate::model::secret::Secrets;
use crate::sys::file;
use crate::tools::gh::{self, Comment, Edit, Failure, Issue};

/// How long GitHub may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Variables that would make gh show its prompts, pages or secrets, or speak of another repository.
const WITHHELD: [&str; 5] = ["GH_FORCE_TTY", "GH_DEBUG", "DEBUG", "GH_REPO", "GH_BROWSER"];
/// The colours of the labels that are made, by what they tell.
const COLOUR: &str = "0e8a16";
/// What a label that is made says of itself.
const DESCRIPTION: &str = "Promotion of components by tta-promote";

/// GitHub, for one repository.
pub(super) struct Client<'a> {
    context: Context<'a>,
    repository: &'a str,
    secrets: &'a Secrets,
}

/// A run of gh: its end and its words.
struct Answer {
    exit: Exit,
    stdout: Vec<u8>,
    stderr: String,
}

impl<'a> Client<'a> {
    /// The client for `owner/name`.
    pub(super) fn new(context: &Context<'a>, repository: &'a str, secrets: &'a Secrets) -> Self {
        let quiet = [
            ("GH_PROMPT_DISABLED", "1"),
            ("GH_NO_UPDATE_NOTIFIER", "1"),
            ("GH_PAGER", "cat"),
            ("NO_COLOR", "1"),
        ];
        let quiet: Vec<(OsString, OsString)> =
            quiet.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let mut context = context.with_variables(&quiet);
        context.variables.retain(|(name, _)| !WITHHELD.iter().any(|withheld| name == withheld));
        context.limit = context.limit.min(PATIENCE);
        Self { context, repository, secrets }
    }

    /// All issues.
    pub(super) fn issues(&self) -> anyhow::Result<Result<Vec<Issue>, Failure>> {
        let answer = self.ask("gh-issues", gh::list_issues(self.repository))?;
        Ok(gh::read_issues(answer.exit, &answer.stdout, &answer.stderr))
    }

    /// The names of all labels.
    pub(super) fn labels(&self) -> anyhow::Result<Result<Vec<String>, Failure>> {
        let answer = self.ask("gh-labels", gh::list_labels(self.repository))?;
        Ok(gh::read_labels(answer.exit, &answer.stdout, &answer.stderr))
    }

    /// Makes a label.
    pub(super) fn make_label(&self, name: &str) -> anyhow::Result<Result<(), Failure>> {
        let argv = gh::create_label(self.repository, name, COLOUR, DESCRIPTION);
        let answer = self.ask("gh-label", argv)?;
        Ok(gh::read_made(answer.exit, &answer.stderr))
    }

    /// Opens an issue; gives its number and address.
    pub(super) fn open(
        &self,
        title: &str,
        body: &str,
        labels: &[String],
    ) -> anyhow::Result<Result<(u64, String), Failure>> {
        let body = self.file("issue-body.md", body)?;
        let answer = self.ask("gh-open", gh::create_issue(self.repository, title, &body, labels))?;
        Ok(gh::read_address(answer.exit, &answer.stdout, &answer.stderr))
    }

    /// Changes an issue; gives its number and address.
    pub(super) fn edit(
        &self,
        number: u64,
        title: Option<&str>,
        body: Option<&str>,
        add_labels: &[String],
    ) -> anyhow::Result<Result<(u64, String), Failure>> {
        let body = body.map(|body| self.file("issue-body.md", body)).transpose()?;
        let edit = Edit { title, body_file: body.as_deref(), add_labels, remove_labels: &[] };
        let answer = self.ask("gh-edit", gh::edit_issue(self.repository, number, &edit))?;
        Ok(gh::read_address(answer.exit, &answer.stdout, &answer.stderr))
    }

    /// Changes the labels of an issue.
    pub(super) fn relabel(&self, number: u64, edit: &Edit<'_>) -> anyhow::Result<Result<(), Failure>> {
        let answer = self.ask("gh-relabel", gh::edit_issue(self.repository, number, edit))?;
        Ok(gh::read_done(answer.exit, &answer.stderr))
    }

    /// Closes an issue as done.
    pub(super) fn close(&self, number: u64) -> anyhow::Result<Result<(), Failure>> {
        let answer = self.ask("gh-close", gh::close_issue(self.repository, number))?;
        Ok(gh::read_done(answer.exit, &answer.stderr))
    }

    /// The comments of an issue.
    pub(super) fn comments(&self, number: u64) -> anyhow::Result<Result<Vec<Comment>, Failure>> {
        let answer = self.ask("gh-comments", gh::list_comments(self.repository, number))?;
        Ok(gh::read_comments(answer.exit, &answer.stdout, &answer.stderr))
    }

    /// Comments on an issue; gives the number of the issue and the address of the comment.
    pub(super) fn comment(&self, number: u64, text: &str) -> anyhow::Result<Result<(u64, String), Failure>> {
        let text = self.file("comment.md", text)?;
        let answer = self.ask("gh-comment", gh::comment(self.repository, number, &text))?;
        Ok(gh::read_address(answer.exit, &answer.stdout, &answer.stderr))
    }

    fn file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let path = self.context.file(name);
        file::write_whole(path.as_ref(), text)?;
        Ok(path)
    }

    fn ask(&self, name: &str, argv: Vec<String>) -> anyhow::Result<Answer> {
        let finished: Finished = launch(&self.context, name, argv, Extra::default())?;
        let stdout = file::read_text(&finished.stdout).unwrap_or_default().into_bytes();
        Ok(Answer { exit: finished.exit, stdout, stderr: self.secrets.hide(&finished.complaint()) })
    }
}
