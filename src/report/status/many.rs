//! Many components, a line each: by group, the most urgent last, for the end of a page is what stays on the screen.

use std::collections::BTreeMap;

use crate::model::assessment::Verdict;
use crate::model::priority::rank;

use super::super::moment::ago;
use super::super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::super::sign::{self, Sign};
use super::super::summary::count;
use super::super::{surroundings, waived};
use super::{
    ComponentStatus, Known, ObstacleKind, Status, Told, Urgency, Verbosity, act_words, clean, is_begun,
    is_fresh, is_there, owed_still, urgency,
};

/// No name takes more cells than this.
const NAME: usize = 28;
/// The cells before a name.
const MARK: usize = 4;
/// What is in the way keeps this much room, however long the rest is.
const WHY: usize = 14;
/// Components whose owed acts are told.
const TOLD: usize = 8;

struct Row<'a> {
    component: &'a ComponentStatus,
    sign: Sign,
    columns: [String; 5],
    why: String,
}

/// The page, but for its last line.
pub(super) fn render(page: &mut Page, status: &Status, verbosity: Verbosity) {
    let subject = match &status.commit {
        None => "outside of any commit".to_owned(),
        Some(commit) if status.dirty == Some(true) => {
            format!("at {} with uncommitted changes", surroundings::short(commit))
        }
        Some(commit) => format!("at {}", surroundings::short(commit)),
    };
    let all = count(status.components.len() as u64, "component");
    page.heading(&clean::line(&status.project, 60), &format!("{all}  {}", shown(&subject)));
    let groups = groups(&status.components);
    let rows: Vec<Vec<Row<'_>>> = groups
        .iter()
        .map(|(_, members)| members.iter().map(|component| row(status, component)).collect())
        .collect();
    roster(page, &groups, &rows);
    for component in groups.iter().flat_map(|(_, members)| members).filter(|one| !one.declared) {
        page.gap();
        let words = format!("`{}` has a ledger, and the policy does not declare it any more", component.name);
        page.paragraph(2, "note: ", Tone::Unknown, &shown(&words));
    }
    unfinished(page, &rows, verbosity);
    let nothing = |component: &&ComponentStatus| match &component.told {
        Told::Sound(known) => known.records == 0,
        Told::Broken { .. } | Told::Unreadable { .. } => false,
    };
    if let Some(first) = status.components.first()
        && status.components.iter().all(|component| nothing(&component))
    {
        page.gap();
        let words = format!(
            "nothing is recorded yet; `tta-promote verify {} --record` measures a gate and begins a ledger",
            first.name
        );
        page.paragraph(2, "", Tone::Plain, &shown(&words));
    }
}

/// The last line: how many stand how, the urgent ones last.
pub(super) fn conclusion(components: &[ComponentStatus]) -> String {
    let mut counts: BTreeMap<Urgency, u64> = BTreeMap::new();
    for component in components {
        *counts.entry(urgency(component)).or_default() += 1;
    }
    let told: Vec<String> = counts
        .iter()
        .map(|(urgency, number)| {
            let words = match urgency {
                Urgency::Calm => "with nothing to do",
                Urgency::Unmeasured => "not measured",
                Urgency::Stale => "with a stale pass",
                Urgency::Due => "ready for the next step",
                Urgency::Owed => "with something owed to GitHub",
                Urgency::Unclear => "inconclusive",
                Urgency::Failing => "failing",
                Urgency::Begun => "with something to bring to its end",
                Urgency::Broken => "with a ledger that cannot be relied on",
            };
            format!("{number} {words}")
        })
        .collect();
    format!("{}: {}", count(components.len() as u64, "component"), told.join(", "))
}

