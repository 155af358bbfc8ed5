//! Everything that is known of a project in one state: where the tools are, and what they found.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::evidence::Evidence;
use crate::model::run::{Earlier, Run};

use super::entry::{open, seal};
use super::evidence::{Evidence as Stored, Runs, restored};
use super::memo::{self, Memo};

/// How many toolchains are remembered for one state: asked for different checks, different ones are found.
const MEMOS: usize = 8;

/// What is known.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    memos: Vec<memo::Stored>,
    runs: Runs,
    results: BTreeMap<String, Stored>,
    /// The runs as they were: what is long in them is shared by all evidence of one.
    #[serde(skip)]
    restored: BTreeMap<String, Run>,
}

impl State {
    /// What the bytes of the entry of that name tell; nothing where they are no such entry.
    pub fn read(name: &str, bytes: &[u8]) -> Option<Self> {
        let mut state: Self = serde_json::from_str(open(name, bytes)?).ok()?;
        state.restored = restored(&state.runs);
        Some(state)
    }

    /// The bytes of the entry of that name.
    pub fn bytes(mut self, name: &str) -> Vec<u8> {
        let needed: BTreeSet<&String> = self.results.values().filter_map(Stored::run).collect();
        self.runs.retain(|name, _| needed.contains(name));
        // Structs with string keys always serialise; what does not is no entry when it is read.
        seal(name, &serde_json::to_string(&self).unwrap_or_default())
    }

    /// The toolchains, the newest first.
    pub fn memos(&self) -> impl Iterator<Item = Memo> {
        self.memos.iter().filter_map(memo::Stored::restore)
    }

    /// Remembers a toolchain, in place of those that found no more than it does.
    pub fn remember(&mut self, memo: &Memo) {
        let Some(stored) = memo::Stored::of(memo) else { return };
        self.memos.retain(|other| other.restore().is_some_and(|other| !serves(memo, &other)));
        self.memos.insert(0, stored);
        self.memos.truncate(MEMOS);
    }

    /// The evidence under a key, as from an earlier run; of what was read, not of what was kept since.
    /// `files` are those of the component.
    pub fn evidence(&self, key: &str, files: &[String]) -> Option<Evidence> {
        self.results.get(key)?.restore(&self.restored, files)
    }

    /// Keeps evidence; `now` is the run that it is from.
    pub fn keep(&mut self, key: String, evidence: &Evidence, now: &Earlier) {
        self.results.insert(key, Stored::of(evidence, now, &mut self.runs));
    }

    /// Takes over what another knows and this one does not.
    pub fn join(&mut self, other: Self) {
        for (name, run) in other.runs {
            self.runs.entry(name).or_insert(run);
        }
        for (key, stored) in other.results {
            self.results.entry(key).or_insert(stored);
        }
        for memo in other.memos.into_iter().filter_map(|memo| memo.restore()).rev() {
            if !self.memos().any(|own| serves(&own, &memo)) {
                self.remember(&memo);
            }
        }
    }
}

/// Whether one tells all that the other tells, or the other is out of date.
fn serves(one: &Memo, other: &Memo) -> bool {
    let is_outdated = one.environment != other.environment;
    is_outdated
        || (other.tools.iter().all(|tool| one.tools.contains(tool))
            && other.absent.keys().all(|component| one.absent.contains_key(component)))
}

#[cfg(test)]
mod tests {
    use super::super::evidence::tests::{any_evidence, earlier, files};
    use super::super::memo::tests::memo;
    use super::*;
    use crate::model::toolchain::Tool;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_state_comes_back_as_it_was_and_truncated_or_changed_it_is_none(
            evidence in any_evidence(), cut in any::<prop::sample::Index>(), bit in 0..8u8,
        ) {
            let mut state = State::default();
            state.remember(&memo());
            state.keep("key".to_owned(), &evidence, &earlier());
            let bytes = state.clone().bytes("name");
            let read = State::read("name", &bytes).expect("a state");
            let run = evidence.run.clone().map(|run| Run { cached: Some(earlier()), ..run });
            prop_assert_eq!(read.evidence("key", &files()), Some(Evidence { run, ..evidence }));
            prop_assert_eq!(read.evidence("other", &files()), None);
            prop_assert_eq!(read.memos().collect::<Vec<_>>(), vec![memo()]);
            prop_assert!(State::read("renamed", &bytes).is_none());
            let at = cut.index(bytes.len());
            prop_assert!(State::read("name", &bytes[..at]).is_none());
            let mut changed = bytes;
            changed[at] ^= 1 << bit;
            prop_assert!(State::read("name", &changed).is_none());
        }
    }

    #[test]
    fn what_two_processes_found_out_is_joined() {
        let (mut one, mut other) = (State::default(), State::default());
        let evidence = |issues| Evidence {
            measured: crate::model::evidence::Measured::Lint { issues },
            inspected: crate::model::evidence::Inspected::tests(1).expect("a test"),
            findings: vec![],
            extent: None,
            suppressed: 0,
            lines: crate::model::line_set::Lines::new(),
            notes: vec![],
            run: None,
        };
        one.keep("both".to_owned(), &evidence(1), &earlier());
        other.keep("both".to_owned(), &evidence(2), &earlier());
        other.keep("theirs".to_owned(), &evidence(3), &earlier());
        one.join(other);
        let known = ["both", "theirs"].map(|key| one.evidence(key, &files()));
        assert_eq!(known, [Some(evidence(1)), Some(evidence(3))]);
    }

    #[test]
    fn a_toolchain_takes_the_place_of_one_that_tells_less() {
        let less = Memo { tools: memo().tools[..1].to_vec(), ..memo() };
        let elsewhere = Memo { absent: [("b".to_owned(), vec![])].into(), ..memo() };
        let mut state = State::default();
        state.remember(&less);
        state.remember(&memo());
        assert_eq!(state.memos().collect::<Vec<_>>(), [memo()]);
        state.remember(&elsewhere);
        assert_eq!(state.memos().count(), 2);
        let rebuilt = Memo { environment: "another".to_owned(), ..memo() };
        state.remember(&rebuilt);
        assert_eq!(state.memos().collect::<Vec<_>>(), [rebuilt], "the environment is another now");
        assert_eq!(Tool::from_name("pytest"), Some(Tool::Pytest));
    }
}
