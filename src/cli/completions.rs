//! `completions` and `man`: what shells and `man` know of the command line, made from the command line itself.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::report::clean::one_line;
use crate::sys::{file, tree};

use super::argument::{CommandLine, Completions, Man};
use super::exit::Exit;
use super::failure::Failure;
use super::print;

/// Carries out `completions`.
pub(super) fn run(arguments: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut CommandLine::command(), "tta-promote", &mut script);
    // In its script for bash, what leads to a verb and the verb's own branch write the `-` of our name in different ways
    // (clap-rs/clap#6421), so that nothing after a verb would be completed.
    let script = String::from_utf8_lossy(&script).replace("tta__subcmd__promote", "tta__promote");
    print::stdout(&script)?;
    Ok(Exit::Pass)
}

/// Carries out `man`.
pub(super) fn man(arguments: &Man) -> Result<Exit, Failure> {
    let mut command = CommandLine::command();
    command.build();
    let text = match &arguments.output {
        None => page(command)?,
        Some(folder) => write_all(&command, folder)?,
    };
    print::stdout(&text)?;
    Ok(Exit::Pass)
}

fn page(command: Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    Ok(unfilled(&String::from_utf8(page)?))
}

/// The page with its examples and tables as they are: `man` would fill their columns like prose.
fn unfilled(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut is_inside = false;
    for line in page.lines() {
        let is_set_in = line.starts_with("  ");
        if is_set_in != is_inside {
            text.push_str(if is_set_in { ".nf\n" } else { ".fi\n" });
            is_inside = is_set_in;
        }
        text.extend([line, "\n"]);
    }
    text.push_str(if is_inside { ".fi\n" } else { "" });
    text
}

/// The page of the program, and that of each verb.
fn write_all(command: &Command, folder: &Path) -> Result<String, Failure> {
    let place = one_line(&folder.to_string_lossy());
    let cannot = |error: &std::io::Error| {
        let hint = "name a folder that can be written with `--output DIR`";
        Failure {
            causes: vec![error.to_string()],
            ..Failure::usage(format!("cannot write to `{place}`"), hint)
        }
    };
    tree::make_folder(folder).map_err(|error| cannot(&error))?;
    let all: Vec<&Command> = std::iter::once(command).chain(command.get_subcommands()).collect();
    for command in &all {
        let name = Page::new((*command).clone()).get_filename();
        file::write_whole(&folder.join(name), &page((*command).clone())?).map_err(|error| cannot(&error))?;
    }
    Ok(format!("wrote {} pages to {place}\n", all.len()))
}
