//! The lines of one component's checks: mark, id, word, summary, time, and below them what a developer needs to
//! act. Not all of it: whoever wants every finding reads JSON.

use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::check::Check;
use crate::model::condition::Condition;
use crate::model::finding::Finding;
use crate::model::run::{Exit, Run};
use crate::model::waiver::WaiverAssessment;

use super::elapsed::elapsed;
use super::page::{Page, Tone, cells, fitted, shown, spaces, wrapped};
use super::sign::{Sign, of_check, of_condition};
use super::summary::{count, summary};
use super::{Verbosity, clean, surroundings, waived};

/// Findings shown per check, normally and with `--verbose`.
pub(super) const FINDINGS: usize = 3;
const FINDINGS_VERBOSE: usize = 20;
/// Where what belongs to a check begins.
const INDENT: usize = 6;

struct Row<'a> {
    check: &'a CheckAssessment,
    sign: Sign,
    summary: String,
    time: String,
    /// The earlier check that the same run served.
    shared: Option<Check>,
    /// Whether an earlier check has the same reason, so that what to do is said already.
    told: bool,
}

/// What the gate asks besides, aligned among themselves.
pub(super) fn conditions(page: &mut Page, conditions: &[Condition]) {
    let names: Vec<String> = conditions.iter().map(|one| shown(&one.id)).collect();
    let id = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    // The word, its gaps and the least room for the summary take 40.
    let id = id.min(page.width().saturating_sub(40));
    let word = conditions.iter().map(|one| cells(of_condition(one.state).word)).max().unwrap_or(0);
    for (one, name) in conditions.iter().zip(&names) {
        let sign = of_condition(one.state);
        let indent = 2 + 2 + id + 2 + word + 2;
        let room = page.width().saturating_sub(indent).max(20);
        for (index, line) in clauses(&shown(&one.summary), room).iter().enumerate() {
            if index == 0 {
                let (mark, name) = (format!("  {} ", sign.mark), format!("{}  ", fitted(name, id)));
                let verdict = format!("{}  ", fitted(sign.word, word));
                page.line(&[
                    (sign.tone, &mark),
                    (Tone::Plain, &name),
                    (sign.tone, &verdict),
                    (Tone::Plain, line),
                ]);
            } else {
                page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
            }
        }
    }
}

/// What the waivers came to: those that cover something, and those that should be looked at.
pub(super) fn waivers(page: &mut Page, waivers: &[WaiverAssessment], verbosity: Verbosity) {
    for one in waivers {
        let words = shown(&waived::placed(one));
        if waived::is_remarkable(one) {
            page.paragraph(2, "waiver: ", Tone::Unknown, &words);
        } else if one.state.covered() > 0 {
            page.paragraph(2, "waived: ", Tone::Plain, &words);
        } else if verbosity == Verbosity::Verbose {
            page.paragraph(2, "waiver: ", Tone::Faint, &words);
        }
    }
}

