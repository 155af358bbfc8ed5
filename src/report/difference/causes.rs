//! What differs in what was measured, and how: the causes of a difference, the weightiest first. Not the figures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::environment::Environment;
use crate::model::promotion::Measurement;
use crate::model::record::{CheckRecord, Verification, WaiverRecord};

use super::super::summary::count;
use super::super::surroundings;

/// Something that two measurements differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    /// The class, a word for programs.
    pub(super) kind: &'static str,
    /// What it is, in words.
    pub(super) what: String,
    /// How it was in the one, where one value says it.
    pub(super) a: Option<String>,
    /// How it was in the other.
    pub(super) b: Option<String>,
    /// The single things, such as files or distributions.
    pub(super) items: Vec<String>,
}

/// Something that is the same in both, in words.
pub(super) type Same = &'static str;

/// What differs, and what does not.
#[derive(Default)]
struct Comparison {
    causes: Vec<Cause>,
    same: Vec<Same>,
}

impl Comparison {
    /// Two values.
    fn values(&mut self, kind: &'static str, what: &'static str, a: Option<String>, b: Option<String>) {
        if a == b {
            self.same.push(what);
        } else {
            self.causes.push(Cause { kind, what: what.to_owned(), a, b, items: Vec::new() });
        }
    }

    /// Single things; none where nothing differs.
    fn items(&mut self, kind: &'static str, same: Same, what: String, items: Vec<String>) {
        if items.is_empty() {
            self.same.push(same);
        } else {
            self.causes.push(Cause { kind, what, a: None, b: None, items });
        }
    }
}

/// The causes, the weightiest first, and what cannot be one.
pub(super) fn compare(in_a: &Measurement, in_b: &Measurement) -> (Vec<Cause>, Vec<Same>) {
    let mut found = Comparison::default();
    let (a, b) = (&in_a.verification, &in_b.verification);
    found.values("commit", "the commit", commit(a), commit(b));
    files(&mut found, a, b);
    asked(&mut found, a, b);
    let [one, other] = [a, b].map(counting);
    // A measurement without coverage does not count anything.
    if one.is_some() && other.is_some() {
        found.values("counting", "what coverage counts", one, other);
        let [one, other] = [a, b].map(extent);
        found.values("extent", "which tests gave the coverage", one, other);
    }
    imports(&mut found, a, b);
    distributions(&mut found, a, b);
    let python = |environment: &Environment| environment.python.clone();
    found.values("python", "the interpreter", python(&a.environment), python(&b.environment));
    let [one, other] = [a, b].map(|one| Some(one.environment.platform.clone()));
    found.values("platform", "the platform", one, other);
    tools(&mut found, a, b);
    bounds(&mut found, a, b);
    waivers(&mut found, in_a, in_b);
    let [one, other] = [a, b].map(|one| Some(one.policy.sha256.chars().take(8).collect()));
    found.values("policy", "the policy", one, other);
    let [one, other] = [a, b].map(|one| Some(lock(&one.environment)));
    found.values("lock", "the lock file", one, other);
    let [one, other] = [a, b].map(|one| Some(one.version.clone()));
    found.values("program", "tta-promote", one, other);
    (found.causes, found.same)
}

fn commit(verification: &Verification) -> Option<String> {
    let commit = surroundings::short(verification.commit.as_deref()?);
    let dirty = if verification.dirty == Some(true) { " with uncommitted changes" } else { "" };
    Some(format!("{commit}{dirty}"))
}

fn files(found: &mut Comparison, a: &Verification, b: &Verification) {
    let names: BTreeSet<&String> = a.files.keys().chain(b.files.keys()).collect();
    let all = names.len() as u64;
    let items: Vec<String> = names
        .into_iter()
        .filter_map(|name| match (a.files.get(name), b.files.get(name)) {
            (Some(one), Some(other)) if one == other => None,
            (Some(_), Some(_)) => Some(format!("{name} changed")),
            (Some(_), None) => Some(format!("{name} only in A")),
            (None, _) => Some(format!("{name} only in B")),
        })
        .collect();
    let what = format!("files ({} of {all})", items.len());
    found.items("files", "the component's files", what, items);
}

