//! What the settings of the tools say: each word of them that may be a path.
//!
//! Not where it leads (`lead`). Which setting names what is not known here: one that a tool comes to read tomorrow counts like
//! the others, but for those that only leave out or are written to. The hard part is that each format is read as
//! generously as the most generous of the tools does.

use std::path::Path;

/// The names of files with settings.
pub(super) const NAMES: [&str; 12] = [
    "pyproject.toml",
    "ruff.toml",
    ".ruff.toml",
    "pyrightconfig.json",
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "setup.cfg",
    ".coveragerc",
    ".coveragerc.toml",
];
/// The tables of a `pyproject.toml` that count; the others are those of other tools.
const TABLES: [&str; 4] = ["ruff", "pyright", "pytest", "coverage"];
/// The beginnings of settings that lead to nothing that is read: they leave out, or are written to.
const IDLE: [&str; 11] = [
    "exclude",
    "extend-exclude",
    "omit",
    "norecursedirs",
    "ignore",
    "cache",
    "data_file",
    "paths",
    "filterwarnings",
    "markers",
    "log_",
];

/// A word of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What it says.
    pub(super) text: String,
    /// The setting in which it stands, by its last name; none in an argument.
    pub(super) key: String,
    /// Whether a tool may take it for a path as it stands; otherwise it is but a piece of a text.
    pub(super) is_whole: bool,
}

impl Word {
    /// Whether it stands where a tool is told to go on in another file.
    pub(super) fn extends(&self) -> bool {
        matches!(self.key.as_str(), "extend" | "extends")
    }
}

/// The words of a text, by the name of its file.
pub(super) fn words(path: &Path, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => {
            let document = text.parse::<toml::Table>().unwrap_or_default();
            if name == "pyproject.toml" {
                let tools = document.get("tool").and_then(toml::Value::as_table);
                let tables = tools.into_iter().flat_map(|tools| TABLES.map(|table| tools.get(table)));
                tables.flatten().for_each(|table| of_toml(&mut words, "", table));
            } else {
                of_toml(&mut words, "", &toml::Value::Table(document));
            }
        }
        Some("json") => of_json(&mut words, text),
        _ => of_ini(&mut words, text, matches!(name, "setup.cfg" | "tox.ini")),
    }
    words
}

/// The words of what a tool is told in one argument.
pub(super) fn words_of(argument: &str) -> Vec<Word> {
    let mut words = Vec::new();
    add(&mut words, "", argument);
    words
}

fn of_toml(words: &mut Vec<Word>, key: &str, value: &toml::Value) {
    match value {
        toml::Value::String(text) => add(words, key, text),
        toml::Value::Array(values) => values.iter().for_each(|value| of_toml(words, key, value)),
        toml::Value::Table(table) => {
            table.iter().filter(|(key, _)| !is_idle(key)).for_each(|(key, value)| of_toml(words, key, value));
        }
        _ => {}
    }
}

/// pyright reads remarks and commas too many; so what is between quotes counts wherever it stands, but in remarks.
fn of_json(words: &mut Vec<Word>, text: &str) {
    let (mut rest, mut key) = (text, String::new());
    while let Some(at) = rest.find(['"', '/']) {
        rest = &rest[at..];
        if let Some(remark) = rest.strip_prefix("//") {
            rest = remark.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(remark) = rest.strip_prefix("/*") {
            rest = remark.split_once("*/").map_or("", |(_, rest)| rest);
        } else if rest.starts_with('/') {
            rest = &rest[1..];
        } else {
            let mut is_escaped = false;
            let end = rest[1..].find(|letter| {
                let is_end = letter == '"' && !is_escaped;
                is_escaped = letter == '\\' && !is_escaped;
                is_end
            });
            let Some(end) = end else { return };
            let said = serde_json::from_str(&rest[..end + 2]).unwrap_or_else(|_| rest[1..=end].to_owned());
            rest = &rest[end + 2..];
            if rest.trim_start().starts_with(':') {
                key = said;
            } else {
                add(words, &key, &said);
            }
        }
    }
}

/// Where other tools have sections too, only those of pytest and coverage.py count.
fn of_ini(words: &mut Vec<Word>, text: &str, is_shared: bool) {
    let is_ours =
        |section: &str| ["pytest", "tool:pytest", "coverage:"].iter().any(|one| section.starts_with(one));
    let (mut counts, mut key) = (!is_shared, String::new());
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if let Some(section) = line.strip_prefix('[') {
            counts = (!is_shared || is_ours(section)) && !section.trim_end().ends_with("paths]");
        } else if line.starts_with([' ', '\t']) {
            if counts {
                add(words, &key, line.trim());
            }
        } else if let Some((name, value)) = line.split_once(['=', ':']) {
            name.trim().clone_into(&mut key);
            if counts {
                add(words, &key, value.trim());
            }
        }
    }
}