/// By group, the most urgent last, within it the higher priority last.
fn groups(components: &[ComponentStatus]) -> Vec<(Option<&str>, Vec<&ComponentStatus>)> {
    let key = |component: &ComponentStatus| {
        // `P0` is more urgent than `P1`, and both than none.
        let priority = component.priority.as_deref().map(|one| std::cmp::Reverse(rank(one)));
        (urgency(component), priority)
    };
    let mut by_name: BTreeMap<Option<&str>, Vec<&ComponentStatus>> = BTreeMap::new();
    for component in components {
        by_name.entry(component.group.as_deref()).or_default().push(component);
    }
    let mut groups: Vec<(Option<&str>, Vec<&ComponentStatus>)> = by_name.into_iter().collect();
    for (_, members) in &mut groups {
        members.sort_by(|one, other| key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name)));
    }
    groups.sort_by_key(|(_, members)| members.last().map(|last| urgency(last)));
    groups
}

fn roster(page: &mut Page, groups: &[(Option<&str>, Vec<&ComponentStatus>)], rows: &[Vec<Row<'_>>]) {
    const HEADS: [&str; 5] = ["", "stage", "verdict", "age", "next"];
    let all = || rows.iter().flatten();
    let mut widths: Vec<usize> = HEADS
        .iter()
        .enumerate()
        .map(|(place, head)| all().map(|row| cells(&row.columns[place])).max().unwrap_or(0).max(cells(head)))
        .collect();
    let others: usize = widths.iter().map(|width| width + 2).sum();
    let name = all().map(|row| cells(&shown(&row.component.name))).max().unwrap_or(0);
    let name = name.min(NAME).min(page.width().saturating_sub(MARK + 2 + others + WHY)).max(8);
    // On a narrow terminal the age goes first: the verdict says whether it is stale.
    if MARK + name + 2 + others + 4 > page.width() {
        widths[3] = 0;
    }
    line(
        page,
        (Tone::Faint, &spaces(MARK)),
        &fitted("name", name),
        (&HEADS.map(str::to_owned), Tone::Faint),
        &widths,
        "",
    );
    for ((group, _), rows) in groups.iter().zip(rows) {
        if groups.iter().any(|(group, _)| group.is_some()) {
            page.gap();
            let title = group.map_or_else(|| "without a group".to_owned(), shown);
            page.line(&[(Tone::Strong, &fitted(&title, cells(&title).min(page.width())))]);
        }
        for row in rows {
            let mark = format!("  {} ", row.sign.mark);
            let shown_name = fitted(&shown(&row.component.name), name);
            line(page, (row.sign.tone, &mark), &shown_name, (&row.columns, row.sign.tone), &widths, &row.why);
        }
    }
}

fn line(
    page: &mut Page,
    (tone, mark): (Tone, &str),
    name: &str,
    (columns, verdict_tone): (&[String; 5], Tone),
    widths: &[usize],
    why: &str,
) {
    let mut pieces = vec![(tone, mark.to_owned()), (Tone::Plain, format!("{name}  "))];
    let mut used = cells(mark) + cells(name) + 2;
    for (place, (column, width)) in columns.iter().zip(widths).enumerate() {
        if *width == 0 {
            continue;
        }
        let tone = if place == 2 || verdict_tone == Tone::Faint { verdict_tone } else { Tone::Plain };
        pieces.push((tone, format!("{}  ", fitted(column, *width))));
        used += width + 2;
    }
    let room = page.width().saturating_sub(used);
    pieces.push((Tone::Faint, fitted(why, room.min(cells(why)))));
    let pieces: Vec<(Tone, &str)> = pieces.iter().map(|(tone, piece)| (*tone, piece.as_str())).collect();
    page.line(&pieces);
}

fn row<'a>(status: &Status, component: &'a ComponentStatus) -> Row<'a> {
    let priority = component.priority.as_deref().map(shown).unwrap_or_default();
    let known = match &component.told {
        Told::Sound(known) => known,
        Told::Broken { defects, .. } => {
            let why = match defects.first() {
                Some((line, what)) => format!("line {line}: {what}"),
                None => "its ledger does not verify".to_owned(),
            };
            return unknown(component, priority, &why);
        }
        Told::Unreadable { why } => return unknown(component, priority, why),
    };
    let (sign, verdict) = verdict(known);
    let age = known.standing.last_measured().map(|measured| ago(measured.time, status.time));
    let next = if component.declared { known.next.step } else { "-" };
    let columns =
        [priority, known.standing.stage.to_string(), verdict, age.unwrap_or_default(), next.to_owned()];
    Row { component, sign, columns, why: shown(&why(component, known)) }
}

