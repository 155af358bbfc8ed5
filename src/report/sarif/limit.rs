//! What code scanning of GitHub takes of a file, and what a file of ours has more than that. Not a limit of ours: the
//! file is whole, since other readers have none. What a file of ours never has more of is not looked at: it has one
//! place for each result, and neither tags, extensions nor flows.
//!
//! From <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::assessment::Assessment;

use super::super::problem::problems;
use super::tools;

/// How many runs it takes in one file.
const RUNS: usize = 20;
/// How many results it takes in one run.
const RESULTS: usize = 25_000;
/// How many rules it takes in one run.
const RULES: usize = 25_000;
/// How many results of one run it shows.
const SHOWN: usize = 5_000;
/// How large a file it takes, compressed by gzip.
const MEGABYTES: u64 = 10;
/// How many times smaller a document of ours at least becomes by gzip: measured with messages of forty random words.
/// What linters say becomes eight to fourteen times smaller.
const COMPRESSION: u64 = 4;

/// What each run holds.
#[derive(Default)]
struct Held<'a> {
    results: usize,
    rules: BTreeSet<&'a str>,
}

/// What of a document of so many bytes GitHub does not take or does not show, each with what to do.
pub fn beyond(assessment: &Assessment, bytes: u64) -> Vec<String> {
    let mut runs: BTreeMap<&str, Held<'_>> = BTreeMap::new();
    for problem in problems(assessment) {
        let held = runs.entry(problem.tool()).or_default();
        held.results += 1;
        held.rules.insert(problem.rule());
    }
    let mut told = Vec::new();
    let count = tools(assessment).len();
    if count > RUNS {
        told.push(format!(
            "{count} runs, one for each tool; GitHub takes no file with more than {RUNS}: {}",
            "divide the checks among several files by `verify --only`, each uploaded under a `category` of its own"
        ));
    }
    let fewer = "verify fewer components at a time, each file uploaded under a `category` of its own";
    for (tool, held) in runs {
        let (results, rules) = (held.results, held.rules.len());
        if results > RESULTS {
            told.push(format!(
                "{results} results of `{tool}`; GitHub takes no file with more than {RESULTS} of one tool: {fewer}"
            ));
        } else if results > SHOWN {
            told.push(format!("{results} results of `{tool}`; GitHub shows {SHOWN} of one tool: {fewer}"));
        }
        if rules > RULES {
            told.push(format!(
                "{rules} rules of `{tool}`; GitHub takes no file with more than {RULES} of one tool: {fewer}"
            ));
        }
    }
    let megabytes = bytes / 1_000_000;
    if megabytes > MEGABYTES * COMPRESSION {
        told.push(format!(
            "{megabytes} MB; GitHub takes no file that has more than {MEGABYTES} MB compressed by gzip: see \
             `gzip -c FILE | wc -c`, and where it is too large, {fewer}"
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;
    use crate::model::assessment::Outcome;
    use crate::model::check::Check;
    use crate::model::gate::Criterion;
    use crate::model::own_name::OwnName;

    fn with_own_checks(count: usize, outcome: &Outcome) -> Assessment {
        let mut assessment = sample::all_pass();
        let mut own = assessment.components[0].checks.remove(0);
        own.outcome = outcome.clone();
        for number in 0..count {
            let check = OwnName::new(&format!("own-{number}")).expect("a name");
            own.criterion = Criterion::Own { check, max_issues: 0 };
            assessment.components[0].checks.push(own.clone());
        }
        assessment
    }

    #[test]
    fn more_runs_than_github_takes_are_told_with_what_to_do() {
        let passed = sample::all_pass().components[0].checks[0].outcome.clone();
        // Beside ruff, pyright and bandit, and ourselves.
        assert_eq!(beyond(&with_own_checks(RUNS - 4, &passed), 0), [""; 0]);
        let told = beyond(&with_own_checks(RUNS - 3, &passed), 0);
        assert!(
            told.len() == 1 && told[0].starts_with("21 runs") && told[0].contains("`verify --only`"),
            "{told:?}"
        );
        let unasked = Outcome::NotApplicable { why: "generated".to_owned() };
        assert_eq!(beyond(&with_own_checks(RUNS, &unasked), 0), [""; 0], "what was not asked has no run");
    }

    #[test]
    fn results_that_github_refuses_or_does_not_show_are_told_apart() {
        let with = |count| {
            let mut assessment = sample::many_findings();
            let check = &mut assessment.components[0].checks[2];
            assert_eq!(check.check(), Check::Lint);
            let Outcome::Fail(evidence) = &mut check.outcome else { unreachable!() };
            evidence.findings.truncate(count);
            beyond(&assessment, 0)
        };
        assert_eq!(with(SHOWN), [""; 0]);
        assert!(with(SHOWN + 1)[0].contains("GitHub shows 5000"));
        assert!(with(RESULTS)[0].contains("GitHub shows 5000"));
        assert!(with(RESULTS + 1)[0].contains("GitHub takes no file"));
    }

    #[test]
    fn more_rules_than_github_takes_are_told() {
        let mut assessment = sample::many_findings();
        let Outcome::Fail(evidence) = &mut assessment.components[0].checks[2].outcome else { unreachable!() };
        for (number, finding) in evidence.findings.iter_mut().enumerate() {
            finding.rule = format!("R{number}").into();
        }
        assert!(beyond(&assessment, 0).iter().any(|told| told.starts_with("50000 rules of `ruff`")));
    }

    #[test]
    fn a_file_that_may_be_too_large_when_compressed_is_told() {
        assert_eq!(beyond(&sample::one_fails(), 40_999_999), [""; 0]);
        let told = beyond(&sample::one_fails(), 41_000_000);
        assert!(told.len() == 1 && told[0].starts_with("41 MB; ") && told[0].contains("10 MB"), "{told:?}");
    }
}
