//! Where each tool is: in the project's environment, with uvx, or on `PATH`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::app::context::Context;
use crate::app::launch::{Extra, launch};
use crate::model::policy::{Project, Runner};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::{Origin, ResolvedTool, Tool};
use crate::sys::file;
use crate::tools::ending::without_answer;
use crate::tools::interpreter::{self, Interpreter};

use super::environment::{find_lock, read_told, uv_failed};

/// Where a tool is, or why it is nowhere.
pub(super) type Resolution = Result<ResolvedTool, Reason>;

pub(super) fn find_tools(
    context: &Context<'_>,
    runner: &Runner,
    project: &Project,
    wanted: &[Tool],
    interpreter: Option<&Interpreter>,
) -> anyhow::Result<BTreeMap<Tool, Resolution>> {
    std::thread::scope(|scope| {
        let searches: Vec<_> = wanted
            .iter()
            .map(|tool| (*tool, scope.spawn(move || find_tool(context, runner, project, *tool, interpreter))))
            .collect();
        searches
            .into_iter()
            .map(|(tool, search)| match search.join() {
                Ok(found) => Ok((tool, found?)),
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn find_tool(
    context: &Context<'_>,
    runner: &Runner,
    project: &Project,
    tool: Tool,
    interpreter: Option<&Interpreter>,
) -> anyhow::Result<Resolution> {
    if *runner != Runner::Path
        && let Some(interpreter) = interpreter
        && let Some(found) = in_environment(interpreter, tool)
    {
        return Ok(Ok(found));
    }
    match (runner, tool) {
        (Runner::Uv, Tool::Pytest) if interpreter.is_none() => {
            Ok(Err(missing(tool, "the project has no environment to run it in")))
        }
        (Runner::Uv, Tool::Pytest) => Ok(Err(missing(tool, "it is not in the project's environment"))),
        (Runner::Uv, _) => through_uvx(context, project, tool, interpreter),
        (Runner::Venv(venv), _) => Ok(Err(missing(tool, &format!("it is not in the environment `{venv}`")))),
        (Runner::Path | Runner::Auto, Tool::Pytest)
            if made_by_uv(context) && file::find_on_path("uv").is_none() =>
        {
            let hint =
                "install uv, which makes the project's environment from its lock file, or activate one";
            Ok(on_path(context, tool)?.map_err(|reason| Reason::new(reason.kind, reason.message, hint)))
        }
        (Runner::Path | Runner::Auto, _) => on_path(context, tool),
    }
}

/// Whether the project means its environment to be made by uv.
fn made_by_uv(context: &Context<'_>) -> bool {
    find_lock(&context.root).is_some()
}

fn in_environment(interpreter: &Interpreter, tool: Tool) -> Option<ResolvedTool> {
    let version = interpreter.version_of(tool.name())?;
    let executable = Path::new(&interpreter.scripts).join(tool.name());
    file::is_executable(&executable).then(|| ResolvedTool {
        tool,
        executable,
        version: version.to_owned(),
        origin: Origin::Project,
    })
}

/// Asks uvx where it keeps the tool. Without the network first: `uvx` itself takes a cached tool too, but
/// asks the index whether there is a newer one.
fn through_uvx(
    context: &Context<'_>,
    project: &Project,
    tool: Tool,
    interpreter: Option<&Interpreter>,
) -> anyhow::Result<Resolution> {
    let Some(uvx) = file::find_on_path("uvx").and_then(|path| path.to_str().map(str::to_owned)) else {
        return Ok(Err(missing(
            tool,
            "it is not in the project's environment, and there is no `uvx` on PATH",
        )));
    };
    let pin = project.pins.get(&tool);
    let package = pin.map_or_else(|| tool.name().to_owned(), |version| format!("{tool}=={version}"));
    let script = context.file("environment.py");
    let mut finished = None;
    for offline in [true, false] {
        let target = context.file(&format!("uvx-{tool}.json"));
        let mut argv = vec![uvx.clone(), "--quiet".to_owned()];
        argv.extend(offline.then(|| "--offline".to_owned()));
        if let (Tool::Bandit, Some(interpreter)) = (tool, interpreter) {
            // bandit parses with the Python that it runs under.
            argv.extend(["--python".to_owned(), interpreter.base_executable.clone()]);
        }
        argv.extend(["--from".to_owned(), package.clone()]);
        argv.extend(interpreter::argv("python", &script, &target, false, &[]));
        let ended = launch(context, &format!("uvx-{tool}"), argv, Extra::default())?;
        if ended.exit == Exit::Code(0)
            && let Ok(found) = read_told(Path::new(&target))
            && let Some(resolved) = in_environment(&found, tool)
        {
            return Ok(Ok(ResolvedTool { origin: Origin::Uvx, ..resolved }));
        }
        finished = Some(ended);
        if context.interrupt.raised() {
            break;
        }
    }
    let message = format!("`{tool}` is not in the project's environment, and uvx cannot provide `{package}`");
    Ok(Err(finished.map_or_else(|| missing(tool, &message), |finished| uv_failed(&message, &finished))))
}

fn on_path(context: &Context<'_>, tool: Tool) -> anyhow::Result<Resolution> {
    let Some(executable) = file::find_on_path(tool.name()) else {
        return Ok(Err(missing(tool, "it is not on PATH")));
    };
    let argv = vec![executable.to_string_lossy().into_owned(), "--version".to_owned()];
    let finished = launch(context, &format!("{tool}-version"), argv, Extra::default())?;
    let text = finished.log();
    Ok(match (finished.exit, text.split_whitespace().find(|word| is_version(word))) {
        (Exit::Code(0), Some(version)) => {
            Ok(ResolvedTool { tool, executable, version: version.to_owned(), origin: Origin::Path })
        }
        (Exit::Code(_), _) => Err(Reason::new(
            ReasonKind::ToolCrashed,
            format!("`{} --version` does not tell a version", executable.display()),
            format!("install {tool} anew"),
        )),
        (exit, _) => Err(without_answer(tool, exit, &finished.complaint())),
    })
}

/// Whether a word of what a tool says of itself may be its version, and not some other text that begins with
/// a digit.
fn is_version(word: &str) -> bool {
    word.len() <= 64
        && word.starts_with(|first: char| first.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || ".+-_!".contains(c))
}

pub(super) fn missing(tool: Tool, why: &str) -> Reason {
    let hint = match tool {
        Tool::Pytest => "add pytest and pytest-cov to the project's development dependencies".to_owned(),
        _ => format!(
            "add {tool} to the project's development dependencies, or install uv so that uvx provides it"
        ),
    };
    Reason::new(ReasonKind::ToolMissing, format!("`{tool}` is missing: {why}"), hint)
}
