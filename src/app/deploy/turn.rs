//! Whose turn it is to act on a service. A ledger is held for one clone; here it is one process of this machine for a
//! service of an engine, whichever clone it works in and whoever runs it.
//!
//! Not here: other machines at the same engine. They are only noticed, by containers that nobody here made (`consent`).

use std::time::Duration;

use crate::app::ledgers::PATIENCE;
use crate::model::reason::{Reason, ReasonKind};
use crate::sys::host_lock::{Holder, HostLock, LockError};
use crate::sys::{abandoned, file};
use crate::tools::{compose, docker, env_file};

use super::site::{Halt, Site, interrupted};

/// How long what a killed tta-promote had begun may take to its end.
const ABANDONED: Duration = Duration::from_secs(60);

/// Another process has its turn.
#[derive(Debug, thiserror::Error)]
#[error("another tta-promote is at work on {what}{}", .holder.as_ref().map_or_else(String::new, by))]
pub struct Busy {
    what: String,
    holder: Option<Holder>,
}

impl Busy {
    /// What to do about it.
    pub const HINT: &str = "wait until it has ended, and run this again: it looks first at what runs then";
}

fn by(holder: &Holder) -> String {
    format!(": process {} in `{}`", holder.process, holder.folder.display())
}

/// The turn, as long as it lives; `Err`: somebody else has it. What a killed one had begun in its turn has ended.
pub fn take(site: &Site<'_>) -> Result<Result<HostLock, Busy>, Halt> {
    let (name, what) = named(site)?;
    let context = site.context;
    match HostLock::take(&name, &context.root, PATIENCE, context.interrupt) {
        Ok(turn) => {
            if let Some(killed) = &turn.killed {
                abandoned::wait(&killed.folder, context.limit.min(ABANDONED), context.interrupt);
            }
            Ok(Ok(turn))
        }
        Err(LockError::Busy(holder)) => Ok(Err(Busy { what, holder })),
        Err(LockError::Interrupted) => Err(interrupted().into()),
        Err(error @ LockError::Io { .. }) => Err(Halt::World(Reason::new(
            ReasonKind::Environment,
            format!("it cannot be seen to that nobody else deploys at the same time: {error}"),
            "see that `/tmp` can be written, and who owns that file",
        ))),
    }
}

/// What is locked, and what it is called for people.
fn named(site: &Site<'_>) -> Result<(String, String), Halt> {
    let Some(main) = &site.deploy.compose_file else {
        // A script alone may deploy anywhere: what it is asked at tells where.
        let url = site.deploy.health.as_ref().map_or("", |health| &health.url);
        let name = format!("address\n{}\n{url}", site.component);
        return Ok((name, format!("`{}` at `{url}`", site.component)));
    };
    let answer = site.ask("docker-info", docker::engine_argv("docker"))?;
    docker::read_done(answer.exit, &answer.stderr)?;
    let path = site.context.root.join(&main.path);
    let folder = path.parent().unwrap_or(&site.context.root);
    let text = file::read_beginning(&path, u64::MAX);
    let told = site.told("COMPOSE_PROJECT_NAME").map(str::to_owned).or_else(|| {
        let of_files = site.variables.iter().find(|(name, _)| name == "COMPOSE_PROJECT_NAME");
        of_files.map(|(_, value)| value.clone()).or_else(|| {
            let beside = file::read_text(&folder.join(".env")).unwrap_or_default();
            let mut beside = env_file::read(&beside).into_iter().rev();
            beside.find(|(name, _)| name == "COMPOSE_PROJECT_NAME").map(|(_, value)| value)
        })
    });
    let place = folder.file_name().unwrap_or_default().to_string_lossy();
    let project = compose::project_name(told.as_deref(), &text, &place);
    let service = &site.deploy.service;
    let name = format!("engine\n{}\n{project}\n{service}", answer.stdout.trim());
    Ok((name, format!("the service `{service}` of the project `{project}` on this engine")))
}
