//! What a figure was measured on and in: commit, interpreter, lock, tools. The same commit measures differently
//! elsewhere, so this stands beside every verdict.

use std::collections::BTreeSet;

use crate::model::assessment::{Assessment, ComponentAssessment, Subject};
use crate::model::environment::Environment;
use crate::model::run::Earlier;
use crate::model::toolchain::Tool;

use super::clean;
use super::summary::count;

/// How many letters of a commit people compare.
const SHORT: usize = 8;
/// How many changed files are named.
const CHANGED: usize = 5;
/// How many modules that are not installed are named.
const ABSENT: usize = 8;

/// `at 30f84615 with uncommitted changes`.
pub(super) fn subject(subject: &Subject) -> String {
    let Some(commit) = &subject.commit else { return "outside of any commit".to_owned() };
    let short = short(commit);
    match subject.dirty {
        Some(true) => format!("at {short} with uncommitted changes"),
        Some(false) | None => format!("at {short}"),
    }
}

/// What people compare of a commit.
pub(super) fn short(commit: &str) -> String {
    commit.chars().take(SHORT).collect()
}

/// The name of who did something, without the address behind it.
pub(super) fn who(actor: &str) -> String {
    let name = actor.split_once(" <").map_or(actor, |(name, _)| name);
    clean::line(name, 100)
}

/// `cached, from 2025-10-13 14:03 UTC, commit 30f84615`.
pub(super) fn earlier(earlier: &Earlier) -> String {
    let commit = earlier.commit.as_deref().map(|commit| format!(", commit {}", short(commit)));
    let time = earlier.time.strftime("%Y-%m-%d %H:%M UTC");
    format!("cached, from {time}{}", commit.unwrap_or_default())
}

/// `3 of 5 results cached, from 2025-10-13 14:03 UTC, commit 30f84615`: the oldest speaks for all.
pub(super) fn cached(assessment: &Assessment) -> Option<String> {
    let runs = || {
        let checks = assessment.components.iter().flat_map(|component| &component.checks);
        checks.filter_map(|check| check.outcome.run())
    };
    let reused: Vec<&Earlier> = runs().filter_map(|run| run.cached.as_ref()).collect();
    let oldest = reused.iter().min_by_key(|earlier| earlier.time)?;
    let all = count(runs().count() as u64, "result");
    let which = if reused.iter().all(|earlier| earlier == oldest) { "" } else { "; that is the oldest" };
    Some(format!("{} of {all} {}{which}", reused.len(), self::earlier(oldest)))
}

/// `Python 3.12.1 on linux-x86_64, 143 distributions, uv.lock in sync`.
pub(super) fn environment(environment: &Environment) -> String {
    let python = match &environment.python {
        Some(version) => format!("Python {version}"),
        None => "no Python".to_owned(),
    };
    let lock = match (&environment.lock, environment.in_sync) {
        (None, _) => "no lock file".to_owned(),
        (Some(lock), Some(true)) => format!("{lock} in sync"),
        (Some(lock), Some(false)) => format!("{lock} NOT in sync"),
        (Some(lock), None) => format!("{lock} not compared"),
    };
    let distributions = count(environment.distributions.len() as u64, "distribution");
    format!("{python} on {}, {distributions}, {lock}", environment.platform)
}

/// `measured without codecarbon`: what is optional and absent lowers figures.
pub(super) fn absent(imports: &[String]) -> Option<String> {
    (!imports.is_empty()).then(|| format!("measured without {} (not installed)", imports.join(", ")))
}

/// `4 components were measured without neo4j, redis (not installed)`.
pub(super) fn absent_of_many(components: &[ComponentAssessment]) -> Option<String> {
    let lacking = components.iter().filter(|one| !one.absent_imports.is_empty()).count();
    let modules: BTreeSet<&str> =
        components.iter().flat_map(|one| &one.absent_imports).map(String::as_str).collect();
    let mut named: Vec<String> = modules.iter().take(ABSENT).map(|name| (*name).to_owned()).collect();
    if modules.len() > ABSENT {
        named.push(format!("and {} more", modules.len() - ABSENT));
    }
    let was = if lacking == 1 { "was" } else { "were" };
    (lacking > 0).then(|| {
        let components = count(lacking as u64, "component");
        format!("{components} {was} measured without {} (not installed)", named.join(", "))
    })
}

/// The files that the run changed.
pub(super) fn changed(subject: &Subject) -> Option<String> {
    let named = subject.changed.get(..CHANGED).unwrap_or(&subject.changed);
    let more = subject.changed.len() - named.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!named.is_empty()).then(|| format!("the run changed {}{more}", named.join(", ")))
}

/// The tools that ran, each version once: `pytest 9.2.0, ruff 0.17.6`.
pub(super) fn tools(assessment: &Assessment) -> Option<String> {
    let checks = assessment.components.iter().flat_map(|component| &component.checks);
    let mut versions: Vec<(Tool, &str)> =
        checks.filter_map(|check| check.outcome.run()).map(|run| (run.tool, run.version.as_str())).collect();
    versions.sort_unstable();
    versions.dedup();
    let named: Vec<String> = versions.iter().map(|(tool, version)| format!("{tool} {version}")).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_subject_without_a_commit_says_so() {
        let none = Subject { commit: None, dirty: None, changed: vec![] };
        assert_eq!(subject(&none), "outside of any commit");
    }

    #[test]
    fn a_lock_that_is_out_of_step_is_hard_to_miss() {
        let mut env = sample::all_pass().environment;
        assert_eq!(environment(&env), "Python 3.12.1 on linux-x86_64, 3 distributions, uv.lock in sync");
        env.in_sync = Some(false);
        env.python = None;
        assert_eq!(environment(&env), "no Python on linux-x86_64, 3 distributions, uv.lock NOT in sync");
        env.in_sync = None;
        assert!(environment(&env).ends_with("uv.lock not compared"));
        env.lock = None;
        assert!(environment(&env).ends_with("no lock file"));
    }

    #[test]
    fn reused_results_are_counted_and_the_oldest_is_named() {
        assert_eq!(cached(&sample::all_pass()), None);
        let mut assessment = sample::cached();
        assert_eq!(
            cached(&assessment).as_deref(),
            Some("4 of 5 results cached, from 2025-10-12 09:15 UTC, commit 0a1b2c3d; that is the oldest")
        );
        assessment.components[0].checks.truncate(4);
        assert_eq!(
            cached(&assessment).as_deref(),
            Some("3 of 4 results cached, from 2025-10-13 14:03 UTC, commit 30f84615")
        );
    }

    #[test]
    fn changed_files_are_named_up_to_a_handful() {
        let mut of = Subject { commit: None, dirty: None, changed: vec![] };
        assert_eq!(changed(&of), None);
        of.changed = ["a", "b"].map(String::from).to_vec();
        assert_eq!(changed(&of).as_deref(), Some("the run changed a, b"));
        of.changed = ["a", "b", "c", "d", "e", "f", "g"].map(String::from).to_vec();
        assert_eq!(changed(&of).as_deref(), Some("the run changed a, b, c, d, e and 2 more"));
    }

    #[test]
    fn a_version_that_served_several_checks_is_named_once() {
        assert_eq!(
            tools(&sample::all_pass()).as_deref(),
            Some("pytest 9.2.0, ruff 0.17.6, pyright 1.1.414, bandit 1.9.4")
        );
    }
}
