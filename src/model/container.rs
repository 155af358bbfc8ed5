//! A container as the engine showed it at one moment.

/// What runs, or ran.
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
