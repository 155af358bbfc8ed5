//! What waivers came to, to its part of the document and back. Not a judge: whether a waiver covers what the document says
//! is for those who may ask one.

use crate::model::check::Check;
use crate::model::place::Place;
use crate::model::waiver::{Cover, Waiver, WaiverAssessment, WaiverState};

use super::heading::{Read, ReadError};
use super::wire;

/// As it is written.
pub(super) fn written(one: &WaiverAssessment) -> wire::Waiver<'_> {
    let Waiver { check, rule, path, max, reason, owner, issue, expires, place } = &one.waiver;
    wire::Waiver {
        check: check.id().into(),
        rule: rule.into(),
        path: path.into(),
        max: *max,
        reason: reason.into(),
        owner: owner.into(),
        issue: issue.into(),
        expires: expires.to_string().into(),
        file: (&place.file).into(),
        line: place.line,
        state: one.state.name().into(),
        covered: one.state.covered(),
        found: one.state.exceeded(),
    }
}

/// What was written.
pub(super) fn read(wire: &wire::Waiver<'_>) -> Read<WaiverAssessment> {
    let state = match &*wire.state {
        "used" => WaiverState::Used { covered: wire.covered },
        "unused" => WaiverState::Unused,
        "unused_here" => WaiverState::UnusedHere,
        "expired" => WaiverState::Expired,
        "exceeded" => WaiverState::Exceeded {
            found: wire.found.ok_or_else(|| ReadError::new("a waiver does not say what it exceeds by"))?,
        },
        "not_judged" => WaiverState::NotJudged,
        other => return Err(unknown("state of a waiver", other)),
    };
    let waiver = Waiver {
        check: Check::named(&wire.check).ok_or_else(|| unknown("check", &wire.check))?,
        rule: wire.rule.to_string(),
        path: wire.path.to_string(),
        max: wire.max,
        reason: wire.reason.to_string(),
        owner: wire.owner.to_string(),
        issue: wire.issue.to_string(),
        expires: wire.expires.parse().map_err(|_| unknown("day", &wire.expires))?,
        place: Place { file: wire.file.to_string(), line: wire.line },
    };
    Ok(WaiverAssessment { waiver, state })
}

/// Which findings of a check say that they are covered.
pub(super) fn covers(wire: &wire::CheckResult<'_>, component: &wire::Component<'_>) -> Read<Vec<Cover>> {
    let covered = wire.findings.iter().enumerate();
    let covered = covered.filter_map(|(finding, found)| Some(Cover { finding, waiver: found.waiver? }));
    let known = |cover: Cover| match component.waivers.get(cover.waiver) {
        Some(_) => Ok(cover),
        None => Err(ReadError::new(format!("there is no waiver {}", cover.waiver))),
    };
    covered.map(known).collect()
}

fn unknown(what: &str, name: &str) -> ReadError {
    ReadError::new(format!("there is no {what} `{name}`"))
}
