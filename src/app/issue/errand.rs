//! An errand to an issue: a comment that it is to bear, or labels and a state that it is to have. Done once, however often
//! it is tried. Not what there is to tell.
//!
//! The hard part is an attempt whose end nobody saw: we were killed, or the answer was lost. Its intent stands in the
//! ledger. So the next attempt waits as long as GitHub may still be at work on it, then looks, and acts only where
//! nothing is there, under an intent of its own: that tells the attempt after it when it was made.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::ledger::Head;
use crate::model::promotion::Pending;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::secret::Secrets;
use crate::report::issue_mark::{self, is_marked};
use crate::sys::{abandoned, clock};
use crate::tools::gh::{Comment, Edit, Failure, Issue, fitting_body, leaves_open};

use super::client::Client;
use super::outcome::IssueError;
use super::target::is_among;
use super::turn::{self, AT_WORK, Turn};

/// After which time nothing of an attempt can be under way.
const LONG_AGO: Duration = Duration::from_secs(3_600);

/// One errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Errand {
    /// The promotion that it belongs to, which may be over.
    pub(super) promotion: PromotionId,
    /// The number of the issue.
    pub(super) issue: u64,
    /// What the issue is to bear.
    pub(super) wish: Wish,
}

/// What an issue is to bear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// A comment.
    Comment {
        /// What it is about.
        topic: String,
        /// Its text, in Markdown.
        text: String,
    },
    /// Labels and a state.
    Settled {
        /// Labels that it is to have; those that are not there are made.
        add: Vec<String>,
        /// Labels that it is to lose.
        remove: Vec<String>,
        /// Whether it is to be closed.
        close: bool,
    },
}

/// When an errand was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Now, or by an attempt whose end nobody had seen.
    Done,
    /// The ledger knew that already.
    DoneBefore,
}

/// What GitHub showed.
enum Seen<'e> {
    /// It is done.
    Done(ActResult),
    /// It is not.
    Lacking(Lack<'e>),
}

/// What an issue still lacks.
enum Lack<'e> {
    /// The comment with that mark.
    Comment { mark: String, text: &'e str },
    /// That of its labels and its state.
    Change(Change),
}

/// Who runs errands: GitHub, and what must not be told to it.
pub(super) struct Courier<'a> {
    context: &'a Context<'a>,
    pub(super) client: Client<'a>,
    pub(super) repository: &'a str,
    pub(super) secrets: &'a Secrets,
}

impl<'a> Courier<'a> {
    pub(super) fn new(context: &'a Context<'a>, repository: &'a str, secrets: &'a Secrets) -> Self {
        Self { context, client: Client::new(context, repository, secrets), repository, secrets }
    }

    /// Lets go of the ledger, and takes the turn to tell GitHub of a promotion; `Err`: it cannot be had, and why.
    pub(super) fn turn(
        &self,
        hand: &mut InHand<'_>,
        promotion: &PromotionId,
    ) -> Result<Result<Turn, String>, IssueError> {
        turn::take(hand, promotion, self.repository, self.context)
    }

    /// Takes its turn, waits for the last attempt, looks, intends, acts, looks, records. Where GitHub could not be asked
    /// before, it is not asked again: the errand is only owed.
    pub(super) fn run(
        &self,
        hand: &mut InHand<'_>,
        errand: &Errand,
        before: Option<&Failure>,
    ) -> Result<Result<Delivery, Failure>, IssueError> {
        let act = errand.act(self.repository);
        if matches!(attempt(hand.ledger().records(), &errand.promotion, &act), Attempt::Done) {
            return Ok(Ok(Delivery::DoneBefore));
        }
        let turn = match before {
            Some(failure) => Err(failure.clone()),
            None => self.turn(hand, &errand.promotion)?.map_err(Failure::NotOurTurn),
        };
        let mut turn = match turn {
            Ok(turn) => turn,
            Err(failure) => return self.leave(hand, errand, &act, failure),
        };
        let attempt = match attempt(hand.ledger().records(), &errand.promotion, &act) {
            Attempt::Done => return Ok(Ok(Delivery::DoneBefore)),
            Attempt::Open(pending) => Some(pending),
            Attempt::None => None,
        };
        if let Some(pending) = attempt.as_ref().filter(|_| !turn.is_settled) {
            self.let_settle(pending, hand.ledger().records())?;
        }
        let seen = self.look(errand)?;
        // Looked for before it is intended anew: each attempt to act has an intent of its own.
        let head = hand.head();
        let intent = match (&seen, &attempt) {
            (Ok(Seen::Done(_)) | Err(_), Some(pending)) => pending.intent,
            (Ok(Seen::Lacking(_)), _) | (_, None) => hand.record(&errand.promotion, Fact::Intended(act))?,
        };
        let came = match seen {
            Ok(Seen::Done(result)) => Ok(result),
            Ok(Seen::Lacking(lack)) => turn.act(|| self.act(errand, &lack, head))?,
            Err(failure) => Err(failure),
        };
        match came {
            Ok(result) => {
                hand.record(&errand.promotion, Fact::Done { intent, result })?;
                Ok(Ok(Delivery::Done))
            }
            Err(Failure::Interrupted) => Err(IssueError::Interrupted),
            Err(failure) => {
                self.owe(hand, errand, attempt.as_ref(), intent, &failure)?;
                Ok(Err(failure))
            }
        }
    }

