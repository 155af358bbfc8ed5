//! Looks at a service until it is proven to be well, or until it is clear that it will not be.
//!
//! Not here: the judgement, which is pure (`judge::rollout`). This only looks, waits, and looks again.

use std::net::SocketAddr;
use std::time::Duration;

use regex::Regex;

use crate::judge::rollout::{Judgement, Proof, rollout, seen};
use crate::model::container::Container;
use crate::model::delivery::Health;
use crate::model::reason::ReasonKind;
use crate::model::sighting::{Binding, Expected, Look, Origin, Probe, Sighting};
use crate::sys::clock::Stopwatch;
use crate::sys::http;

use super::log::{self, Rules};
use super::site::{Halt, Site, interrupted};
use super::world;

/// How long the address may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// What stands for the container in the pattern of a body.
const CONTAINER: &str = "{container}";
/// What is watched where the policy names no address.
const WITHOUT_ADDRESS: Pace = Pace {
    delay: Duration::ZERO,
    interval: Duration::from_secs(1),
    stable: Duration::from_secs(5),
    deadline: Duration::from_secs(120),
};
/// What looking itself may take without being called a break.
const SLOWNESS: Duration = Duration::from_secs(8);

/// What came of watching.
#[derive(Debug)]
pub enum Watched {
    /// It is well.
    Healthy(Proof),
    /// It is not: what was seen.
    Unhealthy(Vec<String>),
    /// The engine did not tell at the end.
    Unknown(Vec<String>),
}

/// When it is looked.
#[derive(Debug, Clone, Copy)]
struct Pace {
    delay: Duration,
    interval: Duration,
    stable: Duration,
    deadline: Duration,
}

impl Pace {
    fn of(health: Option<&Health>) -> Self {
        health.map_or(WITHOUT_ADDRESS, |health| Self {
            delay: health.delay,
            interval: health.interval,
            stable: health.stable,
            deadline: health.deadline,
        })
    }
}

/// What must be seen, apart from how long.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The digest of the configuration.
    pub config_hash: Option<String>,
    /// The commits that the image may say that it was built from.
    pub revisions: Option<Vec<String>>,
}

/// Watches the service.
pub fn watch(site: &Site<'_>, wanted: Wanted) -> Result<Watched, Halt> {
    let label = format!("watch {}", site.component);
    let watch = Stopwatch::start();
    site.context.listener.began(&label);
    let watched = look_until_proven(site, &expected(site, wanted));
    site.context.listener.ended(&label, watch.elapsed());
    watched
}

fn expected(site: &Site<'_>, wanted: Wanted) -> Expected {
    let pace = Pace::of(site.deploy.health.as_ref());
    Expected {
        config_hash: wanted.config_hash,
        revisions: wanted.revisions,
        containers: site.deploy.compose_file.is_some(),
        address: site.deploy.health.is_some(),
        stable: pace.stable,
        gap: pace.interval * 2 + SLOWNESS,
    }
}

fn look_until_proven(site: &Site<'_>, expected: &Expected) -> Result<Watched, Halt> {
    let pace = Pace::of(site.deploy.health.as_ref());
    let rules = Rules::of(&site.deploy.logs)?;
    let watch = Stopwatch::start();
    let mut sightings = Vec::new();
    let mut rest = pace.delay;
    loop {
        if site.context.interrupt.rest(rest) {
            return Err(interrupted().into());
        }
        sightings.push(sight(site, &rules, watch)?);
        match rollout(expected, &sightings) {
            Judgement::Healthy(proof) => return Ok(Watched::Healthy(proof)),
            Judgement::Hopeless => return Ok(Watched::Unhealthy(seen(expected, &sightings))),
            Judgement::Open if watch.elapsed() >= pace.deadline => {
                let words = seen(expected, &sightings);
                let told = sightings.last().is_some_and(|last| last.containers.is_ok());
                return Ok(if told { Watched::Unhealthy(words) } else { Watched::Unknown(words) });
            }
            Judgement::Open => rest = pace.interval,
        }
    }
}

