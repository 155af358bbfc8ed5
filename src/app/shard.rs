//! The shards of a run that was spread over machines: finds their files, reads them, and says of each whether it is
//! an assessment that can be relied on. Not whether it is one of those that were asked for: see `merge`. The hard
//! part is to know whom a file that cannot be relied on would have been about, so that they can be named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::judge::{self, Gathered};
use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::evidence::Measured;
use crate::model::finding::Severity;
use crate::model::gate::Criterion;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::waiver::{Waiver, WaiverState};
use crate::report::{Heading, ReadError, read};
use crate::sys::clock;
use crate::sys::file;
use crate::sys::tree;

use super::doubt;

/// The version that a shard must have been written by: another one may have judged otherwise.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to do about a shard that left nothing, or nothing of use.
const AGAIN: &str = "see what its job printed, and run it again";

/// One file that was given, or found in a folder that was given.
#[derive(Debug)]
pub struct Shard {
    /// The file as the user would name it.
    pub file: String,
    /// The components that it is about, as far as that can be told.
    pub components: Vec<String>,
    /// What it holds, or why that is worth nothing.
    pub content: Result<Assessment, Reason>,
}

/// The shards in files and in folders, in the order of their names. Of a folder, those are all `*.json` in it and
/// in the folders in it, as `actions/download-artifact` lays them out; `plan` is none of them.
pub fn gather(paths: &[PathBuf], plan: Option<&Path>) -> Vec<Shard> {
    let mut shards: Vec<Shard> = Vec::new();
    for path in paths {
        if tree::is_folder(path) {
            shards.extend(of_folder(path, plan));
        } else {
            shards.push(of_file(path));
        }
    }
    shards.sort_by(|one, other| one.file.cmp(&other.file));
    shards
}

fn of_folder(folder: &Path, plan: Option<&Path>) -> Vec<Shard> {
    let plan = plan.and_then(|plan| tree::real(plan).ok());
    let mut names: Vec<String> =
        ["*.json", "*/*.json"].iter().flat_map(|pattern| tree::matching(folder, pattern)).collect();
    names.sort_unstable();
    let is_plan = |path: &Path| plan.is_some() && tree::real(path).ok() == plan;
    let files = names.iter().map(|name| folder.join(name)).filter(|path| !is_plan(path));
    let shards: Vec<Shard> = files.map(|path| of_file(&path)).collect();
    if shards.is_empty() {
        let name = folder.to_string_lossy().into_owned();
        let reason =
            Reason::new(ReasonKind::ShardMissing, format!("the folder `{name}` holds no `*.json`"), AGAIN);
        return vec![Shard { file: name, components: Vec::new(), content: Err(reason) }];
    }
    shards
}

fn of_file(path: &Path) -> Shard {
    let name = path.to_string_lossy().into_owned();
    let (components, content) = match file::read_text(path) {
        Ok(text) => of_text(&name, &text),
        Err(file::ReadError::Absent) => {
            let what = format!("there is no file `{name}`");
            (Vec::new(), Err(Reason::new(ReasonKind::ShardMissing, what, AGAIN)))
        }
        Err(file::ReadError::Unreadable(why)) => (Vec::new(), Err(unreadable(&name, &why))),
    };
    let components = components.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    Shard { file: name, components, content }
}

/// Whom a text is about, and what it says of them.
fn of_text(name: &str, text: &str) -> (Vec<String>, Result<Assessment, Reason>) {
    let assessment = match read(text, VERSION) {
        Ok(assessment) => assessment,
        Err(fault) => return (Heading::of(text).components(), Err(refused(name, &fault))),
    };
    let components = assessment.components.iter().map(|component| component.name.clone()).collect();
    // What was joined was judged on several days, and has the first of them alone: it is not judged again.
    let content = if assessment.merged.is_some() {
        Err(joined(name))
    } else if let Err(fault) = began(&assessment).and_then(|()| follows(&assessment)) {
        Err(unreadable(name, &fault))
    } else {
        counts(name, &assessment).map(|()| assessment)
    };
    (components, content)
}

fn refused(name: &str, fault: &ReadError) -> Reason {
    if fault.is_foreign() {
        let hint = "make all shards, and join them, with the same tta-promote";
        Reason::new(ReasonKind::ShardForeign, format!("`{name}`: {fault}"), hint)
    } else {
        unreadable(name, &fault.to_string())
    }
}

fn unreadable(name: &str, why: &str) -> Reason {
    Reason::new(ReasonKind::ShardUnreadable, format!("`{name}`: {why}"), AGAIN)
}

fn joined(name: &str) -> Reason {
    let hint = "give the shards themselves, and not what became of them";
    Reason::new(ReasonKind::ShardForeign, format!("`{name}`: it was joined from shards already"), hint)
}

/// Whether it is of a run that came to a good end.
fn counts(name: &str, assessment: &Assessment) -> Result<(), Reason> {
    match doubt::withheld(assessment) {
        Some(why) if why != doubt::INTERRUPTED => Err(unreadable(name, why)),
        None if !is_interrupted(assessment) => Ok(()),
        Some(_) | None => {
            let what = format!("`{name}` is of a run that was interrupted");
            Err(Reason::new(ReasonKind::Interrupted, what, "run its job again"))
        }
    }
}

