//! What earlier runs found out about a project in exactly the state in which it is now.
//!
//! Not the bytes (`cache`) nor where they lie (`sys::cache_folder`). A result is used only where the fingerprint of
//! the project, what vouches for environment and tool, and the question are the same; and it is kept only where the
//! project is after the run what it was before. Whatever goes wrong here costs time, and is said with `--verbose`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use crate::cache::key::Question;
use crate::cache::state::State;
use crate::judge;
use crate::model::assessment::{ComponentAssessment, Outcome};
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::evidence::{Bound, Evidence, Measured};
use crate::model::gate::{Criterion, Precision};
use crate::model::run::Earlier;
use crate::model::toolchain::Tool;
use crate::plan::{self, Candidate};
use crate::sys::cache_folder::CacheFolder;
use crate::sys::fingerprint::{self, Look, Seen};
use crate::sys::{file, tree};

use super::answer::Answer;
use super::context::Context;
use super::lane::docs;
use super::project::Workspace;
use super::subject::Subject;
use super::toolchain::Toolchain;
use super::toolchain::recall::Vouched;

/// Whether results of earlier runs may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// No, and nothing is kept. Whoever decides on a promotion must say this: what an earlier run saw is no ground
    /// to deploy.
    Never,
    /// No, but what is found out now is kept for later runs.
    Renew,
    /// Yes.
    Allowed,
}

/// What is known of the project in the state in which it is.
#[derive(Debug)]
pub struct Store {
    seen: Seen,
    place: CacheFolder,
    known: State,
    /// The files of each component, where they can be told.
    files: BTreeMap<String, Vec<SourceFile>>,
}

/// A toolchain that was found earlier and is still what it was.
#[derive(Debug)]
pub struct Recalled {
    /// The toolchain.
    pub toolchain: Toolchain,
    /// What vouches for it.
    pub vouched: Vouched,
    /// The absent imports of each component, by its name.
    pub absent: BTreeMap<String, Vec<String>>,
}

impl Store {
    /// Looks at the project. The error says why nothing can be reused or kept, as a fragment.
    pub fn look(context: &Context<'_>, workspace: &Workspace, reuse: Reuse) -> Result<Self, String> {
        let files = Mutex::default();
        let seen = look(context, workspace, "fingerprint", &files)?;
        let place = CacheFolder::of(context.folder, &workspace.root);
        let known = if reuse == Reuse::Allowed { known(&place, &seen) } else { State::default() };
        let files = files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Self { seen, place, known, files })
    }

    /// The commit, where the project is in one.
    pub fn commit(&self) -> Option<String> {
        self.seen.commit.clone()
    }

    /// Whether the commit does not stand for the files of `subjects`.
    pub fn is_dirty(&self, subjects: &[Subject<'_>], root: &Path) -> bool {
        let files = || subjects.iter().filter_map(|subject| subject.files.as_ref().ok()).flatten();
        let links: Vec<PathBuf> = files().map(|file| root.join(&file.path)).collect();
        let reals = files().map(|file| Path::new(&file.real));
        self.seen.is_dirty(links.iter().map(PathBuf::as_path).chain(reals))
    }

    /// How long git and the reading of all files took.
    pub fn took(&self) -> (Duration, Duration) {
        (self.seen.git, self.seen.hashing)
    }

    /// The candidates with their files, where each of them has some.
    pub fn subjects<'a>(&self, candidates: &[Candidate<'a>]) -> Option<Vec<Subject<'a>>> {
        let subject = |candidate: &Candidate<'a>| {
            let files = self.files.get(&candidate.component.name)?;
            Some(Subject { candidate: *candidate, files: Ok(files.clone()) })
        };
        candidates.iter().map(subject).collect()
    }

    /// The toolchain for `wanted`, if an earlier run found it for all of the candidates.
    pub fn recall(
        &self,
        context: &Context<'_>,
        candidates: &[Candidate<'_>],
        wanted: &[Tool],
    ) -> Option<Recalled> {
        self.known
            .memos()
            .filter(|memo| wanted.iter().all(|tool| memo.witnesses.contains_key(tool)))
            .filter(|memo| candidates.iter().all(|one| memo.absent.contains_key(&one.component.name)))
            .find_map(|memo| {
                let (toolchain, vouched) = Toolchain::recall(context, &memo, &self.seen)?;
                Some(Recalled { toolchain, vouched, absent: memo.absent })
            })
    }

    /// What vouches for a toolchain now.
    pub fn vouch(&self, toolchain: &Toolchain) -> Result<Vouched, String> {
        toolchain.vouch(&self.seen)
    }

    /// The answers that are known to those criteria of the subjects that are asked for.
    pub fn answers(
        &self,
        root: &Path,
        subjects: &[Subject<'_>],
        only: Option<&[Check]>,
        vouched: &Vouched,
        precision: Precision,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let files: Vec<String> = subject.files.iter().flatten().map(|file| file.path.clone()).collect();
            for criterion in plan::criteria(subject.candidate.gate, only) {
                let evidence =
                    key(root, subject, criterion, vouched).and_then(|key| self.known.evidence(&key, &files));
                let evidence = evidence.and_then(|evidence| serving(criterion, evidence, precision));
                answers.extend(evidence.map(|evidence| Answer {
                    component: index,
                    check: criterion.check(),
                    gathered: Ok(evidence),
                }));
            }
        }
        answers
    }

    /// Keeps what was found out, if the project is still what it was. The error says why not, as a fragment.
    pub fn keep(
        self,
        context: &Context<'_>,
        workspace: &Workspace,
        found: &Found<'_>,
        vouched: &Vouched,
    ) -> Result<usize, String> {
        let root = &workspace.root;
        let mut state = State::default();
        let mut kept = 0;
        for (subject, component) in found.subjects.iter().zip(found.components) {
            for check in &component.checks {
                let Some(evidence) = conclusive(&check.outcome) else { continue };
                if let Some(key) = key(root, subject, &check.criterion, vouched) {
                    state.keep(key, evidence, &found.now);
                    kept += 1;
                }
            }
        }
        let absent =
            found.components.iter().map(|one| (one.name.clone(), one.absent_imports.clone())).collect();
        if let Some(memo) = found.toolchain.memo(vouched, absent) {
            state.remember(&memo);
        }
        let after = look(context, workspace, "fingerprint-after", &Mutex::default())?;
        if after.digest != self.seen.digest {
            let what = self.seen.changed(&after);
            let what =
                what.map_or("the commands or the system".to_owned(), |path| format!("`{}`", path.display()));
            return Err(format!("the run changed what it was about: {what}"));
        }
        if found.toolchain.vouch(&after).as_ref() != Ok(vouched) {
            return Err("the environment or a tool changed meanwhile".to_owned());
        }
        // Another process may have kept something meanwhile.
        state.join(known(&self.place, &self.seen));
        let kept_or_not = self.place.keep_entry(&self.seen.digest, &state.bytes(&self.seen.digest));
        kept_or_not.map(|()| kept).map_err(|error| format!("it cannot be written: {error}"))
    }
}

