//! Whether what was seen of a service proves that its deployment is well. Pure: sightings in, a judgement out.
//!
//! Not here: looking, and the clock. The hard part is a crash loop, which says "running" between two crashes: so
//! nothing is proven but by a row of sightings of the same containers, without a break, of the declared length.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::container::{Container, ContainerHealth, ContainerStatus};
use crate::model::sighting::{Binding, Expected, Look, Origin, Probe, Sighting};

/// How long what does not mend itself is watched before it is given up.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a row of sightings comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The deployment is well.
    Healthy(Proof),
    /// It is not proven yet.
    Open,
    /// It will not become well by waiting.
    Hopeless,
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The containers, as last seen.
    pub containers: Vec<Container>,
    /// How the answers of the address are bound to them, at the weakest; `None` where there is no address.
    pub binding: Option<Binding>,
    /// How long all was well without a break.
    pub window: Duration,
    /// Whether each image says that it was built from a commit of this repository.
    pub is_tied: bool,
}

/// What is not well about one sighting.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    words: String,
    mends: Mends,
}

/// Whether something may become well by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mends {
    /// A start takes time.
    Perhaps,
    /// Where it lasts, it stays.
    Hardly,
    /// What is in the log stays there.
    Never,
}

/// Judges what was seen so far, the earliest first.
pub fn rollout(expected: &Expected, sightings: &[Sighting]) -> Judgement {
    let Some(last) = sightings.last() else { return Judgement::Open };
    let row = row_of(sightings, expected.gap, |sighting| troubles(expected, sighting).is_empty());
    if let (Some(first), Ok(looks)) = (row.first(), &last.containers) {
        let window = last.at.saturating_sub(first.at);
        if row.len() > 1 && window >= expected.stable {
            let containers = looks.iter().map(|look| look.container.clone()).collect();
            let is_tied = looks.iter().all(|look| look.origin != Origin::Untold);
            return Judgement::Healthy(Proof { containers, binding: weakest(row), window, is_tied });
        }
    }
    if troubles(expected, last).iter().any(|trouble| trouble.mends == Mends::Never) {
        return Judgement::Hopeless;
    }
    let row = row_of(sightings, expected.gap, |sighting| {
        troubles(expected, sighting).iter().any(|trouble| trouble.mends == Mends::Hardly)
    });
    match row.first() {
        Some(first) if last.at.saturating_sub(first.at) >= PATIENCE => Judgement::Hopeless,
        Some(_) | None => Judgement::Open,
    }
}

/// What was not well, in words, each with how often it was seen.
pub fn seen(expected: &Expected, sightings: &[Sighting]) -> Vec<String> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (number, sighting) in sightings.iter().enumerate() {
        for trouble in troubles(expected, sighting) {
            counts.entry(trouble.words).or_insert((number, 0)).1 += 1;
        }
    }
    let mut words: Vec<(usize, String)> = counts
        .into_iter()
        .map(|(words, (first, count))| (first, format!("{words} (in {count} of {} looks)", sightings.len())))
        .collect();
    words.sort();
    let mut words: Vec<String> = words.into_iter().map(|(_, words)| words).collect();
    words.extend(restarts(sightings));
    if words.is_empty() {
        words.push(match sightings.last() {
            Some(last) => format!("it was watched for {} s, which proves too little", last.at.as_secs()),
            None => "it was not looked at".to_owned(),
        });
    }
    words
}

/// The longest unbroken row at the end of which each sighting is as told and of the same containers.
fn row_of(sightings: &[Sighting], gap: Duration, is_so: impl Fn(&Sighting) -> bool) -> &[Sighting] {
    let mut start = sightings.len();
    while let Some(at) = start.checked_sub(1) {
        let (Some(sighting), later) = (sightings.get(at), sightings.get(start)) else { break };
        let goes_on = later.is_none_or(|later| {
            let distance = later.at.checked_sub(sighting.at);
            distance.is_some_and(|distance| distance <= gap) && lives(sighting) == lives(later)
        });
        if !goes_on || !is_so(sighting) {
            break;
        }
        start = at;
    }
    sightings.get(start..).unwrap_or_default()
}

/// What changes when a container is replaced or restarted.
fn lives(sighting: &Sighting) -> Vec<(&str, &str, u64)> {
    let looks = sighting.containers.as_deref().unwrap_or_default();
    let mut lives: Vec<_> = looks
        .iter()
        .map(|Look { container, .. }| {
            (container.id.as_str(), container.started_at.as_str(), container.restarts)
        })
        .collect();
    lives.sort_unstable();
    lives
}

