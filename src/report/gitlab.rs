//! The problems as GitLab's Code Quality report, one a line. Not the verdict: GitLab compares the list with that of
//! the target branch and shows what is new. The hard part: an empty list means that all is well, so what was not
//! measured stands in it as a blocker.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::model::assessment::Assessment;

use super::fingerprint::Fingerprints;
use super::json::write_lines;
use super::locator::Checkout;
use super::problem::{Problem, Weight, problems};

/// Writes the report. `checkout` says where its paths begin, since GitLab knows files from the top of the repository.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(assessment: &Assessment, checkout: &Checkout, out: &mut dyn Write) -> io::Result<()> {
    write_lines(&InTurn { assessment, checkout }, 1, out)
}

/// Issues that are made one after another.
struct InTurn<'a> {
    assessment: &'a Assessment,
    checkout: &'a Checkout,
}

impl Serialize for InTurn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        let issue = |problem| issue(&problem, self.checkout, &mut fingerprints);
        serializer.collect_seq(problems(self.assessment).map(issue))
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

fn issue<'a>(problem: &Problem<'a>, checkout: &Checkout, fingerprints: &mut Fingerprints) -> Issue<'a> {
    let path = checkout.seen_from_top(problem.file());
    let description = problem.message();
    Issue {
        check_name: format!("{}/{}", problem.tool(), problem.rule()),
        fingerprint: fingerprints.next([problem.tool(), problem.rule(), &path], &description),
        severity: match problem.weight() {
            Weight::Unknown => "blocker",
            Weight::Error => "critical",
            Weight::Warning => "major",
            Weight::Note => "info",
        },
        // GitLab asks for a line everywhere.
        location: Location { path, lines: Lines { begin: problem.position().0.unwrap_or(1) } },
        description: problem.message_with_waiver(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clean::{is_unseen, tests::hostile};
    use super::super::sample;
    use super::*;
    use crate::model::assessment::{Outcome, Verdict};
    use proptest::prelude::*;
    use serde_json::Value;

    fn render(assessment: &Assessment) -> String {
        let mut text = Vec::new();
        let checkout = Checkout { prefix: "services/tta/".to_owned(), repository: None };
        render_to(assessment, &checkout, &mut text).expect("written");
        String::from_utf8(text).expect("UTF-8")
    }

    fn read(report: &str) -> Vec<Value> {
        serde_json::from_str(report).expect("JSON")
    }

    #[test]
    fn the_report_of_each_state() {
        insta::assert_snapshot!("gitlab_all_pass", render(&sample::all_pass()));
        insta::assert_snapshot!("gitlab_one_fails", render(&sample::one_fails()));
        insta::assert_snapshot!("gitlab_tool_missing", render(&sample::tool_missing()));
        insta::assert_snapshot!("gitlab_several", render(&sample::several()));
        insta::assert_snapshot!("gitlab_waiting", render(&sample::waiting()));
        insta::assert_snapshot!("gitlab_waived", render(&sample::waived()));
        insta::assert_snapshot!("gitlab_own", render(&sample::own_checks()));
        insta::assert_snapshot!("gitlab_nobody", render(&sample::nobody()));
        insta::assert_snapshot!(
            "gitlab_hostile",
            render(&sample::hostile("\u{1b}[2J|\n]]><b>\"::set-output"))
        );
    }

    #[test]
    fn an_empty_report_is_a_pass_and_what_was_not_measured_is_a_blocker() {
        for assessment in sample::all() {
            let report = read(&render(&assessment));
            // Of what is waived it is said that it is there.
            assert!(!report.is_empty() || assessment.verdict == Verdict::Pass);
            let is_clean = report.iter().all(|issue| issue["severity"] == "info");
            assert_eq!(is_clean, assessment.verdict == Verdict::Pass);
            let checks = assessment.components.iter().flat_map(|component| &component.checks);
            let unknown =
                checks.filter(|check| matches!(check.outcome, Outcome::Inconclusive { .. })).count();
            let blockers = report.iter().filter(|issue| issue["severity"] == "blocker").count();
            assert!(blockers >= unknown.max(usize::from(assessment.verdict == Verdict::Inconclusive)));
        }
    }

    #[test]
    fn every_issue_has_a_fingerprint_of_its_own_and_all_that_gitlab_asks_for() {
        let mut shared = sample::several();
        shared.components.extend(sample::several().components);
        shared.components.extend(sample::many_findings().components);
        let report = read(&render(&shared));
        let fingerprints: BTreeSet<&str> =
            report.iter().map(|issue| issue["fingerprint"].as_str().expect("text")).collect();
        assert_eq!(fingerprints.len(), report.len());
        for issue in &report {
            assert!(!issue["description"].as_str().expect("text").is_empty());
            assert!(issue["location"]["path"].as_str().expect("text").starts_with("services/tta/"));
            assert!(issue["location"]["lines"]["begin"].as_u64().expect("a number") > 0);
        }
    }

    #[test]
    fn a_problem_that_moved_keeps_its_fingerprint() {
        let fingerprints = |assessment: &Assessment| -> Vec<Value> {
            read(&render(assessment)).iter().map(|issue| issue["fingerprint"].clone()).collect()
        };
        let mut moved = sample::one_fails();
        let Outcome::Fail(evidence) = &mut moved.components[0].checks[2].outcome else { unreachable!() };
        evidence.findings.iter_mut().for_each(|finding| finding.line = finding.line.map(|line| line + 40));
        assert_eq!(fingerprints(&moved), fingerprints(&sample::one_fails()));
    }

    proptest! {
        #[test]
        fn whatever_text_is_in_it_it_is_one_document_that_gives_it_back(text in hostile()) {
            let report = render(&sample::hostile(&text));
            prop_assert!(!report.chars().any(|c| is_unseen(c) && c != '\n'));
            let report = read(&report);
            prop_assert_eq!(report.len(), 5);
            if !text.trim().is_empty() {
                prop_assert_eq!(&report[0]["description"], &text);
                let waived = format!("waived until 2025-11-01 ({text}, {text}: {text}): {text}");
                prop_assert_eq!(&report[1]["description"], &waived);
            }
        }
    }
}