/// The rows of all `checks`, aligned.
pub(super) fn checks(page: &mut Page, checks: &[CheckAssessment], verbosity: Verbosity) {
    let rows: Vec<Row<'_>> =
        checks.iter().enumerate().map(|(index, check)| row(check, &checks[..index])).collect();
    let widest = |text: fn(&Row<'_>) -> usize| rows.iter().map(text).max().unwrap_or(0);
    let id = widest(|row| cells(row.check.check().id()));
    let word = widest(|row| cells(row.sign.word));
    let time = widest(|row| cells(&row.time));
    let indent = 2 + 2 + id + 2 + word + 2;
    let room = page.width().saturating_sub(indent + 2 + time);
    let summary = widest(|row| cells(&row.summary)).min(room);
    for row in &rows {
        let mark = format!("  {} ", row.sign.mark);
        let name = format!("{}  ", fitted(row.check.check().id(), id));
        let verdict = format!("{}  ", fitted(row.sign.word, word));
        for (index, line) in clauses(&row.summary, room).iter().enumerate() {
            if index == 0 {
                let line = format!("{}  ", fitted(line, summary));
                let duration = format!("{}{}", spaces(time - cells(&row.time)), row.time);
                let tone = row.sign.tone;
                page.line(&[
                    (tone, &mark),
                    (Tone::Plain, &name),
                    (tone, &verdict),
                    (Tone::Plain, &line),
                    (Tone::Faint, &duration),
                ]);
            } else {
                page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
            }
        }
        below(page, row, verbosity);
    }
}

/// `text` in lines of at most `width` cells; where it does not fit on one, each clause begins its own.
pub(super) fn clauses(text: &str, width: usize) -> Vec<String> {
    if cells(text) <= width {
        return vec![text.to_owned()];
    }
    text.split_inclusive("; ").flat_map(|clause| wrapped(clause, width)).collect()
}

fn row<'a>(check: &'a CheckAssessment, before: &[CheckAssessment]) -> Row<'a> {
    let run = check.outcome.run();
    // A run that served an earlier check took its time once.
    let shared = before.iter().find(|earlier| run.is_some() && earlier.outcome.run() == run);
    let shared = shared.map(CheckAssessment::check);
    let time = match run {
        None => String::new(),
        Some(_) if shared.is_some() => String::new(),
        Some(run) if run.cached.is_some() => "cached".to_owned(),
        Some(run) => elapsed(run.duration),
    };
    let told = before.iter().any(|earlier| is_same_reason(&earlier.outcome, &check.outcome));
    Row { check, sign: of_check(check), summary: shown(&summary(check)), time, shared, told }
}

fn is_same_reason(one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Outcome::Inconclusive { reason: one, .. }, Outcome::Inconclusive { reason: other, .. }) => {
            one == other
        }
        _ => false,
    }
}

fn below(page: &mut Page, row: &Row<'_>, verbosity: Verbosity) {
    let check = row.check;
    let most = if verbosity == Verbosity::Verbose { FINDINGS_VERBOSE } else { FINDINGS };
    match &check.outcome {
        Outcome::Fail(_) if check.waived && verbosity != Verbosity::Verbose => {}
        Outcome::Fail(_) => findings(page, INDENT, &check.uncovered(), most),
        Outcome::Pass(_) if verbosity == Verbosity::Verbose => {
            findings(page, INDENT, &check.uncovered(), most);
        }
        Outcome::Inconclusive { .. } if row.told => {}
        Outcome::Inconclusive { reason, .. } => {
            page.paragraph(INDENT, "do: ", Tone::Plain, &shown(&reason.hint));
        }
        Outcome::Pass(_) | Outcome::NotApplicable { .. } => {}
    }
    let notes = check.outcome.evidence().map_or(&[][..], |evidence| &evidence.notes);
    remarks(page, INDENT, notes, most);
    match (verbosity, check.outcome.run(), row.shared) {
        (Verbosity::Quiet | Verbosity::Normal, ..) | (Verbosity::Verbose, None, _) => {}
        (Verbosity::Verbose, Some(_), Some(earlier)) => {
            page.paragraph(INDENT, "", Tone::Faint, &format!("(the same run as {earlier})"));
        }
        (Verbosity::Verbose, Some(run), None) => {
            page.paragraph(INDENT, "$ ", Tone::Faint, &command(&run.argv));
            page.paragraph(INDENT + 2, "", Tone::Faint, &end(run));
        }
    }
}

/// The first `most` findings, `indent` cells in.
pub(super) fn findings(page: &mut Page, indent: usize, findings: &[&Finding], most: usize) {
    for finding in findings.iter().take(most) {
        let line = [place(finding), shown(&finding.rule), shown(&finding.message)].join(" ");
        page.paragraph(indent, "", Tone::Plain, &line);
    }
    more(page, indent, findings.len(), most, "finding");
}

/// The first `most` notes, `indent` cells in.
pub(super) fn remarks(page: &mut Page, indent: usize, notes: &[String], most: usize) {
    for note in notes.iter().take(most) {
        page.paragraph(indent, "note: ", Tone::Plain, &shown(note));
    }
    more(page, indent, notes.len(), most, "note");
}

