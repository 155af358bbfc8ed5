//! What came of `revoke`: for people, and as JSON. Not a judge: it shows what was recorded.

use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::clean::one_line;
use super::json::{Program, SCHEMA, written};

/// A revocation, ready to be shown. Its texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Revocation {
    /// The component.
    pub component: String,
    /// `revoked`, `already_revoked`, `proposed`, `declined`, `refused` or `nothing_completed`.
    #[schemars(extend(
        "enum" = ["revoked", "already_revoked", "proposed", "declined", "refused", "nothing_completed"]
    ))]
    pub result: &'static str,
    /// The promotion.
    pub promotion: Option<String>,
    /// Where the component stands, or stood.
    pub from: Option<&'static str>,
    /// Where it stands then.
    pub to: Option<&'static str>,
    /// Why.
    pub reason: Option<String>,
    /// The number of the measurement that it rests on.
    pub rests_on: Option<u64>,
    /// The number of the measurement that contradicts it; `None`: none was recorded.
    pub contradicted_by: Option<u64>,
    /// The figures side by side.
    pub figures: Vec<Figure>,
    /// What was decided since on the wrong figures, a sentence each.
    pub rests_on_it: Vec<String>,
    /// What GitHub was told, or is owed.
    pub told: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The code that this process ends with.
    pub exit_code: u8,
}

/// A check, then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figure {
    /// The check.
    pub check: String,
    /// As it was when the promotion was completed.
    pub then: String,
    /// As it is on the same commit now.
    pub now: String,
}

/// The lines for people.
pub fn text(revocation: &Revocation) -> String {
    let component = one_line(&revocation.component);
    let stage = |stage: Option<&'static str>| stage.unwrap_or("its stage");
    let (from, to) = (stage(revocation.from), stage(revocation.to));
    let mut text = match revocation.result {
        "revoked" => format!("✓ {component} is revoked: it stands in {to} again\n"),
        "already_revoked" => format!("✓ {component} was revoked already\n"),
        "proposed" => format!("· {component} would be revoked: from {from} back to {to}\n"),
        "refused" => format!("✗ {component} cannot be revoked now: a candidate rests on it\n"),
        "declined" => format!("- {component} was not revoked\n"),
        _ => format!("✗ {component}: no promotion of it is completed, so that none can be revoked\n"),
    };
    let mut line = |label: &str, words: &str| {
        let _infallible = writeln!(text, "  {label:<10} {}", one_line(words));
    };
    if let Some(promotion) = &revocation.promotion {
        line("promotion", promotion);
    }
    if let Some(reason) = &revocation.reason {
        line("reason", reason);
    }
    if let Some(seq) = revocation.rests_on {
        line("rests on", &format!("record {seq}"));
    }
    match revocation.contradicted_by {
        Some(seq) => line("against it", &format!("record {seq}, of the same commit")),
        None if revocation.promotion.is_some() && revocation.result != "already_revoked" => {
            line("against it", "no measurement that contradicts it was recorded");
        }
        None => {}
    }
    for figure in &revocation.figures {
        line(&figure.check, &format!("then {}", figure.then));
        line("", &format!("now  {}", figure.now));
    }
    for (label, sentences) in [("since then", &revocation.rests_on_it), ("told", &revocation.told)] {
        for (number, sentence) in sentences.iter().enumerate() {
            line(if number == 0 { label } else { "" }, sentence);
        }
    }
    if let Some(hint) = &revocation.hint {
        line("hint", hint);
    }
    text
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What came of `revoke`.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    #[schemars(extend("const" = "revocation"))]
    kind: &'static str,
    #[serde(flatten)]
    revocation: &'a Revocation,
}

/// The document for programs, with a final newline.
pub fn json(revocation: &Revocation) -> String {
    let tool = Program::of(env!("CARGO_PKG_VERSION"));
    written(&Document { schema: SCHEMA, tool, kind: "revocation", revocation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_people() {
        let figure =
            Figure { check: "coverage".into(), then: "73.2 % ≥ 70 %".into(), now: "42.2 % < 70 %".into() };
        let revocation = Revocation {
            component: "carbon".into(),
            result: "revoked",
            promotion: Some("carbon-staging-2025-10-14".into()),
            from: Some("staging"),
            to: Some("development"),
            reason: Some("the library was not there".into()),
            rests_on: Some(3),
            contradicted_by: Some(21),
            figures: vec![figure],
            rests_on_it: vec!["neo4j was deployed to staging on 2025-10-20".into()],
            hint: Some("what runs goes on running".into()),
            ..Revocation::default()
        };
        insta::assert_snapshot!(text(&revocation), @r"
        ✓ carbon is revoked: it stands in development again
          promotion  carbon-staging-2025-10-14
          reason     the library was not there
          rests on   record 3
          against it record 21, of the same commit
          coverage   then 73.2 % ≥ 70 %
                     now  42.2 % < 70 %
          since then neo4j was deployed to staging on 2025-10-20
          hint       what runs goes on running
        ");
    }
}
