//! `observe`: look at a deployed candidate, record what was seen, and say how far its soak has come.

use crate::app::context::Deaf;
use crate::app::ledgers::Ledgers;
use crate::app::observe::{ObserveError, Outcome, Request, Seen, observe};
use crate::app::project::Workspace;
use crate::app::verify as measuring;
use crate::lifecycle;
use crate::model::decision::Incident;
use crate::model::observation::Sign;
use crate::report::clean::one_line;
use crate::report::observed::Observed;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::argument::{Global, Observe, ViewFormat};
use super::exit::Exit;
use super::failure::{Failure, nearest};
use super::{debt, print, verify};

/// Carries out `observe`.
pub(super) fn run(global: &Global, arguments: &Observe) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    if let Some(every) = arguments.watch {
        return watch(global, arguments, every, &interrupt);
    }
    let incident = arguments.incident.as_ref().zip(arguments.evidence.as_ref());
    let incident =
        incident.map(|(what, evidence)| Incident { what: what.clone(), evidence: evidence.clone() });
    let (workspace, outcome) = look(global, arguments, incident, &interrupt)?;
    let Outcome::Seen(seen) = outcome else { return unseen(arguments, &outcome, &workspace) };
    let exit = of_sign(&seen);
    let observed = shown(arguments, &seen, exit);
    print::stdout(&match arguments.format {
        ViewFormat::Text => observed.text(&verify::style(global, None)),
        ViewFormat::Json => observed.json(),
    })?;
    debt::pay_after_a_look(&workspace, &arguments.component, &interrupt);
    Ok(exit)
}

/// One look, by the policy as it is now.
fn look(
    global: &Global,
    arguments: &Observe,
    incident: Option<Incident>,
    interrupt: &Interrupt,
) -> Result<(Workspace, Outcome), Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let context = measuring::context(&workspace, None, &folder, interrupt, &Deaf);
    let request = Request { component: &arguments.component, incident };
    let outcome = observe(&workspace, &request, &context).map_err(|error| failure(error, &workspace))?;
    Ok((workspace, outcome))
}

/// Looks again and again. What goes wrong with one look is told, and does not end it.
fn watch(
    global: &Global,
    arguments: &Observe,
    every: Option<std::time::Duration>,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let mut interval = every.unwrap_or(crate::model::watch::Observe::default().interval);
    let mut is_first = true;
    loop {
        match look(global, arguments, None, interrupt) {
            Ok((workspace, Outcome::Seen(seen))) => {
                interval = every.unwrap_or(seen.observe.interval);
                let exit = of_sign(&seen);
                let observed = shown(arguments, &seen, exit);
                print::stdout(&match arguments.format {
                    ViewFormat::Text => observed.line(),
                    ViewFormat::Json => observed.json_line(),
                })?;
                debt::pay_after_a_look(&workspace, &arguments.component, interrupt);
                if !seen.soak.soak.excesses.is_empty() {
                    return Ok(Exit::Fail);
                }
                // That it was proven says nothing about what is seen of it now.
                if seen.soak.soak.is_proven() {
                    return Ok(exit);
                }
            }
            Ok((workspace, outcome @ Outcome::Nothing)) => return unseen(arguments, &outcome, &workspace),
            Ok((workspace, outcome)) => {
                if let Err(failure) = unseen(arguments, &outcome, &workspace) {
                    print::stderr(&failure.text());
                }
            }
            // What is wrong from the start is wrong with the words or the policy.
            Err(failure) if is_first && failure.exit == Exit::Usage => return Err(failure),
            Err(failure) if failure.exit == Exit::Integrity => return Err(failure),
            Err(failure) if failure.exit == Exit::Interrupted => {}
            Err(failure) => print::stderr(&failure.text()),
        }
        is_first = false;
        // To be told to stop is how watching ends.
        if interrupt.rest(interval) {
            return Ok(Exit::Interrupted);
        }
    }
}

fn of_sign(seen: &Seen) -> Exit {
    let worst = seen.observations.iter().map(crate::model::observation::Observation::sign).max();
    match worst {
        Some(Sign::Good) => Exit::Pass,
        Some(Sign::Bad) => Exit::Fail,
        Some(Sign::Unknown | Sign::Unreachable) | None => Exit::Inconclusive,
    }
}

fn shown(arguments: &Observe, seen: &Seen, exit: Exit) -> Observed {
    Observed {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        component: arguments.component.clone(),
        stage: seen.subject.to.name(),
        promotion: seen.subject.promotion.as_str().to_owned(),
        observations: seen.observations.clone(),
        soak: seen.soak.clone(),
        exit_code: exit.code(),
    }
}

/// Why nothing was recorded, and what to do.
fn unseen(arguments: &Observe, outcome: &Outcome, workspace: &Workspace) -> Result<Exit, Failure> {
    let name = one_line(&arguments.component);
    let of = |exit, message: String, cause: String, hint: String| {
        Err(Failure { exit, message, causes: vec![cause], hint: Some(hint), faults: Vec::new() })
    };
    match outcome {
        Outcome::Nothing => {
            let to = workspace.policy.component(&arguments.component).and_then(|component| {
                let records = Ledgers::of(workspace).read(&component.name).ok()?.records;
                lifecycle::stand(component.stage, &records).stage.next()
            });
            let hint = match to {
                Some(_) => format!("`tta-promote promote {name}` takes it there"),
                None => "there is no stage above where it stands".to_owned(),
            };
            of(
                Exit::Waiting,
                format!("there is nothing of `{name}` to observe yet"),
                "it was not deployed".to_owned(),
                hint,
            )
        }
        Outcome::Backwards(ahead) => of(
            Exit::Inconclusive,
            "nothing was observed: the clock went backwards".to_owned(),
            format!("the last window ends at {}, and the clock says {}", ahead.to(), ahead.from()),
            "that is noted, and the next window begins now; see that the clock is right, and run it again"
                .to_owned(),
        ),
        Outcome::Overtaken => of(
            Exit::Inconclusive,
            "what was seen was not recorded".to_owned(),
            "somebody else observed it meanwhile, or another candidate was deployed".to_owned(),
            format!("`tta-promote status {name}` shows what was recorded"),
        ),
        Outcome::Seen(_) => Ok(Exit::Pass),
    }
}

fn failure(error: ObserveError, workspace: &Workspace) -> Failure {
    match error {
        ObserveError::Unknown(name) => {
            let known: Vec<String> = workspace.policy.components.iter().map(|one| one.name.clone()).collect();
            Failure::usage(format!("there is no component `{}`", one_line(&name)), nearest(&name, &known))
        }
        ObserveError::Interrupted => Failure {
            exit: Exit::Interrupted,
            message: "nothing was recorded".to_owned(),
            causes: vec!["it was interrupted".to_owned()],
            hint: None,
            faults: Vec::new(),
        },
        ObserveError::Ledger(fault) => fault.into(),
        ObserveError::Own(error) => error.into(),
    }
}
