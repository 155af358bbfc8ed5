//! Which candidate a rollback is about, and what is decided about it. Not what follows from that.

use crate::app::notice;
use crate::app::project::Workspace;
use crate::lifecycle::rollback::{
    Candidate, Duty, NoCandidate, RolledBack, candidate, candidates, deadline, last_rolled_back,
};
use crate::lifecycle::stand;
use crate::model::component::Component;
use crate::model::decision::{RollbackDecision, RollbackSeverity};
use crate::model::promotion::Standing;
use crate::model::record::Record;
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, variable};

use super::order::{Request, RollbackError};

/// The candidate. That something need not be mended is about what is to be mended, also where a later candidate runs in the
/// stage above. What was to be mended and is, is decided anew.
pub(super) fn looked_for(
    workspace: &Workspace,
    component: &Component,
    request: &Request<'_>,
    (records, folder): (&[Record], &RunFolder),
) -> Result<Candidate, NoCandidate> {
    let standing = stand(component.stage, records);
    if let Some(done) = just_done(request, &standing, records) {
        return Err(NoCandidate::RolledBack(Box::new(done)));
    }
    let found = candidate(&standing, records)?;
    let is_low = request.severity == Some(RollbackSeverity::Low);
    if !is_low && !is_decided(&found, RollbackSeverity::Medium) {
        return Ok(found);
    }
    let duties = notice::duties(workspace, &standing, records, clock::now(), folder);
    let other = || need_not_be_mended(request, candidates(&standing, records), &duties);
    let found = is_low.then(other).flatten().unwrap_or(found);
    let is_open = duties.iter().any(|duty| duty.promotion == found.promotion);
    let is_mended = is_decided(&found, RollbackSeverity::Medium) && !is_open;
    Ok(Candidate { decided: found.decided.filter(|_| !is_mended), ..found })
}

/// The rollback that was done last, where it is not whole yet, or where nothing is said but what it was done for: a job that
/// runs again does not mean what runs in the stage below. Where something waits there, who does not repeat all words means that.
fn just_done(request: &Request<'_>, standing: &Standing, records: &[Record]) -> Option<RolledBack> {
    let last = last_rolled_back(records)?;
    let RollbackDecision { severity, reason, .. } = &last.decided.what;
    let is_repeated =
        request.severity == Some(*severity) && request.reason.is_some_and(|said| hidden(said) == *reason);
    let waits = |one: &Candidate| one.begun || is_decided_since(one, last.seq);
    if !is_repeated && candidates(standing, records).iter().any(waits) {
        return None;
    }
    let is_same = request.severity.is_none_or(|said| said == *severity)
        && request.reason.is_none_or(|said| hidden(said) == *reason);
    (is_same || !last.held).then_some(last)
}

/// What is to be mended, where what comes first is not to go; where nothing is, what the same words were said of before.
fn need_not_be_mended(
    request: &Request<'_>,
    mut candidates: Vec<Candidate>,
    duties: &[Duty],
) -> Option<Candidate> {
    let first = candidates.first()?;
    let is_said = |one: &Candidate| {
        let decided = one.decided.as_ref();
        is_decided(one, RollbackSeverity::Low)
            && decided
                .is_some_and(|told| request.reason.is_none_or(|reason| told.what.reason == hidden(reason)))
    };
    let place = match duties.first() {
        Some(duty) if duty.decided.what.severity == RollbackSeverity::Medium => {
            candidates.iter().position(|one| one.promotion == duty.promotion)
        }
        None if first.decided.is_none() => candidates.iter().position(is_said),
        Some(_) | None => None,
    };
    place.map(|place| candidates.swap_remove(place))
}

/// Whether it was decided after the record of that number that it is to go or to be mended.
fn is_decided_since(candidate: &Candidate, seq: u64) -> bool {
    let decided = candidate.decided.as_ref();
    decided.is_some_and(|told| told.seq > seq && told.what.severity != RollbackSeverity::Low)
}

fn is_decided(candidate: &Candidate, severity: RollbackSeverity) -> bool {
    candidate.decided.as_ref().is_some_and(|told| told.what.severity == severity)
}

/// What is decided, and whether it is done now. What was decided before stands unless another severity or reason is
/// said. A high one is done when that is said, `now`, or when nothing else is: the same words again may be a job that runs
/// again, and no second thought. Nor do they put off the time by which something is to be mended.
pub(super) fn decide(
    request: &Request<'_>,
    candidate: &Candidate,
) -> Result<(RollbackDecision, bool), RollbackError> {
    let earlier = candidate.decided.as_ref().map(|told| &told.what);
    let undecided = |what| RollbackError::Undecided { component: request.component.to_owned(), what };
    let said = earlier.map(|earlier| earlier.severity);
    // What was begun goes on, whatever was said since: what runs is not known.
    let said = if candidate.begun && request.now {
        said.filter(|said| said.acts()).or(Some(RollbackSeverity::High))
    } else {
        said
    };
    let severity = request.severity.or(said).ok_or_else(|| undecided("how badly"))?;
    if candidate.begun && !severity.acts() {
        let (component, promotion) = (request.component.to_owned(), candidate.promotion.clone());
        return Err(RollbackError::Begun { component, promotion });
    }
    let reason = request.reason.map(hidden).or_else(|| earlier.map(|earlier| earlier.reason.clone()));
    let reason = reason.ok_or_else(|| undecided("why"))?;
    let now = clock::now();
    if request.due.is_some_and(|due| due.time <= now) {
        return Err(RollbackError::Past);
    }
    let before = earlier.filter(|earlier| earlier.severity == severity);
    let is_same = before.is_some_and(|before| before.reason == reason);
    let said = request.due.filter(|due| !(due.is_from_now && is_same)).map(|due| due.time);
    let due = said.or_else(|| before.map_or_else(|| deadline(severity, now), |before| before.due));
    let acts = match severity {
        RollbackSeverity::Critical => true,
        RollbackSeverity::High => request.now || request.severity.is_none() && request.reason.is_none(),
        RollbackSeverity::Medium | RollbackSeverity::Low => false,
    };
    Ok((RollbackDecision { severity, reason, due }, acts))
}

/// As it may be recorded.
fn hidden(reason: &str) -> String {
    variable::secrets().hide(reason)
}
