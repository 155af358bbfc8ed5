//! `[check.NAME]`: a check of one's own, with the proof that it needs.
//! Not the running. What could look at nothing and pass is a fault here.

use std::collections::BTreeSet;

use regex::Regex;

use super::document::{Faults, quote};
use super::suggestion;
use super::value::{Table, Value};
use super::{condition, own_command, pattern};
use crate::model::check::Check;
use crate::model::own_check::{Argument, Codes, Count, From, Least, OwnCheck, Piece, Reads, SarifProof};
use crate::model::own_name::OwnName;
use crate::model::toolchain::Tool;

const KEYS: [&str; 7] = ["title", "command", "reads", "inspected", "from", "exit", "timeout"];
const FORMATS: [&str; 3] = ["sarif", "junit", "exit-code"];
/// The groups that a pattern for findings may have.
const GROUPS: [&str; 6] = ["file", "line", "column", "rule", "severity", "message"];
const READS: &str = "it can be `\"sarif\"`, `\"junit\"`, `\"exit-code\"` or `{ regex = '…' }`";
const PROOF: &str =
    "say how it shows what it looked at, as in `inspected = { pattern = '(\\d+) files', min = \"files\" }`";

/// What was read: the checks, sorted by name, and the names of those that have faults too.
#[derive(Debug, Default)]
pub(super) struct OwnChecks {
    pub(super) checks: Vec<OwnCheck>,
    pub(super) names: BTreeSet<OwnName>,
}

impl OwnChecks {
    /// Whether the findings of a check are told apart by rule and file, as far as that is known: tests that failed and
    /// an exit code are not, nor are lines of which no part is the rule.
    pub(super) fn names_its_findings(&self, name: OwnName) -> bool {
        let check = self.checks.iter().find(|check| check.name == name);
        check.is_none_or(|check| match &check.reads {
            Reads::Sarif(_) => true,
            Reads::Regex { finding, .. } => has_rule(finding),
            Reads::Junit | Reads::ExitCode(_) => false,
        })
    }

    /// Whether it reads lines, and no part of them is the rule.
    pub(super) fn lacks_a_rule(&self, name: OwnName) -> bool {
        let mut lines = self.checks.iter().filter(|check| check.name == name);
        lines.any(|check| matches!(&check.reads, Reads::Regex { finding, .. } if !has_rule(finding)))
    }
}

fn has_rule(finding: &str) -> bool {
    Regex::new(finding).is_ok_and(|regex| regex.capture_names().flatten().any(|group| group == "rule"))
}

/// The checks of `[check]`.
pub(super) fn read(checks: Option<Value<'_>>, faults: &mut Faults<'_>) -> OwnChecks {
    let mut read = OwnChecks::default();
    let Some(table) = checks.and_then(|checks| checks.table(faults)) else { return read };
    for value in table.values() {
        // What is under a name that means something else is not read: who wrote it meant that.
        let Ok(name) = own_name(&value, faults) else { continue };
        read.names.extend(name);
        let Some(keys) = value.table(faults) else { continue };
        keys.keys_are(&KEYS, faults);
        // A check without a name is still read, for its other faults.
        let check = check(&keys, faults);
        read.checks.extend(name.zip(check).map(|(name, check)| OwnCheck { name, ..check }));
    }
    read.checks.sort_by_key(|check| check.name);
    read
}

/// A name that means something else.
struct Taken;

/// The name; `Err` where it is taken, and `None` where it is none.
fn own_name(value: &Value<'_>, faults: &mut Faults<'_>) -> Result<Option<OwnName>, Taken> {
    let name = value.key.as_str();
    if Check::from_id(name).is_some() {
        let message = format!("{} is a check of tta-promote itself", quote(name));
        faults.add(value.key_offset, message, "give it another name; bounds belong below `[gate.staging]`");
        return Err(Taken);
    }
    if Tool::from_name(name).is_some() || name == "tta-promote" {
        let message = format!("{} is the name of a tool that every gate uses", quote(name));
        faults.add(value.key_offset, message, "name it after what it asks, as in `[check.format]`");
        return Err(Taken);
    }
    if condition::KEYS.contains(&name) {
        let message = format!("{} is what a gate asks besides its checks", quote(name));
        faults.add(value.key_offset, message, "give it another name");
        return Err(Taken);
    }
    let own = OwnName::new(name);
    if own.is_none() {
        let hint = "use small letters, digits, `_` and `-`, beginning with a letter, at most 40 of them";
        faults.add(value.key_offset, format!("{} cannot be the name of a check", quote(name)), hint);
    }
    Ok(own)
}