    /// Leaves it owed without asking. Whose turn it is knows how it ends: an attempt of his is not given an end here.
    fn leave(
        &self,
        hand: &mut InHand<'_>,
        errand: &Errand,
        act: &Act,
        failure: Failure,
    ) -> Result<Result<Delivery, Failure>, IssueError> {
        let of = |records: &[Record]| attempt(records, &errand.promotion, act);
        hand.look_again()?;
        match of(hand.ledger().records()) {
            Attempt::Done => return Ok(Ok(Delivery::DoneBefore)),
            Attempt::Open(_) if matches!(failure, Failure::NotOurTurn(_)) => {}
            Attempt::Open(pending) => self.owe(hand, errand, Some(&pending), pending.intent, &failure)?,
            Attempt::None => {
                let is_none = |records: &[Record]| matches!(of(records), Attempt::None);
                let intent = hand.record_if(&errand.promotion, Fact::Intended(act.clone()), is_none)?;
                if let Some(intent) = intent {
                    self.owe(hand, errand, None, intent, &failure)?;
                }
            }
        }
        Ok(Err(failure))
    }

    /// An attempt that was cut off may still be under way: gh lives on where we were killed, and GitHub may be at work
    /// on what it was told. Ends the one, and waits for the other as long as GitHub works on anything, but no longer
    /// than the policy lets a tool take.
    pub(super) fn let_settle(&self, pending: &Pending, records: &[Record]) -> Result<(), IssueError> {
        let context = self.context;
        let at_work = AT_WORK.min(context.limit);
        let age = |time| Duration::try_from(clock::now().duration_since(time)).unwrap_or_default();
        let left = match &pending.failed {
            Some(why) if !leaves_open(why) => return Ok(()),
            Some(_) => at_work.saturating_sub(age(ended(pending, records).unwrap_or(pending.time))),
            None if age(pending.time) > LONG_AGO => return Ok(()),
            // When it was cut off is not known: perhaps only now.
            None => at_work,
        };
        abandoned::wait(&context.root, Duration::ZERO, context.interrupt);
        if context.interrupt.rest(left) { Err(IssueError::Interrupted) } else { Ok(()) }
    }

    /// Records that it is owed; what is recorded so already, is.
    fn owe(
        &self,
        hand: &mut InHand<'_>,
        errand: &Errand,
        attempt: Option<&Pending>,
        intent: u64,
        failure: &Failure,
    ) -> Result<(), IssueError> {
        let why = self.secrets.hide(&failure.to_string());
        let is_said = attempt.is_some_and(|one| one.intent == intent && one.failed.as_ref() == Some(&why));
        if !is_said {
            hand.record(&errand.promotion, Fact::Failed { intent, why })?;
        }
        Ok(())
    }

