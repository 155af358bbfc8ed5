//! A report for the tests of what shows it. Every text of others is `text`, so that a test can make it hostile.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;

pub(super) fn hour(hours: i64) -> Timestamp {
    let start: Timestamp = "2025-10-14T09:00:00Z".parse().expect("a time");
    start + SignedDuration::from_hours(hours)
}

fn bare(name: &str, priority: Option<&str>, state: State, headline: &str, text: &str) -> ComponentReadiness {
    ComponentReadiness {
        name: name.to_owned(),
        title: format!("{} Component{text}", name[..1].to_uppercase() + &name[1..]),
        group: Some(format!("Core{text}")),
        priority: priority.map(str::to_owned),
        owner: Some(format!("ada{text}")),
        ledger: format!(".promotion/ledger/{name}.jsonl"),
        records: 2,
        state,
        headline: format!("{headline}{text}"),
        stage: Some("development"),
        to: Some("staging"),
        measured: None,
        checks: Vec::new(),
        attention: Vec::new(),
        blockers: Vec::new(),
        observation: None,
        promotion: None,
        coverage: Vec::new(),
        in_force: Vec::new(),
        changes: Vec::new(),
        more_changes: 0,
        next: None,
        findings: Vec::new(),
        more_findings: 0,
        by_rule: BTreeMap::new(),
        found_in: Vec::new(),
    }
}

fn measured(verdict: &'static str, fresh: bool) -> Measured {
    Measured { verdict, time: hour(-5), commit: Some("30f84615aa".into()), record: 2, fresh }
}

fn point(hours: i64, hundredths: u32) -> CoveragePoint {
    CoveragePoint {
        time: hour(hours),
        covered: u64::from(hundredths) / 100,
        total: 100,
        hundredths,
        min_hundredths: Some(7000),
    }
}

fn blocked(text: &str) -> ComponentReadiness {
    let headline = "coverage: needs 31 more covered lines or branches; lint: 2 issues to mend";
    let check = |id: &str, outcome, summary: &str, gap: Option<Gap>| Check {
        id: id.into(),
        outcome,
        waived: false,
        summary: format!("{summary}{text}"),
        gap,
        reason: None,
    };
    let gap = |missing, words: &str| Some(Gap { missing, words: words.into() });
    ComponentReadiness {
        measured: Some(measured("fail", true)),
        checks: vec![
            check("tests", "pass", "4 passed, 4 skipped", None),
            check(
                "coverage",
                "fail",
                "42.2 % with branches (46 of 109) < 70 %",
                gap(31, "needs 31 more covered lines or branches"),
            ),
            check("lint", "fail", "2 issues", gap(2, "2 issues to mend")),
        ],
        blockers: vec![Blocker {
            kind: "not_passed",
            stale: false,
            message: format!("the last measurement is no pass: fail (coverage, lint){text}"),
            hint: "see what fails with `tta-promote verify carbon`".into(),
        }],
        coverage: vec![point(-400, 7319), point(-200, 7064), point(-5, 4220)],
        changes: vec![
            Change { time: None, kind: "coverage", what: format!("coverage: 70.64 % → 42.2 %{text}") },
            Change { time: Some(hour(-30)), kind: "incident", what: format!("incident: key leaked{text}") },
        ],
        more_changes: 3,
        next: Some(Next {
            step: "verify",
            command: Some("tta-promote verify carbon --record".into()),
            purpose: "measures the gate and records it".into(),
            until: None,
        }),
        findings: vec![Finding {
            check: "lint".into(),
            file: format!("src/carbon.py{text}"),
            line: Some(12),
            rule: format!("F401{text}"),
            severity: "high",
            message: format!("`os` imported but unused{text}"),
            source: Some(format!("    import os  # <b>{text}")),
        }],
        more_findings: 1,
        by_rule: [(("lint".into(), format!("F401{text}")), 2)].into(),
        found_in: found_in(text),
        ..bare("carbon", Some("P0"), State::Blocked, headline, text)
    }
}

fn found_in(text: &str) -> Vec<FoundIn> {
    vec![
        FoundIn {
            commit: Some(format!("30f84615{text}")),
            dirty: Some(true),
            time: hour(-30),
            current: false,
            not_measured: vec![NotMeasured {
                check: "types".into(),
                kind: "tool_missing".into(),
                message: format!("pyright is not installed{text}"),
                hint: "install it".into(),
            }],
        },
        FoundIn { commit: None, dirty: None, time: hour(-31), current: false, not_measured: Vec::new() },
    ]
}

fn observing(text: &str) -> ComponentReadiness {
    let summary = format!("soak: 60 h of 168 h healthy{text}");
    let event = |hours, kind, good, what: &str| Event {
        time: hour(hours),
        kind,
        good,
        what: format!("{what}{text}"),
    };
    ComponentReadiness {
        measured: Some(measured("pass", false)),
        observation: Some(Observation {
            day: 3,
            days: 7,
            proven: false,
            summary: summary.clone(),
            healthy_seconds: 60 * 3600,
            needed_seconds: 168 * 3600,
            earliest: Some(hour(108)),
            map: vec![
                RuleDays {
                    rule: format!("container{text}"),
                    signs: vec![Some("good"), Some("good"), Some("good")],
                },
                RuleDays { rule: "metric.errors".into(), signs: vec![Some("bad"), None, Some("unknown")] },
            ],
        }),
        promotion: Some(Promotion {
            id: format!("model-staging-2025-10-11{text}"),
            to: "staging",
            phase: "observing",
            issue: Some(format!("https://github.example/o/n/issues/4{text}")),
            commit: Some("30f84615aa".into()),
            events: vec![
                event(-70, "verified", true, "gate to staging: pass"),
                event(-69, "issue", true, "issue #4 open"),
                event(-60, "deployed", true, "deployed and proven"),
                event(-20, "incident", false, "it was slow"),
            ],
            more_events: 2,
        }),
        blockers: vec![Blocker {
            kind: TO_BE_MENDED,
            stale: false,
            message: format!("`model-staging-2025-10-11` is to be mended by 2025-10-20: leaks memory{text}"),
            hint: "commit what mends it".into(),
        }],
        coverage: vec![point(-5, 8100)],
        ..bare("model", Some("P0"), State::Observing, &format!("day 3 of 7; {summary}"), text)
    }
}

