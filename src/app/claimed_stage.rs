//! Whether what a Statement says of where its component stood, and what the gate asked besides its checks, is so by the
//! ledgers that are here. What was met once may be met no more: a dependency that was rolled back, a sign-off that was
//! withdrawn. Not what tools measured of it (`proof`).

use crate::lifecycle;
use crate::model::component::Component;
use crate::model::condition::{Condition, ConditionState};
use crate::model::gate::Gate;
use crate::model::record::{Fact, Record};
use crate::model::stage::Stage;
use crate::plan::Candidate;
use crate::report::attestation::Claim;

use super::conditions::of_ledgers;
use super::ledgers::{LedgerFault, Ledgers};
use super::project::Workspace;

/// What leaves it open.
#[derive(Debug)]
pub struct Doubt {
    /// What it is.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// What leaves a passed gate open, and what people should know.
#[derive(Debug, Default)]
pub struct Found {
    /// What leaves it open.
    pub doubts: Vec<Doubt>,
    /// That it has moved on since.
    pub note: Option<String>,
}

/// Holds a pass of `gate` against the ledgers.
///
/// # Errors
/// Where a ledger cannot be relied on.
pub fn held(
    workspace: &Workspace,
    claim: &Claim,
    component: &Component,
    gate: &Gate,
) -> Result<Found, LedgerFault> {
    let records = Ledgers::of(workspace).read(&component.name)?.records;
    let stage = |records: &[Record]| lifecycle::stand(component.stage, records).stage;
    let before = records.iter().take_while(|record| record.time <= claim.started).count();
    let (then, now) = (stage(&records[..before]), stage(&records));
    let mut found = Found::default();
    moved(claim, component, (then, now), &mut found);
    found.doubts.extend(records[before..].iter().find_map(|record| taken_back(component, record)));
    // Of where it stands, not of where the Statement says that it stood: that may be changed so that less is asked.
    let candidate = Candidate { component, from: now, gate };
    let open = of_ledgers(workspace, &candidate)?;
    let open = open.iter().filter(|one| one.state != ConditionState::Pass);
    found.doubts.extend(open.map(|one| doubt(component, one)));
    Ok(found)
}

/// Whether it can have come from where it says, to where it says. That it was completed since is what it was for.
fn moved(claim: &Claim, component: &Component, (then, now): (Stage, Stage), found: &mut Found) {
    let (name, to) = (&component.name, claim.to);
    let hint = format!("see what `tta-promote status {name}` says, and verify it again where it stands");
    let mut doubt = |what: String| found.doubts.push(Doubt { what, hint: hint.clone() });
    // As `verify` has it: the gate by which it stands may be asked again, and at the top there is no other.
    let is_entered = to == then && (then > component.stage || then.next().is_none());
    if to <= then && !is_entered {
        doubt(format!("by the ledger that is here it stood in {then} then, before no gate of {to}"));
    } else if let Some(from) = claim.from.filter(|from| *from != then) {
        doubt(format!(
            "it says that it stood in {from}; by the ledger that is here it stood in {then} then, and stands in {now}"
        ));
    } else if now < then {
        doubt(format!("it stood in {then} then, and stands in {now} now"));
    } else if now > then {
        found.note = Some(format!("it stood in {then} then, and stands in {now} since"));
    }
}

/// What was promoted was taken back after the measurement: then the ledger, too, takes none from before for a pass.
fn taken_back(component: &Component, record: &Record) -> Option<Doubt> {
    let (what, reason) = match &record.fact {
        Fact::Revoked(revocation) => ("it was revoked", &revocation.reason),
        Fact::RollbackDecided(decision) if decision.severity.acts() => {
            ("its rollback was decided", &decision.reason)
        }
        _ => return None,
    };
    let hint = format!("`tta-promote history {}` tells it; verify it again", component.name);
    Some(Doubt { what: format!("{what} after it was measured: {reason}"), hint })
}

fn doubt(component: &Component, condition: &Condition) -> Doubt {
    let (name, id, summary) = (&component.name, &condition.id, &condition.summary);
    match id.strip_prefix("sign_off:") {
        Some(topic) => Doubt {
            what: format!("it rests on `{topic}`, which nobody answers for any more: {summary}"),
            hint: format!("who answers for it signs it: `tta-promote sign {name} {topic} --evidence URL`"),
        },
        None => Doubt {
            what: format!("it rests on `{id}`, which is not met by the ledgers that are here: {summary}"),
            hint: format!(
                "see what `tta-promote status {name}` says; where ledgers are elsewhere, audit it there"
            ),
        },
    }
}
