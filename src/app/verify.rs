//! `verify`: from a policy to an assessment.
//!
//! The lanes run side by side, the longest first, on as many workers as there are jobs. Before and after
//! them the working tree is compared: what was measured must be what is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::judge;
use crate::model::assessment::{Assessment, ComponentAssessment, PolicyDigest, Subject as Measured};
use crate::model::component::SourceFile;
use crate::model::gate::Precision;
use crate::model::policy::Fault;
use crate::plan::{self, Candidate, Plan};
use crate::sys::clock::{self, Stopwatch};
use crate::sys::git::Snapshot;
use crate::sys::interrupt::Interrupt;
use crate::sys::orphan;
use crate::sys::run_folder::RunFolder;
use crate::sys::variable;

use super::answer::Answer;
use super::assess::Assessor;
use super::bench::Bench;
use super::context::{Context, Listener};
use super::lane;
use super::project::Workspace;
use super::selection::Selection;
use super::source::Sources;
use super::subject::Subject;
use super::toolchain::{self, BYTE_CODE, Toolchain};

/// What is to be verified, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which components, for which stage, which checks.
    pub selection: Selection,
    /// How many tools may run at a time.
    pub jobs: usize,
    /// The limit for one tool run; `None`: the policy's.
    pub timeout: Option<Duration>,
    /// How much coverage is asked for.
    pub precision: Precision,
}

/// What came of it.
#[derive(Debug)]
pub struct Verified {
    /// The assessment.
    pub assessment: Assessment,
    /// Faults of the policy that only the disk shows.
    pub faults: Vec<Fault>,
    /// Whether we were asked to stop.
    pub interrupted: bool,
    /// Where the logs are.
    pub logs: PathBuf,
}

/// What is known before the first check runs.
pub struct Prepared<'a> {
    /// The components and their files.
    pub subjects: Vec<Subject<'a>>,
    /// Faults of the policy that only the disk shows.
    pub faults: Vec<Fault>,
    /// The texts of the files.
    pub sources: Sources,
    /// The environment and the tools.
    pub toolchain: Toolchain,
    /// The working tree before.
    pub before: Snapshot,
}

/// Verifies.
///
/// # Errors
/// Where we could not do our work: no folder for reports could be made.
pub fn verify(
    workspace: &Workspace,
    request: &Request,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> anyhow::Result<Verified> {
    let (started, watch) = (clock::now(), Stopwatch::start());
    let folder = RunFolder::create(&workspace.root)?;
    let context = context(workspace, request.timeout, &folder, interrupt, listener);
    let gates = request.selection.gates(&workspace.policy);
    let candidates = request.selection.candidates(&workspace.policy, &gates);
    let plan = plan::plan(&candidates, request.selection.only.as_deref());
    let prepared = prepare(&context, workspace, &candidates, &plan)?;
    let context = context.with_variables(&prepared.toolchain.variables);
    let answers = gather(&context, &prepared, &plan, request);
    // Whatever hid from the run that started it: nobody needs it now.
    orphan::stop(interrupt);
    let answers = answers?;
    let after = Snapshot::take(&workspace.root, &folder, "git-after", &[]);
    folder.tidy(BYTE_CODE);

    let changed = prepared.before.changed(&after);
    let assessor = Assessor {
        subjects: &prepared.subjects,
        sources: &prepared.sources,
        toolchain: &prepared.toolchain,
        only: request.selection.only.as_deref(),
        changed: &changed,
        appeared: &prepared.subjects.iter().map(|subject| appeared(workspace, subject)).collect::<Vec<_>>(),
    };
    let components: Vec<ComponentAssessment> = assessor.components(answers);
    let assessment = Assessment {
        project: workspace.policy.project.name.clone(),
        policy: PolicyDigest { file: workspace.name().to_owned(), sha256: workspace.digest() },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        duration: watch.elapsed(),
        subject: Measured {
            commit: prepared.before.commit.clone(),
            dirty: prepared.before.is_dirty(),
            changed,
        },
        environment: prepared.toolchain.environment.clone(),
        only: request.selection.only.clone(),
        merged: None,
        notes: Vec::new(),
        verdict: judge::all(components.iter().map(|component| component.verdict)),
        components,
    };
    Ok(Verified {
        assessment,
        faults: prepared.faults,
        interrupted: interrupt.raised(),
        logs: folder.path().to_owned(),
    })
}

/// A file that was not among the component's when the run began, and is now; or the other way round.
fn appeared(workspace: &Workspace, subject: &Subject<'_>) -> Option<String> {
    let before = subject.files.as_ref().ok()?;
    let after = workspace.files(subject.candidate.component).unwrap_or_default();
    let one_of = |these: &[SourceFile], those: &[SourceFile]| {
        these.iter().find(|file| !those.contains(file)).map(|file| file.path.clone())
    };
    one_of(before, &after).or_else(|| one_of(&after, before))
}

/// What every part of the workflow needs.
pub fn context<'a>(
    workspace: &Workspace,
    timeout: Option<Duration>,
    folder: &'a RunFolder,
    interrupt: &'a Interrupt,
    listener: &'a dyn Listener,
) -> Context<'a> {
    let mut variables = variable::for_tools();
    variables.push(("PYTHONPYCACHEPREFIX".into(), folder.file(BYTE_CODE).into_os_string()));
    Context {
        root: workspace.root.clone(),
        folder,
        limit: timeout.unwrap_or(workspace.policy.project.timeout),
        variables,
        interrupt,
        listener,
    }
}

/// Resolves the tools, reads the sources, and looks at the working tree.
pub fn prepare<'a>(
    context: &Context<'_>,
    workspace: &'a Workspace,
    candidates: &[Candidate<'a>],
    plan: &Plan<'_>,
) -> anyhow::Result<Prepared<'a>> {
    const LABEL: &str = "environment";
    let watch = Stopwatch::start();
    context.listener.began(LABEL);
    let modules = Sources::read(&workspace.subjects(candidates).0).optional_imports(&workspace.root);
    let toolchain = toolchain::resolve(context, &workspace.policy.project, &plan.tools(), &modules)?;
    // To make the environment may build the project, and a build may write sources (a version file, say):
    // only now are the files those that will be measured.
    let (subjects, faults) = workspace.subjects(candidates);
    let sources = Sources::read(&subjects);
    let measured = measured_files(&subjects, &workspace.root);
    let before = Snapshot::take(&workspace.root, context.folder, "git-before", &measured);
    context.listener.ended(LABEL, watch.elapsed());
    Ok(Prepared { subjects, faults, sources, toolchain, before })
}

/// What the commit is meant to stand for, relative to the root: the files, and where links lead.
pub fn measured_files(subjects: &[Subject<'_>], root: &Path) -> Vec<String> {
    let mut files = BTreeSet::new();
    for file in subjects.iter().filter_map(|subject| subject.files.as_ref().ok()).flatten() {
        files.insert(file.path.clone());
        files.extend(
            Path::new(&file.real).strip_prefix(root).iter().map(|path| path.to_string_lossy().into_owned()),
        );
    }
    files.into_iter().collect()
}

fn gather(
    context: &Context<'_>,
    prepared: &Prepared<'_>,
    plan: &Plan<'_>,
    request: &Request,
) -> anyhow::Result<Vec<Answer>> {
    let bench = Bench {
        context,
        toolchain: &prepared.toolchain,
        subjects: &prepared.subjects,
        sources: &prepared.sources,
        jobs: request.jobs,
    };
    lane::gather(&bench, plan, request.precision)
}
