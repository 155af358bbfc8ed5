//! How far a soak has come: for one screen, and as a part of documents. Not the folding (`lifecycle::soak`).
//!
//! The map shows each rule on each day since the deployment by its worst sign: marks that differ by shape, so that it
//! can be read without colour. A day is 24 hours from the deployment, whatever the clocks of people do.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::observation::{Observation, Sign};
use crate::model::soak::{ResetCause, Soak};

use super::moment::minute;
use super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::summary::count;

const DAY: u64 = 24 * 3_600;
/// How many days the map shows, the last ones.
const DAYS: usize = 31;
/// How many starts are told, the last ones.
const STARTS: usize = 3;
/// The cells of the bar.
const BAR: u64 = 24;
/// The cells that the name of a line takes.
const NAME: usize = 9;

/// A soak, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoakView {
    /// How far it has come.
    pub soak: Soak,
    /// When its candidate was deployed.
    pub deployed: Timestamp,
    /// When this was so.
    pub now: Timestamp,
    /// How many looks there were.
    pub looks: u64,
    /// For each rule the worst sign of each day since the deployment; `None` where nobody looked.
    pub map: Vec<(String, Vec<Option<Sign>>)>,
}

impl SoakView {
    /// What is shown of a soak and of what it was folded from.
    pub fn of(
        soak: Soak,
        deployed: Timestamp,
        observations: &[impl Borrow<Observation>],
        now: Timestamp,
    ) -> Self {
        let day = |time: Timestamp| {
            let since = u64::try_from(time.duration_since(deployed).as_secs()).ok()?;
            usize::try_from(since / DAY).ok()
        };
        let today = day(now).unwrap_or(0);
        let mut map: BTreeMap<&str, Vec<Option<Sign>>> = BTreeMap::new();
        for one in observations.iter().map(Borrow::borrow) {
            // The last moment of a window is not in it.
            let end = one.window.to().checked_sub(jiff::SignedDuration::from_millis(1)).ok();
            let Some(end) = end.and_then(day).filter(|end| *end <= today) else { continue };
            let begin = day(one.window.from()).unwrap_or(0).min(end);
            for reading in &one.readings {
                if !map.contains_key(reading.rule.as_str()) {
                    map.insert(&reading.rule, vec![None; today + 1]);
                }
                let days = map.get_mut(reading.rule.as_str()).and_then(|days| days.get_mut(begin..=end));
                for sign in days.into_iter().flatten() {
                    *sign = (*sign).max(Some(reading.sign));
                }
            }
        }
        let map = map.into_iter().map(|(rule, days)| (rule.to_owned(), days)).collect();
        Self { soak, deployed, now, looks: observations.len() as u64, map }
    }

    /// In one line.
    pub fn summary(&self) -> String {
        let soak = &self.soak;
        if !soak.excesses.is_empty() {
            let why: Vec<String> = soak.excesses.iter().map(ToString::to_string).collect();
            return format!("the soak has failed: {}", why.join("; "));
        }
        let healthy = format!("{} of {} healthy", span(soak.healthy), span(soak.needed));
        if soak.is_proven() {
            return format!("the soak is proven: {healthy}");
        }
        let mut words = format!("soak: {healthy}");
        if soak.samples < soak.min_samples {
            let _infallible = write!(words, " in {} of {} windows", soak.samples, soak.min_samples);
        }
        if let Some(uptime) = soak.uptime.filter(|uptime| !uptime.reaches(soak.min_uptime)) {
            let _infallible = write!(words, ", up for {} % of {} %", uptime.percent(), soak.min_uptime);
        }
        if let Some(earliest) = soak.earliest {
            let _infallible = write!(words, ", proven on {} at the earliest", minute(earliest));
        }
        if soak.is_lapsed() {
            let _infallible = write!(words, "; {}", self.lapsed());
        }
        words
    }

