//! `plan`: what `verify` would run, and why, without running a check.

use std::path::Path;

use jiff::civil::Date;

use crate::model::check::Check;
use crate::model::gate::Criterion;
use crate::model::own_name::OwnName;
use crate::model::policy::{Fault, Runner};
use crate::model::reason::Reason;
use crate::model::stage::Stage;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::model::waiver::Waiver;
use crate::plan;
use crate::sys::clock;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;
use crate::sys::variable;

use super::bench::Bench;
use super::configuration;
use super::context::Listener;
use super::durations::Durations;
use super::forks::Forks;
use super::lane;
use super::planned_run::PlannedRun;
use super::preparation::prepare;
use super::project::Workspace;
use super::reporter::Reporter;
use super::selection::Selection;
use super::subject::Subject;
use super::verify::context;

/// A component as it would be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedComponent {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub from: Stage,
    /// Where it would go.
    pub to: Stage,
    /// The checks of the gate.
    pub checks: Vec<Check>,
    /// Its files, or why there are none.
    pub files: Result<Vec<String>, Reason>,
    /// The waivers of these checks, each with whether it is in force today.
    pub waivers: Vec<(Waiver, bool)>,
}

/// What `verify` would do.
#[derive(Debug)]
pub struct Outline {
    /// The components.
    pub components: Vec<PlannedComponent>,
    /// Who provides the tools.
    pub runner: Runner,
    /// The tools, or why they are nowhere.
    pub tools: Vec<(Tool, Result<ResolvedTool, Reason>)>,
    /// The processes.
    pub runs: Vec<PlannedRun>,
    /// The configuration files in force: tool, file, table.
    pub configurations: Vec<(Tool, String, Option<&'static str>)>,
    /// What of the project's settings is set aside.
    pub set_aside: Vec<String>,
    /// Faults of the policy that only the disk shows.
    pub faults: Vec<Fault>,
}

/// Plans.
///
/// # Errors
/// Where the run folder cannot be made.
pub fn outline(
    workspace: &Workspace,
    selection: &Selection,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> anyhow::Result<Outline> {
    let folder = RunFolder::create(&workspace.root)?;
    let context = context(workspace, None, &folder, interrupt, listener);
    let gates = selection.gates(&workspace.policy);
    let candidates = selection.candidates(&workspace.policy, &gates);
    let plan = plan::plan(&candidates, selection.only.as_deref());
    let prepared = prepare(&context, workspace, &candidates, &plan, None)?;
    let (subjects, toolchain) = (&prepared.subjects, &prepared.toolchain);
    let jobs = clock::processors();
    let durations = Durations::load(&folder, &workspace.root);
    let bench = Bench {
        context: &context,
        toolchain,
        subjects,
        sources: &prepared.sources,
        jobs,
        reporter: &Reporter::default(),
        forks: &Forks::none(),
        durations: &durations,
        today: clock::today(),
        workspace,
        timeout: None,
    };
    let runs = lane::planned(&bench, &plan);
    let components = subjects
        .iter()
        .map(|subject| PlannedComponent {
            name: subject.candidate.component.name.clone(),
            from: subject.candidate.from,
            to: subject.candidate.gate.stage,
            checks: plan::criteria(subject.candidate.gate, selection.only.as_deref())
                .map(Criterion::check)
                .collect(),
            waivers: waivers(subject, selection.only.as_deref(), bench.today),
            files: subject.files.clone().map(|files| files.into_iter().map(|file| file.path).collect()),
        })
        .collect();
    let asked: Vec<OwnName> = plan.own.iter().map(|(name, _)| *name).collect();
    let own = workspace.policy.checks.iter().filter(|check| asked.contains(&check.name));
    Ok(Outline {
        components,
        runner: toolchain.runner.clone(),
        tools: (toolchain.tools.iter().map(|(tool, found)| (*tool, found.clone())))
            .chain(own.map(|check| (Tool::Own(check.name), toolchain.program(check, &workspace.root))))
            .collect(),
        runs,
        configurations: configurations(&bench, &plan.tools(), &workspace.root),
        set_aside: set_aside(&bench, &plan.tools()),
        faults: prepared.faults,
    })
}

/// The waivers of the checks that are asked for.
fn waivers(subject: &Subject<'_>, only: Option<&[Check]>, today: Date) -> Vec<(Waiver, bool)> {
    let is_asked = |waiver: &&Waiver| {
        plan::criteria(subject.candidate.gate, only).any(|criterion| criterion.check() == waiver.check)
    };
    let declared = subject.candidate.component.waivers.iter().map(|one| &one.waiver);
    declared.filter(is_asked).map(|waiver| (waiver.clone(), waiver.is_in_force(today))).collect()
}

fn configurations(
    bench: &Bench<'_>,
    tools: &[Tool],
    root: &Path,
) -> Vec<(Tool, String, Option<&'static str>)> {
    let mut found = Vec::new();
    for tool in tools {
        for file in bench.subjects.iter().filter_map(|subject| subject.files.as_ref().ok()).flatten() {
            let folder = Path::new(&file.real).parent().unwrap_or(root);
            for configuration in configuration::in_force(*tool, root, folder) {
                let path = configuration.path.strip_prefix(root).unwrap_or(&configuration.path);
                let row = (*tool, path.to_string_lossy().into_owned(), configuration.table);
                if !found.contains(&row) {
                    found.push(row);
                }
            }
        }
    }
    found
}

/// Settings that could only weaken a check are not obeyed; people should know which.
fn set_aside(bench: &Bench<'_>, tools: &[Tool]) -> Vec<String> {
    let root = &bench.context.root;
    let components = bench.subjects.iter().map(|subject| subject.candidate.component);
    let paths = components.flat_map(|component| &component.tests.paths).map(|path| &*path.path);
    let options = tools.contains(&Tool::Pytest).then(|| configuration::pytest_options(root, paths));
    let options = options.into_iter().flatten().map(|(path, options)| {
        let file = path.strip_prefix(root).unwrap_or(&path).display();
        format!("`addopts = {options}` of `{file}`: options that the tests need go to `tests.args` of the component")
    });
    let variables = variable::withheld();
    let variables = (!variables.is_empty()).then(|| {
        format!(
            "the variables {}: what the tests need goes to the project's pytest settings",
            variables.join(", ")
        )
    });
    options.chain(variables).collect()
}
