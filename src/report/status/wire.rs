//! How the document of where components stand is laid out. Not what goes into it.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::assessment::Verdict;
use crate::model::decision::RollbackSeverity;
use crate::model::promotion::Phase;
use crate::model::record::Act;
use crate::model::stage::Stage;

use super::super::json::{Program, SCHEMA, or_null};
use super::super::record_json::{Check, Container, Waiver};
use super::super::soak_json::Soak;
use super::ObstacleKind;

/// The schema of the document.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// Where components stand.
#[derive(Serialize, JsonSchema)]
pub(super) struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    pub(super) schema: u8,
    pub(super) tool: Program<'a>,
    pub(super) kind: Kind,
    pub(super) project: &'a str,
    /// When this was so.
    pub(super) time: Timestamp,
    /// Null outside of a repository or before its first commit.
    pub(super) commit: Option<&'a str>,
    /// Whether the working tree differs from the commit; null outside of a repository.
    pub(super) dirty: Option<bool>,
    pub(super) components: Vec<Component<'a>>,
    /// What the process ended with.
    pub(super) exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum Kind {
    Status,
}

/// Where one component stands, as far as its ledger tells.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Component<'a> {
    /// All of it.
    Sound(Box<Sound<'a>>),
    /// Nothing that could be relied on: some lines are not those that were written.
    Broken(Untold<'a, BrokenLedger<'a>>),
    /// Nothing: the ledger cannot be read.
    Unreadable(Untold<'a, UnreadableLedger<'a>>),
}

/// What the policy says of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) group: Option<&'a str>,
    pub(super) priority: Option<&'a str>,
    /// Whether the policy declares it; else it has only left a ledger.
    pub(super) declared: bool,
}

/// A component whose ledger tells nothing.
#[derive(Serialize, JsonSchema)]
pub(super) struct Untold<'a, L> {
    #[serde(flatten)]
    pub(super) head: Head<'a>,
    pub(super) ledger: L,
}

/// A component whose ledger is sound.
#[derive(Serialize, JsonSchema)]
pub(super) struct Sound<'a> {
    #[serde(flatten)]
    pub(super) head: Head<'a>,
    pub(super) ledger: SoundLedger<'a>,
    /// Where it stands.
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) stage: &'static str,
    /// The stage above; null where there is none.
    #[schemars(extend("enum" = or_null(Stage::ALL.map(Stage::name))))]
    pub(super) to: Option<&'static str>,
    /// How far its promotion has come; null where none is under way.
    #[schemars(extend("enum" = or_null(Phase::ALL.map(Phase::name))))]
    pub(super) phase: Option<&'static str>,
    /// The last measurement of the whole gate: at the top of the one by which it stands there.
    pub(super) measured: Option<Measured<'a>>,
    /// The promotion that is under way.
    pub(super) promotion: Option<Promotion<'a>>,
    /// That nothing is to be promoted.
    pub(super) hold: Option<Hold<'a>>,
    /// The promotion by which it stands where it does; null where the policy alone says so.
    pub(super) completed: Option<Completed<'a>>,
    /// The last promotion that came to a bad end, where none has begun since.
    pub(super) ended: Option<Ended<'a>>,
    /// What is to go or to be mended, and what was.
    pub(super) rollbacks: Vec<Rollback<'a>>,
    /// That a later measurement of the same commit shows other figures than those that it was promoted on.
    pub(super) contradicted: Option<&'a str>,
    /// That the gate by which it stands where it does was measured since and is no pass.
    pub(super) lapsed: Option<&'a str>,
    /// What stands in the way of a deployment.
    pub(super) obstacles: Vec<Obstacle<'a>>,
    /// How far its soak has come; null where nothing is deployed.
    pub(super) soak: Option<Soak<'a>>,
    /// What comes next.
    pub(super) next: Next<'a>,
}

/// What can be told of a ledger, in its own struct each.
#[derive(Serialize, JsonSchema)]
pub(super) struct SoundLedger<'a> {
    pub(super) file: &'a str,
    #[schemars(extend("const" = State::Sound))]
    pub(super) state: State,
    pub(super) records: u64,
    /// The number and digest of the last one; null where there is none.
    pub(super) head: Option<&'a str>,
    /// How many bytes of a record that was never written to its end follow it.
    pub(super) torn_bytes: u64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct BrokenLedger<'a> {
    pub(super) file: &'a str,
    #[schemars(extend("const" = State::Broken))]
    pub(super) state: State,
    pub(super) defects: Vec<Defect<'a>>,
    /// What to do.
    pub(super) hint: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct UnreadableLedger<'a> {
    pub(super) file: &'a str,
    #[schemars(extend("const" = State::Unreadable))]
    pub(super) state: State,
    /// Why.
    pub(super) message: &'a str,
}

