//! The readiness as one page that people look at: `page.html` laid out, `page.js` to filter and sort, pictures by `chart`.
//! Not the engine (`report::html`). Whatever is told of a component stands in the page, so that without a script nothing is
//! missing; a long table and details are laid out only when they come into sight, or are opened.

use serde::Serialize;

use super::super::html::{Found, Group, fill, groups};
use super::super::surroundings::short;
use super::change::weightiest;
use super::chart::{Curve, Segment, Timeline, curve, segments, spark, timeline};
use super::model::GONE;
use super::{Change, ComponentReadiness, Finding, InForce, Readiness, State};
use crate::model::stage::Stage;

/// How many components are listed that need a person, and how many whose standing has changed: each is in the table and
/// has its details.
const URGENT: usize = 25;
const CHANGED: usize = 50;
/// Changes of one of those; the others stand in its details.
const FEW: usize = 6;

#[derive(Serialize)]
struct Page<'a> {
    report: &'a Readiness,
    commit: Option<String>,
    tiles: Vec<Tile>,
    stages: Vec<StageOf>,
    matrix: Vec<Line>,
    priorities: Vec<Option<&'a str>>,
    /// Places of components, as all the next ones.
    urgent: Vec<usize>,
    more_urgent: usize,
    changed: Vec<usize>,
    more_changed: usize,
    nothing: &'static str,
    left: &'static str,
    in_force: Vec<Decided<'a>>,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Tile {
    name: &'static str,
    title: &'static str,
    mark: &'static str,
    number: u64,
}

#[derive(Serialize)]
struct StageOf {
    name: &'static str,
    number: usize,
    words: String,
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    numbers: Vec<usize>,
    all: usize,
}

#[derive(Serialize)]
struct Decided<'a> {
    place: usize,
    one: &'a InForce,
}

/// What is drawn of a component, beside what is told of it.
#[derive(Serialize)]
struct Row<'a> {
    place: usize,
    mark: &'static str,
    state: &'static str,
    commit: Option<String>,
    spark: Option<Curve>,
    curve: Option<Curve>,
    /// The figure of the last measurement, and of the last one that has any.
    measured: Option<u32>,
    percent: u32,
    min: Option<u32>,
    /// The numbers of the days of the map.
    days: Vec<usize>,
    timeline: Option<Timeline>,
    /// The issue, where it is an address that may be followed.
    issue: Option<&'a str>,
    changes: Vec<&'a Change>,
    more_changes: u64,
    findings: Vec<Group<'a>>,
}

/// The page.
pub(super) fn render(readiness: &Readiness) -> String {
    let tiles = readiness.counts().into_iter().map(|(state, number)| Tile {
        name: state.name(),
        title: state.title(),
        mark: state.mark(),
        number,
    });
    let components = || readiness.components.iter().enumerate();
    let places = |is: fn(&ComponentReadiness) -> bool| -> Vec<usize> {
        components().filter(|(_, one)| is(one)).map(|(place, _)| place).collect()
    };
    let mut urgent = places(|one| matches!(one.state, State::Attention | State::Unknown));
    let more_urgent = urgent.len().saturating_sub(URGENT);
    urgent.truncate(URGENT);
    let mut changed = places(|one| !one.changes.is_empty());
    let more_changed = changed.len().saturating_sub(CHANGED);
    changed.truncate(CHANGED);
    let in_force =
        components().flat_map(|(place, one)| one.in_force.iter().map(move |one| Decided { place, one }));
    let mut in_force: Vec<Decided<'_>> = in_force.collect();
    in_force.sort_by_key(|decided| (decided.one.until.is_none(), decided.one.until));
    let page = Page {
        report: readiness,
        commit: readiness.commit.as_deref().map(short),
        tiles: tiles.collect(),
        stages: Stage::ALL.map(|stage| stage_of(readiness, stage)).into(),
        matrix: matrix(readiness),
        priorities: readiness.priorities(),
        urgent,
        more_urgent,
        changed,
        more_changed,
        nothing: readiness.compared.nothing(),
        left: GONE,
        in_force,
        rows: components().map(|(place, one)| row(readiness, place, one)).collect(),
    };
    fill(include_str!("page.html"), &page, include_str!("page.js"))
}

