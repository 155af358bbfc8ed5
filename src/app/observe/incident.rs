//! Incidents: open issues with the label of the policy that speak of the component, and what somebody told by hand.
//!
//! Not the recording of what is told.

use crate::app::issue;
use crate::model::component::Component;
use crate::model::observation::{Reading, Sign};
use crate::model::watch::{INCIDENTS, TOLD_BY_HAND};
use crate::tools::gh::Issue;

use super::engine::plain;
use super::error::ObserveError;
use super::look::Look;

/// How many are named.
const NAMED: usize = 3;

/// What is known of incidents; `None` where nobody asks and nobody told.
pub(super) fn reading(look: &Look<'_>) -> Result<Option<Reading>, ObserveError> {
    let told = &look.subject.incidents;
    let by_hand = |words: &[String]| format!("{TOLD_BY_HAND}{}", words.join("; "));
    let Some(label) = &look.observe.incident_label else {
        return Ok((!told.is_empty()).then(|| plain(INCIDENTS, Sign::Bad, by_hand(told))));
    };
    let asked = format!("open issues with the label `{label}`");
    let with = |sign, detail: String| {
        Ok(Some(Reading { query: Some(asked.clone()), ..plain(INCIDENTS, sign, detail) }))
    };
    if !told.is_empty() {
        return with(Sign::Bad, by_hand(told));
    }
    let Some(repository) = look.workspace.policy.project.repository.as_deref() else {
        return with(
            Sign::Unknown,
            "the policy names no `repository` whose issues could be asked".to_owned(),
        );
    };
    let issues = match issue::listed(repository, look.context, &look.secrets)? {
        Ok(issues) => issues,
        Err(why) => return with(Sign::Unreachable, why.to_string()),
    };
    let open: Vec<&Issue> = issues.iter().filter(|issue| is_incident(issue, label, look.component)).collect();
    let value = Some(open.len().to_string());
    let (sign, detail) = if open.is_empty() {
        (Sign::Good, format!("no open issue with the label `{label}` speaks of it"))
    } else {
        let named: Vec<String> =
            open.iter().take(NAMED).map(|issue| format!("#{} ({})", issue.number, issue.title)).collect();
        (Sign::Bad, format!("open: {}", named.join(", ")))
    };
    Ok(Some(Reading { value, query: Some(asked), ..plain(INCIDENTS, sign, detail) }))
}

/// Whether an issue is an open incident of the component: it has the label, and its title, text or another label names
/// the component as a word of its own.
fn is_incident(issue: &Issue, label: &str, component: &Component) -> bool {
    let has_label = issue.labels.iter().any(|one| one.eq_ignore_ascii_case(label));
    let texts = || [&issue.title, &issue.body].into_iter().chain(&issue.labels);
    let is_named = |name: &str| texts().any(|text| names(text, name));
    issue.open && has_label && (is_named(&component.name) || is_named(&component.title))
}

/// Whether `name` stands in `text` as a word of its own, in whatever case.
fn names(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(&name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_as_a_word_of_its_own() {
        for text in ["Carbon leaks keys", "in `carbon`.", "component: carbon", "CARBON"] {
            assert!(names(text, "carbon"), "{text}");
        }
        for text in ["hydrocarbon", "carbon-copy", "carbonate", "", "carbon_v2"] {
            assert!(!names(text, "carbon"), "{text}");
        }
    }
}