/// What a ledger is good for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Sound,
    Broken,
    Unreadable,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Defect<'a> {
    /// From 1.
    pub(super) line: usize,
    pub(super) message: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Measured<'a> {
    /// The number of its record.
    pub(super) record: u64,
    pub(super) time: Timestamp,
    /// Who recorded it.
    pub(super) actor: Option<&'a str>,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    pub(super) verdict: &'static str,
    /// Whether it speaks of what is there.
    pub(super) fresh: bool,
    /// Why it does not: kinds as those of obstacles.
    pub(super) stale_by: Vec<&'static str>,
    pub(super) commit: Option<&'a str>,
    pub(super) dirty: Option<bool>,
    pub(super) policy_sha256: &'a str,
    pub(super) environment_sha256: &'a str,
    /// Optional libraries that it would import and that were not installed.
    pub(super) absent_imports: &'a [String],
    pub(super) checks: Vec<Check<'a>>,
    pub(super) waivers: Vec<Waiver<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Promotion<'a> {
    pub(super) id: &'a str,
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) to: &'static str,
    pub(super) begun: Timestamp,
    #[schemars(extend("enum" = Phase::ALL.map(Phase::name)))]
    pub(super) phase: &'static str,
    pub(super) issue: Option<Issue<'a>>,
    pub(super) deployment: Option<Deployment<'a>>,
    /// Why the last attempt to deploy failed, where none has succeeded since.
    pub(super) deploy_failed: Option<&'a str>,
    /// Acts without an end or owed, the oldest first.
    pub(super) pending: Vec<Pending<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Issue<'a> {
    pub(super) number: u64,
    pub(super) url: &'a str,
    /// When it was known to be there first.
    pub(super) since: Timestamp,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Deployment<'a> {
    /// The number of the record that it was intended by.
    pub(super) record: u64,
    /// When it was proven.
    pub(super) time: Timestamp,
    pub(super) commit: &'a str,
    pub(super) running: Vec<Container<'a>>,
    pub(super) proof: &'a [String],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Pending<'a> {
    pub(super) record: u64,
    pub(super) time: Timestamp,
    #[schemars(extend("enum" = Act::NAMES))]
    pub(super) act: &'static str,
    /// Why the last attempt failed; null: it ended without a word.
    pub(super) failed: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Hold<'a> {
    pub(super) record: u64,
    pub(super) time: Timestamp,
    pub(super) actor: &'a str,
    pub(super) reason: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Completed<'a> {
    pub(super) promotion: &'a str,
    pub(super) time: Timestamp,
    /// Where the component stood before.
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    pub(super) from: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Ended<'a> {
    pub(super) promotion: &'a str,
    #[schemars(extend("enum" = ["rolled_back", "revoked"]))]
    pub(super) kind: &'static str,
    pub(super) time: Timestamp,
    pub(super) reason: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Rollback<'a> {
    pub(super) promotion: &'a str,
    #[schemars(extend("enum" = RollbackSeverity::ALL.map(RollbackSeverity::name)))]
    pub(super) severity: &'static str,
    pub(super) reason: &'a str,
    pub(super) time: Timestamp,
    pub(super) actor: &'a str,
    /// Until when it must be done; null where nothing must.
    pub(super) due: Option<Timestamp>,
    /// Whether it is still to be done.
    pub(super) open: bool,
    pub(super) overdue: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Obstacle<'a> {
    #[schemars(extend("enum" = ObstacleKind::ALL.map(ObstacleKind::name)))]
    pub(super) kind: &'static str,
    pub(super) message: &'a str,
    /// What to do.
    pub(super) hint: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Next<'a> {
    /// The step, a word.
    pub(super) step: &'static str,
    /// What to type; null where there is nothing to do.
    pub(super) command: Option<&'a str>,
    /// What it is for.
    pub(super) purpose: &'a str,
    /// Until when it can be done without more ado.
    pub(super) until: Option<Timestamp>,
    /// From when on the step after it is due.
    pub(super) due: Option<Timestamp>,
}
