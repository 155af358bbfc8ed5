//! `doctor`: which tools there are, where, and whether they belong to the project's environment.

use crate::model::environment::Environment;
use crate::model::policy::Runner;
use crate::model::reason::Reason;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::sys::file;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;

use super::context::Listener;
use super::project::Workspace;
use super::toolchain;
use super::verify::context;

/// What was found.
#[derive(Debug)]
pub struct Diagnosis {
    /// Who provides the tools.
    pub runner: Runner,
    /// The interpreter's executable, or why there is none.
    pub interpreter: Result<String, Reason>,
    /// The environment.
    pub environment: Environment,
    /// The tools, or why they are nowhere.
    pub tools: Vec<(Tool, Result<ResolvedTool, Reason>)>,
    /// pytest's plugin for coverage, or why it is missing.
    pub coverage_plugin: Result<String, Reason>,
    /// Programs that the work needs besides: name, path where it is, what it is for.
    pub programs: Vec<(&'static str, Option<String>, &'static str)>,
}

/// Looks for everything.
///
/// # Errors
/// Where the run folder cannot be made.
pub fn diagnose(
    workspace: &Workspace,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> anyhow::Result<Diagnosis> {
    let folder = RunFolder::create(&workspace.root)?;
    let context = context(workspace, None, &folder, interrupt, listener);
    let toolchain = toolchain::resolve(&context, &workspace.policy.project, &Tool::ALL, &[])?;
    let coverage_plugin = match &toolchain.interpreter {
        Ok(interpreter) => interpreter
            .version_of("pytest-cov")
            .map(str::to_owned)
            .ok_or_else(crate::tools::pytest::missing_plugin),
        Err(reason) => Err(reason.clone()),
    };
    let program = |(name, purpose): (&'static str, &'static str)| {
        (name, file::find_on_path(name).map(|path| path.to_string_lossy().into_owned()), purpose)
    };
    let programs = [
        ("git", "tells the commit and what changed"),
        ("uv", "makes the project's environment"),
        ("node", "runs pyright"),
    ];
    let own = workspace.policy.checks.iter();
    Ok(Diagnosis {
        runner: toolchain.runner.clone(),
        interpreter: toolchain.interpreter.as_ref().map(|one| one.executable.clone()).map_err(Clone::clone),
        environment: toolchain.environment.clone(),
        tools: (toolchain.tools.iter().map(|(tool, found)| (*tool, found.clone())))
            .chain(own.map(|check| (Tool::Own(check.name), toolchain.program(check, &workspace.root))))
            .collect(),
        coverage_plugin,
        programs: programs.map(program).to_vec(),
    })
}
