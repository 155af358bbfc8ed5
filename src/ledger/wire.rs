//! A record as one line of JSON. Its structs are its own, so that a rename inside never changes what was written, and
//! what an older version wrote stays readable: a field that a record of its time did not have is left out, not wrong.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::container::ContainerState;
use crate::model::observation as seen;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{self, Fact, Record};
use crate::model::stage::Stage;

use super::decision::Decision;
use super::observation::Observation;
use super::part::{Container, Written, stage};
use super::verification::Verification;
use super::{Digest, Head, VERSION};

/// What stands before the digest of a line.
const HASH: &str = ",\"hash\":\"";
/// What stands behind it.
const END: &str = "\"}";

/// A line without its digest. `V` and `O` are how much is read of a measurement and of an observation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("allOf" = needs()))]
pub(super) struct Line<'a, V = Verification, O = Observation> {
    /// The version of this format.
    #[schemars(extend("const" = VERSION))]
    pub(super) v: u64,
    /// Its number, from 1.
    #[schemars(range(min = 1))]
    pub(super) seq: u64,
    time: Timestamp,
    /// Who did it: a person, or the account that a job runs for.
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) component: Cow<'a, str>,
    /// What happened.
    #[serde(borrow)]
    #[schemars(extend("enum" = Fact::KINDS))]
    kind: Cow<'a, str>,
    /// The promotion that it belongs to.
    #[serde(borrow)]
    promotion: Cow<'a, str>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Box<V>>,
    /// What is about to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    /// The number of the record that it was intended by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<ActResult>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observation: Option<Box<O>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    /// The digest of the line before it.
    #[serde(borrow)]
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub(super) prev: Cow<'a, str>,
}

/// The schema of a line. Its own digest is none of the fields, since it is of the bytes before it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    let mut schema = generator.into_root_schema_for::<Line<'_>>();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let about = "The digest of the bytes of this line up to it.";
        let digest = json!({"type": "string", "pattern": "^[0-9a-f]{64}$", "description": about});
        properties.insert("hash".to_owned(), digest);
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push("hash".into());
    }
    schema
}

/// Which fields there are for each kind.
fn needs() -> Vec<Value> {
    let needs = |kind: &str| match kind {
        "verified" => vec!["verification"],
        "intent" => vec!["act"],
        "done" => vec!["intent", "result"],
        "failed" => vec!["intent", "why"],
        "observed" => vec!["observation"],
        _ => vec!["decision"],
    };
    let of =
        |kind| json!({"if": {"properties": {"kind": {"const": kind}}}, "then": {"required": needs(kind)}});
    Fact::KINDS.map(of).to_vec()
}