fn is_idle(key: &str) -> bool {
    IDLE.iter().any(|idle| key.starts_with(idle))
}

/// A value may be one path or several, as a shell or a list has them, and an option may have one. What is between other
/// marks may as well be a piece of prose, of a URL or of a variable, and so may slashes alone.
fn add(words: &mut Vec<Word>, key: &str, value: &str) {
    if is_idle(key) {
        return;
    }
    let spaced = || value.split_whitespace();
    let of_options = spaced().filter(|word| word.starts_with('-')).filter_map(|word| word.split_once('='));
    let items = spaced().chain(of_options.map(|(_, value)| value));
    let items = items.map(|word| (word, word.contains(|letter| letter != '/')));
    let pieces =
        value.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '=' | ';' | ':'));
    let lines = std::iter::once(value).chain(value.lines()).map(|line| (line, true));
    let all = lines.chain(items).chain(pieces.map(|piece| (piece, false)));
    let mut all: Vec<_> =
        all.map(|(word, is_whole)| (word.trim().trim_matches(['"', '\'', ',']), !is_whole)).collect();
    all.sort_unstable();
    all.dedup_by_key(|(word, _)| *word);
    let all = all.into_iter().filter(|(word, _)| !word.is_empty() && !word.contains('\0'));
    words.extend(all.map(|(word, is_piece)| Word {
        text: word.to_owned(),
        key: key.to_owned(),
        is_whole: !is_piece,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, text: &str) -> Vec<String> {
        let mut words: Vec<String> = words(Path::new(name), text).into_iter().map(|word| word.text).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    #[test]
    fn only_the_tables_and_sections_of_the_tools_count_where_others_have_theirs() {
        let toml = "[project]\nname = 'x'\n[tool.uv]\na = '../b'\n[tool.ruff]\nextend = '../c'\n";
        assert_eq!(said("pyproject.toml", toml), ["../c"]);
        assert_eq!(
            said("shared.toml", "extend = '../c'\nexclude = ['/']\n[x]\ny = [{ z = 'd' }]"),
            ["../c", "d"]
        );
        let ini = "[flake8]\na = ../b\n[tool:pytest]\n# ../no\npythonpath: ../c\n  ../d\n[coverage:paths]\ne = ../f\n";
        assert_eq!(said("setup.cfg", ini), ["../c", "../d"]);
        assert_eq!(said(".coveragerc", "[run]\nomit =\n  /usr/*\nsource = a,b\n"), ["a", "a,b", "b"]);
    }

    #[test]
    fn json_is_read_with_its_remarks_and_escapes() {
        let text = r#"{ // "no
            "a": "x\"y", /* " */ "exclude": ["/"], "extends": "..\/b.json", "b": [1, "c",], "d": "unended"#;
        assert_eq!(said("pyrightconfig.json", text), ["../b.json", "c", "x\"y"]);
        let words = words(Path::new("a.json"), r#"{"extends": "b", "c": "d"}"#);
        assert_eq!(words.iter().map(Word::extends).collect::<Vec<_>>(), [true, false]);
    }
}
