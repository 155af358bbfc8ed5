//! Many components in an order that people can read: by group, the worst last, for the end of a page is what
//! stays on the screen. Not a rendering: text and Markdown share it.

use std::collections::BTreeMap;

use crate::model::assessment::{ComponentAssessment, Outcome, Verdict};
use crate::model::check::Check;

/// Up to so many components are shown one after the other, with all their checks.
pub(super) const FEW: usize = 5;

/// Components that the policy puts together.
pub(super) struct Group<'a> {
    /// Its name; `None` for those that are in none.
    pub(super) name: Option<&'a str>,
    /// The worst last, else by name.
    pub(super) members: Vec<&'a ComponentAssessment>,
}

/// The groups, the one with the worst member last, else by name, what is in no group first.
pub(super) fn worst_last(components: &[ComponentAssessment]) -> Vec<Group<'_>> {
    let mut by_name: BTreeMap<Option<&str>, Vec<&ComponentAssessment>> = BTreeMap::new();
    for component in components {
        by_name.entry(component.group.as_deref()).or_default().push(component);
    }
    let mut groups: Vec<Group<'_>> =
        by_name.into_iter().map(|(name, members)| Group { name, members }).collect();
    for group in &mut groups {
        group.members.sort_by_key(|component| (component.verdict, component.name.as_str()));
    }
    groups.sort_by_key(|group| group.members.last().map(|worst| worst.verdict));
    groups
}

/// One reason why something was not measured, and who shares it: a tool that is missing is missing for all.
pub(super) struct Unmeasured<'a> {
    /// The check; `None` where the gate asks for nothing.
    pub(super) check: Option<Check>,
    /// What happened. May hold untrusted text.
    pub(super) message: &'a str,
    /// What to do.
    pub(super) hint: &'a str,
    /// The components, by name.
    pub(super) names: Vec<&'a str>,
}

/// Every such reason, the one that the fewest share first.
pub(super) fn unmeasured(components: &[ComponentAssessment]) -> Vec<Unmeasured<'_>> {
    let mut by_reason: BTreeMap<(Option<Check>, &str, &str), Vec<&str>> = BTreeMap::new();
    for component in components {
        let mut explained = false;
        for check in &component.checks {
            if let Outcome::Inconclusive { reason, .. } = &check.outcome {
                let key = (Some(check.check()), reason.message.as_str(), reason.hint.as_str());
                by_reason.entry(key).or_default().push(&component.name);
                explained = true;
            }
        }
        if component.verdict == Verdict::Inconclusive && !explained {
            let hint =
                "declare the gate of the stage that it is to enter, with at least one check that applies";
            by_reason.entry((None, "the gate has no checks", hint)).or_default().push(&component.name);
        }
    }
    let mut all: Vec<Unmeasured<'_>> = by_reason
        .into_iter()
        .map(|((check, message, hint), mut names)| {
            names.sort_unstable();
            Unmeasured { check, message, hint, names }
        })
        .collect();
    all.sort_by_key(|one| one.names.len());
    all
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_worst_stands_last_in_its_group_and_its_group_last_of_all() {
        let many = sample::many();
        let order: Vec<(Option<&str>, Vec<&str>)> = worst_last(&many.components)
            .into_iter()
            .map(|group| (group.name, group.members.iter().map(|one| one.name.as_str()).collect()))
            .collect();
        let expected = [
            (None, vec!["scratch"]),
            (
                Some("Player Experience"),
                vec![
                    "gameplay-loop",
                    "narrative-coherence",
                    "player-experience",
                    "therapeutic-systems",
                    "narrative-arc-orchestrator-of-the-player",
                ],
            ),
            (Some("AI/Agent Systems"), vec!["agent-orchestration", "model-management", "llm"]),
            (Some("Core Infrastructure"), vec!["docker", "neo4j", "carbon"]),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn a_reason_that_several_share_is_told_once_and_an_empty_gate_is_one_too() {
        let many = sample::many();
        let told: Vec<(Option<Check>, Vec<&str>)> =
            unmeasured(&many.components).into_iter().map(|one| (one.check, one.names)).collect();
        let names = vec!["llm", "model-management", "narrative-arc-orchestrator-of-the-player"];
        assert_eq!(told, [(None, vec!["scratch"]), (Some(Check::Types), names)]);
    }
}
