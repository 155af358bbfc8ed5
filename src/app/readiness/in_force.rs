//! What people decided that holds now, and until when: holds, sign-offs, overrides, waivers. Whatever else is granted for a time
//! belongs here too: each format shows this one list.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::component::Component;
use crate::model::person::is_same_person;
use crate::model::promotion::Standing;
use crate::model::waiver::Waiver;
use crate::report::readiness::InForce;

/// All of it, what ends first first.
pub(super) fn in_force(standing: &Standing, declared: Option<&Component>, now: Timestamp) -> Vec<InForce> {
    let hold = standing.hold.iter().map(|hold| InForce {
        kind: "hold",
        what: format!("held by {} since {}: {}", hold.actor, hold.time.strftime("%Y-%m-%d"), hold.what),
        until: None,
    });
    let signed = standing.signed.iter().filter(|one| one.what.expires > now).map(|one| InForce {
        kind: "sign_off",
        what: format!("`{}` signed by {}: {}", one.what.topic, one.what.by, one.what.evidence),
        until: Some(one.what.expires),
    });
    let holds = |one: &&crate::model::promotion::Told<crate::model::decision::Override>| {
        one.what.expires > now && !is_same_person(&one.what.approver, &one.actor)
    };
    let overrides = standing.overrides.iter().filter(holds).map(|one| {
        let what = &one.what;
        let commit: String = what.commit.chars().take(8).collect();
        InForce {
            kind: "override",
            what: format!(
                "{} set aside for `{commit}` by {}, approved by {}: {}",
                what.checks.join(", "),
                one.actor,
                what.approver,
                what.reason
            ),
            until: Some(what.expires),
        }
    });
    let waivers = declared.iter().flat_map(|component| &component.waivers).filter_map(|one| {
        let waiver = &one.waiver;
        // The last day counts in full.
        let until = waiver.expires.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
        let Waiver { check, rule, path, max, owner, issue, reason, .. } = waiver;
        let what = format!("{max} of {check} {rule} in {path} at most, by {owner}, {issue}: {reason}");
        (until > now).then_some(InForce { kind: "waiver", what, until: Some(until) })
    });
    let mut all: Vec<InForce> = hold.chain(signed).chain(overrides).chain(waivers).collect();
    all.sort_by_key(|one| (one.until.is_none(), one.until));
    all
}
