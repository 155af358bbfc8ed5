//! What came of `rollback`: for people, and as JSON. Not a judge: it shows what was decided, seen and recorded.

use std::fmt::Write as _;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::container::ContainerState;

use super::clean::one_line;
use super::json::{Program, SCHEMA, written};

/// What came of a rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// There is nothing to roll back.
    NothingDeployed,
    /// It was rolled back before.
    AlreadyRolledBack,
    /// This would be done.
    Proposed,
    /// This would be done, and cannot be: something is missing.
    Impossible,
    /// Nobody consented.
    Declined,
    /// It was decided, and must be done by a time.
    Decided,
    /// It was written down.
    Documented,
    /// What was there before is there again.
    RolledBack,
    /// What was there before is not there.
    Failed,
    /// It was shown that it would work.
    Rehearsed,
    /// It was shown that it would not.
    RehearsalFailed,
}

impl Result {
    fn heading(self, component: &str) -> String {
        match self {
            Self::NothingDeployed => format!("✗ {component}: there is nothing to roll back"),
            Self::AlreadyRolledBack => {
                format!("✗ {component} was rolled back already; a rollback is not rolled back")
            }
            Self::Proposed => format!("· {component} would be rolled back"),
            Self::Impossible => format!("✗ {component} cannot be rolled back as it is"),
            Self::Declined => format!("- {component} was not rolled back"),
            Self::Decided => format!("! {component}: it is decided, and nothing was done yet"),
            Self::Documented => format!("✓ {component}: it is written down, and nothing else is to be done"),
            Self::RolledBack => format!("✓ {component} is rolled back"),
            Self::Failed => format!("✗ {component} is not rolled back: a person must act"),
            Self::Rehearsed => format!("✓ {component}: a rollback would work"),
            Self::RehearsalFailed => format!("✗ {component}: a rollback would not work"),
        }
    }
}

/// A rollback, ready to be shown. Its texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// The version of this program.
    pub version: String,
    /// The component.
    pub component: String,
    /// What came of it.
    pub result: Result,
    /// The promotion.
    pub promotion: Option<String>,
    /// How bad it is.
    pub severity: Option<&'static str>,
    /// Why.
    pub reason: Option<String>,
    /// Until when it must be done.
    pub due: Option<Timestamp>,
    /// The image that it goes back to, by its id; `None`: none.
    pub image: Option<String>,
    /// Whether it goes back to nothing.
    pub absent: bool,
    /// The containers that run.
    pub containers: Vec<ContainerState>,
    /// What was proven.
    pub proof: Vec<String>,
    /// What stands against it, or what was seen.
    pub against: Vec<String>,
    /// Whether anything was touched.
    pub touched: bool,
    /// What a person must do, in this order.
    pub by_hand: Vec<String>,
    /// The account to fill in.
    pub account: Option<String>,
    /// What GitHub was told, or is owed.
    pub told: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The code that this process ends with.
    pub exit_code: u8,
}

impl Rollback {
    /// One of which nothing is known but what came of it.
    pub fn of(component: &str, result: Result, exit_code: u8) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            component: component.to_owned(),
            result,
            promotion: None,
            severity: None,
            reason: None,
            due: None,
            image: None,
            absent: false,
            containers: Vec::new(),
            proof: Vec::new(),
            against: Vec::new(),
            touched: false,
            by_hand: Vec::new(),
            account: None,
            told: Vec::new(),
            hint: None,
            exit_code,
        }
    }
}

/// The lines for people.
pub fn text(rollback: &Rollback) -> String {
    let mut text = format!("{}\n", rollback.result.heading(&one_line(&rollback.component)));
    let mut line = |label: &str, words: &str| {
        let _infallible = writeln!(text, "  {label:<9} {}", one_line(words));
    };
    if let Some(promotion) = &rollback.promotion {
        line("promotion", promotion);
    }
    if let Some(severity) = rollback.severity {
        line("severity", severity);
    }
    if let Some(reason) = &rollback.reason {
        line("reason", reason);
    }
    if let Some(due) = rollback.due {
        line("by", &due.strftime("%Y-%m-%d %H:%M UTC").to_string());
    }
    match (&rollback.image, rollback.absent) {
        (Some(image), _) => line("back to", image),
        (None, true) => line("back to", "nothing: nothing ran before"),
        (None, false) => {}
    }
    for (number, container) in rollback.containers.iter().enumerate() {
        line(if number == 0 { "container" } else { "" }, &in_words(container));
    }
    let lists = [("proof", &rollback.proof), ("seen", &rollback.against), ("by hand", &rollback.by_hand)];
    for (label, words) in lists {
        for (number, words) in words.iter().enumerate() {
            line(if number == 0 { label } else { "" }, words);
        }
    }
    if rollback.result == Result::Failed && !rollback.touched {
        line("touched", "nothing");
    }
    if let Some(account) = &rollback.account {
        line("fill in", account);
    }
    for (number, words) in rollback.told.iter().enumerate() {
        line(if number == 0 { "told" } else { "" }, words);
    }
    if let Some(hint) = &rollback.hint {
        line("hint", hint);
    }
    text
}

fn in_words(container: &ContainerState) -> String {
    let short = |text: &str, length: usize| text.get(..length).unwrap_or(text).to_owned();
    let (id, image) = (short(&container.id, 12), short(&container.image, 19));
    format!("{id} {} ({image}), {}", container.reference, container.status)
}

/// The document for programs, with a final newline.
pub fn json(rollback: &Rollback) -> String {
    let container = |container: &ContainerState| Container {
        id: container.id.clone(),
        image: container.image.clone(),
        status: container.status.clone(),
    };
    written(&Document {
        schema: SCHEMA,
        tool: Program::of(&rollback.version),
        kind: "rollback",
        component: &rollback.component,
        result: rollback.result,
        promotion: rollback.promotion.as_deref(),
        severity: rollback.severity,
        reason: rollback.reason.as_deref(),
        due: rollback.due.map(|due| due.to_string()),
        image: rollback.image.as_deref(),
        absent: rollback.absent,
        containers: rollback.containers.iter().map(container).collect(),
        proof: &rollback.proof,
        against: &rollback.against,
        touched: rollback.touched,
        by_hand: &rollback.by_hand,
        account: rollback.account.as_deref(),
        told: &rollback.told,
        hint: rollback.hint.as_deref(),
        exit_code: rollback.exit_code,
    })
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What came of `rollback`.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    #[schemars(extend("const" = "rollback"))]
    kind: &'static str,
    component: &'a str,
    result: Result,
    promotion: Option<&'a str>,
    severity: Option<&'a str>,
    reason: Option<&'a str>,
    due: Option<String>,
    image: Option<&'a str>,
    absent: bool,
    containers: Vec<Container>,
    proof: &'a [String],
    against: &'a [String],
    touched: bool,
    by_hand: &'a [String],
    account: Option<&'a str>,
    told: &'a [String],
    hint: Option<&'a str>,
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
struct Container {
    id: String,
    image: String,
    status: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rollback {
        Rollback {
            version: "0.1.0".into(),
            promotion: Some("carbon-staging-2025-10-14".into()),
            severity: Some("critical"),
            reason: Some("errors".into()),
            image: Some("sha256:0123".into()),
            against: vec!["the image that ran before is gone".into()],
            by_hand: vec!["bring it back".into(), "run it again".into()],
            account: Some(".promotion/rollbacks/carbon-staging-2025-10-14.md".into()),
            ..Rollback::of("carbon", Result::Failed, 6)
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
