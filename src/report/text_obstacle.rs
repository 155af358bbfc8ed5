//! What stands in the way of many components, for the terminal: first what could not be measured, each reason
//! once with those that share it, then what failed, component by component. Bounded, however many there are:
//! a page that nobody can read to its end says less than one that says how much it leaves out.

use crate::model::assessment::{CheckAssessment, ComponentAssessment};

use super::grouping::{Group, Unmeasured, unmeasured};
use super::page::{Page, Tone, cells, fitted, shown};
use super::sign;
use super::summary::{count, summary};
use super::text_check::{self, FINDINGS, clauses};

/// Reasons, and components that fail, that are told in full.
const TOLD: usize = 8;
/// Components that are named with a reason that they share.
const NAMES: usize = 12;

/// All of it; nothing where nothing is in the way.
pub(super) fn obstacles(page: &mut Page, components: &[ComponentAssessment], groups: &[Group<'_>]) {
    let reasons = unmeasured(components);
    let failed: Vec<&ComponentAssessment> =
        groups.iter().flat_map(|group| &group.members).copied().filter(|one| fails(one)).collect();
    if reasons.is_empty() && failed.is_empty() {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "In the way")]);
    // Where not all fit, those that concern the most, which stand last.
    for reason in reasons.iter().skip(reasons.len().saturating_sub(TOLD)) {
        page.gap();
        not_measured(page, reason);
    }
    more(page, reasons.len(), "more reason");
    for component in failed.iter().skip(failed.len().saturating_sub(TOLD)) {
        page.gap();
        failure(page, component);
    }
    more(page, failed.len(), "more component");
}

fn fails(component: &ComponentAssessment) -> bool {
    component.checks.iter().any(CheckAssessment::is_failed)
}

fn more(page: &mut Page, all: usize, noun: &str) {
    if all > TOLD {
        page.gap();
        let rest = format!("… and {} (-v tells of each component)", count((all - TOLD) as u64, noun));
        page.paragraph(2, "", Tone::Faint, &rest);
    }
}

fn not_measured(page: &mut Page, reason: &Unmeasured<'_>) {
    let sign = sign::UNMEASURED;
    let of = count(reason.names.len() as u64, "component");
    let what = reason.what();
    page.line(&[
        (sign.tone, &format!("  {} ", sign.mark)),
        (Tone::Plain, &what),
        (Tone::Faint, &format!("  {of}")),
    ]);
    page.paragraph(6, "", Tone::Plain, &shown(reason.message));
    if !reason.hint.is_empty() {
        page.paragraph(6, "do: ", Tone::Plain, &shown(reason.hint));
    }
    let mut names: Vec<String> = reason.names.iter().take(NAMES).map(|name| shown(name)).collect();
    if reason.names.len() > NAMES {
        names.push(format!("and {} more", reason.names.len() - NAMES));
    }
    page.paragraph(6, "", Tone::Faint, &names.join(", "));
}

fn failure(page: &mut Page, component: &ComponentAssessment) {
    let sign = sign::of_verdict(component.verdict);
    let name = shown(&component.name);
    let name = fitted(&name, cells(&name).min(page.width().saturating_sub(4)));
    page.line(&[(sign.tone, &format!("  {} ", sign.mark)), (Tone::Strong, &name)]);
    for check in component.checks.iter().filter(|check| check.is_failed()) {
        failed_check(page, check);
    }
}

fn failed_check(page: &mut Page, check: &CheckAssessment) {
    let id = check.check().id();
    let label = format!("{id}  ");
    let room = page.width().saturating_sub(6 + cells(&label));
    for (index, line) in clauses(&shown(&summary(check)), room).iter().enumerate() {
        let label = if index == 0 { label.clone() } else { super::page::spaces(cells(&label)) };
        page.line(&[(Tone::Plain, "      "), (Tone::Bad, &label), (Tone::Plain, line)]);
    }
    if let Some(evidence) = check.outcome.evidence() {
        text_check::findings(page, 8, &check.uncovered(), FINDINGS);
        text_check::remarks(page, 8, &evidence.notes, FINDINGS);
    }
}