    /// That nobody looks, and what to do.
    fn lapsed(&self) -> String {
        let (unseen, most) = (span(self.soak.unseen), span(self.soak.max_gap));
        format!("nobody has looked for {unseen}, longer than {most}: it starts again, so `observe` it now")
    }

    /// On a page.
    pub(super) fn render(&self, page: &mut Page) {
        let soak = &self.soak;
        page.gap();
        let needed = soak.needed.as_secs().div_ceil(DAY).max(1);
        let elapsed = u64::try_from(self.now.duration_since(soak.since).as_secs()).unwrap_or(0);
        let day = (elapsed / DAY + 1).min(needed);
        page.heading("Observation", &format!("day {day} of {needed}, {}", count(self.looks, "look")));
        let line = |page: &mut Page, name: &str, is_met: bool, words: &str| {
            let (mark, tone) = if is_met { ("✓", Tone::Good) } else { ("·", Tone::Plain) };
            page.paragraph(2, &format!("{mark} {}  ", fitted(name, NAME)), tone, words);
        };
        let healthy = format!("{} of {}  {}", span(soak.healthy), span(soak.needed), bar(soak));
        line(page, "healthy", soak.healthy >= soak.needed, &healthy);
        let windows = format!("{} healthy of at least {}", soak.samples, soak.min_samples);
        line(page, "windows", soak.samples >= soak.min_samples, &windows);
        let uptime =
            soak.uptime.map_or_else(|| "nothing seen".to_owned(), |one| format!("{} %", one.percent()));
        let is_up = soak.uptime.is_some_and(|uptime| uptime.reaches(soak.min_uptime));
        line(page, "uptime", is_up, &format!("{uptime} of at least {} %", soak.min_uptime));
        let gap = format!("{} the longest without a look", span(soak.largest_gap));
        page.paragraph(4, &format!("{}  ", fitted("gap", NAME)), Tone::Plain, &gap);
        page.paragraph(4, &format!("{}  ", fitted("since", NAME)), Tone::Plain, &self.since());
        for one in &soak.excesses {
            page.paragraph(
                2,
                &format!("✗ {}  ", fitted("failed", NAME)),
                Tone::Bad,
                &shown(&one.to_string()),
            );
        }
        self.render_map(page);
        page.paragraph(2, "", Tone::Plain, &self.missing());
    }

    /// Since when, and why not longer.
    fn since(&self) -> String {
        let mut words = minute(self.soak.since);
        let starts = starts(&self.soak.resets);
        let told: Vec<String> = starts
            .iter()
            .rev()
            .take(STARTS)
            .map(|(time, cause, times)| {
                let times = if *times > 1 { format!(" ({times} times in a row)") } else { String::new() };
                format!("{} {}{times}", minute(*time), cause_words(*cause))
            })
            .collect();
        if !told.is_empty() {
            let _infallible = write!(words, "; started again: {}", told.join("; "));
        }
        if starts.len() > STARTS {
            let _infallible =
                write!(words, "; and {} before that", count((starts.len() - STARTS) as u64, "time"));
        }
        words
    }

    fn missing(&self) -> String {
        let soak = &self.soak;
        if soak.is_proven() {
            return "the soak is proven".to_owned();
        }
        if !soak.excesses.is_empty() {
            return "the soak has failed: what was broken is to be mended, and deployed anew".to_owned();
        }
        let mut needed = Vec::new();
        if let Some(more) = soak.missing.filter(|more| !more.is_zero()) {
            needed.push(format!("{} more seen healthy", span(more)));
        }
        if soak.samples < soak.min_samples {
            needed.push(format!("{} more healthy windows", soak.min_samples - soak.samples));
        }
        if !soak.uptime.is_some_and(|uptime| uptime.reaches(soak.min_uptime)) {
            needed.push(format!("an uptime of {} %", soak.min_uptime));
        }
        let mut words = format!("still needed: {}", needed.join(", "));
        if let Some(earliest) = soak.earliest {
            let _infallible = write!(words, "; at the earliest on {}", minute(earliest));
        }
        if soak.is_lapsed() { format!("{}; {words}", self.lapsed()) } else { words }
    }

