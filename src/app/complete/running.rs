//! Whether what runs now is what was deployed and observed, and is well. Not its history: that is the observation's.

use crate::app::context::Context;
use crate::app::deploy::site::Site;
use crate::app::deploy::watch::{Wanted, is_so};
use crate::model::container::{Container, ContainerState};

use super::case::Case;
use super::outcome::CompleteError;

/// What sets what runs now apart from what was deployed; nothing where it is the same and well.
pub(super) fn differences(case: &Case<'_>, context: &Context<'_>) -> Result<Vec<String>, CompleteError> {
    let (component, to) = (case.component, case.to());
    let no_way = || CompleteError::NoWay { component: component.name.clone(), to };
    let deploy = component.deploy.get(&to).ok_or_else(no_way)?;
    let deployed = case.deployment().map(|deployment| deployment.running.as_slice()).unwrap_or_default();
    let site = Site::find(context, &component.name, deploy)?;
    let Some(running) = is_so(&site, Wanted::default())? else {
        return Ok(vec!["what runs is not well now, or nothing does".to_owned()]);
    };
    let running: Vec<ContainerState> = running.iter().map(|container: &Container| container.into()).collect();
    if deployed.is_empty() {
        // A script brought it up, and its address alone tells of it.
        return Ok(Vec::new());
    }
    let images = |containers: &[ContainerState]| sorted(containers, |one| one.image.clone());
    let configurations = |containers: &[ContainerState]| sorted(containers, |one| one.config_hash.clone());
    let mut differences = Vec::new();
    if images(deployed) != images(&running) {
        differences.push("another image runs than the one that was deployed".to_owned());
    }
    if configurations(deployed) != configurations(&running) {
        differences
            .push("it runs under another configuration than the one that it was deployed with".to_owned());
    }
    Ok(differences)
}

fn sorted<T: Ord>(containers: &[ContainerState], what: impl Fn(&ContainerState) -> T) -> Vec<T> {
    let mut all: Vec<T> = containers.iter().map(what).collect();
    all.sort_unstable();
    all
}
