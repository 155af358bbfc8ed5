//! Which packages uv would install as a copy of a folder: their sources may change without their copy's changing.
//!
//! Not how the environment is made (`environment`). uv builds such a copy anew only where its project file changes, so
//! that tests would look at what the package was once.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use crate::sys::file;

/// What tells uv to build those copies anew: by the lock file, where there is one, and by the project file in `root`, since
/// the two may not agree. A file that cannot be read tells of none, and uv says what is wrong with it.
pub(super) fn built_anew(root: &Path, lock: Option<&Path>) -> Vec<String> {
    let table = |path: &Path| file::read_text(path).ok()?.parse::<Table>().ok();
    let locked = lock.and_then(table).map(|lock| of_lock(&lock));
    let declared = table(&root.join("pyproject.toml")).map(|project| of_project(&project));
    let names: BTreeSet<String> = locked.into_iter().chain(declared).flatten().collect();
    names.into_iter().flat_map(|name| ["--reinstall-package".to_owned(), name]).collect()
}

/// Those that the lock file takes from a folder; an editable or virtual one is no copy.
fn of_lock(lock: &Table) -> Vec<String> {
    let packages = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let copied =
        packages.filter(|package| package.get("source").is_some_and(|of| of.get("directory").is_some()));
    copied.filter_map(|package| package.get("name")?.as_str().map(str::to_owned)).collect()
}

/// Those that the project file takes from a path, or from a workspace that it does not want to edit.
fn of_project(project: &Table) -> Vec<String> {
    let sources = project.get("tool").and_then(|tool| tool.get("uv")?.get("sources")?.as_table());
    let is_on = |source: &Value, key: &str| source.get(key).and_then(Value::as_bool);
    let is_copied = |source: &Value| {
        source.get("path").is_some() && is_on(source, "editable") != Some(true)
            || is_on(source, "workspace") == Some(true) && is_on(source, "editable") == Some(false)
    };
    // One for each platform may be given as a list.
    let any =
        |source: &Value| source.as_array().map_or_else(|| is_copied(source), |all| all.iter().any(is_copied));
    let copied = sources.into_iter().flatten().filter(|(_, source)| any(source));
    copied.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_lock_file_takes_from_a_folder_is_a_copy() {
        let lock = "[[package]]\nname = \"copied\"\nsource = { directory = \"packages/copied\" }\n\
                    [[package]]\nname = \"own\"\nsource = { editable = \".\" }\n\
                    [[package]]\nname = \"top\"\nsource = { virtual = \".\" }\n\
                    [[package]]\nname = \"far\"\nsource = { registry = \"https://pypi.org/simple\" }\n";
        assert_eq!(of_lock(&lock.parse().expect("TOML")), ["copied"]);
    }

    #[test]
    fn what_the_project_file_takes_from_a_path_is_a_copy_unless_it_is_editable() {
        let project = "[tool.uv.sources]\ncopied = { path = \"a\" }\nedited = { path = \"b\", editable = true }\n\
                       member = { workspace = true }\nfixed = { workspace = true, editable = false }\n\
                       git = { git = \"https://example.org/x\" }\n\
                       some = [{ path = \"c\", marker = \"sys_platform == 'linux'\" }]\n";
        assert_eq!(of_project(&project.parse().expect("TOML")), ["copied", "fixed", "some"]);
        assert_eq!(of_project(&Table::new()), [""; 0]);
    }

    #[test]
    fn a_lock_file_that_lacks_what_the_project_file_says_hides_no_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: &str| file::write_whole(&folder.path().join(name), text).expect("written");
        write("pyproject.toml", "[tool.uv.sources]\nnew = { path = \"new\" }\nold = { path = \"old\" }\n");
        write("uv.lock", "[[package]]\nname = \"old\"\nsource = { directory = \"old\" }\n");
        let anew = |lock: Option<&Path>| built_anew(folder.path(), lock).join(" ");
        let both = "--reinstall-package new --reinstall-package old";
        assert_eq!(anew(Some(&folder.path().join("uv.lock"))), both);
        assert_eq!(anew(None), both);
    }
}
