//! Resolves the project's environment and each tool once, to executables with versions.
//!
//! Not here: what the tools are told. The hard part is uv: its own failures use the tools' exit codes, it
//! writes into the project (`.venv`, `uv.lock`), and its caches may lie there as well. So the project's
//! environment is made outside of the tree: from the lock file where there is one, else as a temporary
//! one that a held process keeps alive.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::model::environment::Environment;
use crate::model::policy::{Project, Runner};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::{Origin, ResolvedTool, Tool};
use crate::sys::process::Held;
use crate::sys::{file, tree, variable};
use crate::tools::interpreter::{self, Interpreter};

use super::context::Context;
use super::launch::{Extra, Finished, command, launch};

/// Where a tool is, or why it is nowhere.
pub type Resolution = Result<ResolvedTool, Reason>;

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
    pub tools: BTreeMap<Tool, Resolution>,
    /// What the tests run in.
    pub environment: Environment,
    /// Variables that point tools at the environment.
    pub variables: Vec<(OsString, OsString)>,
    /// Keeps a temporary environment alive as long as this lives.
    _held: Option<Held>,
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
}

/// Where the project's environment comes from.
enum Source {
    /// This interpreter, with the folder of its scripts.
    Python(String),
    /// uv, through a process that must be held.
    Held(Held, Interpreter),
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
        Runner::Venv(venv) => (venv_python(&context.root, venv), None),
        Runner::Path | Runner::Auto => (path_python(), None),
    };
    let (interpreter, held) = match source {
        Ok(Source::Python(python)) => (tell(context, &python, &script, modules)?, None),
        Ok(Source::Held(held, interpreter)) => (Ok(interpreter), Some(held)),
        Err(reason) => (Err(reason), None),
    };
    let tools = find_tools(context, &runner, project, wanted, interpreter.as_ref().ok())?;
    let environment = describe(context, interpreter.as_ref().ok(), in_sync);
    let mut variables = Vec::new();
    if let Ok(interpreter) = &interpreter {
        variables = point_at(interpreter);
        share_byte_code(context, interpreter, &environment, held.is_some())?;
    }
    let without_environment = runner == Runner::Uv && !has_environment(&context.root);
    let bare_python = path_python().ok().map(|source| match source {
        Source::Python(python) => python,
        Source::Held(_, interpreter) => interpreter.executable,
    });
    Ok(Toolchain {
        runner,
        interpreter,
        without_environment,
        bare_python,
        tools,
        environment,
        variables,
        _held: held,
    })
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

type Found = Result<Source, Reason>;

/// Whether uv has an environment for the project, or could make one.
fn has_environment(root: &Path) -> bool {
    let is_there = |venv: &str| tree::exists(&root.join(venv).join("bin/python"));
    let as_it_is = variable::is_on("UV_NO_SYNC");
    tree::exists(&root.join("pyproject.toml")) && (!as_it_is || is_there(&uv_venv()))
}

/// The environment that uv would use in place.
fn uv_venv() -> String {
    variable::text("UV_PROJECT_ENVIRONMENT").unwrap_or_else(|| ".venv".to_owned())
}

fn uv_environment(
    context: &Context<'_>,
    uv: Option<&Path>,
    script: &Path,
    modules: &[String],
) -> anyhow::Result<(Found, Option<bool>)> {
    let Some(uv) = uv.and_then(Path::to_str) else {
        let hint = "install uv, or set `runner` under `[project]` in `promotion.toml` to \"path\" or a venv";
        return Ok((Err(Reason::new(ReasonKind::ToolMissing, "`uv` is not on PATH", hint)), None));
    };
    if !tree::exists(&context.root.join("pyproject.toml")) {
        // uv would look further up and take a parent's project.
        let message = "there is no `pyproject.toml` in the project's root, so uv has no environment for it";
        let hint = "add one, or correct `root` or `runner` under `[project]` in `promotion.toml`";
        return Ok((Err(Reason::new(ReasonKind::Environment, message, hint)), None));
    }
    if variable::is_on("UV_NO_SYNC") {
        return Ok((venv_python(&context.root, &uv_venv()), None));
    }
    let mut in_sync = None;
    if let Some(lock) = find_lock(&context.root) {
        let sync = uv_sync(context, uv)?;
        match sync.exit {
            Exit::Code(0) => {
                let python = environment_folder(context)?.join("bin/python");
                return Ok((Ok(Source::Python(python.to_string_lossy().into_owned())), Some(true)));
            }
            // The lock file does not agree with the project file: uv settles on an environment of its own.
            Exit::Code(_) if sync.complaint().contains("--locked") => in_sync = Some(false),
            _ => {
                let message = format!("uv cannot make the project's environment from `{}`", lock.display());
                return Ok((Err(uv_failed(&message, &sync)), Some(false)));
            }
        }
    }
    Ok((uv_held(context, uv, script, modules)?, in_sync))
}

