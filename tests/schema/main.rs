//! What the schemas say is what the program reads and writes.

#![expect(clippy::disallowed_methods, reason = "tests read the repository with their own hands")]

mod documents;
mod kept;
mod policies;
mod probe;

use std::path::{Path, PathBuf};

use jsonschema::{Draft, Validator};
use serde_json::Value;
use tta_promote::app::schema::Document;

/// What judges documents by the schema of that name.
fn judge(name: &str) -> Validator {
    let schema = Document::named(name).expect("a document").schema();
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&schema).expect("a schema")
}

/// What is wrong with a document, place by place.
fn faults(judge: &Validator, document: &Value) -> String {
    let one = |error: jsonschema::ValidationError<'_>| format!("{}: {error}\n", error.instance_path());
    judge.iter_errors(document).map(one).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder whose names end so, sorted.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A value at a place, where each step is a key or, in an array, `0`. What is not there on the way is made.
fn put(document: &mut Value, place: &[String], value: Value) {
    let Some((step, rest)) = place.split_first() else {
        *document = value;
        return;
    };
    let inner = match document {
        Value::Array(items) => {
            if items.is_empty() {
                items.push(Value::Null);
            }
            &mut items[0]
        }
        _ if step == "0" => {
            *document = Value::Array(vec![Value::Null]);
            &mut document[0]
        }
        Value::Object(_) => &mut document[step.as_str()],
        _ => {
            *document = Value::Object(serde_json::Map::new());
            &mut document[step.as_str()]
        }
    };
    put(inner, rest, value);
}
