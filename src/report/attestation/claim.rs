//! A Statement back to what it claims. Not a judge: whether the claim holds is for those who see the project. The hard
//! part is that each predicate says the same in several places, so that what was changed by hand in one of them
//! contradicts another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::assessment::Verdict;
use crate::model::stage::Stage;

use super::super::json::{Counted, SCHEMA};
use super::envelope::documents;
use super::gate::Predicate;
use super::statement::{
    Annotations, Artifact, GIT_COMMIT, POLICY, Policy, SHA256, STATEMENT, Statement, resource,
};
use super::test_result::TestResult;
use super::vsa::{Summary, VERIFIER};
use super::{Conclusion, Kind};

/// What stands in one place of a file.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// How many signatures are upon it; `None` where it is bare.
    pub signatures: Option<usize>,
    /// The claim, or why there is none.
    pub content: Result<Claim, Unread>,
}

/// Why there is no claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It is sound and none of ours, for all that can be told.
    #[error("{0}")]
    Foreign(String),
    /// It cannot be read at all, so nothing can be said of what it is.
    #[error("{0}")]
    Unreadable(String),
    /// Signed, in a form in which no current signer writes it.
    #[error("it is a bundle as cosign wrote it before 3, which is not read")]
    Outdated,
    /// It is not what it says that it is.
    #[error("{0}")]
    Malformed(String),
}

/// What a Statement claims.
#[derive(Debug, Clone)]
pub struct Claim {
    /// By which predicate.
    pub kind: Kind,
    /// The component.
    pub component: String,
    /// Where it stood; `None` where the predicate does not say.
    pub from: Option<Stage>,
    /// The gate.
    pub to: Stage,
    /// When the measurement began.
    pub started: Timestamp,
    /// The commit that was measured.
    pub commit: String,
    /// The commit among its subjects; `None` where there is none, as signers that take only files leave it.
    pub commit_subject: Option<String>,
    /// What that commit is said to be one of.
    pub commit_of: Option<String>,
    /// The SHA-256 of each file that it is about, by its name.
    pub files: BTreeMap<String, String>,
    /// The digest of the policy.
    pub policy: String,
    /// What the gate came to.
    pub conclusion: Conclusion,
    /// The last day on which a pass stands that rests on waivers.
    pub waived_until: Option<Date>,
    /// What the predicate bears its conclusion out with.
    pub proof: Proof,
}

/// What bears a conclusion out, and what must agree with the rest.
#[derive(Debug, Clone)]
pub enum Proof {
    /// What is said to be well.
    Tests {
        /// The checks and conditions that are said to have passed.
        passed: Vec<String>,
        /// The checks that are said to have passed by a waiver.
        warned: Vec<String>,
        /// The file of the policy.
        file: String,
        /// The URI of the policy.
        uri: String,
    },
    /// The URIs of what was verified and of the policy.
    Summary {
        /// What was verified.
        resource: String,
        /// The URI of the policy.
        uri: String,
    },
    /// The counts.
    Counts {
        /// They.
        counted: Box<Counted>,
        /// The project.
        project: String,
        /// The file of the policy.
        file: String,
    },
}

/// All claims of a file.
pub fn read(text: &str) -> Vec<Reading> {
    let reading = |document: super::envelope::Document| Reading {
        line: document.line,
        signatures: document.signatures,
        content: document.text.and_then(|text| claim(&text)),
    };
    documents(text).into_iter().map(reading).collect()
}

#[derive(Deserialize)]
struct Heading {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(default)]
    subject: Vec<Artifact>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

