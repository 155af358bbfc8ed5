//! Whether the ledger supports what a document claims of a component. Pure; no figure is measured here.
//!
//! A claim of what is must be that of the last whole measurement, or of the one that the component stands where it does
//! by; one of what was may be that of any.

use crate::model::claim::{Claim, Figure};
use crate::model::record::{CheckRecord, Fact, Record, Verification};
use crate::model::stage::Stage;

use super::stand;
use super::witness::contradiction;

/// What the ledger says to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// It says the same: the number of the record, or none where the policy says so.
    Supported(Option<u64>),
    /// It says something else.
    Contradicted {
        /// What it says.
        known: String,
        /// The number of the last record that would support the claim; `None`: none ever did.
        once: Option<u64>,
    },
    /// It knows nothing of it.
    Unknown,
}

/// What the records of a component, which the policy lets begin in `start`, say to a claim.
pub fn support(claim: &Claim, start: Stage, records: &[Record]) -> Support {
    match &claim.figure {
        Figure::Stage(stage) => of_stage(*stage, claim.past, start, records),
        figure => of_figure(figure, claim.past, rests_on(start, records), records),
    }
}

fn of_stage(stage: Stage, past: bool, start: Stage, records: &[Record]) -> Support {
    let now = stand(start, records).stage;
    let moved = |record: &&Record| matches!(&record.fact, Fact::Completed { to, .. } if *to == stage);
    let once = records.iter().rfind(moved).map(|record| record.seq);
    if now == stage || (past && (once.is_some() || stage == start)) {
        return Support::Supported(once);
    }
    Support::Contradicted { known: now.name().to_owned(), once }
}

/// The measurement that the component stands where it does by, unless a later one of the same commit contradicts it:
/// what was measured since then of another commit makes no document about the promotion wrong.
fn rests_on(start: Stage, records: &[Record]) -> Option<u64> {
    let completed = stand(start, records).completed?;
    let contradicted = contradiction(&completed, &|one, other| one == other).is_some();
    completed.measured.filter(|_| !contradicted).map(|measured| measured.seq)
}

fn of_figure(figure: &Figure, past: bool, rests_on: Option<u64>, records: &[Record]) -> Support {
    let measured = |record: &Record| match &record.fact {
        Fact::Verified(verification) if verification.only.is_none() => {
            check(figure, verification).map(|check| (record.seq, check.clone()))
        }
        _ => None,
    };
    let all: Vec<(u64, CheckRecord)> = records.iter().filter_map(measured).collect();
    let Some((last, check)) = all.last() else { return Support::Unknown };
    let is_current = |seq: u64| seq == *last || Some(seq) == rests_on;
    let mut saying = all.iter().rev().filter(|(_, check)| says(figure, check)).map(|(seq, _)| *seq);
    let current = saying.clone().find(|seq| is_current(*seq));
    match current.or_else(|| saying.next()) {
        Some(seq) if past || is_current(seq) => Support::Supported(Some(seq)),
        once => Support::Contradicted { known: check.summary.clone(), once },
    }
}

/// The check that the figure is of, where it was measured.
fn check<'v>(figure: &Figure, verification: &'v Verification) -> Option<&'v CheckRecord> {
    let id = match figure {
        Figure::Stage(_) => return None,
        Figure::Coverage(_) => "coverage",
        Figure::Passed(_) | Figure::Tests(_) | Figure::Failed(_) => "tests",
        Figure::Lint(_) => "lint",
        Figure::Types(_) => "types",
        Figure::Security(_) => "security",
    };
    verification.checks.iter().find(|check| check.id == id && !check.figures.is_empty())
}

fn says(figure: &Figure, check: &CheckRecord) -> bool {
    let known = |name: &str| check.figures.get(name).copied();
    let sum = |names: &[&str]| names.iter().filter_map(|name| known(name)).sum::<u64>();
    match figure {
        Figure::Stage(_) => false,
        Figure::Coverage(percent) => {
            let lines = known("covered").zip(known("statements"));
            let whole = sum(&["statements", "branches"]);
            let with_branches = known("branches").map(|_| (sum(&["covered", "covered_branches"]), whole));
            lines.into_iter().chain(with_branches).any(|(part, whole)| is_percent(percent, part, whole))
        }
        Figure::Passed(number) => known("passed") == Some(*number),
        Figure::Failed(number) => sum(&["failed", "errors"]) == *number,
        Figure::Tests(number) => {
            let all = sum(&["passed", "failed", "errors", "skipped", "xfailed", "xpassed"]);
            [Some(all), known("passed")].contains(&Some(*number))
        }
        Figure::Lint(number) | Figure::Security(number) => known("issues") == Some(*number),
        Figure::Types(number) => known("errors") == Some(*number),
    }
}

