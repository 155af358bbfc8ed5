//! Comments → what they keep quiet. Not an opinion: whether a suppression weakens a check is judged elsewhere.
//!
//! The rules are those of pyright 1.1.414, ruff 0.17.6, bandit 1.9.4 and coverage 7.17, each found by
//! experiment: `fixtures/docs/suppressions.txt` records what the tools did with each form.

use super::scan::Comment;

/// A comment that keeps findings quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its line, from 1.
    pub line: u32,
    /// Whom it tells to be quiet, and how far.
    pub kind: SuppressionKind,
    /// The rules that it names; empty where it means all of them.
    pub rules: Vec<String>,
}

/// Whom a suppression tells to be quiet, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// `# type: ignore`, for its line.
    TypeIgnore,
    /// `# type: ignore` before any code: for the whole file, whatever rules it names.
    FileTypeIgnore,
    /// `# pyright: ignore`, for its line.
    PyrightIgnore,
    /// `# noqa`, or ruff's `# ruff: ignore` and `# ruff: disable`.
    Noqa,
    /// `# ruff: noqa`, `# flake8: noqa` or `# ruff: file-ignore`, for the whole file.
    FileNoqa,
    /// `# nosec`, for its statement.
    Nosec,
    /// `# pragma: no cover`, for its line or what the line opens.
    NoCover,
}

/// One setting that a `# pyright:` comment makes for its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its line, from 1.
    pub line: u32,
    /// A mode (`basic`, `standard`, `strict`) or a rule.
    pub name: String,
    /// What the rule is set to; `None` for a mode.
    pub value: Option<String>,
}

impl Directive {
    /// Whether it sets a rule so low that its finding is no error and no warning any more.
    pub fn silences(&self) -> bool {
        // Without this one pyright heeds fewer suppressions, not more.
        let stricter = self.name == "enableTypeIgnoreComments";
        !stricter && matches!(self.value.as_deref(), Some("false" | "none" | "information"))
    }
}

/// Every suppression in `comment`.
pub(super) fn suppressions(comment: &Comment<'_>, found: &mut Vec<Suppression>) {
    let mut add = |kind, rules: Vec<String>| found.push(Suppression { line: comment.line, kind, rules });
    if let Some(rules) = ignore(comment.text, "type") {
        // A docstring is code enough: after it, the same comment is for its own line only.
        add(if comment.first { SuppressionKind::FileTypeIgnore } else { SuppressionKind::TypeIgnore }, rules);
    }
    if let Some(rules) = ignore(comment.text, "pyright") {
        add(SuppressionKind::PyrightIgnore, rules);
    }
    if let Some((kind, rules)) = noqa(comment) {
        add(kind, rules);
    }
    if let Some(rules) = parts(comment.text).find_map(nosec) {
        add(SuppressionKind::Nosec, rules);
    }
    if parts(comment.text).any(no_cover) {
        add(SuppressionKind::NoCover, Vec::new());
    }
}

/// The settings of a `# pyright:` comment, which may stand anywhere in the file.
pub(super) fn directives(comment: &Comment<'_>, found: &mut Vec<Directive>) {
    let Some(operands) = comment.text[1..].trim().strip_prefix("pyright:") else { return };
    if operands.trim().starts_with("ignore") {
        return;
    }
    found.extend(operands.split(',').filter_map(|operand| {
        let (name, value) = match operand.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (operand.trim(), None),
        };
        (!name.is_empty()).then(|| Directive { line: comment.line, name: name.to_owned(), value })
    }));
}

/// What follows each `#` of a comment, blanks removed.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('#').skip(1).map(str::trim_start)
}

/// `type: ignore[rules]`, as pyright's tokenizer finds it. `None` where the comment says no such thing.
fn ignore(text: &str, whose: &str) -> Option<Vec<String>> {
    parts(text).find_map(|part| {
        let rest = part.strip_prefix(whose)?.strip_prefix(':')?.trim_start().strip_prefix("ignore")?;
        let list = rest.trim_start();
        match list.strip_prefix('[') {
            Some(inside) => Some(split(&inside[..inside.find(']')?])),
            None => (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(Vec::new),
        }
    })
}

fn noqa(comment: &Comment<'_>) -> Option<(SuppressionKind, Vec<String>)> {
    parts(comment.text).find_map(|part| {
        if let Some(rest) = part.strip_prefix("ruff:").or_else(|| part.strip_prefix("flake8:")) {
            let rest = rest.trim_start();
            if let Some(codes) = rest.strip_prefix("noqa") {
                return comment.alone.then(|| (SuppressionKind::FileNoqa, codes_after_colon(codes)));
            }
            let (verb, list) = rest.split_once('[')?;
            let rules = split(&list[..list.find(']')?]);
            return match verb.trim() {
                "ignore" | "disable" => Some((SuppressionKind::Noqa, rules)),
                "file-ignore" => Some((SuppressionKind::FileNoqa, rules)),
                _ => None,
            };
        }
        let word = part.get(..4).filter(|word| word.eq_ignore_ascii_case("noqa"))?;
        let rest = &part[word.len()..];
        if rest.starts_with(|char: char| char.is_alphanumeric() || char == '_') {
            return None;
        }
        Some((SuppressionKind::Noqa, codes_after_colon(rest)))
    })
}

/// The codes of `: F401, E501 because …`; none of them where there is no colon.
fn codes_after_colon(text: &str) -> Vec<String> {
    let Some(list) = text.trim_start().strip_prefix(':') else { return Vec::new() };
    let code = |word: &&str| {
        word.starts_with(|char: char| char.is_ascii_uppercase())
            && word.ends_with(|char: char| char.is_ascii_digit())
    };
    list.split([',', ' ', '\t']).filter(|word| !word.is_empty()).take_while(code).map(str::to_owned).collect()
}

fn nosec(part: &str) -> Option<Vec<String>> {
    let rest = part.strip_prefix("nosec")?;
    let words = rest.strip_prefix(':').unwrap_or(rest).split([',', ' ', '\t']);
    let id = |word: &&str| {
        word.strip_prefix('B')
            .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    };
    Some(words.filter(id).map(str::to_owned).collect())
}

/// coverage.py's `#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)`.
fn no_cover(part: &str) -> bool {
    let word = |text: &'_ str, small: &str, large: &str| -> Option<usize> {
        (text.starts_with(small) || text.starts_with(large)).then_some(small.len())
    };
    let cover = || {
        let rest = &part[word(part, "pragma", "PRAGMA")?..];
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
        let rest = rest[word(rest, "no", "NO")?..].trim_start();
        word(rest, "cover", "COVER")
    };
    cover().is_some()
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect()
}
