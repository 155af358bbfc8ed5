//! The two phases of a pytest run: the selected tests and, in the same session, the rest where they are not enough.
//!
//! Not here: what the figures prove. The plugin only guesses whether it is worth to go on, from what it is told here.

use serde::Serialize;

use crate::model::component::SourceFile;
use crate::model::gate::{Criterion, Metric, Precision};

/// The plugin, as a module that is put into the run folder.
pub const PLUGIN: &str = include_str!("python_side/tta_promote_phases.py");
/// The name of that module.
pub const MODULE: &str = "tta_promote_phases";
/// The variable that tells it where the [targets] are.
pub const VARIABLE: &str = "TTA_PROMOTE_PHASES";
/// The report on the selected tests alone, where the rest followed.
pub const JUNIT_OF_SELECTED: &str = "junit-selected.xml";
/// The journal of the selected tests alone, where the rest followed.
pub const JOURNAL_OF_SELECTED: &str = "journal-selected.json";

#[derive(Serialize)]
struct Targets<'a> {
    always: bool,
    components: Vec<Target<'a>>,
}

#[derive(Serialize)]
struct Target<'a> {
    files: Vec<&'a str>,
    min_percent: u32,
    statements_only: bool,
}

/// What the selected tests must reach for the rest to be left out: the document that the plugin reads. `always` asks for
/// the rest in any case, as does a criterion that wants the exact figure.
pub fn targets(components: &[(&[SourceFile], &Criterion)], precision: Precision) -> String {
    let mut targets = Targets { always: precision == Precision::Exact, components: Vec::new() };
    for (files, criterion) in components {
        if let Criterion::Coverage { min, metric, precision } = criterion {
            targets.always |= *precision == Precision::Exact;
            targets.components.push(Target {
                files: files.iter().map(|file| file.real.as_str()).collect(),
                min_percent: min.hundredths(),
                statements_only: *metric == Metric::Statements,
            });
        }
    }
    // Structs with string keys always serialise; without targets the rest gets a run of its own.
    serde_json::to_string(&targets).unwrap_or_default()
}
