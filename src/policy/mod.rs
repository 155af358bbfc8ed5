//! `promotion.toml`: from its text to a validated [`Policy`], or to every fault in it at once.
//! Not a look at the disk: files are read, patterns expanded and paths looked up elsewhere.
//!
//! The hard part is to say everything that is wrong and nothing that only follows from it. So the text is
//! walked value by value, each reader notes its faults and goes on with a default; a policy is given only
//! where nothing was noted.

mod address;
mod component;
mod condition;
mod dependency;
mod deploy;
mod document;
pub mod draft;
pub mod duration;
mod freeze;
mod gate;
mod github;
mod name;
mod observe;
mod observe_metric;
mod own_check;
mod own_command;
mod path;
mod pattern;
mod per_stage;
mod percentage;
mod project;
mod pytest_argument;
mod reading;
pub mod schema;
mod suggestion;
mod syntax;
mod test_selection;
mod value;
mod waiver;

pub use self::document::Document;
use self::document::Faults;
use self::reading::Reading;
use self::value::Table;
use crate::model::component::Place;
use crate::model::policy::{Fault, Policy};

/// The version of the policy's format.
pub const SCHEMA: u64 = 1;

/// A file that holds one component, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// The file.
    pub document: Document,
    /// The folder that it is in, relative to the folder of `promotion.toml`, with `/`; `.` or empty for
    /// that folder itself.
    pub folder: String,
}

/// One pattern of `include`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludePattern {
    /// The pattern, relative to the project's root, normalised; it never leaves it.
    pub pattern: String,
    /// Where it is declared.
    pub place: Place,
}

/// The patterns of `include`, as far as they can be read; [`read`] reports the faults.
pub fn include_patterns(main: &Document) -> Vec<IncludePattern> {
    let tables = syntax::parse_leniently(main);
    let mut faults = Faults::of(main);
    let Some(project) = Table::document(&tables).get("project").and_then(|value| value.table(&mut faults))
    else {
        return Vec::new();
    };
    let patterns = project::include(&project, &mut faults).into_iter();
    patterns.map(|(pattern, offset)| IncludePattern { pattern, place: faults.place(offset) }).collect()
}

/// The project's root, relative to the folder of `promotion.toml`, as far as it can be read, else `.`;
/// [`read`] reports the faults.
pub fn project_root(main: &Document) -> String {
    let tables = syntax::parse_leniently(main);
    let mut faults = Faults::of(main);
    let project = Table::document(&tables).get("project").and_then(|value| value.table(&mut faults));
    project.map_or_else(|| ".".to_owned(), |project| project::root(&project, &mut faults))
}

/// The policy that `main` and the files that it includes declare, or every fault in them: those of `main`
/// first, then those of each included file, each in the order of its lines.
pub fn read(main: &Document, included: &[Included]) -> Result<Policy, Vec<Fault>> {
    let mut reading = Reading::of(main);
    let policy = reading.main();
    let root = policy.as_ref().map_or(".", |policy| policy.project.root.as_str());
    for one in included {
        reading.included(one, root);
    }
    let (declared, faults) = reading.finish();
    match policy {
        Some(mut policy) if faults.is_empty() => {
            policy.components = declared;
            Ok(policy)
        }
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests;
