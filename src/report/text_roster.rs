//! Many components for the terminal: one line each, whatever it holds. Not the details: what stands in the way
//! is told below it (`text_obstacle`). The hard part is the width: the words that matter most keep their room.

use crate::model::assessment::{Assessment, ComponentAssessment};

use super::grouping::Group;
use super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::sign::{self, Sign};
use super::summary::figure;
use super::{clean, obstacle, surroundings};

/// No name takes more cells than this.
const NAME: usize = 32;
/// What is in the way keeps this much room, however long the names are.
const WHY: usize = 12;
/// The cells before a name.
const MARK: usize = 4;

struct Row {
    sign: Sign,
    name: String,
    figure: String,
    why: String,
}

/// The heading and a line per component.
pub(super) fn roster(page: &mut Page, assessment: &Assessment, groups: &[Group<'_>]) {
    let title = clean::line(&assessment.project, 60);
    let subject = shown(&surroundings::subject(&assessment.subject));
    page.heading(&title, &format!("{} components  {subject}", assessment.components.len()));
    let same_way = assessment.components.windows(2).all(|two| two[0].to == two[1].to);
    let rows: Vec<Vec<Row>> = groups
        .iter()
        .map(|group| group.members.iter().map(|component| row(component, same_way)).collect())
        .collect();
    let widest =
        |text: fn(&Row) -> &str| rows.iter().flatten().map(|row| cells(text(row))).max().unwrap_or(0);
    // Word and figure share their room: the longest word and the longest figure seldom meet.
    let result = rows.iter().flatten().map(|row| cells(row.sign.word) + 2 + cells(&row.figure));
    let result = result.max().unwrap_or(0);
    // A name that is cut may be that of two; what is in the way is told below in full.
    let rest = MARK + 2 + result + 2 + widest(|row| &row.why).min(WHY);
    let name = widest(|row| &row.name).min(NAME).min(page.width().saturating_sub(rest));
    let headed = groups.iter().any(|group| group.name.is_some());
    for (group, rows) in groups.iter().zip(&rows) {
        if headed {
            page.gap();
            let name = group.name.map_or_else(|| "without a group".to_owned(), shown);
            let width = cells(&name).min(page.width());
            page.line(&[(Tone::Strong, &fitted(&name, width))]);
        }
        for row in rows {
            line(page, row, name, result);
        }
    }
}

fn row(component: &ComponentAssessment, same_way: bool) -> Row {
    let way = if same_way { String::new() } else { format!("→ {}", component.to) };
    let why = [obstacle::brief(component), way];
    let why: Vec<&str> = why.iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
    Row {
        sign: sign::of_verdict(component.verdict),
        name: shown(&component.name),
        figure: figure(component).unwrap_or_else(|| "-".to_owned()),
        why: shown(&why.join(" ")),
    }
}

fn line(page: &mut Page, row: &Row, name: usize, result: usize) {
    let mark = format!("  {} ", row.sign.mark);
    let between = result.saturating_sub(cells(row.sign.word) + cells(&row.figure));
    let figure = format!("{}{}  ", spaces(between), row.figure);
    let room = page.width().saturating_sub(cells(&mark) + name + 2 + result + 2);
    page.line(&[
        (row.sign.tone, &mark),
        (Tone::Plain, &format!("{}  ", fitted(&row.name, name))),
        (row.sign.tone, row.sign.word),
        (Tone::Plain, &figure),
        (Tone::Plain, &fitted(&row.why, room.min(cells(&row.why)))),
    ]);
}
