//! The soak is proven, not waited for: folds what was seen since a deployment to how far it has come.
//!
//! A window that nobody looked at counts for nothing, and what was seen broken takes its time away from what was seen
//! healthy. The hard part is what starts it again: only the candidate that was deployed, running without a break under
//! the configuration that it was deployed with, is observed. What somebody told of it counts by itself: whichever look was
//! under way then, and whatever it recorded, an incident is never lost.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::container::ContainerState;
use crate::model::observation::{Observation, Reading, Sign, Window};
use crate::model::percent::{Percent, Ratio};
use crate::model::promotion::{Completed, Deployment, Promotion, Standing};
use crate::model::soak::{Excess, Limits, ResetCause, Soak, SoakRule};
use crate::model::watch::{CONTAINER, INCIDENTS, TOLD_BY_HAND};

use super::window::observed;

/// How far the soak of the candidate has come that runs. That of a completed promotion is over.
pub fn observed_soak(rule: &SoakRule, standing: &Standing, now: Timestamp) -> Option<Soak> {
    let promotion = observed(standing)?;
    match &standing.completed {
        Some(completed) if completed.promotion.id == promotion.id => completed_soak(rule, completed),
        _ => soak_of(rule, promotion, now),
    }
}

/// How far the soak of what a promotion has deployed has come; `None` where that is nothing.
pub fn soak_of(rule: &SoakRule, promotion: &Promotion, now: Timestamp) -> Option<Soak> {
    let incidents: Vec<Timestamp> = promotion.incidents.iter().map(|told| told.time).collect();
    Some(soak(rule, promotion.deployment.as_ref()?, (&promotion.observations, &incidents), now))
}

/// How far the soak of a completed promotion had come: what was seen later neither adds to it nor takes it away.
pub fn completed_soak(rule: &SoakRule, completed: &Completed) -> Option<Soak> {
    let Promotion { deployment, observations, incidents, .. } = &completed.promotion;
    // A look that straddles the completion speaks of a time after it, and cannot be divided.
    let is_before = |one: &&Arc<Observation>| one.window.to() <= completed.time;
    let seen: Vec<_> = observations.iter().filter(is_before).map(Arc::clone).collect();
    // The completion was decided between the measurement that it rests on and its record: judged by a later moment, a
    // gap that was short enough could be too long.
    let decided = completed.measured.as_ref().map_or(completed.time, |measured| measured.time);
    let last = seen.iter().map(|one| one.window.to()).max();
    let now = last.map_or(decided, |last| last.max(decided)).min(completed.time);
    let told = incidents.iter().filter(|told| told.seq < completed.seq);
    let incidents: Vec<Timestamp> = told.map(|told| told.time).collect();
    Some(soak(rule, deployment.as_ref()?, (&seen, &incidents), now))
}

/// How far the soak of a deployment has come, by what was seen of it and when incidents were told. Their order does not
/// matter.
fn soak(
    rule: &SoakRule,
    deployment: &Deployment,
    (observations, incidents): (&[impl Borrow<Observation>], &[Timestamp]),
    now: Timestamp,
) -> Soak {
    let mut seen: Vec<(Window, &Observation)> = observations
        .iter()
        .map(Borrow::borrow)
        .filter_map(|one: &Observation| {
            // What lies before the deployment, or is said of the future, is not about this candidate.
            Some((one.window.since(deployment.time)?.until(now)?, one))
        })
        .collect();
    seen.sort_by_key(|(window, _)| (window.to(), window.from()));
    let last = seen.iter().map(|(window, _)| window.to()).fold(deployment.time, Timestamp::max);
    let unseen = Window::new(last, now).map(Window::length).unwrap_or_default();
    let (mut since, mut resets) = resets(rule, deployment, &seen);
    if unseen > rule.max_gap {
        since = now;
        resets.push((now, ResetCause::Gap));
    }
    let signs = signs(&seen, incidents);
    let of_current = || signs.iter().filter_map(|(window, sign)| Some((window.since(since)?, *sign)));
    let healthy = healthy(of_current());
    let samples = of_current().filter(|(_, sign)| *sign == Sign::Good).count() as u64;
    let healthy_at_all = length(&self::healthy(signs.iter().copied()));
    let broken = signs.iter().filter(|(_, sign)| *sign == Sign::Bad).map(|(window, _)| *window);
    let broken = length(&union(broken));
    let healthy = length(&healthy);
    let mut excesses = excesses(rule, &seen, incidents);
    let recovery = recovery(rule.min_uptime, healthy_at_all, broken);
    if recovery.is_none() {
        excesses.push(Excess::Downtime);
    }
    let still = rule.length.saturating_sub(healthy);
    let missing = recovery.filter(|_| excesses.is_empty()).map(|recovery| recovery.max(still));
    // The next window goes on where the last one ended, which may be a while ago.
    let begin = last.max(since);
    let earliest = |missing| begin.checked_add(missing).unwrap_or(Timestamp::MAX).max(now);
    Soak {
        since,
        resets,
        healthy,
        needed: rule.length,
        samples,
        min_samples: rule.min_samples,
        largest_gap: largest_gap(since, seen.iter().map(|(window, _)| *window), now).max(unseen),
        unseen,
        max_gap: rule.max_gap,
        uptime: Ratio::new(milliseconds(healthy_at_all), milliseconds(healthy_at_all) + milliseconds(broken)),
        min_uptime: rule.min_uptime,
        excesses,
        missing,
        earliest: missing.map(earliest),
    }
}