/// One look without the logs: whether the service runs as wanted now, and is well as far as one look can tell.
pub fn is_so(site: &Site<'_>, wanted: Wanted) -> Result<Option<Vec<Container>>, Halt> {
    let expected = Expected { stable: Duration::ZERO, ..expected(site, wanted) };
    let rules = Rules::of(&crate::model::delivery::LogRules { error: Vec::new(), allow: Vec::new() })?;
    let watch = Stopwatch::start();
    // Two looks: between two crashes a container says that it runs.
    let mut sightings = vec![sight(site, &rules, watch)?];
    if matches!(&sightings[..], [Sighting { containers: Ok(looks), .. }] if !looks.is_empty()) {
        sightings.push(sight(site, &rules, watch)?);
    }
    Ok(match rollout(&expected, &sightings) {
        Judgement::Healthy(proof) => Some(proof.containers),
        Judgement::Open | Judgement::Hopeless => None,
    })
}

/// Why the address does not answer as it should, now and after a few more attempts; `None` where it does, or where the
/// policy names none.
pub fn unanswered(site: &Site<'_>, containers: &[Container]) -> Option<String> {
    const ATTEMPTS: usize = 3;
    let health = site.deploy.health.as_ref()?;
    let look = |container: &Container| Look {
        container: container.clone(),
        resolved: None,
        origin: Origin::Untold,
        is_comparable: false,
    };
    let looks: Vec<Look> = containers.iter().map(look).collect();
    let mut why = None;
    for _ in 0..ATTEMPTS {
        match probe(site, health, &looks) {
            Probe::Good(_) => return None,
            Probe::Bad(words) => why = Some(words),
        }
        if site.context.interrupt.rest(health.interval) {
            break;
        }
    }
    why
}

fn sight(site: &Site<'_>, rules: &Rules, watch: Stopwatch) -> Result<Sighting, Halt> {
    let mut sighting = Sighting {
        at: watch.elapsed(),
        containers: Ok(Vec::new()),
        probe: None,
        log_faults: Vec::new(),
        unread_logs: None,
    };
    match world::looks(site) {
        Ok(looks) => sighting.containers = Ok(looks),
        Err(Halt::World(reason)) if reason.kind == ReasonKind::Interrupted => return Err(reason.into()),
        Err(Halt::World(reason)) => sighting.containers = Err(reason.message),
        Err(own) => return Err(own),
    }
    let looks = sighting.containers.as_deref().unwrap_or_default();
    for look in looks.iter().filter(|_| !rules.is_idle()) {
        match log::faults(site, rules, &look.container) {
            Ok(faults) => sighting.log_faults.extend(faults),
            Err(Halt::World(reason)) if reason.kind == ReasonKind::Interrupted => return Err(reason.into()),
            Err(Halt::World(reason)) => sighting.unread_logs = Some(reason.message),
            Err(own) => return Err(own),
        }
    }
    sighting.probe = site.deploy.health.as_ref().map(|health| probe(site, health, looks));
    Ok(sighting)
}

fn probe(site: &Site<'_>, health: &Health, looks: &[Look]) -> Probe {
    match http::get(&health.url, ANSWER) {
        Ok(answer) => judged(site, health, &answer, looks),
        Err(why) => Probe::Bad(why.to_string()),
    }
}

/// What an answer of the address says.
pub fn judged(site: &Site<'_>, health: &Health, answer: &http::Answer, looks: &[Look]) -> Probe {
    if answer.status != health.status {
        let to = answer.location.as_ref().map_or_else(String::new, |to| format!(", which leads to `{to}`"));
        return Probe::Bad(format!("it answers with status {}{to}", answer.status));
    }
    let binding = match &health.body {
        None => Some(Binding::Unbound),
        Some(pattern) => matches(pattern, &answer.body, looks),
    };
    let is_published = || {
        let leads_to = |at: &SocketAddr| looks.iter().any(|look| look.container.is_published_at(*at));
        let addresses = http::local_addresses(&health.url);
        site.publishes_here() && !addresses.is_empty() && addresses.iter().all(leads_to)
    };
    match binding {
        None => {
            let beginning: String = site.secrets.hide(&answer.body).chars().take(80).collect();
            Probe::Bad(format!("its text is not as declared: `{}`", beginning.trim()))
        }
        Some(Binding::Unbound) if is_published() => Probe::Good(Binding::Port),
        Some(binding) => Probe::Good(binding),
    }
}

/// How a body that matches is bound to the containers; `None` where it does not match.
fn matches(pattern: &str, body: &str, looks: &[Look]) -> Option<Binding> {
    let is_match = |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(body));
    if !pattern.contains(CONTAINER) {
        return is_match(pattern).then_some(Binding::Unbound);
    }
    let named = looks.iter().any(|look| is_match(&pattern.replace(CONTAINER, look.container.short_id())));
    named.then_some(Binding::Body)
}
