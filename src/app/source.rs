//! The texts of the components' files, and what they tell without being run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::reason::{Reason, ReasonKind};
use crate::sys::{file, tree};
use crate::tools::pyright_comment::Comments;
use crate::tools::python::{self, Facts, SuppressionKind};

use super::subject::Subject;

/// The files of all components, by real path.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, Source>,
}

#[derive(Debug)]
struct Source {
    text: Result<String, Reason>,
    /// Of its content when it was read.
    digest: Option<String>,
    facts: Facts,
}

impl Sources {
    /// Reads the files of all components, each once.
    pub fn read(subjects: &[Subject<'_>]) -> Self {
        let mut files = BTreeMap::new();
        for file in subjects.iter().filter_map(|subject| subject.files.as_ref().ok()).flatten() {
            files.entry(file.real.clone()).or_insert_with(|| {
                let text = file::read_text(Path::new(&file.real)).map_err(|error| {
                    Reason::new(
                        ReasonKind::Unreadable,
                        format!("`{}` cannot be read: {error}", file.path),
                        "make it a readable UTF-8 file",
                    )
                });
                let facts = text.as_deref().map(python::read).unwrap_or_default();
                Source { text, digest: file::sha256(Path::new(&file.real)), facts }
            });
        }
        Self { files }
    }

    /// The text of a file, by its real path.
    pub fn text(&self, real: &str) -> Result<&str, Reason> {
        match self.files.get(real) {
            Some(source) => source.text.as_deref().map_err(Clone::clone),
            None => Err(Reason::new(
                ReasonKind::Unreadable,
                format!("`{real}` was not read"),
                "report this fault",
            )),
        }
    }

    /// Whether a file is no longer what was read, by its real path. The repository does not tell of files that
    /// it ignores, nor of changes that were committed meanwhile.
    pub fn has_changed(&self, real: &str) -> bool {
        self.files.get(real).is_some_and(|source| source.digest != file::sha256(Path::new(real)))
    }

    /// What a file tells, by its real path; `None` where it cannot be read.
    pub fn facts(&self, real: &str) -> Option<&Facts> {
        self.files.get(real).filter(|source| source.text.is_ok()).map(|source| &source.facts)
    }

    /// The modules that a file can do without, by its real path.
    pub fn optional_imports_of(&self, real: &str) -> impl Iterator<Item = String> {
        self.facts(real).into_iter().flat_map(|facts| facts.optional_imports.iter().cloned())
    }

    /// The modules that any of the files can do without, but for the project's own.
    pub fn optional_imports(&self, root: &Path) -> Vec<String> {
        let all: BTreeSet<&String> =
            self.files.values().flat_map(|source| &source.facts.optional_imports).collect();
        let is_own = |module: &str| {
            [root.to_owned(), root.join("src")].iter().any(|folder| {
                tree::exists(&folder.join(module)) || tree::exists(&folder.join(format!("{module}.py")))
            })
        };
        all.into_iter().filter(|module| !is_own(module)).cloned().collect()
    }

    /// The comments that keep pyright quiet, by real path; a file that cannot be read is not among them.
    pub fn type_comments(&self) -> BTreeMap<String, Comments> {
        let comments = |facts: &Facts| {
            let count = |kind| facts.suppressed(kind);
            let silenced = facts.directives.iter().filter(|directive| directive.silences()).count() as u64;
            Comments {
                suppressing: count(SuppressionKind::TypeIgnore)
                    + count(SuppressionKind::PyrightIgnore)
                    + silenced,
                whole_file: count(SuppressionKind::FileTypeIgnore) > 0,
            }
        };
        let readable = self.files.iter().filter(|(_, source)| source.text.is_ok());
        readable.map(|(real, source)| (real.clone(), comments(&source.facts))).collect()
    }
}
