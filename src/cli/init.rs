//! `init`: write a policy to begin with.

use std::path::Path;

use crate::app::beginning::{Beginning, begin};
use crate::app::project::POLICY_FILE;
use crate::report::clean::one_line;
use crate::sys::{file, tree};

use super::argument::Init;
use super::exit::Exit;
use super::failure::Failure;
use super::print;

/// Why a package or module is left out.
const NO_NAME: &str = "a component's name is A-Z, a-z, 0-9, `_`, `.` and `-`, at most 100, the first a letter or a digit; \
                       and its paths are without `:` and `\\`";

/// Carries out `init`.
pub(super) fn run(arguments: &Init) -> Result<Exit, Failure> {
    let folder = arguments.folder.as_deref().unwrap_or(Path::new("."));
    let root = tree::real(folder).ok().filter(|root| tree::is_folder(root)).ok_or_else(|| {
        let shown = one_line(&folder.to_string_lossy());
        Failure::usage(format!("there is no folder `{shown}`"), "name the folder of the Python project")
    })?;
    let path = root.join(POLICY_FILE);
    let shown = one_line(&folder.join(POLICY_FILE).to_string_lossy());
    if !arguments.print && tree::exists(&path) {
        return Err(there_already(&shown));
    }
    let Beginning { text, names, unnamed, looked } = begin(&root)?;
    let Some(first) = names.first() else {
        return Err(nobody(&unnamed, &looked));
    };
    let left_out = if unnamed.is_empty() {
        String::new()
    } else {
        format!("left out: {}: {NO_NAME}\n", listed(&unnamed))
    };
    if arguments.print {
        print::stdout(&text)?;
        // Standard output is the policy, and nothing else.
        print::stderr(&left_out);
        return Ok(Exit::Pass);
    }
    file::write_new(&path, &text).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return there_already(&shown);
        }
        let hint = "make the folder writable, or see the text with `--print`";
        Failure { causes: vec![error.to_string()], ..Failure::usage(format!("cannot write `{shown}`"), hint) }
    })?;
    let count = names.len();
    let components = if count == 1 { "1 component".to_owned() } else { format!("{count} components") };
    let plan = format!("plan {first}");
    let width = plan.len().max("doctor".len());
    print::stdout(&format!(
        "wrote {shown} with {components}: {}\n{left_out}\nNext:\n  tta-promote {:width$}    are the tools there?\n  \
         tta-promote {plan:width$}    what would run, and why\n",
        listed(&names),
        "doctor"
    ))?;
    Ok(Exit::Pass)
}

/// That there is nothing to begin with, or only what no component can be named after.
fn nobody(unnamed: &[String], looked: &[String]) -> Failure {
    if unnamed.is_empty() {
        return Failure::usage(
            "no package and no module was found that could be a component",
            format!("go to the folder of the Python project: looked in {}", listed(looked)),
        );
    }
    Failure {
        causes: vec![format!("{}: {NO_NAME}", listed(unnamed))],
        ..Failure::usage(
            "no package and no module was found that a component can be named after",
            "rename them, or write `[component.NAME]` with a name of your own and their `paths`",
        )
    }
}

fn there_already(shown: &str) -> Failure {
    Failure::usage(
        format!("`{shown}` is there already, and nothing is written over it"),
        "see what would be written with `--print`, or move the file away",
    )
}

/// The first names, and how many more there are.
fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown = names.iter().take(MOST).map(|name| one_line(name)).collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(MOST);
    if rest > 0 { format!("{shown}, {rest} more") } else { shown }
}
