//! What components are to each other: each name once, every dependency known, no circles.
//! Not the order in which anything runs.

use std::collections::{BTreeMap, BTreeSet};

use super::component::Declaration;
use super::document::{Faults, quote};
use super::suggestion;

/// How many circles one walk reports. A tangle has more than anybody reads, or than memory holds.
const MOST_CIRCLES: usize = 20;

/// A declaration and the number of the document that it is in.
pub(super) type Declared = (usize, Declaration);

/// Notes each component whose name an earlier one has.
pub(super) fn names_differ(declared: &[Declared], faults: &mut [Faults<'_>]) {
    let mut first: BTreeMap<&str, &Declaration> = BTreeMap::new();
    for (document, declaration) in declared {
        let name = declaration.component.name.as_str();
        if let Some(earlier) = first.get(name) {
            let place = &earlier.component.place;
            faults[*document].add(
                declaration.offset,
                format!(
                    "duplicate component {}, first in line {} of {}",
                    quote(name),
                    place.line,
                    quote(&place.file)
                ),
                "give one of the two another name",
            );
        } else {
            first.insert(name, declaration);
        }
    }
}

/// Notes each dependency that is no component, or the component itself.
pub(super) fn dependencies_exist(declared: &[Declared], faults: &mut [Faults<'_>]) {
    let names: BTreeSet<&str> = declared.iter().map(|(_, d)| d.component.name.as_str()).collect();
    for (document, declaration) in declared {
        for (needed, offset) in &declaration.dependencies {
            if !names.contains(needed.as_str()) {
                let others: Vec<&str> =
                    names.iter().copied().filter(|name| *name != declaration.component.name).collect();
                let hint = if others.is_empty() {
                    "there is no other component".to_owned()
                } else {
                    suggestion::hint(needed, &others, "components are")
                };
                faults[*document].add(*offset, format!("unknown component {}", quote(needed)), hint);
            }
        }
    }
}

/// Notes each circle of components that need each other, once.
pub(super) fn no_circles(declared: &[Declared], faults: &mut [Faults<'_>]) {
    let mut by_name: BTreeMap<&str, &Declared> = BTreeMap::new();
    for one in declared {
        by_name.entry(one.1.component.name.as_str()).or_insert(one);
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in by_name.keys() {
        for circle in circles_from(start, &by_name, &mut done) {
            let (document, declaration) = by_name[circle[0]];
            let next = circle.get(1).unwrap_or(&circle[0]);
            let link = declaration.dependencies.iter().find(|(needed, _)| needed == next);
            let offset = link.map_or(declaration.offset, |(_, offset)| *offset);
            if circle.len() == 1 {
                faults[*document].add(
                    offset,
                    format!("component {} depends on itself", quote(circle[0])),
                    "take it out of its own `depends_on`",
                );
                continue;
            }
            faults[*document].add(
                offset,
                format!("components depend on each other in a circle: {}", way_round(&circle)),
                "take one of these dependencies out",
            );
        }
    }
}

/// `a` → `b` → `a`, as far as a person follows it.
fn way_round(circle: &[&str]) -> String {
    const MOST: usize = 8;
    let mut way: Vec<String> = circle.iter().take(MOST).map(|name| quote(name)).collect();
    if circle.len() > MOST {
        way.push(format!("{} more", circle.len() - MOST));
    }
    way.push(quote(circle[0]));
    way.join(" → ")
}

/// The circles that a walk from `start` closes, without components that an earlier walk is done with.
/// The walk keeps its own stack: a chain of dependencies may be longer than the thread's.
fn circles_from<'n>(
    start: &'n str,
    by_name: &BTreeMap<&'n str, &'n Declared>,
    done: &mut BTreeSet<&'n str>,
) -> Vec<Vec<&'n str>> {
    let mut circles = Vec::new();
    let mut way: Vec<(&str, usize)> = Vec::new();
    let mut on_way: BTreeMap<&str, usize> = BTreeMap::new();
    if !done.contains(start) {
        way.push((start, 0));
        on_way.insert(start, 0);
    }
    while let Some((name, tried)) = way.last_mut() {
        let here = *name;
        let Some((needed, _)) = by_name[here].1.dependencies.get(*tried) else {
            done.insert(here);
            on_way.remove(here);
            way.pop();
            continue;
        };
        *tried += 1;
        let Some((needed, _)) = by_name.get_key_value(needed.as_str()) else {
            continue;
        };
        if let Some(since) = on_way.get(needed) {
            if circles.len() == MOST_CIRCLES {
                continue;
            }
            circles.push(way[*since..].iter().map(|(name, _)| *name).collect());
        } else if !done.contains(needed) {
            on_way.insert(needed, way.len());
            way.push((needed, 0));
        }
    }
    circles
}
