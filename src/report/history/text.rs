//! The timeline for the terminal: a line for each record, the newest last; what failed or has no end stands out.

use std::collections::BTreeSet;

use crate::model::assessment::Verdict;
use crate::model::observation;
use crate::model::record::{Act, ActResult, CheckRecord, Fact, Record, Verification};

use super::super::page::{Page, Tone, cells, fitted, shown, spaces, wrapped};
use super::super::sign::{self, Sign};
use super::super::summary::count;
use super::super::{Style, Verbosity, clean, moment, surroundings, waived};
use super::History;

/// No name takes more cells than this.
const WHO: usize = 18;

/// The page.
pub(super) fn render(history: &History, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let conclusion = clean::line(&conclusion(history), 1000);
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(Tone::Plain, &conclusion)]);
        return page.into_text();
    }
    let records = history.shown();
    if !records.is_empty() {
        page.heading(&clean::line(&history.title, 60), &shown(&history.ledger));
    }
    let left_out = history.records.len() - records.len();
    if left_out > 0 {
        let words = format!("… {} before these (leave out --limit)", count(left_out as u64, "record"));
        page.paragraph(2, "", Tone::Faint, &words);
    }
    timeline(&mut page, history, records, style.verbosity);
    if history.torn > 0 {
        let words = "a record was never written to its end; the next one that is written sets it aside";
        page.gap();
        page.paragraph(2, "note: ", Tone::Unknown, words);
    }
    page.gap();
    page.paragraph(0, "", Tone::Plain, &conclusion);
    page.into_text()
}

fn conclusion(history: &History) -> String {
    let name = &history.component;
    match history.records.last() {
        None => format!(
            "{name}: nothing is recorded yet; `tta-promote verify {name} --record` measures its gate and begins the ledger"
        ),
        Some(last) => {
            let number = count(history.records.len() as u64, "record");
            format!("{name}: {number}, the last {}", moment::ago(last.time, history.time))
        }
    }
}

fn timeline(page: &mut Page, history: &History, records: &[Record], verbosity: Verbosity) {
    let ended: BTreeSet<u64> = history
        .records
        .iter()
        .filter_map(|record| match &record.fact {
            Fact::Done { intent, .. } | Fact::Failed { intent, .. } => Some(*intent),
            _ => None,
        })
        .collect();
    let numbers = records.last().map_or(1, |record| record.seq.to_string().len());
    let names: Vec<String> = records.iter().map(|record| surroundings::who(&record.actor)).collect();
    let widest = names.iter().map(|name| cells(name)).max().unwrap_or(0).min(WHO);
    let mut promotion = None;
    for (record, name) in records.iter().zip(&names) {
        if promotion != Some(&record.promotion) {
            page.gap();
            let title = shown(record.promotion.as_str());
            page.line(&[(Tone::Strong, &fitted(&title, cells(&title).min(page.width())))]);
            promotion = Some(&record.promotion);
        }
        let (sign, words) = told(history, record, ended.contains(&record.seq));
        let time = moment::minute(record.time);
        let time = time.trim_end_matches(" UTC");
        let before = format!("{:>numbers$}  {time}  ", record.seq);
        let indent = 4 + cells(&before) + widest + 2;
        let lines = wrapped(&shown(&words), page.width().saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
                continue;
            }
            page.line(&[
                (sign.tone, &format!("  {} ", sign.mark)),
                (Tone::Faint, &before),
                (Tone::Plain, &format!("{}  ", fitted(name, widest))),
                (if sign == sign::FAILED || sign == sign::OPEN { sign.tone } else { Tone::Plain }, line),
            ]);
        }
        if let (Fact::Verified(verification), Verbosity::Verbose) = (&record.fact, verbosity) {
            details(page, verification);
        }
    }
}

/// What a record says, and the sign of it.
fn told(history: &History, record: &Record, has_an_end: bool) -> (Sign, String) {
    match &record.fact {
        Fact::Verified(verification) => (sign::of_verdict(verification.verdict), measured(verification)),
        Fact::Intended(act) if has_an_end => (sign::NONE, format!("begins {}", act_words(act))),
        Fact::Intended(act) => {
            (sign::OPEN, format!("began {}, and nobody wrote how it ended", act_words(act)))
        }
        Fact::Done { intent, result } => (sign::DONE, format!("{}{}", result_words(result), of(*intent))),
        Fact::Failed { intent, why } => {
            let place = usize::try_from(intent.saturating_sub(1)).unwrap_or(usize::MAX);
            let act = history.records.get(place).and_then(|record| match &record.fact {
                Fact::Intended(act) => Some(act_words(act)),
                _ => None,
            });
            let what = act.map_or_else(|| "failed".to_owned(), |act| format!("{act} failed"));
            (sign::FAILED, format!("{what}{}: {why}", of(*intent)))
        }
        decided => decision(decided),
    }
}

