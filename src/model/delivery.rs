//! How a component is brought to a stage, as the policy declares it, and what shows that it arrived.
//!
//! Not here: the reading of the policy (`policy`), and the deeds themselves (`app::deploy`).

use std::time::Duration;

use super::place::DeclaredPath;

/// `[component.NAME.deploy.STAGE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    /// The compose file; `None` where only a script deploys.
    pub compose_file: Option<DeclaredPath>,
    /// The service in the compose file.
    pub service: String,
    /// Executable and arguments in place of `compose up -d`, run in the project's root; empty where compose is
    /// called directly. Never seen by a shell.
    pub script: Vec<String>,
    /// Files of variables, for compose and for the script. All their values are secrets.
    pub env_files: Vec<DeclaredPath>,
    /// What answers once the service is up.
    pub health: Option<Health>,
    /// What the logs may not hold.
    pub logs: LogRules,
    /// What to do with a deployment that does not become healthy.
    pub on_failure: OnFailure,
}

/// An address that must answer, and for how long it must go on to do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The address.
    pub url: String,
    /// The HTTP status of a good answer.
    pub status: u16,
    /// A regular expression that the body of a good answer matches; `{container}` in it stands for the first
    /// twelve characters of the new container's ID.
    pub body: Option<String>,
    /// How long to wait before it is first asked.
    pub delay: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
    /// How long it must answer well without a break.
    pub stable: Duration,
    /// How long all of this may take.
    pub deadline: Duration,
}

/// Which lines of a service's logs tell of a fault. Regular expressions, which the policy has tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRules {
    /// A line that matches one of these is a fault.
    pub error: Vec<String>,
    /// A line that matches one of these is none all the same.
    pub allow: Vec<String>,
}

/// What becomes of a deployment that is not healthy in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It stays as it is, for a person to look at.
    Stop,
    /// What ran before is put back.
    Rollback,
}

impl OnFailure {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Rollback => "rollback",
        }
    }
}

/// `[project.github]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHub {
    /// The labels of promotion issues, besides the priority and the stage.
    pub labels: Vec<String>,
    /// A template for the text of promotion issues in place of the built-in one.
    pub template: Option<DeclaredPath>,
    /// The number of the issue that holds the status report.
    pub status_issue: Option<u64>,
}