fn claim(text: &str) -> Result<Claim, Unread> {
    let heading: Heading = parsed(text)?;
    if heading.kind != STATEMENT {
        return Err(Unread::Foreign(format!("it is a `{}`, not an in-toto Statement v1", heading.kind)));
    }
    let subject = Subject::of(heading.subject)?;
    match Kind::ALL.into_iter().find(|kind| kind.predicate_type() == heading.predicate_type) {
        Some(Kind::TestResult) => of_tests(parsed::<Statement<TestResult>>(text)?.predicate, subject),
        Some(Kind::Vsa) => of_summary(parsed::<Statement<Summary>>(text)?.predicate, subject),
        Some(Kind::Counts) => of_gate(&parsed::<Statement<Predicate<'static>>>(text)?.predicate, subject),
        None => Err(Unread::Foreign(format!("its predicate is `{}`", heading.predicate_type))),
    }
}

fn of_tests(mut tests: TestResult, subject: Subject) -> Result<Claim, Unread> {
    let configuration = if tests.configuration.len() == 1 { tests.configuration.pop() } else { None };
    let ours = configuration.filter(|one| one.annotations.is_some());
    let policy = ours.ok_or_else(|| Unread::Foreign("it is a test result of another program".to_owned()))?;
    let conclusion = Conclusion::from_name(&tests.result);
    let conclusion = conclusion.ok_or_else(|| malformed(format!("there is no result `{}`", tests.result)))?;
    let (file, uri) = (policy.name.clone(), policy.uri.clone());
    let claim = Claim { conclusion, ..of_policy(policy, subject)? };
    let well = tests.well(&claim.component, conclusion);
    let (passed, warned) =
        well.ok_or_else(|| malformed(format!("`{}` does not follow from its tests", tests.result)))?;
    is_consistent(Claim { proof: Proof::Tests { passed, warned, file, uri }, ..claim })
}

fn of_summary(summary: Summary, subject: Subject) -> Result<Claim, Unread> {
    if summary.verifier.id != VERIFIER {
        return Err(Unread::Foreign(format!("it is a summary by `{}`", summary.verifier.id)));
    }
    let resource = resource(&summary.resource_uri);
    let resource = resource.ok_or_else(|| malformed("its `resourceUri` does not say what was verified"))?;
    let to = stage(&resource.to)?;
    let said = summary.says(to);
    let (conclusion, waived_until) =
        said.ok_or_else(|| malformed("its result and its levels contradict each other"))?;
    let policy = summary.policy.digest.get(POLICY).cloned();
    is_consistent(Claim {
        kind: Kind::Vsa,
        component: resource.component,
        from: None,
        to,
        started: instant(&summary.time_verified)?,
        commit: resource.commit,
        commit_subject: subject.commit,
        commit_of: subject.commit_of,
        files: subject.files,
        policy: policy.ok_or_else(|| malformed("its policy has no digest"))?,
        conclusion,
        waived_until,
        proof: Proof::Summary { resource: summary.resource_uri, uri: summary.policy.uri },
    })
}

fn of_gate(gate: &Predicate<'_>, subject: Subject) -> Result<Claim, Unread> {
    if gate.schema != SCHEMA || !gate.tool.is_ours() {
        return Err(malformed(format!("its counts are of the schema {}, not {SCHEMA}", gate.schema)));
    }
    let files: Vec<String> = subject.files.keys().cloned().collect();
    let counted = gate.gate.read(&files).map_err(|fault| malformed(fault.to_string()))?;
    let waived_until = day(gate.waived_until.as_deref())?;
    if waived_until != super::waived_until(counted.verdict, &counted.checks, &counted.waivers) {
        return Err(malformed("until when it is waived is not what its waivers say"));
    }
    let has_waived = counted.checks.iter().any(|check| check.waived);
    let conclusion = match (counted.verdict, has_waived) {
        (Verdict::Pass, false) => Conclusion::Passed,
        (Verdict::Pass, true) => Conclusion::Warned,
        _ => Conclusion::Failed,
    };
    is_consistent(Claim {
        kind: Kind::Counts,
        component: gate.component.clone(),
        from: Some(stage(&gate.from)?),
        to: stage(&gate.to)?,
        started: instant(&gate.started)?,
        commit: gate.commit.clone(),
        commit_subject: subject.commit,
        commit_of: subject.commit_of,
        files: subject.files,
        policy: gate.policy.sha256.clone(),
        conclusion,
        waived_until,
        proof: Proof::Counts {
            counted: Box::new(counted),
            project: gate.project.clone(),
            file: gate.policy.file.clone(),
        },
    })
}

/// What the policy and its annotations say; the conclusion and its proof are still to be set.
fn of_policy(policy: Policy, subject: Subject) -> Result<Claim, Unread> {
    let Some(Annotations { component, from, to, commit, started, waived_until }) = policy.annotations else {
        return Err(malformed("its policy does not say what was measured"));
    };
    let digest = policy.digest.get(POLICY).cloned();
    Ok(Claim {
        kind: Kind::TestResult,
        component,
        from: Some(stage(&from)?),
        to: stage(&to)?,
        started: instant(&started)?,
        commit,
        commit_subject: subject.commit,
        commit_of: subject.commit_of,
        files: subject.files,
        policy: digest.ok_or_else(|| malformed("its policy has no digest"))?,
        conclusion: Conclusion::Failed,
        waived_until: day(waived_until.as_deref())?,
        proof: Proof::Summary { resource: String::new(), uri: String::new() },
    })
}

fn is_consistent(claim: Claim) -> Result<Claim, Unread> {
    if claim.commit_subject.as_ref().is_some_and(|commit| *commit != claim.commit) {
        return Err(malformed("the commit among its subjects is not the one that was measured"));
    }
    if (claim.conclusion == Conclusion::Warned) != claim.waived_until.is_some() {
        return Err(malformed("until when it is waived does not fit its result"));
    }
    Ok(claim)
}

/// What a Statement is about.
struct Subject {
    commit: Option<String>,
    commit_of: Option<String>,
    files: BTreeMap<String, String>,
}

impl Subject {
    fn of(artifacts: Vec<Artifact>) -> Result<Self, Unread> {
        let mut subject = Self { commit: None, commit_of: None, files: BTreeMap::new() };
        for Artifact { name, digest } in artifacts {
            let name = name.unwrap_or_default();
            let twice = match (digest.get(GIT_COMMIT), digest.get(SHA256)) {
                (Some(commit), None) => {
                    subject.commit_of = Some(name.clone());
                    subject.commit.replace(commit.clone()).is_some()
                }
                (None, Some(file)) => subject.files.insert(name.clone(), file.clone()).is_some(),
                _ if digest.is_empty() => {
                    return Err(malformed(format!("its subject `{name}` has no digest")));
                }
                _ => return Err(malformed(format!("its subject `{name}` is neither a file nor a commit"))),
            };
            if twice {
                return Err(malformed(format!("its subject `{name}` is there twice")));
            }
        }
        if subject.files.is_empty() && subject.commit.is_none() {
            return Err(malformed("it has no subject, so it speaks of nothing"));
        }
        Ok(subject)
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, Unread> {
    serde_json::from_str(text).map_err(|error| malformed(error.to_string()))
}

fn malformed(why: impl Into<String>) -> Unread {
    Unread::Malformed(why.into())
}

fn stage(name: &str) -> Result<Stage, Unread> {
    Stage::from_name(name).ok_or_else(|| malformed(format!("there is no stage `{name}`")))
}

fn instant(text: &str) -> Result<Timestamp, Unread> {
    text.parse().map_err(|_| malformed(format!("there is no instant `{text}`")))
}

fn day(text: Option<&str>) -> Result<Option<Date>, Unread> {
    let parse = |text: &str| text.parse().map_err(|_| malformed(format!("there is no day `{text}`")));
    text.map(parse).transpose()
}
