//! Puts back what was there before a deployment: the image that ran, or nothing.
//!
//! Not here: whether that is wanted. It is done when the world shows it, never when a command ended well: `rm -f`
//! does so while the container runs and stays.

use crate::model::container::{Container, ContainerStatus};
use crate::model::reason::{Reason, ReasonKind};
use crate::sys::file;
use crate::tools::{compose, docker};

use super::site::{Halt, Site};
use super::watch::{Wanted, Watched, is_so, watch};
use super::world;

/// Puts back the image `image`, which is kept under the name `kept`; `None`: there was none. Gives what runs then.
pub fn restore(
    site: &Site<'_>,
    image: Option<&str>,
    kept: Option<&str>,
) -> Result<Result<Vec<Container>, Vec<String>>, Halt> {
    match image {
        None => remove(site),
        Some(image) => put_back(site, image, kept.unwrap_or(image)),
    }
}

/// The name by which the image that ran before is there: the one that keeps it, else its own id; `Err`: what is missing
/// before anything may be touched.
pub fn ready(
    site: &Site<'_>,
    image: Option<&str>,
    kept: Option<&str>,
) -> Result<Result<Option<String>, String>, Halt> {
    if site.deploy.compose_file.is_none() {
        return Ok(Err(no_compose_file()));
    }
    world::has_service(site)?;
    let Some(image) = image else { return Ok(Ok(None)) };
    for name in kept.into_iter().chain([image]) {
        if world::image(site, name)?.is_some_and(|found| found.id == image) {
            return Ok(Ok(Some(name.to_owned())));
        }
    }
    let names = kept.map_or_else(String::new, |kept| format!("`{kept}` nor "));
    Ok(Err(format!("the image that ran before is gone: neither {names}`{image}` leads to it")))
}

/// Takes away what runs, and puts back the image `image`, which is there under `name`; `None`: there was none. What
/// runs it already is proven to be well, and left alone.
pub fn exchange(
    site: &Site<'_>,
    image: Option<&str>,
    name: Option<&str>,
) -> Result<Result<Vec<Container>, Vec<String>>, Halt> {
    let Some(image) = image else { return remove(site) };
    let there = world::containers(site)?;
    let runs =
        |container: &Container| container.image == image && container.status == ContainerStatus::Running;
    if !there.is_empty()
        && there.iter().all(runs)
        && let Watched::Healthy(proof) = watch(site, Wanted::default())?
        && proof.containers.iter().all(|container| container.image == image)
    {
        return Ok(Ok(proof.containers));
    }
    match remove(site)? {
        Ok(_) => put_back(site, image, name.unwrap_or(image)),
        Err(left) => Ok(Err(left)),
    }
}

/// What a person would type to do the same by hand.
pub fn commands(site: &Site<'_>, image: Option<(&str, &str)>, kept: Option<&str>) -> Vec<String> {
    let Some(project) = site.project(&[]) else {
        return vec!["put back by hand what ran before".to_owned()];
    };
    let service = &site.deploy.service;
    let away = [project.stop_argv(service), project.rm_argv(service)];
    let back = image.map(|(image, reference)| {
        let name = kept.unwrap_or(image);
        [docker::tag_argv("docker", name, reference), project.up_without_build_argv(service)]
    });
    let all = away.into_iter().chain(back.into_iter().flatten());
    all.map(|argv| format!("`{}`", argv.join(" "))).collect()
}

/// The command that a person would give to put the image back.
pub fn by_hand(site: &Site<'_>, image: Option<&str>) -> String {
    match (site.project(&[]), image) {
        (Some(project), None) => {
            let service = &site.deploy.service;
            format!(
                "run `{}` and `{}`",
                project.stop_argv(service).join(" "),
                project.rm_argv(service).join(" ")
            )
        }
        (Some(_), Some(image)) => format!(
            "give the service `{}` the image `{image}` in the compose file and bring it up",
            site.deploy.service
        ),
        (None, _) => "put back by hand what ran before".to_owned(),
    }
}

fn remove(site: &Site<'_>) -> Result<Result<Vec<Container>, Vec<String>>, Halt> {
    let Some(project) = site.project(&[]) else { return Ok(Err(vec![no_compose_file()])) };
    let service = &site.deploy.service;
    if world::containers(site)?.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let mut complaints = Vec::new();
    for (name, argv) in
        [("compose-stop", project.stop_argv(service)), ("compose-rm", project.rm_argv(service))]
    {
        let answer = site.carry_out(name, argv, &[])?;
        match compose::read_done(answer.exit, &answer.stderr) {
            Ok(()) => {}
            Err(reason) if reason.kind == ReasonKind::Interrupted => return Err(reason.into()),
            Err(reason) => complaints.push(reason.message),
        }
    }
    let left = world::containers(site)?;
    complaints.extend(left.iter().map(|container| {
        format!("container {} is still there and {}", container.short_id(), container.status)
    }));
    Ok(if left.is_empty() { Ok(Vec::new()) } else { Err(complaints) })
}

fn put_back(site: &Site<'_>, image: &str, kept: &str) -> Result<Result<Vec<Container>, Vec<String>>, Halt> {
    let (Some(compose), Some(main)) = (&site.compose, &site.deploy.compose_file) else {
        return Ok(Err(vec![no_compose_file()]));
    };
    // What was judged not to be well may run the same image: one look is no proof that it is what was there before.
    if let Some(running) = is_so(site, Wanted::default())?
        && running.iter().all(|container| container.image == image)
        && let Watched::Healthy(proof) = watch(site, Wanted::default())?
        && proof.containers.iter().all(|container| container.image == image)
    {
        return Ok(Ok(proof.containers));
    }
    match world::image(site, kept)? {
        Some(found) if found.id == image => {}
        Some(_) => return Ok(Err(vec![format!("`{kept}` is not the image that ran before")])),
        None => return Ok(Err(vec![format!("the image that ran before is gone: `{kept}` leads nowhere")])),
    }
    let text = file::read_text(&site.context.root.join(&main.path)).map_err(|error| {
        let hint = "put the compose file back";
        Reason::new(ReasonKind::ConfigInvalid, format!("cannot read `{}`: {error}", main.path), hint)
    })?;
    let service = &site.deploy.service;
    let pin = site.context.folder.file("restore.yml");
    file::write_whole(&pin, &compose::pin(compose.generation, &text, service, kept))
        .map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", pin.display()))?;
    let pins = [pin.to_string_lossy().into_owned()];
    let argv = site.project(&pins).map(|project| project.up_without_build_argv(service)).unwrap_or_default();
    let answer = site.carry_out("compose-restore", argv, &[])?;
    let done = compose::read_done(answer.exit, &answer.stderr);
    if let Err(reason) = done {
        return if reason.kind == ReasonKind::Interrupted {
            Err(reason.into())
        } else {
            Ok(Err(vec![reason.message]))
        };
    }
    Ok(match watch(site, Wanted::default())? {
        Watched::Healthy(proof) => {
            let other = proof.containers.iter().find(|container| container.image != image);
            match other {
                None => Ok(proof.containers),
                Some(other) => Err(vec![format!(
                    "container {} does not run the image that ran before",
                    other.short_id()
                )]),
            }
        }
        Watched::Unhealthy(words) | Watched::Unknown(words) => Err(words),
    })
}

fn no_compose_file() -> String {
    "the policy names no compose file, so what a script brought up cannot be put back from here".to_owned()
}
