//! The readiness for an issue or the summary of a step. Whatever text is in it, it stays well-formed tables; `markup` sees
//! to that. Not all of it where there are many components: an issue has a limit, and what is left out is counted.

use std::fmt::Write as _;

use super::super::markup::{code, passage, prose};
use super::super::moment::{ago, minute};
use super::super::summary::count;
use super::super::surroundings::short;
use super::change::weightiest;
use super::found::{not_measured, rules};
use super::model::GONE;
use super::{ComponentReadiness, FoundIn, Readiness, State, TO_BE_MENDED};
use crate::model::percent::Percent;
use crate::model::stage::Stage;

/// Bytes up to which rows are added. GitHub refuses a body over 65,536 characters; the rest is for the lines that are
/// always there.
const ROOM: usize = 58_000;
/// Bytes that one table may take, so that the last ones get room too.
const ROOM_FOR_TABLE: usize = 9_000;
/// Characters of one piece of text.
const PIECE: usize = 240;
/// Changes, rules and the like of one component.
const FEW: usize = 6;

/// The document.
pub(super) fn render(readiness: &Readiness) -> String {
    let mut body = heading(readiness);
    body.push_str(&matrix(readiness));
    for state in State::ALL {
        let members: Vec<&ComponentReadiness> = readiness.in_state(state).collect();
        if !members.is_empty() {
            section(&mut body, readiness, state, &members);
        }
    }
    in_force(&mut body, readiness);
    changes(&mut body, readiness);
    findings(&mut body, readiness);
    for note in &readiness.notes {
        let _infallible = writeln!(body, "\nNote: {}.", passage(note, 4 * PIECE));
    }
    body.push_str("\nWritten from the ledgers by `tta-promote report`; nothing was measured for it.\n");
    body
}

fn heading(readiness: &Readiness) -> String {
    let place = match &readiness.commit {
        None => "outside of any commit".to_owned(),
        Some(commit) => {
            let dirty = if readiness.dirty == Some(true) { " with uncommitted changes" } else { "" };
            format!("at {}{dirty}", code(&short(commit)))
        }
    };
    let mut text = format!("## Readiness of {}\n\n", prose(&readiness.project));
    let all = count(readiness.components.len() as u64, "component");
    let _infallible = write!(text, "{all}, {place}, on {}.", minute(readiness.time));
    for freeze in &readiness.freezes {
        let (what, moment) = if freeze.in_force {
            ("**Frozen**: nothing is promoted until", minute(freeze.to))
        } else {
            ("To come: a freeze from", format!("{} to {}", minute(freeze.from), minute(freeze.to)))
        };
        let _infallible = write!(text, " {what} {moment} ({}).", passage(&freeze.reason, PIECE));
    }
    text.push_str("\n\n");
    text
}

/// How many are how, by stage and by priority.
fn matrix(readiness: &Readiness) -> String {
    let states: Vec<State> = readiness.counts().into_keys().collect();
    if states.is_empty() {
        return "The policy declares no component.\n".to_owned();
    }
    let mut text = String::new();
    let mut row = |name: &str, is_in: &dyn Fn(&ComponentReadiness) -> bool| {
        let members: Vec<&ComponentReadiness> =
            readiness.components.iter().filter(|one| is_in(one)).collect();
        let of = |state: &State| match members.iter().filter(|one| one.state == *state).count() {
            0 => String::new(),
            number => number.to_string(),
        };
        let cells: Vec<String> = states.iter().map(of).collect();
        let _infallible = writeln!(text, "| {name} | {} | {} |", members.len(), cells.join(" | "));
    };
    for stage in Stage::ALL.into_iter().rev() {
        row(stage.name(), &|one| one.stage == Some(stage.name()));
    }
    for priority in readiness.priorities() {
        let name = priority.map_or_else(|| "no priority".to_owned(), prose);
        row(&name, &|one| one.priority.as_deref() == priority);
    }
    let titles: Vec<String> =
        states.iter().map(|state| format!("{} {}", state.mark(), state.title())).collect();
    format!("| | components | {} |\n|---|---:|{}\n{text}", titles.join(" | "), "---:|".repeat(states.len()))
}

