//! Whether what runs now is what was deployed and observed, and is well. Not its history: that is the observation's.

use crate::app::context::Context;
use crate::app::deploy::site::Site;
use crate::app::deploy::watch::unanswered;
use crate::app::deploy::world;
use crate::model::container::{Container, ContainerHealth, ContainerState, ContainerStatus};

use super::case::Case;
use super::outcome::CompleteError;

/// What sets what runs now apart from what was deployed; nothing where it is the same and well.
pub(super) fn differences(case: &Case<'_>, context: &Context<'_>) -> Result<Vec<String>, CompleteError> {
    let (component, to) = (case.component, case.to());
    let no_way = || CompleteError::NoWay { component: component.name.clone(), to };
    let deploy = component.deploy.get(&to).ok_or_else(no_way)?;
    let deployed = case.deployment().map(|deployment| deployment.running.as_slice()).unwrap_or_default();
    let site = Site::find(context, &component.name, deploy)?;
    let containers = world::containers(&site)?;
    let mut differences: Vec<String> = containers.iter().filter_map(ill).collect();
    if deploy.compose_file.is_some() && containers.is_empty() {
        differences.push("nothing of it runs".to_owned());
    }
    let unanswered = unanswered(&site, &containers);
    differences.extend(unanswered.map(|why| format!("it does not answer as it should: {why}")));
    // Where a script brought it up, its address alone tells of it.
    if deployed.is_empty() || !differences.is_empty() {
        return Ok(differences);
    }
    let running: Vec<ContainerState> = containers.iter().map(Into::into).collect();
    let images = |containers: &[ContainerState]| sorted(containers, |one| one.image.clone());
    let configurations = |containers: &[ContainerState]| sorted(containers, |one| one.config_hash.clone());
    if images(deployed) != images(&running) {
        differences.push("another image runs than the one that was deployed".to_owned());
    }
    if configurations(deployed) != configurations(&running) {
        differences
            .push("it runs under another configuration than the one that it was deployed with".to_owned());
    }
    Ok(differences)
}

/// Why a container is not well.
fn ill(container: &Container) -> Option<String> {
    let is_well = container.status == ContainerStatus::Running
        && matches!(container.health, None | Some(ContainerHealth::Healthy));
    (!is_well).then(|| format!("container {} is {}, or not healthy", container.short_id(), container.status))
}

fn sorted<T: Ord>(containers: &[ContainerState], what: impl Fn(&ContainerState) -> T) -> Vec<T> {
    let mut all: Vec<T> = containers.iter().map(what).collect();
    all.sort_unstable();
    all
}
