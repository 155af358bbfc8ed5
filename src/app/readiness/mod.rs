//! The readiness of all components for those who lead releases: a projection of the policy and the ledgers, as `status` is
//! (`app::survey`), with what has changed, what is missing, and how it came about. It measures nothing and writes nothing.
//!
//! Not how it is laid out (`report::readiness`). The hard part is that each renderer says the same: what decides something
//! is decided here, once, and told in words.

mod attention;
mod difference;
mod findings;
mod gap;
mod in_force;
mod past;
mod remedy;
mod since;
mod state;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ledger::Ledger;
use crate::lifecycle::rollback::Duty;
use crate::model::component::Component;
use crate::model::freeze::frozen;
use crate::model::observation::Sign;
use crate::model::record::{CheckOutcome, CheckRecord, Fact, Record, WaiverRecord};
use crate::model::stage::Stage;
use crate::report::readiness::{
    Attention, Blocker, Check, ComponentReadiness, Freeze, LEDGER_BROKEN, Measured, Next, Observation,
    Readiness, Reason, RuleDays, State, TO_BE_MENDED, weightiest,
};
use crate::report::recorded_until;
use crate::report::soak::SoakView;
use crate::report::status::{ComponentStatus, Known, ObstacleKind, Told, is_fresh};
use crate::sys::run_folder::RunFolder;

use super::ledgers::{FOLDER, LedgerFault, Ledgers};
use super::notice;
use super::project::Workspace;
use super::survey;

use past::Coverage;

pub use findings::{WithError, add};
pub use since::{Since, SinceError, since};

/// How many coverage figures of a component are shown, the last ones.
const FIGURES: usize = 24;
/// How many changes of one component are told.
const CHANGES: usize = 20;
/// The kind of a blocker where a ledger could not be read.
const LEDGER_UNREADABLE: &str = "ledger_unreadable";
const DAY: u64 = 24 * 3_600;

/// Gathers the readiness of all components; what has changed is told from `since` on.
///
/// # Errors
/// Where there is no place for what git says.
pub fn readiness(workspace: &Workspace, since: &Since) -> anyhow::Result<Readiness> {
    let status = survey::survey(workspace, &[])?;
    let folder = RunFolder::create(&workspace.root)?;
    let desk = Desk { workspace, folder: &folder, now: status.time, since };
    let mut components: Vec<ComponentReadiness> =
        status.components.iter().map(|one| desk.component(one)).collect();
    components.sort_by_cached_key(ComponentReadiness::key);
    let freezes = workspace.policy.project.freezes.iter().filter(|freeze| freeze.window.to() > status.time);
    let mut freezes: Vec<Freeze> = freezes
        .map(|freeze| Freeze {
            from: freeze.window.from(),
            to: freeze.window.to(),
            reason: freeze.reason.clone(),
            in_force: freeze.window.from() <= status.time,
        })
        .collect();
    freezes.sort_by_key(|freeze| (freeze.from, freeze.to));
    Ok(Readiness {
        project: status.project,
        time: status.time,
        since: since.time,
        compared: since.compared(),
        commit: status.commit,
        dirty: status.dirty,
        freezes,
        gone: difference::gone(&components, since),
        components,
        notes: Vec::new(),
    })
}

/// What is looked at for each component.
struct Desk<'a> {
    workspace: &'a Workspace,
    folder: &'a RunFolder,
    now: Timestamp,
    since: &'a Since,
}

