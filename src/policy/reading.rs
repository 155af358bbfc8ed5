//! The walk over the policy's documents: which tables there are, and who reads each.
//! Not the tables themselves.

use super::component::{self, Declaration};
use super::dependency::{self, Declared};
use super::document::{Document, Faults, quote};
use super::name::is_name;
use super::own_check::OwnChecks;
use super::path::Viewpoint;
use super::value::{Table, Value};
use super::{Included, SCHEMA, gate, own_check, project, syntax};
use crate::model::component::Component;
use crate::model::policy::{Fault, Policy};

const MAIN_KEYS: [&str; 5] = ["schema", "project", "gate", "check", "component"];

/// What was read so far.
pub(super) struct Reading<'d> {
    main: &'d Document,
    /// Those of `main`, then those of each included document.
    faults: Vec<Faults<'d>>,
    declared: Vec<Declared>,
    /// The checks of one's own, which waivers may name.
    own: OwnChecks,
    /// Whether each component's name could be read: if not, a name may only seem to be unknown.
    all_names_known: bool,
}

impl<'d> Reading<'d> {
    /// Nothing was read yet.
    pub(super) fn of(main: &'d Document) -> Self {
        Self {
            main,
            faults: vec![Faults::of(main)],
            declared: Vec::new(),
            own: OwnChecks::default(),
            all_names_known: true,
        }
    }

    /// Reads the main document: the policy without its components; `None` where it cannot be read at all.
    pub(super) fn main(&mut self) -> Option<Policy> {
        let main = self.main;
        let faults = &mut self.faults[0];
        let Some(tables) = readable(main, faults) else {
            self.all_names_known = false;
            return None;
        };
        let document = Table::document(&tables);
        if !document.has("schema") {
            faults.add(0, "`schema` is missing", format!("write `schema = {SCHEMA}` as the first line"));
        }
        document.keys_are(&MAIN_KEYS, faults);
        let project = project::read(&document, faults);
        self.own = own_check::read(document.get("check"), faults);
        let gates = gate::read(document.get("gate"), &self.own.names, faults);
        let from = Viewpoint { folder: project.root.clone(), root: project.root.clone() };
        if let Some(components) = document.get("component") {
            self.components(&components, &from);
        }
        Some(Policy { project, gates, checks: self.own.checks.clone(), components: Vec::new() })
    }

    /// `[component.NAME]`, each of them.
    fn components(&mut self, components: &Value<'_>, from: &Viewpoint) {
        let faults = &mut self.faults[0];
        let Some(table) = components.table(faults) else {
            self.all_names_known = false;
            return;
        };
        for value in table.values() {
            let name = value.key.as_str();
            if !is_name(name) {
                component::refuse_name(name, value.key_offset, faults);
            }
            let Some(keys) = value.table(faults) else {
                self.all_names_known = false;
                continue;
            };
            keys.keys_are(&component::KEYS, faults);
            let declaration = component::read(name, keys.offset, &keys, from, &self.own, faults);
            self.declared.push((0, declaration));
        }
    }

    /// Reads a document that holds one component, as seen from the project's `root`.
    pub(super) fn included(&mut self, included: &'d Included, root: &str) {
        let mut faults = Faults::of(&included.document);
        let from = Viewpoint { folder: included.folder.clone(), root: root.to_owned() };
        match included_component(&included.document, &from, &self.own, &mut faults) {
            Some(declaration) => self.declared.push((self.faults.len(), declaration)),
            None => self.all_names_known = false,
        }
        self.faults.push(faults);
    }

    /// Checks what the components are to each other. Gives them, sorted by name, and all faults, in order.
    pub(super) fn finish(self) -> (Vec<Component>, Vec<Fault>) {
        let Self { mut faults, declared, all_names_known, .. } = self;
        dependency::names_differ(&declared, &mut faults);
        dependency::no_circles(&declared, &mut faults);
        if all_names_known {
            dependency::dependencies_exist(&declared, &mut faults);
        }
        if all_names_known && declared.is_empty() {
            faults[0].add(
                0,
                "there is no component",
                "declare one as `[component.NAME]` with `paths = [\"…\"]`, or name its file in `include`",
            );
        }
        let mut components: Vec<Component> = declared.into_iter().map(|(_, one)| one.component).collect();
        components.sort_by(|a, b| a.name.cmp(&b.name));
        (components, faults.into_iter().flat_map(Faults::in_order).collect())
    }
}

/// The tables of a document that is TOML of a schema that we know.
fn readable<'d>(document: &'d Document, faults: &mut Faults<'_>) -> Option<toml::de::DeTable<'d>> {
    let tables = syntax::parse(document, faults)?;
    if let Some(value) = Table::document(&tables).get("schema") {
        match value.whole(faults) {
            None | Some(SCHEMA) => {}
            Some(0) => {
                faults.add(value.offset, "there is no schema 0", format!("write `schema = {SCHEMA}`"));
            }
            Some(newer) => {
                // What a newer schema means by its keys is not known, so nothing else can be said.
                faults.add(
                    value.offset,
                    format!("schema {newer} is newer than this tta-promote, which knows schema {SCHEMA}"),
                    "upgrade tta-promote",
                );
                return None;
            }
        }
    }
    Some(tables)
}

/// The component of an included document; `None` where its name cannot be read.
fn included_component(
    document: &Document,
    from: &Viewpoint,
    own: &OwnChecks,
    faults: &mut Faults<'_>,
) -> Option<Declaration> {
    let tables = readable(document, faults)?;
    let table = Table::document(&tables);
    let known: Vec<&str> = ["name"].into_iter().chain(component::KEYS).collect();
    for value in table.values().filter(|value| value.key != "schema" && !known.contains(&value.key.as_str()))
    {
        if MAIN_KEYS.contains(&value.key.as_str()) {
            faults.add(
                value.key_offset,
                format!("unknown key {} in an included file", quote(&value.key)),
                "an included file holds one component: its `name` and the keys of `[component.NAME]`",
            );
        } else {
            value.unknown(&known, faults);
        }
    }
    let value = table.get("name");
    let name = value.as_ref().and_then(|value| value.line(faults));
    let offset = value.as_ref().map_or(0, |value| value.offset);
    match (name, value) {
        (Some(name), _) if !is_name(name) => component::refuse_name(name, offset, faults),
        (None, None) => {
            faults.add(0, "`name` is missing", "write `name = \"…\"`: an included file holds one component");
        }
        _ => {}
    }
    // A component without a name is still read, for its other faults.
    let declaration = component::read(name.unwrap_or_default(), offset, &table, from, own, faults);
    name.is_some().then_some(declaration)
}
