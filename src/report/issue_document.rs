//! What `issue` did, as a document, schema 1. Not the issue's text in Markdown: that is a field of it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::json::written;

/// The version of the document.
const SCHEMA: u64 = 1;
/// What kind of document it is.
const KIND: &str = "issue";

/// What was done, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IssueDocument {
    /// The component.
    pub component: String,
    /// The promotion.
    pub promotion: String,
    /// `owner/name`.
    pub repository: String,
    /// `opened`, `updated`, `up_to_date`, `would_open` or `would_update`.
    #[schemars(extend("enum" = ["opened", "updated", "up_to_date", "would_open", "would_update"]))]
    pub action: &'static str,
    /// The issue, where there is one.
    pub issue: Option<IssuePlace>,
    /// Further issues of the same promotion.
    pub duplicates: Vec<IssuePlace>,
    /// Its title.
    pub title: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Labels that were made, or would have to be.
    pub missing_labels: Vec<String>,
    /// Its text.
    pub body: String,
    /// Why GitHub could not be asked; only where nothing was to be done.
    pub unasked: Option<String>,
}

/// An issue on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IssuePlace {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub url: String,
}

/// The schema of it.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Whole<'_>>()
}

/// What `issue` did, or would do.
#[derive(Serialize, JsonSchema)]
struct Whole<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u64,
    #[schemars(extend("const" = KIND))]
    kind: &'static str,
    #[serde(flatten)]
    document: &'a IssueDocument,
}

impl IssueDocument {
    /// The JSON, ending with a newline.
    pub fn render(&self) -> String {
        written(&Whole { schema: SCHEMA, kind: KIND, document: self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_an_issue_that_was_opened() {
        let document = IssueDocument {
            component: "carbon".into(),
            promotion: "carbon-staging-2025-10-14".into(),
            repository: "o/n".into(),
            action: "opened",
            issue: Some(IssuePlace { number: 3, url: "https://github.com/o/n/issues/3".into() }),
            duplicates: Vec::new(),
            title: "Promote Carbon Component to Staging".into(),
            labels: vec!["staging".into()],
            missing_labels: Vec::new(),
            body: "text\u{1b}\n".into(),
            unasked: None,
        };
        insta::assert_snapshot!(document.render());
    }
}
