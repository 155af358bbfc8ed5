//! The promotion issue: its title and its text, from what was measured and what the policy says.
//! Not the issue on GitHub, and not a judgement. What is not known is said to be not known: a number that nobody
//! measured never stands here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::issue_mark::{marked, of_promotion};
use super::markup::{code, passage, prose};
use super::template;
pub use super::template::TemplateError;
use super::{clean, surroundings, waived};
use crate::model::component::Component;
use crate::model::delivery::{Deploy, Health, OnFailure};
use crate::model::promotion::{Measurement, Phase};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{CheckOutcome, CheckRecord, Verification, WaiverRecord};
use crate::model::secret::Secrets;
use crate::model::stage::Stage;

/// The built-in template.
const BUILT_IN: &str = include_str!("issue_form.md");
/// What people call it in a message.
const BUILT_IN_NAME: &str = "the built-in template";
/// How long a deployed candidate is observed.
const OBSERVATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Characters of one cell.
const CELL: usize = 500;

/// What a promotion issue tells.
#[derive(Debug, Clone)]
pub struct IssueForm<'a> {
    /// The promotion.
    pub promotion: &'a PromotionId,
    /// The component as the policy declares it.
    pub component: &'a Component,
    /// Where it stands.
    pub from: Stage,
    /// Where it goes.
    pub to: Stage,
    /// How far the promotion has come.
    pub phase: Phase,
    /// The policy file as people name it.
    pub policy_file: &'a str,
    /// The measurement of the gate, where there is one.
    pub measured: Option<&'a Measurement>,
    /// How it is deployed, where the policy says so.
    pub deploy: Option<&'a Deploy>,
    /// What stands in the way, one sentence each.
    pub blockers: &'a [String],
    /// Checks that somebody set aside, one sentence each.
    pub overrides: &'a [String],
    /// When the issue was opened.
    pub opened: Option<Timestamp>,
    /// When the candidate was seen to run and to be healthy.
    pub deployed: Option<Timestamp>,
    /// The head of the ledger, in its own words.
    pub anchor: &'a str,
}

/// A template in place of the built-in one.
#[derive(Debug, Clone, Copy)]
pub struct OwnTemplate<'a> {
    /// Its file as people name it.
    pub file: &'a str,
    /// What is in it.
    pub text: &'a str,
}

impl IssueForm<'_> {
    /// The title: plain text.
    pub fn title(&self) -> String {
        let title = clean::line(&self.component.title, CELL);
        let noun = if title.to_lowercase().ends_with("component") { "" } else { " Component" };
        format!("Promote {title}{noun} to {}", capital(self.to))
    }

    /// The text in Markdown, by the built-in template or the project's own, without `secrets` and with its marks.
    pub fn body(&self, own: Option<OwnTemplate<'_>>, secrets: &Secrets) -> Result<String, TemplateError> {
        let (file, text) = own.map_or((BUILT_IN_NAME, BUILT_IN), |own| (own.file, own.text));
        let text = template::fill(file, text, &self.values())?;
        // The marks come last: an issue whose mark a secret had hidden would never be found again.
        Ok(marked(&of_promotion(self.promotion), self.anchor, &secrets.hide(&text)))
    }

    fn values(&self) -> Values {
        let component = self.component;
        Values {
            promotion: code(self.promotion.as_str()),
            component: ComponentValues {
                name: code(&component.name),
                title: prose(&component.title),
                from: self.from.name(),
                to: self.to.name(),
                owner: component.owner.as_deref().map(prose),
                priority: component.priority.as_deref().map(prose),
                group: component.group.as_deref().map(prose),
                paths: component.paths.iter().map(|path| code(&path.path)).collect(),
            },
            status: phase(self.phase),
            verification: self.measured.map(verification),
            blockers: self.blockers.iter().map(|blocker| item(blocker)).collect(),
            overrides: self.overrides.iter().map(|words| item(words)).collect(),
            deployment: self.deploy.map(deployment),
            timeline: TimelineValues {
                verified: self.measured.map(|measured| moment(measured.time)),
                opened: self.opened.map(moment),
                deployed: self.deployed.map(moment),
                observation_begins: self.deployed.map(moment),
                observation_ends: self
                    .deployed
                    .and_then(|time| time.checked_add(OBSERVATION).ok())
                    .map(moment),
            },
            documents: DocumentValues {
                readme: component.readme.as_ref().map(|readme| code(&readme.path)),
                policy: code(self.policy_file),
            },
        }
    }
}

/// What a template is given. A field is a promise to the templates of projects.
#[derive(Serialize)]
struct Values {
    promotion: String,
    component: ComponentValues,
    status: &'static str,
    verification: Option<VerificationValues>,
    blockers: Vec<String>,
    overrides: Vec<String>,
    deployment: Option<DeploymentValues>,
    timeline: TimelineValues,
    documents: DocumentValues,
}

#[derive(Serialize)]
struct ComponentValues {
    name: String,
    title: String,
    from: &'static str,
    to: &'static str,
    owner: Option<String>,
    priority: Option<String>,
    group: Option<String>,
    paths: Vec<String>,
}

#[derive(Serialize)]
struct VerificationValues {
    verdict: &'static str,
    /// `2 waived until 2025-11-01`, of a pass.
    waived: Option<String>,
    waivers: Vec<WaiverValues>,
    coverage: Option<String>,
    checks: Vec<CheckValues>,
    commit: Option<String>,
    time: String,
    policy: String,
    policy_digest: String,
    environment: String,
    absent_imports: Vec<String>,
}

#[derive(Serialize)]
struct CheckValues {
    id: String,
    measured: String,
    bound: Option<String>,
    result: &'static str,
    tool: Option<String>,
}