/// What a line says of itself, whatever else it says: enough to tell a newer version from nonsense.
#[derive(Debug, Deserialize)]
pub(super) struct Outline {
    #[serde(default)]
    pub(super) v: Option<u64>,
    #[serde(default)]
    pub(super) kind: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
enum Act {
    OpenIssue { repository: String, marker: String, title: String, body_sha256: String },
    Comment { repository: String, issue: u64, marker: String, topic: String },
    Deploy(Deploy),
    Restore { deploy: u64, image: Option<String> },
    SettleIssue { repository: String, issue: u64, add: Vec<String>, remove: Vec<String>, close: bool },
    Document { path: String, sha256: String },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Deploy {
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    stage: String,
    commit: String,
    /// The number of the record that holds its pass.
    verified: u64,
    service: Option<String>,
    argv: Vec<String>,
    before: Vec<Container>,
    kept: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
enum ActResult {
    OpenIssue { number: u64, url: String },
    Comment { url: String },
    Deploy { running: Vec<Container>, proof: Vec<String> },
    Restore { running: Vec<Container> },
    SettleIssue,
    Document,
}

/// The line of a record, without its line break.
pub(super) fn line(component: &str, record: &Record, head: Head) -> String {
    let mut line = Line {
        v: VERSION,
        seq: record.seq,
        time: record.time,
        actor: record.actor.as_str().into(),
        component: component.into(),
        kind: record.fact.kind().into(),
        promotion: record.promotion.as_str().into(),
        verification: None,
        act: None,
        intent: None,
        result: None,
        why: None,
        observation: None,
        decision: None,
        prev: head.digest.to_string().into(),
    };
    match &record.fact {
        Fact::Verified(verification) => line.verification = Some(Box::new(Verification::of(verification))),
        Fact::Intended(act) => line.act = Some(written_act(act)),
        Fact::Done { intent, result } => {
            line.intent = Some(*intent);
            line.result = Some(written_result(result));
        }
        Fact::Failed { intent, why } => {
            line.intent = Some(*intent);
            line.why = Some(why.clone());
        }
        Fact::Observed(observation) => line.observation = Some(Box::new(Observation::of(observation))),
        decided => line.decision = Decision::of(decided),
    }
    let mut text = visible(&serde_json::to_string(&line).expect("structs with string keys always serialise"));
    text.pop();
    let digest = Digest::of(text.as_bytes());
    format!("{text}{HASH}{digest}{END}")
}

/// `json` with what cannot be seen, and what turns the direction of writing, as `\u…`: a ledger is looked at.
fn visible(json: &str) -> String {
    let is_unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        if is_unseen(c) {
            let mut units = [0; 2];
            text.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
        text
    })
}

/// The digest that a line says it has, and the length of what it is of; `None` where it says none.
pub(super) fn own_digest(line: &[u8]) -> Option<(Digest, usize)> {
    let length = line.len().checked_sub(HASH.len() + Digest::LENGTH + END.len())?;
    let rest = std::str::from_utf8(line.get(length..)?).ok()?;
    let digest = rest.strip_prefix(HASH)?.strip_suffix(END)?;
    Some((Digest::parse(digest)?, length))
}

impl<V: Written<record::Verification>, O: Written<seen::Observation>> Line<'_, V, O> {
    /// The record, or what is wrong with the line.
    pub(super) fn record(self) -> Result<Record, String> {
        let lacks = |field: &str| format!("it has no `{field}`");
        let intent = self.intent.ok_or_else(|| lacks("intent"));
        let fact = match &*self.kind {
            "verified" => {
                let verification = self.verification.ok_or_else(|| lacks("verification"))?;
                Fact::Verified(Box::new(verification.read()?))
            }
            "intent" => Fact::Intended(self.act.ok_or_else(|| lacks("act"))?.read()?),
            "done" => {
                Fact::Done { intent: intent?, result: self.result.ok_or_else(|| lacks("result"))?.read() }
            }
            "failed" => Fact::Failed { intent: intent?, why: self.why.ok_or_else(|| lacks("why"))? },
            "observed" => {
                let observation = self.observation.ok_or_else(|| lacks("observation"))?;
                Fact::Observed(Arc::new(observation.read()?))
            }
            kind => {
                let fact = self.decision.ok_or_else(|| lacks("decision"))?.read()?;
                if fact.kind() != kind {
                    return Err(format!("its kind is `{kind}`, and its decision is `{}`", fact.kind()));
                }
                fact
            }
        };
        Ok(Record {
            seq: self.seq,
            time: self.time,
            actor: self.actor.into_owned(),
            promotion: PromotionId::recorded(self.promotion),
            fact,
        })
    }
}

fn written_act(act: &record::Act) -> Act {
    match act.clone() {
        record::Act::OpenIssue { repository, marker, title, body_sha256 } => {
            Act::OpenIssue { repository, marker, title, body_sha256 }
        }
        record::Act::Comment { repository, issue, marker, topic } => {
            Act::Comment { repository, issue, marker, topic }
        }
        record::Act::Deploy(deploy) => Act::Deploy(Deploy {
            stage: deploy.stage.name().to_owned(),
            commit: deploy.commit,
            verified: deploy.verified,
            service: deploy.service,
            argv: deploy.argv,
            before: deploy.before.into_iter().map(Container::of).collect(),
            kept: deploy.kept,
        }),
        record::Act::Restore { deploy, image } => Act::Restore { deploy, image },
        record::Act::SettleIssue { repository, issue, add, remove, close } => {
            Act::SettleIssue { repository, issue, add, remove, close }
        }
        record::Act::Document { path, sha256 } => Act::Document { path, sha256 },
    }
}

fn written_result(result: &record::ActResult) -> ActResult {
    let containers = |running: Vec<ContainerState>| running.into_iter().map(Container::of).collect();
    match result.clone() {
        record::ActResult::Issue { number, url } => ActResult::OpenIssue { number, url },
        record::ActResult::Comment { url } => ActResult::Comment { url },
        record::ActResult::Deployed { running, proof } => {
            ActResult::Deploy { running: containers(running), proof }
        }
        record::ActResult::Restored { running } => ActResult::Restore { running: containers(running) },
        record::ActResult::Settled => ActResult::SettleIssue,
        record::ActResult::Documented => ActResult::Document,
    }
}

impl Act {
    fn read(self) -> Result<record::Act, String> {
        Ok(match self {
            Self::OpenIssue { repository, marker, title, body_sha256 } => {
                record::Act::OpenIssue { repository, marker, title, body_sha256 }
            }
            Self::Comment { repository, issue, marker, topic } => {
                record::Act::Comment { repository, issue, marker, topic }
            }
            Self::Deploy(deploy) => record::Act::Deploy(record::DeployAct {
                stage: stage(&deploy.stage)?,
                commit: deploy.commit,
                verified: deploy.verified,
                service: deploy.service,
                argv: deploy.argv,
                before: deploy.before.into_iter().map(Container::read).collect(),
                kept: deploy.kept,
            }),
            Self::Restore { deploy, image } => record::Act::Restore { deploy, image },
            Self::SettleIssue { repository, issue, add, remove, close } => {
                record::Act::SettleIssue { repository, issue, add, remove, close }
            }
            Self::Document { path, sha256 } => record::Act::Document { path, sha256 },
        })
    }
}

impl ActResult {
    fn read(self) -> record::ActResult {
        let containers = |running: Vec<Container>| running.into_iter().map(Container::read).collect();
        match self {
            Self::OpenIssue { number, url } => record::ActResult::Issue { number, url },
            Self::Comment { url } => record::ActResult::Comment { url },
            Self::Deploy { running, proof } => {
                record::ActResult::Deployed { running: containers(running), proof }
            }
            Self::Restore { running } => record::ActResult::Restored { running: containers(running) },
            Self::SettleIssue => record::ActResult::Settled,
            Self::Document => record::ActResult::Documented,
        }
    }
}
