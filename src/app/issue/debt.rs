//! What is owed to GitHub: acts that failed or were cut off. Any step of a promotion tries them again.
//!
//! A debt never fails the step that tries to pay it: what cannot be told now is told later.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::ledgers::OpenLedger;
use crate::model::assessment::Verdict;
use crate::model::promotion::Promotion;
use crate::model::record::{Act, ActResult, Fact};
use crate::report::issue_mark::is_marked;
use crate::tools::gh::Failure;

use super::desk::{Desk, under_way};
use super::farewell::farewell;
use super::outcome::{Consent, Deed, IssueError};
use super::text;

/// Tells GitHub what it does not know yet about the component's promotion: the issue, where it was tried and not done;
/// what changed since, where there is an issue; and the deployment. Gives a sentence for each thing that was told, or
/// that is still owed.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub.
pub fn pay_debts(hand: &mut InHand<'_>, context: &Context<'_>) -> Result<Vec<String>, IssueError> {
    let (workspace, component) = (hand.workspace, hand.component);
    let Some(repository) = workspace.policy.project.repository.as_deref() else { return Ok(Vec::new()) };
    let mut told = farewell(hand, context)?;
    let standing = hand.standing();
    let Some(promotion) = &standing.promotion else { return Ok(told) };
    let is_owed = promotion.pending.iter().any(|pending| matches!(pending.act, Act::OpenIssue { .. }));
    let measured = standing.measured.as_ref();
    let is_passed = measured.is_some_and(|measured| measured.verification.verdict == Verdict::Pass);
    // An issue that is there is told the truth, whatever that is; none is opened for what did not pass.
    if promotion.issue.is_none() && !(is_owed && is_passed) {
        return Ok(told);
    }
    let secrets = hand.secrets.clone();
    let desk = Desk::new(workspace, component, repository, context, &secrets)?;
    match desk.settle(hand, Consent::Withheld) {
        Ok(report) => {
            let place =
                report.issue.map(|issue| format!("#{} ({})", issue.number, issue.url)).unwrap_or_default();
            match report.deed {
                Deed::Opened => told.push(format!("issue {place} was opened")),
                Deed::Updated => told.push(format!("issue {place} was updated")),
                Deed::UpToDate | Deed::WouldOpen | Deed::WouldUpdate => {}
            }
        }
        Err(IssueError::Owed(failure)) => {
            // Where GitHub cannot be asked, it need not be asked again.
            told.push(format!("the promotion issue is owed: {failure}; {}", failure.hint()));
            return Ok(told);
        }
        Err(error @ (IssueError::Ledger(_) | IssueError::Interrupted | IssueError::Other(_))) => {
            return Err(error);
        }
        Err(other) => {
            told.push(format!("the promotion issue is owed: {other}"));
            return Ok(told);
        }
    }
    told.extend(desk.announce(hand)?);
    Ok(told)
}

impl Desk<'_> {
    /// Comments on the deployment, once.
    pub(super) fn announce(&self, hand: &mut InHand<'_>) -> Result<Option<String>, IssueError> {
        let standing = hand.standing();
        let promotion = under_way(&standing)?;
        let Some(issue) = promotion.issue.as_ref().map(|issue| issue.number) else { return Ok(None) };
        let Some((topic, body)) = text::of_deployment(promotion, hand.head(), self.secrets) else {
            return Ok(None);
        };
        let mark = text::comment_mark(&promotion.id, &topic);
        if is_told(hand.ledger(), promotion, &topic) {
            return Ok(None);
        }
        let pending = promotion.pending.iter().find(|pending| {
            matches!(&pending.act, Act::Comment { marker, issue: of, .. } if *marker == mark && *of == issue)
        });
        if let Some(pending) = pending {
            self.let_settle(pending, hand.ledger().records())?;
        }
        // Looked for before it is intended anew: each attempt to write has an intent of its own.
        let there = self.commented(issue, &mark)?;
        let act = Act::Comment { repository: self.repository.to_owned(), issue, marker: mark.clone(), topic };
        let intent = match (&there, pending) {
            (Ok(Some(_)) | Err(_), Some(pending)) => pending.intent,
            (Ok(Some(_)) | Err(_), None) | (Ok(None), _) => hand.intend(act)?,
        };
        let told = match there {
            Ok(Some(url)) => Ok(url),
            Ok(None) => self.comment(issue, &mark, &body)?,
            Err(failure) => Err(failure),
        };
        match told {
            Ok(url) => {
                hand.done(intent, ActResult::Comment { url })?;
                Ok(Some(format!("issue #{issue} was told of the deployment")))
            }
            Err(Failure::Interrupted) => Err(IssueError::Interrupted),
            Err(failure) => {
                let why = self.secrets.hide(&failure.to_string());
                let is_said =
                    pending.is_some_and(|one| one.intent == intent && one.failed.as_ref() == Some(&why));
                if !is_said {
                    hand.failed(intent, &why)?;
                }
                Ok(Some(format!("a comment on issue #{issue} is owed: {why}; {}", failure.hint())))
            }
        }
    }

    /// The address of the comment with that mark, where there is one.
    pub(super) fn commented(
        &self,
        issue: u64,
        mark: &str,
    ) -> Result<Result<Option<String>, Failure>, IssueError> {
        let comments = self.client.comments(issue)?;
        Ok(comments.map(|comments| {
            let mut marked = comments.into_iter().filter(|(_, text)| is_marked(text, mark));
            marked.next().map(|(url, _)| url)
        }))
    }

    /// Writes a comment, and looks for it where the answer was lost.
    pub(super) fn comment(
        &self,
        issue: u64,
        mark: &str,
        body: &str,
    ) -> Result<Result<String, Failure>, IssueError> {
        match self.client.comment(issue, body)? {
            Ok((_, url)) => Ok(Ok(url)),
            Err(failure) if failure.leaves_open() => match self.commented(issue, mark)? {
                Ok(Some(url)) => Ok(Ok(url)),
                Ok(None) | Err(_) => Ok(Err(failure)),
            },
            Err(failure) => Ok(Err(failure)),
        }
    }
}

/// Whether the ledger knows that the comment was written.
fn is_told(ledger: &OpenLedger, promotion: &Promotion, topic: &str) -> bool {
    let records = || ledger.records().iter().filter(|record| record.promotion == promotion.id);
    let intents = records().filter(
        |record| matches!(&record.fact, Fact::Intended(Act::Comment { topic: of, .. }) if of == topic),
    );
    let intents: Vec<u64> = intents.map(|record| record.seq).collect();
    records().any(|record| matches!(&record.fact, Fact::Done { intent, .. } if intents.contains(intent)))
}
