//! Which components a change may have touched: changed paths and what is known of the components → for each,
//! why it is in or out.
//!
//! Not here: git and the disk. The hard part is what nobody declared: a file that no component owns may be
//! imported by anyone, and a component may use another without `depends_on`. Whatever is in doubt is in, so a
//! path more never takes a component out.

mod kind;
mod mention;
mod place;

use std::collections::{BTreeSet, HashMap};

use crate::model::component::Component;

use kind::Kind;
use mention::Mentions;
use place::Places;

/// Why a component is in or out. Paths are relative to the project's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The policy file changed: it speaks of all components.
    Policy(String),
    /// The policy file that declares the component changed.
    OwnPolicy(String),
    /// A file of the component changed.
    Source(String),
    /// A file among its tests changed.
    Tests(String),
    /// Its README changed, or a place where one is looked for.
    Readme(String),
    /// A file changed that decides how tools or tests work, for all or for the folder that it lies in.
    Configuration(String),
    /// A file changed that no component owns: anyone may need it.
    Unowned(String),
    /// Prose, or a file of the forge, changed that a check of one's own may look at.
    OwnChecks(String),
    /// A helper among the tests changed: any test may import it.
    TestHelper(String),
    /// A component that it depends on is in.
    Dependency(String),
    /// A file of its own, or of its tests, speaks of a file that changed, or of one that does so in turn.
    Mentions {
        /// The file of the component.
        file: String,
        /// The file that changed, or that belongs to a component whose dependency did.
        changed: String,
    },
    /// A file of its own is in no commit or is not looked at by git, so that nobody knows whether it changed.
    Unfollowed(String),
    /// Its files could not be found.
    NoFiles,
    /// Nothing of it changed.
    Unchanged {
        /// How many other paths changed.
        others: usize,
    },
}

impl Why {
    /// Whether the component is in.
    pub fn is_in(&self) -> bool {
        !matches!(self, Self::Unchanged { .. })
    }
}

/// Who looks at files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The checks that are known: prose that no component owns concerns none of them.
    KnownChecks,
    /// Checks of one's own too. Nobody knows what those look at.
    OwnChecksToo,
}

/// A Python file and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// `None` where it cannot be read: then it may speak of anything.
    pub text: Option<String>,
}

/// A component and what the disk and git tell of it. Paths are relative to the project's root.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The component.
    pub component: &'a Component,
    /// The policy file that declares it.
    pub policy: &'a str,
    /// Its Python files.
    pub modules: Vec<Module>,
    /// Where links among its files lead.
    pub sources_behind_links: Vec<String>,
    /// Where links among its tests lead.
    pub tests_behind_links: Vec<String>,
    /// The places where its README may be.
    pub readmes: Vec<String>,
    /// What makes it in doubt without any change: [`Why::Unfollowed`] or [`Why::NoFiles`].
    pub doubt: Option<Why>,
}

