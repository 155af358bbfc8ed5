//! Whether what runs now is what was deployed and observed, and is well. Not its history: that is the observation's. But
//! what was started again since the last look is no part of that history yet, and must be looked at first.

use crate::app::context::Context;
use crate::app::deploy::site::Site;
use crate::app::deploy::watch::unanswered;
use crate::app::deploy::world;
use crate::model::container::{Container, ContainerHealth, ContainerState, ContainerStatus};

use super::case::Case;
use super::outcome::{Against, CompleteError};

/// What sets what runs now apart from what was observed; nothing where it is the same and well.
pub(super) fn against(case: &Case<'_>, context: &Context<'_>) -> Result<Against, CompleteError> {
    let (component, to) = (case.component, case.to());
    let no_way = || CompleteError::NoWay { component: component.name.clone(), to };
    let deploy = component.deploy.get(&to).ok_or_else(no_way)?;
    let site = Site::find(context, &component.name, deploy)?;
    let containers = world::containers(&site)?;
    let mut refused: Vec<String> = containers.iter().filter_map(ill).collect();
    if deploy.compose_file.is_some() && containers.is_empty() {
        refused.push("nothing of it runs".to_owned());
    }
    let unanswered = unanswered(&site, &containers);
    refused.extend(unanswered.map(|why| format!("it does not answer as it should: {why}")));
    let running: Vec<ContainerState> = containers.iter().map(Into::into).collect();
    let deployed = case.deployment().map(|deployment| deployment.running.as_slice()).unwrap_or_default();
    // Where a script brought it up, its address alone tells of it.
    if !deployed.is_empty() && refused.is_empty() {
        refused.extend(replaced(deployed, &running));
    }
    let name = &component.name;
    if !refused.is_empty() {
        let hint = format!("deploy it again with `tta-promote deploy {name}`, and observe what runs then");
        return Ok(Against { refused, waiting: Vec::new(), hint });
    }
    let is_another = !deployed.is_empty() && runs(case.last_seen()) != runs(&running);
    let waiting = is_another.then(|| "it was started again since it was observed last".to_owned());
    let hint =
        format!("observe what runs now with `tta-promote observe {name}`: its soak begins again there");
    Ok(Against { refused, waiting: waiting.into_iter().collect(), hint })
}

/// What sets other containers apart from those that were deployed.
fn replaced(deployed: &[ContainerState], running: &[ContainerState]) -> Vec<String> {
    let images = |containers: &[ContainerState]| sorted(containers, |one| one.image.clone());
    let configurations = |containers: &[ContainerState]| sorted(containers, |one| one.config_hash.clone());
    let mut differences = Vec::new();
    if images(deployed) != images(running) {
        differences.push("another image runs than the one that was deployed".to_owned());
    }
    if configurations(deployed) != configurations(running) {
        differences
            .push("it runs under another configuration than the one that it was deployed with".to_owned());
    }
    differences
}

/// What is another one once a container was made or started again.
fn runs(containers: &[ContainerState]) -> Vec<(String, u64, String)> {
    sorted(containers, |one| (one.id.clone(), one.restarts, one.started.clone()))
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
