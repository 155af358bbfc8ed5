//! What the engine says of a candidate: its containers, and what they wrote in a window.
//!
//! Not its address (`health`). An engine that cannot be asked is no container that is away: only what was seen is told.

use crate::app::context::Context;
use crate::app::deploy::log::{self, Rules};
use crate::app::deploy::site::{Halt, Site};
use crate::app::deploy::world;
use crate::lifecycle::Subject;
use crate::model::container::{ContainerHealth, ContainerState, ContainerStatus};
use crate::model::delivery::Deploy;
use crate::model::observation::{Reading, Sign, Window};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::sighting::Look;
use crate::model::watch::CONTAINER;

/// What the engine said.
pub(super) struct Engine<'a> {
    /// The place; `None` where the policy does not say how it is deployed.
    pub(super) deploy: Option<&'a Deploy>,
    pub(super) site: Option<Site<'a>>,
    /// The containers, or why they are not known.
    pub(super) looks: Result<Vec<Look>, String>,
    subject: Option<&'a Subject>,
}

/// A reading without a figure.
pub(super) fn plain(rule: &str, sign: Sign, detail: impl Into<String>) -> Reading {
    Reading { rule: rule.to_owned(), sign, detail: detail.into(), value: None, samples: None, query: None }
}

impl<'a> Engine<'a> {
    /// There is nothing to ask.
    pub(super) fn absent() -> Self {
        Self { deploy: None, site: None, looks: Ok(Vec::new()), subject: None }
    }

    /// Asks the engine.
    pub(super) fn look(
        context: &'a Context<'a>,
        component: &'a str,
        deploy: &'a Deploy,
        subject: &'a Subject,
    ) -> Result<Self, Halt> {
        let mut engine =
            Self { deploy: Some(deploy), site: None, looks: Ok(Vec::new()), subject: Some(subject) };
        match known(Site::find(context, component, deploy))? {
            Ok(site) => {
                engine.looks = known(world::looks(&site))?;
                engine.site = Some(site);
            }
            Err(why) => engine.looks = Err(why),
        }
        Ok(engine)
    }

    /// What runs, as it is remembered.
    pub(super) fn running(&self) -> Vec<ContainerState> {
        self.looks.iter().flatten().map(|look| (&look.container).into()).collect()
    }

    /// Whether what was deployed runs, without a break since the last look. `None` where nothing is known of containers.
    pub(super) fn container(&self) -> Option<Reading> {
        self.deploy?.compose_file.as_ref()?;
        let reading = |sign, detail: String| Some(plain(CONTAINER, sign, detail));
        let looks = match &self.looks {
            Ok(looks) => looks,
            Err(why) => return reading(Sign::Unreachable, why.clone()),
        };
        if let Some(why) = looks.iter().find_map(unwell) {
            return reading(Sign::Bad, why);
        }
        let running = self.running();
        let Some(first) = running.first() else {
            return reading(Sign::Bad, "there is no container of the service".to_owned());
        };
        if let Some(why) = self.subject.and_then(|subject| apart(subject, &running)) {
            return reading(Sign::Bad, why);
        }
        let image = first.image.strip_prefix("sha256:").unwrap_or(&first.image);
        let [id, image] = [&first.id, image].map(|id| id.get(..12).unwrap_or(id).to_owned());
        let detail = format!(
            "container {id} runs image {image} since {}, restarts: {}",
            first.started, first.restarts
        );
        Some(Reading { value: Some(first.restarts.to_string()), ..plain(CONTAINER, Sign::Good, detail) })
    }

    /// Whether the containers wrote of a fault in the window. `None` where nobody asks.
    pub(super) fn logs(&self, window: Window) -> Result<Option<Reading>, Halt> {
        const RULE: &str = "logs";
        let Some(deploy) = self.deploy.filter(|deploy| deploy.compose_file.is_some()) else {
            return Ok(None);
        };
        let rules = match Rules::of(&deploy.logs) {
            Ok(rules) if rules.is_idle() => return Ok(None),
            Ok(rules) => rules,
            Err(reason) => return Ok(Some(plain(RULE, Sign::Unknown, reason.message))),
        };
        let (site, looks) = match (&self.site, &self.looks) {
            (Some(site), Ok(looks)) => (site, looks),
            (_, Err(why)) => return Ok(Some(plain(RULE, Sign::Unreachable, why.clone()))),
            (None, Ok(_)) => return Ok(None),
        };
        if looks.is_empty() {
            return Ok(Some(plain(RULE, Sign::Unknown, "there is no container whose log could be read")));
        }
        let mut faults = Vec::new();
        for look in looks {
            match known(log::faults_within(site, &rules, &look.container, window))? {
                Ok(found) => faults.extend(found),
                Err(why) => return Ok(Some(plain(RULE, Sign::Unreachable, why))),
            }
        }
        let (sign, detail) = match faults.as_slice() {
            [] => (Sign::Good, "no line tells of a fault".to_owned()),
            lines => (Sign::Bad, format!("lines that tell of a fault: `{}`", lines.join("`, `"))),
        };
        Ok(Some(Reading { value: Some(faults.len().to_string()), ..plain(RULE, sign, detail) }))
    }
}

/// What came of a question, or why the world did not answer it.
fn known<T>(asked: Result<T, Halt>) -> Result<Result<T, String>, Halt> {
    match asked {
        Ok(answer) => Ok(Ok(answer)),
        Err(Halt::World(Reason { kind: ReasonKind::Interrupted, message, hint })) => {
            Err(Halt::World(Reason { kind: ReasonKind::Interrupted, message, hint }))
        }
        Err(Halt::World(reason)) => Ok(Err(reason.message)),
        Err(own @ Halt::Own(_)) => Err(own),
    }
}

fn unwell(look: &Look) -> Option<String> {
    let container = &look.container;
    if container.status != ContainerStatus::Running {
        let (id, status, code) = (container.short_id(), container.status, container.exit_code);
        return Some(format!("container {id} is {status}, exit code {code}"));
    }
    let is_sick = container.health == Some(ContainerHealth::Unhealthy);
    is_sick.then(|| format!("container {} says that it is unhealthy", container.short_id()))
}

/// What sets what runs apart from what was deployed, or from what ran when it was looked at last.
fn apart(subject: &Subject, running: &[ContainerState]) -> Option<String> {
    let deployed = &subject.deployment.running;
    let sorted = |all: &[ContainerState], what: fn(&ContainerState) -> String| {
        let mut all: Vec<String> = all.iter().map(what).collect();
        all.sort_unstable();
        all
    };
    let differs = |other: &[ContainerState], what| sorted(other, what) != sorted(running, what);
    if deployed.is_empty() {
        None
    } else if differs(deployed, |one| one.image.clone()) {
        Some("another image runs than the one that was deployed".to_owned())
    } else if differs(deployed, |one| one.config_hash.clone().unwrap_or_default()) {
        Some("it runs under another configuration than it was deployed with".to_owned())
    } else if differs(&subject.before, |one| format!("{} {} {}", one.id, one.restarts, one.started)) {
        let restarts: u64 = running.iter().map(|one| one.restarts).sum();
        Some(format!("it was started again since the last look, restarts: {restarts}"))
    } else {
        None
    }
}
