//! Whether the conclusion of a Statement is borne out by what stands beside it, and all of that is as the policy that is
//! here has it. Not what ledgers say (`claimed_stage`), and not its subject (`attestation`). What cannot be seen here is
//! listed in `docs/attestation.md`, and tests/cli/statement.rs holds that list.

use std::collections::BTreeSet;

use crate::model::component::Component;
use crate::model::gate::{Criterion, Gate};
use crate::model::waiver::Waiver;
use crate::plan::Candidate;
use crate::report::attestation::{Claim, Conclusion, Proof};
use crate::sys::clock;

use super::attest::origin;
use super::counted;
use super::project::Workspace;

/// What does not bear it out. What the policy says is asked where it is the same.
pub fn against(workspace: &Workspace, claim: &Claim, is_policy: bool) -> Vec<String> {
    let mut faults = Vec::new();
    if let Proof::Counts { counted, .. } = &claim.proof {
        faults.extend(counted::follows(counted, clock::day_of(claim.started)).err());
    }
    if is_policy {
        faults.extend(names(workspace, claim));
        match (workspace.policy.gates.get(&claim.to), workspace.policy.component(&claim.component)) {
            (None, _) => faults.push(format!("the policy has no gate of {}", claim.to.name())),
            (Some(gate), Some(component)) => faults.extend(of_gate(claim, gate, component)),
            // That there is no such component is told of its files.
            (Some(_), None) => {}
        }
    }
    faults
}

/// What is called otherwise than here.
fn names(workspace: &Workspace, claim: &Claim) -> Vec<String> {
    let origin = origin(workspace);
    let (own, name) = (workspace.name(), origin.name());
    let policy = origin.policy(&claim.commit, own);
    let resource = origin.resource(&claim.commit, &claim.component, claim.to.name());
    let mut faults = Vec::new();
    if let Some(other) = claim.commit_of.as_ref().filter(|other| **other != name) {
        faults.push(format!("its commit is said to be one of `{other}`, and not of `{name}`"));
    }
    let mut file_is = |file: &str| {
        if file != own {
            faults.push(format!("its policy is said to be the file `{file}`, and not `{own}`"));
        }
    };
    match &claim.proof {
        Proof::Tests { file, uri, .. } => {
            file_is(file);
            if *uri != policy {
                faults.push("the URI of its policy is not that of what it is about".to_owned());
            }
        }
        Proof::Summary { resource: of, uri } => {
            if *of != resource || *uri != policy {
                faults.push("its URIs are not those of what it is about".to_owned());
            }
        }
        Proof::Counts { project, file, .. } => {
            file_is(file);
            if *project != workspace.policy.project.name {
                faults.push(format!("it is of the project `{project}`"));
            }
        }
    }
    faults
}

fn of_gate(claim: &Claim, gate: &Gate, component: &Component) -> Vec<String> {
    let from = claim.from.unwrap_or(component.stage);
    let conditions = Candidate { component, from, gate }.conditions().ids();
    let is_pass = claim.conclusion != Conclusion::Failed;
    match &claim.proof {
        Proof::Counts { counted, .. } => {
            let lacks = counted::lacks(counted, gate, &conditions);
            lacks.into_iter().chain(counted::strays(counted, gate, component)).collect()
        }
        Proof::Tests { passed, warned, .. } if is_pass => {
            let asked = gate.criteria.iter().filter(|one| !matches!(one, Criterion::NotApplicable { .. }));
            let asked = asked.map(|one| one.check().id().to_owned()).chain(conditions).collect();
            let said = unanswered(&asked, passed, warned);
            said.into_iter().chain(unwaived(claim, component, warned)).collect()
        }
        Proof::Summary { .. } if is_pass => {
            let asked: Vec<&str> = gate.criteria.iter().map(|one| one.check().id()).collect();
            unwaived_until(claim, component, |waiver| asked.contains(&waiver.check.id()))
                .into_iter()
                .collect()
        }
        Proof::Tests { .. } | Proof::Summary { .. } => Vec::new(),
    }
}

/// Whether each check and condition of a gate is said to be well, once, and nothing besides.
fn unanswered(asked: &BTreeSet<String>, passed: &[String], warned: &[String]) -> Option<String> {
    let mut said = BTreeSet::new();
    for id in passed.iter().chain(warned) {
        if !asked.contains(id) {
            return Some(format!("it says that `{id}` passed, which the gate does not ask for"));
        }
        if !said.insert(id.clone()) {
            return Some(format!("it says twice that `{id}` passed"));
        }
    }
    let lacking = asked.iter().find(|id| !said.contains(*id))?;
    Some(format!("it passes, and does not say that `{lacking}` did"))
}

/// Whether the policy waives anything of each check that is said to have passed by a waiver.
fn unwaived(claim: &Claim, component: &Component, warned: &[String]) -> Vec<String> {
    let is_waived = |id: &String| {
        let until = |waiver: &Waiver| claim.waived_until.is_none_or(|until| waiver.expires >= until);
        component.waivers.iter().any(|one| one.waiver.check.id() == *id && until(&one.waiver))
    };
    let bare = warned.iter().filter(|id| !is_waived(id));
    let bare = bare.map(|id| format!("it says that `{id}` is waived, and the policy has no such waiver"));
    let is_one = |waiver: &Waiver| warned.iter().any(|id| waiver.check.id() == *id);
    bare.chain(unwaived_until(claim, component, is_one)).collect()
}

/// Whether the day until which it is waived is the last one of a waiver that can be meant.
fn unwaived_until(
    claim: &Claim,
    component: &Component,
    is_meant: impl Fn(&Waiver) -> bool,
) -> Option<String> {
    let until = claim.waived_until?;
    let mut meant = component.waivers.iter().map(|one| &one.waiver).filter(|one| is_meant(one));
    let ends = meant.any(|waiver| waiver.expires == until);
    (!ends)
        .then(|| format!("it says that it is waived until {until}, and the policy has no waiver until then"))
}
