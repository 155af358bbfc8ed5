//! `schema`: print the schema of a document, list them, or write all of them.

use std::fmt::Write as _;
use std::path::Path;

use crate::app::schema::{DOCUMENTS, Document};
use crate::report::clean::one_line;
use crate::sys::{file, tree};

use super::argument::Schema;
use super::exit::Exit;
use super::failure::Failure;
use super::print;

/// Carries out `schema`.
pub(super) fn run(arguments: &Schema) -> Result<Exit, Failure> {
    let text = match (&arguments.name, &arguments.output) {
        (Some(name), _) => Document::named(name).map(Document::text).unwrap_or_default(),
        (None, Some(folder)) => write_all(folder)?,
        (None, None) => listing(),
    };
    print::stdout(&text)?;
    Ok(Exit::Pass)
}

fn listing() -> String {
    let mut text = String::new();
    for document in &DOCUMENTS {
        let _infallible = writeln!(text, "{:<12} {}", document.name, document.about);
    }
    text
}

fn write_all(folder: &Path) -> Result<String, Failure> {
    let place = one_line(&folder.to_string_lossy());
    let cannot = |what: &str, error: &std::io::Error| {
        let hint = "name a folder that can be written with `--output DIR`";
        Failure { causes: vec![error.to_string()], ..Failure::usage(format!("cannot {what}"), hint) }
    };
    tree::make_folder(folder).map_err(|error| cannot(&format!("make the folder `{place}`"), &error))?;
    for document in &DOCUMENTS {
        let path = folder.join(document.file());
        let shown = one_line(&path.to_string_lossy());
        file::write_whole(&path, &document.text())
            .map_err(|error| cannot(&format!("write `{shown}`"), &error))?;
    }
    Ok(format!("wrote {} schemas to {place}\n", DOCUMENTS.len()))
}
