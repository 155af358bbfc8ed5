//! The readiness on one screen: by state, those that need somebody most last, for the end of a page is what stays on the
//! screen.

use std::cmp::Reverse;

use super::super::moment::minute;
use super::super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::super::summary::count;
use super::super::surroundings::short;
use super::super::{Style, Verbosity, clean};
use super::change::worthiest;
use super::found::{not_measured, rules};
use super::model::GONE;
use super::{ComponentReadiness, FoundIn, Readiness, State};

/// No name takes more cells than this.
const NAME: usize = 28;
/// Components of one state, changes and decisions that are told, unless more is asked for.
const TOLD: usize = 10;
/// Rules of findings that are named.
const RULES: usize = 3;

/// The page.
pub(super) fn render(readiness: &Readiness, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = clean::line(&conclusion(readiness), 1000);
    let tone =
        if readiness.in_state(State::Attention).chain(readiness.in_state(State::Unknown)).next().is_some() {
            Tone::Bad
        } else {
            Tone::Plain
        };
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &conclusion)]);
        return page.into_text();
    }
    let most = if style.verbosity == Verbosity::Verbose { usize::MAX } else { TOLD };
    let place = match &readiness.commit {
        None => "outside of any commit".to_owned(),
        Some(commit) => format!("at {}", short(commit)),
    };
    let all = count(readiness.components.len() as u64, "component");
    page.heading(&clean::line(&readiness.project, 60), &shown(&format!("readiness of {all}  {place}")));
    changes(&mut page, readiness, most);
    in_force(&mut page, readiness, most);
    findings(&mut page, readiness, most);
    for state in State::ALL.into_iter().rev() {
        let members: Vec<&ComponentReadiness> = readiness.in_state(state).collect();
        if !members.is_empty() {
            section(&mut page, state, &members, most);
        }
    }
    for freeze in &readiness.freezes {
        page.gap();
        let (lead, tone, words) = if freeze.in_force {
            ("frozen: ", Tone::Unknown, format!("nothing is promoted until {}", minute(freeze.to)))
        } else {
            let words = format!("a freeze from {} to {}", minute(freeze.from), minute(freeze.to));
            ("to come: ", Tone::Plain, words)
        };
        page.paragraph(0, lead, tone, &shown(&format!("{words}: {}", freeze.reason)));
    }
    for note in &readiness.notes {
        page.gap();
        page.paragraph(0, "note: ", Tone::Unknown, &shown(note));
    }
    page.gap();
    page.paragraph(0, "", tone, &conclusion);
    page.into_text()
}

fn conclusion(readiness: &Readiness) -> String {
    let counts = readiness.counts();
    if counts.is_empty() {
        return format!("{}: the policy declares no component", readiness.project);
    }
    let told: Vec<String> =
        counts.iter().map(|(state, number)| format!("{number} {}", state.title().to_lowercase())).collect();
    format!("{}: {}", count(readiness.components.len() as u64, "component"), told.join(", "))
}

fn section(page: &mut Page, state: State, members: &[&ComponentReadiness], most: usize) {
    page.gap();
    page.line(&[(Tone::Strong, state.title()), (Tone::Faint, &format!("  {}", members.len()))]);
    let tone = match state {
        State::Ready | State::Done => Tone::Good,
        State::Attention | State::Unknown | State::Blocked => Tone::Bad,
        State::Observing | State::Inconclusive | State::Stale => Tone::Unknown,
        State::Unmeasured | State::Undeclared => Tone::Faint,
    };
    // The most urgent are the first ones.
    let few: Vec<_> = members.iter().take(most).collect();
    let name = few.iter().map(|one| cells(&shown(&one.name))).max().unwrap_or(0).min(NAME);
    let priority = few.iter().filter_map(|one| one.priority.as_deref()).map(|one| cells(&shown(one))).max();
    let priority = priority.unwrap_or(0).min(8);
    for one in few {
        let mark = format!("  {} ", state.mark());
        let urgency = if priority == 0 {
            String::new()
        } else {
            format!("{}  ", fitted(&one.priority.as_deref().map(shown).unwrap_or_default(), priority))
        };
        let place = fitted(one.stage.unwrap_or("?"), "development".len());
        let lead = format!("{}  {urgency}{place}  ", fitted(&shown(&one.name), name));
        let room = page.width().saturating_sub(cells(&mark) + cells(&lead)).max(16);
        let lines = super::super::page::wrapped(&shown(&one.headline), room);
        for (place, line) in lines.iter().enumerate() {
            let lead = if place == 0 { lead.clone() } else { spaces(cells(&lead)) };
            let mark = if place == 0 { mark.clone() } else { spaces(cells(&mark)) };
            page.line(&[(tone, &mark), (Tone::Plain, &lead), (Tone::Plain, line)]);
        }
    }
    more(page, members.len(), most);
}

