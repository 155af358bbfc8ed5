//! Where components stand, for people and for programs. Not how that is found out (`app::survey`): what is shown was
//! folded and compared before it comes here.

mod json;
mod many;
mod one;
mod wire;

use jiff::Timestamp;
use schemars::{Schema, SchemaGenerator};

use crate::model::assessment::Verdict;
use crate::model::decision::RollbackDecision;
use crate::model::promotion::{Completed, Pending, Phase, Standing, Told as Decided};
use crate::model::promotion_id::PromotionId;
use crate::model::record::Act;

use super::page::{Page, Tone};
use super::soak::SoakView;
use super::{Style, Verbosity, clean, sign};

/// Where components stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The version of this program.
    pub version: String,
    /// The project's name.
    pub project: String,
    /// When this was so.
    pub time: Timestamp,
    /// The commit; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differs from it; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// Whether one component was asked for by its name: then all is told of it.
    pub detailed: bool,
    /// The components.
    pub components: Vec<ComponentStatus>,
}

/// Where one component stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentStatus {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The group that the policy puts it in.
    pub group: Option<String>,
    /// Its priority.
    pub priority: Option<String>,
    /// Its ledger, as people would name it.
    pub ledger: String,
    /// Whether the policy declares it; else it has only left a ledger.
    pub declared: bool,
    /// What its ledger tells.
    pub told: Told,
}

/// What a ledger tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Where the component stands.
    Sound(Box<Known>),
    /// Nothing that could be relied on: these lines are not those that were written.
    Broken {
        /// Line and what is wrong with it, in order.
        defects: Vec<(usize, String)>,
        /// What to do.
        hint: String,
    },
    /// Nothing: it cannot be read.
    Unreadable {
        /// Why.
        why: String,
    },
}

/// What a sound ledger tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How many records there are.
    pub records: u64,
    /// The number and digest of the last one; `None` where there is none.
    pub head: Option<String>,
    /// How many bytes of a record that was never written to its end follow them.
    pub torn: u64,
    /// Where the component stands.
    pub standing: Standing,
    /// That the gate by which it stands where it does was measured since and is no pass.
    pub lapsed: Option<String>,
    /// Who recorded the measurement.
    pub measured_by: Option<String>,
    /// What was decided about candidates that may run.
    pub rollbacks: Vec<Rollback>,
    /// That a later measurement of the same commit shows other figures than those that it was promoted on.
    pub contradicted: Option<String>,
    /// Why that does not speak of what is there.
    pub stale: Vec<ObstacleKind>,
    /// What stands in the way of a deployment.
    pub obstacles: Vec<Obstacle>,
    /// How far its soak has come; `None` where nothing is deployed.
    pub soak: Option<SoakView>,
    /// What comes next.
    pub next: Next,
}

/// What was decided about a candidate that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// Its promotion.
    pub promotion: PromotionId,
    /// What was decided.
    pub decided: Decided<RollbackDecision>,
    /// Whether something is still to be done: what was mended, or need not be, is shown all the same.
    pub open: bool,
}

impl Rollback {
    /// Whether it should have been done by `now`.
    fn is_overdue(&self, now: Timestamp) -> bool {
        self.open && self.decided.what.due.is_some_and(|due| due <= now)
    }
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The class.
    pub kind: ObstacleKind,
    /// In a word or two, for a list.
    pub brief: String,
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The classes of what stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// The gate was never measured.
    Unmeasured,
    /// It was not passed.
    NotPassed,
    /// The measurement is of another commit.
    Commit,
    /// It is by another policy.
    Policy,
    /// It is of a working tree that differed from its commit.
    MeasuredDirty,
    /// The working tree differs from its commit now.
    Dirty,
    /// It is too old.
    Old,
    /// It was a pass by a waiver that has expired.
    Waiver,
    /// It rests on what nobody answers for any more.
    SignOff,
    /// It was recorded later than now.
    Future,
    /// What was deployed is to go first.
    RollingBack,
    /// Somebody holds it.
    Held,
    /// A component that it needs is not there yet.
    Dependency,
}

impl ObstacleKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Unmeasured,
        Self::NotPassed,
        Self::Commit,
        Self::Policy,
        Self::MeasuredDirty,
        Self::Dirty,
        Self::Old,
        Self::Waiver,
        Self::SignOff,
        Self::Future,
        Self::RollingBack,
        Self::Held,
        Self::Dependency,
    ];

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unmeasured => "unmeasured",
            Self::NotPassed => "not_passed",
            Self::Commit => "commit",
            Self::Policy => "policy",
            Self::MeasuredDirty => "measured_dirty",
            Self::Dirty => "dirty",
            Self::Old => "old",
            Self::Waiver => "waiver",
            Self::SignOff => "sign_off",
            Self::Future => "future",
            Self::RollingBack => "rolling_back",
            Self::Held => "held",
            Self::Dependency => "dependency",
        }
    }

    /// Whether it says that the measurement does not speak of what is there.
    pub fn is_staleness(self) -> bool {
        match self {
            Self::Commit
            | Self::Policy
            | Self::MeasuredDirty
            | Self::Dirty
            | Self::Old
            | Self::Waiver
            | Self::SignOff
            | Self::Future => true,
            Self::Unmeasured | Self::NotPassed | Self::RollingBack | Self::Held | Self::Dependency => false,
        }
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The step, a word for lists and JSON.
    pub step: &'static str,
    /// What to type; `None` where there is nothing to do.
    pub command: Option<String>,
    /// What it is for, a fragment.
    pub purpose: String,
    /// Until when it can be done without more ado.
    pub until: Option<Timestamp>,
    /// From when on the step after it is due.
    pub due: Option<Timestamp>,
}

