//! The timeline as the published JSON document, schema 1: every record with all that the ledger holds of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::assessment::Verdict;
use crate::model::record::{self, Fact, Record};
use crate::model::stage::Stage;

use super::super::json::{Program, SCHEMA, written};
use super::super::record_json::{Check, Observation, Waiver};
use super::History;
use super::act::{Act, ActResult};
use super::decision::{Completed, Incident, Note, Override, Revocation, Rollback, SignOff, Why};

/// The document.
pub(super) fn render(history: &History) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&history.version),
        kind: Kind::History,
        project: &history.project,
        component: &history.component,
        ledger: Ledger {
            file: &history.ledger,
            records: history.records.len(),
            head: history.head.as_deref(),
            torn_bytes: history.torn,
        },
        records: history.shown().iter().map(entry).collect(),
    })
}

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What happened to a component.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    project: &'a str,
    component: &'a str,
    ledger: Ledger<'a>,
    /// The oldest first; with `--limit` the last ones.
    records: Vec<Entry<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    History,
}

#[derive(Serialize, JsonSchema)]
struct Ledger<'a> {
    file: &'a str,
    /// How many there are, also those that are not shown.
    records: usize,
    /// The number and digest of the last one; null where there is none.
    head: Option<&'a str>,
    /// How many bytes of a record that was never written to its end follow it.
    torn_bytes: u64,
}

/// A record.
#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    /// Its number, from 1.
    record: u64,
    time: Timestamp,
    /// Who did it: a person, or the account that a job runs for.
    actor: &'a str,
    /// The promotion that it belongs to.
    promotion: &'a str,
    #[serde(flatten)]
    told: Told<'a>,
}

/// What happened. The tag is the word in the ledger.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told<'a> {
    /// A gate was measured.
    Verified { verification: Box<Verification<'a>> },
    /// An act on the outside world is about to be done.
    Intent { act: Act<'a> },
    /// It was done, or found done. `intent` is the number of the record that it was intended by.
    Done { intent: u64, result: ActResult<'a> },
    /// It was not done, or it cannot be told whether it was.
    Failed { intent: u64, why: &'a str },
    /// What was seen of a deployed candidate.
    Observed { observation: Observation<'a> },
    /// The promotion came to its end.
    Completed { decision: Completed },
    /// Somebody answers for something.
    Signed { decision: SignOff<'a> },
    /// Nothing is promoted until it is released.
    Held { decision: Why<'a> },
    /// The hold is over.
    Released { decision: Why<'a> },
    /// A step may be taken although a check was not passed.
    Overridden { decision: Override<'a> },
    /// A deployment is to go, or is to be mended.
    RollbackDecided { decision: Rollback<'a> },
    /// What was promoted is not promoted any more.
    Revoked { decision: Revocation<'a> },
    /// Something happened.
    Incident { decision: Incident<'a> },
    /// Somebody said something.
    Noted { decision: Note<'a> },
}

fn entry(record: &Record) -> Entry<'_> {
    Entry {
        record: record.seq,
        time: record.time,
        actor: &record.actor,
        promotion: record.promotion.as_str(),
        told: told(&record.fact),
    }
}

fn told(fact: &Fact) -> Told<'_> {
    match fact {
        Fact::Verified(measured) => Told::Verified { verification: Box::new(verification(measured)) },
        Fact::Intended(act) => Told::Intent { act: Act::of(act) },
        Fact::Done { intent, result } => Told::Done { intent: *intent, result: ActResult::of(result) },
        Fact::Failed { intent, why } => Told::Failed { intent: *intent, why },
        Fact::Observed(seen) => Told::Observed { observation: Observation::of(seen) },
        Fact::Completed { to, deployment, verified } => Told::Completed {
            decision: Completed { to: to.name(), deployment: *deployment, verified: *verified },
        },
        Fact::Signed(one) => Told::Signed { decision: SignOff::of(one) },
        Fact::Held { reason } => Told::Held { decision: Why { reason } },
        Fact::Released { reason } => Told::Released { decision: Why { reason } },
        Fact::Overridden(one) => Told::Overridden { decision: Override::of(one) },
        Fact::RollbackDecided(one) => Told::RollbackDecided { decision: Rollback::of(one) },
        Fact::Revoked(one) => Told::Revoked { decision: Revocation::of(one) },
        Fact::Incident(one) => {
            Told::Incident { decision: Incident { what: &one.what, evidence: &one.evidence } }
        }
        Fact::Noted { topic, text } => Told::Noted { decision: Note { topic, text } },
    }
}

/// A measurement of a gate.
#[derive(Serialize, JsonSchema)]
struct Verification<'a> {
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    from: &'static str,
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    to: &'static str,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    verdict: &'static str,
    /// The checks that were asked for; null: all of the gate.
    only: Option<&'a [String]>,
    commit: Option<&'a str>,
    /// Whether the working tree differed from the commit; null where that was not known.
    dirty: Option<bool>,
    policy: Policy<'a>,
    /// That of the program that measured.
    version: &'a str,
    environment: Environment<'a>,
    /// Optional libraries that it would import and that were not installed.
    absent_imports: &'a [String],
    /// The component's files, each with its digest.
    files: &'a BTreeMap<String, String>,
    tests: Tests<'a>,
    checks: Vec<Check<'a>>,
    waivers: Vec<Waiver<'a>>,
    /// Which lines the tests executed, by file.
    lines: BTreeMap<&'a str, Lines>,
}

#[derive(Serialize, JsonSchema)]
struct Policy<'a> {
    file: &'a str,
    sha256: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Environment<'a> {
    python: Option<&'a str>,
    platform: &'a str,
    lock: Option<&'a str>,
    /// Whether the lock file agreed with the project and what was installed; null: it was not compared.
    in_sync: Option<bool>,
    sha256: &'a str,
    /// The version of each distribution.
    installed: BTreeMap<&'a str, &'a str>,
}

/// The tests that were asked for.
#[derive(Serialize, JsonSchema)]
struct Tests<'a> {
    paths: &'a [String],
    select: Option<&'a str>,
    args: &'a [String],
}

/// Lines as ranges, such as `1-4,7`.
#[derive(Serialize, JsonSchema)]
struct Lines {
    covered: String,
    missing: String,
}

fn verification(verification: &record::Verification) -> Verification<'_> {
    let environment = &verification.environment;
    let installed = environment.distributions.iter();
    let lines = verification.lines.iter().map(|(file, lines)| {
        let lines = Lines { covered: lines.covered.to_string(), missing: lines.missing.to_string() };
        (file.as_str(), lines)
    });
    Verification {
        from: verification.from.name(),
        to: verification.to.name(),
        verdict: verification.verdict.name(),
        only: verification.only.as_deref(),
        commit: verification.commit.as_deref(),
        dirty: verification.dirty,
        policy: Policy { file: &verification.policy.file, sha256: &verification.policy.sha256 },
        version: &verification.version,
        environment: Environment {
            python: environment.python.as_deref(),
            platform: &environment.platform,
            lock: environment.lock.as_deref(),
            in_sync: environment.in_sync,
            sha256: &environment.sha256,
            installed: installed.map(|one| (one.name.as_str(), one.version.as_str())).collect(),
        },
        absent_imports: &verification.absent_imports,
        files: &verification.files,
        tests: Tests {
            paths: &verification.tests.paths,
            select: verification.tests.select.as_deref(),
            args: &verification.tests.args,
        },
        checks: verification.checks.iter().map(Check::of).collect(),
        waivers: verification.waivers.iter().map(Waiver::of).collect(),
        lines: lines.collect(),
    }
}
