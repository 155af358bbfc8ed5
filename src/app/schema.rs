//! The schemas of everything that this program reads and writes as TOML or JSON: which documents there are, and what
//! goes for all of their schemas. Not what is in a document: each is described by the structs that it is written by.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::report::{
    assessment_schema, attestation, audit, claims, completion, deployment, difference, error_schema, history,
    issue_document, observed, plan_document, readiness, revocation, rollback, status,
};
use crate::{ledger, policy};

/// Where the schemas are published.
const HOME: &str = "https://raw.githubusercontent.com/theinterneti/tta-promote/main/schemas";

/// A kind of document.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// Its name, also that of the file of its schema.
    pub name: &'static str,
    /// What it is, a fragment.
    pub about: &'static str,
    side: Side,
    describe: fn(SchemaGenerator) -> Schema,
}

/// Who makes a document.
#[derive(Debug, Clone, Copy)]
enum Side {
    /// A person writes it, and we read it.
    Theirs,
    /// We write it.
    Ours,
}

const fn theirs(
    name: &'static str,
    about: &'static str,
    describe: fn(SchemaGenerator) -> Schema,
) -> Document {
    Document { name, about, side: Side::Theirs, describe }
}

const fn ours(name: &'static str, about: &'static str, describe: fn(SchemaGenerator) -> Schema) -> Document {
    Document { name, about, side: Side::Ours, describe }
}

/// All of them, in the order in which people are told.
pub const DOCUMENTS: [Document; 21] = [
    theirs("promotion", "promotion.toml", policy::schema::promotion),
    theirs(
        "component",
        "a file with one component, which promotion.toml includes",
        policy::schema::component,
    ),
    ours("assessment", "`verify --format json`, `report --merge FILE --format json`", assessment_schema),
    ours("error", "what any `--format json` prints where it could not do its work", error_schema),
    ours("plan", "`plan --format json`", plan_document::schema),
    ours("matrix", "`plan --format matrix`", plan_document::matrix_schema),
    ours("status", "`status --format json`", status::schema),
    ours("history", "`history --format json`", history::schema),
    ours("difference", "`history --explain A B --format json`", difference::schema),
    ours("readiness", "`report --format json`", readiness::schema),
    ours("audit", "`audit --format json`", audit::schema),
    ours("claims", "`audit --claims --format json`", claims::schema),
    ours("attestations", "`audit --attestation FILE --format json`", attestation::held::schema),
    ours("counts", "the predicate of `verify --attest counts=FILE`", attestation::counts_schema),
    ours("record", "a line of a ledger, `.promotion/ledger/NAME.jsonl`", ledger::schema),
    ours("issue", "`issue --format json`", issue_document::schema),
    ours("deployment", "`deploy --format json`", deployment::schema),
    ours("observation", "`observe --format json`", observed::schema),
    ours("completion", "`complete --format json`", completion::schema),
    ours("rollback", "`rollback --format json`", rollback::schema),
    ours("revocation", "`revoke --format json`", revocation::schema),
];

impl Document {
    /// The one of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        DOCUMENTS.iter().find(|document| document.name == name)
    }

    /// The name of the file of its schema.
    pub fn file(&self) -> String {
        format!("{}.schema.json", self.name)
    }

    /// Where its schema is published.
    pub fn address(&self) -> String {
        format!("{HOME}/{}", self.file())
    }

    /// Its schema, draft 2020-12.
    pub fn schema(&self) -> Value {
        let settings = SchemaSettings::draft2020_12();
        let settings = match self.side {
            Side::Theirs => settings.for_deserialize(),
            Side::Ours => settings.for_serialize(),
        };
        let mut schema = (self.describe)(settings.into_generator());
        RecursiveTransform(as_it_is).transform(&mut schema);
        schema.insert("$id".to_owned(), self.address().into());
        schema.insert("title".to_owned(), format!("tta-promote: {}", self.name).into());
        schema.into()
    }

    /// The same as text, with a final newline.
    ///
    /// # Panics
    /// Never: a schema is JSON.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(&self.schema()).expect("a schema is JSON");
        format!("{text}\n")
    }
}

/// Says what is so where the types say it by the way: what may be left out is never null, since TOML has no null and we
/// leave out what there is not; a number's format is one that only Rust knows; a description has no lines.
fn as_it_is(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    let is_of_rust =
        |format: &str| ["int", "uint", "float", "double"].iter().any(|kind| format.starts_with(kind));
    if schema.get("format").and_then(Value::as_str).is_some_and(is_of_rust) {
        schema.remove("format");
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        // A comment is broken where the line ends; a description has no lines.
        *description = description.replace("\n\n", "\r").replace('\n', " ").replace('\r', "\n\n");
    }
    let required: Vec<String> = match schema.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(*name)) {
        if let Value::Object(property) = property {
            without_null(property);
        }
    }
}

/// Takes null out of what a property may be.
fn without_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = property.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = property.get_mut("anyOf") else { return };
    choices.retain(|choice| choice["type"] != "null");
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        property.remove("anyOf");
        for (key, value) in only {
            property.entry(key).or_insert(value);
        }
    }
}
