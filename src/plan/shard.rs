//! Which components go to which machine: groups that one pytest run serves → shards of like weight.
//! Not where they run, and not what they are called. No group is split: two machines would make the same run.

use std::cmp::Reverse;

use super::Plan;

/// How many shards there are where nobody says it, unless there are fewer groups.
const USUAL: usize = 4;

/// The shards, each with the components in it by their index among the candidates, of which there are
/// `components`. At most `wanted`, never an empty one, and the same for the same arguments.
///
/// `weight` is what a component costs, in any unit: the number of its files, or what it took the last time.
pub fn shards(
    plan: &Plan<'_>,
    components: usize,
    weight: impl Fn(usize) -> u64,
    wanted: Option<usize>,
) -> Vec<Vec<usize>> {
    let mut groups = groups(plan, components);
    let weight = |group: &Vec<usize>| group.iter().map(|index| weight(*index).max(1)).sum::<u64>();
    // The heaviest first, each to the lightest shard so far: never worse than a third over the best.
    groups.sort_by_key(|group| (Reverse(weight(group)), group.first().copied()));
    let count = wanted.unwrap_or(USUAL).clamp(1, groups.len().max(1)).min(groups.len());
    let mut shards: Vec<(u64, Vec<usize>)> = vec![(0, Vec::new()); count];
    for group in groups {
        if let Some((total, shard)) = shards.iter_mut().min_by_key(|(total, _)| *total) {
            *total += weight(&group);
            shard.extend(group);
        }
    }
    let sorted = |(_, mut shard): (u64, Vec<usize>)| {
        shard.sort_unstable();
        shard
    };
    shards.into_iter().map(sorted).collect()
}

/// Components that share a pytest run, and each of the others alone.
fn groups(plan: &Plan<'_>, components: usize) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = plan.tests.iter().map(|group| group.components.clone()).collect();
    let mut is_grouped = vec![false; components];
    for index in groups.iter().flatten() {
        is_grouped[*index] = true;
    }
    groups.extend((0..components).filter(|index| !is_grouped[*index]).map(|index| vec![index]));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::component::TestSelection;
    use crate::plan::TestGroup;
    use proptest::prelude::*;

    static SELECTION: TestSelection =
        TestSelection { paths: Vec::new(), select: None, select_place: None, args: Vec::new() };

    fn plan(groups: &[&[usize]]) -> Plan<'static> {
        let group = |components: &&[usize]| TestGroup {
            selection: &SELECTION,
            components: components.to_vec(),
            tests: true,
            coverage: true,
        };
        Plan {
            tests: groups.iter().map(group).collect(),
            trees: Vec::new(),
            lint: Vec::new(),
            types: Vec::new(),
            security: Vec::new(),
            docs: Vec::new(),
            own: Vec::new(),
        }
    }

    #[test]
    fn components_that_share_a_run_stay_together() {
        let plan = plan(&[&[0, 2, 4], &[1], &[3]]);
        assert_eq!(shards(&plan, 5, |_| 1, Some(2)), [vec![0, 2, 4], vec![1, 3]]);
    }

    #[test]
    fn there_are_no_more_shards_than_groups_and_four_where_nobody_says() {
        assert_eq!(shards(&plan(&[&[0, 1]]), 2, |_| 1, Some(9)), [vec![0, 1]]);
        assert_eq!(shards(&plan(&[]), 6, |_| 1, None).len(), 4);
        assert_eq!(shards(&plan(&[]), 3, |_| 0, None), [[0], [1], [2]]);
        assert_eq!(shards(&plan(&[]), 0, |_| 1, Some(3)), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn the_heaviest_is_alone_where_the_others_weigh_as_much_together() {
        let weights = [1, 9, 3, 5];
        assert_eq!(shards(&plan(&[]), 4, |index| weights[index], Some(2)), [vec![1], vec![0, 2, 3]]);
    }

    proptest! {
        #[test]
        fn each_component_is_in_one_shard_and_no_shard_is_empty(
            weights in prop::collection::vec(0_u64..50, 0..40), wanted in prop::option::of(1_usize..12)
        ) {
            let shards = shards(&plan(&[]), weights.len(), |index| weights[index], wanted);
            let mut all: Vec<usize> = shards.iter().flatten().copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..weights.len()).collect::<Vec<_>>());
            prop_assert!(shards.iter().all(|shard| !shard.is_empty()));
            prop_assert!(shards.len() <= wanted.unwrap_or(4));
        }
    }
}