/// How much more must be seen healthy until the uptime is what it must be; `None`: it never will be.
fn recovery(bound: Percent, healthy: Duration, broken: Duration) -> Option<Duration> {
    let bound = u64::from(bound.hundredths());
    let lost = milliseconds(broken).saturating_mul(bound);
    let wanted = match 10_000 - bound {
        0 if lost > 0 => return None,
        0 => 0,
        rest => lost.div_ceil(rest),
    };
    Some(Duration::from_millis(wanted.saturating_sub(milliseconds(healthy))))
}

/// When the soak began last, and each time that it did.
fn resets(
    rule: &SoakRule,
    deployment: &Deployment,
    seen: &[(Window, &Observation)],
) -> (Timestamp, Vec<(Timestamp, ResetCause)>) {
    let mut since = deployment.time;
    let mut resets = Vec::new();
    let mut running: &[ContainerState] = &deployment.running;
    let mut covered = deployment.time;
    for (window, one) in seen {
        let gap = Window::new(covered, window.from()).map(Window::length).unwrap_or_default();
        let broken = if is_told(one) { identity(&deployment.running, running, &one.running) } else { None };
        if let Some(cause) = broken {
            since = window.to();
            resets.push((since, cause));
        } else if gap > rule.max_gap {
            since = window.from();
            resets.push((since, ResetCause::Gap));
        }
        if is_told(one) {
            running = &one.running;
        }
        covered = covered.max(window.to());
    }
    (since, resets)
}

/// Whether the engine said what runs. Where it could not be asked, nothing is known, which is no absence.
fn is_told(one: &Observation) -> bool {
    let silent = |reading: &Reading| {
        reading.rule == CONTAINER && matches!(reading.sign, Sign::Unknown | Sign::Unreachable)
    };
    !one.readings.iter().any(silent)
}

/// What sets what runs `now` apart from what was deployed, or from what ran `before`. Where nothing is known of what
/// was deployed, as with a script, nothing can be told.
fn identity(
    deployed: &[ContainerState],
    before: &[ContainerState],
    now: &[ContainerState],
) -> Option<ResetCause> {
    if deployed.is_empty() {
        return None;
    }
    if now.is_empty() || now.iter().any(|one| one.status != "running") {
        Some(ResetCause::Absent)
    } else if images(deployed) != images(now) {
        Some(ResetCause::Image)
    } else if configurations(deployed) != configurations(now) {
        Some(ResetCause::Configuration)
    } else if starts(before) != starts(now) {
        Some(ResetCause::Restart)
    } else {
        None
    }
}

fn images(containers: &[ContainerState]) -> Vec<&str> {
    sorted(containers.iter().map(|one| one.image.as_str()))
}

fn configurations(containers: &[ContainerState]) -> Vec<Option<&str>> {
    sorted(containers.iter().map(|one| one.config_hash.as_deref()))
}

fn starts(containers: &[ContainerState]) -> Vec<(&str, u64, &str)> {
    sorted(containers.iter().map(|one| (one.id.as_str(), one.restarts, one.started.as_str())))
}

fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all
}

/// What each window came to. One in which an incident was told was no good one, whatever a look saw that had begun before.
fn signs(seen: &[(Window, &Observation)], incidents: &[Timestamp]) -> Vec<(Window, Sign)> {
    let is_in = |window: &Window| incidents.iter().any(|time| window.from() <= *time && *time < window.to());
    let sign = |(window, one): &(Window, &Observation)| if is_in(window) { Sign::Bad } else { one.sign() };
    seen.iter().map(|one| (one.0, sign(one))).collect()
}

