//! `revoke`: a promotion that rests on figures that do not hold.

use crate::app::project::Workspace;
use crate::app::revoke::{Dependent, Left, Outcome, Plan, Request, RevokeError, revoke};
use crate::app::verify;
use crate::lifecycle::rollback::Candidate;
use crate::report::clean::one_line;
use crate::report::revocation::{Figure, Revocation, json, text};
use crate::sys::{interrupt::Interrupt, run_folder::RunFolder};

use super::argument::{Global, Revoke, UndoFormat};
use super::exit::Exit;
use super::failure::{Failure, half_rolled_back, nearest};
use super::print;
use super::progress::Waits;
use super::question::Question;

/// Carries out `revoke`.
pub(super) fn run(global: &Global, arguments: &Revoke) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let Some(component) = workspace.policy.component(&arguments.component) else {
        let known: Vec<String> = workspace.policy.components.iter().map(|one| one.name.clone()).collect();
        let message = format!("there is no component `{}`", one_line(&arguments.component));
        return Err(Failure::usage(message, nearest(&arguments.component, &known)));
    };
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = verify::context(&workspace, None, &folder, &interrupt, &Waits);
    let question = Question::new("revoke it?", &interrupt);
    let consent = |plan: &Plan| {
        if arguments.yes {
            return true;
        }
        print::stderr(&text(&of_plan(arguments, plan, "proposed", Vec::new())));
        question.put()
    };
    let request =
        Request { component, reason: &arguments.reason, dry_run: arguments.dry_run, consent: &consent };
    let outcome = revoke(&workspace, &request, &context).map_err(failure)?;
    question.unanswered("nothing was revoked")?;
    let (revocation, exit) = shown(arguments, outcome);
    let revocation = Revocation { exit_code: exit.code(), ..revocation };
    print::stdout(&match arguments.format {
        UndoFormat::Text => text(&revocation),
        UndoFormat::Json => json(&revocation),
    })?;
    Ok(exit)
}

fn failure(error: RevokeError) -> Failure {
    match error {
        RevokeError::HalfRolledBack { ref component, .. } => half_rolled_back(component, error.to_string()),
        RevokeError::Overtaken { .. } => Failure {
            exit: Exit::Inconclusive,
            message: error.to_string(),
            causes: Vec::new(),
            hint: Some(
                "nothing was recorded; see `tta-promote status`, and run it again to do it".to_owned(),
            ),
            faults: Vec::new(),
        },
        RevokeError::Ledger(fault) => fault.into(),
        RevokeError::Issue(error) => error.into(),
    }
}

fn shown(arguments: &Revoke, outcome: Outcome) -> (Revocation, Exit) {
    let name = &arguments.component;
    let bare = |result| Revocation { component: name.clone(), result, ..Revocation::default() };
    match outcome {
        Outcome::NothingCompleted => {
            let hint = format!("`tta-promote status {name}` tells where it stands, and why");
            (Revocation { hint: Some(hint), ..bare("nothing_completed") }, Exit::Fail)
        }
        Outcome::CandidateRuns(above) => (of_above(name, &above), Exit::Fail),
        Outcome::AlreadyRevoked(again, told) => {
            let (promotion, reason) = (Some(again.promotion.to_string()), Some(again.reason));
            (Revocation { promotion, reason, told, ..bare("already_revoked") }, Exit::Pass)
        }
        Outcome::Proposed(plan) => (of_plan(arguments, &plan, "proposed", Vec::new()), Exit::Pass),
        Outcome::Declined => (bare("declined"), Exit::Fail),
        Outcome::Revoked(plan, told) => (of_plan(arguments, &plan, "revoked", told), Exit::Pass),
    }
}

fn of_plan(arguments: &Revoke, plan: &Plan, result: &'static str, told: Vec<String>) -> Revocation {
    let figures = plan.contradiction.iter().flat_map(|found| &found.checks);
    let figure = |(check, then, now): &(String, String, String)| Figure {
        check: check.clone(),
        then: then.clone(),
        now: now.clone(),
    };
    let name = &arguments.component;
    let goes_on =
        format!("runs goes on running; `tta-promote rollback {name} --severity … --reason …` takes it away");
    let hint = match &plan.left {
        Some(left) => format!("{}; what else {goes_on}", by_hand(left)),
        None => format!("what {goes_on}"),
    };
    Revocation {
        component: name.clone(),
        result,
        promotion: Some(plan.promotion.to_string()),
        from: Some(plan.stage.name()),
        to: Some(plan.to.name()),
        reason: Some(arguments.reason.clone()),
        rests_on: plan.measured,
        contradicted_by: plan.contradiction.as_ref().map(|found| found.second),
        figures: figures.map(figure).collect(),
        rests_on_it: plan.left.iter().map(still_there).chain(plan.dependents.iter().map(dependent)).collect(),
        told,
        hint: Some(hint),
        exit_code: 0,
    }
}

/// That a candidate goes first which rests on what would be revoked.
fn of_above(name: &str, above: &Candidate) -> Revocation {
    let is_decided = above.decided.as_ref().is_some_and(|told| told.what.severity.acts());
    let more = if is_decided { "--now" } else { "--severity critical --reason TEXT" };
    let command = format!("`tta-promote rollback {name} {more}`");
    let promotion = &above.promotion;
    Revocation {
        component: name.to_owned(),
        result: "refused",
        rests_on_it: vec![format!("`{promotion}` was brought up in {}, and may run there", above.to)],
        hint: Some(format!("roll `{promotion}` back first: {command}; then run this again")),
        ..Revocation::default()
    }
}

fn still_there(left: &Left) -> String {
    let Left { candidate, why } = left;
    format!("`{}` was brought up in {}, and may still run there: {why}", candidate.promotion, candidate.to)
}

/// What a person must do about a candidate that is left.
fn by_hand(left: &Left) -> String {
    let Candidate { promotion, to, before, .. } = &left.candidate;
    let before = match before {
        Some(before) => {
            format!(
                "and bring up again what ran before, the image `{}` (`{}`)",
                before.image, before.reference
            )
        }
        None => "where nothing ran before".to_owned(),
    };
    format!(
        "take `{promotion}` away from {to} by hand, {before}: once this is revoked, no step does or asks for it"
    )
}

fn dependent(dependent: &Dependent) -> String {
    let what = if dependent.completed { "was completed in" } else { "was deployed to" };
    let time = dependent.time.strftime("%Y-%m-%d %H:%M UTC");
    format!("`{}` {what} {} on {time} ({})", dependent.component, dependent.to, dependent.promotion)
}
