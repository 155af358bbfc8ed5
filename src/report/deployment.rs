//! What came of `deploy`: for people, and as JSON. Not a judge: it shows what was seen and recorded.

use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::container::ContainerState;

use super::clean::one_line;
use super::json::{Program, SCHEMA, written};

/// What came of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// It may not be deployed.
    Refused,
    /// It may not be deployed yet.
    Waiting,
    /// This would be done.
    Proposed,
    /// Nobody consented.
    Declined,
    /// It runs already.
    AlreadyDeployed,
    /// It was brought up and is well.
    Deployed,
    /// It is not well, and stays as it is.
    Failed,
    /// It is not well, and what ran before runs again.
    RolledBack,
    /// It is not well, and what ran before could not be put back.
    RollbackFailed,
}

impl Result {
    fn heading(self, component: &str, to: &str) -> String {
        match self {
            Self::Refused => format!("✗ {component} may not be deployed to {to}"),
            Self::Waiting => format!("… {component} is not deployed to {to} yet"),
            Self::Proposed => format!("· {component} would be deployed to {to}"),
            Self::Declined => format!("- {component} was not deployed"),
            Self::AlreadyDeployed => format!("✓ {component} is already deployed to {to}; nothing was done"),
            Self::Deployed => format!("✓ {component} is deployed to {to}"),
            Self::Failed => format!("✗ {component} is not well; it was left as it is"),
            Self::RolledBack => format!("✗ {component} was not well; what was there before is back"),
            Self::RollbackFailed => {
                format!("✗ {component} is not well, and what was there before could not be put back")
            }
        }
    }
}

/// A deployment, ready to be shown. Its texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The version of this program.
    pub version: String,
    /// The component.
    pub component: String,
    /// The stage.
    pub to: String,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// What came of it.
    pub result: Result,
    /// What was or would be run.
    pub argv: Vec<String>,
    /// The containers: those that run, or that would be replaced.
    pub containers: Vec<ContainerState>,
    /// What proves it.
    pub proof: Vec<String>,
    /// What stands against it: obstacles, or what was seen.
    pub against: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The code that this process ends with.
    pub exit_code: u8,
}

/// The lines for people.
pub fn text(deployment: &Deployment) -> String {
    let mut text =
        format!("{}\n", deployment.result.heading(&one_line(&deployment.component), &deployment.to));
    let mut line = |label: &str, words: &str| {
        let _infallible = writeln!(text, "  {label:<9} {}", one_line(words));
    };
    if let Some(commit) = &deployment.commit {
        line("commit", commit.get(..12).unwrap_or(commit));
    }
    if !deployment.argv.is_empty() {
        line("runs", &deployment.argv.join(" "));
    }
    // What is proven names its containers.
    let unnamed = deployment.containers.iter().filter(|_| deployment.result != Result::Deployed);
    for (number, container) in unnamed.enumerate() {
        line(if number == 0 { "container" } else { "" }, &in_words(container));
    }
    for (label, words) in [("proof", &deployment.proof), ("seen", &deployment.against)] {
        for (number, words) in words.iter().enumerate() {
            line(if number == 0 { label } else { "" }, words);
        }
    }
    if let Some(hint) = &deployment.hint {
        line("hint", hint);
    }
    text
}

fn in_words(container: &ContainerState) -> String {
    let short = |text: &str, length: usize| text.get(..length).unwrap_or(text).to_owned();
    let health = container.health.as_ref().map_or_else(String::new, |health| format!(", {health}"));
    format!(
        "{} {} ({}), {}{health}, restarted {} times",
        short(&container.id, 12),
        container.reference,
        short(&container.image, 19),
        container.status,
        container.restarts
    )
}

/// The document for programs, with a final newline.
pub fn json(deployment: &Deployment) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&deployment.version),
        kind: "deployment",
        component: &deployment.component,
        to: &deployment.to,
        commit: deployment.commit.as_deref(),
        result: deployment.result,
        argv: &deployment.argv,
        containers: deployment.containers.iter().map(wire).collect(),
        proof: &deployment.proof,
        against: &deployment.against,
        hint: deployment.hint.as_deref(),
        exit_code: deployment.exit_code,
    })
}

fn wire(container: &ContainerState) -> Container<'_> {
    Container {
        id: &container.id,
        image: &container.image,
        reference: &container.reference,
        status: &container.status,
        health: container.health.as_deref(),
        restarts: container.restarts,
        started: &container.started,
        config_hash: container.config_hash.as_deref(),
    }
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What came of `deploy`.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    #[schemars(extend("const" = "deployment"))]
    kind: &'static str,
    component: &'a str,
    to: &'a str,
    commit: Option<&'a str>,
    result: Result,
    argv: &'a [String],
    containers: Vec<Container<'a>>,
    proof: &'a [String],
    against: &'a [String],
    hint: Option<&'a str>,
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
struct Container<'a> {
    id: &'a str,
    image: &'a str,
    reference: &'a str,
    status: &'a str,
    health: Option<&'a str>,
    restarts: u64,
    started: &'a str,
    config_hash: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Deployment {
        Deployment {
            version: "0.1.0".to_owned(),
            component: "carbon".to_owned(),
            to: "staging".to_owned(),
            commit: Some("5".repeat(40)),
            result: Result::RolledBack,
            argv: ["docker", "compose", "up", "-d", "carbon"].map(str::to_owned).to_vec(),
            containers: vec![ContainerState {
                id: "a".repeat(64),
                image: format!("sha256:{}", "b".repeat(64)),
                reference: "tta/carbon:staging".to_owned(),
                status: "running".to_owned(),
                health: Some("healthy".to_owned()),
                restarts: 0,
                started: "2025-10-14T09:00:00Z".to_owned(),
                config_hash: None,
            }],
            proof: Vec::new(),
            against: vec!["the address is not well: status 503 (in 9 of 9 looks)".to_owned()],
            hint: Some("see the logs".to_owned()),
            exit_code: 1,
        }
    }

    #[test]
    fn for_people() {
        insta::assert_snapshot!(text(&sample()));
    }

    #[test]
    fn for_programs() {
        insta::assert_snapshot!(json(&sample()));
    }
}
