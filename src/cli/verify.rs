//! `verify`: run the checks and print the verdict.

use std::path::{Path, PathBuf};

use crate::app::attest;
use crate::app::checkout::checkout;
use crate::app::choice::{Ask, Choice, choose};
use crate::app::doubt;
use crate::app::ledgers::{LedgerFault, Ledgers};
use crate::app::project::Workspace;
use crate::app::recording;
use crate::app::reuse::Reuse;
use crate::app::selection::Selection;
use crate::app::source_line::lines;
use crate::app::stages::Stages;
use crate::app::unselected::unselected;
use crate::app::verify::{Request, Verified, verify};
use crate::model::assessment::{Assessment, ComponentAssessment, Verdict};
use crate::model::gate::Precision;
use crate::report::clean::one_line;
use crate::report::{Checkout, Format, Paint, SourceLines, Style, Verbosity};
use crate::sys::ledger_file::LedgerError;
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, interrupt::Interrupt, terminal};

use super::argument::{Colour, Global, Verify, Which};
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::publication::{Publication, note};
use super::quotation::quoted;
use super::{explain, notice, print};

/// Carries out `verify`.
pub(super) fn run(global: &Global, arguments: &Verify) -> Result<Exit, Failure> {
    let publication =
        Publication { format: arguments.format, outputs: &arguments.output, attests: &arguments.attest };
    let loaded = Workspace::load(global.config.as_deref());
    let read: Vec<&Path> = global.config.iter().map(PathBuf::as_path).collect();
    publication.check(&read, loaded.as_ref().ok())?;
    publication.clear()?;
    let workspace = loaded?;
    let (choice, selection) = selection(&workspace, &arguments.which)?;
    let request = Request {
        selection,
        jobs: arguments.jobs.map_or_else(clock::processors, usize::from),
        timeout: arguments.timeout,
        precision: if arguments.exact { Precision::Exact } else { Precision::Enough },
        reuse: reuse(arguments),
    };
    if arguments.which.explain {
        print::stderr(&explain::text(&choice));
    }
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    may_attest(arguments, &workspace, &choice)?;
    let progress = Progress::new(global.quiet);
    let verified = if choice.names.is_empty() {
        unselected(&workspace, &request)
    } else {
        verify(&workspace, &request, &interrupt, &progress)
    };
    progress.clear();
    let mut verified = verified?;
    let mut exit = exit(&verified);
    if global.verbose {
        verified.reuse.iter().for_each(|remark| print::stderr(&format!("cache: {}\n", one_line(remark))));
    }
    if !verified.faults.is_empty() {
        print::stderr(&Failure::of_paths(&workspace.file, verified.faults.clone()).text());
    }
    let style = style(global, Some(verified.folder.path()));
    let mut style = placed(&workspace, &verified.assessment, style, &publication);
    if verified.interrupted {
        // Who interrupts does not want to read what was not measured.
        style.verbosity = Verbosity::Quiet;
        print::stderr("interrupted: everything that was started has been stopped\n");
    }
    if verified.faults.is_empty() && !verified.interrupted {
        let remembered = remember(global, arguments, &workspace, &verified);
        if let Err(failure) = &remembered {
            doubt::withhold(&mut verified.assessment, &format!("it was not recorded: {}", failure.message));
        }
        note(remembered, &mut exit);
    }
    attest(&publication, &workspace, &mut verified, &mut exit);
    let exit = publication.publish(&verified.assessment, exit, &style);
    tell(global, arguments, &workspace, &verified)?;
    Ok(exit)
}

/// What is said after the verdict: the last line of it, where a document does not stay alone.
fn tell(
    global: &Global,
    arguments: &Verify,
    workspace: &Workspace,
    verified: &Verified,
) -> Result<(), Failure> {
    let names = verified.assessment.components.iter().map(|component| component.name.as_str());
    for sentence in notice::sentences(workspace, names) {
        if arguments.format == Format::Text && !global.quiet {
            print::stdout(&format!("{sentence}\n"))?;
        } else {
            print::stderr(&format!("{sentence}\n"));
        }
    }
    let is_empty = verified.assessment.components.is_empty();
    if let Some(revision) = arguments.which.changed_since.as_ref().filter(|_| is_empty) {
        print::stderr(&nothing_changed(revision));
    }
    Ok(())
}

/// Says before the work that what is there cannot be attested.
fn may_attest(arguments: &Verify, workspace: &Workspace, choice: &Choice) -> Result<(), Failure> {
    if arguments.attest.is_empty() || choice.names.is_empty() {
        return Ok(());
    }
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    attest::ready(workspace, &choice.names, &folder)?;
    Ok(())
}

/// Writes what is attested, before anything is told of the verdict. Where that cannot be, nothing passes: somebody may rest
/// on the exit code, or on what a step was told, for that the file is there.
fn attest(publication: &Publication<'_>, workspace: &Workspace, verified: &mut Verified, exit: &mut Exit) {
    if publication.attests.is_empty() || verified.interrupted || !verified.faults.is_empty() {
        return;
    }
    match attest::attest(workspace, &verified.assessment, &verified.folder) {
        Ok(attestation) => {
            let written = publication.attest(|kinds| attestation.text(&verified.assessment, kinds));
            if let Err(failure) = &written {
                let why = failure.causes.join(": ");
                withhold(verified, &format!("{}: {why}", failure.message));
            }
            note(written, exit);
        }
        Err(refusal) => {
            withhold(verified, &refusal.to_string());
            print::stderr(&Failure::from(refusal).text());
            if matches!(exit, Exit::Pass | Exit::Waiting) {
                *exit = Exit::Inconclusive;
            }
        }
    }
}

