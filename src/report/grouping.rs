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
    /// The checks; none where the gate asks for nothing.
    pub(super) checks: Vec<Check>,
    /// What happened. May hold untrusted text.
    pub(super) message: &'a str,
    /// What to do.
    pub(super) hint: &'a str,
    /// The components, by name.
    pub(super) names: Vec<&'a str>,
}

impl Unmeasured<'_> {
    /// `lint, types not measured`.
    pub(super) fn what(&self) -> String {
        if self.checks.is_empty() { "no gate".to_owned() } else { not_measured(&self.checks) }
    }
}

/// `lint, types not measured`; where it is every check there is, only that.
pub(super) fn not_measured(checks: &[Check]) -> String {
    if checks == Check::ALL {
        return "not measured".to_owned();
    }
    let ids: Vec<&str> = checks.iter().map(|check| check.id()).collect();
    format!("{} not measured", ids.join(", "))
}

/// Every such reason, the one that the fewest share first. What several checks share is told once, too.
pub(super) fn unmeasured(components: &[ComponentAssessment]) -> Vec<Unmeasured<'_>> {
    let mut by_reason: BTreeMap<(&str, &str, Vec<Check>), Vec<&str>> = BTreeMap::new();
    for component in components {
        let mut own: BTreeMap<(&str, &str), Vec<Check>> = BTreeMap::new();
        for check in &component.checks {
            if let Outcome::Inconclusive { reason, .. } = &check.outcome {
                own.entry((&reason.message, &reason.hint)).or_default().push(check.check());
            }
        }
        if component.verdict == Verdict::Inconclusive && component.is_unexplained() {
            let hint =
                "declare the gate of the stage that it is to enter, with at least one check that applies";
            own.insert(("the gate has no checks", hint), Vec::new());
        }
        for ((message, hint), checks) in own {
            by_reason.entry((message, hint, checks)).or_default().push(&component.name);
        }
    }
    let mut all: Vec<Unmeasured<'_>> = by_reason
        .into_iter()
        .map(|((message, hint, checks), mut names)| {
            names.sort_unstable();
            Unmeasured { checks, message, hint, names }
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
        let told: Vec<(Vec<Check>, Vec<&str>)> =
            unmeasured(&many.components).into_iter().map(|one| (one.checks, one.names)).collect();
        let names = vec!["llm", "model-management", "narrative-arc-orchestrator-of-the-player"];
        assert_eq!(told, [(vec![], vec!["scratch"]), (vec![Check::Types], names)]);
    }

    #[test]
    fn a_gate_that_waits_for_a_condition_is_not_one_without_checks() {
        let mut waiting = sample::waiting().components;
        waiting[0].verdict = Verdict::Inconclusive;
        assert_eq!(unmeasured(&waiting).len(), 0);
    }

    #[test]
    fn a_reason_that_several_checks_share_is_told_once() {
        let mut many = sample::many().components;
        let reason = match &many[5].checks[3].outcome {
            Outcome::Inconclusive { reason, .. } => reason.clone(),
            other => unreachable!("{other:?}"),
        };
        for check in &mut many[5].checks {
            check.outcome = Outcome::Inconclusive { reason: reason.clone(), run: None };
        }
        let told = unmeasured(&many);
        let whole = told.iter().find(|one| one.names == ["model-management"]).unwrap();
        assert_eq!(whole.what(), "not measured");
        assert_eq!(not_measured(&[Check::Lint, Check::Types]), "lint, types not measured");
    }
}
