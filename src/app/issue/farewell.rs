//! Tells issues of promotions that go, are gone or were revoked: a comment for each, and a label.
//!
//! Not what there is to tell (`lifecycle::farewell`). Where GitHub fails it is owed, and the next step tries again.

use std::time::Duration;

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::lifecycle::farewell::{Farewell, News, farewells};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact};
use crate::model::secret::Secrets;
use crate::report::issue_mark::{self, is_marked};
use crate::report::rollback_comment;
use crate::sys::{abandoned, clock};
use crate::tools::gh::{Edit, Failure, fitting_body};

use super::client::Client;
use super::outcome::IssueError;
use super::target::is_among;

/// The label of an issue whose promotion is completed.
pub const COMPLETED: &str = "promotion-completed";
/// How long GitHub works on a request before it gives up, by its own documentation.
const AT_WORK: Duration = Duration::from_secs(10);

/// Tells them, and gives a sentence for each thing that was told or is still owed.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub.
pub fn farewell(hand: &mut InHand<'_>, context: &Context<'_>) -> Result<Vec<String>, IssueError> {
    let Some(repository) = hand.workspace.policy.project.repository.as_deref() else {
        return Ok(Vec::new());
    };
    let secrets = hand.secrets.clone();
    let client = Client::new(context, repository, &secrets);
    let desk = Leave { context, client, repository, secrets: &secrets };
    let mut told = Vec::new();
    for news in farewells(hand.ledger().records()) {
        for step in [Leave::comment, Leave::label] {
            match step(&desk, hand, &news)? {
                Ok(sentence) => told.extend(sentence),
                Err(Failure::Interrupted) => return Err(IssueError::Interrupted),
                Err(failure) => {
                    // Where GitHub cannot be asked, it need not be asked again.
                    let issue = news.issue;
                    told.push(format!("news for issue #{issue} are owed: {failure}; {}", failure.hint()));
                    return Ok(told);
                }
            }
        }
    }
    Ok(told)
}

/// All that is needed to take leave of issues.
struct Leave<'a> {
    context: &'a Context<'a>,
    client: Client<'a>,
    repository: &'a str,
    secrets: &'a Secrets,
}

/// What was told, or why GitHub was not.
type Telling = Result<Result<Option<String>, Failure>, IssueError>;

