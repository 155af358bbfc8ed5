//! An earlier report, read back for what a later one compares itself with. Nothing else of it is looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::json::SCHEMA;
use super::{KIND, State};

/// An earlier report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// When it was made.
    pub time: Timestamp,
    /// What it told of each component.
    pub components: BTreeMap<String, EarlierComponent>,
}

/// What an earlier report told of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierComponent {
    /// How many records of it had been seen.
    pub records: u64,
    /// How ready it was: [`State::title`], lower case.
    pub state: String,
    /// Where it stood; `None` where nothing was known.
    pub stage: Option<String>,
    /// What people had decided that held then.
    pub in_force: Vec<EarlierDecision>,
}

/// Something that people had decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EarlierDecision {
    /// Of which kind, as in [`super::InForce::kind`].
    pub kind: String,
    /// What, by whom and why.
    pub what: String,
    /// Until when; `None`: until somebody ends it.
    pub until: Option<Timestamp>,
}

/// The report of `project` that [`super::render_json`] wrote.
///
/// # Errors
/// Where it is none, or one of another project or another schema, in words.
pub fn earlier(text: &str, project: &str) -> Result<Earlier, String> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<u64>,
        kind: Option<String>,
    }
    #[derive(Deserialize)]
    struct Document {
        project: String,
        time: Timestamp,
        components: Vec<Component>,
    }
    #[derive(Deserialize)]
    struct Component {
        name: String,
        records: u64,
        state: String,
        stage: Option<String>,
        in_force: Vec<EarlierDecision>,
    }
    let unreadable = |error: serde_json::Error| format!("it cannot be read as a report: {error}");
    // Asked first, since a document of another kind or schema may hold anything else.
    let head: Head = serde_json::from_str(text).map_err(unreadable)?;
    match (head.kind.as_deref(), head.schema) {
        (Some(KIND), Some(schema)) if schema == u64::from(SCHEMA) => {}
        (Some(KIND), Some(schema)) => {
            return Err(format!("its schema is {schema}, and this version reads schema {SCHEMA}"));
        }
        (Some(KIND), None) => return Err("it does not say of which schema it is".to_owned()),
        (Some(kind), _) => return Err(format!("it is a document of the kind `{kind}`, and no `{KIND}`")),
        (None, _) => return Err(format!("its kind is not `{KIND}`")),
    }
    let document: Document = serde_json::from_str(text).map_err(unreadable)?;
    if document.project != project {
        return Err(format!("it is of the project `{}`, and this one is `{project}`", document.project));
    }
    let components =
        document.components.into_iter().map(|Component { name, records, state, stage, in_force }| {
            // A later version may know more states.
            let known = State::ALL.into_iter().find(|one| one.name() == state);
            let state = known.map_or(state, |one| one.title().to_lowercase());
            (name, EarlierComponent { records, state, stage, in_force })
        });
    Ok(Earlier { time: document.time, components: components.collect() })
}