fn ready(text: &str) -> ComponentReadiness {
    ComponentReadiness {
        measured: Some(measured("pass", true)),
        coverage: vec![point(-300, 6900), point(-5, 7320)],
        in_force: vec![InForce {
            kind: "sign_off",
            what: format!("`security-reviewed` signed by Grace: https://ci.example/42{text}"),
            until: Some(hour(900)),
        }],
        changes: vec![
            Change { time: None, kind: "verdict", what: "gate to staging: fail → pass".into() },
            Change { time: None, kind: "coverage", what: "coverage: 69 % → 73.2 %".into() },
        ],
        next: Some(Next {
            step: "deploy",
            command: Some("tta-promote deploy neo4j".into()),
            purpose: "deploys the candidate".into(),
            until: Some(hour(19)),
        }),
        ..bare("neo4j", Some("P1"), State::Ready, "can go to staging", text)
    }
}

/// Those whose gate did not pass or whose pass says nothing.
fn not_passed(text: &str) -> [ComponentReadiness; 2] {
    let inconclusive = ComponentReadiness {
        measured: Some(measured("inconclusive", true)),
        checks: vec![Check {
            id: "lint".into(),
            outcome: "inconclusive",
            waived: false,
            summary: format!("ruff is not installed{text}"),
            gap: None,
            reason: Some(Reason {
                kind: "tool_missing".into(),
                message: format!("ruff is not installed{text}"),
                hint: "`tta-promote doctor` says where the tool was looked for".into(),
            }),
        }],
        ..bare("agent", Some("P1"), State::Inconclusive, "lint: ruff is not installed", text)
    };
    let stale = ComponentReadiness {
        measured: Some(measured("pass", false)),
        blockers: vec![Blocker {
            kind: "commit",
            stale: true,
            message: format!("the last measurement is of another commit{text}"),
            hint: "run `tta-promote verify llm --record`".into(),
        }],
        ..bare("llm", Some("P2"), State::Stale, "the last measurement is of another commit", text)
    };
    [inconclusive, stale]
}

/// A component in each state.
pub(super) fn readiness(text: &str) -> Readiness {
    let attention = ComponentReadiness {
        attention: vec![Attention {
            kind: "rollback_overdue",
            message: format!("overdue: `docker-staging-2025-10-11` is to be rolled back: it lost data{text}"),
            hint: "run `tta-promote rollback docker --now`".into(),
        }],
        ..bare("docker", Some("P0"), State::Attention, "overdue: to be rolled back: it lost data", text)
    };
    let unknown = ComponentReadiness {
        stage: None,
        to: None,
        blockers: vec![Blocker {
            kind: LEDGER_BROKEN,
            stale: false,
            message: format!("its ledger does not verify: line 3 was edited{text}"),
            hint: "find out who changed it and why".into(),
        }],
        ..bare("story", Some("P2"), State::Unknown, "its ledger does not verify: line 3 was edited", text)
    };
    let done = ComponentReadiness {
        stage: Some("production"),
        to: None,
        ..bare("redis", Some("P0"), State::Done, "", "")
    };
    let unmeasured =
        bare("tale", None, State::Unmeasured, "its gate to staging was never measured for the record", text);
    let undeclared = bare("gone", None, State::Undeclared, "it has left a ledger, which is kept", text);
    let mut components =
        vec![attention, unknown, ready(text), observing(text), blocked(text), unmeasured, done, undeclared];
    components.extend(not_passed(text));
    components.sort_by_cached_key(ComponentReadiness::key);
    Readiness {
        project: format!("TTA{text}"),
        time: hour(0),
        since: hour(-168),
        compared: Compared::Report,
        commit: Some("30f84615aabb".into()),
        dirty: Some(false),
        freezes: vec![Freeze {
            from: hour(100),
            to: hour(200),
            reason: format!("the fair{text}"),
            in_force: false,
        }],
        components,
        gone: vec![format!("attic{text}")],
        notes: vec![format!("`verdict.json` also holds `cellar{text}`: not shown")],
    }
}

/// So many components, in all states.
pub(super) fn many(number: usize) -> Readiness {
    let few = readiness("");
    let components = (0..number).map(|place| {
        let one = few.components[place % few.components.len()].clone();
        let name = format!("{}_{place}", one.name);
        ComponentReadiness { title: format!("{} {place}", one.title), name, ..one }
    });
    let mut components: Vec<ComponentReadiness> = components.collect();
    components.sort_by_cached_key(ComponentReadiness::key);
    Readiness { components, ..few }
}
