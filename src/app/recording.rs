//! Records what a `verify` measured: one record for each component, in its ledger.
//!
//! Not a judge: what is recorded was judged. Only fresh results are recorded; those of earlier runs are for people in a
//! hurry, and no ground for a promotion.

use std::collections::BTreeMap;

use crate::lifecycle;
use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome};
use crate::model::component::Component;
use crate::model::condition::{Condition, ConditionState};
use crate::model::evidence::{Bound, Measured};
use crate::model::gate::{Criterion, Metric, Precision};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{CheckOutcome, CheckRecord, Fact, TestsAsked, Verification, WaiverRecord};
use crate::model::waiver::{Waiver, WaiverAssessment, WaiverState};
use crate::report;
use crate::report::clean::one_line;
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, file};

use super::actor::actor;
use super::ledgers::{LedgerFault, Ledgers, PATIENCE};
use super::project::Workspace;

/// A measurement that was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The component.
    pub component: String,
    /// The number of the record.
    pub seq: u64,
    /// The promotion that it belongs to.
    pub promotion: PromotionId,
    /// Where a line that was torn is kept now.
    pub set_aside: Option<String>,
}

/// Records the assessment of each component.
///
/// # Errors
/// Where a ledger does not verify or cannot be written; those before it were written.
pub fn record(
    workspace: &Workspace,
    assessment: &Assessment,
    folder: &RunFolder,
) -> Result<Vec<Recorded>, LedgerFault> {
    let (ledgers, actor) = (Ledgers::of(workspace), actor(&workspace.root, folder));
    let mut recorded = Vec::new();
    for component in &assessment.components {
        let Some(declared) = workspace.policy.component(&component.name) else { continue };
        let mut ledger = ledgers.open(&component.name, &actor, PATIENCE)?;
        let standing = lifecycle::stand(declared.stage, ledger.records());
        let promotion =
            lifecycle::name(&component.name, component.to, clock::today(), &standing, ledger.records());
        let fact = Fact::Verified(Box::new(verification(workspace, assessment, component, declared)));
        let seq = ledger.record(&promotion, fact)?;
        let set_aside = ledger.set_aside().map(|path| path.display().to_string());
        recorded.push(Recorded { component: component.name.clone(), seq, promotion, set_aside });
    }
    Ok(recorded)
}

fn verification(
    workspace: &Workspace,
    assessment: &Assessment,
    component: &ComponentAssessment,
    declared: &Component,
) -> Verification {
    let digest = |path: &String| Some((path.clone(), file::sha256(&workspace.root.join(path))?));
    let tests = &declared.tests;
    let mut checks = component.checks.iter();
    let coverage = checks.find_map(|check| match &check.outcome.evidence()?.measured {
        Measured::Coverage(_) => check.outcome.evidence(),
        _ => None,
    });
    Verification {
        from: component.from,
        to: component.to,
        verdict: component.verdict,
        only: assessment.only.as_ref().map(|only| only.iter().map(|check| check.id().to_owned()).collect()),
        commit: assessment.subject.commit.clone(),
        dirty: assessment.subject.dirty,
        policy: assessment.policy.clone(),
        version: assessment.version.clone(),
        environment: assessment.environment.clone(),
        absent_imports: component.absent_imports.clone(),
        files: component.files.iter().filter_map(digest).collect(),
        tests: TestsAsked {
            paths: tests.paths.iter().map(|path| path.path.clone()).collect(),
            select: tests.select.clone(),
            args: tests.args.clone(),
        },
        checks: component
            .checks
            .iter()
            .map(check)
            .chain(component.conditions.iter().map(condition))
            .collect(),
        waivers: component.waivers.iter().filter_map(waiver).collect(),
        lines: coverage.map(|evidence| evidence.lines.clone()).unwrap_or_default(),
    }
}

/// What a gate asks besides its checks is remembered as a check is.
fn condition(condition: &Condition) -> CheckRecord {
    let outcome = match condition.state {
        ConditionState::Pass => CheckOutcome::Pass,
        ConditionState::Fail => CheckOutcome::Fail,
        ConditionState::Inconclusive | ConditionState::Waiting => CheckOutcome::Inconclusive,
    };
    let reason = (outcome == CheckOutcome::Inconclusive)
        .then(|| (condition.state.name().to_owned(), condition.summary.clone()));
    CheckRecord {
        id: condition.id.clone(),
        outcome,
        waived: false,
        summary: one_line(&condition.summary),
        figures: BTreeMap::new(),
        bounds: BTreeMap::new(),
        reason,
        findings: 0,
        suppressed: 0,
        tool: None,
        report_sha256: None,
    }
}

