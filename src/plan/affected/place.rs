//! Whose a changed path is: the places of all components, to be asked by path in the time that the path is long.
//! Not what a file is. The hard part is a path that is a folder: what is below it changed too.

use std::collections::BTreeMap;

use super::Facts;
use super::kind;

/// The places of the components.
pub(super) struct Places<'a> {
    sources: Index<'a>,
    tests: Index<'a>,
    readmes: BTreeMap<String, Vec<usize>>,
    policies: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(components: &'a [Facts<'_>]) -> Self {
        let mut places = Self {
            sources: Index::default(),
            tests: Index::default(),
            readmes: BTreeMap::new(),
            policies: BTreeMap::new(),
        };
        for (index, facts) in components.iter().enumerate() {
            let component = facts.component;
            let behind = facts.sources_behind_links.iter();
            for path in component.paths.iter().map(|declared| &declared.path).chain(behind) {
                places.sources.add(path, index);
            }
            let behind = facts.tests_behind_links.iter();
            for path in component.tests.paths.iter().map(|declared| &declared.path).chain(behind) {
                places.tests.add(path, index);
            }
            for path in &facts.readmes {
                let holders = places.readmes.entry(any_case(path)).or_default();
                if holders.last() != Some(&index) {
                    holders.push(index);
                }
            }
            places.policies.entry(facts.policy).or_default().push(index);
        }
        places
    }

    /// Whether somebody declares the path itself, or a folder above it.
    pub(super) fn hold(&self, path: &str) -> bool {
        !path.ends_with('/')
            && (self.sources.above(path).next().is_some()
                || self.tests.above(path).next().is_some()
                || self.readmes.contains_key(&any_case(path))
                || self.policies.contains_key(path))
    }

    /// Whose file it is.
    pub(super) fn sources(&self, path: &str) -> Vec<usize> {
        self.sources.touched(path)
    }

    /// Among whose tests it is.
    pub(super) fn tests(&self, path: &str) -> Vec<usize> {
        self.tests.touched(path)
    }

    /// Whose README it is or would be.
    pub(super) fn readmes(&self, path: &str) -> Vec<usize> {
        let own = self.readmes.get(&any_case(path)).into_iter().flatten();
        each_once(own.chain(below(&self.readmes, &any_case(path))).copied())
    }

    /// Whose policy file it is.
    pub(super) fn policies(&self, path: &str) -> Vec<usize> {
        each_once(self.policies.get(path).into_iter().flatten().copied())
    }

    /// Who has files or tests in the folder, or is all around it.
    pub(super) fn around(&self, folder: &str) -> Vec<usize> {
        let is_above = folder == "." || folder.split('/').all(|step| step == "..");
        let all = self.sources.0.values().chain(self.tests.0.values()).flatten();
        if is_above {
            return each_once(all.copied());
        }
        each_once(self.sources(folder).into_iter().chain(self.tests(folder)))
    }
}

/// Paths and who declares them.
#[derive(Default)]
struct Index<'a>(BTreeMap<&'a str, Vec<usize>>);

impl<'a> Index<'a> {
    fn add(&mut self, path: &'a str, component: usize) {
        self.0.entry(path).or_default().push(component);
    }

    /// Who declares the path or a folder above it.
    fn above(&self, path: &str) -> impl Iterator<Item = usize> {
        let path = path.trim_end_matches('/').to_owned();
        let inside = !path.starts_with("../");
        let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).collect();
        let holders = ends.into_iter().filter_map(move |end| self.0.get(&path[..end]));
        holders.chain(self.0.get(".").filter(|_| inside)).flatten().copied()
    }

    /// The same, and who declares something below the path.
    fn touched(&self, path: &str) -> Vec<usize> {
        let below = below(&self.0, path.trim_end_matches('/')).copied().collect::<Vec<_>>();
        each_once(self.above(path).chain(below))
    }
}

/// What is declared below a path.
fn below<'m, K: Ord + std::borrow::Borrow<str>>(
    map: &'m BTreeMap<K, Vec<usize>>,
    path: &str,
) -> impl Iterator<Item = &'m usize> + use<'m, K> {
    let prefix = format!("{}/", path.trim_end_matches('/'));
    let from = (std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded);
    map.range::<str, _>(from)
        .take_while(move |(path, _)| (*path).borrow().starts_with(&prefix))
        .flat_map(|(_, holders)| holders)
        .collect::<Vec<_>>()
        .into_iter()
}

/// A README is found in any case.
fn any_case(path: &str) -> String {
    if !kind::name(path).eq_ignore_ascii_case("README.md") {
        return path.to_owned();
    }
    match kind::folder(path) {
        "." => "README.md".to_owned(),
        folder => format!("{}/README.md", folder.trim_start_matches("./")),
    }
}

fn each_once(components: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut components: Vec<usize> = components.collect();
    components.sort_unstable();
    components.dedup();
    components
}
