//! Acts on the outside world and what came of them, as they stand in the timeline's document.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::record;
use crate::model::stage::Stage;

use super::super::record_json::Container;

/// What is about to be done.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
pub(super) enum Act<'a> {
    /// The promotion issue is opened, or brought up to date.
    OpenIssue { repository: &'a str, marker: &'a str, title: &'a str, body_sha256: &'a str },
    /// A comment on it.
    Comment { repository: &'a str, issue: u64, marker: &'a str, topic: &'a str },
    /// The candidate is deployed.
    Deploy(Deploy<'a>),
    /// What was there before a deployment is put back; `deploy` is the number of the intent to deploy.
    Restore { deploy: u64, image: Option<&'a str> },
    /// The promotion issue gets other labels, or is closed.
    SettleIssue { repository: &'a str, issue: u64, add: &'a [String], remove: &'a [String], close: bool },
    /// A document is brought up to date between its marks.
    Document { path: &'a str, sha256: &'a str },
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Deploy<'a> {
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    stage: &'static str,
    commit: &'a str,
    /// The number of the record that holds its pass.
    verified: u64,
    /// The service of the compose file; null where a script alone knows.
    service: Option<&'a str>,
    /// What carries it out, without secrets.
    argv: &'a [String],
    /// What ran before; empty where nothing did.
    before: Vec<Container<'a>>,
    /// The tag that keeps the image that ran before from being pruned.
    kept: Option<&'a str>,
}

impl<'a> Act<'a> {
    /// As it is shown.
    pub(super) fn of(act: &'a record::Act) -> Self {
        match act {
            record::Act::OpenIssue { repository, marker, title, body_sha256 } => {
                Self::OpenIssue { repository, marker, title, body_sha256 }
            }
            record::Act::Comment { repository, issue, marker, topic } => {
                Self::Comment { repository, issue: *issue, marker, topic }
            }
            record::Act::Deploy(deploy) => Self::Deploy(Deploy {
                stage: deploy.stage.name(),
                commit: &deploy.commit,
                verified: deploy.verified,
                service: deploy.service.as_deref(),
                argv: &deploy.argv,
                before: Container::all(&deploy.before),
                kept: deploy.kept.as_deref(),
            }),
            record::Act::Restore { deploy, image } => {
                Self::Restore { deploy: *deploy, image: image.as_deref() }
            }
            record::Act::SettleIssue { repository, issue, add, remove, close } => {
                Self::SettleIssue { repository, issue: *issue, add, remove, close: *close }
            }
            record::Act::Document { path, sha256 } => Self::Document { path, sha256 },
        }
    }
}

/// What came of it. The tag is the name of the act.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub(super) enum ActResult<'a> {
    /// The issue is there and says what it should.
    OpenIssue { number: u64, url: &'a str },
    /// The comment is there.
    Comment { url: &'a str },
    /// The candidate runs and is healthy.
    Deploy { running: Vec<Container<'a>>, proof: &'a [String] },
    /// What was there before runs again; empty: it is gone, as before.
    Restore { running: Vec<Container<'a>> },
    /// The issue is as it should be.
    SettleIssue,
    /// The document says what it should.
    Document,
}

impl<'a> ActResult<'a> {
    /// As it is shown.
    pub(super) fn of(result: &'a record::ActResult) -> Self {
        match result {
            record::ActResult::Issue { number, url } => Self::OpenIssue { number: *number, url },
            record::ActResult::Comment { url } => Self::Comment { url },
            record::ActResult::Deployed { running, proof } => {
                Self::Deploy { running: Container::all(running), proof }
            }
            record::ActResult::Restored { running } => Self::Restore { running: Container::all(running) },
            record::ActResult::Settled => Self::SettleIssue,
            record::ActResult::Documented => Self::Document,
        }
    }
}
