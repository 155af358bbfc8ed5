//! The explanation for the terminal, on one screen: why, then how much, then where.

use super::super::page::{Page, Tone, cells, fitted, shown, spaces, wrapped};
use super::super::summary::count;
use super::super::{Style, Verbosity, clean, moment, sign, waived};
use super::figures::{CheckPair, FilePair};
use super::{Cause, Difference, Explanation};

/// Single things that are named with a cause, and files whose lines are told.
const NAMED: usize = 6;
/// Letters of a row of spans.
const SPANS: usize = 200;

/// The page.
pub(super) fn render(explanation: &Explanation, difference: &Difference, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = clean::line(&format!("{}: {}", explanation.component, difference.conclusion), 1000);
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(Tone::Plain, &conclusion)]);
        return page.into_text();
    }
    let (a, b) = (&explanation.a, &explanation.b);
    let rest = format!("why the measurements {} and {} differ", a.seq, b.seq);
    page.heading(&clean::line(&explanation.title, 60), &rest);
    for (name, measured) in [("A", a), ("B", b)] {
        let sign = sign::of_verdict(measured.verification.verdict);
        page.line(&[
            (Tone::Strong, &format!("  {name}  ")),
            (Tone::Faint, &format!("record {}  {}  ", measured.seq, moment::minute(measured.time))),
            (sign.tone, &waived::recorded(&measured.verification)),
        ]);
    }
    why(&mut page, difference, style.verbosity);
    how_much(&mut page, &difference.checks);
    lines(&mut page, &difference.files, style.verbosity);
    page.gap();
    page.paragraph(0, "", Tone::Strong, &conclusion);
    page.into_text()
}

fn why(page: &mut Page, difference: &Difference, verbosity: Verbosity) {
    page.gap();
    page.line(&[(Tone::Strong, "What differs")]);
    if difference.causes.is_empty() {
        page.paragraph(2, "", Tone::Plain, "nothing that is recorded");
    }
    for cause in &difference.causes {
        one_cause(page, cause, verbosity);
    }
    if !difference.same.is_empty() {
        page.paragraph(2, "the same: ", Tone::Faint, &difference.same.join(", "));
    }
}

fn one_cause(page: &mut Page, cause: &Cause, verbosity: Verbosity) {
    let most = if verbosity == Verbosity::Verbose { usize::MAX } else { NAMED };
    let mut named: Vec<String> = cause.items.iter().take(most).map(|item| shown(item)).collect();
    if cause.items.len() > named.len() {
        named.push(format!("… and {} more (-v names all)", cause.items.len() - named.len()));
    }
    let label = format!("{}: ", cause.what);
    let words = if cause.items.is_empty() {
        let value = |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), shown);
        format!("A {} | B {}", value(&cause.a), value(&cause.b))
    } else {
        named.join(", ")
    };
    page.paragraph(2, &label, Tone::Plain, &words);
}

/// Each check's figures side by side; those that are the same in one row.
fn how_much(page: &mut Page, checks: &[CheckPair]) {
    let mut rows: Vec<([String; 4], bool)> = Vec::new();
    for check in checks {
        let [a, b] = [check.a.as_ref(), check.b.as_ref()].map(CheckPair::word);
        let mark = check.step().unwrap_or_else(|| if a == b { "" } else { "≠" }.to_owned());
        rows.push(([shown(&check.id), a, b, mark], !check.is_same()));
        for row in check.rows.iter().filter(|row| !row.is_same() || check.id == "coverage") {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let difference = row.difference.clone().unwrap_or_default();
            rows.push((
                [format!("  {}", row.name), value(&row.a), value(&row.b), difference],
                !row.is_same(),
            ));
        }
    }
    if rows.is_empty() {
        return;
    }
    page.gap();
    let head = ["Figures", "A", "B", "B − A"].map(str::to_owned);
    let width = |place: usize| {
        let indent = if place == 0 { 2 } else { 0 };
        rows.iter().map(|(row, _)| cells(&row[place]) + indent).max().unwrap_or(0).max(cells(&head[place]))
    };
    let widths = [0, 1, 2, 3].map(width);
    let row = |page: &mut Page, row: &[String; 4], tone: Tone, first: Tone| {
        page.line(&[
            (first, &format!("{}  ", fitted(&row[0], widths[0].min(24)))),
            (tone, &format!("{}  ", fitted(&row[1], widths[1].min(26)))),
            (tone, &format!("{}  ", fitted(&row[2], widths[2].min(26)))),
            (tone, &row[3]),
        ]);
    };
    row(page, &head, Tone::Faint, Tone::Strong);
    for (cells, differs) in &rows {
        let cells = [format!("  {}", cells[0]), cells[1].clone(), cells[2].clone(), cells[3].clone()];
        let tone = if *differs { Tone::Plain } else { Tone::Faint };
        row(page, &cells, tone, tone);
    }
}

/// Which lines ran in one of the two only.
fn lines(page: &mut Page, files: &[FilePair], verbosity: Verbosity) {
    if files.is_empty() {
        return;
    }
    page.gap();
    page.line(&[(Tone::Strong, "Lines")]);
    let most = if verbosity == Verbosity::Verbose { files.len() } else { NAMED };
    for file in files.iter().take(most) {
        let changed = if file.changed { "  (it changed: a line may be another statement)" } else { "" };
        let name = shown(&file.file);
        for (index, line) in wrapped(&format!("{name}{changed}"), page.width() - 4).iter().enumerate() {
            page.line(&[(Tone::Plain, &spaces(if index == 0 { 2 } else { 4 })), (Tone::Plain, line)]);
        }
        let kinds = [
            ("ran in A only: ", &file.lost, Tone::Bad),
            ("ran in B only: ", &file.gained, Tone::Good),
            ("statements of A only: ", &file.only_a, Tone::Unknown),
            ("statements of B only: ", &file.only_b, Tone::Unknown),
        ];
        for (label, lines, tone) in kinds {
            if !lines.is_empty() {
                let most = if verbosity == Verbosity::Verbose { usize::MAX } else { SPANS };
                let spans = clean::line(&lines.to_string().replace(',', ", "), most);
                let words = format!("{spans} ({})", count(lines.count(), "line"));
                page.paragraph(4, label, tone, &words);
            }
        }
    }
    if files.len() > most {
        let more = count((files.len() - most) as u64, "more file");
        page.paragraph(2, "", Tone::Faint, &format!("… and {more} (-v names all)"));
    }
}
