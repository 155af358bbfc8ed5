//! Who speaks of whom: the modules whose text holds the name of another as a word. Not a reader of imports: a
//! module can be asked for in many ways, and its name stands in all of them but the computed ones.
//!
//! The hard part is to stay linear: only words that are the name of a module are kept.

use std::collections::{HashMap, HashSet, VecDeque};

use super::kind;
use super::{Facts, Module};

/// The modules and the words in them.
pub(super) struct Mentions<'a> {
    nodes: Vec<Node<'a>>,
    /// By word, the modules that hold it.
    speakers: HashMap<String, Vec<usize>>,
    /// Modules that cannot be read: they may speak of anything.
    mute: Vec<usize>,
}

struct Node<'a> {
    module: &'a Module,
    owner: Option<usize>,
    names: Vec<String>,
}

impl<'a> Mentions<'a> {
    /// Reads the modules of all components, and those of nobody.
    pub(super) fn of(
        components: &'a [Facts<'_>],
        bridges: &'a [Module],
        touched: &[(String, Vec<String>)],
    ) -> Self {
        let mut nodes = Vec::new();
        for (index, facts) in components.iter().enumerate() {
            for module in &facts.modules {
                nodes.push(Node { module, owner: Some(index), names: of_module(&module.path, facts) });
            }
        }
        for module in bridges {
            nodes.push(Node { module, owner: None, names: names(&module.path, std::iter::empty()) });
        }
        let known: HashSet<&str> = nodes
            .iter()
            .flat_map(|node| &node.names)
            .chain(touched.iter().flat_map(|(_, names)| names))
            .map(String::as_str)
            .collect();
        let mut speakers: HashMap<String, Vec<usize>> = HashMap::new();
        let mut mute = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let Some(text) = &node.module.text else {
                mute.push(index);
                continue;
            };
            let spoken = words(text).chain(file_names(text)).filter(|word| known.contains(word));
            let spoken: HashSet<&str> = spoken.collect();
            for word in spoken {
                speakers.entry(word.to_owned()).or_default().push(index);
            }
        }
        Self { nodes, speakers, mute }
    }

    /// A walk from what is said to all who are reached.
    pub(super) fn walk(&self) -> Walk<'_, 'a> {
        Walk {
            mentions: self,
            said: HashSet::new(),
            seen: vec![false; self.nodes.len()],
            heard: VecDeque::new(),
        }
    }
}

/// A walk along the mentions.
pub(super) struct Walk<'m, 'a> {
    mentions: &'m Mentions<'a>,
    said: HashSet<String>,
    seen: Vec<bool>,
    /// Modules that were reached, and the changed file where the way to them began.
    heard: VecDeque<(usize, String)>,
}

impl Walk<'_, '_> {
    /// Reaches who speaks of one of `names`.
    pub(super) fn say<'n>(&mut self, names: impl IntoIterator<Item = &'n String>, changed: &str) {
        let mentions = self.mentions;
        // Who cannot be read is reached by whatever is said first.
        let mut reached: Vec<usize> = if self.said.is_empty() { mentions.mute.clone() } else { Vec::new() };
        for name in names {
            if self.said.insert(name.clone()) {
                reached.extend(mentions.speakers.get(name).into_iter().flatten());
            }
        }
        for node in reached {
            if !std::mem::replace(&mut self.seen[node], true) {
                self.heard.push_back((node, changed.to_owned()));
            }
        }
    }
}

/// The next module that was reached: whose it is, itself, and the changed file where the way began.
impl<'a> Iterator for Walk<'_, 'a> {
    type Item = (Option<usize>, &'a Module, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, changed) = self.heard.pop_front()?;
        let node = &self.mentions.nodes[index];
        self.say(&node.names, &changed);
        Some((node.owner, node.module, changed))
    }
}

/// The words by which others speak of a module of a component.
pub(super) fn of_module(path: &str, facts: &Facts<'_>) -> Vec<String> {
    let declared = facts.component.paths.iter().map(|declared| declared.path.as_str());
    names(path, declared.chain(facts.sources_behind_links.iter().map(String::as_str)))
}