/// What was asked for: gate, checks, tests.
fn asked(found: &mut Comparison, a: &Verification, b: &Verification) {
    let gate = |one: &Verification| match &one.only {
        None => Some(format!("{} → {}", one.from, one.to)),
        Some(only) => Some(format!("{} → {}, only {}", one.from, one.to, only.join(", "))),
    };
    found.values("gate", "the gate", gate(a), gate(b));
    let paths = |one: &Verification| Some(one.tests.paths.join(" "));
    found.values("test_paths", "where tests are looked for", paths(a), paths(b));
    let select = |one: &Verification| one.tests.select.clone();
    found.values("test_select", "which tests are selected (-k)", select(a), select(b));
    let args = |one: &Verification| (!one.tests.args.is_empty()).then(|| one.tests.args.join(" "));
    found.values("test_args", "further pytest arguments", args(a), args(b));
}

fn coverage(verification: &Verification) -> Option<&CheckRecord> {
    verification.checks.iter().find(|check| check.id == "coverage" && !check.figures.is_empty())
}

/// `statements and branches`, `statements alone: the policy says so`, …
fn counting(verification: &Verification) -> Option<String> {
    let check = coverage(verification)?;
    let has_branches = check.figures.contains_key("branches");
    let only_statements = check.bounds.get("metric").is_some_and(|metric| metric == "statements");
    Some(
        match (has_branches, only_statements) {
            (true, false) => "statements and branches",
            (true, true) => "statements (the policy's metric)",
            (false, true) => "statements (the policy's metric; branches are not measured)",
            (false, false) => "statements (branches are not measured)",
        }
        .to_owned(),
    )
}

fn extent(verification: &Verification) -> Option<String> {
    let figures = &coverage(verification)?.figures;
    Some(match figures.get("selected_tests") {
        Some(selected) => format!("a lower bound from {selected} selected"),
        None => "all".to_owned(),
    })
}

fn imports(found: &mut Comparison, a: &Verification, b: &Verification) {
    let [one, other] = [a, b].map(|one| one.absent_imports.iter().collect::<BTreeSet<_>>());
    let lacking = |name: &&&String| {
        format!("{name} was not installed in {}", if one.contains(*name) { "A" } else { "B" })
    };
    let items: Vec<String> = one.symmetric_difference(&other).map(|name| lacking(&name)).collect();
    let what = "optional imports".to_owned();
    found.items("absent_imports", "its optional imports", what, items);
}

fn installed(environment: &Environment) -> BTreeMap<&str, &str> {
    environment.distributions.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect()
}

/// What appeared, vanished or changed; what the component itself imports first.
fn distributions(found: &mut Comparison, a: &Verification, b: &Verification) {
    let (one, other) = (installed(&a.environment), installed(&b.environment));
    let names: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
    let absent: BTreeSet<String> =
        a.absent_imports.iter().chain(&b.absent_imports).map(|name| normalised(name)).collect();
    let mut items: Vec<(bool, String)> = names
        .into_iter()
        .filter_map(|name| {
            let words = match (one.get(name), other.get(name)) {
                (Some(one), Some(other)) if one == other => return None,
                (Some(one), Some(other)) => format!("{name} {one} → {other}"),
                (Some(one), None) => format!("{name} {one} only in A"),
                (None, other) => format!("{name} {} only in B", other.copied().unwrap_or_default()),
            };
            Some((!absent.contains(&normalised(name)), words))
        })
        .collect();
    items.sort();
    let what = format!("environment ({})", count(items.len() as u64, "distribution"));
    let items = items.into_iter().map(|(_, words)| words).collect();
    found.items("distributions", "the installed distributions", what, items);
}

