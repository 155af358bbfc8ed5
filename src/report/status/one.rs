//! One component on one screen: its checks beside their bounds, the steps of its promotion with their dates, what stands
//! in the way, and what comes next.

use jiff::Timestamp;

use crate::model::decision::RollbackSeverity;
use crate::model::promotion::{EndKind, Measurement, Pending, Promotion};
use crate::model::record::Verification;

use super::super::moment::{ago, minute};
use super::super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::super::sign::{self, Sign};
use super::super::summary::count;
use super::super::surroundings;
use super::super::text_check::clauses;
use super::super::waived;
use super::{
    ComponentStatus, Decided, Known, Rollback, Status, Told, Verbosity, act_words, clean, is_begun, is_fresh,
    is_there, owed_still,
};

/// How many defects of a ledger are named.
const DEFECTS: usize = 10;
/// The cells that the name of a step takes.
const STEP: usize = 8;

/// The page, but for its last line.
pub(super) fn render(page: &mut Page, status: &Status, component: &ComponentStatus, verbosity: Verbosity) {
    let known = match &component.told {
        Told::Sound(known) => known,
        Told::Broken { defects, hint } => {
            page.heading(&clean::line(&component.title, 60), &shown(&component.ledger));
            for (line, what) in defects.iter().take(DEFECTS) {
                page.paragraph(2, &format!("line {line}: "), Tone::Bad, &shown(what));
            }
            if defects.len() > DEFECTS {
                let more = count((defects.len() - DEFECTS) as u64, "more line");
                page.paragraph(2, "", Tone::Faint, &format!("… and {more}"));
            }
            page.paragraph(2, "do: ", Tone::Plain, &shown(hint));
            return;
        }
        Told::Unreadable { why } => {
            page.heading(&clean::line(&component.title, 60), &shown(&component.ledger));
            page.paragraph(2, "", Tone::Bad, &shown(why));
            return;
        }
    };
    heading(page, status, component, known);
    match known.standing.last_measured() {
        None => page.paragraph(2, "", Tone::Faint, "nothing was measured for the next stage yet"),
        Some(measured) => measurement(page, status, known, measured, verbosity),
    }
    if let Some(promotion) = &known.standing.promotion {
        steps(page, status, known, promotion);
    }
    if let Some(soak) = &known.soak {
        soak.render(page);
    }
    decided(page, known, status.time);
    in_the_way(page, known);
}

/// The last line.
pub(super) fn conclusion(component: &ComponentStatus) -> String {
    let name = &component.name;
    match &component.told {
        Told::Broken { .. } => format!("{name}: its ledger does not verify; see `tta-promote audit {name}`"),
        Told::Unreadable { .. } => format!("{name}: its ledger cannot be read"),
        Told::Sound(_) if !component.declared => {
            format!("{name}: the policy does not declare it any more; its ledger is kept")
        }
        Told::Sound(known) => {
            let next = &known.next;
            let command = next.command.as_ref().map(|command| format!("`{command}` ")).unwrap_or_default();
            let until = next
                .until
                .map(|until| format!("; the pass counts until {}", minute(until)))
                .unwrap_or_default();
            let due = next.due.map(|due| format!(", {} at the earliest", minute(due))).unwrap_or_default();
            format!("{name}: next {command}{}{until}{due}", next.purpose)
        }
    }
}

fn heading(page: &mut Page, status: &Status, component: &ComponentStatus, known: &Known) {
    let stage = known.standing.stage;
    let way = stage.next().map_or_else(|| stage.to_string(), |to| format!("{stage} → {to}"));
    let place = match &status.commit {
        None => "outside of any commit".to_owned(),
        Some(commit) => {
            let dirty = if status.dirty == Some(true) { " with uncommitted changes" } else { "" };
            format!("at {}{dirty}", surroundings::short(commit))
        }
    };
    let parts = [component.priority.clone(), Some(way), Some(place)];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| shown(&part)).collect();
    page.heading(&clean::line(&component.title, 60), &parts.join("  "));
}

