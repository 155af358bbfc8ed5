//! What is told when a promotion comes to its end: a comment on its issue and on the one with the status report, other
//! labels, and that the issue is closed. Not the texts, and not whether it has come to its end.
//!
//! Each has an intent of its own. Where GitHub cannot be asked it is not asked again, and all that is left is owed.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::ledgers::OpenLedger;
use crate::model::promotion::{Pending, Promotion, PromotionId};
use crate::model::record::{Act, ActResult, Fact};
use crate::report::issue_mark;
use crate::tools::gh::{Edit, Failure, fitting_body};

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
        if let (Some(pending), None) = (pending, before) {
            self.let_settle(pending, hand.ledger().records())?;
        }
        let intent = match pending {
            Some(pending) => pending.intent,
            None => hand.record(&promotion.id, Fact::Intended(item.act.clone()))?,
        };
        let came = match before {
            Some(failure) => Err(failure.clone()),
            None => self.act_out(item)?,
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
        if pending.and_then(|pending| pending.failed.as_ref()) != Some(&why) {
            hand.record(promotion, Fact::Failed { intent, why })?;
        }
        Ok(())
    }

    fn act_out(&self, item: &Item) -> Result<Result<ActResult, Failure>, IssueError> {
        match &item.act {
            Act::Comment { issue, marker, .. } => {
                let commented = self.commented(*issue, marker, &item.body)?;
                Ok(commented.map(|url| ActResult::Comment { url }))
            }
            Act::SettleIssue { issue, add, remove, close, .. } => {
                Ok(self.settled(*issue, add, remove, *close)?.map(|()| ActResult::Settled))
            }
            // Nothing else is made in `items`.
            _ => Ok(Ok(ActResult::Settled)),
        }
    }

    /// Brings labels and state of an issue to what they should be, where they are not so already.
    fn settled(
        &self,
        number: u64,
        add: &[String],
        remove: &[String],
        close: bool,
    ) -> Result<Result<(), Failure>, IssueError> {
        let issues = match self.client.issues()? {
            Ok(issues) => issues,
            Err(failure) => return Ok(Err(failure)),
        };
        let Some(issue) = issues.into_iter().find(|issue| issue.number == number) else {
            return Ok(Err(Failure::Unreadable(format!("issue #{number} is not there"))));
        };
        let lacking: Vec<String> =
            add.iter().filter(|label| !is_among(label, &issue.labels)).cloned().collect();
        let extra: Vec<String> =
            remove.iter().filter(|label| is_among(label, &issue.labels)).cloned().collect();
        if !lacking.is_empty() || !extra.is_empty() {
            for label in &lacking {
                if let Err(failure) = self.client.make_label(label)? {
                    return Ok(Err(failure));
                }
            }
            let edit = Edit { add_labels: &lacking, remove_labels: &extra, ..Edit::default() };
            if let Err(failure) = self.client.relabel(number, &edit)? {
                return Ok(Err(failure));
            }
        }
        if close && issue.open { Ok(self.client.close(number)?) } else { Ok(Ok(())) }
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