fn normalised(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

fn tools(found: &mut Comparison, a: &Verification, b: &Verification) {
    let versions = |one: &Verification| -> BTreeMap<String, String> {
        one.checks.iter().filter_map(|check| check.tool.clone()).collect()
    };
    let (one, other) = (versions(a), versions(b));
    // A tool that only one of them asked has no version to differ in.
    let items: Vec<String> = one
        .iter()
        .filter_map(|(tool, version)| {
            let other = other.get(tool).filter(|other| *other != version)?;
            Some(format!("{tool} {version} → {other}"))
        })
        .collect();
    found.items("tools", "the tools' versions", "versions of tools".to_owned(), items);
}

fn bounds(found: &mut Comparison, a: &Verification, b: &Verification) {
    let bound = |one: &Verification| -> BTreeMap<(String, String), String> {
        let of = |check: &CheckRecord| {
            let id = check.id.clone();
            let bounds = check.bounds.clone().into_iter();
            bounds.map(move |(name, value)| ((id.clone(), name), value)).collect::<Vec<_>>()
        };
        one.checks.iter().flat_map(of).collect()
    };
    let asked = |one: &Verification, id: &str| one.checks.iter().any(|check| check.id == id);
    let (one, other) = (bound(a), bound(b));
    let keys: BTreeSet<&(String, String)> = one.keys().chain(other.keys()).collect();
    let items: Vec<String> = keys
        .into_iter()
        .filter(|(id, _)| asked(a, id) && asked(b, id))
        .filter(|key| one.get(*key) != other.get(*key))
        .map(|key| {
            let value = |bounds: &BTreeMap<(String, String), String>| {
                bounds.get(key).cloned().unwrap_or_else(|| "-".to_owned())
            };
            format!("{} {}: {} → {}", key.0, key.1, value(&one), value(&other))
        })
        .collect();
    found.items("bounds", "the bounds", "bounds".to_owned(), items);
}

/// What waivers covered. A record holds those alone that covered something, and its time says which days were over.
fn waivers(found: &mut Comparison, a: &Measurement, b: &Measurement) {
    type Key<'a> = (&'a str, &'a str, &'a str);
    fn by_place(one: &Verification) -> BTreeMap<Key<'_>, &WaiverRecord> {
        let keyed = one.waivers.iter().map(|one| ((&*one.check, &*one.rule, &*one.path), one));
        keyed.collect()
    }
    let asked = |one: &Measurement, id: &str| one.verification.checks.iter().any(|check| check.id == id);
    let (one, other) = (by_place(&a.verification), by_place(&b.verification));
    let keys: BTreeSet<&Key<'_>> = one.keys().chain(other.keys()).collect();
    if keys.is_empty() {
        return;
    }
    let items: Vec<String> = keys
        .into_iter()
        .filter(|(id, ..)| asked(a, id) && asked(b, id))
        .filter_map(|key| {
            let words = match (one.get(key), other.get(key)) {
                (Some(one), Some(other)) => changed(one, other)?,
                (Some(one), None) => alone(one, "A", b),
                (None, other) => alone(other?, "B", a),
            };
            let (check, rule, path) = key;
            Some(format!("{check} {rule} in {path}: {words}"))
        })
        .collect();
    found.items("waivers", "what waivers cover", "waivers".to_owned(), items);
}

/// What one waiver came to in both; nothing where that is the same.
fn changed(one: &WaiverRecord, other: &WaiverRecord) -> Option<String> {
    let covered =
        (one.covered != other.covered).then(|| format!("covered {} → {}", one.covered, other.covered));
    let until = (one.expires != other.expires).then(|| format!("until {} → {}", one.expires, other.expires));
    let words: Vec<String> = covered.into_iter().chain(until).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A waiver that covered something in one of the two, and nothing in the other.
fn alone(waiver: &WaiverRecord, whose: &str, other: &Measurement) -> String {
    let WaiverRecord { covered, expires, .. } = waiver;
    let day: Date = other.time.to_zoned(TimeZone::UTC).date();
    if *expires < day {
        format!("covered {covered} in {whose} alone, expired {expires}")
    } else {
        format!("covered {covered} in {whose} alone (until {expires})")
    }
}

fn lock(environment: &Environment) -> String {
    let agrees = match environment.in_sync {
        Some(true) => "in sync",
        Some(false) => "NOT in sync",
        None => "not compared",
    };
    match &environment.lock {
        None => "none".to_owned(),
        Some(lock) => format!("{lock} {agrees}"),
    }
}