/// The words by which others speak of a file: its stem, that of the folder for which it stands, and, below a
/// declared folder, the folders on the way: a package may load what is in it.
pub(super) fn names<'p>(path: &str, declared: impl Iterator<Item = &'p str>) -> Vec<String> {
    let name = kind::name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut parts = vec![stem];
    if matches!(stem, "__init__" | "__main__") {
        parts = vec![kind::name(kind::folder(path))];
    }
    for folder in declared {
        if let Some(inside) = path.strip_prefix(folder).filter(|rest| rest.starts_with('/')) {
            parts.push(kind::name(folder));
            parts.extend(kind::folder(inside.trim_start_matches('/')).split('/'));
        }
    }
    let mut names: Vec<String> = parts.into_iter().flat_map(words).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The word by which others speak of a file that is no module: its whole name.
pub(super) fn of_file(path: &str) -> Vec<String> {
    vec![kind::name(path).to_owned()]
}

/// What may be names of files in a text.
fn file_names(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
    names.filter(|name| name.contains('.'))
}

/// Whether a test in the module may be among those that `-k` selects: an expression whose words are neither in its path
/// nor in its text selects none, unless it says what not to select, or tests come from another module.
pub(super) fn may_select(select: Option<&str>, module: &Module) -> bool {
    let (Some(select), Some(text)) = (select, &module.text) else { return true };
    if takes_over(text) {
        return true;
    }
    let (select, text) = (select.to_lowercase(), format!("{}\n{text}", module.path).to_lowercase());
    let mut wanted = words(&select).filter(|word| !matches!(*word, "and" | "or"));
    select.split_whitespace().any(|word| word.starts_with("not")) || wanted.any(|word| text.contains(word))
}

/// Whether the text takes over names that do not stand in it: those of a class's base, or all of another module's.
fn takes_over(text: &str) -> bool {
    const WITHOUT_TESTS: [&str; 4] = ["object", "unittest.TestCase", "TestCase", "IsolatedAsyncioTestCase"];
    let is_here = |base: &str| text.lines().any(|line| class(line).is_some_and(|(name, _)| name == base));
    let is_foreign = |base: &str| !base.is_empty() && !WITHOUT_TESTS.contains(&base) && !is_here(base);
    text.lines().any(|line| {
        let is_star = line.trim_start().starts_with("from ") && line.trim_end().ends_with("import *");
        is_star || class(line).is_some_and(|(_, bases)| bases.split(',').map(str::trim).any(is_foreign))
    })
}

/// The name of the class that begins in a line, and its bases.
fn class(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("class ")?.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = rest.split_at(end);
    let bases = rest.trim_start().strip_prefix('(').map_or("", |bases| {
        // Bases that go on in the next line are not read: they may be anything.
        bases.rsplit_once(')').map_or("?", |(bases, _)| bases)
    });
    Some((name, bases))
}

/// The words of a text, as Python would see names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_select(text: &str) -> bool {
        let module = Module { path: "tests/test_impl.py".to_owned(), text: Some(text.to_owned()) };
        super::may_select(Some("carbon"), &module)
    }

    #[test]
    fn a_test_may_be_selected_by_what_its_module_holds_or_takes_over_from_another() {
        for text in [
            "def test_carbon(): ...",
            "class TestImpl(Contract):",
            "class TestImpl(unittest.TestCase, contract.Contract):",
            "    class TestInner( Contract ):",
            "class TestImpl(\n    Contract,\n):",
            "class TestImpl(Contract, metaclass=Meta):",
            "from contract import *",
        ] {
            assert!(may_select(text), "{text}");
        }
        for text in [
            "def test_neon(): ...",
            "class TestImpl: ...",
            "class TestImpl(): ...",
            "class TestImpl(unittest.TestCase): ...",
            "class Contract: ...\nclass TestImpl(Contract): ...",
            "from contract import Contract",
        ] {
            assert!(!may_select(text), "{text}");
        }
    }
}