/// The check but for its name.
fn check(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<OwnCheck> {
    let command = own_command::read(table, faults);
    let has_report = command
        .iter()
        .any(|argument| matches!(argument, Argument::Text(pieces) if pieces.contains(&Piece::Report)));
    let reads = reads(table, faults);
    let from = from(table, has_report, reads.as_ref(), faults);
    let codes = codes(table, matches!(reads, Some(Reads::ExitCode(_))), faults);
    Some(OwnCheck {
        name: OwnName::new("own")?,
        title: table.get("title").and_then(|value| value.line(faults)).map(str::to_owned),
        timeout: table.get("timeout").and_then(|value| value.duration(faults)),
        reads: reads?,
        command,
        from,
        codes,
    })
}

/// `reads`, with the proof that goes with it.
fn reads(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<Reads> {
    let Some(value) = table.get("reads") else {
        faults.add(table.offset, format!("{} has no `reads`", quote(&table.name)), READS);
        inspected(table, false, faults);
        return None;
    };
    if value.inner().is_table() {
        let finding = finding(&value.table(faults)?, faults);
        let proof = counted(table, faults);
        return Some(Reads::Regex { finding: finding?, proof: proof? });
    }
    if !value.inner().is_str() {
        value.wrong("the name of a format or a table", READS, faults);
        return None;
    }
    match value.one_of(&FORMATS, faults) {
        Some("sarif") => Some(Reads::Sarif(inspected(table, true, faults)?)),
        Some("junit") => {
            if let Some(proof) = table.get("inspected") {
                let message = "`inspected` says nothing of `junit`: the tests that ran are the proof";
                faults.add(proof.key_offset, message, "take it out");
            }
            Some(Reads::Junit)
        }
        Some(_) => Some(Reads::ExitCode(counted(table, faults)?)),
        None => {
            inspected(table, true, faults);
            None
        }
    }
}

/// `{ regex = '…' }`
fn finding(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<String> {
    table.keys_are(&["regex"], faults);
    let Some(value) = table.get("regex") else {
        faults.add(table.offset, "`reads` has no `regex`", READS);
        return None;
    };
    let text = value.string(faults)?;
    let regex = pattern::read(text, text, &value, faults)?;
    refuse_empty_match(&regex, "so every line would be a finding", &value, faults);
    let groups: Vec<&str> = regex.capture_names().flatten().collect();
    for unknown in groups.iter().filter(|group| !GROUPS.contains(group)) {
        let hint = suggestion::hint(unknown, &GROUPS, "groups are");
        faults.add(value.offset, format!("unknown group {} in `regex`", quote(unknown)), hint);
    }
    if !groups.contains(&"message") {
        let hint = "name the part that says what is wrong, as in `(?P<message>.+)`";
        faults.add(value.offset, "`regex` has no group `message`", hint);
    }
    Some(text.to_owned())
}

fn refuse_empty_match(regex: &Regex, so: &str, value: &Value<'_>, faults: &mut Faults<'_>) {
    if regex.is_match("") {
        let message = format!("{} matches an empty line, {so}", quote(&value.key));
        faults.add(
            value.offset,
            message,
            "write what stands in the line, and `+` where `*` takes nothing too",
        );
    }
}

fn counted(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<Count> {
    match inspected(table, false, faults)? {
        SarifProof::Count(count) => Some(count),
        SarifProof::Artifacts => None,
    }
}

/// `inspected`, which nothing can do without.
fn inspected(table: &Table<'_>, is_sarif: bool, faults: &mut Faults<'_>) -> Option<SarifProof> {
    let Some(value) = table.get("inspected") else {
        let message = format!("{} has no `inspected`: a pass needs evidence", quote(&table.name));
        faults.add(table.offset, message, PROOF);
        return None;
    };
    if value.inner().as_str() == Some("artifacts") {
        if !is_sarif {
            faults.add(value.offset, "`artifacts` are what `sarif` lists", PROOF);
        }
        return Some(SarifProof::Artifacts);
    }
    if !value.inner().is_table() {
        value.wrong("a table", PROOF, faults);
        return None;
    }
    let proof = value.table(faults)?;
    proof.keys_are(&["pattern", "min"], faults);
    let min = least(&proof, faults);
    let Some(pattern) = proof.get("pattern") else {
        faults.add(proof.offset, "`inspected` has no `pattern`", PROOF);
        return None;
    };
    let text = pattern.string(faults)?;
    let regex = pattern::read(text, text, &pattern, faults)?;
    refuse_empty_match(&regex, "so it would prove nothing", &pattern, faults);
    Some(SarifProof::Count(Count { pattern: text.to_owned(), min }))
}

/// `min`. Where it is left out, every file is to be looked at.
fn least(proof: &Table<'_>, faults: &mut Faults<'_>) -> Least {
    const HINT: &str = "write a number above 0, or `\"files\"` for as many as there are";
    let Some(value) = proof.get("min") else { return Least::Files };
    if value.inner().as_str() == Some("files") {
        return Least::Files;
    }
    if value.inner().as_integer().is_none() {
        value.wrong("a whole number or `\"files\"`", HINT, faults);
        return Least::Files;
    }
    let number = value.whole(faults);
    if number == Some(0) {
        faults.add(value.offset, "`min` must be above 0: a pass needs evidence", HINT);
    }
    number.map_or(Least::Files, Least::Number)
}

fn from(table: &Table<'_>, has_report: bool, reads: Option<&Reads>, faults: &mut Faults<'_>) -> From {
    let default = match reads {
        _ if has_report => From::Report,
        Some(Reads::Regex { .. } | Reads::ExitCode(_)) => From::Both,
        Some(Reads::Sarif(_) | Reads::Junit) | None => From::Stdout,
    };
    let is_read = !matches!(reads, Some(Reads::ExitCode(_)));
    let Some(value) = table.get("from") else {
        if has_report && !is_read {
            let message = "nothing reads `{report}`, since the exit code says it all";
            faults.add(table.offset, message, "take `{report}` out of `command`");
        }
        return default;
    };
    let from = match value.one_of(&["stdout", "stderr", "report"], faults) {
        Some("stdout") => From::Stdout,
        Some("stderr") => From::Stderr,
        Some(_) => From::Report,
        None => return default,
    };
    if !is_read {
        faults.add(value.key_offset, "`from` says nothing of `exit-code`", "take it out");
    } else if has_report != (from == From::Report) {
        let (message, hint) = if has_report {
            ("nothing reads `{report}`, since `from` names another place", "take one of the two out")
        } else {
            ("no `{report}` is in `command`", "write it where the tool is told the report's path")
        };
        faults.add(value.offset, message, hint);
    }
    from
}

/// `exit = { clean = [0], findings = [1] }`
fn codes(table: &Table<'_>, is_all: bool, faults: &mut Faults<'_>) -> Codes {
    let mut codes = Codes::default();
    let Some(exit) = table.get("exit").and_then(|value| value.table(faults)) else { return codes };
    exit.keys_are(&["clean", "findings"], faults);
    for (key, set) in [("clean", &mut codes.clean), ("findings", &mut codes.findings)] {
        if let Some(value) = exit.get(key) {
            *set = code_set(&value, faults);
        }
    }
    if is_all && let Some(both) = codes.clean.intersection(&codes.findings).next() {
        let message = format!("exit code {both} would be both clean and not");
        faults.add(exit.offset, message, "an `exit-code` must say which of the two it is");
    }
    codes
}

fn code_set(value: &Value<'_>, faults: &mut Faults<'_>) -> BTreeSet<i32> {
    let Some(items) = value.list("exit codes", faults) else { return BTreeSet::new() };
    if items.is_empty() {
        let message = format!("{} is empty, so the check could never say that", quote(&value.key));
        faults.add(value.offset, message, "name the exit codes that mean it");
    }
    let code = |item: &Value<'_>, faults: &mut Faults<'_>| {
        let number = item.whole(faults)?;
        let code = i32::try_from(number).ok().filter(|code| *code <= 255);
        if code.is_none() {
            faults.add(item.offset, format!("there is no exit code {number}"), "they go from 0 to 255");
        }
        code
    };
    items.iter().filter_map(|item| code(item, faults)).collect()
}
