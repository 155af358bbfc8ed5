//! Where the project's environment comes from: uv, a virtual environment, or `PATH`.
//!
//! The hard part is uv: its own failures use the tools' exit codes, it writes into the project (`.venv`,
//! `uv.lock`), and its caches may lie there as well. So the environment is made outside of the tree: from
//! the lock file where there is one, else as a temporary one that a held process keeps alive.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::app::context::Context;
use crate::app::launch::{Extra, Finished, command, launch};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::sys::process::Held;
use crate::sys::{file, tree, variable};
use crate::tools::interpreter::{self, Interpreter};

use super::copied::built_anew;

/// Where the project's environment comes from.
pub(super) enum Source {
    /// This interpreter, with the folder of its scripts.
    Python(String),
    /// uv, through a process that must be held.
    Held(Box<(Held, Interpreter)>),
}

pub(super) type Found = Result<Source, Reason>;

/// Whether uv has an environment for the project, or could make one.
pub(super) fn has_environment(root: &Path) -> bool {
    let is_there = |venv: &str| tree::exists(&root.join(venv).join("bin/python"));
    let as_it_is = variable::is_on("UV_NO_SYNC");
    tree::exists(&root.join("pyproject.toml")) && (!as_it_is || is_there(&uv_venv()))
}

/// The environment that uv would use in place.
fn uv_venv() -> String {
    variable::text("UV_PROJECT_ENVIRONMENT").unwrap_or_else(|| ".venv".to_owned())
}

pub(super) fn uv_environment(
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
                return Ok((Err(uv_failed(&message, &sync)), None));
            }
        }
    }
    Ok((uv_held(context, uv, script, modules)?, in_sync))
}

/// Whether a virtual environment holds what the lock file says, and the lock file what the project says;
/// `None` where there is no lock file, or no uv to ask.
pub(super) fn agrees(context: &Context<'_>, uv: Option<&Path>, venv: &str) -> anyhow::Result<Option<bool>> {
    let Some(uv) = uv.and_then(Path::to_str) else { return Ok(None) };
    if find_lock(&context.root).is_none() || !tree::exists(&context.root.join("pyproject.toml")) {
        return Ok(None);
    }
    let argv = [uv, "sync", "--quiet", "--locked", "--check"].map(str::to_owned).to_vec();
    let mut variables = cache_outside(context, uv)?;
    variables.push(("UV_PROJECT_ENVIRONMENT".into(), context.root.join(venv).into_os_string()));
    let finished = launch(context, "uv-check", argv, Extra { variables, input: None })?;
    Ok(match finished.exit {
        Exit::Code(0) => Some(true),
        Exit::Code(_)
            if finished.complaint().contains("outdated") || finished.complaint().contains("--locked") =>
        {
            Some(false)
        }
        _ => None,
    })
}

/// A workspace keeps its lock file at its top, above the member's folder.
pub(super) fn find_lock(root: &Path) -> Option<PathBuf> {
    root.ancestors().map(|folder| folder.join("uv.lock")).find(|lock| tree::exists(lock))
}

/// The folder of the project's environment: outside of the tree, and lasting, so that it is made once.
fn environment_folder(context: &Context<'_>) -> anyhow::Result<PathBuf> {
    let name = file::sha256_of_text(&context.root.to_string_lossy());
    Ok(context.folder.lasting("environments", name.get(..16).unwrap_or(&name))?)
}

fn uv_sync(context: &Context<'_>, uv: &str) -> anyhow::Result<Finished> {
    let mut argv = [uv, "sync", "--quiet"].map(str::to_owned).to_vec();
    if !variable::is_on("UV_FROZEN") {
        argv.push("--locked".to_owned());
    }
    argv.extend(built_anew(&context.root, find_lock(&context.root).as_deref()));
    let mut variables = cache_outside(context, uv)?;
    variables.push(("UV_PROJECT_ENVIRONMENT".into(), environment_folder(context)?.into_os_string()));
    launch(context, "uv-sync", argv, Extra { variables, input: None })
}

/// A project may tell uv to keep its cache in the tree. Then uv is told to use the user's own, so that the
/// tree stays as it is.
fn cache_outside(context: &Context<'_>, uv: &str) -> anyhow::Result<Vec<(OsString, OsString)>> {
    let tells =
        |name: &str| file::read_text(&context.root.join(name)).is_ok_and(|text| text.contains("cache-dir"));
    if variable::get("UV_CACHE_DIR").is_some() || !(tells("pyproject.toml") || tells("uv.toml")) {
        return Ok(Vec::new());
    }
    let argv = [uv, "--no-config", "cache", "dir"].map(str::to_owned).to_vec();
    let finished = launch(context, "uv-cache", argv, Extra::default())?;
    let folder = file::read_beginning(&finished.stdout, 4096).trim().to_owned();
    let variable = (finished.exit == Exit::Code(0) && Path::new(&folder).is_absolute())
        .then(|| ("UV_CACHE_DIR".into(), OsString::from(folder)));
    Ok(variable.into_iter().collect())
}

