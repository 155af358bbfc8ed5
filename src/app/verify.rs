//! `verify`: from a policy to an assessment.
//!
//! What earlier runs found out about exactly this is reused; for the rest the lanes run side by side, the longest
//! first, on as many workers as there are jobs. Before and after them the working tree is compared: what was measured
//! must be what is there.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::judge;
use crate::model::assessment::{Assessment, ComponentAssessment, PolicyDigest, Subject as Measured};
use crate::model::check::Check;
use crate::model::component::{Component, SourceFile};
use crate::model::condition::Condition;
use crate::model::environment::Environment;
use crate::model::gate::{Criterion, Gate, Precision};
use crate::model::policy::Fault;
use crate::model::run::Earlier;
use crate::plan::{self, Candidate, Plan};
use crate::sys::clock::{self, Stopwatch};
use crate::sys::git::Snapshot;
use crate::sys::interrupt::Interrupt;
use crate::sys::orphan;
use crate::sys::run_folder::RunFolder;
use crate::sys::variable;

use super::answer::Answer;
use super::assess::{self, Assessor};
use super::bench::Bench;
use super::conditions;
use super::context::{Context, Listener};
use super::doubt;
use super::durations::Durations;
use super::forks::Forks;
use super::integration;
use super::lane;
use super::preparation::{Prepared, prepare};
use super::project::{self, Workspace};
use super::reporter::Reporter;
use super::reuse::{Found, Recalled, Reuse, Store};
use super::selection::Selection;
use super::subject::Subject;
use super::toolchain::BYTE_CODE;
use super::toolchain::recall::Vouched;

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
    /// Whether results of earlier runs may be used.
    pub reuse: Reuse,
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
    pub folder: RunFolder,
    /// What was reused or kept, or why not: remarks for those who ask.
    pub reuse: Vec<String>,
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
    let asked =
        Asked { context: &context, workspace, request, candidates: &candidates, plan: &plan, started };
    let mut remarks = Vec::new();
    let store = asked.store(&mut remarks);
    let recalled = store.as_ref().and_then(|store| store.recall(&context, &candidates, &plan.tools()));
    let known =
        store.as_ref().zip(recalled.as_ref()).and_then(|(store, recalled)| asked.known(store, recalled));
    let outcome = match known {
        Some(outcome) => outcome,
        None => asked.measured(store, recalled, &mut remarks)?,
    };
    let mut outcome = outcome;
    if asked.only().is_none() {
        asked.besides(&mut outcome.components)?;
    }
    let mut assessment = Assessment {
        project: workspace.policy.project.name.clone(),
        policy: PolicyDigest { file: workspace.name().to_owned(), sha256: workspace.digest() },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        duration: watch.elapsed(),
        subject: outcome.subject,
        environment: outcome.environment,
        only: request.selection.only.clone(),
        merged: None,
        notes: Vec::new(),
        verdict: judge::all(outcome.components.iter().map(|component| component.verdict)),
        components: outcome.components,
    };
    let interrupted = interrupt.raised();
    if interrupted {
        doubt::withhold(&mut assessment, doubt::INTERRUPTED);
    } else if !outcome.faults.is_empty() {
        // Its own faults alone, so that a component among others is told what it is told alone.
        doubt::withhold_where(&mut assessment, |name| {
            let component = workspace.policy.component(name)?;
            let files = workspace.files(component);
            let beside = workspace.beside_files(component, files.as_deref().unwrap_or_default());
            let faults: Vec<Fault> = files.err().into_iter().flatten().chain(beside).collect();
            let why = (!faults.is_empty()).then(|| project::as_reason(&faults))?;
            Some(format!("{}; {}", why.message, why.hint))
        });
    }
    Ok(Verified { assessment, faults: outcome.faults, interrupted, folder, reuse: remarks })
}

/// What was asked, with all that is known of it from the start.
struct Asked<'a> {
    context: &'a Context<'a>,
    workspace: &'a Workspace,
    request: &'a Request,
    candidates: &'a [Candidate<'a>],
    plan: &'a Plan<'a>,
    started: jiff::Timestamp,
}

/// What it came to.
struct Outcome {
    subject: Measured,
    environment: Environment,
    components: Vec<ComponentAssessment>,
    faults: Vec<Fault>,
}