impl Desk<'_> {
    fn component(&self, status: &ComponentStatus) -> ComponentReadiness {
        let declared = self.workspace.policy.component(&status.name);
        let mut component = empty(status, declared);
        let mut records: Vec<Record> = Vec::new();
        match &status.told {
            Told::Broken { defects, hint } => {
                let (line, what) = defects.first().map_or((0, ""), |(line, what)| (*line, what.as_str()));
                let message = format!("its ledger does not verify: line {line} {what}");
                unknown(&mut component, LEDGER_BROKEN, message, hint.clone());
            }
            Told::Unreadable { why } => {
                let hint = format!("see that `{FOLDER}` is a folder, and make `{}` readable", status.ledger);
                unknown(&mut component, LEDGER_UNREADABLE, format!("its ledger cannot be read: {why}"), hint);
            }
            Told::Sound(known) => match self.past(known, &status.name) {
                Ok((ledger, coverage)) => {
                    self.sound(&mut component, known, declared, (&ledger, coverage));
                    records = ledger.records;
                }
                Err(fault) => {
                    let hint = format!("look again; `tta-promote audit {}` says what is wrong", status.name);
                    unknown(&mut component, LEDGER_UNREADABLE, fault.to_string(), hint);
                }
            },
        }
        let differences = difference::differences(&component, &records, self.since);
        component.changes.splice(0..0, differences);
        let told: Vec<_> = weightiest(&component.changes, CHANGES).into_iter().cloned().collect();
        component.more_changes = (component.changes.len() - told.len()) as u64;
        component.changes = told;
        component
    }

    /// The records that `known` was folded from, and the figures of coverage among them.
    fn past(&self, known: &Known, name: &str) -> Result<(Ledger, Coverage), LedgerFault> {
        let (mut ledger, bytes) = Ledgers::of(self.workspace).outline(name)?;
        let mut coverage = Coverage::default();
        // What was recorded meanwhile is told by the next report.
        let seen = usize::try_from(known.records).unwrap_or(usize::MAX);
        ledger.records.truncate(seen);
        let before = self.since.before(name);
        for record in ledger.records.iter().rev() {
            let Fact::Verified(_) = record.fact else { continue };
            let is_old = coverage.then.is_none() && before.holds(record.seq, record.time);
            let is_full = coverage.points.len() >= FIGURES;
            // One figure from before: else nobody could say what has changed.
            if is_full && coverage.then.is_some() {
                break;
            }
            if is_full && !is_old {
                continue;
            }
            let measured = Ledgers::measurement(name, (&ledger, &bytes), record.seq)?;
            let Some(point) = measured.and_then(|one| gap::point(record.time, &one.checks)) else { continue };
            if is_old {
                coverage.then = Some(point.clone());
            }
            if !is_full {
                coverage.points.push(point);
            }
        }
        coverage.points.reverse();
        Ok((ledger, coverage))
    }

    fn sound(
        &self,
        component: &mut ComponentReadiness,
        known: &Known,
        declared: Option<&Component>,
        (ledger, coverage): (&Ledger, Coverage),
    ) {
        let standing = &known.standing;
        let name = component.name.clone();
        let to = standing.stage.next();
        component.stage = Some(standing.stage.name());
        component.to = to.map(Stage::name);
        if let Some(measured) = standing.last_measured() {
            let verification = &measured.verification;
            let waivers = &verification.waivers;
            component.checks = verification.checks.iter().map(|one| check(one, waivers, &name)).collect();
            component.measured = Some(Measured {
                verdict: verification.verdict.name(),
                time: measured.time,
                commit: verification.commit.clone(),
                record: measured.seq,
                fresh: is_fresh(known),
            });
        }
        let duties: Vec<Duty> =
            notice::duties(self.workspace, standing, &ledger.records, self.now, self.folder);
        component.blockers = to_be_mended(&name, standing.stage, &duties);
        component.blockers.extend(self.blockers(known));
        component.observation =
            known.soak.as_ref().filter(|_| attention::is_observed(standing)).map(observation);
        component.attention = self.attention(&name, declared, known, &duties);
        // What is overdue is no second time in the way.
        if component.attention.iter().any(|one| one.kind.starts_with("rollback_")) {
            component.blockers.retain(|one| one.kind != ObstacleKind::RollingBack.name());
        }
        component.promotion = past::promotion(standing, &ledger.records);
        let start = survey::start(self.workspace, &name, ledger);
        component.records = ledger.records.len() as u64;
        let before = self.since.before(&name);
        component.changes = past::changes(start, standing, &ledger.records, &coverage, before);
        component.coverage = coverage.points;
        component.in_force = in_force::in_force(standing, declared, self.now);
        let found = state::Findings {
            known,
            attention: &component.attention,
            blockers: &component.blockers,
            checks: &component.checks,
            observation: component.observation.as_ref(),
            declared: component.state != State::Undeclared,
        };
        (component.state, component.headline) = state::state(&found);
        // Who lets it go on should see what it rests on.
        let measured = standing.measured.as_ref().filter(|_| component.state == State::Ready);
        if let Some(waived) = measured.and_then(|one| recorded_until(&one.verification)) {
            component.headline = format!("{}, {waived}", component.headline);
        }
        component.next = (component.state != State::Undeclared).then(|| Next {
            step: known.next.step,
            command: known.next.command.clone(),
            purpose: known.next.purpose.clone(),
            until: known.next.until,
        });
    }

    fn attention(
        &self,
        name: &str,
        declared: Option<&Component>,
        known: &Known,
        duties: &[Duty],
    ) -> Vec<Attention> {
        let standing = &known.standing;
        let gate = standing.stage.next().and_then(|to| self.workspace.policy.gates.get(&to));
        let mut all = attention::attention(name, known, duties, gate, self.now);
        if declared.is_none() {
            for one in &mut all {
                one.hint = format!("declare it in the policy again; then: {}", one.hint);
            }
        }
        all
    }

    /// What stands in the way of the next step. A candidate that is deployed asks its gate no more.
    fn blockers(&self, known: &Known) -> Vec<Blocker> {
        let deployed = attention::is_observed(&known.standing);
        let always = [ObstacleKind::Held, ObstacleKind::RollingBack, ObstacleKind::Dependency];
        let obstacles = known.obstacles.iter().filter(|one| !deployed || always.contains(&one.kind));
        let mut blockers: Vec<Blocker> = obstacles
            .map(|one| Blocker {
                kind: one.kind.name(),
                stale: one.kind.is_staleness(),
                message: one.message.clone(),
                hint: one.hint.clone(),
            })
            .collect();
        let frozen = frozen(&self.workspace.policy.project.freezes, self.now);
        blockers.extend(frozen.filter(|_| known.standing.stage.next().is_some()).map(|(until, reason)| {
            Blocker {
                kind: "freeze",
                stale: false,
                message: format!(
                    "nothing is promoted until {}: {reason}",
                    until.strftime("%Y-%m-%d %H:%M UTC")
                ),
                hint: "wait until it is over".to_owned(),
            }
        }));
        blockers
    }
}

