//! What is told when a promotion comes to its end: a comment on its issue and on the one with the status report, other
//! labels, and that the issue is closed. Not the texts, and not whether it has come to its end.
//!
//! Each has an intent of its own. Where GitHub cannot be asked it is not asked again, and all that is left is owed.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::ledgers::OpenLedger;
use crate::model::promotion::{Pending, Promotion};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact};
use crate::report::issue_mark;
use crate::tools::gh::{Edit, Failure, Issue, fitting_body};

use super::desk::Desk;
use super::outcome::IssueError;
use super::target::is_among;

/// How a promotion takes its leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// What it is about, such as `completed`.
    pub topic: String,
    /// The comment on the promotion issue, in Markdown.
    pub text: String,
    /// The comment on the issue with the status report.
    pub status: Option<String>,
    /// Labels that the promotion issue is to have; those that are not there are made.
    pub add: Vec<String>,
    /// Labels that it is to lose.
    pub remove: Vec<String>,
    /// Whether it is to be closed.
    pub close: bool,
}

/// What GitHub showed.
enum Seen {
    /// It is done.
    Done(ActResult),
    /// It is not. With the issue, where that was looked at.
    Open(Option<Box<Issue>>),
}

/// What was told, and what is owed, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What was told.
    pub told: Vec<String>,
    /// What is owed.
    pub owed: Vec<String>,
}

/// One act of the leave-taking.
struct Item {
    act: Act,
    /// The comment, with its marks; empty where it is none.
    body: String,
    /// What was done, once it was.
    done: String,
}

/// Takes leave of a promotion on GitHub, each act once, whatever was done before.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub.
pub fn take_leave(
    hand: &mut InHand<'_>,
    context: &Context<'_>,
    promotion: &Promotion,
    farewell: &Farewell,
) -> Result<Said, IssueError> {
    let (workspace, component) = (hand.workspace, hand.component);
    let mut said = Said::default();
    let Some(repository) = workspace.policy.project.repository.as_deref() else { return Ok(said) };
    let secrets = hand.secrets.clone();
    let desk = Desk::new(workspace, component, repository, context, &secrets)?;
    let status_issue = workspace.policy.project.github.status_issue;
    let mut failed: Option<Failure> = None;
    for item in desk.items(hand, promotion, farewell, status_issue) {
        if is_done(hand.ledger(), &promotion.id, &item.act) {
            continue;
        }
        match desk.carry_out(hand, promotion, &item, failed.as_ref())? {
            Ok(()) => said.told.push(item.done),
            Err(failure) => {
                said.owed.push(format!("{} is owed: {failure}; {}", name(&item.act), failure.hint()));
                failed.get_or_insert(failure);
            }
        }
    }
    Ok(said)
}