/// `status` as text for the terminal, ending with a newline.
pub fn render_status(status: &Status, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = clean::line(&conclusion(status), 1000);
    let tone = tone(status);
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &conclusion)]);
        return page.into_text();
    }
    match status.components.as_slice() {
        [component] if status.detailed => one::render(&mut page, status, component, style.verbosity),
        _ => many::render(&mut page, status, style.verbosity),
    }
    page.gap();
    page.paragraph(0, "", tone, &conclusion);
    page.into_text()
}

/// `status` as the published JSON document, ending with a newline.
pub fn render_status_json(status: &Status, exit_code: u8) -> String {
    json::render(status, exit_code)
}

/// The schema of that document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    wire::schema(generator)
}

/// The last line: of one component what comes next, of several how many stand how.
fn conclusion(status: &Status) -> String {
    match status.components.as_slice() {
        [] => format!("{}: the policy declares no component", status.project),
        [component] if status.detailed => one::conclusion(component),
        components => many::conclusion(components),
    }
}

fn tone(status: &Status) -> Tone {
    let worst = status.components.iter().map(urgency).max();
    match worst {
        Some(Urgency::Broken | Urgency::Begun) => Tone::Bad,
        Some(Urgency::Failing) => sign::of_verdict(Verdict::Fail).tone,
        Some(Urgency::Unclear) => Tone::Unknown,
        _ => Tone::Plain,
    }
}

/// How urgently a component needs somebody. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// Nothing is to be done.
    Calm,
    /// It has not been looked at yet.
    Unmeasured,
    /// What was measured does not speak of what is there.
    Stale,
    /// The next step can be taken.
    Due,
    /// Something is owed to the forge.
    Owed,
    /// It could not be measured.
    Unclear,
    /// It does not pass.
    Failing,
    /// An act was begun and has no end, or what runs is to go or to be mended.
    Begun,
    /// Its ledger does not verify or cannot be read.
    Broken,
}

fn urgency(component: &ComponentStatus) -> Urgency {
    let Told::Sound(known) = &component.told else { return Urgency::Broken };
    let standing = &known.standing;
    let pending =
        standing.promotion.as_ref().map(|promotion| promotion.pending.as_slice()).unwrap_or_default();
    if pending.iter().any(is_begun) || known.torn > 0 {
        return Urgency::Begun;
    }
    let verdict = standing.measured.as_ref().map(|measured| measured.verification.verdict);
    let lapsed = standing.lapsed().map(|measured| measured.verification.verdict);
    let phase = standing.promotion.as_ref().map(|promotion| promotion.phase);
    match (verdict, phase) {
        _ if !component.declared => Urgency::Calm,
        _ if known.rollbacks.iter().any(|rollback| rollback.open) => Urgency::Begun,
        _ if lapsed == Some(Verdict::Fail) => Urgency::Failing,
        _ if standing.stage.next().is_none() && lapsed.is_some() => Urgency::Unclear,
        _ if standing.stage.next().is_none() => Urgency::Calm,
        (_, Some(Phase::RollingBack | Phase::RollbackFailed)) => Urgency::Begun,
        (_, Some(phase)) if is_there(phase) && pending.is_empty() => Urgency::Calm,
        (_, Some(phase)) if is_there(phase) => Urgency::Owed,
        (Some(Verdict::Fail), _) => Urgency::Failing,
        (Some(Verdict::Inconclusive), _) => Urgency::Unclear,
        _ if !pending.is_empty() => Urgency::Owed,
        (None, _) => Urgency::Unmeasured,
        (Some(Verdict::Pass), _) if known.obstacles.is_empty() => Urgency::Due,
        (Some(Verdict::Pass), _) => Urgency::Stale,
    }
}

/// Whether the candidate is deployed, so that its gate lets nothing more happen.
fn is_there(phase: Phase) -> bool {
    matches!(phase, Phase::Deployed | Phase::Observing | Phase::Completed)
}

/// Whether nobody can tell without a look at the world how an act ended, or the world is not as it should be.
fn is_begun(pending: &Pending) -> bool {
    pending.failed.is_none() || matches!(pending.act, Act::Restore { .. })
}

/// What is owed of promotions that are over.
fn owed_still(standing: &Standing) -> impl Iterator<Item = &Pending> {
    let ended = standing.ended.iter().map(|ended| &ended.promotion);
    let completed = standing.completed.iter().flat_map(Completed::and_below);
    let over = ended.chain(completed.map(|completed| &completed.promotion));
    over.flat_map(|promotion| &promotion.pending)
}

/// What an act is, in words.
pub fn act_words(act: &Act) -> String {
    match act {
        Act::OpenIssue { repository, .. } => format!("the promotion issue in {repository}"),
        Act::Comment { repository, issue, topic, .. } => {
            format!("the comment `{topic}` on {repository}#{issue}")
        }
        Act::Deploy(deploy) => format!("the deployment to {}", deploy.stage),
        Act::SettleIssue { repository, issue, .. } => format!("the labels of {repository}#{issue}"),
        Act::Document { path, .. } => format!("the document {path}"),
        Act::Restore { image: Some(image), .. } => format!("putting back {image}"),
        Act::Restore { image: None, .. } => "taking the deployment away again".to_owned(),
    }
}

/// Whether the measurement speaks of what is there.
pub fn is_fresh(known: &Known) -> bool {
    known.standing.last_measured().is_some() && known.stale.is_empty()
}

#[cfg(test)]
mod tests;
