//! A policy for a project that has none yet: its name, its repository, and what may be its components.
//! Not where components are looked for (`layout`), nor the text of the policy (`policy::draft`).

use std::path::Path;

use anyhow::bail;

use crate::policy::draft::Draft;
use crate::policy::{self, Document};
use crate::sys::run_folder::RunFolder;
use crate::sys::{file, git};

use super::layout::{self, Layout};
use super::project::POLICY_FILE;
use super::schema;

/// A policy to begin with.
pub struct Beginning {
    /// Its text.
    pub text: String,
    /// The names of its components.
    pub names: Vec<String>,
    /// The packages and modules that it leaves out, since a policy cannot hold their names or paths.
    pub unnamed: Vec<String>,
    /// Where components were looked for, for people.
    pub looked: Vec<String>,
}

/// A policy for the project in a folder.
///
/// # Errors
/// Where what was written could not be read back, which is a fault of this program.
pub fn begin(root: &Path) -> anyhow::Result<Beginning> {
    let Layout { components, unnamed, looked } = layout::of(root);
    let names: Vec<String> = components.iter().map(|one| one.name.clone()).collect();
    let address = schema::Document::named("promotion").map(schema::Document::address);
    let draft = Draft {
        schema: address.unwrap_or_default(),
        name: name(root),
        repository: repository(root),
        components,
    };
    let text = draft.text();
    if !names.is_empty() {
        let document = Document { file: POLICY_FILE.to_owned(), text: text.clone() };
        if let Err(faults) = policy::read(&document, &[]) {
            let first = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
            bail!("the policy to begin with has a fault: {first}");
        }
    }
    Ok(Beginning { text, names, unnamed, looked })
}

/// The name in `pyproject.toml`, else the folder's.
fn name(root: &Path) -> String {
    let told = || {
        let text = file::read_text(&root.join("pyproject.toml")).ok()?;
        let table: toml::Table = text.parse().ok()?;
        let poetry = || table.get("tool")?.get("poetry")?.get("name");
        let name = table.get("project").and_then(|project| project.get("name")).or_else(poetry)?;
        name.as_str().map(str::to_owned)
    };
    let folder = || root.file_name().map(|name| name.to_string_lossy().into_owned());
    told().or_else(folder).unwrap_or_default()
}

/// `owner/name`, where the remote `origin` is on GitHub.
fn repository(root: &Path) -> Option<String> {
    let folder = RunFolder::create(root).ok()?;
    let address = git::origin(root, &folder)?;
    let beginnings =
        ["https://github.com/", "git@github.com:", "ssh://git@github.com/", "http://github.com/"];
    let rest = beginnings.iter().find_map(|beginning| address.strip_prefix(beginning))?;
    let rest = rest.trim_end_matches('/');
    Some(rest.strip_suffix(".git").unwrap_or(rest).to_owned())
}