fn weakest(row: &[Sighting]) -> Option<Binding> {
    let bindings = row.iter().filter_map(|sighting| match &sighting.probe {
        Some(Probe::Good(binding)) => Some(*binding),
        Some(Probe::Bad(_)) | None => None,
    });
    bindings.min()
}

fn troubles(expected: &Expected, sighting: &Sighting) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut add = |mends, words: String| troubles.push(Trouble { words, mends });
    match &sighting.containers {
        Err(why) => add(Mends::Perhaps, why.clone()),
        Ok(_) if !expected.containers => {}
        Ok(looks) if looks.is_empty() => add(Mends::Hardly, "the service has no container".to_owned()),
        Ok(looks) => {
            for look in looks {
                of_state(&look.container, &mut add);
                of_origin(expected, look, &mut add);
            }
        }
    }
    match &sighting.probe {
        Some(Probe::Bad(why)) => add(Mends::Perhaps, format!("the address is not well: {why}")),
        None if expected.address => add(Mends::Perhaps, "the address was not asked".to_owned()),
        Some(Probe::Good(_)) | None => {}
    }
    for line in &sighting.log_faults {
        add(Mends::Never, format!("its log says `{line}`"));
    }
    if let Some(why) = &sighting.unread_logs {
        add(Mends::Perhaps, format!("its log cannot be read: {why}"));
    }
    troubles
}

fn of_state(container: &Container, add: &mut impl FnMut(Mends, String)) {
    let id = container.short_id();
    let error = if container.error.is_empty() { String::new() } else { format!(": {}", container.error) };
    let code = container.exit_code;
    match container.status {
        ContainerStatus::Running => {}
        ContainerStatus::Exited => {
            add(Mends::Hardly, format!("container {id} has ended with exit code {code}{error}"));
        }
        ContainerStatus::Restarting => {
            add(
                Mends::Perhaps,
                format!("container {id} ended with exit code {code} and is restarted{error}"),
            );
        }
        ContainerStatus::Created | ContainerStatus::Dead | ContainerStatus::Paused => {
            add(Mends::Hardly, format!("container {id} does not run, it is {}{error}", container.status));
        }
        ContainerStatus::Removing => add(Mends::Perhaps, format!("container {id} is being removed")),
    }
    match container.health {
        None | Some(ContainerHealth::Healthy) => {}
        Some(ContainerHealth::Starting) => {
            add(Mends::Perhaps, format!("the health check of container {id} has not answered yet"));
        }
        Some(ContainerHealth::Unhealthy) => {
            add(Mends::Perhaps, format!("the health check of container {id} says that it is unhealthy"));
        }
    }
}

fn of_origin(expected: &Expected, look: &Look, add: &mut impl FnMut(Mends, String)) {
    let container = &look.container;
    let (id, name) = (container.short_id(), &container.reference);
    match &look.resolved {
        Some(image) if *image == container.image => {}
        Some(_) => add(Mends::Hardly, format!("container {id} does not run what `{name}` is now")),
        None => add(Mends::Hardly, format!("the image name `{name}` of container {id} leads nowhere")),
    }
    if let Some(wanted) = &expected.config_hash
        && look.is_comparable
        && container.config_hash.as_ref() != Some(wanted)
    {
        add(Mends::Hardly, format!("container {id} was made from another configuration of the service"));
    }
    let Some(wanted) = &expected.revisions else { return };
    let (told, hint) = match &look.origin {
        Origin::Untold => return,
        Origin::Told(told) => (told, ""),
        Origin::Unknown(told) => (
            told,
            ", a commit that this clone does not know: bring the whole history with `git fetch --unshallow`",
        ),
    };
    if !wanted.contains(told) {
        add(Mends::Hardly, format!("the image of container {id} says that it was built from `{told}`{hint}"));
    }
}

/// How often containers were restarted while they were watched.
fn restarts(sightings: &[Sighting]) -> Vec<String> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let looks = sightings.iter().filter_map(|sighting| sighting.containers.as_ref().ok()).flatten();
    for Look { container, .. } in looks {
        let count = counts.entry(container.short_id()).or_insert((container.restarts, container.restarts));
        count.1 = count.1.max(container.restarts);
    }
    let restarted = counts.into_iter().filter(|(_, (_, most))| *most > 0);
    restarted
        .map(|(id, (first, most))| {
            format!("container {id} was restarted {most} times, {} of them meanwhile", most - first)
        })
        .collect()
}

#[cfg(test)]
mod tests;
