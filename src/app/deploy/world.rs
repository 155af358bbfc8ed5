//! A look at the service: which containers it has, what they run, and what they should run.
//!
//! Not here: its address and its logs (`watch`). What was asked for is never taken for what is.

use std::collections::BTreeMap;

use crate::model::container::Container;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::sighting::{Look, Origin};
use crate::sys::git;
use crate::tools::compose::{self, Compose, Generation};
use crate::tools::docker;

use super::site::{Halt, Site};

/// The containers of the service, those that have ended among them; none where the policy names no compose file.
pub fn containers(site: &Site<'_>) -> Result<Vec<Container>, Halt> {
    let Some(project) = site.project(&[]) else { return Ok(Vec::new()) };
    let answer = site.ask("compose-ps", project.ps_argv(&site.deploy.service))?;
    let ids = compose::read_ps(answer.exit, &answer.stdout, &answer.stderr)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let answer = site.ask("docker-inspect", docker::inspect_argv("docker", &ids))?;
    let mut containers = docker::read_inspect(answer.exit, &answer.stdout, &answer.stderr)?;
    for container in &mut containers {
        container.error = site.secrets.hide(&container.error);
    }
    Ok(containers)
}

/// The containers, each with what the name of its image leads to now.
pub fn looks(site: &Site<'_>) -> Result<Vec<Look>, Halt> {
    let mut images = BTreeMap::new();
    let mut looks = Vec::new();
    for container in containers(site)? {
        let name = container.reference.clone();
        if !images.contains_key(&name) {
            images.insert(name.clone(), image(site, &name)?);
        }
        let image = images.get(&name).cloned().flatten();
        let (resolved, revision) = image.map_or((None, None), |image| (Some(image.id), image.revision));
        let origin = revision.map_or(Origin::Untold, |revision| origin(site, revision));
        looks.push(Look { is_comparable: is_comparable(site, &container), container, resolved, origin });
    }
    Ok(looks)
}

fn origin(site: &Site<'_>, revision: String) -> Origin {
    match git::has_commit(&site.context.root, site.context.folder, &revision) {
        Some(true) => Origin::Told(revision),
        Some(false) => Origin::Untold,
        None => Origin::Unknown(revision),
    }
}

/// What a name of an image leads to.
pub fn image(site: &Site<'_>, name: &str) -> Result<Option<docker::Image>, Halt> {
    let answer = site.ask("docker-image", docker::image_argv("docker", name))?;
    Ok(docker::read_image(answer.exit, &answer.stdout, &answer.stderr)?)
}

/// A script may use another generation of compose than we found, whose digests are others.
fn is_comparable(site: &Site<'_>, container: &Container) -> bool {
    let Some(Compose { generation, .. }) = site.compose else { return false };
    let made_by_one = container.made_by.as_ref().is_some_and(|version| version.starts_with("1."));
    site.deploy.script.is_empty() || made_by_one == (generation == Generation::One)
}

/// Whether compose itself has just brought the service up, so that what is there was made from what it renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It has not.
    Before,
    /// It has.
    Up,
}

/// The digest of the service's configuration that its containers must bear; `None` where there is no compose file, and
/// where compose says in another way that they are of this configuration.
pub fn config_hash(site: &Site<'_>, since: Since) -> Result<Option<String>, Halt> {
    let Some(project) = site.project(&[]) else { return Ok(None) };
    let service = &site.deploy.service;
    let answer = site.ask("compose-hash", project.hash_argv(service))?;
    let hash = compose::read_hash(service, answer.exit, &answer.stdout, &answer.stderr)?;
    let bears_another = |container: &Container| {
        is_comparable(site, container) && container.config_hash.as_ref() != Some(&hash)
    };
    // With an `env_file`, version 2 gives another digest than it writes on the container.
    let is_two = project.compose.generation == Generation::Two;
    if !is_two || !containers(site)?.iter().any(bears_another) {
        return Ok(Some(hash));
    }
    let answer = site.ask("compose-rehearse", project.rehearse_argv(service))?;
    let stays = compose::read_rehearsal(answer.exit, &answer.stdout, &answer.stderr);
    Ok(if stays.unwrap_or(since == Since::Up) { None } else { Some(hash) })
}

/// Whether the compose file has the service.
pub fn has_service(site: &Site<'_>) -> Result<(), Halt> {
    let Some(project) = site.project(&[]) else { return Ok(()) };
    let answer = site.ask("compose-services", project.services_argv())?;
    let names = compose::read_services(answer.exit, &answer.stdout, &answer.stderr)?;
    let service = &site.deploy.service;
    if names.contains(service) {
        return Ok(());
    }
    let file = site.deploy.compose_file.as_ref().map_or("", |file| &file.path);
    let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Err(Halt::World(Reason::new(
        ReasonKind::ConfigInvalid,
        format!("`{file}` has no service `{service}`"),
        format!("correct `service` in `promotion.toml`; there are {}", known.join(", ")),
    )))
}
