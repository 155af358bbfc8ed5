//! `rollback`: what was deployed goes, is to go, or is to be mended; and what people found out about it.

use std::path::Path;

use jiff::Timestamp;

use crate::app::deploy::site::Halt;
use crate::app::notice::mending;
use crate::app::project::Workspace;
use crate::app::rollback::cause::explain;
use crate::app::rollback::order::{Aftermath, Due, Outcome, Plan, Request, RollbackError};
use crate::app::rollback::rehearse::{Rehearsal, rehearse};
use crate::app::rollback::workflow::rollback;
use crate::app::verify;
use crate::lifecycle::rollback::{Candidate, RolledBack};
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::stage::Stage;
use crate::report::clean::one_line;
use crate::report::rollback::{Result as Came, Rollback as Shown, json, text};
use crate::sys::{clock, interrupt::Interrupt, run_folder::RunFolder};

use super::argument::{Global, Rollback, UndoFormat};
use super::exit::Exit;
use super::failure::{Failure, half_rolled_back, nearest};
use super::print;
use super::progress::{Progress, Waits};
use super::question::Question;

/// Carries out `rollback`.
pub(super) fn run(global: &Global, arguments: &Rollback) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let shown = if let Some(file) = &arguments.root_cause {
        found_out(&workspace, arguments, file, &interrupt)?
    } else if arguments.rehearse {
        let progress = Progress::new(global.quiet);
        let came = rehearse(&workspace, &arguments.component, arguments.timeout, &interrupt, &progress);
        progress.clear();
        of_rehearsal(&arguments.component, came.map_err(failure)?)
    } else {
        rolled_back(&workspace, global, arguments, &interrupt)?
    };
    let (shown, exit) = shown;
    print::stdout(&match arguments.format {
        UndoFormat::Text => text(&shown),
        UndoFormat::Json => json(&shown),
    })?;
    Ok(exit)
}

fn rolled_back(
    workspace: &Workspace,
    global: &Global,
    arguments: &Rollback,
    interrupt: &Interrupt,
) -> Result<(Shown, Exit), Failure> {
    if arguments.due.is_some() && arguments.severity != Some(RollbackSeverity::Medium) {
        return Err(Failure::usage(
            "only what is to be mended has a time of its own",
            "leave out `--due`, or say `--severity medium`",
        ));
    }
    let progress = Progress::new(global.quiet);
    let question = Question::new("do this?", interrupt);
    let consent = |plan: &Plan| {
        if arguments.yes {
            return true;
        }
        progress.clear();
        print::stderr(&text(&of_plan(&arguments.component, plan).0));
        question.put()
    };
    let request = Request {
        component: &arguments.component,
        severity: arguments.severity,
        reason: arguments.reason.as_deref(),
        due: arguments.due.map(|due| Due { time: due.moment(clock::now()), is_from_now: due.is_from_now() }),
        now: arguments.now,
        dry_run: arguments.dry_run,
        timeout: arguments.timeout,
        consent: &consent,
    };
    let outcome = rollback(workspace, &request, interrupt, &progress);
    progress.clear();
    let outcome = outcome.map_err(failure)?;
    question.unanswered("nothing was rolled back")?;
    Ok(of_outcome(&arguments.component, outcome))
}

fn of_outcome(component: &str, outcome: Outcome) -> (Shown, Exit) {
    let bare = |result, exit: Exit| Shown::of(component, result, exit.code());
    match outcome {
        Outcome::NothingDeployed => nothing_deployed(component),
        Outcome::AlreadyRolledBack(earlier) => already(component, &earlier),
        Outcome::Finished(earlier, aftermath) => {
            let shown = with(bare(Came::RolledBack, Exit::Pass), &earlier.decided.what, aftermath);
            let promotion = Some(earlier.promotion.to_string());
            (Shown { promotion, hint: Some(after(component)), ..shown }, Exit::Pass)
        }
        Outcome::Proposed(plan) => of_plan(component, &plan),
        Outcome::Declined => (bare(Came::Declined, Exit::Fail), Exit::Fail),
        Outcome::Decided { promotion, decision, stage, since, instead, aftermath } => {
            let (shown, exit) = of_decision((component, stage), &decision, since, instead, aftermath);
            (Shown { promotion: Some(promotion.to_string()), ..shown }, exit)
        }
        Outcome::Done { candidate, running, seen, aftermath } => {
            let shown = of_candidate(bare(Came::RolledBack, Exit::Pass), &candidate);
            let proof = if running.is_empty() {
                "the service has no container, as before the deployment"
            } else {
                "the image that ran before runs, and was well without a break"
            };
            let told = aftermath.told;
            let (account, proof) = (aftermath.account, vec![proof.to_owned()]);
            let hint = Some(after(component));
            let against = seen;
            let shown =
                Shown { containers: running, proof, against, account, told, touched: true, hint, ..shown };
            (shown, Exit::Pass)
        }
        Outcome::NotDone { promotion, touched, why, by_hand } => {
            let shown = bare(Came::Failed, Exit::RollbackFailed);
            let promotion = Some(promotion.to_string());
            (Shown { promotion, touched, against: why, by_hand, ..shown }, Exit::RollbackFailed)
        }
    }
}

