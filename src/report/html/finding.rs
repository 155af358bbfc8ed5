//! Findings by rule and file, as pages show them.

use std::collections::BTreeMap;

use serde::Serialize;

/// A finding, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) check: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) severity: &'static str,
    pub(crate) file: &'a str,
    pub(crate) line: Option<u32>,
    pub(crate) message: &'a str,
    /// The line of the file.
    pub(crate) source: Option<&'a str>,
}

/// The findings of one rule.
#[derive(Debug, Serialize)]
pub(crate) struct Group<'a> {
    check: &'a str,
    rule: &'a str,
    severity: &'static str,
    number: usize,
    files: Vec<InFile<'a>>,
}

#[derive(Debug, Serialize)]
struct InFile<'a> {
    file: &'a str,
    items: Vec<Item<'a>>,
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    line: Option<u32>,
    message: &'a str,
    source: Option<&'a str>,
}

/// By check and rule, those with the most first; within by file and line.
pub(crate) fn groups<'a>(findings: impl Iterator<Item = Found<'a>>) -> Vec<Group<'a>> {
    let mut by_rule: BTreeMap<(&str, &str), BTreeMap<&str, Vec<Found<'a>>>> = BTreeMap::new();
    for one in findings {
        by_rule.entry((one.check, one.rule)).or_default().entry(one.file).or_default().push(one);
    }
    let group = |((check, rule), files): ((&'a str, &'a str), BTreeMap<&'a str, Vec<Found<'a>>>)| {
        let severity = files.values().flatten().map(|one| one.severity).next().unwrap_or_default();
        let number = files.values().map(Vec::len).sum();
        let file = |(file, mut found): (&'a str, Vec<Found<'a>>)| {
            found.sort_by_key(|one| one.line);
            let item = |one: Found<'a>| Item { line: one.line, message: one.message, source: one.source };
            InFile { file, items: found.into_iter().map(item).collect() }
        };
        Group { check, rule, severity, number, files: files.into_iter().map(file).collect() }
    };
    let mut groups: Vec<Group<'a>> = by_rule.into_iter().map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.number));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_with_the_most_findings_stands_first_and_each_file_once() {
        let found = |rule, file, line| Found {
            check: "lint",
            rule,
            severity: "high",
            file,
            line: Some(line),
            message: "m",
            source: None,
        };
        let all =
            [found("A1", "a.py", 1), found("B2", "b.py", 9), found("B2", "a.py", 3), found("B2", "b.py", 2)];
        let groups = groups(all.into_iter());
        let shape: Vec<_> =
            groups.iter().map(|group| (group.rule, group.number, group.files.len())).collect();
        assert_eq!(shape, [("B2", 3, 2), ("A1", 1, 1)]);
        let lines: Vec<_> = groups[0].files[1].items.iter().map(|item| item.line).collect();
        assert_eq!((groups[0].files[1].file, lines), ("b.py", vec![Some(2), Some(9)]));
    }
}
