//! `deploy`: bring the verified candidate to the next stage, and print what was proven.

use crate::app::deploy::attempt::{After, AttemptError, Ending};
use crate::app::deploy::order::{DeployError, Outcome, Proposal, Request};
use crate::app::deploy::site::Halt;
use crate::app::deploy::workflow::deploy;
use crate::app::project::Workspace;
use crate::app::refusal::{remedy, words};
use crate::app::stages::Stages;
use crate::model::container::ContainerState;
use crate::model::reason::{Reason, ReasonKind};
use crate::report::deployment::{Deployment, Result as Came, json, text};
use crate::sys::interrupt::Interrupt;

use super::argument::{Deploy, Global, StepFormat};
use super::debt;
use super::exit::Exit;
use super::failure::Failure;
use super::notice;
use super::print;
use super::progress::Progress;
use super::question::Question;

/// Carries out `deploy`.
pub(super) fn run(global: &Global, arguments: &Deploy) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    notice::tell(&workspace, &arguments.component);
    after_notices(&workspace, global, arguments)
}

/// The same for whoever has told the notices.
pub(super) fn after_notices(
    workspace: &Workspace,
    global: &Global,
    arguments: &Deploy,
) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let progress = Progress::new(global.quiet);
    let question = Question::new("do this?", &interrupt);
    let consent = |proposal: &Proposal| {
        if arguments.yes {
            return true;
        }
        progress.clear();
        print::stderr(&text(&of_proposal(proposal, Exit::Pass)));
        question.put()
    };
    let request = Request {
        component: &arguments.component,
        dry_run: arguments.dry_run,
        timeout: arguments.timeout,
        consent: &consent,
    };
    let outcome = deploy(workspace, &request, &interrupt, &progress);
    progress.clear();
    let outcome = outcome.map_err(|error| failure(error, workspace))?;
    question.unanswered("nothing was deployed")?;
    let pays = matches!(outcome, Outcome::Ended(_) | Outcome::AlreadyDeployed(_) | Outcome::PutBack(_));
    let (deployment, exit) = shown(workspace, &arguments.component, outcome);
    print::stdout(&match arguments.format {
        StepFormat::Text => text(&deployment),
        StepFormat::Json => json(&deployment),
    })?;
    if pays {
        debt::pay_afterwards(workspace, &arguments.component, &interrupt);
    }
    Ok(exit)
}

fn empty(component: &str, to: &str, result: Came, exit: Exit) -> Deployment {
    Deployment {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        component: component.to_owned(),
        to: to.to_owned(),
        commit: None,
        result,
        argv: Vec::new(),
        containers: Vec::new(),
        proof: Vec::new(),
        against: Vec::new(),
        hint: None,
        exit_code: exit.code(),
    }
}

fn of_proposal(proposal: &Proposal, exit: Exit) -> Deployment {
    let mut proof = vec![if proposal.deploy.compose_file.is_some() {
        "will be looked for: the container runs the image and the configuration, and is not restarted"
            .to_owned()
    } else {
        "will be looked for: the address alone; no compose file is named".to_owned()
    }];
    if let Some(health) = &proposal.deploy.health {
        let seconds = health.stable.as_secs_f64();
        proof.push(format!(
            "`{}` answers with {} for {seconds:.1} s without a break",
            health.url, health.status
        ));
    }
    proof.push(format!("where it is not well: {}", proposal.deploy.on_failure.name()));
    proof.extend(proposal.overrides.iter().map(|words| format!("override: {words}")));
    if proposal.resumed {
        proof.push("goes on with an attempt that was interrupted".to_owned());
    }
    Deployment {
        commit: Some(proposal.commit.clone()),
        argv: proposal.argv.clone(),
        containers: proposal.before.clone(),
        proof,
        ..empty(&proposal.component, proposal.to.name(), Came::Proposed, exit)
    }
}