/// What was seen, and what people decided.
fn decision(fact: &Fact) -> (Sign, String) {
    match fact {
        Fact::Observed(observation) => {
            let sign = match observation.sign() {
                observation::Sign::Good => sign::DONE,
                observation::Sign::Unknown | observation::Sign::Unreachable => sign::OPEN,
                observation::Sign::Bad => sign::FAILED,
            };
            let window = observation.window;
            let (from, to) = (moment::minute(window.from()), moment::minute(window.to()));
            (sign, format!("observed {}: {from} to {to}", observation.sign().name()))
        }
        Fact::Completed { to, verified, .. } => {
            (sign::DONE, format!("completed: it stands in {to} (measured by {verified})"))
        }
        Fact::Signed(signed) => {
            let until = moment::minute(signed.expires);
            let words =
                format!("{} signed by {} until {until}: {}", signed.topic, signed.by, signed.evidence);
            (sign::DONE, words)
        }
        Fact::Held { reason } => (sign::OPEN, format!("held: {reason}")),
        Fact::Released { reason } => (sign::NONE, format!("released: {reason}")),
        Fact::Overridden(one) => {
            let (checks, commit) = (one.checks.join(", "), surroundings::short(&one.commit));
            let words =
                format!("{checks} overridden at {commit}, agreed by {}: {}", one.approver, one.reason);
            (sign::OPEN, words)
        }
        Fact::RollbackDecided(decided) => {
            (sign::FAILED, format!("rollback decided ({}): {}", decided.severity.name(), decided.reason))
        }
        Fact::Revoked(revoked) => {
            (sign::FAILED, format!("revoked, it stands in {} again: {}", revoked.to, revoked.reason))
        }
        Fact::Incident(incident) => {
            (sign::FAILED, format!("incident: {} ({})", incident.what, incident.evidence))
        }
        Fact::Noted { topic, text } => (sign::NONE, format!("{topic}: {text}")),
        Fact::Verified(_) | Fact::Intended(_) | Fact::Done { .. } | Fact::Failed { .. } => {
            (sign::NONE, fact.kind().to_owned())
        }
    }
}

fn of(intent: u64) -> String {
    format!(" (begun by {intent})")
}

/// `pass for staging at 30f84615; coverage 73.19 % (71 of 97 statements) ≥ 70 %`.
fn measured(verification: &Verification) -> String {
    let commit = verification.commit.as_deref().map_or_else(
        || "outside of any commit".to_owned(),
        |commit| format!("at {}", surroundings::short(commit)),
    );
    let dirty = if verification.dirty == Some(true) { " with uncommitted changes" } else { "" };
    let word = waived::recorded(verification);
    let only = verification.only.as_ref().map(|only| format!(", only {}", only.join(", ")));
    let head = format!("{word} for {}{} {commit}{dirty}", verification.to, only.unwrap_or_default());
    let told: Vec<String> = match verification.verdict {
        Verdict::Pass => coverage(verification).map(line).into_iter().collect(),
        Verdict::Fail | Verdict::Inconclusive => {
            verification.checks.iter().filter(|check| check.is_open()).map(line).collect()
        }
    };
    std::iter::once(head).chain(told).collect::<Vec<_>>().join("; ")
}

fn coverage(verification: &Verification) -> Option<&CheckRecord> {
    verification.checks.iter().find(|check| check.id == "coverage")
}

fn line(check: &CheckRecord) -> String {
    format!("{} {}", check.id, check.summary)
}

fn details(page: &mut Page, verification: &Verification) {
    for check in &verification.checks {
        let sign = sign::of_record(check);
        page.paragraph(6, &format!("{} ", sign.mark), Tone::Faint, &shown(&line(check)));
    }
    let environment = surroundings::environment(&verification.environment);
    page.paragraph(6, "", Tone::Faint, &shown(&environment));
    if let Some(absent) = surroundings::absent(&verification.absent_imports) {
        page.paragraph(6, "", Tone::Faint, &shown(&absent));
    }
}

fn act_words(act: &Act) -> String {
    match act {
        Act::OpenIssue { repository, title, .. } => format!("the issue `{title}` in {repository}"),
        Act::Comment { repository, issue, topic, .. } => {
            format!("the comment `{topic}` on {repository}#{issue}")
        }
        Act::Deploy(deploy) => {
            format!("the deployment of {} to {}", surroundings::short(&deploy.commit), deploy.stage)
        }
        Act::SettleIssue { repository, issue, .. } => format!("the labels of {repository}#{issue}"),
        Act::Document { path, .. } => format!("the document {path}"),
        Act::Restore { image: Some(image), .. } => format!("putting back {image}"),
        Act::Restore { image: None, .. } => "taking the deployment away again".to_owned(),
    }
}

fn result_words(result: &ActResult) -> String {
    match result {
        ActResult::Issue { url, .. } => format!("the issue is there: {url}"),
        ActResult::Comment { url } => format!("the comment is there: {url}"),
        ActResult::Deployed { proof, .. } if proof.is_empty() => "deployed".to_owned(),
        ActResult::Deployed { proof, .. } => format!("deployed: {}", proof.join("; ")),
        ActResult::Settled => "the issue is as it should be".to_owned(),
        ActResult::Documented => "the document says what it should".to_owned(),
        ActResult::Restored { running } if running.is_empty() => "taken away again, as before".to_owned(),
        ActResult::Restored { .. } => "what ran before runs again".to_owned(),
    }
}
