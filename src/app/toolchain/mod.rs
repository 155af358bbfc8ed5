//! Resolves the project's environment and each tool once, to executables with versions.
//!
//! Not here: what the tools are told. `environment` knows where it comes from, `search` finds tools.

mod byte_code;
mod copied;
mod environment;
mod program;
pub mod recall;
mod search;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::model::environment::Environment;
use crate::model::policy::{Project, Runner};
use crate::model::reason::Reason;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::sys::process::Held;
use crate::sys::{file, tree, variable};
use crate::tools::interpreter::{self, Interpreter};

use super::context::Context;
pub use byte_code::BYTE_CODE;
use environment::{
    Source, agrees, find_lock, has_environment, path_python, tell, uv_environment, venv_python,
};
use search::{find_tools, missing};

/// The project's environment and the tools.
#[derive(Debug)]
pub struct Toolchain {
    /// Who provides them, after `auto` was decided.
    pub runner: Runner,
    /// The interpreter of the project's environment, or why there is none.
    pub interpreter: Result<Interpreter, Reason>,
    /// Whether the project has no environment, in contrast to one that could not be made.
    pub without_environment: bool,
    /// An interpreter to check types with where the project has no environment.
    pub bare_python: Option<String>,
    /// Each tool.
    pub tools: BTreeMap<Tool, Result<ResolvedTool, Reason>>,
    /// What the tests run in.
    pub environment: Environment,
    /// Variables that point tools at the environment.
    pub variables: Vec<(OsString, OsString)>,
    /// Keeps a temporary environment alive as long as this lives.
    held: Option<Held>,
}

impl Toolchain {
    /// A tool, or why it is nowhere.
    pub fn tool(&self, tool: Tool) -> Result<&ResolvedTool, Reason> {
        match self.tools.get(&tool) {
            Some(Ok(resolved)) => Ok(resolved),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(missing(tool, "it was not looked for")),
        }
    }

    /// The interpreter whose packages the type checker sees: the environment's, or, where the project has
    /// no environment at all, any; but none where it has one that could not be made.
    pub fn python_for_types(&self) -> Result<String, Reason> {
        match (&self.interpreter, &self.bare_python) {
            (Ok(interpreter), _) => Ok(interpreter.executable.clone()),
            (Err(_), Some(python)) if self.without_environment => Ok(python.clone()),
            (Err(reason), _) => Err(reason.clone()),
        }
    }

    /// Makes the folder for byte code, with links to what is kept from run to run.
    pub fn share_byte_code(&self, context: &Context<'_>) -> anyhow::Result<()> {
        let Ok(interpreter) = &self.interpreter else { return Ok(()) };
        let lasts = self.held.is_none();
        byte_code::share(context.folder, &context.root, interpreter, &self.environment.sha256, lasts)?;
        Ok(())
    }
}

/// Resolves what `wanted` needs. `modules` are asked for in the environment: see [`Interpreter::absent`].
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn resolve(
    context: &Context<'_>,
    project: &Project,
    wanted: &[Tool],
    modules: &[String],
) -> anyhow::Result<Toolchain> {
    let uv = file::find_on_path("uv");
    let runner = decide(&project.runner, &context.root, uv.is_some());
    let script = context.folder.file("environment.py");
    file::write_whole(&script, interpreter::SCRIPT)?;
    let (source, in_sync) = match &runner {
        Runner::Uv => uv_environment(context, uv.as_deref(), &script, modules)?,
        Runner::Venv(venv) => (venv_python(&context.root, venv), agrees(context, uv.as_deref(), venv)?),
        Runner::Path | Runner::Auto => (path_python().map(Source::Python), None),
    };
    let (interpreter, held) = match source {
        Ok(Source::Python(python)) => (tell(context, &python, &script, modules)?, None),
        Ok(Source::Held(both)) => {
            let (held, interpreter) = *both;
            (Ok(interpreter), Some(held))
        }
        Err(reason) => (Err(reason), None),
    };
    let tools = find_tools(context, &runner, project, wanted, interpreter.as_ref().ok())?;
    let environment = describe(context, interpreter.as_ref().ok(), in_sync);
    let variables = interpreter.as_ref().map(point_at).unwrap_or_default();
    let without_environment = runner == Runner::Uv && !has_environment(&context.root);
    let bare_python = path_python().ok();
    let toolchain = Toolchain {
        runner,
        interpreter,
        without_environment,
        bare_python,
        tools,
        environment,
        variables,
        held,
    };
    toolchain.share_byte_code(context)?;
    Ok(toolchain)
}

/// What `auto` means here.
fn decide(runner: &Runner, root: &Path, uv_is_there: bool) -> Runner {
    match runner {
        Runner::Auto if uv_is_there && tree::exists(&root.join("pyproject.toml")) => Runner::Uv,
        Runner::Auto if tree::exists(&root.join(".venv/bin/python")) => Runner::Venv(".venv".to_owned()),
        Runner::Auto => Runner::Path,
        decided => decided.clone(),
    }
}

fn describe(context: &Context<'_>, interpreter: Option<&Interpreter>, in_sync: Option<bool>) -> Environment {
    let distributions = interpreter.map(Interpreter::distributions).unwrap_or_default();
    let python = interpreter.map(|interpreter| interpreter.version.clone());
    let platform = interpreter.map_or_else(
        || format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        |interpreter| interpreter.platform.clone(),
    );
    let listed: Vec<String> =
        distributions.iter().map(|one| format!("{}=={}", one.name, one.version)).collect();
    let text = format!("{}\n{platform}\n{}\n", python.as_deref().unwrap_or(""), listed.join("\n"));
    let sha256 = file::sha256_of_text(&text);
    let lock = find_lock(&context.root).map(|lock| match lock.strip_prefix(&context.root) {
        Ok(inside) => inside.to_string_lossy().into_owned(),
        Err(_) => lock.to_string_lossy().into_owned(),
    });
    Environment { python, platform, in_sync: lock.as_ref().and(in_sync), lock, distributions, sha256 }
}

/// As activating the environment would: tests that start `python` or a script find the project's.
fn point_at(interpreter: &Interpreter) -> Vec<(OsString, OsString)> {
    let rest = variable::get("PATH").unwrap_or_default();
    let folders = std::iter::once(PathBuf::from(&interpreter.scripts)).chain(std::env::split_paths(&rest));
    let path = std::env::join_paths(folders).unwrap_or(rest);
    vec![("PATH".into(), path), ("VIRTUAL_ENV".into(), OsString::from(&interpreter.prefix))]
}