impl<'a> Asked<'a> {
    fn only(&self) -> Option<&'a [Check]> {
        self.request.selection.only.as_deref()
    }

    fn store(&self, remarks: &mut Vec<String>) -> Option<Store> {
        let reuse = self.request.reuse;
        if reuse == Reuse::Never {
            remarks.push("nothing is reused nor kept, as asked".to_owned());
            return None;
        }
        match Store::look(self.context, self.workspace, reuse) {
            Ok(store) => {
                let (git, hashing) = store.took();
                let (git, hashing) = (git.as_millis(), hashing.as_millis());
                remarks.push(format!("looked at the project: git {git} ms, further reading {hashing} ms"));
                Some(store)
            }
            Err(why) => {
                remarks.push(format!("nothing is reused nor kept: {why}"));
                None
            }
        }
    }

    /// What the gates ask besides their checks.
    fn besides(&self, components: &mut [ComponentAssessment]) -> anyhow::Result<()> {
        for (candidate, component) in self.candidates.iter().zip(components) {
            let mut measured = Vec::new();
            if let Some((subject, gate)) = integration::asked(candidate) {
                measured.push(if self.context.interrupt.raised() {
                    integration::interrupted()
                } else {
                    self.integration(&subject, &gate, candidate)?
                });
            }
            conditions::add(self.workspace, candidate, component, measured)?;
        }
        Ok(())
    }

    /// What the integration tests cover, measured now.
    fn integration(
        &self,
        subject: &Component,
        gate: &Gate,
        candidate: &Candidate<'_>,
    ) -> anyhow::Result<Condition> {
        let candidates = [Candidate { component: subject, from: candidate.from, gate }];
        let plan = plan::plan(&candidates, None);
        let folder = RunFolder::create(&self.workspace.root)?;
        let context = Context { folder: &folder, ..self.context.with_variables(&[]) };
        let asked = Asked { context: &context, candidates: &candidates, plan: &plan, ..*self };
        let outcome = asked.measured(None, None, &mut Vec::new())?;
        let checks = outcome.components.first().map(|component| component.checks.as_slice());
        Ok(integration::answered(candidate, checks.unwrap_or_default(), &outcome.faults))
    }

    /// The whole answer from earlier runs, where it is known: then no tool is started.
    fn known(&self, store: &Store, recalled: &Recalled) -> Option<Outcome> {
        let subjects = store.subjects(self.candidates)?;
        let has_faults = |subject: &Subject<'_>| {
            let files = subject.files.as_deref().unwrap_or_default();
            !self.workspace.beside_files(subject.candidate.component, files).is_empty()
        };
        let answers = self.answers(store, &subjects, &recalled.vouched);
        let answered = answered(&answers);
        let is_answered = |index: usize, criterion: &Criterion| {
            matches!(criterion, Criterion::NotApplicable { .. })
                || answered.contains(&(index, criterion.check()))
        };
        let is_known = self.candidates.iter().enumerate().all(|(index, candidate)| {
            plan::criteria(candidate.gate, self.only()).all(|criterion| is_answered(index, criterion))
        });
        if !is_known || subjects.iter().any(has_faults) {
            return None;
        }
        let absent: Vec<Vec<String>> = (self.candidates.iter())
            .map(|one| recalled.absent.get(&one.component.name).cloned().unwrap_or_default())
            .collect();
        let assessor = Assessor {
            subjects: &subjects,
            sources: None,
            absent_imports: &absent,
            only: self.only(),
            changed: &[],
            today: clock::day_of(self.started),
            least_severity: self.workspace.policy.least_severity(),
            appeared: &vec![None; subjects.len()],
        };
        let dirty = store.is_dirty(&subjects, &self.workspace.root);
        Some(Outcome {
            components: assessor.components(answers),
            subject: Measured { commit: store.commit(), dirty: Some(dirty), changed: Vec::new() },
            environment: recalled.toolchain.environment.clone(),
            faults: Vec::new(),
        })
    }

    fn answers(&self, store: &Store, subjects: &[Subject<'_>], vouched: &Vouched) -> Vec<Answer> {
        store.answers(&self.workspace.root, subjects, self.only(), vouched, self.request.precision)
    }

    /// Runs what is not known, and keeps what comes of it.
    fn measured(
        &self,
        store: Option<Store>,
        recalled: Option<Recalled>,
        remarks: &mut Vec<String>,
    ) -> anyhow::Result<Outcome> {
        let workspace = self.workspace;
        let recalled = recalled.map(|recalled| recalled.toolchain);
        let prepared = prepare(self.context, workspace, self.candidates, self.plan, recalled)?;
        let vouched = store.as_ref().map(|store| store.vouch(&prepared.toolchain));
        let context = self.context.with_variables(&prepared.toolchain.variables);
        let known = match (&store, &vouched) {
            (Some(store), Some(Ok(vouched))) if prepared.faults.is_empty() => {
                self.answers(store, &prepared.subjects, vouched)
            }
            _ => Vec::new(),
        };
        let answers = self.gather(&context, &prepared, known)?;
        let after = Snapshot::take(&workspace.root, &workspace.history(), context.folder, "git-after", &[]);
        context.folder.tidy(BYTE_CODE);
        let changed = prepared.before.changed(&after);
        let absent: Vec<Vec<String>> = (prepared.subjects.iter())
            .map(|subject| assess::absent_imports(subject, &prepared.sources, &prepared.toolchain))
            .collect();
        let appeared: Vec<_> = prepared.subjects.iter().map(|subject| appeared(workspace, subject)).collect();
        let assessor = Assessor {
            subjects: &prepared.subjects,
            sources: Some(&prepared.sources),
            absent_imports: &absent,
            only: self.only(),
            changed: &changed,
            appeared: &appeared,
            today: clock::day_of(self.started),
            least_severity: self.workspace.policy.least_severity(),
        };
        let components = assessor.components(answers);
        let commit = prepared.before.commit.clone();
        let is_still = changed.is_empty() && appeared.iter().all(Option::is_none);
        let found = Found {
            subjects: &prepared.subjects,
            components: &components,
            toolchain: &prepared.toolchain,
            now: Earlier { time: self.started, commit: commit.clone() },
        };
        if let Some((store, vouched)) = store.zip(vouched) {
            remarks.push(match (vouched, is_still && prepared.faults.is_empty()) {
                _ if context.interrupt.raised() => "nothing is kept: the run was interrupted".to_owned(),
                (_, false) => "nothing is kept: files changed, or are not there".to_owned(),
                (Err(why), true) => format!("nothing is kept: {why}"),
                (Ok(vouched), true) => match store.keep(&context, workspace, &found, &vouched) {
                    Ok(kept) => format!("kept for later runs: {kept} results"),
                    Err(why) => format!("nothing is kept: {why}"),
                },
            });
        }
        Ok(Outcome {
            components,
            subject: Measured { commit, dirty: prepared.before.is_dirty(), changed },
            environment: prepared.toolchain.environment.clone(),
            faults: prepared.faults,
        })
    }

    /// The answers of the lanes to what is not `known`, and what is.
    fn gather(
        &self,
        context: &Context<'_>,
        prepared: &Prepared<'_>,
        mut known: Vec<Answer>,
    ) -> anyhow::Result<Vec<Answer>> {
        let is_known = answered(&known);
        let only = self.only();
        let plan = plan::plan_where(self.candidates, |index, check| {
            only.is_none_or(|only| only.contains(&check)) && !is_known.contains(&(index, check))
        });
        let durations = Durations::load(context.folder, &self.workspace.root);
        let reporter = Reporter::default();
        let interpreter = prepared.toolchain.interpreter.as_ref().ok();
        let selected = plan.tests.iter().filter(|group| group.selection.select.is_some()).count();
        let forks = Forks::worthwhile(interpreter, selected, self.request.jobs);
        let bench = Bench {
            context,
            toolchain: &prepared.toolchain,
            subjects: &prepared.subjects,
            sources: &prepared.sources,
            jobs: self.request.jobs,
            reporter: &reporter,
            forks: &forks,
            durations: &durations,
            today: clock::day_of(self.started),
            workspace: self.workspace,
            timeout: self.request.timeout,
        };
        let gathered = lane::gather(&bench, &plan, self.request.precision);
        // Whatever hid from the run that started it: nobody needs it now.
        orphan::stop(context.interrupt);
        let gathered = gathered?;
        if !context.interrupt.raised() {
            durations.record(gathered.took);
        }
        known.extend(gathered.answers);
        Ok(known)
    }
}

/// What the answers are about.
fn answered(answers: &[Answer]) -> BTreeSet<(usize, Check)> {
    answers.iter().map(|answer| (answer.component, answer.check)).collect()
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
    let mut variables = variable::for_tools(&workspace.root);
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