/// A workspace keeps its lock file at its top, above the member's folder.
fn find_lock(root: &Path) -> Option<PathBuf> {
    root.ancestors().map(|folder| folder.join("uv.lock")).find(|lock| tree::exists(lock))
}

/// The folder of the project's environment: outside of the tree, and lasting, so that it is made once.
fn environment_folder(context: &Context<'_>) -> anyhow::Result<PathBuf> {
    let name = file::sha256_of_text(&context.root.to_string_lossy());
    Ok(context.folder.lasting("environments")?.join(name.get(..16).unwrap_or(&name)))
}

fn uv_sync(context: &Context<'_>, uv: &str) -> anyhow::Result<Finished> {
    let mut argv = [uv, "sync", "--quiet"].map(str::to_owned).to_vec();
    if !variable::is_on("UV_FROZEN") {
        argv.push("--locked".to_owned());
    }
    let variables = vec![("UV_PROJECT_ENVIRONMENT".into(), environment_folder(context)?.into_os_string())];
    launch(context, "uv-sync", argv, Extra { variables, input: None })
}

/// `uv run --isolated` writes neither `.venv` nor `uv.lock`; its environment lives as long as it does.
fn uv_held(context: &Context<'_>, uv: &str, script: &Path, modules: &[String]) -> anyhow::Result<Found> {
    let target = context.folder.file("environment.json");
    let told =
        interpreter::argv("python", &script.to_string_lossy(), &target.to_string_lossy(), true, modules);
    let argv =
        [uv, "run", "--quiet", "--isolated", "--"].into_iter().map(str::to_owned).chain(told).collect();
    let command = command(context, "uv-run", argv, Extra::default());
    let ended = match Held::start(&command, context.interrupt)? {
        Err(ended) => ended,
        Ok(held) => match held.wait_until(&command, || tree::exists(&target))? {
            Some(ended) => ended,
            None => return Ok(read_told(&target).map(|interpreter| Source::Held(held, interpreter))),
        },
    };
    let finished = Finished {
        exit: ended.exit,
        duration: ended.duration,
        stdout: command.stdout,
        stderr: command.stderr,
        argv: command.argv,
        left_behind: ended.left_behind,
    };
    Ok(Err(uv_failed("uv cannot make the project's environment", &finished)))
}

fn uv_failed(message: &str, finished: &Finished) -> Reason {
    let complaint = finished.complaint();
    // Interpreters that uv could not ask are warned about first; the error and its causes come last.
    let errors: Vec<&str> = complaint
        .lines()
        .skip_while(|line| !line.starts_with("error") && !line.trim_start().starts_with('×'))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(3)
        .collect();
    let kind = match finished.exit {
        Exit::TimedOut => ReasonKind::TimedOut,
        Exit::Interrupted => ReasonKind::Interrupted,
        _ => ReasonKind::Environment,
    };
    let detail = if errors.is_empty() { format!("{:?}", finished.exit) } else { errors.join(" ") };
    Reason::new(
        kind,
        format!("{message}: {detail}"),
        "run `uv sync` in the project's root and mend what it says",
    )
}

fn venv_python(root: &Path, venv: &str) -> Found {
    let python = root.join(venv).join("bin/python");
    if file::is_executable(&python) {
        return Ok(Source::Python(python.to_string_lossy().into_owned()));
    }
    Err(Reason::new(
        ReasonKind::Environment,
        format!("there is no interpreter in the environment `{venv}`"),
        "make the environment, or correct `runner` under `[project]` in `promotion.toml`",
    ))
}

