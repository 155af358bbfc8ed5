//! Reads what a document in Markdown claims of components: percentages near the word coverage, counts of tests, issues and
//! errors, and stages.
//!
//! Not a reader of sense: what is not said plainly is no claim. A number that is asked for (`≥ 70 %`, a target, a
//! threshold) is none, nor is one in code. Rather a claim too few than one that nobody made.

mod passage;

use std::sync::LazyLock;

use regex::Regex;

use crate::model::claim::{Claim, Figure};
use crate::model::stage::Stage;

use passage::{Passage, passages};

/// Words that make a number one that is asked for, before it or after it.
const ASKED: [&str; 16] = [
    "≥",
    ">",
    "≤",
    "<",
    "at least",
    "at most",
    "min",
    "minimum",
    "max",
    "target",
    "threshold",
    "required",
    "requires",
    "goal",
    "above",
    "below",
];
/// How far from a number such a word may stand, in characters.
const NEAR: usize = 22;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d{1,3}(?:\.\d{1,4})?)\s?%"));
static PASSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(\d{1,7})(?:\s*/\s*(\d{1,7}))?\s+(?:tests?\s+)?(?:are\s+)?pass(?:ed|ing)\b")
});
static OF_TESTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(\d{1,7})\s*/\s*(\d{1,7})\s+tests?\b"));
static TESTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(\d{1,7})\s+(?:unit\s+)?tests\b"));
static FAILED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(\d{1,7})\s+(?:tests?\s+)?(?:failed|failing|failures?)\b"));
static ISSUES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(\d{1,7})\s+(?:[a-z]+\s+)?(?:issues?|errors?|violations?|vulnerabilit(?:y|ies)|findings?)\b",
    )
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\D{0,3}(\d{1,7})\D{0,3}$"));
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:\d{4}-\d{2}-\d{2}|history|timeline|changelog|was|were|previously|formerly|before|from|earlier|revoked|rolled back)\b",
    )
});

/// What `markdown` claims. `names` are the words that stand for components: names and titles.
pub fn claims(markdown: &str, names: &[String]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for passage in passages(markdown) {
        let figures = figures(&passage);
        if figures.is_empty() {
            continue;
        }
        let about = about(&passage, names);
        let past =
            PAST.is_match(&passage.text) || PAST.is_match(&passage.label) || PAST.is_match(&passage.heading);
        claims.extend(figures.into_iter().map(|figure| Claim {
            line: passage.line,
            text: passage.shown(),
            about: about.clone(),
            past,
            figure,
        }));
    }
    claims
}

/// The names in its label, else in the passage, else in its headings.
fn about(passage: &Passage, names: &[String]) -> Vec<String> {
    let within = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        names.iter().filter(|name| has_word(&text, &name.to_lowercase())).cloned().collect()
    };
    let row = format!("{} {}", passage.row, passage.text);
    let places = [passage.label.as_str(), row.as_str(), passage.heading.as_str()];
    places.into_iter().map(within).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Whether `word` stands in `text` on its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_part =
        |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || "_-".contains(one));
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
        })
}

fn figures(passage: &Passage) -> Vec<Figure> {
    let (label, text) = (passage.label.to_lowercase(), passage.text.as_str());
    let all = format!("{label} {}", text.to_lowercase());
    let mut figures = Vec::new();
    if let Some(stage) = stage(passage) {
        return vec![Figure::Stage(stage)];
    }
    if is_asked_word(&label) {
        return figures;
    }
    if all.contains("coverage") || all.contains("covered") {
        let stated = PERCENT.captures_iter(text).filter(|found| !is_asked(text, found.get(0)));
        figures.extend(stated.map(|found| Figure::Coverage(found[1].to_owned())));
    }
    counts(&all, &label, text, &mut figures);
    figures
}

fn counts(all: &str, label: &str, text: &str, figures: &mut Vec<Figure>) {
    let first = |pattern: &Regex| -> Option<u64> {
        let found = pattern.captures(text)?;
        (!is_asked(text, found.get(0))).then(|| found[1].parse().ok()).flatten()
    };
    if let Some(passed) = first(&PASSED).or_else(|| first(&OF_TESTS)) {
        figures.push(Figure::Passed(passed));
    } else if let Some(tests) = first(&TESTS) {
        figures.push(Figure::Tests(tests));
    }
    figures.extend(first(&FAILED).map(Figure::Failed));
    let has = |words: &[&str]| words.iter().any(|word| has_word(all, word));
    let kinds = [
        (has(&["lint", "linting", "linter", "ruff"]), Figure::Lint as fn(u64) -> Figure),
        (has(&["type", "types", "typing", "pyright", "mypy"]), Figure::Types),
        (has(&["security", "bandit"]), Figure::Security),
    ];
    // Of several, it is not said which.
    let [kind] = kinds.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind).collect::<Vec<_>>()[..] else {
        return;
    };
    let bare = || {
        let named =
            ["issues", "errors", "violations", "vulnerabilities", "findings", "ruff", "pyright", "bandit"];
        let found =
            NUMBER.captures(text.trim()).filter(|_| named.iter().any(|word| has_word(label, word)))?;
        found[1].parse().ok()
    };
    figures.extend(first(&ISSUES).or_else(bare).map(kind));
}

/// Whether a number is one that is asked for.
fn is_asked(text: &str, found: Option<regex::Match<'_>>) -> bool {
    let Some(found) = found else { return true };
    let before: String = text[..found.start()].chars().rev().take(NEAR).collect();
    let before: String = before.chars().rev().collect();
    let after: String = text[found.end()..].chars().take(NEAR).collect();
    // What stands beyond a mark belongs to another number.
    let before = before.rsplit([';', ',', '(']).next().unwrap_or_default().to_lowercase();
    let after =
        after.split([';', ',', ')', '(', '≥', '<', '>', '≤']).next().unwrap_or_default().to_lowercase();
    is_asked_word(&before) || is_asked_word(&after)
}

fn is_asked_word(text: &str) -> bool {
    ASKED.iter().any(|word| {
        if word.is_ascii() && word.len() > 1 { has_word(text, word) } else { text.contains(word) }
    })
}

/// The stage where the passage says nothing else.
fn stage(passage: &Passage) -> Option<Stage> {
    let label = passage.label.to_lowercase();
    let is_label = has_word(&label, "stage") || has_word(&label, "maturity") || has_word(&label, "status");
    let is_other = ["target", "next", "goal", "previous", "from", "to", "issue"]
        .iter()
        .any(|word| has_word(&label, word));
    if !is_label || is_other {
        return None;
    }
    let words: Vec<String> = passage
        .text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let [word] = &words[..] else { return None };
    Stage::from_name(word)
}

#[cfg(test)]
mod tests;