fn is_interrupted(assessment: &Assessment) -> bool {
    let checks = assessment.components.iter().flat_map(|component| &component.checks);
    checks.map(|check| &check.outcome).any(|outcome| match outcome {
        Outcome::Inconclusive { reason, .. } if reason.kind == ReasonKind::Interrupted => true,
        _ => outcome.run().is_some_and(|run| run.exit == Exit::Interrupted),
    })
}

/// Whether it says to have begun when that can have been: what is waived rests on the day.
fn began(assessment: &Assessment) -> Result<(), String> {
    let (now, started) = (clock::now(), assessment.started);
    // Clocks of two machines may differ a little.
    if started.duration_since(now) <= SignedDuration::from_mins(5) {
        return Ok(());
    }
    Err(format!("it began at {started}, which is later than now: a clock is wrong"))
}

/// Whether what a component does not pass without is still waived today, whatever day the shard was judged on. What
/// fails all the same fails.
pub fn is_still_waived(file: &str, component: &ComponentAssessment) -> Result<(), Reason> {
    let today = clock::today();
    let ended = component.resting_on().into_iter().map(|one| &one.waiver).find(|one| !one.is_in_force(today));
    let Some(waiver) = ended.filter(|_| component.verdict != Verdict::Fail) else { return Ok(()) };
    let Waiver { check, rule, path, expires, .. } = waiver;
    let what = format!("`{file}`: {check} rests on a waiver that expired on {expires} ({rule} in {path})");
    let hint = "run its job again, once what was waived is mended or the waiver is renewed";
    Err(Reason::new(ReasonKind::ShardStale, what, hint))
}

/// Judges everything again: what a document says must be what its figures say.
fn follows(assessment: &Assessment) -> Result<(), String> {
    let today = clock::day_of(assessment.started);
    for component in &assessment.components {
        for check in &component.checks {
            gave(&check.outcome).map_err(|what| {
                format!("component `{}`, check `{}`: {what}", component.name, check.check())
            })?;
            if !is_just(check) {
                let (id, outcome) = (check.check(), check.outcome.name());
                return Err(format!(
                    "component `{}`, check `{id}`: `{outcome}` does not follow from its figures",
                    component.name
                ));
            }
        }
        if !is_justly_waived(component, today) {
            return Err(format!(
                "component `{}`: what is waived does not follow from its waivers",
                component.name
            ));
        }
        if judge::whole(&component.checks, &component.conditions) != component.verdict {
            return Err(format!(
                "component `{}`: `{}` does not follow from its checks",
                component.name,
                component.verdict.name()
            ));
        }
    }
    let verdicts = assessment.components.iter().map(|component: &ComponentAssessment| component.verdict);
    if judge::all(verdicts) == assessment.verdict {
        Ok(())
    } else {
        Err(format!("`{}` does not follow from its components", assessment.verdict.name()))
    }
}

/// Whether the run behind figures can have given them: it came to its own end, left a report, and does not speak of a
/// failure that they do not count.
fn gave(outcome: &Outcome) -> Result<(), &'static str> {
    let (Outcome::Pass(evidence) | Outcome::Fail(evidence)) = outcome else { return Ok(()) };
    let Some(run) = &evidence.run else { return Ok(()) };
    let Exit::Code(code) = run.exit else { return Err("its run did not come to its own end") };
    if run.report_sha256.is_none() {
        return Err("its run left no report");
    }
    match &evidence.measured {
        Measured::Tests(counts) if code != 0 && counts.failed == 0 && counts.errors == 0 => {
            Err("its run failed, and none of the tests that are counted did")
        }
        _ => Ok(()),
    }
}

/// Whether what is waived is what the waivers that it names cover, on the day on which it was judged.
fn is_justly_waived(component: &ComponentAssessment, today: Date) -> bool {
    let judged = component.checks.iter().map(|check| (check.criterion.clone(), check.outcome.clone()));
    let waivers: Vec<Waiver> = component.waivers.iter().map(|one| one.waiver.clone()).collect();
    // Whether another gate may need a waiver is the policy's word, and no matter of the verdict.
    let is_here = component.waivers.iter().any(|one| one.state == WaiverState::UnusedHere);
    let least = if is_here { Severity::Low } else { Severity::High };
    let (checks, waivers) = judge::waiver::waive(judged.collect(), &waivers, today, least);
    checks == component.checks && waivers == component.waivers
}

/// Whether the outcome of a check follows from its figures.
pub fn is_just(check: &CheckAssessment) -> bool {
    match &check.outcome {
        Outcome::Pass(evidence) | Outcome::Fail(evidence) => {
            let gathered: Gathered = Ok(evidence.clone());
            judge::check(&check.criterion, gathered) == check.outcome
        }
        Outcome::Inconclusive { .. } => !matches!(check.criterion, Criterion::NotApplicable { .. }),
        Outcome::NotApplicable { why } => {
            matches!(&check.criterion, Criterion::NotApplicable { why: own, .. } if own == why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_fails_all_the_same_stays_a_fail_when_its_waivers_have_ended() {
        let mut waived = sample::waived();
        let component = &mut waived.components[0];
        let refused = is_still_waived("1.json", component).expect_err("it ended long ago");
        assert_eq!(refused.kind, ReasonKind::ShardStale);
        component.verdict = Verdict::Fail;
        assert_eq!(is_still_waived("1.json", component), Ok(()));
        // Nor does a check rest on them that passes without.
        component.verdict = Verdict::Pass;
        component.checks[2].waived = false;
        assert_eq!(is_still_waived("1.json", component), Ok(()));
    }
}
