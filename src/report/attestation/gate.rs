//! The predicate of our own: the counts that the verdict rests on, so that whoever reads it can judge them again.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::super::json::{Counts, Program, SCHEMA, precise_instant};
use super::Measured;

/// Its type.
pub(super) const GATE: &str = "https://github.com/theinterneti/tta-promote/attestation/gate/v1";

/// The schema of it.
pub(super) fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Predicate<'_>>()
}

/// The counts that a verdict rests on, as an attestation carries them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Predicate<'a> {
    pub(super) schema: u8,
    pub(super) tool: Program<'a>,
    pub(super) project: String,
    pub(super) policy: PolicyDigest,
    pub(super) commit: String,
    pub(super) component: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) started: String,
    pub(super) environment: Environment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waived_until: Option<String>,
    pub(super) gate: Counts<'a>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyDigest {
    pub(super) file: String,
    pub(super) sha256: String,
}

/// What the tests ran in; what is installed is in the JSON document, and here in the digest.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Environment {
    python: Option<String>,
    platform: String,
    sha256: String,
}

impl<'a> Predicate<'a> {
    pub(super) fn of(measured: &Measured<'a>) -> Self {
        let (assessment, component) = (measured.assessment, measured.component);
        Self {
            schema: SCHEMA,
            tool: Program::of(&assessment.version),
            project: assessment.project.clone(),
            policy: PolicyDigest {
                file: assessment.policy.file.clone(),
                sha256: assessment.policy.sha256.clone(),
            },
            commit: measured.subject.commit.clone(),
            component: component.name.clone(),
            from: component.from.name().to_owned(),
            to: component.to.name().to_owned(),
            started: precise_instant(assessment.started),
            environment: Environment {
                python: assessment.environment.python.clone(),
                platform: assessment.environment.platform.clone(),
                sha256: assessment.environment.sha256.clone(),
            },
            waived_until: measured.waived_until().map(|day| day.to_string()),
            gate: Counts::of(component),
        }
    }
}
