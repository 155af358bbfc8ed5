//! `rollback --rehearse`: shows that a rollback would work, without touching what runs.
//!
//! Not a rollback. What is started beside what runs has another name and another project, publishes no port, and is
//! taken away again by the label of that project alone, also where an earlier rehearsal was killed. A service that shares
//! something with what runs, such as a volume, is not started a second time: it might spoil it.

use std::time::Duration;

use crate::app::context::{Context, Listener};
use crate::app::deploy::restore::ready;
use crate::app::deploy::site::{Halt, Site, interrupted};
use crate::app::in_hand::InHand;
use crate::app::ledgers::PATIENCE;
use crate::app::project::Workspace;
use crate::lifecycle::rollback::{Before, Candidate, NoCandidate, RolledBack, candidate};
use crate::model::reason::ReasonKind;
use crate::model::record::Fact;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;
use crate::sys::{file, variable};
use crate::tools::docker::Kind;
use crate::tools::{compose, docker, rendered};

use super::order::RollbackError;
use super::workflow::declared;

/// How long what was started must go on.
const STEADY: Duration = Duration::from_secs(2);
/// The label by which compose tells whose its things are.
const PROJECT: &str = "com.docker.compose.project";
/// The topic under which it is recorded.
const TOPIC: &str = "rollback_rehearsed";

/// What came of a rehearsal.
#[derive(Debug)]
pub enum Rehearsal {
    /// There is nothing to roll back.
    NothingDeployed,
    /// It was rolled back already.
    AlreadyRolledBack(RolledBack),
    /// It was tried.
    Tried {
        /// What would go.
        candidate: Box<Candidate>,
        /// What was shown.
        proof: Vec<String>,
        /// What was not tried, and why.
        untried: Vec<String>,
        /// What speaks against it; nothing: it would work.
        against: Vec<String>,
    },
}

/// Rehearses a rollback and records what was shown.
pub fn rehearse(
    workspace: &Workspace,
    component: &str,
    timeout: Option<Duration>,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Rehearsal, RollbackError> {
    let component = declared(workspace, component)?;
    let folder = RunFolder::create(&workspace.root)?;
    let context = Context {
        root: workspace.root.clone(),
        folder: &folder,
        limit: timeout.unwrap_or(workspace.policy.project.timeout),
        variables: variable::for_tools(&workspace.root),
        interrupt,
        listener,
    };
    let mut hand = InHand::await_hand(workspace, component, &folder, PATIENCE)?;
    let candidate = match candidate(&hand.standing(), hand.ledger().records()) {
        Ok(candidate) => candidate,
        Err(NoCandidate::NothingDeployed) => return Ok(Rehearsal::NothingDeployed),
        Err(NoCandidate::RolledBack(earlier)) => return Ok(Rehearsal::AlreadyRolledBack(*earlier)),
    };
    let mut shown = Shown::default();
    match component.deploy.get(&candidate.to) {
        None => shown.against.push("the policy does not say any more how it is deployed".to_owned()),
        Some(deploy) => {
            let site = Site::find(&context, &component.name, deploy)?;
            match shown.of(&site, &candidate) {
                Err(Halt::World(reason)) if is_telling(reason.kind) => shown.against.push(reason.message),
                other => other?,
            }
        }
    }
    let Shown { proof, untried, against } = shown;
    if against.is_empty() {
        let untried = untried.iter().map(|words| format!("not tried: {words}"));
        let words: Vec<String> = proof.iter().cloned().chain(untried).collect();
        let text = hand.secrets.hide(&words.join("; "));
        hand.record(&candidate.promotion, Fact::Noted { topic: TOPIC.to_owned(), text })?;
    }
    Ok(Rehearsal::Tried { candidate: Box::new(candidate), proof, untried, against })
}

/// Whether a reason speaks of what was rehearsed, and not of an engine that could not be asked.
fn is_telling(kind: ReasonKind) -> bool {
    !matches!(kind, ReasonKind::Interrupted | ReasonKind::Environment | ReasonKind::TimedOut)
}

#[derive(Default)]
struct Shown {
    proof: Vec<String>,
    untried: Vec<String>,
    against: Vec<String>,
}

impl Shown {
    fn of(&mut self, site: &Site<'_>, candidate: &Candidate) -> Result<(), Halt> {
        let before = candidate.before.as_ref();
        let image = before.map(|before| before.image.as_str());
        let name = match ready(site, image, before.and_then(|before| before.kept.as_deref()))? {
            Ok(name) => name,
            Err(missing) => {
                self.against.push(missing);
                return Ok(());
            }
        };
        self.proof.push(format!("compose knows the service `{}`", site.deploy.service));
        let (Some(before), Some(name)) = (before, name) else {
            self.proof.push("nothing ran before, so that no image is needed".to_owned());
            return Ok(());
        };
        self.proof.push(format!("`{name}` leads to the image that ran before, `{}`", before.image));
        let Some(shared) = self.render(site, before, &name)? else { return Ok(()) };
        let project = project(site);
        let label = format!("{PROJECT}={project}");
        clear(site, &label)?;
        let stood = if shared.is_empty() {
            self.start(site, before, &name, &project)
        } else {
            self.untried.push(format!(
                "to start it: the service has {}, which a second container would share with what runs",
                shared.join(", ")
            ));
            self.create(site, before, &project, &label)
        };
        // Whatever came of it.
        clear(site, &label)?;
        stood
    }

    /// That the file that pins the image is rendered to that image; gives what the service shares with what runs.
    fn render(
        &mut self,
        site: &Site<'_>,
        before: &Before,
        name: &str,
    ) -> Result<Option<Vec<&'static str>>, Halt> {
        let Some(pin) = pin(site, name)? else { return Ok(None) };
        let argv = site.project(&[pin]).map(|project| project.config_argv()).unwrap_or_default();
        let config = site.ask_at_length("compose-config", argv)?;
        let complaint = site.secrets.hide(&config.complaint());
        let text = file::read_text(&config.stdout).unwrap_or_default();
        for path in [&config.stdout, &config.stderr] {
            file::remove(path)
                .map_err(|error| anyhow::anyhow!("cannot remove `{}`: {error}", path.display()))?;
        }
        compose::read_done(config.exit, &complaint)?;
        let found = rendered::read(&site.deploy.service, &text);
        match found {
            Some(found) if found.image.as_deref() == Some(name) => {
                self.proof.push(format!("compose renders the pinned service to `{name}`"));
                Ok(Some(found.shared))
            }
            Some(found) => {
                let other = found.image.unwrap_or_default();
                self.against.push(format!(
                    "compose renders the service to `{other}` and not to `{name}`, which is `{}`",
                    before.image
                ));
                Ok(None)
            }
            None => {
                self.against.push("what compose renders does not show the service".to_owned());
                Ok(None)
            }
        }
    }

    fn start(&mut self, site: &Site<'_>, before: &Before, name: &str, project: &str) -> Result<(), Halt> {
        let Some(pin) = pin(site, name)? else { return Ok(()) };
        let container = format!("{project}-1");
        let service = &site.deploy.service;
        let argv = site
            .project(&[pin])
            .map(|files| files.beside_argv(project, &container, service))
            .unwrap_or_default();
        let answer = site.carry_out("compose-beside", argv, &[])?;
        compose::read_done(answer.exit, &answer.stderr)?;
        for _ in 0..2 {
            let (image, status) = state(site, &container)?;
            if image != before.image {
                self.against.push(format!("what was started beside what runs is of image `{image}`"));
                return Ok(());
            }
            if status != "running" {
                self.against.push(format!("what was started beside what runs has {status}"));
                return Ok(());
            }
            if site.context.interrupt.rest(STEADY / 2) {
                return Err(interrupted().into());
            }
        }
        self.proof.push(format!(
            "a container of it was started beside what runs, on no port, ran for {} s, and is gone again",
            STEADY.as_secs()
        ));
        Ok(())
    }

    fn create(&mut self, site: &Site<'_>, before: &Before, project: &str, label: &str) -> Result<(), Halt> {
        let container = format!("{project}-1");
        let argv = docker::create_argv("docker", &container, label, &before.image);
        let answer = site.ask("docker-create", argv)?;
        docker::read_done(answer.exit, &answer.stderr)?;
        self.proof.push("a container of it was made, not started, and is gone again".to_owned());
        Ok(())
    }
}

