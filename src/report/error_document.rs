//! What `--format json` prints where there is no assessment: the error as one JSON document. Not for a bad
//! verdict, which is an assessment, and not for people: they read three lines on stderr.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::policy;

use super::json::{Program, SCHEMA, written};

/// Why this program could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDocument {
    /// The version of this program.
    pub version: String,
    /// What could not be done, a lower-case fragment.
    pub message: String,
    /// Why, the nearest cause first.
    pub cause: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The faults of the policy, where it is the policy that is wrong.
    pub faults: Vec<policy::Fault>,
    /// The code that this process ends with.
    pub exit_code: u8,
}

/// `error` as JSON, indented, with a final newline.
pub fn render_error(error: &ErrorDocument) -> String {
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&error.version),
        error: Failure {
            message: &error.message,
            cause: &error.cause,
            hint: error.hint.as_deref(),
            faults: error.faults.iter().map(fault).collect(),
        },
        exit_code: error.exit_code,
    })
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// Why this program could not do its work.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    error: Failure<'a>,
    /// What the process ended with.
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
struct Failure<'a> {
    /// What could not be done.
    message: &'a str,
    /// Why, the nearest cause first.
    cause: &'a [String],
    /// What to do about it.
    hint: Option<&'a str>,
    /// The faults of the policy, where it is the policy that is wrong.
    faults: Vec<Fault<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Fault<'a> {
    file: &'a str,
    /// From 1.
    line: usize,
    message: &'a str,
    /// What to do about it.
    hint: Option<&'a str>,
    /// The line as it stands there.
    text: &'a str,
}

fn fault(fault: &policy::Fault) -> Fault<'_> {
    Fault {
        file: &fault.place.file,
        line: fault.place.line,
        message: &fault.message,
        hint: fault.hint.as_deref(),
        text: &fault.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::component::Place;

    #[test]
    fn an_error_is_one_document_with_every_fault_at_its_line() {
        let error = ErrorDocument {
            version: "0.1.0".into(),
            message: "cannot load `promotion.toml`".into(),
            cause: vec!["1 fault".into()],
            hint: None,
            faults: vec![policy::Fault {
                place: Place { file: "promotion.toml".into(), line: 14 },
                message: "unknown key `covrage`".into(),
                hint: Some("did you mean `coverage`?".into()),
                text: "covrage = { min_percent = 70 } # \u{9b}31m".into(),
            }],
            exit_code: 2,
        };
        insta::assert_snapshot!(render_error(&error), @r#"
        {
          "schema": 1,
          "tool": {
            "name": "tta-promote",
            "version": "0.1.0"
          },
          "error": {
            "message": "cannot load `promotion.toml`",
            "cause": [
              "1 fault"
            ],
            "hint": null,
            "faults": [
              {
                "file": "promotion.toml",
                "line": 14,
                "message": "unknown key `covrage`",
                "hint": "did you mean `coverage`?",
                "text": "covrage = { min_percent = 70 } # \u009b31m"
              }
            ]
          },
          "exit_code": 2
        }
        "#);
    }
}