/// The components of one state, with what people want to know of them.
fn section(body: &mut String, readiness: &Readiness, state: State, members: &[&ComponentReadiness]) {
    let _infallible = write!(body, "\n### {} {} ({})\n\n", state.mark(), state.title(), members.len());
    if matches!(state, State::Done | State::Unmeasured | State::Undeclared) {
        let told = |one: &&ComponentReadiness| match state {
            State::Done if !one.headline.is_empty() => {
                format!("{} ({})", code(&one.name), passage(&one.headline, PIECE))
            }
            _ => code(&one.name),
        };
        let names: Vec<String> = members.iter().map(told).collect();
        list(body, &names);
        return;
    }
    let columns = match state {
        State::Ready => "goes to | until | next",
        State::Observing => "goes to | day | soak",
        State::Stale => "goes to | measured | why",
        _ => "goes to | what | do",
    };
    let head = format!("| component | priority | {columns} |\n|---|---|---|---|---|\n");
    rows(body, &head, members.iter(), |one| {
        let priority = one.priority.as_deref().map(prose).unwrap_or_default();
        format!(
            "| {} | {priority} | {} | {} |\n",
            named(one),
            one.to.unwrap_or("–"),
            cells(readiness, state, one)
        )
    });
}

/// The last two columns.
fn cells(readiness: &Readiness, state: State, one: &ComponentReadiness) -> String {
    let headline = passage(&one.headline, PIECE);
    let next = one.next.as_ref();
    let command = next.and_then(|next| next.command.as_deref()).map(code).unwrap_or_default();
    match state {
        State::Ready => {
            let until = next.and_then(|next| next.until).map(minute).unwrap_or_default();
            format!("{until} | {command}")
        }
        State::Observing => match &one.observation {
            Some(seen) => {
                let beside = one.blockers.iter().filter(|one| one.kind == TO_BE_MENDED);
                let told = [&seen.summary].into_iter().chain(beside.map(|one| &one.message));
                let told: Vec<String> = told.map(|words| passage(words, PIECE)).collect();
                format!("{} of {} | {}", seen.day, seen.days, told.join("<br>"))
            }
            None => format!(" | {headline}"),
        },
        State::Stale => {
            let measured = one.measured.as_ref().map(|one| ago(one.time, readiness.time)).unwrap_or_default();
            format!("{measured} | {headline}")
        }
        _ => {
            let hints = one.attention.iter().map(|one| &one.hint);
            let reasons = one.checks.iter().filter_map(|check| Some(&check.reason.as_ref()?.hint));
            let blockers = one.blockers.iter().map(|one| &one.hint);
            let hint = match state {
                State::Inconclusive => hints.chain(reasons).chain(blockers).next(),
                _ => hints.chain(blockers).next(),
            };
            format!("{headline} | {}", hint.map(|hint| passage(hint, PIECE)).unwrap_or_default())
        }
    }
}

fn named(one: &ComponentReadiness) -> String {
    let coverage = one.measured_coverage().and_then(|point| Percent::from_hundredths(point.hundredths));
    let coverage = coverage.map(|percent| format!(", {percent} %")).unwrap_or_default();
    format!("{} ({}{coverage})", prose(&one.title), code(&one.name))
}

fn in_force(body: &mut String, readiness: &Readiness) {
    let all: Vec<_> = readiness
        .components
        .iter()
        .flat_map(|component| component.in_force.iter().map(move |one| (component, one)))
        .collect();
    if all.is_empty() {
        return;
    }
    let _infallible = write!(body, "\n### In force ({})\n\n", all.len());
    rows(body, "| component | what | until |\n|---|---|---|\n", all.iter(), |(component, one)| {
        let until = one.until.map_or_else(|| "released".to_owned(), minute);
        format!(
            "| {} | {}: {} | {until} |\n",
            code(&component.name),
            one.kind.replace('_', "-"),
            passage(&one.what, PIECE)
        )
    });
}