/// What a run found out.
#[derive(Debug)]
pub struct Found<'a> {
    /// The components.
    pub subjects: &'a [Subject<'a>],
    /// What they came to.
    pub components: &'a [ComponentAssessment],
    /// The tools.
    pub toolchain: &'a Toolchain,
    /// The run.
    pub now: Earlier,
}

fn known(place: &CacheFolder, seen: &Seen) -> State {
    place.entry(&seen.digest).and_then(|bytes| State::read(&seen.digest, &bytes)).unwrap_or_default()
}

fn look(
    context: &Context<'_>,
    workspace: &Workspace,
    name: &str,
    found: &Mutex<BTreeMap<String, Vec<SourceFile>>>,
) -> Result<Seen, String> {
    let also = || {
        let mut paths = Vec::new();
        let mut files = BTreeMap::new();
        for component in &workspace.policy.components {
            if let Ok(own) = workspace.files(component) {
                for file in &own {
                    let path = workspace.root.join(&file.path);
                    // A link is told apart from what it leads to.
                    paths.extend((path.as_os_str() != file.real.as_str()).then(|| PathBuf::from(&file.real)));
                    paths.push(path);
                }
                files.insert(component.name.clone(), own);
            }
        }
        let tests = workspace.policy.components.iter().flat_map(|component| &component.tests.paths);
        let mut tests: Vec<&str> = tests.map(|declared| declared.path.as_str()).collect();
        tests.sort_unstable();
        tests.dedup();
        paths.extend(tests.into_iter().flat_map(|path| tree::all_files(&workspace.root.join(path))));
        *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = files;
        paths
    };
    let arguments: Vec<String> =
        workspace.policy.components.iter().flat_map(|component| component.tests.args.clone()).collect();
    let words = [workspace.digest(), format!("{:?}", workspace.policy.project.runner)];
    fingerprint::take(&Look {
        root: &workspace.root,
        history: &workspace.history(),
        folder: context.folder,
        name,
        also: &also,
        arguments: &arguments,
        words: &words,
    })
}

/// What a check of a component depends on besides the state of the project; nothing where it is not known.
fn key(root: &Path, subject: &Subject<'_>, criterion: &Criterion, vouched: &Vouched) -> Option<String> {
    let tool = match criterion.check() {
        Check::Tests | Check::Coverage => Tool::Pytest,
        Check::Lint => Tool::Ruff,
        Check::Types => Tool::Pyright,
        Check::Security => Tool::Bandit,
        // What an unknown tool depends on is not known.
        Check::Own(_) => return None,
        Check::Docs => {
            // It is made of the component's files, and of what lies where a README may be: a link there may
            // lead anywhere.
            let looks = format!("{:?}", docs::looks(root, subject));
            let witness = file::sha256_of_text(&looks);
            return Some(question(subject, criterion, &witness));
        }
    };
    Some(question(subject, criterion, &vouched.word(tool)?))
}

fn question(subject: &Subject<'_>, criterion: &Criterion, witness: &str) -> String {
    Question { component: subject.candidate.component, criterion, witness }.key()
}

/// Stored evidence, if it answers a criterion as it is asked now.
fn serving(criterion: &Criterion, evidence: Evidence, precision: Precision) -> Option<Evidence> {
    let is_lower = matches!(
        &evidence.measured,
        Measured::Coverage(coverage) if matches!(coverage.bound, Bound::Lower { .. })
    );
    if is_lower && precision == Precision::Exact {
        return None;
    }
    match judge::check(criterion, Ok(evidence)) {
        Outcome::Pass(evidence) | Outcome::Fail(evidence) => Some(evidence),
        Outcome::Inconclusive { .. } | Outcome::NotApplicable { .. } => None,
    }
}

/// The evidence of an outcome that is worth keeping.
fn conclusive(outcome: &Outcome) -> Option<&Evidence> {
    match outcome {
        Outcome::Pass(evidence) | Outcome::Fail(evidence) => Some(evidence),
        Outcome::Inconclusive { .. } | Outcome::NotApplicable { .. } => None,
    }
}
