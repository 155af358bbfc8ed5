//! `promote`: the next steps that are due, one after another, until something is no pass.
//!
//! Not the steps: each is the verb of its name, with its own words and its own exit code.

use std::fmt::Write as _;

use crate::app::due::Due;
use crate::app::notice::{duty_remedy, duty_words};
use crate::app::project::Workspace;
use crate::app::refusal::{remedy, words};
use crate::app::soak_words;
use crate::lifecycle::{Obstacle, Staleness, Step};
use crate::model::component::Component;
use crate::report::Format;
use crate::report::clean::one_line;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::argument::{
    Complete, Deploy, Global, Issue, Promote, Recording, StepFormat, Verify, ViewFormat, Which,
};
use super::exit::Exit;
use super::failure::{Failure, nearest};
use super::question::Question;
use super::{complete, debt, deploy, issue, notice, print, verify};

/// More steps than a promotion has: one that is due again and again is not waited for.
const STEPS: usize = 6;

/// Carries out `promote`.
pub(super) fn run(global: &Global, arguments: &Promote) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let Some(component) = workspace.policy.component(&arguments.component) else {
        let known: Vec<String> = workspace.policy.components.iter().map(|one| one.name.clone()).collect();
        let message = format!("there is no component `{}`", one_line(&arguments.component));
        return Err(Failure::usage(message, nearest(&arguments.component, &known)));
    };
    let first = due(&workspace, component)?;
    print::stderr(&proposal(component, &first));
    notice::tell(&workspace, &component.name);
    if (arguments.dry_run || first.owed.is_empty())
        && let Some(exit) = nothing_to_do(component, &first)?
    {
        return Ok(exit);
    }
    if arguments.dry_run {
        return Ok(Exit::Pass);
    }
    let interrupt = Interrupt::listen().map_err(anyhow::Error::from)?;
    consent(arguments, &interrupt)?;
    if !first.owed.is_empty() && debt::pay(&workspace, &component.name, &interrupt)?.wrote {
        return Err(written(component, &first));
    }
    let (mut before, mut owed) = (None, None::<Failure>);
    for _ in 0..STEPS {
        // What comes after it is another promotion, which nobody was shown.
        if before == Some(Step::Complete) {
            return Ok(Exit::Pass);
        }
        let due = due(&workspace, component)?;
        // What GitHub does not know keeps nothing else waiting; what is not known to be owed does.
        if let Some(failure) = owed.take() {
            if due.step != Step::Deploy || !due.with_deployment {
                return Err(failure);
            }
            print::stderr(&failure.text());
        }
        if due.to != first.to {
            return Err(changed("the component stands elsewhere than when the steps were shown"));
        }
        if let Some(exit) = nothing_to_do(component, &due)? {
            return Ok(exit);
        }
        // A step that came to its good end and is due all the same would be due for ever.
        if before.as_ref() == Some(&due.step) {
            return Err(changed("the step that was just done is due again"));
        }
        print::stderr(&format!("\n{}\n", heading(&due.step)));
        match carry_out(&workspace, global, arguments, &due.step) {
            Ok(Exit::Pass) => {}
            Err(failure) if due.step == Step::OpenIssue && failure.exit == Exit::Inconclusive => {
                owed = Some(failure);
            }
            other => return other,
        }
        before = Some(due.step);
    }
    Err(changed("more steps were due, one after another, than a promotion has"))
}

fn changed(how: &str) -> Failure {
    Failure {
        exit: Exit::Inconclusive,
        message: "what is to be promoted changed meanwhile".to_owned(),
        causes: vec![how.to_owned()],
        hint: Some("see what is due now with `--dry-run`, and run it again".to_owned()),
        faults: Vec::new(),
    }
}

fn due(workspace: &Workspace, component: &Component) -> Result<Due, Failure> {
    let folder = RunFolder::create(&workspace.root).map_err(anyhow::Error::from)?;
    Ok(Due::of(workspace, component, &folder)?)
}

