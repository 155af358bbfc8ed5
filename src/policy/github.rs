//! `[project.github]`: the labels, the text and the number of issues.
//! Not a look at GitHub: nothing here knows which labels or issues there are.

use super::document::{Faults, quote};
use super::path::Viewpoint;
use super::value::{Table, Value};
use crate::model::delivery::GitHub;

const KEYS: [&str; 3] = ["labels", "template", "status_issue"];
/// The label that the promotion plan gives each promotion issue.
const DEFAULT_LABEL: &str = "component-promotion";
/// The longest name of a label that GitHub takes, in characters.
const LONGEST_LABEL: usize = 50;

/// What holds where the policy says nothing.
pub(super) fn default() -> GitHub {
    GitHub { labels: vec![DEFAULT_LABEL.to_owned()], template: None, status_issue: None }
}

/// What `[project]` says of GitHub, with the defaults for what is left out; paths are seen from `root`.
pub(super) fn read(project: &Table<'_>, root: &str, faults: &mut Faults<'_>) -> GitHub {
    let mut github = default();
    let Some(table) = project.get("github").and_then(|value| value.table(faults)) else {
        return github;
    };
    table.keys_are(&KEYS, faults);
    if let Some(value) = table.get("labels") {
        github.labels = labels(&value, faults);
    }
    let from = Viewpoint { folder: root.to_owned(), root: root.to_owned() };
    github.template = table.get("template").and_then(|value| from.path(&value, faults));
    github.status_issue = table.get("status_issue").and_then(|value| issue_number(&value, faults));
    github
}

/// The labels, each once: to GitHub, `P0` and `p0` are one.
fn labels(value: &Value<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for item in value.list("labels", faults).unwrap_or_default() {
        let Some(label) = item.line(faults).map(str::trim) else {
            continue;
        };
        if let Some((problem, hint)) = label_problem(label) {
            faults.add(item.offset, format!("label {} {problem}", quote(label)), hint);
        } else if !labels.iter().any(|known| known.eq_ignore_ascii_case(label)) {
            labels.push(label.to_owned());
        }
    }
    labels
}

/// Why a text cannot be a label, and what to do.
pub(super) fn label_problem(label: &str) -> Option<(&'static str, &'static str)> {
    if label.contains(',') {
        return Some(("holds a comma, which separates labels", "write each label as an item of its own"));
    }
    // gh reads its list of labels as a line of CSV.
    if label.contains('"') {
        return Some(("holds a quotation mark, which `gh` cannot be told", "use a label without it"));
    }
    let too_long = label.chars().count() > LONGEST_LABEL;
    too_long.then_some(("is longer than 50 characters, which GitHub refuses", "use a shorter one"))
}

fn issue_number(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<u64> {
    let number = value.whole(faults)?;
    if number == 0 {
        faults.add(
            value.offset,
            "there is no issue 0",
            "write the number that GitHub shows, or take the line out",
        );
        return None;
    }
    Some(number)
}