/// The healthy windows, joined, without what was seen broken.
fn healthy(seen: impl Iterator<Item = (Window, Sign)>) -> Vec<Window> {
    let (good, rest): (Vec<_>, Vec<_>) = seen.partition(|(_, sign)| *sign == Sign::Good);
    let broken = rest.into_iter().filter(|(_, sign)| *sign == Sign::Bad).map(|(window, _)| window);
    let broken = union(broken);
    union(good.into_iter().map(|(window, _)| window))
        .into_iter()
        .flat_map(|window| without(window, &broken))
        .collect()
}

/// Overlapping and touching windows as one, in order.
fn union(windows: impl Iterator<Item = Window>) -> Vec<Window> {
    let mut windows: Vec<Window> = windows.collect();
    windows.sort_unstable();
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.from() <= last.to() => {
                let to = last.to().max(window.to());
                *last = Window::new(last.from(), to).unwrap_or(*last);
            }
            _ => joined.push(window),
        }
    }
    joined
}

/// What is left of a window; `broken` are in order and apart.
fn without(window: Window, broken: &[Window]) -> Vec<Window> {
    let mut left = Vec::new();
    let mut rest = Some(window);
    for hole in broken {
        let Some(window) = rest else { break };
        left.extend(window.until(hole.from()));
        rest = window.since(hole.to());
    }
    left.extend(rest);
    left
}

fn length(windows: &[Window]) -> Duration {
    windows.iter().map(|window| window.length()).sum()
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX / 2)
}

/// The longest time from `since` to `now` within no window.
fn largest_gap(since: Timestamp, windows: impl Iterator<Item = Window>, now: Timestamp) -> Duration {
    let Some(all) = Window::new(since, now) else { return Duration::ZERO };
    let covered = union(windows.filter_map(|window| window.since(since)));
    without(all, &covered).into_iter().map(Window::length).max().unwrap_or_default()
}

/// Rules that came to something else than good too often.
fn excesses(rule: &SoakRule, seen: &[(Window, &Observation)], incidents: &[Timestamp]) -> Vec<Excess> {
    #[derive(Default)]
    struct Count {
        failures: u64,
        inconclusive: u64,
        errors: u64,
        most_errors: u64,
    }
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    if !incidents.is_empty() {
        counts.entry(INCIDENTS).or_default().failures = incidents.len() as u64;
    }
    for (place, (_, one)) in seen.iter().enumerate() {
        let late = place.checked_sub(1).map(|place| seen[place].1).filter(|before| is_one_look(before, one));
        let is_counted = |reading: &&Reading| incidents.is_empty() || !is_told_by_hand(reading);
        for reading in one.readings.iter().filter(is_counted) {
            let count = counts.entry(&reading.rule).or_default();
            match reading.sign {
                // One look that reached nobody is one, however many windows it was to speak for.
                Sign::Unreachable if late.is_some_and(|late| did_not_reach(late, &reading.rule)) => continue,
                Sign::Unreachable => count.errors += 1,
                Sign::Bad => count.failures += 1,
                Sign::Unknown => count.inconclusive += 1,
                Sign::Good => {}
            }
            if reading.sign != Sign::Unreachable {
                count.errors = 0;
            }
            count.most_errors = count.most_errors.max(count.errors);
        }
    }
    let mut excesses = Vec::new();
    for (name, count) in counts {
        let limits: &Limits = rule.limits.get(name).unwrap_or(&rule.limit);
        if count.failures > limits.failure {
            excesses.push(Excess::Failures(name.to_owned(), count.failures));
        }
        if count.inconclusive > limits.inconclusive {
            excesses.push(Excess::Inconclusive(name.to_owned(), count.inconclusive));
        }
        if count.most_errors > limits.consecutive_error {
            excesses.push(Excess::Errors(name.to_owned(), count.most_errors));
        }
    }
    excesses
}

/// Whether a reading only repeats incidents that somebody told, which count by themselves.
fn is_told_by_hand(reading: &Reading) -> bool {
    reading.rule == INCIDENTS && reading.detail.starts_with(TOLD_BY_HAND)
}

/// Whether both windows are of one look: the late one, and the one that goes on from it.
fn is_one_look(late: &Observation, one: &Observation) -> bool {
    late.late && !one.late && late.window.to() == one.window.from()
}

fn did_not_reach(one: &Observation, rule: &str) -> bool {
    one.readings.iter().any(|reading| reading.rule == rule && reading.sign == Sign::Unreachable)
}

#[cfg(test)]
mod tests;