/// The interpreter that pytest on `PATH` runs under, else the one on `PATH`.
fn path_python() -> Found {
    let of_pytest = file::find_on_path("pytest").and_then(|script| {
        let line = file::read_beginning(&script, 512);
        let python = line.lines().next()?.strip_prefix("#!")?.trim().to_owned();
        (python.contains("python") && file::is_executable(Path::new(&python))).then_some(python)
    });
    let on_path = || ["python3", "python"].iter().find_map(|name| file::find_on_path(name));
    match of_pytest.or_else(|| on_path().map(|path| path.to_string_lossy().into_owned())) {
        Some(python) => Ok(Source::Python(python)),
        None => Err(Reason::new(
            ReasonKind::ToolMissing,
            "there is no `python3` on PATH",
            "install Python, or set `runner` under `[project]` in `promotion.toml`",
        )),
    }
}

fn tell(
    context: &Context<'_>,
    python: &str,
    script: &Path,
    modules: &[String],
) -> anyhow::Result<Result<Interpreter, Reason>> {
    let target = context.folder.file("environment.json");
    let argv =
        interpreter::argv(python, &script.to_string_lossy(), &target.to_string_lossy(), false, modules);
    let finished = launch(context, "environment", argv, Extra::default())?;
    if finished.exit == Exit::Code(0) {
        return Ok(read_told(&target));
    }
    let line = finished.complaint().lines().last().unwrap_or_default().to_owned();
    Ok(Err(Reason::new(
        ReasonKind::Environment,
        format!("the interpreter `{python}` does not work: {line}"),
        "make the project's environment anew",
    )))
}

fn read_told(target: &Path) -> Result<Interpreter, Reason> {
    let text = file::read_text(target).map_err(|error| error.to_string());
    text.and_then(|text| Interpreter::read(&text)).map_err(|fault| {
        Reason::new(
            ReasonKind::Environment,
            format!("the interpreter's description of itself cannot be read: {fault}"),
            "make the project's environment anew",
        )
    })
}

fn find_tools(
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
        (Runner::Path | Runner::Auto, _) => on_path(context, tool),
    }
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
    let version = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    Ok(match (finished.exit, version) {
        (Exit::Code(0), Some(version)) => {
            Ok(ResolvedTool { tool, executable, version: version.to_owned(), origin: Origin::Path })
        }
        _ => Err(Reason::new(
            ReasonKind::ToolCrashed,
            format!("`{} --version` does not tell a version", executable.display()),
            format!("install {tool} anew"),
        )),
    })
}

fn missing(tool: Tool, why: &str) -> Reason {
    let hint = match tool {
        Tool::Pytest => "add pytest and pytest-cov to the project's development dependencies".to_owned(),
        _ => format!(
            "add {tool} to the project's development dependencies, or install uv so that uvx provides it"
        ),
    };
    Reason::new(ReasonKind::ToolMissing, format!("`{tool}` is missing: {why}"), hint)
}

fn describe(context: &Context<'_>, interpreter: Option<&Interpreter>, in_sync: Option<bool>) -> Environment {
    let distributions = interpreter.map(Interpreter::distributions).unwrap_or_default();
    let python = interpreter.map(|interpreter| interpreter.version.clone());
    let platform = interpreter.map_or_else(
        || format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        |interpreter| interpreter.platform.clone(),
    );
    let listed: String = distributions.iter().map(|one| format!("{}=={}\n", one.name, one.version)).collect();
    let sha256 = file::sha256_of_text(&format!("{}\n{platform}\n{listed}", python.as_deref().unwrap_or("")));
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

/// Byte code goes to the run folder, so that the tree stays as it is and stale byte code in it is never
/// executed (Python trusts size and time of change). Only that of the environment and of the standard
/// library is kept from run to run, apart for each set of distributions.
fn share_byte_code(
    context: &Context<'_>,
    interpreter: &Interpreter,
    environment: &Environment,
    temporary: bool,
) -> anyhow::Result<()> {
    let fresh = context.folder.folder(BYTE_CODE)?;
    let lasting = context.folder.lasting(BYTE_CODE)?.join(&environment.sha256);
    let prefix = (!temporary).then_some(interpreter.prefix.as_str());
    for folder in prefix.into_iter().chain([interpreter.stdlib.as_str()]) {
        if !context.root.starts_with(folder) {
            let below = Path::new(folder).strip_prefix("/").unwrap_or(Path::new(folder));
            tree::link_folder(&lasting.join(below), &fresh.join(below))?;
        }
    }
    Ok(())
}

/// The folder for byte code.
pub const BYTE_CODE: &str = "byte-code";
