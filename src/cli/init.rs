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
    let Beginning { text, names, looked } = begin(&root)?;
    let Some(first) = names.first() else {
        return Err(Failure::usage(
            "no package and no module was found that could be a component",
            format!("go to the folder of the Python project: looked in {}", one_line(&listed(&looked))),
        ));
    };
    if arguments.print {
        print::stdout(&text)?;
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
    print::stdout(&format!(
        "wrote {shown} with {components}: {}\n\nNext:\n  tta-promote doctor        are the tools there?\n  \
         tta-promote plan {first}    what would run, and why\n",
        listed(&names)
    ))?;
    Ok(Exit::Pass)
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
    let shown = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(MOST);
    if rest > 0 { format!("{shown}, {rest} more") } else { shown }
}