    fn render_map(&self, page: &mut Page) {
        if self.map.is_empty() {
            return;
        }
        page.gap();
        let widest = self.map.iter().map(|(rule, _)| cells(&shown(rule))).max().unwrap_or(0).min(30);
        let days = self.map.iter().map(|(_, days)| days.len()).max().unwrap_or(0);
        let room = page.width().saturating_sub(widest + 4) / 2;
        let first = days.saturating_sub(DAYS.min(room.max(1)));
        let label = if first > 0 { format!("day {} …", first + 1) } else { "day".to_owned() };
        // Only the last digit, so that a day is as wide as its mark.
        let numbers: String = (first..days).flat_map(|day| [digit(day + 1), ' ']).collect();
        page.line(&[(Tone::Faint, &format!("  {}  {numbers}", fitted(&label, widest.max(3))))]);
        for (rule, signs) in &self.map {
            let name = format!("  {}  ", fitted(&shown(rule), widest.max(3)));
            let marks: Vec<(Tone, String)> = signs
                .iter()
                .skip(first)
                .map(|sign| mark(*sign))
                .map(|(tone, mark)| (tone, format!("{mark} ")))
                .collect();
            let mut pieces = vec![(Tone::Plain, name.as_str())];
            pieces.extend(marks.iter().map(|(tone, mark)| (*tone, mark.as_str())));
            page.line(&pieces);
        }
        let legend = "✓ good   ✗ broken   ? nothing known   ! not reached   . nobody looked";
        page.line(&[(Tone::Faint, &format!("{}{legend}", spaces(2)))]);
        page.gap();
    }
}

/// The last digit of a number.
fn digit(number: usize) -> char {
    u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or(' ')
}

/// How a sign is shown.
pub(super) fn mark(sign: Option<Sign>) -> (Tone, &'static str) {
    match sign {
        Some(Sign::Good) => (Tone::Good, "✓"),
        Some(Sign::Bad) => (Tone::Bad, "✗"),
        Some(Sign::Unknown) => (Tone::Unknown, "?"),
        Some(Sign::Unreachable) => (Tone::Unknown, "!"),
        None => (Tone::Faint, "."),
    }
}

/// The starts, those in a row for one cause as one: the first moment, the cause, how many.
fn starts(resets: &[(Timestamp, ResetCause)]) -> Vec<(Timestamp, ResetCause, u64)> {
    let mut starts: Vec<(Timestamp, ResetCause, u64)> = Vec::new();
    for (time, cause) in resets {
        match starts.last_mut() {
            Some((_, last, times)) if last == cause => *times += 1,
            _ => starts.push((*time, *cause, 1)),
        }
    }
    starts
}

fn cause_words(cause: ResetCause) -> &'static str {
    match cause {
        ResetCause::Image => "another image ran",
        ResetCause::Configuration => "it ran under another configuration",
        ResetCause::Restart => "it was restarted",
        ResetCause::Absent => "it did not run",
        ResetCause::Gap => "nobody had looked for too long",
    }
}

/// `168 h`, `2 h 5 min`, `40 s`: cut off.
pub(super) fn span(span: Duration) -> String {
    let (hours, minutes, seconds) = (span.as_secs() / 3_600, span.as_secs() / 60 % 60, span.as_secs() % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min"),
        (_, 0) => format!("{hours} h"),
        _ => format!("{hours} h {minutes} min"),
    }
}

fn bar(soak: &Soak) -> String {
    let (part, whole) = (soak.healthy.as_secs().min(soak.needed.as_secs()), soak.needed.as_secs().max(1));
    let full = usize::try_from(part * BAR / whole).unwrap_or(0);
    format!("{}{}", "█".repeat(full), "░".repeat(usize::try_from(BAR).unwrap_or(0).saturating_sub(full)))
}

#[cfg(test)]
mod tests;