fn unknown<'a>(component: &'a ComponentStatus, priority: String, why: &str) -> Row<'a> {
    let columns = [priority, "?".to_owned(), "unknown".to_owned(), String::new(), "audit".to_owned()];
    Row { component, sign: sign::FAILED, columns, why: shown(why) }
}

fn verdict(known: &Known) -> (Sign, String) {
    // What runs is what was measured then, whatever is checked out now.
    let runs = known.standing.stage.next().is_none()
        || known.standing.promotion.as_ref().is_some_and(|promotion| is_there(promotion.phase));
    let Some(measured) = known.standing.last_measured() else {
        return (sign::NONE, "not measured".to_owned());
    };
    let sign = sign::of_verdict(measured.verification.verdict);
    let stale = if is_fresh(known) || runs { "" } else { ", stale" };
    // A pass that does not speak of what is there must not look like one.
    let shown = if stale.is_empty() { sign } else { Sign { tone: sign::OPEN.tone, ..sign } };
    (shown, format!("{}{stale}", waived::and_until(sign.word, &measured.verification)))
}

/// What is in the way, or how far it has come, in a few words.
fn why(component: &ComponentStatus, known: &Known) -> String {
    if !component.declared {
        return "not in the policy any more".to_owned();
    }
    let promotion = known.standing.promotion.as_ref();
    if promotion.is_some_and(|promotion| promotion.pending.iter().any(is_begun)) {
        return "an act without an end".to_owned();
    }
    if known.contradicted.is_some() {
        return "two measurements contradict each other".to_owned();
    }
    let is_to_go = known.obstacles.iter().any(|one| one.kind == ObstacleKind::RollingBack);
    if let Some(last) = known.standing.lapsed().filter(|_| !is_to_go) {
        let is_known = last.verification.verdict == Verdict::Fail;
        let how = if is_known { "fails" } else { "could not be measured" };
        return format!("the gate to {} {how}", known.standing.stage);
    }
    if let Some(deployment) = promotion.and_then(|promotion| promotion.deployment.as_ref()) {
        return format!("deployed at {}", surroundings::short(&deployment.commit));
    }
    let briefs: Vec<&str> = known.obstacles.iter().map(|obstacle| obstacle.brief.as_str()).collect();
    match promotion {
        Some(promotion) if briefs.is_empty() => promotion.phase.name().replace('_', " "),
        _ => briefs.join(", "),
    }
}

/// Acts that are owed, and those that were begun and have no end.
fn unfinished(page: &mut Page, rows: &[Vec<Row<'_>>], verbosity: Verbosity) {
    let mut told: Vec<(String, String)> = Vec::new();
    for row in rows.iter().flatten() {
        let Told::Sound(known) = &row.component.told else { continue };
        let under_way = known.standing.promotion.iter().flat_map(|promotion| &promotion.pending);
        for pending in under_way.chain(owed_still(&known.standing)) {
            let act = act_words(&pending.act);
            let words = match &pending.failed {
                Some(why) => format!("{act} is owed: {why}"),
                None => format!("{act} was begun and nobody wrote how it ended"),
            };
            told.push((shown(&row.component.name), shown(&words)));
        }
        if let Some(why) = known.standing.promotion.as_ref().and_then(|one| one.deploy_failed.as_ref()) {
            told.push((shown(&row.component.name), shown(&format!("the deployment failed: {why}"))));
        }
    }
    if told.is_empty() {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "Not done")]);
    let most = if verbosity == Verbosity::Verbose { told.len() } else { TOLD };
    for (name, words) in told.iter().skip(told.len().saturating_sub(most)) {
        page.paragraph(2, &format!("{name}: "), Tone::Plain, words);
    }
    if told.len() > most {
        let more = count((told.len() - most) as u64, "more");
        page.paragraph(
            2,
            "",
            Tone::Faint,
            &format!("… and {} (-v tells of all)", more.trim_end_matches('s')),
        );
    }
}