fn measurement(
    page: &mut Page,
    status: &Status,
    known: &Known,
    measured: &Measurement,
    verbosity: Verbosity,
) {
    let verification = &measured.verification;
    checks(page, verification);
    page.gap();
    let commit = verification.commit.as_deref().map_or_else(
        || "outside of any commit".to_owned(),
        |commit| format!("at {}", surroundings::short(commit)),
    );
    let dirty = if verification.dirty == Some(true) { " with uncommitted changes" } else { "" };
    let by =
        known.measured_by.as_deref().map(|by| format!(", by {}", surroundings::who(by))).unwrap_or_default();
    let time = format!("{}, {}", minute(measured.time), ago(measured.time, status.time));
    let fresh = if is_fresh(known) { "" } else { "; stale" };
    let words = format!("measured {time}{by}, {commit}{dirty} (record {}{fresh})", measured.seq);
    page.paragraph(2, "", if fresh.is_empty() { Tone::Faint } else { Tone::Unknown }, &shown(&words));
    for one in &verification.waivers {
        let words = format!(
            "{} of {} {} in {} until {} ({}, {}: {})",
            one.covered, one.check, one.rule, one.path, one.expires, one.owner, one.issue, one.reason
        );
        page.paragraph(2, "waived: ", Tone::Plain, &shown(&words));
    }
    page.paragraph(2, "", Tone::Faint, &shown(&surroundings::environment(&verification.environment)));
    if let Some(absent) = surroundings::absent(&verification.absent_imports) {
        page.paragraph(2, "", Tone::Unknown, &shown(&absent));
    }
    if verbosity == Verbosity::Verbose {
        let policy = &verification.policy;
        page.paragraph(2, "", Tone::Faint, &shown(&format!("policy {} {}", policy.file, policy.sha256)));
        if let Some(head) = &known.head {
            page.paragraph(2, "", Tone::Faint, &format!("ledger {}, {head}", count(known.records, "record")));
        }
    }
}

/// Each check: mark, name, word, value beside bound.
fn checks(page: &mut Page, verification: &Verification) {
    let names: Vec<String> = verification.checks.iter().map(|check| shown(&check.id)).collect();
    let widest = names.iter().map(|name| cells(name)).max().unwrap_or(0).min(24);
    let signs: Vec<Sign> = verification.checks.iter().map(sign::of_record).collect();
    let word = signs.iter().map(|sign| cells(sign.word)).max().unwrap_or(0);
    let indent = 2 + 2 + widest + 2 + word + 2;
    for ((check, name), sign) in verification.checks.iter().zip(&names).zip(&signs) {
        let lines = clauses(&shown(&check.summary), page.width().saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
                continue;
            }
            page.line(&[
                (sign.tone, &format!("  {} ", sign.mark)),
                (Tone::Plain, &format!("{}  ", fitted(name, widest))),
                (sign.tone, &format!("{}  ", fitted(sign.word, word))),
                (Tone::Plain, line),
            ]);
        }
    }
}

/// The steps of the promotion, those that are owed or without an end last.
fn steps(page: &mut Page, status: &Status, known: &Known, promotion: &Promotion) {
    page.gap();
    let title = shown(promotion.id.as_str());
    let begun = format!("begun {}", minute(promotion.begun));
    page.heading(&title, &begun);
    if let Some(measured) = &known.standing.measured {
        let sign = sign::of_verdict(measured.verification.verdict);
        let words = format!("{}, record {}", waived::recorded(&measured.verification), measured.seq);
        step(page, sign, "verified", &minute(measured.time), &words);
    }
    if let Some(issue) = &promotion.issue {
        step(page, sign::DONE, "issue", &minute(issue.since), &shown(&issue.url));
    }
    if let Some(deployment) = &promotion.deployment {
        let commit = surroundings::short(&deployment.commit);
        let words = format!("{} at {commit}, {}", promotion.to, ago(deployment.time, status.time));
        step(page, sign::DONE, "deployed", &minute(deployment.time), &shown(&words));
        for proof in &deployment.proof {
            page.paragraph(6, "", Tone::Faint, &shown(proof));
        }
        for container in &deployment.running {
            let health = container.health.as_deref().map(|health| format!(", {health}")).unwrap_or_default();
            let id: String = container.id.chars().take(12).collect();
            let words = format!("{id}  {}  {}{health}", container.reference, container.status);
            page.paragraph(6, "", Tone::Faint, &shown(&words));
        }
    }
    if let Some(why) = &promotion.deploy_failed {
        step(page, sign::FAILED, "deploy", "", &shown(why));
    }
    for pending in &promotion.pending {
        owed(page, pending);
    }
}

fn step(page: &mut Page, sign: Sign, name: &str, time: &str, words: &str) {
    let time = if time.is_empty() { String::new() } else { format!("{time}  ") };
    let indent = 4 + STEP + 2 + cells(&time);
    for (index, line) in
        super::super::page::wrapped(words, page.width().saturating_sub(indent)).iter().enumerate()
    {
        if index > 0 {
            page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
            continue;
        }
        page.line(&[
            (sign.tone, &format!("  {} ", sign.mark)),
            (Tone::Plain, &format!("{}  ", fitted(name, STEP))),
            (Tone::Faint, &time),
            (Tone::Plain, line),
        ]);
    }
}