/// Why each component is in or out, in the order of `components`.
///
/// `changed` are paths relative to the project's root, those outside of it with `../`; one that ends with `/`
/// stands for all below it. `policy` is the main policy file; `bridges` are the Python files that are no component's:
/// what they speak of reaches those who speak of them, and those whose tests they are.
pub fn affected(
    changed: &BTreeSet<String>,
    policy: &str,
    readers: Readers,
    components: &[Facts<'_>],
    bridges: &[Module],
) -> Vec<Why> {
    let places = Places::of(components);
    let mut state = State { readers, reasons: vec![None; components.len()], touched: Vec::new() };
    for path in changed {
        state.look_at(path, policy, &places, components);
    }
    for (index, facts) in components.iter().enumerate() {
        if let Some(Why::Unfollowed(path)) = &facts.doubt {
            state.touch(path, facts);
        }
        if let Some(doubt) = &facts.doubt {
            state.note(index, doubt.clone());
        }
    }
    spread(&mut state, components, bridges, &places);
    let others = changed.len();
    state.reasons.into_iter().map(|reason| reason.unwrap_or(Why::Unchanged { others })).collect()
}

/// What is known so far.
struct State {
    readers: Readers,
    /// Per component, the first reason to take it in.
    reasons: Vec<Option<Why>>,
    /// The module files that changed, each with the words that it goes by.
    touched: Vec<(String, Vec<String>)>,
}

impl State {
    fn note(&mut self, component: usize, why: Why) {
        self.reasons[component].get_or_insert(why);
    }

    fn all(&mut self, why: &Why) {
        for reason in &mut self.reasons {
            reason.get_or_insert_with(|| why.clone());
        }
    }

    /// Takes in whom one changed path touches directly.
    fn look_at(&mut self, path: &str, policy: &str, places: &Places<'_>, components: &[Facts<'_>]) {
        if path == policy {
            return self.all(&Why::Policy(path.to_owned()));
        }
        let sources = places.sources(path);
        let tests = places.tests(path);
        let readmes = places.readmes(path);
        let policies = places.policies(path);
        for component in policies.iter().copied() {
            self.note(component, Why::OwnPolicy(path.to_owned()));
        }
        for component in sources.iter().copied() {
            self.note(component, Why::Source(path.to_owned()));
            self.touch(path, &components[component]);
        }
        for component in tests.iter().copied() {
            self.note(component, Why::Tests(path.to_owned()));
        }
        if sources.is_empty() {
            self.touch_what_nobody_owns(path);
        }
        for component in readmes.iter().copied() {
            self.note(component, Why::Readme(path.to_owned()));
        }
        let is_owned = places.hold(path);
        match kind::of(path) {
            Kind::Environment => self.all(&Why::Configuration(path.to_owned())),
            Kind::Settings => {
                let below = places.around(kind::folder(path));
                if below.is_empty() && !is_owned {
                    self.all(&Why::Configuration(path.to_owned()));
                }
                for component in below {
                    self.note(component, Why::Configuration(path.to_owned()));
                }
            }
            _ if !is_owned && !kind::is_inert(path) => self.all(&Why::Unowned(path.to_owned())),
            _ if !is_owned && self.readers == Readers::OwnChecksToo => {
                self.all(&Why::OwnChecks(path.to_owned()));
            }
            Kind::Python if !tests.is_empty() && sources.is_empty() && !kind::is_test(path) => {
                self.all(&Why::TestHelper(path.to_owned()));
            }
            Kind::Python | Kind::Documentation | Kind::Other => {}
        }
    }

    /// Notes the words by which others may speak of a changed file of a component. Data may be loaded by any of
    /// the component's modules, so it goes by all of their names.
    fn touch(&mut self, path: &str, facts: &Facts<'_>) {
        let names = |path: &str| mention::of_module(path, facts);
        match kind::of(path) {
            Kind::Documentation if kind::is_paper(path) => {}
            Kind::Python => self.touched.push((path.to_owned(), names(path))),
            Kind::Environment | Kind::Settings | Kind::Other | Kind::Documentation => {
                let all = facts.modules.iter().flat_map(|module| names(&module.path));
                self.touched.push((path.to_owned(), names(path).into_iter().chain(all).collect()));
            }
        }
    }

    /// The same for a file of no component: one among tests, or one that is read for its text.
    fn touch_what_nobody_owns(&mut self, path: &str) {
        let names = match kind::of(path) {
            Kind::Python => mention::names(path, std::iter::empty()),
            Kind::Documentation if kind::is_paper(path) => return,
            Kind::Environment | Kind::Settings | Kind::Other | Kind::Documentation => mention::of_file(path),
        };
        self.touched.push((path.to_owned(), names));
    }
}

/// Takes in those who depend on what is in, and those who speak of what was touched, until nobody is added.
fn spread(state: &mut State, components: &[Facts<'_>], bridges: &[Module], places: &Places<'_>) {
    if state.reasons.iter().all(Option::is_some) {
        return;
    }
    let mentions = Mentions::of(components, bridges, &state.touched);
    let mut dependents: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, facts) in components.iter().enumerate() {
        for needed in &facts.component.depends_on {
            dependents.entry(needed).or_default().push(index);
        }
    }
    let mut walk = mentions.walk();
    for (changed, names) in &state.touched {
        walk.say(names, changed);
    }
    let mut entered: Vec<usize> =
        (0..components.len()).filter(|index| state.reasons[*index].is_some()).collect();
    loop {
        if let Some(index) = entered.pop() {
            let name = &components[index].component.name;
            for dependent in dependents.get(name.as_str()).into_iter().flatten().copied() {
                if state.reasons[dependent].is_none() {
                    state.note(dependent, Why::Dependency(name.clone()));
                    entered.push(dependent);
                    // It may behave differently now, and so may who uses it without saying so.
                    for module in &components[dependent].modules {
                        walk.say(&mention::of_module(&module.path, &components[dependent]), &module.path);
                    }
                }
            }
        } else if let Some((owner, module, changed)) = walk.next() {
            let file = &module.path;
            let reached = owner.map_or_else(|| whose_tests(module, components, places), |owner| vec![owner]);
            for component in reached {
                if state.reasons[component].is_none() {
                    let why = Why::Mentions { file: file.clone(), changed: changed.clone() };
                    state.note(component, why);
                    entered.push(component);
                }
            }
        } else {
            return;
        }
    }
}

/// Whose tests a module of no component may be among, or decides about.
fn whose_tests(module: &Module, components: &[Facts<'_>], places: &Places<'_>) -> Vec<usize> {
    let path = &module.path;
    if kind::of(path) == Kind::Settings {
        return places.around(kind::folder(path));
    }
    let mut owners = places.tests(path);
    owners.retain(|component| {
        let select = &components[*component].component.tests.select;
        !kind::is_test(path) || mention::may_select(select.as_deref(), module)
    });
    owners
}

#[cfg(test)]
mod tests;
