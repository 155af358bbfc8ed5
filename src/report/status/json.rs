//! Where components stand, as the published JSON document, schema 1: how it is laid out is `wire`'s.

use jiff::Timestamp;

use crate::model::promotion::{self as model, EndKind};
use crate::model::record::Verification;
use crate::model::stage::Stage;

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::{Check, Container, Waiver};
use super::super::soak_json::Soak;
use super::wire::{
    BrokenLedger, Completed, Component, Defect, Deployment, Document, Ended, Head, Hold, Issue, Kind,
    Measured, Next, Obstacle, Pending, Promotion, Rollback, Sound, SoundLedger, State, UnreadableLedger,
    Untold,
};
use super::{ComponentStatus, Decided, Known, Status, Told, is_fresh};

/// The document.
pub(super) fn render(status: &Status, exit_code: u8) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&status.version),
        kind: Kind::Status,
        project: &status.project,
        time: status.time,
        commit: status.commit.as_deref(),
        dirty: status.dirty,
        components: status.components.iter().map(|one| component(one, status.time)).collect(),
        exit_code,
    })
}

fn component(component: &ComponentStatus, now: Timestamp) -> Component<'_> {
    let head = Head {
        name: &component.name,
        title: &component.title,
        group: component.group.as_deref(),
        priority: component.priority.as_deref(),
        declared: component.declared,
    };
    let file = component.ledger.as_str();
    match &component.told {
        Told::Broken { defects, hint } => {
            let defects = defects.iter().map(|(line, message)| Defect { line: *line, message }).collect();
            let ledger = BrokenLedger { file, state: State::Broken, defects, hint };
            Component::Broken(Untold { head, ledger })
        }
        Told::Unreadable { why } => {
            let ledger = UnreadableLedger { file, state: State::Unreadable, message: why };
            Component::Unreadable(Untold { head, ledger })
        }
        Told::Sound(known) => Component::Sound(Box::new(sound(head, file, known, now))),
    }
}

fn sound<'a>(head: Head<'a>, file: &'a str, known: &'a Known, now: Timestamp) -> Sound<'a> {
    let standing = &known.standing;
    Sound {
        head,
        ledger: SoundLedger {
            file,
            state: State::Sound,
            records: known.records,
            head: known.head.as_deref(),
            torn_bytes: known.torn,
        },
        stage: standing.stage.name(),
        to: standing.stage.next().map(Stage::name),
        phase: standing.promotion.as_ref().map(|promotion| promotion.phase.name()),
        measured: standing.last_measured().map(|measured| measurement(known, measured)),
        promotion: standing.promotion.as_ref().map(promotion),
        hold: standing.hold.as_ref().map(|hold| Hold {
            record: hold.seq,
            time: hold.time,
            actor: &hold.actor,
            reason: &hold.what,
        }),
        completed: standing.completed.as_ref().map(|one| Completed {
            promotion: one.promotion.id.as_str(),
            time: one.time,
            from: one.from.name(),
        }),
        ended: standing.ended.as_ref().map(ended),
        rollbacks: known.rollbacks.iter().map(|one| rollback(one, now)).collect(),
        contradicted: known.contradicted.as_deref(),
        lapsed: known.lapsed.as_deref(),
        obstacles: known.obstacles.iter().map(obstacle).collect(),
        soak: known.soak.as_ref().map(Soak::of),
        next: Next {
            step: known.next.step,
            command: known.next.command.as_deref(),
            purpose: &known.next.purpose,
            until: known.next.until,
            due: known.next.due,
        },
    }
}

fn obstacle(obstacle: &super::Obstacle) -> Obstacle<'_> {
    Obstacle { kind: obstacle.kind.name(), message: &obstacle.message, hint: &obstacle.hint }
}

fn ended(ended: &model::Ended) -> Ended<'_> {
    Ended {
        promotion: ended.id.as_str(),
        kind: match ended.kind {
            EndKind::RolledBack => "rolled_back",
            EndKind::Revoked => "revoked",
        },
        time: ended.time,
        reason: &ended.reason,
    }
}

/// What is to go or to be mended, and what was.
fn rollback(rollback: &super::Rollback, now: Timestamp) -> Rollback<'_> {
    let Decided { time, actor, what, .. } = &rollback.decided;
    Rollback {
        promotion: rollback.promotion.as_str(),
        severity: what.severity.name(),
        reason: &what.reason,
        time: *time,
        actor,
        due: what.due,
        open: rollback.open,
        overdue: rollback.is_overdue(now),
    }
}

fn measurement<'a>(known: &'a Known, measured: &'a model::Measurement) -> Measured<'a> {
    let Verification { verdict, commit, dirty, checks, policy, environment, absent_imports, waivers, .. } =
        &measured.verification;
    Measured {
        record: measured.seq,
        time: measured.time,
        actor: known.measured_by.as_deref(),
        verdict: verdict.name(),
        fresh: is_fresh(known),
        stale_by: known.stale.iter().map(|kind| kind.name()).collect(),
        commit: commit.as_deref(),
        dirty: *dirty,
        policy_sha256: &policy.sha256,
        environment_sha256: &environment.sha256,
        absent_imports,
        checks: checks.iter().map(Check::of).collect(),
        waivers: waivers.iter().map(Waiver::of).collect(),
    }
}

fn promotion(promotion: &model::Promotion) -> Promotion<'_> {
    Promotion {
        id: promotion.id.as_str(),
        to: promotion.to.name(),
        begun: promotion.begun,
        phase: promotion.phase.name(),
        issue: promotion.issue.as_ref().map(|issue| Issue {
            number: issue.number,
            url: &issue.url,
            since: issue.since,
        }),
        deployment: promotion.deployment.as_ref().map(|deployment| Deployment {
            record: deployment.intent,
            time: deployment.time,
            commit: &deployment.commit,
            running: Container::all(&deployment.running),
            proof: &deployment.proof,
        }),
        deploy_failed: promotion.deploy_failed.as_deref(),
        pending: promotion.pending.iter().map(pending).collect(),
    }
}

fn pending(pending: &model::Pending) -> Pending<'_> {
    Pending {
        record: pending.intent,
        time: pending.time,
        act: pending.act.name(),
        failed: pending.failed.as_deref(),
    }
}
