//! The deed itself: `compose up -d`, or the project's own script.
//!
//! Not here: what came of it. A deed that ended well proves nothing: `up -d` does so when the container dies at once.

use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::tools::compose;

use super::site::{Halt, Site};

/// What carries the deployment out.
pub fn argv(site: &Site<'_>) -> Vec<String> {
    if !site.deploy.script.is_empty() {
        return site.deploy.script.clone();
    }
    site.project(&[]).map(|project| project.up_argv(&site.deploy.service)).unwrap_or_default()
}

/// Carries it out. A script is told the commit.
pub fn act(site: &Site<'_>, commit: &str) -> Result<(), Halt> {
    if site.deploy.script.is_empty() {
        let answer = site.carry_out("compose-up", argv(site), &[])?;
        return Ok(compose::read_done(answer.exit, &answer.stderr)?);
    }
    let told = [("TTA_PROMOTE_COMMIT", commit), ("TTA_PROMOTE_COMPONENT", site.component)];
    let mut argv = argv(site);
    // As the policy names it, from the root: not from wherever we were started.
    if let Some(program) = argv.first_mut().filter(|program| program.contains('/')) {
        *program = site.context.root.join(&*program).to_string_lossy().into_owned();
    }
    let answer = site.carry_out("deploy-script", argv, &told)?;
    let script = site.deploy.script.first().map_or("", String::as_str);
    let said = answer.stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let said: String = said.map(|line| format!(": {line}")).unwrap_or_default().chars().take(300).collect();
    let failed = |kind, message: String, hint: &str| Err(Halt::World(Reason::new(kind, message, hint)));
    match answer.exit {
        Exit::Code(0) => Ok(()),
        Exit::Interrupted => {
            failed(ReasonKind::Interrupted, "the deployment was interrupted".to_owned(), "run it again")
        }
        Exit::NotFound => failed(
            ReasonKind::ToolMissing,
            format!("the script `{script}` cannot be started"),
            "see that it is there, that it may be executed, and that its first line names a program",
        ),
        Exit::TimedOut => failed(
            ReasonKind::TimedOut,
            format!("the script `{script}` was stopped at its time limit"),
            "see what it waits for, or raise `--timeout`",
        ),
        Exit::Code(_) | Exit::Signal(_) | Exit::Flooded => failed(
            ReasonKind::ToolCrashed,
            format!("the script `{script}`: {}{said}", answer.exit),
            "run it by hand and mend what it complains about",
        ),
    }
}