fn changes(page: &mut Page, readiness: &Readiness, most: usize) {
    let changed: Vec<_> = readiness
        .components
        .iter()
        .flat_map(|component| component.changes.iter().map(move |change| (component, change)))
        .collect();
    page.line(&[(Tone::Strong, "Changed"), (Tone::Faint, &format!("  since {}", minute(readiness.since)))]);
    if readiness.is_unchanged() {
        page.paragraph(2, "", Tone::Faint, readiness.compared.nothing());
    }
    // Of what weighs the same, that of those that need somebody most is told first.
    let told = worthiest(changed.len(), most, |place| (changed[place].1.weight(), Reverse(place)));
    for (component, change) in told.into_iter().map(|place| changed[place]) {
        page.paragraph(2, &format!("{}: ", shown(&component.name)), Tone::Plain, &shown(&change.what));
    }
    let untold: u64 = readiness.components.iter().map(|one| one.more_changes).sum();
    match (changed.len().saturating_sub(most) as u64, untold) {
        (_, 0) => more(page, changed.len(), most),
        (0, _) => {
            let words = format!("… and {untold} more (`tta-promote history NAME` tells of all)");
            page.paragraph(2, "", Tone::Faint, &words);
        }
        (hidden, _) => {
            let words = format!(
                "… and {} more (-v tells of {hidden} of them, `tta-promote history NAME` of all)",
                hidden + untold
            );
            page.paragraph(2, "", Tone::Faint, &words);
        }
    }
    for name in readiness.gone.iter().take(most) {
        page.paragraph(2, "", Tone::Plain, &shown(&format!("{name}: {GONE}")));
    }
    more(page, readiness.gone.len(), most);
}

fn in_force(page: &mut Page, readiness: &Readiness, most: usize) {
    let all: Vec<_> = readiness
        .components
        .iter()
        .flat_map(|component| component.in_force.iter().map(move |one| (component, one)))
        .collect();
    if all.is_empty() {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "In force")]);
    for (component, one) in all.iter().take(most) {
        let until = one.until.map(|until| format!(" until {}", minute(until))).unwrap_or_default();
        let words = format!("{}{until}: {}", one.kind.replace('_', "-"), one.what);
        page.paragraph(2, &format!("{}: ", shown(&component.name)), Tone::Plain, &shown(&words));
    }
    more(page, all.len(), most);
}

/// What assessments beside the ledgers found: how many and of what, never each.
fn findings(page: &mut Page, readiness: &Readiness, most: usize) {
    let all: Vec<_> = readiness.components.iter().filter(|one| !one.found_in.is_empty()).collect();
    if all.is_empty() {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "Findings"), (Tone::Faint, "  not from the ledgers")]);
    for one in all.iter().take(most) {
        let lead = format!("{}: ", shown(&one.name));
        let places: Vec<String> = one.found_in.iter().map(FoundIn::words).collect();
        let rules = rules(&one.by_rule);
        let of = match rules.split_at(rules.len().min(RULES)) {
            ([], _) => String::new(),
            (few, []) => format!(": {}", few.join(", ")),
            (few, more) => format!(": {} and {} more", few.join(", "), count(more.len() as u64, "rule")),
        };
        let words = format!("{}{of}; measured {}", count(one.all_findings(), "finding"), places.join("; "));
        page.paragraph(2, &lead, Tone::Plain, &shown(&words));
        for words in not_measured(&one.found_in) {
            page.paragraph(2, &lead, Tone::Unknown, &shown(&words));
        }
    }
    more(page, all.len(), most);
}

fn more(page: &mut Page, all: usize, most: usize) {
    if all > most {
        page.paragraph(2, "", Tone::Faint, &format!("… and {} more (-v tells of all)", all - most));
    }
}
