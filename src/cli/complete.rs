//! `complete`: end the observation, move the component to its stage, and print what that rests on.

use crate::app::complete::{Against, CompleteError, Outcome, Proposal, Request, Settled, complete};
use crate::app::deploy::site::Halt;
use crate::app::document::{Paper, PaperEnd};
use crate::app::project::Workspace;
use crate::app::{refusal, soak_words};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::soak::Soak;
use crate::report::Format;
use crate::report::clean::one_line;
use crate::report::completion::{self, Completion, Result as Came, json, text};
use crate::sys::{clock, interrupt::Interrupt};

use super::argument::{Complete, Global, ViewFormat};
use super::exit::Exit;
use super::failure::{Failure, nearest};
use super::progress::Progress;
use super::question::Question;
use super::{print, publication, verify};

/// Carries out `complete`.
pub(super) fn run(global: &Global, arguments: &Complete) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let progress = Progress::new(global.quiet);
    let question = Question::new("measure the gate anew, and do this?", &interrupt);
    let consent = |proposal: &Proposal| {
        if arguments.yes {
            return true;
        }
        progress.clear();
        print::stderr(&text(&of_proposal(proposal)));
        question.put()
    };
    let request = Request {
        component: &arguments.component,
        dry_run: arguments.dry_run,
        force: arguments.force,
        jobs: arguments.jobs.map_or_else(clock::processors, usize::from),
        timeout: arguments.timeout,
        consent: &consent,
    };
    let outcome = complete(&workspace, &request, &interrupt, &progress);
    progress.clear();
    let outcome = outcome.map_err(|error| failure(error, &workspace))?;
    question.unanswered("nothing was completed")?;
    if let (Outcome::NotPassed(assessment, _), ViewFormat::Text) = (&outcome, arguments.format) {
        publication::print(assessment, Format::Text, &verify::style(global, None))?;
    }
    let (completion, exit) = shown(&arguments.component, outcome);
    print::stdout(&match arguments.format {
        ViewFormat::Text => text(&completion),
        ViewFormat::Json => json(&completion),
    })?;
    Ok(exit)
}

fn interrupted() -> Failure {
    Failure {
        exit: Exit::Interrupted,
        message: "it was interrupted".to_owned(),
        causes: Vec::new(),
        hint: Some("run this again: it looks first what was done".to_owned()),
        faults: Vec::new(),
    }
}

fn plain(component: &str, result: Came, exit: Exit) -> Completion {
    Completion {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        component: component.to_owned(),
        promotion: None,
        to: None,
        commit: None,
        result,
        proof: Vec::new(),
        against: Vec::new(),
        documents: Vec::new(),
        told: Vec::new(),
        owed: Vec::new(),
        hint: None,
        exit_code: exit.code(),
    }
}

fn of_proposal(proposal: &Proposal) -> Completion {
    let mut told = Vec::new();
    if let Some(issue) = &proposal.issue {
        told.push(format!("issue #{} is told, labelled `promotion-completed`, and closed", issue.number));
    }
    told.extend(proposal.status_issue.map(|number| format!("issue #{number} is told")));
    Completion {
        promotion: Some(proposal.promotion.to_string()),
        to: Some(proposal.to.name().to_owned()),
        commit: Some(proposal.commit.clone()),
        proof: proof(proposal),
        documents: papers(&proposal.papers),
        told,
        ..plain(&proposal.component, Came::Proposed, Exit::Pass)
    }
}

fn proof(proposal: &Proposal) -> Vec<String> {
    let overrides = proposal.overrides.iter().map(|words| format!("override: {words}"));
    std::iter::once(soak_words::proof(&proposal.soak)).chain(overrides).collect()
}

fn papers(papers: &[Paper]) -> Vec<completion::Paper> {
    papers.iter().map(paper).collect()
}

fn paper(paper: &Paper) -> completion::Paper {
    let (result, why, difference) = match &paper.end {
        PaperEnd::UpToDate => ("up_to_date", None, None),
        PaperEnd::Written => ("written", None, None),
        PaperEnd::WouldWrite => ("would_write", None, None),
        PaperEnd::Edited { line, difference } => {
            let why = format!("somebody edited what stands below line {line}, and it stays");
            ("edited", Some(why), Some(difference.clone()))
        }
        PaperEnd::Failed(why) => ("failed", Some(why.clone()), None),
    };
    completion::Paper { path: paper.path.clone(), result, why, difference }
}

