//! Why a step is refused, in words, and what to do. Not the decision: that is `lifecycle`'s.

use std::time::Duration;

use crate::lifecycle::{Obstacle, Staleness};

/// How many letters of a commit people compare.
const SHORT: usize = 8;

/// What stands in the way, as a fragment.
pub fn words(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Unmeasured { to } => format!("its gate to {to} was never measured for the record"),
        Obstacle::NotPassed { verdict, checks } if checks.is_empty() => {
            format!("the last measurement is no pass: {}", verdict.name())
        }
        Obstacle::NotPassed { verdict, checks } => {
            format!("the last measurement is no pass: {} ({})", verdict.name(), checks.join(", "))
        }
        Obstacle::Stale(staleness) => stale(staleness),
        Obstacle::Held { by, reason } => format!("{by} holds it: {reason}"),
        Obstacle::RollingBack { promotion, reason, due, overdue } => {
            let due = due.map_or_else(String::new, |due| due.strftime(", by %Y-%m-%d %H:%M UTC").to_string());
            let overdue = if *overdue { " (overdue)" } else { "" };
            format!("`{promotion}` is to be rolled back{due}{overdue}: {reason}")
        }
        Obstacle::Dependency { component, stage } => {
            format!("it needs `{component}`, which is in {stage} only")
        }
    }
}

fn stale(staleness: &Staleness) -> String {
    match staleness {
        Staleness::Commit { current: None, .. } => {
            "there is no commit here, and a pass counts for one commit alone".to_owned()
        }
        Staleness::Commit { measured: None, current } => {
            format!("the last measurement is of no commit, and {} is here", commit(current.as_deref()))
        }
        Staleness::Commit { measured, current } => format!(
            "the last measurement is of another commit: {}, and not {}",
            commit(measured.as_deref()),
            commit(current.as_deref())
        ),
        Staleness::Policy => "the policy has changed since the last measurement".to_owned(),
        Staleness::MeasuredDirty => {
            "the last measurement is of files that differed from their commit".to_owned()
        }
        Staleness::Dirty { file: Some(file) } => format!("files differ from the commit: `{file}`, for one"),
        Staleness::Dirty { file: None } => {
            "files differ from the commit, or it cannot be told whether they do".to_owned()
        }
        Staleness::Old { age, max } => {
            format!("the last measurement is {} old; `max_age` is {}", length(*age), length(*max))
        }
        // It may have failed for another reason, so nothing is said of its verdict.
        Staleness::Waiver { check, what, expires } => {
            format!("of the last measurement, {check} was waived ({what}) until {expires}, which is over")
        }
        Staleness::SignOff { topic } => {
            format!("the last measurement rests on `{topic}`, which nobody answers for any more")
        }
        Staleness::Future => "the last measurement was recorded later than now: a clock is wrong".to_owned(),
    }
}

/// What to do about the first of them, which the others often follow from.
pub fn remedy(component: &str, obstacles: &[Obstacle]) -> String {
    let measure = format!("`tta-promote verify {component} --record`");
    match obstacles.first() {
        Some(Obstacle::NotPassed { .. }) => {
            format!("see what fails with `tta-promote verify {component}`, correct it, and run {measure}")
        }
        Some(Obstacle::RollingBack { .. }) => format!("run `tta-promote rollback {component} --now`"),
        Some(Obstacle::Held { .. }) => {
            format!("release it with `tta-promote release {component} --reason TEXT` when the reason is gone")
        }
        Some(Obstacle::Dependency { component, .. }) => format!("promote `{component}` first"),
        Some(Obstacle::Stale(Staleness::Commit { current: None, .. })) => {
            format!(
                "commit what is to be promoted, after `git init` where this is no repository yet, and run {measure}"
            )
        }
        Some(Obstacle::Stale(Staleness::Future)) => "set the clock, and run this again".to_owned(),
        Some(Obstacle::Stale(Staleness::SignOff { topic })) => {
            format!(
                "let it be signed with `tta-promote sign {component} {topic} --evidence URL`, and run {measure}"
            )
        }
        Some(Obstacle::Stale(Staleness::Waiver { .. })) => {
            format!("mend what was waived and take the waiver out, or renew it, and run {measure}")
        }
        _ if obstacles.iter().any(|one| matches!(one, Obstacle::Stale(Staleness::Dirty { .. }))) => {
            format!("commit what is to be promoted, and run {measure}")
        }
        _ => format!("run {measure}"),
    }
}

fn commit(commit: Option<&str>) -> String {
    commit.map_or_else(
        || "none".to_owned(),
        |commit| format!("`{}`", commit.chars().take(SHORT).collect::<String>()),
    )
}

