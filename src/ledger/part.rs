//! What several kinds of records are written with: containers and stages, and what all of them are read by. See `wire`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::container::ContainerState;
use crate::model::stage::Stage;

/// What is written of something, or as much of it as is read.
pub(super) trait Written<T> {
    /// As it was, as far as it was read; or what is wrong with it.
    fn read(self) -> Result<T, String>;
}

/// A container as it is written.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Container {
    id: String,
    image: String,
    reference: String,
    status: String,
    health: Option<String>,
    restarts: u64,
    started: String,
    config_hash: Option<String>,
}

impl Container {
    /// As it is written.
    pub(super) fn of(state: ContainerState) -> Self {
        let ContainerState { id, image, reference, status, health, restarts, started, config_hash } = state;
        Self { id, image, reference, status, health, restarts, started, config_hash }
    }

    /// As it was.
    pub(super) fn read(self) -> ContainerState {
        let Self { id, image, reference, status, health, restarts, started, config_hash } = self;
        ContainerState { id, image, reference, status, health, restarts, started, config_hash }
    }
}

/// The stage of that name.
pub(super) fn stage(name: &str) -> Result<Stage, String> {
    Stage::from_name(name).ok_or_else(|| format!("there is no stage `{name}`"))
}
