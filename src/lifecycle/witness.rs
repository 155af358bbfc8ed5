//! Two witnesses: whether the gate that a completed promotion rests on, measured again on the same commit, still holds.
//!
//! Not a judge: both measurements were judged. A check contradicts only where it passed and now fails by the very same
//! bounds: a stricter policy is no other figure, what is waived shuts no gate, and what could not be measured is none at all.

use crate::model::assessment::Verdict;
use crate::model::promotion::Completed;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{CheckOutcome, CheckRecord, Verification};

/// Figures that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The promotion that rests on the first of them.
    pub promotion: PromotionId,
    /// The commit.
    pub commit: String,
    /// The number of the record that it rests on.
    pub first: u64,
    /// The number of the record that contradicts it.
    pub second: u64,
    /// The checks, each as people saw it then and now.
    pub checks: Vec<(String, String, String)>,
}

/// Whether the last measurement contradicts the one that the promotion rests on. `is_same`: whether two commits differ in
/// nothing that is promoted.
pub fn contradiction(completed: &Completed, is_same: &dyn Fn(&str, &str) -> bool) -> Option<Contradiction> {
    let (first, second) = (completed.measured.as_ref()?, completed.remeasured.as_ref()?);
    let commit = first.verification.commit.as_ref()?;
    let again = second.verification.commit.as_ref()?;
    let is_clean = |verification: &Verification| verification.dirty == Some(false);
    if second.verification.verdict != Verdict::Fail
        || !is_clean(&first.verification)
        || !is_clean(&second.verification)
        || !(commit == again || is_same(commit, again))
    {
        return None;
    }
    let now = |check: &CheckRecord| {
        let mut checks = second.verification.checks.iter();
        checks.find(|other| other.id == check.id && other.bounds == check.bounds)
    };
    let contradicts = |check: &CheckRecord| {
        let other = now(check).filter(|other| other.outcome == CheckOutcome::Fail && !other.waived)?;
        (check.outcome == CheckOutcome::Pass)
            .then(|| (check.id.clone(), check.summary.clone(), other.summary.clone()))
    };
    let checks: Vec<_> = first.verification.checks.iter().filter_map(contradicts).collect();
    (!checks.is_empty()).then(|| Contradiction {
        promotion: completed.promotion.id.clone(),
        commit: commit.clone(),
        first: first.seq,
        second: second.seq,
        checks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::sample::{check, deploy, records, verification};
    use crate::lifecycle::stand;
    use crate::model::record::{ActResult, Fact};
    use crate::model::stage::Stage;

    fn measured(outcome: CheckOutcome, change: &dyn Fn(&mut Verification)) -> Fact {
        let verdict = match outcome {
            CheckOutcome::Pass | CheckOutcome::NotApplicable => Verdict::Pass,
            CheckOutcome::Fail => Verdict::Fail,
            CheckOutcome::Inconclusive => Verdict::Inconclusive,
        };
        let mut verification = verification(verdict);
        verification.checks = vec![check("lint", CheckOutcome::Pass), check("coverage", outcome)];
        change(&mut verification);
        Fact::Verified(Box::new(verification))
    }

    fn found(outcome: CheckOutcome, change: &dyn Fn(&mut Verification)) -> Option<Contradiction> {
        let facts = vec![
            measured(CheckOutcome::Pass, &|_| {}),
            Fact::Intended(deploy()),
            Fact::Done { intent: 2, result: ActResult::Deployed { running: vec![], proof: vec![] } },
            Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 },
            measured(outcome, change),
        ];
        let standing = stand(Stage::Development, &records(facts));
        contradiction(&standing.completed.expect("one"), &|_, other| other == "equal")
    }

    #[test]
    fn a_check_that_fails_now_on_the_same_commit_by_the_same_bounds_contradicts() {
        let it = found(CheckOutcome::Fail, &|_| {}).expect("a contradiction");
        assert_eq!((it.first, it.second, it.checks.len()), (1, 5, 1));
        assert_eq!(it.checks[0].0, "coverage");
        assert!(found(CheckOutcome::Fail, &|now| now.commit = Some("equal".into())).is_some());
    }

    #[test]
    fn a_gate_that_is_no_pass_any_more_has_lapsed_and_what_was_set_aside_is_no_news() {
        let lapsed = |first, more: Vec<Fact>| {
            let facts = vec![
                measured(first, &|_| {}),
                Fact::Intended(deploy()),
                Fact::Done { intent: 2, result: ActResult::Deployed { running: vec![], proof: vec![] } },
                Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 },
            ];
            let standing = stand(Stage::Development, &records(facts.into_iter().chain(more).collect()));
            standing.lapsed().map(|measured| measured.seq)
        };
        let (pass, fail) = (CheckOutcome::Pass, CheckOutcome::Fail);
        let again = |outcome| vec![measured(outcome, &|_| {})];
        assert_eq!(lapsed(pass, vec![]), None);
        assert_eq!(lapsed(pass, again(pass)), None);
        assert_eq!(lapsed(pass, again(fail)), Some(5));
        assert_eq!(lapsed(pass, again(CheckOutcome::Inconclusive)), Some(5));
        assert_eq!(lapsed(fail, again(fail)), None, "it was set aside");
        let nothing_judged = vec![measured(fail, &|now| now.checks.clear())];
        assert_eq!(lapsed(fail, nothing_judged), Some(5));
        let mut above = again(fail);
        above.push(measured(pass, &|now| now.to = Stage::Production));
        assert_eq!(lapsed(pass, above), None, "another gate was measured since");
    }

    #[test]
    fn nothing_else_does() {
        let none = |outcome, change: &dyn Fn(&mut Verification)| assert_eq!(found(outcome, change), None);
        none(CheckOutcome::Pass, &|_| {});
        none(CheckOutcome::Inconclusive, &|_| {});
        none(CheckOutcome::Fail, &|now| now.commit = Some("other".into()));
        none(CheckOutcome::Fail, &|now| now.commit = None);
        none(CheckOutcome::Fail, &|now| now.dirty = Some(true));
        none(CheckOutcome::Fail, &|now| {
            now.checks[1].bounds.insert("min_percent".into(), "80".into());
        });
        none(CheckOutcome::Fail, &|now| now.checks[1].waived = true);
    }
}
