//! The place that a component is deployed to: its engine, its compose, its variables and its secrets.
//!
//! Not here: what is asked of it (`world`) and what is done to it (`act`). Everything that a child prints passes
//! through here, so that no secret stays in the run folder or goes into a message.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::app::context::Context;
use crate::app::launch::{Extra, Finished, launch};
use crate::model::delivery::Deploy;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::secret::Secrets;
use crate::sys::file;
use crate::tools::compose::{self, Compose, Generation, Project};
use crate::tools::{docker, env_file};

/// How long the engine may take to answer a question.
const QUESTION: Duration = Duration::from_secs(60);
/// What is read of an answer, in bytes.
const ANSWER: u64 = 4 << 20;

/// Why a piece of the work came to no end.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// The world did not let us.
    #[error("{0}")]
    World(Reason),
    /// We could not do our own work.
    #[error(transparent)]
    Own(#[from] anyhow::Error),
}

impl From<Reason> for Halt {
    fn from(reason: Reason) -> Self {
        Self::World(reason)
    }
}

/// What a child came to.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub exit: Exit,
    /// What it printed, without secrets.
    pub stdout: String,
    /// What it complained about, without secrets.
    pub stderr: String,
}

/// Where a component is deployed.
pub struct Site<'a> {
    /// The project's root, the run folder, and the limit for one act.
    pub context: &'a Context<'a>,
    /// The component.
    pub component: &'a str,
    /// What the policy says.
    pub deploy: &'a Deploy,
    /// The compose that is there; `None` where the policy names no compose file.
    pub compose: Option<Compose>,
    /// The variables of the policy's files.
    pub variables: Vec<(String, String)>,
    /// What is hidden in all that goes out.
    pub secrets: Secrets,
}

impl<'a> Site<'a> {
    /// Reads the files of variables and finds out which compose there is.
    pub fn find(context: &'a Context<'a>, component: &'a str, deploy: &'a Deploy) -> Result<Self, Halt> {
        let variables = variables(context, deploy)?;
        let ours =
            context.variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)));
        let of_files = Secrets::of(variables.iter().map(|(_, value)| value.as_str()));
        let secrets = Secrets::among(ours).and(&of_files);
        let mut site = Self { context, component, deploy, compose: None, variables, secrets };
        if deploy.compose_file.is_some() {
            site.compose = Some(site.find_compose()?);
            site.engine_is_there()?;
        }
        Ok(site)
    }

    fn find_compose(&self) -> Result<Compose, Halt> {
        for program in compose::PROGRAMS {
            let program: Vec<String> = program.iter().map(|word| (*word).to_owned()).collect();
            let answer = self.ask("compose-version", compose::version_argv(&program))?;
            if answer.exit == Exit::Interrupted {
                return Err(interrupted().into());
            }
            if let Some(compose) = compose::read_version(&program, answer.exit, &answer.stdout) {
                return Ok(compose);
            }
        }
        Err(Halt::World(Reason::new(
            ReasonKind::ToolMissing,
            "neither `docker compose` nor `docker-compose` is there",
            "install the compose plugin of docker, or docker-compose",
        )))
    }

    fn engine_is_there(&self) -> Result<(), Halt> {
        let answer = self.ask("docker-version", docker::version_argv("docker"))?;
        Ok(docker::read_done(answer.exit, &answer.stderr)?)
    }

    /// Whether the ports that the engine publishes are those of this machine.
    pub fn publishes_here(&self) -> bool {
        let is_default = self.told("DOCKER_CONTEXT").is_none_or(|name| name == "default");
        docker::is_here(self.told("DOCKER_HOST")) && is_default
    }

    /// What the environment holds under a name, as children are given it.
    pub fn told(&self, name: &str) -> Option<&str> {
        let variables = &self.context.variables;
        variables.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.to_str())
    }

    /// The project of compose, where there is a compose file; `pins` are files on top of it.
    pub fn project(&self, pins: &[String]) -> Option<Project<'_>> {
        let compose = self.compose.as_ref()?;
        let file = self.deploy.compose_file.as_ref()?;
        let files = std::iter::once(file.path.clone()).chain(pins.iter().cloned()).collect();
        let env_files = self.deploy.env_files.iter().map(|file| file.path.clone()).collect();
        Some(Project { compose, files, env_files })
    }

    /// Asks for what is read from the run folder and removed from it then: it may be long, and hold secrets.
    pub fn ask_at_length(&self, name: &str, argv: Vec<String>) -> Result<Finished, Halt> {
        self.launch(name, argv, self.context.limit.min(QUESTION), Extra::default())
    }

    /// Asks a question, which is answered soon.
    pub fn ask(&self, name: &str, argv: Vec<String>) -> Result<Answer, Halt> {
        // Version 1 takes one file of variables, and prefers what is in its environment.
        let one = self.compose.as_ref().is_some_and(|compose| compose.generation == Generation::One);
        let given = one && self.deploy.env_files.len() > 1;
        self.run(
            name,
            argv,
            self.context.limit.min(QUESTION),
            if given { self.extra(&[]) } else { Extra::default() },
        )
    }

    /// Runs an act, with the variables of the policy's files and `more`.
    pub fn carry_out(&self, name: &str, argv: Vec<String>, more: &[(&str, &str)]) -> Result<Answer, Halt> {
        self.run(name, argv, self.context.limit, self.extra(more))
    }

    fn extra(&self, more: &[(&str, &str)]) -> Extra {
        let more = more.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let of_files =
            self.variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Extra { variables: of_files.chain(more).collect(), input: None }
    }

    fn launch(&self, name: &str, argv: Vec<String>, limit: Duration, extra: Extra) -> Result<Finished, Halt> {
        let context = Context {
            root: self.context.root.clone(),
            variables: self.context.variables.clone(),
            limit,
            ..*self.context
        };
        Ok(launch(&context, name, argv, extra)?)
    }

    fn run(&self, name: &str, argv: Vec<String>, limit: Duration, extra: Extra) -> Result<Answer, Halt> {
        let finished = self.launch(name, argv, limit, extra)?;
        let [stdout, stderr] = [&finished.stdout, &finished.stderr].map(|path| self.without_secrets(path));
        Ok(Answer { exit: finished.exit, stdout: stdout?, stderr: stderr? })
    }

    /// The text of a log, which is written anew where it holds a secret, and cut where it is too long to tell.
    fn without_secrets(&self, path: &Path) -> Result<String, Halt> {
        let text = file::read_beginning(path, ANSWER);
        let hidden = self.secrets.hide(&text);
        if hidden != text || text.len() as u64 >= ANSWER {
            file::write_whole(path, &hidden)
                .map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", path.display()))?;
        }
        Ok(hidden)
    }
}

/// That we were asked to stop.
pub fn interrupted() -> Reason {
    Reason::new(ReasonKind::Interrupted, "the deployment was interrupted", "run it again")
}

fn variables(context: &Context<'_>, deploy: &Deploy) -> Result<Vec<(String, String)>, Reason> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for declared in &deploy.env_files {
        let text = file::read_text(&context.root.join(&declared.path)).map_err(|error| {
            Reason::new(
                ReasonKind::ConfigInvalid,
                format!("cannot read the file of variables `{}`: {error}", declared.path),
                "correct `env_files` in `promotion.toml`, or put the file there",
            )
        })?;
        for (name, value) in env_file::read(&text) {
            variables.retain(|(earlier, _)| *earlier != name);
            variables.push((name, value));
        }
    }
    Ok(variables)
}
