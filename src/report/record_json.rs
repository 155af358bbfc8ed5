//! Parts of records as JSON, for the documents that show them: named as in the ledger, and all of them.

use serde_json::{Value, json};

use crate::model::container::ContainerState;
use crate::model::record::{CheckRecord, WaiverRecord};

/// A check.
pub(super) fn check(check: &CheckRecord) -> Value {
    let reason = check.reason.as_ref().map(|(kind, message)| json!({"kind": kind, "message": message}));
    let tool = check.tool.as_ref().map(|(name, version)| json!({"name": name, "version": version}));
    json!({
        "id": check.id,
        "outcome": check.outcome.name(),
        "waived": check.waived,
        "summary": check.summary,
        "figures": check.figures,
        "bounds": check.bounds,
        "reason": reason,
        "findings": check.findings,
        "suppressed": check.suppressed,
        "tool": tool,
        "report_sha256": check.report_sha256,
    })
}

/// A waiver that covered findings.
pub(super) fn waiver(waiver: &WaiverRecord) -> Value {
    json!({
        "check": waiver.check,
        "rule": waiver.rule,
        "path": waiver.path,
        "covered": waiver.covered,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "issue": waiver.issue,
        "expires": waiver.expires.to_string(),
    })
}

/// A container.
pub(super) fn container(container: &ContainerState) -> Value {
    json!({
        "id": container.id,
        "image": container.image,
        "reference": container.reference,
        "status": container.status,
        "health": container.health,
        "restarts": container.restarts,
        "started": container.started,
        "config_hash": container.config_hash,
    })
}