fn changes(body: &mut String, readiness: &Readiness) {
    let _infallible = write!(body, "\n### Changed since {}\n\n", minute(readiness.since));
    let changed: Vec<_> = readiness.components.iter().filter(|one| !one.changes.is_empty()).collect();
    if readiness.is_unchanged() {
        let _infallible = writeln!(body, "{}.", sentence(readiness.compared.nothing()));
        return;
    }
    if !changed.is_empty() {
        rows(body, "| component | what |\n|---|---|\n", changed.iter(), |component| {
            let few = weightiest(&component.changes, FEW);
            let more = component.more_changes + (component.changes.len() - few.len()) as u64;
            let told: Vec<String> = few
                .into_iter()
                .map(|change| {
                    let day =
                        change.time.map(|time| time.strftime("%m-%d: ").to_string()).unwrap_or_default();
                    format!("{day}{}", passage(&change.what, PIECE))
                })
                .collect();
            let more = if more == 0 { String::new() } else { format!("<br>… and {more} more") };
            format!("| {} | {}{more} |\n", code(&component.name), told.join("<br>"))
        });
    }
    if !readiness.gone.is_empty() {
        let names: Vec<String> = readiness.gone.iter().map(|name| code(name)).collect();
        let _infallible = write!(body, "\n{}: ", sentence(GONE));
        list(body, &names);
    }
}

/// What assessments beside the ledgers found: how many and of what, never each.
fn findings(body: &mut String, readiness: &Readiness) {
    let all: Vec<_> = readiness.components.iter().filter(|one| !one.found_in.is_empty()).collect();
    if all.is_empty() {
        return;
    }
    body.push_str("\n### Findings\n\nFrom assessments beside the ledgers.\n\n");
    rows(body, "| component | findings | of | measured |\n|---|---:|---|---|\n", all.iter(), |one| {
        let few = |all: Vec<String>| {
            let more = all.len().saturating_sub(FEW);
            let mut few: Vec<String> = all.iter().take(FEW).map(|words| passage(words, PIECE)).collect();
            if more > 0 {
                few.push(format!("… and {more} more"));
            }
            few
        };
        let of = [few(rules(&one.by_rule)), few(not_measured(&one.found_in).collect())].concat();
        let places = few(one.found_in.iter().map(FoundIn::words).collect());
        let (name, number) = (code(&one.name), one.all_findings());
        format!("| {name} | {number} | {} | {} |\n", of.join("<br>"), places.join("<br>"))
    });
}

/// A fragment as the begin of a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A table of as many rows as there is room for.
fn rows<'a, T: 'a>(
    body: &mut String,
    head: &str,
    all: impl ExactSizeIterator<Item = &'a T>,
    row: impl Fn(&T) -> String,
) {
    body.push_str(head);
    let (begin, total) = (body.len(), all.len());
    let mut shown = 0;
    for one in all {
        let row = row(one);
        if body.len() + row.len() > ROOM || body.len() + row.len() > begin + ROOM_FOR_TABLE {
            break;
        }
        body.push_str(&row);
        shown += 1;
    }
    if shown < total {
        let _infallible = writeln!(body, "\n… and {} more; `--format json` has them all.", total - shown);
    }
}

/// Names, as many as there is room for.
fn list(body: &mut String, names: &[String]) {
    let begin = body.len();
    for (place, name) in names.iter().enumerate() {
        if body.len() + name.len() > ROOM.min(begin + ROOM_FOR_TABLE / 2) {
            let _infallible = write!(body, " … and {} more", names.len() - place);
            break;
        }
        let _infallible = write!(body, "{}{name}", if place == 0 { "" } else { ", " });
    }
    body.push('\n');
}