/// `2 d 3 h`, `3 h 20 min`, `20 min`: the two largest units, cut off.
pub fn length(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let parts: Vec<String> = [(days, "d"), (hours, "h"), (minutes, "min")]
        .iter()
        .filter(|(number, _)| *number > 0)
        .take(2)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if parts.is_empty() { format!("{} s", length.as_secs()) } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::assessment::Verdict;
    use crate::model::stage::Stage;

    #[test]
    fn each_refusal_says_why_and_what_to_do() {
        let commit = |text: &str| Some(text.to_owned());
        let (measured, current) = (commit("30f84615a0c1"), commit("0c0ffee1a0c1"));
        let all = [
            (Obstacle::Unmeasured { to: Stage::Staging }, "to staging was never measured", "--record"),
            (
                Obstacle::NotPassed { verdict: Verdict::Fail, checks: vec!["lint".into(), "types".into()] },
                "fail (lint, types)",
                "correct it",
            ),
            (
                Obstacle::NotPassed { verdict: Verdict::Inconclusive, checks: vec![] },
                "no pass: inconclusive",
                "correct it",
            ),
            (
                Obstacle::Stale(Staleness::Commit { measured, current }),
                "`30f84615`, and not `0c0ffee1`",
                "--record",
            ),
            (Obstacle::Stale(Staleness::Policy), "policy", "--record"),
            (Obstacle::Stale(Staleness::MeasuredDirty), "differed", "--record"),
            (
                Obstacle::Stale(Staleness::Old {
                    age: Duration::from_secs(183_900),
                    max: Duration::from_secs(5_400),
                }),
                "2 d 3 h old; `max_age` is 1 h 30 min",
                "--record",
            ),
            (
                Obstacle::Stale(Staleness::Waiver {
                    check: "lint".into(),
                    what: "E501 in a.py".into(),
                    expires: "2026-12-31".parse().expect("a day"),
                }),
                "of the last measurement, lint was waived (E501 in a.py) until 2026-12-31, which is over",
                "or renew it, and run `tta-promote verify",
            ),
            (Obstacle::Stale(Staleness::Future), "clock", "set the clock"),
            (
                Obstacle::Held { by: "Ada".into(), reason: "holidays".into() },
                "Ada holds it: holidays",
                "release carbon",
            ),
            (
                Obstacle::Dependency { component: "neo4j".into(), stage: Stage::Development },
                "needs `neo4j`, which is in development only",
                "promote `neo4j` first",
            ),
        ];
        for (obstacle, why, what) in all {
            assert!(words(&obstacle).contains(why), "{}", words(&obstacle));
            let remedy = remedy("carbon", std::slice::from_ref(&obstacle));
            assert!(remedy.contains(what), "{remedy}");
        }
        assert_eq!(length(Duration::from_secs(5)), "5 s");
    }

    #[test]
    fn of_the_files_that_differ_one_is_named_where_one_is_known() {
        for (file, why) in
            [(None, "it cannot be told whether they do"), (Some("a.py"), "differ from the commit: `a.py`")]
        {
            let dirty = Obstacle::Stale(Staleness::Dirty { file: file.map(str::to_owned) });
            assert!(words(&dirty).contains(why), "{}", words(&dirty));
            assert!(remedy("carbon", &[dirty]).starts_with("commit what is to be promoted"));
        }
    }

    #[test]
    fn where_there_is_no_commit_that_is_said_and_what_to_do() {
        let commit = |text: &str| Some(text.to_owned());
        let stale = |measured, current| Obstacle::Stale(Staleness::Commit { measured, current });
        let none = stale(None, commit("0c0ffee1a0c1"));
        assert_eq!(words(&none), "the last measurement is of no commit, and `0c0ffee1` is here");
        for measured in [None, commit("30f84615a0c1")] {
            let nowhere = stale(measured, None);
            assert_eq!(words(&nowhere), "there is no commit here, and a pass counts for one commit alone");
            let remedy = remedy("carbon", &[nowhere]);
            assert!(remedy.contains("`git init`") && remedy.contains("--record"), "{remedy}");
        }
    }

    #[test]
    fn what_nobody_answers_for_any_more_is_to_be_signed_again() {
        let ended = Obstacle::Stale(Staleness::SignOff { topic: "security".into() });
        assert!(words(&ended).ends_with("rests on `security`, which nobody answers for any more"));
        let remedy = remedy("carbon", &[ended]);
        assert!(remedy.contains("sign carbon security --evidence URL"), "{remedy}");
    }
}
