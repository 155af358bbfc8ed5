//! `promotion.toml` described for editors: which keys there are, what each may hold, and what holds without it.
//! Not the reading, which tells more, and each fault with its place: nothing is ever read into these structs. That
//! both speak of the same policy is what `tests/schema` is for: it asks the reader which keys, words and defaults it
//! knows at each place. Descriptions are shown by editors, so they say units and defaults.

#![expect(dead_code, reason = "they are described and never built")]

mod component;
mod deploy;
mod gate;
mod observe;
mod observe_metric;
mod own_check;
mod project;
mod text;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use self::component::{Component, Included};
use self::gate::Gates;
use self::own_check::OwnCheck;
use self::project::Project;
use self::text::{Name, OwnName};
use super::SCHEMA;

/// The policy of `tta-promote`: which components a project has, and what guards the entrance to each stage.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Promotion {
    /// The version of this format. Write it first: `schema = 1`.
    #[schemars(extend("const" = SCHEMA))]
    schema: u64,
    /// The project, and how its tools are run.
    project: Project,
    /// What guards the entrance to each stage. Left out: the gate of `staging` with the default of each check.
    gate: Option<Gates>,
    /// The checks of one's own, by name; every gate asks them.
    check: Option<BTreeMap<OwnName, OwnCheck>>,
    /// The components, by name. More may be declared in the files that `project.include` names.
    component: Option<BTreeMap<Name, Component>>,
}

/// The schema of `promotion.toml`.
pub fn promotion(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Promotion>()
}

/// The schema of a file that `project.include` names: the keys of one component beside its name.
pub fn component(generator: SchemaGenerator) -> Schema {
    let mut component = generator.clone().into_root_schema_for::<Component>();
    let mut whole = generator.into_root_schema_for::<Included>();
    for key in ["properties", "required"] {
        match (whole.get_mut(key), component.remove(key)) {
            (Some(serde_json::Value::Object(own)), Some(serde_json::Value::Object(more))) => own.extend(more),
            (Some(serde_json::Value::Array(own)), Some(serde_json::Value::Array(more))) => own.extend(more),
            _ => {}
        }
    }
    whole.insert("$defs".to_owned(), component.remove("$defs").unwrap_or_else(|| json!({})));
    whole
}
