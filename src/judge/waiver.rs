//! What waivers cover of what was found: (criteria with their outcomes, waivers, today) → the checks of a component with
//! what is waived of them. Pure and total.
//!
//! A waived check stays a `fail`: what was found is what was found. It only no longer keeps the gate shut. Nothing is
//! waived but findings that a tool listed, so figures without their findings are never less than they are.

use jiff::civil::Date;

use crate::model::assessment::{CheckAssessment, Outcome};
use crate::model::evidence::Measured;
use crate::model::finding::{Finding, Severity};
use crate::model::gate::Criterion;
use crate::model::waiver::{Cover, Waiver, WaiverAssessment, WaiverState};

use super::meets;

/// Holds the waivers of a component against what its checks came to. Of the waivers those are given whose check is among
/// them, in their order: of the others nothing can be said.
///
/// What several waivers name, the first of them covers; so each is held against what those before it leave. `least` is the
/// severity from which the gate of the policy counts that counts most.
pub fn waive(
    judged: Vec<(Criterion, Outcome)>,
    waivers: &[Waiver],
    today: Date,
    least: Severity,
) -> (Vec<CheckAssessment>, Vec<WaiverAssessment>) {
    let is_asked = |waiver: &&Waiver| judged.iter().any(|(criterion, _)| criterion.check() == waiver.check);
    let asked = waivers.iter().filter(is_asked);
    let mut told: Vec<WaiverAssessment> = asked.map(|waiver| unjudged(waiver, today)).collect();
    let checks = judged.into_iter().map(|(criterion, outcome)| check(criterion, outcome, &mut told, least));
    let checks = checks.collect();
    (checks, told)
}

/// How many of the findings would not be covered, for those who must know it before there is an outcome.
pub fn uncovered(criterion: &Criterion, findings: &[Finding], waivers: &[Waiver], today: Date) -> u64 {
    let mut told: Vec<WaiverAssessment> = waivers.iter().map(|waiver| unjudged(waiver, today)).collect();
    let covers = cover(criterion, findings, &mut told, Severity::High);
    findings.len().saturating_sub(covers.len()) as u64
}

/// How many findings must be covered at least, whichever they are, so that figures meet their criterion; `None` where no
/// finding of the check can be waived.
pub fn needed(criterion: &Criterion, measured: &Measured) -> Option<u64> {
    match (criterion, measured) {
        (Criterion::Lint { max_issues }, Measured::Lint { issues })
        | (Criterion::Security { max_issues, .. }, Measured::Security { issues })
        | (Criterion::Own { max_issues, .. }, Measured::Own { issues }) => {
            Some(issues.saturating_sub(*max_issues))
        }
        (Criterion::Types { max_errors, max_warnings }, Measured::Types { errors, warnings }) => {
            Some(errors.saturating_sub(*max_errors).saturating_add(warnings.saturating_sub(*max_warnings)))
        }
        (
            Criterion::Tests { .. }
            | Criterion::Coverage { .. }
            | Criterion::Lint { .. }
            | Criterion::Types { .. }
            | Criterion::Security { .. }
            | Criterion::Docs { .. }
            | Criterion::Own { .. }
            | Criterion::NotApplicable { .. },
            Measured::Tests(_)
            | Measured::Coverage(_)
            | Measured::Lint { .. }
            | Measured::Types { .. }
            | Measured::Security { .. }
            | Measured::Docs { .. }
            | Measured::Own { .. },
        ) => None,
    }
}

/// How many findings figures speak of, where findings of the check can be waived.
pub fn found(measured: &Measured) -> Option<u64> {
    match measured {
        Measured::Lint { issues } | Measured::Security { issues } | Measured::Own { issues } => Some(*issues),
        Measured::Types { errors, warnings } => Some(errors.saturating_add(*warnings)),
        Measured::Tests(_) | Measured::Coverage(_) | Measured::Docs { .. } => None,
    }
}

/// A waiver of which only the clock says something.
fn unjudged(waiver: &Waiver, today: Date) -> WaiverAssessment {
    let state = if waiver.is_in_force(today) { WaiverState::NotJudged } else { WaiverState::Expired };
    WaiverAssessment { waiver: waiver.clone(), state }
}

fn check(
    criterion: Criterion,
    outcome: Outcome,
    waivers: &mut [WaiverAssessment],
    least: Severity,
) -> CheckAssessment {
    let findings = outcome.evidence().map_or(&[][..], |evidence| &evidence.findings);
    let covers =
        if outcome.evidence().is_some() { cover(&criterion, findings, waivers, least) } else { Vec::new() };
    let waived = match &outcome {
        Outcome::Fail(evidence) => {
            !covers.is_empty() && meets(&criterion, &evidence.without(&covers)) == Some(true)
        }
        Outcome::Pass(_) | Outcome::Inconclusive { .. } | Outcome::NotApplicable { .. } => false,
    };
    CheckAssessment { criterion, outcome, waived, covers }
}

/// What is covered, in the order of the findings; what each waiver came to is noted.
fn cover(
    criterion: &Criterion,
    findings: &[Finding],
    waivers: &mut [WaiverAssessment],
    least: Severity,
) -> Vec<Cover> {
    let mut covers: Vec<Cover> = Vec::new();
    let own = waivers.iter_mut().enumerate().filter(|(_, one)| one.waiver.check == criterion.check());
    for (place, one) in own.filter(|(_, one)| one.state != WaiverState::Expired) {
        let names = |(at, finding): &(usize, &Finding)| {
            counts(criterion, finding)
                && one.waiver.names(finding)
                && covers.binary_search_by_key(at, |cover| cover.finding).is_err()
        };
        let matching: Vec<usize> = findings.iter().enumerate().filter(names).map(|(at, _)| at).collect();
        let found = matching.len() as u64;
        one.state = match found {
            0 => unused(criterion, least),
            found if found > one.waiver.max => WaiverState::Exceeded { found },
            covered => WaiverState::Used { covered },
        };
        if one.state.covered() > 0 {
            covers.extend(matching.into_iter().map(|finding| Cover { finding, waiver: place }));
            covers.sort_unstable_by_key(|cover| cover.finding);
        }
    }
    covers
}

/// What this gate does not count is not among its findings, and another gate may count it.
fn unused(criterion: &Criterion, least: Severity) -> WaiverState {
    match criterion {
        Criterion::Security { min_severity, .. } if *min_severity > least => WaiverState::UnusedHere,
        Criterion::Security { .. }
        | Criterion::Lint { .. }
        | Criterion::Types { .. }
        | Criterion::Own { .. }
        | Criterion::Tests { .. }
        | Criterion::Coverage { .. }
        | Criterion::Docs { .. }
        | Criterion::NotApplicable { .. } => WaiverState::Unused,
    }
}

/// Whether a finding is one of those that the criterion counts.
fn counts(criterion: &Criterion, finding: &Finding) -> bool {
    match criterion {
        Criterion::Lint { .. } | Criterion::Own { .. } => true,
        Criterion::Types { .. } => finding.severity >= Severity::Medium,
        Criterion::Security { min_severity, .. } => finding.severity >= *min_severity,
        Criterion::Tests { .. }
        | Criterion::Coverage { .. }
        | Criterion::Docs { .. }
        | Criterion::NotApplicable { .. } => false,
    }
}

#[cfg(test)]
mod tests;