fn more(page: &mut Page, indent: usize, all: usize, shown: usize, noun: &str) {
    if all > shown {
        let rest = count((all - shown) as u64, &format!("more {noun}"));
        page.paragraph(indent, "", Tone::Faint, &format!("… and {rest} (--format json has all)"));
    }
}

/// `file:line:column`, which terminals and editors open.
pub(super) fn place(finding: &Finding) -> String {
    let file = if finding.file.is_empty() { "(no file)".to_owned() } else { shown(&finding.file) };
    match (finding.line, finding.column) {
        (None, _) => file,
        (Some(line), None) => format!("{file}:{line}"),
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
    }
}

/// The command as a shell would take it.
fn command(argv: &[String]) -> String {
    let quoted: Vec<String> = argv.iter().map(|argument| quoted(argument)).collect();
    clean::line(&quoted.join(" "), 4000)
}

fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=./,:@+%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

fn end(run: &Run) -> String {
    let end = match run.exit {
        Exit::Code(code) => format!("exit {code}"),
        Exit::Signal(signal) => format!("ended by signal {signal}"),
        Exit::TimedOut => "stopped at the limit".to_owned(),
        Exit::Interrupted => "interrupted".to_owned(),
        Exit::Flooded => "stopped: too much output".to_owned(),
        Exit::NotFound => "could not be started".to_owned(),
    };
    let cached = run.cached.as_ref().map(|earlier| format!(", {}", shown(&surroundings::earlier(earlier))));
    let cached = cached.unwrap_or_default();
    format!("{} {}, {end}, {}{cached}", run.tool, shown(&run.version), elapsed(run.duration))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::finding::Severity;
    use crate::model::run::Earlier;

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let argv = ["pytest", "-k", "a or b", "", "it's", "--cov=src/x", "x\u{1b}"].map(String::from);
        assert_eq!(command(&argv), r"pytest -k 'a or b' '' 'it'\''s' --cov=src/x 'x\u{1b}'");
    }

    #[test]
    fn every_end_of_a_run_has_words() {
        let run = sample::all_pass().components[0].checks[2].outcome.run().unwrap().clone();
        let said = |exit, cached| end(&Run { exit, cached, ..run.clone() });
        let earlier = Earlier { time: "2025-10-13T14:03:59Z".parse().unwrap(), commit: None };
        assert_eq!(said(Exit::Code(1), None), "ruff 0.17.6, exit 1, 19 ms");
        assert_eq!(said(Exit::Signal(9), None), "ruff 0.17.6, ended by signal 9, 19 ms");
        assert_eq!(said(Exit::TimedOut, None), "ruff 0.17.6, stopped at the limit, 19 ms");
        assert_eq!(said(Exit::Interrupted, None), "ruff 0.17.6, interrupted, 19 ms");
        assert_eq!(said(Exit::Flooded, None), "ruff 0.17.6, stopped: too much output, 19 ms");
        assert_eq!(
            said(Exit::NotFound, Some(earlier)),
            "ruff 0.17.6, could not be started, 19 ms, cached, from 2025-10-13 14:03 UTC"
        );
    }

    #[test]
    fn a_place_is_as_exact_as_the_tool_was() {
        let finding = |file: &str, line, column| Finding {
            file: file.into(),
            line,
            column,
            rule: "".into(),
            severity: Severity::Low,
            message: "".into(),
        };
        assert_eq!(place(&finding("a.py", Some(3), Some(5))), "a.py:3:5");
        assert_eq!(place(&finding("a.py", Some(3), None)), "a.py:3");
        assert_eq!(place(&finding("a.py", None, None)), "a.py");
        assert_eq!(place(&finding("", None, None)), "(no file)");
    }

    #[test]
    fn a_clause_that_does_not_fit_begins_a_line() {
        assert_eq!(clauses("one two; three", 20), ["one two; three"]);
        assert_eq!(clauses("one two; three", 9), ["one two;", "three"]);
    }
}
