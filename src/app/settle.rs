//! One run for several components, and one for each alone where the shared one gave no answer.

use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::reason::ReasonKind;

use super::answer::{Answer, refuse};
use super::bench::Share;

/// What one run gave for several components: answers for all, or for none.
pub type Shared = Result<Vec<Answer>, Box<Unmeasured>>;

/// Runs a tool for all components at once; where that gives no answer for any of them and one of them may
/// be the cause, for each alone, so that only that one is left without an answer.
pub fn settle<F>(shares: &[Share<'_>], check: Check, name: &str, run: &F) -> anyhow::Result<Vec<Answer>>
where
    F: Fn(&[Share<'_>], &str) -> anyhow::Result<Shared>,
{
    if shares.is_empty() {
        return Ok(Vec::new());
    }
    match run(shares, name)? {
        Ok(answers) => Ok(answers),
        Err(unmeasured) if shares.len() > 1 && may_be_one_alone(unmeasured.reason.kind) => {
            let mut answers = Vec::new();
            for share in shares {
                answers.extend(settle(&[*share], check, &format!("{name}-{}", share.component), run)?);
            }
            Ok(answers)
        }
        Err(unmeasured) => {
            let components = shares.iter().map(|share| share.component);
            Ok(refuse(components, check, &unmeasured.reason, unmeasured.run.as_ref()))
        }
    }
}

/// Whether a fault of a shared run may come from the files of one component, and not from the tool, its
/// configuration or the person.
fn may_be_one_alone(kind: ReasonKind) -> bool {
    match kind {
        ReasonKind::ToolCrashed
        | ReasonKind::TimedOut
        | ReasonKind::ReportMissing
        | ReasonKind::ReportUnreadable
        | ReasonKind::ReportsDisagree
        | ReasonKind::NothingInspected
        | ReasonKind::WrongFiles
        | ReasonKind::Unreadable => true,
        ReasonKind::ToolMissing
        | ReasonKind::Interrupted
        | ReasonKind::NoTestsRan
        | ReasonKind::CollectionFailed
        | ReasonKind::ConfigInvalid
        | ReasonKind::CheckWeakened
        | ReasonKind::Environment
        | ReasonKind::TreeChanged
        | ReasonKind::NoCriterion
        | ReasonKind::ShardMissing
        | ReasonKind::ShardDuplicate
        | ReasonKind::ShardStale
        | ReasonKind::ShardForeign
        | ReasonKind::ShardUnreadable => false,
    }
}