#[derive(Serialize)]
struct WaiverValues {
    check: String,
    rule: String,
    path: String,
    covered: u64,
    reason: String,
    owner: String,
    issue: String,
    expires: String,
}

#[derive(Serialize)]
struct DeploymentValues {
    compose_file: Option<String>,
    service: String,
    script: Option<String>,
    env_files: Vec<String>,
    health: Option<String>,
    on_failure: &'static str,
}

#[derive(Serialize)]
struct TimelineValues {
    verified: Option<String>,
    opened: Option<String>,
    deployed: Option<String>,
    observation_begins: Option<String>,
    observation_ends: Option<String>,
}

#[derive(Serialize)]
struct DocumentValues {
    readme: Option<String>,
    policy: String,
}

fn verification(measurement: &Measurement) -> VerificationValues {
    let verification: &Verification = &measurement.verification;
    let coverage = verification.checks.iter().find(|check| check.id == "coverage");
    VerificationValues {
        verdict: verification.verdict.name(),
        waived: waived::recorded_until(verification),
        waivers: verification.waivers.iter().map(waiver).collect(),
        coverage: coverage.map(measured),
        checks: verification.checks.iter().map(check).collect(),
        commit: verification.commit.as_deref().map(code),
        time: moment(measurement.time),
        policy: code(&verification.policy.file),
        policy_digest: code(&verification.policy.sha256),
        environment: passage(&surroundings::environment(&verification.environment), CELL),
        absent_imports: verification.absent_imports.iter().map(|name| code(name)).collect(),
    }
}

fn check(check: &CheckRecord) -> CheckValues {
    CheckValues {
        id: prose(&check.id),
        measured: measured(check),
        bound: bound(&check.bounds),
        result: match check.outcome {
            CheckOutcome::Pass => "✓ pass",
            CheckOutcome::Fail if check.waived => "✓ waived",
            CheckOutcome::Fail => "✗ fail",
            CheckOutcome::Inconclusive => "? inconclusive",
            CheckOutcome::NotApplicable => "– not applicable",
        },
        tool: check.tool.as_ref().map(|(tool, version)| format!("{} {}", prose(tool), prose(version))),
    }
}

fn waiver(one: &WaiverRecord) -> WaiverValues {
    let WaiverRecord { check, rule, path, covered, reason, owner, issue, expires } = one;
    WaiverValues {
        check: prose(check),
        rule: code(rule),
        path: code(path),
        covered: *covered,
        reason: passage(reason, CELL),
        owner: passage(owner, CELL),
        // As code: GitHub would tell that issue of each edit of this one.
        issue: code(issue),
        expires: expires.to_string(),
    }
}

/// Prose that may begin an item of a list: `1.` or `-` would begin a list in it.
fn item(text: &str) -> String {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        _ if text.starts_with(|c: char| c.is_alphabetic() || c == '`') => passage(text, CELL),
        Some((first, rest)) => format!("{} {}", code(first), passage(rest, CELL)),
        None => code(text),
    }
}

/// The value as people saw it, with both figures of coverage and `at least` where it is a lower bound.
pub(super) fn measured(check: &CheckRecord) -> String {
    let why = check.reason.as_ref().map_or("", |(_, sentence)| sentence.as_str());
    match check.outcome {
        CheckOutcome::Pass | CheckOutcome::Fail => passage(&check.summary, CELL),
        CheckOutcome::Inconclusive if why.is_empty() => "not known".to_owned(),
        CheckOutcome::Inconclusive => format!("not known: {}", passage(why, CELL)),
        CheckOutcome::NotApplicable if why.is_empty() => "not asked".to_owned(),
        CheckOutcome::NotApplicable => format!("not asked: {}", passage(why, CELL)),
    }
}

fn bound(bounds: &BTreeMap<String, String>) -> Option<String> {
    let bounds: Vec<String> = bounds.iter().map(|(name, bound)| code(&format!("{name} = {bound}"))).collect();
    (!bounds.is_empty()).then(|| bounds.join(", "))
}

fn deployment(deploy: &Deploy) -> DeploymentValues {
    DeploymentValues {
        compose_file: deploy.compose_file.as_ref().map(|path| code(&path.path)),
        service: code(&deploy.service),
        script: (!deploy.script.is_empty()).then(|| code(&deploy.script.join(" "))),
        env_files: deploy.env_files.iter().map(|path| code(&path.path)).collect(),
        health: deploy.health.as_ref().map(health),
        on_failure: match deploy.on_failure {
            OnFailure::Stop => "it stays as it is, for a person to look at",
            OnFailure::Rollback => "what ran before is put back",
        },
    }
}

fn health(health: &Health) -> String {
    let body =
        health.body.as_ref().map(|body| format!(" and a text like {}", code(body))).unwrap_or_default();
    let seconds = |length: std::time::Duration| super::elapsed::elapsed(length);
    format!(
        "{} answers {}{body}, for {} without a break, within {}",
        code(&health.url),
        health.status,
        seconds(health.stable),
        seconds(health.deadline)
    )
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Unverified => "not verified",
        Phase::Verified | Phase::IssueOpen => "verified, not deployed yet",
        Phase::Deployed | Phase::Observing => "deployed, under observation",
        Phase::Completed => "completed",
        Phase::RollingBack => "to be rolled back",
        Phase::RollbackFailed => "rollback failed: a person must act",
    }
}

pub(super) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn capital(stage: Stage) -> &'static str {
    match stage {
        Stage::Development => "Development",
        Stage::Staging => "Staging",
        Stage::Production => "Production",
    }
}

#[cfg(test)]
mod tests;
