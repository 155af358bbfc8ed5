//! `[[component.NAME.waiver]]`: named findings that may stay until a day. Not the clock, and not the disk: whether the day
//! is too far away and whether the path is the component's own is looked at elsewhere.
//!
//! The hard part is that each of them must stay narrow: what could cover more than was thought of is a fault.

use std::collections::BTreeMap;

use jiff::civil::Date;
use toml::de::DeValue;

use super::document::{Faults, quote};
use super::own_check::OwnChecks;
use super::path::Viewpoint;
use super::value::{Table, Value};
use crate::model::check::Check;
use crate::model::waiver::{DeclaredWaiver, Waiver};

const KEYS: [&str; 8] = ["check", "rule", "path", "max", "reason", "owner", "issue", "expires"];
/// What tools call it where a file is not the Python that they can read: then nothing else was looked at in it.
const UNREAD: [&str; 4] = ["invalid-syntax", "syntax-error", "E999", "E902"];

/// The waivers that a component declares.
pub(super) fn read(
    component: &Table<'_>,
    from: &Viewpoint,
    own: &OwnChecks,
    faults: &mut Faults<'_>,
) -> Vec<DeclaredWaiver> {
    let Some(value) = component.get("waiver") else { return Vec::new() };
    if value.inner().as_array().is_none() {
        let hint = format!("write `[[{}]]` and its keys in the lines below", value.path());
        value.wrong("an array of tables", hint, faults);
        return Vec::new();
    }
    let items = value.list("tables", faults).unwrap_or_default();
    let mut by_rule: BTreeMap<(&str, String), Vec<DeclaredWaiver>> = BTreeMap::new();
    let mut waivers = Vec::new();
    for item in &items {
        let Some(declared) = waiver(item, from, own, faults) else { continue };
        let Waiver { check, rule, path, .. } = &declared.waiver;
        let earlier = by_rule.entry((check.id(), rule.clone())).or_default();
        // Whom a finding of both would count for, and which of them is exceeded, their order alone would say.
        let meets = |other: &&DeclaredWaiver| {
            other.waiver.reaches(path) || declared.waiver.reaches(&other.waiver.path)
        };
        let Some(other) = earlier.iter().find(meets) else {
            earlier.push(declared.clone());
            waivers.push(declared);
            continue;
        };
        let (line, same) = (other.waiver.place.line, other.waiver.path == *path);
        let what = if same { "the same as" } else { "some of the same findings as" };
        let message = format!("it waives {what} the waiver in line {line}");
        let hint = if same {
            "join the two: name the findings once, with the `max` of both"
        } else {
            "join the two, or name files and folders of which none holds another"
        };
        faults.add(item.offset, message, hint);
    }
    waivers
}

fn waiver(
    item: &Value<'_>,
    from: &Viewpoint,
    own: &OwnChecks,
    faults: &mut Faults<'_>,
) -> Option<DeclaredWaiver> {
    let table = item.table(faults)?;
    table.keys_are(&KEYS, faults);
    for key in KEYS.into_iter().filter(|key| !table.has(key)) {
        faults.add(item.offset, format!("a waiver has no `{key}`"), form(key));
    }
    let mut line = |key: &str| {
        let value = table.get(key)?;
        value.line(faults).map(|text| text.trim().to_owned())
    };
    let (reason, owner) = (line("reason"), line("owner"));
    let check = table.get("check").and_then(|value| check(&value, own, faults));
    let rule = table.get("rule").and_then(|value| rule(&value, check, faults));
    let path = table.get("path").and_then(|value| from.path(&value, faults));
    let max = table.get("max").and_then(|value| max(&value, faults));
    let issue = table.get("issue").and_then(|value| issue(&value, faults));
    let expires = table.get("expires").and_then(|value| Some((day(&value, faults)?, value.offset)));
    let (path, (expires, offset)) = (path?, expires?);
    Some(DeclaredWaiver {
        waiver: Waiver {
            check: check?,
            rule: rule?,
            path: path.path,
            max: max?,
            reason: reason?,
            owner: owner?,
            issue: issue?,
            expires,
            place: faults.place(item.offset),
        },
        path_place: path.place,
        expires_place: faults.place(offset),
    })
}

/// What is to be written for a key.
fn form(key: &str) -> &'static str {
    match key {
        "check" => "say whose findings: `lint`, `types` or `security`",
        "rule" => "name one rule, as in `rule = \"E501\"`",
        "path" => "name a file of the component, or a folder that holds some",
        "max" => "say how many findings there are: one more shall not go unseen",
        "reason" => "say why they may stay",
        "owner" => "say who answers for them",
        "issue" => "say where their end is planned, as in `issue = \"#12\"`",
        _ => "name the last day, as in `expires = 2026-12-31`",
    }
}