/// Whether `text`, such as `73.2`, is that ratio in percent, cut off or rounded to as many digits. In whole numbers.
fn is_percent(text: &str, part: u64, whole: u64) -> bool {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let digits = u32::try_from(after.len()).unwrap_or(u32::MAX);
    let claimed = format!("{before}{after}").parse::<u128>().ok();
    let (Some(claimed), Some(scale)) = (claimed, 10u128.checked_pow(digits)) else { return false };
    let (part, whole) = (u128::from(part) * 100 * scale, u128::from(whole));
    if whole == 0 {
        return false;
    }
    let cut = part / whole;
    let rounded = (2 * part + whole) / (2 * whole);
    claimed == cut || claimed == rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::sample::{check, deploy, records, verification};
    use crate::model::assessment::Verdict;
    use crate::model::record::{ActResult, CheckOutcome};

    fn measured(covered: u64, passed: u64) -> Fact {
        let mut verification = verification(Verdict::Pass);
        let mut coverage = check("coverage", CheckOutcome::Pass);
        coverage.summary = format!("{covered} of 97");
        coverage.figures =
            [("covered", covered), ("statements", 97), ("covered_branches", 6), ("branches", 12)]
                .map(|(name, figure)| (name.to_owned(), figure))
                .into();
        let mut tests = check("tests", CheckOutcome::Pass);
        tests.figures = [("passed".to_owned(), passed), ("failed".to_owned(), 0)].into();
        verification.checks = vec![tests, coverage];
        Fact::Verified(Box::new(verification))
    }

    fn said(figure: Figure, past: bool, facts: Vec<Fact>) -> Support {
        let claim = Claim { line: 1, text: String::new(), about: Vec::new(), past, figure };
        support(&claim, Stage::Development, &records(facts))
    }

    fn covered(percent: &str) -> Figure {
        Figure::Coverage(percent.to_owned())
    }

    #[test]
    fn a_figure_is_that_of_the_last_measurement_by_either_way_of_counting() {
        let facts = || vec![measured(41, 11), measured(71, 11)];
        // 71 of 97 is 73.195… %, with branches 77 of 109 is 70.642… %.
        for percent in ["73.19", "73.20", "73.1", "73.2", "73", "70.64", "70.6"] {
            assert_eq!(said(covered(percent), false, facts()), Support::Supported(Some(2)), "{percent}");
        }
        assert_eq!(said(Figure::Passed(11), false, facts()), Support::Supported(Some(2)));
        let known = "71 of 97".to_owned();
        // 41 of 97 is 42.268… %.
        let once = Support::Contradicted { known: known.clone(), once: Some(1) };
        assert_eq!(said(covered("42.2"), false, facts()), once);
        assert_eq!(said(covered("42.2"), true, facts()), Support::Supported(Some(1)));
        let never = Support::Contradicted { known, once: None };
        assert_eq!(said(covered("99.9"), true, facts()), never);
        assert_eq!(said(Figure::Lint(0), false, facts()), Support::Unknown);
        assert_eq!(said(covered("1"), false, vec![]), Support::Unknown);
    }

    #[test]
    fn a_stage_is_where_it_stands() {
        let facts = || {
            vec![
                measured(71, 11),
                Fact::Intended(deploy()),
                Fact::Done { intent: 2, result: ActResult::Deployed { running: vec![], proof: vec![] } },
                Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 },
            ]
        };
        let stage = |stage, facts| said(Figure::Stage(stage), false, facts);
        assert_eq!(stage(Stage::Staging, facts()), Support::Supported(Some(4)));
        assert_eq!(stage(Stage::Development, vec![]), Support::Supported(None));
        // What was measured since then makes the figures of the promotion no less true.
        let since = [facts(), vec![measured(41, 11)]].concat();
        assert_eq!(said(covered("73.1"), false, since), Support::Supported(Some(1)));
        let other = Support::Contradicted { known: "staging".into(), once: None };
        assert_eq!(stage(Stage::Production, facts()), other);
    }
}