/// What is shown before anything is done.
fn proposal(component: &Component, due: &Due) -> String {
    let mut text = one_line(&component.title);
    if let Some(to) = due.to {
        let _infallible = write!(text, "  {} → {to}", due.standing.stage);
    }
    if let Some(promotion) = &due.standing.promotion {
        let _infallible = write!(text, "  {}", one_line(promotion.id.as_str()));
    }
    text.push('\n');
    for step in due.plan() {
        let _infallible = writeln!(text, "  {}", heading(&step));
    }
    for words in &due.owed {
        let _infallible = writeln!(text, "  owed      {}", one_line(words));
    }
    for words in &due.overrides {
        let _infallible = writeln!(text, "  override  {}", one_line(words));
    }
    if due.plan().contains(&Step::Verify) && !due.with_deployment {
        let to = due.to.map_or("", |to| to.name());
        let name = one_line(&component.name);
        let _infallible =
            writeln!(text, "  then nothing: `[component.{name}.deploy.{to}]` does not say how to deploy it");
    }
    text
}

fn heading(step: &Step) -> &'static str {
    match step {
        Step::Verify => "verify    measure the gate anew, and record it",
        Step::OpenIssue => "issue     open the promotion issue, or bring it up to date",
        Step::Deploy => "deploy    bring the verified candidate up, and prove that it runs",
        Step::Restore => "deploy    put back what ran before, as a deployment that failed asks for",
        Step::Observe => "observe   the candidate runs; it is to be observed",
        Step::Complete => "complete  measure the gate anew, move the component to its stage, and tell of it",
        Step::Wait => "wait      somebody holds it",
        Step::Top => "nothing   there is no stage above",
    }
}

/// The exit where no step can be taken now.
fn nothing_to_do(component: &Component, due: &Due) -> Result<Option<Exit>, Failure> {
    let begun = due.is_begun();
    let is_at_rest = matches!(due.step, Step::Observe | Step::Top);
    if let Some((until, reason)) = due.frozen.as_ref().filter(|_| !begun && !is_at_rest) {
        return Err(Failure {
            exit: Exit::Waiting,
            message: format!("nothing is promoted until {until}"),
            causes: vec![format!("a freeze: {reason}")],
            hint: Some("run it again when the freeze is over; what runs is observed meanwhile".to_owned()),
            faults: Vec::new(),
        });
    }
    let goes = due.first.iter().any(|one| matches!(one, Obstacle::RollingBack { .. }));
    if goes || !due.first.is_empty() && !begun && !is_at_rest {
        return Err(Failure {
            exit: Exit::Fail,
            message: format!("`{}` cannot be promoted now", one_line(&component.name)),
            causes: due.first.iter().map(words).collect(),
            hint: Some(remedy(&component.name, &due.first)),
            faults: Vec::new(),
        });
    }
    match due.step {
        Step::Observe => observed(component, due).map(Some),
        Step::Top => {
            print::stdout(&format!("{}: there is no stage above\n", one_line(&component.name)))?;
            Ok(Some(Exit::Pass))
        }
        Step::Deploy if !due.with_deployment => {
            let to = due.to.map_or("", |to| to.name());
            Err(Failure::usage(
                format!("`{}` is verified, and nothing says how it is deployed", one_line(&component.name)),
                format!(
                    "add `[component.{}.deploy.{to}]` with `compose_file` or `script`",
                    one_line(&component.name)
                ),
            ))
        }
        Step::Verify | Step::OpenIssue | Step::Deploy | Step::Restore | Step::Complete | Step::Wait => {
            Ok(None)
        }
    }
}