fn check(value: &Value<'_>, own: &OwnChecks, faults: &mut Faults<'_>) -> Option<Check> {
    let named = own.names.iter().copied().filter(|name| own.names_its_findings(*name)).map(Check::Own);
    let waivable: Vec<Check> = Waiver::CHECKS.into_iter().chain(named).collect();
    let known: Vec<&str> = waivable.iter().map(|check| check.id()).collect();
    let text = value.string(faults)?;
    let all = Check::ALL.into_iter().chain(own.names.iter().copied().map(Check::Own));
    let found = all.into_iter().find(|check| check.id() == text);
    if let Some(other) = found.filter(|check| !waivable.contains(check)) {
        if let Check::Own(name) = other
            && own.lacks_a_rule(name)
        {
            let message = format!(
                "{} cannot be {}: its `regex` has no group `rule`, and a waiver names one",
                quote(&value.key),
                quote(text)
            );
            let hint = "name the part of the line that is the rule, as in `(?P<rule>[\\w-]+)`";
            faults.add(value.offset, message, hint);
            return None;
        }
        let why = match other {
            Check::Tests => "tests that fail cannot be waived",
            _ => "it has no findings that could be named one by one",
        };
        let message = format!("{} cannot be {}: {why}", quote(&value.key), quote(text));
        faults.add(value.offset, message, format!("what can be waived are findings of {}", or(&known)));
        return None;
    }
    value.one_of(&known, faults).and(found)
}

fn or(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
    match words.split_last() {
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn rule(value: &Value<'_>, check: Option<Check>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?.trim();
    let several = |c: char| c.is_whitespace() || matches!(c, '*' | '?' | ',' | '[' | ']' | '{' | '}');
    if text.eq_ignore_ascii_case("all") || text.contains(several) {
        let message = format!("{} must be one rule, found {}", quote(&value.key), quote(text));
        faults.add(
            value.offset,
            message,
            "write a waiver for each rule, by the exact id that the tool shows",
        );
        return None;
    }
    if UNREAD.contains(&text) {
        let message = format!("{} says that a file cannot be read as Python", quote(text));
        faults.add(value.offset, message, "mend the file: nothing else was looked at in it");
        return None;
    }
    // Formats that must name a rule show a finding that has none by its check.
    if check.is_some_and(|check| check.id() == text) {
        let message = format!("{} is the check, not a rule of it", quote(text));
        let hint = "name the rule that the tool shows; what it shows without one is shown by its check, and cannot be \
                    waived. Where a rule is called so, give the check another name";
        faults.add(value.offset, message, hint);
        return None;
    }
    Some(text.to_owned())
}

fn max(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<u64> {
    let max = value.whole(faults)?;
    if max == 0 {
        let message = format!("{} is 0, which covers nothing", quote(&value.key));
        faults.add(value.offset, message, "say how many findings there are, or take the waiver out");
        return None;
    }
    Some(max)
}

fn issue(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?.trim();
    if is_issue(text) {
        return Some(text.to_owned());
    }
    let message = format!("{} leads to no issue: {}", quote(&value.key), quote(text));
    faults.add(
        value.offset,
        message,
        "write `#12`, `owner/repo#12`, or an address that begins with `https://`",
    );
    None
}

fn is_issue(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("https://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace);
    }
    let Some((repository, number)) = text.split_once('#') else { return false };
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let is_repository =
        || repository.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name));
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse() != Ok(0u64);
    !number.is_empty() && is_number && (repository.is_empty() || is_repository())
}

/// A day, as TOML has it or as text.
fn day(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Date> {
    const FORM: &str = "write it as in `2026-12-31`; it is in force up to and including that day, in UTC";
    let text = match value.inner() {
        DeValue::Datetime(written) => written.to_string(),
        DeValue::String(_) => value.line(faults)?.trim().to_owned(),
        _ => {
            value.wrong("a day", FORM, faults);
            return None;
        }
    };
    // Of text that says more than a day, the rest would be passed over.
    let day = (text.len() == "2026-12-31".len()).then(|| text.parse().ok()).flatten();
    if day.is_none() {
        faults.add(value.offset, format!("{} is no day: {}", quote(&value.key), quote(&text)), FORM);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_a_number_one_of_a_repository_or_an_address() {
        for issue in ["#12", "owner/repo#12", "o-w.n_er/re.po#1", "https://forge.example/1", "https://h"] {
            assert!(is_issue(issue), "{issue}");
        }
        let wrong = [
            "",
            "12",
            "#",
            "#0",
            "#x",
            "#1x",
            "#-1",
            "repo#12",
            "a/b/c#1",
            "/b#1",
            "a b/c#1",
            "http://h/1",
            "https://",
            "https:///1",
            "https://u:p@h/1",
            "https://h/ 1",
            "TODO",
        ];
        for issue in wrong {
            assert!(!is_issue(issue), "{issue}");
        }
    }
}