/// `uv run --isolated` writes neither `.venv` nor `uv.lock`; its environment lives as long as it does.
fn uv_held(context: &Context<'_>, uv: &str, script: &Path, modules: &[String]) -> anyhow::Result<Found> {
    let target = context.folder.file("environment.json");
    let told =
        interpreter::argv("python", &script.to_string_lossy(), &target.to_string_lossy(), true, modules);
    let mut argv = [uv, "run", "--quiet", "--isolated"].map(str::to_owned).to_vec();
    argv.extend(built_anew(&context.root, find_lock(&context.root).as_deref()));
    argv.push("--".to_owned());
    argv.extend(told);
    let extra = Extra { variables: cache_outside(context, uv)?, input: None };
    let command = command(context, "uv-run", argv, extra);
    let ended = match Held::start(&command, context.interrupt)? {
        Err(ended) => ended,
        Ok(held) => match held.wait_until(&command, || tree::exists(&target))? {
            Some(ended) => ended,
            None => {
                return Ok(read_told(&target).map(|interpreter| Source::Held(Box::new((held, interpreter)))));
            }
        },
    };
    let finished = Finished::of(command, &ended);
    Ok(Err(uv_failed("uv cannot make the project's environment", &finished)))
}

pub(super) fn uv_failed(message: &str, finished: &Finished) -> Reason {
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
    let detail = if errors.is_empty() { finished.exit.to_string() } else { errors.join(" ") };
    Reason::new(
        kind,
        format!("{message}: {detail}"),
        "run `uv sync` in the project's root and mend what it says",
    )
}

pub(super) fn venv_python(root: &Path, venv: &str) -> Found {
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
pub(super) fn path_python() -> Result<String, Reason> {
    let of_pytest = file::find_on_path("pytest").and_then(|script| {
        let line = file::read_beginning(&script, 512);
        let python = line.lines().next()?.strip_prefix("#!")?.trim().to_owned();
        (python.contains("python") && file::is_executable(Path::new(&python))).then_some(python)
    });
    let on_path = || ["python3", "python"].iter().find_map(|name| file::find_on_path(name));
    of_pytest.or_else(|| on_path().map(|path| path.to_string_lossy().into_owned())).ok_or_else(|| {
        Reason::new(
            ReasonKind::ToolMissing,
            "there is no `python3` on PATH",
            "install Python, or set `runner` under `[project]` in `promotion.toml`",
        )
    })
}

pub(super) fn tell(
    context: &Context<'_>,
    python: &str,
    script: &Path,
    modules: &[String],
) -> anyhow::Result<Result<Interpreter, Reason>> {
    let target = context.folder.file("environment.json");
    let argv =
        interpreter::argv(python, &script.to_string_lossy(), &target.to_string_lossy(), false, modules);
    let finished = launch(context, "environment", argv, Extra::default())?;
    let (kind, why) = match finished.exit {
        Exit::Code(0) => return Ok(read_told(&target)),
        Exit::TimedOut => (ReasonKind::TimedOut, "it did not answer within the limit".to_owned()),
        Exit::Interrupted => (ReasonKind::Interrupted, "it was interrupted".to_owned()),
        Exit::Signal(signal) => (ReasonKind::Environment, format!("signal {signal} ended it")),
        Exit::NotFound => (ReasonKind::Environment, "it cannot be started".to_owned()),
        Exit::Flooded => (ReasonKind::Environment, "it printed without end".to_owned()),
        Exit::Code(code) => {
            let complaint = finished.complaint();
            let line = complaint.lines().rfind(|line| !line.trim().is_empty());
            (ReasonKind::Environment, line.map_or_else(|| format!("exit code {code}"), str::to_owned))
        }
    };
    Ok(Err(Reason::new(
        kind,
        format!("the interpreter `{python}` does not work: {why}"),
        "make the project's environment anew, or correct `runner` under `[project]` in `promotion.toml`",
    )))
}

pub(super) fn read_told(target: &Path) -> Result<Interpreter, Reason> {
    let text = file::read_text(target).map_err(|error| error.to_string());
    text.and_then(|text| Interpreter::read(&text)).map_err(|fault| {
        Reason::new(
            ReasonKind::Environment,
            format!("the interpreter's description of itself cannot be read: {fault}"),
            "make the project's environment anew",
        )
    })
}
