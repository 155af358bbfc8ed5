//! Reads what `ruff check --show-settings FILE` prints: how many rules are in force, and which settings
//! would make ruff look at a file and see nothing.
//!
//! Not here: a verdict on them (`ruff_evidence`).
//!
//! The hard part: it is text for people. So the one part without which nothing is proved, the list of
//! enabled rules, must be there; the rest is looked for.

use std::collections::BTreeSet;
use std::io::Read;

use super::ending;
use super::ruff;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::Tool;

/// More than this is no list of settings; with all rules on it is about 200 kB.
const LONGEST: u64 = 16 << 20;

/// The settings in force for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The configuration file, absolute; `None` where ruff's own defaults are in force.
    pub path: Option<String>,
    /// The enabled rules, as `name (CODE)`.
    pub enabled: BTreeSet<String>,
    /// The rules that each per-file ignore which cannot be lifted keeps quiet.
    pub ignores: Vec<BTreeSet<String>>,
    /// Another language than Python that `*.py` files are taken for.
    pub other_language: Option<String>,
}

impl Settings {
    /// Whether an ignore that cannot be lifted covers every enabled rule.
    pub fn can_hide_everything(&self) -> bool {
        self.ignores.iter().any(|rules| self.enabled.is_subset(rules))
    }
}

/// Reads the answer to [`ruff::show_settings_argv`].
pub fn read_settings(exit: Exit, stdout: impl Read, stderr: &str) -> Result<Settings, Reason> {
    match exit {
        Exit::Code(0) => {}
        Exit::Code(2) => return Err(ending::config_invalid(Tool::Ruff, ruff::complaint(stderr).as_deref())),
        _ => return Err(ending::without_answer(Tool::Ruff, exit, stderr)),
    }
    let mut text = String::new();
    match stdout.take(LONGEST + 1).read_to_string(&mut text) {
        Ok(_) if text.trim().is_empty() => Err(Reason::new(
            ReasonKind::ReportMissing,
            "ruff did not show its settings",
            "run `ruff check --show-settings` on a file by hand and see what it prints",
        )),
        Ok(_) if text.len() as u64 <= LONGEST => parse(&text).ok_or_else(unreadable),
        Ok(_) | Err(_) => Err(unreadable()),
    }
}

fn unreadable() -> Reason {
    Reason::new(
        ReasonKind::ReportUnreadable,
        "the settings that ruff shows cannot be understood",
        "use a version of ruff from 0.4 to 0.17, or report this",
    )
}

fn parse(text: &str) -> Option<Settings> {
    // The list must have its end: a text that was cut off is no proof of what is enabled.
    let enabled = rules(setting(text, "linter.rules.enabled")?)?;
    let ignores = setting(text, "linter.per_file_ignores").map_or_else(Vec::new, |block| {
        let lists = block.match_indices(" = [").filter_map(|(at, _)| rules(&block[at + 3..]));
        lists.collect()
    });
    let mapping = setting(text, "linter.extension").or_else(|| setting(text, "linter.extension.mapping"));
    let path = text.lines().find_map(|line| line.strip_prefix("Settings path: "));
    Some(Settings {
        path: path.map(|path| path.trim_matches('"').to_owned()),
        enabled,
        ignores,
        other_language: mapping.and_then(other_language),
    })
}

/// The text of a setting: all from its `= ` to the next setting.
fn setting<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text.find(&format!("\n{name} = "))? + name.len() + 4;
    let rest = &text[at..];
    let end = ["\nlinter.", "\nformatter.", "\nanalyze.", "\n\n# "]
        .iter()
        .filter_map(|next| rest.find(next))
        .min()
        .unwrap_or(rest.len());
    Some(&rest[..end])
}

/// The rules in `[ name (CODE), … ]`; `None` without its end. Rules without a code are `name,`.
fn rules(list: &str) -> Option<BTreeSet<String>> {
    let body = list.strip_prefix('[')?;
    let body = &body[..body.find(']')?];
    let rule = |line: &str| line.trim().strip_suffix(',').map(ToOwned::to_owned);
    body.lines().filter(|line| !line.trim().is_empty()).map(rule).collect()
}

/// The language that the mapping gives to `py`, if it is not Python.
fn other_language(mapping: &str) -> Option<String> {
    let (_, rest) = mapping.split_once("\"py\": ").or_else(|| mapping.split_once("py = "))?;
    let word: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    (word != "Python").then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<Settings, Reason> {
        read_settings(Exit::Code(0), text.as_bytes(), "")
    }

    #[test]
    fn settings_that_end_before_the_list_of_rules_does_are_no_settings() {
        let whole =
            "Resolved settings for: \"/x.py\"\n\nlinter.rules.enabled = [\n\tunused-import (F401),\n]\n";
        assert!(shown(whole).is_ok());
        for end in 0..whole.rfind(']').expect("a list") {
            assert!(shown(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_line_that_is_no_rule_makes_the_list_unreadable() {
        assert!(shown("\nlinter.rules.enabled = [\n\tunused-import\n]\n").is_err());
    }

    #[test]
    fn python_files_taken_for_another_language_are_seen() {
        let with = |mapping: &str| {
            shown(&format!("\nlinter.rules.enabled = []\nlinter.extension = ExtensionMapping({mapping})\n"))
                .expect("settings")
                .other_language
        };
        assert_eq!(with("{\"py\": Markdown}").as_deref(), Some("Markdown"));
        assert_eq!(with("{\"md\": Markdown, \"py\": Ipynb}").as_deref(), Some("Ipynb"));
        assert_eq!(with("{\"md\": Markdown, \"py\": Python}"), None);
        assert_eq!(with("{\"ipy\": Ipynb}"), None);
        assert_eq!(with("{}"), None);
    }
}