fn shown(component: &str, outcome: Outcome) -> (Completion, Exit) {
    match outcome {
        Outcome::Against(against, soak) => stopped(component, against, soak.as_deref()),
        Outcome::GoneBack(against, settled) => {
            let (shown, exit) = stopped(component, against, None);
            let documents = papers(&settled.papers);
            (Completion { documents, told: settled.told, owed: settled.owed, ..shown }, exit)
        }
        Outcome::Proposed(proposal) => (of_proposal(&proposal), Exit::Pass),
        Outcome::Declined => (plain(component, Came::Declined, Exit::Fail), Exit::Fail),
        Outcome::NotPassed(assessment, obstacles) => {
            let exit = match verify::of_assessment(&assessment) {
                // It was passed, and something else came in the way meanwhile.
                Exit::Pass => Exit::Fail,
                other => other,
            };
            let against = obstacles.iter().map(refusal::words).collect();
            let hint = Some(refusal::remedy(component, &obstacles));
            (Completion { against, hint, ..plain(component, Came::NotPassed, exit) }, exit)
        }
        Outcome::Completed(proposal, settled) => {
            let shown = of_proposal(&proposal);
            ended(Completion { result: Came::Completed, told: Vec::new(), ..shown }, settled)
        }
        Outcome::AlreadyCompleted(promotion, stage, settled) => {
            let shown = plain(component, Came::AlreadyCompleted, Exit::Pass);
            let (promotion, to) = (Some(promotion.to_string()), Some(stage.name().to_owned()));
            ended(Completion { promotion, to, ..shown }, settled)
        }
    }
}

/// It stands in its stage. Only what a person must see to is told by the exit code: the rest is told by the next run.
fn ended(shown: Completion, settled: Settled) -> (Completion, Exit) {
    let exit = if settled.needs_a_person() { Exit::Fail } else { Exit::Pass };
    let edited = settled.papers.iter().any(|paper| matches!(paper.end, PaperEnd::Edited { .. }));
    let written = settled.papers.iter().any(|paper| paper.end == PaperEnd::Written);
    let hint = match (edited, settled.needs_a_person(), settled.owed.is_empty(), written) {
        (true, ..) => Some("see the difference; `--force` overwrites what was written by hand".to_owned()),
        (_, true, ..) => Some("mend the documents, and run this again".to_owned()),
        (_, _, false, _) => Some("run this again when GitHub answers".to_owned()),
        (_, _, _, true) => Some("commit the documents and the ledger".to_owned()),
        _ => None,
    };
    let completion = Completion {
        documents: papers(&settled.papers),
        told: settled.told,
        owed: settled.owed,
        hint,
        exit_code: exit.code(),
        ..shown
    };
    (completion, exit)
}

fn stopped(component: &str, against: Against, soak: Option<&Soak>) -> (Completion, Exit) {
    let (result, exit) =
        if against.is_waiting() { (Came::Waiting, Exit::Waiting) } else { (Came::Refused, Exit::Fail) };
    let Against { refused, waiting, hint } = against;
    let shown = Completion {
        proof: soak.filter(|soak| soak.is_proven()).map(soak_words::proof).into_iter().collect(),
        against: refused.into_iter().chain(waiting).collect(),
        hint: Some(hint),
        ..plain(component, result, exit)
    };
    (shown, exit)
}

/// The gate was measured, and nothing moved.
fn of_world(reason: Reason) -> Failure {
    let exit = match reason.kind {
        ReasonKind::Interrupted => Exit::Interrupted,
        ReasonKind::ConfigInvalid => Exit::Usage,
        _ => Exit::Inconclusive,
    };
    Failure {
        exit,
        message: "it was not seen whether what was deployed still runs".to_owned(),
        causes: vec![reason.message],
        hint: Some(reason.hint),
        faults: Vec::new(),
    }
}

fn failure(error: CompleteError, workspace: &Workspace) -> Failure {
    let message = error.to_string();
    match error {
        CompleteError::Unknown { name, known } => Failure::usage(one_line(&message), nearest(&name, &known)),
        CompleteError::NoWay { component, to } => Failure::usage(
            message,
            format!("add `[component.{component}.deploy.{to}]` again: what runs is looked at by it"),
        ),
        CompleteError::Faults(faults) => Failure::of_paths(&workspace.file, faults),
        CompleteError::Interrupted => interrupted(),
        CompleteError::Halt(Halt::World(reason)) => of_world(reason),
        CompleteError::Selection(error) => error.into(),
        CompleteError::Issue(error) => error.into(),
        CompleteError::Ledger(fault) => fault.into(),
        CompleteError::Halt(Halt::Own(error)) | CompleteError::Other(error) => error.into(),
    }
}
