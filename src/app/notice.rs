//! What every step tells of a component besides its own work: what is to go or to be mended and by when, and that a second
//! witness contradicts the first. Nothing is decided and nothing is written here.

use jiff::Timestamp;

use crate::lifecycle::rollback::{self, Duty};
use crate::lifecycle::stand;
use crate::lifecycle::witness::Contradiction;
use crate::model::component::Component;
use crate::model::decision::RollbackSeverity;
use crate::model::promotion::{Measurement, Standing};
use crate::model::record::{Record, Verification};
use crate::model::stage::Stage;
use crate::sys::clock;
use crate::sys::git::differ_in_more_than_history;
use crate::sys::run_folder::RunFolder;

use super::ledgers::Ledgers;
use super::project::Workspace;
use super::witness;

/// The notices, one sentence each; none where the ledger cannot be read, which the step itself will say.
pub fn notices(workspace: &Workspace, component: &Component, folder: &RunFolder) -> Vec<String> {
    let Ok(ledger) = Ledgers::of(workspace).read(&component.name) else { return Vec::new() };
    let standing = stand(component.stage, &ledger.records);
    let name = &component.name;
    let duties = duties(workspace, &standing, &ledger.records, clock::now(), folder);
    let contradiction = witness::contradiction(workspace, &standing, folder);
    duties
        .iter()
        .map(|duty| duty_words(name, duty))
        .chain(contradiction.iter().map(|found| contradicted(name, found)))
        .collect()
}

/// That the gate by which it stands is no pass any more, with what to do: for those who go on from there. Who has just
/// measured it reads it in the verdict.
pub fn lapsed(workspace: &Workspace, component: &Component) -> Option<String> {
    let ledger = Ledgers::of(workspace).read(&component.name).ok()?;
    let standing = stand(component.stage, &ledger.records);
    let last = standing.lapsed()?;
    Some(format!("{}; {}", no_pass(last), no_pass_remedy(&component.name, &standing)))
}

/// What must be done by a time. What is to be mended is mended by a commit that git tells apart from it, and by no other.
pub fn duties(
    workspace: &Workspace,
    standing: &Standing,
    records: &[Record],
    now: Timestamp,
    folder: &RunFolder,
) -> Vec<Duty> {
    let history = workspace.history();
    let is_other = |one: &str, other: &str| {
        differ_in_more_than_history(&workspace.root, &history, folder, (one, other)) == Some(true)
    };
    rollback::duties(standing, records, now, &is_other)
}

/// That something must be done, a sentence, with how where that is one command.
pub fn duty_words(component: &str, duty: &Duty) -> String {
    let act = match duty.decided.what.severity {
        RollbackSeverity::Critical | RollbackSeverity::High => format!("; {}", acting(component)),
        RollbackSeverity::Medium | RollbackSeverity::Low => String::new(),
    };
    format!("{}{act}", duty_matter(duty))
}

/// That something must be done.
pub fn duty_matter(duty: &Duty) -> String {
    let what = &duty.decided.what;
    let must = match what.severity {
        RollbackSeverity::Critical | RollbackSeverity::High => "rolled back",
        RollbackSeverity::Medium | RollbackSeverity::Low => "mended",
    };
    let due = what.due.map(|due| due.strftime(" by %Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let overdue = if duty.overdue { "overdue: " } else { "" };
    let failed = if duty.failed { ", and the last attempt failed" } else { "" };
    format!("{overdue}`{}` is to be {must}{due}{failed}: {}", duty.promotion, what.reason)
}

/// How it is done by a component that stands in `stage`.
pub fn duty_remedy(component: &str, stage: Stage, duty: &Duty) -> String {
    match duty.decided.what.severity {
        RollbackSeverity::Critical | RollbackSeverity::High => acting(component),
        RollbackSeverity::Medium | RollbackSeverity::Low => format!(
            "{}; where it need not be mended, `tta-promote rollback {component} --severity low --reason TEXT`",
            mending(component, stage)
        ),
    }
}

/// How what is to go is taken away now.
fn acting(component: &str) -> String {
    format!("run `tta-promote rollback {component} --now`")
}

/// How what runs is mended. From the highest stage nothing is deployed: what mends it comes there by a promotion anew.
pub fn mending(component: &str, stage: Stage) -> String {
    match stage.next() {
        Some(_) => format!(
            "commit what mends it, then `tta-promote verify {component} --record` and `tta-promote deploy {component}`"
        ),
        None => format!(
            "in {stage} nothing is mended in place: `tta-promote rollback {component} --severity high --reason TEXT` (or \
             `critical`) puts back what ran before, and what mends it is promoted anew"
        ),
    }
}

/// That the gate by which a component stands where it does was measured and is no pass, and what of it is not.
pub fn no_pass(measured: &Measurement) -> String {
    let Verification { to, verdict, commit, dirty, checks, .. } = &measured.verification;
    let place = commit.as_deref().map_or_else(
        || "outside of any commit".to_owned(),
        |commit| format!("at `{}`", commit.chars().take(8).collect::<String>()),
    );
    let dirty = if *dirty == Some(true) { " with uncommitted changes" } else { "" };
    let open = checks.iter().filter(|check| check.is_open());
    let open: Vec<String> = open.map(|check| format!("{}: {}", check.id, check.summary)).collect();
    let open = if open.is_empty() { String::new() } else { format!(": {}", open.join("; ")) };
    format!(
        "the last measurement of its gate to {to}, on {} {place}{dirty}, is no pass: {}{open}",
        measured.time.strftime("%Y-%m-%d"),
        verdict.name()
    )
}

/// What to do about that.
pub fn no_pass_remedy(component: &str, standing: &Standing) -> String {
    // Without more words the gate to the next stage is measured.
    let to = standing.stage.next().map(|_| format!(" --to {}", standing.stage)).unwrap_or_default();
    let back = match standing.completed {
        None => String::new(),
        Some(_) => format!(
            "; where what runs is at fault, `tta-promote rollback {component} --severity high --reason TEXT` puts back what \
             ran before"
        ),
    };
    format!(
        "see what fails with `tta-promote verify {component}{to}`, correct it, and run `tta-promote verify \
         {component}{to} --record`{back}"
    )
}

/// That two measurements of one commit do not go together.
pub fn contradicted(component: &str, found: &Contradiction) -> String {
    let checks: Vec<String> =
        found.checks.iter().map(|(check, then, now)| format!("{check}: {now}, and not {then}")).collect();
    format!(
        "record {} contradicts record {}, on which `{}` rests: {}; run `tta-promote revoke {component} --reason TEXT`",
        found.second,
        found.first,
        found.promotion,
        checks.join("; ")
    )
}