fn shown(workspace: &Workspace, component: &str, outcome: Outcome) -> (Deployment, Exit) {
    let names = [component.to_owned()];
    let stages = Stages::of(workspace, &names).unwrap_or_default();
    let stage = workspace.policy.component(component).and_then(|component| stages.get(component).next());
    let to = stage.map_or("the next stage", |stage| stage.name());
    let plain = |result, exit| empty(component, to, result, exit);
    match outcome {
        Outcome::Refused(obstacles) => {
            let against = obstacles.iter().map(words).collect();
            let hint = Some(remedy(component, &obstacles));
            (Deployment { against, hint, ..plain(Came::Refused, Exit::Fail) }, Exit::Fail)
        }
        Outcome::Proposed(proposal) => (of_proposal(&proposal, Exit::Pass), Exit::Pass),
        Outcome::Frozen(until, reason) => {
            let against = vec![format!("nothing is promoted until {until}: {reason}")];
            let hint = Some("run it again when the freeze is over".to_owned());
            (Deployment { against, hint, ..plain(Came::Waiting, Exit::Waiting) }, Exit::Waiting)
        }
        Outcome::Declined => (plain(Came::Declined, Exit::Fail), Exit::Fail),
        Outcome::AlreadyDeployed(containers) => {
            (Deployment { containers, ..plain(Came::AlreadyDeployed, Exit::Pass) }, Exit::Pass)
        }
        Outcome::Ended(Ending::Deployed { commit, running, proof, acted }) => {
            let result = if acted { Came::Deployed } else { Came::AlreadyDeployed };
            let (commit, plain) = (Some(commit), plain(result, Exit::Pass));
            (Deployment { commit, containers: running, proof, ..plain }, Exit::Pass)
        }
        Outcome::Ended(Ending::Failed { seen, after }) => ended(&plain, seen, after),
        Outcome::PutBack(after) => {
            ended(&plain, vec!["an earlier deployment was not well".to_owned()], after)
        }
    }
}

fn ended(plain: &dyn Fn(Came, Exit) -> Deployment, seen: Vec<String>, after: After) -> (Deployment, Exit) {
    let show = |result, exit, against, containers: Vec<ContainerState>, hint: String| {
        (Deployment { against, containers, hint: Some(hint), ..plain(result, exit) }, exit)
    };
    match after {
        After::Left => {
            let hint = "mend it and run `deploy` again, or set `on_failure = \"rollback\"`".to_owned();
            show(Came::Failed, Exit::Fail, seen, Vec::new(), hint)
        }
        After::PutBack(running) => {
            let hint = "mend what was seen before the next attempt".to_owned();
            show(Came::RolledBack, Exit::Fail, seen, running, hint)
        }
        After::NotPutBack { why, hint } => {
            let against = seen.into_iter().chain(why).collect();
            show(Came::RollbackFailed, Exit::RollbackFailed, against, Vec::new(), hint)
        }
    }
}

fn failure(error: DeployError, workspace: &Workspace) -> Failure {
    let message = error.to_string();
    match error {
        DeployError::Unknown(_) => {
            let names: Vec<String> =
                workspace.policy.components.iter().map(|component| format!("`{}`", component.name)).collect();
            Failure::usage(message, format!("there are {}", names.join(", ")))
        }
        DeployError::NoWay { component, to } => Failure::usage(
            message,
            format!("add `[component.{component}.deploy.{to}]` with `compose_file` or `script`"),
        ),
        DeployError::Top(_) => Failure::usage(message, "there is nothing to deploy it to"),
        DeployError::Unprovable(_) => {
            Failure::usage(message, "name the `compose_file`, or the `health` address, or both")
        }
        DeployError::Busy(busy) => busy.into(),
        DeployError::NoPlace(error) => anyhow::Error::from(error).into(),
        DeployError::Attempt(AttemptError::Ledger(fault)) => fault.into(),
        DeployError::Attempt(AttemptError::Halt(Halt::Own(error))) => error.into(),
        DeployError::Attempt(AttemptError::Halt(Halt::World(reason))) => of_world(reason),
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
        message: "the deployment was not carried out to its end".to_owned(),
        causes: vec![reason.message],
        hint: Some(reason.hint),
        faults: Vec::new(),
    }
}
