//! The user's words to calls, and results to exit codes.

pub mod argument;
mod attestation;
mod audit;
mod cache;
mod claims;
mod complete;
mod completions;
mod debt;
mod decide;
mod deploy;
mod doctor;
mod example;
pub mod exit;
mod explain;
pub mod failure;
mod history;
mod inert;
mod init;
mod issue;
mod notice;
mod observe;
mod plan;
mod print;
mod progress;
mod promote;
mod publication;
mod question;
mod quotation;
mod report;
mod revoke;
mod rollback;
mod schema;
mod status;
mod verify;
mod workflow;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::sys::terminal;

use argument::{CommandLine, Verb};
use exit::Exit;
use failure::Failure;

/// Carries out a command line and gives the exit code.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    let json = asks_for_json(&arguments);
    let result =
        catch_unwind(AssertUnwindSafe(|| run(arguments))).unwrap_or_else(|_reported| Err(panicked()));
    let exit = result.unwrap_or_else(|failure| {
        print::stderr(&failure.text());
        if json {
            let _nobody_to_tell = print::stdout(&failure.json());
        }
        failure.exit
    });
    ExitCode::from(exit.code())
}

fn run(arguments: Vec<OsString>) -> Result<Exit, Failure> {
    let command_line = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => command_line,
        Err(error) => return explain(&error),
    };
    match &command_line.verb {
        Verb::Verify(arguments) => verify::run(&command_line.global, arguments),
        Verb::Plan(arguments) => plan::run(&command_line.global, arguments),
        Verb::Report(arguments) => report::run(&command_line.global, arguments),
        Verb::Issue(arguments) => issue::run(&command_line.global, arguments),
        Verb::Deploy(arguments) => deploy::run(&command_line.global, arguments),
        Verb::Complete(arguments) => complete::run(&command_line.global, arguments),
        Verb::Sign(arguments) => decide::sign(&command_line.global, arguments),
        Verb::Hold(arguments) => decide::hold(&command_line.global, arguments),
        Verb::Release(arguments) => decide::release(&command_line.global, arguments),
        Verb::Override(arguments) => decide::set_aside(&command_line.global, arguments),
        Verb::Observe(arguments) => observe::run(&command_line.global, arguments),
        Verb::Promote(arguments) => promote::run(&command_line.global, arguments),
        Verb::Revoke(arguments) => revoke::run(&command_line.global, arguments),
        Verb::Rollback(arguments) => rollback::run(&command_line.global, arguments),
        Verb::Status(arguments) => status::run(&command_line.global, arguments),
        Verb::History(arguments) => history::run(&command_line.global, arguments),
        Verb::Audit(arguments) => audit::run(&command_line.global, arguments),
        Verb::Doctor => doctor::run(&command_line.global),
        Verb::Cache(arguments) => cache::run(arguments),
        Verb::Schema(arguments) => schema::run(arguments),
        Verb::Init(arguments) => init::run(arguments),
        Verb::Completions(arguments) => completions::run(arguments),
        Verb::Man(arguments) => completions::man(arguments),
    }
}

/// Help and version are answers; everything else that clap says is a failure of usage.
fn explain(error: &clap::Error) -> Result<Exit, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let help = error.render();
            let coloured = terminal::colours_stdout(terminal::Colour::Auto);
            print::stdout(&if coloured { help.ansi().to_string() } else { help.to_string() })?;
            Ok(Exit::Pass)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            print::stderr(&error.render().to_string());
            Ok(Exit::Usage)
        }
        _ => {
            let text = error.render().to_string();
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let causes: Vec<String> = lines
                .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
                .map(str::to_owned)
                .collect();
            // What clap suggests is what to do, not why it went wrong.
            let (tips, causes): (Vec<String>, Vec<String>) =
                causes.into_iter().partition(|line: &String| line.starts_with("tip: "));
            let tip = tips.first().map(|tip| tip.trim_start_matches("tip: ").to_owned());
            let help =
                || "`tta-promote --help` and `tta-promote VERB --help` show what may be said".to_owned();
            let hint = tip.unwrap_or_else(help);
            Err(Failure { exit: Exit::Usage, message, causes, hint: Some(hint), faults: Vec::new() })
        }
    }
}

/// Asked of the raw words, since a command line that cannot be read must be answered in JSON too.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    arguments.iter().any(|argument| argument == "--format=json")
        || pairs.into_iter().any(|(one, next)| one == "--format" && next == "json")
}

fn panicked() -> Failure {
    Failure {
        exit: Exit::Fault,
        message: "tta-promote met a fault of its own".to_owned(),
        causes: Vec::new(),
        hint: Some("please report it with what stands above and the command line".to_owned()),
        faults: Vec::new(),
    }
}
