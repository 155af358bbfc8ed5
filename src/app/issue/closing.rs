//! What is told when a promotion comes to its end: a comment on its issue and on the one with the status report, other
//! labels, and that the issue is closed. Not the texts, and not whether it has come to its end.
//!
//! Each is an errand of its own. Where GitHub cannot be asked it is not asked again, and all that is left is owed.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::model::promotion::Promotion;
use crate::tools::gh::Failure;

use super::errand::{Courier, Delivery, Errand, Wish};
use super::outcome::IssueError;

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
    let mut said = Said::default();
    let project = &hand.workspace.policy.project;
    let Some(repository) = project.repository.as_deref() else { return Ok(said) };
    let errands = errands(promotion, farewell, project.github.status_issue);
    let secrets = hand.secrets.clone();
    let courier = Courier::new(context, repository, &secrets);
    let mut failed: Option<Failure> = None;
    for (errand, done) in errands {
        match courier.run(hand, &errand, failed.as_ref())? {
            Ok(Delivery::Done) => said.told.push(done),
            Ok(Delivery::DoneBefore) => {}
            Err(failure) => {
                said.owed.push(format!("{} is owed: {failure}; {}", errand.name(), failure.hint()));
                failed.get_or_insert(failure);
            }
        }
    }
    Ok(said)
}

/// The errands, each with what is said once it is done.
fn errands(promotion: &Promotion, farewell: &Farewell, status_issue: Option<u64>) -> Vec<(Errand, String)> {
    let errand = |issue, wish| Errand { promotion: promotion.id.clone(), issue, wish };
    let topic = &farewell.topic;
    let comment = |issue, topic: String, text: &String| {
        let told = format!("issue #{issue} was told that it is {}", farewell.topic);
        (errand(issue, Wish::Comment { topic, text: text.clone() }), told)
    };
    let mut errands = Vec::new();
    let issue = promotion.issue.as_ref().map(|issue| issue.number);
    if let Some(issue) = issue {
        errands.push(comment(issue, topic.clone(), &farewell.text));
    }
    if let (Some(issue), Some(text)) = (status_issue, &farewell.status) {
        errands.push(comment(issue, format!("{topic}-status"), text));
    }
    if let Some(issue) = issue {
        let (add, remove) = (farewell.add.clone(), farewell.remove.clone());
        let what = if farewell.close { "closed" } else { "relabelled" };
        let settled = Wish::Settled { add, remove, close: farewell.close };
        errands.push((errand(issue, settled), format!("issue #{issue} was {what}")));
    }
    errands
}
