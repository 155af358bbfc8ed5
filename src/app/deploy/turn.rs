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

/// Another process has its turn, or may still be at it.
#[derive(Debug, thiserror::Error)]
pub enum Busy {
    /// It lives.
    #[error("another tta-promote is at work on {what}{}", .holder.as_ref().map_or_else(String::new, by))]
    AtWork {
        /// What is locked, for people.
        what: String,
        /// Who, as far as he says so.
        holder: Option<Holder>,
    },
    /// It was killed, and nothing shows us whether what it had begun has ended.
    #[error(
        "a tta-promote of `{user}` was killed at work on {what}{}; it cannot be seen from here whether what it had begun \
         has ended", by(.holder)
    )]
    Killed {
        /// What is locked, for people.
        what: String,
        /// Who had it.
        holder: Holder,
        /// The name of its user.
        user: String,
        /// The file that tells of it.
        file: String,
    },
}

impl Busy {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::AtWork { .. } => {
                "wait until it has ended, and run this again: it looks first at what runs then".to_owned()
            }
            Self::Killed { holder, user, file, .. } => {
                let who = if holder.user == 0 { format!("`{user}`") } else { format!("`{user}` or root") };
                format!(
                    "let {who} run it: it sees what is left, and waits for it; or let {who} remove `{file}` when \
                     `ps -u {user} -o pid,lstart,args` shows nothing of it any more"
                )
            }
        }
    }
}

/// Why the turn cannot be had.
#[derive(Debug)]
pub enum NoTurn {
    /// Somebody else has it.
    Busy(Busy),
    /// The system does not let us lock, or the engine does not tell its name, so that nothing is known of others.
    Shut(Reason),
    /// We were asked to stop, or could not do our work.
    Halt(Halt),
}

impl From<Halt> for NoTurn {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

fn by(holder: &Holder) -> String {
    format!(": process {} in `{}`", holder.process, holder.folder.display())
}

/// The turn, as long as it lives. What a killed one had begun in its turn has ended.
pub fn take(site: &Site<'_>) -> Result<HostLock, NoTurn> {
    let (name, what) = named(site).map_err(|halt| match halt {
        Halt::World(reason) if reason.kind != ReasonKind::Interrupted => NoTurn::Shut(reason),
        halt => NoTurn::Halt(halt),
    })?;
    let context = site.context;
    match HostLock::take(&name, &context.root, PATIENCE, context.interrupt) {
        Ok(mut turn) => {
            if let Some(killed) = &turn.killed {
                if abandoned::is_hidden(killed.user) {
                    let (holder, user) = (killed.clone(), abandoned::user_name(killed.user));
                    return Err(NoTurn::Busy(Busy::Killed { what, holder, user, file: turn.file() }));
                }
                context.listener.waits(&format!(
                    "a tta-promote was killed at work on {what}{}; what it had begun is waited for",
                    by(killed)
                ));
                abandoned::wait(&killed.folder, context.limit.min(ABANDONED), context.interrupt);
                if context.interrupt.raised() {
                    return Err(Halt::from(interrupted()).into());
                }
                turn.settled();
            }
            Ok(turn)
        }
        Err(LockError::Busy(holder)) => Err(NoTurn::Busy(Busy::AtWork { what, holder })),
        Err(LockError::Interrupted) => Err(Halt::from(interrupted()).into()),
        Err(error @ LockError::Io { .. }) => Err(NoTurn::Shut(Reason::new(
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