/// What is to be mended and can wait a little: it keeps a candidate from being completed. What is overdue or has failed needs
/// a person, and what is to go is in the way by itself.
fn to_be_mended(name: &str, stage: Stage, duties: &[Duty]) -> Vec<Blocker> {
    let waits = |duty: &&Duty| !duty.overdue && !duty.failed && !duty.decided.what.severity.acts();
    let blocker = |duty: &Duty| Blocker {
        kind: TO_BE_MENDED,
        stale: false,
        message: notice::duty_matter(duty),
        hint: notice::duty_remedy(name, stage, duty),
    };
    duties.iter().filter(waits).map(blocker).collect()
}

/// What is known of a component without its ledger.
fn empty(status: &ComponentStatus, declared: Option<&Component>) -> ComponentReadiness {
    ComponentReadiness {
        name: status.name.clone(),
        title: status.title.clone(),
        group: status.group.clone(),
        priority: status.priority.clone(),
        owner: declared.and_then(|component| component.owner.clone()),
        ledger: status.ledger.clone(),
        records: 0,
        state: if status.declared { State::Unknown } else { State::Undeclared },
        headline: String::new(),
        stage: None,
        to: None,
        measured: None,
        checks: Vec::new(),
        attention: Vec::new(),
        blockers: Vec::new(),
        observation: None,
        promotion: None,
        coverage: Vec::new(),
        in_force: Vec::new(),
        changes: Vec::new(),
        more_changes: 0,
        next: None,
        findings: Vec::new(),
        more_findings: 0,
        by_rule: BTreeMap::new(),
        found_in: Vec::new(),
    }
}

/// That nothing is known of it.
fn unknown(component: &mut ComponentReadiness, kind: &'static str, message: String, hint: String) {
    component.state = State::Unknown;
    component.headline.clone_from(&message);
    component.blockers.push(Blocker { kind, stale: false, message, hint });
}

fn check(record: &CheckRecord, waivers: &[WaiverRecord], component: &str) -> Check {
    let reason = record.reason.as_ref().filter(|_| record.outcome == CheckOutcome::Inconclusive);
    Check {
        id: record.id.clone(),
        outcome: record.outcome.name(),
        waived: record.waived,
        summary: record.summary.clone(),
        gap: gap::gap(record, waivers),
        reason: reason.map(|(kind, message)| Reason {
            kind: kind.clone(),
            message: message.clone(),
            hint: remedy::remedy(kind, component),
        }),
    }
}

fn observation(view: &SoakView) -> Observation {
    let soak = &view.soak;
    let days = soak.needed.as_secs().div_ceil(DAY).max(1);
    let elapsed = u64::try_from(view.now.duration_since(soak.since).as_secs()).unwrap_or(0);
    let map = view.map.iter().map(|(rule, signs)| RuleDays {
        rule: rule.clone(),
        signs: signs.iter().map(|sign| sign.map(Sign::name)).collect(),
    });
    Observation {
        day: (elapsed / DAY + 1).min(days),
        days,
        proven: soak.is_proven(),
        summary: view.summary(),
        healthy_seconds: soak.healthy.as_secs(),
        needed_seconds: soak.needed.as_secs(),
        earliest: soak.earliest,
        map: map.collect(),
    }
}
