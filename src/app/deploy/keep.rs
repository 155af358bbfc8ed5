//! Keeps the image that runs before a deployment, so that it can be put back.
//!
//! Not here: putting it back (`restore`).

use crate::model::container::Container;
use crate::model::promotion::PromotionId;
use crate::tools::docker;

use super::site::{Halt, Site};
use super::world;

/// How many names are tried: one for each image that ran before a deployment of the same promotion.
const NAMES: usize = 100;

/// Gives the image that runs a name under which pruning does not take it, and tells the name; `None` where nothing
/// runs. A name that keeps another image stays as it is: a rollback goes back to the first of several.
pub fn keep(site: &Site<'_>, promotion: &PromotionId, before: &[Container]) -> Result<Option<String>, Halt> {
    let Some(container) = before.first() else { return Ok(None) };
    let plain = docker::kept_name(site.component, promotion.as_str());
    let mut name = plain.clone();
    for number in 2..NAMES {
        match world::image(site, &name)? {
            Some(other) if other.id != container.image => name = format!("{plain}-{number}"),
            Some(_) | None => break,
        }
    }
    let answer = site.ask("docker-tag", docker::tag_argv("docker", &container.image, &name))?;
    docker::read_done(answer.exit, &answer.stderr)?;
    Ok(Some(name))
}