fn of_decision(
    (component, stage): (&str, Stage),
    decision: &RollbackDecision,
    since: Option<Timestamp>,
    instead: Option<String>,
    aftermath: Aftermath,
) -> (Shown, Exit) {
    let since = since.map(|since| since.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let (result, exit, hint) = match (decision.severity, since) {
        (RollbackSeverity::High | RollbackSeverity::Critical, Some(since)) => (
            Came::Decided,
            Exit::Waiting,
            format!(
                "the decision stands since {since}; the same words again do nothing: `tta-promote rollback {component} --now` does it"
            ),
        ),
        (RollbackSeverity::High | RollbackSeverity::Critical, None) => {
            (Came::Decided, Exit::Waiting, format!("run `tta-promote rollback {component} --now` to do it"))
        }
        (RollbackSeverity::Medium, since) => {
            let mend = mending(component, stage);
            let hint = match since {
                Some(since) => format!(
                    "the decision stands since {since}, and so does its time, which only a date in `--due` changes; {mend}"
                ),
                None => mend,
            };
            (Came::Decided, Exit::Waiting, hint)
        }
        (RollbackSeverity::Low, _) => (Came::Documented, Exit::Pass, after(component)),
    };
    // To be asked to do something, and not to do it, is no pass.
    let exit = if instead.is_some() && exit == Exit::Pass { Exit::Fail } else { exit };
    let against = instead.map(|by| format!("{by} decided so meanwhile: nothing was touched"));
    let shown = with(Shown::of(component, result, exit.code()), decision, aftermath);
    (Shown { against: against.into_iter().collect(), hint: Some(hint), ..shown }, exit)
}

fn after(component: &str) -> String {
    format!("fill in the account, then `tta-promote rollback {component} --root-cause FILE`")
}

fn nothing_deployed(component: &str) -> (Shown, Exit) {
    let hint = format!("`tta-promote history {component}` tells what was deployed");
    let against = vec!["no deployment of it is recorded".to_owned()];
    let shown = Shown::of(component, Came::NothingDeployed, Exit::Fail.code());
    (Shown { against, hint: Some(hint), ..shown }, Exit::Fail)
}

fn already(component: &str, earlier: &RolledBack) -> (Shown, Exit) {
    let shown = Shown::of(component, Came::AlreadyRolledBack, Exit::Fail.code());
    let time = earlier.time.strftime("%Y-%m-%d %H:%M UTC");
    let against = vec![format!("it was done on {time}, and nothing was deployed since")];
    let hint = format!(
        "mend it, release it with `tta-promote release {component} --reason TEXT`, and promote it anew"
    );
    let promotion = Some(earlier.promotion.to_string());
    (Shown { promotion, against, hint: Some(hint), ..shown }, Exit::Fail)
}

fn with(shown: Shown, decision: &RollbackDecision, aftermath: Aftermath) -> Shown {
    Shown {
        severity: Some(decision.severity.name()),
        reason: Some(decision.reason.clone()),
        due: decision.due,
        account: aftermath.account,
        told: aftermath.told,
        ..shown
    }
}

fn of_candidate(shown: Shown, candidate: &Candidate) -> Shown {
    Shown {
        promotion: Some(candidate.promotion.to_string()),
        image: candidate.before.as_ref().map(|before| before.image.clone()),
        absent: candidate.before.is_none(),
        ..shown
    }
}

fn of_plan(component: &str, plan: &Plan) -> (Shown, Exit) {
    let (result, exit) = if plan.acts && !plan.missing.is_empty() {
        (Came::Impossible, Exit::RollbackFailed)
    } else {
        (Came::Proposed, Exit::Pass)
    };
    let shown = of_candidate(Shown::of(component, result, exit.code()), &plan.candidate);
    let shown = with(shown, &plan.decision, Aftermath::default());
    let hint = (!plan.acts).then(|| "it would be recorded, and nothing would be touched now".to_owned());
    (Shown { containers: plan.running.clone(), against: plan.missing.clone(), hint, ..shown }, exit)
}

fn of_rehearsal(component: &str, rehearsal: Rehearsal) -> (Shown, Exit) {
    match rehearsal {
        Rehearsal::NothingDeployed => nothing_deployed(component),
        Rehearsal::AlreadyRolledBack(earlier) => already(component, &earlier),
        Rehearsal::Tried { candidate, mut proof, untried, against } => {
            let (result, exit) = if against.is_empty() {
                (Came::Rehearsed, Exit::Pass)
            } else {
                (Came::RehearsalFailed, Exit::Fail)
            };
            proof.extend(untried.into_iter().map(|words| format!("not tried: {words}")));
            let shown = of_candidate(Shown::of(component, result, exit.code()), &candidate);
            (Shown { proof, against, ..shown }, exit)
        }
    }
}

fn found_out(
    workspace: &Workspace,
    arguments: &Rollback,
    file: &Path,
    interrupt: &Interrupt,
) -> Result<(Shown, Exit), Failure> {
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = verify::context(workspace, arguments.timeout, &folder, interrupt, &Waits);
    let component = &arguments.component;
    let Some(explained) = explain(workspace, component, file, &context).map_err(failure)? else {
        return Ok(nothing_deployed(component));
    };
    let proof = explained.notes.iter().map(|(topic, words)| format!("{}: {words}", topic.replace('_', " ")));
    let shown = Shown::of(component, Came::Documented, Exit::Pass.code());
    let promotion = Some(explained.promotion.to_string());
    let shown = Shown { promotion, proof: proof.collect(), told: explained.aftermath.told, ..shown };
    Ok((shown, Exit::Pass))
}

fn failure(error: RollbackError) -> Failure {
    let message = error.to_string();
    match error {
        RollbackError::Unknown { name, known } => Failure::usage(one_line(&message), nearest(&name, &known)),
        RollbackError::Undecided { .. } => Failure::usage(
            message,
            "say `--severity critical|high|medium|low` and `--reason TEXT`, or `--rehearse`",
        ),
        RollbackError::Overtaken { .. } => Failure {
            exit: Exit::Inconclusive,
            message,
            causes: Vec::new(),
            hint: Some("nothing was recorded and nothing was touched; run it again to do it".to_owned()),
            faults: Vec::new(),
        },
        RollbackError::Begun { component, .. } => half_rolled_back(&component, message),
        RollbackError::Past => Failure::usage(message, "name a later one with `--due`"),
        RollbackError::Unfilled { .. } => Failure::usage(message, "fill it in below these headings"),
        RollbackError::Account { .. } => {
            Failure::usage(message, "name the file that `rollback` wrote below `.promotion/rollbacks`")
        }
        RollbackError::Busy(busy) => busy.into(),
        RollbackError::Shut(reason) => Failure {
            hint: Some(format!("{}; or say `--severity critical` where it cannot wait", reason.hint)),
            ..of_world(reason)
        },
        RollbackError::NoPlace(error) => anyhow::Error::from(error).into(),
        RollbackError::Ledger(fault) => fault.into(),
        RollbackError::Issue(error) => error.into(),
        RollbackError::Halt(Halt::Own(error)) => error.into(),
        RollbackError::Halt(Halt::World(reason)) => of_world(reason),
    }
}

fn of_world(reason: Reason) -> Failure {
    let exit = match reason.kind {
        ReasonKind::Interrupted => Exit::Interrupted,
        ReasonKind::ConfigInvalid => Exit::Usage,
        _ => Exit::Inconclusive,
    };
    Failure {
        exit,
        message: "the rollback was not carried out to its end".to_owned(),
        causes: vec![reason.message],
        hint: Some("run it again: it looks first, and goes on from there".to_owned()),
        faults: Vec::new(),
    }
}