/// What is said where the candidate runs: what is to be mended, why its soak has failed, or what is missing yet.
fn observed(component: &Component, due: &Due) -> Result<Exit, Failure> {
    let name = one_line(&component.name);
    let excesses: Vec<String> = due.soak.iter().flat_map(soak_words::excesses).collect();
    let against = |message: String, causes: Vec<String>, hint| {
        Err(Failure { exit: Exit::Fail, message, causes, hint, faults: Vec::new() })
    };
    if let Some(first) = due.duties.first() {
        let causes = due.duties.iter().map(|duty| one_line(&duty_words(&name, duty))).collect();
        let hint = duty_remedy(&name, due.standing.stage, first);
        return against(format!("`{name}` cannot be completed now"), causes, Some(hint));
    }
    if !excesses.is_empty() {
        let causes = excesses.iter().map(|words| one_line(words)).collect();
        let message = format!("`{name}` cannot be completed: its soak has failed");
        return against(message, causes, Some(soak_words::remedy(&name)));
    }
    print::stdout(&format!("{name}: deployed; nothing more is due now\n"))?;
    for words in due.soak.iter().flat_map(soak_words::missing) {
        print::stdout(&format!("  {}\n", one_line(&words)))?;
    }
    Ok(Exit::Pass)
}

/// That documents were written, so that nothing can be measured before they are committed.
fn written(component: &Component, due: &Due) -> Failure {
    let is_dirty = |one: &&Obstacle| matches!(one, Obstacle::Stale(Staleness::Dirty { .. }));
    let unknown = Obstacle::Stale(Staleness::Dirty { file: None });
    let dirty = due.first.iter().find(is_dirty).unwrap_or(&unknown);
    let others = due.first.iter().filter(|one| !is_dirty(one));
    Failure {
        exit: Exit::Fail,
        message: format!("`{}` cannot be promoted now", one_line(&component.name)),
        causes: std::iter::once(dirty).chain(others).map(words).collect(),
        hint: Some("commit the documents that were written, and run this again".to_owned()),
        faults: Vec::new(),
    }
}

fn consent(arguments: &Promote, interrupt: &Interrupt) -> Result<(), Failure> {
    if arguments.yes {
        return Ok(());
    }
    let question = Question::new("go on?", interrupt);
    if question.put() {
        return Ok(());
    }
    question.unanswered("nothing was done")?;
    Err(Failure {
        exit: Exit::Fail,
        message: "nothing was done".to_owned(),
        causes: vec!["the answer was no".to_owned()],
        hint: None,
        faults: Vec::new(),
    })
}

fn carry_out(
    workspace: &Workspace,
    global: &Global,
    arguments: &Promote,
    step: &Step,
) -> Result<Exit, Failure> {
    let component = arguments.component.clone();
    match step {
        Step::Verify => verify::run(global, &measurement(component, arguments)),
        Step::OpenIssue => issue::run(
            global,
            &Issue { component, dry_run: false, yes: arguments.yes, format: StepFormat::Text },
        ),
        Step::Deploy | Step::Restore => deploy::after_notices(
            workspace,
            global,
            // The plan was agreed to as a whole.
            &Deploy {
                component,
                dry_run: false,
                yes: true,
                timeout: arguments.timeout,
                format: StepFormat::Text,
            },
        ),
        // The plan was agreed to as a whole.
        Step::Complete => complete::run(
            global,
            &Complete {
                component,
                dry_run: false,
                yes: true,
                force: false,
                jobs: arguments.jobs,
                timeout: arguments.timeout,
                format: ViewFormat::Text,
            },
        ),
        Step::Observe | Step::Wait | Step::Top => Ok(Exit::Pass),
    }
}

/// The whole gate, measured anew, and recorded: nothing else is a ground to promote.
fn measurement(component: String, arguments: &Promote) -> Verify {
    Verify {
        which: Which {
            components: vec![component],
            all: false,
            changed_since: None,
            stage: None,
            group: None,
            explain: false,
            to: None,
            only: None,
        },
        jobs: arguments.jobs,
        timeout: arguments.timeout,
        exact: false,
        fresh: true,
        cached: false,
        recording: Recording { record: true, no_record: false },
        format: Format::Text,
        output: Vec::new(),
        attest: Vec::new(),
    }
}
