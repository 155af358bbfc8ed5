//! A container of a service, as the engine tells of it: what it runs and how it is.
//!
//! Not here: how the engine is asked (`tools::docker`), and whether this is well (`judge::rollout`).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One container at one moment. Its environment is never looked at: it holds secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its ID, 64 hexadecimal digits.
    pub id: String,
    /// The ID of the image that it runs.
    pub image: String,
    /// What the image was called when it was made.
    pub reference: String,
    /// What it does.
    pub status: ContainerStatus,
    /// With what its process last ended; 0 while it runs.
    pub exit_code: i64,
    /// Why it could not be started, in the engine's words; else empty.
    pub error: String,
    /// When its process was last started, as the engine writes it.
    pub started_at: String,
    /// What its own health check says; `None` where it has none.
    pub health: Option<ContainerHealth>,
    /// How often the engine has restarted it.
    pub restarts: u64,
    /// The digest of the service's configuration that compose made it from.
    pub config_hash: Option<String>,
    /// The version of the compose that made it.
    pub made_by: Option<String>,
    /// The TCP ports of the engine's machine that lead to it.
    pub ports: Vec<Published>,
}

/// A TCP port that leads to a container. HTTP needs no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// The address that it is published at; an unspecified one stands for all of its family.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl Container {
    /// The beginning of its ID, as people and the container itself see it.
    pub fn short_id(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    /// Whether who connects to `at` comes to it. `0.0.0.0` is no address of version 6, and `::` none of version 4: the
    /// engine publishes at both where it is told neither.
    pub fn is_published_at(&self, at: SocketAddr) -> bool {
        self.ports.iter().any(|published| {
            let is_all = published.address.is_unspecified() && published.address.is_ipv4() == at.is_ipv4();
            published.port == at.port() && (is_all || published.address == at.ip())
        })
    }
}

/// What a container does, in the engine's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerStatus {
    /// It was never started.
    Created,
    /// Its process runs. So it says between two crashes too.
    Running,
    /// Its process is held.
    Paused,
    /// Its process has ended and is about to be started again.
    Restarting,
    /// It is being removed.
    Removing,
    /// Its process has ended.
    Exited,
    /// It could not be removed.
    Dead,
}

impl ContainerStatus {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Running,
        Self::Paused,
        Self::Restarting,
        Self::Removing,
        Self::Exited,
        Self::Dead,
    ];

    /// The engine's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl fmt::Display for ContainerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a container's own health check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerHealth {
    /// It has not said anything yet.
    Starting,
    /// It is well.
    Healthy,
    /// It has failed as often as it may.
    Unhealthy,
}

impl ContainerHealth {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Starting, Self::Healthy, Self::Unhealthy];

    /// The engine's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// The health of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.name() == name)
    }
}

impl fmt::Display for ContainerHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What runs, or ran, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// Its id, in hexadecimal.
    pub id: String,
    /// The id of its image, such as `sha256:…`.
    pub image: String,
    /// The name that the image was asked for by.
    pub reference: String,
    /// `created`, `running`, `restarting`, `paused`, `exited` or `dead`.
    pub status: String,
    /// `starting`, `healthy` or `unhealthy`; `None` where it has no health check of its own.
    pub health: Option<String>,
    /// How often the engine has started it again.
    pub restarts: u64,
    /// When it was started last, as the engine writes it.
    pub started: String,
    /// What compose calls the configuration that it was made by; `None` where compose did not make it.
    pub config_hash: Option<String>,
}

impl From<&Container> for ContainerState {
    fn from(container: &Container) -> Self {
        Self {
            id: container.id.clone(),
            image: container.image.clone(),
            reference: container.reference.clone(),
            status: container.status.name().to_owned(),
            health: container.health.map(|health| health.name().to_owned()),
            restarts: container.restarts,
            started: container.started_at.clone(),
            config_hash: container.config_hash.clone(),
        }
    }
}