fn withhold(verified: &mut Verified, why: &str) {
    doubt::withhold(&mut verified.assessment, &format!("it was not attested: {why}"));
}

/// Records what was measured. In CI that is the default, and no reason to fail where the checkout cannot be written.
fn remember(
    global: &Global,
    arguments: &Verify,
    workspace: &Workspace,
    verified: &Verified,
) -> Result<(), Failure> {
    if !records(arguments) || verified.assessment.components.is_empty() {
        return Ok(());
    }
    match recording::record(workspace, &verified.assessment, &verified.folder) {
        Ok(recorded) => {
            for one in &recorded {
                if let Some(aside) = &one.set_aside {
                    let torn = "a line of the ledger was never written to its end; it is kept in";
                    print::stderr(&format!("{}: {torn} `{}`\n", one_line(&one.component), one_line(aside)));
                }
                if global.verbose {
                    let ledger = Ledgers::name(&one.component);
                    print::stderr(&format!("recorded as {} of `{}`\n", one.seq, one_line(&ledger)));
                }
            }
            if verified.assessment.subject.dirty != Some(false) {
                print::stderr(OF_NO_COMMIT);
            }
            Ok(())
        }
        Err(LedgerFault::File(LedgerError::Io { .. })) if !arguments.recording.record => {
            print::stderr("nothing was recorded: the folder of `promotion.toml` cannot be written\n");
            Ok(())
        }
        Err(fault) => Err(fault.into()),
    }
}

const OF_NO_COMMIT: &str = "recorded, but nothing can be promoted by it: the files are not known to be those of a commit\n   \
                            hint: commit or put aside what differs, and verify again\n";

fn records(arguments: &Verify) -> bool {
    arguments.recording.record
        || (terminal::is_in_ci() && !arguments.recording.no_record && !arguments.cached)
}

/// In CI nothing is reused unless somebody asks for it: a job is there to find out. What is recorded or attested is
/// measured now.
fn reuse(arguments: &Verify) -> Reuse {
    let is_evidence = arguments.recording.record || !arguments.attest.is_empty();
    match (arguments.fresh || is_evidence, arguments.cached) {
        (true, _) => Reuse::Renew,
        (false, false) if terminal::is_in_ci() => Reuse::Never,
        (false, _) => Reuse::Allowed,
    }
}

/// That there was nothing to do is no pass, and a job that gates on the exit code must know how to skip it.
fn nothing_changed(revision: &str) -> String {
    format!(
        "no component changed since `{}`, so nothing was verified\n   hint: skip the job where \
         `tta-promote plan --changed-since {} --format json` shows no shards\n",
        one_line(revision),
        quoted(revision)
    )
}

/// What the arguments mean under the policy.
pub(super) fn selection(workspace: &Workspace, which: &Which) -> Result<(Choice, Selection), Failure> {
    let ask = Ask {
        names: which.components.clone(),
        stage: which.stage,
        group: which.group.clone(),
        changed_since: which.changed_since.clone(),
    };
    let choice = choose(workspace, &ask)?;
    let selection = Selection::of(
        &workspace.policy,
        &Stages::of(workspace, &choice.names)?,
        &choice.names,
        which.to,
        which.only.clone(),
    )?;
    Ok((choice, selection))
}

fn exit(verified: &Verified) -> Exit {
    match (verified.interrupted, verified.faults.is_empty()) {
        (true, _) => Exit::Interrupted,
        (false, false) => Exit::Usage,
        (false, true) => of_assessment(&verified.assessment),
    }
}

/// A gate that lacks nothing but time or an approval is waited for.
pub(super) fn of_assessment(assessment: &Assessment) -> Exit {
    let waits = |one: &ComponentAssessment| one.verdict == Verdict::Pass || one.is_waiting();
    if assessment.verdict == Verdict::Inconclusive
        && !assessment.components.is_empty()
        && assessment.components.iter().all(waits)
    {
        return Exit::Waiting;
    }
    assessment.verdict.into()
}

/// How the verdict is to look.
pub(super) fn style(global: &Global, logs: Option<&Path>) -> Style {
    let wish = match global.color {
        Colour::Auto => terminal::Colour::Auto,
        Colour::Always => terminal::Colour::Always,
        Colour::Never => terminal::Colour::Never,
    };
    Style {
        paint: if terminal::colours_stdout(wish) { Paint::Colour } else { Paint::Plain },
        verbosity: match (global.quiet, global.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
        width: terminal::width(),
        logs: logs.map(|logs| logs.to_string_lossy().into_owned()),
        checkout: Checkout::default(),
        lines: SourceLines::default(),
    }
}

/// The same with where the project is, and with the lines of findings where a page shows them.
pub(super) fn placed(
    workspace: &Workspace,
    assessment: &Assessment,
    style: Style,
    publication: &Publication<'_>,
) -> Style {
    let is_page = publication.asks_for(Format::Html);
    let lines = if is_page { lines(workspace, assessment) } else { SourceLines::default() };
    Style { checkout: checkout(workspace), lines, ..style }
}
