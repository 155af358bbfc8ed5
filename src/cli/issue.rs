//! `issue`: open the promotion issue, or bring it up to date.

use std::cell::Cell;
use std::fmt::Write as _;

use crate::app::issue::{Consent, Deed, IssueError, Place, Report, Request, issue};
use crate::app::project::Workspace;
use crate::app::{refusal, verify};
use crate::report::clean::one_line;
use crate::report::issue_document::{IssueDocument, IssuePlace};
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::argument::{Global, Issue, StepFormat};
use super::exit::Exit;
use super::failure::{Failure, nearest};
use super::print;
use super::progress::Waits;
use super::question::Question;

/// Carries out `issue`.
pub(super) fn run(global: &Global, arguments: &Issue) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    let context = verify::context(&workspace, None, &folder, &interrupt, &Waits);
    let cut_off = Cell::new(None);
    let ask = |labels: &[String]| {
        let repository = workspace.policy.project.repository.as_deref().unwrap_or_default();
        let words = format!("`{}` lacks {}; make them?", one_line(repository), listed(labels));
        let question = Question::new(&words, &interrupt);
        let is_yes = question.put();
        // Where there is nobody to ask, the labels are what is told.
        if interrupt.raised() {
            cut_off.set(question.unanswered("nothing was opened").err());
        }
        is_yes
    };
    let consent = if arguments.yes { Consent::Given } else { Consent::Asked(&ask) };
    let request = Request { component: &arguments.component, dry_run: arguments.dry_run, consent };
    let report = issue(&workspace, &request, &context)
        .map_err(|error| cut_off.take().unwrap_or_else(|| error.into()))?;
    match arguments.format {
        StepFormat::Json => print::stdout(&document(&report).render())?,
        StepFormat::Text => print::stdout(&text(&report, global.quiet))?,
    }
    for other in &report.others {
        print::stderr(&format!("{}\n", one_line(&other.words(report.issue.as_ref()))));
    }
    report.remarks.iter().for_each(|remark| print::stderr(&format!("{}\n", one_line(remark))));
    match &report.unasked {
        None => Ok(Exit::Pass),
        Some(failure) => {
            print::stderr(&owed("GitHub could not be asked whether the issue is there", failure).text());
            Ok(Exit::Inconclusive)
        }
    }
}

fn text(report: &Report, quiet: bool) -> String {
    let mut text = String::new();
    let issue = report.issue.as_ref().map(|issue| format!("#{} {}", issue.number, one_line(&issue.url)));
    let issue = issue.unwrap_or_default();
    let first = match report.deed {
        Deed::Opened => format!("issue {issue} was opened"),
        Deed::Updated => format!("issue {issue} was updated"),
        Deed::UpToDate => format!("issue {issue} is up to date"),
        Deed::WouldOpen => format!("would open an issue in {}", one_line(&report.repository)),
        Deed::WouldUpdate => format!("would update issue {issue}"),
    };
    let _infallible = writeln!(text, "{}: {first}", one_line(&report.component));
    if quiet {
        return text;
    }
    let _infallible = writeln!(text, "  title   {}", one_line(&report.title));
    let _infallible = writeln!(text, "  labels  {}", one_line(&report.labels.join(", ")));
    if !report.made.is_empty() {
        let word = if report.deed == Deed::WouldOpen || report.deed == Deed::WouldUpdate {
            "to make"
        } else {
            "made"
        };
        let _infallible = writeln!(text, "  {word:7} {}", one_line(&report.made.join(", ")));
    }
    if matches!(report.deed, Deed::WouldOpen | Deed::WouldUpdate) {
        text.push('\n');
        for line in report.body.lines() {
            let _infallible = writeln!(text, "{}", one_line(line));
        }
    }
    text
}

fn document(report: &Report) -> IssueDocument {
    let place = |place: &Place| IssuePlace { number: place.number, url: place.url.clone() };
    IssueDocument {
        component: report.component.clone(),
        promotion: report.promotion.clone(),
        repository: report.repository.clone(),
        action: report.deed.name(),
        issue: report.issue.as_ref().map(place),
        duplicates: report.others.iter().map(|other| place(&other.place)).collect(),
        title: report.title.clone(),
        labels: report.labels.clone(),
        missing_labels: report.made.clone(),
        body: report.body.clone(),
        unasked: report.unasked.as_ref().map(ToString::to_string),
    }
}

fn listed(labels: &[String]) -> String {
    let labels: Vec<String> = labels.iter().map(|label| format!("`{}`", one_line(label))).collect();
    let noun = if labels.len() == 1 { "the label" } else { "the labels" };
    format!("{noun} {}", labels.join(", "))
}

fn owed(message: &str, failure: &crate::tools::gh::Failure) -> Failure {
    Failure {
        exit: Exit::Inconclusive,
        message: message.to_owned(),
        causes: vec![failure.to_string()],
        hint: Some(failure.hint()),
        faults: Vec::new(),
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        let message = error.to_string();
        let with = |exit, causes: Vec<String>, hint: String| Self {
            exit,
            message: message.clone(),
            causes,
            hint: Some(hint),
            faults: Vec::new(),
        };
        match error {
            IssueError::Unknown { name, known } => Self::usage(message, nearest(&name, &known)),
            IssueError::NoRepository => Self::usage(
                message,
                "write `repository = \"owner/name\"` below `[project]` in `promotion.toml`",
            ),
            IssueError::Top(_) => with(Exit::Fail, Vec::new(), "there is nothing to promote".to_owned()),
            IssueError::Refused { component, obstacles, .. } => with(
                Exit::Fail,
                obstacles.iter().map(refusal::words).collect(),
                refusal::remedy(&component, &obstacles),
            ),
            IssueError::NoLabel(_) => Self::usage(
                message,
                "give a priority of at most 50 characters, without commas and quotation marks",
            ),
            IssueError::NoTemplate { place, why, .. } => with(
                Exit::Usage,
                vec![format!("{place} names it: {why}")],
                "make it a readable UTF-8 file, or take `template` out".to_owned(),
            ),
            IssueError::Template(fault) => with(Exit::Usage, vec![fault.to_string()], fault.hint),
            IssueError::LabelsMissing { labels, .. } => with(
                Exit::Usage,
                vec![format!("there is not {}", listed(&labels))],
                "make them on GitHub, or say `--yes`, and they are made".to_owned(),
            ),
            IssueError::Closed(place) => with(
                Exit::Waiting,
                vec![format!("somebody closed {}", place.url)],
                "open it again on GitHub to go on with this promotion".to_owned(),
            ),
            IssueError::Doubtful(place) => with(
                Exit::Inconclusive,
                vec![format!(
                    "{} has none of the promotion's labels, and anybody can write a mark",
                    place.url
                )],
                "give it one of the labels if it is yours, or take the mark out of its text".to_owned(),
            ),
            IssueError::Owed(failure) => owed(&message, &failure),
            IssueError::Busy(_) => with(
                Exit::Waiting,
                Vec::new(),
                "wait until it has ended, and run this again: it looks first what was told".to_owned(),
            ),
            IssueError::Interrupted => {
                with(Exit::Interrupted, Vec::new(), "run this again: it looks first what was done".to_owned())
            }
            IssueError::Ledger(fault) => fault.into(),
            IssueError::Other(error) => error.into(),
        }
    }
}
