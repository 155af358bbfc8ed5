//! The check `docs`, which needs no tool: the README is looked for and read here, and judged in `tools::docs`.

use std::path::Path;

use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::evidence::Evidence;
use crate::model::reason::Reason;
use crate::sys::file::{self, ReadError};
use crate::sys::tree;
use crate::tools::docs::{self, Found, Module, Place};

use crate::app::answer::Answer;
use crate::app::bench::Bench;
use crate::app::subject::Subject;

/// Answers for the components.
pub fn answers(bench: &Bench<'_>, components: &[usize]) -> Vec<Answer> {
    let answer = |component: &usize| {
        let subject = bench.subjects.get(*component)?;
        let gathered = gather(bench, subject).map_err(|reason| Unmeasured::because(reason, None));
        Some(Answer { component: *component, check: Check::Docs, gathered })
    };
    components.iter().filter_map(answer).collect()
}

/// What lies at the places where a component's README may be, up to the first that is there.
pub fn looks(root: &Path, subject: &Subject<'_>) -> Vec<(Place, Found)> {
    let component = subject.candidate.component;
    // A README can be there although the files are not.
    let files: &[SourceFile] = subject.files.as_deref().unwrap_or_default();
    let mut looks = Vec::new();
    for place in docs::candidates(component, files) {
        let found = look(root, &place);
        let is_absent = found == Found::Absent;
        looks.push((place, found));
        if !is_absent {
            break;
        }
    }
    looks
}

fn gather(bench: &Bench<'_>, subject: &Subject<'_>) -> Result<Evidence, Reason> {
    let files: &[SourceFile] = subject.files.as_deref().unwrap_or_default();
    let looks = looks(&bench.context.root, subject);
    let modules: Vec<Module<'_>> = files
        .iter()
        .map(|file| Module { path: &file.path, facts: bench.sources.facts(&file.real) })
        .collect();
    docs::evidence(subject.candidate.component, &modules, &looks)
}

fn look(root: &Path, place: &Place) -> Found {
    let path = match place {
        Place::Named(path) | Place::Docstring(path) => path.clone(),
        Place::Folder(folder) | Place::Shared(folder) => {
            let names = tree::names(&root.join(folder));
            match docs::pick(names.iter().map(String::as_str)) {
                Some(name) if folder.is_empty() || folder == "." => name.to_owned(),
                Some(name) => format!("{folder}/{name}"),
                None => return Found::Absent,
            }
        }
    };
    match file::read_text(&root.join(&path)) {
        Ok(text) => Found::Text { path, text },
        Err(ReadError::Absent) => Found::Absent,
        Err(error) => Found::Unreadable { path, why: error.to_string() },
    }
}