fn owed(page: &mut Page, pending: &Pending) {
    let words = act_words(&pending.act);
    let (name, sign) = if is_begun(pending) { ("no end", sign::OPEN) } else { ("owed", sign::OPEN) };
    let words = match &pending.failed {
        Some(why) => format!("{words}: {why}"),
        None => format!("{words} was begun (record {}) and nobody wrote how it ended", pending.intent),
    };
    step(page, sign, name, &minute(pending.time), &shown(&words));
}

/// How earlier promotions ended, and what people decided.
fn decided(page: &mut Page, known: &Known, now: Timestamp) {
    let standing = &known.standing;
    let mut told: Vec<(Tone, String)> = Vec::new();
    if let Some(completed) = &standing.completed {
        let id = completed.promotion.id.as_str();
        told.push((Tone::Good, format!("{id} was completed on {}", minute(completed.time))));
    }
    if let Some(ended) = &standing.ended {
        let how = match ended.kind {
            EndKind::RolledBack => "rolled back",
            EndKind::Revoked => "revoked",
        };
        let words = format!("{} was {how} on {}: {}", ended.id, minute(ended.time), ended.reason);
        told.push((Tone::Bad, words));
    }
    for pending in owed_still(standing) {
        let why = pending.failed.as_deref().unwrap_or("nobody wrote how it ended");
        told.push((Tone::Unknown, format!("{} is owed: {why}", act_words(&pending.act))));
    }
    if let Some(hold) = &standing.hold {
        let who = surroundings::who(&hold.actor);
        told.push((Tone::Unknown, format!("held by {who} since {}: {}", minute(hold.time), hold.what)));
    }
    for rollback in &known.rollbacks {
        let tone = if rollback.open { Tone::Bad } else { Tone::Faint };
        told.push((tone, rollback_words(rollback, now)));
    }
    told.extend(known.contradicted.iter().chain(&known.lapsed).map(|words| (Tone::Bad, words.clone())));
    for signed in &standing.signed {
        let sign = &signed.what;
        let words = format!("{} signed by {}, until {}", sign.topic, sign.by, minute(sign.expires));
        told.push((Tone::Faint, words));
    }
    for one in &standing.overrides {
        let what = &one.what;
        let (checks, commit) = (what.checks.join(", "), surroundings::short(&what.commit));
        let words =
            format!("{checks} overridden at {commit} until {}: {}", minute(what.expires), what.reason);
        told.push((Tone::Unknown, words));
    }
    if !told.is_empty() {
        page.gap();
    }
    for (tone, words) in told {
        page.paragraph(2, "", tone, &shown(&words));
    }
}

/// That something is to go or to be mended, by when, and whether that time is over; or that it was.
fn rollback_words(rollback: &Rollback, now: Timestamp) -> String {
    let Decided { time, what, .. } = &rollback.decided;
    let due = match what.due {
        Some(due) if rollback.is_overdue(now) => format!(", overdue since {}", minute(due)),
        Some(due) if rollback.open => format!(", due by {}", minute(due)),
        None | Some(_) if !rollback.open && what.severity == RollbackSeverity::Medium => {
            ", and mended since".to_owned()
        }
        None | Some(_) => String::new(),
    };
    let severity = what.severity.name();
    format!("a rollback was decided ({severity}) on {}{due}: {}", minute(*time), what.reason)
}

/// What stands in the way of the next step; nothing where the candidate is deployed already.
fn in_the_way(page: &mut Page, known: &Known) {
    let deployed = known.standing.promotion.as_ref().is_some_and(|promotion| is_there(promotion.phase));
    if known.torn > 0 {
        page.gap();
        let words = "a record was never written to its end; the next one that is written sets it aside";
        page.paragraph(2, "note: ", Tone::Unknown, words);
    }
    if known.obstacles.is_empty() || deployed {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "In the way")]);
    let mut told: Vec<&str> = Vec::new();
    for obstacle in &known.obstacles {
        page.paragraph(2, "", Tone::Plain, &shown(&obstacle.message));
        // What several have in common to be done is said once.
        if !obstacle.hint.is_empty() && !told.contains(&obstacle.hint.as_str()) {
            page.paragraph(4, "do: ", Tone::Faint, &shown(&obstacle.hint));
            told.push(&obstacle.hint);
        }
    }
}
