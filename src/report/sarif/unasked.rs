//! What is told of tools that have no run because nothing was asked of them. Not of checks that no gate knows: who
//! declares a check not applicable had a question in mind, and looks for its answer.

use std::collections::BTreeSet;

use crate::model::assessment::{Assessment, CheckAssessment, Outcome};

use super::super::problem::tool_of;
use super::wire::{Message, Named, Notification};
use super::{Checkout, checks, in_order, location, tools};

/// What kind of notification it is.
const NOT_APPLICABLE: &str = "not_applicable";
/// How many different reasons are told of one tool.
const REASONS: usize = 3;

/// One for each tool that has no run, all of whose checks are not applicable: by itself nothing bad, so a note.
pub(super) fn notifications<'a>(assessment: &'a Assessment, checkout: &Checkout) -> Vec<Notification<'a>> {
    let asked = tools(assessment);
    let declared = in_order(checks(assessment).map(CheckAssessment::check));
    let place = checkout.seen_from_top(&assessment.policy.file);
    let unasked = declared.into_iter().filter(|tool| !asked.contains(tool));
    let notification = |tool| Notification {
        descriptor: Named { id: NOT_APPLICABLE },
        level: "note",
        message: Message { text: told(assessment, tool).into() },
        locations: [location(&place, None)],
    };
    unasked.map(notification).collect()
}

fn told(assessment: &Assessment, tool: &str) -> String {
    let of_tool = || checks(assessment).filter(|check| tool_of(check.check()) == tool);
    let id = of_tool().next().map_or("", |check| check.check().id());
    let whys: BTreeSet<&str> = of_tool()
        .filter_map(|check| match &check.outcome {
            Outcome::NotApplicable { why } => Some(why.as_str()),
            Outcome::Pass(_) | Outcome::Fail(_) | Outcome::Inconclusive { .. } => None,
        })
        .collect();
    let shown = whys.iter().take(REASONS).copied().collect::<Vec<_>>().join("; ");
    let rest = match whys.len().saturating_sub(REASONS) {
        0 => String::new(),
        rest => format!("; {rest} more reasons"),
    };
    format!("{tool} was not run: the check {id} is not applicable: {shown}{rest}")
}
