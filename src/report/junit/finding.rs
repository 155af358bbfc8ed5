//! What a test case tells of its findings: each with the waiver that covers it.

use crate::model::assessment::CheckAssessment;
use crate::model::finding::Finding;
use crate::model::waiver::{Waiver, WaiverAssessment};

/// A finding, and the waiver that covers it.
pub(super) type Found<'a> = (&'a Finding, Option<&'a Waiver>);

/// What a check found, and what of it waivers cover.
#[derive(Clone, Copy, Default)]
pub(super) struct Findings<'a> {
    pub(super) check: Option<&'a CheckAssessment>,
    pub(super) waivers: &'a [WaiverAssessment],
}

impl<'a> Findings<'a> {
    /// Each finding with the waiver that covers it, where one does.
    pub(super) fn all(self) -> impl Iterator<Item = Found<'a>> {
        let evidence = self.check.and_then(|check| check.outcome.evidence());
        let findings = evidence.map_or(&[][..], |evidence| &evidence.findings);
        findings.iter().enumerate().map(move |(at, finding)| {
            let place = self.check.and_then(|check| check.cover(at));
            (finding, place.and_then(|place| self.waivers.get(place)).map(|one| &one.waiver))
        })
    }

    pub(super) fn is_empty(self) -> bool {
        self.all().next().is_none()
    }
}
