//! `sign`, `hold`, `release`, `override`: what people decide.

use crate::app::decide::{DecideError, Decision, decide};
use crate::app::project::Workspace;
use crate::app::selection::checks_exist;
use crate::report::clean::one_line;

use super::argument::{Global, Hold, Override, Sign};
use super::exit::Exit;
use super::failure::{Failure, nearest};
use super::print;

/// Carries out `sign`.
pub(super) fn sign(global: &Global, arguments: &Sign) -> Result<Exit, Failure> {
    let decision = Decision::Sign {
        topic: arguments.topic.clone(),
        evidence: arguments.evidence.clone(),
        by: arguments.by.clone(),
        expires: arguments.expires,
        withdraw: arguments.withdraw,
    };
    carry_out(global, &arguments.component, &decision)
}

/// Carries out `hold`.
pub(super) fn hold(global: &Global, arguments: &Hold) -> Result<Exit, Failure> {
    carry_out(global, &arguments.component, &Decision::Hold { reason: arguments.reason.clone() })
}

/// Carries out `release`.
pub(super) fn release(global: &Global, arguments: &Hold) -> Result<Exit, Failure> {
    carry_out(global, &arguments.component, &Decision::Release { reason: arguments.reason.clone() })
}

/// Carries out `override`.
pub(super) fn set_aside(global: &Global, arguments: &Override) -> Result<Exit, Failure> {
    let decision = Decision::Override {
        checks: arguments.checks.clone(),
        reason: arguments.reason.clone(),
        approver: arguments.approver.clone(),
        expires: arguments.expires,
    };
    carry_out(global, &arguments.component, &decision)
}

fn carry_out(global: &Global, component: &str, decision: &Decision) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    if let Decision::Override { checks, .. } = decision {
        checks_exist(&workspace.policy, checks)?;
    }
    let sentence = decide(&workspace, component, decision)?;
    print::stdout(&format!("{}\n", one_line(&sentence)))?;
    Ok(Exit::Pass)
}

impl From<DecideError> for Failure {
    fn from(error: DecideError) -> Self {
        let message = error.to_string();
        match error {
            DecideError::Unknown { name, known } => Self::usage(one_line(&message), nearest(&name, &known)),
            DecideError::NotAsked { topic, asked } => Self::usage(message, nearest(&topic, &asked)),
            DecideError::SameApprover { .. } => {
                Self::usage(one_line(&message), "let somebody else agree, and name them by `--approver`")
            }
            DecideError::TooLong => Self::usage(message, "say `--expires 14d` or less"),
            DecideError::NoCommit => Self::usage(message, "commit what is to be promoted first"),
            DecideError::Dirty => Self::usage(message, "commit or stash the changes first"),
            DecideError::NoPlace(error) => anyhow::Error::from(error).into(),
            DecideError::Ledger(fault) => fault.into(),
        }
    }
}
