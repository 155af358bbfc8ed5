//! What was seen of a service at one moment after its deployment.
//!
//! Not here: looking (`app::deploy`), and what a row of sightings proves (`judge::rollout`).

use std::time::Duration;

use super::container::Container;

/// One look at a service: its containers, its address, its logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When, since the watch began.
    pub at: Duration,
    /// The service's containers; why they are not known, where the engine did not tell.
    pub containers: Result<Vec<Look>, String>,
    /// What the service's address answered; `None` where the policy names none, or it was not asked.
    pub probe: Option<Probe>,
    /// Lines of the logs since the start of the containers that tell of a fault.
    pub log_faults: Vec<String>,
    /// Why the logs could not be read.
    pub unread_logs: Option<String>,
}

/// A container and what its image's name leads to at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The container.
    pub container: Container,
    /// The ID of the image that the name leads to; `None` where it leads nowhere any more.
    pub resolved: Option<String>,
    /// What the image says that it was built from.
    pub origin: Origin,
    /// Whether the digest of its configuration can be compared: each generation of compose has its own.
    pub is_comparable: bool,
}

/// What an image says of the commit that it was built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing, or a commit of another repository, as an image does that took its label over from the one below it.
    Untold,
    /// A commit of this repository.
    Told(String),
    /// A commit of which it is not known whether it is one of this repository.
    Unknown(String),
}

/// What the address of a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// As a good answer is declared.
    Good(Binding),
    /// Otherwise, in words.
    Bad(String),
}

/// How it is known that an answer came from the new container, and not from one that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// It is not known.
    Unbound,
    /// The port that was asked is published by the container.
    Port,
    /// The answer names the container.
    Body,
}

impl Binding {
    /// What it is called in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unbound => "unbound",
            Self::Port => "port",
            Self::Body => "body",
        }
    }
}

/// What must be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The digest of the service's configuration as compose renders it now; `None` where compose is not asked.
    pub config_hash: Option<String>,
    /// The commits that the image may say that it was built from, it may also say nothing; `None`: any.
    pub revisions: Option<Vec<String>>,
    /// Whether containers are looked at; a script alone may know where they are.
    pub containers: bool,
    /// Whether the policy names an address.
    pub address: bool,
    /// How long all must stay well without a break.
    pub stable: Duration,
    /// The longest time between two sightings of which it can be said that nothing broke in between.
    pub gap: Duration,
}