impl Leave<'_> {
    fn comment(&self, hand: &mut InHand<'_>, news: &Farewell) -> Telling {
        if news.is_told {
            return Ok(Ok(None));
        }
        let marker = issue_mark::of_comment(&news.promotion, &news.topic);
        let repository = self.repository.to_owned();
        let topic = news.topic.clone();
        let act = Act::Comment { repository, issue: news.issue, marker: marker.clone(), topic };
        let text = self.secrets.hide(&words(news));
        let body = fitting_body(&issue_mark::marked(&marker, &hand.head().to_string(), &text));
        let intent = self.intend_after(hand, news, act)?;
        let there = |comments: Vec<(String, String)>| {
            comments.into_iter().find(|(_, text)| is_marked(text, &marker)).map(|(url, _)| url)
        };
        let found = match self.client.comments(news.issue)?.map(there) {
            Ok(Some(url)) => Ok(url),
            Err(failure) => Err(failure),
            Ok(None) => match self.client.comment(news.issue, &body)? {
                Ok((_, url)) => Ok(url),
                // The answer was lost, and perhaps only the answer.
                Err(failure) if failure.leaves_open() => match self.client.comments(news.issue)?.map(there) {
                    Ok(Some(url)) => Ok(url),
                    Ok(None) | Err(_) => Err(failure),
                },
                Err(failure) => Err(failure),
            },
        };
        let done = found.map(|url| ActResult::Comment { url });
        let sentence = format!("issue #{} was told: {}", news.issue, heading(news));
        self.end(hand, news, intent, done, sentence)
    }

    /// The intent to comment. A comment that was cut off may still be under way: gh lives on where we were killed, and
    /// GitHub may be at work on what it was told.
    fn intend_after(&self, hand: &mut InHand<'_>, news: &Farewell, act: Act) -> Result<u64, IssueError> {
        let before = hand.head().seq;
        let intent = intend(hand, &news.promotion, act)?;
        let records = hand.ledger().records();
        let is_failed = |fact: &Fact| matches!(fact, Fact::Failed { intent: of, .. } if *of == intent);
        if intent <= before && !records.iter().any(|record| is_failed(&record.fact)) {
            let time = records.iter().find(|record| record.seq == intent).map(|record| record.time);
            abandoned::wait(&self.context.root, Duration::ZERO, self.context.interrupt);
            let age = time.map(|time| clock::now().duration_since(time)).unwrap_or_default();
            let left =
                AT_WORK.min(self.context.limit).saturating_sub(Duration::try_from(age).unwrap_or_default());
            if self.context.interrupt.rest(left) {
                return Err(IssueError::Interrupted);
            }
        }
        Ok(intent)
    }

    fn label(&self, hand: &mut InHand<'_>, news: &Farewell) -> Telling {
        let Some((label, false)) = news.label else { return Ok(Ok(None)) };
        let (add, remove) = (vec![label.to_owned()], vec![news.to.name().to_owned(), COMPLETED.to_owned()]);
        let act = Act::SettleIssue {
            repository: self.repository.to_owned(),
            issue: news.issue,
            add: add.clone(),
            remove: remove.clone(),
            close: false,
        };
        let intent = intend(hand, &news.promotion, act)?;
        let done = self.relabelled(news.issue, &add, &remove)?.map(|()| ActResult::Settled);
        let sentence = format!("issue #{} has the label `{label}`", news.issue);
        self.end(hand, news, intent, done, sentence)
    }

    /// That the issue has the labels `add` and not `remove`. What says so itself is made where it is missing.
    fn relabelled(
        &self,
        number: u64,
        add: &[String],
        remove: &[String],
    ) -> anyhow::Result<Result<(), Failure>> {
        let issues = match self.client.issues()? {
            Ok(issues) => issues,
            Err(failure) => return Ok(Err(failure)),
        };
        let there = issues.into_iter().find(|issue| issue.number == number);
        let labels = there.map(|issue| issue.labels).unwrap_or_default();
        let lacking: Vec<String> = add.iter().filter(|label| !is_among(label, &labels)).cloned().collect();
        let surplus: Vec<String> = labels.into_iter().filter(|label| is_among(label, remove)).collect();
        if lacking.is_empty() && surplus.is_empty() {
            return Ok(Ok(()));
        }
        for label in &lacking {
            if let Err(failure) = self.client.make_label(label)? {
                return Ok(Err(failure));
            }
        }
        self.client
            .relabel(number, &Edit { add_labels: &lacking, remove_labels: &surplus, ..Edit::default() })
    }

    fn end(
        &self,
        hand: &mut InHand<'_>,
        news: &Farewell,
        intent: u64,
        done: Result<ActResult, Failure>,
        sentence: String,
    ) -> Telling {
        match done {
            Ok(result) => {
                hand.record(&news.promotion, Fact::Done { intent, result })?;
                Ok(Ok(Some(sentence)))
            }
            Err(Failure::Interrupted) => Ok(Err(Failure::Interrupted)),
            Err(failure) => {
                let why = self.secrets.hide(&failure.to_string());
                let is_last = |fact: &Fact| matches!(fact, Fact::Failed { intent: of, why: said } if *of == intent && *said == why);
                if !hand.ledger().records().iter().any(|record| is_last(&record.fact)) {
                    hand.record(&news.promotion, Fact::Failed { intent, why })?;
                }
                Ok(Err(failure))
            }
        }
    }
}

/// The intent to do it: one that has not come to its good end, else a new one.
fn intend(hand: &mut InHand<'_>, promotion: &PromotionId, act: Act) -> Result<u64, IssueError> {
    let records = hand.ledger().records();
    let is_it = |fact: &Fact| matches!(fact, Fact::Intended(intended) if *intended == act);
    let known = records.iter().rfind(|record| record.promotion == *promotion && is_it(&record.fact));
    match known.map(|record| record.seq) {
        Some(intent) => Ok(intent),
        None => Ok(hand.record(promotion, Fact::Intended(act))?),
    }
}

fn words(news: &Farewell) -> String {
    match &news.news {
        News::Decided(told) => rollback_comment::decided(told),
        News::RolledBack { decided, running } => rollback_comment::rolled_back(decided, running),
        News::Revoked(told) => {
            let what = &told.what;
            rollback_comment::revoked(told, &what.reason, what.to.name(), what.measured)
        }
        News::Explained(notes) => rollback_comment::explained(notes),
    }
}

fn heading(news: &Farewell) -> &'static str {
    match &news.news {
        News::Decided(_) => "a rollback was decided",
        News::RolledBack { .. } => "it was rolled back",
        News::Revoked(_) => "it was revoked",
        News::Explained(_) => "what was found out",
    }
}
