//! Brings the issue on GitHub to what it should be, step by step: look, intend, act, look, record.
//! Not whether it may be opened at all.

use jiff::Timestamp;

use crate::app::context::Context;
use crate::app::in_hand::{InHand, dependencies};
use crate::app::ledgers::Ledgers;
use crate::app::override_words;
use crate::app::present;
use crate::app::project::Workspace;
use crate::app::refusal;
use crate::ledger::{Head, Ledger};
use crate::lifecycle::{self, Obstacle};
use crate::model::component::Component;
use crate::model::promotion::{Pending, Phase, Promotion, Standing};
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::secret::Secrets;
use crate::report::issue_mark;
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, file};
use crate::tools::gh::{Failure, Issue};

use super::errand::Courier;
use super::outcome::{Consent, Deed, Double, IssueError, Place, Report};
use super::target::{Found, Step, Wanted, find, missing, step};
use super::text::{Source, template};
use super::turn::Turn;

/// All that is needed to speak about one component's issue.
pub(super) struct Desk<'a> {
    workspace: &'a Workspace,
    component: &'a Component,
    folder: &'a RunFolder,
    pub(super) courier: Courier<'a>,
    blockers: Vec<String>,
}

/// What was seen on GitHub, and what follows from it.
struct Seen {
    wanted: Wanted,
    issue: Option<Issue>,
    others: Vec<Issue>,
    step: Step,
    /// Labels that the step needs and that are not there.
    missing: Vec<String>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        component: &'a Component,
        repository: &'a str,
        context: &'a Context<'a>,
        secrets: &'a Secrets,
    ) -> Result<Self, IssueError> {
        let courier = Courier::new(context, repository, secrets);
        let blockers = blockers(workspace, component)?;
        Ok(Self { workspace, component, folder: context.folder, courier, blockers })
    }

    /// What would be done; nothing is.
    pub(super) fn tell(&self, ledger: &Ledger) -> Result<Report, IssueError> {
        let standing = lifecycle::stand(self.component.stage, &ledger.records);
        let promotion = under_way(&standing)?;
        let source = self.source(&standing, promotion)?;
        let tried = tried(&ledger.records, promotion);
        match self.look(&source, ledger.head(), tried)? {
            Ok(seen) => {
                let deed = match seen.step {
                    Step::Open => Deed::WouldOpen,
                    Step::Edit { .. } => Deed::WouldUpdate,
                    Step::Nothing => Deed::UpToDate,
                };
                Ok(self.report(promotion, deed, &seen, seen.issue.as_ref().map(place)))
            }
            Err(failure) => {
                let (others, missing) = (Vec::new(), Vec::new());
                let wanted = source.wanted(ledger.head(), tried)?;
                let seen = Seen { wanted, issue: None, others, step: Step::Open, missing };
                let known = promotion.issue.as_ref();
                let known = known.map(|issue| Place { number: issue.number, url: issue.url.clone() });
                let deed = if known.is_some() { Deed::WouldUpdate } else { Deed::WouldOpen };
                Ok(Report { unasked: Some(failure), ..self.report(promotion, deed, &seen, known) })
            }
        }
    }

    /// Makes the issue say what it should.
    pub(super) fn settle(
        &self,
        hand: &mut InHand<'_>,
        consent: Consent<'_>,
        turn: &mut Turn,
    ) -> Result<Report, IssueError> {
        let standing = hand.standing();
        let promotion = under_way(&standing)?;
        let source = self.source(&standing, promotion)?;
        let tried = tried(hand.ledger().records(), promotion);
        let pending = promotion.pending.iter().find(|pending| matches!(pending.act, Act::OpenIssue { .. }));
        if let Some(pending) = pending.filter(|_| !turn.is_settled) {
            self.courier.let_settle(pending, hand.ledger().records())?;
        }
        let seen = match self.look(&source, hand.head(), tried)? {
            Ok(seen) => seen,
            // Nothing was tried; what was intended before, or is from now on, stays owed.
            Err(failure) => {
                let intent = match pending {
                    Some(pending) => pending.intent,
                    None => self.intend(hand, promotion, &source.wanted(hand.head(), None)?)?,
                };
                return Err(self.owe(hand, promotion, pending, intent, failure)?);
            }
        };
        if seen.step == Step::Nothing {
            return self.found_done(hand, promotion, pending, &seen);
        }
        self.may_make(&seen.missing, consent)?;
        let opened = seen.issue.as_ref().map_or_else(clock::now, |issue| issue.created);
        let wanted = source.wanted(hand.head(), Some(opened))?;
        // Each attempt has an intent of its own, so that the next run knows when the last one was.
        let (head, intent) = (hand.head(), self.intend(hand, promotion, &wanted)?);
        match turn.act(|| self.act(&seen, &wanted))? {
            Ok(told) => self.acted(hand, promotion, intent, &Seen { wanted, ..seen }, told),
            Err(Failure::Interrupted) => Err(IssueError::Interrupted),
            Err(failure) => {
                // The answer was lost, and perhaps only the answer.
                if failure.leaves_open()
                    && let Ok(Ok(after)) = self.look(&source, head, Some(opened))
                    && after.step == Step::Nothing
                    && let Some(issue) = after.issue.as_ref().map(place)
                {
                    turn.ended();
                    return self.acted(hand, promotion, intent, &Seen { step: seen.step, ..after }, issue);
                }
                Err(self.owe(hand, promotion, pending, intent, failure)?)
            }
        }
    }

    /// Records the intent, if the promotion is still what GitHub is told of it: the ledger was not held meanwhile.
    fn intend(
        &self,
        hand: &mut InHand<'_>,
        promotion: &Promotion,
        wanted: &Wanted,
    ) -> Result<u64, IssueError> {
        let is_still = |records: &[Record]| {
            let now = lifecycle::stand(self.component.stage, records).promotion;
            let goes = |one: &Promotion| one.phase >= Phase::RollingBack;
            now.is_some_and(|now| now.id == promotion.id && goes(&now) == goes(promotion))
        };
        let intent = hand.record_if(&promotion.id, Fact::Intended(self.opening(wanted)), is_still)?;
        intent.ok_or_else(|| {
            IssueError::Busy("what is recorded of the promotion has changed meanwhile".to_owned())
        })
    }

    fn source<'s>(
        &'s self,
        standing: &'s Standing,
        promotion: &'s Promotion,
    ) -> Result<Source<'s>, IssueError> {
        Ok(Source {
            workspace: self.workspace,
            component: self.component,
            standing,
            promotion,
            blockers: self.blockers.clone(),
            overrides: self.overrides(standing),
            template: template(self.workspace)?,
            secrets: self.courier.secrets,
        })
    }

    /// The checks that are set aside, in words. Where none ever was, the project need not be looked at.
    fn overrides(&self, standing: &Standing) -> Vec<String> {
        if standing.overrides.is_empty() {
            return Vec::new();
        }
        let commits = present::commits(standing);
        let now = present::now(self.workspace, self.folder, Some(self.component), &commits);
        override_words::in_force(standing, &now)
    }

    /// Looks at GitHub; the issue was tried to be opened at that time.
    fn look(
        &self,
        source: &Source<'_>,
        head: Head,
        tried: Option<Timestamp>,
    ) -> Result<Result<Seen, Failure>, IssueError> {
        let mut wanted = source.wanted(head, None)?;
        let issues = match self.courier.client.issues()? {
            Ok(issues) => issues,
            Err(Failure::Interrupted) => return Err(IssueError::Interrupted),
            Err(failure) => return Ok(Err(failure)),
        };
        let (issue, others) = match find(&issues, &wanted) {
            Found::None => (None, Vec::new()),
            Found::Ours { issue, .. } if !issue.open => return Err(IssueError::Closed(place(&issue))),
            Found::Ours { issue, others } => (Some(issue), others),
            Found::Doubtful(issue) => return Err(IssueError::Doubtful(place(&issue))),
        };
        let mut bodies = Vec::new();
        if let Some(issue) = &issue {
            wanted = source.wanted(head, Some(issue.created))?;
            let own = head.to_string();
            let anchor = issue_mark::anchor(&issue.body).unwrap_or(&own);
            for opened in tried.into_iter().chain([issue.created]) {
                bodies.push(source.body(anchor, Some(opened))?);
            }
        }
        let step = step(issue.as_ref(), &wanted, &bodies);
        let needed: &[String] = match &step {
            Step::Open => &wanted.labels,
            Step::Edit { add_labels, .. } => add_labels,
            Step::Nothing => &[],
        };
        let missing = if needed.is_empty() {
            Vec::new()
        } else {
            match self.courier.client.labels()? {
                Ok(there) => missing(needed, &there),
                Err(Failure::Interrupted) => return Err(IssueError::Interrupted),
                Err(failure) => return Ok(Err(failure)),
            }
        };
        Ok(Ok(Seen { wanted, issue, others, step, missing }))
    }

    fn may_make(&self, labels: &[String], consent: Consent<'_>) -> Result<(), IssueError> {
        let may = match consent {
            _ if labels.is_empty() => true,
            Consent::Given => true,
            Consent::Asked(ask) => ask(labels),
            Consent::Withheld => false,
        };
        let repository = self.courier.repository.to_owned();
        if may { Ok(()) } else { Err(IssueError::LabelsMissing { repository, labels: labels.to_vec() }) }
    }

    fn opening(&self, wanted: &Wanted) -> Act {
        Act::OpenIssue {
            repository: self.courier.repository.to_owned(),
            marker: wanted.mark.clone(),
            title: wanted.title.clone(),
            body_sha256: file::sha256_of_text(&wanted.body),
        }
    }

    fn act(&self, seen: &Seen, wanted: &Wanted) -> Result<Result<Place, Failure>, IssueError> {
        for label in &seen.missing {
            if let Err(failure) = self.courier.client.make_label(label)? {
                return Ok(Err(failure));
            }
        }
        let told = match (&seen.step, &seen.issue) {
            (Step::Edit { title, body, add_labels }, Some(issue)) => {
                let (title, body) =
                    (title.then_some(wanted.title.as_str()), body.then_some(wanted.body.as_str()));
                self.courier.client.edit(issue.number, title, body, add_labels)?
            }
            (Step::Open | Step::Edit { .. } | Step::Nothing, _) => {
                self.courier.client.open(&wanted.title, &wanted.body, &wanted.labels)?
            }
        };
        Ok(told.map(|(number, url)| Place { number, url }))
    }

    /// It was done as far as gh tells. Looks whether another process has opened one too, and records what is there.
    fn acted(
        &self,
        hand: &mut InHand<'_>,
        promotion: &Promotion,
        intent: u64,
        seen: &Seen,
        told: Place,
    ) -> Result<Report, IssueError> {
        let (mut issue, mut others) = (told, Vec::new());
        if let Ok(Ok(issues)) = self.courier.client.issues() {
            let wanted = Wanted { known: Some(issue.number), ..seen.wanted.clone() };
            if let Found::Ours { issue: first, others: further } = find(&issues, &wanted) {
                (issue, others) = (place(&first), further);
            }
        }
        let result = ActResult::Issue { number: issue.number, url: issue.url.clone() };
        hand.record(&promotion.id, Fact::Done { intent, result })?;
        let deed = if seen.step == Step::Open { Deed::Opened } else { Deed::Updated };
        let others = others.iter().map(double).collect();
        Ok(Report { others, ..self.report(promotion, deed, seen, Some(issue)) })
    }

    /// It says what it should. What the ledger does not know yet is recorded.
    fn found_done(
        &self,
        hand: &mut InHand<'_>,
        promotion: &Promotion,
        pending: Option<&Pending>,
        seen: &Seen,
    ) -> Result<Report, IssueError> {
        let found = seen.issue.as_ref().map(place);
        if let Some(issue) = &found {
            let is_known = promotion.issue.as_ref().is_some_and(|known| known.number == issue.number);
            let intent = match (pending, is_known) {
                (Some(pending), _) => Some(pending.intent),
                (None, false) => Some(self.intend(hand, promotion, &seen.wanted)?),
                (None, true) => None,
            };
            if let Some(intent) = intent {
                let result = ActResult::Issue { number: issue.number, url: issue.url.clone() };
                hand.record(&promotion.id, Fact::Done { intent, result })?;
            }
        }
        Ok(self.report(promotion, Deed::UpToDate, seen, found))
    }

    /// Records that it is owed; what is recorded so already, is.
    fn owe(
        &self,
        hand: &mut InHand<'_>,
        promotion: &Promotion,
        pending: Option<&Pending>,
        intent: u64,
        failure: Failure,
    ) -> Result<IssueError, IssueError> {
        let why = self.courier.secrets.hide(&failure.to_string());
        let is_said = pending.is_some_and(|one| one.intent == intent && one.failed.as_ref() == Some(&why));
        if !is_said {
            hand.record(&promotion.id, Fact::Failed { intent, why })?;
        }
        Ok(IssueError::Owed(failure))
    }

    fn report(&self, promotion: &Promotion, deed: Deed, seen: &Seen, issue: Option<Place>) -> Report {
        Report {
            component: self.component.name.clone(),
            promotion: promotion.id.to_string(),
            repository: self.courier.repository.to_owned(),
            deed,
            issue,
            others: seen.others.iter().map(double).collect(),
            title: seen.wanted.title.clone(),
            labels: seen.wanted.labels.clone(),
            made: seen.missing.clone(),
            body: seen.wanted.body.clone(),
            remarks: Vec::new(),
            unasked: None,
        }
    }
}

