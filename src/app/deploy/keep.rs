//! Keeps the image that runs before a deployment, so that it can be put back.
//!
//! Not here: putting it back (`restore`).

use crate::model::container::Container;
use crate::model::promotion_id::PromotionId;
use crate::tools::docker;

use super::site::{Halt, Site};

/// Gives the image that runs a name under which pruning does not take it, and tells the name; `None` where nothing
/// runs.
pub fn keep(site: &Site<'_>, promotion: &PromotionId, before: &[Container]) -> Result<Option<String>, Halt> {
    let Some(container) = before.first() else { return Ok(None) };
    let name = docker::kept_name(site.component, promotion.as_str(), &container.image);
    let answer = site.ask("docker-tag", docker::tag_argv("docker", &container.image, &name))?;
    docker::read_done(answer.exit, &answer.stderr)?;
    Ok(Some(name))
}
