//! The plan as a document, schema 1, and as the matrix of a workflow: which shards there are to verify. Not what
//! the shards found: each writes its own assessment. The same document is read back when they are joined, so what
//! is written and what is read are one set of structs.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::json::written;

/// The version of the document.
const SCHEMA: u64 = 1;
/// What kind of document it is.
const KIND: &str = "plan";

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    #[schemars(extend("const" = SCHEMA))]
    schema: u64,
    #[schemars(extend("const" = KIND))]
    kind: String,
    /// The program that planned.
    pub tool: PlanTool,
    /// The project's name.
    pub project: String,
    /// The commit, in hexadecimal; `None` outside of a repository or before its first commit.
    pub commit: Option<String>,
    /// Whether the working tree differs from the commit; `None` outside of a repository.
    pub dirty: Option<bool>,
    /// The policy that is judged by.
    pub policy: PlanPolicy,
    /// The stage that was asked for; `None`: for each component the one above where it stands.
    pub to: Option<String>,
    /// The checks that were asked for; `None`: all of the gate.
    pub only: Option<Vec<String>>,
    /// The shards; none where no component was selected.
    pub shards: Vec<PlanShard>,
}

/// The program that planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The policy that is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanPolicy {
    /// The policy file, relative to the project's root.
    pub file: String,
    /// The digest over it and all that it includes, in hexadecimal.
    pub sha256: String,
}

/// What one machine verifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanShard {
    /// Its name, such as `1-of-3`.
    pub shard: String,
    /// The names of the components.
    pub components: Vec<String>,
}

impl PlanDocument {
    /// A plan by this program, without a commit, for the whole gate of each component.
    pub fn new(version: &str, project: &str, policy: PlanPolicy, shards: Vec<PlanShard>) -> Self {
        Self {
            schema: SCHEMA,
            kind: KIND.to_owned(),
            tool: PlanTool { name: "tta-promote".to_owned(), version: version.to_owned() },
            project: project.to_owned(),
            commit: None,
            dirty: None,
            policy,
            to: None,
            only: None,
            shards,
        }
    }

    /// As JSON, indented, with a final newline.
    pub fn render(&self) -> String {
        written(self)
    }

    /// The plan that a text holds.
    pub fn read(text: &str) -> Result<Self, PlanFault> {
        let unreadable = |error: serde_json::Error| PlanFault::Unreadable(error.to_string());
        // Asked first, since a plan of another schema may hold anything else.
        let head: Head = serde_json::from_str(text).map_err(unreadable)?;
        match (head.schema, head.kind.as_deref()) {
            (SCHEMA, Some(KIND)) => serde_json::from_str(text).map_err(unreadable),
            (SCHEMA, _) => Err(PlanFault::NoPlan),
            (schema, _) => Err(PlanFault::UnknownSchema(schema)),
        }
    }
}

impl PlanShard {
    /// The `number`th of `count` shards, from 1.
    pub fn new(number: usize, count: usize, components: Vec<String>) -> Self {
        Self { shard: format!("{number}-of-{count}"), components }
    }
}

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// It is no JSON, or not the JSON of a plan.
    #[error("it cannot be read as a plan: {0}")]
    Unreadable(String),
    /// It is a document of another kind.
    #[error("it is no plan: `kind` is not `plan`")]
    NoPlan,
    /// It is of another schema.
    #[error("its schema is {0}, and this version reads schema 1")]
    UnknownSchema(u64),
}

#[derive(Deserialize)]
struct Head {
    schema: u64,
    kind: Option<String>,
}

/// The schema of a plan.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<PlanDocument>()
}

/// The schema of a matrix.
pub fn matrix_schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Matrix<'_>>()
}

/// What `strategy.matrix` of GitHub Actions takes.
#[derive(Serialize, JsonSchema)]
struct Matrix<'a> {
    /// A job each.
    include: Vec<Entry<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    /// The name of the shard, such as `1-of-3`.
    shard: &'a str,
    /// Its components, as arguments for `verify`.
    components: String,
}

/// The shards for GitHub Actions' `strategy.matrix`: one line of JSON. `components` are arguments for `verify`:
/// a policy allows no name that a shell would take for something else.
pub fn render_matrix(shards: &[PlanShard]) -> String {
    let include =
        shards.iter().map(|one| Entry { shard: &one.shard, components: one.components.join(" ") }).collect();
    let matrix = Matrix { include };
    line(&matrix)
}

fn line(matrix: &Matrix<'_>) -> String {
    let line = serde_json::to_string(matrix).expect("structs with string keys always serialise");
    format!("{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> PlanDocument {
        let policy = PlanPolicy { file: "promotion.toml".to_owned(), sha256: "ab12".to_owned() };
        let shards = vec![
            PlanShard::new(1, 2, vec!["carbon".to_owned(), "neo4j".to_owned()]),
            PlanShard::new(2, 2, vec!["docker".to_owned()]),
        ];
        let plan = PlanDocument::new("0.1.0", "TTA", policy, shards);
        PlanDocument {
            commit: Some("30f84615".to_owned()),
            dirty: Some(false),
            only: Some(vec!["lint".to_owned()]),
            ..plan
        }
    }

    #[test]
    fn a_plan_is_one_document() {
        insta::assert_snapshot!(plan().render(), @r#"
        {
          "schema": 1,
          "kind": "plan",
          "tool": {
            "name": "tta-promote",
            "version": "0.1.0"
          },
          "project": "TTA",
          "commit": "30f84615",
          "dirty": false,
          "policy": {
            "file": "promotion.toml",
            "sha256": "ab12"
          },
          "to": null,
          "only": [
            "lint"
          ],
          "shards": [
            {
              "shard": "1-of-2",
              "components": [
                "carbon",
                "neo4j"
              ]
            },
            {
              "shard": "2-of-2",
              "components": [
                "docker"
              ]
            }
          ]
        }
        "#);
    }

    #[test]
    fn a_matrix_is_one_line_with_the_components_as_arguments() {
        insta::assert_snapshot!(render_matrix(&plan().shards), @r#"{"include":[{"shard":"1-of-2","components":"carbon neo4j"},{"shard":"2-of-2","components":"docker"}]}"#);
        assert_eq!(render_matrix(&[]), "{\"include\":[]}\n");
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(PlanDocument::read(&plan().render()), Ok(plan()));
    }

    #[test]
    fn what_is_no_plan_of_this_schema_is_refused() {
        let text = plan().render();
        let two = text.replace("\"schema\": 1", "\"schema\": 2").replace("\"shards\"", "\"parts\"");
        assert_eq!(PlanDocument::read(&two), Err(PlanFault::UnknownSchema(2)));
        assert_eq!(PlanDocument::read("{\"schema\": 1, \"verdict\": \"pass\"}"), Err(PlanFault::NoPlan));
        for text in ["", "[]", "{}", &text.replace("\"shards\"", "\"parts\""), &text[..text.len() / 2]] {
            assert!(matches!(PlanDocument::read(text), Err(PlanFault::Unreadable(_))), "{text}");
        }
    }
}