/// When the issue was about to be opened: by the attempt that did it, else by the last one.
fn tried(records: &[Record], promotion: &Promotion) -> Option<Timestamp> {
    let mut own = records.iter().filter(|record| record.promotion == promotion.id);
    let done = own.find_map(|record| match &record.fact {
        Fact::Done { intent, result: ActResult::Issue { .. } } => Some(*intent),
        _ => None,
    });
    let of_done = done.and_then(|intent| records.iter().find(|record| record.seq == intent));
    let is_opening = |pending: &&Pending| matches!(pending.act, Act::OpenIssue { .. });
    let pending = promotion.pending.iter().find(is_opening).map(|pending| pending.time);
    of_done.map(|record| record.time).or(pending)
}

/// What stands in the way of a deployment besides the gate: an issue may be opened before that is out of the way.
fn blockers(workspace: &Workspace, component: &Component) -> Result<Vec<String>, IssueError> {
    let needed = dependencies(workspace, component)?;
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let to = lifecycle::stand(component.stage, &records).stage.next();
    let behind = needed.into_iter().filter(|(_, stage)| Some(*stage) < to);
    Ok(behind.map(|(component, stage)| refusal::words(&Obstacle::Dependency { component, stage })).collect())
}

/// The promotion that is under way. There is one wherever its gate was passed.
pub(super) fn under_way(standing: &Standing) -> Result<&Promotion, IssueError> {
    let none = || IssueError::Other(anyhow::anyhow!("there is no promotion under way"));
    standing.promotion.as_ref().ok_or_else(none)
}

pub(super) fn place(issue: &Issue) -> Place {
    Place { number: issue.number, url: issue.url.clone() }
}

fn double(issue: &Issue) -> Double {
    Double { place: place(issue), open: issue.open }
}
