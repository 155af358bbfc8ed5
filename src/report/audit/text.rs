//! What an audit found, for the terminal: a line for each ledger, below it what is wrong and what it was held against.

use super::super::page::{Page, Tone, cells, fitted, shown};
use super::super::sign::{self, Sign};
use super::super::summary::count;
use super::super::{Style, Verbosity, clean};
use super::{Anchor, Audit, Defect, Doubt, LedgerAudit, Soundness};

/// How many defects of a ledger are told.
const DEFECTS: usize = 10;
/// No name takes more cells than this.
const NAME: usize = 32;

/// The page.
pub(super) fn render(audit: &Audit, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = clean::line(&conclusion(audit), 1000);
    let tone = sign_of(audit.soundness()).tone;
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &conclusion)]);
        return page.into_text();
    }
    if !audit.ledgers.is_empty() {
        let all = count(audit.ledgers.len() as u64, "ledger");
        page.heading(&clean::line(&audit.project, 60), &all);
    }
    // The worst last, for the end of a page is what stays on the screen.
    let mut ledgers: Vec<&LedgerAudit> = audit.ledgers.iter().collect();
    ledgers.sort_by_key(|ledger| ledger.soundness());
    let widest = ledgers.iter().map(|ledger| cells(&shown(&ledger.component))).max().unwrap_or(0);
    let word = ledgers.iter().map(|ledger| cells(ledger.soundness().name())).max().unwrap_or(0);
    for ledger in ledgers {
        one(&mut page, ledger, widest.min(NAME), word);
    }
    for doubt in &audit.doubts {
        page.gap();
        doubted(&mut page, 2, doubt);
    }
    for note in &audit.notes {
        page.gap();
        page.paragraph(2, "note: ", Tone::Unknown, &shown(note));
    }
    page.gap();
    page.paragraph(0, "", tone, &conclusion);
    page.into_text()
}

fn one(page: &mut Page, ledger: &LedgerAudit, name: usize, word: usize) {
    let soundness = ledger.soundness();
    let sign = sign_of(soundness);
    let records = if ledger.records > 0 { count(ledger.records, "record") } else { String::new() };
    page.line(&[
        (sign.tone, &format!("  {} ", sign.mark)),
        (Tone::Plain, &format!("{}  ", fitted(&shown(&ledger.component), name))),
        (sign.tone, &format!("{}  ", fitted(soundness.name(), word))),
        (Tone::Faint, &records),
    ]);
    if let Some(why) = &ledger.unreadable {
        page.paragraph(6, "", Tone::Bad, &shown(why));
    }
    defects(page, &ledger.defects);
    anchors(page, &ledger.anchors);
    ledger.doubts.iter().for_each(|doubt| doubted(page, 6, doubt));
    for note in &ledger.notes {
        page.paragraph(6, "note: ", Tone::Faint, &shown(note));
    }
    if let Some(head) = &ledger.head {
        page.paragraph(6, "head ", Tone::Faint, head);
    }
}

/// The defects, and what to do about each kind once.
fn defects(page: &mut Page, defects: &[Defect]) {
    let mut hints: Vec<&str> = Vec::new();
    for defect in defects.iter().take(DEFECTS) {
        page.paragraph(6, &format!("line {}: ", defect.line), Tone::Bad, &shown(&defect.message));
        if !hints.contains(&defect.hint.as_str()) {
            hints.push(&defect.hint);
        }
    }
    if defects.len() > DEFECTS {
        let more = count((defects.len() - DEFECTS) as u64, "more line");
        page.paragraph(6, "", Tone::Faint, &format!("… and {more} (--format json has all)"));
    }
    for hint in hints {
        page.paragraph(6, "do: ", Tone::Plain, &shown(hint));
    }
}

/// The anchors, and what to do about each kind of disagreement once.
fn anchors(page: &mut Page, anchors: &[Anchor]) {
    for anchor in anchors.iter().filter(|anchor| anchor.broken.is_none()) {
        page.paragraph(6, "", Tone::Faint, &shown(&format!("{}: holds", anchor.what)));
    }
    let broken: Vec<(&str, &(String, String))> =
        anchors.iter().filter_map(|anchor| Some((anchor.what.as_str(), anchor.broken.as_ref()?))).collect();
    let mut hints: Vec<&str> = Vec::new();
    for (what, (message, hint)) in broken.iter().take(DEFECTS) {
        page.paragraph(6, "", Tone::Bad, &shown(&format!("{what}: {message}")));
        if !hints.contains(&hint.as_str()) {
            hints.push(hint);
        }
    }
    if broken.len() > DEFECTS {
        let more = count((broken.len() - DEFECTS) as u64, "more anchor");
        page.paragraph(6, "", Tone::Faint, &format!("… and {more} (--format json has all)"));
    }
    for hint in hints {
        page.paragraph(6, "do: ", Tone::Plain, &shown(hint));
    }
}

fn doubted(page: &mut Page, indent: usize, doubt: &Doubt) {
    page.paragraph(indent, "", Tone::Unknown, &shown(&doubt.message));
    page.paragraph(indent, "do: ", Tone::Plain, &shown(&doubt.hint));
}

fn sign_of(soundness: Soundness) -> Sign {
    match soundness {
        Soundness::Sound => sign::DONE,
        Soundness::Empty => sign::NONE,
        Soundness::Inconclusive | Soundness::Unreadable => sign::OPEN,
        Soundness::Broken => sign::FAILED,
    }
}

fn conclusion(audit: &Audit) -> String {
    let number =
        |soundness| audit.ledgers.iter().filter(|ledger| ledger.soundness() == soundness).count() as u64;
    if audit.soundness() == Soundness::Empty {
        return "there is no record to verify: nothing was audited; `tta-promote verify COMPONENT --record` begins a \
                ledger"
            .to_owned();
    }
    let told = [
        (Soundness::Sound, "sound"),
        (Soundness::Empty, "without a record"),
        (Soundness::Inconclusive, "inconclusive"),
        (Soundness::Unreadable, "cannot be read"),
        (Soundness::Broken, "not as written"),
    ];
    let told: Vec<String> = told
        .into_iter()
        .filter(|(soundness, _)| number(*soundness) > 0)
        .map(|(soundness, words)| format!("{} {words}", number(soundness)))
        .collect();
    let ledgers = count(audit.ledgers.len() as u64, "ledger");
    let unasked = if audit.doubts.is_empty() { "" } else { "; not all was looked at" };
    let told = if told.is_empty() { "nothing to verify".to_owned() } else { told.join(", ") };
    format!("{ledgers}: {told}{unasked}")
}
