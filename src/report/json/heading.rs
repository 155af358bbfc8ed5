//! What a document says of itself before it is read: whose it is, and whom it is about. Not strict: it is asked
//! where the document is none that can be read.

use serde::Deserialize;
use serde_json::Value;

use super::{Program, SCHEMA};

/// Why a document cannot be taken for an assessment: where, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default())]
pub struct ReadError {
    place: Option<String>,
    what: String,
    /// Whether it is a sound document, but of another program, version or kind.
    foreign: bool,
}

impl ReadError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { place: None, what: what.into(), foreign: false }
    }

    fn foreign(what: impl Into<String>) -> Self {
        Self { foreign: true, ..Self::new(what) }
    }

    /// Whether it is a sound document, but of another program, version or kind.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// The same, within `place`; the outermost is named last.
    pub(super) fn within(self, place: impl FnOnce() -> String) -> Self {
        let inner = self.place.map(|inner| format!(", {inner}")).unwrap_or_default();
        Self { place: Some(format!("{}{inner}", place())), ..self }
    }
}

/// What was read, or why not.
pub(super) type Read<T> = Result<T, ReadError>;

/// What any document of ours says of itself, as far as it can be read: enough to name whom a document that is no
/// assessment, or none of this version, would have been about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Heading {
    schema: Option<Value>,
    tool: Option<Value>,
    kind: Option<Value>,
    error: Option<Value>,
    components: Option<Vec<Named>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<String>,
}

impl Heading {
    /// Of `text`; empty where it cannot be read.
    pub fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The components that it names.
    pub fn components(&self) -> Vec<String> {
        self.components.iter().flatten().filter_map(|one| one.name.clone()).collect()
    }

    /// What it is, where that is no assessment that this version wrote.
    pub(super) fn foreign(&self, version: &str) -> Option<ReadError> {
        let tool = self.tool.as_ref()?;
        if tool["name"] != Program::NAME {
            return Some(ReadError::foreign(format!(
                "it was written by {}, not by tta-promote",
                tool["name"]
            )));
        }
        if self.schema.as_ref() != Some(&Value::from(SCHEMA)) {
            let schema = self.schema.as_ref().map_or("none".to_owned(), Value::to_string);
            return Some(ReadError::foreign(format!("its schema is {schema}, not {SCHEMA}")));
        }
        if tool["version"] != version {
            let other = tool["version"].as_str().unwrap_or("?");
            return Some(ReadError::foreign(format!(
                "it was written by tta-promote {other}, this is {version}"
            )));
        }
        if let Some(error) = &self.error {
            let message = error["message"].as_str().unwrap_or("?");
            return Some(ReadError::new(format!("it is no assessment but an error: {message}")));
        }
        let kind = self.kind.as_ref()?;
        Some(ReadError::foreign(format!("it is no assessment but a {}", kind.as_str().unwrap_or("?"))))
    }
}
