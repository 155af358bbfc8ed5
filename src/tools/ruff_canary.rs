//! The canary: lines with known issues behind a file's own text. Where ruff stays silent about them with
//! the project's suppressions and speaks without, everything in that file is suppressed.
//!
//! Not here: starting ruff; the text goes in through stdin (`ruff::canary_argv`).

use super::ruff::Issues;
use super::ruff_settings::Settings;

/// Issues of many families, so that some are left however few rules the project selects, and so that a
/// file which suppresses a few of them by name is not mistaken for one that suppresses all.
const LINES: &str = include_str!("ruff_canary.txt");

/// What the canary showed for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canary {
    /// New issues are still seen in the file.
    Sings,
    /// New issues are not seen: everything in the file is suppressed.
    Silent,
}

/// The text to give to ruff in place of `text`.
pub fn canary_text(text: &str) -> String {
    format!("{}{LINES}", text.trim_start_matches('\u{feff}'))
}

/// Judges the two runs on [`canary_text`] of the file with the real path `file`: as the project has it,
/// and with suppressions ignored.
pub fn judge(file: &str, text: &str, obeyed: &Issues, ignored: &Issues, settings: &Settings) -> Canary {
    let own = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    let heard = |issues: &Issues| issues.of(file).iter().any(|issue| issue.line > Some(own));
    match (heard(obeyed), heard(ignored)) {
        (false, true) => Canary::Silent,
        // No enabled rule knows these lines, or an ignore that cannot be lifted silences both runs.
        (false, false) if settings.can_hide_everything() => Canary::Silent,
        (true, _) | (false, false) => Canary::Sings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::ruff::Issue;

    const TEXT: &str = "a = 1\nb = 2\n";

    fn issues(lines: &[u32]) -> Issues {
        let issue = |line: &u32| Issue {
            line: Some(*line),
            column: Some(1),
            rule: "F401".into(),
            message: "".into(),
        };
        let mut issues = Issues::default();
        issues.by_file.insert("/x.py".into(), lines.iter().map(issue).collect());
        issues
    }

    fn settings(ignores: &[&[&str]]) -> Settings {
        let set = |codes: &[&str]| codes.iter().map(ToString::to_string).collect();
        Settings {
            path: None,
            enabled: set(&["E701", "F401"]),
            ignores: ignores.iter().map(|codes| set(codes)).collect(),
            other_language: None,
        }
    }

    #[test]
    fn a_file_where_known_issues_vanish_is_silent() {
        assert_eq!(judge("/x.py", TEXT, &issues(&[]), &issues(&[3, 4]), &settings(&[])), Canary::Silent);
    }

    #[test]
    fn issues_of_the_file_itself_are_not_the_canary() {
        assert_eq!(judge("/x.py", TEXT, &issues(&[1, 2]), &issues(&[1, 3]), &settings(&[])), Canary::Silent);
    }

    #[test]
    fn a_file_that_suppresses_some_of_them_by_name_still_sings() {
        assert_eq!(judge("/x.py", TEXT, &issues(&[4]), &issues(&[3, 4]), &settings(&[])), Canary::Sings);
    }

    #[test]
    fn silence_in_both_runs_is_suspect_only_where_an_ignore_covers_every_rule() {
        let nothing = issues(&[]);
        assert_eq!(judge("/x.py", TEXT, &nothing, &nothing, &settings(&[])), Canary::Sings);
        assert_eq!(judge("/x.py", TEXT, &nothing, &nothing, &settings(&[&["F401"]])), Canary::Sings);
        let all: &[&str] = &["E701", "E702", "F401"];
        assert_eq!(judge("/x.py", TEXT, &nothing, &nothing, &settings(&[all])), Canary::Silent);
    }

    #[test]
    fn the_canary_begins_on_a_line_of_its_own_behind_the_last_one() {
        for text in ["x = 1", "x = 1\n", ""] {
            let added = canary_text(text);
            let own = text.lines().count();
            assert!(added.lines().nth(own).is_none_or(str::is_empty), "{added}");
        }
    }
}
