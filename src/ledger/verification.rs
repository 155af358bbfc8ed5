//! A measurement as it is written: see `wire`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::assessment::{PolicyDigest, Verdict};
use crate::model::environment as model;
use crate::model::line_set::{LineCoverage, LineSet};
use crate::model::record::{self, CheckOutcome, CheckRecord, TestsAsked, WaiverRecord};
use crate::model::stage::Stage;

use super::part::{Written, stage};

/// A measurement as it is written.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Verification {
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    from: String,
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    to: String,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    verdict: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    only: Option<Vec<String>>,
    commit: Option<String>,
    dirty: Option<bool>,
    policy: Policy,
    version: String,
    environment: Environment,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent_imports: Vec<String>,
    files: BTreeMap<String, String>,
    tests: Tests,
    checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<Waiver>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lines: BTreeMap<String, Lines>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Policy {
    file: String,
    sha256: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Environment {
    python: Option<String>,
    platform: String,
    lock: Option<String>,
    in_sync: Option<bool>,
    sha256: String,
    installed: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tests {
    paths: Vec<String>,
    select: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Lines {
    covered: String,
    missing: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Check {
    id: String,
    #[schemars(extend("enum" = CheckOutcome::ALL.map(CheckOutcome::name)))]
    outcome: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    summary: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    figures: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    bounds: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    findings: u64,
    suppressed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tool: Option<Tool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report_sha256: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Waiver {
    check: String,
    rule: String,
    path: String,
    covered: u64,
    reason: String,
    owner: String,
    issue: String,
    expires: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Reason {
    kind: String,
    message: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tool {
    name: String,
    version: String,
}

impl Verification {
    /// As it is written.
    pub(super) fn of(verification: &record::Verification) -> Self {
        let environment = &verification.environment;
        let installed = environment.distributions.iter();
        Self {
            from: verification.from.name().to_owned(),
            to: verification.to.name().to_owned(),
            verdict: verification.verdict.name().to_owned(),
            only: verification.only.clone(),
            commit: verification.commit.clone(),
            dirty: verification.dirty,
            policy: Policy {
                file: verification.policy.file.clone(),
                sha256: verification.policy.sha256.clone(),
            },
            version: verification.version.clone(),
            environment: Environment {
                python: environment.python.clone(),
                platform: environment.platform.clone(),
                lock: environment.lock.clone(),
                in_sync: environment.in_sync,
                sha256: environment.sha256.clone(),
                installed: installed.map(|one| (one.name.clone(), one.version.clone())).collect(),
            },
            absent_imports: verification.absent_imports.clone(),
            files: verification.files.clone(),
            tests: Tests {
                paths: verification.tests.paths.clone(),
                select: verification.tests.select.clone(),
                args: verification.tests.args.clone(),
            },
            checks: verification.checks.iter().map(written_check).collect(),
            waivers: verification.waivers.iter().map(written_waiver).collect(),
            lines: verification
                .lines
                .iter()
                .map(|(file, lines)| (file.clone(), written_lines(lines)))
                .collect(),
        }
    }
}

/// What decides how far a promotion has come: of a long ledger the rest of most measurements interests nobody.
#[derive(Debug, Deserialize)]
pub(super) struct Brief {
    from: String,
    to: String,
    verdict: String,
    #[serde(default)]
    only: Option<Vec<String>>,
}

impl Written<record::Verification> for Brief {
    fn read(self) -> Result<record::Verification, String> {
        Ok(record::Verification {
            from: stage(&self.from)?,
            to: stage(&self.to)?,
            verdict: verdict(&self.verdict)?,
            only: self.only,
            commit: None,
            dirty: None,
            policy: PolicyDigest { file: String::new(), sha256: String::new() },
            version: String::new(),
            environment: model::Environment {
                python: None,
                platform: String::new(),
                lock: None,
                in_sync: None,
                distributions: Vec::new(),
                sha256: String::new(),
            },
            absent_imports: Vec::new(),
            files: BTreeMap::new(),
            tests: TestsAsked::default(),
            checks: Vec::new(),
            waivers: Vec::new(),
            lines: BTreeMap::new(),
        })
    }
}

impl Written<record::Verification> for Verification {
    fn read(self) -> Result<record::Verification, String> {
        let environment = self.environment;
        let installed = environment.installed.into_iter();
        let lines = self.lines.into_iter().map(|(file, lines)| Ok((file, lines.read()?)));
        Ok(record::Verification {
            from: stage(&self.from)?,
            to: stage(&self.to)?,
            verdict: verdict(&self.verdict)?,
            only: self.only,
            commit: self.commit,
            dirty: self.dirty,
            policy: PolicyDigest { file: self.policy.file, sha256: self.policy.sha256 },
            version: self.version,
            environment: model::Environment {
                python: environment.python,
                platform: environment.platform,
                lock: environment.lock,
                in_sync: environment.in_sync,
                distributions: installed
                    .map(|(name, version)| model::Distribution { name, version })
                    .collect(),
                sha256: environment.sha256,
            },
            absent_imports: self.absent_imports,
            files: self.files,
            tests: TestsAsked { paths: self.tests.paths, select: self.tests.select, args: self.tests.args },
            checks: self.checks.into_iter().map(Check::read).collect::<Result<_, _>>()?,
            waivers: self.waivers.into_iter().map(Waiver::read).collect::<Result<_, _>>()?,
            lines: lines.collect::<Result<_, String>>()?,
        })
    }
}

impl Check {
    fn read(self) -> Result<CheckRecord, String> {
        let outcome = CheckOutcome::ALL.into_iter().find(|outcome| outcome.name() == self.outcome);
        let outcome = outcome.ok_or_else(|| format!("there is no outcome `{}`", self.outcome))?;
        if self.waived && outcome != CheckOutcome::Fail {
            return Err(format!("`{}` is nothing that can be waived", self.outcome));
        }
        Ok(CheckRecord {
            id: self.id,
            outcome,
            waived: self.waived,
            summary: self.summary,
            figures: self.figures,
            bounds: self.bounds,
            reason: self.reason.map(|reason| (reason.kind, reason.message)),
            findings: self.findings,
            suppressed: self.suppressed,
            tool: self.tool.map(|tool| (tool.name, tool.version)),
            report_sha256: self.report_sha256,
        })
    }
}

impl Waiver {
    fn read(self) -> Result<WaiverRecord, String> {
        Ok(WaiverRecord {
            expires: self.expires.parse().map_err(|_| format!("there is no day `{}`", self.expires))?,
            check: self.check,
            rule: self.rule,
            path: self.path,
            covered: self.covered,
            reason: self.reason,
            owner: self.owner,
            issue: self.issue,
        })
    }
}

impl Lines {
    fn read(&self) -> Result<LineCoverage, String> {
        let set = |text: &str| LineSet::parse(text).ok_or_else(|| format!("`{text}` are no lines"));
        Ok(LineCoverage { covered: set(&self.covered)?, missing: set(&self.missing)? })
    }
}

fn written_check(check: &CheckRecord) -> Check {
    let reason = check.reason.as_ref();
    Check {
        id: check.id.clone(),
        outcome: check.outcome.name().to_owned(),
        waived: check.waived,
        summary: check.summary.clone(),
        figures: check.figures.clone(),
        bounds: check.bounds.clone(),
        reason: reason.map(|(kind, message)| Reason { kind: kind.clone(), message: message.clone() }),
        findings: check.findings,
        suppressed: check.suppressed,
        tool: check
            .tool
            .as_ref()
            .map(|(name, version)| Tool { name: name.clone(), version: version.clone() }),
        report_sha256: check.report_sha256.clone(),
    }
}

fn written_waiver(waiver: &WaiverRecord) -> Waiver {
    Waiver {
        check: waiver.check.clone(),
        rule: waiver.rule.clone(),
        path: waiver.path.clone(),
        covered: waiver.covered,
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        issue: waiver.issue.clone(),
        expires: waiver.expires.to_string(),
    }
}

fn written_lines(lines: &LineCoverage) -> Lines {
    Lines { covered: lines.covered.to_string(), missing: lines.missing.to_string() }
}

fn verdict(name: &str) -> Result<Verdict, String> {
    let mut all = [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail].into_iter();
    all.find(|verdict| verdict.name() == name).ok_or_else(|| format!("there is no verdict `{name}`"))
}
