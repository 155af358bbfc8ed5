//! One component: `[component.NAME]`, or a file of its own.
//! Not what the components are to each other: see `dependency`.

use std::collections::BTreeSet;

use super::deploy;
use super::document::{Faults, quote};
use super::observe;
use super::own_check::OwnChecks;
use super::path::Viewpoint;
use super::pytest_argument;
use super::test_selection::{paths, refuse_node_ids, select};
use super::value::Table;
use super::waiver;
use crate::model::component::{Component, DeclaredPath, TestSelection};
use crate::model::stage::Stage;

/// The keys of `[component.NAME]`.
pub(super) const KEYS: [&str; 13] = [
    "title",
    "stage",
    "priority",
    "group",
    "owner",
    "paths",
    "readme",
    "depends_on",
    "tests",
    "deploy",
    "observe",
    "documents",
    "waiver",
];
const TEST_KEYS: [&str; 3] = ["paths", "select", "args"];
/// Where tests are, from the project's root, unless the policy says otherwise.
const DEFAULT_TESTS: &str = "tests";

/// A component that was read, and what is still to be checked of it.
#[derive(Debug)]
pub(super) struct Declaration {
    /// The component; where there are faults, with defaults in their place.
    pub(super) component: Component,
    /// Where its name is.
    pub(super) offset: usize,
    /// The names of `depends_on`, each with its offset.
    pub(super) dependencies: Vec<(String, usize)>,
}

/// Notes that `name` cannot be a component's.
pub(super) fn refuse_name(name: &str, offset: usize, faults: &mut Faults<'_>) {
    faults.add(
        offset,
        format!("component name {} cannot be used in a file name", quote(name)),
        "use letters, digits, `_`, `.` and `-`, beginning with a letter or digit, at most 100 of them",
    );
}

/// The component of that name, whose keys are in `table`; its name is at `offset`.
pub(super) fn read(
    name: &str,
    offset: usize,
    table: &Table<'_>,
    from: &Viewpoint,
    own: &OwnChecks,
    faults: &mut Faults<'_>,
) -> Declaration {
    let mut line = |key: &str| table.get(key).and_then(|value| value.line(faults)).map(str::to_owned);
    let title = line("title").unwrap_or_else(|| name.to_owned());
    let (priority, group, owner) = (line("priority"), line("group"), line("owner"));
    let stage = table.get("stage").and_then(|value| value.one_of(&Stage::ALL.map(Stage::name), faults));
    let dependencies = dependencies(table, faults);
    let component = Component {
        name: name.to_owned(),
        title,
        stage: stage.and_then(Stage::from_name).unwrap_or(Stage::Development),
        priority,
        group,
        owner,
        paths: own_paths(name, offset, table, from, faults),
        readme: table.get("readme").and_then(|value| from.path(&value, faults)),
        depends_on: dependencies.iter().map(|(name, _)| name.clone()).collect(),
        tests: tests(offset, table, from, faults),
        deploy: deploy::read(name, table, from, faults),
        observe: observe::read(table, from, faults),
        maturity: maturity(table, from, faults),
        waivers: waiver::read(table, from, own, faults),
        place: faults.place(offset),
    };
    Declaration { component, offset, dependencies }
}

fn own_paths(
    name: &str,
    offset: usize,
    table: &Table<'_>,
    from: &Viewpoint,
    faults: &mut Faults<'_>,
) -> Vec<DeclaredPath> {
    const HINT: &str = "name its files or folders, as in `paths = [\"src/carbon\"]`";
    if let Some(value) = table.get("paths") {
        return paths(&value, HINT, from, faults);
    }
    faults.add(offset, format!("component {} has no `paths`", quote(name)), HINT);
    Vec::new()
}

fn dependencies(table: &Table<'_>, faults: &mut Faults<'_>) -> Vec<(String, usize)> {
    let items = table.get("depends_on").and_then(|value| value.list("component names", faults));
    let items = items.unwrap_or_default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let names = items.iter().filter_map(|item| Some((item.line(faults)?, item.offset)));
    names.filter(|(name, _)| seen.insert(name)).map(|(name, offset)| (name.to_owned(), offset)).collect()
}

/// `documents = { maturity }`
fn maturity(table: &Table<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> Option<DeclaredPath> {
    let documents = table.get("documents")?.table(faults)?;
    documents.keys_are(&["maturity"], faults);
    documents.get("maturity").and_then(|value| from.path(&value, faults))
}

/// `[component.NAME.tests]`
fn tests(offset: usize, component: &Table<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> TestSelection {
    let default = DeclaredPath { path: DEFAULT_TESTS.to_owned(), place: faults.place(offset) };
    let mut selection =
        TestSelection { paths: vec![default], select: None, select_place: None, args: Vec::new() };
    let Some(table) = component.get("tests").and_then(|value| value.table(faults)) else {
        return selection;
    };
    table.keys_are(&TEST_KEYS, faults);
    if let Some(value) = table.get("paths") {
        refuse_node_ids(&value, faults);
        selection.paths = paths(
            &value,
            "name the files or folders that hold its tests, or take the line out",
            from,
            faults,
        );
    }
    if let Some(value) = table.get("select") {
        selection.select = select(&value, faults);
        selection.select_place = selection.select.as_ref().map(|_| faults.place(value.offset));
    }
    selection.args = table.get("args").map(|value| pytest_argument::read(&value, faults)).unwrap_or_default();
    selection
}