fn stage_of(readiness: &Readiness, stage: Stage) -> StageOf {
    let here: Vec<_> = readiness.components.iter().filter(|one| one.stage == Some(stage.name())).collect();
    let counts: Vec<(State, u64)> = State::ALL
        .into_iter()
        .map(|state| (state, here.iter().filter(|one| one.state == state).count() as u64))
        .filter(|(_, number)| *number > 0)
        .collect();
    let words: Vec<String> =
        counts.iter().map(|(state, number)| format!("{number} {}", state.title().to_lowercase())).collect();
    let counts: Vec<(&'static str, u64)> =
        counts.iter().map(|(state, number)| (state.name(), *number)).collect();
    StageOf {
        name: stage.name(),
        number: here.len(),
        words: if words.is_empty() { "no component".to_owned() } else { words.join(", ") },
        segments: segments(&counts),
    }
}

/// How many are how, by stage and by priority.
fn matrix(readiness: &Readiness) -> Vec<Line> {
    let states: Vec<State> = readiness.counts().into_keys().collect();
    let line = |name: String, is_in: &dyn Fn(&ComponentReadiness) -> bool| {
        let members: Vec<_> = readiness.components.iter().filter(|one| is_in(one)).collect();
        let of = |state: &State| members.iter().filter(|one| one.state == *state).count();
        Line { name, numbers: states.iter().map(of).collect(), all: members.len() }
    };
    let by_stage = Stage::ALL.into_iter().rev();
    let by_stage =
        by_stage.map(|stage| line(stage.name().to_owned(), &|one| one.stage == Some(stage.name())));
    let priorities = readiness.priorities().into_iter().map(|priority| {
        let name = priority.unwrap_or("no priority").to_owned();
        line(name, &|one| one.priority.as_deref() == priority)
    });
    by_stage.chain(priorities).filter(|line| line.all > 0).collect()
}

fn row<'a>(readiness: &Readiness, place: usize, one: &'a ComponentReadiness) -> Row<'a> {
    let last = one.last_coverage();
    let days = one.observation.iter().flat_map(|seen| &seen.map).map(|rule| rule.signs.len()).max();
    let changes = weightiest(&one.changes, FEW);
    let issue = one.promotion.as_ref().and_then(|promotion| promotion.issue.as_deref());
    Row {
        place,
        mark: one.state.mark(),
        state: one.state.title(),
        commit: one.measured.as_ref().and_then(|measured| measured.commit.as_deref()).map(short),
        spark: spark(&one.coverage),
        curve: curve(&one.coverage),
        measured: one.measured_coverage().map(|point| point.hundredths),
        percent: last.map_or(0, |point| point.hundredths),
        min: last.and_then(|point| point.min_hundredths),
        days: (1..=days.unwrap_or(0)).collect(),
        timeline: one.promotion.as_ref().and_then(|promotion| timeline(promotion, readiness.time)),
        issue: issue.filter(|url| is_address(url)),
        more_changes: one.more_changes + (one.changes.len() - changes.len()) as u64,
        changes,
        findings: groups(one.findings.iter().map(found)),
    }
}

/// Whether a browser can make nothing of it but the address of a page.
fn is_address(url: &str) -> bool {
    url.starts_with("https://")
        && url.len() < 300
        && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn found(finding: &Finding) -> Found<'_> {
    Found {
        check: &finding.check,
        rule: &finding.rule,
        severity: finding.severity,
        file: &finding.file,
        line: finding.line,
        message: &finding.message,
        source: finding.source.as_deref(),
    }
}