impl Desk<'_> {
    fn items(
        &self,
        hand: &InHand<'_>,
        promotion: &Promotion,
        farewell: &Farewell,
        status_issue: Option<u64>,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        let head = hand.head().to_string();
        let mut comment = |issue: u64, topic: String, text: &str| {
            let marker = issue_mark::of_comment(&promotion.id, &topic);
            let body = fitting_body(&issue_mark::marked(&marker, &head, &self.secrets.hide(text)));
            let repository = self.repository.to_owned();
            let done = format!("issue #{issue} was told that it is {}", farewell.topic);
            items.push(Item { act: Act::Comment { repository, issue, marker, topic }, body, done });
        };
        let issue = promotion.issue.as_ref().map(|issue| issue.number);
        if let Some(issue) = issue {
            comment(issue, farewell.topic.clone(), &farewell.text);
        }
        if let (Some(issue), Some(text)) = (status_issue, &farewell.status) {
            comment(issue, format!("{}-status", farewell.topic), text);
        }
        if let Some(issue) = issue {
            let act = Act::SettleIssue {
                repository: self.repository.to_owned(),
                issue,
                add: farewell.add.clone(),
                remove: farewell.remove.clone(),
                close: farewell.close,
            };
            let what = if farewell.close { "closed" } else { "relabelled" };
            items.push(Item { act, body: String::new(), done: format!("issue #{issue} was {what}") });
        }
        items
    }

    /// Intends, looks, acts, records. Where GitHub could not be asked before, it is only owed.
    fn carry_out(
        &self,
        hand: &mut InHand<'_>,
        promotion: &Promotion,
        item: &Item,
        before: Option<&Failure>,
    ) -> Result<Result<(), Failure>, IssueError> {
        let pending = promotion.pending.iter().find(|pending| is_same(&pending.act, &item.act));
        let seen = match (before, pending) {
            (Some(failure), _) => Err(failure.clone()),
            (None, Some(pending)) => {
                self.let_settle(pending, hand.ledger().records())?;
                self.seen(item)?
            }
            (None, None) => self.seen(item)?,
        };
        // Looked for before it is intended anew: each attempt to act has an intent of its own.
        let intent = match (&seen, pending) {
            (Ok(Seen::Done(_)) | Err(_), Some(pending)) => pending.intent,
            (Ok(Seen::Open(_)), _) | (_, None) => {
                hand.record(&promotion.id, Fact::Intended(item.act.clone()))?
            }
        };
        let came = match seen {
            Ok(Seen::Done(result)) => Ok(result),
            Ok(Seen::Open(issue)) => self.act_out(item, issue.as_deref())?,
            Err(failure) => Err(failure),
        };
        match came {
            Ok(result) => {
                hand.record(&promotion.id, Fact::Done { intent, result })?;
                Ok(Ok(()))
            }
            Err(Failure::Interrupted) => Err(IssueError::Interrupted),
            Err(failure) => {
                self.owe_item(hand, &promotion.id, pending, intent, &failure)?;
                Ok(Err(failure))
            }
        }
    }

    fn owe_item(
        &self,
        hand: &mut InHand<'_>,
        promotion: &PromotionId,
        pending: Option<&Pending>,
        intent: u64,
        failure: &Failure,
    ) -> Result<(), IssueError> {
        let why = self.secrets.hide(&failure.to_string());
        let is_said = pending.is_some_and(|one| one.intent == intent && one.failed.as_ref() == Some(&why));
        if !is_said {
            hand.record(promotion, Fact::Failed { intent, why })?;
        }
        Ok(())
    }

    fn seen(&self, item: &Item) -> Result<Result<Seen, Failure>, IssueError> {
        match &item.act {
            Act::Comment { issue, marker, .. } => Ok(self.commented(*issue, marker)?.map(|url| match url {
                Some(url) => Seen::Done(ActResult::Comment { url }),
                None => Seen::Open(None),
            })),
            Act::SettleIssue { issue: number, add, remove, close, .. } => {
                let issues = match self.client.issues()? {
                    Ok(issues) => issues,
                    Err(failure) => return Ok(Err(failure)),
                };
                let Some(issue) = issues.into_iter().find(|issue| issue.number == *number) else {
                    return Ok(Err(Failure::Unreadable(format!("issue #{number} is not there"))));
                };
                let change = Change::of(&issue, add, remove, *close);
                let done = change.is_none();
                Ok(Ok(if done { Seen::Done(ActResult::Settled) } else { Seen::Open(Some(Box::new(issue))) }))
            }
            // Nothing else is made in `items`.
            _ => Ok(Ok(Seen::Open(None))),
        }
    }

    fn act_out(&self, item: &Item, issue: Option<&Issue>) -> Result<Result<ActResult, Failure>, IssueError> {
        match (&item.act, issue) {
            (Act::Comment { issue, marker, .. }, _) => {
                Ok(self.comment(*issue, marker, &item.body)?.map(|url| ActResult::Comment { url }))
            }
            (Act::SettleIssue { add, remove, close, .. }, Some(issue)) => {
                let change = Change::of(issue, add, remove, *close);
                Ok(self.change(issue.number, &change)?.map(|()| ActResult::Settled))
            }
            _ => Ok(Err(Failure::Unreadable("this is nothing that an issue can be told".to_owned()))),
        }
    }

    /// Brings labels and state of an issue to what they should be.
    fn change(&self, number: u64, change: &Change) -> Result<Result<(), Failure>, IssueError> {
        for label in &change.add {
            if let Err(failure) = self.client.make_label(label)? {
                return Ok(Err(failure));
            }
        }
        if !change.add.is_empty() || !change.remove.is_empty() {
            let edit = Edit { add_labels: &change.add, remove_labels: &change.remove, ..Edit::default() };
            if let Err(failure) = self.client.relabel(number, &edit)? {
                return Ok(Err(failure));
            }
        }
        if change.close { Ok(self.client.close(number)?) } else { Ok(Ok(())) }
    }
}

/// What an issue still differs in from what it should be.
struct Change {
    add: Vec<String>,
    remove: Vec<String>,
    close: bool,
}

impl Change {
    fn of(issue: &Issue, add: &[String], remove: &[String], close: bool) -> Self {
        let has = |label: &&String| is_among(label, &issue.labels);
        Self {
            add: add.iter().filter(|label| !has(label)).cloned().collect(),
            remove: remove.iter().filter(has).cloned().collect(),
            close: close && issue.open,
        }
    }

    fn is_none(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && !self.close
    }
}

/// What an act is about, for people.
fn name(act: &Act) -> String {
    match act {
        Act::Comment { issue, .. } => format!("a comment on issue #{issue}"),
        Act::SettleIssue { issue, close: true, .. } => format!("the closing of issue #{issue}"),
        Act::SettleIssue { issue, .. } => format!("the labels of issue #{issue}"),
        other => other.name().to_owned(),
    }
}

/// Whether two acts come to the same. Where the issue is another one, they do not.
fn is_same(one: &Act, other: &Act) -> bool {
    match (one, other) {
        (Act::Comment { marker, issue, .. }, Act::Comment { marker: of, issue: on, .. }) => {
            marker == of && issue == on
        }
        (one, other) => one == other,
    }
}

/// Whether the ledger knows that it was done.
fn is_done(ledger: &OpenLedger, promotion: &PromotionId, act: &Act) -> bool {
    let records = || ledger.records().iter().filter(|record| record.promotion == *promotion);
    let intents: Vec<u64> = records()
        .filter(|record| matches!(&record.fact, Fact::Intended(of) if is_same(of, act)))
        .map(|record| record.seq)
        .collect();
    records().any(|record| matches!(&record.fact, Fact::Done { intent, .. } if intents.contains(intent)))
}