/// The file that pins the image, in the run folder.
fn pin(site: &Site<'_>, name: &str) -> Result<Option<String>, Halt> {
    let (Some(compose), Some(main)) = (&site.compose, &site.deploy.compose_file) else { return Ok(None) };
    let text = file::read_text(&site.context.root.join(&main.path))
        .map_err(|error| anyhow::anyhow!("cannot read `{}`: {error}", main.path))?;
    let pin = site.context.folder.file("rehearse.yml");
    file::write_whole(&pin, &compose::pin(compose.generation, &text, &site.deploy.service, name))
        .map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", pin.display()))?;
    Ok(Some(pin.to_string_lossy().into_owned()))
}

fn state(site: &Site<'_>, container: &str) -> Result<(String, String), Halt> {
    let answer = site.ask("docker-state", docker::state_argv("docker", container))?;
    docker::read_done(answer.exit, &answer.stderr)?;
    let (image, status) = answer.stdout.trim().split_once(' ').unwrap_or_default();
    Ok((image.to_owned(), status.to_owned()))
}

/// Takes away what stands beside what runs.
fn clear(site: &Site<'_>, label: &str) -> Result<(), Halt> {
    for kind in [Kind::Container, Kind::Network] {
        let answer = site.ask("docker-beside", docker::labelled_argv("docker", kind, label))?;
        docker::read_done(answer.exit, &answer.stderr)?;
        let ids: Vec<String> = answer.stdout.split_whitespace().map(str::to_owned).collect();
        if !ids.is_empty() {
            let answer = site.ask("docker-away", docker::remove_argv("docker", kind, &ids))?;
            docker::read_done(answer.exit, &answer.stderr)?;
        }
    }
    Ok(())
}

/// A project that no other clone takes for its own, and that this one finds again.
fn project(site: &Site<'_>) -> String {
    let digest = file::sha256_of_text(&site.context.root.to_string_lossy());
    format!("tta-rehearsal-{}-{}", folded(site.component), digest.get(..12).unwrap_or(&digest))
}

/// As compose takes it in the name of a project.
fn folded(component: &str) -> String {
    let lower = component.chars().map(|one| one.to_ascii_lowercase());
    lower.map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).take(60).collect()
}
