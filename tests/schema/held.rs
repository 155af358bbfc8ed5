//! Whatever document a run prints is one of its schema.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::Value;
use tta_promote::app::schema::Document;

/// Made once each: to make one takes longer than many a run.
static JUDGES: LazyLock<Mutex<BTreeMap<&'static str, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Holds what was printed against the schemas, where it is a document of ours, or one on each line.
#[track_caller]
pub(crate) fn hold(stdout: &str) {
    let whole = serde_json::from_str(stdout).ok();
    let lines = stdout.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>();
    for document in whole.map_or_else(|| lines.unwrap_or_default(), |one: Value| vec![one]) {
        if document["schema"] == 1 {
            let judge = judge(name_of(&document));
            let faults: Vec<String> = judge
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(
                faults.is_empty(),
                "it is not what its schema says:\n{}\n{document:#}",
                faults.join("\n")
            );
        }
    }
}

fn judge(name: &'static str) -> Arc<Validator> {
    let mut judges = JUDGES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = || {
        let schema = Document::named(name).expect("a document").schema();
        Arc::new(jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema"))
    };
    Arc::clone(judges.entry(name).or_insert_with(made))
}

fn name_of(document: &Value) -> &'static str {
    if let Some(kind) = document["kind"].as_str() {
        return Document::named(kind).unwrap_or_else(|| panic!("no schema is named `{kind}`")).name;
    }
    let by_field = [
        ("error", "error"),
        ("verdict", "assessment"),
        ("contradicted_by", "revocation"),
        ("by_hand", "rollback"),
        ("argv", "deployment"),
    ];
    let name = by_field.into_iter().find(|(field, _)| document.get(field).is_some()).map(|(_, name)| name);
    name.unwrap_or_else(|| panic!("no schema is known for it: {document:#}"))
}