    fn look<'e>(&self, errand: &'e Errand) -> anyhow::Result<Result<Seen<'e>, Failure>> {
        let number = errand.issue;
        match &errand.wish {
            Wish::Comment { topic, text } => {
                let mark = issue_mark::of_comment(&errand.promotion, topic);
                let comments = match self.client.comments(number)? {
                    Ok(comments) => comments,
                    Err(failure) => return Ok(Err(failure)),
                };
                // Anybody may write our mark.
                let is_ours = |one: &Comment| one.is_believed() && is_marked(&one.text, &mark);
                let there = comments.into_iter().find(is_ours);
                Ok(Ok(match there {
                    Some(comment) => Seen::Done(ActResult::Comment { url: comment.url }),
                    None => Seen::Lacking(Lack::Comment { mark, text }),
                }))
            }
            Wish::Settled { add, remove, close } => {
                let issues = match self.client.issues()? {
                    Ok(issues) => issues,
                    Err(failure) => return Ok(Err(failure)),
                };
                let Some(issue) = issues.into_iter().find(|issue| issue.number == number) else {
                    return Ok(Err(Failure::Unreadable(format!("issue #{number} is not there"))));
                };
                let change = Change::of(&issue, add, remove, *close);
                let is_done = change.is_none();
                Ok(Ok(if is_done {
                    Seen::Done(ActResult::Settled)
                } else {
                    Seen::Lacking(Lack::Change(change))
                }))
            }
        }
    }

    /// Does it, and looks once more where the answer was lost: perhaps only the answer was.
    fn act(
        &self,
        errand: &Errand,
        lack: &Lack<'_>,
        head: Head,
    ) -> anyhow::Result<Result<ActResult, Failure>> {
        let told = match lack {
            Lack::Comment { mark, text } => {
                let text = issue_mark::marked(mark, &head.to_string(), &self.secrets.hide(text));
                let told = self.client.comment(errand.issue, &fitting_body(&text))?;
                told.map(|(_, url)| ActResult::Comment { url })
            }
            Lack::Change(change) => self.change(errand.issue, change)?.map(|()| ActResult::Settled),
        };
        match told {
            Err(failure) if failure.leaves_open() && failure != Failure::Interrupted => {
                match self.look(errand)? {
                    Ok(Seen::Done(result)) => Ok(Ok(result)),
                    Ok(Seen::Lacking(_)) | Err(_) => Ok(Err(failure)),
                }
            }
            told => Ok(told),
        }
    }

    /// Brings labels and state of an issue to what they should be.
    fn change(&self, number: u64, change: &Change) -> anyhow::Result<Result<(), Failure>> {
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
        if change.close { self.client.close(number) } else { Ok(Ok(())) }
    }
}

impl Errand {
    /// The act, as it is recorded.
    pub(super) fn act(&self, repository: &str) -> Act {
        let (repository, issue) = (repository.to_owned(), self.issue);
        match &self.wish {
            Wish::Comment { topic, .. } => {
                let marker = issue_mark::of_comment(&self.promotion, topic);
                Act::Comment { repository, issue, marker, topic: topic.clone() }
            }
            Wish::Settled { add, remove, close } => Act::SettleIssue {
                repository,
                issue,
                add: add.clone(),
                remove: remove.clone(),
                close: *close,
            },
        }
    }

    /// What it is about, for people.
    pub(super) fn name(&self) -> String {
        let issue = self.issue;
        match &self.wish {
            Wish::Comment { .. } => format!("a comment on issue #{issue}"),
            Wish::Settled { close: true, .. } => format!("the closing of issue #{issue}"),
            Wish::Settled { .. } => format!("the labels of issue #{issue}"),
        }
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
        Self {
            add: add.iter().filter(|label| !is_among(label, &issue.labels)).cloned().collect(),
            remove: issue.labels.iter().filter(|label| is_among(label, remove)).cloned().collect(),
            close: close && issue.open,
        }
    }

    fn is_none(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && !self.close
    }
}

/// What the ledger knows of an act.
pub(super) enum Attempt {
    /// It was not tried.
    None,
    /// It was tried, the last time so.
    Open(Pending),
    /// It was done.
    Done,
}

/// From the records themselves, since a promotion that is over is no part of where the component stands.
pub(super) fn attempt(records: &[Record], promotion: &PromotionId, act: &Act) -> Attempt {
    let own = || records.iter().filter(|record| record.promotion == *promotion);
    let intents: Vec<&Record> =
        own().filter(|record| matches!(&record.fact, Fact::Intended(of) if is_same(of, act))).collect();
    let is_one = |intent: u64| intents.iter().any(|record| record.seq == intent);
    if own().any(|record| matches!(record.fact, Fact::Done { intent, .. } if is_one(intent))) {
        return Attempt::Done;
    }
    let Some(last) = intents.last() else { return Attempt::None };
    let failed = records.iter().rev().find_map(|record| match &record.fact {
        Fact::Failed { intent, why } if *intent == last.seq => Some(why.clone()),
        _ => None,
    });
    Attempt::Open(Pending { intent: last.seq, time: last.time, act: act.clone(), failed })
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

/// When an attempt was recorded to have failed.
fn ended(pending: &Pending, records: &[Record]) -> Option<Timestamp> {
    let of =
        |record: &&Record| matches!(record.fact, Fact::Failed { intent, .. } if intent == pending.intent);
    records.iter().rev().find(of).map(|record| record.time)
}