fn check(check: &CheckAssessment) -> CheckRecord {
    let (outcome, reason) = match &check.outcome {
        Outcome::Pass(_) => (CheckOutcome::Pass, None),
        Outcome::Fail(_) => (CheckOutcome::Fail, None),
        Outcome::Inconclusive { reason, .. } => {
            (CheckOutcome::Inconclusive, Some((reason.kind.name().to_owned(), reason.message.clone())))
        }
        Outcome::NotApplicable { why } => {
            (CheckOutcome::NotApplicable, Some(("not_applicable".to_owned(), why.clone())))
        }
    };
    let evidence = check.outcome.evidence();
    let run = check.outcome.run();
    CheckRecord {
        id: check.check().id().to_owned(),
        outcome,
        waived: check.waived,
        summary: report::summary_of(check),
        figures: evidence.map(|evidence| figures(&evidence.measured)).unwrap_or_default(),
        bounds: bounds(&check.criterion),
        reason,
        findings: evidence.map_or(0, |evidence| evidence.findings.len() as u64),
        suppressed: evidence.map_or(0, |evidence| evidence.suppressed),
        tool: run.map(|run| (run.tool.name().to_owned(), run.version.clone())),
        report_sha256: run.and_then(|run| run.report_sha256.clone()),
    }
}

/// Only what was of use is remembered: of the rest the policy tells.
fn waiver(one: &WaiverAssessment) -> Option<WaiverRecord> {
    let WaiverState::Used { covered } = one.state else { return None };
    let Waiver { check, rule, path, reason, owner, issue, expires, max: _, place: _ } = &one.waiver;
    Some(WaiverRecord {
        check: check.id().to_owned(),
        rule: rule.clone(),
        path: path.clone(),
        covered,
        reason: reason.clone(),
        owner: owner.clone(),
        issue: issue.clone(),
        expires: *expires,
    })
}

fn named<T>(pairs: impl IntoIterator<Item = (&'static str, T)>) -> BTreeMap<String, T> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The figures by the names that they have in the JSON assessment.
fn figures(measured: &Measured) -> BTreeMap<String, u64> {
    match measured {
        Measured::Tests(counts) => named([
            ("passed", counts.passed),
            ("failed", counts.failed),
            ("errors", counts.errors),
            ("skipped", counts.skipped),
            ("xfailed", counts.xfailed),
            ("xpassed", counts.xpassed),
        ]),
        Measured::Coverage(coverage) => {
            let mut figures = named([
                ("covered", coverage.statements.part()),
                ("statements", coverage.statements.whole()),
                ("excluded", coverage.excluded),
            ]);
            if let Some(branches) = coverage.branches {
                figures.extend(named([("covered_branches", branches.covered), ("branches", branches.total)]));
            }
            if let Bound::Lower { selected, deselected } = coverage.bound {
                figures.extend(named([("selected_tests", selected), ("deselected_tests", deselected)]));
            }
            figures
        }
        Measured::Lint { issues } | Measured::Security { issues } | Measured::Own { issues } => {
            named([("issues", *issues)])
        }
        Measured::Types { errors, warnings } => named([("errors", *errors), ("warnings", *warnings)]),
        Measured::Docs { readme, usage_examples } => {
            named([("readme", u64::from(readme.is_some())), ("usage_examples", *usage_examples)])
        }
    }
}

/// The bounds by the names that they have in the policy.
fn bounds(criterion: &Criterion) -> BTreeMap<String, String> {
    match criterion {
        Criterion::Tests { max_failures, min_passed } => {
            named([("max_failures", max_failures.to_string()), ("min_passed", min_passed.to_string())])
        }
        Criterion::Coverage { min, metric, precision } => {
            let metric = match metric {
                Metric::Auto => "auto",
                Metric::Statements => "statements",
            };
            let exact = (*precision == Precision::Exact).then(|| ("exact", "true".to_owned()));
            named([("min_percent", min.to_string()), ("metric", metric.to_owned())].into_iter().chain(exact))
        }
        Criterion::Lint { max_issues } | Criterion::Own { max_issues, .. } => {
            named([("max_issues", max_issues.to_string())])
        }
        Criterion::Types { max_errors, max_warnings } => {
            named([("max_errors", max_errors.to_string()), ("max_warnings", max_warnings.to_string())])
        }
        Criterion::Security { max_issues, min_severity } => {
            named([("max_issues", max_issues.to_string()), ("min_severity", min_severity.name().to_owned())])
        }
        Criterion::Docs { readme, usage_example } => {
            named([("readme", readme.to_string()), ("usage_example", usage_example.to_string())])
        }
        Criterion::NotApplicable { .. } => BTreeMap::new(),
    }
}
